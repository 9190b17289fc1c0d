//! Two sets of samples side by side -> [`Comparison`]. Pure.

mod figures;

use crate::cost::Prices;
use crate::results::{Arm, ArmSummary, EndpointKind, RunResult, Sample, SubjectResult};
use crate::stats::{self, Change, Spread, quantile_interval};

/// A figure with its unit; how it is written is the renderer's business.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// Bytes.
    Bytes(u64),
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
    /// Client time of a cold start.
    ColdClient,
    /// `Duration` of a warm start.
    WarmStart,
    /// Client time of a warm start.
    WarmClient,
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
    /// The interval of the first arm's median, in the figure's own unit; none where nothing is sampled, or too little.
    pub before_interval: Option<(f64, f64)>,
    /// The interval of the second arm's median.
    pub after_interval: Option<(f64, f64)>,
    /// after / before - 1: Hodges-Lehmann's where both arms have samples, else that of the figures as they are shown.
    pub change: Option<f64>,
    /// The rank test of the change, and the interval of it; none where the metric is exact.
    pub test: Option<Change>,
    /// Spread of the measured arm, for the single-subject table.
    pub spread: Option<Spread>,
}

/// The whole table.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Rows in the order in which they are shown.
    pub rows: Vec<Row>,
    /// True when *before* is a stored result, not measured in the same run.
    pub indicative: bool,
    /// True when a side was read from logs; it is indicative then, too.
    pub observational: bool,
    /// The arms compared.
    pub arms: (Option<Arm>, Arm),
    /// The level of every interval and test in it.
    pub alpha: f64,
}

impl Row {
    /// Whether the arms differ for certain: exact figures always do.
    pub fn is_certain(&self) -> bool {
        self.test.is_none_or(|test| test.p < test.alpha)
    }
}

/// One arm: what it is, its figures, and the samples that they come from.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    /// The subject.
    pub subject: &'a SubjectResult,
    /// Its figures.
    pub summary: &'a ArmSummary,
    /// All samples of the run; those of other arms are stepped over.
    pub samples: &'a [Sample],
}

impl<'a> Measured<'a> {
    /// An arm of a result.
    pub fn of(result: &'a RunResult, arm: Arm) -> Option<Self> {
        let (subject, summary) = result.measured(arm)?;
        Some(Self {
            subject,
            summary,
            samples: &result.samples,
        })
    }
}

/// The table of a result: *before* and *after*, or the only subject by itself. None where nothing was measured.
pub fn compare_arms(result: &RunResult) -> Option<Comparison> {
    let before = Measured::of(result, Arm::Before);
    let after = Measured::of(result, Arm::Only).or_else(|| Measured::of(result, Arm::After))?;
    let indicative = before.is_some() && result.stored_before.is_some();
    // Figures reckoned with prices that are not at hand have no samples.
    let builtin = Prices::builtin();
    let prices = result.cost.own_prices.is_none().then_some(&builtin);
    Some(Comparison {
        observational: result.observational().is_some(),
        ..compare(before, after, indicative, result.alpha(), prices)
    })
}

/// How a comparison was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// In one run.
    Measured,
    /// In two runs.
    Indicative,
    /// From logs, at least one side.
    Observational,
}

impl Trust {
    /// Of a result.
    pub fn of(result: &RunResult) -> Self {
        match result.observational() {
            Some(_) => Self::Observational,
            None if result.is_indicative() => Self::Indicative,
            None => Self::Measured,
        }
    }
}

/// The rows in order, and whether each is a part of the one above.
const METRICS: [(Metric, bool); 15] = [
    (Metric::PackageZipped, false),
    (Metric::PackageUnzipped, true),
    (Metric::Layers, false),
    (Metric::PackageTotal, false),
    (Metric::ColdStart, false),
    (Metric::Init, true),
    (Metric::Restore, true),
    (Metric::ColdHandler, true),
    (Metric::WarmStart, false),
    (Metric::MaxMemory, false),
    (Metric::BilledCold, false),
    (Metric::BilledWarm, false),
    (Metric::CostCold, false),
    (Metric::CostWarm, false),
    (Metric::Version, false),
];

