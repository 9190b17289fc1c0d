//! How figures and changes read.

use proptest::prelude::*;

use super::*;
use crate::config::Lang;

const EN: Text = Text(Lang::En);

#[test]
fn bytes_are_written_as_lambda_counts_them() {
    for (n, written) in [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KB"),
        (2560, "2.5 KB"),
        (10_188, "9.9 KB"),
        (10_189, "10 KB"),
        (666_624, "651 KB"),
        (1_048_063, "1023 KB"),
        (1_048_065, "1.0 MB"),
        (262_144_000, "250.0 MB"),
    ] {
        assert_eq!(bytes(n), written, "{n}");
    }
}

#[test]
fn times_take_their_unit_from_their_size_and_rounding_never_gives_1000_ms() {
    for (ms, written) in [
        (0.87, "0.87 ms"),
        (9.996, "10.0 ms"),
        (9.994, "9.99 ms"),
        (80.26, "80.3 ms"),
        (31.0, "31 ms"),
        (99.96, "100 ms"),
        (940.4, "940 ms"),
        (999.4, "999 ms"),
        (999.6, "1.00 s"),
        (1800.0, "1.80 s"),
        (12_345.6, "12.35 s"),
    ] {
        assert_eq!(time(ms, EN), written, "{ms}");
    }
    assert_eq!(time(1800.0, Text(Lang::Ko)), "1.80초");
    assert_eq!(time(80.26, Text(Lang::Ko)), "80.3 ms");
}

#[test]
fn a_row_has_one_unit_where_that_can_be_read() {
    let written = |before, after| {
        let (before, after) = (Figure::Ms(before), Figure::Ms(after));
        row(Metric::ColdStart, &[Some(&before), Some(&after)], EN)
    };
    assert_eq!(written(1800.0, 940.0), ["1.80 s", "0.94 s"]);
    assert_eq!(written(1800.0, 30.5), ["1.80 s", "30.5 ms"]);
    assert_eq!(written(80.0, 30.0), ["80 ms", "30 ms"]);
    assert_eq!(written(51.0, 10.98), ["51.0 ms", "11.0 ms"]);
}

#[test]
fn the_unknown_is_not_zero() {
    let known = Figure::Mb(64.0);
    assert_eq!(
        row(Metric::MaxMemory, &[None, Some(&known)], EN),
        ["-", "64 MB"]
    );
}

fn changed(metric: Metric, before: Figure, after: Figure, change: Option<f64>) -> (String, Tone) {
    let row = Row {
        metric,
        part: false,
        before: Some(before),
        after: Some(after),
        before_interval: None,
        after_interval: None,
        change,
        test: None,
        spread: None,
    };
    super::change(&row, EN)
}

#[test]
fn changes_are_written_as_in_the_guide() {
    let ms = |before: f64, after: f64| {
        let change = Some(after / before - 1.0);
        changed(
            Metric::ColdStart,
            Figure::Ms(before),
            Figure::Ms(after),
            change,
        )
    };
    for (before, after, written, tone) in [
        (651.0, 2.5, "99.6% ↓", Tone::Better),
        (1800.0, 940.0, "48% ↓", Tone::Better),
        (80.0, 30.0, "62% ↓", Tone::Better),
        (100.0, 112.0, "12% ↑", Tone::Worse),
        (100.0, 97.56, "2.4% ↓", Tone::Better),
        (100.0, 90.04, "10% ↓", Tone::Better),
        (100.0, 100.04, "~0%", Tone::Neutral),
        (100.0, 100.0, "~0%", Tone::Neutral),
        (100.0, 350.0, "250% ↑", Tone::Worse),
        (100.0, 199.9, "100% ↑", Tone::Worse),
        (1e6, 1.0, "99.999% ↓", Tone::Better),
        (100.0, 0.0, "100% ↓", Tone::Better),
    ] {
        assert_eq!(
            ms(before, after),
            (written.to_owned(), tone),
            "{before} to {after}"
        );
    }
}

#[test]
fn an_end_beside_no_change_is_not_written_as_none() {
    assert_eq!(change_interval((1.0004, 1.43)), "<0.1–43%");
    assert_eq!(change_interval((0.57, 0.9996)), "<0.1–43%");
    assert_eq!(change_interval((1.0006, 1.43)), "0.1–43%");
}

#[test]
fn how_far_a_median_may_be_off_is_never_many_times_itself() {
    let of = |low, high| give_or_take(Some(&Figure::Ms(0.5)), Some((low, high)));
    assert_eq!(of(0.4, 5.5), " ± >99%");
    assert_eq!(of(0.4, 0.9), " ± 80%");
}

#[test]
fn sizes_and_versions_can_be_the_same_and_layers_can_be_new() {
    let bytes =
        |a, b, change| changed(Metric::Layers, Figure::Bytes(a), Figure::Bytes(b), change).0;
    assert_eq!(bytes(10, 10, Some(0.0)), "same");
    assert_eq!(bytes(0, 0, None), "same");
    assert_eq!(bytes(0, 10, None), "new");
    let version = |a: &str, b: &str| {
        changed(
            Metric::Version,
            Figure::Text(a.into()),
            Figure::Text(b.into()),
            None,
        )
        .0
    };
    assert_eq!(version("v1", "v2"), "new");
    assert_eq!(version("v1", "v1"), "same");
}

proptest! {
    #[test]
    fn an_improvement_is_never_100_per_cent_while_something_is_left(left in 1e-9..1.0_f64) {
        let (written, _) = changed(
            Metric::ColdStart, Figure::Ms(1000.0), Figure::Ms(1000.0 * left), Some(left - 1.0),
        );
        prop_assert!(!written.starts_with("100"), "{written} for {left}");
    }

    #[test]
    fn a_time_above_zero_is_never_written_as_1000_ms(ms in 0.01..1e6_f64) {
        let written = time(ms, EN);
        prop_assert!(!written.starts_with("1000 ms") && written.len() <= 9, "{written}");
    }
}
