//! The result of a run: its types, which are the machine format, and where they are stored.

pub mod conditions;
mod observed;
mod pair;
#[cfg(test)]
pub(crate) mod samples;
pub mod schema;
pub mod store;
mod unknown;
mod verdict;

use std::path::PathBuf;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use conditions::Difference;
pub use observed::{Observational, Observed, overlap};
pub use pair::{StoredBefore, pair};
pub use verdict::{Judgement, Verdict};

use crate::stats::{Looks, Spread};

/// The version of the JSON form. It only grows: fields are added, never renamed or removed.
pub const SCHEMA_VERSION: u32 = 1;

/// Which subject a sample belongs to.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Arm {
    /// The first of two.
    Before,
    /// The second of two.
    After,
    /// The only one.
    Only,
}

impl Arm {
    /// `@before`, as a word that names a result ends; nothing where the result has no other arm.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Before => "@before",
            Self::After => "@after",
            Self::Only => "",
        }
    }
}

/// What an invoke was meant to be and, if accepted, was.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// First invoke after a touch.
    Cold,
    /// A later invoke of the same environment.
    Warm,
}

/// What a touch changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Touch {
    /// The description.
    #[default]
    Description,
    /// An environment variable of lambench's own.
    Env,
    /// The memory size, by 1 MB.
    Memory,
    /// The timeout, by 1 s.
    Timeout,
}

impl Touch {
    /// The name in flags, files and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::Env => "env",
            Self::Memory => "memory",
            Self::Timeout => "timeout",
        }
    }

    /// The touch of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Description, Self::Env, Self::Memory, Self::Timeout]
            .into_iter()
            .find(|touch| touch.name() == name)
    }
}

/// Why a sample does not count.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// The first, unmeasured start of a subject: it pays for the deploy, caches and connections.
    FirstStart,
    /// First invoke after a touch with neither Init nor Restore Duration: slow or failed init, or a touch that did nothing.
    Unknown,
    /// No REPORT line in the tail.
    NoReport,
    /// Follows a cold start that was not accepted.
    AfterUnknown,
    /// Meant to be warm, but shows Init or Restore Duration: another environment answered.
    UnexpectedCold,
    /// The init ran before anyone waited (proactive initialisation).
    ProactiveInit,
    /// The function answered with an error (and errors were allowed).
    FunctionError,
    /// The call failed or was throttled before any function ran.
    CallFailed,
    /// One of simultaneous invokes of a published version that met an environment that had served before.
    Reused,
    /// A start of a published version with Init Duration instead of Restore Duration.
    NotRestored,
}

impl Exclusion {
    /// The reason as the end of a sentence, "excluded because …".
    pub fn words(self) -> &'static str {
        match self {
            Self::FirstStart => "it was the first, unmeasured start",
            Self::Unknown => "its REPORT shows neither Init nor Restore Duration",
            Self::NoReport => "no REPORT line came back",
            Self::AfterUnknown => "the cold start before it was not accepted",
            Self::UnexpectedCold => "another environment answered",
            Self::ProactiveInit => "its init had run before anyone waited",
            Self::FunctionError => "the function failed",
            Self::CallFailed => "the call failed before the function ran",
            Self::Reused => "an environment that had served before answered",
            Self::NotRestored => "it was initialised, not restored from the snapshot",
        }
    }
}

/// One invoke with its report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sample {
    /// Position in the run, from 0.
    pub index: u64,
    /// The ABBA block, from 0.
    pub block: u32,
    /// The look it belongs to, from 0.
    pub look: u32,
    /// Which subject.
    pub arm: Arm,
    /// Cold or warm.
    pub kind: Kind,
    /// Whether it counts.
    pub accepted: bool,
    /// Why not.
    pub excluded_reason: Option<Exclusion>,
    /// Which environment of this arm, counted from 0 by touches.
    pub environment: u64,
    /// When the invoke was sent; of a log, when its record was written, and null where that has no time.
    #[serde(with = "unknown::at")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub started_at: Timestamp,
    /// Client-side time of the invoke, milliseconds; null where no client of ours waited.
    #[serde(with = "unknown::ms")]
    #[schemars(with = "Option<f64>")]
    pub client_ms: f64,
    /// `Init Duration`.
    pub init_ms: Option<f64>,
    /// `Restore Duration`.
    pub restore_ms: Option<f64>,
    /// `Duration`.
    pub handler_ms: Option<f64>,
    /// `Billed Duration`.
    pub billed_ms: Option<f64>,
    /// `Memory Size`.
    pub memory_mb: Option<u64>,
    /// `Max Memory Used`.
    pub max_memory_mb: Option<u64>,
    /// Lambda's request id.
    pub request_id: Option<String>,
    /// The function's error or the call's, decoded, one line.
    pub error: Option<String>,
}

