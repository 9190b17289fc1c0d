//! What a run is expected to take and to cost, from what is known before it.

use super::*;
use crate::results::samples::single;
use crate::stats::Looks;

fn facts(in_place: bool, sandbox: bool) -> Facts {
    Facts {
        arm: Arm::Only,
        name: "my-fn".into(),
        function: "my-fn".into(),
        runtime: "python3.12".into(),
        handler: None,
        role: None,
        memory_mb: 1024,
        tmp_mb: 512,
        timeout_s: 30,
        architecture: "x86_64".into(),
        region: Some("us-east-1".into()),
        in_place,
        sandbox,
        layers: u64::from(!in_place),
        snap_start: false,
    }
}

fn of(facts: Facts) -> Estimate {
    let plan = Plan::new(1, 10, 2, &[Arm::Only]);
    let known = Known::assumed(facts.sandbox);
    estimate(&[(facts, known)], &plan, &Prices::builtin())
}

fn count(estimate: &Estimate, operation: &str) -> Option<(u64, Option<u64>)> {
    let calls = estimate.calls.iter().find(|c| c.operation == operation)?;
    Some((calls.least, calls.most))
}

#[test]
fn a_function_in_place_is_touched_before_each_start_and_put_back_once() {
    let told = of(facts(true, false));
    // The first start, ten more, the restore; five may be replaced.
    assert_eq!(
        count(&told, "UpdateFunctionConfiguration"),
        Some((12, Some(17)))
    );
    // 11 cold, 3 + 20 warm.
    assert_eq!(count(&told, "Invoke"), Some((34, Some(16 + 43))));
    assert_eq!(
        count(&told, "ListProvisionedConcurrencyConfigs"),
        Some((1, Some(1)))
    );
    assert_eq!(count(&told, "CreateFunction"), None);
    // 34 requests, 11 * 1000 + 23 * 50 ms of 1 GB.
    let usd = 34.0 * 0.2e-6 + 12.15 * 0.000_016_666_7;
    assert!((told.cost_usd.unwrap() - usd).abs() < 1e-12);
    assert!(told.most_usd > told.cost_usd);
}

#[test]
fn a_package_is_created_and_deleted_and_not_put_back() {
    let told = of(facts(false, true));
    assert_eq!(count(&told, "CreateFunction"), Some((1, Some(1))));
    assert_eq!(count(&told, "DeleteFunction"), Some((1, Some(1))));
    assert_eq!(count(&told, "PublishLayerVersion"), Some((1, Some(1))));
    assert_eq!(
        count(&told, "UpdateFunctionConfiguration"),
        Some((11, Some(16)))
    );
}

#[test]
fn a_copy_with_snap_start_publishes_once_and_its_batches_count_what_idles() {
    let mut facts = facts(false, false);
    (facts.snap_start, facts.layers) = (true, 0);
    let plan = Plan::looking(1, &Looks::one(10), 2, &[Arm::Only], 5);
    let known = Known::assumed(false);
    let told = estimate(&[(facts, known)], &plan, &Prices::builtin());
    assert_eq!(count(&told, "PublishVersion"), Some((1, Some(1))));
    assert_eq!(count(&told, "UpdateFunctionConfiguration"), None);
    // 1 + 3 of the first start; 1 + 5, then 6 + 5; 2 warm after each.
    assert_eq!(batches(10, 5), (17, 7));
    assert_eq!(count(&told, "Invoke").unwrap().0, 4 + 17 + 4);
    // 11 restores of 1 GB, and three hours of a snapshot.
    let snap_start = 11.0 * 0.000_139_799_8 + 10_800.0 * 0.000_001_504_6;
    let invokes = 25.0 * 0.2e-6 + (11.0 + 14.0 * 0.05) * 0.000_016_666_7;
    assert!((told.cost_usd.unwrap() - snap_start - invokes).abs() < 1e-12);
    assert!(told.most_usd > told.cost_usd);
    assert!(told.seconds > SNAPSHOT_S);
}

#[test]
fn an_unknown_price_is_not_guessed() {
    let mut facts = facts(true, false);
    facts.region = Some("cn-north-1".into());
    let told = of(facts);
    assert_eq!((told.cost_usd, told.most_usd), (None, None));
}

#[test]
fn an_earlier_result_tells_what_a_start_is_billed_and_takes() {
    let mut result = single();
    // Two environments, ten seconds from the first invoke to the last answer.
    result.samples.truncate(4);
    let began = result.samples[0].started_at;
    for (i, sample) in result.samples.iter_mut().enumerate() {
        sample.environment = i as u64 / 2;
        sample.client_ms = 1000.0;
    }
    result.samples[3].started_at = began + jiff::SignedDuration::from_secs(9);
    let known = Known::earlier(&result, Arm::Only).unwrap();
    assert!((known.billed.cold_ms - 940.0).abs() < 1e-9);
    assert!((known.billed.warm_ms - 30.0).abs() < 1e-9);
    assert!(
        (known.cold_s - (10.0 - 2.0 * 0.031) / 2.0).abs() < 1e-9,
        "{known:?}"
    );
    assert_eq!(known.from, Some(result.id.clone()));
    assert_eq!(Known::earlier(&result, Arm::Before), None);

    assert!(!known.warm_assumed);
    result.summary[0].warm_billed_ms = None;
    result.summary[0].warm_client_ms = None;
    let sandbox = result.subjects[0].endpoint == EndpointKind::Sandbox;
    let known = Known::earlier(&result, Arm::Only).unwrap();
    let assumed = Known::assumed(sandbox);
    assert!(known.warm_assumed);
    assert_eq!(
        (known.billed.warm_ms, known.warm_s),
        (assumed.billed.warm_ms, assumed.warm_s),
        "a cold start tells nothing of a warm one"
    );
}
