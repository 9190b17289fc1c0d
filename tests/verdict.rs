//! The verdict of `lambench run`: looks, early stopping, and what is said and stored, through the compiled binary.

mod support;

use serde_json::Value;
use support::Test;

/// A package of a Python function whose init sleeps.
fn package(test: &Test, name: &str, init_ms: u32) {
    let seconds = f64::from(init_ms) / 1e3;
    test.write(
        &format!("{name}/lambda_function.py"),
        &format!(
            "import time\ntime.sleep({seconds})\ndef lambda_handler(event, context):\n    return {{'statusCode': 200}}\n"
        ),
    );
}

fn pair(before_ms: u32, after_ms: u32) -> Test {
    let test = Test::new();
    package(&test, "old", before_ms);
    package(&test, "new", after_ms);
    test
}

const RUN: [&str; 9] = [
    "run",
    "--before",
    "old/",
    "--after",
    "new/",
    "--warm-invokes",
    "0",
    "--seed",
    "3",
];

fn run(test: &Test, more: &[&str]) -> support::Ran {
    let mut args = RUN.to_vec();
    args.extend(more);
    test.run(&args)
}

fn starts(result: &Value, arm: &str) -> Vec<u64> {
    let samples = result["samples"].as_array().unwrap();
    let counted = samples
        .iter()
        .filter(|s| s["accepted"] == true && s["kind"] == "cold" && s["arm"] == arm);
    counted.map(|s| s["look"].as_u64().unwrap()).collect()
}

#[test]
fn a_clear_regression_is_decided_at_the_first_look_and_ends_well() {
    let test = pair(20, 400);
    run(&test, &[])
        .success()
        .prints("Verdict: regressed. Cold start p50 is ")
        .prints("p < 0.001, 10 pairs; the limit is +10%; decided at the first of three")
        .prints("10 of up to 30 cold starts each")
        .says("up to 30 cold starts each, fewer if decided at 10 or 20")
        .says("look 1 of 3, 10 cold starts each: decided");
    let result = test.result();
    assert_eq!(
        result["plan"]["looks"]["at"],
        serde_json::json!([10, 20, 30])
    );
    assert_eq!(result["ending"]["how"], "complete");
    assert_eq!(result["look"], 1);
    assert_eq!(starts(&result, "before"), [0; 10]);
    assert_eq!(starts(&result, "after"), [0; 10]);
    let judged = &result["judgements"][0];
    assert_eq!(judged["metric"], "cold.p50");
    assert_eq!(judged["verdict"], "regressed");
    assert_eq!(judged["test"]["alpha"], 0.0221);
    assert!(judged["budget"].is_null(), "nobody asked: it fails nothing");
}

#[test]
fn a_clear_improvement_is_said_in_korean_too() {
    let test = pair(400, 20);
    run(&test, &["--lang", "ko"])
        .success()
        .prints("판정: 개선.")
        .prints("콜드 스타트 p50 ")
        .prints("3번의 판정 시점 중 1번째에서 판정했습니다");
}

#[test]
fn equal_builds_are_never_called_worse_and_stop_where_that_is_certain() {
    let test = pair(150, 150);
    // A limit that noise does not reach: the interval lies within it at the first look or soon after.
    let ran = run(&test, &["--limit", "200%"]).success();
    ran.prints("Verdict: ");
    let result = test.result();
    let verdict = result["judgements"][0]["verdict"].as_str().unwrap();
    assert!(["passed", "improved"].contains(&verdict), "{verdict}");
    assert_eq!(result["judgements"][0]["limit_change"], 2.0);
    let look = usize::try_from(result["look"].as_u64().unwrap()).unwrap();
    assert_eq!(starts(&result, "after").len(), 10 * look);
}

#[test]
fn with_runs_there_is_one_look() {
    let test = pair(20, 300);
    run(&test, &["--runs", "6"])
        .success()
        .prints("Verdict: regressed.")
        .prints("6 of 6 cold starts each");
    let result = test.result();
    assert_eq!(result["plan"]["looks"]["at"], serde_json::json!([6]));
    assert_eq!(result["plan"]["looks"]["alpha"], 0.05);
    assert_eq!(result["look"], 1);
}

#[test]
fn too_few_starts_for_any_interval_are_inconclusive_and_say_so() {
    let test = pair(20, 300);
    let ran = run(&test, &["--runs", "2"]).success();
    ran.prints("Verdict: inconclusive.").prints("too few");
    assert_eq!(test.result()["judgements"][0]["verdict"], "inconclusive");
}

#[test]
fn one_subject_has_neither_looks_nor_a_verdict() {
    let test = pair(20, 20);
    let args = [
        "run",
        "--after",
        "new/",
        "--runs",
        "3",
        "--warm-invokes",
        "0",
    ];
    let ran = test.run(&args).success();
    assert!(!ran.stdout.contains("Verdict"), "{}", ran.stdout);
    let result = test.result();
    assert!(result["plan"]["looks"].is_null());
    assert!(result["judgements"].is_null() && result["look"].is_null());
}

#[test]
fn a_dry_run_says_how_many_starts_there_are_at_most() {
    let test = pair(20, 20);
    run(&test, &["--dry-run"])
        .success()
        .prints("up to 30 cold starts each, fewer if decided at 10 or 20");
    run(&test, &["--dry-run", "--concurrency", "8"])
        .success()
        .prints("up to 32 cold starts each in 4 bursts of 8, fewer if decided at 16 or 24");
}

#[test]
fn a_run_that_was_decided_has_nothing_left_to_continue() {
    let test = pair(20, 400);
    run(&test, &[]).success();
    let id = test.result()["id"].as_str().unwrap().to_owned();
    test.run(&[
        "run", "--before", "old/", "--after", "new/", "--resume", &id,
    ])
    .fails_with(2)
    .says("it was decided at a look");
}

#[test]
fn a_limit_is_a_percentage_by_flag_variable_or_file() {
    let test = pair(20, 20);
    run(&test, &["--limit", "-5"])
        .fails_with(2)
        .says("a percentage above 0");
    test.write("lambench.toml", "[defaults]\nlimit = \"ten\"\n");
    run(&test, &["--dry-run"])
        .fails_with(2)
        .says("lambench.toml:2: defaults.limit must be a percentage above 0, such as 10%");
}
