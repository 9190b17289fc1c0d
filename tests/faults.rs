//! A function in place behind an endpoint that fails in the ways AWS and networks do.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use serde_json::Value;
use support::proxy::{Fault, Proxy, Request};
use support::{Ran, Server, Test, fixture};

const ORIGINAL: &str = "it's the original";

struct Place {
    test: Test,
    server: Server,
}

impl Place {
    fn new() -> Self {
        let test = Test::new();
        let function = format!("my-fn={}", fixture("hello-python").display());
        let server = Server::start(&test, &["--settle", "10", "--function", &function]);
        let place = Self { test, server };
        place.put_description(ORIGINAL);
        place
    }

    fn put_description(&self, text: &str) {
        let body = serde_json::json!({ "Description": text });
        self.server.call(
            "PUT",
            "/2015-03-31/functions/my-fn/configuration",
            Some(&body),
        );
        support::wait_for("the update", || {
            (self.configuration()["LastUpdateStatus"] == "Successful").then_some(())
        });
    }

    fn configuration(&self) -> Value {
        self.server
            .call("GET", "/2015-03-31/functions/my-fn/configuration", None)
    }

    fn run(
        &self,
        runs: &str,
        rule: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static,
    ) -> Ran {
        let proxy = Proxy::start(&self.server.url, rule);
        let args = [
            "run",
            "--function",
            "my-fn",
            "--endpoint-url",
            &proxy.url,
            "--runs",
            runs,
            "--warm-invokes",
            "1",
        ];
        self.test.run(&args)
    }

    fn is_put_back(&self) -> bool {
        self.configuration()["Description"] == ORIGINAL
    }

    fn exclusions(&self) -> Vec<String> {
        self.test.result()["exclusions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["reason"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// The numbers `from..to` of the requests that `which` picks, counted from 0, meet `fault`.
fn on(
    which: fn(&Request) -> bool,
    from: usize,
    to: usize,
    fault: Fault,
) -> impl Fn(&Request) -> Option<Fault> + Send + Sync {
    let seen = AtomicUsize::new(0);
    move |request| {
        if !which(request) {
            return None;
        }
        let n = seen.fetch_add(1, SeqCst);
        (from..to).contains(&n).then(|| fault.clone())
    }
}

const ALWAYS: usize = usize::MAX;

#[test]
fn an_expired_token_is_said_and_nothing_is_touched() {
    let place = Place::new();
    place
        .run(
            "3",
            on(
                |_| true,
                0,
                ALWAYS,
                Fault::Answer(
                    403,
                    "ExpiredTokenException",
                    "The security token included in the request is expired",
                ),
            ),
        )
        .fails_with(1)
        .says("ExpiredTokenException")
        .says("sign in again")
        .says("--local");
    assert!(place.is_put_back());
}

#[test]
fn throttled_and_lost_invokes_are_replaced_and_counted() {
    let place = Place::new();
    // Invokes 0 to 3 are the first start.
    let throttled = on(
        Request::is_invoke,
        4,
        5,
        Fault::Answer(429, "TooManyRequestsException", "Rate Exceeded."),
    );
    let lost = on(Request::is_invoke, 5, 6, Fault::LoseAnswer);
    place
        .run("3", move |request| throttled(request).or(lost(request)))
        .success()
        .prints("Cold start");
    assert!(place.is_put_back());
    let result = place.test.result();
    let failed: Vec<&Value> = result["samples"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|s| s["excluded_reason"] == "call_failed")
        .collect();
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert!(
        failed[0]["error"]
            .as_str()
            .unwrap()
            .contains("TooManyRequestsException")
    );
    let accepted = result["samples"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|s| s["accepted"] == true && s["kind"] == "cold")
        .count();
    assert_eq!(accepted, 3);
}

#[test]
fn a_touch_whose_answer_is_lost_is_still_ours() {
    let place = Place::new();
    place
        .run("3", on(Request::is_update, 1, 2, Fault::LoseAnswer))
        .success();
    assert!(place.is_put_back());
}

#[test]
fn a_restore_whose_answer_is_lost_is_confirmed() {
    let place = Place::new();
    // Touches: the first start and three measured ones; then the restore.
    place
        .run("3", on(Request::is_update, 4, 5, Fault::LoseAnswer))
        .success();
    assert!(place.is_put_back());
}

#[test]
fn what_cannot_be_put_back_is_said_with_the_command_that_does_it() {
    let place = Place::new();
    place
        .run(
            "3",
            on(
                Request::is_update,
                4,
                ALWAYS,
                Fault::Answer(403, "AccessDeniedException", "not authorized"),
            ),
        )
        .fails_with(1)
        .says("could not be put back")
        .says("aws lambda update-function-configuration")
        .says(r"'it'\''s the original'");
    assert!(!place.is_put_back());
    // The next run takes the left-over suffix off.
    std::fs::remove_dir_all(place.test.path().join(".lambench")).unwrap();
    place.run("3", |_| None).success();
    assert!(place.is_put_back());
}

#[test]
fn invokes_without_a_log_tail_are_never_taken_for_warm_or_cold() {
    let place = Place::new();
    place
        .run(
            "3",
            on(
                Request::is_invoke,
                5,
                ALWAYS,
                Fault::WithoutHeader("x-amz-log-result"),
            ),
        )
        .fails_with(1)
        .says("too many starts had to be excluded")
        .says("no REPORT line came back");
    assert!(place.is_put_back());
    assert!(place.exclusions().contains(&"no_report".to_owned()));
}

#[test]
fn a_failed_update_stops_the_run_and_names_the_reason() {
    let place = Place::new();
    let failed = Fault::Rewrite(
        r#""LastUpdateStatus":"Successful""#,
        r#""LastUpdateStatus":"Failed","LastUpdateStatusReason":"KMS is down""#,
    );
    let updates = AtomicUsize::new(0);
    // The first touch fails, whenever that is asked for; putting back does not.
    let rule = move |request: &Request| {
        if request.method == "PUT" {
            updates.fetch_add(1, SeqCst);
        }
        (request.is_get() && updates.load(SeqCst) == 1).then(|| failed.clone())
    };
    place.run("3", rule).fails_with(1).says("KMS is down");
    assert!(place.is_put_back());
}

#[test]
fn an_endpoint_that_goes_away_ends_the_run_and_what_was_measured_is_kept() {
    let place = Place::new();
    let gone = AtomicUsize::new(0);
    place
        .run("50", move |request| {
            if request.is_invoke() {
                gone.fetch_add(1, SeqCst);
            }
            (gone.load(SeqCst) > 7).then_some(Fault::Reset)
        })
        .fails_with(1)
        .says("could not be put back")
        .says("aws lambda update-function-configuration");
    let result = place.test.result();
    assert_eq!(result["ending"]["how"], "stopped");
    assert!(result["samples"].as_array().unwrap().len() >= 6);
}
