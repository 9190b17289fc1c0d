//! What the invokes of a run have cost, and whether the next one may still be made. Pure.

use crate::bench::stopped::Stopped;
use crate::cost::{Fare, SnapFare};
use crate::results::{Arm, Kind, RunCost, Sample};

/// What one subject costs, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Priced {
    /// Which subject.
    pub arm: Arm,
    /// Its prices; none where the price list has none.
    pub fare: Option<Fare>,
    /// What `SnapStart` adds: nothing without it; none where its price is not known.
    pub snap_start: Option<SnapFare>,
}

/// Billed milliseconds of one start, as they are expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// A cold start, with its init.
    pub cold_ms: f64,
    /// A warm one.
    pub warm_ms: f64,
}

/// A sum that a run may not pass.
#[derive(Debug, Clone)]
pub struct Budget {
    limit_usd: f64,
    spent_usd: f64,
    subjects: Vec<Subject>,
}

#[derive(Debug, Clone)]
struct Subject {
    arm: Arm,
    fare: Fare,
    snap_start: SnapFare,
    /// The dearest start so far; before there is one, what is expected.
    cold_ms: Dearest,
    warm_ms: Dearest,
}

#[derive(Debug, Clone, Copy)]
enum Dearest {
    Expected(f64),
    Seen(f64),
}

impl Dearest {
    fn ms(self) -> f64 {
        match self {
            Self::Expected(ms) | Self::Seen(ms) => ms,
        }
    }

    fn see(&mut self, ms: f64) {
        *self = match *self {
            Self::Expected(_) => Self::Seen(ms),
            Self::Seen(earlier) => Self::Seen(earlier.max(ms)),
        };
    }
}

impl Budget {
    /// `limit_usd` for all subjects together.
    pub fn new(limit_usd: f64, subjects: impl IntoIterator<Item = (Arm, Fare, Expected)>) -> Self {
        Self {
            limit_usd,
            spent_usd: 0.0,
            subjects: subjects
                .into_iter()
                .map(|(arm, fare, expected)| Subject {
                    arm,
                    fare,
                    snap_start: SnapFare::default(),
                    cold_ms: Dearest::Expected(expected.cold_ms),
                    warm_ms: Dearest::Expected(expected.warm_ms),
                })
                .collect(),
        }
    }

    /// With one snapshot of a subject, which is paid for whatever comes.
    #[must_use]
    pub fn with_snapshot(mut self, arm: Arm, fare: SnapFare) -> Self {
        if let Some(subject) = self.subjects.iter_mut().find(|s| s.arm == arm) {
            subject.snap_start = fare;
            self.spent_usd += fare.usd(0.0, 0);
        }
        self
    }

    /// Whether `invokes` more of a kind, all at once, stay within the limit.
    ///
    /// # Errors
    /// [`Stopped::MaxCost`] if they would not.
    pub fn afford(&self, arm: Arm, kind: Kind, invokes: u64) -> Result<(), Stopped> {
        let Some(subject) = self.subjects.iter().find(|s| s.arm == arm) else {
            return Ok(());
        };
        let (ms, restore_usd) = match kind {
            Kind::Cold => (subject.cold_ms.ms(), subject.snap_start.restore_usd),
            Kind::Warm => (subject.warm_ms.ms(), 0.0),
        };
        let next_usd =
            subject.fare.usd(invokes, ms * invokes as f64) + restore_usd * invokes as f64;
        if self.spent_usd + next_usd > self.limit_usd {
            return Err(Stopped::MaxCost {
                limit_usd: self.limit_usd,
                spent_usd: self.spent_usd,
                next_usd,
            });
        }
        Ok(())
    }

    /// Takes an invoke into account.
    pub fn spend(&mut self, sample: &Sample) {
        let Some(subject) = self.subjects.iter_mut().find(|s| s.arm == sample.arm) else {
            return;
        };
        let ms = billed_ms(sample);
        self.spent_usd += subject.fare.usd(1, ms);
        if sample.restore_ms.is_some() {
            self.spent_usd += subject.snap_start.restore_usd;
        }
        // What was meant to be warm and was not says nothing about warm starts.
        match (sample.kind, sample.init_ms.or(sample.restore_ms)) {
            (Kind::Cold, _) | (_, Some(_)) => subject.cold_ms.see(ms),
            (Kind::Warm, None) => subject.warm_ms.see(ms),
        }
    }
}

/// What a run cost, whether its samples count or not.
pub fn cost(samples: &[Sample], subjects: &[Priced]) -> RunCost {
    let usd = |sample: &Sample| {
        let subject = subjects.iter().find(|s| s.arm == sample.arm)?;
        Some(subject.fare?.usd(1, billed_ms(sample)))
    };
    let snap_start_usd = subjects.iter().map(|s| snap_start(samples, s)).sum();
    let invokes_usd = samples.iter().map(usd).sum::<Option<f64>>();
    RunCost {
        requests: samples.len() as u64,
        billed_ms: samples.iter().map(billed_ms).sum(),
        cost_usd: invokes_usd.zip(snap_start_usd).map(|(a, b)| a + b),
        snap_start_usd: snap_start_usd.filter(|usd| *usd > 0.0),
        own_prices: None,
    }
}

