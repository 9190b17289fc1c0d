//! What a run takes from an earlier one: the rest of its plan (`--resume`), or a baseline that it may be compared with.

use crate::bench::plan::at_once;
use crate::bench::stopped::Stopped;
use crate::config::{Resume, Settings};
use crate::exit::Exit;
use crate::results::store::{Interrupted, Store};
use crate::results::{EndpointKind, Kind, PlanRecord, RunResult, Sample, SubjectResult};
use crate::stats::Looks;

use super::Failure;
use super::measure::{Show, misnamed};

/// The run that `--resume` names. Its plan becomes that of the settings.
pub fn resumed(store: &Store, settings: &mut Settings) -> Result<Option<Interrupted>, Failure> {
    let Some(resume) = &settings.pace.resume else {
        return Ok(None);
    };
    let id = &resume.id;
    let run = store.interrupted(id).map_err(|error| misnamed(&error))?;
    let plan = &run.head.plan;
    let accepted = |subject: &crate::results::SubjectResult| {
        let own = run.samples.iter().filter(|sample| {
            sample.accepted && sample.arm == subject.arm && sample.kind == Kind::Cold
        });
        own.count() >= plan.runs as usize
    };
    let all_measured = run.head.subjects.iter().all(accepted);
    if all_measured || store.is_complete(id) {
        let why = if all_measured {
            "all starts of its plan are measured"
        } else {
            "it was decided at a look, before all starts of its plan"
        };
        return Err(Failure::new(Exit::Usage, format!("--resume {id}: {why}"))
            .hint(Some("leave --resume out to measure anew".into())));
    }
    let mode = run
        .head
        .subjects
        .first()
        .map(|s| s.concurrency_mode.as_str());
    let concurrency = mode.map_or(1, at_once);
    let looks = plan.looks.clone().unwrap_or(Looks::one(plan.runs));
    if let Some(why) = planned_otherwise(resume, plan, &looks, concurrency) {
        return Err(
            Failure::new(Exit::Usage, format!("--resume {id}: {why}")).hint(Some(
                "a plan is followed to its end: leave the flag out, or leave --resume out to measure anew"
                    .into(),
            )),
        );
    }
    settings.looks = looks;
    settings.warm_invokes = plan.warm_invokes;
    settings.seed = plan.seed;
    settings.pace.concurrency = concurrency;
    Ok(Some(run))
}

/// The first flag that names another plan than the run has.
fn planned_otherwise(
    resume: &Resume,
    plan: &PlanRecord,
    looks: &Looks,
    concurrency: u32,
) -> Option<String> {
    let flag = |name: &str, given: Option<u64>, is: u64| {
        let other = given.filter(|given| *given != is)?;
        Some(format!("--{name} {other}, but its plan has {is}"))
    };
    let order = &resume.order;
    let runs = order.runs.filter(|_| looks.at.len() > 1).map(|runs| {
        format!("--runs {runs}, but its plan is to judge at several looks, which is what there is without --runs")
    });
    let one_look = || {
        let bursts = |runs| Looks::one(runs).in_bursts(concurrency).runs();
        let given = order.runs.filter(|runs| bursts(*runs) != plan.runs)?;
        flag("runs", Some(given.into()), plan.runs.into())
    };
    runs.or_else(one_look)
        .or_else(|| {
            flag(
                "warm-invokes",
                order.warm_invokes.map(u64::from),
                plan.warm_invokes.into(),
            )
        })
        .or_else(|| flag("seed", order.seed, plan.seed))
        .or_else(|| {
            flag(
                "concurrency",
                resume.concurrency.map(u64::from),
                concurrency.into(),
            )
        })
}

/// Makes a result that has just begun the one of the interrupted run; gives the samples that there are.
pub fn go_on(result: &mut RunResult, run: Interrupted) -> Result<Vec<Sample>, Failure> {
    let refused = |why: String| {
        Failure::new(Exit::Usage, format!("--resume {}: {why}", run.head.id)).hint(Some(
            "what was measured can only be continued under the same conditions: leave --resume out to measure anew"
                .into(),
        ))
    };
    if let Some(difference) = run.difference(result) {
        return Err(refused(difference));
    }
    if run.head.plan != result.plan {
        return Err(refused("its plan is another lambench's".to_owned()));
    }
    result.warnings.push(format!(
        "continued at {} after an interruption: {} of its invokes are of the first part, begun at {}",
        result.created_at.strftime("%Y-%m-%d %H:%M UTC"),
        run.samples.len(),
        run.head.created_at.strftime("%Y-%m-%d %H:%M UTC"),
    ));
    result.created_at = run.head.created_at;
    Ok(run.samples)
}

/// What to say at the end of a run that could be continued.
pub fn how_to_go_on(result: &RunResult, stopped: Option<&Stopped>, show: &Show) -> Option<String> {
    let passing = match stopped? {
        Stopped::Interrupted | Stopped::TimeUp => true,
        Stopped::Lambda(error) => error.is_passing() || error.is_expired(),
        _ => false,
    };
    let measured = result.samples.iter().any(|s| s.accepted);
    let command = match show {
        Show::Print => "the same command with".to_owned(),
        Show::Keep { lasting: false, .. } => return None,
        // `--resume` is for one function.
        Show::Keep { .. } => {
            let function = &result.subjects.last()?.function;
            format!("lambench run --function {function}")
        }
    };
    (passing && measured).then(|| format!("to go on: {command} --resume {}", result.id))
}

/// Refuses a stored *before* that was measured in another mode: with another number of simultaneous starts, or with
/// inits where there would be restores.
pub fn same_mode(name: &str, before: &RunResult, now: &str) -> Result<(), Failure> {
    // Logs don't say how many were started at once, which the report says of them.
    let other = |s: &SubjectResult| s.endpoint != EndpointKind::Logs && s.concurrency_mode != now;
    let Some((then, _)) = before.latest().filter(|(s, _)| other(s)) else {
        return Ok(());
    };
    let then = then.concurrency_mode.as_str();
    let restores = |mode: &str| mode.starts_with("restores ");
    let (why, hint) = if restores(then) == restores(now) {
        (
            "starts in a burst are slower than single ones",
            format!(
                "--concurrency {} measures as the baseline was",
                at_once(then)
            ),
        )
    } else {
        (
            "a restore from a snapshot is not an init",
            "measure both in one run, --before NAME:VERSION --after NAME:VERSION, where the report says what differs"
                .to_owned(),
        )
    };
    Err(Failure::new(
        Exit::Usage,
        format!(
            "baseline {name} was measured {then}, this run would be {now}: {why}, so the two cannot be compared"
        ),
    )
    .hint(Some(hint)))
}
