//! The starts of one side of a comparison, or of both where one log is split in time: counts, and a sample of bounded size.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::kept::Kept;
use super::read::Sink;
use super::tallies::{ENDED, GROUPS, function_of, owner, version};
use crate::report::scan::{Event, Invoke, Outcome, RequestId, What};

const HOUR_MS: i64 = 3_600_000;

/// So many invokes wait for a line of the older style that says how they ended: it stands near their REPORT, on either side.
const WAITING: usize = 1024;

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

/// A log group or a function: where it stands among the names (nowhere past [`GROUPS`]), and whether its function is wanted.
#[derive(Debug, Clone)]
struct Group {
    bytes: Vec<u8>,
    name: Option<usize>,
    wanted: bool,
}

/// An invoke that still may turn out to have ended badly.
#[derive(Debug, Clone)]
struct Waiting {
    invoke: Invoke,
    time_ms: Option<i64>,
    stream: Option<u64>,
    version: Option<Arc<str>>,
    /// Whether the log names its function.
    named: bool,
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
    waiting: VecDeque<Waiting>,
    /// Invokes that a line of this part of a file says have ended badly.
    ended_here: HashSet<RequestId>,
    /// The same of all others.
    ended: HashSet<RequestId>,
    /// The last log group.
    last_group: Option<Group>,
    /// The last stream's version.
    last_stream: Option<(Vec<u8>, Option<Arc<str>>, u64)>,
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

    /// Where a record belongs: to what is wanted (true), to what the log doesn't name (false), or nowhere.
    fn place(&mut self, event: &Event<'_>, invokes: u64) -> Option<bool> {
        let Some(bytes) = owner(event.group, event.stream) else {
            return Some(false);
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
        last.wanted.then_some(true)
    }

    /// The pools of the pieces of time that a record is in.
    fn pools(&mut self, named: bool, time_ms: Option<i64>) -> impl Iterator<Item = &mut Pool> {
        let pools = if named {
            &mut self.named
        } else {
            &mut self.unnamed
        };
        let spans = self.spans.iter().zip(pools);
        spans.filter_map(move |(span, pool)| span.holds(time_ms).then_some(pool))
    }

    fn name(&mut self, name: &str) -> Option<usize> {
        let known = self.names.iter().position(|(known, _)| known == name);
        if known.is_none() && self.names.len() < GROUPS {
            self.names.push((name.to_owned(), 0));
            return Some(self.names.len() - 1);
        }
        known
    }

    /// A hash of the stream, and the version that it names.
    fn stream(&mut self, stream: &[u8]) -> Option<(u64, Option<Arc<str>>)> {
        if self
            .last_stream
            .as_ref()
            .is_none_or(|(last, ..)| last != stream)
        {
            let named = version(stream).map(|v| String::from_utf8_lossy(v).into());
            let mut hasher = DefaultHasher::new();
            stream.hash(&mut hasher);
            self.last_stream = Some((stream.to_vec(), named, hasher.finish()));
        }
        let (_, version, hash) = self.last_stream.as_ref()?;
        Some((*hash, version.clone()))
    }

    fn invoke(&mut self, invoke: &Invoke, event: &Event<'_>) {
        let Some(named) = self.place(event, 1) else {
            return;
        };
        let (stream, version) = match event.stream.and_then(|stream| self.stream(stream)) {
            Some((hash, version)) => (Some(hash), version),
            None => (None, None),
        };
        if self.waiting.len() >= WAITING
            && let Some(first) = self.waiting.pop_front()
        {
            self.settle(&first);
        }
        self.waiting.push_back(Waiting {
            invoke: *invoke,
            time_ms: event.time_ms,
            stream,
            version,
            named,
        });
    }

    /// Counts an invoke, as it is known by now how it ended.
    fn settle(&mut self, start: &Waiting) {
        let mut invoke = start.invoke;
        let id = invoke.request_id;
        if invoke.outcome == Outcome::Done && id.is_some_and(|id| self.ended_here.contains(&id)) {
            invoke.outcome = Outcome::Error;
        }
        for pool in self.pools(start.named, start.time_ms) {
            let version = start.version.as_deref();
            pool.take(&invoke, start.time_ms, start.stream, version);
        }
    }

    /// Nothing more comes that stands near what waits.
    fn settle_all(&mut self) {
        for start in std::mem::take(&mut self.waiting) {
            self.settle(&start);
        }
        let here = std::mem::take(&mut self.ended_here);
        self.ended.extend(here);
    }

    fn init_failed(&mut self, event: &Event<'_>) {
        if let Some(named) = self.place(event, 0) {
            for pool in self.pools(named, event.time_ms) {
                pool.init_failures += 1;
            }
        }
    }
}

impl Sink for Gather {
    fn fork(&self) -> Self {
        Self::new(&self.spans, self.function.as_deref())
    }

    fn file(&mut self, _: &str) {
        self.settle_all();
    }

    fn take(&mut self, event: &Event<'_>) {
        let any_time = self.spans.iter().any(|span| *span == Span::default());
        match &event.what {
            What::Invoke(_) if event.time_ms.is_none() && !any_time => self.without_time += 1,
            What::Invoke(invoke) => self.invoke(invoke, event),
            What::InitFailed { .. } => self.init_failed(event),
            What::Ended(id, outcome) => {
                if *outcome != Outcome::Done && self.ended.len() + self.ended_here.len() < ENDED {
                    self.ended_here.insert(*id);
                }
            }
            What::Broken => self.broken += 1,
        }
    }

    fn add(&mut self, mut other: Self) {
        other.settle_all();
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

    /// What older lines say of invokes whose record stands in another file, or in another part of a large one.
    fn conclude(&mut self) {
        self.settle_all();
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
