//! Functions made of one script, hosts that run them, and readers of what they report.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use bytes::Bytes;
use lambench::sandbox::environment::{
    Environment, EnvironmentSpec, Host, Invocation, LogFormat, Mounts, Outcome, ResolvedRuntime,
    RuntimeClient,
};
use serde_json::Value;
use tempfile::TempDir;

/// A runtime client in Python, for the scripts to be short. `serve(handler)` never returns.
const CLIENT: &str = r#"
import http.client, json, os, signal, subprocess, sys, threading, time

api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

def call(method, path, body=None, headers={}):
    api.request(method, "/2018-06-01/runtime/" + path, body, headers)
    reply = api.getresponse()
    return reply, reply.read()

def take():
    reply, event = call("GET", "invocation/next")
    return reply.headers, json.loads(event)

def respond(headers, body):
    reply, answer = call("POST", "invocation/%s/response" % headers["Lambda-Runtime-Aws-Request-Id"], body)
    return reply.status, answer

def serve(handler):
    while True:
        headers, event = take()
        respond(headers, json.dumps(handler(event)))
"#;

/// What an extension in Python needs. `run(*events)` registers, calls `on(event)` for each event, and ends after SHUTDOWN;
/// `note(thing)` sends JSON out of the environment, to [`Notes`].
const EXTENSION: &str = r#"
import http.client, json, os, socket, sys, threading, time

api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
name = os.path.basename(sys.argv[0])

def call(method, path, body=None, headers={}):
    api.request(method, path, body, headers)
    reply = api.getresponse()
    return reply, reply.read()

def note(thing):
    with socket.create_connection(("127.0.0.1", int(os.environ["NOTES"]))) as out:
        out.sendall(json.dumps(thing).encode() + b"\n")

def register(*events, name=name, **headers):
    headers = {key.replace("_", "-"): value for key, value in headers.items()}
    body = json.dumps({"events": events})
    reply, body = call("POST", "/2020-01-01/extension/register", body, {"Lambda-Extension-Name": name, **headers})
    return reply.headers["Lambda-Extension-Identifier"], json.loads(body)

def take(me):
    reply, body = call("GET", "/2020-01-01/extension/event/next", headers={"Lambda-Extension-Identifier": me})
    return json.loads(body)

def fail(me, when, kind):
    headers = {"Lambda-Extension-Identifier": me, "Lambda-Extension-Function-Error-Type": kind}
    reply, body = call("POST", "/2020-01-01/extension/%s/error" % when, "{}", headers)
    return reply.status

def on(event):
    pass

def serve_events(me):
    while True:
        event = take(me)
        on(event)
        if event["eventType"] == "SHUTDOWN":
            return

def run(*events):
    serve_events(register(*events)[0])
"#;

/// Collects what extensions note.
pub struct Notes {
    pub port: u16,
    told: mpsc::Receiver<Value>,
}

impl Notes {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                for line in BufReader::new(connection.unwrap()).lines() {
                    let note = serde_json::from_str(&line.unwrap()).unwrap();
                    if tell.send(note).is_err() {
                        return;
                    }
                }
            }
        });
        Self { port, told }
    }

    /// All that has been noted; waits for the first of it.
    #[track_caller]
    pub fn all(&self) -> Vec<Value> {
        let first = self.told.recv_timeout(Duration::from_secs(10));
        let first = first.expect("nothing was noted");
        std::iter::once(first)
            .chain(std::iter::from_fn(|| {
                self.told.recv_timeout(Duration::from_millis(200)).ok()
            }))
            .collect()
    }
}

/// The real interpreter, not a shim.
pub fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let output = Command::new("python3")
            .args(["-c", "import sys; print(sys.executable, end='')"])
            .output()
            .unwrap();
        assert!(output.status.success(), "these tests need python3");
        PathBuf::from(String::from_utf8(output.stdout).unwrap())
    })
}

/// The real Node, not a shim.
pub fn node() -> &'static Path {
    static NODE: OnceLock<PathBuf> = OnceLock::new();
    NODE.get_or_init(|| {
        let output = Command::new("node")
            .args(["-p", "process.execPath"])
            .output()
            .expect("these tests need node");
        PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
    })
}

/// A function on a host of its own.
pub struct Function {
    pub host: Arc<Host>,
    pub spec: EnvironmentSpec,
    pub folder: TempDir,
}

impl Function {
    /// A bootstrap in Python, on what this system allows.
    pub async fn python(code: &str) -> Self {
        Self::script(&format!("#!{} -u\n{CLIENT}\n{code}", python().display())).await
    }

    /// Any script.
    pub async fn script(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (task, scratch) = (folder.path().join("task"), folder.path().join("scratch"));
        std::fs::create_dir(&task).unwrap();
        let bootstrap = task.join("bootstrap");
        std::fs::write(&bootstrap, text).unwrap();
        std::fs::set_permissions(&bootstrap, std::fs::Permissions::from_mode(0o755)).unwrap();
        let host = Host::new(env!("CARGO_BIN_EXE_lambench").into(), scratch).await;
        Self {
            host: Arc::new(host),
            spec: spec(task, bootstrap),
            folder,
        }
    }

    /// The same on a host that can't mount.
    pub fn without_mounts(mut self) -> Self {
        Arc::get_mut(&mut self.host).unwrap().mounts = Mounts::SearchPaths;
        self
    }

