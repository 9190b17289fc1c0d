//! What is said, asked and refused before a deployed function is measured, and what a run may cost.

mod support;

use std::sync::{Arc, Mutex};

use serde_json::Value;
use support::proxy::{Fault, Proxy, Request};
use support::{Ran, Server, Test, fixture};

const ORIGINAL: &str = "the original";

/// A function behind an endpoint that does not say that it is a sandbox.
struct Place {
    test: Test,
    server: Server,
    proxy: Proxy,
    seen: Arc<Mutex<Vec<(String, String)>>>,
}

/// Nothing out of the ordinary.
const AS_AWS: Fault = Fault::AsAws("", "");

impl Place {
    fn new() -> Self {
        Self::answering(|request| request.is_get().then_some(AS_AWS))
    }

    fn answering(rule: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static) -> Self {
        let test = Test::new();
        let function = format!("my-fn={}", fixture("hello-python").display());
        let other = format!("other-fn={}", fixture("hello-python").display());
        let functions = ["--function", &function, "--function", &other];
        let server = Server::start(&test, &[&["--settle", "10"], &functions[..]].concat());
        let body = serde_json::json!({ "Description": ORIGINAL });
        server.call(
            "PUT",
            "/2015-03-31/functions/my-fn/configuration",
            Some(&body),
        );
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let proxy = Proxy::start(&server.url, move |request| {
            let mut call = (request.method.clone(), request.path.clone());
            if request.dry_run {
                call.1.push_str("?dry-run");
            }
            log.lock().unwrap().push(call);
            rule(request)
        });
        let place = Self {
            test,
            server,
            proxy,
            seen,
        };
        support::wait_for("the update", || {
            (place.configuration()["LastUpdateStatus"] == "Successful").then_some(())
        });
        place
    }

    fn args<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let mut args = vec![
            "run",
            "--function",
            "my-fn",
            "--endpoint-url",
            &self.proxy.url,
            "--runs",
            "2",
            "--warm-invokes",
            "1",
        ];
        args.extend(more);
        args
    }

    fn run(&self, more: &[&str]) -> Ran {
        self.test.run(&self.args(more))
    }

    fn configuration(&self) -> Value {
        self.server
            .call("GET", "/2015-03-31/functions/my-fn/configuration", None)
    }

    #[track_caller]
    fn only_read(&self) {
        let seen = self.seen.lock().unwrap();
        assert!(seen.iter().all(|(method, _)| method == "GET"), "{seen:?}");
        drop(seen);
        assert_eq!(self.configuration()["Description"], ORIGINAL);
    }

    fn invokes(&self) -> usize {
        let seen = self.seen.lock().unwrap();
        seen.iter()
            .filter(|(_, path)| path.ends_with("/invocations"))
            .count()
    }
}

