//! Many functions in one table: a line for each, and the mean change at its foot.

use crate::compare::{Figure, Metric, Row, compare_arms};
use crate::config::Lang;
use crate::results::{Kind, RunResult};

use super::figure::{self, Tone};
use super::json::pretty;
use super::layout::{clean, paragraph};
use super::style::{Paint, Style};
use super::table::{Table, TableRow};
use super::text::Text;

/// What became of one function.
#[derive(Debug)]
pub struct FleetLine {
    /// Its name.
    pub function: String,
    /// What was measured; there may be a part of it where something went wrong.
    pub result: Option<Box<RunResult>>,
    /// What went wrong.
    pub error: Option<String>,
    /// Whether what is inconclusive fails.
    pub strict: bool,
}

impl FleetLine {
    /// What went wrong with one that somebody stopped.
    pub const INTERRUPTED: &str = "interrupted";
    /// What went wrong with those after one that was stopped.
    pub const NOT_BEGUN: &str = "not begun";

    /// In the place of a verdict or a change.
    pub(super) fn outcome(error: &str, text: Text) -> &'static str {
        match error {
            Self::INTERRUPTED => text.interrupted(),
            Self::NOT_BEGUN => text.not_begun(),
            _ => text.failed(),
        }
    }
}

/// The table, and below it what went wrong.
pub fn fleet(lines: &[FleetLine], lang: Lang, style: &Style) -> String {
    let text = Text(lang);
    let mut rows: Vec<TableRow> = lines.iter().map(|line| row(line, text)).collect();
    let changes: Vec<f64> = lines
        .iter()
        .filter_map(|line| cold(line.result.as_deref()?)?.change)
        .collect();
    if let Some(mean) = mean_change(&changes) {
        let (shown, tone) = figure::change(&of_hundred(mean), text);
        let name = text.mean_of(changes.len());
        rows.push(TableRow {
            cells: vec![name, String::new(), String::new(), shown],
            part: false,
            tone,
        });
    }
    let titles = [
        text.function_title(),
        text.before_title(),
        text.after_title(),
        text.change_title(),
    ];
    let table = Table {
        titles: titles.map(str::to_owned).to_vec(),
        rows,
    };
    let mut out = format!(
        "{}\n\n{}",
        style.paint(Paint::Bold, &text.fleet_heading(lines.len())),
        table.render(style)
    );
    let failed = lines
        .iter()
        .filter_map(|line| Some((line.function.as_str(), line.error.as_deref()?)));
    out.push_str(&not_measured(failed, text, style));
    out.push('\n');
    out.push_str(&paragraph("", text.fleet_note(), style.width));
    out
}

/// What went wrong with which function; nothing where all went well.
pub(super) fn not_measured<'a>(
    failed: impl Iterator<Item = (&'a str, &'a str)>,
    text: Text,
    style: &Style,
) -> String {
    let mut out = String::new();
    for (function, error) in failed {
        if out.is_empty() {
            let heading = style.paint(Paint::Yellow, text.not_measured());
            out.extend(["\n", &heading, "\n"]);
        }
        let line = format!("{}: {}", clean(function), text.told(&clean(error)));
        out.push_str(&paragraph("  - ", &line, style.width));
    }
    out
}

/// What is going on before the first function is known. Up to `rate` calls may go at once, then as many a second.
pub fn reading_tags(functions: usize, rate: u32, lang: Lang) -> String {
    let rate = rate.max(1) as usize;
    Text(lang).reading_tags(functions, functions.div_ceil(rate).max(1))
}

/// An array: each function's result, or its name and what went wrong.
#[expect(clippy::missing_panics_doc, reason = "it cannot panic")]
pub fn fleet_json(lines: &[FleetLine]) -> String {
    let all: Vec<serde_json::Value> = lines
        .iter()
        .map(|line| {
            let mut value = match &line.result {
                Some(result) => serde_json::to_value(result).expect("keys are text"),
                None => serde_json::json!({ "function": line.function }),
            };
            if let Some(error) = &line.error {
                value["error"] = error.as_str().into();
            }
            value
        })
        .collect();
    pretty(&all)
}

fn row(line: &FleetLine, text: Text) -> TableRow {
    let mut cells = vec![clean(&line.function)];
    let cold = line.result.as_deref().and_then(cold);
    let tone = if let Some(cold) = &cold {
        let figures = [cold.before.as_ref(), cold.after.as_ref()];
        cells.extend(figure::row(cold.metric, &figures, text));
        let (change, tone) = figure::change(cold, text);
        cells.push(change);
        tone
    } else {
        cells.extend([figure::UNKNOWN; 3].map(str::to_owned));
        Tone::Neutral
    };
    if let Some(error) = &line.error {
        FleetLine::outcome(error, text).clone_into(&mut cells[3]);
        return TableRow {
            cells,
            part: false,
            tone: Tone::Neutral,
        };
    }
    TableRow {
        cells,
        part: false,
        tone,
    }
}

/// The cold starts of both subjects, or of the only one.
fn cold(result: &RunResult) -> Option<Row> {
    let comparison = compare_arms(result)?;
    (result.accepted(comparison.arms.1, Kind::Cold) > 0).then_some(())?;
    comparison
        .rows
        .into_iter()
        .find(|row| row.metric == Metric::ColdStart)
}

/// The geometric mean: half and double even out. `None` for less than two.
fn mean_change(changes: &[f64]) -> Option<f64> {
    if changes.len() < 2 || changes.iter().any(|change| *change <= -1.0) {
        return None;
    }
    let logs: f64 = changes.iter().map(|change| change.ln_1p()).sum();
    Some((logs / changes.len() as f64).exp_m1())
}

fn of_hundred(change: f64) -> Row {
    Row {
        metric: Metric::ColdStart,
        part: false,
        before: Some(Figure::Ms(100.0)),
        after: Some(Figure::Ms(100.0 * (1.0 + change))),
        before_interval: None,
        after_interval: None,
        change: Some(change),
        test: None,
        spread: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::samples::{pair, single};

    #[test]
    fn half_and_double_are_no_change_in_the_mean() {
        assert!(mean_change(&[-0.5, 1.0]).unwrap().abs() < 1e-12);
        assert_eq!(mean_change(&[-0.5]), None);
    }

    fn lines() -> Vec<FleetLine> {
        let line = |function: &str, result: Option<RunResult>, error: Option<&str>| FleetLine {
            function: function.into(),
            result: result.map(Box::new),
            error: error.map(str::to_owned),
            strict: false,
        };
        vec![
            line("data-collector", Some(pair()), None),
            line("data-reader", Some(pair()), None),
            line("data-lonely", Some(single()), None),
            line("data-broken", None, Some("its State is Failed")),
        ]
    }

    #[test]
    fn each_function_has_its_line_and_the_mean_stands_at_the_foot() {
        insta::assert_snapshot!(fleet(&lines(), Lang::En, &Style::plain()));
    }

    #[test]
    fn the_same_in_korean() {
        insta::assert_snapshot!(fleet(&lines(), Lang::Ko, &Style::plain()));
    }

    #[test]
    fn the_machine_form_is_an_array_with_what_went_wrong_in_it() {
        let json: serde_json::Value = serde_json::from_str(&fleet_json(&lines())).unwrap();
        assert_eq!(json.as_array().unwrap().len(), 4);
        assert_eq!(json[0]["subjects"].as_array().unwrap().len(), 2);
        assert_eq!(json[3]["error"], "its State is Failed");
    }
}
