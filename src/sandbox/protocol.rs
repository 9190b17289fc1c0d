//! What lambench and a guard say to each other over the control socket: one JSON value a line, both ways.

use std::collections::BTreeMap;
use std::path::PathBuf;

use nix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// From lambench to the guard.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Order {
    /// Do all the set-up; answered by `Ready` or `Failed`.
    Prepare(Box<Setup>),
    /// Start the extensions; answered by `Extending` or `ExtensionNotStarted`.
    Extend,
    /// Ask the runtime process to end, or end it; not answered, but it will have `Exited`.
    EndRuntime {
        /// With no way out.
        kill: bool,
    },
    /// Start the runtime process; answered by `Started` or `NotStarted`.
    Go,
    /// Stop every process of the environment; answered by `Frozen`.
    Freeze,
    /// Let every process run again; answered by `Thawed`.
    Thaw,
    /// Kill every process of the environment, keep the set-up; answered by `Cleared`.
    Clear,
}

/// From the guard to lambench.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Event {
    /// The set-up is done.
    Ready {
        /// The guard's process id, as lambench knows it.
        pid: i32,
    },
    /// The set-up failed; the guard ends.
    Failed(String),
    /// The runtime process was started at this reading of the monotonic clock.
    Started { at_ns: u64 },
    /// The extensions were started at this reading of the monotonic clock.
    Extending { at_ns: u64 },
    /// One of them could not be started: its place, and the system's reason.
    ExtensionNotStarted { place: usize, reason: String },
    /// One of them ended.
    ExtensionExited { place: usize, how: Exit },
    /// The runtime process could not be started: the system's reason.
    NotStarted(String),
    /// The runtime process ended by itself.
    Exited { how: Exit, peak_kb: u64, at_ns: u64 },
    /// The environment used more memory than it may and was killed.
    OutOfMemory { peak_kb: u64 },
    /// Everything is stopped.
    Frozen,
    /// Of several processes, some perhaps gone, this was used at most.
    Peak { peak_kb: u64 },
    /// Everything runs again, since this reading of the monotonic clock.
    Thawed {
        /// Nanoseconds.
        at_ns: u64,
    },
    /// Every process of the environment is dead and reaped.
    Cleared { peak_kb: u64 },
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Exit {
    /// With this exit status.
    Status(i32),
    /// By this signal; 0 is a real-time one.
    Signal(i32),
}

/// What the guard needs to know before it can start the runtime process.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Setup {
    /// The program and its arguments, as the process will see them.
    pub argv: Vec<PathBuf>,
    /// The whole environment of the process.
    pub variables: BTreeMap<String, String>,
    /// A program to run in its place, which is given all that as arguments.
    pub wrapper: Option<PathBuf>,
    /// The extensions that run beside it.
    pub crew: Option<Crewing>,
    /// Its working folder.
    pub folder: PathBuf,
    /// It is killed above this.
    pub memory_limit_kb: u64,
    /// By this file a thread joins the control group that its processes are born in, if they have one.
    pub threads: Option<PathBuf>,
    /// The file tree to build for it, where namespaces work.
    pub root: Option<Root>,
}

/// Extension processes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Crewing {
    /// What to execute, as the processes will see it.
    pub programs: Vec<PathBuf>,
    /// The whole environment of each.
    pub variables: BTreeMap<String, String>,
}

/// A private file tree: the host's own, read-only, with the package, the layers and an empty /tmp laid over it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Root {
    /// A folder to build it on; the mount stays in the guard's namespace.
    pub mount_point: PathBuf,
    /// To be seen at /var/task.
    pub task: PathBuf,
    /// To be seen at /opt.
    pub opt: Option<PathBuf>,
    /// To be seen at /var/runtime.
    pub runtime: Option<PathBuf>,
    /// To be seen as /etc/hosts.
    pub hosts: Option<PathBuf>,
    /// Host paths that must be seen where they are.
    pub visible: Vec<PathBuf>,
    /// MB that /tmp holds.
    pub ephemeral_mb: u64,
}

/// The clock that all of the sandbox's times are read from: the same in every process, unmoved by clock changes.
pub(super) fn monotonic_ns() -> u64 {
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC).expect("the monotonic clock is always there");
    now.tv_sec() as u64 * 1_000_000_000 + now.tv_nsec() as u64
}

/// One message as it goes over the socket.
pub(super) fn line<T: Serialize>(message: &T) -> std::io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(message)?;
    bytes.push(b'\n');
    Ok(bytes)
}
