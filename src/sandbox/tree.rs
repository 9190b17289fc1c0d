//! The processes of one environment: which there are, what memory they use, and signals to all of them.

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Which processes belong to the environment of this guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tree {
    /// All but this one: it is PID 1 of a PID namespace.
    Namespace,
    /// All that descend from this one, which adopts every orphan among them where the system can do that.
    Descendants,
}

/// Memory of one process, in kB.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Memory {
    now: u64,
    peak: u64,
    private: u64,
}

impl Tree {
    /// Every living process of the environment.
    pub fn processes(self) -> Vec<i32> {
        match self {
            Self::Namespace => platform::everything_but_init(),
            Self::Descendants => platform::descendants(std::process::id().cast_signed()),
        }
    }

    /// Stops every process, those too that are being born meanwhile; gives them all.
    pub fn freeze(self) -> Vec<i32> {
        if self == Self::Namespace {
            everyone(Signal::SIGSTOP);
            return self.processes();
        }
        let mut stopped = Vec::new();
        loop {
            let processes = self.processes();
            let fresh: Vec<i32> = processes
                .into_iter()
                .filter(|pid| !stopped.contains(pid))
                .collect();
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
    pub fn thaw(self) {
        match self {
            Self::Namespace => everyone(Signal::SIGCONT),
            Self::Descendants => self
                .processes()
                .into_iter()
                .for_each(|pid| one(pid, Signal::SIGCONT)),
        }
    }

    /// Kills every process. They are stopped first: what stands still can't have children while we count.
    pub fn kill(self) {
        match self {
            Self::Namespace => everyone(Signal::SIGKILL),
            Self::Descendants => self
                .freeze()
                .into_iter()
                .for_each(|pid| one(pid, Signal::SIGKILL)),
        }
    }
}

/// The memory that the environment uses now and has used at most, in kB.
///
/// The peak of one process is its own high-water mark. Of several it is the largest one's mark and the pages that
/// the others share with nobody: summing marks would count what a fork shares twice.
pub(super) fn memory(processes: &[i32]) -> (u64, u64) {
    if let [only] = *processes {
        let memory = platform::memory(only);
        return (memory.now, memory.peak);
    }
    let mut all: Vec<(i32, Memory)> = processes
        .iter()
        .map(|pid| (*pid, platform::memory(*pid)))
        .collect();
    all.sort_by_key(|(_, memory)| std::cmp::Reverse(memory.peak));
    let Some(((_, largest), rest)) = all.split_first() else {
        return (0, 0);
    };
    let private: u64 = rest
        .iter()
        .map(|(pid, memory)| platform::private_kb(*pid).unwrap_or(memory.private))
        .sum();
    (largest.now + private, largest.peak + private)
}

/// The memory that several processes use now, in kB, or somewhat more: cheap, but what a fork shares may count twice.
pub(super) fn at_most_now(processes: &[i32]) -> u64 {
    let all: Vec<Memory> = processes.iter().map(|pid| platform::memory(*pid)).collect();
    let shared = all
        .iter()
        .map(|memory| memory.now.saturating_sub(memory.private))
        .max()
        .unwrap_or(0);
    shared + all.iter().map(|memory| memory.private).sum::<u64>()
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

    pub(super) fn everything_but_init() -> Vec<i32> {
        let own = std::process::id().cast_signed();
        let mut all = numbers_in("/proc");
        all.retain(|pid| *pid != own);
        all
    }

    fn numbers_in(folder: &str) -> Vec<i32> {
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
        numbers_in(&tasks)
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
        numbers_in("/proc")
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

    pub(super) fn memory(pid: i32) -> Memory {
        let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else {
            return Memory::default();
        };
        Memory {
            now: kb(&status, "VmRSS:"),
            peak: kb(&status, "VmHWM:"),
            private: kb(&status, "RssAnon:"),
        }
    }

    pub(super) fn private_kb(pid: i32) -> Option<u64> {
        let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
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
    use std::process::Command;

    pub(super) fn everything_but_init() -> Vec<i32> {
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

    pub(super) fn memory(pid: i32) -> Memory {
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

    pub(super) fn private_kb(_pid: i32) -> Option<u64> {
        None
    }
}
