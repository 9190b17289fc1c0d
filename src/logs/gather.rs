//! The starts of one side of a comparison, or of both where one log is split in time: counts, and a sample of bounded size.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::kept::Kept;
use super::read::Sink;
use super::tallies::{ENDED, GROUPS, function_of, version};
use crate::report::scan::{Event, Invoke, Outcome, RequestId, What};

const HOUR_MS: i64 = 3_600_000;

/// A piece of time: from the first millisecond on, up to before the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Not before.
    pub from_ms: Option<i64>,
    /// Before.
    pub until_ms: Option<i64>,
}

impl Span {
    /// Whether a record counts; one without a time only where any time will do.
    fn holds(self, time_ms: Option<i64>) -> bool {
        match time_ms {
            Some(ms) => {
                self.from_ms.is_none_or(|from| ms >= from)
                    && self.until_ms.is_none_or(|until| ms < until)
            }
            None => self == Self::default(),
        }
    }
}

/// What one function did in one piece of time.
#[derive(Debug, Clone, Default)]
pub struct Pool {
    /// Invokes, but for those that failed.
    pub invokes: u64,
    /// Of them, the cold ones.
    pub cold: u64,
    /// Of the cold ones, the restores.
    pub restores: u64,
    /// Cold starts that ended with an error, a timeout or out of memory.
    pub failed_cold: u64,
    /// Warm ones that did.
    pub failed_warm: u64,
    /// Inits and restores that failed, by a record of their own.
    pub init_failures: u64,
    /// The first and the last time, milliseconds since 1970.
    pub span_ms: Option<(i64, i64)>,
    /// Invokes by memory size.
    pub memory_mb: BTreeMap<u32, u64>,
    /// Invokes by the version that the stream names.
    pub versions: BTreeMap<String, u64>,
    /// By hour of the day, UTC.
    pub by_hour: [u64; 24],
    /// By day of the week, UTC, from Monday.
    pub by_weekday: [u64; 7],
    /// Invokes whose stream is not known.
    pub without_stream: u64,
    /// Cold starts.
    pub cold_starts: Kept,
    /// Warm starts.
    pub warm_starts: Kept,
}

/// A log group: where it stands among the names (nowhere past [`GROUPS`]), and whether its function is wanted.
#[derive(Debug, Clone)]
struct Group {
    bytes: Vec<u8>,
    name: Option<usize>,
    wanted: bool,
}

/// Takes the starts of one piece of time or of two.
#[derive(Debug, Clone, Default)]
pub struct Gather {
    spans: Vec<Span>,
    function: Option<String>,
    /// Of each span: what the logs name as wanted, and what they don't name.
    named: Vec<Pool>,
    unnamed: Vec<Pool>,
    /// All functions that are named, with their invokes.
    names: Vec<(String, u64)>,
    /// Records that count nowhere because they have no time.
    pub without_time: u64,
    /// Records that could not be read whole.
    pub broken: u64,
    ended: HashSet<RequestId>,
    /// The last log group.
    last_group: Option<Group>,
    /// The last stream's version.
    last_stream: Option<(Vec<u8>, Option<String>, u64)>,
}

impl Gather {
    /// Nothing yet; of this function, if it is named.
    pub fn new(spans: &[Span], function: Option<&str>) -> Self {
        Self {
            spans: spans.to_vec(),
            function: function.map(str::to_owned),
            named: vec![Pool::default(); spans.len()],
            unnamed: vec![Pool::default(); spans.len()],
            ..Self::default()
        }
    }

    /// Of the nth piece of time, what counts, given that the choice among the functions is settled: what the logs name, and
    /// only where they name nothing at all, the rest.
    pub fn pool(&self, nth: usize) -> &Pool {
        if self.names.is_empty() {
            &self.unnamed[nth]
        } else {
            &self.named[nth]
        }
    }

    /// Invokes beside those of a named function that nobody can say whose they are.
    pub fn left_out(&self) -> u64 {
        if self.names.is_empty() {
            return 0;
        }
        self.unnamed.iter().map(|pool| pool.invokes).sum()
    }

