//! How fast, how many at once, how long, and what an interrupted run has left: against a separate `lambench serve`.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::proxy::{Fault, Proxy};
use support::{Ran, Server, Test, fixture, signal, wait_for};

const ORIGINAL: &str = "the original";

struct Place {
    test: Test,
    server: Server,
}

impl Place {
    fn new(settle_ms: &str) -> Self {
        let test = Test::new();
        let offer = |name: &str| format!("{name}={}", fixture("hello-python").display());
        let args = ["--settle", settle_ms, "--function", &offer("my-one")];
        let server = Server::start(
            &test,
            &[&args[..], &["--function", &offer("my-two")]].concat(),
        );
        let place = Self { test, server };
        for name in ["my-one", "my-two"] {
            place.update(name, &json!({ "Description": ORIGINAL }));
        }
        place
    }

    fn update(&self, name: &str, change: &Value) {
        self.server.configure(name, change);
    }

    fn configuration(&self, name: &str) -> Value {
        self.server.configuration(name)
    }

    #[track_caller]
    fn is_put_back(&self) {
        for name in ["my-one", "my-two"] {
            assert_eq!(self.configuration(name)["Description"], ORIGINAL, "{name}");
        }
    }

    fn args(&self, args: &str) -> Vec<String> {
        let mut all = vec!["run".to_owned()];
        all.extend(args.split(' ').map(str::to_owned));
        if !args.contains("--endpoint-url") {
            all.extend(["--endpoint-url".to_owned(), self.server.url.clone()]);
        }
        if !args.contains("--control-rate") {
            all.extend(["--control-rate", "100"].map(str::to_owned));
        }
        all
    }

    fn run(&self, args: &str) -> Ran {
        self.test.run(&self.args(args))
    }

    /// Starts a run and interrupts it once its log has so many lines.
    fn interrupt(&self, args: &str, lines: usize) {
        let child = self.test.command(&self.args(args)).spawn().unwrap();
        wait_for("the samples", || {
            let text = std::fs::read_to_string(self.log()?).ok()?;
            (text.lines().count() >= lines).then_some(())
        });
        signal(&child, "INT");
        let output = child.wait_with_output().unwrap();
        Ran::from(output).fails_with(130).says("--resume");
    }

    fn log(&self) -> Option<std::path::PathBuf> {
        let runs = std::fs::read_dir(self.test.path().join(".lambench/runs")).ok()?;
        runs.flatten()
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|e| e == "jsonl"))
    }

    fn run_id(&self) -> String {
        let log = self.log().expect("a log");
        log.file_stem().unwrap().to_str().unwrap().to_owned()
    }
}

fn accepted<'a>(result: &'a Value, kind: &'static str) -> impl Iterator<Item = &'a Value> {
    let samples = result["samples"].as_array().unwrap().iter();
    samples.filter(move |s| s["accepted"] == true && s["kind"] == kind)
}

#[test]
fn a_burst_gives_as_many_environments_as_it_has_invokes() {
    let place = Place::new("30");
    place
        .run("--function my-one --runs 9 --concurrency 5 --warm-invokes 2")
        .success()
        .says("10 cold starts in 2 bursts of 5")
        .prints("5 invokes at once after each touch");
    place.is_put_back();
    let result = place.test.result();
    assert_eq!(result["subjects"][0]["concurrency_mode"], "burst 5");
    let mut environments: Vec<u64> = accepted(&result, "cold")
        .map(|s| s["environment"].as_u64().unwrap())
        .collect();
    let starts = environments.len();
    assert!(starts >= 10, "{starts}");
    environments.sort_unstable();
    environments.dedup();
    assert_eq!(
        environments.len(),
        starts,
        "each start has an environment of its own"
    );
    assert_eq!(accepted(&result, "warm").count(), 4);
}

