//! The result of a run: its types, which are the machine format, and where they are stored.

pub mod conditions;
mod observed;
mod pair;
mod sample;
#[cfg(test)]
pub(crate) mod samples;
pub mod store;
mod subject;
mod unknown;
mod verdict;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use conditions::Difference;
pub use observed::{Observational, Observed, overlap};
pub use pair::{StoredBefore, pair};
pub use sample::{Arm, Exclusion, Kind, Sample};
pub use subject::{EndpointKind, Layer, Source, SubjectResult, Touch};
pub use verdict::{Judgement, Verdict};

use crate::stats::{Looks, Spread};

/// The version of the JSON form. It only grows: fields are added, never renamed or removed.
pub const SCHEMA_VERSION: u32 = 1;

/// What was planned before the first invoke.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanRecord {
    /// Seed of the order.
    pub seed: u64,
    /// Cold starts per subject.
    pub runs: u32,
    /// Warm invokes after each.
    pub warm_invokes: u32,
    /// The order of the measured cold starts.
    pub order: Vec<Arm>,
    /// `--around`: all of before, then a command, then all of after; not interleaved.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub around: bool,
    /// When the data may be judged, fixed before the first invoke; none in results of one subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looks: Option<Looks>,
}

/// Excluded samples of one arm, kind and reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExcludedCount {
    /// Which subject.
    pub arm: Arm,
    /// Cold or warm.
    pub kind: Kind,
    /// Why.
    pub reason: Exclusion,
    /// How many.
    pub count: u64,
}

/// Figures of one arm; each only where samples carry it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ArmSummary {
    /// Which subject.
    pub arm: Arm,
    /// Init (or restore) + handler of accepted cold starts, ms.
    pub cold_ms: Option<Spread>,
    /// `Init Duration`, ms.
    pub init_ms: Option<Spread>,
    /// `Restore Duration`, ms.
    pub restore_ms: Option<Spread>,
    /// `Duration` of cold starts, ms.
    pub cold_handler_ms: Option<Spread>,
    /// Client time of cold starts, ms.
    pub cold_client_ms: Option<Spread>,
    /// Client time less init, handler and the median warm round trip, ms.
    pub platform_ms: Option<Spread>,
    /// `Billed Duration` of cold starts, ms.
    pub cold_billed_ms: Option<Spread>,
    /// `Duration` of warm starts, ms.
    pub warm_ms: Option<Spread>,
    /// Client time of warm starts, ms.
    pub warm_client_ms: Option<Spread>,
    /// `Billed Duration` of warm starts, ms.
    pub warm_billed_ms: Option<Spread>,
    /// Largest `Max Memory Used`, MB.
    pub max_memory_mb: Option<u64>,
    /// Dollars per million cold starts, at the medians.
    pub cost_cold_usd_per_million: Option<f64>,
    /// Dollars per million warm starts, at the medians.
    pub cost_warm_usd_per_million: Option<f64>,
}

/// What all invokes of a run cost, counted or not, at list prices. On a sandbox nothing is paid: it is what they would
/// have cost on AWS.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunCost {
    /// Invokes.
    #[serde(default)]
    pub requests: u64,
    /// `Billed Duration` of all; where no REPORT came back, the time that was waited.
    #[serde(default)]
    pub billed_ms: f64,
    /// Dollars; none where the price list has no price for a subject.
    #[serde(default)]
    pub cost_usd: Option<f64>,
    /// How much of that is for `SnapStart`: snapshots, kept for three hours at least, and restores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snap_start_usd: Option<f64>,
    /// The user's own price list, `contract, 2026-11`; none where it is lambench's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_prices: Option<String>,
}

/// How the run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Ending {
    /// All planned starts were accepted.
    Complete,
    /// Too many starts had to be replaced, or an error or a signal came: the result holds what there is.
    Stopped {
        /// Why, in a sentence.
        why: String,
    },
}

/// Everything about one run: the result file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunResult {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// UTC time and seed.
    pub id: String,
    /// When the run began.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub created_at: Timestamp,
    /// The program's version.
    pub lambench_version: String,
    /// The machine: `linux x86_64`, number of CPUs.
    pub machine: String,
    /// The plan.
    pub plan: PlanRecord,
    /// One or two subjects.
    pub subjects: Vec<SubjectResult>,
    /// Excluded samples, counted.
    pub exclusions: Vec<ExcludedCount>,
    /// Figures per arm.
    pub summary: Vec<ArmSummary>,
    /// The verdicts: on cold.p50 always where two subjects were measured, and on every budget.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub judgements: Vec<Judgement>,
    /// The look at which the run was decided or ended, from 1; none if it did not come to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look: Option<u32>,
    /// What it cost.
    #[serde(flatten)]
    pub cost: RunCost,
    /// Warnings, as shown.
    pub warnings: Vec<String>,
    /// How it ended.
    pub ending: Ending,
    /// The stored result that stands as *before*, or that the verdicts rest on: they are only indicative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored_before: Option<StoredBefore>,
    /// Every invoke, in order, accepted or not. Last, so that a list of results need not read them.
    pub samples: Vec<Sample>,
}

impl RunResult {
    /// Whether *before* and *after* were not measured side by side: a stored before, or all of before and then all of
    /// after. What differs may be the time, not the code.
    pub fn is_indicative(&self) -> bool {
        self.stored_before.is_some() || self.plan.around
    }

    /// What logs tell of the sides, where one was read from logs: not a controlled experiment.
    pub fn observational(&self) -> Option<&Observational> {
        self.stored_before.as_ref()?.observational.as_ref()
    }

    /// The subject of an arm.
    pub fn subject(&self, arm: Arm) -> Option<&SubjectResult> {
        self.subjects.iter().find(|subject| subject.arm == arm)
    }

    /// The figures of an arm.
    pub fn summary_of(&self, arm: Arm) -> Option<&ArmSummary> {
        self.summary.iter().find(|summary| summary.arm == arm)
    }

    /// Subject and figures of an arm.
    pub fn measured(&self, arm: Arm) -> Option<(&SubjectResult, &ArmSummary)> {
        self.subject(arm).zip(self.summary_of(arm))
    }

    /// What is compared when this result is the *before* of another one: the only subject, or the second of two.
    pub fn latest(&self) -> Option<(&SubjectResult, &ArmSummary)> {
        self.measured(Arm::Only)
            .or_else(|| self.measured(Arm::After))
    }

    /// The level of each look, or of the only one.
    pub fn alpha(&self) -> f64 {
        let looks = self.plan.looks.as_ref();
        looks.map_or_else(|| Looks::one(self.plan.runs).alpha, |looks| looks.alpha)
    }

    /// How many samples of a kind count.
    pub fn accepted(&self, arm: Arm, kind: Kind) -> usize {
        self.samples
            .iter()
            .filter(|sample| sample.accepted && sample.arm == arm && sample.kind == kind)
            .count()
    }
}
