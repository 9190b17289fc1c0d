//! Golden figures, and what must hold of every set of figures.

mod decisions;
mod ranks;

use proptest::prelude::*;

use super::*;

fn up_to(n: u32) -> Vec<f64> {
    (1..=n).rev().map(f64::from).collect()
}

#[test]
fn the_median_is_the_middle_or_the_mean_of_the_two_middles() {
    assert_eq!(median(&[3.0]), Some(3.0));
    assert_eq!(median(&[5.0, 1.0, 3.0]), Some(3.0));
    assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
    assert_eq!(median(&[f64::MAX, f64::MAX]), Some(f64::MAX));
}

#[test]
fn there_is_no_figure_for_nothing_or_for_what_is_not_finite() {
    for figures in [&[][..], &[1.0, f64::NAN], &[f64::INFINITY, 2.0]] {
        assert_eq!(median(figures), None);
        assert_eq!(spread(figures), None);
        assert_eq!(warm_spread(figures), None);
        assert_eq!(percentiles(figures), None);
    }
    assert_eq!(warm_spread(&[-1.0]), None);
}

#[test]
fn a_spread_of_twenty_has_no_p95() {
    let spread = spread(&up_to(20)).expect("figures");
    assert_eq!(
        (spread.n, spread.min, spread.median, spread.max),
        (20, 1.0, 10.5, 20.0)
    );
    assert_eq!(spread.p95, None);
}

#[test]
fn p95_is_shown_from_a_hundred_figures_on_by_nearest_rank() {
    assert_eq!(spread(&up_to(99)).and_then(|s| s.p95), None);
    assert_eq!(spread(&up_to(100)).and_then(|s| s.p95), Some(95.0));
    assert_eq!(spread(&up_to(101)).and_then(|s| s.p95), Some(96.0));
    assert_eq!(spread(&up_to(200)).and_then(|s| s.p95), Some(190.0));
}

#[test]
fn each_percentile_appears_when_five_figures_lie_above_it() {
    let shown =
        |n| percentiles(&up_to(n)).map(|p| [p.p50, p.p90, p.p95, p.p99].map(|p| p.is_some()));
    assert_eq!(shown(9), Some([false, false, false, false]));
    assert_eq!(shown(10), Some([true, false, false, false]));
    assert_eq!(shown(49), Some([true, false, false, false]));
    assert_eq!(shown(50), Some([true, true, false, false]));
    assert_eq!(shown(100), Some([true, true, true, false]));
    assert_eq!(shown(499), Some([true, true, true, false]));
    assert_eq!(shown(500), Some([true, true, true, true]));
}

#[test]
fn warm_percentiles_of_small_figures_are_exact() {
    // Below 2.048 ms a microsecond has a bucket of its own.
    let figures: Vec<f64> = (1..=500).map(|n| f64::from(n) / 1000.0).collect();
    let p = percentiles(&figures).expect("figures");
    assert_eq!(
        [p.p50, p.p90, p.p95, p.p99],
        [Some(0.25), Some(0.45), Some(0.475), Some(0.495)]
    );
}

#[test]
fn no_rounding_moves_a_warm_percentile_to_the_next_rank() {
    // 15 / 29 * 29 is more than 15 in floating point.
    let figures: Vec<f64> = (1..=29).map(|n| f64::from(n) / 1000.0).collect();
    assert_eq!(percentiles(&figures).and_then(|p| p.p50), Some(0.015));
}

#[test]
fn equal_warm_figures_have_that_figure_as_every_percentile() {
    let spread = warm_spread(&[30.01; 100]).expect("figures");
    assert_eq!(
        (spread.min, spread.median, spread.p95, spread.max),
        (30.01, 30.01, Some(30.01), 30.01)
    );
}

proptest! {
    #[test]
    fn a_warm_p95_is_the_nearest_rank_to_three_digits(
        figures in prop::collection::vec((1u32..90_000_000).prop_map(|n| f64::from(n) / 100.0), 100..400)
    ) {
        let exact = spread(&figures).and_then(|s| s.p95).expect("enough figures");
        let warm = warm_spread(&figures).and_then(|s| s.p95).expect("enough figures");
        prop_assert!((warm - exact).abs() <= exact / 1000.0, "{warm} for {exact}");
    }

    #[test]
    fn a_spread_is_in_order_and_does_not_depend_on_the_figures_order(
        mut figures in prop::collection::vec(0.0f64..1e7, 1..250)
    ) {
        let before = spread(&figures).expect("figures");
        prop_assert!(before.min <= before.median && before.median <= before.max);
        prop_assert!(before.p95.is_none_or(|p95| before.median <= p95 && p95 <= before.max));
        figures.reverse();
        prop_assert_eq!(spread(&figures), Some(before));
    }
}
