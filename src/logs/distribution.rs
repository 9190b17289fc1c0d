//! The values of one figure: every one of them while they are few, a histogram afterwards.

use hdrhistogram::Histogram;

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
    histogram: Option<Box<Histogram<u32>>>,
    max: u64,
    sum: u64,
    count: u64,
}

impl Distribution {
    /// Takes a value; `digits` is the resolution of the histogram, should there have to be one.
    #[inline]
    pub fn record(&mut self, value: u64, digits: u8) {
        self.count += 1;
        self.sum = self.sum.saturating_add(value);
        self.max = self.max.max(value);
        // 71 minutes: no invoke lasts longer.
        let kept = u32::try_from(value).unwrap_or(u32::MAX);
        if self.histogram.is_none() {
            if self.values.len() < exact(digits) {
                self.values.push(kept);
                return;
            }
            self.spill(digits);
        }
        if let Some(histogram) = &mut self.histogram {
            record_n(histogram, kept, 1);
        }
    }

    fn spill(&mut self, digits: u8) {
        let mut histogram =
            Histogram::new(digits).expect("a histogram of two or three digits can be made");
        for value in std::mem::take(&mut self.values) {
            record_n(&mut histogram, value, 1);
        }
        self.histogram = Some(Box::new(histogram));
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
        if let Some(histogram) = &other.histogram {
            if self.histogram.is_none() {
                self.spill(digits);
            }
            if let Some(ours) = &mut self.histogram {
                for step in histogram.iter_recorded() {
                    let value = u32::try_from(step.value_iterated_to()).unwrap_or(u32::MAX);
                    record_n(ours, value, step.count_at_value());
                }
            }
        }
        (self.count, self.sum, self.max) = (count, sum, max);
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The sum of all.
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The largest, exactly.
    pub fn max(&self) -> Option<u64> {
        (self.count > 0).then_some(self.max)
    }

    /// True if percentiles are those of the values themselves.
    pub fn is_exact(&self) -> bool {
        self.histogram.is_none()
    }

    /// The smallest value that at least `quantile` (0 to 1) of all do not pass.
    pub fn quantile(&self, quantile: f64) -> Option<u64> {
        if self.count == 0 {
            return None;
        }
        if let Some(histogram) = &self.histogram {
            return Some(histogram.value_at_quantile(quantile).min(self.max));
        }
        let mut values = self.values.clone();
        let rank = (quantile * values.len() as f64).ceil() as usize;
        let (_, value, _) = values.select_nth_unstable(rank.clamp(1, self.values.len()) - 1);
        Some(u64::from(*value))
    }

    /// The values themselves, where they are few enough to be kept.
    pub fn values(&self) -> Option<&[u32]> {
        self.is_exact().then_some(&self.values)
    }
}

/// The histogram grows with its values: of seconds it takes a few kilobytes.
#[inline]
fn record_n(histogram: &mut Histogram<u32>, value: u32, count: u32) {
    histogram
        .record_n(u64::from(value), count)
        .expect("a histogram that grows has room for 32 bits");
}
