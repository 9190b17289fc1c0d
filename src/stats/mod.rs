//! Medians, percentiles and spreads of small samples. Pure.
//!
//! A figure that is not finite is never left out quietly: with one among them there is no median and no spread.

mod change;
mod decide;
mod interval;
mod looks;
mod many;
mod multiple;
mod normal;
mod rank;
mod shape;

pub use change::{Change, Shift, change, shift};
pub use decide::{Decision, verdict};
pub use interval::quantile_interval;
pub use looks::Looks;
pub use multiple::{benjamini_hochberg, holm};
pub use shape::{TwoGroups, far_out, two_groups};

use hdrhistogram::Histogram;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a set of figures is spread. The unit is the figures' own.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spread {
    /// How many figures.
    pub n: usize,
    /// Smallest.
    pub min: f64,
    /// Median; for even `n` the mean of the two middle figures.
    pub median: f64,
    /// 95th percentile, only where at least five figures lie above it: n(1-q) >= 5.
    pub p95: Option<f64>,
    /// Largest.
    pub max: f64,
}

/// Percentiles of many warm starts, each only where n(1-q) >= 5; to three significant digits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Percentiles {
    /// How many figures.
    pub n: usize,
    /// 50th.
    pub p50: Option<f64>,
    /// 90th.
    pub p90: Option<f64>,
    /// 95th.
    pub p95: Option<f64>,
    /// 99th.
    pub p99: Option<f64>,
}

/// A percentile is shown only if this many figures lie above it.
const FIGURES_ABOVE: usize = 5;

/// The median; for an even number of figures the mean of the two middle ones.
///
/// `None` if there are no figures, or if one of them is not finite.
pub fn median(figures: &[f64]) -> Option<f64> {
    sorted(figures).map(|sorted| median_of_sorted(&sorted))
}

/// Number, extremes, median, and p95 where n allows.
///
/// p95 is the nearest-rank percentile, the smallest figure that at least 95 % of the figures do not exceed (type 1 of
/// Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996): a figure that was measured, nothing in between.
/// `None` if there are no figures, or if one of them is not finite.
pub fn spread(figures: &[f64]) -> Option<Spread> {
    let sorted = sorted(figures)?;
    let n = sorted.len();
    Some(Spread {
        n,
        min: sorted[0],
        median: median_of_sorted(&sorted),
        p95: allowed(n, 95).then(|| sorted[nearest_rank(n, 95) - 1]),
        max: sorted[n - 1],
    })
}

/// [`spread`] for warm starts in milliseconds: p95 comes from an HDR histogram, as [`percentiles`] has it.
///
/// `None` if there are no figures, or if one of them is negative or not finite.
pub fn warm_spread(figures_ms: &[f64]) -> Option<Spread> {
    let p95 = percentiles(figures_ms)?.p95;
    Some(Spread {
        p95,
        ..spread(figures_ms)?
    })
}

/// Percentiles of durations in milliseconds by nearest rank, through an HDR histogram of three significant digits.
///
/// `None` if there are no figures, or if one of them is negative or not finite.
pub fn percentiles(figures_ms: &[f64]) -> Option<Percentiles> {
    if figures_ms.is_empty() {
        return None;
    }
    // Microseconds: REPORT gives hundredths of a millisecond, JSON thousandths.
    let mut histogram = Histogram::<u64>::new(3).ok()?;
    let (mut min, mut max) = (f64::INFINITY, 0.0_f64);
    for &ms in figures_ms {
        if !ms.is_finite() || ms < 0.0 {
            return None;
        }
        (min, max) = (min.min(ms), max.max(ms));
        histogram.record((ms * 1000.0).round() as u64).ok()?;
    }
    let n = figures_ms.len();
    let at = |percent| {
        allowed(n, percent).then(|| {
            // Half a rank lower, so that no rounding of the product can reach the next rank.
            let quantile = (nearest_rank(n, percent) as f64 - 0.5) / n as f64;
            let value = histogram.median_equivalent(histogram.value_at_quantile(quantile));
            // A bucket may reach past the figures in it.
            (value as f64 / 1000.0).clamp(min, max)
        })
    };
    Some(Percentiles {
        n,
        p50: at(50),
        p90: at(90),
        p95: at(95),
        p99: at(99),
    })
}

/// In whole numbers: 50 * (1 - 0.9) is less than five in floating point.
fn allowed(n: usize, percent: usize) -> bool {
    n * (100 - percent) >= FIGURES_ABOVE * 100
}

/// From 1.
fn nearest_rank(n: usize, percent: usize) -> usize {
    (n * percent).div_ceil(100).max(1)
}

fn sorted(figures: &[f64]) -> Option<Vec<f64>> {
    if figures.is_empty() || figures.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let mut sorted = figures.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    Some(sorted)
}

fn median_of_sorted(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    }
}

#[cfg(test)]
mod tests;
