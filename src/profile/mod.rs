//! What a cold start's init spends its time on, and what loading less of it would save. No I/O, no SDK type.

pub mod graph;
pub mod predict;
pub mod recording;
pub mod series;

pub use predict::{Predictor, Site, Step, Suggestion};
pub use recording::{Deferred, Import, Language, LoadError, Module, Phase, Recording};
pub use series::Series;

/// The Python module that records.
pub const PYTHON_HOOK: &str = include_str!("hooks/profile.py");
/// The Python module that puts imports off.
pub const PYTHON_DEFER: &str = include_str!("hooks/defer.py");
