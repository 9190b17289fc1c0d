//! How fast a run may go, how many starts at a time, and how long.

use std::time::Duration;

use crate::cli::{OrderArgs, PaceArgs, duration};

use super::error::ConfigError;
use super::file::ConfigFile;
use super::origin::Sourced;
use super::resolve::first;
use super::surroundings::Surroundings;

/// Control-plane calls per second: AWS allows 15 for most of them, and deploys need some too.
pub const DEFAULT_CONTROL_RATE: u32 = 10;
/// What `--control-rate` takes.
pub const CONTROL_RATE: (i128, i128) = (1, 100);

/// What `--concurrency` takes: an account's limit, unless it was raised.
pub const CONCURRENCY: (i128, i128) = (1, 1000);

/// The pace of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// Control-plane calls per second on AWS.
    pub control_rate: u32,
    /// Simultaneous invokes after each touch.
    pub concurrency: u32,
    /// `--max-time`.
    pub max_time: Option<Duration>,
    /// `--resume RUN`.
    pub resume: Option<Resume>,
}

/// A run to be continued, and what the flags say of its plan. That has to be so already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The run's id.
    pub id: String,
    /// `--runs`, `--warm-invokes` and `--seed`.
    pub order: OrderArgs,
    /// `--concurrency`.
    pub concurrency: Option<u32>,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            control_rate: DEFAULT_CONTROL_RATE,
            concurrency: 1,
            max_time: None,
            resume: None,
        }
    }
}

/// Flags over variables over lambench.toml.
pub fn resolve(
    args: &PaceArgs,
    order: &OrderArgs,
    around: &Surroundings,
    file: &ConfigFile,
) -> Result<Pace, ConfigError> {
    let control_rate = first(
        Sourced::flag("--control-rate", args.control_rate),
        around.number("LAMBENCH_CONTROL_RATE", CONTROL_RATE)?,
        file.control_rate.as_ref(),
        DEFAULT_CONTROL_RATE,
    );
    let concurrency = first(
        Sourced::flag("--concurrency", args.concurrency),
        around.number("LAMBENCH_CONCURRENCY", CONCURRENCY)?,
        file.concurrency.as_ref(),
        1,
    );
    let max_time = Sourced::flag("--max-time", args.max_time).map_or_else(
        || {
            around.choice("LAMBENCH_MAX_TIME", "a time such as 10m", |text| {
                duration(text).ok()
            })
        },
        |flag| Ok(Some(flag)),
    )?;
    Ok(Pace {
        control_rate: control_rate.value,
        concurrency: concurrency.value,
        max_time: max_time.map(|time| time.value),
        resume: args.resume.clone().map(|id| Resume {
            id,
            order: order.clone(),
            concurrency: args.concurrency,
        }),
    })
}
