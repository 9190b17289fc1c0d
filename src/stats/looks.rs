//! When the data may be judged: points fixed before the first invoke, and the level at each. Pure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The looks of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Looks {
    /// Cold starts per arm at each look, rising; the last is the number of runs.
    pub at: Vec<u32>,
    /// The level at each look.
    pub alpha: f64,
}

impl Looks {
    /// 10, 20 and 30, with Pocock's level.
    pub fn standard() -> Self {
        Self {
            at: vec![10, 20, 30],
            alpha: 0.0221,
        }
    }

    /// One look after `runs`, at .05.
    pub fn one(runs: u32) -> Self {
        Self {
            at: vec![runs],
            alpha: 0.05,
        }
    }

    /// The same in whole bursts of `concurrency`.
    #[must_use]
    pub fn in_bursts(mut self, concurrency: u32) -> Self {
        let burst = concurrency.max(1);
        for at in &mut self.at {
            *at = at.div_ceil(burst) * burst;
        }
        self.at.dedup();
        // Who looks once need not make up for looking often.
        match self.at[..] {
            [only] => Self::one(only),
            _ => self,
        }
    }

    /// Cold starts per arm at most.
    pub fn runs(&self) -> u32 {
        self.at.last().copied().unwrap_or(0)
    }
}
