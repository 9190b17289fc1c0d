//! The tables of a report: the comparison in as much detail as the width takes, and the spread of one arm.

use crate::compare::{Comparison, Row, compare_arms};
use crate::results::RunResult;
use crate::stats::Change;

use super::super::figure::{self, Tone};
use super::super::style::{Paint, Style};
use super::super::table::{Table, TableRow, render_first};
use super::super::text::Text;

/// How much a comparison tells, from all to what always fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(super) enum Detail {
    /// Figures and changes.
    Changes,
    /// How far each figure and each change may be off.
    Intervals,
    /// And the p of each change.
    P,
    /// And of how many figures each is.
    Everything,
}

/// The table alone, with all that it can tell.
pub(in crate::render) fn table(result: &RunResult, text: Text) -> Option<Table> {
    let comparison = compare_arms(result)?;
    Some(match comparison.arms.0 {
        Some(_) => comparison_table(&comparison, Detail::Everything, text),
        None => spread_table(&comparison.rows.iter().collect::<Vec<_>>(), text),
    })
}

/// The spread of what was measured beside a stored before.
pub(in crate::render) fn spread(result: &RunResult, text: Text) -> Option<Table> {
    let comparison = compare_arms(result).filter(|comparison| comparison.indicative)?;
    let rows: Vec<&Row> = spreads(&comparison);
    (!rows.is_empty()).then(|| spread_table(&rows, text))
}

fn spreads(comparison: &Comparison) -> Vec<&Row> {
    let rows = comparison.rows.iter();
    rows.filter(|row| row.spread.is_some()).collect()
}

/// Of how many figures, before and after, every row is that was tested; none where they differ.
pub(super) fn n_of_all(comparison: &Comparison) -> Option<(usize, usize)> {
    let mut all = (comparison.rows.iter())
        .filter_map(|row| row.test)
        .map(|test| (test.n_before, test.n_after));
    let first = all.next()?;
    all.all(|n| n == first).then_some(first)
}

/// The comparison, if there are two; the spread, if what is measured is alone or stands against a stored result. And
/// how much of it there was room for.
pub(super) fn tables(comparison: &Comparison, text: Text, style: &Style) -> (Detail, String) {
    if comparison.arms.0.is_none() {
        let rows: Vec<_> = comparison.rows.iter().collect();
        return (Detail::Everything, spread_table(&rows, text).render(style));
    }
    let details = [
        Detail::Everything,
        Detail::P,
        Detail::Intervals,
        Detail::Changes,
    ];
    // What is the same in every row is said once, below.
    let details = &details[usize::from(n_of_all(comparison).is_some())..];
    let tables: Vec<_> = (details.iter())
        .map(|&detail| comparison_table(comparison, detail, text))
        .collect();
    let (shown, mut out) = render_first(&tables, style);
    let spreads = spreads(comparison);
    if comparison.indicative && !spreads.is_empty() {
        let heading = if comparison.observational {
            text.spread_of_after()
        } else {
            text.spread_heading()
        };
        let heading = style.paint(Paint::Bold, heading);
        let table = spread_table(&spreads, text).render(style);
        out.extend(["\n", &heading, "\n\n", &table]);
    }
    (details[shown], out)
}

fn comparison_table(comparison: &Comparison, detail: Detail, text: Text) -> Table {
    // Of logs neither side is a measurement, and so neither is the change.
    let [before, change] = match (comparison.observational, comparison.indicative) {
        (true, _) => [None, Some(text.observational())],
        (false, true) => [Some(text.indicative()), None],
        (false, false) => [None, None],
    }
    .map(|word| word.map_or_else(String::new, |word| format!(" ({word})")));
    let mut titles = vec![
        text.metric_title().to_owned(),
        text.before_title().to_owned() + &before,
        text.after_title().to_owned(),
        text.change_title().to_owned() + &change,
    ];
    if detail >= Detail::P {
        titles.push("p".to_owned());
    }
    if detail >= Detail::Everything {
        titles.push("n".to_owned());
    }
    let rows = comparison
        .rows
        .iter()
        .map(|row| {
            let mut cells = vec![text.metric(row.metric).to_owned()];
            let figures = [row.before.as_ref(), row.after.as_ref()];
            cells.extend(figure::row(row.metric, &figures, text));
            let (change, tone) = figure::change(row, text);
            cells.push(change);
            if detail >= Detail::Intervals {
                let [_, before, after, change] = &mut cells[..] else {
                    unreachable!("a row has four cells");
                };
                before.push_str(&figure::give_or_take(figures[0], row.before_interval));
                after.push_str(&figure::give_or_take(figures[1], row.after_interval));
                change.push_str(&interval(row));
            }
            if detail >= Detail::P {
                cells.push(
                    row.test
                        .map_or_else(String::new, |test| figure::p_value(test.p)),
                );
            }
            if detail >= Detail::Everything {
                cells.push(row.test.map_or_else(String::new, n));
            }
            TableRow {
                cells,
                part: row.part,
                tone,
            }
        })
        .collect();
    Table { titles, rows }
}

/// The interval of a change that is one for certain.
fn interval(row: &Row) -> String {
    let interval = row.test.and_then(|test| test.interval);
    match interval.filter(|_| row.is_certain()) {
        Some(interval) => format!(" ({})", figure::change_interval(interval)),
        None => String::new(),
    }
}

/// `20`, or `6+20` where one side has more.
fn n(test: Change) -> String {
    if test.n_before == test.n_after {
        test.n_before.to_string()
    } else {
        format!("{}+{}", test.n_before, test.n_after)
    }
}

fn spread_table(rows: &[&Row], text: Text) -> Table {
    let with_p95 = rows
        .iter()
        .any(|row| row.spread.is_some_and(|s| s.p95.is_some()));
    let mut titles = vec![
        text.metric_title().to_owned(),
        text.median_title().to_owned(),
    ];
    if with_p95 {
        titles.push("p95".to_owned());
    }
    titles.extend([text.min_title().to_owned(), text.max_title().to_owned()]);
    let rows = rows
        .iter()
        .map(|row| {
            let mut cells = vec![text.metric(row.metric).to_owned()];
            if let Some(spread) = row.spread {
                let known: Vec<f64> = [
                    Some(spread.median),
                    spread.p95,
                    Some(spread.min),
                    Some(spread.max),
                ]
                .into_iter()
                .flatten()
                .collect();
                cells.extend(figure::times(&known, text));
                let median = row.after.as_ref();
                cells[1].push_str(&figure::give_or_take(median, row.after_interval));
                if with_p95 && spread.p95.is_none() {
                    cells.insert(2, figure::UNKNOWN.to_owned());
                }
            } else {
                cells.extend(figure::row(row.metric, &[row.after.as_ref()], text));
                cells.resize(titles.len(), String::new());
            }
            TableRow {
                cells,
                part: row.part,
                tone: Tone::Neutral,
            }
        })
        .collect();
    Table { titles, rows }
}
