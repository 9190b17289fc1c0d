//! Real interpreters, real shims and real functions; the Runtime API is played by a plain listener.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::*;

mod node;
mod provided;
mod python;

/// A package, layers, a place for clients and a machine to look on.
struct Bench {
    root: TempDir,
    machine: Machine,
    options: RuntimeOptions,
    layers: bool,
}

impl Bench {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["task", "opt"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        Self {
            machine: Machine::current(),
            options: RuntimeOptions {
                clients: root.path().join("clients"),
                ..RuntimeOptions::default()
            },
            root,
            layers: false,
        }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.root.path().join(below)
    }

    fn file(&self, below: &str, content: &str) -> PathBuf {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    fn executable(&self, below: &str, content: &str) -> PathBuf {
        let path = self.file(below, content);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn resolve(&self, runtime_id: &str) -> Result<ResolvedRuntime, RuntimeError> {
        let opt = self.path("opt");
        let opt = self.layers.then_some(opt.as_path());
        resolve_on(
            &self.machine,
            runtime_id,
            &self.path("task"),
            opt,
            &self.options,
        )
    }

    fn message(&self, runtime_id: &str) -> String {
        self.resolve(runtime_id).unwrap_err().to_string()
    }

    /// Something that passes for awslambdaric with a native half for every Python.
    fn fake_awslambdaric(&self, folder: &str, version: &str) {
        self.file(
            &format!("{folder}/awslambdaric/__main__.py"),
            "def main(args): pass\n",
        );
        self.file(
            &format!("{folder}/awslambdaric/__init__.py"),
            &format!("\"\"\"x\"\"\"\n\n__version__ = \"{version}\"\n"),
        );
        self.file(&format!("{folder}/runtime_client.abi3.so"), "");
    }

    fn fake_node_ric(&self, folder: &str) {
        self.file(
            &format!("{folder}/package.json"),
            r#"{"name": "aws-lambda-ric", "version": "3.3.0", "main": "dist/index.mjs"}"#,
        );
        self.file(
            &format!("{folder}/dist/index.mjs"),
            "export function run() {}",
        );
        self.file(&format!("{folder}/dist/rapid-client.node"), "");
    }

    /// Runs a resolved function once with the event `{"n": 20}` and gives what it posted: path and body.
    fn serve_one(&self, runtime: &ResolvedRuntime, handler: &str) -> (String, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut command = Command::new(&runtime.argv[0]);
        command
            .args(&runtime.argv[1..])
            .env_clear()
            .envs(&runtime.env)
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("_HANDLER", handler)
            .env("LAMBDA_TASK_ROOT", self.path("task"))
            .env(
                "AWS_LAMBDA_RUNTIME_API",
                listener.local_addr().unwrap().to_string(),
            )
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .current_dir(self.path("task"))
            .stdin(Stdio::null());
        let _process = Ended(command.spawn().unwrap());
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream);
        let (asked, _) = request(&mut reader);
        if asked.starts_with("GET") {
            let event = "{\"n\": 20}";
            write!(
                reader.get_mut(),
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nlambda-runtime-aws-request-id: r1\r\n\
                 lambda-runtime-deadline-ms: 9999999999999\r\ncontent-length: {}\r\n\r\n{event}",
                event.len(),
            )
            .unwrap();
            return request(&mut reader);
        }
        (asked, String::new())
    }
}

/// A process that doesn't outlive its test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn request(reader: &mut BufReader<std::net::TcpStream>) -> (String, String) {
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (first.trim().to_owned(), String::from_utf8(body).unwrap())
}

fn minor_here() -> u32 {
    let runtime = Bench::new().resolve("python3").unwrap();
    runtime.version.split('.').nth(1).unwrap().parse().unwrap()
}

#[test]
fn identifiers_are_taken_exactly() {
    for (id, family) in [
        ("python3", Some(Family::Python(None))),
        ("python3.12", Some(Family::Python(Some(12)))),
        ("nodejs", Some(Family::Node(None))),
        ("nodejs20.x", Some(Family::Node(Some(20)))),
        ("provided.al2023", Some(Family::Provided)),
        ("provided", Some(Family::Provided)),
        ("python3.", None),
        ("python3.+9", None),
        ("python2.7", None),
        ("nodejs20", None),
        ("nodejs.x", None),
        ("java21", None),
        ("provided.al3", None),
    ] {
        assert_eq!(Family::of(id), family, "{id}");
    }
}

#[test]
fn an_unsupported_runtime_is_told_what_is_supported() {
    let message = Bench::new().message("ruby3.3");
    assert!(
        message.contains("ruby3.3") && message.contains("python3.N"),
        "{message}"
    );
}

