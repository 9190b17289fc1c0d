//! What is said of logs that were read: the figures of all groups, as `--json` prints them and the other forms show them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use super::distribution::Distribution;
use super::tallies::{By, Filter, Tallies};
use super::tally::{Slow, Tally};
use super::timeline::{Slot, Timeline};
use crate::cost::{FREE_TMP_MB, Prices};

/// Of the form that `--json` prints. Fields are only ever added.
pub const SCHEMA_VERSION: u32 = 1;

/// A percentile is told if at least so many values lie above it.
const VALUES_ABOVE: u64 = 5;

/// Fewer invokes don't tell how much memory a function needs.
const INVOKES_FOR_FIT: u64 = 100;

/// Bins of the histogram.
const BINS: usize = 48;

/// Lambda has no smaller functions, MB.
const SMALLEST_MB: u32 = 128;

/// What groups are sorted by, the largest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// What they cost.
    #[default]
    Cost,
    /// The time that invokes waited for cold starts.
    ColdTime,
}

/// What the figures are found for and at which prices.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// What made the groups.
    pub by: By,
    /// Milliseconds.
    pub bucket_ms: Option<i64>,
    /// What counted.
    pub filter: &'a Filter,
    /// The order of the groups.
    pub sort: Sort,
    /// Of what is billed.
    pub prices: &'a Prices,
    /// The region whose prices hold, and whether somebody said so.
    pub region: (&'a str, bool),
    /// The architecture whose prices hold, and whether somebody said so.
    pub architecture: (&'a str, bool),
}

/// What the records of logs tell: the output of `lambench logs --json`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Summary {
    /// Of this form; fields are only ever added.
    pub schema_version: u32,
    /// The program that counted.
    pub lambench_version: String,
    /// What was read.
    pub read: Amount,
    /// What made the groups.
    pub by: By,
    /// What counted; absent filters are null.
    pub filter: Narrowed,
    /// The prices of all costs.
    pub prices: PriceBasis,
    /// Records that are in no figure.
    pub records: Records,
    /// All groups together.
    pub whole: Figures,
    /// Each group, in the order that was asked for.
    pub groups: Vec<Group>,
    /// The width of a piece of time, seconds; null without `--bucket`.
    pub bucket_s: Option<f64>,
    /// All groups together, by piece of time.
    pub buckets: Vec<Bucket>,
    /// How many cold starts of all groups took how long; null without any.
    pub cold_bins: Option<Bins>,
}

/// A histogram of equal widths.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Bins {
    /// Where the first begins, milliseconds.
    pub from_ms: f64,
    /// The width of each, milliseconds.
    pub width_ms: f64,
    /// How many values are in each.
    pub counts: Vec<u64>,
    /// Of those in the last one, values that lie past its end.
    pub beyond: u64,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Amount {
    /// Files, standard input or another source.
    pub sources: usize,
    /// Bytes, packed files as they are on disk.
    pub bytes: u64,
    /// False if it was stopped before all was read.
    pub complete: bool,
    /// What could not be read, or not to its end, and why.
    pub failed: Vec<String>,
    /// How `CloudWatch` was asked; null for files.
    pub cloudwatch: Option<CloudAmount>,
}

/// What `CloudWatch` was asked for, and what that costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct CloudAmount {
    /// Pages of `FilterLogEvents`, or queries of Logs Insights.
    pub calls: u64,
    /// Events that it gave, each once.
    pub events: u64,
    /// Bytes that Logs Insights has scanned; null for pages, where AWS doesn't say.
    pub scanned_bytes: Option<u64>,
    /// What that costs, US dollars; nothing for pages.
    pub usd: f64,
}

/// The filters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Narrowed {
    /// Not before this time, RFC 3339.
    pub since: Option<String>,
    /// Before this time, RFC 3339.
    pub until: Option<String>,
    /// The pattern of the function's name.
    pub function: Option<String>,
    /// Cold starts alone.
    pub cold: bool,
    /// What stands in the request id.
    pub request: Option<String>,
}