#[test]
fn a_burst_is_not_compared_with_single_starts() {
    let place = Place::new("10");
    place
        .run("--function my-one --runs 1 --warm-invokes 0 --save-baseline v1")
        .success();
    place
        .run("--function my-one --runs 4 --concurrency 4 --warm-invokes 0 --baseline v1")
        .fails_with(2)
        .says("baseline v1 was measured serial, this run would be burst 4")
        .says("--concurrency 1");
    // Nor with the earlier result that is found by itself.
    let ran = place
        .run("--function my-one --runs 4 --concurrency 4 --warm-invokes 0")
        .success();
    assert!(!ran.stdout.contains("indicative"), "{}", ran.stdout);
    place.is_put_back();
}

#[test]
fn one_subject_settles_while_the_other_is_measured_in_the_plans_order() {
    let place = Place::new("60");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let proxy = Proxy::start(&place.server.url, move |request| {
        if request.is_update() || request.is_invoke() {
            let name = if request.path.contains("my-one") {
                "one"
            } else {
                "two"
            };
            let what = if request.is_update() {
                "touch"
            } else {
                "invoke"
            };
            record.lock().unwrap().push(format!("{what} {name}"));
        }
        None
    });
    place
        .run(&format!(
            "--before my-one --after my-two --runs 4 --warm-invokes 1 --seed 7 --endpoint-url {}",
            proxy.url
        ))
        .success()
        .says("my-one: description put back")
        .says("my-two: description put back");
    place.is_put_back();
    let seen = seen.lock().unwrap();
    assert_eq!(
        seen[..3],
        ["touch one", "touch two", "invoke one"],
        "{seen:?}"
    );
    let result = place.test.result();
    let order: Vec<_> = accepted(&result, "cold")
        .map(|s| s["arm"].clone())
        .collect();
    assert_eq!(Value::from(order), result["plan"]["order"]);
}

#[test]
fn an_interrupt_puts_back_also_what_was_touched_ahead() {
    let place = Place::new("100");
    place.interrupt(
        "--before my-one --after my-two --runs 200 --warm-invokes 0",
        13,
    );
    place.is_put_back();
}

#[test]
fn the_control_plane_is_asked_no_faster_than_allowed() {
    let place = Place::new("1");
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let proxy = Proxy::start(&place.server.url, move |request| {
        if !request.is_invoke() {
            counted.fetch_add(1, SeqCst);
        }
        None
    });
    let begun = Instant::now();
    place
        .run(&format!(
            "--function my-one --runs 4 --warm-invokes 0 --control-rate 5 --endpoint-url {}",
            proxy.url
        ))
        .success();
    let calls = calls.load(SeqCst) as f64;
    assert!(calls >= 10.0, "{calls}");
    // Five may go at once.
    let least = Duration::from_secs_f64((calls - 5.0) / 5.0);
    assert!(
        begun.elapsed() >= least,
        "{calls} calls in {:?}",
        begun.elapsed()
    );
}

#[test]
fn a_throttled_control_call_waits_as_asked_and_says_why() {
    let place = Place::new("10");
    let updates = AtomicUsize::new(0);
    let proxy = Proxy::start(&place.server.url, move |request| {
        (request.is_update() && updates.fetch_add(1, SeqCst) == 1)
            .then_some(Fault::Throttle("CallerRateLimitExceeded", 2))
    });
    let begun = Instant::now();
    place
        .run(&format!(
            "--function my-one --runs 1 --warm-invokes 0 --endpoint-url {}",
            proxy.url
        ))
        .success()
        .says("429 (CallerRateLimitExceeded)")
        .says("after 2 s as it asks");
    assert!(begun.elapsed() >= Duration::from_secs(2));
    place.is_put_back();
}

