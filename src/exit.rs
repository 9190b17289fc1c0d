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
    /// How a command ends that did several things: a regression is worth more than what could not be measured beside it, and
    /// that more than what is not decided. Ctrl-C comes before all.
    pub fn of_all(all: impl IntoIterator<Item = Self>) -> Self {
        let rank = |exit: &Self| match exit {
            Self::Interrupted => 5,
            Self::Usage => 4,
            Self::Regressed => 3,
            Self::CouldNotMeasure => 2,
            Self::Inconclusive => 1,
            Self::Done => 0,
        };
        all.into_iter().max_by_key(rank).unwrap_or(Self::Done)
    }

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

#[cfg(test)]
mod tests {
    use super::Exit::{self, CouldNotMeasure, Done, Inconclusive, Interrupted, Regressed};

    #[test]
    fn what_regressed_comes_before_what_could_not_be_measured() {
        for (all, exit) in [
            (&[][..], Done),
            (&[Done, Done], Done),
            (&[Done, Inconclusive], Inconclusive),
            (&[Inconclusive, CouldNotMeasure, Done], CouldNotMeasure),
            (&[CouldNotMeasure, Regressed, Inconclusive], Regressed),
            (&[Regressed, Interrupted], Interrupted),
        ] {
            assert_eq!(Exit::of_all(all.iter().copied()), exit, "{all:?}");
        }
    }
}
