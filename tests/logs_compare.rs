//! Logs as one side of a comparison, or as both: generated REPORT lines, and the compiled binary.

mod support;

use std::fmt::Write as _;

use serde_json::Value;
use support::{Ran, Test};

/// What a function did, a start after another.
#[derive(Clone)]
struct Traffic {
    function: Option<&'static str>,
    start: &'static str,
    starts: u32,
    /// Of so many invokes the first is cold.
    cold_each: u32,
    init_ms: f64,
    warm_ms: f64,
    memory_mb: u32,
    version: &'static str,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            function: Some("orders"),
            start: "2026-10-01T00:00:00Z",
            starts: 800,
            cold_each: 10,
            init_ms: 400.0,
            warm_ms: 20.0,
            memory_mb: 512,
            version: "$LATEST",
        }
    }
}

impl Traffic {
    /// As awslogs writes them: group, stream, time, line. One invoke each half minute.
    fn lines(&self) -> String {
        let start: jiff::Timestamp = self.start.parse().unwrap();
        let mut dice = 11_u64 + u64::from(self.starts) + start.as_second().unsigned_abs();
        let mut noise = || {
            dice = dice
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            0.85 + 0.3 * ((dice >> 40) as f64 / f64::from(1 << 24))
        };
        let mut out = String::new();
        for i in 0..self.starts {
            let at = start + jiff::SignedDuration::from_secs(30 * i64::from(i));
            if let Some(function) = self.function {
                let environment = i / self.cold_each;
                let version = self.version;
                write!(
                    out,
                    "/aws/lambda/{function} 2026/10/01/[{version}]{environment:032x} "
                )
                .unwrap();
            }
            let cold = i % self.cold_each == 0;
            let handler = self.warm_ms * noise() * if cold { 3.0 } else { 1.0 };
            let init = if cold { self.init_ms * noise() } else { 0.0 };
            let id = u128::from(start.as_second().unsigned_abs()) << 64 | u128::from(i);
            let id = uuid::Uuid::from_u128(id);
            write!(
                out,
                "{at:.3} REPORT RequestId: {id}\tDuration: {handler:.2} ms\tBilled Duration: {} ms\t\
                 Memory Size: {} MB\tMax Memory Used: {} MB\t",
                (handler + init).ceil(),
                self.memory_mb,
                80 + i % 7,
            )
            .unwrap();
            if cold {
                write!(out, "Init Duration: {init:.2} ms\t").unwrap();
            }
            out.push('\n');
            if i % 5 == 0 {
                let _ = writeln!(
                    out,
                    "the application says REPORT RequestId: {id} Duration: 1 ms"
                );
            }
        }
        out
    }
}

fn later(traffic: &Traffic) -> Traffic {
    Traffic {
        start: "2026-11-01T00:00:00Z",
        ..traffic.clone()
    }
}

fn slower(by: f64) -> Traffic {
    let traffic = Traffic::default();
    later(&Traffic {
        init_ms: traffic.init_ms * by,
        ..traffic
    })
}

fn both(before: &Traffic, after: &Traffic) -> Test {
    let test = Test::new();
    test.write("before.log", &before.lines());
    test.write("after.log", &after.lines());
    test
}

const PAIR: [&str; 3] = ["compare", "logs:before.log", "logs:after.log"];

fn compared(test: &Test, more: &[&str]) -> Ran {
    test.run(&[&PAIR[..], more].concat())
}

fn json(test: &Test, args: &[&str]) -> Value {
    let ran = test.run(&[args, &["--json"]].concat()).success();
    serde_json::from_str(&ran.stdout).unwrap()
}

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
fn what_a_log_cannot_tell_is_unknown() {
    let test = both(&Traffic::default(), &slower(1.3));
    let result = json(&test, &PAIR);
    let subject = &result["subjects"][0];
    for unknown in ["package_bytes", "runtime_version", "region", "code_sha256"] {
        assert!(subject[unknown].is_null(), "{unknown}");
    }
    assert_eq!(
        (&subject["endpoint"], &subject["runtime"]),
        (&"logs".into(), &"".into())
    );
    assert!(result["samples"][0]["client_ms"].is_null());
    assert!(result["summary"][0]["cold_client_ms"].is_null());
    assert!(result["summary"][0]["cost_cold_usd_per_million"].is_null());
    // A result like any other: it can be stored, and read again.
    test.write("both.json", &result.to_string());
    let again = json(&test, &["compare", "both.json@before", "both.json@after"]);
    assert_eq!(again["subjects"][1]["endpoint"], "logs");
}

