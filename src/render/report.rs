//! The report: what was measured and where, the table, what was not counted and why, and how far to trust it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::compare::{Comparison, Row, compare_arms};
use crate::config::Lang;
use crate::results::{
    Arm, ArmSummary, Ending, EndpointKind, Exclusion, Kind, RunResult, StoredBefore, SubjectResult,
};

use super::budgets;
use super::conditions::{self, Field};
use super::figure::{self, Tone};
use super::layout::{clean, fields, paragraph};
use super::style::{Paint, Style};
use super::table::{Table, TableRow};
use super::text::Text;

/// The report of a run or of a pair, for a person; `saved` is the file that holds the result.
pub fn report(result: &RunResult, lang: Lang, style: &Style, saved: Option<&Path>) -> String {
    let text = Text(lang);
    let view = View::new(result);
    let mut out = head(result, text, style);
    if let Some(comparison) = view.comparison() {
        out.push('\n');
        out.push_str(&tables(&comparison, text, style));
    }
    for section in [
        budgets::with_heading(result, text, style),
        not_counted(result, text, style),
        warnings(result, &view, text, style),
    ] {
        if !section.is_empty() {
            out.push('\n');
            out.push_str(&section);
        }
    }
    out.push('\n');
    if let Ending::Stopped { why } = &result.ending {
        let lines = paragraph("", &text.stopped(&clean(why)), style.width);
        out.push_str(&style.paint(Paint::Yellow, lines.trim_end()));
        out.push_str("\n\n");
    }
    for note in view.notes(text) {
        out.push_str(&paragraph("", &note, style.width));
    }
    if let Some(path) = saved {
        // Never broken: a path is there to be copied.
        out.extend([text.saved(), " ", &path.display().to_string(), "\n"]);
    }
    out
}

/// The table alone.
pub(super) fn table(result: &RunResult, text: Text) -> Option<Table> {
    let comparison = View::new(result).comparison()?;
    Some(match comparison.arms.0 {
        Some(_) => comparison_table(&comparison, text),
        None => spread_table(&comparison.rows.iter().collect::<Vec<_>>(), text),
    })
}

/// Which two sets of figures stand side by side.
struct View<'a> {
    result: &'a RunResult,
    before: Option<(&'a SubjectResult, &'a ArmSummary)>,
    after: Option<(&'a SubjectResult, &'a ArmSummary)>,
}

impl<'a> View<'a> {
    fn new(result: &'a RunResult) -> Self {
        Self {
            result,
            before: result.measured(Arm::Before),
            after: result.latest(),
        }
    }

    /// The *before* of another run, if it stands here.
    fn stored(&self) -> Option<&'a StoredBefore> {
        self.before.and(self.result.stored_before.as_ref())
    }

    fn comparison(&self) -> Option<Comparison> {
        compare_arms(self.result)
    }

    fn notes(&self, text: Text) -> Vec<String> {
        let Some(after) = self.after else {
            return Vec::new();
        };
        let mut notes = Vec::new();
        let ranges = self.ranges(text);
        if self.before.is_some() {
            notes.push(text.medians_note().to_owned());
            if !ranges.is_empty() {
                notes.push(text.range(&ranges));
            }
        } else {
            notes.push(text.spread_note().to_owned());
        }
        if self.before.is_none() || self.stored().is_some() {
            let spreads = [after.1.cold_ms, after.1.warm_ms];
            let told = |p95: bool| spreads.iter().flatten().any(|s| s.p95.is_some() == p95);
            if told(true) && told(false) {
                notes.push(text.p95_note().to_owned());
            }
        }
        if let Some(stored) = self.stored() {
            notes.push(text.indicative_note(&apart(stored, self.result, text)));
        } else if self.result.plan.around {
            notes.push(text.around_note().to_owned());
        } else if self.before.is_some() {
            notes.push(text.interleaved_note().to_owned());
        }
        if after.0.no_handler {
            notes.push(text.no_handler_note().to_owned());
        }
        if after.1.cost_cold_usd_per_million.is_some() {
            notes.push(match &self.result.cost.own_prices {
                Some(list) => text.own_prices_note(&clean(list)),
                None => text.costs_note(after.0.region.as_deref().unwrap_or("us-east-1")),
            });
        }
        if self.result.cost.requests > 0 {
            let usd = self.result.cost.cost_usd.map(super::plan::dollars);
            let paid = after.0.endpoint == EndpointKind::Aws;
            notes.push(text.has_cost(&self.result.cost, usd.as_deref(), paid));
        }
        if after.0.endpoint == EndpointKind::Sandbox {
            notes.push(text.sandbox_note().to_owned());
        }
        notes
    }

    /// Smallest and largest cold start of both arms measured here.
    fn ranges(&self, text: Text) -> Vec<(Arm, String, String)> {
        if self.stored().is_some() {
            return Vec::new();
        }
        [self.before, self.after]
            .into_iter()
            .flatten()
            .filter_map(|(subject, summary)| {
                let spread = summary.cold_ms?;
                let written = figure::times(&[spread.min, spread.max], text);
                let [low, high] = written.as_slice() else {
                    return None;
                };
                Some((subject.arm, low.clone(), high.clone()))
            })
            .collect()
    }
}