    /// With its CPU share, where this system lets us; whoever can write control groups must be able to.
    pub fn with_its_share(mut self) -> Option<Self> {
        let host = Arc::get_mut(&mut self.host).unwrap();
        host.limit_cpu();
        let writable = std::fs::OpenOptions::new()
            .write(true)
            .open("/sys/fs/cgroup/cpu/tasks");
        assert!(
            host.cpu.is_some() || writable.is_err(),
            "control groups can be written, and the host says they can't: {:?}",
            host.cpu_refusal
        );
        host.cpu.is_some().then_some(self)
    }

    pub fn init_limit(mut self, limit: Duration) -> Self {
        Arc::get_mut(&mut self.host).unwrap().init_limit = limit;
        self
    }

    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.spec.timeout = timeout;
        self
    }

    pub fn memory(mut self, memory_mb: u64) -> Self {
        self.spec.memory_mb = memory_mb;
        self
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.spec.variables.insert(name.into(), value.into());
        self
    }

    /// A layer with these files.
    pub fn layer(mut self, files: &[(&str, &str)]) -> Self {
        let opt = self.folder.path().join("opt");
        for (name, text) in files {
            let path = opt.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        self.spec.opt_root = Some(opt);
        self
    }

    /// An external extension in Python; `run(...)` and what it calls are there.
    pub fn extension(self, name: &str, code: &str) -> Self {
        let text = format!("#!{} -u\n{EXTENSION}\n{code}\n", python().display());
        self.extension_file(name, &text, 0o755)
    }

    /// Any file among the extensions.
    pub fn extension_file(mut self, name: &str, text: &str, mode: u32) -> Self {
        let opt = self.folder.path().join("opt");
        let path = opt.join("extensions").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        self.spec.opt_root = Some(opt);
        self
    }

    pub fn json(mut self) -> Self {
        self.spec.log_format = LogFormat::Json;
        self
    }

    pub async fn start(&self) -> Environment {
        Environment::start(Arc::new(self.spec.clone()), Arc::clone(&self.host))
            .await
            .unwrap()
    }

    /// The first invoke of a new environment.
    pub async fn cold(&self) -> Outcome {
        let mut environment = self.start().await;
        let outcome = invoke(&mut environment, "{}").await;
        environment.shutdown().await;
        outcome
    }
}

/// True where this system lets us mount; whoever has the right must be able to.
pub fn mounts(function: &Function) -> bool {
    let allowed = function.host.mounts == Mounts::Namespaces;
    assert!(
        allowed || !may_mount(),
        "this process may mount, and the host says it can't: {:?}",
        function.host.refusal
    );
    allowed
}

/// Has `CAP_SYS_ADMIN`: root of a container usually hasn't.
fn may_mount() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status
        .lines()
        .find_map(|line| u64::from_str_radix(line.strip_prefix("CapEff:")?.trim(), 16).ok());
    effective.unwrap_or(0) & (1 << 21) != 0
}

fn spec(task_root: PathBuf, bootstrap: PathBuf) -> EnvironmentSpec {
    EnvironmentSpec {
        function_name: "probe".into(),
        version: "$LATEST".into(),
        arn: "arn:aws:lambda:us-east-1:000000000000:function:probe".into(),
        region: "us-east-1".into(),
        handler: "app.handler".into(),
        runtime_id: "provided.al2023".into(),
        runtime: ResolvedRuntime {
            argv: vec![bootstrap],
            version: "provided.al2023 on this host".into(),
            client: RuntimeClient {
                name: "bootstrap".into(),
                origin: "package".into(),
            },
            visible: Vec::new(),
            env: BTreeMap::new(),
        },
        memory_mb: 256,
        timeout: Duration::from_secs(30),
        variables: BTreeMap::new(),
        task_root,
        opt_root: None,
        log_group: "/aws/lambda/probe".into(),
        log_format: LogFormat::Text,
        ephemeral_mb: 512,
    }
}

pub const REQUEST: &str = "8c0e1f0a-0000-4000-8000-000000000001";

pub async fn invoke(environment: &mut Environment, event: &str) -> Outcome {
    let invocation = Invocation {
        request_id: REQUEST.into(),
        payload: Bytes::copy_from_slice(event.as_bytes()),
        client_context: None,
        stream: None,
    };
    environment.invoke(invocation).await
}

pub fn json(outcome: &Outcome) -> serde_json::Value {
    assert_eq!(outcome.function_error, None, "{}", said(outcome));
    serde_json::from_slice(&outcome.body).unwrap()
}

/// Body and log, for messages.
pub fn said(outcome: &Outcome) -> String {
    format!(
        "{}\n{}",
        String::from_utf8_lossy(&outcome.body),
        log(outcome)
    )
}

pub fn log(outcome: &Outcome) -> String {
    String::from_utf8_lossy(&outcome.log).into_owned()
}

/// A figure of the REPORT line.
pub fn figure(outcome: &Outcome, label: &str) -> Option<f64> {
    let log = log(outcome);
    let report = log
        .lines()
        .find(|line| line.starts_with("REPORT "))
        .unwrap_or_else(|| panic!("no REPORT in {log}"));
    let field = report
        .split('\t')
        .find_map(|field| field.strip_prefix(label)?.strip_prefix(": "))?;
    Some(field.split(' ').next().unwrap().parse().unwrap())
}

/// Host ids of the processes that have this word in their command line.
pub fn processes_with(word: &str) -> Vec<i32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| {
            let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(word)
        })
        .collect()
}

/// Waits until something is so; false after a long time.
pub async fn comes_true(mut condition: impl FnMut() -> bool) -> bool {
    for _ in 0..1000 {
        if condition() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}
