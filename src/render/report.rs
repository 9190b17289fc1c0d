//! The report: what was measured and where, the table, what was not counted and why, and how far to trust it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::compare::{Comparison, compare_arms};
use crate::config::Lang;
use crate::results::{
    Arm, ArmSummary, Ending, Exclusion, Kind, RunResult, StoredBefore, SubjectResult,
};

use super::conditions::{self, Field};
use super::layout::{clean, fields, paragraph};
use super::observed;
use super::strip::strip;
use super::style::{Paint, Style};
use super::text::Text;
use super::verdict;

mod notes;
mod tables;

use tables::Detail;
pub(super) use tables::{spread, table};

/// The report of a run or of a pair, for a person; `saved` is the file that holds the result.
pub fn report(result: &RunResult, lang: Lang, style: &Style, saved: Option<&Path>) -> String {
    let text = Text(lang);
    let view = View::new(result);
    let mut out = head(result, text, style);
    let mut shown = Detail::Everything;
    if let Some(comparison) = view.comparison() {
        let (detail, tables) = tables::tables(&comparison, text, style);
        shown = detail;
        out.extend(["\n", &tables]);
    }
    let strip = strip(result, text, style);
    if !strip.is_empty() {
        out.push('\n');
        out.push_str(&strip);
    }
    let notes: String = (view.notes(shown, text).iter())
        .map(|note| paragraph("", &style.written(note), style.width))
        .collect();
    // The verdict is last: that is where the eye is when a run has ended.
    for section in [
        notes,
        list(
            text.observed_heading(),
            &observed::lines(result, text),
            style,
            Paint::Bold,
        ),
        list(
            text.not_counted(),
            &not_counted(result, text),
            style,
            Paint::Bold,
        ),
        list(
            text.warnings(),
            &warnings(result, text),
            style,
            Paint::Yellow,
        ),
        stopped(result, text, style),
        verdict::paragraph(result, text, style),
    ] {
        if !section.is_empty() {
            out.push('\n');
            out.push_str(&section);
        }
    }
    if let Some(path) = saved {
        out.push('\n');
        // Never broken: a path is there to be copied.
        out.extend([text.saved(), " ", &path.display().to_string(), "\n"]);
    }
    out
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
}

fn head(result: &RunResult, text: Text, style: &Style) -> String {
    format!(
        "{}\n\n{}",
        style.paint(Paint::Bold, &title(result, text)),
        fields(&measured_how(result, text), style.width)
    )
}

/// What was measured, in a line.
pub(super) fn title(result: &RunResult, text: Text) -> String {
    let names = conditions::function_name(&result.subjects);
    match result.subjects.first() {
        Some(subject) => text.title(&names, result.subjects.len() == 2, subject),
        None => names,
    }
}

/// Where, what, under which conditions, how often and in which order.
pub(super) fn measured_how(result: &RunResult, text: Text) -> Vec<Field> {
    let pair = result.subjects.len() == 2;
    let mut list: Vec<Field> = vec![conditions::place(result, text)];
    list.extend(conditions::subjects(result, text));
    if pair && let Some(stored) = &result.stored_before {
        let logs = stored.observational.clone().unwrap_or_default();
        let spans = [&logs.before, &logs.after]
            .map(|side| side.as_ref().map(|side| observed::span(side, text)));
        if let Some(span) = &spans[0] {
            list[1].1.extend(span.iter().flat_map(|span| ["; ", span]));
        } else {
            // How long before the logs it was is no matter.
            let than = spans[1].is_none().then_some(result);
            list[1].1.extend(["; ", &describe(stored, than, text)]);
        }
        if let Some(arm) = stored.after_arm {
            let id = format!("{}{}", clean(&result.id), arm.ending());
            list[2].1.extend(["; ", &text.result_of(&id)]);
        }
        if let Some(span) = &spans[1] {
            list[2].1.extend(span.iter().flat_map(|span| ["; ", span]));
        } else {
            let measured = text.measured_on(&minute(result.created_at));
            list[2].1.extend([", ", &measured]);
        }
    }
    list.extend(conditions::conditions(result, text));
    list.extend(conditions::sampling(result, text));
    list
}

/// How far to trust the figures, and what they cost.
pub(super) fn notes(result: &RunResult, text: Text) -> Vec<String> {
    View::new(result).notes(Detail::Everything, text)
}

/// A stored before: what it is called, with the arm where there were two, and when it was measured, or how long before another one.
pub(super) fn describe(stored: &StoredBefore, than: Option<&RunResult>, text: Text) -> String {
    let with_arm = |name: &str| clean(name) + stored.arm.ending();
    let what = match &stored.name {
        Some(name) => text.stored_baseline(&with_arm(name)),
        None => text.stored_result(&with_arm(&stored.id)),
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

/// Every exclusion, by reason.
pub(super) fn not_counted(result: &RunResult, text: Text) -> Vec<String> {
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
    reasons
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
        .collect()
}

/// Why the plan was not done, if it was not.
fn stopped(result: &RunResult, text: Text, style: &Style) -> String {
    let Ending::Stopped { why } = &result.ending else {
        return String::new();
    };
    let lines = paragraph("", &text.stopped(&clean(why)), style.width);
    format!("{}\n", style.paint(Paint::Yellow, lines.trim_end()))
}

pub(super) fn warnings(result: &RunResult, text: Text) -> Vec<String> {
    let mut lines: Vec<String> = result
        .warnings
        .iter()
        .map(|warning| text.told(&clean(warning)))
        .collect();
    if let Some(stored) = View::new(result).stored() {
        lines.extend(conditions::other_conditions(stored, result, text));
    }
    lines
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
