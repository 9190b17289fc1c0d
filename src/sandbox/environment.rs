//! One execution environment: a guarded process that serves invokes one at a time, with an honest clock.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

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

/// One invoke as the control plane hands it to an environment.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// A UUID.
    pub request_id: String,
    /// The event, as sent.
    pub payload: Bytes,
    /// Base64 `X-Amz-Client-Context`, decoded, if any.
    pub client_context: Option<String>,
}

/// What came of an invoke.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The response body, or the error body.
    pub body: Bytes,
    /// `Unhandled` (or what the runtime said) when the function failed.
    pub function_error: Option<String>,
    /// START, output, END and REPORT of this invoke, complete; the caller cuts the 4 KB tail.
    pub log: Vec<u8>,
    /// The environment is gone (crash, timeout, out of memory, failed init): never hand it another invoke.
    pub ended: bool,
}

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
    /// The sandbox's temporary folder; every environment has a folder of its own in it.
    pub scratch: PathBuf,
    /// What this system allows, found out once.
    pub mounts: Mounts,
}

impl Host {
    /// Finds out what the system allows, by trying.
    pub async fn new(_guard_exe: PathBuf, _scratch: PathBuf) -> Self {
        unimplemented!()
    }
}

/// One environment: a guarded runtime process and the Runtime API server that it talks to.
#[derive(Debug)]
pub struct Environment {}

impl Environment {
    /// Does all the set-up (guard, mounts, Runtime API listener); the runtime process itself starts with the first
    /// invoke, so that nothing but the runtime's own work lies on the init clock.
    pub async fn start(_spec: Arc<EnvironmentSpec>, _host: Arc<Host>) -> std::io::Result<Self> {
        unimplemented!()
    }

    /// Serves one invoke; the first one initialises the environment. Frozen before and after.
    pub async fn invoke(&mut self, _invocation: Invocation) -> Outcome {
        unimplemented!()
    }

    /// Kills every process of the environment and removes its folder. Dropping an environment does the same, at the
    /// latest when the process ends.
    pub async fn shutdown(self) {
        unimplemented!()
    }
}

/// True if these are the arguments of a guard process (the first one is the program's name).
pub fn is_guard(_args: &[std::ffi::OsString]) -> bool {
    false
}

/// The guard process's whole life; gives its exit code.
pub fn guard_main(_args: &[std::ffi::OsString]) -> u8 {
    unimplemented!()
}
