//! The first thing in a page of several results: a row for each, with where to read on.

use super::super::conditions::function_names;
use super::super::figure::{self, Tone, UNKNOWN};
use super::super::report;
use super::super::table::{Table, TableRow};
use super::super::text::Text;
use super::page;
use crate::compare::{Metric, compare_arms};
use crate::gate::worst;
use crate::results::{Ending, RunResult};

/// Heading and table; the name of each row leads to its section.
pub(super) fn overview(results: &[&RunResult], ids: &[String], text: Text) -> String {
    let title = text.several_title(results.len());
    let table = Table {
        titles: [
            text.function_title(),
            text.before_title(),
            text.after_title(),
            text.change_title(),
            text.verdict_title(),
            text.begun_title(),
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: results.iter().map(|result| row(result, text)).collect(),
    };
    let links: Vec<String> = ids.to_vec();
    format!(
        "<header>\n{}{}{}</header>\n",
        page::heading(1, &title),
        page::table(&table, &title, &links),
        page::paragraph("note", text.overview_note())
    )
}

fn row(result: &RunResult, text: Text) -> TableRow {
    let comparison = compare_arms(result);
    let cold = comparison.as_ref().and_then(|comparison| {
        let mut rows = comparison.rows.iter();
        rows.find(|row| row.metric == Metric::ColdStart)
    });
    let mut cells = vec![function_names(result)];
    let mut tone = Tone::Neutral;
    if let Some(row) = cold {
        let figures = [row.before.as_ref(), row.after.as_ref()];
        cells.extend(figure::row(row.metric, &figures, text));
        let (change, of) = match row.before {
            Some(_) => figure::change(row, text),
            None => (UNKNOWN.to_owned(), Tone::Neutral),
        };
        cells.push(change);
        tone = of;
    } else {
        cells.resize(4, UNKNOWN.to_owned());
    }
    let verdict = match (&result.ending, worst(&result.judgements)) {
        (_, Some(verdict)) => text.verdict(verdict),
        (Ending::Stopped { .. }, None) => text.stopped_short(),
        (Ending::Complete, None) => UNKNOWN,
    };
    cells.extend([verdict.to_owned(), report::minute(result.created_at)]);
    TableRow {
        cells,
        part: false,
        tone,
    }
}
