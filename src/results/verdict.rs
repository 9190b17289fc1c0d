//! What a comparison comes to: the verdict on each metric, and all that it rests on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::stats::Change;

/// What can be said at a limit.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Passed, and smaller than before for certain.
    Improved,
    /// The limit is not passed, for certain.
    Passed,
    /// The data decide nothing.
    Inconclusive,
    /// The limit is passed, for certain.
    Regressed,
}

/// The verdict on one metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judgement {
    /// The metric and the percentile, `cold.p50`, `package.zip`.
    pub metric: String,
    /// The budget as it was written, `cold.p50 > +10%`; none if nobody asked and it fails nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<String>,
    /// The limit of the change, 0.10 for +10 %; none for a budget of a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_change: Option<f64>,
    /// The limit of the value, in ms, MB, bytes or dollars per million; none for a budget of a change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_value: Option<f64>,
    /// What it comes to.
    pub verdict: Verdict,
    /// The figure before (median, or the exact value).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
    /// The figure after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<f64>,
    /// The interval of the figure after, for a budget of a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_interval: Option<(f64, f64)>,
    /// after / before - 1 as shown: Hodges-Lehmann's where the metric is sampled, exact where it is exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<f64>,
    /// What the change rests on; none where the metric is exact or the budget is of a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Change>,
    /// p after Holm's correction for all that is gated; none where there is no p.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_adjusted: Option<f64>,
    /// About how many more pairs would decide, if it is inconclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_pairs: Option<u32>,
    /// Why it is inconclusive or what else there is to say, in a sentence: `before is not known`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Judgement {
    /// What was asked: the budget as it was written, or the metric.
    pub fn asked(&self) -> &str {
        self.budget.as_deref().unwrap_or(&self.metric)
    }

    /// Whether it rests on samples; a size is what it is, however often one looks.
    pub fn is_sampled(&self) -> bool {
        self.test.is_some() || self.after_interval.is_some()
    }
}
