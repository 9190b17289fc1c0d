//! Lists of what is stored: baselines and results, as tables and as JSON.

use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::config::Lang;
use crate::results::store::{Front, Listed};
use crate::results::{Arm, Ending};

use super::conditions::function_name;
use super::figure::{self, Tone};
use super::json::pretty;
use super::layout::{clean, paragraph};
use super::report::list;
use super::style::{Paint, Style};
use super::table::{Table, TableRow};
use super::text::Text;

/// The baselines, each with what it is a result of.
pub fn baselines(all: &[Listed], now: Timestamp, lang: Lang, style: &Style) -> String {
    let text = Text(lang);
    if all.is_empty() {
        return paragraph("", text.no_baselines(), style.width);
    }
    let titles = [
        text.baseline_title(),
        text.function_title(),
        text.cold_title(),
        "n",
        text.age_title(),
        text.version_title(),
    ];
    let row = |line: &Listed, front: &Front| {
        let (cold, n) = latest(front, text);
        vec![
            clean(&line.name),
            function_name(&front.subjects),
            cold,
            n,
            text.short_age(seconds(front, now)),
            front
                .subjects
                .last()
                .map_or_else(String::new, |subject| clean(&subject.version)),
        ]
    };
    let mut out = table(all, &titles, row).render(style);
    out.push_str(&unreadable(all, text, style));
    out.push('\n');
    out.push_str(&paragraph("", text.baselines_note(), style.width));
    out
}

/// The results, in the order given.
pub fn results(all: &[Listed], now: Timestamp, lang: Lang, style: &Style) -> String {
    let text = Text(lang);
    if all.is_empty() {
        return paragraph("", text.no_results(), style.width);
    }
    let titles = [
        text.result_title(),
        text.function_title(),
        text.cold_title(),
        text.age_title(),
    ];
    let row = |line: &Listed, front: &Front| {
        vec![
            clean(&line.name),
            function_name(&front.subjects),
            cold(front, text),
            text.short_age(seconds(front, now)),
        ]
    };
    let mut out = table(all, &titles, row).render(style);
    out.push_str(&unreadable(all, text, style));
    let stopped = |front: &Front| !matches!(front.ending, Ending::Complete);
    if all
        .iter()
        .any(|line| line.front.as_ref().is_ok_and(stopped))
    {
        out.push('\n');
        out.push_str(&paragraph("", text.stopped_note(), style.width));
    }
    out
}

/// Either list for machines.
pub fn stored_json(all: &[Listed]) -> String {
    let lines: Vec<Value> = all
        .iter()
        .map(|line| {
            let mut value = json!({ "name": line.name, "file": line.path, "bytes": line.bytes });
            match &line.front {
                Err(error) => value["error"] = error.to_string().into(),
                Ok(front) => {
                    value["id"] = front.id.as_str().into();
                    value["created_at"] = front.created_at.to_string().into();
                    value["lambench_version"] = front.lambench_version.as_str().into();
                    value["ending"] = json!(front.ending);
                    value["subjects"] = front.subjects.iter().map(|s| subject(front, s)).collect();
                    value["judgements"] = json!(front.judgements);
                }
            }
            value
        })
        .collect();
    pretty(&lines)
}

/// That a baseline is gone.
pub fn baseline_deleted(name: &str, file: &Path, lang: Lang) -> String {
    let file = file.display().to_string();
    format!("{}\n", Text(lang).baseline_deleted(name, &file))
}

/// A baseline that another one has replaced, in words.
pub fn baseline_replaced(name: &str, was: &Listed, now: Timestamp, lang: Lang) -> String {
    let text = Text(lang);
    let was = match &was.front {
        Ok(front) => {
            let (cold, _) = latest(front, text);
            let age = text.age(seconds(front, now));
            format!(
                "{}, {cold}, {}",
                function_name(&front.subjects),
                text.measured_on(&age)
            )
        }
        Err(error) => clean(&error.to_string()),
    };
    text.baseline_replaced(name, &was)
}

/// The question before results are deleted.
pub fn to_prune(results: usize, bytes: u64, lang: Lang) -> String {
    Text(lang).to_prune(results, &figure::bytes(bytes))
}

/// What was deleted.
pub fn pruned(results: usize, bytes: u64, left: usize, lang: Lang) -> String {
    let text = Text(lang);
    let said = match results {
        0 => text.nothing_to_prune(left),
        some => text.pruned(some, &figure::bytes(bytes), left),
    };
    format!("{said}\n")
}