    /// Nothing was found at all.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.unnamed.iter().all(|pool| pool.invokes == 0)
    }

    /// The functions that the logs name, with their invokes.
    pub fn names(&self) -> BTreeMap<&str, u64> {
        self.names
            .iter()
            .map(|(name, n)| (name.as_str(), *n))
            .collect()
    }

    /// The function whose starts are gathered; none where the logs name none, or several.
    pub fn chosen(&self) -> Option<&str> {
        let names = self.names.iter().map(|(name, _)| name.as_str());
        let mut wanted = names.filter(|name| self.function.as_deref().is_none_or(|f| f == *name));
        wanted.next().filter(|_| wanted.next().is_none())
    }

    /// Where a record belongs: to what is wanted, to what the log doesn't name, or nowhere.
    fn pools(&mut self, group: Option<&[u8]>, invokes: u64) -> Option<&mut [Pool]> {
        let Some(bytes) = group else {
            return Some(&mut self.unnamed);
        };
        if self
            .last_group
            .as_ref()
            .is_none_or(|last| last.bytes != bytes)
        {
            let text = String::from_utf8_lossy(bytes);
            let name = function_of(&text);
            let wanted = self.function.as_deref().is_none_or(|only| only == name);
            self.last_group = Some(Group {
                bytes: bytes.to_vec(),
                name: self.name(name),
                wanted,
            });
        }
        let last = self.last_group.as_ref()?;
        if let Some(at) = last.name {
            self.names[at].1 += invokes;
        }
        last.wanted.then_some(&mut self.named[..])
    }

    fn name(&mut self, name: &str) -> Option<usize> {
        let known = self.names.iter().position(|(known, _)| known == name);
        if known.is_none() && self.names.len() < GROUPS {
            self.names.push((name.to_owned(), 0));
            return Some(self.names.len() - 1);
        }
        known
    }

    fn stream(&mut self, stream: &[u8]) -> Option<u64> {
        if self
            .last_stream
            .as_ref()
            .is_none_or(|(last, ..)| last != stream)
        {
            let named = version(stream).map(|v| String::from_utf8_lossy(v).into_owned());
            let mut hasher = DefaultHasher::new();
            stream.hash(&mut hasher);
            self.last_stream = Some((stream.to_vec(), named, hasher.finish()));
        }
        self.last_stream.as_ref().map(|(.., hash)| *hash)
    }

    fn invoke(&mut self, invoke: &Invoke, event: &Event<'_>) {
        let stream = event.stream.and_then(|stream| self.stream(stream));
        let last = self.last_stream.take();
        let version = last.as_ref().filter(|_| stream.is_some());
        let version = version.and_then(|(_, version, _)| version.as_deref());
        let spans = std::mem::take(&mut self.spans);
        for (span, pool) in spans
            .iter()
            .zip(self.pools(event.group, 1).unwrap_or_default())
        {
            if span.holds(event.time_ms) {
                pool.take(invoke, event.time_ms, stream, version);
            }
        }
        (self.spans, self.last_stream) = (spans, last);
    }

    fn init_failed(&mut self, event: &Event<'_>) {
        let spans = std::mem::take(&mut self.spans);
        for (span, pool) in spans
            .iter()
            .zip(self.pools(event.group, 0).unwrap_or_default())
        {
            pool.init_failures += u64::from(span.holds(event.time_ms));
        }
        self.spans = spans;
    }
}

impl Sink for Gather {
    fn fork(&self) -> Self {
        Self::new(&self.spans, self.function.as_deref())
    }

    fn file(&mut self, _: &str) {}

    fn take(&mut self, event: &Event<'_>) {
        let any_time = self.spans.iter().any(|span| *span == Span::default());
        match &event.what {
            What::Invoke(_) if event.time_ms.is_none() && !any_time => self.without_time += 1,
            What::Invoke(invoke) => self.invoke(invoke, event),
            What::InitFailed { .. } => self.init_failed(event),
            What::Ended(id, outcome) => {
                if *outcome != Outcome::Done && self.ended.len() < ENDED {
                    self.ended.insert(*id);
                }
            }
            What::Broken => self.broken += 1,
        }
    }

