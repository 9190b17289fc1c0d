//! The job itself: open the endpoint, stage, say what will happen, measure, put everything back, store, print.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Timestamp;

use crate::bench::budget;
use crate::bench::checks::Checks;
use crate::bench::events::Event;
use crate::bench::payload::Expectation;
use crate::bench::plan::mode;
use crate::bench::run::Run;
use crate::bench::stopped::Stopped;
use crate::config::{Place, Settings, Target};
use crate::exit::Exit;
use crate::lambda::Function;
use crate::render::{self};
use crate::results::store::{Interrupted, RunLog, Store, StoreError};
use crate::results::{Arm, Ending, RunCost, RunResult, SCHEMA_VERSION};

use super::around::Around;
use super::conclude::{complete, conclude, unwritable};
use super::copies;
use super::endpoint::Endpoint;
use super::observe;
use super::ours::Ours;
use super::restore::{self, restore};
use super::signals::Signals;
use super::stage::{self, Staged};
use super::{Failure, again, consent, forecast, signals, snap_start, source, verdict, warnings};

/// What becomes of a result besides being stored.
#[derive(Debug)]
pub enum Show {
    /// It is printed.
    Print,
    /// It is one of several, kept for whoever asked.
    Keep {
        /// What was measured, once it is.
        result: Option<Box<RunResult>>,
        /// It could be resumed: its packages will still be there.
        lasting: bool,
    },
}

/// The display, shared with whoever catches the signals.
pub type Shared = Arc<Mutex<render::Progress>>;

/// Measures what `settings` name and prints the report.
pub async fn measure(settings: Settings) -> Result<Exit, Failure> {
    let progress = progress(&settings);
    let mut signals = listen(&progress, settings.pace.max_time)?;
    Box::pin(measure_one(
        settings,
        &mut signals,
        &progress,
        &mut Show::Print,
    ))
    .await
}

/// The display for one run.
pub fn progress(settings: &Settings) -> Shared {
    Arc::new(Mutex::new(render::Progress::new(
        settings.quiet,
        settings.lang,
    )))
}

/// Catches signals from now on, and minds the time.
pub fn listen(progress: &Shared, max_time: Option<Duration>) -> Result<Signals, Failure> {
    let seen = Arc::clone(progress);
    let mut signals = signals::listen(move || {
        let note = "stopping: putting everything back (again to give up)";
        tell(&seen, Event::Note(note.into()));
    })?;
    let deadline = max_time.map(|time| tokio::time::Instant::now() + time);
    signals.stop = signals.stop.at(deadline);
    Ok(signals)
}

