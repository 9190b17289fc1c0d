//! The processes of one environment: which there are, what memory they use, and signals to all of them.

use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Which processes belong to an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tree {
    /// All of a PID namespace but its PID 1, the guard; as this `/proc` of the namespace lists them.
    Namespace(PathBuf),
    /// All that descend from this process, the guard, which adopts every orphan among them where the system can do that.
    Descendants(i32),
}

/// Memory of one process, in kB.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Memory {
    now: u64,
    peak: u64,
    private: u64,
}

impl Tree {
    /// Seen by the guard itself.
    pub fn within(namespace: bool) -> Self {
        if namespace {
            Self::Namespace("/proc".into())
        } else {
            Self::Descendants(std::process::id().cast_signed())
        }
    }

    /// Seen from lambench, of the guard with this process id.
    pub fn behind(guard: i32, namespace: bool) -> Self {
        if namespace {
            Self::Namespace(format!("/proc/{guard}/root/proc").into())
        } else {
            Self::Descendants(guard)
        }
    }

    /// Every living process of the environment.
    pub fn processes(&self) -> Vec<i32> {
        match self {
            Self::Namespace(proc) => platform::everything_but_init(proc),
            Self::Descendants(guard) => platform::descendants(*guard),
        }
    }

    /// Memory used now and at most, in kB, by some of these processes.
    pub fn memory(&self, processes: &[i32]) -> (u64, u64) {
        memory(self.proc(), processes)
    }

    /// Memory used now, in kB, or somewhat more: cheap, but what a fork shares may count twice.
    pub fn at_most_now(&self, processes: &[i32]) -> u64 {
        let all: Vec<Memory> = processes
            .iter()
            .map(|pid| platform::memory(self.proc(), *pid))
            .collect();
        let shared = all
            .iter()
            .map(|memory| memory.now.saturating_sub(memory.private))
            .max();
        shared.unwrap_or(0) + all.iter().map(|memory| memory.private).sum::<u64>()
    }

    fn proc(&self) -> &Path {
        match self {
            Self::Namespace(proc) => proc,
            Self::Descendants(_) => Path::new("/proc"),
        }
    }

    /// Stops every process, those too that are being born meanwhile. The guard's to call, as all that sends signals.
    pub fn freeze(&self) {
        self.stop();
    }

    fn stop(&self) -> Vec<i32> {
        if let Self::Namespace(_) = self {
            everyone(Signal::SIGSTOP);
            return Vec::new();
        }
        let mut stopped = Vec::new();
        loop {
            let mut fresh = self.processes();
            fresh.retain(|pid| !stopped.contains(pid));
            if fresh.is_empty() {
                return stopped;
            }
            for pid in &fresh {
                one(*pid, Signal::SIGSTOP);
            }
            stopped.extend(fresh);
        }
    }

    /// Lets every process run again.
    pub fn thaw(&self) {
        match self {
            Self::Namespace(_) => everyone(Signal::SIGCONT),
            Self::Descendants(_) => self
                .processes()
                .into_iter()
                .for_each(|pid| one(pid, Signal::SIGCONT)),
        }
    }

    /// Kills every process. They are stopped first: what stands still can't have children while we count.
    pub fn kill(&self) {
        match self {
            Self::Namespace(_) => everyone(Signal::SIGKILL),
            Self::Descendants(_) => self
                .stop()
                .into_iter()
                .for_each(|pid| one(pid, Signal::SIGKILL)),
        }
    }
}

/// The memory that the environment uses now and has used at most, in kB.
///
/// The peak of one process is its own high-water mark. Of several it is one's mark and the pages that the others share
/// with nobody, of that one with which it is the most: summing marks would count what a fork shares twice.
fn memory(proc: &Path, processes: &[i32]) -> (u64, u64) {
    if let [only] = *processes {
        let memory = platform::memory(proc, only);
        return (memory.now, memory.peak);
    }
    let all: Vec<Memory> = processes
        .iter()
        .map(|pid| {
            let memory = platform::memory(proc, *pid);
            let private = platform::private_kb(proc, *pid).unwrap_or(memory.private);
            Memory { private, ..memory }
        })
        .collect();
    let private: u64 = all.iter().map(|memory| memory.private).sum();
    let most = |mark: fn(&Memory) -> u64| {
        let with = all.iter().map(|one| mark(one) + private - one.private);
        with.max().unwrap_or(0)
    };
    (most(|memory| memory.now), most(|memory| memory.peak))
}

fn one(pid: i32, signal: Signal) {
    // It may have gone meanwhile.
    let _ = kill(Pid::from_raw(pid), signal);
}

/// To everybody in the PID namespace but its init, that is the caller, in one call.
fn everyone(signal: Signal) {
    let told = kill(Pid::from_raw(-1), signal);
    debug_assert!(matches!(told, Ok(()) | Err(Errno::ESRCH)), "{told:?}");
}

#[cfg(target_os = "linux")]
mod platform {
    use super::Memory;
    use std::collections::BTreeMap;
    use std::fs;
    use std::io::Read as _;
    use std::path::Path;