/// The snapshot of one subject, kept while it was measured, and its restores.
fn snap_start(samples: &[Sample], subject: &Priced) -> Option<f64> {
    let own = || samples.iter().filter(|s| s.arm == subject.arm);
    let (Some(first), Some(last)) = (own().next(), own().next_back()) else {
        return Some(0.0);
    };
    let kept_s = last
        .started_at
        .duration_since(first.started_at)
        .as_secs_f64();
    let restores = own().filter(|s| s.restore_ms.is_some()).count() as u64;
    Some(subject.snap_start?.usd(kept_s, restores))
}

/// `Billed Duration`; where no REPORT came back, all the time that was waited.
fn billed_ms(sample: &Sample) -> f64 {
    sample.billed_ms.unwrap_or(sample.client_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::samples::single;

    const FARE: Fare = Fare {
        request_usd: 0.1,
        ms_usd: 0.001,
    };
    const EXPECTED: Expected = Expected {
        cold_ms: 500.0,
        warm_ms: 50.0,
    };

    fn sample(kind: Kind, billed: Option<f64>) -> Sample {
        let mut sample = single().samples.remove(0);
        sample.kind = kind;
        sample.init_ms = (kind == Kind::Cold).then_some(1.0);
        sample.client_ms = 300.0;
        sample.billed_ms = billed;
        sample
    }

    fn budget(limit_usd: f64) -> Budget {
        Budget::new(limit_usd, [(Arm::Only, FARE, EXPECTED)])
    }

    #[test]
    fn an_invoke_that_would_pass_the_limit_is_not_afforded() {
        let mut budget = budget(1.3);
        // 0.1 + 500 * 0.001 expected.
        assert!(budget.afford(Arm::Only, Kind::Cold, 1).is_ok());
        budget.spend(&sample(Kind::Cold, Some(900.0)));
        // 1.0 is spent; a warm start is expected to cost 0.15, a cold one 1.0 as the one before.
        assert!(budget.afford(Arm::Only, Kind::Warm, 2).is_ok());
        assert!(budget.afford(Arm::Only, Kind::Warm, 3).is_err());
        assert!(matches!(
            budget.afford(Arm::Only, Kind::Cold, 1),
            Err(Stopped::MaxCost { spent_usd, next_usd, .. })
                if (spent_usd - 1.0).abs() < 1e-9 && (next_usd - 1.0).abs() < 1e-9
        ));
    }

    #[test]
    fn the_dearest_start_so_far_is_the_measure_not_the_last() {
        let mut budget = budget(100.0);
        budget.spend(&sample(Kind::Cold, Some(9000.0)));
        budget.spend(&sample(Kind::Cold, Some(10.0)));
        budget.limit_usd = budget.spent_usd + 5.0;
        assert!(budget.afford(Arm::Only, Kind::Cold, 1).is_err());
    }

    #[test]
    fn a_cold_start_that_was_meant_to_be_warm_makes_no_warm_one_dear() {
        let mut budget = budget(100.0);
        let mut unexpected = sample(Kind::Warm, Some(9000.0));
        unexpected.init_ms = Some(8000.0);
        budget.spend(&unexpected);
        budget.limit_usd = budget.spent_usd + 0.2;
        assert!(budget.afford(Arm::Only, Kind::Warm, 1).is_ok());
    }

    #[test]
    fn an_invoke_without_a_report_costs_what_was_waited() {
        let samples = [sample(Kind::Cold, Some(100.0)), sample(Kind::Warm, None)];
        let known = Priced {
            arm: Arm::Only,
            fare: Some(FARE),
            snap_start: Some(SnapFare::default()),
        };
        let told = cost(&samples, &[known]);
        assert_eq!(told.requests, 2);
        assert!((told.billed_ms - 400.0).abs() < 1e-9);
        assert!((told.cost_usd.unwrap() - 0.6).abs() < 1e-9);
        let unknown = Priced {
            fare: None,
            ..known
        };
        assert_eq!(cost(&samples, &[unknown]).cost_usd, None);
    }

    #[test]
    fn a_snapshot_is_paid_for_at_once_and_each_restore_when_it_comes() {
        let fare = SnapFare {
            second_usd: 0.000_1,
            restore_usd: 0.2,
        };
        let mut restored = sample(Kind::Cold, Some(100.0));
        (restored.init_ms, restored.restore_ms) = (None, Some(1.0));
        let priced = Priced {
            arm: Arm::Only,
            fare: Some(FARE),
            snap_start: Some(fare),
        };
        let told = cost(
            &[restored.clone(), sample(Kind::Warm, Some(0.0))],
            &[priced],
        );
        // Three hours, and one restore.
        let snap_start_usd = 10_800.0 * 0.000_1 + 0.2;
        assert!((told.snap_start_usd.unwrap() - snap_start_usd).abs() < 1e-9);
        assert!((told.cost_usd.unwrap() - snap_start_usd - 0.3).abs() < 1e-9);

        let mut budget = budget(1.08 + 0.5 + 0.1 + 0.2 + 1e-9).with_snapshot(Arm::Only, fare);
        assert!(budget.afford(Arm::Only, Kind::Cold, 1).is_ok());
        assert!(budget.afford(Arm::Only, Kind::Cold, 2).is_err());
        budget.spend(&restored);
        assert!((budget.spent_usd - 1.08 - 0.1 - 0.1 - 0.2).abs() < 1e-9);
    }
}
