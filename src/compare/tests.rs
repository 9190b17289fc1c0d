//! What a row holds, and what it never holds.

use super::*;
use crate::results::Layer;
use crate::results::samples::{pair, subject, summary};

/// Both arms by their summaries alone.
fn figures_of(
    before: Option<(&SubjectResult, &ArmSummary)>,
    after: (&SubjectResult, &ArmSummary),
) -> Comparison {
    let measured = |(subject, summary)| Measured {
        subject,
        summary,
        samples: &[],
    };
    compare(before.map(measured), measured(after), false, 0.05, None)
}

fn row(comparison: &Comparison, metric: Metric) -> Option<&Row> {
    comparison.rows.iter().find(|row| row.metric == metric)
}

#[test]
fn the_size_of_an_image_is_a_row_that_says_that_it_is_unknown() {
    let mut image = subject(Arm::Only);
    image.package_bytes = None;
    let figures = summary(Arm::Only, 940.0);
    let size = |subject: &SubjectResult| {
        let comparison = figures_of(None, (subject, &figures));
        row(&comparison, Metric::PackageZipped).cloned()
    };
    assert_eq!(size(&image), None);
    image.runtime = "image".into();
    assert_eq!(size(&image).unwrap().after, None);
}

#[test]
fn the_change_is_after_over_before_less_one() {
    let result = pair();
    let comparison = compare_arms(&result).unwrap();
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
    let comparison = figures_of(Some((&before, &one)), (&after, &two));
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
    let without = figures_of(Some((&before, &one)), (&after, &two));
    assert!(row(&without, Metric::Layers).is_none());
    assert!(row(&without, Metric::PackageTotal).is_none());

    let layer = |bytes| Layer {
        name: "common".into(),
        bytes,
    };
    after.package_bytes = Some(1000);
    after.layers = vec![layer(Some(20)), layer(Some(3))];
    let with = figures_of(Some((&before, &one)), (&after, &two));
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
    let unknown = figures_of(Some((&before, &one)), (&after, &two));
    assert_eq!(row(&unknown, Metric::PackageTotal).unwrap().after, None);
}

#[test]
fn a_single_subject_has_its_spread_and_no_before() {
    let (only, figures) = (subject(Arm::Only), summary(Arm::Only, 400.0));
    let comparison = figures_of(None, (&only, &figures));
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
    let comparison = compare_arms(&result).unwrap();
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
