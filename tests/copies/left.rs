//! Nothing is left behind, however a run ends.

use serde_json::json;

use crate::place::Place;
use crate::support::proxy::{Fault, Proxy, Request};
use crate::support::{signal, wait_for};

#[test]
fn a_lost_answer_to_a_creation_leaves_nothing_behind() {
    let place = Place::new();
    let before = place.configuration();
    let lost = std::sync::atomic::AtomicBool::new(false);
    let rule = move |request: &Request| {
        let create =
            request.method == "POST" && request.path.trim_end_matches('/').ends_with("functions");
        (create && !lost.swap(true, std::sync::atomic::Ordering::SeqCst))
            .then_some(Fault::LoseAnswer)
    };
    let proxy = Proxy::start(&place.server.url, rule);
    place
        .run_at(&proxy.url, &["--function", "my-fn", "--after", "deployed"])
        .success();
    place.is_untouched(&before);
}

#[test]
fn a_refused_creation_is_said_and_leaves_nothing_behind() {
    let place = Place::new();
    let before = place.configuration();
    let rule = |request: &Request| {
        let second = request.method == "POST" && request.body.contains("-after\"");
        second.then_some(Fault::Answer(
            403,
            "AccessDeniedException",
            "no lambda:CreateFunction",
        ))
    };
    let proxy = Proxy::start(&place.server.url, rule);
    place.package("new", "v");
    place
        .run_at(&proxy.url, &["--function", "my-fn", "--after", "new"])
        .fails_with(1)
        .says("AccessDeniedException");
    place.is_untouched(&before);
}

#[test]
fn sigterm_deletes_the_copies() {
    let place = Place::new();
    let before = place.configuration();
    let child = place
        .test
        .command(&[
            "run",
            "--endpoint-url",
            &place.server.url,
            "--function",
            "my-fn",
            "--after",
            "deployed",
            "--runs",
            "500",
        ])
        .spawn()
        .unwrap();
    wait_for("a copy", || (place.functions().len() > 1).then_some(()));
    signal(&child, "TERM");
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(130),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    place.is_untouched(&before);
}

#[test]
fn a_copy_that_cannot_be_deleted_is_named_with_the_command_that_does_it() {
    let place = Place::new();
    let rule = |request: &Request| {
        (request.method == "DELETE").then_some(Fault::Answer(
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ))
    };
    let proxy = Proxy::start(&place.server.url, rule);
    place
        .run_at(&proxy.url, &["--function", "my-fn", "--after", "deployed"])
        .fails_with(1)
        .says("aws lambda delete-function --function-name lambench-");
    assert_eq!(place.functions().len(), 2);
    let left = place.entries().len();
    assert_eq!(left, 1, "what is left is on disk");
}

#[test]
fn restore_deletes_what_a_killed_run_left() {
    let place = Place::new();
    let before = place.configuration();
    place.package("new", "v");
    place
        .test
        .write("layer/python/shared.py", "VALUE = 'from the layer'\n");
    let mut left_something = 0;
    for n in 0..12 {
        let mut child = place
            .test
            .command(&[
                "run",
                "--endpoint-url",
                &place.server.url,
                "--function",
                "my-fn",
                "--after",
                "new",
                "--after-layers",
                "layer",
                "--runs",
                "500",
            ])
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(40 + n * 37));
        child.kill().unwrap();
        child.wait().unwrap();
        let entries = place.entries();
        left_something += usize::from(!entries.is_empty());
        let restored = place.test.run(&["restore"]).success();
        for entry in &entries {
            let name = entry["name"].as_str().unwrap();
            let said = format!("{}{}", restored.stdout, restored.stderr);
            assert!(said.contains(name), "{name} is not in {said}");
            if entry["kind"] == "created_layer" {
                let path = format!("/2018-10-31/layers/{name}/versions");
                let layers = place.server.call("GET", &path, None);
                assert_eq!(layers["LayerVersions"], json!([]));
            }
        }
        place.is_untouched(&before);
    }
    assert!(left_something > 3, "the kills came too early or too late");
}
