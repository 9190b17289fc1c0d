//! The rank test, the ratio, the intervals and the corrections: golden figures, brute force, and what holds of every set.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::stats::{Shift, benjamini_hochberg, change, holm, quantile_interval, shift};

fn p_value(before: &[f64], after: &[f64]) -> Option<f64> {
    Some(change(before, after, 0.05)?.p)
}

fn close(found: f64, wanted: f64) -> bool {
    (found - wanted).abs() <= 1e-9 * wanted.abs().max(1e-3)
}

#[test]
fn p_is_that_of_the_golden_figures() {
    for (before, after, wanted) in [
        (
            &[1., 4., 6., 9., 11.][..],
            &[2., 3., 7., 12., 14.][..],
            0.690_476,
        ),
        (&[1., 2., 3., 4., 5.], &[6., 7., 8., 9., 10.], 0.007_936_5),
        (&[1., 2., 2., 3., 5.], &[2., 3., 3., 4., 6., 6.], 0.173_160),
    ] {
        let p = p_value(before, after).expect("figures");
        assert!((p - wanted).abs() < 5e-7, "{p} for {wanted}");
    }
}

#[test]
fn separated_sets_are_significant_whichever_is_larger() {
    let (few, many) = ([1.0, 2.0, 3.0], [11.0, 12.0, 13.0, 14.0, 15.0]);
    for (before, after) in [(&few[..], &many[..]), (&many, &few)] {
        // One split of 56, and the opposite one.
        assert!(close(p_value(before, after).expect("figures"), 2.0 / 56.0));
    }
}

#[test]
fn nothing_differs_where_all_figures_are_equal() {
    for n in [1, 6, 100] {
        let found = change(&vec![128.0; n], &vec![128.0; n], 0.05).expect("figures");
        assert_eq!((found.p, found.ratio), (1.0, Some(1.0)));
        assert_eq!(found.interval.is_some(), n > 1, "{n}");
    }
}

#[test]
fn fifty_of_each_are_exact_in_a_moment_with_ties_and_without() {
    let set = |shift: f64, step: f64| -> Vec<f64> {
        (0..50)
            .map(|i| ((f64::from(i * 37 % 50) + shift) / step).floor() * step)
            .collect()
    };
    for (before, after) in [
        (set(0.25, 0.001), set(8.5, 0.001)),
        (set(0.0, 3.0), set(9.0, 3.0)),
        (set(0.0, 1.0), set(0.0, 1.0)),
    ] {
        let began = Instant::now();
        let p = p_value(&before, &after).expect("figures");
        let took = began.elapsed();
        println!("p = {p} in {took:?}");
        assert!(took < Duration::from_millis(500), "{took:?}");
    }
}

#[test]
fn past_the_exact_sizes_the_approximation_agrees_with_the_count() {
    let set = |n: u32, shift: f64, step: f64| -> Vec<f64> {
        (0..n)
            .map(|i| ((f64::from(i) * 0.618_034).fract() * 100.0 + shift).div_euclid(step) * step)
            .collect()
    };
    for step in [0.001, 4.0] {
        let exact = p_value(&set(64, 0.0, step), &set(64, 10.0, step)).expect("figures");
        let near = p_value(&set(65, 0.0, step), &set(64, 10.0, step)).expect("figures");
        assert!((exact / near - 1.0).abs() < 0.05, "{exact} and {near}");
    }
}

#[test]
fn the_ratio_is_the_geometric_median_of_all_ratios() {
    let found = change(&[1.0, 4.0], &[2.0, 4.0], 0.05).expect("figures");
    // 0.5, 1, 2 and 4.
    assert!(close(found.ratio.expect("positive"), 2.0_f64.sqrt()));
    assert_eq!(found.interval, None, "two of each have no interval at .05");
}

#[test]
fn there_is_a_p_but_no_ratio_where_a_figure_is_not_positive() {
    let found = change(&[0.0, 1.0, 2.0], &[3.0, 4.0, 5.0], 0.2).expect("figures");
    assert_eq!((found.ratio, found.interval), (None, None));
    assert!(close(found.p, 0.1));
}

#[track_caller]
fn shifts(found: Option<Shift>, by: f64, (low, high): (f64, f64)) {
    let found = found.expect("figures");
    let ends = found.interval.expect("an interval");
    assert!(close(found.by, by), "{found:?}");
    assert!(close(ends.0, low) && close(ends.1, high), "{found:?}");
}

