//! The tail of the normal distribution. Pure.

use std::f64::consts::PI;

/// The probability that a standard normal figure is above `z`, to some fourteen digits.
///
/// Near the middle by the series of the integral of the density (Marsaglia, "Evaluating the Normal Distribution", 2004), far
/// out, where that would be a difference of nearly equal figures, by Laplace's continued fraction.
pub(super) fn above(z: f64) -> f64 {
    let density = (-z * z / 2.0).exp() / (2.0 * PI).sqrt();
    if z.abs() < 3.0 {
        let (mut sum, mut term, mut odd) = (z, z, 1.0);
        while term.abs() > 1e-17 * sum.abs() {
            odd += 2.0;
            term *= z * z / odd;
            sum += term;
        }
        return 0.5 - density * sum;
    }
    let fraction = (1..=120)
        .rev()
        .fold(z.abs(), |rest, k| z.abs() + f64::from(k) / rest);
    let tail = density / fraction;
    if z > 0.0 { tail } else { 1.0 - tail }
}
