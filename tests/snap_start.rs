//! `SnapStart`: a copy publishes one version, and simultaneous invokes of it give restores. The sandbox has none, so a proxy
//! answers as AWS would: versions are optimised, and their first invokes report a restore.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use serde_json::{Value, json};
use support::proxy::{Fault, Proxy, Request};
use support::{FUNCTIONS, Ran, Server, Test, signal, wait_for};

const NONE: &str = r#""SnapStart":{"ApplyOn":"None","OptimizationStatus":"Off"}"#;
const OFF: &str = r#""SnapStart":{"ApplyOn":"PublishedVersions","OptimizationStatus":"Off"}"#;
const ON: &str = r#""SnapStart":{"ApplyOn":"PublishedVersions","OptimizationStatus":"On"}"#;
/// Busy long enough for every invoke of a batch to arrive meanwhile.
const BUSY: &str = "0.4";

/// Of one of ours, and of a version of it.
fn is_copys(request: &Request) -> bool {
    request.path.contains("lambench-")
}

fn is_version(request: &Request) -> bool {
    let path = request.path.replace("%3A", ":");
    is_copys(request) && path.trim_end_matches("/invocations").ends_with(":1")
}

fn is_publish(request: &Request) -> bool {
    request.method == "POST" && is_copys(request) && request.path.ends_with("/versions")
}

/// What AWS would make of a call.
fn as_aws(request: &Request) -> Option<Fault> {
    if request.is_invoke() {
        return is_version(request).then_some(Fault::Restored);
    }
    if request.method == "POST" && request.path.trim_end_matches('/').ends_with("/functions") {
        return Some(Fault::Ask(
            r#""SnapStart":{"ApplyOn":"PublishedVersions"}"#,
            r#""SnapStart":{"ApplyOn":"None"}"#,
        ));
    }
    let to = if is_version(request) { ON } else { OFF };
    request.is_get().then_some(Fault::Rewrite(NONE, to))
}

struct Place {
    test: Test,
    server: Server,
    proxy: Proxy,
}

impl Place {
    /// Everything as on AWS but for what `rule` says otherwise.
    fn new(rule: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self::busy(BUSY, rule)
    }

    fn busy(
        seconds: &str,
        rule: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        let test = Test::new();
        for name in ["deployed", "new"] {
            test.write(
                &format!("{name}/lambda_function.py"),
                &format!(
                    "import time\ndef lambda_handler(event, context):\n    time.sleep({seconds})\n    return {{'version': '{name}'}}\n"
                ),
            );
        }
        let function = format!("my-fn={}", test.path().join("deployed").display());
        let server = Server::start(&test, &["--settle", "10", "--function", &function]);
        let proxy = Proxy::start(&server.url, move |request| {
            rule(request).or_else(|| as_aws(request))
        });
        Self {
            test,
            server,
            proxy,
        }
    }

    fn args<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let mut args = vec!["run", "--endpoint-url", &self.proxy.url];
        args.extend(["--function", "my-fn", "--warm-invokes", "1"]);
        args.extend(more);
        args
    }

    fn run(&self, more: &[&str]) -> Ran {
        self.test.run(&self.args(more))
    }

    fn functions(&self) -> Vec<String> {
        self.server.functions()
    }

    #[track_caller]
    fn is_clean(&self) {
        assert_eq!(self.functions(), ["my-fn"]);
        let left = self.test.journals();
        assert!(left.is_empty(), "{left:?}");
    }
}

fn samples<'a>(result: &'a Value, arm: &str) -> Vec<&'a Value> {
    let all = result["samples"].as_array().unwrap();
    all.iter().filter(|s| s["arm"] == arm).collect()
}

fn count(samples: &[&Value], of: impl Fn(&Value) -> bool) -> usize {
    samples.iter().filter(|sample| of(sample)).count()
}

fn nothing(_: &Request) -> Option<Fault> {
    None
}

