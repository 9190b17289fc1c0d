//! The third phase: what was measured, what it came to, and whether it will stay so.

use super::{Check, Fact, Item, Known, Phase, State, Why, done_if};
use crate::inspect::Place;
use crate::results::{EndpointKind, Verdict};

/// A stored result of the function.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Its id.
    pub id: String,
    /// How old it is, seconds.
    pub age_s: i64,
    /// Where it was measured.
    pub endpoint: EndpointKind,
    /// Cold starts that count, of the side that has fewer.
    pub cold_starts: usize,
    /// Whether it has a before and an after.
    pub both_sides: bool,
    /// Whether the sides were not measured together.
    pub indicative: bool,
    /// The verdict on the median cold start.
    pub verdict: Option<MeasuredVerdict>,
    /// Unzipped bytes of what was measured last.
    pub unzipped_bytes: Option<u64>,
    /// Warm starts: the median, ms, and of how many.
    pub warm: Option<(f64, usize)>,
    /// The largest `Max Memory Used`, MB.
    pub max_memory_mb: Option<u64>,
    /// The memory size, MB.
    pub memory_mb: u64,
}

/// What a comparison came to.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredVerdict {
    /// The verdict.
    pub verdict: Verdict,
    /// after / before - 1.
    pub change: Option<f64>,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
    /// About how many more pairs would decide.
    pub more_pairs: Option<u32>,
}

/// A baseline of the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptBaseline {
    /// Its name.
    pub name: String,
    /// How old it is, seconds.
    pub age_s: i64,
}

/// More of the memory size than this is close to the end of it.
const MOST_MEMORY: f64 = 0.9;

pub(super) fn items(known: &Known<'_>) -> Vec<Item> {
    let phase = Phase::Verification;
    let both = known.measured.iter().find(|result| result.both_sides);
    let newest = known.measured.first();
    // Results give the package's size without its layers.
    let parts = known.anatomy.parts.iter();
    let bytes = parts
        .filter(|part| part.place == Place::Task)
        .map(|part| part.unzipped_bytes)
        .sum();
    vec![
        measured_both_sides(both, newest, bytes),
        verdict(both, newest),
        Item::new(
            phase,
            Check::BaselineKept,
            done_if(!known.baselines.is_empty()),
            known.baselines.iter().map(baseline).collect(),
        ),
        gate(known),
        warm(known.measured),
        memory(known.measured),
    ]
}

fn result(result: &Measured) -> Fact {
    Fact::Result {
        id: result.id.clone(),
        age_s: result.age_s,
        endpoint: result.endpoint,
        cold_starts: result.cold_starts,
    }
}

fn baseline(baseline: &KeptBaseline) -> Fact {
    Fact::Baseline {
        name: baseline.name.clone(),
        age_s: baseline.age_s,
    }
}

/// What was measured was another package if its size was another one. The same size proves nothing, and is no reason to
/// say so.
fn changed(measured: &Measured, bytes: u64) -> Option<Fact> {
    let measured_bytes = measured.unzipped_bytes.filter(|was| *was != bytes)?;
    // AWS keeps no unzipped size, and a result of AWS has none.
    Some(Fact::Changed {
        measured_bytes,
        bytes,
    })
}

fn measured_both_sides(both: Option<&Measured>, newest: Option<&Measured>, bytes: u64) -> Item {
    let (phase, check) = (Phase::Verification, Check::MeasuredBothSides);
    let Some(both) = both else {
        let why = if newest.is_some() {
            Why::OneSide
        } else {
            Why::NoResult
        };
        let mut evidence = vec![Fact::Why { why }];
        evidence.extend(newest.map(result));
        return Item::new(phase, check, State::NotDone, evidence);
    };
    let changed = changed(both, bytes);
    let state = done_if(changed.is_none());
    let evidence = [Some(result(both)), changed];
    Item::new(
        phase,
        check,
        state,
        evidence.into_iter().flatten().collect(),
    )
}

fn verdict(both: Option<&Measured>, newest: Option<&Measured>) -> Item {
    let (phase, check) = (Phase::Verification, Check::VerdictGiven);
    let Some((both, verdict)) = both.and_then(|both| Some((both, both.verdict.as_ref()?))) else {
        let why = if newest.is_some() {
            Why::OneSide
        } else {
            Why::NoResult
        };
        return Item::because(phase, check, State::NotKnown, why);
    };
    let good = matches!(verdict.verdict, Verdict::Improved | Verdict::Passed);
    let fact = Fact::Verdict {
        verdict: verdict.verdict,
        change: verdict.change,
        interval: verdict.interval,
        indicative: both.indicative,
        more_pairs: verdict.more_pairs,
    };
    Item::new(phase, check, done_if(good), vec![fact])
}

fn gate(known: &Known<'_>) -> Item {
    let mut evidence: Vec<Fact> = known.ci.iter().cloned().map(Fact::Ci).collect();
    if known.budgets > 0 {
        evidence.push(Fact::Budgets {
            count: known.budgets,
        });
    }
    let state = done_if(!known.ci.is_empty());
    Item::new(Phase::Verification, Check::GateInCi, state, evidence)
}

fn warm(measured: &[Measured]) -> Item {
    let (phase, check) = (Phase::Verification, Check::WarmMeasured);
    if measured.is_empty() {
        return Item::because(phase, check, State::NotDone, Why::NoResult);
    }
    let found = measured
        .iter()
        .find_map(|result| Some((result, result.warm?)));
    let evidence = found.map_or_else(Vec::new, |(of, (median_ms, n))| {
        vec![Fact::Warm { median_ms, n }, result(of)]
    });
    Item::new(phase, check, done_if(found.is_some()), evidence)
}

fn memory(measured: &[Measured]) -> Item {
    let (phase, check) = (Phase::Verification, Check::MemoryHasRoom);
    let found = measured
        .iter()
        .find_map(|result| Some((result, result.max_memory_mb?)));
    let Some((of, max_mb)) = found else {
        return Item::because(phase, check, State::NotKnown, Why::NoResult);
    };
    let fact = Fact::Memory {
        max_mb,
        size_mb: of.memory_mb,
    };
    let has_room = max_mb as f64 <= of.memory_mb as f64 * MOST_MEMORY;
    Item::new(phase, check, done_if(has_room), vec![fact, result(of)])
}
