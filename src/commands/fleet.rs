//! Many functions, one after another: each is a run of its own, and what goes wrong with one is that one's line.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::bench::events::Event;
use crate::cli::{Globals, RunArgs};
use crate::config::safety::{Match, Rule, glob};
use crate::config::{self, Chosen, Settings};
use crate::exit::Exit;
use crate::lambda::{Connect, Lambda, Listed};
use crate::render::{self, FleetLine};

use super::measure::{self, Show, tell};
use super::signals::Signals;
use super::{Failure, consent, export, fleet_plan, print};

const NEEDS_TAGS: &str = "--tag needs lambda:ListTags on every function that it looks at; --function 'PATTERN' narrows \
     them; --iam-policy prints the least policy";

/// Whether the command line names more than one function.
pub fn is_wanted(args: &RunArgs) -> bool {
    let pattern = args.function.as_deref().is_some_and(config::is_pattern);
    args.all || !args.tag.is_empty() || pattern
}

/// Measures every function that is named, or plans it, then prints a line for each.
pub async fn fleet(mut args: RunArgs, globals: Globals) -> Result<Exit, Failure> {
    let chosen = config::chosen(&args, &globals)?;
    if args.safety.iam_policy {
        return fleet_plan::print_policy(&args, &globals, &chosen).await;
    }
    let names = match &chosen {
        Chosen::Names(names) => names.clone(),
        Chosen::OnAws { .. } => deployed(&args, &globals, &chosen).await?,
    };
    if args.payload.as_deref() == Some("-") {
        // It can be read once.
        args.payload = Some(std::io::read_to_string(std::io::stdin()).map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("--payload -: reading standard input: {error}"),
            )
        })?);
    }
    if args.safety.dry_run {
        return fleet_plan::dry_run(&args, &globals, &chosen, names).await;
    }
    let jobs = names.into_iter().map(|name| {
        let settings = config::settings(&one_of(&name, &args, &chosen), &globals);
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
    /// What is measured will still be there afterwards.
    pub lasting: bool,
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
            lasting: true,
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
    let mut jobs = jobs.into_iter();
    for (name, settings) in jobs.by_ref() {
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
        let strict = settings.gate.strict;
        let mut show = Show::Keep {
            result: None,
            lasting: session.lasting,
        };
        let one =
            measure::measure_one(settings, &mut session.signals, &session.progress, &mut show);
        let ended = Box::pin(one).await;
        let Show::Keep { result, .. } = show else {
            unreachable!("it stays what it was")
        };
        let (error, exit) = match ended {
            Ok(Exit::Interrupted) => (Some(FleetLine::INTERRUPTED.to_owned()), Exit::Interrupted),
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
            strict,
        });
        exits.push(exit);
        if session.signals.stop.is_requested() {
            break;
        }
    }
    for (function, _) in jobs {
        lines.push(FleetLine {
            function,
            result: None,
            error: Some(FleetLine::NOT_BEGUN.to_owned()),
            strict: false,
        });
        exits.push(Exit::CouldNotMeasure);
    }
    Ok((lines, exits))
}

/// The settings of one of them, unless it is never to be measured.
pub fn settings_of(
    name: &str,
    args: &RunArgs,
    globals: &Globals,
    chosen: &Chosen,
) -> Result<Settings, Failure> {
    let settings = config::settings(&one_of(name, args, chosen), globals)?;
    consent::not_denied_by_name(&settings)?;
    Ok(settings)
}

/// The command line for one of them.
fn one_of(name: &str, args: &RunArgs, chosen: &Chosen) -> RunArgs {
    let mut one = RunArgs {
        function: Some(name.to_owned()),
        all: false,
        tag: Vec::new(),
        ..args.clone()
    };
    // What was found there is measured there, also if lambench.toml has a package of that name.
    one.place.aws |= matches!(chosen, Chosen::OnAws { .. });
    one
}

fn failed(function: String, failure: &Failure) -> FleetLine {
    failure.report();
    FleetLine {
        function,
        result: None,
        error: Some(failure.message().to_owned()),
        strict: false,
    }
}

/// The functions of the account and region whose names and tags match.
async fn deployed(
    args: &RunArgs,
    globals: &Globals,
    chosen: &Chosen,
) -> Result<Vec<String>, Failure> {
    let Chosen::OnAws {
        pattern,
        tags,
        control_rate,
    } = chosen
    else {
        return Ok(Vec::new());
    };
    let lang = config::language(globals);
    let progress = Arc::new(Mutex::new(render::Progress::new(globals.quiet, lang)));
    let lambda = Lambda::connect(Connect {
        endpoint_url: args.place.endpoint_url.clone(),
        region: args.place.region.clone(),
        profile: args.place.profile.clone(),
        control_rate: Some(*control_rate),
    })
    .await?;
    let waiting = Arc::clone(&progress);
    lambda.on_note(move |note| tell(&waiting, Event::Note(note)));
    let mut found = lambda.functions().await?;
    found.retain(|function| glob(pattern, &function.name));
    if !tags.is_empty() {
        let note = render::reading_tags(found.len(), *control_rate, lang);
        tell(&progress, Event::Note(note));
        found = tagged(&lambda, found, tags).await?;
    }
    tell(&progress, Event::Finished);
    if found.is_empty() {
        let asked = Chosen::by_flags(pattern, tags);
        let of = match tags.len() {
            0 => "of that name",
            1 => "with that tag",
            _ => "with all those tags",
        };
        // As of a single name that isn't there.
        return Err(Failure::new(
            Exit::CouldNotMeasure,
            format!("{asked}: no function {of} in {}", lambda.region),
        )
        .hint(Some(
            "check --region and --profile, or define functions in lambench.toml".into(),
        )));
    }
    Ok(found.into_iter().map(|function| function.name).collect())
}

/// Those that have every one of the tags.
async fn tagged(
    lambda: &Lambda,
    functions: Vec<Listed>,
    wanted: &[Rule],
) -> Result<Vec<Listed>, Failure> {
    let mut all = Vec::new();
    for function in functions {
        // One whose tags can't be read may be the one that is meant: to go on without it would be a wrong answer.
        let tags: BTreeMap<String, String> = match lambda.tags(&function).await {
            Ok(Some(tags)) => tags,
            Ok(None) => continue,
            Err(error) => {
                let denied = error
                    .code()
                    .is_some_and(|code| code.starts_with("AccessDenied"));
                let failure = Failure::from(error);
                return Err(if denied {
                    failure.hint(Some(NEEDS_TAGS.into()))
                } else {
                    failure
                });
            }
        };
        let has =
            |rule: &Rule| rule.names(&function.name, &function.arn, Some(&tags)) == Match::Yes;
        if wanted.iter().all(has) {
            all.push(function);
        }
    }
    Ok(all)
}
