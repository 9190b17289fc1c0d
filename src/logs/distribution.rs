//! The values of one figure: every one of them while they are few, a histogram afterwards.

/// So many values are kept as they are: their percentiles are exact. Fewer, where a histogram is coarse because there are
/// many of them.
const fn exact(digits: u8) -> usize {
    if digits > 2 { 4096 } else { 1024 }
}

/// Microseconds (or megabytes); percentiles are exact up to 4096 values, then within a thousandth. Where there are many
/// groups: up to 1024, and within a hundredth.
#[derive(Debug, Clone, Default)]
pub struct Distribution {
    values: Vec<u32>,
    histogram: Histogram,
    max: u64,
    sum: u64,
    count: u64,
}

/// Counts by value as an HDR histogram has them: one for each value up to a power of two, and from each power of two to the
/// next half as many more. It grows with its values: of seconds it takes a few kilobytes.
#[derive(Debug, Clone, Default)]
struct Histogram {
    counts: Vec<u32>,
    /// The power of two; 0 while there is no histogram.
    bits: u32,
}

impl Histogram {
    fn new(digits: u8) -> Self {
        Self {
            counts: Vec::new(),
            // Of the 1024 (or 128) counts between two powers each is of a thousandth (or a hundredth) at most.
            bits: if digits > 2 { 11 } else { 8 },
        }
    }

    #[inline]
    fn add(&mut self, value: u32, count: u32) {
        let half = self.bits - 1;
        let coarse = (value | 1 << half).ilog2() - half;
        let index = ((coarse << half) + (value >> coarse)) as usize;
        match self.counts.get_mut(index) {
            Some(slot) => *slot = slot.saturating_add(count),
            None => self.grow(index, count),
        }
    }

    /// Makes room for the first count of its place.
    #[cold]
    fn grow(&mut self, index: usize, count: u32) {
        let room = (index + 1).next_multiple_of(1 << (self.bits - 1));
        self.counts.resize(room, 0);
        self.counts[index] = count;
    }

    /// The largest values of their steps, and how many are there, where there are any.
    fn steps(&self) -> impl Iterator<Item = (u32, u32)> {
        let half = self.bits.saturating_sub(1);
        let counted = (0..).zip(&self.counts).filter(|(_, count)| **count > 0);
        counted.map(move |(index, count): (u32, _)| {
            let coarse = (index >> half).saturating_sub(1);
            let first = u64::from(index - (coarse << half)) + 1;
            (((first << coarse) - 1) as u32, *count)
        })
    }
}

impl Distribution {
    /// Takes a value; `digits` is the resolution of the histogram, should there have to be one.
    #[expect(clippy::inline_always, reason = "on the path of every record")]
    #[inline(always)]
    pub fn record(&mut self, value: u64, digits: u8) {
        // 71 minutes: no invoke lasts longer.
        let kept = u32::try_from(value).unwrap_or(u32::MAX);
        self.count += 1;
        self.sum += u64::from(kept);
        self.max = self.max.max(u64::from(kept));
        if self.is_exact() {
            self.keep(kept, digits);
        } else {
            self.histogram.add(kept, 1);
        }
    }

    #[cold]
    fn keep(&mut self, value: u32, digits: u8) {
        if self.values.len() < exact(digits) {
            self.values.push(value);
        } else {
            self.spill(digits);
            self.histogram.add(value, 1);
        }
    }

    fn spill(&mut self, digits: u8) {
        self.histogram = Histogram::new(digits);
        for value in std::mem::take(&mut self.values) {
            self.histogram.add(value, 1);
        }
    }

    /// Adds another one.
    pub fn add(&mut self, other: &Self, digits: u8) {
        let (count, sum, max) = (
            self.count + other.count,
            self.sum.saturating_add(other.sum),
            self.max.max(other.max),
        );
        for value in &other.values {
            self.record(u64::from(*value), digits);
        }
        if !other.is_exact() {
            if self.is_exact() {
                self.spill(digits);
            }
            for (value, count) in other.histogram.steps() {
                self.histogram.add(value, count);
            }
        }
        (self.count, self.sum, self.max) = (count, sum, max);
    }

    /// How much memory its values take.
    pub(super) fn bytes(&self) -> usize {
        (self.values.capacity() + self.histogram.counts.capacity()) * size_of::<u32>()
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The sum of all.
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The largest, exactly up to 71 minutes.
    pub fn max(&self) -> Option<u64> {
        (self.count > 0).then_some(self.max)
    }

    /// True if percentiles are those of the values themselves.
    pub fn is_exact(&self) -> bool {
        self.histogram.bits == 0
    }

    /// The smallest value that at least `quantile` (0 to 1) of all do not pass.
    pub fn quantile(&self, quantile: f64) -> Option<u64> {
        if self.count == 0 {
            return None;
        }
        let rank = (quantile * self.count as f64).ceil().max(1.0) as u64;
        if !self.is_exact() {
            let mut upto = 0;
            let step = self.histogram.steps().find(|(_, count)| {
                upto += u64::from(*count);
                upto >= rank
            });
            return Some(step.map_or(self.max, |(value, _)| u64::from(value).min(self.max)));
        }
        let mut values = self.values.clone();
        let rank = (rank as usize).min(values.len());
        let (_, value, _) = values.select_nth_unstable(rank - 1);
        Some(u64::from(*value))
    }

    /// Values and how often each was seen, as far as they are told apart.
    pub fn counts(&self) -> Vec<(u64, u64)> {
        let wide = |(value, count): (u32, u32)| (u64::from(value), u64::from(count));
        let exact = self.values.iter().map(|value| (*value, 1));
        exact.chain(self.histogram.steps()).map(wide).collect()
    }

    /// The values themselves, where they are few enough to be kept.
    pub fn values(&self) -> Option<&[u32]> {
        self.is_exact().then_some(&self.values)
    }
}