    fn add(&mut self, other: Self) {
        for (ours, theirs) in [
            (&mut self.named, other.named),
            (&mut self.unnamed, other.unnamed),
        ] {
            for (ours, theirs) in ours.iter_mut().zip(theirs) {
                ours.add(theirs);
            }
        }
        for (name, invokes) in other.names {
            if let Some(at) = self.name(&name) {
                self.names[at].1 += invokes;
            }
        }
        self.without_time += other.without_time;
        self.broken += other.broken;
        self.ended.extend(other.ended);
    }

    /// What older lines say of invokes whose own record doesn't.
    fn conclude(&mut self) {
        for pool in self.named.iter_mut().chain(&mut self.unnamed) {
            let cold = pool.cold_starts.without(&self.ended);
            let warm = pool.warm_starts.without(&self.ended);
            pool.failed_cold += cold;
            pool.failed_warm += warm;
            pool.cold -= cold;
            pool.invokes -= cold + warm;
        }
    }
}

impl Pool {
    fn take(
        &mut self,
        invoke: &Invoke,
        time_ms: Option<i64>,
        stream: Option<u64>,
        version: Option<&str>,
    ) {
        if invoke.outcome != Outcome::Done {
            *(if invoke.is_cold() {
                &mut self.failed_cold
            } else {
                &mut self.failed_warm
            }) += 1;
            return;
        }
        self.invokes += 1;
        if invoke.is_cold() {
            self.cold += 1;
            self.restores += u64::from(invoke.restore_us.is_some());
            self.cold_starts.offer(invoke, time_ms, || stream);
        } else {
            self.warm_starts.offer(invoke, time_ms, || stream);
        }
        self.without_stream += u64::from(stream.is_none());
        if let Some(mb) = invoke.memory_mb {
            *self.memory_mb.entry(mb).or_default() += 1;
        }
        if let Some(version) = version {
            if let Some(invokes) = self.versions.get_mut(version) {
                *invokes += 1;
            } else if self.versions.len() < GROUPS {
                self.versions.insert(version.to_owned(), 1);
            }
        }
        if let Some(ms) = time_ms {
            let (first, last) = self.span_ms.unwrap_or((ms, ms));
            self.span_ms = Some((first.min(ms), last.max(ms)));
            let hour = ms.div_euclid(HOUR_MS);
            // 1970 began on a Thursday.
            let weekday = (hour.div_euclid(24) + 3).rem_euclid(7);
            self.by_hour[hour.rem_euclid(24) as usize] += 1;
            self.by_weekday[weekday as usize] += 1;
        }
    }

    fn add(&mut self, other: Self) {
        self.invokes += other.invokes;
        self.cold += other.cold;
        self.restores += other.restores;
        self.failed_cold += other.failed_cold;
        self.failed_warm += other.failed_warm;
        self.init_failures += other.init_failures;
        self.without_stream += other.without_stream;
        if let Some((first, last)) = other.span_ms {
            let (ours, our_last) = self.span_ms.unwrap_or((first, last));
            self.span_ms = Some((ours.min(first), our_last.max(last)));
        }
        for (mb, invokes) in other.memory_mb {
            *self.memory_mb.entry(mb).or_default() += invokes;
        }
        for (version, invokes) in other.versions {
            *self.versions.entry(version).or_default() += invokes;
        }
        for (ours, theirs) in self.by_hour.iter_mut().zip(other.by_hour) {
            *ours += theirs;
        }
        for (ours, theirs) in self.by_weekday.iter_mut().zip(other.by_weekday) {
            *ours += theirs;
        }
        self.cold_starts.add(other.cold_starts);
        self.warm_starts.add(other.warm_starts);
    }
}
