//! The embedded Lambda: a real HTTP server on loopback that runs real packages in real processes.
//!
//! Two halves. The **control plane** (`server`, `api`, `functions`, `packages`) speaks the AWS Lambda REST API and
//! decides which environment serves which invoke. The **environment** half (`environment`, `guard`, `runtime_api`,
//! `runtimes`, `processes`, `log`) starts one runtime process, speaks the Runtime API to it, keeps its clock and writes
//! its REPORT line.

pub mod environment;
pub mod runtimes;

mod api;
mod background;
mod changes;
mod constraints;
mod describe;
mod errors;
mod folder;
mod functions;
mod invoke;
mod layers;
mod names;
mod packages;
mod plane;
mod pool;
mod server;
mod settings;
mod shapes;
mod snapshot;
mod unzip;

pub use environment::{guard_main, is_guard};
pub use errors::SandboxError;
pub use packages::{PackageError, UNZIPPED_LIMIT};
pub use server::{Location, Sandbox, SandboxOptions};