#[test]
fn the_shift_is_the_median_difference_and_its_interval_leaves_out_as_many_as_the_tables_say() {
    // The differences, in order: -9 -8 -7 ... 1 ... 10 11 13. Of five and five, U of 2 is the last that .05 rejects: the
    // ends are the third from each side.
    let (before, after) = ([1., 4., 6., 9., 11.], [2., 3., 7., 12., 14.]);
    shifts(shift(&before, &after, 0.05), 1.0, (-7.0, 10.0));
    // Hollander and Wolfe's permeability constants; R: wilcox.test(x, y, conf.int = TRUE).
    let x = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    let y = [1.15, 0.88, 0.90, 0.74, 1.21];
    shifts(shift(&y, &x, 0.05), 0.305, (-0.15, 0.76));
    shifts(shift(&x, &y, 0.05), -0.305, (-0.76, 0.15));
}

#[test]
fn a_shift_is_in_the_unit_of_the_figures_however_small_or_large_they_are() {
    let before: Vec<f64> = (0..15).map(|n| 400.0 + f64::from(n)).collect();
    let after: Vec<f64> = before.iter().map(|ms| ms - 147.0).collect();
    // Of fifteen and fifteen, U of 64 is the last that .05 rejects. Of all differences 55 lie more than 4 below the middle,
    // and 11 lie 4 below it: the 65th is one of these.
    shifts(shift(&after, &before, 0.05), 147.0, (143.0, 151.0));
    // From next to nothing, and from nothing at all.
    let found = shift(&[0.2, 0.9, 0.0], &[181.0, 180.5, 190.0], 0.05).expect("figures");
    assert!(close(found.by, 180.8), "{found:?}");
    assert_eq!(
        found.interval, None,
        "three of each have no interval at .05"
    );
    let found = shift(&[900_000.0; 3], &[1.0; 3], 0.05).expect("figures");
    assert!(close(found.by, -899_999.0), "{found:?}");
    let many: Vec<f64> = (0..1000).map(f64::from).collect();
    let found = shift(&many, &many, 0.05).expect("figures");
    let (low, high) = found.interval.expect("a thousand of each");
    assert_eq!((found.by, low), (0.0, -high));
    // 1.96 standard errors of U, at almost as many differences to a step: 1.96 * sqrt(10^6 * 2001 / 12) / 987.
    assert!((25.0..=26.0).contains(&high), "{high}");
}

#[test]
fn an_end_at_no_shift_is_outside_where_the_test_rejects_it() {
    let after: Vec<f64> = (0..20).map(|i| if i < 11 { 0.0 } else { 1.0 }).collect();
    let found = shift(&[0.0; 20], &after, 0.05).expect("figures");
    let (low, high) = found.interval.expect("twenty of each");
    assert!(found.by == 0.0 && low > 0.0 && low < 1e-9, "{found:?}");
    assert!(close(high, 1.0), "{found:?}");
}

#[test]
fn there_is_no_change_of_nothing_or_of_what_is_not_finite() {
    for bad in [&[][..], &[1.0, f64::NAN], &[f64::INFINITY]] {
        assert_eq!(change(bad, &[1.0], 0.05), None);
        assert_eq!(change(&[1.0], bad, 0.05), None);
        assert_eq!(shift(bad, &[1.0], 0.05), None);
        assert_eq!(shift(&[1.0], bad, 0.05), None);
        assert_eq!(p_value(bad, &[1.0]), None);
        assert_eq!(p_value(&[1.0], bad), None);
    }
}

#[test]
fn an_end_at_one_is_outside_where_the_test_rejects_one() {
    // Half of after is equal to all of before, so the ratio is 1 and yet there is a change.
    let after: Vec<f64> = (0..20)
        .map(|i| if i < 11 { 100.0 } else { 101.0 })
        .collect();
    let found = change(&[100.0; 20], &after, 0.05).expect("figures");
    assert!(found.p < 0.05);
    assert_eq!(found.ratio, Some(1.0));
    let (low, high) = found.interval.expect("twenty of each");
    assert!(
        low > 1.0 && low < 1.000_001 && close(high, 1.01),
        "{low} {high}"
    );
}

