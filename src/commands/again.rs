//! What a run takes from an earlier one: the rest of its plan (`--resume`), or a baseline that it may be compared with.

use crate::bench::plan::mode;
use crate::bench::stopped::Stopped;
use crate::config::Settings;
use crate::exit::Exit;
use crate::results::store::{Interrupted, Store};
use crate::results::{Kind, RunResult, Sample};
use crate::stats::Looks;

use super::Failure;
use super::measure::misnamed;

/// The run that `--resume` names. Its plan becomes that of the settings.
pub fn resumed(store: &Store, settings: &mut Settings) -> Result<Option<Interrupted>, Failure> {
    let Some(id) = &settings.pace.resume else {
        return Ok(None);
    };
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
    settings.looks = plan.looks.clone().unwrap_or(Looks::one(plan.runs));
    settings.warm_invokes = plan.warm_invokes;
    settings.seed = plan.seed;
    settings.pace.concurrency = mode
        .and_then(|mode| mode.strip_prefix("burst ")?.parse().ok())
        .unwrap_or(1);
    Ok(Some(run))
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
pub fn how_to_go_on(result: &RunResult, stopped: Option<&Stopped>) -> Option<String> {
    let passing = match stopped? {
        Stopped::Interrupted | Stopped::TimeUp => true,
        Stopped::Lambda(error) => error.is_passing() || error.is_expired(),
        _ => false,
    };
    let measured = result.samples.iter().any(|s| s.accepted);
    (passing && measured).then(|| format!("to go on: the same command with --resume {}", result.id))
}

/// Refuses a stored *before* that was measured with another number of simultaneous starts.
pub fn same_mode(name: &str, before: &RunResult, concurrency: u32) -> Result<(), Failure> {
    let now = mode(concurrency);
    let Some((then, _)) = before.latest().filter(|(s, _)| s.concurrency_mode != now) else {
        return Ok(());
    };
    let needed = then.concurrency_mode.strip_prefix("burst ").unwrap_or("1");
    Err(Failure::new(
        Exit::Usage,
        format!(
            "baseline {name} was measured {}, this run would be {now}: starts in a burst are slower than single ones, so \
             the two cannot be compared",
            then.concurrency_mode
        ),
    )
    .hint(Some(format!("--concurrency {needed} measures as the baseline was"))))
}
