use super::*;

#[test]
fn a_change_is_that_of_the_times_and_not_a_part_of_them() {
    let before: Vec<f64> = (0..15).map(|n| 400.0 + f64::from(n)).collect();
    let after: Vec<f64> = before.iter().map(|ms| ms - 147.0).collect();
    let (ms, interval) = longer(&after, &before, 0.05);
    let (low, high) = interval.unwrap();
    assert!((ms.unwrap() - 147.0).abs() < 1e-6, "{ms:?}");
    assert!(
        (142.0..147.0).contains(&low) && (147.0..152.0).contains(&high),
        "{low} {high}"
    );
    // A first request that does next to nothing before.
    let (ms, _) = longer(&[0.2, 0.9, 0.4], &[181.0, 180.5, 190.0], 0.05);
    assert!((ms.unwrap() - 180.6).abs() < 1.0, "{ms:?}");
    let (ms, _) = longer(&[900_000.0; 3], &[1.0; 3], 0.05);
    assert!((ms.unwrap() + 899_999.0).abs() < 1e-3, "{ms:?}");
    assert_eq!(longer(&[], &[1.0], 0.05), (None, None));
}
