//! A control group for each environment: made ahead, in force from the first event on, removed with the environment.
//!
//! Only the share of CPU time is limited. The guard is outside; its [`Starter`](super::starter::Starter) is inside, and
//! with it all that the runtime process ever starts.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// With so much memory a function has one whole CPU, says AWS.
const MB_OF_ONE_CPU: f64 = 1769.0;

/// The quota is given anew this often. Short, so that a small share is many small pauses and not a few long ones.
const PERIOD_US: u64 = 20_000;

/// The kernel takes no smaller quota.
const LEAST_QUOTA_US: u64 = 1000;

const PREFIX: &str = "lambench-";

/// Which interface of the kernel's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    V1,
    V2,
}

impl Kind {
    /// What a thread writes 0 to, to join.
    fn threads(self) -> &'static str {
        match self {
            Self::V1 => "tasks",
            Self::V2 => "cgroup.threads",
        }
    }

    fn quota(self) -> &'static str {
        match self {
            Self::V1 => "cpu.cfs_quota_us",
            Self::V2 => "cpu.max",
        }
    }

    fn limited(self, quota_us: u64) -> String {
        match self {
            Self::V1 => quota_us.to_string(),
            Self::V2 => format!("{quota_us} {PERIOD_US}"),
        }
    }

    fn unlimited(self) -> String {
        match self {
            Self::V1 => "-1".to_owned(),
            Self::V2 => format!("max {PERIOD_US}"),
        }
    }
}

/// The part of a CPU that goes with so much memory.
pub(super) fn share(memory_mb: u64) -> f64 {
    memory_mb as f64 / MB_OF_ONE_CPU
}

fn quota_us(memory_mb: u64) -> u64 {
    ((share(memory_mb) * PERIOD_US as f64).round() as u64).max(LEAST_QUOTA_US)
}

/// A folder of control groups of this process's own, by a lock that dies with the process, as scratch folders have one.
#[derive(Debug)]
pub struct CpuGroups {
    kind: Kind,
    folder: PathBuf,
    next: AtomicU64,
    /// Some process in them was still ending.
    left: Mutex<Vec<PathBuf>>,
    /// Held, never read.
    _lock: File,
}

impl CpuGroups {
    /// Makes the folder where this system lets us, proves it by a group that a thread of ours is in for a moment, and
    /// removes what dead processes have left.
    pub fn new() -> io::Result<Arc<Self>> {
        if !cfg!(target_os = "linux") {
            return Err(io::Error::other("control groups are Linux's"));
        }
        let mounts = fs::read_to_string("/proc/self/mountinfo")?;
        let (kind, parent) = place(&mounts, &fs::read_to_string("/proc/self/cgroup")?)
            .ok_or_else(|| io::Error::other("no cpu control group is mounted"))?;
        let groups = Self::below(kind, &parent)?;
        groups.prove()?;
        Ok(groups)
    }

    fn below(kind: Kind, parent: &Path) -> io::Result<Arc<Self>> {
        remove_leftovers(parent);
        if kind == Kind::V2 {
            hand_down(parent)?;
        }
        let (folder, lock) = make_folder(parent)?;
        let groups = Self {
            kind,
            folder,
            next: AtomicU64::new(0),
            left: Mutex::default(),
            _lock: lock,
        };
        if kind == Kind::V2 {
            become_threaded(&groups.folder)?;
            hand_down(&groups.folder)?;
        }
        Ok(Arc::new(groups))
    }

    fn prove(self: &Arc<Self>) -> io::Result<()> {
        // The largest: within a container that has a limit itself the kernel may refuse it.
        let mut group = self.group(10_240)?;
        let threads = group.threads();
        let joined = std::thread::spawn(move || join(&File::create(threads)?)).join();
        joined.map_err(|_| io::Error::other("joining a control group"))??;
        group.limit()?;
        group.lift()
    }

    /// A new group, without a limit as yet, for a function of so much memory.
    pub(super) fn group(self: &Arc<Self>, memory_mb: u64) -> io::Result<CpuGroup> {
        self.remove_left();
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(number.to_string());
        fs::create_dir(&path).map_err(|error| failed("making", &path, &error))?;
        // Built before the rest, so that whatever fails below removes it.
        let mut group = CpuGroup {
            quota: File::create(path.join(self.kind.quota()))
                .map_err(|error| failed("limiting", &path, &error))?,
            limit: self.kind.limited(quota_us(memory_mb)),
            limited: false,
            path,
            groups: Arc::clone(self),
        };
        match self.kind {
            Kind::V1 => fs::write(group.path.join("cpu.cfs_period_us"), PERIOD_US.to_string())
                .map_err(|error| failed("limiting", &group.path, &error))?,
            Kind::V2 => become_threaded(&group.path)?,
        }
        // What is not limited here can't be limited when the event is there.
        group.limit()?;
        group.lift()?;
        Ok(group)
    }

    /// What a function of so much memory gets, for the result: `0.29 vCPU (cgroup v1)`, or `2 of 5.79 vCPU (cgroup v1)`
    /// on a machine that has no more.
    pub(super) fn fact(&self, memory_mb: u64) -> String {
        let here = std::thread::available_parallelism().map_or(usize::MAX, usize::from);
        fact(self.kind, memory_mb, here)
    }

