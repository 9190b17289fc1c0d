//! What loading less saves, what putting off several saves together, and what was measured of it: a table each.

use super::super::figure::{self, Tone};
use super::super::layout::clean;
use super::super::table::{Table, TableRow};
use super::super::text::Text;
use super::site::site;
use crate::profile::{Profile, Site, Suggestion, Verified};

const NOT_KNOWN: &str = "?";

/// The ranked table.
pub(super) fn savings_table(shown: &[&Suggestion], memory: bool, text: Text) -> Table {
    let mut names = titles(&[text.load_later(), text.at_init(), text.first_request()]);
    if memory {
        names.push(text.less_memory().into());
    }
    names.push(text.imported_at().into());
    let rows = shown.iter().map(|suggestion| {
        let mut name = clean(&suggestion.target);
        if suggestion.used_at_init.is_some() {
            name.push('*');
        }
        let mut cells = vec![
            name,
            less(suggestion.saved_ms, text),
            more(suggestion.moved_ms, text),
        ];
        if memory {
            cells.push(less_kb(suggestion.memory_kb, text));
        }
        cells.push(sites(&suggestion.imported_at, text));
        row(cells)
    });
    Table {
        titles: names,
        rows: rows.collect(),
    }
}

/// The plan with its running total.
pub(super) fn plan_table(profile: &Profile, text: Text) -> Table {
    let rows = profile.plan.iter().enumerate().map(|(n, step)| {
        let plus = if n == 0 { "" } else { "+ " };
        let cells = vec![
            format!("{plus}{}", clean(&step.target)),
            less(step.adds_ms, text),
            less(step.saved_ms, text),
            more(step.moved_ms, text),
            less_kb(step.memory_kb, text),
        ];
        row(cells)
    });
    Table {
        titles: titles(&[
            text.load_later(),
            text.step_adds(),
            text.at_init(),
            text.first_request(),
            text.less_memory(),
        ]),
        rows: rows.collect(),
    }
}

/// What `--together` asked for.
pub(super) fn together_table(profile: &Profile, text: Text) -> Table {
    let rows = profile.together.iter().map(|one| {
        let cells = vec![
            clean(&one.targets.join(" + ")),
            less(one.saved_ms, text),
            more(one.moved_ms, text),
            less_kb(one.memory_kb, text),
        ];
        row(cells)
    });
    Table {
        titles: titles(&[
            text.load_later(),
            text.at_init(),
            text.first_request(),
            text.less_memory(),
        ]),
        rows: rows.collect(),
    }
}

/// Predictions beside what was measured: of each, what init saves, and by how much the first request is longer.
pub(super) fn verified_table(profile: &Profile, text: Text) -> Table {
    let rows = profile.verified.iter().flat_map(|one| {
        let saved = one.saved_ms.map(|saved| {
            let cells = vec![
                text.init_of(&verified_name(one, text)),
                less(one.predicted_ms, text),
                saved_within(saved, one.interval_ms, text),
            ];
            row(cells)
        });
        let moved = one.moved_ms.filter(|_| saved.is_some()).map(|moved| {
            let interval = one.moved_interval_ms.map(|(low, high)| (-high, -low));
            let cells = vec![
                text.first_request().to_owned(),
                more(one.predicted_moved_ms, text),
                saved_within(-moved, interval, text),
            ];
            TableRow {
                part: true,
                ..row(cells)
            }
        });
        [saved, moved].into_iter().flatten()
    });
    Table {
        titles: titles(&[text.load_later(), text.foreseen(), text.measured()]),
        rows: rows.collect(),
    }
}

fn row(cells: Vec<String>) -> TableRow {
    TableRow {
        cells,
        part: false,
        tone: Tone::Neutral,
    }
}

fn titles(titles: &[&str]) -> Vec<String> {
    titles.iter().map(|title| (*title).to_owned()).collect()
}

/// `-168 ms (-176 .. -160)`, in one unit.
fn saved_within(saved: f64, interval: Option<(f64, f64)>, text: Text) -> String {
    let Some((low, high)) = interval else {
        return less(saved, text);
    };
    let all = [saved, high, low];
    let figures = figure::times(&all.map(f64::abs), text);
    let signed: Vec<String> = all
        .iter()
        .zip(&figures)
        .map(|(ms, figure)| format!("{}{figure}", sign(*ms)))
        .collect();
    let unit = |figure: &str| {
        figure
            .trim_start_matches(|c: char| !c.is_alphabetic())
            .to_owned()
    };
    let one = figures
        .iter()
        .all(|figure| unit(figure) == unit(&figures[0]));
    let end = |n: usize| {
        let unit = if one {
            unit(&figures[n])
        } else {
            String::new()
        };
        signed[n]
            .trim_end_matches(unit.as_str())
            .trim_end()
            .to_owned()
    };
    format!("{} ({} .. {})", signed[0], end(1), end(2))
}

pub(super) fn verified_name(one: &Verified, text: Text) -> String {
    if one.plan {
        text.whole_plan().to_owned()
    } else {
        clean(&one.targets.join(" + "))
    }
}

/// A saving, as the change that it is.
fn less(ms: f64, text: Text) -> String {
    format!("{}{}", sign(ms), figure::time(ms.abs(), text))
}

fn sign(saved: f64) -> &'static str {
    match saved {
        ms if ms >= 0.005 => "-",
        ms if ms <= -0.005 => "+",
        _ => "",
    }
}

fn more(ms: Option<f64>, text: Text) -> String {
    match ms {
        None => NOT_KNOWN.to_owned(),
        Some(ms) if ms.abs() < 0.005 => text.nothing_moved().to_owned(),
        Some(ms) => less(-ms, text),
    }
}

fn less_kb(kb: Option<f64>, text: Text) -> String {
    let Some(kb) = kb else {
        return NOT_KNOWN.to_owned();
    };
    if kb.abs() < 1.0 {
        return text.nothing_moved().to_owned();
    }
    let sign = if kb > 0.0 { "-" } else { "+" };
    format!("{sign}{}", figure::bytes((kb.abs() * 1024.0) as u64))
}

fn sites(sites: &[Site], text: Text) -> String {
    match sites {
        [] => String::new(),
        [only] => site(only),
        [first, others @ ..] => format!("{} {}", site(first), text.and_others(others.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Lang;

    #[test]
    fn a_saving_has_its_sign_and_nothing_has_none() {
        let text = Text(Lang::En);
        assert_eq!(less(161.0, text), "-161 ms");
        assert_eq!(less(-2.5, text), "+2.50 ms");
        assert_eq!(more(Some(0.0), text), "-");
        assert_eq!(more(None, text), "?");
        let within = |saved, low, high| saved_within(saved, Some((low, high)), text);
        assert_eq!(within(168.25, 159.5, 176.0), "-168 ms (-176 .. -160)");
        assert_eq!(within(2.25, -3.5, 7.25), "-2.25 ms (-7.25 .. +3.50)");
        assert_eq!(within(800.0, 4.5, 1200.0), "-800 ms (-1.20 s .. -4.50 ms)");
        assert_eq!(less_kb(Some(100_352.0), text), "-98.0 MB");
    }
}
