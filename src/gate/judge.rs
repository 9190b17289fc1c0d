//! Samples and budgets -> verdicts.

mod exact;
mod quantile;
#[cfg(test)]
mod tests;

use crate::compare::Metric;
use crate::cost::Prices;
use crate::results::{Judgement, Sample, SubjectResult, Verdict};
use crate::stats::{self, Change, Decision, change, holm, median};

use super::note::Note;
use super::{Budget, Limit, Measure};

/// One arm.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// All samples of the run it was measured in; those of other arms are stepped over.
    pub samples: &'a [Sample],
    /// The subject.
    pub subject: &'a SubjectResult,
}

impl Side<'_> {
    fn figures(&self, metric: Metric, prices: &Prices) -> Vec<f64> {
        metric.figures(self.samples, self.subject, prices)
    }
}

/// The verdict on each budget, in order, at the level `alpha` of the look; `before` is none where there is no other arm.
/// p is corrected by Holm over the budgets that somebody wrote and that a p decides.
///
/// - A change of a median (and of the memory of each environment): the rank test and [`stats::verdict`]. Where the limit is
///   negative, the interval alone: the test asks whether there is a change, not whether there is one of 10 %.
/// - A change of a percentile beyond the median: the intervals of both arms at half the level each, which together hold
///   the ratio at least as often as one at the whole level would. There is no p.
/// - A value of a percentile: over the limit if its interval by order statistics lies above, passed if below.
/// - Sizes, and the largest memory seen against a value, are facts: no interval and no p.
pub fn judge(
    budgets: &[Budget],
    before: Option<Side>,
    after: Side,
    alpha: f64,
    prices: &Prices,
) -> Vec<Judgement> {
    let sides = Sides {
        before,
        after,
        alpha,
        prices,
    };
    let mut judgements: Vec<Judgement> = budgets.iter().map(|b| sides.judge(b)).collect();
    let asked: Vec<usize> = (0..budgets.len())
        .filter(|&i| budgets[i].text.is_some() && tested(&judgements[i]).is_some())
        .collect();
    let p: Vec<f64> = asked
        .iter()
        .filter_map(|&i| tested(&judgements[i]))
        .map(|(test, _)| test.p)
        .collect();
    for (i, p) in asked.into_iter().zip(holm(&p)) {
        judgements[i].p_adjusted = Some(p);
    }
    for judgement in &mut judgements {
        if let Some((test, limit)) = tested(judgement) {
            let p = *judgement.p_adjusted.get_or_insert(test.p);
            settle(judgement, stats::verdict(&test, p, limit));
        }
    }
    judgements
}

/// The test that decides by its p, and the limit.
fn tested(judgement: &Judgement) -> Option<(Change, f64)> {
    let limit = judgement.limit_change.filter(|limit| *limit >= 0.0)?;
    Some((judgement.test?, limit))
}

fn settle(judgement: &mut Judgement, decision: Decision) {
    (judgement.verdict, judgement.more_pairs) = match decision {
        Decision::Improved => (Verdict::Improved, None),
        Decision::Passed => (Verdict::Passed, None),
        Decision::Inconclusive { more_pairs } => (Verdict::Inconclusive, more_pairs),
        Decision::Regressed => (Verdict::Regressed, None),
    };
}

/// Both arms and all that they are judged with.
struct Sides<'a> {
    before: Option<Side<'a>>,
    after: Side<'a>,
    alpha: f64,
    prices: &'a Prices,
}

impl Sides<'_> {
    /// All but what a p decides: that waits for the other budgets' p.
    fn judge(&self, budget: &Budget) -> Judgement {
        let mut judgement = unjudged(budget);
        let Measure { metric, percentile } = budget.measure;
        if matches!(budget.limit, Limit::Change(_)) && self.before.is_none() {
            return because(judgement, &Note::NoBefore);
        }
        if metric.is_exact() {
            let size = |side: &Side| exact::bytes(metric, side.subject);
            let before = self.before.as_ref().and_then(size);
            return exact::judge(budget, judgement, before, size(&self.after));
        }
        let figures = |side: &Side| side.figures(metric, self.prices);
        let before = self.before.as_ref().map(figures);
        let after = figures(&self.after);
        judgement.before = before.as_deref().and_then(|f| shown(budget.measure, f));
        judgement.after = shown(budget.measure, &after);
        match budget.limit {
            Limit::Value(_) if metric == Metric::MaxMemory => {
                let (before, after) = (judgement.before, judgement.after);
                exact::judge(budget, judgement, before, after)
            }
            Limit::Value(limit) => quantile::value(
                judgement,
                &after,
                percentile.unwrap_or(50),
                limit,
                self.alpha,
            ),
            Limit::Change(limit) => {
                let before = before.unwrap_or_default();
                match percentile {
                    Some(percent) if percent > 50 => {
                        quantile::changed(judgement, (&before, &after), percent, limit, self.alpha)
                    }
                    _ => ranked(judgement, &before, &after, limit, self.alpha),
                }
            }
        }
    }
}

/// The change by ranks; where the limit is negative, what its interval says.
fn ranked(
    mut judgement: Judgement,
    before: &[f64],
    after: &[f64],
    limit: f64,
    alpha: f64,
) -> Judgement {
    let Some(test) = change(before, after, alpha) else {
        return because(judgement, &quantile::missing(before, after));
    };
    judgement.change = test.ratio.map(|ratio| ratio - 1.0);
    judgement.test = Some(test);
    if limit < 0.0 {
        let pairs = before.len().min(after.len());
        return quantile::against(judgement, test.ratio, test.interval, limit, pairs);
    }
    judgement
}

/// What the table shows of the figures: the largest memory, a median, or the percentile by nearest rank.
fn shown(measure: Measure, figures: &[f64]) -> Option<f64> {
    match measure.percentile {
        _ if measure.metric == Metric::MaxMemory => figures.iter().copied().reduce(f64::max),
        Some(percent) if percent > 50 => quantile::nearest_rank(figures, percent),
        _ => median(figures),
    }
}

fn unjudged(budget: &Budget) -> Judgement {
    let (limit_change, limit_value) = match budget.limit {
        Limit::Change(limit) => (Some(limit), None),
        Limit::Value(limit) => (None, Some(limit)),
    };
    Judgement {
        metric: budget.measure.name(),
        budget: budget.text.clone(),
        limit_change,
        limit_value,
        verdict: Verdict::Inconclusive,
        before: None,
        after: None,
        after_interval: None,
        change: None,
        test: None,
        p_adjusted: None,
        more_pairs: None,
        note: None,
    }
}

/// It stays inconclusive.
fn because(mut judgement: Judgement, note: &Note) -> Judgement {
    judgement.note = Some(note.to_string());
    judgement
}

/// The worst of the verdicts that gate (that have a budget); with none of these, the worst of all. Regressed is worst, then
/// inconclusive, passed, improved.
pub fn worst(judgements: &[Judgement]) -> Option<Verdict> {
    let gates = |j: &&Judgement| j.budget.is_some();
    let all = || judgements.iter().map(|j| j.verdict).max();
    judgements
        .iter()
        .filter(gates)
        .map(|j| j.verdict)
        .max()
        .or_else(all)
}