#[test]
fn off_a_terminal_a_deployed_function_is_not_measured_before_somebody_agrees() {
    let place = Place::new();
    place
        .run(&["--payload", r#"{"market": "KRX"}"#])
        .fails_with(2)
        .says("lambda_function.lambda_handler")
        .says("8 times")
        .says("with role arn:aws:iam::")
        .says(r#"{"market": "KRX"}"#)
        .says("real world")
        .says("RevisionId")
        .says("whoever invokes it without a version")
        .says("--yes");
    place.only_read();
}

#[test]
fn it_is_said_in_korean_too() {
    let place = Place::new();
    let ran = place.run(&["--lang", "ko"]).fails_with(2);
    for said in ["되돌릴 수 없습니다", "콜드 스타트를 겪습니다"] {
        assert!(flat(&ran.stderr).contains(said), "{}", ran.stderr);
    }
    place.only_read();
}

#[test]
fn a_flag_a_variable_or_a_rule_agrees() {
    let place = Place::new();
    place
        .run(&["--yes"])
        .success()
        .says("real world")
        .prints("This run made 8 invokes");
    let agreed = |name: &str, text: &str| {
        let output = place
            .test
            .command(&place.args(&[]))
            .env(name, text)
            .output()
            .unwrap();
        Ran::from(output)
    };
    agreed("LAMBENCH_YES", "1").success();
    agreed("LAMBENCH_YES", "0").fails_with(2);
    agreed("LAMBENCH_YES", "maybe")
        .fails_with(2)
        .says("LAMBENCH_YES");
    for (rule, code) in [("my-*", 0), ("other", 2), ("tag:stage=test", 2)] {
        place.test.write(
            "lambench.toml",
            &format!("[safety]\nallow = [\"{rule}\"]\n"),
        );
        place.run(&[]).fails_with(code);
    }
    assert_eq!(place.configuration()["Description"], ORIGINAL);
}

#[test]
fn two_functions_need_leave_for_each_and_one_that_is_denied_stops_both() {
    let place = Place::new();
    let pair = [
        "run",
        "--before",
        "my-fn",
        "--after",
        "other-fn",
        "--endpoint-url",
        &place.proxy.url,
        "--runs",
        "1",
        "--warm-invokes",
        "0",
    ];
    place
        .test
        .write("lambench.toml", "[safety]\nallow = [\"my-fn\"]\n");
    let ran = place.test.run(&pair).fails_with(2);
    for name in ["my-fn", "other-fn"] {
        let said = format!("lambda_function.lambda_handler of {name}, 5 times");
        assert!(flat(&ran.stderr).contains(&said), "{}", ran.stderr);
    }
    place.test.write(
        "lambench.toml",
        "[safety]\nallow = [\"*\"]\ndeny = [\"other-*\"]\n",
    );
    place
        .test
        .run(&pair)
        .fails_with(2)
        .says("other-fn is not measured");
    place.only_read();
    place.test.write(
        "lambench.toml",
        "[safety]\nallow = [\"my-fn\", \"other-*\"]\n",
    );
    place.test.run(&pair).success();
}

#[test]
fn a_tag_allows_and_a_tag_denies() {
    let place = Place::answering(|request| {
        request.is_get().then_some(Fault::AsAws(
            r#""Configuration":"#,
            r#""Tags":{"stage":"prod-eu"},"Configuration":"#,
        ))
    });
    place
        .test
        .write("lambench.toml", "[safety]\ndeny = \"tag:stage=prod-*\"\n");
    place
        .run(&["--yes"])
        .fails_with(2)
        .says("[safety] deny")
        .says("tag:stage=prod-*");
    place
        .run(&["--dry-run"])
        .fails_with(2)
        .says("[safety] deny");
    place.only_read();
    place
        .test
        .write("lambench.toml", "[safety]\nallow = [\"tag:stage\"]\n");
    place.run(&[]).success();
}

#[test]
fn a_tag_that_cannot_be_read_is_not_taken_for_one_that_is_not_there() {
    let place = Place::answering(|request| {
        request.is_get().then_some(Fault::AsAws(
            r#""Configuration":"#,
            r#""TagsError":{"ErrorCode":"AccessDeniedException","Message":"no"},"Configuration":"#,
        ))
    });
    place
        .test
        .write("lambench.toml", "[safety]\ndeny = [\"tag:stage=prod\"]\n");
    place
        .run(&["--yes"])
        .fails_with(2)
        .says("its tags can't be read")
        .says("lambda:ListTags");
    place.only_read();
}

#[test]
fn what_is_denied_is_not_even_looked_at_also_on_a_sandbox() {
    let place = Place::answering(|_| None);
    place.test.write(
        "lambench.toml",
        "[safety]\nallow = [\"*\"]\ndeny = [\"my-*\"]\n",
    );
    place
        .run(&["--yes"])
        .fails_with(2)
        .says("my-fn is not measured")
        .says("my-*");
    assert!(place.seen.lock().unwrap().is_empty());
    std::fs::remove_file(place.test.path().join("lambench.toml")).unwrap();
    // A sandbox has no real world: nobody is asked.
    place.run(&[]).success();
}

#[test]
fn a_mistyped_deny_is_an_error_not_a_warning() {
    let place = Place::answering(|_| None);
    place
        .test
        .write("lambench.toml", "[safety]\ndney = [\"my-*\"]\n");
    place
        .run(&["--yes"])
        .fails_with(2)
        .says("lambench.toml:2: unknown key safety.dney; did you mean deny?");
    assert!(place.seen.lock().unwrap().is_empty());
}

/// Answers on a terminal of its own.
fn on_a_terminal(place: &Place, answer: &str) -> (String, Option<i32>) {
    let driver = r#"
import os, pty, sys
answer, program = sys.argv[1], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execv(program[0], program)
seen = b""
sent = False
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    if b"(y/N)" in seen and not sent:
        sent = True
        os.write(terminal, answer.encode())
sys.stdout.write(seen.decode("utf-8", "replace"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;
    let lambench = place.test.command(&place.args(&[]));
    let mut command = std::process::Command::new("python3");
    support::clean(&mut command);
    let output = command
        .env("XDG_STATE_HOME", place.test.path().join("state"))
        .env_remove("CI")
        .current_dir(place.test.path())
        .args(["-c", driver, answer])
        .arg(lambench.get_program())
        .args(lambench.get_args())
        .output()
        .unwrap();
    let seen = String::from_utf8_lossy(&output.stdout).into_owned();
    (seen, output.status.code())
}

#[test]
fn on_a_terminal_the_user_is_asked() {
    let place = Place::new();
    for no in ["\n", "n\n", "what?\n"] {
        let (seen, code) = on_a_terminal(&place, no);
        assert!(seen.contains("Measure my-fn? (y/N)"), "{seen}");
        assert!(seen.contains("nothing was changed"), "{seen}");
        assert_eq!(code, Some(130), "{seen}");
    }
    // Ctrl-C.
    let (seen, code) = on_a_terminal(&place, "\u{3}");
    assert_eq!(code, Some(130), "{seen}");
    place.only_read();
    let (seen, code) = on_a_terminal(&place, "y\n");
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("Cold start"), "{seen}");
}

#[test]
fn a_sleeping_function_is_not_woken_before_somebody_agrees() {
    let place = Place::answering(|request| {
        request
            .is_get()
            .then_some(Fault::AsAws(r#""State":"Active""#, r#""State":"Inactive""#))
    });
    place.run(&[]).fails_with(2).says("nobody has agreed");
    place.only_read();
}

#[test]
fn provisioned_concurrency_is_refused_unless_latest_is_named() {
    let place = Place::answering(|request| {
        if request.path.contains("provisioned-concurrency") {
            return Some(Fault::Whole(
                200,
                "",
                r#"{"ProvisionedConcurrencyConfigs":[{"FunctionArn":"arn:aws:lambda:us-east-1:000000000000:function:my-fn:live","Status":"READY"}]}"#,
            ));
        }
        request.is_get().then_some(AS_AWS)
    });
    place
        .run(&["--yes"])
        .fails_with(1)
        .says("live of it has provisioned concurrency")
        .says("--function 'my-fn:$LATEST'");
    place.only_read();
    let mut args = place.args(&["--yes"]);
    args[2] = "my-fn:$LATEST";
    place.test.run(&args).success();
}

#[test]
fn not_to_know_about_provisioned_concurrency_is_said_and_no_obstacle() {
    for (status, kind) in [
        (403, "AccessDeniedException"),
        (501, "NotImplementedException"),
    ] {
        let place = Place::answering(move |request| {
            if request.path.contains("provisioned-concurrency") {
                return Some(Fault::Answer(status, kind, "no"));
            }
            request.is_get().then_some(AS_AWS)
        });
        place.run(&["--yes"]).success().says(kind);
        let warnings = place.test.result()["warnings"].to_string();
        assert!(
            warnings.contains("provisioned concurrency is not known"),
            "{warnings}"
        );
    }
}

#[test]
fn a_function_url_that_streams_is_warned_about_and_one_that_may_not_be_read_is_not() {
    let place = Place::answering(|request| {
        if request.path.ends_with("/my-fn/url") {
            return Some(Fault::Whole(
                200,
                "",
                r#"{"FunctionUrl":"https://x","FunctionArn":"arn:x","AuthType":"NONE","CreationTime":"c",
                    "LastModifiedTime":"m","InvokeMode":"RESPONSE_STREAM"}"#,
            ));
        }
        request.is_get().then_some(AS_AWS)
    });
    place
        .run(&["--yes"])
        .success()
        .says("its function URL streams");
    let warnings = place.test.result()["warnings"].to_string();
    assert!(warnings.contains("RESPONSE_STREAM"), "{warnings}");
    let ran = place.run(&["--dry-run", "--lang", "ko"]).success();
    assert!(
        flat(&ran.stdout).contains("함수 URL은 응답을 스트리밍하지만"),
        "{}",
        ran.stdout
    );

    let place = Place::answering(|request| {
        if request.path.ends_with("/my-fn/url") {
            return Some(Fault::Answer(403, "AccessDeniedException", "no"));
        }
        request.is_get().then_some(AS_AWS)
    });
    place.run(&["--yes"]).success();
    let warnings = place.test.result()["warnings"].to_string();
    assert!(!warnings.contains("URL"), "{warnings}");
}

#[test]
fn reserved_concurrency_of_zero_is_refused() {
    let place = Place::answering(|request| {
        request.is_get().then_some(Fault::AsAws(
            r#""Configuration":"#,
            r#""Concurrency":{"ReservedConcurrentExecutions":0},"Configuration":"#,
        ))
    });
    place
        .run(&["--yes"])
        .fails_with(1)
        .says("reserved concurrency is 0")
        .says("delete-function-concurrency");
    place.only_read();
}

#[test]
fn a_function_whose_last_update_failed_is_refused_also_by_a_dry_run() {
    let place = Place::answering(|request| {
        request.is_get().then_some(Fault::AsAws(
            r#""LastUpdateStatus":"Successful""#,
            r#""LastUpdateStatus":"Failed","LastUpdateStatusReason":"the role is gone""#,
        ))
    });
    for flag in ["--yes", "--dry-run"] {
        place
            .run(&[flag])
            .fails_with(1)
            .says("LastUpdateStatus is Failed (the role is gone)")
            .says("mend the function first");
    }
    place.only_read();
}

#[test]
fn a_throttle_says_what_its_reason_means() {
    let place = Place::answering(|request| {
        if request.is_invoke() {
            return Some(Fault::Whole(
                429,
                "TooManyRequestsException",
                r#"{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}"#,
            ));
        }
        request.is_get().then_some(AS_AWS)
    });
    place
        .run(&["--yes"])
        .fails_with(1)
        .says("ReservedFunctionConcurrentInvocationLimitExceeded: the function's reserved concurrency is 0 or used up");
    assert_eq!(place.configuration()["Description"], ORIGINAL);
}

#[test]
fn what_moves_or_hides_the_figures_is_a_warning() {
    for (from, to, warning) in [
        (
            r#""LogFormat":"Text""#,
            r#""LogFormat":"JSON","SystemLogLevel":"WARN""#,
            "system log level is WARN",
        ),
        (
            r#""ApplyOn":"None""#,
            r#""ApplyOn":"PublishedVersions""#,
            "$LATEST is never restored from a snapshot",
        ),
        (
            r#""PackageType":"Zip""#,
            r#""PackageType":"Image""#,
            "its size is not known here",
        ),
    ] {
        let image = to.contains("Image");
        let place =
            Place::answering(move |request| request.is_get().then_some(Fault::AsAws(from, to)));
        let ran = place.run(&["--dry-run"]).success();
        assert!(flat(&ran.stdout).contains(warning), "{}", ran.stdout);
        let ran = place.run(&["--yes"]).success().says(warning);
        assert!(flat(&ran.stdout).contains(warning), "{}", ran.stdout);
        assert_eq!(ran.stdout.contains("unknown"), image, "{}", ran.stdout);
        assert!(
            place.test.result()["warnings"]
                .to_string()
                .contains(warning)
        );
        assert_eq!(place.configuration()["Description"], ORIGINAL);
    }
}

/// Without line ends, which come where the terminal wants them.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

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
    // A request costs a ten-thousandth of a dollar and time nothing: four fit, a fifth would pass.
    let prices = "as_of = '2026-11'\nsource = 'contract'\ncommon_region = 'us-east-1'\n\
                  [[prices]]\nregions = ['us-east-1']\nrequests_per_million = 100.0\nx86_64 = 0.0\narm64 = 0.0\n";
    place.test.write("prices.toml", prices);
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
    let prices = "as_of = '2026-11'\nsource = 'contract'\ncommon_region = 'us-east-1'\n\
                  [[prices]]\nregions = ['us-east-1']\nrequests_per_million = 100.0\nx86_64 = 0.0\narm64 = 0.0\n";
    place.test.write("prices.toml", prices);
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
