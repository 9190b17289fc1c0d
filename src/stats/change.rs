//! The change between two sets of figures: the exact rank test, the Hodges-Lehmann ratio or shift, and its interval. Pure.

use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::many::Many;
use super::rank::{Order, Tails, Untied};
use super::sorted;

/// The change from one set of figures to another, by ranks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// How many figures there are before.
    pub n_before: usize,
    /// How many after.
    pub n_after: usize,
    /// The Hodges-Lehmann ratio: the median of all after/before, on logs. 1 is no change. None if a figure is not positive.
    pub ratio: Option<f64>,
    /// Both ends of the interval of the ratio at 1 - `alpha`, by inverting the test; none where so few figures have none.
    pub interval: Option<(f64, f64)>,
    /// Two-sided p of the Mann-Whitney test.
    pub p: f64,
    /// The level of the interval and the test: that of the look.
    pub alpha: f64,
}

/// How much larger one set of figures is than another, in their own unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// The Hodges-Lehmann shift: the median of all after - before. 0 is no change.
    pub by: f64,
    /// Both ends of its interval at 1 - alpha, by inverting the test; none where so few figures have none.
    pub interval: Option<(f64, f64)>,
}

/// More than so many ratios are found by counting, not laid side by side.
const MOST_RATIOS: usize = 250_000;

/// The change from `before` to `after` at level `alpha`; `None` if one of them is empty or holds what is not finite.
///
/// 1 lies outside the interval exactly if p < `alpha`. p is twice the smaller tail of the Mann-Whitney test with mid-ranks
/// over all splits given the ties, at most 1: exact up to 128 figures in all, past these the normal approximation.
pub fn change(before: &[f64], after: &[f64], alpha: f64) -> Option<Change> {
    let (before, after) = (sorted(before)?, sorted(after)?);
    let untied = Untied::of(&before, &after);
    let unchanged = order_as_they_are(&before, &after).tails(untied.as_ref());
    let positive = before[0] > 0.0 && after[0] > 0.0;
    if positive && before.len() * after.len() > MOST_RATIOS {
        let many = Many::new(&before, &after);
        return Some(Change {
            n_before: before.len(),
            n_after: after.len(),
            ratio: Some(many.median()),
            interval: many
                .interval(unchanged, alpha)
                .map(|ends| beside(1.0, ends, unchanged, alpha)),
            p: unchanged.two_sided(),
            alpha,
        });
    }
    let ratios = positive.then(|| Pairs::new(RATIO, &before, &after, untied));
    Some(Change {
        n_before: before.len(),
        n_after: after.len(),
        ratio: ratios.as_ref().map(Pairs::median),
        interval: ratios.and_then(|ratios| ratios.interval(unchanged, alpha)),
        p: unchanged.two_sided(),
        alpha,
    })
}

/// The shift from `before` to `after`, with an interval as that of [`change`]: 0 lies outside it exactly if p < `alpha`. All
/// differences are laid side by side. `None` if a set is empty or holds what is not finite.
pub fn shift(before: &[f64], after: &[f64], alpha: f64) -> Option<Shift> {
    let (before, after) = (sorted(before)?, sorted(after)?);
    let untied = Untied::of(&before, &after);
    let unchanged = order_as_they_are(&before, &after).tails(untied.as_ref());
    let differences = Pairs::new(DIFFERENCE, &before, &after, untied);
    Some(Shift {
        by: differences.median(),
        interval: differences.interval(unchanged, alpha),
    })
}

fn order_as_they_are(before: &[f64], after: &[f64]) -> Order {
    // Not `total_cmp`: 0 and -0 are equal.
    Order::new(before, after, |a, b| {
        a.partial_cmp(&b).unwrap_or(Ordering::Equal)
    })
}

/// How a figure of after is held against one of before: the larger after is, the more, and the larger before, the less.
#[derive(Clone, Copy)]
struct Measure {
    of: fn(after: f64, before: f64) -> f64,
    /// Of two that are equal.
    unchanged: f64,
    midpoint: fn(f64, f64) -> f64,
}

/// Of figures above zero. Halfway on logs is the geometric mean.
const RATIO: Measure = Measure {
    of: |after, before| after / before,
    unchanged: 1.0,
    midpoint: |low, high| low.sqrt() * high.sqrt(),
};

const DIFFERENCE: Measure = Measure {
    of: |after, before| after - before,
    unchanged: 0.0,
    midpoint: f64::midpoint,
};

/// All of after against all of before.
struct Pairs<'a> {
    measure: Measure,
    before: &'a [f64],
    after: &'a [f64],
    all: Vec<f64>,
    /// The different ones. A value that is put to the test gives the same order as any other between the same two of
    /// these: `gap` 0 is below the first, `gap` i between the i-th and the next.
    steps: Vec<f64>,
    /// Where neither set has ties in itself, nothing is equal within a gap.
    untied: Option<Untied>,
}

