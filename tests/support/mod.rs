//! The compiled binary in a folder of its own, as a user has it: no lambench variables, no AWS account, no proxies.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(missing_docs, clippy::missing_panics_doc, reason = "a test's helper")]

pub mod cloud;
pub mod cloud_read;
pub mod cloud_watch;
pub mod proxy;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Where the API has the functions.
pub const FUNCTIONS: &str = "/2015-03-31/functions";

pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn fixture(name: &str) -> PathBuf {
    let path = repository().join("fixtures").join(name);
    assert!(path.exists(), "no fixture {}", path.display());
    path
}

/// One invocation of lambench in its own folder.
pub struct Test {
    pub folder: tempfile::TempDir,
}

pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Test {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn command<S: AsRef<std::ffi::OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lambench"));
        clean(&mut command);
        command
            .env("HOME", self.path())
            .env("XDG_STATE_HOME", self.path().join("state"))
            // These endpoints are nobody's production.
            .env("LAMBENCH_CONTROL_RATE", "100")
            .current_dir(self.path())
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run<S: AsRef<std::ffi::OsStr>>(&self, args: &[S]) -> Ran {
        Ran::from(self.command(args).output().expect("lambench starts"))
    }

    /// The journals of what is not put back or deleted yet.
    pub fn journals(&self) -> Vec<PathBuf> {
        std::fs::read_dir(self.path().join("state/lambench/journal"))
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "json"))
            .collect()
    }

    /// Their entries.
    pub fn journal_entries(&self) -> Vec<Value> {
        self.journals()
            .iter()
            .map(|path| std::fs::read_to_string(path).unwrap())
            .map(|text| serde_json::from_str::<Value>(&text).unwrap())
            .flat_map(|journal| journal["entries"].as_array().unwrap().clone())
            .collect()
    }

    /// The only result stored in this folder.
    pub fn result(&self) -> Value {
        let files: Vec<_> = std::fs::read_dir(self.path().join(".lambench/results"))
            .expect("a results folder")
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "json"))
            .collect();
        assert_eq!(files.len(), 1, "{files:?}");
        serde_json::from_str(&std::fs::read_to_string(&files[0]).unwrap()).unwrap()
    }
}

/// Nothing of the caller's AWS, lambench or proxy settings; interpreters are still found as the caller finds them.
pub fn clean(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().to_ascii_uppercase();
        if text.starts_with("AWS_") || text.starts_with("LAMBENCH_") || text.ends_with("_PROXY") {
            command.env_remove(&name);
        }
    }
    command
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("PYENV_ROOT", pyenv_root());
}

/// HOME is another one in the tests, and pyenv's shims look there.
pub fn pyenv_root() -> std::ffi::OsString {
    std::env::var_os("PYENV_ROOT").unwrap_or_else(|| {
        let mut home = std::env::var_os("HOME").unwrap_or_default();
        home.push("/.pyenv");
        home
    })
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    #[track_caller]
    pub fn success(self) -> Self {
        assert_eq!(
            self.code,
            Some(0),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    #[track_caller]
    pub fn fails_with(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(
            self.stderr.contains(text),
            "no {text:?} in stderr:\n{}",
            self.stderr
        );
        self
    }

    #[track_caller]
    pub fn prints(self, text: &str) -> Self {
        assert!(
            self.stdout.contains(text),
            "no {text:?} in stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }
}

/// Each subject's first start, one cold invoke after its code was uploaded, is flagged and kept out, and no other is.
#[track_caller]
pub fn first_starts_are_flagged(result: &Value, arms: &[&str]) {
    for arm in arms {
        let samples = result["samples"].as_array().unwrap();
        let own: Vec<_> = samples.iter().filter(|s| s["arm"] == *arm).collect();
        let flagged: Vec<_> = own
            .iter()
            .map(|s| s["excluded_reason"] == "first_start")
            .collect();
        assert!(flagged[0] && own[0]["kind"] == "cold" && own[0]["init_ms"].is_number());
        assert_eq!(own[0]["accepted"], false);
        // Its warm invokes come with it, and nothing after them.
        assert!(flagged.is_sorted_by(|a, b| a >= b), "{arm}: {flagged:?}");
        assert_eq!(flagged.iter().filter(|f| **f).count(), 4, "{arm}");
    }
}

/// A `lambench serve` that ends with the test.
pub struct Server {
    pub child: Child,
    pub url: String,
}

impl Server {
    pub fn start(test: &Test, args: &[&str]) -> Self {
        let port_file = test.path().join("port");
        let port_file_name = port_file.to_str().unwrap();
        let mut all = vec!["serve", "--quiet", "--port-file", port_file_name];
        all.extend(args);
        let child = test
            .command(&all)
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("lambench starts");
        let port = wait_for("the port file", || std::fs::read_to_string(&port_file).ok());
        Self {
            child,
            url: format!("http://127.0.0.1:{}", port.trim()),
        }
    }
}

impl Server {
    /// A server of one function, `my-fn`, of a fixture's package.
    pub fn of(test: &Test, settle_ms: &str, package: &str) -> Self {
        let function = format!("my-fn={}", fixture(package).display());
        Self::start(test, &["--settle", settle_ms, "--function", &function])
    }

    pub fn configuration(&self, function: &str) -> Value {
        let path = format!("{FUNCTIONS}/{function}/configuration");
        self.call("GET", &path, None)
    }

    /// The configuration once the last update is in force.
    pub fn settled(&self, function: &str) -> Value {
        wait_for("the update", || {
            let now = self.configuration(function);
            (now["LastUpdateStatus"] == "Successful").then_some(now)
        })
    }

    /// Changes the configuration; that is in force when this returns.
    pub fn configure(&self, function: &str, change: &Value) {
        let path = format!("{FUNCTIONS}/{function}/configuration");
        self.call("PUT", &path, Some(change));
        self.settled(function);
    }

    /// All of the configuration but what any update changes.
    pub fn record(&self, function: &str) -> Value {
        let mut now = self.settled(function);
        for moving in ["RevisionId", "LastModified"] {
            assert!(now.as_object_mut().unwrap().remove(moving).is_some());
        }
        now
    }

    /// The names of all functions.
    pub fn functions(&self) -> Vec<String> {
        let all = self.call("GET", FUNCTIONS, None);
        let all = all["Functions"].as_array().unwrap().iter();
        all.map(|function| function["FunctionName"].as_str().unwrap().to_owned())
            .collect()
    }

    /// One call of the Lambda API by hand: the JSON that came back. Panics on anything but success.
    #[track_caller]
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        use std::io::{Read as _, Write as _};
        let host = self.url.trim_start_matches("http://");
        let mut stream = std::net::TcpStream::connect(host).expect("it listens");
        let body = body.map(ToString::to_string).unwrap_or_default();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
        assert!(head.starts_with("HTTP/1.1 2"), "{answer}");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let _ = self.child.wait();
    }
}

/// Polls until `look` gives something, two minutes at most: a hundred things at once take their time on a busy machine.
#[track_caller]
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            start.elapsed() < Duration::from_mins(2),
            "waited in vain for {what}"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &child.id().to_string()])
        .status()
        .expect("kill is there");
    assert!(sent.success());
}
