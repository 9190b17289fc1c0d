//! `lambench profile`: starts of a staged copy are recorded, savings foreseen and, if wished, measured.

mod hooked;
mod record;
mod verify;

use std::path::Path;

use crate::bench::stopped;
use crate::cli::{Globals, ProfileArgs};
use crate::config;
use crate::exit::Exit;
use crate::profile::{Predictor, Profile, SCHEMA_VERSION, Suggestion};
use crate::render::{self, Style};
use crate::results::store::{self, Store};

use super::conclude::unwritable;
use super::{Failure, consent, measure, print, say, stage};
use record::Recorded;

/// Records, foresees, verifies and prints.
pub async fn profile(args: ProfileArgs, globals: Globals) -> Result<Exit, Failure> {
    let settings = config::profiled(&args, &globals)?;
    for path in [&args.html, &args.speedscope].into_iter().flatten() {
        if !is_stdout(path) {
            Store::check_save_as(path).map_err(|error| measure::misnamed(&error))?;
        }
    }
    consent::not_denied_by_name(&settings)?;
    let progress = measure::progress(&settings);
    let mut signals = measure::listen(&progress, settings.pace.max_time)?;
    let scratch = stage::scratch()?;
    let recorded = record::record(&settings, &mut signals, &progress, scratch.path());
    let Some(recorded) = Box::pin(recorded).await? else {
        return Ok(Exit::Interrupted);
    };
    let predictor = Predictor::new(
        &recorded.series,
        recorded.probed.as_deref(),
        recorded.first_cpu,
    );
    let mut profile = foresee(&args, &recorded, &predictor);
    if let Some(error) = &profile.recording.error {
        let failure = Failure::new(
            Exit::CouldNotMeasure,
            format!(
                "{}: the handler could not be loaded: {}: {}",
                args.target, error.kind, error.message
            ),
        )
        .hint(Some(until_then(&error.kind)));
        show(&profile, &args, &settings)?;
        return Err(failure);
    }
    for asked in &args.together {
        let foreseen = predictor.together(&asked.0).map_err(|unknown| {
            Failure::new(
                Exit::Usage,
                format!("--together: the function's own modules do not import {unknown} at init"),
            )
            .hint(Some(format!(
                "they import {}",
                predictor.candidates().join(", ")
            )))
        })?;
        profile.together.push(foreseen);
    }
    let mut exit = Exit::Done;
    if let Some(most) = args.verify {
        let verifying = verify::Verifying {
            settings: &settings,
            hooked: &recorded.hooked,
            predictor: &predictor,
            scratch: scratch.path(),
            progress: &progress,
            starts: args.verify_runs,
        };
        let (verified, interrupted) =
            Box::pin(verifying.verify(&profile, most as usize, &mut signals)).await?;
        profile.verified = verified;
        if interrupted {
            exit = Exit::Interrupted;
        } else if profile.verified.is_empty() {
            let why = verify::nothing(&profile, most as usize);
            profile.notes.push(why);
        }
    }
    show(&profile, &args, &settings)?;
    Ok(exit)
}

/// What the profile is worth all the same, and what may be missing.
fn until_then(kind: &str) -> String {
    let above = "the profile above is of what was loaded until then";
    match stopped::missing(kind) {
        Some(missing) => format!("{above}; {missing}"),
        None => above.into(),
    }
}

/// What init takes, and what could be loaded later, by a few starts: for a checklist. None: somebody stopped it.
pub(super) async fn glance(
    args: &ProfileArgs,
    globals: &Globals,
) -> Result<Option<(f64, Vec<Suggestion>)>, Failure> {
    let settings = config::profiled(args, globals)?;
    let progress = measure::progress(&settings);
    let mut signals = measure::listen(&progress, settings.pace.max_time)?;
    let scratch = stage::scratch()?;
    let recorded = record::record(&settings, &mut signals, &progress, scratch.path());
    let Some(recorded) = Box::pin(recorded).await? else {
        return Ok(None);
    };
    let recording = &recorded.series.recording;
    if let Some(error) = &recording.error {
        return Err(Failure::new(
            Exit::CouldNotMeasure,
            format!(
                "the handler could not be loaded: {}: {}",
                error.kind, error.message
            ),
        ));
    }
    let probed = recorded.probed.as_deref();
    let predictor = Predictor::new(&recorded.series, probed, recorded.first_cpu);
    Ok(Some((recording.total_ms, predictor.suggestions())))
}

fn foresee(args: &ProfileArgs, recorded: &Recorded, predictor: &Predictor) -> Profile {
    let suggestions = predictor.suggestions();
    let plan = predictor.plan(&suggestions);
    let mut notes = recorded.notes.clone();
    notes.extend(recorded.series.recording.notes.iter().cloned());
    Profile {
        schema_version: SCHEMA_VERSION,
        lambench_version: env!("CARGO_PKG_VERSION").into(),
        created_at: jiff::Timestamp::now().to_string(),
        target: args.target.clone(),
        function: recorded.hooked.subject.function.clone(),
        endpoint: recorded.endpoint,
        runtime: recorded.hooked.runtime.clone(),
        memory_mb: recorded.memory_mb,
        starts: recorded.series.times.len(),
        overhead: recorded.overhead,
        first_cpu: recorded.first_cpu,
        recording: recorded.series.recording.clone(),
        suggestions,
        plan,
        together: Vec::new(),
        verified: Vec::new(),
        notes,
    }
}

fn show(profile: &Profile, args: &ProfileArgs, settings: &config::Settings) -> Result<(), Failure> {
    let lang = settings.lang;
    let mut files = Vec::new();
    if let Some(path) = &args.speedscope {
        files.push((
            path,
            render::speedscope(&profile.recording, &profile.target),
        ));
    }
    if let Some(path) = &args.html {
        files.push((path, render::profile_html(profile, lang)));
    }
    let (printed, written): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|(path, _)| is_stdout(path));
    // Before what may fail: a full disk must not cost the profile.
    if let Some((_, file)) = printed.first() {
        print(file)?;
    } else if args.json {
        print(&render::pretty(profile))?;
    } else {
        say(&render::profile(profile, lang, &Style::for_stdout()))?;
    }
    for (path, file) in written {
        store::write_whole(path, &file).map_err(|error| unwritable(&error))?;
        if printed.is_empty() && !args.json && !settings.quiet {
            print(&render::page_written(path, lang))?;
        }
    }
    Ok(())
}

fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}
