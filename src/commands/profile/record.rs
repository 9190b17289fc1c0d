//! Cold starts of a staged copy that records them, and one with everything put off that shows what is needed when.

use std::panic::AssertUnwindSafe;
use std::path::Path;

use futures_util::FutureExt as _;
use jiff::Timestamp;

use crate::bench::events::Event;
use crate::bench::payload::{decode_function_error, expand};
use crate::bench::plan::Plan;
use crate::config::{Settings, Subject};
use crate::exit::Exit;
use crate::lambda::Function;
use crate::profile::{Deferred, Predictor, Recording, Series, hook};
use crate::results::store::Store;
use crate::results::{Arm, EndpointKind};
use crate::sandbox::Cpu;

use super::super::endpoint::Endpoint;
use super::super::measure::{self, Shared, tell};
use super::super::ours::Ours;
use super::super::restore::restore;
use super::super::signals::Signals;
use super::super::stage::Staged;
use super::super::{Failure, consent, forecast};
use super::hooked::Hooked;

/// MB of memory for which a function gets a whole processor.
const MB_PER_CPU: f64 = 1769.0;
/// A touch that has retired nothing is tried again, so often.
const FRUITLESS: usize = 5;

/// What the starts gave.
pub struct Recorded {
    /// The function with the hook.
    pub hooked: Hooked,
    /// The starts.
    pub series: Series,
    /// What became of each import where all were put off; none: that did not work.
    pub probed: Option<Vec<Deferred>>,
    /// Where.
    pub endpoint: EndpointKind,
    /// MB.
    pub memory_mb: u64,
    /// The share of a processor that the first invoke has.
    pub first_cpu: f64,
    /// The share by which recorded starts differ from plain ones; the series is scaled to those.
    pub overhead: Option<f64>,
    /// What could not be done.
    pub notes: Vec<String>,
}

/// Everything that a staged function stands on.
pub struct Ground<'a> {
    /// The endpoint.
    pub endpoint: &'a Endpoint,
    /// Of the command.
    pub settings: &'a Settings,
    /// For packed zips.
    pub scratch: &'a Path,
    /// What has to be deleted on the sandbox.
    pub functions: &'a mut Vec<Function>,
    /// What has to be deleted elsewhere.
    pub ours: &'a Ours,
}

impl Ground<'_> {
    /// Stages one subject.
    pub async fn stage(&mut self, subject: Subject) -> Result<Staged, Failure> {
        let mut settings = self.settings.clone();
        settings.subjects = vec![subject];
        let staging = measure::stage_all(
            self.endpoint,
            &settings,
            self.scratch,
            self.functions,
            self.ours,
            Timestamp::now(),
        );
        let mut staged = Box::pin(staging).await?;
        let mut staged = staged.remove(0);
        // That the package has no handler of ours is known.
        staged
            .warnings
            .retain(|warning| !warning.contains("lambench_"));
        Ok(staged)
    }
}

