//! One execution environment: a guarded process that serves invokes one at a time, with an honest clock.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::cgroup::CpuGroup;
use super::extensions::{Extensions, Function};
use super::happening::Inbox;
use super::leash::Leash;
use super::lifecycle::{Lifecycle, trace_id};
use super::live::Live;
use super::names::ACCOUNT;
use super::protocol::{Crewing, Root, Setup};
use super::runtime_api::{RuntimeApi, address};
use super::telemetry::{Stream, Tap, Telemetry};
use super::variables::{Own, View, of_extensions, variables};

pub use super::guard::{guard_main, is_guard};
pub use super::host::{Host, Mounts};

/// `LoggingConfig.LogFormat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// START, END and REPORT lines.
    #[default]
    Text,
    /// `platform.*` records, one JSON object a line.
    Json,
}

/// Which runtime interface client serves the Runtime API inside the environment, and who brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeClient {
    /// `awslambdaric 3.1.1`, `lambench-python`, `bootstrap`.
    pub name: String,
    /// `package`, `layer`, `--ric`, `interpreter`, `embedded`.
    pub origin: String,
}

/// A runtime identifier resolved on this machine: what to execute. Found once per function configuration, never while
/// an init clock runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedRuntime {
    /// The real executable (no shim) and its arguments. Paths are the host's; those below the package or a layer are
    /// rewritten to `/var/task` and `/opt` by the environment where it mounts them.
    pub argv: Vec<PathBuf>,
    /// `Python 3.12.1`, `Node.js 20.20.2`, `provided.al2023 on this host`.
    pub version: String,
    /// The client that will run.
    pub client: RuntimeClient,
    /// Host paths that must stay visible inside (the interpreter's prefix, the client).
    pub visible: Vec<PathBuf>,
    /// Extra variables that this runtime needs (`PYTHONPATH`, `NODE_PATH`, `AWS_EXECUTION_ENV`, ...).
    pub env: BTreeMap<String, String>,
}

/// Everything that an environment of one function configuration needs. The same for every environment of it.
#[derive(Debug, Clone)]
pub struct EnvironmentSpec {
    /// `AWS_LAMBDA_FUNCTION_NAME`.
    pub function_name: String,
    /// `$LATEST` or a number.
    pub version: String,
    /// ARN, for `Lambda-Runtime-Invoked-Function-Arn`.
    pub arn: String,
    /// Region, as the variables say it.
    pub region: String,
    /// Handler.
    pub handler: String,
    /// Lambda runtime identifier.
    pub runtime_id: String,
    /// What to execute.
    pub runtime: ResolvedRuntime,
    /// MB; the limit and `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`.
    pub memory_mb: u64,
    /// MB of /tmp, where mounts give it one of its own.
    pub ephemeral_mb: u64,
    /// Timeout of an invoke.
    pub timeout: Duration,
    /// The function's own variables.
    pub variables: BTreeMap<String, String>,
    /// The unpacked package.
    pub task_root: PathBuf,
    /// The unpacked layers merged in order into one folder, or none.
    pub opt_root: Option<PathBuf>,
    /// `/aws/lambda/NAME` unless configured.
    pub log_group: String,
    /// Text or JSON.
    pub log_format: LogFormat,
}

impl EnvironmentSpec {
    /// The runtime is Lambda's own, and not one that the package brings.
    pub(super) fn is_managed(&self) -> bool {
        !self.runtime_id.starts_with("provided")
    }

    /// The files that AWS starts as extensions, whether or not they can be.
    fn extensions(&self) -> Vec<PathBuf> {
        let folder = self.opt_root.as_ref().map(|opt| opt.join("extensions"));
        let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
        let mut files: Vec<PathBuf> = entries
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| !path.is_dir())
            .collect();
        files.sort();
        files
    }
}

/// One invoke as the control plane hands it to an environment.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// A UUID.
    pub request_id: String,
    /// The event, as sent.
    pub payload: Bytes,
    /// Base64 `X-Amz-Client-Context`, decoded, if any.
    pub client_context: Option<String>,
    /// Where a response goes that the function streams, piece by piece as it comes; if nowhere, it is collected.
    pub stream: Option<mpsc::Sender<Bytes>>,
}

