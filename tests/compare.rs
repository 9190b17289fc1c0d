//! Stored results as a user meets them: named, compared, listed, shown and deleted, with the compiled binary. The first
//! result is measured on the sandbox; the others are that one with other figures.

mod support;

use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::{Value, json};
use support::{Test, fixture};

/// One run of a small function on the sandbox.
fn measured() -> &'static str {
    static RESULT: OnceLock<String> = OnceLock::new();
    RESULT.get_or_init(|| {
        let test = Test::new();
        let package = fixture("hello-python");
        let args = ["run", "--after", package.to_str().unwrap(), "--runs", "8"];
        let ran = test.run(&[&args[..], &["--warm-invokes", "1", "--json"]].concat());
        ran.success().stdout
    })
}

/// The measured result with another id, at another time, `factor` as slow.
fn another(id: &str, at: &str, factor: f64) -> Value {
    let mut result: Value = serde_json::from_str(measured()).unwrap();
    result["id"] = id.into();
    result["created_at"] = at.into();
    for (n, sample) in (0..).zip(result["samples"].as_array_mut().unwrap()) {
        for field in ["init_ms", "handler_ms", "billed_ms", "client_ms"] {
            // Spread a little, the same way in every result.
            let ms = 40.0 * (1.0 + f64::from(n % 7) / 100.0);
            if sample[field].is_f64() {
                sample[field] = json!(ms * factor);
            }
        }
    }
    for figure in ["cold_ms", "init_ms", "cold_handler_ms", "warm_ms"] {
        result["summary"][0][figure]["median"] = json!(40.0 * factor);
    }
    result
}

/// A folder with three results, the second half as slow as the first and the third, and a baseline.
fn stored() -> Test {
    let test = Test::new();
    let results = [
        ("20261101T000000Z-1", "2026-11-01T00:00:00Z", 2.0),
        ("20261102T000000Z-2", "2026-11-02T00:00:00Z", 1.0),
        ("20261104T000000Z-3", "2026-11-04T00:00:00Z", 2.0),
    ];
    for (id, at, factor) in results {
        let text = format!("{:#}", another(id, at, factor));
        test.write(&format!(".lambench/results/{id}.json"), &text);
        test.write(&format!(".lambench/runs/{id}.jsonl"), "{}\n");
    }
    let main = another("20261101T000000Z-1", "2026-11-01T00:00:00Z", 2.0);
    test.write(".lambench/baselines/main.json", &main.to_string());
    test
}

