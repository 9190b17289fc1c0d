//! What is judged, and what fails a pipeline.

use std::fmt::Write as _;

use serde_json::Value;

use crate::support::Test;
use crate::traffic::{PAIR, Traffic, both, compared, json, later, slower};

#[test]
fn logs_of_no_change_are_no_regression() {
    let test = both(&Traffic::default(), &later(&Traffic::default()));
    let result = json(&test, &PAIR);
    let judged = &result["judgements"][0];
    assert_eq!(judged["metric"], "cold.p50");
    assert!(
        ["passed", "inconclusive"].contains(&judged["verdict"].as_str().unwrap()),
        "{judged}"
    );
    assert_eq!(judged["test"]["n_before"], 80);
}

#[test]
fn a_slower_init_is_a_regression_that_is_only_observed() {
    let test = both(&Traffic::default(), &slower(1.3));
    let ran = compared(&test, &[]).success();
    let text = &ran.stdout;
    assert!(
        text.contains("Verdict: regressed (observational, not a controlled experiment)"),
        "{text}"
    );
    assert!(text.contains("Change (observational)"), "{text}");
    assert!(
        text.contains("Intervals and p cover the chance of sampling alone"),
        "{text}"
    );
    let result = json(&test, &PAIR);
    let observed = &result["stored_before"]["observational"];
    assert_eq!(observed["before"]["invokes"], 800);
    assert_eq!(observed["after"]["function"], "orders");
    let init = result["summary"][1]["init_ms"]["median"].as_f64().unwrap();
    assert!((500.0..540.0).contains(&init), "{init}");
}

#[test]
fn what_is_only_observed_fails_a_pipeline_only_if_that_is_allowed() {
    let test = both(&Traffic::default(), &slower(1.5));
    let gate = ["--fail-if", "cold.p50 > +10%"];
    compared(&test, &gate)
        .success()
        .says("'cold.p50 > +10%' would have failed")
        .says("only observational")
        .prints("logs are no controlled experiment");
    compared(&test, &[&gate[..], &["--allow-indicative"]].concat()).fails_with(3);
}

#[test]
fn a_gate_holds_logs_to_values_and_says_that_they_are_observed() {
    let test = both(&Traffic::default(), &slower(1.5));
    let gate = |word: &str, budget: &str| test.run(&["gate", word, "--fail-if", budget]);
    let ran = gate("logs:before.log", "cold.p50 > 800ms")
        .success()
        .prints("orders")
        .prints("Observational");
    assert!(!ran.stdout.contains(".lambench/results"), "nothing is kept");
    gate("logs:before.log", "cold.init.p50 > 100ms").fails_with(3);
    gate("logs:nothing.log", "cold.p50 > 1ms").fails_with(2);
    test.write(
        "lambench.toml",
        "[functions.orders]\npackage = \"orders\"\nfail_if = [\"cold.init.p50 > 100ms\"]\n",
    );
    test.run(&["gate", "logs:before.log"])
        .fails_with(3)
        .prints("cold.init.p50");
    let ran = test.run(&["gate", "logs:before.log", "logs:after.log", "--json"]);
    let lines: Value = serde_json::from_str(&ran.fails_with(3).stdout).unwrap();
    assert_eq!(lines.as_array().unwrap().len(), 2);
    assert_eq!(lines[1]["observational"], true);
}

#[test]
fn a_gate_of_logs_against_logs_fails_on_a_change_only_if_that_is_allowed() {
    let test = both(&Traffic::default(), &slower(1.5));
    let gate = |more: &[&str]| {
        let args = [
            "gate",
            "--before",
            "logs:before.log",
            "--after",
            "logs:after.log",
        ];
        test.run(&[&args[..], more].concat())
    };
    gate(&["--fail-if", "cold.p50 > +10%"])
        .success()
        .says("only observational")
        .prints("Observational");
    gate(&["--fail-if", "cold.p50 > +10%", "--allow-indicative"]).fails_with(3);
    gate(&["--fail-if", "cold.p50 > +200%", "--allow-indicative"]).success();
    gate(&["--fail-if", "cold.init.p50 > 550ms"]).fails_with(3);
    let several = slower(1.5).lines().replace("/orders ", "/billing ");
    test.write("before.log", &(Traffic::default().lines() + &several));
    gate(&[]).fails_with(2).says("holds 2 functions");
    gate(&["--function", "orders", "--allow-indicative"]).fails_with(3);
    test.run(&["gate", "last", "--function", "orders"])
        .fails_with(2)
        .says("a stored result is of one function");
}

