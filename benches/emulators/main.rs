//! lambench's sandbox next to AWS's runtime interface emulator, to `cargo lambda watch` and to the bare process: the same
//! hellos with the same runtime clients, in turns, in one run. Prints tables; asserts nothing, machines are noisy.
//!
//! `python3 benches/emulators/install.py` installs the others; what is not there is left out. An argument is the number
//! of rounds; `LAMBENCH_BIN` another build of lambench. What is measured and what is not stands in docs/speed.md.
#![allow(missing_docs, reason = "a program, not a library")]

#[path = "../support/mod.rs"]
mod support;
mod table;
mod tools;

use std::path::{Path, PathBuf};

use lambench::sandbox::runtimes::{RuntimeOptions, resolve};
use lambench::stats::median;

use support::Client;
use support::bare::Starter;
use table::Figures;
use tools::{Hello, Other, Running};

const ROUNDS: usize = 40;
/// Warm invokes of each emulator in each round.
const WARM: usize = 50;
/// Starts of another emulator in a round, until one succeeds.
const TRIES: usize = 3;

fn main() {
    let starter = &mut Starter::new();
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let rounds = numbers.next().unwrap_or(ROUNDS);
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tools = repository.join("target/bench-tools");
    let scratch = tempfile::tempdir().expect("a temporary folder");
    println!("{}", table::machine(&tools, rounds, WARM));
    let mut all = Vec::new();
    for hello in hellos(repository, &tools, scratch.path()) {
        let figures = compare(&hello, starter, &tools, scratch.path(), rounds);
        eprintln!("{} is done", hello.name);
        all.push((hello.name, figures));
    }
    println!("{}", table::tables(&all));
}

fn hellos(repository: &Path, tools: &Path, scratch: &Path) -> Vec<Hello> {
    let ric = tools.join("awslambdaric");
    let mut wanted = vec![
        (
            "Rust hello, lambda_runtime",
            "provided.al2023",
            "bootstrap",
            support::build_rust_hello(repository, scratch),
            None,
        ),
        (
            "Python hello, lambench's client",
            "python3",
            "lambda_function.lambda_handler",
            repository.join("fixtures/hello-python"),
            None,
        ),
        (
            "Node hello, lambench's client",
            "nodejs20.x",
            "index.handler",
            repository.join("fixtures/hello-node"),
            None,
        ),
    ];
    if ric.is_dir() {
        let python = (wanted[1].1, wanted[1].2, wanted[1].3.clone());
        let name = "Python hello, awslambdaric";
        wanted.insert(1, (name, python.0, python.1, python.2, Some(ric)));
    }
    wanted
        .into_iter()
        .map(|(name, runtime_id, handler, package, ric)| Hello {
            resolved: resolved(runtime_id, &package, ric.as_ref(), scratch),
            name,
            runtime_id,
            handler,
            package,
            ric,
        })
        .collect()
}

fn resolved(
    runtime_id: &str,
    package: &Path,
    ric: Option<&PathBuf>,
    scratch: &Path,
) -> lambench::sandbox::environment::ResolvedRuntime {
    let options = RuntimeOptions {
        ric: ric.cloned(),
        any_version: true,
        clients: scratch.join("clients"),
    };
    resolve(runtime_id, package, None, &options).expect("the runtime is here")
}

/// One round after another; in each, everybody once, and another one first each time.
fn compare(
    hello: &Hello,
    starter: &mut Starter,
    tools: &Path,
    scratch: &Path,
    rounds: usize,
) -> Figures {
    let mut figures = Figures::default();
    let ours = tools::lambench(hello, scratch);
    let mut control = Client::connect(ours.port).expect("it listens");
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    // The first round fills caches, and is not counted.
    for round in 0..=rounds {
        let mut measured = Figures::default();
        for turn in 0..4 {
            match (round + turn) % 4 {
                0 => {
                    let bare = starter.start(&hello.resolved, hello.handler, &hello.package);
                    measured.bare_init.push(bare.init);
                    measured.cold("bare process", bare.answer);
                }
                1 => {
                    tools::touch(&mut control, round);
                    invoke(&mut measured, "lambench", "hello", &ours);
                }
                2 => {
                    let fresh = tools::lambench(hello, scratch);
                    let mut client = Client::connect(fresh.port).expect("it listens");
                    client.invoke("hello", "");
                    measured.whole("lambench", support::ms(fresh.since));
                }
                _ => {
                    for other in Other::ALL {
                        // On a busy machine one may fail to start its function: then it has another try.
                        for _ in 0..TRIES {
                            let Some(running) = other.start(tools, repository, hello) else {
                                break;
                            };
                            if invoke(&mut measured, other.name(), other.function(), &running) {
                                break;
                            }
                            eprintln!("{}: a failed start of {}", other.name(), hello.name);
                        }
                    }
                }
            }
        }
        if round > 0 {
            figures.add(measured);
        }
    }
    figures
}

/// A cold invoke over a new connection, then warm ones over the same. Nothing is counted if the first one fails.
fn invoke(measured: &mut Figures, name: &'static str, function: &str, running: &Running) -> bool {
    let clock = std::time::Instant::now();
    let mut client = Client::connect(running.port).expect("it listens");
    if !client.try_invoke(function) {
        return false;
    }
    measured.cold(name, support::ms(clock));
    if name != "lambench" {
        measured.whole(name, support::ms(running.since));
    }
    let warm: Vec<f64> = (0..WARM).map(|_| client.invoke(function, "")).collect();
    // What is slow for a round is slow for all of its invokes: they count as one figure.
    measured.warm(name, median(&warm).expect("figures"));
    true
}
