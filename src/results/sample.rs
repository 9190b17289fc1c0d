//! One invoke of a run with its report: whose it was, what it was meant to be, and whether it counts.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::unknown;

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