    /// Removes the folder, once the environments are gone.
    pub(super) fn remove(&self) {
        // Processes that were just killed may still be ending; what is left then the next start removes.
        for _ in 0..20 {
            self.remove_left();
            if is_removed(&self.folder) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn remove_left(&self) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.retain(|path| !is_removed(path));
    }
}

impl Drop for CpuGroups {
    fn drop(&mut self) {
        self.remove();
    }
}

/// One environment's group.
#[derive(Debug)]
pub(super) struct CpuGroup {
    path: PathBuf,
    quota: File,
    limit: String,
    limited: bool,
    groups: Arc<CpuGroups>,
}

impl CpuGroup {
    /// What a thread joins by.
    pub fn threads(&self) -> PathBuf {
        self.path.join(self.groups.kind.threads())
    }

    /// In force from now on. It takes microseconds, and none the second time.
    pub fn limit(&mut self) -> io::Result<()> {
        if !self.limited {
            self.quota.write_all(self.limit.as_bytes())?;
            self.limited = true;
        }
        Ok(())
    }

    /// For an init that is not on any invoke's time, and for processes that are to die.
    pub fn lift(&mut self) -> io::Result<()> {
        if self.limited {
            self.quota
                .write_all(self.groups.kind.unlimited().as_bytes())?;
            self.limited = false;
        }
        Ok(())
    }
}

impl Drop for CpuGroup {
    fn drop(&mut self) {
        if !is_removed(&self.path) {
            let mut left = self
                .groups
                .left
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            left.push(std::mem::take(&mut self.path));
        }
    }
}

/// Puts the calling thread into the group whose file of threads this is, and so all that it starts.
pub(super) fn join(mut threads: &File) -> io::Result<()> {
    threads.write_all(b"0")
}

fn is_removed(group: &Path) -> bool {
    match fs::remove_dir(group) {
        Ok(()) => true,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

fn fact(kind: Kind, memory_mb: u64, here: usize) -> String {
    let share = share(memory_mb);
    let version = match kind {
        Kind::V1 => "cgroup v1",
        Kind::V2 => "cgroup v2",
    };
    if share > here as f64 {
        format!("{here} of {share:.2} vCPU ({version})")
    } else {
        format!("{share:.2} vCPU ({version})")
    }
}

/// The group that this process is in, from the texts of `mountinfo` and `cgroup`: where groups of our own may be made,
/// if anywhere.
fn place(mountinfo: &str, own: &str) -> Option<(Kind, PathBuf)> {
    let mounted = |kind: &str, option: Option<&str>| {
        mountinfo.lines().rev().find_map(|line| {
            let (mount, system) = line.split_once(" - ")?;
            let mut system = system.split(' ');
            let (type_, _, options) = (system.next()?, system.next()?, system.next()?);
            let fits = option.is_none_or(|option| options.split(',').any(|o| o == option));
            let mut fields = mount.split(' ').skip(3);
            (type_ == kind && fits).then_some((fields.next()?, fields.next()?))
        })
    };
    let path_in = |controllers: &dyn Fn(&str) -> bool| {
        own.lines().find_map(|line| {
            let (_, rest) = line.split_once(':')?;
            let (names, path) = rest.split_once(':')?;
            controllers(names).then_some(path)
        })
    };
    let is_cpu = |names: &str| names.split(',').any(|name| name == "cpu");
    let (kind, (root, point), path) = match mounted("cgroup", Some("cpu")) {
        Some(mount) => (Kind::V1, mount, path_in(&is_cpu)?),
        None => (
            Kind::V2,
            mounted("cgroup2", None)?,
            path_in(&str::is_empty)?,
        ),
    };
    // A container sees but a part of the tree: what is not below its root is not there.
    let inner = Path::new(path).strip_prefix(root).unwrap_or(Path::new(""));
    Some((kind, Path::new(point).join(inner)))
}

/// The cpu controller for groups below this one. Next to processes that works for threaded groups alone.
fn hand_down(group: &Path) -> io::Result<()> {
    let file = group.join("cgroup.subtree_control");
    let handed = fs::read_to_string(&file).unwrap_or_default();
    if handed.split_whitespace().any(|name| name == "cpu") {
        return Ok(());
    }
    fs::write(&file, "+cpu").map_err(|error| failed("handing down the cpu of", group, &error))
}

fn become_threaded(group: &Path) -> io::Result<()> {
    fs::write(group.join("cgroup.type"), "threaded")
        .map_err(|error| failed("making a threaded group of", group, &error))
}

/// Another start may take it for a left-over before it is locked.
fn make_folder(parent: &Path) -> io::Result<(PathBuf, File)> {
    for _ in 0..10 {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let folder = parent.join(format!("{PREFIX}{}-{}", std::process::id(), &id[..8]));
        fs::create_dir(&folder).map_err(|error| failed("making", &folder, &error))?;
        if let Ok(lock) = File::open(&folder)
            && lock.lock().is_ok()
            && folder.exists()
        {
            return Ok((folder, lock));
        }
        is_removed(&folder);
    }
    Err(io::Error::other(
        "every new control group was removed by somebody else",
    ))
}

fn remove_leftovers(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let (name, path) = (entry.file_name(), entry.path());
        let is_ours = name.to_string_lossy().starts_with(PREFIX) && path.is_dir();
        let lock = File::open(&path).ok().filter(|_| is_ours);
        if lock.is_some_and(|lock| lock.try_lock().is_ok()) {
            for group in fs::read_dir(&path).into_iter().flatten().flatten() {
                is_removed(&group.path());
            }
            is_removed(&path);
        }
    }
}

fn failed(doing: &str, group: &Path, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("{doing} {}: {error}", group.display()),
    )
}

#[cfg(test)]
#[path = "cgroup/tests.rs"]
mod tests;
