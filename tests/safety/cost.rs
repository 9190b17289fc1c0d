//! What a run would call and may cost, and that it stops before it costs more.

use serde_json::Value;

use crate::place::{ORIGINAL, Place};
use crate::support::{Test, fixture};

/// A request costs a ten-thousandth of a dollar, and time nothing.
const PRICES: &str = "as_of = '2026-11'\nsource = 'contract'\ncommon_region = 'us-east-1'\n\
                      [[prices]]\nregions = ['us-east-1']\nrequests_per_million = 100.0\nx86_64 = 0.0\narm64 = 0.0\n";

#[test]
fn a_dry_run_only_reads_and_tells_calls_cost_time_and_permissions() {
    let place = Place::new();
    place
        .run(&["--dry-run"])
        .success()
        .prints("nothing was changed or invoked")
        .prints("UpdateFunctionConfiguration 4 – 9")
        .prints("Invoke 8 – ")
        .prints("GetFunction ≥")
        .prints("about $0.00")
        .prints("assumed, as there is no earlier result")
        .prints("lambda:InvokeFunction")
        .prints("function:my-fn");
    place.only_read();
    let ran = place.run(&["--dry-run", "--json"]).success();
    let plan: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(plan["touched"][0], "my-fn");
    assert!(plan["cost_usd"].as_f64().unwrap() > 0.0);
    assert_eq!(plan["iam_policy"]["Statement"][0]["Effect"], "Allow");
    place.only_read();

    // What was planned is what is then called.
    place.run(&["--yes"]).success();
    assert_eq!(place.invokes(), 8);
    let seen = place.seen.lock().unwrap();
    let updates = seen.iter().filter(|(method, _)| method == "PUT").count();
    assert_eq!(updates, 4);
    drop(seen);
    let id = place.test.result()["id"].as_str().unwrap().to_owned();
    place
        .run(&["--dry-run", "--lang", "ko"])
        .success()
        .prints(&id);
}

#[test]
fn a_dry_run_of_packages_starts_nothing() {
    let test = Test::new();
    let package = fixture("hello-python");
    let package = package.to_str().unwrap();
    test.run(&["run", "--after", package, "--dry-run"])
        .success()
        .prints("CreateFunction 1")
        .prints("nothing; on AWS about $")
        .prints("no AWS account is used");
    assert!(!test.path().join(".lambench").exists());
}

#[test]
fn the_policy_is_json_and_needs_no_call() {
    let test = Test::new();
    let ran = test
        .run(&[
            "run",
            "--function",
            "my-fn",
            "--region",
            "eu-west-1",
            "--iam-policy",
        ])
        .success();
    let policy: Value = serde_json::from_str(&ran.stdout).unwrap();
    let statement = &policy["Statement"][0];
    assert_eq!(
        statement["Resource"][0],
        "arn:aws:lambda:eu-west-1:*:function:my-fn"
    );
    let actions = statement["Action"].to_string();
    assert!(
        actions.contains("lambda:UpdateFunctionConfiguration"),
        "{actions}"
    );
    assert!(!actions.contains("lambda:ListTags"), "{actions}");
    test.write("lambench.toml", "[safety]\ndeny = [\"tag:stage=prod\"]\n");
    test.run(&["run", "--function", "my-fn", "--iam-policy"])
        .success()
        .prints("lambda:ListTags");
}

#[test]
fn a_policy_of_nothing_says_that_no_permission_is_needed() {
    let test = Test::new();
    test.write("dc/app.py", "def handler(event, context):\n    return 1\n");
    let args = ["run", "--after", "dc", "--handler", "app.handler"];
    test.run(&[&args[..], &["--local", "--iam-policy"]].concat())
        .success()
        .prints("\"Statement\": []")
        .says("no permission is needed");
}

#[test]
fn a_run_stops_before_it_passes_its_limit_and_is_put_back() {
    let place = Place::new();
    // Four requests fit, a fifth would pass.
    place.test.write("prices.toml", PRICES);
    place
        .run(&["--yes", "--prices", "prices.toml", "--max-cost", "0.00045"])
        .fails_with(1)
        .says("it will be stopped on the way")
        .says("prices of contract, 2026-11")
        .says("would pass --max-cost 0.00045");
    assert_eq!(place.invokes(), 4);
    assert_eq!(place.configuration()["Description"], ORIGINAL);
    let result = place.test.result();
    assert_eq!(result["requests"], 4);
    assert!(
        (result["cost_usd"].as_f64().unwrap() - 0.0004).abs() < 1e-12,
        "{result}"
    );
    assert_eq!(result["ending"]["how"], "stopped");
}

#[test]
fn a_burst_that_would_pass_the_limit_is_not_sent() {
    let place = Place::new();
    place.test.write("prices.toml", PRICES);
    // The first start is a burst of five and three warm ones: another burst would make thirteen.
    place
        .run(&[
            "--yes",
            "--prices",
            "prices.toml",
            "--concurrency",
            "5",
            "--max-cost",
            "0.00125",
        ])
        .fails_with(1)
        .says("would pass --max-cost 0.00125");
    assert_eq!(place.invokes(), 8);
    let cost = place.test.result()["cost_usd"].as_f64().unwrap();
    assert!(cost <= 0.00125, "{cost}");
    assert_eq!(place.configuration()["Description"], ORIGINAL);
}

#[test]
fn a_limit_without_a_price_is_refused_before_anything_is_touched() {
    let place = Place::new();
    place
        .run(&["--yes", "--max-cost", "1", "--region", "cn-north-1"])
        .fails_with(2)
        .says("no price for my-fn")
        .says("--prices FILE");
    place.run(&["--max-cost", "-1"]).fails_with(2);
    place
        .run(&["--prices", "nowhere.toml"])
        .fails_with(2)
        .says("nowhere.toml");
    place.only_read();
}

#[test]
fn what_a_run_cost_is_in_the_report_and_the_result() {
    let test = Test::new();
    let package = fixture("hello-python");
    test.run(&[
        "run",
        "--after",
        package.to_str().unwrap(),
        "--runs",
        "2",
        "--warm-invokes",
        "1",
    ])
    .success()
    .prints("This run made 8 invokes of")
    .prints("on AWS it would have cost");
    let result = test.result();
    assert_eq!(result["requests"], 8);
    let billed: f64 = result["samples"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["billed_ms"].as_f64().unwrap())
        .sum();
    assert!((result["billed_ms"].as_f64().unwrap() - billed).abs() < 1e-9);
    let usd = 8.0 * 0.2e-6 + billed / 1e3 * 0.5 * price(&result);
    assert!(
        (result["cost_usd"].as_f64().unwrap() - usd).abs() < 1e-12,
        "{result}"
    );
}

fn price(result: &Value) -> f64 {
    match result["subjects"][0]["architecture"].as_str() {
        Some("arm64") => 0.000_013_333_4,
        _ => 0.000_016_666_7,
    }
}