#[test]
fn a_throttled_invoke_names_its_reason_and_is_replaced() {
    let place = Place::new("10");
    let invokes = AtomicUsize::new(0);
    let proxy = Proxy::start(&place.server.url, move |request| {
        (request.is_invoke() && invokes.fetch_add(1, SeqCst) == 4).then_some(Fault::Throttle(
            "ReservedFunctionConcurrentInvocationLimitExceeded",
            1,
        ))
    });
    place
        .run(&format!(
            "--function my-one --runs 1 --warm-invokes 0 --endpoint-url {}",
            proxy.url
        ))
        .success();
    let result = place.test.result();
    let failed = &result["samples"][4];
    assert_eq!(failed["excluded_reason"], "call_failed");
    let error = failed["error"].as_str().unwrap();
    assert!(
        error.contains("ReservedFunctionConcurrentInvocationLimitExceeded"),
        "{error}"
    );
    assert_eq!(accepted(&result, "cold").count(), 1);
}

#[test]
fn a_run_ends_when_its_time_is_up_and_keeps_what_it_has() {
    let place = Place::new("50");
    place
        .run("--function my-one --runs 5000 --warm-invokes 0 --max-time 3s")
        .fails_with(1)
        .says("the time that --max-time gives is up")
        .says("--resume");
    place.is_put_back();
    let result = place.test.result();
    assert_eq!(result["ending"]["how"], "stopped");
    assert!(accepted(&result, "cold").count() > 0);
}

#[test]
fn an_interrupted_run_is_continued_with_its_plan_and_all_its_samples() {
    let place = Place::new("60");
    place.interrupt(
        "--before my-one --after my-two --runs 6 --warm-invokes 1 --seed 3",
        14,
    );
    let id = place.run_id();
    let kept = std::fs::read_to_string(place.log().unwrap()).unwrap();
    // As a process leaves it that was killed in the middle of a line.
    std::fs::write(place.log().unwrap(), format!("{kept}{{\"index\":9")).unwrap();

    place
        .run(&format!(
            "--before my-one --after my-two --runs 7 --warm-invokes 1 --seed 3 --resume {id}"
        ))
        .fails_with(2)
        .says("--runs 7, but its plan has 6");
    // The very same command, as the run has said.
    place
        .run(&format!(
            "--before my-one --after my-two --runs 6 --warm-invokes 1 --seed 3 --resume {id}"
        ))
        .success();
    place.is_put_back();
    let result = place.test.result();
    assert_eq!(result["id"], id.as_str());
    assert_eq!(result["ending"]["how"], "complete");
    let order: Vec<_> = accepted(&result, "cold")
        .map(|s| s["arm"].clone())
        .collect();
    assert_eq!(Value::from(order), result["plan"]["order"]);
    assert_eq!(result["plan"]["seed"], 3);
    let samples = result["samples"].as_array().unwrap();
    assert!(samples.iter().enumerate().all(|(i, s)| s["index"] == i));
    let first = kept
        .lines()
        .nth(1)
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert_eq!(Some(&samples[0]), first.as_ref());
    let log = std::fs::read_to_string(place.log().unwrap()).unwrap();
    assert_eq!(
        log.lines().count(),
        samples.len() + 1,
        "the log holds all of it too"
    );

    place
        .run(&format!("--before my-one --after my-two --resume {id}"))
        .fails_with(2)
        .says("all starts of its plan are measured");
}

#[test]
fn another_configuration_or_payload_is_not_continued() {
    let place = Place::new("30");
    place.interrupt("--function my-one --runs 300 --warm-invokes 0", 8);
    let id = place.run_id();
    place
        .run(&format!(
            "--function my-one --payload {{\"n\":1}} --resume {id}"
        ))
        .fails_with(2)
        .says("payload sha256");
    place.update("my-one", &json!({ "MemorySize": 256 }));
    place
        .run(&format!("--function my-one --resume {id}"))
        .fails_with(2)
        .says("memory mb of my-one was 512, and is 256");
    place
        .run("--function my-one --resume no-such-run")
        .fails_with(2)
        .says("no-such-run");
    place.is_put_back();
}

