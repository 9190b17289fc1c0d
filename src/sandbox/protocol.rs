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
    /// The runtime process could not be started: the system's reason.
    NotStarted(String),
    /// The runtime process ended by itself.
    Exited { how: Exit, peak_kb: u64 },
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
    /// By this signal.
    Signal(i32),
}

/// What the guard needs to know before it can start the runtime process.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Setup {
    /// The program and its arguments, as the process will see them.
    pub argv: Vec<PathBuf>,
    /// The whole environment of the process.
    pub variables: BTreeMap<String, String>,
    /// Its working folder.
    pub folder: PathBuf,
    /// It is killed above this.
    pub memory_limit_kb: u64,
    /// By this file a thread joins the control group that its processes are born in, if they have one.
    pub threads: Option<PathBuf>,
    /// The file tree to build for it, where namespaces work.
    pub root: Option<Root>,
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