impl<'a> Pairs<'a> {
    fn new(measure: Measure, before: &'a [f64], after: &'a [f64], untied: Option<Untied>) -> Self {
        let mut all: Vec<f64> = before
            .iter()
            .flat_map(|&b| after.iter().map(move |&a| (measure.of)(a, b)))
            .collect();
        all.sort_unstable_by(f64::total_cmp);
        let mut steps = all.clone();
        steps.dedup();
        Self {
            measure,
            before,
            after,
            all,
            steps,
            untied,
        }
    }

    fn median(&self) -> f64 {
        let middle = self.all.len() / 2;
        if self.all.len() % 2 == 1 {
            self.all[middle]
        } else {
            (self.measure.midpoint)(self.all[middle - 1], self.all[middle])
        }
    }

    /// The ratios or differences that the test doesn't reject at `alpha`, from end to end.
    ///
    /// Both searches start at no change, with what the test says of it (`unchanged`). So the interval cannot contradict p,
    /// even with ties, where a tail need not fall steadily from gap to gap. An end is a value that was seen: it counts as
    /// inside, unless it is no change and that is rejected.
    fn interval(&self, unchanged: Tails, alpha: f64) -> Option<(f64, f64)> {
        let rejects = |tail: f64| tail < alpha / 2.0;
        let none = self.measure.unchanged;
        let below_none = self.steps.partition_point(|&step| step < none);
        let up_to_none = self.steps.partition_point(|&step| step <= none);
        let (under, over) = (0..up_to_none, below_none + 1..self.steps.len() + 1);

        let low = if rejects(unchanged.upper) {
            over.clone()
        } else {
            under.clone()
        };
        let low = first(low, |gap| !rejects(self.tails(gap).upper));
        let high = if rejects(unchanged.lower) {
            under
        } else {
            over
        };
        let high = first(high, |gap| rejects(self.tails(gap).lower));

        let low = *self.steps.get(low.checked_sub(1)?)?;
        let high = *self.steps.get(high.checked_sub(1)?)?;
        Some(beside(none, (low, high), unchanged, alpha))
    }

    /// For a value in `gap`.
    fn tails(&self, gap: usize) -> Tails {
        let step = gap
            .checked_sub(1)
            .map_or(f64::NEG_INFINITY, |i| self.steps[i]);
        if let Some(untied) = &self.untied {
            return untied.tails(self.all.len() - self.all.partition_point(|&value| value <= step));
        }
        let compare = |a: f64, b: f64| {
            if (self.measure.of)(a, b) > step {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        };
        Order::new(self.before, self.after, compare).tails(None)
    }
}

/// Both ends on one side of `none`, no change, where that is rejected. One end may then have passed the other: few figures,
/// many ties, a large alpha.
fn beside(none: f64, (mut low, mut high): (f64, f64), unchanged: Tails, alpha: f64) -> (f64, f64) {
    let rejects = |tail: f64| tail < alpha / 2.0;
    if rejects(unchanged.upper) {
        low = low.max(none.next_up());
        high = high.max(low);
    } else if rejects(unchanged.lower) {
        high = high.min(none.next_down());
        low = low.min(high);
    }
    (low, high)
}

/// The first of `gaps` that `holds`, by halving; the end if none does.
fn first(gaps: std::ops::Range<usize>, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (gaps.start, gaps.end);
    while low < high {
        let middle = usize::midpoint(low, high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn many_ratios_are_counted_to_what_they_are_side_by_side() {
        let mut random = Random(7);
        for (m, n, factor, grain) in [
            (150, 90, 1.0, 1e-6),
            (97, 151, 1.3, 1e-6),
            (97, 151, 0.8, 0.05),
            (120, 120, 1.0, 0.1),
            (120, 121, 1.02, 0.1),
            (70, 300, 0.98, 1.0),
        ] {
            let mut figures = |count, factor: f64| {
                let figures = (0..count).map(|_| {
                    let figure = 100.0 * factor * (0.5 + random.share());
                    (figure / grain).ceil() * grain
                });
                sorted(&figures.collect::<Vec<f64>>()).unwrap()
            };
            let (before, after) = (figures(m, 1.0), figures(n, factor));
            let unchanged = order_as_they_are(&before, &after).tails(None);
            let (all, many) = (
                Pairs::new(RATIO, &before, &after, None),
                Many::new(&before, &after),
            );
            assert!((all.median() - many.median()).abs() < 1e-12);
            for alpha in [0.05, 0.01] {
                let counted = many
                    .interval(unchanged, alpha)
                    .map(|ends| beside(1.0, ends, unchanged, alpha));
                assert_eq!(all.interval(unchanged, alpha), counted, "{m} {n} {factor}");
            }
        }
    }

    #[test]
    fn thousands_of_each_need_no_list_of_all_ratios() {
        let before: Vec<f64> = (0..5000)
            .map(|i| 100.0 + f64::from(i % 997) / 10.0)
            .collect();
        let after: Vec<f64> = before.iter().map(|figure| figure * 1.1).collect();
        let change = change(&before, &after, 0.05).unwrap();
        let (low, high) = change.interval.unwrap();
        assert!(low < 1.1 && 1.1 < high && high - low < 0.03, "{low} {high}");
        assert!((change.ratio.unwrap() - 1.1).abs() < 0.005);
    }
}
