//! What a cold start's init spends its time on, and what loading less of it would save. No I/O, no SDK type.

pub mod graph;
pub mod hook;
pub mod predict;
pub mod recording;
pub mod series;
pub mod tree;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::results::EndpointKind;

pub use hook::Hook;
pub use predict::{Predictor, Site, Step, Suggestion, Together};
pub use recording::{Deferred, Import, Language, LoadError, Module, Otherwise, Phase, Recording};
pub use series::Series;

/// A saving of less, ms, is lost in how starts differ: it is neither shown nor verified.
pub const NOTICEABLE_MS: f64 = 0.5;

/// The version of the JSON; it only grows.
pub const SCHEMA_VERSION: u32 = 1;

/// What `lambench profile` found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    /// Of this form.
    pub schema_version: u32,
    /// Of the program.
    pub lambench_version: String,
    /// When, RFC 3339.
    pub created_at: String,
    /// As the user named it.
    pub target: String,
    /// The function.
    pub function: String,
    /// Where it ran.
    pub endpoint: EndpointKind,
    /// Runtime identifier.
    pub runtime: String,
    /// MB.
    pub memory_mb: u64,
    /// How many starts the figures are medians of.
    pub starts: usize,
    /// The share by which loading the handler took longer in recorded starts than in plain ones, which were measured alternately;
    /// all times are scaled to those. None: not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overhead: Option<f64>,
    /// The share of a CPU that the first invoke has; 1: a whole one, as init has. What is moved there takes as much longer.
    pub first_cpu: f64,
    /// The starts together.
    pub recording: Recording,
    /// What loading one target later would do, the largest saving first.
    pub suggestions: Vec<Suggestion>,
    /// The targets that are best loaded later together.
    pub plan: Vec<Step>,
    /// What `--together` asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub together: Vec<Together>,
    /// What was measured of that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verified: Vec<Verified>,
    /// What could not be seen or done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A prediction beside what was measured with the targets put off.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verified {
    /// What was put off.
    pub targets: Vec<String>,
    /// The whole plan.
    pub plan: bool,
    /// Foreseen saving at init, ms.
    pub predicted_ms: f64,
    /// Measured saving at init, ms; none: it could not be measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved_ms: Option<f64>,
    /// The interval of that, ms, at 95 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_ms: Option<(f64, f64)>,
    /// Measured init before, the median, ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub init_ms: Option<f64>,
    /// Foreseen to be moved to the first invoke, ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicted_moved_ms: Option<f64>,
    /// Measured: how much longer the first invoke's handler took, ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_ms: Option<f64>,
    /// The interval of that, ms, at 95 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_interval_ms: Option<(f64, f64)>,
    /// Cold starts of each arm.
    pub starts: usize,
    /// What used it while the function's modules were loaded, so that it was loaded all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub used_at_init: Vec<Site>,
    /// Who else loaded it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loaded_otherwise: Vec<Otherwise>,
    /// Why it could not be measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}