/// Opens the endpoint, does `work` on it, and leaves nothing behind. None: somebody stopped it.
pub async fn on_ground<T>(
    settings: &Settings,
    signals: &mut Signals,
    progress: &Shared,
    scratch: &Path,
    work: impl AsyncFnOnce(&mut Ground<'_>, &Signals) -> Result<Option<T>, Failure>,
) -> Result<Option<T>, Failure> {
    let mut stop = signals.stop.clone();
    let endpoint = tokio::select! {
        endpoint = Endpoint::open(settings) => endpoint?,
        () = stop.requested() => return Ok(None),
    };
    let waiting = std::sync::Arc::clone(progress);
    endpoint
        .lambda
        .on_note(move |note| tell(&waiting, Event::Note(note)));
    let (mut functions, ours) = (Vec::new(), Ours::default());
    let outcome = AssertUnwindSafe(async {
        let mut ground = Ground {
            endpoint: &endpoint,
            settings,
            scratch,
            functions: &mut functions,
            ours: &ours,
        };
        tokio::select! {
            done = work(&mut ground, signals) => done,
            () = stop.requested() => Ok(None),
        }
    })
    .catch_unwind()
    .await;
    let restored = restore(&functions, signals, progress).await;
    let deleted = ours.delete_all(&endpoint.lambda, signals, progress).await;
    tell(progress, Event::Finished);
    endpoint.close().await;
    let outcome = outcome.unwrap_or_else(|_| {
        Err(Failure::new(
            Exit::CouldNotMeasure,
            "a bug in lambench ended the profile",
        ))
    });
    match (outcome, restored.and(deleted)) {
        (Err(failure), Err(not_restored)) => {
            not_restored.report();
            Err(failure)
        }
        // Something left on AWS comes before any figure: somebody has to see to it.
        (outcome, restored) => restored.and(outcome),
    }
}

/// Records as many starts as the settings say. None: somebody stopped it.
pub async fn record(
    settings: &Settings,
    signals: &mut Signals,
    progress: &Shared,
    scratch: &Path,
) -> Result<Option<Recorded>, Failure> {
    for warning in &settings.warnings {
        tell(progress, Event::Note(format!("warning: {warning}")));
    }
    let work = async |ground: &mut Ground<'_>, signals: &Signals| {
        let hooked = Hooked::prepare(settings, &ground.endpoint.lambda, scratch).await?;
        let subject = hooked.subject(Arm::Only, hooked.hook.handler, "profile", &[])?;
        let staged = ground.stage(subject).await?;
        if !agreed(settings, &staged, signals, progress).await? {
            return Ok(None);
        }
        for warning in &staged.warnings {
            tell(progress, Event::Note(format!("warning: {warning}")));
        }
        let plain = [(hook::PLAIN, "1")];
        let plain = hooked.subject(Arm::Only, hooked.hook.handler, "plain", &plain)?;
        let plain = ground.stage(plain).await?;
        let runs = settings.looks.runs() as usize;
        let (starts, plain) = starts(
            [&staged.function, &plain.function],
            &settings.payload,
            runs,
            progress,
        )
        .await?;
        let Some(mut series) = Series::of(&starts) else {
            return Ok(None);
        };
        let overhead = series.scale_to(&plain);
        let mut recorded = Recorded {
            hooked,
            series,
            probed: None,
            endpoint: staged.record.endpoint,
            memory_mb: staged.record.memory_mb,
            first_cpu: first_cpu(settings, ground.endpoint, &staged),
            overhead,
            notes: Vec::new(),
        };
        if recorded.series.recording.error.is_none() {
            match Box::pin(probe(ground, &recorded)).await {
                Ok(probed) => {
                    recorded.probed =
                        (!probed.is_empty() || !has_es_modules(&recorded)).then_some(probed);
                }
                Err(why) => recorded
                    .notes
                    .push(format!("not-put-off: {}", why.message())),
            }
        }
        Ok(Some(recorded))
    };
    on_ground(settings, signals, progress, scratch, work).await
}

async fn agreed(
    settings: &Settings,
    staged: &Staged,
    signals: &Signals,
    progress: &Shared,
) -> Result<bool, Failure> {
    let store = Store::new(&settings.project);
    // Recorded starts and plain ones.
    let runs = 2 * settings.looks.runs();
    let plan = Plan::new(settings.seed, runs, 1, &[Arm::Only]);
    let staged = std::slice::from_ref(staged);
    let subjects = forecast::of_staged(settings, &store, staged);
    let mut say = |event| tell(progress, event);
    consent::agree(settings, staged, &subjects, &plan, signals, &mut say).await
}

/// Recorded starts, and alternately as many plain ones, which know nothing but how long they took. One that failed is alone.
async fn starts(
    [recorded, plain]: [&Function; 2],
    payload: &str,
    runs: usize,
    progress: &Shared,
) -> Result<(Vec<Recording>, Vec<Recording>), Failure> {
    tell(progress, Event::Warmup { arm: Arm::Only });
    let [mut recorded, mut plain] =
        [recorded, plain].map(|function| Starter::new(function, payload));
    // The first of each only fills caches, as in a run.
    for starter in [&mut recorded, &mut plain] {
        let warm = starter.start().await?;
        if warm.error.is_some() {
            return Ok((vec![warm], Vec::new()));
        }
    }
    let (mut recordings, mut plain_starts) = (Vec::new(), Vec::new());
    while recordings.len() < runs {
        let beside = plain.start().await?;
        let recording = recorded.start().await?;
        // A start that fails ends early: it is no measure.
        if recording.error.is_some() {
            return Ok((vec![recording], Vec::new()));
        }
        if beside.error.is_some() {
            return Ok((vec![beside], Vec::new()));
        }
        plain_starts.push(beside);
        tell(
            progress,
            Event::Start {
                done: recordings.len() + 1,
                total: runs,
                look_at: None,
                arm: Arm::Only,
                cold_ms: recording.total_ms + recording.first_ms.unwrap_or(0.0),
            },
        );
        recordings.push(recording);
    }
    Ok((recordings, plain_starts))
}