#[test]
fn the_interval_of_the_median_is_that_of_the_tables() {
    // Ranks at 95 %, as tables of the sign test have them.
    for (n, low) in [
        (6, 1),
        (8, 1),
        (9, 2),
        (10, 2),
        (20, 6),
        (30, 10),
        (50, 18),
        (100, 40),
    ] {
        let figures: Vec<f64> = (1..=n).rev().map(f64::from).collect();
        let wanted = Some((f64::from(low), f64::from(n + 1 - low)));
        assert_eq!(quantile_interval(&figures, 50, 0.05), wanted, "{n}");
    }
    assert_eq!(quantile_interval(&[1.0, 2.0, 3.0, 4.0, 5.0], 50, 0.2), None);
    assert_eq!(
        quantile_interval(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 50, 0.02),
        None
    );
    assert_eq!(quantile_interval(&[f64::NAN; 9], 50, 0.05), None);
}

#[test]
fn a_high_percentile_has_no_interval_until_figures_lie_above_it() {
    let interval =
        |n: u32| quantile_interval(&(1..=n).map(f64::from).collect::<Vec<_>>(), 95, 0.05);
    // .95^72 is the first power below .025.
    assert_eq!(interval(71), None);
    assert_eq!(interval(72).map(|(_, high)| high), Some(72.0));
    let (low, high) = interval(20_000).expect("many");
    assert!(
        (18_930.0..18_950.0).contains(&low) && (19_055.0..19_070.0).contains(&high),
        "{low} {high}"
    );
}

#[test]
fn corrections_are_those_of_r() {
    let p = [0.01, 0.04, 0.03, 0.005];
    for (found, wanted) in [
        (holm(&p), [0.03, 0.06, 0.06, 0.02]),
        (benjamini_hochberg(&p), [0.02, 0.04, 0.04, 0.02]),
    ] {
        assert!(
            found.iter().zip(wanted).all(|(f, w)| close(*f, w)),
            "{found:?}"
        );
    }
    assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    assert!(holm(&[]).is_empty() && benjamini_hochberg(&[]).is_empty());
}

/// Both tails over every split, by going through them.
fn brute_force(before: &[f64], after: &[f64]) -> f64 {
    let all: Vec<f64> = before.iter().chain(after).copied().collect();
    let doubled_u = |in_after: &dyn Fn(usize) -> bool| -> i32 {
        let pairs = (0..all.len()).flat_map(|b| (0..all.len()).map(move |a| (b, a)));
        pairs
            .filter(|&(b, a)| !in_after(b) && in_after(a))
            .map(|(b, a)| 1 + i32::from(all[a] > all[b]) - i32::from(all[a] < all[b]))
            .sum()
    };
    let seen = doubled_u(&|i| i >= before.len());
    let splits: Vec<i32> = (0_u32..1 << all.len())
        .filter(|set| set.count_ones() as usize == after.len())
        .map(|set| doubled_u(&|i| set >> i & 1 == 1))
        .collect();
    let share = |beyond: &dyn Fn(i32) -> bool| {
        splits.iter().filter(|&&u| beyond(u)).count() as f64 / splits.len() as f64
    };
    (2.0 * share(&|u| u <= seen).min(share(&|u| u >= seen))).min(1.0)
}

fn untied(set: &[f64]) -> bool {
    let mut bits: Vec<u64> = set.iter().map(|x| x.to_bits()).collect();
    bits.sort_unstable();
    bits.dedup();
    bits.len() == set.len()
}