#[test]
fn both_copies_publish_one_version_and_simultaneous_invokes_restore_it() {
    let published = Arc::new(AtomicUsize::new(0));
    let (seen, touched) = (Arc::clone(&published), Arc::new(AtomicUsize::new(0)));
    let touches = Arc::clone(&touched);
    let place = Place::new(move |request| {
        seen.fetch_add(usize::from(is_publish(request)), SeqCst);
        touches.fetch_add(usize::from(request.is_update()), SeqCst);
        None
    });
    let ran = place
        .run(&["--after", "new", "--runs", "4", "--concurrency", "2"])
        .success()
        .says("snapshot")
        .prints("restore")
        .prints("2 restores at");
    assert!(!ran.stdout.contains("· init"), "{}", ran.stdout);
    assert_eq!(published.load(SeqCst), 2, "one version per subject");
    assert_eq!(touched.load(SeqCst), 0, "a version is never touched");
    let result = place.test.result();
    for arm in ["before", "after"] {
        let own = samples(&result, arm);
        let restores = count(&own, |s| s["accepted"] == true && s["kind"] == "cold");
        assert!((4..=6).contains(&restores), "{restores} of {arm}");
        assert!(
            own.iter()
                .filter(|s| s["accepted"] == true && s["kind"] == "cold")
                .all(|s| s["restore_ms"].is_f64() && s["init_ms"].is_null())
        );
        // The idle ones of a batch answer, too, and are neither cold nor clean warm starts.
        let reused = count(&own, |s| s["excluded_reason"] == "reused");
        assert!(reused >= 3, "{reused} of {arm}");
        let warm = count(&own, |s| s["accepted"] == true && s["kind"] == "warm");
        assert_eq!(warm, 2, "one after each batch of {arm}");
    }
    for subject in result["subjects"].as_array().unwrap() {
        assert_eq!(subject["concurrency_mode"], "restores 2");
    }
    assert!(result["summary"][0]["restore_ms"].is_object());
    place.is_clean();
}

#[test]
fn a_change_of_the_restores_is_decided_at_the_first_look() {
    let place = Place::new(nothing);
    // What is restored here is an init of the sandbox's.
    place.test.write(
        "slow/lambda_function.py",
        "import time\ntime.sleep(0.6)\ndef lambda_handler(event, context):\n    time.sleep(0.3)\n    return {}\n",
    );
    let ran = place.run(&["--after", "slow", "--concurrency", "5"]);
    ran.success().says("fewer if decided at 10 or");
    let result = place.test.result();
    assert_eq!(result["look"], 1, "{}", result["judgements"]);
    assert_eq!(result["judgements"][0]["verdict"], "regressed");
    for arm in ["before", "after"] {
        let own = samples(&result, arm);
        let restores = count(&own, |s| s["accepted"] == true && s["kind"] == "cold");
        assert!((10..=14).contains(&restores), "{restores} of {arm}");
    }
    place.is_clean();
}

#[test]
fn batches_grow_where_environments_are_reused_before_a_batch_is_out() {
    // A hundredth of a second is over before the last of a batch arrives, mostly.
    let place = Place::busy("0.01", nothing);
    place
        .run(&["--after", "deployed", "--runs", "3", "--concurrency", "3"])
        .success();
    let result = place.test.result();
    let own = samples(&result, "only");
    let restores = count(&own, |s| s["accepted"] == true && s["kind"] == "cold");
    assert!(restores >= 3, "{restores}");
    place.is_clean();
}

#[test]
fn a_version_that_is_never_restored_is_a_clear_stop() {
    // Its starts say Init Duration, as an ordinary function's do.
    let place = Place::new(|request| request.is_invoke().then_some(Fault::Rewrite("", "")));
    place
        .run(&["--after", "deployed", "--runs", "5"])
        .fails_with(1)
        .says("it was initialised, not restored from the snapshot")
        .says("hint:");
    place.is_clean();
}

