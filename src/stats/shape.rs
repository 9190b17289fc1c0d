//! What a set of figures looks like: two groups, or single figures far from the rest. Both are told, nothing is dropped.
//! Pure.

use serde::{Deserialize, Serialize};

use super::{median_of_sorted, sorted};

/// Fewer figures show gaps wherever one looks.
const FEWEST: usize = 15;
/// A group is at least this share of all.
const SMALLEST_SHARE: usize = 5;
/// Two groups explain at least this much of the spread of the logs: a normal distribution cut in two explains 64 %, a flat one
/// 75 %.
const EXPLAINED: f64 = 0.88;
/// And they lie at least this far apart: figures are rounded, and what is that near is one thing to everybody.
const APART: f64 = 1.05;

/// Two groups of figures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TwoGroups {
    /// Median of the lower group.
    pub low: f64,
    /// How many are in it.
    pub n_low: usize,
    /// Median of the upper group.
    pub high: f64,
    /// How many are in it.
    pub n_high: usize,
}

/// Whether the figures fall into two groups, each at least a fifth of all and at least 5 % apart, that explain 88 % of their
/// spread (on logs). With fewer than fifteen nobody can tell.
pub fn two_groups(figures: &[f64]) -> Option<TwoGroups> {
    let sorted = sorted(figures).filter(|sorted| sorted.len() >= FEWEST && sorted[0] > 0.0)?;
    let logs: Vec<f64> = sorted.iter().map(|figure| figure.ln()).collect();
    let all = scatter(&logs);
    let smallest = sorted.len().div_ceil(SMALLEST_SHARE);
    let (at, unexplained) = (smallest..=sorted.len() - smallest)
        .filter(|&at| sorted[at] / sorted[at - 1] >= APART)
        .map(|at| (at, scatter(&logs[..at]) + scatter(&logs[at..])))
        .min_by(|a, b| a.1.total_cmp(&b.1))?;
    (unexplained <= (1.0 - EXPLAINED) * all).then(|| TwoGroups {
        low: median_of_sorted(&sorted[..at]),
        n_low: at,
        high: median_of_sorted(&sorted[at..]),
        n_high: sorted.len() - at,
    })
}

/// How many figures lie more than three interquartile ranges outside the middle half (Tukey's "far out").
pub fn far_out(figures: &[f64]) -> usize {
    let Some(sorted) = sorted(figures) else {
        return 0;
    };
    let half = sorted.len().div_ceil(2);
    let (low, high) = (
        median_of_sorted(&sorted[..half]),
        median_of_sorted(&sorted[sorted.len() - half..]),
    );
    let range = 3.0 * (high - low);
    // Figures that are nearly all the same have no range to speak of.
    if range <= 0.0 {
        return 0;
    }
    let is_far = |figure: &&f64| **figure < low - range || **figure > high + range;
    sorted.iter().filter(is_far).count()
}

/// The sum of squares around the mean.
fn scatter(figures: &[f64]) -> f64 {
    let mean = figures.iter().sum::<f64>() / figures.len() as f64;
    figures.iter().map(|figure| (figure - mean).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn share(n: usize, figure: impl Fn(&mut Random) -> f64) -> f64 {
        const SETS: usize = 1000;
        let mut random = Random(42);
        let cries = (0..SETS).filter(|_| {
            let figures: Vec<f64> = (0..n).map(|_| figure(&mut random)).collect();
            two_groups(&figures).is_some()
        });
        cries.count() as f64 / SETS as f64
    }

    #[test]
    fn one_skewed_hump_is_hardly_ever_taken_for_two() {
        for n in [15, 20, 30] {
            for (shape, share) in [
                ("normal", share(n, |random| 300.0 + 20.0 * random.normal())),
                (
                    "lognormal",
                    share(n, |random| 300.0 * (0.3 * random.normal()).exp()),
                ),
                (
                    "exponential",
                    share(n, |random| 300.0 - 100.0 * random.share().ln()),
                ),
                ("flat", share(n, |random| 300.0 + 100.0 * random.share())),
            ] {
                let most = if n < 20 { 0.05 } else { 0.025 };
                assert!(share <= most, "{shape} of {n}: {share}");
            }
        }
    }

    #[test]
    fn two_humps_are_found_where_there_are_two() {
        let two = |random: &mut Random| {
            let hump = if random.share() < 0.6 { 300.0 } else { 450.0 };
            hump * (0.05 * random.normal()).exp()
        };
        for n in [20, 30] {
            let share = share(n, two);
            assert!(share >= 0.9, "{n}: {share}");
        }
    }

    #[test]
    fn the_groups_are_told_with_their_middles_and_sizes() {
        let figures: Vec<f64> = (0..12)
            .map(|i| 200.0 + f64::from(i))
            .chain((0..8).map(|i| 300.0 + f64::from(i)))
            .collect();
        assert_eq!(
            two_groups(&figures),
            Some(TwoGroups {
                low: 205.5,
                n_low: 12,
                high: 303.5,
                n_high: 8
            })
        );
        assert_eq!(two_groups(&figures[..14]), None, "too few");
        assert_eq!(two_groups(&[7.0; 20]), None, "all the same");
        let near: Vec<f64> = figures.iter().map(|f| 1e4 + f).collect();
        assert_eq!(two_groups(&near), None, "less than 5 % apart");
        let few = [&figures[..12], &[900.0, 910.0, 920.0]].concat();
        assert_eq!(
            two_groups(&[&few[..], &figures[..4]].concat()),
            None,
            "three are no group of 19"
        );
    }

    #[test]
    fn only_what_lies_far_outside_the_middle_half_is_far_out() {
        let mut figures: Vec<f64> = (0..20).map(|i| 100.0 + f64::from(i)).collect();
        assert_eq!(far_out(&figures), 0);
        figures[19] = 150.0;
        assert_eq!(far_out(&figures), 1);
        figures[0] = 1.0;
        assert_eq!(far_out(&figures), 2);
        let mut same = vec![40.0; 20];
        same[3] = 41.0;
        assert_eq!((far_out(&same), far_out(&[])), (0, 0));
    }
}
