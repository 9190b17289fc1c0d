//! Intervals of medians and other quantiles by order statistics: exact, and free of any shape of the noise. Pure.

use super::sorted;

/// Fewer figures have no interval: five cover the median with no more than 94 %.
const FEWEST: usize = 6;

/// The interval of the `percent`-th percentile (50 is the median) that covers it with at least 1 - `alpha`; none below six
/// figures, and none where no two order statistics cover it.
///
/// How many figures lie below the percentile is binomial; each end leaves at most half of `alpha` beyond it.
pub fn quantile_interval(figures: &[f64], percent: u8, alpha: f64) -> Option<(f64, f64)> {
    let n = figures.len();
    if n < FEWEST || !(1..100).contains(&percent) {
        return None;
    }
    let sorted = sorted(figures)?;
    let share = f64::from(percent) / 100.0;
    // The rank from below on the one side is the rank from above of the opposite percentile on the other.
    let low = ranks_beyond(n, share, alpha / 2.0).checked_sub(1)?;
    let high = ranks_beyond(n, 1.0 - share, alpha / 2.0).checked_sub(1)?;
    Some((sorted[low], sorted[n - 1 - high]))
}

/// The largest r for which fewer than r of `n` lie below the percentile with a probability of at most `tail`.
fn ranks_beyond(n: usize, share: f64, tail: f64) -> usize {
    // On logs: the first term of many figures is too small for a float.
    let odds = (share / (1.0 - share)).ln();
    let mut term = n as f64 * (1.0 - share).ln();
    let mut sum = 0.0;
    for r in 0..n {
        sum += term.exp();
        if sum > tail {
            return r;
        }
        term += odds + ((n - r) as f64 / (r + 1) as f64).ln();
    }
    n
}
