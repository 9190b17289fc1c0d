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
    let mut cells = vec![clean(
        judgement.budget.as_deref().unwrap_or(&judgement.metric),
    )];
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
    let budget = judgement.budget.as_deref().unwrap_or(&judgement.metric);
    Some(format!("{}: {why}", clean(budget)))
}

/// Why nothing can be said, or what would let something be.
pub(super) fn why(judgement: &Judgement, text: Text) -> Option<String> {
    match (&judgement.note, judgement.more_pairs) {
        (Some(note), _) => Some(match Note::of_text(note) {
            Some(note) => text.judged_note(&note),
            None => clean(note),
        }),
        (None, Some(pairs)) => Some(text.more_pairs(pairs)),
        (None, None) => None,
    }
}

pub(super) fn figure_of(measure: Measure, value: f64) -> Figure {
    match measure.unit() {
        "ms" => Figure::Ms(value),
        "MB" => Figure::Mb(value),
        "$" => Figure::UsdPerMillion(value),
        _ => Figure::Bytes(value as u64),
    }
}
