//! What was paid, and how much of the memory that is paid for was used.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::tally::Tally;
use super::Asked;
use crate::cost::FREE_TMP_MB;

/// Fewer invokes don't tell how much memory a function needs.
const INVOKES_FOR_FIT: u64 = 100;

/// Lambda has no smaller functions, MB.
const SMALLEST_MB: u32 = 128;

/// How the memory in use compares with a memory size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Of 100 invokes or more none used more than half.
    OverProvisioned,
    /// In between, or too few invokes to tell.
    Fits,
    /// One used 90 % or more.
    NearLimit,
}

/// The memory in use at one memory size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct MemoryUse {
    /// The memory size, MB.
    pub memory_mb: u32,
    /// Invokes that were billed at it.
    pub invokes: u64,
    /// The largest `Max Memory Used`, MB.
    pub max_used_mb: u32,
    /// How the two compare.
    pub fit: Fit,
}

/// What was paid, US dollars.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Cost {
    /// Requests and billed time.
    pub usd: f64,
    /// Of that, the billed time of init and restore.
    pub init_usd: f64,
    /// `init_usd` as a share of `usd`, 0 to 1.
    pub init_share: f64,
    /// A million cold starts at their mean billed time.
    pub usd_per_million_cold: Option<f64>,
    /// A million warm starts at their mean billed time.
    pub usd_per_million_warm: Option<f64>,
    /// False if billed durations hold less than half of the init they came with: before August 2025 they held none.
    pub init_is_billed: bool,
}

pub(super) fn memory(tally: &Tally) -> Vec<MemoryUse> {
    let known = tally
        .by_memory
        .iter()
        .filter(|(mb, size)| *mb > 0 && size.max_memory_mb > 0);
    known
        .map(|(memory_mb, size)| {
            let used = u64::from(size.max_memory_mb) * 100;
            let whole = u64::from(memory_mb);
            let fit = if used >= whole * 90 {
                Fit::NearLimit
            } else if used <= whole * 50
                && memory_mb > SMALLEST_MB
                && size.invokes >= INVOKES_FOR_FIT
            {
                Fit::OverProvisioned
            } else {
                Fit::Fits
            };
            MemoryUse {
                memory_mb,
                invokes: size.invokes,
                max_used_mb: size.max_memory_mb,
                fit,
            }
        })
        .collect()
}

/// Nothing where a part of it would be a guess.
pub(super) fn cost(tally: &Tally, asked: &Asked<'_>) -> Option<Cost> {
    let (mut all, mut cold, mut init) = (0.0, 0.0, 0.0);
    let (mut invokes, mut colds, mut init_billed_us) = (0, 0, 0);
    for (memory_mb, size) in tally.by_memory.iter().filter(|(_, s)| s.invokes > 0) {
        if memory_mb == 0 {
            return None;
        }
        let fare = asked.prices.fare(
            u64::from(memory_mb),
            FREE_TMP_MB,
            asked.architecture.0,
            Some(asked.region.0),
        )?;
        let ms = |us: u64| us as f64 / 1e3;
        all += fare.usd(size.invokes, ms(size.billed_us));
        cold += fare.usd(size.cold, ms(size.cold_billed_us));
        init += ms(size.init_us) * fare.ms_usd;
        invokes += size.invokes;
        colds += size.cold;
        init_billed_us = size.init_us.saturating_add(init_billed_us);
    }
    let per_million = |usd: f64, n: u64| (n > 0).then(|| usd / n as f64 * 1e6);
    (invokes > 0).then(|| Cost {
        usd: all,
        init_usd: init,
        init_share: if all > 0.0 { init / all } else { 0.0 },
        usd_per_million_cold: per_million(cold, colds),
        usd_per_million_warm: per_million((all - cold).max(0.0), invokes - colds),
        init_is_billed: init_billed_us >= tally.init.sum() / 2,
    })
}