/// Starts one function again and again.
struct Starter<'a> {
    function: &'a Function,
    payload: &'a str,
    /// What the last start took, ms: no other takes the same to the nanosecond.
    last_ms: Option<f64>,
}

impl<'a> Starter<'a> {
    fn new(function: &'a Function, payload: &'a str) -> Self {
        Self {
            function,
            payload,
            last_ms: None,
        }
    }

    async fn start(&mut self) -> Result<Recording, Failure> {
        for _ in 0..FRUITLESS {
            let recording = start(self.function, self.payload).await?;
            // Else the environment of the start before has answered again.
            if self.last_ms.map(f64::to_bits) != Some(recording.total_ms.to_bits()) {
                self.last_ms = Some(recording.total_ms);
                return Ok(recording);
            }
        }
        Err(Failure::new(
            Exit::CouldNotMeasure,
            "the function goes on in the same environment: no cold start could be forced",
        )
        .hint(Some(
            "with SnapStart or provisioned concurrency, profile its package on this machine".into(),
        )))
    }
}

/// One cold start, its first invoke, and what both have recorded.
async fn start(function: &Function, payload: &str) -> Result<Recording, Failure> {
    let answer = cold(function, payload).await?;
    serde_json::from_slice(&answer).map_err(|error| {
        Failure::new(
            Exit::CouldNotMeasure,
            format!("reading what the start has recorded: {error}"),
        )
    })
}

/// The answer to the event of ours after a cold start and one invoke.
pub async fn cold(function: &Function, payload: &str) -> Result<Vec<u8>, Failure> {
    function.touch().await?;
    function.invoke(expand(payload).into_bytes()).await?;
    let asked = function.invoke(hook::EVENT.into()).await?;
    if asked.function_error.is_none() {
        return Ok(asked.body);
    }
    Err(Failure::new(
        Exit::CouldNotMeasure,
        format!(
            "asking for what was recorded: {}",
            decode_function_error(&asked.body)
        ),
    )
    .hint(Some(
        "does the function start as it is? lambench invoke shows its own error".into(),
    )))
}

/// A start with everything put off.
async fn probe(ground: &mut Ground<'_>, recorded: &Recorded) -> Result<Vec<Deferred>, Failure> {
    let predictor = Predictor::new(&recorded.series, None, 1.0);
    let suggestions = predictor.suggestions();
    let targets: Vec<&str> = suggestions
        .iter()
        .filter(|suggestion| !suggestion.imported_at.is_empty())
        .map(|suggestion| &*suggestion.target)
        .collect();
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    let deferral = predictor.deferral(&targets);
    let hooked = &recorded.hooked;
    let variables = [(hook::DEFER, deferral.as_str())];
    let subject = hooked.subject(Arm::Only, hooked.hook.handler, "put-off", &variables)?;
    let staged = ground.stage(subject).await?;
    let recording = start(&staged.function, &ground.settings.payload).await?;
    match recording.error.or(recording.first_error) {
        Some(error) if recorded.series.recording.first_error.is_none() => Err(Failure::new(
            Exit::CouldNotMeasure,
            format!("{}: {}", error.kind, error.message),
        )),
        _ => Ok(recording.deferred),
    }
}

/// Whose static imports are never put off, so that it is not known what the first invoke needs of them.
fn has_es_modules(recorded: &Recorded) -> bool {
    let notes = &recorded.series.recording.notes;
    notes.iter().any(|note| note == "es-modules")
}

/// Handlers get a share of a processor by their memory; init is not limited.
fn first_cpu(settings: &Settings, endpoint: &Endpoint, staged: &Staged) -> f64 {
    let limited = match &endpoint.sandbox {
        Some(sandbox) => settings.machine.cpu == Cpu::ByMemory && sandbox.cpu_refusal().is_none(),
        None => true,
    };
    let share = staged.record.memory_mb as f64 / MB_PER_CPU;
    if limited { share.min(1.0) } else { 1.0 }
}
