//! How durations are spread: percentiles, as far as there are values to tell them, and a histogram for pictures.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::distribution::Distribution;

/// A percentile is told if at least so many values lie above it.
const VALUES_ABOVE: u64 = 5;

/// Bins of the histogram.
const BINS: usize = 48;

/// How values are spread, milliseconds. A percentile past the median is null where fewer than five values lie above it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Spread {
    /// How many.
    pub n: u64,
    /// The arithmetic mean.
    pub mean: f64,
    /// The median.
    pub p50: f64,
    /// The 90th percentile.
    pub p90: Option<f64>,
    /// The 99th percentile.
    pub p99: Option<f64>,
    /// The largest, exactly.
    pub max: f64,
    /// True if the percentiles are values that were seen, false if they are from a histogram.
    pub exact: bool,
}

/// A histogram of equal widths.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Bins {
    /// Where the first begins, milliseconds.
    pub from_ms: f64,
    /// The width of each, milliseconds.
    pub width_ms: f64,
    /// How many values are in each.
    pub counts: Vec<u64>,
    /// Of those in the last one, values that lie past its end.
    pub beyond: u64,
}

impl Spread {
    pub(super) fn of(values: &Distribution) -> Option<Self> {
        let n = values.count();
        let ms = |us: u64| us as f64 / 1e3;
        let at = |percent: u64| {
            (n.saturating_mul(100 - percent) >= VALUES_ABOVE * 100)
                .then(|| values.quantile(percent as f64 / 100.0).map(ms))
                .flatten()
        };
        Some(Self {
            n,
            mean: ms(values.sum()) / n as f64,
            p50: ms(values.quantile(0.5)?),
            p90: at(90),
            p99: at(99),
            max: ms(values.max()?),
            exact: values.is_exact(),
        })
    }
}

impl Bins {
    /// To the largest value, or as far as 99.5 % reach where a few outliers would squeeze all others.
    pub(super) fn of(values: &Distribution) -> Option<Self> {
        let (most, nearly) = (values.max()?, values.quantile(0.995)?);
        let counts = values.counts();
        let least = counts.iter().map(|(us, _)| *us).min()?;
        let high = if most > nearly * 2 { nearly } else { most };
        let low = if least < high / 2 { 0 } else { least };
        let width = (high - low).max(1) as f64 / BINS as f64;
        let mut bins = vec![0; BINS];
        let mut beyond = 0;
        for (us, n) in counts {
            // The value of a histogram may be past the largest that was seen.
            let us = us.min(most);
            let bin = (us.saturating_sub(low) as f64 / width) as usize;
            bins[bin.min(BINS - 1)] += n;
            if us > high {
                beyond += n;
            }
        }
        Some(Self {
            from_ms: low as f64 / 1e3,
            width_ms: width / 1e3,
            counts: bins,
            beyond,
        })
    }
}
