//! What a log tells as a side of a comparison, and what it can't.

use crate::support::Test;
use crate::traffic::{PAIR, Traffic, both, compared, json, slower};

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