/// One run from its settings to its result.
pub async fn measure_one(
    mut settings: Settings,
    signals: &mut Signals,
    progress: &Shared,
    show: &mut Show,
) -> Result<Exit, Failure> {
    let store = Store::new(&settings.project);
    let stored_before = observe::stored_before(&store, &settings)?;
    let interrupted = again::resumed(&store, &mut settings)?;
    if let (Some(name), Some(before)) = (settings.baseline.as_deref(), &stored_before) {
        if before
            .named
            .measured()
            .is_none_or(|(_, figures)| figures.cold_ms.is_none())
        {
            return Err(Failure::new(
                Exit::Usage,
                format!("baseline {name} has no cold starts to compare with"),
            )
            .hint(Some(
                "its run was stopped before there were any; measure it again with --save-baseline"
                    .into(),
            )));
        }
        // What copies are is known only by reading their functions.
        if !settings.has_copies() {
            again::same_mode(name, &before.named.result, &mode(settings.pace.concurrency))?;
        }
    }
    // Not after minutes of measuring.
    if let Some(path) = &settings.save {
        Store::check_save_as(path).map_err(|error| misnamed(&error))?;
    }
    if let Some(name) = &settings.save_baseline {
        Store::check_baseline_name(name).map_err(|error| misnamed(&error))?;
    }
    let scratch = stage::scratch()?;
    for warning in &settings.warnings {
        // What goes wrong next may have its cause here.
        tell(progress, Event::Note(format!("warning: {warning}")));
    }

    let endpoint = tokio::select! {
        endpoint = Endpoint::open(&settings) => endpoint?,
        () = signals.stop.requested() => return early(signals),
    };
    let waiting = Arc::clone(progress);
    endpoint
        .lambda
        .on_note(move |note| tell(&waiting, Event::Note(note)));
    if let Place::Aws { endpoint_url, .. } = &mut settings.place {
        // AWS_ENDPOINT_URL may have named another place than AWS.
        endpoint_url.clone_from(&endpoint.lambda.endpoint_url);
    }
    let mut functions = Vec::new();
    let ours = Ours::default();
    let created_at = Timestamp::now();
    let outcome = AssertUnwindSafe(async {
        if let Some(command) = &settings.around {
            let around = Around {
                command,
                endpoint: &endpoint,
                settings: &settings,
                store: &store,
                scratch: scratch.path(),
                progress,
            };
            return Box::pin(around.measure(&mut functions, signals)).await;
        }
        if settings.has_copies() {
            let mode = snap_start::plan(&endpoint.lambda, &mut settings).await?;
            if let (Some(name), Some(before)) = (settings.baseline.as_deref(), &stored_before) {
                again::same_mode(name, &before.named.result, &mode)?;
            }
        }
        let staged = tokio::select! {
            staged = stage_all(&endpoint, &settings, scratch.path(), &mut functions, &ours, created_at) => staged?,
            () = signals.stop.requested() => return Ok(None),
        };
        let say = |event| tell(progress, event);
        follow(&settings, &store, staged, created_at, interrupted, signals, say).await
    })
    .catch_unwind()
    .await;
    let restored = restore(&functions, signals, progress).await;
    let deleted = ours.delete_all(&endpoint.lambda, signals, progress).await;
    let restored = both(restored, deleted);
    tell(progress, Event::Finished);
    endpoint.close().await;
    let outcome = outcome.unwrap_or_else(|_| {
        Err(Failure::new(
            Exit::CouldNotMeasure,
            "a bug in lambench ended the run",
        ))
    });

    let concluded = outcome.and_then(|measured| match measured {
        Some((mut result, stopped)) => conclude(
            &settings,
            &store,
            &mut result,
            stored_before,
            stopped,
            progress,
            show,
        ),
        None => early(signals),
    });
    match (concluded, restored) {
        (Err(failure), Err(not_restored)) => {
            not_restored.report();
            Err(failure)
        }
        // Something left changed on AWS comes before any verdict: somebody has to see to it.
        (concluded, restored) => restored.and(concluded),
    }
}

/// Each is said; the first decides the exit code.
fn both(first: Result<(), Failure>, second: Result<(), Failure>) -> Result<(), Failure> {
    match (first, second) {
        (Err(first), Err(second)) => {
            second.report();
            Err(first)
        }
        (first, second) => first.and(second),
    }
}

/// Stopped before there was anything to keep.
fn early(signals: &Signals) -> Result<Exit, Failure> {
    if signals.stop.is_time_up() {
        return Err(Failure::new(
            Exit::CouldNotMeasure,
            Stopped::TimeUp.to_string(),
        ));
    }
    Ok(Exit::Interrupted)
}

/// A panic in the display must not keep anything from being put back.
pub fn tell(progress: &Mutex<render::Progress>, event: Event) {
    progress
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .on(event);
}

/// Finds or stages every subject; what has to be put back is in `functions` or `ours`, however this ends.
pub async fn stage_all(
    endpoint: &Endpoint,
    settings: &Settings,
    scratch: &std::path::Path,
    functions: &mut Vec<Function>,
    ours: &Ours,
    created_at: Timestamp,
) -> Result<Vec<Staged>, Failure> {
    let run = Store::base_id(created_at, settings.seed);
    let mut prepared = Vec::new();
    for subject in &settings.subjects {
        prepared.push(match &subject.target {
            Target::Copy(spec) => {
                let lambda = &endpoint.lambda;
                consent::may_copy(settings, subject, &lambda.describe(&spec.model).await?)?;
                let prepare = copies::prepare(lambda, settings, subject, spec, &run, scratch);
                Some(Box::pin(prepare).await?)
            }
            _ => None,
        });
    }
    let mut all = Vec::new();
    for (subject, prepared) in settings.subjects.iter().zip(prepared) {
        if let Some(prepared) = prepared {
            let copied = stage::copied(endpoint, settings, subject, prepared, ours);
            all.push(Box::pin(copied).await?);
            continue;
        }
        let staged = stage::subject(endpoint, settings, subject, scratch).await?;
        functions.push(staged.function.clone());
        all.push(staged);
    }
    source::still_the_same(settings, &all)?;
    // Lambda takes both snapshots at the same time.
    for staged in &all {
        staged.function.snapshot().await?;
    }
    Ok(all)
}

