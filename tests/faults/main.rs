//! A function in place behind an endpoint that fails in the ways AWS and networks do.

mod place;
#[path = "../support/mod.rs"]
mod support;
mod table;

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use place::{ALWAYS, Place, on};
use serde_json::Value;
use support::proxy::{Fault, Proxy, Request};
use support::{Ran, signal};

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
        .says(r"'it'\''s the original'")
        .says("--region us-east-1");
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
        .says("no REPORT line came back")
        .says("system log level");
    assert!(place.is_put_back());
    assert!(place.exclusions().contains(&"no_report".to_owned()));
}

#[test]
fn a_configuration_that_changes_while_a_touch_settles_stops_the_run() {
    let place = Place::new();
    let updates = AtomicUsize::new(0);
    place
        .run("3", move |request| {
            if request.is_update() {
                updates.fetch_add(1, SeqCst);
            }
            (request.is_get() && updates.load(SeqCst) == 3).then_some(Fault::Rewrite(
                r#""MemorySize":512"#,
                r#""MemorySize":1024"#,
            ))
        })
        .fails_with(1)
        .says("changed by somebody else")
        .says("its configuration is another");
    assert!(place.is_put_back());
}

#[test]
fn a_second_signal_gives_up_also_on_an_update_that_never_ends() {
    let place = Place::new();
    let updates = AtomicUsize::new(0);
    let proxy = Proxy::start(&place.server.url, move |request| {
        if request.is_update() {
            updates.fetch_add(1, SeqCst);
        }
        (request.is_get() && updates.load(SeqCst) >= 2).then_some(Fault::Rewrite(
            r#""LastUpdateStatus":"Successful""#,
            r#""LastUpdateStatus":"InProgress""#,
        ))
    });
    let mut child = place
        .test
        .command(&["run", "--function", "my-fn", "--endpoint-url", &proxy.url])
        .spawn()
        .unwrap();
    support::wait_for("the first start", || {
        let logs = std::fs::read_dir(place.test.path().join(".lambench/runs")).ok()?;
        let mut logs = logs.flatten().map(|entry| entry.path());
        let log = logs.find(|path| path.extension().is_some_and(|x| x == "jsonl"))?;
        let log = std::fs::read_to_string(log).ok()?;
        (log.lines().count() >= 5).then_some(())
    });
    std::thread::sleep(std::time::Duration::from_millis(500));
    signal(&child, "INT");
    std::thread::sleep(std::time::Duration::from_millis(500));
    signal(&child, "INT");
    support::wait_for("the end", || child.try_wait().unwrap());
    let ran = Ran::from(child.wait_with_output().unwrap());
    ran.fails_with(130)
        .says("my-fn is not put back yet")
        .says("aws lambda update-function-configuration");
}

#[test]
fn a_restore_goes_through_a_conflict_and_an_update_that_failed() {
    let place = Place::new();
    let updates = AtomicUsize::new(0);
    place
        .run("3", move |request| {
            // Touches: the first start and three measured ones; then the restore, which meets a colleague's update.
            if request.is_update() && updates.fetch_add(1, SeqCst) == 4 {
                return Some(Fault::Answer(
                    409,
                    "ResourceConflictException",
                    "An update is in progress",
                ));
            }
            (request.is_get() && updates.load(SeqCst) == 5).then_some(Fault::Rewrite(
                r#""LastUpdateStatus":"Successful""#,
                r#""LastUpdateStatus":"Failed""#,
            ))
        })
        .success();
    assert!(place.is_put_back());
}

#[test]
fn a_deploy_after_the_last_touch_is_noticed_and_the_description_is_put_back() {
    let place = Place::new();
    let invokes = AtomicUsize::new(0);
    place
        .run("2", move |request| {
            if request.is_invoke() {
                invokes.fetch_add(1, SeqCst);
            }
            // Four of the first start, then two of each.
            (request.is_get() && invokes.load(SeqCst) == 8).then_some(Fault::Rewrite(
                r#""CodeSha256":""#,
                r#""CodeSha256":"another"#,
            ))
        })
        .fails_with(1)
        .says("changed by somebody else")
        .says("its code is another");
    assert!(place.is_put_back());
    let result = place.test.result();
    assert_eq!(result["ending"]["how"], "stopped");
}

#[test]
fn an_endpoint_that_is_no_sandbox_is_not_called_aws() {
    let place = Place::new();
    let ran = place
        .run_with("1", &["--yes"], |request| {
            request
                .is_get()
                .then_some(Fault::WithoutHeader("x-lambench-sandbox"))
        })
        .success();
    let title = ran.stdout.lines().next().unwrap();
    assert!(title.contains("on http://127.0.0.1:"), "{title}");
    assert!(!ran.stdout.contains("AWS, region"), "{}", ran.stdout);
    assert!(!ran.stderr.contains("AWS, region"), "{}", ran.stderr);
    let subject = &place.test.result()["subjects"][0];
    assert!(
        subject["endpoint_url"]
            .as_str()
            .is_some_and(|url| url.starts_with("http://127.0.0.1:"))
    );
}
