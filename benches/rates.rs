//! Cold samples per minute against a separate `lambench serve` that settles in a second and starts in 300 ms: one at a
//! time, two subjects overlapped, and twenty at once. Prints figures; asserts nothing, machines are noisy.
#![allow(missing_docs, reason = "a program, not a library")]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

const HANDLER: &str =
    "import time\ntime.sleep(0.26)\n\n\ndef lambda_handler(event, context):\n    return {}\n";

struct Server(Child, String);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let package = folder.path().join("package");
    std::fs::create_dir(&package).expect("a folder for the package");
    std::fs::write(package.join("lambda_function.py"), HANDLER).expect("the handler is written");
    let server = serve(folder.path(), &package);
    for (name, wanted, group, args) in [
        ("serial", 41, 1, "--function one --runs 20"),
        (
            "two subjects overlapped",
            75,
            1,
            "--before one --after two --runs 20 --seed 7",
        ),
        (
            "--concurrency 20",
            600,
            20,
            "--function one --runs 120 --concurrency 20",
        ),
    ] {
        let result = run(folder.path(), &server.1, args);
        let (rate, init_ms) = rate(&result, group);
        println!(
            "{name}: {rate:.0} cold samples a minute (at least {wanted} wanted), init {init_ms:.0} ms"
        );
    }
}

fn lambench(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lambench"));
    command.current_dir(folder);
    command
}

fn serve(folder: &Path, package: &Path) -> Server {
    let port_file = folder.join("port");
    let mut command = lambench(folder);
    command
        .args(["serve", "--settle", "1000", "--port-file"])
        .arg(&port_file);
    for name in ["one", "two"] {
        command
            .arg("--function")
            .arg(format!("{name}={}", package.display()));
    }
    let child = command
        .stdout(Stdio::null())
        .spawn()
        .expect("lambench starts");
    let mut server = Server(child, String::new());
    loop {
        if let Ok(port) = std::fs::read_to_string(&port_file) {
            server.1 = format!("http://127.0.0.1:{}", port.trim());
            return server;
        }
        let ended = server.0.try_wait().expect("it can be asked");
        assert!(ended.is_none(), "lambench serve ended: {ended:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn run(folder: &Path, url: &str, args: &str) -> Value {
    let output = lambench(folder)
        .args([
            "run",
            "--endpoint-url",
            url,
            "--warm-invokes",
            "0",
            "--json",
        ])
        .args(args.split(' '))
        .output()
        .expect("lambench runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("a result")
}

/// From the end of the first group of starts to the end of the last one; and the median init.
fn rate(result: &Value, group: usize) -> (f64, f64) {
    let samples = result["samples"].as_array().expect("samples");
    let (mut ends, mut inits) = (Vec::new(), Vec::new());
    for sample in samples
        .iter()
        .filter(|s| s["accepted"] == true && s["kind"] == "cold")
    {
        let at: Timestamp = sample["started_at"]
            .as_str()
            .expect("a time")
            .parse()
            .expect("RFC 3339");
        ends.push(at.as_millisecond() as f64 + sample["client_ms"].as_f64().expect("ms"));
        inits.push(sample["init_ms"].as_f64().expect("ms"));
    }
    ends.sort_by(f64::total_cmp);
    let (first, last) = (ends[group - 1], ends[ends.len() - 1]);
    let rate = (ends.len() - group) as f64 / (last - first) * 60_000.0;
    (rate, lambench::stats::median(&inits).expect("starts"))
}