#[test]
fn of_a_large_log_an_even_sample_stands_for_all() {
    let many = Traffic {
        starts: 24_000,
        cold_each: 4,
        ..Traffic::default()
    };
    let after = later(&Traffic {
        init_ms: 440.0,
        ..many.clone()
    });
    let test = both(&many, &after);
    let result = json(&test, &PAIR);
    let count = |arm: &str, kind: &str| {
        let samples = result["samples"].as_array().unwrap().iter();
        samples
            .filter(|s| s["arm"] == arm && s["kind"] == kind)
            .count()
    };
    assert_eq!(count("before", "cold"), 5000);
    assert_eq!(count("after", "warm"), 5000);
    assert_eq!(
        result["stored_before"]["observational"]["before"]["cold"],
        6000
    );
    let test_of = &result["judgements"][0]["test"];
    let (low, high) = (
        test_of["interval"][0].as_f64().unwrap(),
        test_of["interval"][1].as_f64().unwrap(),
    );
    assert!(
        1.0 < low && low < high && high < 1.1 && high - low < 0.02,
        "{low} {high}"
    );
    assert_eq!(json(&test, &PAIR), result, "the same sample each time");
    let ran = compared(&test, &[]).success();
    assert!(
        ran.stdout.contains("5000 of 6000 cold starts"),
        "{}",
        ran.stdout
    );
}

#[test]
fn of_a_large_log_every_invoke_is_left_out_that_an_older_line_says_has_timed_out() {
    let traffic = Traffic {
        starts: 24_000,
        cold_each: 3,
        ..Traffic::default()
    };
    let (mut log, mut failed) = (String::new(), 0);
    for (n, line) in traffic.lines().lines().enumerate() {
        let id = line
            .split_once(" REPORT RequestId: ")
            .map(|(_, rest)| &rest[..36]);
        let id = id.filter(|_| n % 11 == 0 && line.contains("Memory Size"));
        let timed_out = id.map(|id| {
            failed += 1;
            format!("2026-10-01T00:00:00.000Z {id} Task timed out after 3.00 seconds\n")
        });
        let timed_out = timed_out.unwrap_or_default();
        // Which of the two comes first has changed over the years.
        if n % 2 == 0 {
            let _ = writeln!(log, "{timed_out}{line}");
        } else {
            let _ = write!(log, "{line}\n{timed_out}");
        }
    }
    let test = both(&traffic, &later(&traffic));
    test.write("before.log", &log);
    let result = json(&test, &PAIR);
    let before = &result["stored_before"]["observational"]["before"];
    assert!(failed > 1000, "{failed}");
    assert_eq!(before["failed"], failed);
    assert_eq!(before["invokes"], 24_000 - failed);
    assert_eq!(before["memory_mb"]["512"], before["invokes"]);
    let hours = before["by_hour"].as_array().unwrap().iter();
    let all: u64 = hours.map(|hour| hour.as_u64().unwrap()).sum();
    assert_eq!(before["invokes"], all);
}

#[test]
fn a_run_is_compared_with_logs() {
    let test = Test::new();
    test.write("prod.log", &Traffic::default().lines());
    let package = crate::support::fixture("hello-python");
    let args = [
        "run",
        "--before",
        "logs:prod.log",
        "--after",
        package.to_str().unwrap(),
    ];
    let args = [&args[..], &["--runs", "6", "--warm-invokes", "1"]].concat();
    let ran = test.run(&args).success();
    assert!(
        ran.stdout
            .contains("(observational, not a controlled experiment)"),
        "{}",
        ran.stdout
    );
    let result = test.result();
    assert_eq!(
        result["stored_before"]["differs"][0]["condition"],
        "endpoint"
    );
    assert_eq!(
        result["stored_before"]["observational"]["before"]["invokes"],
        800
    );
    assert_eq!(result["subjects"].as_array().unwrap().len(), 1);
    test.run(&["run", "--after", "logs:prod.log"])
        .fails_with(2)
        .says("logs can only be the one before");
    // The stored result stands before or after logs, too, if somebody insists: a sandbox is not production.
    test.run(&["compare", "last", "logs:prod.log"])
        .fails_with(2)
        .says("endpoint sandbox and logs");
    let mixed = test
        .run(&["compare", "last", "logs:prod.log", "--force"])
        .success();
    assert!(
        mixed.stdout.contains("after 2026-10-01 00:00 UTC to"),
        "{}",
        mixed.stdout
    );
}