/// The prices that costs are reckoned with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PriceBasis {
    /// The AWS region.
    pub region: String,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// True where the region or the architecture was not given, which no log tells.
    pub assumed: bool,
    /// When the prices were looked up.
    pub as_of: String,
    /// Where they are from.
    pub source: String,
}

/// Records that are in no figure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Records {
    /// Begun as records of the platform, but cut or malformed.
    pub broken: u64,
    /// Left out by the filters.
    pub filtered: u64,
    /// Of those, left out of a span of time since they bear none.
    pub without_time: u64,
}

/// A group of invokes.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Group {
    /// The function, log group, stream, version or file; empty where the log doesn't name it.
    pub name: String,
    /// All of it.
    #[serde(flatten)]
    pub figures: Figures,
    /// By piece of time; empty without `--bucket`.
    pub buckets: Vec<Bucket>,
}

/// A piece of time.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Bucket {
    /// When it begins, RFC 3339; null for records without a time.
    pub start: Option<String>,
    /// What was in it.
    #[serde(flatten)]
    pub figures: Figures,
}

/// What is known of some invokes. Durations are milliseconds, money is US dollars.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Figures {
    /// REPORT records.
    pub invokes: u64,
    /// Those that waited for an init or a restore.
    pub cold: u64,
    /// The share of them, 0 to 1.
    pub cold_share: Option<f64>,
    /// Cold starts that were restores of a snapshot.
    pub restores: u64,
    /// Invokes that ended with an error, as far as records tell.
    pub errors: u64,
    /// Invokes that ran into the function's timeout.
    pub timeouts: u64,
    /// Invokes that were killed for their memory.
    pub out_of_memory: u64,
    /// Inits and restores that failed, by a record of their own.
    pub init_failures: u64,
    /// Invokes whose record bears no time.
    pub without_time: u64,
    /// The time of the first record, RFC 3339.
    pub first_at: Option<String>,
    /// The time of the last record, RFC 3339.
    pub last_at: Option<String>,
    /// Cold starts: init (or restore) and handler.
    pub cold_total: Option<Spread>,
    /// Cold starts: `Init Duration`.
    pub init: Option<Spread>,
    /// Cold starts: `Restore Duration`.
    pub restore: Option<Spread>,
    /// Cold starts: `Duration`.
    pub cold_handler: Option<Spread>,
    /// Warm starts: `Duration`.
    pub warm_handler: Option<Spread>,
    /// All invokes: `Billed Duration`.
    pub billed: Option<Spread>,
    /// Memory by memory size, the smallest size first.
    pub memory: Vec<MemoryUse>,
    /// What was paid; null where no price or no memory size is known.
    pub cost: Option<Cost>,
    /// The slowest cold starts, slowest first.
    pub slowest: Vec<Start>,
    /// Over time.
    pub timeline: Option<TimeSlots>,
}

/// How values are spread, milliseconds. A percentile past the median is null where fewer than five values lie above it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Spread {
    /// How many.
    pub n: u64,
    /// The arithmetic mean.
    pub mean: f64,
    /// The median.
    pub p50: f64,
    /// The 90th percentile.
    pub p90: Option<f64>,
    /// The 99th percentile.
    pub p99: Option<f64>,
    /// The largest, exactly.
    pub max: f64,
    /// True if the percentiles are values that were seen, false if they are from a histogram.
    pub exact: bool,
}

/// How the memory in use compares with a memory size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Of 100 invokes or more none used more than half.
    OverProvisioned,
    /// In between, or too few invokes to tell.
    Fits,
    /// One used 90 % or more.
    NearLimit,
}

/// The memory in use at one memory size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct MemoryUse {
    /// The memory size, MB.
    pub memory_mb: u32,
    /// Invokes that were billed at it.
    pub invokes: u64,
    /// The largest `Max Memory Used`, MB.
    pub max_used_mb: u32,
    /// How the two compare.
    pub fit: Fit,
}

