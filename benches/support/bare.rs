//! The runtime process with nothing around it: started by a program that does nothing else, as the sandbox's guard is
//! one, and served by a Runtime API of a few lines.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use lambench::sandbox::environment::ResolvedRuntime;
use nix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

const WORD: &str = "--starter--";

/// What to start.
#[derive(Serialize, Deserialize)]
struct Order {
    argv: Vec<PathBuf>,
    variables: BTreeMap<String, String>,
    folder: PathBuf,
}

/// Milliseconds from just before the process is made.
pub struct Start {
    /// To its first request for an event.
    pub init: f64,
    /// To the last byte of its answer to that event.
    pub answer: f64,
}

/// The program that starts the processes: this one again. Made by `main` before anything else is, so that it has one
/// thread and little memory.
pub struct Starter {
    process: Child,
    orders: ChildStdin,
    told: BufReader<ChildStdout>,
}

impl Starter {
    /// Does not return if this process is the starter.
    pub fn new() -> Self {
        if std::env::args().nth(1).is_some_and(|word| word == WORD) {
            obey();
            std::process::exit(0);
        }
        let mut process = Command::new(std::env::current_exe().expect("a path"))
            .arg(WORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the starter starts");
        let orders = process.stdin.take().expect("piped");
        let told = BufReader::new(process.stdout.take().expect("piped"));
        Self {
            process,
            orders,
            told,
        }
    }

    /// Starts what the sandbox would start, hands it one event, and ends it.
    pub fn start(&mut self, runtime: &ResolvedRuntime, handler: &str, package: &Path) -> Start {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let mut variables = variables(runtime, handler, package);
        variables.insert(
            "AWS_LAMBDA_RUNTIME_API".into(),
            listener.local_addr().expect("an address").to_string(),
        );
        self.order(&Order {
            argv: runtime.argv.clone(),
            variables,
            folder: package.to_owned(),
        });
        let (asked_ns, answered_ns) = serve_one(&listener);
        let started_ns: u64 = self.hear().parse().expect("a time");
        self.orders.write_all(b"end\n").expect("it listens");
        assert_eq!(self.hear(), "ended");
        let since = |later_ns: u64| (later_ns - started_ns) as f64 / 1e6;
        Start {
            init: since(asked_ns),
            answer: since(answered_ns),
        }
    }

    fn order(&mut self, order: &Order) {
        let mut line = serde_json::to_string(order).expect("JSON");
        line.push('\n');
        let sent = self.orders.write_all(line.as_bytes());
        sent.expect("it listens");
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.told.read_line(&mut line).expect("it tells");
        line.trim().to_owned()
    }
}

impl Drop for Starter {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What every emulator, or none, says to the function.
pub fn variables(
    runtime: &ResolvedRuntime,
    handler: &str,
    package: &Path,
) -> BTreeMap<String, String> {
    let mut variables = runtime.env.clone();
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "hello"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "hello"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "hello"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "none"),
        ("AWS_SECRET_ACCESS_KEY", "none"),
        ("_HANDLER", handler),
        ("LANG", "en_US.UTF-8"),
        ("TZ", ":UTC"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ] {
        variables.insert(name.into(), value.into());
    }
    let root = package.to_string_lossy().into_owned();
    variables.insert("LAMBDA_TASK_ROOT".into(), root);
    variables
}

fn monotonic_ns() -> u64 {
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC).expect("a clock");
    now.tv_sec() as u64 * 1_000_000_000 + now.tv_nsec() as u64
}

/// When it asked for its first event, and when its answer was read.
fn serve_one(listener: &TcpListener) -> (u64, u64) {
    let mut asked_ns = 0;
    loop {
        let (stream, _) = listener.accept().expect("it connects");
        stream.set_nodelay(true).expect("a socket option");
        let mut stream = BufReader::new(stream);
        while let Some((request, body)) = super::read_message(&mut stream) {
            let now_ns = monotonic_ns();
            if request.contains("/response ") {
                assert!(body.contains("hello, world"), "{body}");
                return (asked_ns, now_ns);
            }
            assert!(
                request.contains("/runtime/invocation/next "),
                "{request}{body}"
            );
            asked_ns = now_ns;
            let sent = stream.get_mut().write_all(
                b"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
                  Lambda-Runtime-Deadline-Ms: 4102444800000\r\n\
                  Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:hello\r\n\
                  Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0\r\n\
                  Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
            );
            sent.expect("it listens");
        }
    }
}

/// The starter's life.
fn obey() {
    let mut orders = std::io::stdin().lines();
    while let Some(Ok(order)) = orders.next() {
        let order: Order = serde_json::from_str(&order).expect("an order");
        let mut command = Command::new(&order.argv[0]);
        command
            .args(&order.argv[1..])
            .env_clear()
            .envs(&order.variables)
            .current_dir(&order.folder)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let started_ns = monotonic_ns();
        let mut child = command.spawn().expect("the runtime starts");
        println!("{started_ns}");
        let _ = orders.next();
        child.kill().expect("it ends");
        child.wait().expect("it has ended");
        println!("ended");
    }
}
