//! Two sets of samples side by side -> [`Comparison`]. Pure.

use crate::results::Arm;

/// A figure with its unit; how it is written is the renderer's business.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// Bytes.
    Bytes(u64),
    /// A number of things.
    Count(u64),
    /// Milliseconds.
    Ms(f64),
    /// Megabytes (MiB, as Lambda writes MB).
    Mb(f64),
    /// US dollars per million starts.
    UsdPerMillion(f64),
    /// Words.
    Text(String),
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// The zipped package.
    PackageZipped,
    /// The package on disk.
    PackageUnzipped,
    /// The layers together.
    Layers,
    /// Package and layers together.
    PackageTotal,
    /// Init (or restore) and handler of a cold start.
    ColdStart,
    /// `Init Duration`.
    Init,
    /// `Restore Duration`.
    Restore,
    /// `Duration` of a cold start.
    ColdHandler,
    /// `Duration` of a warm start.
    WarmStart,
    /// `Max Memory Used`, the largest seen.
    MaxMemory,
    /// `Billed Duration` of a cold start.
    BilledCold,
    /// `Billed Duration` of a warm start.
    BilledWarm,
    /// Dollars per million cold starts.
    CostCold,
    /// Dollars per million warm starts.
    CostWarm,
    /// What calls itself which version.
    Version,
}

/// One row: a metric of every arm, and what changed between two of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Which metric.
    pub metric: Metric,
    /// True for a part of the row above (init and handler under cold start).
    pub part: bool,
    /// The first arm's figure, if known.
    pub before: Option<Figure>,
    /// The second arm's figure, if known.
    pub after: Option<Figure>,
    /// after / before - 1, where both are numbers and before is not zero.
    pub change: Option<f64>,
    /// Spread of the measured arm, for the single-subject table.
    pub spread: Option<crate::stats::Spread>,
}

/// The whole table.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Rows in the order in which they are shown.
    pub rows: Vec<Row>,
    /// True when *before* is a stored result, not measured in the same run.
    pub indicative: bool,
    /// The arms compared.
    pub arms: (Option<Arm>, Arm),
}