/// What was paid, US dollars.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Cost {
    /// Requests and billed time.
    pub usd: f64,
    /// Of that, the billed time of init and restore.
    pub init_usd: f64,
    /// `init_usd` as a share of `usd`, 0 to 1.
    pub init_share: f64,
    /// A million cold starts at their mean billed time.
    pub usd_per_million_cold: Option<f64>,
    /// A million warm starts at their mean billed time.
    pub usd_per_million_warm: Option<f64>,
    /// False if billed durations hold less than half of the init they came with: before August 2025 they held none.
    pub init_is_billed: bool,
}

/// One cold start, durations in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Start {
    /// The name of its group, in the figures of all groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The invoke.
    pub request_id: Option<String>,
    /// When its record was written, RFC 3339.
    pub at: Option<String>,
    /// Init (or restore) and handler.
    pub total_ms: f64,
    /// `Init Duration`.
    pub init_ms: Option<f64>,
    /// `Restore Duration`.
    pub restore_ms: Option<f64>,
    /// `Duration`.
    pub handler_ms: f64,
    /// The memory size, MB.
    pub memory_mb: Option<u32>,
}

/// Slots of equal width, 60 at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TimeSlots {
    /// When the first slot begins, RFC 3339.
    pub start: String,
    /// How much time each covers, seconds.
    pub slot_s: u64,
    /// From the first to the last.
    pub slots: Vec<Slot>,
}

/// JSON Schema (draft 2020-12) of [`Summary`], as committed in `schema/logs.json`.
#[expect(clippy::missing_panics_doc, reason = "it cannot panic")]
pub fn schema() -> String {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let schema = generator.into_root_schema_for::<Summary>();
    let mut json = serde_json::to_string_pretty(&schema).expect("keys are text");
    json.push('\n');
    json
}

impl Summary {
    /// The figures of what was counted.
    pub fn of(tallies: &Tallies, asked: &Asked<'_>, read: Amount) -> Self {
        let mut by_name: BTreeMap<&str, (Tally, Vec<Bucket>)> = BTreeMap::new();
        let mut by_time: BTreeMap<Option<i64>, Tally> = BTreeMap::new();
        for (key, tally) in tallies.groups() {
            // A group is made before the filters of its records have spoken.
            if tally.is_empty() {
                continue;
            }
            let (all, buckets) = by_name.entry(&key.name).or_default();
            all.add(tally, 3);
            if asked.bucket_ms.is_some() {
                by_time.entry(key.bucket_ms).or_default().add(tally, 3);
                buckets.push(bucket(key.bucket_ms, tally, asked));
            }
        }
        let mut groups: Vec<Group> = by_name
            .into_iter()
            .map(|(name, (tally, buckets))| Group {
                name: name.to_owned(),
                figures: Figures::of(&tally, asked),
                buckets,
            })
            .collect();
        groups.sort_by(|a, b| rank(b, asked.sort).total_cmp(&rank(a, asked.sort)));
        let of_filter = asked.filter;
        let whole = tallies.total();
        let cold_bins = Bins::of(&whole.cold_total);
        let mut whole = Figures::of(&whole, asked);
        for start in &mut whole.slowest {
            // Whatever is among the slowest of all is among those of its group.
            let own = groups
                .iter()
                .find(|group| group.figures.slowest.contains(start));
            start.group = own.map(|group| group.name.clone());
        }
        Self {
            schema_version: SCHEMA_VERSION,
            lambench_version: env!("CARGO_PKG_VERSION").to_owned(),
            read,
            by: asked.by,
            filter: Narrowed {
                since: of_filter.since_ms.and_then(at),
                until: of_filter.until_ms.and_then(at),
                function: of_filter.function.as_ref().map(ToString::to_string),
                cold: of_filter.cold,
                request: of_filter.request.clone(),
            },
            prices: PriceBasis {
                region: asked.region.0.to_owned(),
                architecture: asked.architecture.0.to_owned(),
                assumed: !asked.region.1 || !asked.architecture.1,
                as_of: asked.prices.as_of.clone(),
                source: asked.prices.source.clone(),
            },
            records: Records {
                broken: tallies.broken,
                filtered: tallies.filtered,
                without_time: tallies.without_time,
            },
            cold_bins,
            whole,
            groups,
            bucket_s: asked.bucket_ms.map(|ms| ms as f64 / 1e3),
            buckets: by_time
                .into_iter()
                .map(|(start, tally)| bucket(start, &tally, asked))
                .collect(),
        }
    }

