//! What intervals decide: values of percentiles, changes of those beyond the median, and limits that demand an
//! improvement.

use crate::results::{Judgement, Verdict};
use crate::stats::quantile_interval;

use super::{Note, because};

/// More in all is no advice.
const MOST: f64 = 1000.0;

/// The `percent`-th percentile against a value.
pub(super) fn value(
    mut judgement: Judgement,
    after: &[f64],
    percent: u8,
    limit: f64,
    alpha: f64,
) -> Judgement {
    judgement.after_interval = quantile_interval(after, percent, alpha);
    let (Some(figure), Some((low, high))) = (judgement.after, judgement.after_interval) else {
        return because(judgement, &too_few(after.len(), percent, alpha));
    };
    judgement.verdict = if low > limit {
        Verdict::Regressed
    } else if high <= limit {
        Verdict::Passed
    } else {
        let width = if figure > limit {
            figure - low
        } else {
            high - figure
        };
        judgement.more_pairs = more(after.len(), width, (figure - limit).abs());
        Verdict::Inconclusive
    };
    judgement
}

/// The change of a percentile beyond the median: each arm's interval at half the level, so that the ratio of their far
/// ends misses no more often than the level says.
pub(super) fn changed(
    mut judgement: Judgement,
    (before, after): (&[f64], &[f64]),
    percent: u8,
    limit: f64,
    alpha: f64,
) -> Judgement {
    let interval = |figures: &[f64]| quantile_interval(figures, percent, alpha / 2.0);
    let (Some(was), Some(is)) = (judgement.before, judgement.after) else {
        return because(judgement, &missing(before, after));
    };
    let pairs = before.len().min(after.len());
    let (Some((before_low, before_high)), Some((low, high))) = (interval(before), interval(after))
    else {
        return because(judgement, &too_few(pairs, percent, alpha / 2.0));
    };
    judgement.after_interval = Some((low, high));
    if before_low <= 0.0 || low <= 0.0 {
        return because(judgement, &Note::NotPositive);
    }
    let (ratio, ends) = (is / was, (low / before_high, high / before_low));
    judgement.change = Some(ratio - 1.0);
    if limit >= 0.0 && ends.0 > 1.0 && ratio >= 1.0 + limit {
        // As with medians: there is a change for certain, and it is that large.
        judgement.verdict = Verdict::Regressed;
        return judgement;
    }
    against(judgement, Some(ratio), Some(ends), limit, pairs)
}

/// A ratio's interval against a limit, on one side of it or not.
pub(super) fn against(
    mut judgement: Judgement,
    ratio: Option<f64>,
    interval: Option<(f64, f64)>,
    limit: f64,
    pairs: usize,
) -> Judgement {
    let bound = 1.0 + limit;
    let Some((ratio, (low, high))) = ratio.zip(interval) else {
        let note = if ratio.is_none() {
            Note::NotPositive
        } else {
            Note::TooFew {
                n: pairs,
                needed: pairs + 1,
            }
        };
        return because(judgement, &note);
    };
    judgement.verdict = if low > bound {
        Verdict::Regressed
    } else if high < bound {
        if high < 1.0 {
            Verdict::Improved
        } else {
            Verdict::Passed
        }
    } else {
        let width = if ratio > bound {
            (ratio / low).ln()
        } else {
            (high / ratio).ln()
        };
        judgement.more_pairs = more(pairs, width, (ratio / bound).ln().abs());
        Verdict::Inconclusive
    };
    judgement
}

/// An interval shrinks with the root of the number: about how many more until it is as narrow as there is room.
fn more(n: usize, width: f64, room: f64) -> Option<u32> {
    let n = n as f64;
    let wanted = n * (width / room).powi(2);
    (wanted <= MOST).then(|| (wanted - n).ceil().max(1.0) as u32)
}

/// Why there is no change.
pub(super) fn missing(before: &[f64], after: &[f64]) -> Note {
    if before.is_empty() || after.is_empty() {
        Note::NoFigures
    } else {
        Note::NotPositive
    }
}

/// Two order statistics can hold the percentile only if it is unlikely that all figures lie on one side of it.
fn too_few(n: usize, percent: u8, alpha: f64) -> Note {
    if n == 0 {
        return Note::NoFigures;
    }
    let q = f64::from(percent) / 100.0;
    let misses = |n: i32| q.max(1.0 - q).powi(n);
    let needed = (6..5000)
        .find(|n| misses(*n) <= alpha / 2.0)
        .unwrap_or(5000);
    Note::TooFew {
        n,
        needed: needed as usize,
    }
}

/// The smallest figure that at least `percent` of a hundred do not exceed.
pub(super) fn nearest_rank(figures: &[f64], percent: u8) -> Option<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let rank = (sorted.len() * usize::from(percent)).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}
