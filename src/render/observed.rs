//! What else differs between two sides that nobody controlled: times, traffic, memory, versions, and what logs can't tell.

use jiff::Timestamp;

use crate::results::{Arm, Kind, Observational, Observed, RunResult, overlap};

use super::layout::clean;
use super::report::minute;
use super::text::Text;

/// Less than this and the sides were hardly used at the same times.
const OVERLAP: f64 = 0.5;

/// A line for each; none where both sides were measured.
pub(super) fn lines(result: &RunResult, text: Text) -> Vec<String> {
    let Some(observational) = result.observational() else {
        return Vec::new();
    };
    let sides = sides(observational);
    let mut lines = facts(&sides, text);
    if let [(_, before), (_, after)] = sides[..] {
        lines.extend(same_times(before, after, text));
    }
    lines.extend(caveats(result, &sides, text));
    lines
}

/// What logs tell, side by side.
fn facts(sides: &[(Arm, &Observed)], text: Text) -> Vec<String> {
    let each = |label: &str, value: &dyn Fn(&Observed) -> Option<String>| {
        format!("{label}: {}", of_each(sides, value, text))
    };
    vec![
        each(text.time_span(), &|side| span(side, text)),
        each(text.traffic(), &|side| {
            let per_hour = side.per_hour().map(number);
            Some(text.invokes(side.invokes, per_hour.as_deref()))
        }),
        each(text.cold_share(), &|side| {
            let share = share(side.cold_share()?);
            Some(text.cold_of(&share, side.cold, side.restores))
        }),
        each(text.memory_size(), &memory),
        each(text.function_name(), &|side| {
            side.function.as_deref().map(clean)
        }),
        each(text.versions(), &|side| {
            let versions = clean(&side.versions.join(", "));
            (!versions.is_empty()).then_some(versions)
        }),
    ]
}

/// What they don't tell, and what may mislead.
fn caveats(result: &RunResult, sides: &[(Arm, &Observed)], text: Text) -> Vec<String> {
    let any = |is: fn(&Observed) -> bool| sides.iter().any(|(_, side)| is(side));
    let mut lines = Vec::new();
    if any(|side| side.memory_mb.len() > 1) {
        lines.push(text.mixed_memory().to_owned());
    }
    let broken: Vec<(Arm, String)> = sides
        .iter()
        .filter(|(_, side)| side.init_failures > 0)
        .map(|(arm, side)| (*arm, side.init_failures.to_string()))
        .collect();
    if !broken.is_empty() {
        lines.push(text.init_failures(&text.each(&broken)));
    }
    lines.push(text.logs_cannot_tell().to_owned());
    lines.extend(sampled(result, sides, text));
    if any(|side| !side.environments_known) {
        lines.push(text.environments_unknown().to_owned());
    }
    lines
}

/// What is known of each side.
fn of_each(
    sides: &[(Arm, &Observed)],
    value: &dyn Fn(&Observed) -> Option<String>,
    text: Text,
) -> String {
    let values: Vec<(Arm, String)> = sides
        .iter()
        .map(|(arm, side)| {
            let value = value(side);
            (*arm, value.unwrap_or_else(|| text.not_known().to_owned()))
        })
        .collect();
    text.each(&values)
}

fn sides(observational: &Observational) -> Vec<(Arm, &Observed)> {
    let sides = [
        (Arm::Before, &observational.before),
        (Arm::After, &observational.after),
    ];
    sides
        .into_iter()
        .filter_map(|(arm, side)| Some((arm, side.as_ref()?)))
        .collect()
}

/// From when to when the starts of a side are.
pub(super) fn span(side: &Observed, text: Text) -> Option<String> {
    let (first, last): (Timestamp, Timestamp) = (side.first_at?, side.last_at?);
    Some(text.until(&minute(first), &minute(last)))
}

fn memory(side: &Observed) -> Option<String> {
    let all: u64 = side.memory_mb.values().sum();
    let sizes = side.memory_mb.iter().map(|(mb, invokes)| {
        if side.memory_mb.len() == 1 {
            format!("{mb} MB")
        } else {
            format!("{mb} MB ({})", share(*invokes as f64 / all as f64))
        }
    });
    let sizes: Vec<String> = sizes.collect();
    (!sizes.is_empty()).then(|| sizes.join(", "))
}

/// Whether both were used at the same hours of the day and days of the week.
fn same_times(before: &Observed, after: &Observed, text: Text) -> Option<String> {
    let hours = overlap(&before.by_hour, &after.by_hour)?;
    let days = overlap(&before.by_weekday, &after.by_weekday)?;
    let little = hours < OVERLAP || days < OVERLAP;
    Some(text.overlap(&share(hours), &share(days), little))
}

/// Where not all starts stand for a side.
fn sampled(result: &RunResult, sides: &[(Arm, &Observed)], text: Text) -> Option<String> {
    let parts: Vec<(Arm, String)> = sides
        .iter()
        .filter_map(|(arm, side)| {
            let of = |kind, all: u64| {
                let n = result.accepted(*arm, kind) as u64;
                (n < all).then_some((n, all))
            };
            let cold = of(Kind::Cold, side.cold);
            let warm = of(Kind::Warm, side.invokes.saturating_sub(side.cold));
            let parts: Vec<String> = [(Kind::Cold, cold), (Kind::Warm, warm)]
                .into_iter()
                .filter_map(|(kind, counts)| {
                    let (n, all) = counts?;
                    Some(text.of_all(kind, n, all))
                })
                .collect();
            (!parts.is_empty()).then(|| (*arm, parts.join(text.and())))
        })
        .collect();
    (!parts.is_empty()).then(|| text.sampled_starts(&text.each(&parts)))
}

/// `2.1%`; more than none is never 0.
fn share(share: f64) -> String {
    match share * 100.0 {
        0.0 => "0%".to_owned(),
        percent if percent < 0.01 => "<0.01%".to_owned(),
        percent if percent < 1.0 => format!("{percent:.2}%"),
        percent if percent < 10.0 => format!("{percent:.1}%"),
        percent => format!("{percent:.0}%"),
    }
}

fn number(n: f64) -> String {
    if n < 10.0 {
        format!("{n:.1}")
    } else {
        format!("{n:.0}")
    }
}
