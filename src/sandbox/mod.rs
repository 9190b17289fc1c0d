//! The embedded Lambda: a real HTTP server on loopback that runs real packages in real processes.
//!
//! Two halves. The **control plane** (`server`, `api`, `operations`, `functions`, `packages`) speaks the AWS Lambda REST API and
//! decides which environment serves which invoke. The **environment** half starts one runtime process and serves
//! invokes to it: `environment` is its front, `lifecycle`, `happening` and `failure` its life, `runtime_api`
//! and `runtime_messages` what the runtime process talks to, `log` and `records` its log, `variables` its variables.
//! `leash` holds the `guard`, a process of its own whose `duty` it is to start, freeze, measure (`tree`) and kill the
//! runtime's, in a file tree that `mounts` built and a control group (`cgroup`, `starter`); they speak `protocol`.
//! `machine` says how fast a CPU and how warm a disk (`page_cache`) a function is given. External extensions are the
//! guard's `crew`, known to lambench as `extensions` by the `extension_api`; `telemetry` is what they are told if they ask
//! for it, and `live` is the log for one who reads along.

mod bell;
mod cgroup;
mod crew;
mod duty;
pub mod environment;
mod extension_api;
mod extensions;
mod failure;
mod guard;
mod happening;
mod host;
mod leash;
mod lifecycle;
mod live;
mod log;
mod machine;
#[cfg(target_os = "linux")]
mod mounts;
mod page_cache;
mod protocol;
mod records;
mod runtime_api;
mod runtime_messages;
pub mod runtimes;
mod starter;
mod telemetry;
mod telemetry_api;
mod telemetry_delivery;
mod tree;
mod variables;

mod absent;
mod aliases;
mod api;
mod background;
mod changes;
mod configuration;
mod constraints;
mod describe;
mod errors;
mod event_stream;
mod functions;
mod invoke;
mod layers;
mod names;
mod operations;
mod packages;
mod pages;
mod plane;
mod pool;
mod server;
mod settings;
mod shapes;
mod snapshot;
mod streaming;
mod tags;
mod unzip;

pub use environment::{guard_main, is_guard};
pub use errors::SandboxError;
pub use live::LogListener;
pub use machine::{Cpu, Machine};
pub use packages::{PackageError, UNZIPPED_LIMIT};
pub use page_cache::Disk;
pub use server::{Location, Sandbox, SandboxOptions};