#[test]
fn a_missing_version_says_what_to_install_and_what_would_run_instead() {
    let mut bench = Bench::new();
    let here = bench.resolve("python3").unwrap().version;
    let message = bench.message("python3.99");
    assert!(
        message.starts_with(&format!("python3.99 is not on this machine ({here} is)")),
        "{message}"
    );
    assert!(message.contains("apt-get install python3.99"), "{message}");
    assert!(
        message.contains(&format!("--any-version, which would take {here}")),
        "{message}"
    );
    let node = bench.message("nodejs99.x");
    assert!(
        node.contains("nvm install 99") && node.contains("--any-version"),
        "{node}"
    );

    bench.options.any_version = true;
    let runtime = bench.resolve("python3.99").unwrap();
    assert_eq!(runtime.version, here);
    assert_eq!(runtime.env["AWS_EXECUTION_ENV"], "AWS_Lambda_python3.99");
    assert!(bench.resolve("nodejs99.x").is_ok());
}

#[test]
fn nothing_at_all_is_said_too() {
    let mut bench = Bench::new();
    bench.machine = Machine::default();
    bench.options.any_version = true;
    for id in ["python3", "python3.12", "nodejs", "nodejs20.x"] {
        let message = bench.message(id);
        assert!(
            message.contains("none was found") && message.contains("install it"),
            "{message}"
        );
        assert!(!message.contains("--any-version"), "{message}");
    }
}

#[test]
fn a_shim_that_fails_is_passed_over_for_an_installed_version() {
    let mut bench = Bench::new();
    let real = bench.resolve("python3").unwrap().argv[0].clone();
    let minor = minor_here();
    let name = format!("python3.{minor}");
    bench.executable(
        &format!("shims/{name}"),
        "#!/bin/sh\necho 'command not found' >&2\nexit 127\n",
    );
    bench.executable("shims/python3", "#!/bin/sh\nexit 127\n");
    let bin = bench.path(&format!("versions/3.{minor}.0/bin"));
    fs::create_dir_all(&bin).unwrap();
    std::os::unix::fs::symlink(&real, bin.join("python3")).unwrap();
    bench.machine = Machine {
        path: vec![bench.path("shims")],
        pythons: vec![bench.path("versions")],
        nodes: Vec::new(),
    };
    assert_eq!(bench.resolve(&name).unwrap().argv[0], real);
    assert_eq!(bench.resolve("python3").unwrap().argv[0], real);
}

#[test]
fn a_shim_that_works_is_followed_to_the_real_executable() {
    let mut bench = Bench::new();
    let python = bench.resolve("python3").unwrap().argv[0].clone();
    let node = bench.resolve("nodejs").unwrap().argv[0].clone();
    for (name, real) in [("python3", &python), ("node", &node)] {
        bench.executable(
            &format!("shims/{name}"),
            &format!(
                "#!/bin/sh\necho a greeting\nexec {} \"$@\"\n",
                real.display()
            ),
        );
    }
    bench.machine = Machine {
        path: vec![bench.path("shims")],
        ..Machine::default()
    };
    assert_eq!(bench.resolve("python3").unwrap().argv[0], python);
    assert_eq!(bench.resolve("nodejs").unwrap().argv[0], node);
}

#[test]
fn ric_may_be_a_script_or_an_executable() {
    let mut bench = Bench::new();
    let python = bench.resolve("python3").unwrap().argv[0].clone();
    bench.options.ric = Some(bench.file("client.py", "pass"));
    let runtime = bench.resolve("python3").unwrap();
    let script = bench.path("client.py").canonicalize().unwrap();
    assert_eq!(runtime.argv, [python, script]);
    assert_eq!(runtime.client.name, "client.py");

    bench.options.ric = Some(bench.executable("client", "#!/bin/sh\n"));
    let executable = bench.path("client").canonicalize().unwrap();
    assert_eq!(bench.resolve("nodejs").unwrap().argv, [executable]);

    bench.options.ric = Some(bench.file("notes.txt", ""));
    assert!(
        bench
            .message("python3")
            .contains("neither executable nor a script")
    );
    bench.options.ric = Some(bench.path("absent"));
    assert!(bench.message("nodejs").contains("No such file"));
}

#[test]
fn folders_within_visible_folders_are_not_repeated() {
    let bench = Bench::new();
    for folder in ["a/b/c", "d"] {
        fs::create_dir_all(bench.path(folder)).unwrap();
    }
    let given = ["a/b", "a/b/c", "a", "d", "absent", "d"]
        .map(|p| bench.path(p))
        .to_vec();
    assert_eq!(outermost(given), ["a", "d"].map(|p| bench.path(p)));
}
