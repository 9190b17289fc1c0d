//! Why a run ended before its plan did.

use crate::lambda::LambdaError;
use crate::results::{Arm, Exclusion};

/// A touch that gives no cold start this often in a row does not work on this function.
pub(super) const FRUITLESS_TOUCHES: u32 = 5;
/// Nor do simultaneous invokes that give no restore this often in a row.
pub(super) const FRUITLESS_BATCHES: u32 = 5;

/// Why a run ended before its plan did.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// Ctrl-C or a signal.
    #[error("interrupted")]
    Interrupted,
    /// `--max-time`.
    #[error("the time that --max-time gives is up")]
    TimeUp,
    /// The function failed, or its answer is not the expected one.
    #[error("the function failed{}: {message}", of_arm(*arm))]
    FunctionFailed {
        /// Which subject.
        arm: Arm,
        /// Its own error, decoded.
        message: String,
    },
    /// An answer is not what `--expect` asks for.
    #[error("an answer is not the expected one{}: {message}", of_arm(*arm))]
    Unexpected {
        /// Which subject.
        arm: Arm,
        /// What differs.
        message: String,
    },
    /// A response stream, as an answer to a buffered invoke.
    #[error(
        "the answer is a response stream (an HTTP head, eight zero bytes, a body){}: the handler is made for streaming \
         only, and its callers don't wait for a whole answer as lambench does",
        of_arm(*arm)
    )]
    Streams {
        /// Which subject.
        arm: Arm,
    },
    /// The first start gave no REPORT at all.
    #[error(
        "no answer of the first start had a REPORT line in its log tail{}, so no start could be verified",
        of_arm(*arm)
    )]
    NoReport {
        /// Which subject.
        arm: Arm,
    },
    /// More starts had to be replaced than the plan allows.
    #[error(
        "too many starts had to be excluded{}: {excluded} of {tried}, the last because {}{}",
        of_arm(*arm), last.words(), error.as_ref().map(|e| format!(" ({e})")).unwrap_or_default()
    )]
    TooManyExcluded {
        /// Which subject.
        arm: Arm,
        /// Excluded cold starts.
        excluded: u32,
        /// Tried cold starts.
        tried: u32,
        /// Why the last one was.
        last: Exclusion,
        /// What was said about it.
        error: Option<String>,
    },
    /// Touches that gave no cold start.
    #[error(
        "touching the function gave no cold start {FRUITLESS_TOUCHES} times in a row{}",
        of_arm(*arm)
    )]
    NeverCold {
        /// Which subject.
        arm: Arm,
    },
    /// Simultaneous invokes of a published version that gave no restore.
    #[error(
        "simultaneous invokes of the published version gave no restore {FRUITLESS_BATCHES} times in a row{}, {invokes} \
         of them the last time: environments that had served before answered all",
        of_arm(*arm)
    )]
    NeverRestored {
        /// Which subject.
        arm: Arm,
        /// How many invokes the last batch had.
        invokes: u32,
    },
    /// `--max-cost`.
    #[error(
        "the next invoke would pass --max-cost {limit_usd}: {spent_usd:.6} dollars are spent, and it may cost \
         {next_usd:.6} more"
    )]
    MaxCost {
        /// The limit.
        limit_usd: f64,
        /// Spent so far.
        spent_usd: f64,
        /// What the next invoke is expected to cost.
        next_usd: f64,
    },
    /// What `--around` does between its halves went wrong.
    #[error("{0}")]
    Around(String),
    /// The endpoint.
    #[error(transparent)]
    Lambda(#[from] LambdaError),
    /// The run's log could not be written.
    #[error("writing the run's log: {0}")]
    Log(#[from] std::io::Error),
}

impl Stopped {
    /// What was wrong with an answer, decoded, if that was it.
    pub fn answer(&self) -> Option<&str> {
        match self {
            Self::FunctionFailed { message, .. } | Self::Unexpected { message, .. } => {
                Some(message)
            }
            _ => None,
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::FunctionFailed { message, .. } => Some(format!(
                "{}; --allow-function-errors measures it all the same",
                advice(message)
            )),
            Self::TooManyExcluded { last: Exclusion::Unknown, .. } | Self::NeverCold { .. } => Some(
                "an init that fails or passes 10 s shows no Init Duration either: look at the function's log; other \
                 touches are --touch memory, timeout and env"
                    .into(),
            ),
            Self::NeverRestored { .. } => Some(
                "the handler is done before the next invoke arrives: give a --payload that keeps it busy for some 100 ms, \
                 or a smaller --runs"
                    .into(),
            ),
            Self::TooManyExcluded { last: Exclusion::NotRestored, .. } => Some(
                "Lambda initialises the version instead of restoring it: `aws lambda get-function-configuration` of a \
                 published version shows its SnapStart and State"
                    .into(),
            ),
            Self::TooManyExcluded { last: Exclusion::NoReport, .. } => Some(
                "a function whose system log level is above INFO writes no REPORT: see `aws lambda \
                 get-function-configuration`, LoggingConfig"
                    .into(),
            ),
            Self::Streams { .. } => Some(
                "--no-handler measures its init alone: of a package, or of a copy (--after 'NAME:$LATEST'); or give a \
                 --payload that it answers with a plain value"
                    .into(),
            ),
            Self::NoReport { .. } => Some(
                "a system log level above INFO keeps REPORT away (`aws lambda get-function-configuration`, \
                 LoggingConfig), and so does an endpoint that gives no LogResult, as for functions that only stream; its \
                 package can be measured on this machine: --after PATH"
                    .into(),
            ),
            Self::MaxCost { .. } => {
                Some("allow more, or plan less: --runs, --warm-invokes; --dry-run says what a run will cost".into())
            }
            Self::Lambda(error) => error.hint(),
            _ => None,
        }
    }
}

/// What may be missing, by the kind of the error that Lambda or the function's language gave.
fn advice(message: &str) -> &'static str {
    missing(message).unwrap_or("mend the function or its --payload")
}

