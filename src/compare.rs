//! Two sets of samples side by side -> [`Comparison`]. Pure.

mod figures;

use crate::results::{Arm, ArmSummary, SubjectResult};
use crate::stats::Spread;

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
    /// after / before - 1, where both are numbers and before is not zero.
    pub change: Option<f64>,
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
    /// The arms compared.
    pub arms: (Option<Arm>, Arm),
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

type Measured<'a> = (&'a SubjectResult, &'a ArmSummary);

/// Puts `after` next to `before`, if there is one. What neither knows has no row; what one of them doesn't know is
/// `None` there, never 0.
pub fn compare(before: Option<Measured>, after: Measured, indicative: bool) -> Comparison {
    let has_layers =
        !after.0.layers.is_empty() || before.is_some_and(|(subject, _)| !subject.layers.is_empty());
    let is_image = |(subject, _): Measured| subject.runtime == "image";
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
            let before = before.and_then(|measured| figure(metric, measured));
            let this = figure(metric, after);
            Row {
                metric,
                part,
                change: change(before.as_ref(), this.as_ref()),
                before,
                after: this,
                spread: spread(metric, after.1),
            }
        })
        .filter(|row| row.before.is_some() || row.after.is_some() || asked_for(row.metric))
        .collect();
    Comparison {
        rows,
        indicative,
        arms: (before.map(|(subject, _)| subject.arm), after.0.arm),
    }
}

fn figure(metric: Metric, (subject, summary): Measured) -> Option<Figure> {
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

fn number(figure: &Figure) -> Option<f64> {
    match figure {
        Figure::Bytes(n) | Figure::Count(n) => Some(*n as f64),
        Figure::Ms(x) | Figure::Mb(x) | Figure::UsdPerMillion(x) => Some(*x),
        Figure::Text(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Layer;
    use crate::results::samples::{pair, subject, summary};

    fn row(comparison: &Comparison, metric: Metric) -> Option<&Row> {
        comparison.rows.iter().find(|row| row.metric == metric)
    }

    #[test]
    fn the_size_of_an_image_is_a_row_that_says_that_it_is_unknown() {
        let mut image = subject(Arm::Only);
        image.package_bytes = None;
        let figures = summary(Arm::Only, 940.0);
        let size = |subject: &SubjectResult| {
            let comparison = compare(None, (subject, &figures), false);
            row(&comparison, Metric::PackageZipped).cloned()
        };
        assert_eq!(size(&image), None);
        image.runtime = "image".into();
        assert_eq!(size(&image).unwrap().after, None);
    }

    #[test]
    fn the_change_is_after_over_before_less_one() {
        let result = pair();
        let comparison = compare(
            result.measured(Arm::Before),
            result.measured(Arm::After).unwrap(),
            false,
        );
        let cold = row(&comparison, Metric::ColdStart).unwrap();
        assert_eq!(cold.before, Some(Figure::Ms(1800.0)));
        assert_eq!(cold.after, Some(Figure::Ms(940.0)));
        assert!((cold.change.unwrap() - (940.0 / 1800.0 - 1.0)).abs() < 1e-12);
        assert_eq!(comparison.arms, (Some(Arm::Before), Arm::After));
    }

    #[test]
    fn what_neither_side_knows_has_no_row_and_what_one_does_not_know_is_never_zero() {
        let (mut before, after) = (subject(Arm::Before), subject(Arm::After));
        before.package_bytes = None;
        let (mut one, mut two) = (summary(Arm::Before, 500.0), summary(Arm::After, 400.0));
        one.init_ms = None;
        one.restore_ms = one.cold_ms;
        one.warm_ms = None;
        two.warm_ms = None;
        let comparison = compare(Some((&before, &one)), (&after, &two), false);
        assert!(row(&comparison, Metric::WarmStart).is_none());
        let package = row(&comparison, Metric::PackageZipped).unwrap();
        assert_eq!((package.before.as_ref(), package.change), (None, None));
        assert!(row(&comparison, Metric::Init).unwrap().before.is_none());
        assert!(row(&comparison, Metric::Restore).unwrap().after.is_none());
    }

    #[test]
    fn layers_have_rows_only_where_there_are_layers() {
        let (mut before, mut after) = (subject(Arm::Before), subject(Arm::After));
        let (one, two) = (summary(Arm::Before, 500.0), summary(Arm::After, 400.0));
        before.layers.clear();
        after.layers.clear();
        let without = compare(Some((&before, &one)), (&after, &two), false);
        assert!(row(&without, Metric::Layers).is_none());
        assert!(row(&without, Metric::PackageTotal).is_none());

        let layer = |bytes| Layer {
            name: "common".into(),
            bytes,
        };
        after.package_bytes = Some(1000);
        after.layers = vec![layer(Some(20)), layer(Some(3))];
        let with = compare(Some((&before, &one)), (&after, &two), false);
        let layers = row(&with, Metric::Layers).unwrap();
        assert_eq!(
            layers.before,
            Some(Figure::Bytes(0)),
            "no layers is a known size"
        );
        assert_eq!(layers.after, Some(Figure::Bytes(23)));
        assert_eq!(layers.change, None, "nothing is a per cent of nothing");
        let total = row(&with, Metric::PackageTotal).unwrap();
        assert_eq!(total.after, Some(Figure::Bytes(1023)));

        after.layers.push(layer(None));
        let unknown = compare(Some((&before, &one)), (&after, &two), false);
        assert_eq!(row(&unknown, Metric::PackageTotal).unwrap().after, None);
    }

    #[test]
    fn a_single_subject_has_its_spread_and_no_before() {
        let (only, figures) = (subject(Arm::Only), summary(Arm::Only, 400.0));
        let comparison = compare(None, (&only, &figures), false);
        assert_eq!(comparison.arms, (None, Arm::Only));
        assert!(
            comparison
                .rows
                .iter()
                .all(|r| r.before.is_none() && r.change.is_none())
        );
        assert_eq!(
            row(&comparison, Metric::ColdStart).unwrap().spread,
            figures.cold_ms
        );
        assert_eq!(
            row(&comparison, Metric::PackageZipped).unwrap().spread,
            None
        );
    }

    #[test]
    fn parts_stand_under_their_whole() {
        let result = pair();
        let comparison = compare(
            result.measured(Arm::Before),
            result.measured(Arm::After).unwrap(),
            false,
        );
        let order: Vec<_> = comparison.rows.iter().map(|r| (r.metric, r.part)).collect();
        let at = order.iter().position(|r| r.0 == Metric::ColdStart).unwrap();
        assert_eq!(
            order[at..at + 3],
            [
                (Metric::ColdStart, false),
                (Metric::Init, true),
                (Metric::ColdHandler, true)
            ]
        );
        assert_eq!(order.last().unwrap().0, Metric::Version);
    }
}
