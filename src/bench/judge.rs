//! Whether a sample counts, by what its REPORT line says. Pure.

use crate::report::Tail;
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
    let environment_died = report.status.as_deref().is_some_and(|s| s != "success");
    if expected.failed && (environment_died || !expected.errors_allowed) {
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