impl Sample {
    /// Init (or restore) and handler of a cold start, ms.
    pub fn cold_start_ms(&self) -> Option<f64> {
        Some(self.init_ms.or(self.restore_ms)? + self.handler_ms?)
    }

    /// Client-side time, if a client of ours waited: a log knows none.
    pub fn known_client_ms(&self) -> Option<f64> {
        self.client_ms.is_finite().then_some(self.client_ms)
    }

    /// When it was sent, if that is known.
    pub fn known_start(&self) -> Option<Timestamp> {
        (self.started_at != Timestamp::UNIX_EPOCH).then_some(self.started_at)
    }
}

/// Where a subject was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EndpointKind {
    /// The embedded Lambda.
    Sandbox,
    /// AWS, or whatever `--endpoint-url` names that is not a sandbox.
    Aws,
    /// None: read from logs, not measured.
    Logs,
}

/// A layer of a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Layer {
    /// ARN, or the folder's or zip's name.
    pub name: String,
    /// Zipped size.
    pub bytes: Option<u64>,
}

/// One subject: what it is, and all that makes two results comparable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SubjectResult {
    /// Which arm it is.
    pub arm: Arm,
    /// How it was named by the user: a path, a function name.
    pub name: String,
    /// The name under which the user knows the function (stored results are looked up by it).
    pub function: String,
    /// The user's label.
    pub label: Option<String>,
    /// What the version row shows (see `version_source`).
    pub version: String,
    /// `label`, `response`, `published` or `code`.
    pub version_source: String,
    /// Sandbox or AWS.
    pub endpoint: EndpointKind,
    /// The endpoint, where it is neither a sandbox nor AWS's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint_url: Option<String>,
    /// AWS region.
    pub region: Option<String>,
    /// Lambda runtime identifier, `python3.12`; `image` for container images.
    pub runtime: String,
    /// The exact version that ran, `Python 3.12.1`; unknown on AWS.
    pub runtime_version: Option<String>,
    /// Which runtime interface client ran, `lambench-python`, `awslambdaric 3.1.1 (package)`; `AWS` on AWS.
    pub runtime_client: Option<String>,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// Handler, `module.function`.
    pub handler: Option<String>,
    /// Memory size, MB.
    pub memory_mb: u64,
    /// Timeout, seconds.
    pub timeout_s: u64,
    /// CPU limit in words, `not limited`.
    pub cpu_limit: Option<String>,
    /// How the package is mounted, `read-only bind mounts` or `search paths`.
    pub mounts: Option<String>,
    /// Page-cache state, `warm`.
    pub disk_state: Option<String>,
    /// `serial`.
    pub concurrency_mode: String,
    /// What forced its cold starts.
    #[serde(default)]
    pub touch: Touch,
    /// SHA-256 of the payload template, hex.
    pub payload_sha256: String,
    /// Zipped size of the package; unknown for images.
    pub package_bytes: Option<u64>,
    /// Unzipped size, where known.
    pub unzipped_bytes: Option<u64>,
    /// Layers, in order.
    pub layers: Vec<Layer>,
    /// Base64 SHA-256 of the zipped package, as Lambda gives it.
    pub code_sha256: Option<String>,
    /// `--no-handler`: the handler's module was loaded, and nothing of it run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_handler: bool,
    /// Where its package came from; none for functions in place and copies of what is deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// Where a package came from: what `--before result:ID` measures again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// Folder or zip, seen from the project's folder where it lies in it.
    pub package: PathBuf,
    /// Folders or zips, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<PathBuf>,
    /// Names of the environment variables that it was given; their values are never kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<String>,
}

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
