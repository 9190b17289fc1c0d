//! The sandbox next to bare processes, side by side in one run: cold starts of a Python and of a Rust hello, and the
//! warm round trip over keep-alive HTTP. Prints medians and ratios; asserts nothing, machines are noisy.
#![allow(missing_docs, reason = "a program, not a library")]

mod support;

use std::path::Path;

use lambench::lambda::{Code, Connect, Function, Lambda, NewFunction};
use lambench::report::parse_tail;
use lambench::sandbox::runtimes::{RuntimeOptions, resolve};
use lambench::sandbox::{Cpu, Sandbox, SandboxOptions};
use lambench::stats::median;
use lambench::subject::pack::pack;

use support::bare::Starter;
use support::{Client, build_rust_hello, percentile};

const STARTS: usize = 40;
const WARM: usize = 3000;

fn main() {
    let starter = Starter::new();
    let runtime = tokio::runtime::Runtime::new().expect("a tokio runtime");
    runtime.block_on(compare(starter));
}

async fn compare(mut starter: Starter) {
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
                bare.push(starter.start(&resolved, handler, &package));
            }
            function.touch().await.expect("a touch");
            let invoked = function.invoke(b"{}".to_vec()).await.expect("an invoke");
            let tail = parse_tail(&invoked.tail, invoked.request_id.as_deref());
            init.push(tail.report.and_then(|r| r.init_ms).expect("a cold start"));
            client.push(invoked.client.as_secs_f64() * 1e3);
            if i % 2 == 1 {
                bare.push(starter.start(&resolved, handler, &package));
            }
        }
        let (bare_init, bare_answer) = bare.iter().map(|start| (start.init, start.answer)).unzip();
        let [init, client, bare_init, bare_answer] = [init, client, bare_init, bare_answer]
            .map(|all: Vec<f64>| median(&all).expect("figures"));
        println!(
            "{name:12}  bare process to its first request {bare_init:7.2} ms   Init Duration {init:7.2} ms ({:.3}x, \
             {:+.2} ms)   bare process to its answer {bare_answer:7.2} ms   whole cold invoke {client:7.2} ms ({:+.2} ms)",
            init / bare_init,
            init - bare_init,
            client - bare_answer,
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

/// Milliseconds of each invoke over one keep-alive connection.
fn warm_round_trips(url: &str, function: &str) -> Vec<f64> {
    let port = url.rsplit(':').next().and_then(|port| port.parse().ok());
    let mut client = Client::connect(port.expect("a port")).expect("it listens");
    (0..WARM)
        .map(|_| client.invoke(function, "X-Amz-Log-Type: Tail\r\n"))
        .collect()
}
