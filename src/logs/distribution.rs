//! The values of one figure: every one of them while they are few, a histogram afterwards.

use hdrhistogram::Histogram;

/// So many values are kept as they are: their percentiles are exact.
const EXACT: usize = 4096;

/// Microseconds (or megabytes); percentiles are exact up to 4096 values, then within a thousandth (or a hundredth where
/// there are many groups).
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
        if let Some(histogram) = &mut self.histogram {
            histogram.saturating_record(u64::from(kept));
        } else {
            self.values.push(kept);
            if self.values.len() > EXACT {
                self.spill(digits);
            }
        }
    }

    fn spill(&mut self, digits: u8) {
        let mut histogram = Histogram::new_with_max(u64::from(u32::MAX), digits)
            .expect("a histogram of 32 bits and two or three digits can be made");
        for value in self.values.drain(..) {
            histogram.saturating_record(u64::from(value));
        }
        self.values = Vec::new();
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
                    ours.saturating_record_n(step.value_iterated_to(), step.count_at_value());
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

    /// Values and how often each was seen, as far as they are told apart.
    pub fn counts(&self) -> Vec<(u64, u64)> {
        match &self.histogram {
            None => self.values.iter().map(|v| (u64::from(*v), 1)).collect(),
            Some(histogram) => histogram
                .iter_recorded()
                .map(|step| (step.value_iterated_to(), u64::from(step.count_at_value())))
                .collect(),
        }
    }

    /// The values themselves, where they are few enough to be kept.
    pub fn values(&self) -> Option<&[u32]> {
        self.is_exact().then_some(&self.values)
    }
}
