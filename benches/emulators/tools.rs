//! The emulators, each as one starts it at a desk: how it is started, when it is ready, and what is sent to it.

use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lambench::sandbox::environment::ResolvedRuntime;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::support::bare::variables;
use crate::support::{Client, rust_target};

/// A hello and how it is run.
pub struct Hello {
    pub name: &'static str,
    pub runtime_id: &'static str,
    pub handler: &'static str,
    pub package: PathBuf,
    /// The client that `--ric` names.
    pub ric: Option<PathBuf>,
    /// What the sandbox executes: the others are given the same.
    pub resolved: ResolvedRuntime,
}

/// Another emulator.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// AWS's runtime interface emulator.
    Rie,
    /// `cargo lambda watch`.
    CargoLambda,
}

impl Other {
    pub const ALL: [Self; 2] = [Self::Rie, Self::CargoLambda];

    pub fn name(self) -> &'static str {
        match self {
            Self::Rie => "AWS RIE",
            Self::CargoLambda => "cargo lambda watch",
        }
    }

    /// The name of the function in the path of an invoke.
    pub fn function(self) -> &'static str {
        match self {
            Self::Rie => "function",
            Self::CargoLambda => "bootstrap",
        }
    }

    /// Starts it for one hello; none if it is not installed, or knows no such functions.
    pub fn start(self, tools: &Path, repository: &Path, hello: &Hello) -> Option<Running> {
        let port = free_port();
        let mut command = match self {
            Self::Rie => rie(&tools.join("aws-lambda-rie"), port, hello)?,
            Self::CargoLambda => {
                cargo_lambda(&tools.join("cargo-lambda"), port, repository, hello)?
            }
        };
        let command = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Some(Running::start(command, |_| Some(port)))
    }
}

/// An emulator that listens; its whole process group ends with it.
pub struct Running {
    process: Child,
    pub port: u16,
    /// When it was started.
    pub since: Instant,
}

impl Running {
    /// Starts it and waits until it takes connections at the port, once that is known.
    fn start(command: &mut Command, port: impl Fn(Duration) -> Option<u16>) -> Self {
        let since = Instant::now();
        let process = command.process_group(0).spawn().expect("it starts");
        let mut running = Self {
            process,
            port: 0,
            since,
        };
        loop {
            if let Some(port) = port(since.elapsed())
                && Client::connect(port).is_ok()
            {
                running.port = port;
                return running;
            }
            let ended = running.process.try_wait().expect("it can be asked");
            assert!(ended.is_none(), "{command:?} ended: {ended:?}");
            assert!(
                since.elapsed() < Duration::from_mins(1),
                "{command:?} does not listen"
            );
            std::thread::sleep(Duration::from_micros(300));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = killpg(
            Pid::from_raw(self.process.id().cast_signed()),
            Signal::SIGTERM,
        );
        let clock = Instant::now();
        while let Ok(None) = self.process.try_wait() {
            if clock.elapsed() > Duration::from_secs(5) {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        // A runtime process that did not care for the first signal.
        let _ = killpg(
            Pid::from_raw(self.process.id().cast_signed()),
            Signal::SIGKILL,
        );
        let _ = self.process.wait();
    }
}

fn rie(program: &Path, port: u16, hello: &Hello) -> Option<Command> {
    let mut command = program.is_file().then(|| Command::new(program))?;
    command
        .arg("--runtime-interface-emulator-address")
        .arg(format!("127.0.0.1:{port}"))
        .arg("--runtime-api-address")
        .arg(format!("127.0.0.1:{}", free_port()))
        .args(["--log-level", "error"])
        .args(&hello.resolved.argv)
        .env_clear()
        .envs(variables(&hello.resolved, hello.handler, &hello.package))
        .current_dir(&hello.package);
    // It takes the handler from its last argument, and passes the others on.
    (hello.runtime_id != "provided.al2023").then(|| command.arg(hello.handler));
    Some(command)
}

/// It serves what cargo builds. The release build is there already, and no file is watched.
fn cargo_lambda(program: &Path, port: u16, repository: &Path, hello: &Hello) -> Option<Command> {
    let rust = hello.runtime_id == "provided.al2023";
    let mut command = (rust && program.is_file()).then(|| Command::new(program))?;
    command
        .args([
            "lambda",
            "watch",
            "--release",
            "--locked",
            "--wait",
            "--ignore-changes",
        ])
        .args(["--invoke-address", "127.0.0.1", "--invoke-port"])
        .arg(port.to_string())
        .arg("--manifest-path")
        .arg(repository.join("fixtures/provided-hello/Cargo.toml"))
        .env("CARGO_TARGET_DIR", rust_target(repository));
    Some(command)
}

/// `lambench serve` with one function, `hello`.
pub fn lambench(hello: &Hello, scratch: &Path) -> Running {
    let folder = tempfile::tempdir_in(scratch).expect("a folder").keep();
    let mut config = std::fs::File::create(folder.join("lambench.toml")).expect("a file");
    writeln!(
        config,
        "[functions.hello]\nruntime = {:?}\nhandler = {:?}\nmemory = 512\npackage = \"{}\"",
        hello.runtime_id,
        hello.handler,
        hello.package.display()
    )
    .expect("it is written");
    let port_file = folder.join("port");
    // Another build may be measured by the same bench.
    let program = std::env::var_os("LAMBENCH_BIN");
    let mut command = Command::new(program.unwrap_or(env!("CARGO_BIN_EXE_lambench").into()));
    command
        .current_dir(&folder)
        .args([
            "serve",
            "--function",
            "hello",
            "--any-version",
            // The others have no such limit.
            "--cpu",
            "unlimited",
            "--port-file",
        ])
        .arg(&port_file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(ric) = &hello.ric {
        command.arg("--ric").arg(ric);
    }
    Running::start(&mut command, |_| {
        let written = std::fs::read_to_string(&port_file).ok()?;
        written.trim().parse().ok()
    })
}

/// Retires the environments of `hello` by a change of its description, and waits until that has settled.
pub fn touch(client: &mut Client, number: usize) {
    let path = "/2015-03-31/functions/hello/configuration";
    let body = format!("{{\"Description\": \"start {number}\"}}");
    client.request("PUT", path, "", &body);
    while !client
        .request("GET", path, "", "")
        .contains(r#""LastUpdateStatus":"Successful""#)
    {
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
