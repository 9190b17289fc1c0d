//! One result in the page: what the terminal's report says, and the drawings.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::figure::{self, Tone};
use super::super::text::Text;
use super::super::{budgets, report, verdict};
use super::charts::Charts;
use super::page::{self, esc};
use crate::compare::{Comparison, Metric, compare_arms};
use crate::results::{Ending, EndpointKind, RunResult, Verdict};

/// What stands large at the top.
const TILES: [Metric; 4] = [
    Metric::ColdStart,
    Metric::WarmStart,
    Metric::PackageTotal,
    Metric::PackageZipped,
];

/// Everything about one result; `id` is where links lead, `level` that of its heading.
pub(super) fn section(result: &RunResult, id: &str, level: u8, text: Text) -> String {
    let below = level + 1;
    let mut inside = page::heading(level, &report::title(result, text));
    inside.push_str(&page::paragraph(
        "when",
        &if result
            .latest()
            .is_some_and(|(s, _)| s.endpoint == EndpointKind::Logs)
        {
            text.read_from(&result.id)
        } else {
            text.when(&report::minute(result.created_at), &result.id)
        },
    ));
    inside.push_str(&verdict_box(result, text));
    let comparison = compare_arms(result);
    inside.extend(
        comparison
            .as_ref()
            .map(|comparison| tiles(comparison, text)),
    );
    let tables = [
        (text.table_title(), report::table(result, text)),
        (
            if result.observational().is_some() {
                text.spread_of_after()
            } else {
                text.spread_heading()
            },
            report::spread(result, text),
        ),
    ];
    for (title, table) in tables {
        let table = table.map(|table| page::table(&table, title, &[]));
        inside.push_str(&page::section(
            "table",
            below,
            title,
            &table.unwrap_or_default(),
        ));
    }
    let charts = Charts::of(result, text, id, below);
    inside.extend(charts.map(|charts| charts.all()));
    let lists = [
        (
            "observed",
            text.observed_heading(),
            page::list("", &super::super::observed::lines(result, text)),
        ),
        ("budgets", text.budgets(), budget_table(result, text)),
        (
            "warnings",
            text.warnings(),
            page::list("", &report::warnings(result, text)),
        ),
        (
            "out",
            text.not_counted(),
            page::list("", &report::not_counted(result, text)),
        ),
        (
            "how",
            text.details(),
            page::fields(&report::measured_how(result, text)),
        ),
        (
            "notes",
            text.to_know(),
            page::list("", &report::notes(result, text)),
        ),
        ("data", text.data_title(), download(result, text)),
    ];
    for (class, title, list) in lists {
        inside.push_str(&page::section(class, below, title, &list));
    }
    format!("<article id=\"{id}\">\n{inside}</article>\n")
}

/// The verdict in a sentence, and that the run was stopped if it was.
fn verdict_box(result: &RunResult, text: Text) -> String {
    let said = verdict::sentences(result, text);
    let class = said.as_ref().map_or("none", |said| tone_of(said.verdict));
    let (first, rest) = match said {
        Some(said) => (said.first, said.rest),
        None => (alone(result, text), Vec::new()),
    };
    let mut inside = page::paragraph("said", &first) + &page::list("", &rest);
    if let Ending::Stopped { why } = &result.ending {
        inside.push_str(&page::paragraph("stopped", &text.stopped(why)));
    }
    format!("<div class=\"verdict {class}\">\n{inside}</div>\n")
}

/// The class of a verdict's colour; its word says the same.
pub(super) fn tone_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Improved | Verdict::Passed => "good",
        Verdict::Inconclusive => "open",
        Verdict::Regressed => "bad",
    }
}

/// What is said where nothing was judged.
fn alone(result: &RunResult, text: Text) -> String {
    let cold = result.latest().and_then(|(_, summary)| summary.cold_ms);
    let Some(cold) = cold else {
        return text.nothing_measured().to_owned();
    };
    let written = figure::times(&[cold.median, cold.min, cold.max], text);
    text.measured_alone(&written[0], (&written[1], &written[2]), cold.n)
}

/// The figures that people came for.
fn tiles(comparison: &Comparison, text: Text) -> String {
    let find = |metric: &Metric| comparison.rows.iter().find(|row| row.metric == *metric);
    let tiles: Vec<String> = TILES
        .iter()
        .filter_map(find)
        .take(3)
        .map(|row| {
            let figures = [row.before.as_ref(), row.after.as_ref()];
            let written = figure::row(row.metric, &figures, text);
            let (change, tone) = figure::change(row, text);
            let (class, change) = match tone {
                _ if row.before.is_none() => ("alone", String::new()),
                Tone::Better => ("better", change),
                Tone::Worse => ("worse", change),
                Tone::Neutral => ("same", change),
            };
            let was = match row.before {
                Some(_) => format!("<s>{}</s> ", esc(&written[0])),
                None => String::new(),
            };
            format!(
                "<div class=\"tile {class}\"><span class=\"of\">{}</span>\
                 <span class=\"is\">{was}<b>{}</b></span><span class=\"by\">{}</span></div>\n",
                esc(text.metric(row.metric)),
                esc(&written[1]),
                esc(&change)
            )
        })
        .collect();
    format!("<div class=\"tiles\">\n{}</div>\n", tiles.concat())
}

fn budget_table(result: &RunResult, text: Text) -> String {
    let rows: Vec<_> = budgets::written(result)
        .map(|judgement| budgets::row(judgement, false, text))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let table = super::super::table::Table {
        titles: budgets::titles(text.budget_title(), text),
        rows,
    };
    // What there is to say of each stands in the verdict.
    page::table(&table, text.budgets(), &[])
}

/// The whole result, every sample in it, as a link that needs neither a server nor a script.
fn download(result: &RunResult, text: Text) -> String {
    let json = serde_json::to_string(result).expect("a result has no keys but strings");
    let file: String = result
        .id
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect();
    format!(
        "<p><a download=\"lambench-{file}.json\" href=\"data:application/json;base64,{}\">{}</a></p>\n{}",
        STANDARD.encode(&json),
        esc(&text.download(&figure::bytes(json.len() as u64))),
        page::paragraph("note", text.data_note())
    )
}
