//! The verdict in a paragraph: what it is, what it rests on, and at which look it was reached.

use crate::compare::{Figure, Metric, Trust};
use crate::gate::{Measure, Note, worst};
use crate::results::{Ending, Judgement, RunResult, Verdict};
use crate::stats::Change;

use super::budgets::{reason, verdict_word};
use super::figure;
use super::layout::{clean, paragraph as lines};
use super::style::{Paint, Style};
use super::text::Text;

/// The verdict in words.
pub(super) struct Said {
    pub(super) verdict: Verdict,
    /// `Verdict: improved.`
    pub(super) head: String,
    /// The head, and what it rests on where only one thing was judged.
    pub(super) first: String,
    /// A sentence for each where more than one thing was judged.
    pub(super) rest: Vec<String>,
}

/// `Verdict: improved. …`; a line for each where more than one thing was judged, and nothing where nothing was.
pub(super) fn paragraph(result: &RunResult, text: Text, style: &Style) -> String {
    let Some(said) = sentences(result, text) else {
        return String::new();
    };
    let paint = match said.verdict {
        Verdict::Improved | Verdict::Passed => Paint::Green,
        Verdict::Inconclusive => Paint::Yellow,
        Verdict::Regressed => Paint::Red,
    };
    let painted = style.paint(paint, &said.head);
    let mut out = lines("", &said.first, style.width).replacen(&said.head, &painted, 1);
    for line in &said.rest {
        out.push_str(&lines("  - ", line, style.width));
    }
    out
}

/// The same before it is set in lines; nothing where nothing was judged.
pub(super) fn sentences(result: &RunResult, text: Text) -> Option<Said> {
    let verdict = worst(&result.judgements)?;
    let head = text.verdict_head(text.verdict(verdict), Trust::of(result));
    let at = look(result, verdict, text).unwrap_or_default();
    let (first, rest) = match result.judgements.as_slice() {
        [only] => (
            format!("{head} {}{at}.", capitalised(&said(only, text))),
            &[][..],
        ),
        all if at.is_empty() => (head.clone(), all),
        all => (
            format!("{head} {}.", capitalised(at.trim_start_matches("; "))),
            all,
        ),
    };
    let rest = rest.iter().map(|judgement| {
        let verdict = verdict_word(judgement, text);
        let clause = capitalised(&self::said(judgement, text));
        format!("{}: {verdict}. {clause}.", clean(judgement.asked()))
    });
    Some(Said {
        rest: rest.collect(),
        verdict,
        head,
        first,
    })
}

/// At which of several looks, or that there was none.
fn look(result: &RunResult, verdict: Verdict, text: Text) -> Option<String> {
    let looks = result.plan.looks.as_ref()?;
    let of = looks.at.len();
    match (&result.ending, result.look) {
        (Ending::Stopped { .. }, Some(look)) if of > 1 => {
            Some(text.judged_as_at(look as usize, of))
        }
        (Ending::Stopped { .. }, Some(_)) => Some(text.judged_when_stopped().to_owned()),
        (Ending::Complete, Some(look)) if of > 1 => Some(if verdict == Verdict::Inconclusive {
            text.undecided_after(of)
        } else {
            text.decided_at(look as usize, of)
        }),
        _ => None,
    }
}

/// One judgement as a clause, without its verdict.
fn said(judgement: &Judgement, text: Text) -> String {
    let measure = Measure::of_name(&judgement.metric);
    let name = match measure.map(|measure| measure.metric) {
        Some(metric @ (Metric::ColdStart | Metric::WarmStart)) => {
            let (_, percentile) = judgement.metric.split_once('.').unwrap_or_default();
            format!("{} {percentile}", text.metric(metric))
        }
        _ => clean(&judgement.metric),
    };
    let reason = reason(judgement, text);
    let stopped = |note: &str| {
        matches!(
            Note::of_text(note),
            Some(Note::BeforeLook { .. } | Note::BeforeEnd { .. })
        )
    };
    let figures = match (judgement.limit_value, &judgement.test) {
        _ if judgement.note.as_deref().is_some_and(stopped) => None,
        (Some(limit), _) => against_value(judgement, &name, limit, text),
        (None, Some(test)) => by_ranks(judgement, &name, test, text),
        (None, None) => judgement.change.map(|change| {
            let limit = judgement.limit_change.map(figure::signed);
            text.exact_change(&name, &figure::signed(change), limit.as_deref())
        }),
    };
    // Why nothing can be said stands alone where there are no figures to speak of.
    match (figures, reason) {
        (Some(figures), Some(reason)) => format!("{figures} ({reason})"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => text.nothing_to_tell(&name),
    }
}

fn by_ranks(judgement: &Judgement, name: &str, test: &Change, text: Text) -> Option<String> {
    let limit = judgement.limit_change.map(figure::signed)?;
    let n = text.pairs(test.n_before, test.n_after);
    let Some((low, high)) = test.interval else {
        let one = (test.n_before, test.n_after) == (1, 1);
        return Some(text.no_interval(name, one, &n));
    };
    let signed = |ratio: f64| figure::signed(ratio - 1.0);
    let (low_end, high_end) = (signed(low), signed(high));
    if judgement.verdict == Verdict::Inconclusive {
        let between = text.between(name, &low_end, &high_end);
        return Some(format!(
            "{between}; {}",
            text.would_decide(judgement.more_pairs, &limit)
        ));
    }
    let p = judgement.p_adjusted.unwrap_or(test.p);
    let limit = (judgement.verdict != Verdict::Improved).then_some(limit);
    if p >= test.alpha {
        return Some(text.within(name, &low_end, &high_end, limit.as_deref(), &n));
    }
    let ratio = test.ratio?;
    let size = figure::change_size(ratio - 1.0);
    let ends = figure::change_ends((low, high));
    let clause = text.is_changed(name, &size, ratio < 1.0, (&ends.0, &ends.1));
    let regressed = judgement.verdict == Verdict::Regressed;
    let limit = limit.map(|limit| text.beside_limit(&limit, regressed));
    Some(format!(
        "{clause}, {}, {n}{}",
        figure::p_words(p),
        limit.unwrap_or_default()
    ))
}

fn against_value(judgement: &Judgement, name: &str, limit: f64, text: Text) -> Option<String> {
    let after = judgement.after?;
    let metric = Measure::of_name(&judgement.metric)?.metric;
    let figure = |value: f64| match metric {
        Metric::MaxMemory => Figure::Mb(value),
        Metric::CostCold | Metric::CostWarm => Figure::UsdPerMillion(value),
        metric if metric.is_exact() => Figure::Bytes(value.round() as u64),
        _ => Figure::Ms(value),
    };
    let (low, high) = judgement.after_interval.unwrap_or((after, after));
    let all = [after, low, high, limit].map(figure);
    // No row of its own: a metric without special words.
    let written = figure::row(Metric::ColdStart, &all.each_ref().map(Some), text);
    let interval = judgement
        .after_interval
        .map(|_| (written[1].as_str(), written[2].as_str()));
    let more = judgement.more_pairs.map(|pairs| text.more_pairs(pairs));
    let over = judgement.verdict == Verdict::Regressed;
    let clause = text.is_value(name, &written[0], interval, &written[3], over);
    Some(match more {
        Some(more) => format!("{clause}; {more}"),
        None => clause,
    })
}

fn capitalised(sentence: &str) -> String {
    // A budget's own name is written as it is.
    let first_word = sentence.split(' ').next().unwrap_or_default();
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) if !first_word.contains('.') => first.to_uppercase().chain(letters).collect(),
        _ => sentence.to_owned(),
    }
}
