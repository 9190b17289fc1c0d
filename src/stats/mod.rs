//! Medians, percentiles and spreads of small samples. Pure.

use serde::{Deserialize, Serialize};

/// How a set of figures is spread. The unit is the figures' own.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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
