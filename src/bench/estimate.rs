//! What a run will call, cost and take, before anything of it is done. Pure.

use serde::Serialize;

use crate::bench::budget::Expected;
use crate::bench::plan::Plan;
use crate::bench::run::FIRST_START_WARM_INVOKES;
use crate::cost::{Prices, SnapFare};
use crate::results::{Arm, EndpointKind, RunResult};

/// AWS gives an init this long, and bills it, before the function's own timeout counts.
const LONGEST_INIT_MS: f64 = 10_000.0;
/// Taking a snapshot takes AWS two or three minutes; both subjects' are taken at the same time.
const SNAPSHOT_S: f64 = 150.0;
/// A batch of simultaneous invokes, with its restores.
const BATCH_S: f64 = 2.0;

/// One subject, as far as it matters here.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Which arm.
    pub arm: Arm,
    /// As the user named it.
    pub name: String,
    /// The function it is a build of.
    pub function: String,
    /// Runtime.
    pub runtime: String,
    /// Handler.
    pub handler: Option<String>,
    /// Execution role.
    pub role: Option<String>,
    /// MB.
    pub memory_mb: u64,
    /// `/tmp`, MB.
    pub tmp_mb: u64,
    /// Seconds.
    pub timeout_s: u64,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// Region, as far as it is known.
    pub region: Option<String>,
    /// True if it is touched where it is, not staged.
    pub in_place: bool,
    /// True if it runs on a sandbox, where nothing is paid.
    pub sandbox: bool,
    /// Layers to publish for a staged package.
    pub layers: u64,
    /// True if its starts are restores of one published version.
    pub snap_start: bool,
}

impl Facts {
    /// What `SnapStart` adds to its cost; `None` where that has no price.
    pub fn snap_fare(&self, prices: &Prices) -> Option<SnapFare> {
        if self.snap_start {
            prices.snap_start(self.memory_mb, &self.runtime, self.region.as_deref())
        } else {
            Some(SnapFare::default())
        }
    }
}

/// What one start is expected to be billed and to take, and how that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Billed time.
    pub billed: Expected,
    /// From one cold start to the next, without warm invokes, seconds.
    pub cold_s: f64,
    /// A warm invoke as the client sees it, seconds.
    pub warm_s: f64,
    /// The result that says so; none if it is assumed.
    pub from: Option<String>,
    /// True if that result has no warm starts: those are assumed.
    pub warm_assumed: bool,
}

impl Known {
    /// What is assumed where no earlier result tells: a middling function.
    pub fn assumed(sandbox: bool) -> Self {
        Self {
            billed: Expected {
                cold_ms: 1000.0,
                warm_ms: 50.0,
            },
            // AWS takes about two seconds to put an update into effect.
            cold_s: if sandbox { 0.5 } else { 3.5 },
            warm_s: if sandbox { 0.01 } else { 0.1 },
            from: None,
            warm_assumed: true,
        }
    }

    /// What an earlier result tells about an arm of it.
    pub fn earlier(result: &RunResult, arm: Arm) -> Option<Self> {
        let figures = result.summary_of(arm)?;
        let cold_ms = figures.cold_billed_ms?.median;
        let sandbox = result.subject(arm)?.endpoint == EndpointKind::Sandbox;
        let assumed = Self::assumed(sandbox);
        let warm = figures.warm_billed_ms;
        let warm_ms = warm.map_or(assumed.billed.warm_ms, |s| s.median);
        let warm_client = figures.warm_client_ms;
        let warm_s = warm_client.map_or(assumed.warm_s, |s| s.median / 1e3);
        let (first, last) = (result.samples.first()?, result.samples.last()?);
        let whole_s = last
            .started_at
            .duration_since(first.started_at)
            .as_secs_f64()
            + last.client_ms / 1e3;
        let mut starts: Vec<(Arm, u64)> = Vec::new();
        for sample in &result.samples {
            if starts.last() != Some(&(sample.arm, sample.environment)) {
                starts.push((sample.arm, sample.environment));
            }
        }
        let warm_invokes = result.samples.len() - starts.len();
        let cold_s = (whole_s - warm_invokes as f64 * warm_s) / starts.len() as f64;
        Some(Self {
            billed: Expected { cold_ms, warm_ms },
            cold_s: cold_s.max(cold_ms / 1e3),
            warm_s,
            from: Some(result.id.clone()),
            warm_assumed: warm.is_none(),
        })
    }
}

/// How often an operation of the Lambda API is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// `Invoke`.
    pub operation: &'static str,
    /// If nothing has to be repeated.
    pub least: u64,
    /// If as much is replaced as the plan allows; none where it depends on how long an update takes.
    pub most: Option<u64>,
}

/// What a run will call, cost and take.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// By operation.
    pub calls: Vec<Calls>,
    /// Dollars at list prices, with init; none where a price is not known. On a sandbox nothing of it is paid.
    pub cost_usd: Option<f64>,
    /// Dollars if every invoke ran into its timeout and as much had to be replaced as the plan allows.
    pub most_usd: Option<f64>,
    /// How long it takes.
    pub seconds: f64,
}

/// What one subject meets.
struct Invokes {
    touches: u64,
    cold: u64,
    warm: u64,
    /// One after another, not among simultaneous ones.
    warm_alone: u64,
}

/// How many invokes a subject's batches have, of which so many give no restore: those that were restored before, and
/// the one of the first start.
pub fn batches(runs: u32, at_once: u32) -> (u64, u64) {
    let (runs, at_once) = (u64::from(runs), u64::from(at_once.max(1)));
    let batches = runs.div_ceil(at_once);
    let reused = batches + at_once * batches * batches.saturating_sub(1) / 2;
    (reused + batches * at_once, reused)
}