/// What came of an invoke.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The response body, or the error body; of a response that was streamed, nothing.
    pub body: Bytes,
    /// `Unhandled` (or what the runtime said) when the function failed.
    pub function_error: Option<String>,
    /// START, output, END and REPORT of this invoke, complete; the caller cuts the 4 KB tail.
    pub log: Vec<u8>,
    /// The environment is gone (crash, timeout, out of memory, failed init): never hand it another invoke.
    pub ended: bool,
}

/// Where AWS has its runtime clients.
pub(super) const RUNTIME: &str = "/var/runtime";

/// One environment: a guarded runtime process and the Runtime API server that it talks to.
///
/// Dropped, it ends with every process in it, at the latest when this program ends, however that happens.
#[derive(Debug)]
pub struct Environment {
    lifecycle: Lifecycle,
    // Dropped after the processes that use it.
    folder: Option<TempDir>,
}

impl Environment {
    /// Does all the set-up (guard, mounts, Runtime API listener); the runtime process itself starts with the first
    /// invoke, so that nothing but the runtime's own work lies on the init clock.
    pub async fn start(spec: Arc<EnvironmentSpec>, host: Arc<Host>) -> io::Result<Self> {
        let (told, happenings) = mpsc::unbounded_channel();
        let programs = spec.extensions();
        let extensions = Arc::new(Extensions::new(facts(&spec), names(&programs)));
        let live = host.listener.clone();
        let telemetry = Arc::new(Telemetry::new(
            spec.log_format == LogFormat::Json,
            live.map(|listener| Live::new(&spec.function_name, listener)),
        ));
        let taps = [Stream::Function, Stream::Extension]
            .map(|stream| Tap::new(Arc::clone(&telemetry), stream));
        let own_address = host.mounts == Mounts::Namespaces;
        let api = RuntimeApi::start(told.clone(), extensions, telemetry, own_address).await?;
        let folder = match host.mounts {
            Mounts::Namespaces if programs.is_empty() => None,
            _ => Some(
                tempfile::Builder::new()
                    .prefix("environment-")
                    .tempdir_in(&host.scratch)?,
            ),
        };
        let log_stream = log_stream(&spec.version);
        let own = Own {
            port: api.port(),
            log_stream: &log_stream,
            trace: &trace_id(),
            temporary: folder
                .as_ref()
                .map(TempDir::path)
                .filter(|_| host.mounts == Mounts::SearchPaths),
        };
        let group = host
            .cpu
            .as_ref()
            .map(|groups| groups.group(spec.memory_mb))
            .transpose()?;
        let mut setup = setup(&spec, &host, &own, &programs)?;
        setup.threads = group.as_ref().map(CpuGroup::threads);
        if let (Some(root), Some(folder)) = (&mut setup.root, &folder) {
            root.hosts = Some(hosts(folder.path(), api.port())?);
        }
        let (leash, log) =
            Leash::start(&host.guard_exe, host.mounts, setup, told, Some(taps.into())).await?;
        let lifecycle = Lifecycle::new(
            spec,
            host.init_limit,
            log_stream,
            leash,
            log,
            api,
            Inbox::new(happenings),
        )
        .limited_by(group);
        Ok(Self { lifecycle, folder })
    }

    /// False once its guard is gone, and all else with it.
    pub fn is_alive(&mut self) -> bool {
        self.lifecycle.is_alive()
    }

    /// Serves one invoke; the first one initialises the environment. Frozen before and after.
    pub async fn invoke(&mut self, invocation: Invocation) -> Outcome {
        self.lifecycle.invoke(invocation).await
    }

    /// Kills every process of the environment and removes its folder. Dropping an environment does the same, at the
    /// latest when the process ends.
    pub async fn shutdown(self) {
        let Self { lifecycle, folder } = self;
        lifecycle.end().await;
        drop(folder);
    }
}

