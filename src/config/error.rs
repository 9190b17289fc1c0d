//! What can be wrong with a command line, a variable or lambench.toml.

use std::path::PathBuf;

use crate::gate::BudgetError;
use crate::subject::contents::ContentsError;
use crate::subject::infer::Unknown;

/// Why there are no settings. All of these are usage errors.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Nothing to measure was named.
    #[error("nothing to measure: name it with --function, or with --before and --after")]
    NoSubject,
    /// The working directory is gone or hidden.
    #[error("finding the working directory: {0}")]
    NoWorkingFolder(std::io::Error),
    /// A file can't be read.
    #[error("reading {}: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        why: std::io::Error,
    },
    /// lambench.toml is not TOML.
    #[error("{file}:{line}:{column}: {why}")]
    Syntax {
        /// The file as it is named to the user.
        file: String,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// The parser's reason.
        why: String,
    },
    /// A key of lambench.toml has a value of another kind or out of range.
    #[error("{file}:{line}: {key} must be {expected}, not {found}")]
    WrongValue {
        /// The file as it is named to the user.
        file: String,
        /// From 1.
        line: usize,
        /// `functions.data-collector.memory`.
        key: String,
        /// What it should be, in words.
        expected: String,
        /// What it is, in words.
        found: String,
    },
    /// A variable has a value out of range.
    #[error("{name} must be {expected}, not `{found}`")]
    WrongVariable {
        /// `LAMBENCH_RUNS`.
        name: &'static str,
        /// What it should be, in words.
        expected: String,
        /// What it is.
        found: String,
    },
    /// Two things that were asked for exclude each other.
    #[error("{what}")]
    Conflict {
        /// Which two, and why.
        what: String,
        /// What to leave out or to add.
        hint: String,
    },
    /// A path that leads nowhere.
    #[error("{path}: no such file or folder (given by {by})")]
    NoSuchPath {
        /// As it was written.
        path: String,
        /// The flag or the key.
        by: String,
        /// How a path is told from a name.
        hint: String,
    },
    /// A name with no package, where a package is wanted.
    #[error("{name} has no package: {why}")]
    NoPackage {
        /// The function's name.
        name: String,
        /// Not defined in lambench.toml, or defined without one.
        why: String,
        /// What to define or to leave out.
        hint: String,
    },
    /// The runtime or the handler could not be inferred.
    #[error("{package}: {unknown}")]
    NotInferred {
        /// The package as it was written.
        package: String,
        /// What is wanted.
        unknown: Box<Unknown>,
        /// Which flags or keys to give.
        hint: String,
    },
    /// The package has no file for the handler.
    #[error("{package}: no {file} in it, for handler {handler} ({origin})")]
    NoModule {
        /// The package as it was written.
        package: String,
        /// The file.
        file: String,
        /// The handler.
        handler: String,
        /// Where the handler came from.
        origin: String,
    },
    /// A `bootstrap` without the executable bit.
    #[error("{package}: its bootstrap is not executable")]
    NotExecutable {
        /// The package as it was written.
        package: String,
    },
    /// The package can't be looked into.
    #[error(transparent)]
    Contents(#[from] ContentsError),
    /// The payload is no event.
    #[error("payload ({by}): {why}")]
    Payload {
        /// The flag, the variable or the key; the file where it is one.
        by: String,
        /// What is wrong with it.
        why: String,
    },
    /// One of the others, in a file of which something else may be the cause.
    #[error("{error}")]
    Warned {
        /// What is wrong.
        error: Box<ConfigError>,
        /// Unknown keys and variables.
        warnings: Vec<String>,
    },
    /// A budget that means nothing.
    #[error("{by}: {error}\n{}", error.marked())]
    Budget {
        /// The flag, the variable, or the key with its line.
        by: String,
        /// What is wrong with it, and where.
        error: Box<BudgetError>,
    },
    /// A budget that this run could never decide.
    #[error("{what}")]
    CannotJudge {
        /// Which, and why.
        what: String,
        /// What to give instead.
        hint: String,
    },
    /// Something else that was written wrong.
    #[error("{what}")]
    Usage {
        /// What.
        what: String,
        /// What to do next.
        hint: Option<String>,
    },
}

impl ConfigError {
    /// The same with the warnings that would be lost with it.
    #[must_use]
    pub fn warned(self, warnings: Vec<String>) -> Self {
        if warnings.is_empty() || matches!(self, Self::Warned { .. }) {
            return self;
        }
        Self::Warned {
            error: Box::new(self),
            warnings,
        }
    }

    /// Whether it is about what to fail on: then nothing is measured at all, not even another function.
    pub fn is_about_budgets(&self) -> bool {
        match self {
            Self::Budget { .. } | Self::CannotJudge { .. } => true,
            Self::Warned { error, .. } => error.is_about_budgets(),
            _ => false,
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::NoSubject => {
                "`lambench demo` shows it at work; `lambench run --help` has examples"
            }
            Self::NoWorkingFolder(_) => "change to a folder that exists",
            Self::NotExecutable { .. } => {
                "chmod +x it (and zip it on a system that keeps modes): Lambda executes it"
            }
            Self::NoModule { .. } => {
                "the handler is MODULE.FUNCTION, with MODULE's file at the top of the package; see --handler"
            }
            Self::Payload { .. } => {
                "an event is JSON; {{uuid}} and {{now}} stand inside strings: '{\"id\": \"{{uuid}}\"}'"
            }
            Self::Budget { error, .. } => &error.hint,
            Self::Conflict { hint, .. }
            | Self::CannotJudge { hint, .. }
            | Self::NoSuchPath { hint, .. }
            | Self::NoPackage { hint, .. }
            | Self::NotInferred { hint, .. } => hint,
            Self::Usage { hint, .. } => return hint.clone(),
            Self::Warned { error, warnings } => {
                let all: Vec<String> = warnings.iter().cloned().chain(error.hint()).collect();
                return Some(all.join("\nhint: "));
            }
            Self::Unreadable { .. }
            | Self::Syntax { .. }
            | Self::WrongValue { .. }
            | Self::WrongVariable { .. }
            | Self::Contents(_) => return None,
        };
        Some(text.to_owned())
    }
}

/// A usage error with advice.
pub(super) fn usage(what: String, hint: &str) -> ConfigError {
    ConfigError::Usage {
        what,
        hint: Some(hint.to_owned()),
    }
}