#[test]
fn one_log_is_split_at_a_deploy() {
    let test = Test::new();
    let old = Traffic::default();
    let new = Traffic {
        start: "2026-10-01T06:40:00Z",
        version: "8",
        init_ms: 200.0,
        ..Traffic::default()
    };
    test.write("app.log", &(old.lines() + &new.lines()));
    let split = ["compare", "logs:app.log", "--split-at", "2026-10-01T06:40Z"];
    let result = json(&test, &split);
    let observed = &result["stored_before"]["observational"];
    assert_eq!(
        (
            &observed["before"]["invokes"],
            &observed["after"]["invokes"]
        ),
        (&800.into(), &800.into())
    );
    assert_eq!(observed["before"]["versions"][0], "$LATEST");
    assert_eq!(observed["after"]["versions"][0], "8");
    assert_eq!(observed["split_at"], "2026-10-01T06:40:00Z");
    assert_eq!(result["judgements"][0]["verdict"], "improved");
    let gap = json(&test, &[&split[..], &["--split-gap", "10m"]].concat());
    let observed = &gap["stored_before"]["observational"];
    assert_eq!(
        (
            &observed["before"]["invokes"],
            &observed["after"]["invokes"]
        ),
        (&780.into(), &780.into())
    );
    test.run(&["compare", "logs:app.log", "--split-at", "2020-01-01T00:00Z"])
        .fails_with(2)
        .says("before 2020-01-01T00:00:00Z: no REPORT line is in it");
    test.run(&[
        "compare",
        "logs:app.log",
        "logs:app.log",
        "--split-at",
        "2026-10-01T06:40Z",
    ])
    .fails_with(2)
    .says("--split-at splits one log");
}

