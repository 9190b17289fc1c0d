//! The sandbox next to bare processes, side by side in one run: cold starts of a Python and of a Rust hello, and the
//! warm round trip over keep-alive HTTP. Prints medians and ratios; asserts nothing, machines are noisy.
#![allow(missing_docs, reason = "a program, not a library")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use lambench::lambda::{Code, Connect, Function, Lambda, NewFunction};
use lambench::report::parse_tail;
use lambench::sandbox::environment::ResolvedRuntime;
use lambench::sandbox::runtimes::{RuntimeOptions, resolve};
use lambench::sandbox::{Cpu, Sandbox, SandboxOptions};
use lambench::stats::median;
use lambench::subject::pack::pack;

const STARTS: usize = 40;
const WARM: usize = 3000;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a tokio runtime");
    runtime.block_on(compare());
}

async fn compare() {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let mut options = SandboxOptions::new(env!("CARGO_BIN_EXE_lambench").into());
    // What it takes the sandbox, not what it takes a function on a share of a CPU.
    options.machine.cpu = Cpu::Unlimited;
    let sandbox = Sandbox::start(options).await.expect("the sandbox starts");
    let lambda = Lambda::connect(Connect {
        endpoint_url: Some(sandbox.endpoint_url()),
        region: Some(sandbox.region().to_owned()),
        profile: None,
        control_rate: None,
    })
    .await
    .expect("the sandbox answers");

    println!("{STARTS} cold starts of each, alternating; medians");
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rust = build_rust_hello(repository, scratch.path());
    for (name, runtime_id, handler, package) in [
        (
            "Python hello",
            "python3",
            "lambda_function.lambda_handler",
            repository.join("fixtures/hello-python"),
        ),
        ("Rust hello", "provided.al2023", "bootstrap", rust),
    ] {
        let function = stage(
            &sandbox,
            &lambda,
            runtime_id,
            handler,
            &package,
            scratch.path(),
        )
        .await;
        let options = RuntimeOptions {
            ric: None,
            any_version: false,
            clients: scratch.path().join("clients"),
        };
        let resolved = resolve(runtime_id, &package, None, &options).expect("the runtime is here");
        let (mut init, mut client, mut bare) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..STARTS {
            if i % 2 == 0 {
                bare.push(bare_start(&resolved, handler, &package));
            }
            function.touch().await.expect("a touch");
            let invoked = function.invoke(b"{}".to_vec()).await.expect("an invoke");
            let tail = parse_tail(&invoked.tail, invoked.request_id.as_deref());
            init.push(tail.report.and_then(|r| r.init_ms).expect("a cold start"));
            client.push(invoked.client.as_secs_f64() * 1e3);
            if i % 2 == 1 {
                bare.push(bare_start(&resolved, handler, &package));
            }
        }
        let [init, client, bare] = [init, client, bare].map(|all| median(&all).expect("figures"));
        println!(
            "{name:12}  bare process to first next {bare:7.2} ms   Init Duration {init:7.2} ms ({:.3}x, {:+.2} ms)   \
             whole cold invoke {client:7.2} ms ({:+.2} ms)",
            init / bare,
            init - bare,
            client - bare,
        );
        let name = function.found().function_name.clone();
        let warm = warm_round_trips(&sandbox.endpoint_url(), &name);
        println!(
            "{name:12}  warm round trip, {WARM} over one connection: median {:.3} ms, p99 {:.3} ms",
            median(&warm).expect("figures"),
            percentile(&warm, 0.99),
        );
    }
    sandbox.shutdown().await;
}

fn percentile(figures: &[f64], q: f64) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * q) as usize]
}

fn build_rust_hello(repository: &Path, scratch: &Path) -> PathBuf {
    let source = repository.join("fixtures/provided-hello");
    let target = repository.join("target/provided-hello");
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--release",
            "--locked",
            "--quiet",
            "--manifest-path",
        ])
        .arg(source.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .status()
        .expect("cargo runs");
    assert!(built.success(), "provided-hello builds");
    let package = scratch.join("provided-hello");
    std::fs::create_dir_all(&package).expect("a folder");
    std::fs::copy(target.join("release/bootstrap"), package.join("bootstrap")).expect("a copy");
    package
}

async fn stage(
    sandbox: &Sandbox,
    lambda: &Lambda,
    runtime: &str,
    handler: &str,
    package: &Path,
    scratch: &Path,
) -> Function {
    let name = format!("hello-{}", runtime.replace('.', "-"));
    let packed = pack(package, scratch).expect("it packs");
    let location = sandbox.offer(&packed.path).expect("it is a zip");
    lambda
        .create(NewFunction {
            name: name.clone(),
            runtime: runtime.into(),
            handler: handler.into(),
            role: "arn:aws:iam::000000000000:role/bench".into(),
            code: Code {
                bucket: location.bucket,
                key: location.key,
                version: None,
            },
            layers: Vec::new(),
            memory_mb: 512,
            timeout_s: 10,
            environment: std::collections::BTreeMap::new(),
            architecture: if cfg!(target_arch = "aarch64") {
                "arm64"
            } else {
                "x86_64"
            }
            .into(),
        })
        .await
        .expect("it is created");
    let function = Function::staged(lambda, &name).await.expect("it is there");
    function.touch().await.expect("a touch");
    function
        .invoke(b"{}".to_vec())
        .await
        .expect("a first start that is not measured");
    function
}

/// Spawns what the sandbox would spawn, with nothing around it; milliseconds until it asks for its first event.
fn bare_start(runtime: &ResolvedRuntime, handler: &str, package: &Path) -> f64 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut command = Command::new(&runtime.argv[0]);
    command
        .args(&runtime.argv[1..])
        .env_clear()
        .envs(&runtime.env)
        .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "bare")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "bare")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "bare")
        .env("LAMBDA_TASK_ROOT", package)
        .env("_HANDLER", handler)
        .env("LANG", "en_US.UTF-8")
        .env("TZ", ":UTC")
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(package)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let clock = Instant::now();
    let mut child = command.spawn().expect("the runtime starts");
    let (stream, _) = listener.accept().expect("it connects");
    let mut line = String::new();
    BufReader::new(stream)
        .read_line(&mut line)
        .expect("it asks");
    let elapsed = clock.elapsed();
    assert!(line.contains("/runtime/invocation/next"), "{line}");
    child.kill().expect("it ends");
    child.wait().expect("it has ended");
    elapsed.as_secs_f64() * 1e3
}

/// Milliseconds of each invoke over one keep-alive connection, by a client that adds as little as can be.
fn warm_round_trips(url: &str, function: &str) -> Vec<f64> {
    let host = url.trim_start_matches("http://");
    let stream = TcpStream::connect(host).expect("it listens");
    stream.set_nodelay(true).expect("a socket option");
    let mut writer = stream.try_clone().expect("a second handle");
    let mut reader = BufReader::new(stream);
    let request = format!(
        "POST /2015-03-31/functions/{function}/invocations HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\n\
         X-Amz-Log-Type: Tail\r\n\r\n{{}}"
    );
    (0..WARM)
        .map(|_| {
            let clock = Instant::now();
            writer.write_all(request.as_bytes()).expect("it is sent");
            read_answer(&mut reader);
            clock.elapsed().as_secs_f64() * 1e3
        })
        .collect()
}

fn read_answer(reader: &mut BufReader<TcpStream>) {
    let mut length = 0;
    let mut line = String::new();
    reader.read_line(&mut line).expect("a status line");
    assert!(line.contains(" 200 "), "{line}");
    loop {
        line.clear();
        reader.read_line(&mut line).expect("a header");
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a number");
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body");
}
