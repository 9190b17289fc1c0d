//! Whatever ends a run, its function is put back: by the run, by the next one, or by `lambench restore`.

mod endings;
mod place;
#[path = "../support/mod.rs"]
mod support;
mod touches;

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use place::{ORIGINAL, Place};
use serde_json::{Value, json};
use support::proxy::{Fault, Proxy};
use support::{Ran, fixture, signal, wait_for};

#[test]
fn what_a_killed_run_left_is_listed_noticed_and_put_back() {
    let place = Place::new("10");
    let before = place.record();
    place.killed(&[]);
    assert_ne!(place.record(), before, "it was killed while touched");
    let journal = place.journal();
    assert_eq!(journal["schema_version"], 1);
    assert_eq!(journal["function"], "my-fn");
    assert_eq!(journal["entries"][0]["kind"], "touched");
    assert_eq!(journal["entries"][0]["original"]["was"], ORIGINAL);

    let listed = place.restore(&["--list"]).success();
    assert!(listed.stdout.contains("my-fn"), "{}", listed.stdout);
    assert!(
        listed.stdout.contains("description to put back"),
        "{}",
        listed.stdout
    );
    assert!(listed.stderr.is_empty(), "{}", listed.stderr);
    place
        .restore(&["--list", "--lang", "ko"])
        .success()
        .prints("되돌리기");
    place
        .restore(&["--function", "other-fn"])
        .success()
        .prints("nothing is left over");

    // Every other command that meets it says so, beside its output.
    let package = fixture("hello-python");
    let run = place
        .test
        .run(&[
            "run",
            "--after",
            package.to_str().unwrap(),
            "--runs",
            "1",
            "--json",
            "--quiet",
        ])
        .success()
        .says("note: an interrupted run has left something to put back: my-fn")
        .says("`lambench restore`");
    serde_json::from_str::<Value>(&run.stdout).expect("JSON alone");
    assert_ne!(place.record(), before);

    let restored = place
        .restore(&["--function", "my-fn"])
        .success()
        .prints("my-fn: put back");
    assert_eq!(place.record(), before);
    place.nothing_is_left();
    place.nothing_is_told(&[&listed, &restored]);
    place.restore(&[]).success().prints("nothing is left over");
}

#[test]
fn the_next_run_puts_back_first_what_a_killed_one_left() {
    let place = Place::new("10");
    let before = place.record();
    place.killed(&["--touch", "memory"]);
    let ran = place
        .test
        .run(&place.args(&["--runs", "2"]))
        .success()
        .says("description put back");
    assert_eq!(place.record(), before);
    place.nothing_is_left();
    let result = place.test.result();
    assert_eq!(result["subjects"][0]["memory_mb"], before["MemorySize"]);
    let warning = result["warnings"][0].as_str().unwrap();
    assert!(
        warning.contains("put back before the first touch"),
        "{warning}"
    );
    place.nothing_is_told(&[&ran]);
}

