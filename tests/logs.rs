//! `lambench logs`: every form of log gives its records and no decoys, and what is said of them holds in every form.
#![allow(missing_docs)]

mod support;

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;
use support::{Ran, Test, fixture, repository};

fn logs(args: &[&str]) -> Ran {
    let test = Test::new();
    let mut command = test.command(&["logs"]);
    command.current_dir(fixture("logs")).args(args);
    Ran::from(command.output().expect("lambench starts"))
}

#[track_caller]
fn json(args: &[&str]) -> Value {
    let mut all = args.to_vec();
    all.push("--json");
    let summary: Value = serde_json::from_str(&logs(&all).success().stdout).expect("JSON");
    holds(&summary);
    summary
}

fn committed() -> String {
    std::fs::read_to_string(repository().join("schema/logs.json")).expect("the schema")
}

#[track_caller]
fn holds(summary: &Value) {
    let schema: Value = serde_json::from_str(&committed()).unwrap();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let wrong: Vec<String> = validator
        .iter_errors(summary)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_form_gives_its_records_and_no_decoys() {
    for (file, invokes, cold, broken, group, timed) in [
        ("app.log", 12, 3, 0, "app.log", false),
        ("crlf.log", 6, 2, 0, "crlf.log", false),
        ("binary.log", 6, 2, 0, "binary.log", false),
        ("cut.log", 5, 2, 1, "cut.log", false),
        ("packed.zst", 6, 2, 0, "packed.zst", false),
        ("aws-logs-tail.log", 6, 2, 0, "aws-logs-tail.log", true),
        ("awslogs.log", 6, 2, 0, "my-api", false),
        ("kubectl.log", 6, 2, 0, "kubectl.log", true),
        ("mixed.jsonl", 8, 2, 0, "mixed.jsonl", true),
        (
            "filter-log-events.json",
            6,
            2,
            0,
            "filter-log-events.json",
            true,
        ),
        ("insights.csv", 6, 2, 0, "my-api", true),
        (
            "insights-figures.csv",
            6,
            2,
            0,
            "insights-figures.csv",
            true,
        ),
        ("insights.json", 6, 2, 0, "my-api", true),
        ("s3-export.gz", 6, 2, 0, "s3-export.gz", true),
        ("subscription.json.gz", 6, 2, 0, "my-api", true),
    ] {
        let summary = json(&[file]);
        let whole = &summary["whole"];
        assert_eq!(whole["invokes"], invokes, "{file}");
        assert_eq!(whole["cold"], cold, "{file}");
        assert_eq!(summary["records"]["broken"], broken, "{file}");
        assert_eq!(summary["groups"][0]["name"], group, "{file}");
        assert_eq!(whole["first_at"].is_string(), timed, "{file}");
        assert_eq!(whole["memory"][0]["memory_mb"], 512, "{file}");
        assert!(whole["cost"]["usd"].as_f64().unwrap() > 0.0, "{file}");
    }
    let firehose = json(&["firehose"]);
    let names: Vec<_> = firehose["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| &g["name"])
        .collect();
    assert_eq!(names, ["my-worker", "my-api"], "the dearest first");
    assert_eq!(firehose["whole"]["invokes"], 10);
    let slowest = &firehose["whole"]["slowest"][0];
    let group = firehose["groups"]
        .as_array()
        .unwrap()
        .iter()
        .find(|g| g["name"] == slowest["group"]);
    assert_eq!(
        group.unwrap()["slowest"][0]["request_id"],
        slowest["request_id"]
    );
}

#[test]
fn what_went_wrong_is_counted_once_each() {
    let summary = json(&["failures.log"]);
    let whole = &summary["whole"];
    let of = [
        "invokes",
        "cold",
        "restores",
        "errors",
        "timeouts",
        "out_of_memory",
        "init_failures",
    ];
    let found = of.map(|name| whole[name].as_u64().unwrap());
    assert_eq!(found, [4, 1, 1, 0, 2, 1, 2]);
    assert_eq!(whole["restore"]["max"], 402.77);
    assert_eq!(whole["memory"][0]["fit"], "near_limit");
    let mixed = json(&["mixed.jsonl"]);
    assert_eq!(mixed["whole"]["errors"], 1);
    assert_eq!(mixed["whole"]["timeouts"], 1);
}

#[test]
fn figures_are_those_of_the_lines() {
    let test = Test::new();
    test.write(
        "two.log",
        "REPORT RequestId: 11111111-1111-4111-8111-111111111111\tDuration: 100.00 ms\tBilled Duration: 1100 ms\tMemory Size: 1024 MB\tMax Memory Used: 100 MB\tInit Duration: 1000.00 ms\t\n\
         REPORT RequestId: 22222222-2222-4222-8222-222222222222\tDuration: 100.00 ms\tBilled Duration: 100 ms\tMemory Size: 1024 MB\tMax Memory Used: 101 MB\t\n",
    );
    let ran = test
        .run(&[
            "logs",
            "two.log",
            "--json",
            "--region=us-east-1",
            "--arch=x86_64",
        ])
        .success();
    let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
    let whole = &summary["whole"];
    assert_eq!(whole["cold_total"]["p50"], 1100.0);
    assert_eq!(
        whole["cold_total"]["p90"],
        Value::Null,
        "one value tells no 90th percentile"
    );
    assert_eq!(whole["cold_share"], 0.5);
    assert_eq!(whole["memory"][0]["max_used_mb"], 101);
    assert_eq!(
        whole["memory"][0]["fit"], "fits",
        "two invokes tell nothing of memory"
    );
    let close = |of: &str, usd: f64| {
        let found = whole["cost"][of].as_f64().unwrap();
        assert!(
            (found - usd).abs() < usd * 1e-6,
            "{of}: {found}, expected {usd}"
        );
    };
    // 1 GB for 1.2 s, of which init 1 s, and two requests.
    close("usd", 1.2 * 0.000_016_666_7 + 0.4e-6);
    close("init_usd", 0.000_016_666_7);
    close("usd_per_million_cold", 1.1 * 16.6667 + 0.2);
    close("usd_per_million_warm", 0.1 * 16.6667 + 0.2);
    assert_eq!(summary["prices"]["assumed"], false);
    assert_eq!(
        whole["slowest"][0]["request_id"],
        "11111111-1111-4111-8111-111111111111"
    );
}

#[test]
fn filters_leave_out_and_say_how_many() {
    let summary = json(&[
        "kubectl.log",
        "--since=2026-11-01T00:00:20Z",
        "--until",
        "2026-11-01T00:00:30Z",
    ]);
    assert_eq!(summary["whole"]["invokes"], 2);
    assert_eq!(summary["records"]["filtered"], 4);
    assert_eq!(summary["filter"]["since"], "2026-11-01T00:00:20Z");
    assert_eq!(json(&["app.log", "--cold"])["whole"]["invokes"], 3);
    let all = json(&["firehose", "--function", "my-w*"]);
    assert_eq!(all["whole"]["invokes"], 4);
    let id = all["whole"]["slowest"][0]["request_id"]
        .as_str()
        .unwrap()
        .to_uppercase();
    assert_eq!(
        json(&["firehose", "--grep-request", &id])["whole"]["invokes"],
        1
    );
    logs(&["app.log", "--since=7d"])
        .fails_with(1)
        .says("no record is left of 1 source")
        .says("none of them bears a time");
}

#[test]
fn pieces_of_time_add_up_to_the_whole() {
    let summary = json(&["firehose", "--bucket", "20s", "--by", "group"]);
    assert_eq!(summary["bucket_s"], 20.0);
    let sum = |buckets: &Value| -> u64 {
        let all = buckets.as_array().unwrap();
        all.iter().map(|b| b["invokes"].as_u64().unwrap()).sum()
    };
    assert!(summary["buckets"].as_array().unwrap().len() > 1);
    assert_eq!(sum(&summary["buckets"]), 10);
    for group in summary["groups"].as_array().unwrap() {
        assert_eq!(group["invokes"], sum(&group["buckets"]));
        assert!(
            group["name"]
                .as_str()
                .unwrap()
                .starts_with("/aws/lambda/my-")
        );
    }
    let csv = logs(&["firehose", "--bucket", "20s", "--csv"])
        .success()
        .stdout;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let width = reader.headers().unwrap().len();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert!(rows.iter().all(|row| row.len() == width));
    assert_eq!(
        rows.iter().filter(|row| row[1].is_empty()).count(),
        2,
        "a row for each group"
    );
    assert!(rows.len() > 4, "and for each piece of time:\n{csv}");
}

#[test]
fn the_table_is_read_in_both_languages() {
    let app = logs(&["app.log"]).success();
    assert_eq!(app.stderr, "");
    insta::assert_snapshot!("one_group", app.stdout);
    insta::assert_snapshot!(
        "one_group_in_korean",
        logs(&["app.log", "--lang=ko"]).success().stdout
    );
    insta::assert_snapshot!(
        "groups",
        logs(&["firehose", "failures.log"]).success().stdout
    );
    insta::assert_snapshot!(
        "groups_in_korean",
        logs(&["firehose", "failures.log", "--lang=ko"])
            .success()
            .stdout
    );
    let picture = logs(&["kubectl.log", "--style=ascii"]).success().stdout;
    assert!(
        picture.contains("Share of cold starts over time"),
        "{picture}"
    );
    assert!(picture.is_ascii(), "{picture}");
    for style in ["plain", "full", "ascii"] {
        let style = format!("--style={style}");
        for args in [
            &["kubectl.log", &style][..],
            &["firehose", "failures.log", "--bucket=1m", &style],
        ] {
            let printed = logs(args).success().stdout;
            for line in printed.lines() {
                let width = line.chars().filter(|c| *c != '\u{1b}').count();
                assert!(width <= 80 + 16, "{line}");
            }
        }
    }
}

#[test]
fn the_page_is_self_contained_and_well_formed() {
    let test = Test::new();
    let path = test.path().join("logs.html");
    logs(&["firehose", "--html", path.to_str().unwrap()])
        .success()
        .prints("Written: ");
    let page = std::fs::read_to_string(&path).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("<script"));
    for shown in [
        "Cold starts over time",
        "How long cold starts take",
        "my-worker",
        "Slowest cold starts",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    for tag in ["svg", "table", "section", "figure", "article", "ul", "dl"] {
        let opened = page.matches(&format!("<{tag}")).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
    let printed = logs(&["firehose", "--html", "-", "--lang=ko"])
        .success()
        .stdout;
    assert!(printed.contains("lang=\"ko\"") && printed.contains("시간에 따른 콜드 스타트"));
}

#[test]
fn standard_input_is_read_and_a_closed_pipe_is_no_error() {
    let test = Test::new();
    let mut child = test
        .command(&["logs", "-", "--json"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let bytes = std::fs::read(fixture("logs/s3-export.gz")).unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap()).success();
    let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(summary["whole"]["invokes"], 6);
    assert_eq!(summary["groups"][0]["name"], "-");

    let mut child = test
        .command(&["logs", "--json", fixture("logs").to_str().unwrap()])
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

#[test]
fn an_interrupt_shows_what_was_counted_and_says_that_it_is_not_all() {
    let test = Test::new();
    let mut child = test
        .command(&["logs", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = std::fs::read(fixture("logs/app.log")).unwrap();
    // More than what tells the form, so that some is counted before the writer falls silent.
    for _ in 0..400 {
        stdin.write_all(&text).unwrap();
    }
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let pid = child.id().to_string();
    std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status()
        .unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap()).fails_with(130);
    drop(stdin);
    assert!(ran.stdout.contains("4,800 invokes"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Incomplete"), "{}", ran.stdout);
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_counts() {
    logs(&["app.log", "no-such.log", "none-*.log"])
        .fails_with(1)
        .says("no-such.log: there is no such file or folder")
        .says("none-*.log: no file fits the pattern")
        .prints("12 invokes")
        .prints("2 sources could not be read");
    let test = Test::new();
    let whole = std::fs::read(fixture("logs/s3-export.gz")).unwrap();
    std::fs::write(test.path().join("cut.gz"), &whole[..whole.len() - 20]).unwrap();
    test.run(&["logs", "cut.gz"])
        .fails_with(1)
        .says("reading cut.gz: ");
    let folder = test.path().join("logs");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(fixture("logs/app.log"), folder.join("app.log")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.join("link")).unwrap();
    test.run(&["logs", "logs"])
        .fails_with(1)
        .says("reading logs/link: No such file")
        .prints("12 invokes");
    test.write("empty.log", "nothing here\nREPORT of the quarter\n");
    test.run(&["logs", "empty.log"])
        .fails_with(1)
        .says("no record of the platform in 1 source (35 B)")
        .says("hint: looked for lines that begin with REPORT RequestId:");
    let text = std::fs::read_to_string(fixture("logs/app.log")).unwrap();
    test.write("app.log", &text);
    test.run(&["logs", "app.log", "--function", "my-fn"])
        .fails_with(1)
        .says("the filters left out 12")
        .says("the file's name where the log names no group");
    let mut command = test.command(&["logs", "-"]);
    let folder = std::fs::File::open(test.path()).unwrap();
    let ran = Ran::from(command.stdin(folder).output().unwrap()).fails_with(1);
    assert!(
        !ran.stderr.contains("no record"),
        "said once: {}",
        ran.stderr
    );
}

#[test]
fn pieces_of_time_past_the_limit_are_one_and_their_group_is_whole() {
    let report = "REPORT RequestId: 11111111-1111-4111-8111-111111111111\tDuration: 1.00 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t";
    let start: jiff::Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    let mut log = String::new();
    for n in 0..900 {
        let at = start + jiff::SignedDuration::from_mins(n);
        let _ = writeln!(log, "{at:.3} {report}");
    }
    let test = Test::new();
    test.write("long.log", &log);
    let ran = test
        .run(&["logs", "long.log", "--bucket", "1m"])
        .success()
        .prints("long.log: 900 invokes")
        .prints("use a wider --bucket");
    let lines: Vec<_> = ran.stdout.lines().collect();
    let rest = lines
        .iter()
        .find(|line| line.starts_with("| (others)"))
        .expect("the rest");
    assert!(rest.contains("401"), "{rest}");
    assert!(!ran.stdout.contains("(no time)"), "{}", ran.stdout);
    let csv = test
        .run(&["logs", "long.log", "--bucket", "1m", "--csv"])
        .success()
        .stdout;
    let rows: Vec<_> = csv
        .lines()
        .map(|row| row.split(',').collect::<Vec<_>>())
        .collect();
    assert_eq!(rows[1][..3], ["long.log", "", "900"]);
    assert_eq!(rows[2][..3], ["long.log", "(others)", "401"]);
}

#[test]
fn a_function_is_known_by_its_arn_and_a_version_is_not_a_function() {
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:my-api";
    let summary = json(&["firehose", "--function", arn]);
    assert_eq!(summary["whole"]["invokes"], 6);
    assert_eq!(summary["filter"]["function"], "my-api");
    logs(&["firehose", "--function", "my-api:7"])
        .fails_with(2)
        .says("--function my-api --by version tells 7 from the others");
}

#[test]
fn a_wrong_command_line_is_refused() {
    for (args, says) in [
        (&[][..], "no logs are named"),
        (
            &["app.log", "--since", "yesterday"],
            "write it as 2026-11-01T12:00Z",
        ),
        (
            &["app.log", "--since=1h", "--until=2h"],
            "--since is not before --until",
        ),
        (
            &["app.log", "--bucket", "5"],
            "write it as 30s, 5m, 1h or 1d",
        ),
        (&["app.log", "--function", "a[b"], "--function"),
        (
            &["app.log", "--region", "mars-1"],
            "no price is known of x86_64 in mars-1",
        ),
        (&["app.log", "--json", "--csv"], "cannot be used with"),
        (&["app.log", "--prices", "no-such.toml"], "no-such.toml"),
        (&["app.log", "--by", "colour"], "colour"),
    ] {
        logs(args).fails_with(2).says(says);
    }
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let printed = Test::new().run(&["schema", "logs"]).success().stdout;
    assert!(
        printed == committed(),
        "schema/logs.json is not the schema of the types any more; write it again with\n  \
         cargo run -- schema logs > schema/logs.json\nand see in the diff that fields were only added"
    );
    let schema: Value = serde_json::from_str(&printed).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(!validator.is_valid(&serde_json::json!({ "schema_version": 1 })));
}
