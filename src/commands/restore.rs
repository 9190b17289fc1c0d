//! The end of every run, however it ended: each function put back, or what remains to be done said.

use std::sync::Mutex;

use crate::bench::events::Event;
use crate::exit::Exit;
use crate::lambda::{Finished, Function};
use crate::render;

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
                    tell(progress, Event::Restored { function: name.clone() });
                    None
                }
                Ok(Finished::Untouched | Finished::Deleted) => None,
                Ok(Finished::LeftAlone) => Some(Failure::new(
                    Exit::CouldNotMeasure,
                    format!("{name}: somebody else changed the description during the run; it was left as they wrote it"),
                )),
                Err(error) => Some(
                    Failure::new(Exit::CouldNotMeasure, format!("{name} could not be put back: {error}"))
                        .hint(Some(function.by_hand())),
                ),
            },
            () = signals.give_up.requested() => Some(
                Failure::new(Exit::Interrupted, format!("{name} is not put back yet"))
                    .hint(Some(function.by_hand())),
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
