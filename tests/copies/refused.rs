//! What is said before anything is created.

use serde_json::Value;

use crate::place::{Place, reads};
use crate::support::proxy::{Fault, Proxy, Request};

#[test]
fn what_cannot_work_is_said_before_anything_is_created() {
    let place = Place::new();
    let before = place.configuration();
    let package = place.package("new", "v");
    let creates = |request: &Request| {
        assert!(request.method != "POST", "{request:?}");
        None
    };
    let proxy = Proxy::start(&place.server.url, creates);
    let layer = "arn:aws:lambda:us-east-1:000000000000:layer:none:1";
    let good = ["--function", "my-fn"];
    let cases: [(&[&str], i32, &str); 6] = [
        (&["--after", "new", "--layers", layer], 1, "layer:none:1"),
        (&["--after", "no/such.zip"], 2, "no/such.zip"),
        (&["--after", "other"], 2, "NAME:QUALIFIER"),
        (&["--after", "my-fn:nine"], 1, "ResourceNotFoundException"),
        (&["--before", "deployed"], 2, "--after"),
        (
            &["--after", "new", "--after-handler", "app.run"],
            2,
            "no app.py",
        ),
    ];
    for (more, code, says) in cases {
        let args: Vec<&str> = good.iter().chain(more).copied().collect();
        place.run_at(&proxy.url, &args).fails_with(code).says(says);
    }
    assert_eq!(package, "new");
    place.is_untouched(&before);
}

#[test]
fn code_or_variables_that_cannot_be_had_are_said_before_anything_is_created() {
    let place = Place::new();
    let before = place.configuration();
    for (from, to, says) in [
        ("/lambench/packages/", "/lambench/gone/", "HTTP 501"),
        (
            "\"CodeSha256\":\"",
            "\"CodeSha256\":\"x",
            "not the code that the function says it has",
        ),
        (
            "\"CodeSize\":",
            "\"CodeSize\":77777",
            "give --staging-bucket NAME",
        ),
        ("\"Location\":", "\"Elsewhere\":", "where it lies"),
        (
            "\"PackageType\":\"Zip\"",
            "\"PackageType\":\"Image\"",
            "which image it is made of",
        ),
        (
            "\"Environment\":{",
            "\"Environment\":{\"Error\":{\"ErrorCode\":\"KMSAccessDenied\",\"Message\":\"no\"},",
            "could not be read (KMSAccessDenied)",
        ),
    ] {
        let proxy = Proxy::start(&place.server.url, reads(from, to));
        let ran = place
            .run_at(&proxy.url, &["--function", "my-fn", "--after", "deployed"])
            .fails_with(1)
            .says(says);
        assert!(!ran.stderr.contains("hush"), "{}", ran.stderr);
        assert!(
            !ran.stderr.contains("/lambench/"),
            "the address is a secret: {}",
            ran.stderr
        );
        place.is_untouched(&before);
    }
}

/// Every call that creates something is written down; answers do not say that they are a sandbox's.
fn as_aws(place: &Place) -> (Proxy, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    use std::sync::atomic::Ordering::SeqCst;
    let created = std::sync::Arc::default();
    let seen: std::sync::Arc<std::sync::atomic::AtomicUsize> = std::sync::Arc::clone(&created);
    let proxy = Proxy::start(&place.server.url, move |request: &Request| {
        if request.method == "POST" {
            seen.fetch_add(1, SeqCst);
        }
        Some(Fault::AsAws("", ""))
    });
    (proxy, created)
}

#[test]
fn no_copy_is_created_before_somebody_has_agreed() {
    use std::sync::atomic::Ordering::SeqCst;
    let place = Place::new();
    let before = place.configuration();
    let package = place.package("new", "NEW_v2");
    let (proxy, created) = as_aws(&place);
    let args = ["--function", "my-fn", "--after", &package];
    place
        .run_at(&proxy.url, &args)
        .fails_with(2)
        .says("nobody has agreed")
        .says("--yes");
    assert_eq!(created.load(SeqCst), 0);
    place
        .test
        .write("lambench.toml", "[safety]\ndeny = [\"my-*\"]\n");
    place
        .run_at(&proxy.url, &[&args[..], &["--yes"]].concat())
        .fails_with(2)
        .says("[safety] deny");
    assert_eq!(created.load(SeqCst), 0);
    place
        .test
        .write("lambench.toml", "[safety]\nallow = [\"my-*\"]\n");
    place.run_at(&proxy.url, &args).success();
    assert!(created.load(SeqCst) > 2);
    place.is_untouched(&before);
}

#[test]
fn the_policy_of_a_copy_reads_the_function_and_changes_only_our_own() {
    let place = Place::new();
    let package = place.package("new", "NEW_v2");
    let ran = place
        .run(&["--function", "my-fn", "--after", &package, "--iam-policy"])
        .success();
    let policy: Value = serde_json::from_str(&ran.stdout).unwrap();
    for statement in policy["Statement"].as_array().unwrap() {
        let resources = statement["Resource"].to_string();
        let actions = statement["Action"].to_string();
        if resources.contains("my-fn") {
            assert_eq!(
                actions,
                r#"["lambda:GetFunction","lambda:GetRuntimeManagementConfig"]"#
            );
        }
        if actions.contains("DeleteFunction") {
            assert!(resources.contains(":function:lambench-*"), "{resources}");
        }
    }
    let ran = place.run(&["--function", "my-fn", "--after", &package, "--dry-run"]);
    ran.success().prints("copy of my-fn");
    assert_eq!(place.functions(), ["my-fn"]);
}
