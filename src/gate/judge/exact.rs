//! What is a fact, not a sample: sizes, and the largest memory seen.

use crate::compare::Metric;
use crate::results::{Judgement, SubjectResult, Verdict};

use super::{Note, because};
use crate::gate::{Budget, Limit};

/// A size, bytes; none where it is not known.
pub(super) fn bytes(metric: Metric, subject: &SubjectResult) -> Option<f64> {
    let layers = || -> Option<u64> { subject.layers.iter().map(|layer| layer.bytes).sum() };
    let bytes = match metric {
        Metric::PackageZipped => subject.package_bytes,
        Metric::PackageUnzipped => subject.unzipped_bytes,
        Metric::Layers => layers(),
        // With the layers: what is moved into one is still loaded.
        Metric::PackageTotal => subject.package_bytes.zip(layers()).map(|(a, b)| a + b),
        _ => None,
    };
    bytes.map(|bytes| bytes as f64)
}

pub(super) fn judge(
    budget: &Budget,
    mut judgement: Judgement,
    before: Option<f64>,
    after: Option<f64>,
) -> Judgement {
    (judgement.before, judgement.after) = (before, after);
    let is_size = budget.measure.metric.is_exact();
    let Some(after) = after else {
        return because(
            judgement,
            if is_size {
                &Note::AfterUnknown
            } else {
                &Note::NoFigures
            },
        );
    };
    let beyond = |figure: f64, limit: f64| figure > limit || (budget.inclusive && figure >= limit);
    judgement.verdict = match (budget.limit, before) {
        (Limit::Value(limit), _) if beyond(after, limit) => Verdict::Regressed,
        (Limit::Value(_), _) => Verdict::Passed,
        (Limit::Change(_), None) => return because(judgement, &Note::BeforeUnknown),
        (Limit::Change(_), Some(0.0)) if after > 0.0 => {
            judgement.note = Some(Note::FromNothing.to_string());
            Verdict::Regressed
        }
        (Limit::Change(limit), Some(before)) => {
            let change = if before > 0.0 {
                after / before - 1.0
            } else {
                0.0
            };
            judgement.change = Some(change);
            if beyond(after, farthest(before, limit)) {
                Verdict::Regressed
            } else if after < before {
                Verdict::Improved
            } else {
                Verdict::Passed
            }
        }
    };
    judgement
}

/// How far a change may go; where that is a whole number of bytes, exactly so: 15 % more than 100 is 115, not a hair less.
fn farthest(before: f64, limit: f64) -> f64 {
    let bound = before * (1.0 + limit);
    let whole = bound.round();
    if (bound - whole).abs() <= 1e-12 * whole {
        whole
    } else {
        bound
    }
}
