//! `--verify`: the function with some imports put off beside the function as it is, by the ordinary path of a run.

use std::path::Path;

use serde::Deserialize;

use crate::bench::events::Event;
use crate::config::Settings;
use crate::exit::Exit;
use crate::profile::{
    Deferred, NOTICEABLE_MS, Otherwise, Phase, Predictor, Profile, Suggestion, Verified, hook,
};
use crate::results::{Arm, Kind, RunResult, Sample};
use crate::stats::{self, Looks};

use super::super::Failure;
use super::super::measure::{Shared, Show, measure_one, tell};
use super::super::signals::Signals;
use super::hooked::Hooked;
use super::record::{self, Ground};

/// All that a verification needs.
pub struct Verifying<'a> {
    /// Of the command.
    pub settings: &'a Settings,
    /// The function with the hook.
    pub hooked: &'a Hooked,
    /// What was foreseen.
    pub predictor: &'a Predictor<'a>,
    /// For packed zips, and for results that nobody is to find among those of runs.
    pub scratch: &'a Path,
    /// The display.
    pub progress: &'a Shared,
    /// Cold starts of each arm.
    pub starts: u32,
}

/// What a start with imports put off says of itself.
#[derive(Debug, Default, Deserialize)]
struct Told {
    #[serde(default)]
    deferred: Vec<Deferred>,
    #[serde(default)]
    loaded_otherwise: Vec<Otherwise>,
    #[serde(default)]
    notes: Vec<String>,
}

impl Told {
    /// Why both arms would be the same, if they would.
    fn nothing_put_off(&self) -> Option<&String> {
        let why = |note: &&String| note.starts_with("static-imports: ");
        self.notes
            .iter()
            .find(why)
            .filter(|_| self.deferred.is_empty())
    }
}

impl Verifying<'_> {
    /// Measures the largest savings and the plan; true: somebody stopped it.
    pub async fn verify(
        &self,
        profile: &Profile,
        most: usize,
        signals: &mut Signals,
    ) -> Result<(Vec<Verified>, bool), Failure> {
        let Some(handler) = self.hooked.hook.defer_handler else {
            let why = format!("--verify: imports of {} can't be put off", profile.runtime);
            return Err(Failure::new(Exit::Usage, why));
        };
        let all = self.measure_all(handler, wanted(profile, most), signals);
        let all = Box::pin(all).await;
        tell(self.progress, Event::PartsDone);
        Ok(all)
    }

    /// One after the other; true: somebody stopped it.
    async fn measure_all(
        &self,
        handler: &str,
        wanted: Vec<Verified>,
        signals: &mut Signals,
    ) -> (Vec<Verified>, bool) {
        let mut all = Vec::new();
        let of = wanted.len();
        for (i, mut one) in wanted.into_iter().enumerate() {
            let part = Event::Part {
                without: (!one.plan).then(|| one.targets.join(" + ")),
                number: i + 1,
                of,
            };
            tell(self.progress, part);
            let targets: Vec<&str> = one.targets.iter().map(String::as_str).collect();
            let deferral = self.predictor.deferral(&targets);
            let told = Box::pin(self.told(handler, &deferral, signals)).await;
            match told {
                Ok(Some(told)) if told.nothing_put_off().is_some() => {
                    one.failed = told.nothing_put_off().cloned();
                    all.push(one);
                    continue;
                }
                Ok(Some(told)) => self.take_down(&mut one, told),
                Ok(None) => return (all, true),
                Err(failure) => {
                    one.failed = Some(failure.message().to_owned());
                    all.push(one);
                    continue;
                }
            }
            match Box::pin(self.measured(handler, &deferral, signals)).await {
                Ok(result) => fill(&mut one, &result),
                Err(failure) if failure.exit() == Exit::Interrupted => return (all, true),
                Err(failure) => one.failed = Some(failure.message().to_owned()),
            }
            all.push(one);
        }
        (all, false)
    }

    /// One start, to ask what was used when.
    async fn told(
        &self,
        handler: &str,
        deferral: &str,
        signals: &mut Signals,
    ) -> Result<Option<Told>, Failure> {
        let work = async |ground: &mut Ground<'_>, _: &Signals| {
            let variables = [(hook::DEFER, deferral)];
            let subject = self
                .hooked
                .subject(Arm::Only, handler, "put-off", &variables)?;
            let staged = ground.stage(subject).await?;
            let answer = record::cold(&staged.function, &self.settings.payload).await?;
            // A hook that can't tell is no reason not to measure.
            Ok(Some(serde_json::from_slice(&answer).unwrap_or_default()))
        };
        record::on_ground(self.settings, signals, self.progress, self.scratch, work).await
    }

    fn take_down(&self, one: &mut Verified, told: Told) {
        let used = told.deferred.into_iter();
        one.used_at_init = used
            .filter(|deferred| deferred.used == Some(Phase::Init))
            .map(|deferred| self.predictor.site_of_use(&deferred))
            .collect();
        one.used_at_init.sort();
        one.used_at_init.dedup();
        one.loaded_otherwise = told.loaded_otherwise;
    }

    async fn measured(
        &self,
        handler: &str,
        deferral: &str,
        signals: &mut Signals,
    ) -> Result<RunResult, Failure> {
        let arm = |arm, active| {
            let variables = [(hook::DEFER, deferral), (hook::DEFER_ACTIVE, active)];
            self.hooked.subject(arm, handler, "verify", &variables)
        };
        let mut settings = self.settings.clone();
        settings.subjects = vec![arm(Arm::Before, "0")?, arm(Arm::After, "1")?];
        settings.looks = Looks::one(self.starts);
        settings.warm_invokes = 0;
        // Not among the results of runs, which it would be compared with.
        settings.project = self.scratch.to_owned();
        settings.warnings.clear();
        let mut show = Show::Keep {
            result: None,
            lasting: false,
        };
        let exit = Box::pin(measure_one(settings, signals, self.progress, &mut show)).await?;
        match show {
            Show::Keep {
                result: Some(result),
                ..
            } if exit != Exit::Interrupted => Ok(*result),
            _ => Err(Failure::new(Exit::Interrupted, "stopped")),
        }
    }
}

