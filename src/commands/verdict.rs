//! The verdict of a run: whether it is decided at a look, and what it comes to at the end.

use std::io::Write as _;

use crate::compare::Metric;
use crate::config::{Gate, Settings};
use crate::cost::Prices;
use crate::exit::Exit;
use crate::gate::{Budget, Limit, Note, Side, judge, only_indicative, worst};
use crate::results::{Arm, Ending, Judgement, Kind, RunResult, Sample, SubjectResult, Verdict};
use crate::stats::Looks;

/// The written budgets, and the one that nobody has to write unless somebody has written its like.
fn budgets(written: &[Budget], limit: f64, pair: bool) -> Vec<Budget> {
    let mut all = written.to_vec();
    let unasked = Budget::unasked(limit);
    let written = |b: &Budget| {
        b.measure.metric == Metric::ColdStart
            && b.measure.percentile == Some(50)
            && matches!(b.limit, Limit::Change(_))
    };
    if pair && !all.iter().any(written) {
        all.push(unasked);
    }
    all
}

/// The verdict on each budget.
pub fn judged(
    budgets: &[Budget],
    samples: &[Sample],
    subjects: &[SubjectResult],
    alpha: f64,
    prices: &Prices,
) -> Vec<Judgement> {
    let side = |arm| {
        let subject = subjects.iter().find(|subject| subject.arm == arm)?;
        Some(Side { samples, subject })
    };
    match side(Arm::After).or_else(|| side(Arm::Only)) {
        Some(after) if !budgets.is_empty() => {
            judge(budgets, side(Arm::Before), after, alpha, prices)
        }
        _ => Vec::new(),
    }
}

/// Whether the samples up to a look decide: every budget that somebody wrote, or else the one that nobody did.
pub fn decided<'a>(
    settings: &'a Settings,
    subjects: &'a [SubjectResult],
) -> impl FnMut(&[Sample], usize) -> bool + 'a {
    let prices = settings.safety.prices();
    let budgets = budgets(&settings.budgets, settings.limit, subjects.len() == 2);
    move |samples, _| {
        let judgements = judged(&budgets, samples, subjects, settings.looks.alpha, &prices);
        let written = judgements.iter().any(|j| j.budget.is_some());
        let mut that_count = judgements
            .iter()
            .filter(|j| j.budget.is_some() == written)
            .peekable();
        that_count.peek().is_some() && that_count.all(|j| j.verdict != Verdict::Inconclusive)
    }
}

/// Stores the verdicts in a result that has its samples and its ending.
pub fn judge_result(result: &mut RunResult, settings: &Settings) {
    let prices = settings.safety.prices();
    judge_by(result, &settings.budgets, settings.limit, &prices);
}

/// The same by budgets and the limit of the verdict that nobody asks for.
pub fn judge_by(result: &mut RunResult, written: &[Budget], limit: f64, prices: &Prices) {
    let pair = result.subject(Arm::Before).is_some() && result.subject(Arm::After).is_some();
    let alpha = result.alpha();
    result.judgements = judged(
        &budgets(written, limit, pair),
        &result.samples,
        &result.subjects,
        alpha,
        prices,
    );
    let Some(looks) = &result.plan.looks else {
        return;
    };
    let starts = [Arm::Before, Arm::After].map(|arm| result.accepted(arm, Kind::Cold));
    let starts = starts.into_iter().min().unwrap_or(0);
    result.look = look_reached(looks, starts);
    if result.look.is_none() && matches!(result.ending, Ending::Stopped { .. }) {
        let note = Note::BeforeLook {
            pairs: starts,
            at: looks.at[0] as usize,
        };
        for sampled in result.judgements.iter_mut().filter(|j| is_sampled(j)) {
            sampled.verdict = Verdict::Inconclusive;
            sampled.more_pairs = None;
            sampled.note = Some(note.to_string());
        }
    }
}

/// The last look that has all its starts, from 1.
fn look_reached(looks: &Looks, starts: usize) -> Option<u32> {
    let reached = looks.at.iter().filter(|at| **at as usize <= starts);
    u32::try_from(reached.count()).ok().filter(|look| *look > 0)
}

/// A size is what it is, looks or none.
fn is_sampled(judgement: &Judgement) -> bool {
    judgement.test.is_some() || judgement.after_interval.is_some()
}

/// What a stored *before* alone would have failed does not fail, unless that is allowed; says so.
pub fn hold_back(result: &mut RunResult, gate: Gate) {
    if !gate.fails || gate.allow_indicative || result.stored_before.is_none() {
        return;
    }
    let regressed = |j: &&Judgement| j.verdict == Verdict::Regressed;
    let before: Vec<Judgement> = result
        .judgements
        .iter()
        .filter(regressed)
        .cloned()
        .collect();
    only_indicative(&mut result.judgements);
    for was in before {
        let held = |j: &Judgement| j.budget == was.budget && j.verdict != Verdict::Regressed;
        if let Some(budget) = &was.budget
            && result.judgements.iter().any(held)
        {
            // Standard error may be closed; the report says it too.
            let _ = writeln!(
                std::io::stderr(),
                "note: '{budget}' would have failed, but before was not measured in the same run: that is only indicative, \
                 and fails with --allow-indicative"
            );
        }
    }
}

/// How a run ends by its verdicts, where they decide it.
pub fn exit(gate: Gate, result: &RunResult) -> Exit {
    let written = result.judgements.iter().any(|j| j.budget.is_some());
    match worst(&result.judgements) {
        Some(Verdict::Regressed) if gate.fails && written => Exit::Regressed,
        Some(Verdict::Inconclusive) if gate.strict && written => Exit::Inconclusive,
        _ => Exit::Done,
    }
}
