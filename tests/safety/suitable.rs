//! Functions that cannot be measured as they are, and what is said of those that can, but not quite.

use crate::place::{AS_AWS, ORIGINAL, Place, flat};
use crate::support::proxy::Fault;

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
