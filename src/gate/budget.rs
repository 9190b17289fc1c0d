//! A budget as people write it: `cold.p50 > +10%`, `package.zip > 5MiB`.

use std::str::FromStr;

use crate::compare::Metric;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// The metric.
    pub metric: Metric,
    /// Which percentile, 50 for the median; none for metrics that have only one figure (`package.zip`, `memory.max`).
    pub percentile: Option<u8>,
}

/// How far it may go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// after / before - 1, 0.10 for `+10%`.
    Change(f64),
    /// A value in ms, MB (memory), bytes or dollars per million starts.
    Value(f64),
}

/// One budget: it fails when the measure is beyond the limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Budget {
    /// As it was written; none for the one that nobody wrote, which fails nothing.
    pub text: Option<String>,
    /// What is limited.
    pub measure: Measure,
    /// How far.
    pub limit: Limit,
}

/// What is wrong with a budget, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct BudgetError {
    /// The budget as it was written.
    pub text: String,
    /// Where it is wrong: a byte offset.
    pub at: usize,
    /// What is wrong.
    pub problem: String,
}

impl Measure {
    /// `cold.p50`, `package.zip`: as budgets and results name it.
    pub fn name(self) -> String {
        todo!()
    }
}

impl Budget {
    /// The verdict that every comparison has: the median cold start, at a limit of the change that nobody gates on.
    pub fn unasked(limit: f64) -> Self {
        Self {
            text: None,
            measure: Measure {
                metric: Metric::ColdStart,
                percentile: Some(50),
            },
            limit: Limit::Change(limit),
        }
    }
}

impl FromStr for Budget {
    type Err = BudgetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let _ = text;
        todo!()
    }
}