/// Follows the plan; every sample is on disk before the next invoke.
pub async fn follow(
    settings: &Settings,
    store: &Store,
    staged: Vec<Staged>,
    created_at: Timestamp,
    interrupted: Option<Interrupted>,
    signals: &Signals,
    mut say: impl FnMut(Event),
) -> Result<Option<(RunResult, Option<Stopped>)>, Failure> {
    let arms: Vec<Arm> = staged.iter().map(|s| s.arm).collect();
    let plan = forecast::plan(settings, &arms);
    let mut run_warnings = settings.warnings.clone();
    for warning in staged.iter().flat_map(|s| &s.warnings) {
        // Two copies of one function lack the same.
        if !run_warnings.contains(warning) {
            run_warnings.push(warning.clone());
        }
    }
    for s in &staged {
        run_warnings.extend(restore::touch_warnings(&s.record.name, &s.function));
    }
    let mut known = Vec::new();
    for s in &staged {
        if !s.function.is_staged() {
            known.extend(warnings::about(&s.record.name, s.function.found()));
        }
    }
    for warning in &known {
        say(Event::Note(format!("warning: {warning}")));
    }
    run_warnings.extend(known);
    let mut result = RunResult {
        schema_version: SCHEMA_VERSION,
        id: interrupted.as_ref().map_or_else(
            || store.id(created_at, settings.seed),
            |run| run.head.id.clone(),
        ),
        created_at,
        lambench_version: env!("CARGO_PKG_VERSION").into(),
        machine: machine(),
        plan: plan.record(),
        subjects: staged.iter().map(|s| s.record.clone()).collect(),
        samples: Vec::new(),
        exclusions: Vec::new(),
        summary: Vec::new(),
        judgements: Vec::new(),
        look: None,
        cost: RunCost::default(),
        warnings: run_warnings,
        ending: Ending::Complete,
        stored_before: None,
    };
    let earlier = match interrupted {
        Some(run) => again::go_on(&mut result, run)?,
        None => Vec::new(),
    };
    say(Event::Announced(render::before_first_invoke(
        &result, settings,
    )));
    let subjects = forecast::of_staged(settings, store, &staged);
    let budget = forecast::budget(settings, &subjects)?;
    if let Some(warning) = forecast::beyond_limit(settings, &subjects, &plan) {
        say(Event::Note(format!("warning: {warning}")));
    }
    if !consent::agree(settings, &staged, &subjects, &plan, signals, &mut say).await? {
        return Ok(None);
    }

    let log = if settings.pace.resume.is_some() {
        RunLog::go_on(store, &result.id)
    } else {
        RunLog::create(store, &result)
    };
    let mut log = log.map_err(|error| unwritable(&error))?;
    let checks = Checks {
        expect: settings
            .expect
            .iter()
            .map(|(pointer, value)| Expectation::new(pointer, value.clone()))
            .collect(),
        allow_function_errors: settings.allow_function_errors,
    };
    let targets: Vec<(Arm, Function)> = staged.into_iter().map(|s| (s.arm, s.function)).collect();
    let mut decided = verdict::decided(settings, &result.subjects);
    let measured = Run::new(
        &plan,
        &targets,
        &settings.payload,
        &checks,
        signals.stop.clone(),
        &mut |sample| log.append(sample),
        &mut say,
    )
    // The embedded sandbox settles at once: there is nothing to gain, and two subjects would share its processors.
    .after(earlier)
    .until(&mut decided)
    .overlapping(!matches!(settings.place, Place::Sandbox))
    .within(budget)
    .measure()
    .await;
    result.cost = budget::cost(&measured.samples, &forecast::priced(settings, &subjects));
    result.cost.own_prices = settings.safety.own_prices();
    drop(decided);
    let stopped = complete(&mut result, measured, &settings.safety.prices());
    verdict::judge_result(&mut result, settings);
    Ok(Some((result, stopped)))
}

/// A usage error about something stored.
pub fn misnamed(error: &StoreError) -> Failure {
    Failure::new(Exit::Usage, error.to_string()).hint(error.hint())
}

fn machine() -> String {
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{} {}, {cpus} CPUs",
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}
