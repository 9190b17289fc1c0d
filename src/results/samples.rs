//! Made-up results for tests of everything that reads one.

use super::{
    Arm, ArmSummary, Ending, EndpointKind, Kind, Layer, PlanRecord, RunResult, SCHEMA_VERSION,
    Sample, SubjectResult, Touch,
};
use crate::stats::Spread;

pub(crate) fn spread(median: f64, p95: bool) -> Spread {
    Spread {
        n: 20,
        min: median * 0.94,
        median,
        p95: p95.then_some(median * 1.08),
        max: median * 1.12,
    }
}

/// Figures in the guide's proportions: a third of a cold start is the handler's.
pub(crate) fn summary(arm: Arm, cold_ms: f64) -> ArmSummary {
    let warm_ms = if cold_ms > 1000.0 { 80.0 } else { 30.0 };
    ArmSummary {
        arm,
        cold_ms: Some(spread(cold_ms, false)),
        init_ms: Some(spread(cold_ms * 0.65, false)),
        restore_ms: None,
        cold_handler_ms: Some(spread(cold_ms * 0.35, false)),
        cold_client_ms: Some(spread(cold_ms * 1.05, false)),
        platform_ms: None,
        cold_billed_ms: Some(spread(cold_ms.ceil(), false)),
        warm_ms: Some(spread(warm_ms, true)),
        warm_client_ms: Some(spread(warm_ms + 1.0, true)),
        warm_billed_ms: Some(spread(warm_ms.ceil(), true)),
        max_memory_mb: Some(if cold_ms > 1000.0 { 118 } else { 64 }),
        cost_cold_usd_per_million: Some(0.2 + cold_ms * 0.008_333),
        cost_warm_usd_per_million: Some(0.2 + warm_ms * 0.008_333),
    }
}

pub(crate) fn subject(arm: Arm) -> SubjectResult {
    let build = if arm == Arm::Before {
        "before"
    } else {
        "after"
    };
    let slim = arm != Arm::Before;
    SubjectResult {
        arm,
        name: format!("fixtures/data-collector/{build}"),
        function: "data-collector".into(),
        label: None,
        version: if slim {
            "OPTIMIZED_v2.0"
        } else {
            "API_ONLY_v1.0"
        }
        .into(),
        version_source: "response".into(),
        endpoint: EndpointKind::Sandbox,
        endpoint_url: None,
        region: Some("us-east-1".into()),
        runtime: "python3.12".into(),
        runtime_version: Some("Python 3.12.1".into()),
        runtime_client: Some("lambench-python (embedded)".into()),
        architecture: "x86_64".into(),
        handler: Some("lambda_function.lambda_handler".into()),
        memory_mb: 512,
        timeout_s: 30,
        cpu_limit: Some("not limited".into()),
        mounts: Some("read-only bind mounts".into()),
        disk_state: Some("warm".into()),
        concurrency_mode: "serial".into(),
        touch: Touch::default(),
        payload_sha256: "44136fa3".into(),
        package_bytes: Some(if slim { 2560 } else { 666_624 }),
        unzipped_bytes: Some(if slim { 7100 } else { 2_411_724 }),
        layers: if slim {
            vec![Layer {
                name: "market-common".into(),
                bytes: Some(18_944),
            }]
        } else {
            Vec::new()
        },
        code_sha256: Some("RBNvo1WzZ4o=".into()),
        no_handler: false,
        source: None,
    }
}

/// Where each of twenty figures lies around their median, from the least to the largest of [`spread`].
fn around_median(nth: usize) -> f64 {
    // Not in order, as nothing is that was measured.
    match (nth * 7) % 20 {
        low @ 0..=9 => 0.94 + 0.06 * low as f64 / 9.5,
        high => 1.0 + 0.12 * (high as f64 - 9.5) / 9.5,
    }
}

fn sample(index: usize, arm: Arm, kind: Kind, figures: &ArmSummary, nth: usize) -> Sample {
    let at = around_median(nth);
    let of = |spread: Option<Spread>| spread.map(|spread| spread.median * at);
    let (init_ms, handler_ms) = match kind {
        Kind::Cold => (of(figures.init_ms), of(figures.cold_handler_ms)),
        Kind::Warm => (None, of(figures.warm_ms)),
    };
    let all_ms = init_ms.unwrap_or_default() + handler_ms.unwrap_or_default();
    Sample {
        index: index as u64,
        block: 0,
        look: 0,
        arm,
        kind,
        accepted: true,
        excluded_reason: None,
        environment: nth as u64,
        started_at: "2026-11-25T12:55:12Z".parse().unwrap(),
        client_ms: all_ms + 1.0,
        init_ms,
        restore_ms: None,
        handler_ms,
        billed_ms: Some(all_ms.ceil()),
        memory_mb: Some(512),
        max_memory_mb: figures.max_memory_mb,
        request_id: Some("5f2c0e62-7d4a-4a51-9a57-9a5ad0b7a9b1".into()),
        error: None,
    }
}

fn result(arms: &[(Arm, f64)]) -> RunResult {
    let mut samples = Vec::new();
    for (arm, ms) in arms {
        let figures = summary(*arm, *ms);
        for kind in [[Kind::Cold; 1].as_slice(), &[Kind::Warm; 5]].concat() {
            for nth in 0..20 {
                samples.push(sample(samples.len(), *arm, kind, &figures, nth));
            }
        }
    }
    RunResult {
        schema_version: SCHEMA_VERSION,
        id: "20261125T125511Z-42".into(),
        created_at: "2026-11-25T12:55:11Z".parse().unwrap(),
        lambench_version: "0.1.0".into(),
        machine: "linux x86_64, 2 CPUs".into(),
        plan: PlanRecord {
            seed: 42,
            runs: 20,
            warm_invokes: 5,
            order: arms.iter().map(|(arm, _)| *arm).collect(),
            around: false,
            looks: None,
        },
        subjects: arms.iter().map(|(arm, _)| subject(*arm)).collect(),
        samples,
        exclusions: Vec::new(),
        summary: arms.iter().map(|(arm, ms)| summary(*arm, *ms)).collect(),
        judgements: Vec::new(),
        look: None,
        cost: super::RunCost::default(),
        warnings: Vec::new(),
        ending: Ending::Complete,
        stored_before: None,
    }
}

/// The guide's pair on the sandbox.
pub(crate) fn pair() -> RunResult {
    result(&[(Arm::Before, 1800.0), (Arm::After, 940.0)])
}

/// The optimised build alone.
pub(crate) fn single() -> RunResult {
    result(&[(Arm::Only, 940.0)])
}
