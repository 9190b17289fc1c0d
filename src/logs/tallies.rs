//! Which records count, and for which group.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::read::Sink;
use super::tally::Tally;
use crate::report::scan::{Event, Invoke, Outcome, RequestId, What, behind_date};

/// Further groups are counted as one, so that memory stays what it is.
pub const GROUPS: usize = 500;

/// So many groups have histograms of three digits.
const FINE_GROUPS: usize = 16;

/// So many ids of invokes that ended badly are kept, to count each once. Of more, each counts once where its lines stand
/// together, as they do.
pub(super) const ENDED: usize = 200_000;

/// One thread's part is added to the whole once it takes so much memory.
const LARGE: usize = 1 << 20;

/// What makes a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The function: as its stream names it, else its log group without `/aws/lambda/`, else the file.
    #[default]
    Function,
    /// The log group.
    Group,
    /// The log stream: one environment.
    Stream,
    /// The function's version, which is in the stream's name.
    Version,
    /// The file.
    File,
}

/// What counts.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Not before this time, milliseconds since 1970. A record without a time then doesn't count.
    pub since_ms: Option<i64>,
    /// Before this time.
    pub until_ms: Option<i64>,
    /// Cold starts alone.
    pub cold: bool,
    /// Functions whose name fits this pattern (`*`, `?`).
    pub function: Option<glob::Pattern>,
    /// Request ids in which this stands.
    pub request: Option<String>,
}

impl Filter {
    /// Something does not count.
    fn leaves_out(&self) -> bool {
        self.since_ms.is_some()
            || self.until_ms.is_some()
            || self.cold
            || self.function.is_some()
            || self.request.is_some()
    }
}

/// A group: its name and, if asked for, the beginning of its piece of time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// As [`By`] says; empty for what the log doesn't name.
    pub name: String,
    /// Milliseconds since 1970.
    pub bucket_ms: Option<i64>,
}

impl Key {
    /// What no piece of time is known of.
    fn of_all_time(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            bucket_ms: None,
        }
    }
}

/// Everything that was found.
#[derive(Debug, Clone, Default)]
pub struct Tallies {
    by: By,
    bucket_ms: Option<i64>,
    filter: Filter,
    /// The filter is not for everything.
    filters: bool,
    groups: Vec<(Key, Tally)>,
    index: HashMap<Key, usize>,
    /// Which groups have a name of their own: the whole decides it, its parts follow.
    named: Named,
    /// The group of the last record, and what made it that.
    last: Option<Last>,
    file: String,
    /// Invokes that a line of the older style tells of, and the group of that line.
    ended: HashMap<RequestId, (Outcome, usize)>,
    /// Invokes whose own record tells how they ended.
    told: HashSet<RequestId>,
    /// Where cold starts alone count: which ones, as older lines don't tell.
    cold: HashSet<RequestId>,
    /// Records of the filter's choice that could not be read whole.
    pub broken: u64,
    /// Records that the filter left out.
    pub filtered: u64,
    /// Records of a time filter that have no time.
    pub without_time: u64,
}

/// Which groups are not counted among the others.
#[derive(Debug, Clone, Default)]
enum Named {
    /// The first [`GROUPS`] that come: this is the whole.
    #[default]
    First,
    /// All, until the whole has chosen.
    All,
    /// Those that the whole has chosen.
    These(Arc<HashSet<Key>>),
}

/// Where the last record was counted: the next one mostly belongs there too.
#[derive(Debug, Clone)]
struct Last {
    group: Vec<u8>,
    stream: Vec<u8>,
    bucket_ms: Option<i64>,
    index: usize,
}

/// The group of all groups past [`GROUPS`].
pub const OTHERS: &str = "(others)";

impl Tallies {
    /// Nothing yet.
    pub fn new(by: By, bucket_ms: Option<i64>, filter: Filter) -> Self {
        Self {
            by,
            bucket_ms,
            filters: filter.leaves_out(),
            filter,
            ..Self::default()
        }
    }

