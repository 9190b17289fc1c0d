//! The embedded Lambda: a real HTTP server on loopback that runs real packages in real processes.
//!
//! Two halves. The **control plane** (`server`, `api`, `functions`, `packages`) speaks the AWS Lambda REST API and
//! decides which environment serves which invoke. The **environment** half (`environment`, `guard`, `runtime_api`,
//! `runtimes`, `processes`, `log`) starts one runtime process, speaks the Runtime API to it, keeps its clock and writes
//! its REPORT line.

pub mod environment;
pub mod runtimes;

pub use environment::{guard_main, is_guard};
