//! Corrections for asking several questions at once. Pure.

/// Holm's adjusted p of each, in the order given.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let _ = p;
    todo!()
}

/// Benjamini and Hochberg's adjusted p of each, in the order given.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let _ = p;
    todo!()
}
