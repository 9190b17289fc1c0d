//! The exit codes: one enum, one table.

/// How a run of the program ended, as the shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything asked for was done.
    Done,
    /// The measurement could not be made.
    CouldNotMeasure,
    /// The command line or the configuration is wrong.
    Usage,
    /// A subject regressed or went over its budget.
    Regressed,
    /// The data decide nothing, and `--strict` was given.
    Inconclusive,
    /// Stopped by Ctrl-C or a signal, after restoring.
    Interrupted,
}

impl Exit {
    /// The process exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::CouldNotMeasure => 1,
            Self::Usage => 2,
            Self::Regressed => 3,
            Self::Inconclusive => 4,
            Self::Interrupted => 130,
        }
    }
}
