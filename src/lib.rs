//! lambench measures AWS Lambda cold starts: on AWS, or on an embedded Lambda (the sandbox) with no account at all.
//!
//! One flow, whatever the endpoint:
//!
//! ```text
//! what the user typed + lambench.toml
//!   -> settings (config) -> subjects on an endpoint (subject, lambda, sandbox)
//!   -> plan (bench)      which cold start when; pure
//!   -> touch, settle, invoke (lambda)
//!   -> report            REPORT text or JSON -> Report; pure
//!   -> sample (bench)    accepted, or excluded with a reason; appended to the run's log at once
//!   -> summary, comparison (stats, compare, cost); pure
//!   -> verdict (gate)    at the looks that were fixed before; pure
//!   -> render            terminal, JSON
//! ```

pub mod bench;
pub mod checklist;
pub mod cli;
pub mod commands;
pub mod compare;
pub mod config;
pub mod cost;
pub mod exit;
pub mod gate;
pub mod inspect;
pub mod lambda;
pub mod logs;
pub mod profile;
#[cfg(test)]
#[path = "../tests/support/random.rs"]
mod random;
pub mod render;
pub mod report;
pub mod results;
pub mod sandbox;
pub mod scratch;
pub mod stats;
pub mod subject;