/// Puts `after` next to `before`, if there is one, with tests and intervals at the level `alpha`. What neither knows has no
/// row; what one of them doesn't know is `None` there, never 0.
pub fn compare(
    before: Option<Measured>,
    after: Measured,
    indicative: bool,
    alpha: f64,
    prices: Option<&Prices>,
) -> Comparison {
    let has_layers = !after.subject.layers.is_empty()
        || before.is_some_and(|before| !before.subject.layers.is_empty());
    let is_image = |arm: Measured| arm.subject.runtime == "image";
    // An image has a size; it is only not known here, and its row says so.
    let asked_for = |metric| {
        metric == Metric::PackageZipped && (is_image(after) || before.is_some_and(is_image))
    };
    let rows = METRICS
        .into_iter()
        .filter(|(metric, _)| {
            has_layers || !matches!(metric, Metric::Layers | Metric::PackageTotal)
        })
        .map(|(metric, part)| {
            let of_before = before.map(|arm| sampled(metric, arm, prices));
            let of_after = sampled(metric, after, prices);
            let interval = |figures: &[f64]| {
                let of_median = metric != Metric::MaxMemory;
                of_median.then(|| quantile_interval(figures, 50, alpha))?
            };
            let mut test = of_before
                .as_deref()
                .and_then(|before| stats::change(before, &of_after, alpha));
            if let (Metric::MaxMemory, Some(test)) = (metric, &mut test) {
                // What is shown is the largest seen: how the environments differ tells whether, not by how much.
                (test.ratio, test.interval) = (None, None);
            }
            let before = before.and_then(|measured| figure(metric, measured));
            let this = figure(metric, after);
            let of_ranks = test.and_then(|test| test.ratio).map(|ratio| ratio - 1.0);
            Row {
                metric,
                part,
                change: of_ranks.or_else(|| change(before.as_ref(), this.as_ref())),
                before,
                after: this,
                before_interval: of_before.as_deref().and_then(interval),
                after_interval: interval(&of_after),
                test,
                spread: spread(metric, after.summary),
            }
        })
        .filter(|row| row.before.is_some() || row.after.is_some() || asked_for(row.metric))
        .collect();
    Comparison {
        rows,
        indicative,
        observational: false,
        arms: (before.map(|before| before.subject.arm), after.subject.arm),
        alpha,
    }
}

/// What a rank test may compare; nothing of what is reckoned with prices that are not known.
fn sampled(metric: Metric, arm: Measured, prices: Option<&Prices>) -> Vec<f64> {
    match (metric, prices) {
        (Metric::CostCold | Metric::CostWarm, None) => Vec::new(),
        (_, Some(prices)) => metric.figures(arm.samples, arm.subject, prices),
        (_, None) => metric.figures(arm.samples, arm.subject, &Prices::builtin()),
    }
}

fn figure(metric: Metric, arm: Measured) -> Option<Figure> {
    let (subject, summary) = (arm.subject, arm.summary);
    match metric {
        Metric::PackageZipped => subject.package_bytes.map(Figure::Bytes),
        Metric::PackageUnzipped => subject.unzipped_bytes.map(Figure::Bytes),
        Metric::Layers => layers_bytes(subject).map(Figure::Bytes),
        Metric::PackageTotal => subject
            .package_bytes
            .zip(layers_bytes(subject))
            .map(|(package, layers)| Figure::Bytes(package + layers)),
        Metric::MaxMemory => summary.max_memory_mb.map(|mb| Figure::Mb(mb as f64)),
        Metric::CostCold => summary.cost_cold_usd_per_million.map(Figure::UsdPerMillion),
        Metric::CostWarm => summary.cost_warm_usd_per_million.map(Figure::UsdPerMillion),
        Metric::Version => {
            (!subject.version.is_empty()).then(|| Figure::Text(subject.version.clone()))
        }
        _ => spread(metric, summary).map(|spread| Figure::Ms(spread.median)),
    }
}

/// Without layers 0; unknown if the size of one of them is.
fn layers_bytes(subject: &SubjectResult) -> Option<u64> {
    if subject.endpoint == EndpointKind::Logs {
        return None;
    }
    subject.layers.iter().map(|layer| layer.bytes).sum()
}

fn spread(metric: Metric, summary: &ArmSummary) -> Option<Spread> {
    match metric {
        Metric::ColdStart => summary.cold_ms,
        Metric::Init => summary.init_ms,
        Metric::Restore => summary.restore_ms,
        Metric::ColdHandler => summary.cold_handler_ms,
        Metric::ColdClient => summary.cold_client_ms,
        Metric::WarmStart => summary.warm_ms,
        Metric::WarmClient => summary.warm_client_ms,
        Metric::BilledCold => summary.cold_billed_ms,
        Metric::BilledWarm => summary.warm_billed_ms,
        _ => None,
    }
}

fn change(before: Option<&Figure>, after: Option<&Figure>) -> Option<f64> {
    let (before, after) = (number(before?)?, number(after?)?);
    (before != 0.0).then(|| after / before - 1.0)
}

/// What can be reckoned with; words cannot.
pub fn number(figure: &Figure) -> Option<f64> {
    match figure {
        Figure::Bytes(n) => Some(*n as f64),
        Figure::Ms(x) | Figure::Mb(x) | Figure::UsdPerMillion(x) => Some(*x),
        Figure::Text(_) => None,
    }
}

#[cfg(test)]
mod tests;
