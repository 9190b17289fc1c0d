//! What is said of logs that were read: the figures of all groups, as `--json` prints them and the other forms show them.

mod about;
mod figures;
mod paid;
mod spread;

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::tallies::{By, Filter, Key, Tallies};
use super::tally::Tally;
use crate::cost::Prices;

pub use about::{Amount, CloudAmount, Narrowed, PriceBasis, Records};
pub use figures::{Figures, Start, TimeSlots};
pub use paid::{Cost, Fit, MemoryUse};
pub use spread::{Bins, Spread};

/// Of the form that `--json` prints. Fields are only ever added.
pub const SCHEMA_VERSION: u32 = 1;

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
    /// When it begins, RFC 3339; null for records without a time, and for all pieces of time past the 500th.
    pub start: Option<String>,
    /// What was in it.
    #[serde(flatten)]
    pub figures: Figures,
}

impl Bucket {
    /// It holds what is past the limit of groups and their pieces of time.
    pub fn is_rest(&self) -> bool {
        self.start.is_none() && self.figures.without_time < self.figures.invokes
    }
}

impl Summary {
    /// The figures of what was counted.
    pub fn of(tallies: &Tallies, asked: &Asked<'_>, read: Amount) -> Self {
        // A group is made before the filters of its records have spoken.
        let mut parts = tallies.groups();
        parts.retain(|(_, tally)| !tally.is_empty());
        let mut groups: Vec<Group> = parts
            .chunk_by(|a, b| a.0.name == b.0.name)
            .map(|parts| Group {
                name: parts[0].0.name.clone(),
                figures: Figures::of(&sum(parts), asked),
                buckets: match asked.bucket_ms {
                    Some(_) => parts.chunks(1).map(|part| bucket(part, asked)).collect(),
                    None => Vec::new(),
                },
            })
            .collect();
        parts.sort_by_key(|(key, _)| key.bucket_ms);
        let buckets = match asked.bucket_ms {
            Some(_) => parts
                .chunk_by(|a, b| a.0.bucket_ms == b.0.bucket_ms)
                .map(|parts| bucket(parts, asked))
                .collect(),
            None => Vec::new(),
        };
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
            buckets,
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

/// The piece of time that all of `parts` are of.
fn bucket(parts: &[(&Key, &Tally)], asked: &Asked<'_>) -> Bucket {
    Bucket {
        start: parts[0].0.bucket_ms.and_then(at),
        figures: Figures {
            slowest: Vec::new(),
            timeline: None,
            ..Figures::of(&sum(parts), asked)
        },
    }
}

/// One at a time, as a sum takes more memory than what it is of.
fn sum<'a>(parts: &[(&Key, &'a Tally)]) -> Cow<'a, Tally> {
    if let [(_, one)] = parts {
        return Cow::Borrowed(one);
    }
    let mut sum = Tally::default();
    for (_, tally) in parts {
        sum.add(tally, 3);
    }
    Cow::Owned(sum)
}

/// RFC 3339; nothing for a time that no calendar has.
fn at(ms: i64) -> Option<String> {
    Some(jiff::Timestamp::from_millisecond(ms).ok()?.to_string())
}
