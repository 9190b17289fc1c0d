//! Samples -> the figures of each arm, and how many samples were excluded why. Pure.

use std::collections::BTreeMap;

use crate::cost::Prices;
use crate::results::{Arm, ArmSummary, ExcludedCount, Kind, Sample, SubjectResult};
use crate::stats::{median, spread, warm_spread};

/// The figures of one subject's accepted samples.
pub fn summarise(samples: &[Sample], subject: &SubjectResult, prices: &Prices) -> ArmSummary {
    let of = |kind, figure: &dyn Fn(&Sample) -> Option<f64>| -> Vec<f64> {
        samples
            .iter()
            .filter(|s| s.accepted && s.arm == subject.arm && s.kind == kind)
            .filter_map(figure)
            .collect()
    };
    let cold = |figure: &dyn Fn(&Sample) -> Option<f64>| of(Kind::Cold, figure);
    let warm = |figure: &dyn Fn(&Sample) -> Option<f64>| of(Kind::Warm, figure);

    let warm_round_trip_ms = median(&warm(&|s| Some(s.known_client_ms()? - s.handler_ms?)));
    let cold_billed = cold(&|s| s.billed_ms);
    let warm_billed = warm(&|s| s.billed_ms);
    let cost = |billed: &[f64]| {
        prices.usd_per_million(
            median(billed)?,
            subject.memory_mb,
            &subject.architecture,
            subject.region.as_deref(),
        )
    };
    ArmSummary {
        arm: subject.arm,
        cold_ms: spread(&cold(&Sample::cold_start_ms)),
        init_ms: spread(&cold(&|s| s.init_ms)),
        restore_ms: spread(&cold(&|s| s.restore_ms)),
        cold_handler_ms: spread(&cold(&|s| s.handler_ms)),
        cold_client_ms: spread(&cold(&Sample::known_client_ms)),
        platform_ms: warm_round_trip_ms.and_then(|round_trip_ms| {
            spread(&cold(&|s| {
                Some((s.known_client_ms()? - s.cold_start_ms()? - round_trip_ms).max(0.0))
            }))
        }),
        cold_billed_ms: spread(&cold_billed),
        warm_ms: warm_spread(&warm(&|s| s.handler_ms)),
        warm_client_ms: spread(&warm(&Sample::known_client_ms)),
        warm_billed_ms: spread(&warm_billed),
        max_memory_mb: samples
            .iter()
            .filter(|s| s.accepted && s.arm == subject.arm)
            .filter_map(|s| s.max_memory_mb)
            .max(),
        cost_cold_usd_per_million: median(&cold_billed).and_then(|billed_ms| {
            let restored = !cold(&|s| s.restore_ms).is_empty();
            prices.usd_per_million_cold(billed_ms, restored, subject)
        }),
        cost_warm_usd_per_million: cost(&warm_billed),
    }
}

/// Excluded samples, counted by arm, kind and reason.
pub fn exclusion_counts(samples: &[Sample]) -> Vec<ExcludedCount> {
    let mut counts: BTreeMap<(Arm, Kind, crate::results::Exclusion), u64> = BTreeMap::new();
    for sample in samples {
        if let Some(reason) = sample.excluded_reason {
            *counts.entry((sample.arm, sample.kind, reason)).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .map(|((arm, kind, reason), count)| ExcludedCount {
            arm,
            kind,
            reason,
            count,
        })
        .collect()
}
