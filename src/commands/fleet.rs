//! Many functions, one after another: each is a run of its own, and what goes wrong with one is that one's line.

use std::sync::PoisonError;

use crate::cli::{Globals, RunArgs};
use crate::config::{self, Chosen};
use crate::exit::Exit;
use crate::lambda::{Connect, Lambda};
use crate::render::{self, FleetLine};

use super::measure::{self, Show};
use super::signals::Signals;
use super::{Failure, consent, export, print};

/// Whether the command line names more than one function.
pub fn is_wanted(args: &RunArgs) -> bool {
    args.all || args.function.as_deref().is_some_and(config::is_pattern)
}

/// Measures every function that is named, then prints a line for each.
pub async fn fleet(args: RunArgs, globals: Globals) -> Result<Exit, Failure> {
    let chosen = config::chosen(&args, &globals)?;
    let names = match chosen {
        Chosen::Names(names) => names,
        Chosen::OnAws(pattern) => deployed(&args, &pattern).await?,
    };
    let mut session: Option<(measure::Shared, Signals)> = None;
    let mut lines = Vec::new();
    for name in names {
        let one = RunArgs {
            function: Some(name.clone()),
            all: false,
            ..args.clone()
        };
        let settings = match config::settings(&one, &globals) {
            Ok(settings) => settings,
            Err(error) => {
                lines.push(failed(name, &error.into()));
                continue;
            }
        };
        if let Err(denied) = consent::not_denied_by_name(&settings) {
            lines.push(failed(name, &denied));
            continue;
        }
        let (progress, signals) = match &mut session {
            Some((progress, signals)) => {
                let fresh = render::Progress::new(settings.quiet, settings.lang);
                *progress.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
                (progress, signals)
            }
            none => {
                let progress = measure::progress(&settings);
                let signals = measure::listen(&progress, settings.pace.max_time)?;
                let (progress, signals) = none.insert((progress, signals));
                (progress, signals)
            }
        };
        let mut show = Show::Keep(None);
        let ended = Box::pin(measure::measure_one(settings, signals, progress, &mut show)).await;
        let Show::Keep(result) = show else {
            unreachable!("it stays what it was")
        };
        let error = match ended {
            Ok(Exit::Interrupted) => Some("interrupted".to_owned()),
            Ok(_) => None,
            Err(failure) => {
                failure.report();
                Some(failure.message().to_owned())
            }
        };
        lines.push(FleetLine {
            function: name,
            result,
            error,
        });
        if signals.stop.is_requested() {
            break;
        }
    }
    let lang = config::language(&globals);
    let exports = &args.output.export.exports;
    if args.output.json {
        print(&render::fleet_json(&lines))?;
    } else {
        export::show(exports, |style| render::fleet(&lines, lang, style))?;
    }
    let exported = export::export_fleet(exports, &lines, lang);
    let interrupted = session.is_some_and(|(_, s)| s.stop.is_requested() && !s.stop.is_time_up());
    if !interrupted {
        exported?;
    } else if let Err(failure) = exported {
        failure.report();
    }
    Ok(if interrupted {
        Exit::Interrupted
    } else if lines.iter().any(|line| line.error.is_some()) {
        Exit::CouldNotMeasure
    } else {
        Exit::Done
    })
}

fn failed(function: String, failure: &Failure) -> FleetLine {
    failure.report();
    FleetLine {
        function,
        result: None,
        error: Some(failure.message().to_owned()),
    }
}

/// The functions of the account and region whose names match.
async fn deployed(args: &RunArgs, pattern: &str) -> Result<Vec<String>, Failure> {
    let lambda = Lambda::connect(Connect {
        endpoint_url: args.place.endpoint_url.clone(),
        region: args.place.region.clone(),
        profile: args.place.profile.clone(),
        control_rate: args
            .pace
            .control_rate
            .or(Some(config::DEFAULT_CONTROL_RATE)),
    })
    .await?;
    let mut names = lambda.functions().await?;
    names.retain(|name| config::matches(pattern, name));
    if names.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "--function {pattern}: no function of that name in {}",
                lambda.region
            ),
        )
        .hint(Some(
            "check --region and --profile, or define functions in lambench.toml".into(),
        )));
    }
    Ok(names)
}
