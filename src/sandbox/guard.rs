//! The guard: this program run again, to stand between lambench and one runtime process, in namespaces of its own where
//! there are any.
//!
//! However lambench ends, the control socket, a guard's stdin, ends with it, and a guard then kills everything it guards.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};

use super::duty::{Duty, blocked, control};
use super::protocol::{Event, line};
use super::tree::Tree;

/// The first argument of a guard; nobody types it.
pub(super) const WORD: &str = "--lambench-guard--";
/// Second argument: own namespaces, then `INIT` in them.
pub(super) const NAMESPACES: &str = "namespaces";
/// Second argument: no namespaces to be had.
pub(super) const SEARCH_PATHS: &str = "search-paths";
const INIT: &str = "init";

/// True if these are the arguments of a guard process (the first one is the program's name).
pub fn is_guard(args: &[OsString]) -> bool {
    args.get(1).is_some_and(|word| word == WORD)
}

/// The guard process's whole life; gives its exit code.
pub fn guard_main(args: &[OsString]) -> u8 {
    let role = args
        .get(2)
        .and_then(|role| role.to_str())
        .unwrap_or_default();
    match play(role) {
        Ok(()) => 0,
        Err(error) => {
            tell_failure(&error);
            1
        }
    }
}

fn play(role: &str) -> io::Result<()> {
    close_inherited();
    blocked().thread_set_mask()?;
    match role {
        #[cfg(target_os = "linux")]
        NAMESPACES => run_init(),
        INIT => Duty::new(Tree::within(true))?.serve(),
        SEARCH_PATHS => {
            #[cfg(target_os = "linux")]
            nix::sys::prctl::set_child_subreaper(true)?;
            Duty::new(Tree::within(false))?.serve()
        }
        other => Err(io::Error::other(format!("{other:?} is no role of a guard"))),
    }
}

/// Closes what lambench itself was started with, an odd descriptor of a shell or of CI, before we open anything: the
/// function must not find it.
fn close_inherited() {
    let Ok(listed) = std::fs::read_dir("/dev/fd") else {
        return;
    };
    let open: Vec<i32> = listed
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    for descriptor in open.into_iter().filter(|number| *number > 2) {
        // The one that listed them is closed already.
        let _ = nix::unistd::close(descriptor);
    }
}

/// Leaves the host's namespaces and stays only to be waited for: the work is done by PID 1 inside.
#[cfg(target_os = "linux")]
fn run_init() -> io::Result<()> {
    leave_namespaces()?;
    let mut init = Command::new("/proc/self/exe")
        .args([WORD, INIT])
        .stdin(Stdio::from(std::os::fd::OwnedFd::from(control()?)))
        .spawn()?;
    init.wait()?;
    Ok(())
}

#[cfg(target_os = "linux")]
fn leave_namespaces() -> io::Result<()> {
    use nix::sched::{CloneFlags, unshare};
    let own = CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWPID;
    if unshare(own).is_ok() {
        return Ok(());
    }
    let (user, group) = (nix::unistd::geteuid(), nix::unistd::getegid());
    unshare(own | CloneFlags::CLONE_NEWUSER)
        .map_err(|error| io::Error::other(format!("leaving the host's namespaces: {error}")))?;
    // Root inside, or the rights to mount would be lost when init is executed.
    std::fs::write("/proc/self/setgroups", "deny")?;
    std::fs::write("/proc/self/uid_map", format!("0 {user} 1"))?;
    std::fs::write("/proc/self/gid_map", format!("0 {group} 1"))
}

fn tell_failure(error: &io::Error) {
    let message = line(&Event::Failed(error.to_string()));
    // Nobody left to hear it is no failure of ours.
    let _ = control().and_then(|mut control| control.write_all(&message?));
}