/// What the kind of the error alone tells to be missing.
pub fn missing(message: &str) -> Option<&'static str> {
    let kind = message.split(':').next().unwrap_or_default();
    Some(match kind {
        "Runtime.HandlerNotFound" | "Runtime.MalformedHandlerName" => {
            "the handler is MODULE.FUNCTION; a package's is set by --handler"
        }
        "Runtime.ImportModuleError" => {
            "put what it imports into the package, or give a layer that has it with --layers"
        }
        "Runtime.OutOfMemory" => "a package gets more memory with --memory",
        "Sandbox.Timedout" => "a package gets more time with --timeout",
        // A variable that is not set is the usual reason for it, and Python does not say that it is one.
        "KeyError" => {
            "mend the function or its --payload; a package's environment variables are set by --env KEY=VALUE"
        }
        _ => return None,
    })
}

/// Which of two subjects it was.
fn of_arm(arm: Arm) -> &'static str {
    match arm {
        Arm::Before => " (before)",
        Arm::After => " (after)",
        Arm::Only => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_function_is_told_the_flag_that_may_mend_it() {
        for (message, advised) in [
            (
                "Runtime.HandlerNotFound: Handler 'h' missing on module 'app'",
                "--handler",
            ),
            (
                "Runtime.ImportModuleError: No module named 'pandas'",
                "--layers",
            ),
            (
                "Runtime.OutOfMemory: Runtime exited with error: signal: killed",
                "--memory",
            ),
            (
                "Sandbox.Timedout: Task timed out after 1.00 seconds",
                "--timeout",
            ),
            ("KeyError: 'TABLE_NAME'", "--env"),
            ("ValueError: no such symbol", "--payload"),
        ] {
            let stopped = Stopped::FunctionFailed {
                arm: Arm::Only,
                message: message.into(),
            };
            let hint = stopped.hint().unwrap();
            assert!(hint.contains(advised), "{message}: {hint}");
            assert!(
                hint.ends_with("--allow-function-errors measures it all the same"),
                "{hint}"
            );
        }
    }
}