#[test]
fn one_functions_failure_is_its_line_and_the_rest_go_on() {
    let test = Test::new();
    let package = |name: &str| fixture(name).display().to_string();
    test.write(
        "lambench.toml",
        &format!(
            "[defaults]\nruns = 1\nwarm_invokes = 0\n\
             [functions.data-a]\n[functions.data-a.before]\npackage = {hello:?}\n[functions.data-a.after]\npackage = {hello:?}\n\
             [functions.data-b]\npackage = {broken:?}\n\
             [functions.data-c]\npackage = {hello:?}\n\
             [functions.other]\npackage = {hello:?}\n",
            hello = package("hello-python"),
            broken = package("failing/handler-error"),
        ),
    );
    let ran = test
        .run(&["run", "--function", "data-*"])
        .fails_with(1)
        .prints("Cold starts of 3 functions")
        .prints("data-b: the function failed")
        .says("ValueError");
    assert!(!ran.stdout.contains("other"), "{}", ran.stdout);

    let ran = test.run(&["run", "--all", "--json"]).fails_with(1);
    let all: Value = serde_json::from_str(&ran.stdout).expect("JSON and nothing else");
    assert_eq!(all.as_array().unwrap().len(), 4);
    assert_eq!(all[2]["ending"]["how"], "complete");
    assert_eq!(all[1]["ending"]["how"], "stopped");
    assert!(all[1]["error"].as_str().unwrap().contains("ValueError"));
    test.run(&["run", "--all", "--save-baseline", "v1"])
        .fails_with(2)
        .says("--save-baseline with many functions");
}

#[test]
fn a_pattern_names_deployed_functions_too() {
    let place = Place::new("10");
    place
        .run("--function my-* --runs 1 --warm-invokes 0")
        .success()
        .prints("my-one")
        .prints("my-two");
    place.is_put_back();
    place
        .run("--function no-* --runs 1")
        .fails_with(1)
        .says("no function of that name");
}

#[test]
fn the_first_start_finds_its_connections_open() {
    for (concurrency, refused) in [(1, false), (4, false), (1, true)] {
        // On a busy machine one may be lost on the way; what never opened any would find none three times.
        let found = (0..3).any(|_| finds_its_connections_open(concurrency, refused));
        assert!(found, "new connections at {concurrency}, refused {refused}");
    }
}

/// Whether each invoke of the first burst went over a connection that a dry run had opened.
fn finds_its_connections_open(concurrency: usize, refused: bool) -> bool {
    let place = Place::new("10");
    let posts = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&posts);
    let proxy = Proxy::start(&place.server.url, move |request| {
        if request.method == "POST" {
            let call = (request.dry_run, request.connection);
            seen.lock().unwrap().push(call);
        }
        if request.dry_run {
            // As over a network: nobody is done before all have begun.
            std::thread::sleep(Duration::from_millis(100));
        }
        let refuse = request.dry_run && refused;
        refuse.then_some(Fault::Answer(501, "NotImplementedException", "no dry runs"))
    });
    place
        .run(&format!(
            "--function my-one --runs 1 --warm-invokes 0 --concurrency {concurrency} --endpoint-url {}",
            proxy.url
        ))
        .success();
    let posts = posts.lock().unwrap();
    let (opening, invokes) = posts.split_at(concurrency);
    assert!(opening.iter().all(|(dry_run, _)| *dry_run), "{posts:?}");
    assert!(invokes.iter().all(|(dry_run, _)| !dry_run), "{posts:?}");
    let mut open: Vec<usize> = opening.iter().map(|(_, connection)| *connection).collect();
    open.sort_unstable();
    open.dedup();
    assert_eq!(open.len(), concurrency, "one each: {posts:?}");
    // Nothing of it counts.
    let samples = place.test.result()["samples"].as_array().unwrap().len();
    assert_eq!(samples, invokes.len());
    place.is_put_back();
    invokes[..concurrency].iter().all(|(_, c)| open.contains(c))
}
