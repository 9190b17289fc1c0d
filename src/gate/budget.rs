//! A budget as people write it: `cold.p50 > +10%`, `package.zip > 5MiB`.

mod measure;
mod parse;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use crate::compare::Metric;

pub use measure::Measure;

/// How far it may go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// after / before - 1, 0.10 for `+10%`. A negative one demands an improvement.
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
    /// `>=`: the limit itself is too far, which only a figure without noise can meet.
    pub inclusive: bool,
}

/// What is wrong with a budget, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct BudgetError {
    /// The budget as it was written.
    pub text: String,
    /// Where it is wrong: a byte offset.
    pub at: usize,
    /// How many bytes are wrong, from there; 0 where something is missing.
    pub len: usize,
    /// What is wrong.
    pub problem: String,
    /// What to write instead.
    pub hint: String,
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
            inclusive: false,
        }
    }

    /// Whether it means anything only next to another subject.
    pub fn needs_before(&self) -> bool {
        matches!(self.limit, Limit::Change(_))
    }

    /// With how many accepted cold starts of each subject it can fail at all: n(1-q) >= 5 for percentiles beyond the
    /// median; for medians as many as an interval or a rank test needs.
    pub fn fewest_starts(&self) -> u32 {
        match (self.measure.metric.is_exact(), self.measure.percentile) {
            (true, _) => 1,
            (false, Some(percent)) if percent > 50 => 500 / (100 - u32::from(percent)),
            (false, None) if self.measure.metric == Metric::MaxMemory && !self.needs_before() => 1,
            (false, _) if self.needs_before() => FEWEST_RANKED,
            (false, _) => FEWEST_IN_AN_INTERVAL,
        }
    }
}

/// Four against four, all apart, have p = .029; three have .1.
const FEWEST_RANKED: u32 = 4;
/// Five figures hold their median only 94 % of the time.
const FEWEST_IN_AN_INTERVAL: u32 = 6;

impl FromStr for Budget {
    type Err = BudgetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse::budget(text)
    }
}

/// In its canonical form, whatever the spacing and the unit were.
impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.inclusive { ">=" } else { ">" };
        write!(f, "{} {sign} ", self.measure.name())?;
        match self.limit {
            Limit::Change(change) => write!(f, "{}%", parse::percent(change)),
            Limit::Value(value) => match self.measure.unit() {
                "$" => write!(f, "${value}"),
                unit => write!(f, "{value}{unit}"),
            },
        }
    }
}

impl BudgetError {
    /// The budget with a mark under what is wrong, two lines.
    pub fn marked(&self) -> String {
        use unicode_width::UnicodeWidthStr as _;
        let clean = |part: &str| part.replace(char::is_control, " ");
        let (before, rest) = self.text.split_at(self.at);
        let wrong = &rest[..self.len];
        let indent = clean(before).width();
        let mark = clean(wrong).width().max(1);
        format!(
            "  {}\n  {}{}",
            clean(&self.text),
            " ".repeat(indent),
            "^".repeat(mark)
        )
    }
}