    /// What was found: groups by name and time.
    pub fn groups(&self) -> Vec<(&Key, &Tally)> {
        let mut groups: Vec<_> = self
            .groups
            .iter()
            .map(|(key, tally)| (key, tally))
            .collect();
        groups.sort_by_key(|(key, _)| *key);
        groups
    }

    /// All groups as one.
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        for (_, tally) in &self.groups {
            total.add(tally, 3);
        }
        total
    }

    /// What comes is from this file.
    pub fn file(&mut self, name: &str) {
        name.clone_into(&mut self.file);
        self.last = None;
    }

    /// Takes a record.
    #[expect(clippy::inline_always, reason = "on the path of every record")]
    #[inline(always)]
    pub fn take(&mut self, event: &Event<'_>) {
        // A copy, so that the event itself need not be in memory.
        if self.filters && !self.is_wanted(&event.clone()) {
            self.filtered += 1;
            return;
        }
        let group = self.group_of(event);
        match &event.what {
            What::Invoke(invoke) => self.invoke(invoke, event.time_ms, group),
            What::InitFailed { .. } => {
                if !self.filter.cold {
                    self.groups[group].1.init_failures += 1;
                }
            }
            What::Ended(id, outcome) => self.ended(*id, *outcome, group),
            What::Broken => self.broken += 1,
        }
    }

    #[expect(clippy::inline_always, reason = "on the path of every record")]
    #[inline(always)]
    fn invoke(&mut self, invoke: &Invoke, time_ms: Option<i64>, group: usize) {
        if let Some(id) = invoke.request_id {
            if invoke.outcome != Outcome::Done {
                self.told(id);
            } else if self.filter.cold && self.cold.len() < ENDED {
                self.cold.insert(id);
            }
        }
        let digits = self.digits();
        self.groups[group].1.record(invoke, time_ms, digits);
    }

    /// Its own record says how it ended: other lines are not needed.
    #[cold]
    fn told(&mut self, id: RequestId) {
        self.ended.remove(&id);
        if self.told.len() < ENDED {
            self.told.insert(id);
        }
    }

    fn ended(&mut self, id: RequestId, outcome: Outcome, group: usize) {
        if self.told.contains(&id) {
            return;
        }
        // Out of memory is said in one of several lines of the same invoke.
        if self.ended.len() < ENDED || self.ended.contains_key(&id) {
            let known = self.ended.entry(id).or_insert((outcome, group));
            known.0 = known.0.max(outcome);
            // Whichever line came first: the same group, in however many pieces the log was read.
            if self.groups[group].0 < self.groups[known.1].0 {
                known.1 = group;
            }
        } else if !self.filter.cold {
            self.groups[group].1.ended(outcome, 1);
        }
    }

    /// Counts what the older lines told, where no record has told it.
    pub fn conclude(&mut self) {
        for (id, (outcome, group)) in std::mem::take(&mut self.ended) {
            if !self.filter.cold || self.cold.contains(&id) {
                self.groups[group].1.ended(outcome, 1);
            }
        }
    }

    #[inline(never)]
    fn is_wanted(&mut self, event: &Event<'_>) -> bool {
        let filter = &self.filter;
        if filter.since_ms.is_some() || filter.until_ms.is_some() {
            let Some(ms) = event.time_ms else {
                self.without_time += 1;
                return false;
            };
            if filter.since_ms.is_some_and(|since| ms < since)
                || filter.until_ms.is_some_and(|until| ms >= until)
            {
                return false;
            }
        }
        let invoke = match &event.what {
            What::Invoke(invoke) => Some(invoke),
            _ => None,
        };
        if filter.cold && invoke.is_some_and(|invoke| !invoke.is_cold()) {
            return false;
        }
        if let Some(part) = &filter.request {
            let id = match &event.what {
                What::Invoke(invoke) => invoke.request_id,
                What::Ended(id, _) => Some(*id),
                _ => None,
            };
            if !id.is_some_and(|id| id.to_string().contains(part.as_str())) {
                return false;
            }
        }
        if let Some(pattern) = &filter.function
            && !pattern.matches(&self.function(event.group, event.stream))
        {
            return false;
        }
        true
    }

    fn function(&self, group: Option<&[u8]>, stream: Option<&[u8]>) -> String {
        match owner(group, stream) {
            Some(owner) => {
                let name = String::from_utf8_lossy(owner);
                function_of(&name).to_owned()
            }
            None => self.file.clone(),
        }
    }

    #[expect(clippy::inline_always, reason = "on the path of every record")]
    #[inline(always)]
    fn group_of(&mut self, event: &Event<'_>) -> usize {
        let bucket_ms = self
            .bucket_ms
            .zip(event.time_ms)
            .map(|(width, ms)| ms.div_euclid(width) * width);
        let (group, stream) = (
            event.group.unwrap_or_default(),
            event.stream.unwrap_or_default(),
        );
        if let Some(last) = &self.last
            && same(&last.group, group)
            && same(&last.stream, stream)
            && last.bucket_ms == bucket_ms
        {
            return last.index;
        }
        self.other_group(event.group, event.stream, bucket_ms)
    }

    #[inline(never)]
    fn other_group(
        &mut self,
        group: Option<&[u8]>,
        stream: Option<&[u8]>,
        bucket_ms: Option<i64>,
    ) -> usize {
        let key = Key {
            name: self.name(group, stream),
            bucket_ms,
        };
        let index = self.index_of(key);
        self.last = Some(Last {
            group: group.unwrap_or_default().to_vec(),
            stream: stream.unwrap_or_default().to_vec(),
            bucket_ms,
            index,
        });
        index
    }

    fn index_of(&mut self, key: Key) -> usize {
        if let Some(index) = self.index.get(&key) {
            return *index;
        }
        if key.bucket_ms.is_some() {
            self.index_of(Key::of_all_time(&key.name));
        }
        let is_named = match &self.named {
            Named::First => self.groups.len() < GROUPS,
            Named::All => true,
            Named::These(keys) => keys.contains(&key),
        };
        let key = if is_named {
            key
        } else {
            self.beyond(&key.name)
        };
        *self.index.entry(key.clone()).or_insert_with(|| {
            self.groups.push((key, Tally::default()));
            self.groups.len() - 1
        })
    }

    /// Where counts what is past the limit: with what has no piece of time in its group, else with all other groups.
    fn beyond(&self, name: &str) -> Key {
        let group = Key::of_all_time(name);
        let is_known = match &self.named {
            Named::These(keys) => keys.contains(&group),
            Named::First | Named::All => self.index.contains_key(&group),
        };
        if is_known {
            group
        } else {
            Key::of_all_time(OTHERS)
        }
    }

    fn name(&self, group: Option<&[u8]>, stream: Option<&[u8]>) -> String {
        let text =
            |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        match self.by {
            By::Function => self.function(group, stream),
            By::Group => text(group).unwrap_or_default(),
            By::Stream => text(stream).unwrap_or_default(),
            By::Version => text(stream.and_then(version)).unwrap_or_default(),
            By::File => self.file.clone(),
        }
    }

    fn digits(&self) -> u8 {
        if self.groups.len() > FINE_GROUPS {
            2
        } else {
            3
        }
    }

    /// Adds what another reader has found.
    pub(super) fn add(&mut self, other: Self) {
        let mut moved = Vec::with_capacity(other.groups.len());
        for (key, tally) in other.groups {
            let index = self.index_of(key);
            let digits = self.digits();
            self.groups[index].1.add(&tally, digits);
            moved.push(index);
        }
        for id in other.told {
            self.told(id);
        }
        for (id, (outcome, group)) in other.ended {
            self.ended(id, outcome, moved[group]);
        }
        let room = ENDED.saturating_sub(self.cold.len());
        self.cold.extend(other.cold.into_iter().take(room));
        self.broken += other.broken;
        self.filtered += other.filtered;
        self.without_time += other.without_time;
    }

    /// It takes more memory than one thread of many should.
    fn is_large(&self) -> bool {
        let groups: usize = self.groups.iter().map(|(_, tally)| tally.bytes()).sum();
        let ids = self.ended.capacity() * size_of::<(RequestId, Outcome, usize)>()
            + (self.told.capacity() + self.cold.capacity()) * size_of::<RequestId>();
        groups + ids > LARGE
    }

    /// It has as many groups as the whole may have, and does not know which of them those are.
    fn is_full(&self) -> bool {
        matches!(self.named, Named::All) && self.groups.len() >= GROUPS
    }

    /// A reader of its own for another processor, with the same filters and groups.
    pub(super) fn fork(&self) -> Self {
        let named = match &self.named {
            Named::First if self.groups.len() >= GROUPS => {
                Named::These(Arc::new(self.index.keys().cloned().collect()))
            }
            Named::First => Named::All,
            ours => ours.clone(),
        };
        Self {
            named,
            ..Self::new(self.by, self.bucket_ms, self.filter.clone())
        }
    }
}