#[test]
fn invokes_that_always_meet_a_used_environment_are_a_clear_stop() {
    let place =
        Place::new(|request| (request.is_invoke() && is_version(request)).then_some(Fault::Warm));
    let ran = place
        .run(&["--after", "deployed", "--runs", "2"])
        .fails_with(1)
        .says("gave no restore 5 times in a row")
        .says("--payload");
    assert!(!ran.stdout.contains("Cold start"), "{}", ran.stdout);
    place.is_clean();
}

#[test]
fn a_snapshot_that_is_not_ready_is_waited_for() {
    let early = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&early);
    let place = Place::new(move |request| {
        let version = is_version(request);
        let not_yet = version && seen.fetch_add(1, SeqCst) < 4;
        if request.is_invoke() {
            return not_yet.then_some(Fault::Answer(
                409,
                "SnapStartNotReadyException",
                "Lambda is initializing your function",
            ));
        }
        // First it is pending, then active without a snapshot.
        (not_yet && request.is_get()).then_some(Fault::Rewrite(NONE, OFF))
    });
    place
        .run(&["--after", "deployed", "--runs", "2", "--concurrency", "2"])
        .success();
    let looks = early.load(SeqCst);
    assert!(looks > 4, "{looks}");

    let early = Arc::new(AtomicUsize::new(0));
    let place = Place::new(move |request| {
        let invoke = request.is_invoke() && is_version(request);
        (invoke && early.fetch_add(1, SeqCst) < 3).then_some(Fault::Answer(
            409,
            "SnapStartNotReadyException",
            "Lambda is initializing your function",
        ))
    });
    place
        .run(&["--after", "deployed", "--runs", "2", "--concurrency", "2"])
        .success();
    let result = place.test.result();
    let failed = count(&samples(&result, "only"), |s| {
        s["excluded_reason"] == "call_failed"
    });
    assert_eq!(failed, 3);
    place.is_clean();
}

#[test]
fn a_snapshot_that_cannot_be_taken_ends_the_run_with_its_reason() {
    let place = Place::new(|request| {
        (is_version(request) && request.is_get()).then_some(Fault::Rewrite(
            r#""State":"Active""#,
            r#""State":"Failed","StateReason":"the init failed""#,
        ))
    });
    place
        .run(&["--after", "deployed", "--runs", "2"])
        .fails_with(1)
        .says("the init failed");
    place.is_clean();
}

#[test]
fn restore_deletes_what_was_being_published_when_the_run_was_killed() {
    let published = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&published);
    // Its snapshot is never ready.
    let place = Place::new(move |request| {
        seen.fetch_add(usize::from(is_publish(request)), SeqCst);
        (is_version(request) && request.is_get()).then_some(Fault::Rewrite(NONE, OFF))
    });
    for signalled in [None, Some("TERM")] {
        let earlier = published.load(SeqCst);
        let args = place.args(&["--after", "deployed", "--runs", "2"]);
        let mut child = place.test.command(&args).spawn().unwrap();
        wait_for("the version", || {
            (published.load(SeqCst) > earlier).then_some(())
        });
        match signalled {
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                assert_eq!(place.functions().len(), 2);
                place.test.run(&["restore"]).success();
            }
            Some(name) => {
                signal(&child, name);
                assert_eq!(child.wait().unwrap().code(), Some(130));
            }
        }
        place.is_clean();
    }
}

#[test]
fn throttled_invokes_of_a_batch_are_told_apart_and_replaced() {
    let invokes = Arc::new(AtomicUsize::new(0));
    let place = Place::new(move |request| {
        let invoke = request.is_invoke() && is_version(request);
        // The first start and its warm invokes are through by then.
        let nth = if invoke {
            invokes.fetch_add(1, SeqCst)
        } else {
            0
        };
        (nth == 5).then_some(Fault::Answer(
            429,
            "TooManyRequestsException",
            "Rate Exceeded.",
        ))
    });
    place
        .run(&["--after", "deployed", "--runs", "3", "--concurrency", "3"])
        .success();
    let result = place.test.result();
    let own = samples(&result, "only");
    assert_eq!(count(&own, |s| s["excluded_reason"] == "call_failed"), 1);
    assert!(count(&own, |s| s["accepted"] == true && s["kind"] == "cold") >= 3);
}

