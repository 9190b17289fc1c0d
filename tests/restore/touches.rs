//! What is touched, variables above all, and that nothing else of it changes or is told.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use serde_json::json;

use crate::place::{Place, SECRET, on_updates};
use crate::support::proxy::{Fault, Proxy};

#[test]
fn every_touch_forces_cold_starts_and_is_put_back_exactly() {
    let place = Place::new("10");
    let before = place.record();
    for (touch, changes, put_back) in [
        (
            "description",
            "the description of my-fn",
            "description put back",
        ),
        (
            "env",
            "an environment variable",
            "environment variables put back",
        ),
        ("memory", "by 1 MB", "memory size put back"),
        ("timeout", "by 1 s", "timeout put back"),
    ] {
        let ran = place
            .test
            .run(&place.args(&["--runs", "3", "--touch", touch]))
            .success()
            .says(changes)
            .says(put_back);
        assert_eq!(place.record(), before, "{touch}");
        place.nothing_is_left();
        let result = place.test.result();
        assert_eq!(result["subjects"][0]["touch"], touch);
        assert_eq!(
            result["exclusions"].as_array().unwrap().len(),
            2,
            "{touch}: first starts"
        );
        if touch == "memory" {
            let warning = result["warnings"][0].as_str().unwrap();
            assert!(warning.contains("1 MB more or less than"), "{warning}");
            let sizes: std::collections::BTreeSet<u64> = result["samples"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|sample| sample["memory_mb"].as_u64())
                .collect();
            assert_eq!(sizes.len(), 2, "{sizes:?}");
        }
        place.nothing_is_told(&[&ran]);
        std::fs::remove_dir_all(place.test.path().join(".lambench")).unwrap();
    }
}

#[test]
fn what_a_killed_run_left_of_any_touch_is_put_back_exactly() {
    let place = Place::new("10");
    let before = place.record();
    for touch in ["env", "memory", "timeout"] {
        place.killed(&["--touch", touch]);
        let journal = place.journal();
        assert_eq!(journal["entries"][0]["original"]["touch"], touch);
        let listed = place.restore(&["--list"]).success();
        if touch == "env" {
            assert_eq!(
                journal["entries"][0]["original"],
                json!({"touch": "env", "key": "LAMBENCH_TOUCHED"}),
                "the single key, and nothing of what was there"
            );
            assert!(
                listed.stdout.contains("LAMBENCH_TOUCHED to remove"),
                "{}",
                listed.stdout
            );
        }
        let restored = place.restore(&[]).success().prints("my-fn: put back");
        assert_eq!(place.record(), before, "{touch}");
        place.nothing_is_left();
        std::fs::create_dir_all(place.test.path().join(".lambench")).unwrap();
        std::fs::write(place.test.path().join(".lambench/x"), "x").unwrap();
        place.nothing_is_told(&[&listed, &restored]);
    }
}

#[test]
fn a_colleagues_new_variable_outlives_the_restore_of_ours() {
    let place = Place::new("10");
    place.killed(&["--touch", "env"]);
    let mut variables = place.settled()["Environment"]["Variables"].clone();
    assert!(variables["LAMBENCH_TOUCHED"].is_string());
    variables["NEW"] = json!("theirs");
    place.update(&json!({"Environment": {"Variables": variables}}));
    place.restore(&[]).success().prints("my-fn: put back");
    assert_eq!(
        place.settled()["Environment"]["Variables"],
        json!({"PASSWORD": SECRET, "EMPTY": "", "NEW": "theirs"})
    );
    place.nothing_is_left();
}

#[test]
fn a_function_without_variables_has_none_afterwards() {
    let place = Place::new("10");
    place.update(&json!({"Environment": {"Variables": {}}}));
    let before = place.record();
    assert!(before.get("Environment").is_none());
    place
        .test
        .run(&place.args(&["--runs", "1", "--touch", "env"]))
        .success();
    assert_eq!(place.record(), before);
    place.killed(&["--touch", "env"]);
    place.restore(&[]).success();
    assert_eq!(place.record(), before);
    place.nothing_is_left();
}

#[test]
fn a_variable_of_our_name_that_is_not_ours_is_not_overwritten() {
    let place = Place::new("10");
    place.update(&json!({"Environment": {"Variables": {"LAMBENCH_TOUCHED": "theirs"}}}));
    let before = place.settled();
    place
        .test
        .run(&place.args(&["--runs", "1", "--touch", "env"]))
        .fails_with(1)
        .says("which is not lambench's");
    assert_eq!(place.settled(), before);
}

#[test]
fn variables_that_cannot_be_read_are_never_written() {
    let place = Place::new("10");
    let before = place.settled();
    let written = std::sync::Arc::new(AtomicUsize::new(0));
    let seen = written.clone();
    let proxy = Proxy::start(&place.server.url, move |request| {
        if request.is_update() {
            seen.fetch_add(1, SeqCst);
        }
        request.is_get().then_some(Fault::Rewrite(
            r#""Environment":{"Variables":{"#,
            r#""Environment":{"Error":{"ErrorCode":"AccessDeniedException","Message":"KMS"},"Nothing":{"#,
        ))
    });
    let url = ["--endpoint-url", &proxy.url, "--touch", "env"];
    let run = [
        &["run", "--function", "my-fn", "--runs", "2"],
        url.as_slice(),
    ]
    .concat();
    place
        .test
        .run(&run)
        .fails_with(1)
        .says("can't be read (AccessDeniedException)")
        .says("leave --touch env out");
    assert_eq!(written.load(SeqCst), 0);
    assert_eq!(place.settled(), before, "the revision, too");
    place.nothing_is_left();
}

#[test]
fn an_error_about_variables_does_not_repeat_them() {
    let place = Place::new("10");
    let before = place.record();
    let fault = Fault::Answer(
        400,
        "InvalidParameterValueException",
        "Value hunter2-hunter2 is not allowed",
    );
    let proxy = Proxy::start(&place.server.url, on_updates(1, 2, fault));
    let url = ["--endpoint-url", &proxy.url, "--touch", "env"];
    let run = [
        &["run", "--function", "my-fn", "--runs", "2"],
        url.as_slice(),
    ]
    .concat();
    let ran = place
        .test
        .run(&run)
        .fails_with(1)
        .says("InvalidParameterValueException");
    place.nothing_is_told(&[&ran]);
    assert_eq!(place.record(), before);
    place.nothing_is_left();
}
