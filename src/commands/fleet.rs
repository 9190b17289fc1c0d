//! Many functions, one after another: each is a run of its own, and what goes wrong with one is that one's line.

use std::sync::{Arc, Mutex, PoisonError};

use crate::cli::{Globals, RunArgs};
use crate::config::{self, Chosen, Settings};
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
    let jobs = names.into_iter().map(|name| {
        let one = RunArgs {
            function: Some(name.clone()),
            all: false,
            ..args.clone()
        };
        let settings = config::settings(&one, &globals);
        (name, settings)
    });
    let mut session = Session::new(&globals)?;
    let (lines, exits) = each(jobs, &mut session).await?;
    let lang = config::language(&globals);
    let exports = &args.output.export.exports;
    if args.output.json {
        print(&render::fleet_json(&lines))?;
    } else {
        export::show(exports, |style| render::fleet(&lines, lang, style))?;
    }
    let exported = export::export_fleet(exports, &lines, lang);
    let interrupted = session.is_interrupted();
    if !interrupted {
        exported?;
    } else if let Err(failure) = exported {
        failure.report();
    }
    Ok(if interrupted {
        Exit::Interrupted
    } else {
        Exit::of_all(exits)
    })
}

/// What all functions share: the display, and who catches the signals.
pub struct Session {
    /// The display.
    pub progress: measure::Shared,
    /// The signals, and the clock.
    pub signals: Signals,
    has_deadline: bool,
}

impl Session {
    /// Catches signals from now on.
    pub fn new(globals: &Globals) -> Result<Self, Failure> {
        let progress = render::Progress::new(globals.quiet, config::language(globals));
        let progress = Arc::new(Mutex::new(progress));
        let signals = measure::listen(&progress, None)?;
        Ok(Self {
            progress,
            signals,
            has_deadline: false,
        })
    }

    /// A display of its own for a function; the time of all runs from the first one on.
    fn begin(&mut self, settings: &Settings) {
        let fresh = render::Progress::new(settings.quiet, settings.lang);
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        if let (false, Some(time)) = (self.has_deadline, settings.pace.max_time) {
            let deadline = tokio::time::Instant::now() + time;
            self.signals.stop = self.signals.stop.clone().at(Some(deadline));
            self.has_deadline = true;
        }
    }

    /// Whether somebody wants to stop, not the clock.
    pub fn is_interrupted(&self) -> bool {
        self.signals.stop.is_requested() && !self.signals.stop.is_time_up()
    }
}

/// Measures one after another: a line for each, and how it ended.
pub async fn each(
    jobs: impl IntoIterator<Item = config::Job>,
    session: &mut Session,
) -> Result<(Vec<FleetLine>, Vec<Exit>), Failure> {
    let (mut lines, mut exits) = (Vec::new(), Vec::new());
    for (name, settings) in jobs {
        let permitted = settings.map_err(Failure::from).and_then(|settings| {
            consent::not_denied_by_name(&settings)?;
            Ok(settings)
        });
        let settings = match permitted {
            Ok(settings) => settings,
            Err(failure) => {
                lines.push(failed(name, &failure));
                exits.push(Exit::CouldNotMeasure);
                continue;
            }
        };
        session.begin(&settings);
        let mut show = Show::Keep(None);
        let one =
            measure::measure_one(settings, &mut session.signals, &session.progress, &mut show);
        let ended = Box::pin(one).await;
        let Show::Keep(result) = show else {
            unreachable!("it stays what it was")
        };
        let (error, exit) = match ended {
            Ok(Exit::Interrupted) => (Some("interrupted".to_owned()), Exit::Interrupted),
            Ok(exit) => (None, exit),
            Err(failure) => {
                failure.report();
                (Some(failure.message().to_owned()), Exit::CouldNotMeasure)
            }
        };
        lines.push(FleetLine {
            function: name,
            result,
            error,
        });
        exits.push(exit);
        if session.signals.stop.is_requested() {
            break;
        }
    }
    Ok((lines, exits))
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
