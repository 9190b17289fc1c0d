//! Figures as they are written: units by magnitude, one unit in a row where that can be read, never a false zero.

use crate::compare::{Figure, Metric, Row, number};

use super::layout::clean;
use super::text::Text;

/// Where nothing can be said of a change.
const NOTHING_CERTAIN: &str = "~";

/// What is not known.
pub(super) const UNKNOWN: &str = "-";

/// Whether a change is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Better,
    Worse,
    Neutral,
}

/// The figures of one row.
pub(super) fn row(metric: Metric, figures: &[Option<&Figure>], text: Text) -> Vec<String> {
    let times: Vec<f64> = figures
        .iter()
        .filter_map(|figure| match figure {
            Some(Figure::Ms(ms)) => Some(*ms),
            _ => None,
        })
        .collect();
    let seconds = in_seconds(&times);
    let whole = are_whole(&times);
    figures
        .iter()
        .map(|figure| match figure {
            None if metric == Metric::PackageZipped => text.unknown().to_owned(),
            None => UNKNOWN.to_owned(),
            Some(Figure::Bytes(0)) if metric == Metric::Layers => text.no_layers().to_owned(),
            Some(Figure::Bytes(n)) => bytes(*n),
            Some(Figure::Count(n)) => n.to_string(),
            Some(Figure::Ms(ms)) => milliseconds(*ms, seconds, whole, text),
            Some(Figure::Mb(mb)) => format!("{} MB", trimmed(*mb)),
            Some(Figure::UsdPerMillion(usd)) => format!("${usd:.2}"),
            Some(Figure::Text(words)) => clean(words),
        })
        .collect()
}

/// One duration by itself.
pub(super) fn time(ms: f64, text: Text) -> String {
    milliseconds(ms, in_seconds(&[ms]), are_whole(&[ms]), text)
}

/// Durations of one row, in one unit where that can be read.
pub(super) fn times(ms: &[f64], text: Text) -> Vec<String> {
    let (seconds, whole) = (in_seconds(ms), are_whole(ms));
    ms.iter()
        .map(|ms| milliseconds(*ms, seconds, whole, text))
        .collect()
}

/// Seconds if the longest needs them and the shortest keeps two digits in them.
fn in_seconds(ms: &[f64]) -> bool {
    let longest = ms.iter().copied().fold(0.0, f64::max);
    let shortest = ms.iter().copied().fold(f64::INFINITY, f64::min);
    longest >= 999.5 && shortest >= 99.5
}

/// Billed times are; a measured 51.00 ms beside 10.98 ms only happens to be.
fn are_whole(ms: &[f64]) -> bool {
    ms.iter().all(|ms| ms.fract() == 0.0)
}

fn milliseconds(ms: f64, seconds: bool, whole: bool, text: Text) -> String {
    if seconds || ms >= 999.5 {
        return text.seconds(&format!("{:.2}", ms / 1000.0));
    }
    // As many decimals as REPORT gives where they tell anything; none for whole figures such as billed time.
    let decimals = if ms >= 99.95 || whole {
        0
    } else if ms >= 9.995 {
        1
    } else {
        2
    };
    format!("{ms:.decimals$} ms")
}

/// 1 KB is 1024 bytes, as Lambda counts.
pub(super) fn bytes(n: u64) -> String {
    if n < 1024 {
        return format!("{n} B");
    }
    let kb = n as f64 / 1024.0;
    if kb < 9.95 {
        format!("{kb:.1} KB")
    } else if kb < 1023.5 {
        format!("{kb:.0} KB")
    } else {
        format!("{:.1} MB", kb / 1024.0)
    }
}

fn trimmed(x: f64) -> String {
    if x.fract() == 0.0 {
        format!("{x:.0}")
    } else {
        format!("{x:.1}")
    }
}

/// How far a median may be off, by the end of its interval that is farther away: ` ± 2%`. Nothing where there is none.
pub(super) fn give_or_take(figure: Option<&Figure>, interval: Option<(f64, f64)>) -> String {
    let Some((median, (low, high))) = figure.and_then(number).zip(interval) else {
        return String::new();
    };
    if median <= 0.0 {
        return String::new();
    }
    let share = (high - median).max(median - low).max(0.0) / median * 100.0;
    if share >= 99.5 {
        // Of a figure that may be double or nothing, nobody needs to know how many times.
        return " ± >99%".into();
    }
    let decimals = usize::from((0.05..0.95).contains(&share));
    format!(" ± {share:.decimals$}%")
}