fn least(plan: &Plan, facts: &Facts) -> Invokes {
    let own = plan.order.iter().filter(|slot| slot.arm == facts.arm);
    let slots = own.count() as u64;
    let warm = slots * u64::from(plan.warm_invokes) + u64::from(FIRST_START_WARM_INVOKES);
    if facts.snap_start {
        return Invokes {
            touches: 0,
            cold: slots * u64::from(plan.concurrency) + 1,
            warm: warm + batches(plan.runs, plan.concurrency).1,
            warm_alone: warm,
        };
    }
    Invokes {
        touches: slots + 1,
        cold: (slots + 1) * u64::from(plan.concurrency),
        warm,
        warm_alone: warm,
    }
}

fn most(plan: &Plan, facts: &Facts) -> Invokes {
    let few = least(plan, facts);
    let replaced = u64::from(plan.replacement_cap());
    if facts.snap_start {
        // What replaces a restore needs one invoke more than all environments that there are.
        let batch = few.cold + replaced;
        return Invokes {
            cold: batch,
            warm: 2 * few.warm + replaced * batch,
            ..few
        };
    }
    Invokes {
        touches: few.touches + replaced,
        // A burst of which one start has to be replaced is repeated whole.
        cold: few.cold + replaced * u64::from(plan.concurrency),
        warm: 2 * few.warm - u64::from(FIRST_START_WARM_INVOKES),
        ..few
    }
}

/// The estimate of a plan.
pub fn estimate(subjects: &[(Facts, Known)], plan: &Plan, prices: &Prices) -> Estimate {
    let usd = |invokes: &Invokes, cold_ms: f64, warm_ms: f64, facts: &Facts| {
        let fare = prices.fare(
            facts.memory_mb,
            facts.tmp_mb,
            &facts.architecture,
            facts.region.as_deref(),
        )?;
        let billed_ms = invokes.cold as f64 * cold_ms + invokes.warm as f64 * warm_ms;
        let snap_start_usd = facts.snap_fare(prices)?.usd(0.0, invokes.cold);
        Some(fare.usd(invokes.cold + invokes.warm, billed_ms) + snap_start_usd)
    };
    Estimate {
        calls: calls(subjects, plan),
        cost_usd: subjects
            .iter()
            .map(|(facts, known)| {
                let few = least(plan, facts);
                usd(&few, known.billed.cold_ms, known.billed.warm_ms, facts)
            })
            .sum(),
        most_usd: subjects
            .iter()
            .map(|(facts, _)| {
                let many = most(plan, facts);
                let timeout_ms = facts.timeout_s as f64 * 1e3;
                usd(&many, timeout_ms + LONGEST_INIT_MS, timeout_ms, facts)
            })
            .sum(),
        seconds: seconds(subjects, plan),
    }
}

fn seconds(subjects: &[(Facts, Known)], plan: &Plan) -> f64 {
    let invokes: f64 = subjects
        .iter()
        .map(|(facts, known)| {
            let few = least(plan, facts);
            let warm_s = few.warm_alone as f64 * known.warm_s;
            if facts.snap_start {
                let batches = f64::from(plan.runs / plan.concurrency) + 1.0;
                return batches * BATCH_S + warm_s;
            }
            few.touches as f64 * known.cold_s + warm_s
        })
        .sum();
    let taken = subjects.iter().any(|(f, _)| f.snap_start && !f.sandbox);
    invokes + if taken { SNAPSHOT_S } else { 0.0 }
}

fn calls(subjects: &[(Facts, Known)], plan: &Plan) -> Vec<Calls> {
    let sum = |of: &dyn Fn(&Facts) -> u64| subjects.iter().map(|(facts, _)| of(facts)).sum::<u64>();
    let in_place = sum(&|facts| u64::from(facts.in_place));
    let staged = subjects.len() as u64 - in_place;
    let checked = sum(&|facts| {
        let asked = facts.in_place && !facts.sandbox && !facts.name.ends_with(":$LATEST");
        u64::from(asked)
    });
    let urls = sum(&|facts| u64::from(facts.in_place && !facts.sandbox));
    let opened = sum(&|_| u64::from(plan.concurrency));
    let layers = sum(&|facts| facts.layers);
    let snapshots = sum(&|facts| u64::from(facts.snap_start));
    let some = |operation, least: u64, most: u64| Calls {
        operation,
        least,
        most: Some(most),
    };
    let list = [
        some("PublishLayerVersion", layers, layers),
        some("CreateFunction", staged, staged),
        some("PublishVersion", snapshots, snapshots),
        Calls {
            operation: "GetFunction",
            // Found and settled, once for each touch and at the end, and around the restore.
            least: sum(&|facts| 3 + least(plan, facts).touches) + in_place * 2 + snapshots,
            most: None,
        },
        some("ListProvisionedConcurrencyConfigs", checked, checked),
        some("GetFunctionUrlConfig", urls, urls),
        some(
            "UpdateFunctionConfiguration",
            sum(&|facts| least(plan, facts).touches) + in_place,
            sum(&|facts| most(plan, facts).touches) + in_place,
        ),
        // Opens the connections; nothing runs.
        some("Invoke (DryRun)", opened, opened),
        some(
            "Invoke",
            sum(&|facts| {
                let few = least(plan, facts);
                few.cold + few.warm
            }),
            sum(&|facts| {
                let many = most(plan, facts);
                many.cold + many.warm
            }),
        ),
        some("DeleteFunction", staged, staged),
    ];
    list.into_iter().filter(|calls| calls.least > 0).collect()
}

#[cfg(test)]
mod tests;
