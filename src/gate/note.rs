//! What a judgement has to say beside its verdict. Results keep the English sentence; reports read it back for other
//! languages.

use std::fmt;

use crate::results::RunResult;

/// Why nothing can be said, or what else there is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A change, and one subject.
    NoBefore,
    /// A size that is not known, of an image for example.
    BeforeUnknown,
    /// The same after.
    AfterUnknown,
    /// No counted start has the figure: no restore without `SnapStart`.
    NoFigures,
    /// So many figures, and so many that it takes.
    TooFew {
        /// How many there are.
        n: usize,
        /// How many it takes.
        needed: usize,
    },
    /// A figure that is not above zero has no ratio.
    NotPositive,
    /// Nothing before, something now: no per cent says how much.
    FromNothing,
    /// Regressed on its own, but not among so many functions.
    AmongFunctions(usize),
    /// *Before* was not measured side by side with *after*: it is a stored result, or was measured before a deploy.
    Indicative,
    /// A side was read from logs, not measured.
    Observational,
    /// The run was stopped before it could be judged.
    BeforeLook {
        /// How far it had come.
        pairs: usize,
        /// Where it would have been judged.
        at: usize,
    },
    /// The run of one subject was stopped before it could be judged.
    BeforeEnd {
        /// How far it had come.
        starts: usize,
        /// How many were planned.
        of: usize,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBefore => f.write_str("there is no before to compare with"),
            Self::BeforeUnknown => f.write_str("the size before is not known"),
            Self::AfterUnknown => f.write_str("the size is not known"),
            Self::NoFigures => f.write_str("no counted start has this figure"),
            Self::TooFew { n, needed } => write!(f, "{n} starts are too few: it takes {needed}"),
            Self::NotPositive => f.write_str("figures of zero have no ratio"),
            Self::FromNothing => f.write_str("there was nothing before"),
            Self::AmongFunctions(n) => write!(f, "not certain among {n} functions"),
            Self::Indicative => {
                f.write_str("before was not measured next to after, which fails no gate")
            }
            Self::Observational => {
                f.write_str("logs are no controlled experiment, which fails no gate")
            }
            Self::BeforeLook { pairs, at } => write!(
                f,
                "the run was stopped at {pairs} pairs, before it could be judged at {at}"
            ),
            Self::BeforeEnd { starts, of } => write!(
                f,
                "the run was stopped at {starts} cold starts of {of}, before it could be judged"
            ),
        }
    }
}

impl Note {
    /// Why a result that is indicative fails nothing.
    pub fn why_indicative(result: &RunResult) -> Self {
        match result.observational() {
            Some(_) => Self::Observational,
            None => Self::Indicative,
        }
    }

    /// The note of a sentence that a result holds.
    pub fn of_text(text: &str) -> Option<Self> {
        let numbers: Vec<usize> = text
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|digits| digits.parse().ok())
            .collect();
        let first = numbers.first().copied().unwrap_or_default();
        let needed = numbers.get(1).copied().unwrap_or_default();
        [
            Self::NoBefore,
            Self::BeforeUnknown,
            Self::AfterUnknown,
            Self::NoFigures,
            Self::TooFew { n: first, needed },
            Self::NotPositive,
            Self::FromNothing,
            Self::AmongFunctions(first),
            Self::Indicative,
            Self::Observational,
            Self::BeforeLook {
                pairs: first,
                at: needed,
            },
            Self::BeforeEnd {
                starts: first,
                of: needed,
            },
        ]
        .into_iter()
        .find(|note| note.to_string() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::Note;

    #[test]
    fn a_note_is_read_back() {
        for note in [
            Note::NoBefore,
            Note::BeforeUnknown,
            Note::AfterUnknown,
            Note::NoFigures,
            Note::TooFew { n: 3, needed: 50 },
            Note::NotPositive,
            Note::FromNothing,
            Note::AmongFunctions(7),
            Note::Indicative,
            Note::Observational,
            Note::BeforeLook { pairs: 3, at: 10 },
            Note::BeforeEnd { starts: 7, of: 20 },
        ] {
            assert_eq!(Note::of_text(&note.to_string()), Some(note));
        }
        assert_eq!(Note::of_text("something else, 3"), None);
    }
}