    /// True if no record is in any figure.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// True if every percentile is a value that was seen.
    pub fn is_exact(&self) -> bool {
        self.groups
            .iter()
            .map(|group| &group.figures)
            .chain([&self.whole])
            .flat_map(Figures::spreads)
            .all(|spread| spread.exact)
    }
}

fn rank(group: &Group, sort: Sort) -> f64 {
    let figures = &group.figures;
    match sort {
        Sort::Cost => figures.cost.map_or(0.0, |cost| cost.usd),
        Sort::ColdTime => figures.cold_total.map_or(0.0, |s| s.mean * s.n as f64),
    }
}

fn bucket(start_ms: Option<i64>, tally: &Tally, asked: &Asked<'_>) -> Bucket {
    Bucket {
        start: start_ms.and_then(at),
        figures: Figures {
            slowest: Vec::new(),
            timeline: None,
            ..Figures::of(tally, asked)
        },
    }
}

impl Figures {
    fn of(tally: &Tally, asked: &Asked<'_>) -> Self {
        let (first_at, last_at) = tally
            .span_ms
            .map_or((None, None), |(first, last)| (at(first), at(last)));
        Self {
            invokes: tally.invokes,
            cold: tally.cold,
            cold_share: tally.cold_share(),
            restores: tally.restores,
            errors: tally.errors,
            timeouts: tally.timeouts,
            out_of_memory: tally.out_of_memory,
            init_failures: tally.init_failures,
            without_time: tally.without_time,
            first_at,
            last_at,
            cold_total: Spread::of(&tally.cold_total),
            init: Spread::of(&tally.init),
            restore: Spread::of(&tally.restore),
            cold_handler: Spread::of(&tally.cold_handler),
            warm_handler: Spread::of(&tally.warm_handler),
            billed: Spread::of(&tally.billed),
            memory: memory(tally),
            cost: cost(tally, asked),
            slowest: tally.slowest.iter().map(Start::of).collect(),
            timeline: TimeSlots::of(&tally.timeline),
        }
    }

    /// All that there are.
    fn spreads(&self) -> impl Iterator<Item = Spread> {
        [
            self.cold_total,
            self.init,
            self.restore,
            self.cold_handler,
            self.warm_handler,
            self.billed,
        ]
        .into_iter()
        .flatten()
    }
}

impl Spread {
    fn of(values: &Distribution) -> Option<Self> {
        let n = values.count();
        let ms = |us: u64| us as f64 / 1e3;
        let at = |percent: u64| {
            (n.saturating_mul(100 - percent) >= VALUES_ABOVE * 100)
                .then(|| values.quantile(percent as f64 / 100.0).map(ms))
                .flatten()
        };
        Some(Self {
            n,
            mean: ms(values.sum()) / n as f64,
            p50: ms(values.quantile(0.5)?),
            p90: at(90),
            p99: at(99),
            max: ms(values.max()?),
            exact: values.is_exact(),
        })
    }
}

impl Bins {
    /// To the largest value, or as far as 99.5 % reach where a few outliers would squeeze all others.
    fn of(values: &Distribution) -> Option<Self> {
        let (most, nearly) = (values.max()?, values.quantile(0.995)?);
        let counts = values.counts();
        let least = counts.iter().map(|(us, _)| *us).min()?;
        let high = if most > nearly * 2 { nearly } else { most };
        let low = if least < high / 2 { 0 } else { least };
        let width = (high - low).max(1) as f64 / BINS as f64;
        let mut bins = vec![0; BINS];
        let mut beyond = 0;
        for (us, n) in counts {
            // The value of a histogram may be past the largest that was seen.
            let us = us.min(most);
            let bin = (us.saturating_sub(low) as f64 / width) as usize;
            bins[bin.min(BINS - 1)] += n;
            if us > high {
                beyond += n;
            }
        }
        Some(Self {
            from_ms: low as f64 / 1e3,
            width_ms: width / 1e3,
            counts: bins,
            beyond,
        })
    }
}