#[test]
fn a_touch_that_arrives_after_the_restore_is_shut_out() {
    let place = Place::new("10");
    let before = place.record();
    let touched = std::sync::Arc::new(AtomicUsize::new(0));
    let seen = touched.clone();
    let late = Duration::from_millis(1500);
    let proxy = Proxy::start(&place.server.url, move |request| {
        (request.is_update() && seen.fetch_add(1, SeqCst) == 0).then_some(Fault::Late(late))
    });
    let url = ["--endpoint-url", &proxy.url];
    let run = [&["run", "--function", "my-fn"], url.as_slice()].concat();
    let mut child = place.test.command(&run).spawn().unwrap();
    wait_for("the touch on its way", || {
        (touched.load(SeqCst) == 1).then_some(())
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(place.record(), before, "it has not arrived");
    place.restore(&[]).success().prints("my-fn: put back");
    place.nothing_is_left();
    std::thread::sleep(late);
    assert_eq!(place.record(), before);
}

#[test]
fn a_deploy_since_the_kill_is_left_alone_and_the_entry_goes() {
    let place = Place::new("10");
    place.killed(&[]);
    place.update(&json!({"Description": "a colleague's text"}));
    place
        .restore(&[])
        .success()
        .prints("somebody else has changed it since");
    assert_eq!(place.settled()["Description"], "a colleague's text");
    place.nothing_is_left();
}

#[test]
fn a_deploy_that_left_our_suffix_standing_is_no_reason_to_leave_it() {
    let place = Place::new("10");
    let before = place.record();
    place.killed(&[]);
    place.update(&json!({"MemorySize": 1024}));
    place.restore(&[]).success().prints("my-fn: put back");
    let mut now = place.record();
    assert_eq!(now["MemorySize"], 1024);
    now["MemorySize"] = before["MemorySize"].clone();
    assert_eq!(now, before);
    place.nothing_is_left();
}

#[test]
fn a_function_that_is_gone_has_nothing_to_put_back() {
    let place = Place::new("10");
    place.killed(&[]);
    let sent = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        place
            .server
            .call("DELETE", "/2015-03-31/functions/my-fn", None)
    }));
    // The answer has no body to be parsed.
    assert!(sent.is_err());
    place
        .restore(&[])
        .success()
        .prints("there is no such function any more");
    place.nothing_is_left();
}

#[test]
fn a_second_run_on_the_same_function_is_refused_and_told_whose_it_is() {
    let place = Place::new("10");
    let before = place.record();
    let child = place.start(&["--runs", "500"]);
    place.wait_for_samples(3);
    let owner = format!("process {} on ", child.id());
    place
        .test
        .run(&place.args(&["--runs", "1"]))
        .fails_with(1)
        .says("my-fn is being measured by another lambench")
        .says(&owner);
    // Nor is it left over yet.
    let restore = place.restore(&[]).success().prints(&owner);
    assert!(restore.stdout.contains("right now"), "{}", restore.stdout);
    place.restore(&["--function", "my-fn"]).fails_with(1);
    signal(&child, "INT");
    let ran = Ran::from(child.wait_with_output().unwrap());
    ran.fails_with(130);
    assert_eq!(place.record(), before);
    place.nothing_is_left();
    place.test.run(&place.args(&["--runs", "1"])).success();
}

/// A journal as a killed run that created something would have left it.
fn leave(place: &Place, endpoint_url: Option<&str>, entries: &[lambench::lambda::journal::Entry]) {
    use lambench::lambda::journal::{Journals, Key};
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:lambench-my-fn";
    let key = Key::of_arn(arn, "lambench-my-fn", "us-east-1", endpoint_url);
    let journal = Journals::at(place.test.path().join("state/lambench/journal"))
        .open(key, None)
        .unwrap();
    for entry in entries {
        journal.add(entry.clone()).unwrap();
    }
}

#[test]
fn a_function_that_a_killed_run_created_is_deleted() {
    use lambench::lambda::journal::Entry;
    let place = Place::new("10");
    let created = Entry::CreatedFunction {
        name: "my-fn".into(),
    };
    leave(
        &place,
        Some(&place.server.url),
        std::slice::from_ref(&created),
    );
    place
        .restore(&["--list"])
        .success()
        .prints("my-fn to delete");
    place.restore(&[]).success().prints("my-fn: deleted");
    place.nothing_is_left();
    let there = place.server.call("GET", "/2015-03-31/functions/", None);
    assert_eq!(there["Functions"], json!([]));
}

#[test]
fn what_was_left_on_aws_is_never_put_back_somewhere_else() {
    use lambench::lambda::journal::Entry;
    let place = Place::new("10");
    let created = Entry::CreatedFunction {
        name: "my-fn".into(),
    };
    leave(&place, None, &[created]);
    let output = place
        .test
        .command(&["restore"])
        .env("AWS_ENDPOINT_URL_LAMBDA", &place.server.url)
        .output()
        .unwrap();
    Ran::from(output)
        .fails_with(2)
        .says("was left on AWS")
        .says("unset it");
    assert_eq!(place.journal()["entries"].as_array().unwrap().len(), 1);
    place.settled();
}
