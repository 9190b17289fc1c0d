//! The starts of a log as a result like a run's.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::bench::summary::summarise;
use crate::cost::Prices;
use crate::logs::{Gather, KeptStart, Pool, SEED};
use crate::results::{
    Arm, Ending, EndpointKind, ExcludedCount, Exclusion, Kind, Observed, PlanRecord, RunCost,
    RunResult, SCHEMA_VERSION, Sample, SubjectResult, Touch,
};

/// What is known of a side beside its starts.
pub(super) fn observed(place: &str, pool: &Pool, gathered: &Gather) -> Observed {
    let at = |ms: Option<i64>| Timestamp::from_millisecond(ms?).ok();
    Observed {
        logs: place.to_owned(),
        function: gathered.chosen().map(str::to_owned),
        versions: pool.versions.keys().cloned().collect(),
        first_at: at(pool.span_ms.map(|(first, _)| first)),
        last_at: at(pool.span_ms.map(|(_, last)| last)),
        invokes: pool.invokes,
        cold: pool.cold,
        restores: pool.restores,
        failed: pool.failed_cold + pool.failed_warm,
        init_failures: pool.init_failures,
        memory_mb: pool.memory_mb.clone(),
        by_hour: pool.by_hour.to_vec(),
        by_weekday: pool.by_weekday.to_vec(),
        environments_known: pool.without_stream == 0,
    }
}

/// What a log can't tell is empty, and nothing is put in its place.
pub(super) fn result(
    place: &str,
    pool: &Pool,
    observed: &Observed,
    warnings: Vec<String>,
) -> RunResult {
    let subject = subject(place, pool, observed);
    let samples = samples(pool);
    let most = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let failed = [
        (Kind::Cold, pool.failed_cold),
        (Kind::Warm, pool.failed_warm),
    ];
    let exclusions = failed
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| ExcludedCount {
            arm: Arm::Only,
            kind,
            reason: Exclusion::FunctionError,
            count,
        })
        .collect();
    RunResult {
        schema_version: SCHEMA_VERSION,
        id: place.to_owned(),
        created_at: observed.first_at.unwrap_or(Timestamp::UNIX_EPOCH),
        lambench_version: env!("CARGO_PKG_VERSION").into(),
        machine: String::new(),
        plan: PlanRecord {
            seed: SEED,
            runs: most(pool.cold),
            warm_invokes: u32::from(!pool.warm_starts.is_empty()),
            order: Vec::new(),
            around: false,
            looks: None,
        },
        summary: vec![summarise(&samples, &subject, &Prices::builtin())],
        subjects: vec![subject],
        samples,
        exclusions,
        judgements: Vec::new(),
        look: None,
        cost: RunCost::default(),
        warnings,
        ending: Ending::Complete,
        stored_before: None,
    }
}

fn subject(place: &str, pool: &Pool, observed: &Observed) -> SubjectResult {
    let memory_mb = pool.memory_mb.iter().max_by_key(|(_, invokes)| **invokes);
    SubjectResult {
        arm: Arm::Only,
        name: place.to_owned(),
        function: observed.function.clone().unwrap_or_default(),
        label: None,
        version: observed.versions.join(", "),
        version_source: "logs".into(),
        endpoint: EndpointKind::Logs,
        endpoint_url: None,
        region: None,
        runtime: String::new(),
        runtime_version: None,
        runtime_client: None,
        architecture: String::new(),
        handler: None,
        memory_mb: memory_mb.map_or(0, |(mb, _)| u64::from(*mb)),
        timeout_s: 0,
        cpu_limit: None,
        mounts: None,
        disk_state: None,
        concurrency_mode: String::new(),
        touch: Touch::default(),
        payload_sha256: String::new(),
        package_bytes: None,
        unzipped_bytes: None,
        layers: Vec::new(),
        code_sha256: None,
        no_handler: false,
        source: None,
    }
}

/// In the order of time; what came of one log stream is of one environment.
fn samples(pool: &Pool) -> Vec<Sample> {
    let mut starts: Vec<(Kind, KeptStart)> = Vec::new();
    for (kind, kept) in [
        (Kind::Cold, &pool.cold_starts),
        (Kind::Warm, &pool.warm_starts),
    ] {
        starts.extend(kept.in_order().into_iter().map(|start| (kind, start)));
    }
    starts.sort_by_cached_key(|(_, start)| start.order());
    let mut streams: BTreeMap<u64, u64> = BTreeMap::new();
    let mut environments = 0;
    let mut new = || {
        environments += 1;
        environments - 1
    };
    (0..)
        .zip(starts)
        .map(|(index, (kind, start))| {
            let environment = match start.stream {
                Some(stream) => *streams.entry(stream).or_insert_with(&mut new),
                None => new(),
            };
            sample(index, kind, environment, &start)
        })
        .collect()
}

fn sample(index: u64, kind: Kind, environment: u64, start: &KeptStart) -> Sample {
    let ms = |us: Option<u64>| us.map(|us| us as f64 / 1e3);
    let invoke = &start.invoke;
    Sample {
        index,
        block: 0,
        look: 0,
        arm: Arm::Only,
        kind,
        accepted: true,
        excluded_reason: None,
        environment,
        started_at: start
            .time_ms
            .and_then(|ms| Timestamp::from_millisecond(ms).ok())
            .unwrap_or(Timestamp::UNIX_EPOCH),
        client_ms: f64::NAN,
        init_ms: ms(invoke.init_us),
        restore_ms: ms(invoke.restore_us),
        handler_ms: ms(Some(invoke.handler_us)),
        billed_ms: ms(invoke.billed_us),
        memory_mb: invoke.memory_mb.map(u64::from),
        max_memory_mb: invoke.max_memory_mb.map(u64::from),
        request_id: invoke.request_id.map(|id| id.to_string()),
        error: None,
    }
}
