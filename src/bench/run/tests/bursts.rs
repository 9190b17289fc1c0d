//! Several starts at once.

use std::cell::RefCell;

use super::scripted::Answer::{self, Cold, Dear, Raised, Warm};
use super::scripted::{Scripted, measured};
use crate::bench::budget::{Budget, Expected};
use crate::bench::plan::Plan;
use crate::bench::run::Measured;
use crate::bench::stopped::Stopped;
use crate::cost::Fare;
use crate::results::{Arm, Exclusion, Kind};
use crate::stats::Looks;

/// A run of bursts of three over one scripted function.
async fn bursts(runs: u32, warm: u32, script: &[Answer]) -> Measured {
    let plan = Plan::looking(1, &Looks::one(runs), warm, &[Arm::Only], 3);
    let mut scripted = Scripted::new(&[]);
    // The first start is a burst too.
    let first = [Cold, Cold, Cold, Warm, Warm, Warm];
    scripted.script = RefCell::new(first.iter().chain(script).cloned().collect());
    let targets = [(Arm::Only, scripted)];
    measured(&plan, &targets, |run| run).await
}

#[tokio::test]
async fn what_a_burst_lacks_is_replaced_and_what_it_has_counts() {
    let measured = bursts(3, 1, &[Cold, Warm, Cold, Cold, Cold, Cold, Warm]).await;
    assert!(measured.ending.is_ok(), "{:?}", measured.ending);
    let reasons: Vec<_> = measured.samples[6..]
        .iter()
        .map(|s| s.excluded_reason)
        .collect();
    assert_eq!(
        reasons,
        [None, Some(Exclusion::Unknown), None, None, None, None, None]
    );
    let environments: Vec<_> = measured.samples[6..]
        .iter()
        .map(|s| s.environment)
        .collect();
    assert_eq!(environments, [3, 4, 5, 6, 7, 8, 6]);
}

#[tokio::test]
async fn a_burst_in_the_air_never_passes_the_limit() {
    const FARE: Fare = Fare {
        request_usd: 0.1,
        ms_usd: 0.001,
    };
    let expected = Expected {
        cold_ms: 500.0,
        warm_ms: 50.0,
    };
    let mut bursts = 0;
    for limit_usd in (0..60_u32).map(|tenths| f64::from(tenths) / 10.0) {
        let plan = Plan::looking(1, &Looks::one(30), 1, &[Arm::Only], 3);
        let mut scripted = Scripted::new(&[]);
        // Every burst holds a dear start, never at the same place.
        let burst = [Dear, Cold, Cold, Warm, Cold, Dear, Cold, Warm];
        let first = [Cold, Cold, Dear, Warm, Warm, Warm];
        scripted.script = RefCell::new(first.into_iter().chain(burst).collect());
        let targets = [(Arm::Only, scripted)];
        let budget = Budget::new(limit_usd, [(Arm::Only, FARE, expected)]);
        let measured = measured(&plan, &targets, |run| run.within(Some(budget))).await;
        let spent_usd: f64 = measured
            .samples
            .iter()
            .map(|s| FARE.usd(1, s.billed_ms.unwrap()))
            .sum();
        assert!(spent_usd <= limit_usd, "{spent_usd} of {limit_usd}");
        assert!(
            matches!(measured.ending, Err(Stopped::MaxCost { .. })),
            "{:?}",
            measured.ending
        );
        let cold = measured.samples.iter().filter(|s| s.kind == Kind::Cold);
        let cold = cold.count();
        assert_eq!(cold % 3, 0, "a burst is afforded whole or not at all");
        bursts = bursts.max(cold / 3);
    }
    assert!(bursts > 2, "{bursts}");
}

#[tokio::test]
async fn one_failure_in_a_burst_stops_the_run_but_loses_none_of_the_others() {
    let measured = bursts(3, 0, &[Cold, Raised, Cold]).await;
    assert!(matches!(
        measured.ending,
        Err(Stopped::FunctionFailed { .. })
    ));
    assert_eq!(measured.samples.len(), 9);
    assert_eq!(measured.samples.iter().filter(|s| s.accepted).count(), 2);
}
