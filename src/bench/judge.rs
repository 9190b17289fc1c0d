//! Whether a sample counts, by what its REPORT line says. Pure.

use crate::report::{Report, Tail};
use crate::results::{Exclusion, Kind, Sample};

/// What an invoke was meant to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// First after a touch, or a later one.
    pub kind: Kind,
    /// The cold start of this environment was accepted.
    pub environment_accepted: bool,
    /// Client time less `Duration` of a warm invoke, ms, measured before the first measured start.
    pub warm_overhead_ms: Option<f64>,
    /// The function answered with an error.
    pub failed: bool,
    /// Such answers are measured all the same, as long as the environment lives on.
    pub errors_allowed: bool,
}

/// Accepts a sample or says why not.
///
/// A cold start must show Init or Restore Duration, and the caller must have waited for it. The first invoke after a
/// touch that shows neither is *unknown*: a slow or failed init, a cut tail, a touch that did nothing. Never warm.
pub fn judge(expected: Expected, sample: &Sample, tail: &Tail) -> Result<(), Exclusion> {
    let (Some(report), Some(handler_ms)) = (&tail.report, sample.handler_ms) else {
        return Err(if expected.failed {
            Exclusion::FunctionError
        } else {
            Exclusion::NoReport
        });
    };
    if expected.failed && (!expected.errors_allowed || !outlived(report)) {
        return Err(Exclusion::FunctionError);
    }
    match (expected.kind, sample.init_ms.or(sample.restore_ms)) {
        (Kind::Cold, None) => Err(Exclusion::Unknown),
        (Kind::Cold, Some(start_ms)) => match expected.warm_overhead_ms {
            Some(overhead_ms) if sample.client_ms - handler_ms - overhead_ms < 0.5 * start_ms => {
                Err(Exclusion::ProactiveInit)
            }
            _ => Ok(()),
        },
        (Kind::Warm, Some(_)) => Err(Exclusion::UnexpectedCold),
        (Kind::Warm, None) if expected.environment_accepted => Ok(()),
        (Kind::Warm, None) => Err(Exclusion::AfterUnknown),
    }
}

/// Whether the environment lives on after a failed invoke. The text form has a status only where it died; the JSON form
/// says `error` also where the handler raised, with the type of what was raised.
fn outlived(report: &Report) -> bool {
    match (report.status.as_deref(), report.error_type.as_deref()) {
        (None | Some("success"), _) => true,
        (Some("timeout"), _) | (_, None) => false,
        (_, Some("Runtime.MarshalError" | "Runtime.UnmarshalError")) => true,
        (_, Some(kind)) => !["Runtime.", "Extension.", "Sandbox."]
            .iter()
            .any(|platform| kind.starts_with(platform)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_that_raised_outlives_its_error_in_both_forms_of_log() {
        for (status, kind, lives) in [
            (None, None, true),
            (Some("success"), None, true),
            (Some("error"), Some("ValueError"), true),
            (Some("failure"), Some("Function.ResponseSizeTooLarge"), true),
            (Some("error"), Some("Runtime.MarshalError"), true),
            (Some("error"), Some("Runtime.ExitError"), false),
            (Some("error"), Some("Runtime.OutOfMemory"), false),
            (Some("error"), Some("Extension.Crash"), false),
            (Some("error"), None, false),
            (Some("timeout"), Some("ValueError"), false),
        ] {
            let report = Report {
                status: status.map(str::to_owned),
                error_type: kind.map(str::to_owned),
                ..Report::default()
            };
            assert_eq!(outlived(&report), lives, "{status:?} {kind:?}");
        }
    }
}
