//! What starts the processes of an environment: a thread of the guard that is in the environment's control group, so that
//! they are born in it, while the guard's own work is not on the function's account.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, Sender, channel};

use nix::sys::signal::SigSet;

use super::cgroup;
use super::duty::blocked;
use super::protocol::monotonic_ns;

/// A child, or why there is none, and when it was asked for.
pub(super) type Start = (u64, io::Result<Child>);

/// Starts processes.
pub(super) enum Starter {
    /// From the thread that asks.
    Here,
    /// From one that is in a control group.
    Thread(Sender<Command>, Receiver<Start>),
}

impl Starter {
    /// In the control group whose file of threads this is, if there is one. The file must be reachable now, and not later.
    pub fn new(threads: Option<&Path>) -> io::Result<Self> {
        let Some(path) = threads else {
            return Ok(Self::Here);
        };
        let threads = File::options().write(true).open(path)?;
        let (orders, ordered) = channel::<Command>();
        let (tell, told) = channel();
        let (joined, has_joined) = channel();
        std::thread::Builder::new().spawn(move || {
            // A guard that is ending does not wait for its thread.
            let _ = joined.send(cgroup::join(&threads));
            drop(threads);
            for command in ordered {
                let _ = tell.send(start(command));
            }
        })?;
        let gone = |_| io::Error::other("the starting thread has ended");
        has_joined.recv().map_err(gone)?.map_err(|error| {
            io::Error::new(error.kind(), format!("joining {}: {error}", path.display()))
        })?;
        Ok(Self::Thread(orders, told))
    }

    /// Starts a process, and says when.
    pub fn start(&self, command: Command) -> Start {
        match self {
            Self::Here => start(command),
            Self::Thread(orders, told) => {
                let _ = orders.send(command);
                told.recv().unwrap_or_else(|_| {
                    let gone = io::Error::other("the starting thread has ended");
                    (monotonic_ns(), Err(gone))
                })
            }
        }
    }
}

fn start(mut command: Command) -> Start {
    // The process inherits the mask, and must be able to hear everything.
    let unblocked = SigSet::empty().thread_set_mask();
    let at_ns = monotonic_ns();
    let spawned = command.spawn();
    let reblocked = blocked().thread_set_mask();
    debug_assert!(unblocked.is_ok() && reblocked.is_ok());
    (at_ns, spawned)
}
