//! The end of every run, however it ended: each function put back, or what remains to be done said.

use std::sync::Mutex;

use crate::bench::events::Event;
use crate::exit::Exit;
use crate::lambda::{Finished, Function, LambdaError};
use crate::render;
use crate::results::Touch;

use super::Failure;
use super::measure::tell;
use super::signals::Signals;

/// Puts every function back and says so; a second signal gives up and says what remains.
pub async fn restore(
    functions: &[Function],
    signals: &mut Signals,
    progress: &Mutex<render::Progress>,
) -> Result<(), Failure> {
    let mut first_failure = None;
    for function in functions {
        let found = function.found();
        let name = &found.function_name;
        let failure = tokio::select! {
            finished = function.finish() => match finished {
                Ok(Finished::Restored) => {
                    tell(progress, Event::Restored { function: name.clone(), touch: function.touch_kind() });
                    None
                }
                Ok(Finished::Untouched | Finished::Deleted) => None,
                Ok(Finished::LeftAlone) => Some(Failure::new(
                    Exit::CouldNotMeasure,
                    format!(
                        "{name}: somebody else changed {} during the run; it was left as they wrote it",
                        the_touched(function.touch_kind())
                    ),
                )),
                Ok(Finished::Gone) => Some(Failure::new(
                    Exit::CouldNotMeasure,
                    format!("{name}: somebody else deleted it during the run"),
                )),
                Err(error) => Some(
                    Failure::new(Exit::CouldNotMeasure, format!("{name} could not be put back: {error}"))
                        .hint(Some(what_remains(function, Some(&error)))),
                ),
            },
            () = signals.give_up.requested() => Some(
                Failure::new(Exit::Interrupted, format!("{name} is not put back yet"))
                    .hint(Some(what_remains(function, None))),
            ),
        };
        if let Some(failure) = failure {
            // Each is said; the first one decides the exit code.
            if let Some(earlier) = first_failure.replace(failure) {
                earlier.report();
            }
        }
    }
    first_failure.map_or(Ok(()), Err)
}

/// What a reader of the result must know about touches: what an earlier run had left, and what became of it; what this
/// one's do to the figures.
pub fn touch_warnings(name: &str, function: &Function) -> Vec<String> {
    let mut warnings: Vec<String> = function
        .cleared()
        .iter()
        .map(|finished| match finished {
            Finished::LeftAlone => format!(
                "{name}: an interrupted run had touched it, and somebody else has changed it since; it was left as they \
                 wrote it"
            ),
            _ => format!("{name}: what an interrupted run had left touched was put back before the first touch"),
        })
        .collect();
    if function.had_leftover() {
        warnings.push(match function.touch_kind() {
            Touch::Env => format!(
                "{name}: a variable of lambench's that an interrupted run had left is taken out at the end"
            ),
            _ => format!(
                "{name}: the description ended in a suffix that an interrupted run had left; it is put back without it"
            ),
        });
    }
    if function.touch_kind() == Touch::Memory {
        warnings.push(format!(
            "{name}: touched by its memory size, so every other start ran with 1 MB more or less than {} MB",
            function.found().memory_mb
        ));
    }
    warnings
}

/// The command that finishes it, and the one that does without this program.
fn what_remains(function: &Function, error: Option<&LambdaError>) -> String {
    let first = match error.and_then(LambdaError::code) {
        Some("ExpiredTokenException" | "ExpiredToken") => {
            "the session has expired: sign in again (`aws sso login`), then "
        }
        _ => "",
    };
    match (function.is_journaled(), function.by_hand()) {
        (true, Some(by_hand)) => {
            format!("{first}{}\n  or by hand: {by_hand}", function.later())
        }
        (false, Some(by_hand)) => format!("{first}{by_hand}"),
        (_, None) => format!("{first}{}", function.later()),
    }
}

fn the_touched(touch: Touch) -> &'static str {
    match touch {
        Touch::Description => "the description",
        Touch::Env => "lambench's environment variable",
        Touch::Memory => "the memory size",
        Touch::Timeout => "the timeout",
    }
}