fn head(result: &RunResult, text: Text, style: &Style) -> String {
    let pair = result.subjects.len() == 2;
    let names = conditions::function_names(result);
    let title = match result.subjects.first() {
        Some(subject) => text.title(&names, pair, subject),
        None => names,
    };
    let mut list: Vec<Field> = vec![conditions::place(result, text)];
    list.extend(conditions::subjects(result, text));
    if pair && let Some(stored) = &result.stored_before {
        // How long it has been stands first: it is what makes the difference doubtful.
        list[1].1 = describe(stored, Some(result), text);
        let measured = text.measured_on(&minute(result.created_at));
        list[2].1.extend([", ", &measured]);
    }
    list.extend(conditions::conditions(result, text));
    list.extend(conditions::sampling(result, text));
    format!(
        "{}\n\n{}",
        style.paint(Paint::Bold, &title),
        fields(&list, style.width)
    )
}

/// A stored before: what it is called, and when it was measured, or how long before another one.
pub(super) fn describe(stored: &StoredBefore, than: Option<&RunResult>, text: Text) -> String {
    let what = match &stored.name {
        Some(name) => text.stored_baseline(&clean(name)),
        None => text.stored_result(&clean(&stored.id)),
    };
    let at = minute(stored.created_at);
    let measured = than.map_or_else(
        || text.measured_on(&at),
        |result| text.measured_at(&apart(stored, result, text), &at),
    );
    format!("{what}, {measured}")
}

fn apart(stored: &StoredBefore, result: &RunResult, text: Text) -> String {
    text.earlier(result.created_at.as_second() - stored.created_at.as_second())
}

pub(super) fn minute(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The comparison, if there are two; the spread, if what is measured is alone or stands against a stored result.
fn tables(comparison: &Comparison, text: Text, style: &Style) -> String {
    if comparison.arms.0.is_none() {
        return spread_table(&comparison.rows.iter().collect::<Vec<_>>(), text).render(style);
    }
    let mut out = comparison_table(comparison, text).render(style);
    let spreads: Vec<&Row> = comparison
        .rows
        .iter()
        .filter(|row| row.spread.is_some())
        .collect();
    if comparison.indicative && !spreads.is_empty() {
        let heading = style.paint(Paint::Bold, text.spread_heading());
        let table = spread_table(&spreads, text).render(style);
        out.extend(["\n", &heading, "\n\n", &table]);
    }
    out
}

fn comparison_table(comparison: &Comparison, text: Text) -> Table {
    let before = if comparison.indicative {
        format!("{} ({})", text.before_title(), text.indicative())
    } else {
        text.before_title().to_owned()
    };
    let titles = vec![
        text.metric_title().to_owned(),
        before,
        text.after_title().to_owned(),
        text.change_title().to_owned(),
    ];
    let rows = comparison
        .rows
        .iter()
        .map(|row| {
            let mut cells = vec![text.metric(row.metric).to_owned()];
            let figures = [row.before.as_ref(), row.after.as_ref()];
            cells.extend(figure::row(row.metric, &figures, text));
            let (change, tone) = figure::change(row, text);
            cells.push(change);
            TableRow {
                cells,
                part: row.part,
                tone,
            }
        })
        .collect();
    Table { titles, rows }
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

/// Every exclusion, by reason; a section that is empty has no heading.
fn not_counted(result: &RunResult, text: Text, style: &Style) -> String {
    let mut reasons: BTreeMap<Exclusion, BTreeMap<Arm, BTreeMap<Kind, u64>>> = BTreeMap::new();
    for excluded in &result.exclusions {
        *reasons
            .entry(excluded.reason)
            .or_default()
            .entry(excluded.arm)
            .or_default()
            .entry(excluded.kind)
            .or_default() += excluded.count;
    }
    let lines: Vec<String> = reasons
        .into_iter()
        .map(|(reason, arms)| {
            let counts: Vec<(Arm, String)> = arms
                .into_iter()
                .map(|(arm, kinds)| {
                    let kinds: Vec<_> = kinds
                        .into_iter()
                        .map(|(kind, n)| text.excluded(kind, n))
                        .collect();
                    (arm, kinds.join(text.and()))
                })
                .collect();
            let counts = match counts.as_slice() {
                [(_, a), (_, b)] if a == b => text.each_of_two(a),
                _ => text.each(&counts),
            };
            format!("{counts}: {}", text.exclusion(reason))
        })
        .collect();
    list(text.not_counted(), &lines, style, Paint::Bold)
}

fn warnings(result: &RunResult, view: &View, text: Text, style: &Style) -> String {
    let mut lines: Vec<String> = result
        .warnings
        .iter()
        .map(|warning| clean(warning))
        .collect();
    if let Some(stored) = view.stored() {
        lines.extend(conditions::other_conditions(stored, result, text));
    }
    list(text.warnings(), &lines, style, Paint::Yellow)
}

/// A heading and its lines; nothing where there are none.
pub(super) fn list(heading: &str, lines: &[String], style: &Style, paint: Paint) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut out = style.paint(paint, heading);
    out.push('\n');
    for line in lines {
        out.push_str(&paragraph("  - ", line, style.width));
    }
    out
}

#[cfg(test)]
mod tests;
