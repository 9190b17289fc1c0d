//! Intervals of medians and other quantiles by order statistics: exact, and free of any shape of the noise. Pure.

/// The interval of the `percent`-th percentile (50 is the median) that covers it with at least 1 - `alpha`; none below six
/// figures, and none where no two order statistics cover it.
pub fn quantile_interval(figures: &[f64], percent: u8, alpha: f64) -> Option<(f64, f64)> {
    let _ = (figures, percent, alpha);
    todo!()
}