/// Whose record it is: the function that its stream names, else its log group.
pub(super) fn owner<'a>(group: Option<&'a [u8]>, stream: Option<&'a [u8]>) -> Option<&'a [u8]> {
    stream.and_then(function_in).or(group)
}

/// `my-fn` of `2024/03/04/my-fn[$LATEST]0123…`, as the streams of a group of one's own choice are named, which functions may
/// share; those of `/aws/lambda/my-fn` name no function.
pub fn function_in(stream: &[u8]) -> Option<&[u8]> {
    let rest = behind_date(stream)?;
    let bracket = memchr::memchr(b'[', rest).filter(|at| *at > 0)?;
    Some(&rest[..bracket])
}

/// The function whose group it is by AWS's own naming, else the group's name.
pub(super) fn function_of(group: &str) -> &str {
    group.strip_prefix("/aws/lambda/").unwrap_or(group)
}

impl Sink for Tallies {
    fn fork(&self) -> Self {
        Self::fork(self)
    }

    fn file(&mut self, name: &str) {
        Self::file(self, name);
    }

    #[expect(clippy::inline_always, reason = "on the path of every record")]
    #[inline(always)]
    fn take(&mut self, event: &Event<'_>) {
        Self::take(self, event);
    }

    fn add(&mut self, other: Self) {
        Self::add(self, other);
    }