impl Start {
    fn of(slow: &Slow) -> Self {
        let invoke = &slow.invoke;
        let ms = |us: u64| us as f64 / 1e3;
        Self {
            group: None,
            request_id: invoke.request_id.map(|id| id.to_string()),
            at: slow.time_ms.and_then(at),
            total_ms: ms(invoke.total_us()),
            init_ms: invoke.init_us.map(ms),
            restore_ms: invoke.restore_us.map(ms),
            handler_ms: ms(invoke.handler_us),
            memory_mb: invoke.memory_mb,
        }
    }
}

impl TimeSlots {
    /// When the slot of this number begins, RFC 3339.
    pub fn begins(&self, slot: usize) -> Option<String> {
        let start: jiff::Timestamp = self.start.parse().ok()?;
        let after_s = i64::try_from(self.slot_s.checked_mul(slot as u64)?).ok()?;
        let at = start
            .checked_add(jiff::SignedDuration::from_secs(after_s))
            .ok()?;
        Some(at.to_string())
    }

    /// When the last slot ends, RFC 3339.
    pub fn end(&self) -> Option<String> {
        self.begins(self.slots.len())
    }

    fn of(timeline: &Timeline) -> Option<Self> {
        let slots = timeline.slots();
        Some(Self {
            start: at(timeline.start_ms()).filter(|_| !slots.is_empty())?,
            slot_s: timeline.width_ms().unsigned_abs() / 1000,
            slots: slots.to_vec(),
        })
    }
}

fn memory(tally: &Tally) -> Vec<MemoryUse> {
    let known = tally
        .by_memory
        .iter()
        .filter(|(mb, size)| **mb > 0 && size.max_memory_mb > 0);
    known
        .map(|(&memory_mb, size)| {
            let used = u64::from(size.max_memory_mb) * 100;
            let whole = u64::from(memory_mb);
            let fit = if used >= whole * 90 {
                Fit::NearLimit
            } else if used <= whole * 50
                && memory_mb > SMALLEST_MB
                && size.invokes >= INVOKES_FOR_FIT
            {
                Fit::OverProvisioned
            } else {
                Fit::Fits
            };
            MemoryUse {
                memory_mb,
                invokes: size.invokes,
                max_used_mb: size.max_memory_mb,
                fit,
            }
        })
        .collect()
}

/// Nothing where a part of it would be a guess.
fn cost(tally: &Tally, asked: &Asked<'_>) -> Option<Cost> {
    let (mut all, mut cold, mut init) = (0.0, 0.0, 0.0);
    let (mut invokes, mut colds, mut init_billed_us) = (0, 0, 0);
    for (&memory_mb, size) in tally.by_memory.iter().filter(|(_, s)| s.invokes > 0) {
        if memory_mb == 0 {
            return None;
        }
        let fare = asked.prices.fare(
            u64::from(memory_mb),
            FREE_TMP_MB,
            asked.architecture.0,
            Some(asked.region.0),
        )?;
        let ms = |us: u64| us as f64 / 1e3;
        all += fare.usd(size.invokes, ms(size.billed_us));
        cold += fare.usd(size.cold, ms(size.cold_billed_us));
        init += ms(size.init_us) * fare.ms_usd;
        invokes += size.invokes;
        colds += size.cold;
        init_billed_us = size.init_us.saturating_add(init_billed_us);
    }
    let per_million = |usd: f64, n: u64| (n > 0).then(|| usd / n as f64 * 1e6);
    (invokes > 0).then(|| Cost {
        usd: all,
        init_usd: init,
        init_share: if all > 0.0 { init / all } else { 0.0 },
        usd_per_million_cold: per_million(cold, colds),
        usd_per_million_warm: per_million((all - cold).max(0.0), invokes - colds),
        init_is_billed: init_billed_us >= tally.init.sum() / 2,
    })
}

/// RFC 3339; nothing for a time that no calendar has.
fn at(ms: i64) -> Option<String> {
    Some(jiff::Timestamp::from_millisecond(ms).ok()?.to_string())
}
