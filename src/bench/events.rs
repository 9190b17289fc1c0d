//! What a run tells whoever watches it.

use std::time::Duration;

use crate::results::{Arm, Exclusion, Touch};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The unmeasured first start of a subject begins.
    Warmup {
        /// Which subject.
        arm: Arm,
    },
    /// A touch is in force.
    Settled {
        /// How long that took.
        took: Duration,
        /// How many touches are still to come.
        left: usize,
    },
    /// A measured cold start and its warm invokes are done.
    Start {
        /// Cold starts done, both subjects together.
        done: usize,
        /// Cold starts planned at most, both subjects together.
        total: usize,
        /// At how many of them the data will be looked at, if that may be the end.
        look_at: Option<usize>,
        /// Which subject it was.
        arm: Arm,
        /// Init (or restore) and handler of the cold start, ms.
        cold_ms: f64,
    },
    /// The data were looked at.
    Looked {
        /// Which look, from 1.
        look: usize,
        /// Of how many.
        of: usize,
        /// Cold starts of each subject.
        starts: u32,
        /// Whether that was enough: the run ends.
        decided: bool,
    },
    /// A sample was excluded.
    Excluded {
        /// Which subject.
        arm: Arm,
        /// Why.
        reason: Exclusion,
    },
    /// What follows is one measurement of several.
    Part {
        /// What is put off in it; none: everything that is planned.
        without: Option<String>,
        /// Which one, from 1.
        number: usize,
        /// Of how many.
        of: usize,
    },
    /// The last of several measurements is over.
    PartsDone,
    /// What will be measured, where and how, in several lines.
    Announced(String),
    /// A sentence, or several lines, for the user.
    Note(String),
    /// A function was put back.
    Restored {
        /// Its name.
        function: String,
        /// What of it.
        touch: Touch,
    },
    /// Nothing more will come.
    Finished,
}
