//! `lambench run` and `lambench demo` on the sandbox, through the compiled binary.

mod support;

use serde_json::Value;
use support::{Ran, Test, fixture, repository};

fn toml() -> String {
    repository()
        .join("lambench.toml")
        .to_str()
        .unwrap()
        .to_owned()
}

fn quick(test: &Test, more: &[&str]) -> Ran {
    let mut args = vec!["run", "--runs", "3", "--warm-invokes", "2", "--seed", "7"];
    args.extend(more);
    test.run(&args)
}

/// A fixture on its own.
fn alone(test: &Test, package: &str, more: &[&str]) -> Ran {
    let package = fixture(package);
    quick(
        test,
        &[&["--after", package.to_str().unwrap()], more].concat(),
    )
}

fn accepted<'v>(result: &'v Value, arm: &str, kind: &str) -> Vec<&'v Value> {
    result["samples"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|s| s["accepted"] == true && s["arm"] == arm && s["kind"] == kind)
        .collect()
}

fn median(samples: &[&Value], field: &str) -> f64 {
    let mut figures: Vec<f64> = samples.iter().map(|s| s[field].as_f64().unwrap()).collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

#[test]
fn the_fixture_is_measured_and_the_slimmed_build_is_faster() {
    let test = Test::new();
    let config = toml();
    quick(
        &test,
        &["--function", "data-collector", "--config", &config],
    )
    .success()
    .prints("Package size")
    .prints("Cold start")
    .prints("Warm start")
    .prints("API_ONLY_v1.0")
    .prints("OPTIMIZED_v2.0")
    .prints("↓")
    .says("sandbox");
}

#[test]
fn the_result_holds_every_sample_with_its_figures() {
    let test = Test::new();
    let before = fixture("data-collector/before");
    let after = fixture("data-collector/after");
    let layer = fixture("layers/market-common");
    quick(
        &test,
        &[
            "--before",
            before.to_str().unwrap(),
            "--after",
            after.to_str().unwrap(),
            "--after-layers",
            layer.to_str().unwrap(),
            "--memory",
            "512",
            "--timeout",
            "30",
        ],
    )
    .success();
    let result = test.result();
    assert_eq!(result["schema_version"], 1);
    assert_eq!(result["plan"]["seed"], 7);
    assert_eq!(result["ending"]["how"], "complete");
    for arm in ["before", "after"] {
        let cold = accepted(&result, arm, "cold");
        let warm = accepted(&result, arm, "warm");
        assert_eq!((cold.len(), warm.len()), (3, 6), "{arm}");
        for sample in &cold {
            let (init, handler) = (
                sample["init_ms"].as_f64().unwrap(),
                sample["handler_ms"].as_f64().unwrap(),
            );
            assert!(init > 1.0 && handler > 0.0);
            // Billed is rounded up from exact times, init and handler are printed to two decimals.
            let billed = sample["billed_ms"].as_f64().unwrap();
            assert!(
                (0.0..1.02).contains(&(billed - init - handler + 0.01)),
                "billed contains init"
            );
            assert!(sample["client_ms"].as_f64().unwrap() >= init + handler - 0.1);
        }
        assert!(warm.iter().all(|s| s["init_ms"].is_null()));
    }
    let (before, after) = (
        accepted(&result, "before", "cold"),
        accepted(&result, "after", "cold"),
    );
    assert!(
        median(&before, "init_ms") > median(&after, "init_ms"),
        "the slimmed build starts faster"
    );
    let first = result["samples"].as_array().unwrap();
    assert!(
        first.iter().any(|s| s["excluded_reason"] == "first_start"),
        "first starts are kept, not counted"
    );
    // The run's log has the same samples, written as they were taken.
    let id = result["id"].as_str().unwrap();
    let log =
        std::fs::read_to_string(test.path().join(format!(".lambench/runs/{id}.jsonl"))).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(lines.len(), 1 + first.len(), "a header and every sample");
}

#[test]
fn json_is_all_that_is_printed_and_it_is_the_stored_result() {
    let test = Test::new();
    let package = fixture("hello-python");
    let ran = quick(&test, &["--after", package.to_str().unwrap(), "--json"]).success();
    let printed: Value = serde_json::from_str(&ran.stdout).expect("only JSON on stdout");
    assert_eq!(printed, test.result());
}

#[test]
fn the_same_seed_gives_the_same_order() {
    let package = fixture("hello-python");
    let order = |seed: &str| {
        let test = Test::new();
        let path = package.to_str().unwrap();
        test.run(&[
            "run",
            "--before",
            path,
            "--after",
            path,
            "--runs",
            "4",
            "--warm-invokes",
            "0",
            "--seed",
            seed,
        ])
        .success();
        test.result()["plan"]["order"].clone()
    };
    assert_eq!(order("11"), order("11"));
}

#[test]
fn korean_words_for_the_same_table() {
    let test = Test::new();
    let config = toml();
    let function = ["--function", "data-collector", "--config", &config];
    let ran = quick(&test, &[&function[..], &["--lang", "ko"]].concat())
        .success()
        .prints("메트릭")
        .prints("최적화 전")
        .prints("최적화 후")
        .prints("변화")
        .prints("콜드 스타트");
    for english in ["inferred from", "is defined", "because", "default"] {
        assert!(!ran.stderr.contains(english), "{}", ran.stderr);
    }
}

#[test]
fn a_warning_and_the_reason_of_a_stop_are_korean_in_the_report_and_english_in_the_result() {
    let test = Test::new();
    test.write("empty-layer/readme.txt", "no modules");
    let prices = "as_of = '2026-11'\nsource = 'test'\ncommon_region = 'us-east-1'\n[[prices]]\n\
                  regions = ['us-east-1']\nrequests_per_million = 100.0\nx86_64 = 0.0\narm64 = 0.0\n";
    test.write("prices.toml", prices);
    let layer = ["--layers", "empty-layer", "--lang", "ko"];
    let eight = ["--prices", "prices.toml", "--max-cost", "0.00085"];
    let ran = alone(&test, "hello-python", &[&layer[..], &eight].concat()).fails_with(1);
    let said = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for korean in ["폴더가 없어", "다음 호출이 --max-cost"] {
        assert!(said.contains(korean), "{}", ran.stdout);
    }
    for english in ["so python3 finds", "would pass"] {
        assert!(!said.contains(english), "{}", ran.stdout);
    }
    let result = test.result();
    assert!(result["warnings"].to_string().contains("finds no modules"));
    assert!(result["ending"]["why"].to_string().contains("would pass"));
}

#[test]
fn the_demo_needs_nothing_but_the_binary() {
    let test = Test::new();
    test.run(&["demo", "--runs", "2", "--warm-invokes", "1"])
        .success()
        .prints("API_ONLY_v1.0")
        .prints("OPTIMIZED_v2.0");
}

#[test]
fn a_function_that_fails_is_never_measured_and_its_own_error_is_shown() {
    for (name, message) in [
        ("handler-error", "ValueError"),
        ("fails-fast", "500"),
        ("init-error", "RuntimeError"),
        ("missing-module", "Runtime.ImportModuleError"),
        ("missing-handler", "Runtime.HandlerNotFound"),
        ("syntax-error", "Runtime.UserCodeSyntaxError"),
        ("crash", "Runtime.ExitError"),
    ] {
        let package = format!("failing/{name}");
        let ran = alone(&Test::new(), &package, &["--timeout", "5"]);
        assert_eq!(ran.code, Some(1), "{name}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(message), "{name}: {}", ran.stderr);
        assert!(
            !ran.stdout.contains("Cold start"),
            "{name}: nothing was measured: {}",
            ran.stdout
        );
    }
}

#[test]
fn a_timeout_is_said_as_lambda_says_it() {
    alone(&Test::new(), "failing/timeout", &["--timeout", "1"])
        .fails_with(1)
        .says("Task timed out after 1.00 seconds");
}

#[test]
fn an_unmet_expectation_stops_the_run() {
    alone(
        &Test::new(),
        "hello-python",
        &["--expect", "/statusCode=201"],
    )
    .fails_with(1)
    .says("statusCode");
}

#[test]
fn a_baseline_becomes_the_before_of_a_later_run() {
    let test = Test::new();
    let measured = |more: &[&str]| alone(&test, "hello-python", more);
    measured(&["--save-baseline", "first"]).success();
    measured(&["--baseline", "first"])
        .success()
        .prints("Before")
        .prints("indicative");
    measured(&["--baseline", "frist"])
        .fails_with(2)
        .says("frist")
        .says("first");
}

#[test]
fn wrong_input_is_a_usage_error_that_names_what_is_wrong() {
    let test = Test::new();
    test.write("empty/readme.txt", "no function here");
    let cases: [(&[&str], &str); 6] = [
        (&["run"], "--function"),
        (&["run", "--after", "no/such/folder"], "no/such/folder"),
        (&["run", "--after", "empty/"], "--runtime"),
        (&["run", "--after", "empty/", "--runs", "0"], "--runs"),
        (&["run", "--function", "x", "--local"], "lambench.toml"),
        (
            &[
                "run",
                "--after",
                "empty/",
                "--payload",
                "{",
                "--runtime",
                "python3",
                "--handler",
                "a.b",
            ],
            "payload",
        ),
    ];
    for (args, text) in cases {
        let ran = test.run(args);
        assert_eq!(ran.code, Some(2), "{args:?}: {}", ran.stderr);
        assert!(
            ran.stderr.contains(text),
            "{args:?}: no {text:?} in {}",
            ran.stderr
        );
    }
}

#[test]
fn without_an_account_a_name_on_aws_says_what_is_missing_and_that_local_exists() {
    let test = Test::new();
    test.run(&["run", "--function", "my-fn"])
        .fails_with(1)
        .says("no AWS region")
        .says("--local");
    test.run(&["run", "--function", "my-fn", "--region", "eu-west-1"])
        .fails_with(1)
        .says("credentials")
        .says("--local");
}

#[test]
fn a_missing_interpreter_says_what_to_install() {
    alone(&Test::new(), "hello-python", &["--runtime", "python3.99"])
        .fails_with(1)
        .says("python3.99");
}

#[test]
fn the_sandbox_needs_nothing_of_aws_whatever_its_variables_say() {
    let variables: [&[(&str, &str)]; 4] = [
        &[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")],
        &[("AWS_ACCESS_KEY_ID", "half-a-key")],
        &[("AWS_USE_FIPS_ENDPOINT", "true"), ("AWS_PROFILE", "nobody")],
        &[
            ("AWS_USE_DUALSTACK_ENDPOINT", "true"),
            ("AWS_REGION", "ap-east-1"),
        ],
    ];
    for set in variables {
        let test = Test::new();
        let package = fixture("hello-python");
        let output = test
            .command(&["run", "--runs", "1", "--warm-invokes", "1", "--after"])
            .arg(package)
            .envs(set.iter().copied())
            .output()
            .unwrap();
        Ran::from(output).success();
        assert_eq!(
            test.result()["subjects"][0]["region"],
            "us-east-1",
            "prices do not depend on what is set for AWS: {set:?}"
        );
    }
}

#[test]
fn where_a_result_cannot_go_is_said_before_anything_is_measured() {
    let test = Test::new();
    let package = fixture("hello-python");
    let after = ["--after", package.to_str().unwrap()];
    for (flags, said) in [
        (["--save", "no/such/folder.json"], "mkdir -p no/such"),
        (["--save", "."], "writing ."),
        (["--save-baseline", "../x"], "\"../x\" is not a name"),
    ] {
        quick(&test, &[after, flags].concat())
            .fails_with(2)
            .says(said);
    }
    assert!(!test.path().join(".lambench").exists());
}

#[test]
fn what_was_measured_is_shown_also_where_it_could_not_be_kept() {
    let test = Test::new();
    test.write(".lambench/results", "not a folder");
    let package = fixture("hello-python");
    quick(&test, &["--after", package.to_str().unwrap()])
        .fails_with(1)
        .prints("Cold start")
        .says(".lambench/results");
}

#[test]
fn warnings_and_advice_are_not_lost_with_what_they_lead_to() {
    let test = Test::new();
    let package = test.write(
        "app/lambda_function.py",
        "def lambda_handler(e, c): return {}\n",
    );
    std::os::unix::fs::symlink("/etc/passwd", package.with_file_name("link")).unwrap();
    test.write("lambench.toml", "[defaults]\nrusn = 3\n");
    quick(&test, &["--after", "app/"])
        .fails_with(2)
        .says("did you mean runs?")
        .says("hint: copy what it leads to into the folder");
    test.write(
        "lambench.toml",
        "[functions.x]\npackage = \"app\"\nhandlr = \"app.main\"\nruntime = \"nodejs\"\n",
    );
    quick(&test, &["--function", "x"])
        .fails_with(2)
        .says("no handler found")
        .says("did you mean handler?");
    test.write("lambench.toml", "[functions.x]\npackge = \"app\"\n");
    quick(&test, &["--function", "x"])
        .fails_with(1)
        .says("no AWS region")
        .says("did you mean package?");
}

#[test]
fn a_forecast_takes_each_builds_own_figures_from_the_earlier_result() {
    let test = Test::new();
    let handler = "def lambda_handler(event, context):\n    return {}\n";
    let slow = format!("import time\ntime.sleep(0.6)\n{handler}");
    test.write("svc/before/lambda_function.py", &slow);
    test.write("svc/after/lambda_function.py", handler);
    let pair = ["--before", "svc/before", "--after", "svc/after"];
    quick(&test, &pair).success();
    let ran = quick(&test, &[&pair[..], &["--dry-run"]].concat()).success();
    let billed: Vec<f64> = ran
        .stdout
        .split(" ms billed per cold start")
        .filter_map(|text| text.rsplit([' ', '\n']).next()?.parse().ok())
        .collect();
    let [before, after] = billed[..] else {
        panic!("{}", ran.stdout);
    };
    assert!(before >= 600.0 && after < 600.0, "{}", ran.stdout);
}