/// The p of a row, short: `<.001`, `0.012`.
pub(super) fn p_value(p: f64) -> String {
    if p < 0.001 {
        "<.001".into()
    } else {
        format!("{p:.3}")
    }
}

/// The same in a sentence: `p < 0.001`, `p = 0.012`.
pub(super) fn p_words(p: f64) -> String {
    if p < 0.001 {
        "p < 0.001".into()
    } else {
        format!("p = {p:.3}")
    }
}

/// `+12%`, `-0.4%`.
pub(super) fn signed(change: f64) -> String {
    let sign = if change < 0.0 { "-" } else { "+" };
    format!("{sign}{}", change_size(change))
}

/// A change without its direction: `79%`, never 100 of something that is left.
pub(super) fn change_size(change: f64) -> String {
    let magnitude = change.abs() * 100.0;
    if change < 0.0 {
        format!("{}%", per_cent_less(magnitude))
    } else {
        format!("{}%", per_cent(magnitude))
    }
}

/// Both ends of a change that points one way, as sizes, the smaller one first.
pub(super) fn change_ends((low, high): (f64, f64)) -> (String, String) {
    let size = |change: f64| {
        // An interval that leaves out no change must not seem to end there.
        let tiny = change != 0.0 && change.abs() < 0.0005;
        if tiny {
            "<0.1%".into()
        } else {
            change_size(change)
        }
    };
    let (low, high) = (low - 1.0, high - 1.0);
    if low.abs() <= high.abs() {
        (size(low), size(high))
    } else {
        (size(high), size(low))
    }
}

/// The same in a table: `78–80%`.
pub(super) fn change_interval(ends: (f64, f64)) -> String {
    let (near, far) = change_ends(ends);
    format!("{}–{far}", near.trim_end_matches('%'))
}

/// The column of the change, and whether it is good news. Less is better everywhere.
pub(super) fn change(row: &Row, text: Text) -> (String, Tone) {
    if !row.is_certain() {
        return (NOTHING_CERTAIN.to_owned(), Tone::Neutral);
    }
    let neutral = |words: &str| (words.to_owned(), Tone::Neutral);
    match (&row.before, &row.after, row.change) {
        (Some(Figure::Text(before)), Some(Figure::Text(after)), _) => neutral(if before == after {
            text.same()
        } else {
            text.new_version()
        }),
        // Sizes are exact: equal is equal. Times are measured: equal is luck.
        (Some(before @ Figure::Bytes(_)), Some(after), _) if before == after => {
            neutral(text.same())
        }
        (Some(Figure::Bytes(0)), Some(Figure::Bytes(_)), None) => neutral(text.new_layers()),
        (_, _, None) => neutral(UNKNOWN),
        (_, _, Some(change)) => {
            let magnitude = change.abs() * 100.0;
            if magnitude < 0.05 {
                neutral("~0%")
            } else if change < 0.0 {
                (format!("{}% ↓", per_cent_less(magnitude)), Tone::Better)
            } else {
                (format!("{}% ↑", per_cent(magnitude)), Tone::Worse)
            }
        }
    }
}

fn per_cent(magnitude: f64) -> String {
    if magnitude < 9.95 {
        format!("{magnitude:.1}")
    } else {
        format!("{magnitude:.0}")
    }
}

/// Never 100 unless nothing is left: as many decimals as that takes.
fn per_cent_less(magnitude: f64) -> String {
    if !(99.5..100.0).contains(&magnitude) {
        return per_cent(magnitude);
    }
    (1..=3)
        .map(|decimals| format!("{magnitude:.decimals$}"))
        .find(|written| !written.starts_with("100"))
        .unwrap_or_else(|| "99.999".into())
}

#[cfg(test)]
mod tests {
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

    fn changed(
        metric: Metric,
        before: Figure,
        after: Figure,
        change: Option<f64>,
    ) -> (String, Tone) {
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
}