/// Whole figures over a small range have ties, hundredths over a large one have none.
fn sets(most: usize) -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let set = move |top: u32| prop::collection::vec((10..top).prop_map(f64::from), 1..most);
    prop_oneof![Just(14), Just(30), Just(1_000_000)].prop_flat_map(move |top| (set(top), set(top)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn p_is_that_of_all_splits((before, after) in sets(6)) {
        let (p, wanted) = (p_value(&before, &after).expect("figures"), brute_force(&before, &after));
        prop_assert!(close(p, wanted), "{p} for {wanted}");
    }
}

proptest! {
    #[test]
    fn one_is_outside_the_interval_exactly_if_p_is_below_alpha(
        (before, after) in sets(16),
        alpha in prop_oneof![Just(0.05), Just(0.0221), 0.01..0.9],
    ) {
        let found = change(&before, &after, alpha).expect("figures");
        if let Some((low, high)) = found.interval {
            prop_assert!(low <= high, "{low} {high}");
            prop_assert_eq!(found.p < alpha, !(low..=high).contains(&1.0), "{:?}", found);
        } else {
            prop_assert!(found.p >= alpha, "{:?}", found);
        }
    }

    #[test]
    fn the_interval_excludes_a_ratio_exactly_if_the_test_does((before, after) in sets(16), ratio in 0.5..2.0) {
        // The figures are whole, so that no product of theirs with such a ratio is equal to another but by a wonder.
        let found = change(&before, &after, 0.05).expect("figures");
        let scaled: Vec<f64> = before.iter().map(|b| b * ratio).collect();
        let p = p_value(&scaled, &after).expect("figures");
                if let (true, Some((low, high))) = (untied(&before) && untied(&after), found.interval) {
            prop_assert_eq!(p < 0.05, !(low..=high).contains(&ratio), "{:?}", found);
        }
    }

    #[test]
    fn no_shift_is_outside_the_interval_exactly_if_p_is_below_alpha(
        (before, after) in sets(16),
        alpha in prop_oneof![Just(0.05), Just(0.0221), 0.01..0.9],
    ) {
        let p = p_value(&before, &after).expect("figures");
        let found = shift(&before, &after, alpha).expect("figures");
        if let Some((low, high)) = found.interval {
            prop_assert!(low <= high, "{low} {high}");
            prop_assert_eq!(p < alpha, !(low..=high).contains(&0.0), "{:?}", found);
        } else {
            prop_assert!(p >= alpha, "{:?}", found);
        }
    }

    #[test]
    fn a_later_after_moves_shift_and_interval_with_it((before, after) in sets(16), by in -9..2000) {
        let by = f64::from(by);
        let later: Vec<f64> = after.iter().map(|x| x + by).collect();
        let (first, second) = (shift(&before, &after, 0.3).expect("figures"), shift(&before, &later, 0.3).expect("figures"));
        prop_assert!(close(second.by, first.by + by));
        let tied = [&after, &later].iter().any(|after| !untied(&[&before[..], after].concat()));
        if let (false, Some(ends), Some(later)) = (tied, first.interval, second.interval) {
            prop_assert!(close(later.0, ends.0 + by) && close(later.1, ends.1 + by), "{:?} {:?}", first, second);
        }
    }

    #[test]
    fn swapping_the_arms_inverts_the_ratio_and_keeps_p((before, after) in sets(16)) {
        let there = change(&before, &after, 0.05).expect("figures");
        let back = change(&after, &before, 0.05).expect("figures");
        prop_assert!(close(there.p, back.p));
        prop_assert!(close(there.ratio.expect("positive"), 1.0 / back.ratio.expect("positive")));
        prop_assert_eq!(there.interval.is_some(), back.interval.is_some());
        if let (Some((low, high)), Some((other_low, other_high))) = (there.interval, back.interval) {
            prop_assert!(close(low, 1.0 / other_high) && close(high, 1.0 / other_low), "{:?} {:?}", there, back);
        }
    }

    #[test]
    fn a_unit_changes_nothing((before, after) in sets(16), power in -20..20) {
        // By a power of two, which rounds nothing.
        let scale = |set: &[f64]| set.iter().map(|x| x * 2.0_f64.powi(power)).collect::<Vec<_>>();
        prop_assert_eq!(change(&scale(&before), &scale(&after), 0.05), change(&before, &after, 0.05));
    }

    #[test]
    fn a_slower_after_moves_ratio_and_interval_with_it((before, after) in sets(16), power in 1..4) {
        let factor = 2.0_f64.powi(power);
        let slower: Vec<f64> = after.iter().map(|x| x * factor).collect();
        let (first, second) = (change(&before, &after, 0.3).expect("figures"), change(&before, &slower, 0.3).expect("figures"));
        prop_assert!(close(second.ratio.expect("positive"), factor * first.ratio.expect("positive")));
        if let (true, Some((low, high)), Some((slower_low, slower_high))) =
            (untied(&before) && untied(&after), first.interval, second.interval)
        {
            prop_assert!(close(slower_low, factor * low) && close(slower_high, factor * high), "{:?} {:?}", first, second);
        }
    }

    #[test]
    fn the_order_of_the_figures_is_of_no_account((mut before, mut after) in sets(16)) {
        let first = change(&before, &after, 0.05);
        before.reverse();
        after.rotate_left(1);
        prop_assert_eq!(change(&before, &after, 0.05), first);
    }

    #[test]
    fn corrected_p_is_never_smaller_nor_out_of_order(p in prop::collection::vec(0.0..=1.0, 0..12)) {
        for adjusted in [holm(&p), benjamini_hochberg(&p)] {
            for (i, &x) in p.iter().enumerate() {
                prop_assert!(adjusted[i] >= x && adjusted[i] <= 1.0);
                prop_assert!((0..p.len()).all(|j| p[j] < x || adjusted[j] >= adjusted[i]));
            }
        }
    }
}