    pub(super) fn everything_but_init(proc: &Path) -> Vec<i32> {
        let mut all = numbers_in(proc);
        all.retain(|pid| *pid != 1);
        all
    }

    fn numbers_in(folder: &Path) -> Vec<i32> {
        let Ok(entries) = fs::read_dir(folder) else {
            return Vec::new();
        };
        entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect()
    }

    pub(super) fn descendants(ancestor: i32) -> Vec<i32> {
        let lists =
            fs::exists(format!("/proc/{ancestor}/task/{ancestor}/children")).unwrap_or(false);
        let family = if lists { None } else { Some(parents()) };
        let mut found = Vec::new();
        let mut unvisited = vec![ancestor];
        while let Some(pid) = unvisited.pop() {
            let children = match &family {
                None => listed_children(pid),
                Some(parents) => parents
                    .iter()
                    .filter(|(_, p)| **p == pid)
                    .map(|(c, _)| *c)
                    .collect(),
            };
            for child in children {
                if !found.contains(&child) {
                    found.push(child);
                    unvisited.push(child);
                }
            }
        }
        found
    }

    fn listed_children(pid: i32) -> Vec<i32> {
        let tasks = format!("/proc/{pid}/task");
        numbers_in(Path::new(&tasks))
            .into_iter()
            .filter_map(|task| fs::read_to_string(format!("{tasks}/{task}/children")).ok())
            .flat_map(|list| {
                list.split_whitespace()
                    .filter_map(|pid| pid.parse().ok())
                    .collect::<Vec<i32>>()
            })
            .collect()
    }

    /// Child to parent, of every process, for kernels built without the `children` files.
    fn parents() -> BTreeMap<i32, i32> {
        numbers_in(Path::new("/proc"))
            .into_iter()
            .filter_map(|pid| {
                let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
                // The name before it may hold anything, spaces and brackets too.
                let (_, after_name) = stat.rsplit_once(')')?;
                let parent = after_name.split_whitespace().nth(1)?.parse().ok()?;
                Some((pid, parent))
            })
            .collect()
    }

    pub(super) fn memory(proc: &Path, pid: i32) -> Memory {
        let Ok(file) = fs::File::open(proc.join(format!("{pid}/status"))) else {
            return Memory::default();
        };
        // It has no size to be asked for, and is read in many small pieces where no room was made for it.
        let mut status = Vec::with_capacity(4096);
        if file.take(u64::MAX).read_to_end(&mut status).is_err() {
            return Memory::default();
        }
        let status = String::from_utf8_lossy(&status);
        Memory {
            now: kb(&status, "VmRSS:"),
            peak: kb(&status, "VmHWM:"),
            private: kb(&status, "RssAnon:"),
        }
    }

    pub(super) fn private_kb(proc: &Path, pid: i32) -> Option<u64> {
        let rollup = fs::read_to_string(proc.join(format!("{pid}/smaps_rollup"))).ok()?;
        Some(kb(&rollup, "Private_Clean:") + kb(&rollup, "Private_Dirty:"))
    }

    fn kb(text: &str, label: &str) -> u64 {
        text.lines()
            .find_map(|line| {
                line.strip_prefix(label)?
                    .split_whitespace()
                    .next()?
                    .parse()
                    .ok()
            })
            .unwrap_or(0)
    }
}

/// Systems without /proc: `ps` knows enough, and is slow; the largest figure seen stands for the peak.
#[cfg(not(target_os = "linux"))]
mod platform {
    use super::Memory;
    use std::path::Path;
    use std::process::Command;

    pub(super) fn everything_but_init(_proc: &Path) -> Vec<i32> {
        Vec::new()
    }

    fn table(columns: &str) -> Vec<Vec<i64>> {
        let Ok(output) = Command::new("ps").args(["-A", "-o", columns]).output() else {
            return Vec::new();
        };
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(|line| {
                line.split_whitespace()
                    .filter_map(|cell| cell.parse().ok())
                    .collect()
            })
            .collect()
    }

    pub(super) fn descendants(ancestor: i32) -> Vec<i32> {
        let rows = table("pid=,ppid=");
        let mut found = vec![i64::from(ancestor)];
        let mut next = 0;
        while next < found.len() {
            let parent = found[next];
            found.extend(
                rows.iter()
                    .filter(|row| row.len() == 2 && row[1] == parent)
                    .map(|row| row[0]),
            );
            next += 1;
        }
        found.into_iter().skip(1).map(|pid| pid as i32).collect()
    }

    pub(super) fn memory(_proc: &Path, pid: i32) -> Memory {
        let rows = table("pid=,rss=");
        let rss = rows
            .iter()
            .find(|row| row.len() == 2 && row[0] == i64::from(pid))
            .map_or(0, |row| row[1] as u64);
        Memory {
            now: rss,
            peak: rss,
            private: rss,
        }
    }

    pub(super) fn private_kb(_proc: &Path, _pid: i32) -> Option<u64> {
        None
    }
}
