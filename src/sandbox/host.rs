//! What the environments of one sandbox share, and what this system lets them have: found out once, by trying.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::cgroup::CpuGroups;
use super::happening::Happening;
use super::leash::Leash;
use super::live::LogListener;
use super::protocol::{Root, Setup};

/// How packages and layers are presented to the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mounts {
    /// Read-only bind mounts at /var/task and /opt, private /tmp, own PID namespace.
    Namespaces,
    /// `LAMBDA_TASK_ROOT` and search paths; the tree is checked afterwards.
    SearchPaths,
}

/// What all environments of one sandbox share.
#[derive(Debug)]
pub struct Host {
    /// This program's own executable: it is run again as the guard of every environment.
    pub guard_exe: PathBuf,
    /// The sandbox's temporary folder; what an environment needs on disk is below it.
    pub scratch: PathBuf,
    /// Where the embedded runtime clients are written, to be seen at /var/runtime; none is where they are.
    pub clients: Option<PathBuf>,
    /// What this system allows, found out once.
    pub mounts: Mounts,
    /// Why it doesn't allow mounts, if it doesn't.
    pub refusal: Option<String>,
    /// Where the CPU shares of environments are kept; none: they are not limited.
    pub cpu: Option<Arc<CpuGroups>>,
    /// Why they are not, where they were to be.
    pub cpu_refusal: Option<String>,
    /// Who reads the logs of all environments along.
    pub listener: Option<LogListener>,
    /// How long an init may take before it is started again inside the invoke: 10 s, as on AWS.
    pub init_limit: Duration,
}

/// AWS's limit for the init phase.
const INIT_LIMIT: Duration = Duration::from_secs(10);

impl Host {
    /// Finds out what the system allows, by trying. Creates the scratch folder if it isn't there.
    pub async fn new(guard_exe: PathBuf, scratch: PathBuf) -> Self {
        let mut host = Self {
            guard_exe,
            scratch,
            clients: None,
            mounts: Mounts::Namespaces,
            refusal: None,
            cpu: None,
            cpu_refusal: None,
            listener: None,
            init_limit: INIT_LIMIT,
        };
        if let Err(error) = host.can_mount().await {
            host.mounts = Mounts::SearchPaths;
            host.refusal = Some(error.to_string());
        }
        host
    }

    /// From now on environments get the share of the CPU that goes with their memory, if this system lets us.
    pub fn limit_cpu(&mut self) {
        match CpuGroups::new() {
            Ok(groups) => self.cpu = Some(groups),
            Err(error) => self.cpu_refusal = Some(error.to_string()),
        }
    }

    /// The CPU share of a function with so much memory, in words.
    pub(super) fn cpu_fact(&self, memory_mb: u64) -> String {
        self.cpu
            .as_ref()
            .map_or_else(|| "not limited".to_owned(), |groups| groups.fact(memory_mb))
    }

    /// Builds the tree of an environment that has nothing in it.
    async fn can_mount(&self) -> io::Result<()> {
        std::fs::create_dir_all(&self.scratch)?;
        if !cfg!(target_os = "linux") {
            return Err(io::Error::other("mounts of one's own need Linux"));
        }
        let empty = tempfile::Builder::new()
            .prefix("probe-")
            .tempdir_in(&self.scratch)?;
        let setup = Setup {
            argv: Vec::new(),
            variables: BTreeMap::new(),
            wrapper: None,
            crew: None,
            folder: "/var/task".into(),
            memory_limit_kb: u64::MAX,
            threads: None,
            root: Some(Root {
                mount_point: self.mount_point()?,
                task: empty.path().to_owned(),
                opt: None,
                runtime: None,
                hosts: None,
                visible: Vec::new(),
                ephemeral_mb: 1,
            }),
        };
        let (told, _) = mpsc::unbounded_channel::<Happening>();
        let (leash, _log) =
            Leash::start(&self.guard_exe, Mounts::Namespaces, setup, told, None).await?;
        leash.let_go().await;
        Ok(())
    }

    /// One folder for all: each environment mounts on it in a namespace of its own.
    pub(super) fn mount_point(&self) -> io::Result<PathBuf> {
        let folder = self.scratch.join("root");
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }
}
