//! Samples and budgets -> verdicts.

use crate::cost::Prices;
use crate::results::{Judgement, Sample, SubjectResult, Verdict};

use super::Budget;

/// One arm.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// All samples of the run it was measured in; those of other arms are stepped over.
    pub samples: &'a [Sample],
    /// The subject.
    pub subject: &'a SubjectResult,
}

/// The verdict on each budget, in order, at the level `alpha` of the look; `before` is none where there is no other arm.
/// p is corrected by Holm over the budgets that somebody wrote.
pub fn judge(
    budgets: &[Budget],
    before: Option<Side>,
    after: Side,
    alpha: f64,
    prices: &Prices,
) -> Vec<Judgement> {
    let _ = (budgets, before, after, alpha, prices);
    todo!()
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
