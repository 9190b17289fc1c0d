//! Where a value came from, so that errors can name it and the header can say it.

use std::fmt;

/// Where a value came from. Its text form is what the header and errors print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag, `--memory`.
    Flag(String),
    /// An environment variable of lambench, `LAMBENCH_MEMORY`.
    Variable(&'static str),
    /// A key of lambench.toml: the file's name, the line and the key's full name.
    File {
        /// `lambench.toml`, or as `--config` has it.
        file: String,
        /// From 1.
        line: usize,
        /// `functions.data-collector.memory`.
        key: String,
    },
    /// Read off the package: the file that told it.
    Inferred(String),
    /// What the program takes when nobody says anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => f.write_str(flag),
            Self::Variable(name) => f.write_str(name),
            Self::File { file, .. } => f.write_str(file),
            Self::Inferred(from) => write!(f, "inferred from {from}"),
            Self::Default => f.write_str("the default"),
        }
    }
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// A value with its origin.
    pub const fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// A value that nobody set.
    pub const fn default(value: T) -> Self {
        Self::new(value, Origin::Default)
    }

    /// A flag's value, if it was given.
    pub fn flag(name: impl Into<String>, value: Option<T>) -> Option<Self> {
        value.map(|value| Self::new(value, Origin::Flag(name.into())))
    }
}
