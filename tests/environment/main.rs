//! Environments driven through their public API, with small scripts as runtime processes.

mod cpu;
mod extensions;
mod failures;
mod isolation;
mod lifecycle;
mod logs;
mod processes;
mod support;
mod telemetry;
mod truth;