#[test]
fn a_pair_of_stored_results_is_indicative_and_says_how_old_it_is() {
    let test = stored();
    let ran = test.run(&["compare", "last~1", "last"]).success();
    assert!(ran.stdout.contains("2 days earlier"), "{}", ran.stdout);
    assert!(ran.stdout.contains("(indicative)"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("each in a run of its own"),
        "{}",
        ran.stdout
    );
    let korean = test
        .run(&["compare", "main", "last~1", "--lang", "ko"])
        .success();
    assert!(
        korean.stdout.contains("기준 측정(baseline) \"main\""),
        "{}",
        korean.stdout
    );
    assert!(korean.stdout.contains("1일 먼저"), "{}", korean.stdout);
}

#[test]
fn an_indicative_regression_fails_only_if_that_is_allowed() {
    let test = stored();
    let slower = ["compare", "last~1", "last", "--fail-if", "cold.p50 > +10%"];
    test.run(&slower)
        .success()
        .says("'cold.p50 > +10%' would have failed")
        .says("--allow-indicative");
    test.run(&[&slower[..], &["--allow-indicative"]].concat())
        .fails_with(3);
    let faster = [
        "compare",
        "last~2",
        "last~1",
        "--fail-if",
        "cold.p50 > +10%",
    ];
    let ran = test
        .run(&[&faster[..], &["--allow-indicative"]].concat())
        .success();
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_pair_in_json_is_one_result_of_both_arms_with_its_verdict() {
    let test = stored();
    let ran = test.run(&["compare", "main", "last~1", "--json"]).success();
    let both: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(both["stored_before"]["name"], "main");
    assert_eq!(both["subjects"].as_array().unwrap().len(), 2);
    assert_eq!(both["judgements"][0]["metric"], "cold.p50");
    assert_eq!(both["judgements"][0]["verdict"], "improved");
    let file = test.write("both.json", &ran.stdout);
    let both = file.to_str().unwrap();
    let arms = [format!("{both}@before"), format!("{both}@after")];
    let again = test
        .run(&["compare", &arms[0], &arms[1], "--json"])
        .success();
    let again: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(again["subjects"].as_array().unwrap().len(), 2);
}

#[test]
fn several_results_stand_in_columns_beside_the_first() {
    let test = stored();
    let ran = test.run(&["compare", "main", "last~1", "last"]).success();
    assert!(ran.stdout.starts_with("3 results compared with the first"));
    let cold = ran
        .stdout
        .lines()
        .find(|line| line.starts_with("| Cold start"));
    let cold = cold.unwrap();
    assert!(cold.contains("50% ↓"), "{cold}");
    assert!(cold.contains("~ p=1.00"), "{cold}");
    assert!(
        ran.stdout.lines().all(|line| line.chars().count() <= 80),
        "{}",
        ran.stdout
    );
    let json = test
        .run(&["compare", "main", "last~1", "last", "--json"])
        .success();
    let all: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 2);
}

#[test]
fn the_arm_that_is_taken_of_two_is_said_and_can_be_chosen() {
    let test = stored();
    let both = test.run(&["compare", "main", "last~1", "--json"]).success();
    let mut both: Value = serde_json::from_str(&both.stdout).unwrap();
    both["id"] = "20261105T000000Z-5".into();
    both.as_object_mut().unwrap().remove("stored_before");
    test.write("both.json", &both.to_string());
    test.run(&["compare", "both.json", "last"])
        .success()
        .prints("20261105T000000Z-5@after");
    test.run(&["compare", "last", "both.json@before"])
        .success()
        .prints("20261105T000000Z-5@before");
}

#[test]
fn other_conditions_are_refused_with_both_values_unless_forced() {
    let test = stored();
    let mut other = another("20261103T000000Z-9", "2026-11-03T00:00:00Z", 1.0);
    other["subjects"][0]["memory_mb"] = 1024.into();
    other["subjects"][0]["concurrency_mode"] = "burst 20".into();
    test.write("other.json", &other.to_string());
    let pair = ["compare", "last", "other.json"];
    test.run(&pair)
        .fails_with(2)
        .says("memory 512 MB and 1024 MB; concurrency serial and burst 20")
        .says("--force");
    test.run(&[&pair[..], &["--force"]].concat())
        .success()
        .prints("memory (512 MB → 1024 MB)");
}

#[test]
fn what_names_no_result_is_a_usage_error_that_helps() {
    let test = stored();
    test.run(&["compare", "mian", "last"])
        .fails_with(2)
        .says("did you mean main?");
    test.run(&["compare", "last", "last"])
        .fails_with(2)
        .says("the same measurement");
    test.run(&["compare", "last", "2026"])
        .fails_with(2)
        .says("more than one");
    test.write("cut.json", &measured()[..2000]);
    test.run(&["compare", "cut.json", "last"])
        .fails_with(2)
        .says("ends in the middle");
    test.run(&["compare", "last", "nowhere.json"])
        .fails_with(2)
        .says("nowhere.json: there is no such file")
        .says("lists what there is");
    test.run(&["compare", "last", "./.lambench"])
        .fails_with(2)
        .says("it is a folder, not a result")
        .says("as --save writes it");
}

#[test]
fn lists_name_what_there_is() {
    let test = stored();
    let results = test.run(&["results"]).success().stdout;
    let ids: Vec<&str> = results.lines().skip(2).map(|line| &line[2..20]).collect();
    let newest_first = [
        "20261104T000000Z-3",
        "20261102T000000Z-2",
        "20261101T000000Z-1",
    ];
    assert_eq!(ids, newest_first, "{results}");
    test.run(&["baselines"]).success().prints("| main ");
    let json = test.run(&["baselines", "--json"]).success().stdout;
    let all: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(all[0]["subjects"][0]["cold_p50_ms"], 80.0);
    test.run(&["results", "show", "last"])
        .success()
        .prints("Cold start");
    test.run(&["baselines", "--delete", "main"])
        .success()
        .prints("deleted baseline main");
    test.run(&["baselines"])
        .success()
        .prints("No baselines yet");
    test.run(&["baselines", "--delete", "main"]).fails_with(2);
}

#[test]
fn pruning_takes_results_and_logs_and_leaves_baselines() {
    let test = stored();
    for no_criterion in [&["results", "prune"][..], &["results", "prune", "--yes"]] {
        test.run(no_criterion).fails_with(2).says("--keep");
    }
    test.run(&["results", "prune", "--keep", "1"])
        .fails_with(2)
        .says("2 results would be deleted")
        .says("--yes");
    test.run(&["results", "prune", "--keep", "2", "--yes"])
        .success()
        .prints("deleted 1 result")
        .prints("2 left");
    let there = |name: &str| test.path().join(".lambench").join(name).exists();
    assert!(!there("results/20261101T000000Z-1.json"));
    assert!(!there("runs/20261101T000000Z-1.jsonl"));
    assert!(there("results/20261104T000000Z-3.json"));
    test.run(&["results", "prune", "--older-than", "0d", "--yes"])
        .success()
        .prints("0 left");
    assert!(there("baselines/main.json"));
}

#[test]
fn two_thousand_results_are_listed_at_once() {
    let test = stored();
    let text = format!("{:#}", another("x", "2026-11-01T00:00:00Z", 1.0));
    for n in 0..2000 {
        test.write(
            &format!(".lambench/results/20260101T00{n:04}Z-1.json"),
            &text,
        );
    }
    let begun = std::time::Instant::now();
    let listed = test.run(&["results"]).success().stdout;
    assert_eq!(listed.lines().count(), 2 + 2003);
    // A debug build on a busy machine; a release build takes a fraction of a second.
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

fn package(test: &Test) -> PathBuf {
    let code = "def handler(event, context):\n    return {'statusCode': 200}\n";
    test.write("build/app.py", code);
    test.path().join("build")
}

#[test]
fn a_stored_package_is_measured_again_next_to_todays_and_refused_once_it_has_changed() {
    let test = Test::new();
    package(&test);
    let few = ["--runs", "3", "--warm-invokes", "0"];
    let first = [
        "run",
        "--after",
        "build/",
        "--handler",
        "app.handler",
        "--memory",
        "256",
    ];
    test.run(&[&first[..], &few].concat()).success();
    test.write(
        "new/app.py",
        "def handler(event, context):\n    return {'statusCode': 200, 'a': 1}\n",
    );
    let again = [
        "run",
        "--before",
        "result:last",
        "--after",
        "new/",
        "--handler",
        "app.handler",
    ];
    let again = [&again[..], &few, &["--json"]].concat();
    let ran = test.run(&again).success();
    let result: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(result["subjects"][0]["memory_mb"], 256, "as it was then");
    assert!(result["stored_before"].is_null(), "both were measured now");
    assert_eq!(result["subjects"][0]["source"]["package"], "build");

    test.write(
        "build/app.py",
        "def handler(event, context):\n    return {}\n",
    );
    let named = format!("result:{}", test_first_id(&test));
    let again = again.iter().map(|word| {
        if *word == "result:last" {
            &named
        } else {
            *word
        }
    });
    let again: Vec<&str> = again.collect();
    test.run(&again)
        .fails_with(2)
        .says("is no longer the same")
        .says("lambench compare");
    std::fs::remove_dir_all(test.path().join("build")).unwrap();
    test.run(&again).fails_with(2).says("is gone");
}

fn test_first_id(test: &Test) -> String {
    let listed = test.run(&["results", "--json"]).success().stdout;
    let all: Value = serde_json::from_str(&listed).unwrap();
    all.as_array().unwrap().last().unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn values_of_environment_variables_are_asked_for_and_never_stored() {
    let test = Test::new();
    package(&test);
    let few = [
        "--runs",
        "2",
        "--warm-invokes",
        "0",
        "--handler",
        "app.handler",
    ];
    let first = ["run", "--after", "build/", "--env", "TOKEN=hush-hush"];
    test.run(&[&first[..], &few].concat()).success();
    let text = test.result().to_string();
    assert!(text.contains("TOKEN") && !text.contains("hush-hush"));
    let again = ["run", "--before", "result:last", "--after", "build/"];
    test.run(&[&again[..], &few].concat())
        .fails_with(2)
        .says("TOKEN")
        .says("--before-env TOKEN=VALUE");
}

#[test]
fn a_baseline_that_is_replaced_is_said_to_be() {
    let test = Test::new();
    package(&test);
    let run = [
        "run",
        "--after",
        "build/",
        "--handler",
        "app.handler",
        "--runs",
        "2",
    ];
    let run = [&run[..], &["--warm-invokes", "0", "--save-baseline", "v1"]].concat();
    let first = test.run(&run).success();
    assert!(!first.stderr.contains("replaced"), "{}", first.stderr);
    test.run(&run)
        .success()
        .says("baseline v1 is replaced; it was ");
}

#[test]
fn a_budget_of_a_price_is_judged_by_the_prices_of_lambench_toml() {
    let test = stored();
    let own = include_str!("../src/prices.toml").replace(
        "requests_per_million = 0.20",
        "requests_per_million = 900.0",
    );
    assert_ne!(own, include_str!("../src/prices.toml"), "a dearer list");
    test.write("prices.toml", &own);
    let args = ["compare", "main", "last", "--fail-if", "cost.cold > $500"];
    let args = [&args[..], &["--allow-indicative"]].concat();
    test.run(&args).success();
    test.write("lambench.toml", "[safety]\nprices = \"prices.toml\"\n");
    test.run(&args).fails_with(3);
}

#[test]
fn a_baseline_without_a_cold_start_is_nothing_to_compare_with() {
    let test = stored();
    let mut empty = another("20261101T000000Z-1", "2026-11-01T00:00:00Z", 2.0);
    empty["summary"][0]["cold_ms"] = Value::Null;
    test.write(".lambench/baselines/empty.json", &empty.to_string());
    let package = fixture("hello-python");
    let args = ["run", "--after", package.to_str().unwrap()];
    test.run(&[&args[..], &["--baseline", "empty"]].concat())
        .fails_with(2)
        .says("baseline empty has no cold starts");
}
