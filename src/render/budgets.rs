//! A budget as a row of a table, with its verdict, and what there is to say of one that is not decided.

use crate::compare::{Figure, Metric, Row};
use crate::gate::{Measure, Note};
use crate::results::{Judgement, RunResult, Verdict};

use super::figure::{self, Tone, UNKNOWN};
use super::layout::clean;
use super::table::TableRow;
use super::text::Text;

/// The budgets that somebody wrote.
pub(super) fn written(result: &RunResult) -> impl Iterator<Item = &Judgement> {
    result.judgements.iter().filter(|j| j.budget.is_some())
}

pub(super) fn titles(first: &str, text: Text) -> Vec<String> {
    [
        first,
        text.before_title(),
        text.after_title(),
        text.change_title(),
        text.verdict_title(),
    ]
    .map(str::to_owned)
    .to_vec()
}

/// A budget's figures and its verdict.
pub(super) fn row(judgement: &Judgement, part: bool, text: Text) -> TableRow {
    let measure = Measure::of_name(&judgement.metric);
    let metric = measure.map_or(Metric::ColdStart, |measure| measure.metric);
    let figure = |value: Option<f64>| Some(figure_of(measure?, value?));
    let (before, after) = (figure(judgement.before), figure(judgement.after));
    let mut cells = vec![clean(judgement.asked())];
    cells.extend(figure::row(
        metric,
        &[before.as_ref(), after.as_ref()],
        text,
    ));
    if judgement.before.is_none() {
        UNKNOWN.clone_into(&mut cells[1]);
    }
    let (change, _) = figure::change(
        &Row {
            metric,
            part: false,
            before,
            after,
            before_interval: None,
            after_interval: None,
            change: judgement.change,
            test: judgement.test,
            spread: None,
        },
        text,
    );
    cells.extend([change, verdict_word(judgement, text).to_owned()]);
    TableRow {
        cells,
        part,
        tone: tone(judgement.verdict),
    }
}

/// The verdict's word; a value that is over its limit may be what it was before.
pub(super) fn verdict_word(judgement: &Judgement, text: Text) -> &'static str {
    match (judgement.limit_value, judgement.verdict) {
        (Some(_), Verdict::Regressed) => text.over_the_limit(),
        _ => text.verdict(judgement.verdict),
    }
}

pub(super) fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Improved => Tone::Better,
        Verdict::Regressed => Tone::Worse,
        Verdict::Passed | Verdict::Inconclusive => Tone::Neutral,
    }
}

/// What there is to say beside the verdict, begun with the budget.
pub(super) fn note(judgement: &Judgement, text: Text) -> Option<String> {
    let why = why(judgement, text)?;
    Some(format!("{}: {why}", clean(judgement.asked())))
}

/// The same of what was sampled, with what its verdict rests on.
pub(super) fn full_note(judgement: &Judgement, text: Text) -> Option<String> {
    let rests_on = match (judgement.test, judgement.after_interval) {
        (Some(_), _) => Some(evidence(judgement).join(", ")),
        (None, Some(_)) => figures(judgement, text),
        (None, None) => return note(judgement, text),
    };
    let parts: Vec<String> = rests_on.into_iter().chain(why(judgement, text)).collect();
    Some(format!(
        "{}: {}",
        clean(judgement.asked()),
        parts.join("; ")
    ))
}

/// Why nothing can be said, or what would let something be.
pub(super) fn why(judgement: &Judgement, text: Text) -> Option<String> {
    reason(judgement, text).or_else(|| Some(text.more_pairs(judgement.more_pairs?)))
}

/// What the judgement itself notes.
pub(super) fn reason(judgement: &Judgement, text: Text) -> Option<String> {
    let note = judgement.note.as_deref()?;
    Some(Note::of_text(note).map_or_else(|| clean(note), |note| text.judged_note(&note)))
}

pub(super) fn figure_of(measure: Measure, value: f64) -> Figure {
    match measure.unit() {
        "ms" => Figure::Ms(value),
        "MB" => Figure::Mb(value),
        "$" => Figure::UsdPerMillion(value),
        _ => Figure::Bytes(value as u64),
    }
}

/// `100 ms → 130 ms`, or the only figure with its interval.
pub(super) fn figures(judgement: &Judgement, text: Text) -> Option<String> {
    let after = judgement.after?;
    let measure = Measure::of_name(&judgement.metric)?;
    let (low, high) = judgement.after_interval.unzip();
    let all: Vec<Option<Figure>> = [judgement.before, Some(after), low, high]
        .into_iter()
        .map(|value| Some(figure_of(measure, value?)))
        .collect();
    let written = figure::row(
        measure.metric,
        &all.iter().map(Option::as_ref).collect::<Vec<_>>(),
        text,
    );
    let mut words = written[1].clone();
    if judgement.before.is_some() {
        words = format!("{} → {words}", written[0]);
    }
    if judgement.after_interval.is_some() {
        words = format!("{words} [{}, {}]", written[2], written[3]);
    }
    Some(words)
}

/// `+30% [+20%, +41%]`, `p = 0.003`, `n 20 + 20`: what the verdict on a change rests on.
pub(super) fn evidence(judgement: &Judgement) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(change) = judgement.change {
        let interval = judgement.test.and_then(|test| test.interval);
        let interval = interval.map_or_else(String::new, |(low, high)| {
            format!(" [{}, {}]", signed(low - 1.0), signed(high - 1.0))
        });
        parts.push(format!("{}{interval}", signed(change)));
    }
    if let Some(test) = judgement.test {
        parts.push(figure::p_words(judgement.p_adjusted.unwrap_or(test.p)));
        parts.push(format!("n {} + {}", test.n_before, test.n_after));
    }
    parts
}

/// `+12%`, `-0.4%`.
fn signed(change: f64) -> String {
    let per_cent = change * 100.0;
    let decimals = usize::from(per_cent.abs() < 9.95);
    let sign = if per_cent < 0.0 { "-" } else { "+" };
    format!("{sign}{:.decimals$}%", per_cent.abs())
}