#[test]
fn what_snap_start_would_bring_is_measured_and_said_not_to_be_the_packages_doing() {
    let place = Place::new(|request| {
        let path = request.path.replace("%3A", ":");
        let without = path.contains("-before") || path.ends_with("my-fn:1");
        without.then_some(Fault::Rewrite("", ""))
    });
    for description in ["without", "with"] {
        let change = json!({"Description": description});
        place.server.configure("my-fn", &change);
        let path = format!("{FUNCTIONS}/my-fn/versions");
        place.server.call("POST", &path, Some(&json!({})));
    }
    let args = ["run", "--endpoint-url", &place.proxy.url, "--runs", "4"];
    let versions = ["--before", "my-fn:1", "--after", "my-fn:2"];
    let ran = place
        .test
        .run(&[&args[..], &versions, &["--concurrency", "2"]].concat());
    ran.success().prints("concurrency (burst 2 → restores 2)");
    let result = place.test.result();
    let modes = |arm: usize| result["subjects"][arm]["concurrency_mode"].clone();
    assert_eq!(
        (modes(0), modes(1)),
        (json!("burst 2"), json!("restores 2"))
    );
    for (arm, present, absent) in [
        ("before", "init_ms", "restore_ms"),
        ("after", "restore_ms", "init_ms"),
    ] {
        let own = samples(&result, arm);
        let cold = || {
            own.iter()
                .filter(|s| s["accepted"] == true && s["kind"] == "cold")
        };
        assert!(cold().count() >= 4, "{arm}");
        assert!(
            cold().all(|s| s[present].is_f64() && s[absent].is_null()),
            "{arm}"
        );
    }
    place.is_clean();
}

#[test]
fn restores_and_inits_refuse_to_be_compared() {
    let place = Place::new(nothing);
    let url = place.server.url.clone();
    // The sandbox itself has no SnapStart: inits.
    place
        .test
        .run(&[
            "run",
            "--endpoint-url",
            &url,
            "--function",
            "my-fn",
            "--after",
            "deployed",
            "--runs",
            "2",
            "--save-baseline",
            "inits",
        ])
        .success();
    place
        .run(&["--after", "deployed", "--runs", "2", "--baseline", "inits"])
        .fails_with(2)
        .says("was measured serial, this run would be restores 2")
        .says("a restore from a snapshot is not an init");
    place.is_clean();
}

#[test]
fn what_snap_start_costs_is_said_before_and_after() {
    let place = Place::new(nothing);
    let ran = place.run(&["--after", "deployed", "--runs", "2", "--dry-run", "--json"]);
    let plan: Value = serde_json::from_str(&ran.success().stdout).unwrap();
    let publishes = |calls: &Value| {
        let calls = calls.as_array().unwrap();
        calls.iter().any(|c| c["operation"] == "PublishVersion")
    };
    assert!(publishes(&plan["calls"]), "{plan}");
    // 128 MB for three hours, at $0.0000015046 per GB-s.
    let cache = 0.125 * 10_800.0 * 0.000_001_504_6;
    assert!(plan["cost_usd"].as_f64().unwrap() > cache, "{plan}");
    let policy = plan["iam_policy"].to_string();
    assert!(policy.contains("lambda:PublishVersion"), "{policy}");
    assert_eq!(place.functions(), ["my-fn"]);

    place
        .run(&["--after", "deployed", "--runs", "2"])
        .success()
        .prints("SnapStart");
    let result = place.test.result();
    let of_it = result["snap_start_usd"].as_f64().unwrap();
    // The restores of the first start and of the batch.
    assert!(of_it >= cache + 3.0 * 0.125 * 0.000_139_799_8, "{of_it}");
    assert!(result["cost_usd"].as_f64().unwrap() > of_it);
    assert_eq!(result["ending"], json!({"how": "complete"}));
}
