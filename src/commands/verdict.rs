//! The verdict of a run: whether it is decided at a look, and what it comes to at the end.

use std::borrow::Cow;
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

/// Stores the verdicts in a result that has its samples and its ending; what is only indicative fails as the gate says.
pub fn judge_result(result: &mut RunResult, settings: &Settings) {
    let prices = settings.safety.prices();
    judge_by(result, &settings.budgets, settings.limit, &prices);
    hold_back(result, settings.gate);
}

/// The same by budgets and the limit of the verdict that nobody asks for.
pub fn judge_by(result: &mut RunResult, written: &[Budget], limit: f64, prices: &Prices) {
    let pair = result.subject(Arm::Before).is_some() && result.subject(Arm::After).is_some();
    let arms = result.subjects.iter().map(|subject| subject.arm);
    let starts = arms.map(|arm| result.accepted(arm, Kind::Cold)).min();
    let starts = starts.unwrap_or(0);
    let stopped = matches!(result.ending, Ending::Stopped { .. });
    if let Some(looks) = &result.plan.looks {
        result.look = look_reached(looks, starts);
    }
    let samples = match result.look {
        // Where it was stopped nobody had planned to look.
        Some(look) if stopped => up_to_look(&result.samples, look),
        _ => Cow::Borrowed(result.samples.as_slice()),
    };
    let judgements = judged(
        &budgets(written, limit, pair),
        &samples,
        &result.subjects,
        result.alpha(),
        prices,
    );
    result.judgements = judgements;
    // One subject is judged when its plan is done.
    let early = match &result.plan.looks {
        Some(looks) if result.look.is_none() => Some(Note::BeforeLook {
            pairs: starts,
            at: looks.at[0] as usize,
        }),
        None if starts < result.plan.runs as usize => Some(Note::BeforeEnd {
            starts,
            of: result.plan.runs as usize,
        }),
        _ => None,
    };
    if let Some(note) = early.filter(|_| stopped) {
        let is_sampled = |j: &&mut Judgement| j.is_sampled() || has_too_few(j);
        for sampled in result.judgements.iter_mut().filter(is_sampled) {
            sampled.verdict = Verdict::Inconclusive;
            sampled.more_pairs = None;
            sampled.note = Some(note.to_string());
        }
    }
}

/// Its samples are too few to say anything.
fn has_too_few(judgement: &Judgement) -> bool {
    let note = judgement.note.as_deref().and_then(Note::of_text);
    matches!(note, Some(Note::TooFew { .. } | Note::NoFigures))
}

/// What was measured up to a look, from 1.
fn up_to_look(samples: &[Sample], look: u32) -> Cow<'_, [Sample]> {
    samples.iter().filter(|s| s.look < look).cloned().collect()
}

/// The last look that has all its starts, from 1.
fn look_reached(looks: &Looks, starts: usize) -> Option<u32> {
    let reached = looks.at.iter().filter(|at| **at as usize <= starts);
    u32::try_from(reached.count()).ok().filter(|look| *look > 0)
}

