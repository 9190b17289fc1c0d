//! The end of a run: its result is completed, stored and shown, and the exit code is found.

use std::sync::Mutex;

use crate::bench::events::Event;
use crate::bench::run::Measured;
use crate::bench::stopped::Stopped;
use crate::bench::summary;
use crate::config::Settings;
use crate::cost::Prices;
use crate::exit::Exit;
use crate::render;
use crate::results::store::{Store, StoreError};
use crate::results::{Arm, Ending, Kind, RunResult, pair};

use super::measure::{Show, tell};
use super::observe::{self, Side};
use super::{Failure, again, export, print, verdict};

/// Fills in what only the measurement could tell.
pub fn complete(result: &mut RunResult, measured: Measured, prices: &Prices) -> Option<Stopped> {
    for (subject, answers) in result.subjects.iter_mut().zip(&measured.answers) {
        if let (None, Some(version)) = (&subject.label, &answers.version) {
            subject.version.clone_from(version);
            subject.version_source = "response".into();
        }
    }
    if let [before, after] = measured.answers.as_slice()
        && let (Some(b), Some(a)) = (&before.shape, &after.shape)
        && let Some(difference) = b.difference(a)
    {
        result.warnings.push(format!(
            "before and after answer in different shapes ({difference}); do both do the same work?"
        ));
    }
    result.summary = result
        .subjects
        .iter()
        .map(|subject| summary::summarise(&measured.samples, subject, prices))
        .collect();
    result.exclusions = summary::exclusion_counts(&measured.samples);
    result.samples = measured.samples;
    let stopped = measured.ending.err();
    if let Some(why) = &stopped {
        result.ending = Ending::Stopped {
            why: why.to_string(),
        };
    }
    stopped
}

/// A run of one subject beside the baseline that was asked for, or beside the latest comparable result.
fn against_stored(
    settings: &Settings,
    store: &Store,
    result: &RunResult,
    baseline: Option<Side>,
) -> Option<RunResult> {
    result.measured(Arm::Only)?;
    let is_baseline = baseline.is_some();
    let earlier = || store.latest_comparable(&result.subjects[0]);
    let (stored, observed) = match baseline {
        Some(side) => (side.named.result, side.observed),
        None => (settings.previous.then(earlier).flatten()?, None),
    };
    let arm = stored.latest()?.0.arm;
    let mut both = pair((&stored, arm), (result, Arm::Only));
    let of_logs = observed.is_some();
    observe::mark(&mut both, observed, None);
    let name = settings
        .baseline
        .clone()
        .filter(|_| is_baseline && !of_logs);
    both.stored_before.as_mut()?.name = name;
    verdict::judge_result(&mut both, settings);
    Some(both)
}

/// Stores the result, prints the report, and says how it ended.
pub fn conclude(
    settings: &Settings,
    store: &Store,
    result: &mut RunResult,
    baseline: Option<Side>,
    stopped: Option<Stopped>,
    progress: &Mutex<render::Progress>,
    show: &mut Show,
) -> Result<Exit, Failure> {
    let against = against_stored(settings, store, result, baseline);
    if let Some(both) = &against {
        // The file holds this run alone, and what came of the comparison.
        result.judgements.clone_from(&both.judgements);
        result.stored_before.clone_from(&both.stored_before);
    }
    let result = &*result;
    let shown = against.as_ref().unwrap_or(result);
    let saved = store.save(result);
    let mut unwritten: Vec<StoreError> = Vec::new();
    if let Some(path) = &settings.save {
        unwritten.extend(store.save_as(result, path).err());
    }
    match (&settings.save_baseline, &stopped) {
        (Some(name), None) => {
            let replaced = store.list_baseline(name);
            match (store.save_baseline(name, result), replaced) {
                (Err(error), _) => unwritten.push(error),
                (Ok(_), Some(was)) => {
                    let now = jiff::Timestamp::now();
                    let note = render::stored::baseline_replaced(name, &was, now, settings.lang);
                    tell(progress, Event::Note(note));
                }
                (Ok(_), None) => {}
            }
        }
        (Some(name), Some(_)) => tell(
            progress,
            Event::Note(format!(
                "the run was stopped: it is not stored as baseline {name}"
            )),
        ),
        (None, _) => {}
    }
    // What was measured is shown whether or not it could be kept.
    if let Show::Keep { result: kept, .. } = show {
        *kept = Some(Box::new(result.clone()));
    }
    let printed = if matches!(show, Show::Keep { .. }) {
        Ok(())
    } else if settings.json {
        print(&render::json(result))
    } else if has_cold_starts(result) {
        export::show(&settings.exports, |style| {
            let saved = saved.as_deref().ok();
            render::report(shown, settings.lang, style, saved)
        })
    } else {
        Ok(())
    };
    match printed {
        // A terminal that was closed: that is why the run was stopped, not another failure.
        Err(failure) if matches!(stopped, Some(Stopped::Interrupted)) => {
            failure.report();
        }
        printed => printed?,
    }
    unwritten.extend(saved.err());
    let mut unwritten: Vec<Failure> = unwritten.iter().map(unwritable).collect();
    if matches!(show, Show::Print) {
        unwritten.extend(
            export::export(
                &settings.exports,
                &[shown],
                settings.gate.strict,
                settings.lang,
            )
            .err(),
        );
    }
    if let Some(last) = unwritten.pop() {
        for failure in unwritten {
            failure.report();
        }
        if stopped.is_none() {
            return Err(last);
        }
        last.report();
    }
    if let Some(note) = again::how_to_go_on(result, stopped.as_ref(), show) {
        tell(progress, Event::Note(note));
    }
    match stopped {
        None => Ok(verdict::exit(settings.gate, result)),
        Some(Stopped::Interrupted) => Ok(Exit::Interrupted),
        Some(why) => Err(Failure::new(Exit::CouldNotMeasure, why.to_string()).hint(why.hint())),
    }
}

pub fn unwritable(error: &StoreError) -> Failure {
    Failure::new(Exit::CouldNotMeasure, error.to_string()).hint(error.hint())
}

fn has_cold_starts(result: &RunResult) -> bool {
    result
        .samples
        .iter()
        .any(|sample| sample.accepted && sample.kind == Kind::Cold)
}