    fn is_large(&self) -> bool {
        Self::is_large(self)
    }

    #[inline]
    fn is_full(&self) -> bool {
        Self::is_full(self)
    }

    fn conclude(&mut self) {
        Self::conclude(self);
    }
}

/// To compare nothing with nothing costs a fault in the processor if it is left to the C library.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && (a.is_empty() || a == b)
}

/// `$LATEST` of `2024/03/04/[$LATEST]0123…`.
pub(super) fn version(stream: &[u8]) -> Option<&[u8]> {
    let from = memchr::memchr(b'[', stream)? + 1;
    let to = memchr::memchr(b']', &stream[from..])?;
    Some(&stream[from..from + to])
}

#[cfg(test)]
mod tests {
    use super::function_in;

    #[test]
    fn a_stream_in_a_shared_group_names_its_function() {
        for (stream, function) in [
            ("2024/03/04/my-fn[$LATEST]0123", Some("my-fn")),
            ("2024/03/04/[$LATEST]0123", None),
            ("2024/03/04/[7]0123", None),
            ("mine[1]", None),
            ("", None),
            ("2024-03-04/my-fn[1]0", None),
        ] {
            let found = function_in(stream.as_bytes());
            assert_eq!(found, function.map(str::as_bytes), "{stream}");
        }
    }
}
