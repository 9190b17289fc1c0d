//! Corrections for asking several questions at once. Pure.

/// Holm's adjusted p of each, in the order given.
///
/// From the smallest up, times the number of those not yet seen, never falling (Holm, "A Simple Sequentially Rejective
/// Multiple Test Procedure", 1979).
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut adjusted = p.to_vec();
    let mut largest = 0.0_f64;
    for (seen, i) in rising(p).into_iter().enumerate() {
        largest = largest.max(p[i] * (p.len() - seen) as f64).min(1.0);
        adjusted[i] = largest;
    }
    adjusted
}

/// Benjamini and Hochberg's adjusted p of each, in the order given.
///
/// From the largest down, times their number over the rank, never rising ("Controlling the False Discovery Rate", 1995).
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut adjusted = p.to_vec();
    let mut smallest = 1.0_f64;
    for (rank, i) in rising(p).into_iter().enumerate().rev() {
        smallest = smallest.min(p[i] * (p.len() as f64 / (rank + 1) as f64));
        adjusted[i] = smallest;
    }
    adjusted
}

/// The places of the figures from the smallest up.
fn rising(p: &[f64]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..p.len()).collect();
    places.sort_by(|&i, &j| p[i].total_cmp(&p[j]));
    places
}
