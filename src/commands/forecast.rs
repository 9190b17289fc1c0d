//! What a run is going to call and cost, from what is known of its subjects and from earlier results.

use crate::bench::budget::{Budget, Priced};
use crate::bench::estimate::{Facts, Known, estimate};
use crate::bench::plan::Plan;
use crate::config::{PackageSpec, Settings, Subject, Target};
use crate::exit::Exit;
use crate::lambda::Description;
use crate::results::store::Store;
use crate::results::{Arm, EndpointKind, SubjectResult};

use super::Failure;
use super::stage::{Staged, architecture};

/// The order in which the subjects of these arms are measured.
pub fn plan(settings: &Settings, arms: &[Arm]) -> Plan {
    let (looks, burst) = (&settings.looks, settings.pace.concurrency);
    Plan::looking(settings.seed, looks, settings.warm_invokes, arms, burst)
}

/// A package, before it is staged on the sandbox.
pub fn of_package(subject: &Subject, package: &PackageSpec) -> Facts {
    Facts {
        arm: subject.arm,
        name: subject.name.clone(),
        function: subject.function.clone(),
        runtime: package.runtime.clone(),
        handler: Some(package.handler.clone()),
        role: None,
        memory_mb: u64::from(package.memory_mb),
        tmp_mb: crate::cost::FREE_TMP_MB,
        timeout_s: u64::from(package.timeout_s),
        architecture: architecture().into(),
        region: None,
        in_place: false,
        sandbox: true,
        layers: package.layers.len() as u64,
        snap_start: false,
    }
}

/// A function as the endpoint describes it.
pub fn of_function(subject: &Subject, found: &Description, region: &str) -> Facts {
    Facts {
        arm: subject.arm,
        name: subject.name.clone(),
        function: subject.function.clone(),
        runtime: found.runtime_or_image(),
        handler: found.handler.clone(),
        role: found.role.clone(),
        memory_mb: found.memory_mb,
        tmp_mb: found.tmp_mb,
        timeout_s: found.timeout_s,
        architecture: found.architecture.clone(),
        region: Some(region.to_owned()),
        in_place: matches!(subject.target, Target::InPlace(_)),
        sandbox: found.sandbox.is_some(),
        layers: 0,
        snap_start: found.snap_start && matches!(subject.target, Target::Copy(_)),
    }
}

/// The facts of functions that stand ready, with what is expected of them.
pub fn of_staged(settings: &Settings, store: &Store, staged: &[Staged]) -> Vec<(Facts, Known)> {
    staged
        .iter()
        .filter_map(|s| {
            let subject = settings.subjects.iter().find(|x| x.arm == s.arm)?;
            let region = s.record.region.as_deref().unwrap_or_default();
            let facts = of_function(subject, s.function.found(), region);
            let known = known(store, &facts);
            Some((facts, known))
        })
        .collect()
}

/// From the newest result of the same function and arm in the same place and with the same memory, or assumed.
pub fn known(store: &Store, facts: &Facts) -> Known {
    let like = |earlier: &SubjectResult| {
        let alone = [earlier.arm, facts.arm].contains(&Arm::Only);
        (alone || earlier.arm == facts.arm)
            && earlier.function == facts.function
            && earlier.memory_mb == facts.memory_mb
            && (earlier.endpoint == EndpointKind::Sandbox) == facts.sandbox
            && (facts.sandbox || earlier.region == facts.region)
    };
    store
        .latest_with(like)
        .and_then(|(result, arm)| Known::earlier(&result, arm))
        .unwrap_or_else(|| Known::assumed(facts.sandbox))
}

/// The prices of each subject.
pub fn priced(settings: &Settings, subjects: &[(Facts, Known)]) -> Vec<Priced> {
    let prices = settings.safety.prices();
    subjects
        .iter()
        .map(|(facts, _)| Priced {
            arm: facts.arm,
            fare: prices.fare(
                facts.memory_mb,
                facts.tmp_mb,
                &facts.architecture,
                facts.region.as_deref(),
            ),
            snap_start: facts.snap_fare(&prices),
        })
        .collect()
}

/// `--max-cost`, which needs a price for every subject.
pub fn budget(settings: &Settings, subjects: &[(Facts, Known)]) -> Result<Option<Budget>, Failure> {
    let Some(limit_usd) = settings.safety.max_cost_usd else {
        return Ok(None);
    };
    let (mut all, mut snapshots) = (Vec::new(), Vec::new());
    for ((facts, known), priced) in subjects.iter().zip(priced(settings, subjects)) {
        let (Some(fare), Some(snapshot)) = (priced.fare, priced.snap_start) else {
            return Err(Failure::new(
                Exit::Usage,
                format!(
                    "--max-cost: the price list has no price for {}{} ({}, {} MB of /tmp, {})",
                    if facts.snap_start {
                        "SnapStart of "
                    } else {
                        ""
                    },
                    facts.name,
                    facts.architecture,
                    facts.tmp_mb,
                    facts.region.as_deref().unwrap_or("no region"),
                ),
            )
            .hint(Some(
                "give your own with --prices FILE, in the form of lambench's src/prices.toml"
                    .into(),
            )));
        };
        all.push((facts.arm, fare, known.billed));
        snapshots.extend(facts.snap_start.then_some((facts.arm, snapshot)));
    }
    let budget = snapshots
        .into_iter()
        .fold(Budget::new(limit_usd, all), |budget, (arm, fare)| {
            budget.with_snapshot(arm, fare)
        });
    Ok(Some(budget))
}

/// A sentence, if the plan is expected to cost more than `--max-cost`.
pub fn beyond_limit(
    settings: &Settings,
    subjects: &[(Facts, Known)],
    plan: &Plan,
) -> Option<String> {
    let limit_usd = settings.safety.max_cost_usd?;
    let cost_usd = estimate(subjects, plan, &settings.safety.prices()).cost_usd?;
    (cost_usd > limit_usd).then(|| {
        format!(
            "the whole plan may cost about {cost_usd:.6} dollars, more than --max-cost {limit_usd}: it will be stopped \
             on the way"
        )
    })
}