/// Why there was nothing to measure, as a note: with the largest savings, if all of them are used at once.
pub fn nothing(profile: &Profile, most: usize) -> String {
    let used = noticeable(profile).map(|suggestion| format!("{}*", suggestion.target));
    match used.take(most).collect::<Vec<_>>() {
        none if none.is_empty() => "nothing-to-verify".into(),
        used => format!("nothing-to-verify: {}", used.join(", ")),
    }
}

fn noticeable(profile: &Profile) -> impl Iterator<Item = &Suggestion> {
    let suggestions = profile.suggestions.iter();
    suggestions.filter(|suggestion| suggestion.saved_ms >= NOTICEABLE_MS)
}

/// The largest savings, and the plan where it is not one of them. What the function's modules use at once is loaded at
/// once whether it is put off or not: there is nothing to measure.
fn wanted(profile: &Profile, most: usize) -> Vec<Verified> {
    let first = noticeable(profile).filter(|suggestion| suggestion.used_at_init.is_none());
    let mut all: Vec<Verified> = first
        .take(most)
        .map(|suggestion| Verified {
            targets: vec![suggestion.target.clone()],
            predicted_ms: suggestion.saved_ms,
            predicted_moved_ms: suggestion.moved_ms,
            ..Verified::default()
        })
        .collect();
    if let [_, .., last] = profile.plan.as_slice() {
        let targets = profile.plan.iter().map(|step| step.target.clone());
        all.push(Verified {
            targets: targets.collect(),
            plan: true,
            predicted_ms: last.saved_ms,
            predicted_moved_ms: last.moved_ms,
            ..Verified::default()
        });
    }
    all
}

/// What the run has measured.
fn fill(one: &mut Verified, result: &RunResult) {
    let arms = |figure: fn(&Sample) -> Option<f64>| {
        [Arm::Before, Arm::After].map(|arm| {
            let cold = |s: &&Sample| s.accepted && s.kind == Kind::Cold && s.arm == arm;
            let samples = result.samples.iter().filter(cold);
            samples.filter_map(figure).collect::<Vec<f64>>()
        })
    };
    let [before, after] = arms(|sample| sample.init_ms);
    one.init_ms = stats::median(&before);
    one.starts = after.len();
    let saved = stats::shift(&after, &before, result.alpha());
    one.saved_ms = saved.map(|saved| saved.by);
    one.interval_ms = saved.and_then(|saved| saved.interval);
    let [before, after] = arms(|sample| sample.handler_ms);
    let moved = stats::shift(&before, &after, result.alpha());
    one.moved_ms = moved.map(|moved| moved.by);
    one.moved_interval_ms = moved.and_then(|moved| moved.interval);
}
