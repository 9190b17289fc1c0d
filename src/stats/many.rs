//! The ratios of so many figures that they are too many to be laid side by side: how many of them are at most a value is
//! counted in one walk through both sets, and a ratio is found by halving. Pure.

use std::cmp::Ordering;

use super::rank::{Order, Tails};

/// All after/before, of figures above zero.
pub(super) struct Many<'a> {
    before: &'a [f64],
    after: &'a [f64],
}

impl<'a> Many<'a> {
    /// Both rising, and more than the exact test takes.
    pub(super) fn new(before: &'a [f64], after: &'a [f64]) -> Self {
        Self { before, after }
    }

    /// On logs: of an even number the geometric mean of the two in the middle.
    pub(super) fn median(&self) -> f64 {
        let all = self.before.len() * self.after.len();
        let middle = self.nth(all / 2);
        if all % 2 == 1 {
            middle
        } else {
            self.nth(all / 2 - 1).sqrt() * middle.sqrt()
        }
    }

    /// The ratios that the test doesn't reject at `alpha`, from end to end: as [`super::change`] has it of fewer figures.
    /// What a test says changes only at a ratio that is among them, so the first float where it does is one of them.
    pub(super) fn interval(&self, unchanged: Tails, alpha: f64) -> Option<(f64, f64)> {
        let rejects = |tail: f64| tail < alpha / 2.0;
        let (under, over) = ((f64::MIN_POSITIVE, 1.0), (1.0, f64::MAX));
        let low = if rejects(unchanged.upper) {
            over
        } else {
            under
        };
        let low = first(low, |ratio| !rejects(self.tails(ratio).upper));
        let high = if rejects(unchanged.lower) {
            under
        } else {
            over
        };
        let high = first(high, |ratio| rejects(self.tails(ratio).lower));
        (low > f64::MIN_POSITIVE && high < f64::MAX).then_some((low, high))
    }

    /// The ratio with so many others below it.
    fn nth(&self, below: usize) -> f64 {
        first((f64::MIN_POSITIVE, f64::MAX), |ratio| {
            self.at_most(ratio) > below
        })
    }

    /// How many are no larger.
    fn at_most(&self, ratio: f64) -> usize {
        let (mut below, mut count) = (0, 0);
        for before in self.before {
            while below < self.after.len() && self.after[below] / before <= ratio {
                below += 1;
            }
            count += below;
        }
        count
    }

    fn tails(&self, ratio: f64) -> Tails {
        let compare = |after: f64, before: f64| {
            if after / before > ratio {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        };
        Order::new(self.before, self.after, compare).tails(None)
    }
}

/// The first float of a range that `holds`; its end if none does. Floats above zero are in the order of their bits.
fn first((low, high): (f64, f64), holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (low.to_bits(), high.to_bits());
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(f64::from_bits(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    f64::from_bits(high)
}