fn subject(front: &Front, subject: &crate::results::SubjectResult) -> Value {
    let cold = front
        .summary_of(subject.arm)
        .and_then(|summary| summary.cold_ms);
    json!({
        "arm": subject.arm,
        "function": subject.function,
        "name": subject.name,
        "version": subject.version,
        "cold_p50_ms": cold.map(|cold| cold.median),
        "n": cold.map_or(0, |cold| cold.n),
    })
}

fn table(all: &[Listed], titles: &[&str], row: impl Fn(&Listed, &Front) -> Vec<String>) -> Table {
    let rows = all.iter().filter_map(|line| {
        Some(TableRow {
            cells: row(line, line.front.as_ref().ok()?),
            part: false,
            tone: Tone::Neutral,
        })
    });
    Table {
        titles: titles.iter().map(|title| (*title).to_owned()).collect(),
        rows: rows.collect(),
    }
}

/// A file that is no result is named: it may be a baseline that somebody relies on.
fn unreadable(all: &[Listed], text: Text, style: &Style) -> String {
    let lines: Vec<String> = all
        .iter()
        .filter_map(|line| Some(clean(&line.front.as_ref().err()?.to_string())))
        .collect();
    let lines = list(text.warnings(), &lines, style, Paint::Yellow);
    if lines.is_empty() {
        lines
    } else {
        format!("\n{lines}")
    }
}

fn seconds(front: &Front, now: Timestamp) -> i64 {
    now.as_second() - front.created_at.as_second()
}

/// The figure that a later run is compared with, and of how many starts it is.
fn latest(front: &Front, text: Text) -> (String, String) {
    let spread = front.subjects.last().and_then(|s| front.summary_of(s.arm));
    match spread.and_then(|summary| summary.cold_ms) {
        Some(cold) => (figure::time(cold.median, text), cold.n.to_string()),
        None => (figure::UNKNOWN.to_owned(), "0".to_owned()),
    }
}

/// `288 ms → 60.0 ms`, or the only one; with a star where the run was stopped.
fn cold(front: &Front, text: Text) -> String {
    let medians: Vec<f64> = [Arm::Before, Arm::After, Arm::Only]
        .into_iter()
        .filter_map(|arm| Some(front.summary_of(arm)?.cold_ms?.median))
        .collect();
    let star = if matches!(front.ending, Ending::Complete) {
        ""
    } else {
        " *"
    };
    match figure::times(&medians, text).join(" → ") {
        none if none.is_empty() => format!("{}{star}", figure::UNKNOWN),
        some => format!("{some}{star}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::samples::{pair, single};
    use crate::results::store::{Store, StoreError};

    fn stored() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        for (id, mut result) in [
            ("20261101T000000Z-7", single()),
            ("20261102T000000Z-8", pair()),
        ] {
            result.id = id.into();
            store.save(&result).unwrap();
            store
                .save_baseline(&format!("v{}", &id[7..8]), &result)
                .unwrap();
        }
        (folder, store)
    }

    fn now() -> Timestamp {
        "2026-11-28T13:00:00Z".parse().unwrap()
    }

    #[test]
    fn baselines_have_their_figure_their_age_and_their_version() {
        let (_folder, store) = stored();
        let all = store.list_baselines();
        insta::assert_snapshot!(baselines(&all, now(), Lang::En, &Style::plain()));
    }

    #[test]
    fn results_have_both_figures_where_there_are_two_and_say_which_file_is_none() {
        let (_folder, store) = stored();
        let mut all = store.list_results();
        all[0].front = Err(StoreError::Cut {
            path: ".lambench/results/x.json".into(),
        });
        insta::assert_snapshot!(results(&all, now(), Lang::Ko, &Style::plain()));
    }

    #[test]
    fn the_machine_form_names_file_figure_and_error() {
        let (_folder, store) = stored();
        let mut all = store.list_results();
        all[0].front = Err(StoreError::Cut { path: "x".into() });
        let read: Value = serde_json::from_str(&stored_json(&all)).unwrap();
        assert!(
            read[0]["error"]
                .as_str()
                .unwrap()
                .contains("ends in the middle")
        );
        assert_eq!(read[1]["subjects"][0]["cold_p50_ms"], 1800.0);
        assert!(
            read[1]["file"]
                .as_str()
                .unwrap()
                .ends_with("20261102T000000Z-8.json")
        );
    }
}