/// What a stored *before* alone would have failed does not fail, unless that is allowed; says so.
pub fn hold_back(result: &mut RunResult, gate: Gate) {
    if !gate.fails || gate.allow_indicative || !result.is_indicative() {
        return;
    }
    let regressed = |j: &&Judgement| j.verdict == Verdict::Regressed;
    let before: Vec<Judgement> = result
        .judgements
        .iter()
        .filter(regressed)
        .cloned()
        .collect();
    let note = Note::why_indicative(result);
    only_indicative(&mut result.judgements, &note);
    let why = match note {
        Note::Observational => "logs are no controlled experiment: that is only observational",
        _ => "before and after were not measured side by side: that is only indicative",
    };
    for was in before {
        let held = |j: &Judgement| j.budget == was.budget && j.verdict != Verdict::Regressed;
        if let Some(budget) = &was.budget
            && result.judgements.iter().any(held)
        {
            // Standard error may be closed; the report says it too.
            let _ = writeln!(
                std::io::stderr(),
                "note: '{budget}' would have failed, but {why}, and fails with --allow-indicative"
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::samples::{pair, single};

    /// Two looks, at 10 and at 20; what comes after the first one is ten times as slow.
    fn slow_after_the_first_look() -> RunResult {
        let mut result = pair();
        result.plan.looks = Some(Looks {
            at: vec![10, 20],
            alpha: 0.03,
        });
        for arm in [Arm::Before, Arm::After] {
            let own = result.samples.iter_mut().filter(|s| s.arm == arm);
            let mut starts = 0;
            for sample in own {
                starts += u32::from(sample.accepted && sample.kind == Kind::Cold);
                sample.look = u32::from(starts > 10);
                if arm == Arm::After && sample.look == 1 {
                    sample.init_ms = sample.init_ms.map(|ms| 10.0 * ms);
                }
            }
        }
        result
    }

    fn cold(result: &RunResult) -> &Judgement {
        let found = result.judgements.iter().find(|j| j.metric == "cold.p50");
        found.expect("judged")
    }

    #[test]
    fn all_of_before_and_then_all_of_after_fails_no_gate_unless_that_is_allowed() {
        for (around, allow_indicative, expected) in [
            (false, false, Verdict::Regressed),
            (true, false, Verdict::Inconclusive),
            (true, true, Verdict::Regressed),
        ] {
            let mut result = pair();
            result.plan.around = around;
            for sample in result.samples.iter_mut().filter(|s| s.arm == Arm::After) {
                sample.init_ms = sample.init_ms.map(|ms| 10.0 * ms);
            }
            let budget: Budget = "cold.p50 > +10%".parse().unwrap();
            judge_by(&mut result, &[budget], 0.1, &Prices::builtin());
            let gate = Gate {
                fails: true,
                strict: false,
                allow_indicative,
            };
            hold_back(&mut result, gate);
            assert_eq!(
                cold(&result).verdict,
                expected,
                "{around} {allow_indicative}"
            );
        }
    }

    #[test]
    fn a_run_that_was_stopped_between_looks_is_judged_by_what_the_last_look_saw() {
        let mut result = slow_after_the_first_look();
        let last = result.samples.iter().rposition(|s| s.kind == Kind::Cold);
        result.samples.truncate(last.unwrap());
        result.ending = Ending::Stopped {
            why: "interrupted".into(),
        };
        judge_by(&mut result, &[], 0.1, &Prices::builtin());
        assert_eq!(result.look, Some(1));
        let test = cold(&result).test.unwrap();
        assert_eq!((test.n_before, test.n_after), (10, 10));
        assert_eq!(cold(&result).verdict, Verdict::Improved);
    }

    #[test]
    fn a_run_of_one_that_was_stopped_says_nothing_of_what_was_to_be_judged_at_its_end() {
        for (starts, runs, verdict) in [
            (10, 10, Verdict::Regressed),
            (10, 30, Verdict::Inconclusive),
            (3, 30, Verdict::Inconclusive),
        ] {
            let mut result = single();
            result.plan.runs = runs;
            let mut seen = 0;
            result.samples.retain(|sample| {
                seen += u32::from(sample.accepted && sample.kind == Kind::Cold);
                seen <= starts
            });
            result.ending = Ending::Stopped {
                why: "interrupted".into(),
            };
            let budgets = ["cold.p50 > 1ms", "package.unzipped > 1B"];
            let budgets = budgets.map(|budget| budget.parse().unwrap());
            judge_by(&mut result, &budgets, 0.1, &Prices::builtin());
            assert_eq!(cold(&result).verdict, verdict, "{starts} of {runs}");
            if verdict == Verdict::Inconclusive {
                let (starts, of) = (starts as usize, runs as usize);
                let note = Note::BeforeEnd { starts, of }.to_string();
                assert_eq!(cold(&result).note, Some(note));
            }
            // A size is known all the same.
            assert_eq!(result.judgements[1].verdict, Verdict::Regressed);
        }
    }

    #[test]
    fn a_run_that_was_not_stopped_is_judged_by_all_of_it() {
        let mut result = slow_after_the_first_look();
        judge_by(&mut result, &[], 0.1, &Prices::builtin());
        assert_eq!(result.look, Some(2));
        assert_eq!(cold(&result).test.unwrap().n_after, 20);
    }
}
