//! Results in the forms that other programs read: results in, text out.

mod csv;
mod dashboards;
mod github;
mod json;
mod junit;
mod markdown;
mod words;

use crate::results::{Ending, Judgement, RunResult, Verdict};

use super::conditions;
use super::fleet::FleetLine;
use super::layout::clean;

pub use csv::csv;
pub use dashboards::{bencher, benchmark_action};
pub use github::annotations;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;

/// What became of one function.
#[derive(Debug, Clone)]
pub struct Measured<'a> {
    /// Its name, on one line.
    pub function: String,
    /// What was measured, in part where something went wrong.
    pub result: Option<&'a RunResult>,
    /// What went wrong, on one line.
    pub error: Option<String>,
    /// Whether a written budget that nothing can be said about fails, as `--strict` says.
    pub strict: bool,
}

impl<'a> Measured<'a> {
    /// A run that has a result.
    pub fn of(result: &'a RunResult, strict: bool) -> Self {
        Self {
            function: printable(&conditions::function_name(&result.subjects)),
            result: Some(result),
            error: stopped(result).map(printable),
            strict,
        }
    }

    /// One function of many.
    pub fn line(line: &'a FleetLine) -> Self {
        let result = line.result.as_deref();
        let error = line.error.as_deref().or_else(|| stopped(result?));
        Self {
            function: printable(&line.function),
            result,
            error: error.map(printable),
            strict: line.strict,
        }
    }

    /// Whether a judgement makes its job fail.
    fn fails(&self, judgement: &Judgement) -> bool {
        judgement.budget.is_some()
            && match judgement.verdict {
                Verdict::Improved | Verdict::Passed => false,
                Verdict::Inconclusive => self.strict,
                Verdict::Regressed => true,
            }
    }
}

/// Why it ended early, if it did.
fn stopped(result: &RunResult) -> Option<&str> {
    match &result.ending {
        Ending::Complete => None,
        Ending::Stopped { why } => Some(why),
    }
}

/// [`clean`], and without the two characters that no XML may hold.
fn printable(text: &str) -> String {
    clean(&text.replace(['\u{fffe}', '\u{ffff}'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::samples::pair;

    #[test]
    fn a_result_has_one_name_whether_it_is_exported_alone_or_as_one_of_many() {
        let mut result = pair();
        result.subjects[0].function = "slow".into();
        result.subjects[1].function = "a".into();
        let line = FleetLine {
            function: "a".into(),
            result: Some(Box::new(result.clone())),
            error: None,
            strict: false,
        };
        for form in [bencher, benchmark_action, junit] {
            assert_eq!(
                form(&[Measured::of(&result, false)]),
                form(&[Measured::line(&line)])
            );
        }
        assert_eq!(Measured::of(&result, false).function, "a");
    }
}
