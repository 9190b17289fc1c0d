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
mod tests;