fn facts(spec: &EnvironmentSpec) -> Function {
    Function {
        name: spec.function_name.clone(),
        version: spec.version.clone(),
        handler: spec.handler.clone(),
        account: ACCOUNT.to_owned(),
    }
}

/// An extension's name is its file's.
fn names(programs: &[PathBuf]) -> Vec<String> {
    let name = |program: &PathBuf| {
        program
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into()
    };
    programs.iter().map(name).collect()
}

/// The machine's own names, and the one that AWS gives an environment.
fn hosts(folder: &Path, port: u16) -> io::Result<PathBuf> {
    let known = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
    let file = folder.join("hosts");
    let own = address(port);
    std::fs::write(
        &file,
        format!("{known}\n{own} sandbox.localdomain sandbox\n"),
    )?;
    Ok(file)
}

fn setup(
    spec: &EnvironmentSpec,
    host: &Host,
    own: &Own,
    programs: &[PathBuf],
) -> io::Result<Setup> {
    // A machine that has something there itself, as one made of Lambda's own image, keeps it.
    let clients = host
        .clients
        .as_ref()
        .filter(|clients| clients.is_dir() && !Path::new(RUNTIME).exists());
    let view = match host.mounts {
        Mounts::Namespaces => View::mounted(spec, clients),
        Mounts::SearchPaths => View::unmoved(),
    };
    let root = match host.mounts {
        Mounts::Namespaces => Some(Root {
            mount_point: host.mount_point()?,
            task: spec.task_root.clone(),
            opt: spec.opt_root.clone(),
            runtime: clients.cloned(),
            hosts: None,
            visible: visible(spec, &view),
            ephemeral_mb: spec.ephemeral_mb,
        }),
        Mounts::SearchPaths => None,
    };
    let variables = variables(spec, &view, own);
    let crew = (!programs.is_empty()).then(|| Crewing {
        programs: programs.iter().map(|program| view.path(program)).collect(),
        variables: of_extensions(spec, &variables),
    });
    Ok(Setup {
        argv: spec
            .runtime
            .argv
            .iter()
            .map(|argument| view.path(argument))
            .collect(),
        wrapper: wrapper(spec, host.mounts),
        variables,
        crew,
        folder: view.path(&spec.task_root),
        memory_limit_kb: spec.memory_mb * 1024,
        threads: None,
        root,
    })
}

/// `AWS_LAMBDA_EXEC_WRAPPER`, which Lambda's own runtimes heed; a package's own does so itself or not at all.
fn wrapper(spec: &EnvironmentSpec, mounts: Mounts) -> Option<PathBuf> {
    let said = spec.variables.get("AWS_LAMBDA_EXEC_WRAPPER")?;
    let said = Path::new(said.as_str());
    if !spec.is_managed() || said.as_os_str().is_empty() {
        return None;
    }
    let places = [
        ("/opt", spec.opt_root.as_ref()),
        ("/var/task", Some(&spec.task_root)),
    ];
    let moved = places.into_iter().find_map(|(seen, folder)| {
        let inner = said.strip_prefix(seen).ok()?;
        Some(folder?.join(inner))
    });
    Some(match mounts {
        Mounts::Namespaces => said.to_owned(),
        Mounts::SearchPaths => moved.unwrap_or_else(|| said.to_owned()),
    })
}

/// Host paths that are seen where they are, folders before what is in them.
fn visible(spec: &EnvironmentSpec, view: &View) -> Vec<PathBuf> {
    let named = spec.runtime.visible.iter().chain(&spec.runtime.argv);
    let mut paths: Vec<PathBuf> = named
        .filter(|path| path.is_absolute() && view.path(path) == **path)
        .cloned()
        .collect();
    paths.sort_by_key(|path| path.components().count());
    paths
}

/// `2026/11/25/[$LATEST]0123456789abcdef0123456789abcdef`.
fn log_stream(version: &str) -> String {
    let day = jiff::Timestamp::now().strftime("%Y/%m/%d").to_string();
    format!("{day}/[{version}]{}", uuid::Uuid::new_v4().simple())
}