#[test]
fn a_log_without_times_cannot_be_split_and_can_be_compared() {
    let test = Test::new();
    let bare = |traffic: &Traffic| -> String {
        let lines = traffic.lines();
        let lines = lines.lines().filter(|line| line.contains('\t'));
        let lines = lines.filter_map(|line| line.find("REPORT").map(|at| &line[at..]));
        lines.collect::<Vec<_>>().join("\n")
    };
    test.write("a.log", &bare(&Traffic::default()));
    test.write("b.log", &bare(&slower(1.3)));
    test.run(&["compare", "logs:a.log", "--split-at", "2026-10-01T06:40Z"])
        .fails_with(2)
        .says("no record has a time");
    let ran = test.run(&["compare", "logs:a.log", "logs:b.log"]).success();
    assert!(ran.stdout.contains("time: not known"), "{}", ran.stdout);
    assert!(ran.stdout.contains("counts by itself"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("1970"), "{}", ran.stdout);
}

#[test]
fn of_several_functions_one_is_chosen() {
    let test = Test::new();
    let billing = |traffic: Traffic| Traffic {
        function: Some("billing"),
        ..traffic
    };
    let old = Traffic::default();
    test.write("logs/a.log", &(old.lines() + &billing(old.clone()).lines()));
    test.write("logs/b.log", &old.lines());
    test.write(
        "new.log",
        &(slower(1.3).lines() + &billing(slower(1.0)).lines()),
    );
    let args = ["compare", "logs:logs", "logs:new.log"];
    test.run(&args)
        .fails_with(2)
        .says("logs:logs holds 2 functions: orders, billing")
        .says("--function NAME");
    test.run(&[&args[..], &["--function", "nobody"]].concat())
        .fails_with(2)
        .says("holds nothing of nobody; it holds orders, billing");
    let orders = json(&test, &[&args[..], &["--function", "orders"]].concat());
    assert_eq!(orders["judgements"][0]["verdict"], "regressed");
    assert_eq!(
        orders["stored_before"]["observational"]["before"]["invokes"],
        1600
    );
    let billing = json(&test, &[&args[..], &["--function", "billing"]].concat());
    assert_ne!(billing["judgements"][0]["verdict"], "regressed");
}

#[test]
fn a_side_with_nothing_to_compare_is_refused() {
    let test = both(&Traffic::default(), &Traffic::default());
    test.write("empty.log", "nothing of the platform\n");
    test.write(
        "warm.log",
        &Traffic::default()
            .lines()
            .lines()
            .skip(2)
            .take(6)
            .collect::<Vec<_>>()
            .join("\n"),
    );
    for (word, says) in [
        ("logs:empty.log", "no REPORT line is in it"),
        ("logs:warm.log", "no cold start to compare"),
        ("logs:missing.log", "there is no such file or folder"),
        ("logs:", "names no logs"),
    ] {
        test.run(&["compare", "logs:before.log", word])
            .fails_with(2)
            .says(says);
    }
    test.run(&["compare", "logs:before.log", "logs:before.log"])
        .fails_with(2)
        .says("are the same measurement");
}

#[test]
fn another_memory_size_is_refused_without_force() {
    let more = Traffic {
        memory_mb: 1024,
        ..slower(1.0)
    };
    let test = both(&Traffic::default(), &more);
    compared(&test, &[])
        .fails_with(2)
        .says("memory 512 MB and 1024 MB");
    let ran = compared(&test, &["--force"]).success();
    assert!(
        ran.stdout
            .contains("memory size: before 512 MB; after 1024 MB"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_side_of_two_memory_sizes_says_so() {
    let test = both(&Traffic::default(), &slower(1.0));
    let more = Traffic {
        memory_mb: 1024,
        starts: 200,
        ..slower(1.0)
    };
    test.write("after/a.log", &slower(1.0).lines());
    test.write("after/b.log", &more.lines());
    let ran = test
        .run(&["compare", "logs:before.log", "logs:after"])
        .success();
    assert!(
        ran.stdout.contains("after 512 MB (80%), 1024 MB (20%)"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout
            .contains("the memory size is not one and the same"),
        "{}",
        ran.stdout
    );
}

#[test]
fn failed_invokes_do_not_count_and_are_told() {
    let before = Traffic::default();
    let test = both(&before, &slower(1.0));
    let failed = before.lines().replacen(
        "Max Memory Used: 80 MB\t",
        "Max Memory Used: 80 MB\tStatus: timeout\t",
        12,
    );
    test.write("before.log", &failed);
    let result = json(&test, &PAIR);
    let all: u64 = result["exclusions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["count"].as_u64().unwrap())
        .sum();
    assert_eq!(all, 12);
    assert_eq!(
        result["stored_before"]["observational"]["before"]["failed"],
        12
    );
    assert_eq!(
        result["stored_before"]["observational"]["before"]["invokes"],
        788
    );
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
    let package = support::fixture("hello-python");
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

#[test]
fn a_page_and_markdown_say_that_it_is_observed() {
    let test = both(&Traffic::default(), &slower(1.3));
    let markdown = compared(&test, &["--export", "markdown=-"])
        .success()
        .stdout;
    assert!(markdown.contains("Change (observational)"), "{markdown}");
    assert!(
        markdown.contains("Not a controlled experiment"),
        "{markdown}"
    );
    let args = [
        "report",
        "logs:before.log",
        "logs:after.log",
        "--compare",
        "-o",
        "-",
    ];
    let page = test.run(&args).success().stdout;
    assert!(page.contains("observational, not a controlled experiment"));
    assert!(page.contains("Not a controlled experiment: what is known of both sides"));
    let several = test
        .run(&[
            "compare",
            "logs:before.log",
            "logs:after.log",
            "logs:*r.log",
            "--function",
            "orders",
        ])
        .success();
    assert!(
        several.stdout.contains("The changes are observational"),
        "{}",
        several.stdout
    );
}

#[test]
fn the_report_reads_well_in_both_languages() {
    let test = both(&Traffic::default(), &slower(1.3));
    insta::assert_snapshot!("english", compared(&test, &[]).success().stdout);
    insta::assert_snapshot!(
        "korean",
        compared(&test, &["--lang", "ko"]).success().stdout
    );
}
