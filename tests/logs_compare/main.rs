//! Logs as one side of a comparison, or as both: generated REPORT lines, and the compiled binary.

mod shown;
mod sides;
#[path = "../support/mod.rs"]
mod support;
mod traffic;
mod verdicts;
