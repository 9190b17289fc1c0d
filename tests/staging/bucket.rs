//! Packages that go through a bucket.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::place::{BUCKET, HANDLER, LARGE, Place, creates, large_zip, publishes};
use crate::support::cloud::S3;
use crate::support::proxy::Fault;
use crate::support::wait_for;

#[test]
fn a_package_over_50_mb_is_measured_through_the_bucket_and_deleted_there() {
    let place = Place::new(S3::start());
    let package = place.large_package();
    let sha256 = Sha256::digest(std::fs::read(&package).unwrap());
    let hex = sha256.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let ran = place
        .run(&["--after", "large.zip", BUCKET[0], BUCKET[1]])
        .success();
    let puts = place.s3.calls("PUT");
    let [put] = puts.as_slice() else {
        panic!("{puts:?}");
    };
    assert!(put.starts_with("PUT /staging/ci/lambench/2"), "{put}");
    assert!(put.ends_with(&format!("/{hex}.zip")), "{put}");
    assert!(
        ran.stderr.contains("s3://staging/ci/lambench/"),
        "{}",
        ran.stderr
    );
    place.nothing_is_left();
    let result = place.test.result();
    let after = &result["subjects"][1];
    let bytes = std::fs::metadata(&package).unwrap().len();
    assert_eq!(after["package_bytes"], bytes);
    assert_eq!(after["version"], "LARGE_v2");
}

#[test]
fn a_version_in_a_versioned_bucket_is_named_and_deleted_for_good() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let place = Place::with(S3::start().versioned(), move |_, request| {
        if creates(request) || publishes(request) {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            seen.lock().unwrap().push(body);
        }
        None
    });
    let layer = large_zip("python/shared.py", "VALUE = 'from the layer'\n", LARGE);
    std::fs::write(place.test.path().join("layer.zip"), layer).unwrap();
    place.test.write(
        "new/lambda_function.py",
        "import shared\ndef lambda_handler(event, context):\n    return {'version': shared.VALUE}\n",
    );
    place
        .run(&[
            "--after",
            "new",
            "--after-layers",
            "layer.zip",
            BUCKET[0],
            BUCKET[1],
        ])
        .success();
    place.nothing_is_left();
    let asked = asked.lock().unwrap();
    let contents: Vec<&Value> = asked
        .iter()
        .filter_map(|body| body.get("Content"))
        .collect();
    assert_eq!(contents[0]["S3ObjectVersion"], "v-1");
    let deletes = place.s3.calls("DELETE");
    assert!(
        !deletes.is_empty() && deletes.iter().all(|call| call.ends_with("?v-1")),
        "{deletes:?}"
    );
    assert_eq!(
        place.test.result()["subjects"][1]["version"],
        "from the layer"
    );
}

#[test]
fn deployed_code_over_50_mb_is_fetched_and_uploaded_once() {
    let s3 = S3::start();
    let zip = large_zip("lambda_function.py", HANDLER, LARGE);
    let sha256 = BASE64_STANDARD.encode(Sha256::digest(&zip));
    let bytes = zip.len();
    let location = s3.hold("deployed.zip", zip);
    let place = Place::with(s3, move |_, request| {
        let reads = request.is_get()
            && (request.path.ends_with("/functions/my-fn")
                || request.path.contains("/functions/my-fn?Qualifier"));
        let of = |from: &str, to: String| (from.to_owned(), to);
        reads.then(|| {
            Fault::RewriteAll(vec![
                of("\"CodeSize\":", format!("\"CodeSize\":{bytes},\"Was\":")),
                of(
                    "\"CodeSha256\":",
                    format!("\"CodeSha256\":\"{sha256}\",\"WasSha\":"),
                ),
                of(
                    "\"Location\":",
                    format!("\"Location\":\"{location}\",\"WasAt\":"),
                ),
            ])
        })
    });
    let ran = place.run(&["--after", "deployed"]).fails_with(1);
    let ran = ran.says("52 MB zipped").says("--staging-bucket");
    assert!(!ran.stderr.contains("deployed.zip"), "{}", ran.stderr);
    assert!(place.s3.calls("GET").is_empty(), "not even fetched");
    let two = ["--before", "deployed", "--after", "my-fn:$LATEST"];
    place.run(&[&two[..], &BUCKET[..]].concat()).success();
    assert_eq!(place.s3.calls("PUT").len(), 1);
    assert_eq!(place.s3.keys(), ["deployed.zip"]);
    assert_eq!(place.functions(), ["my-fn"]);
    assert!(place.entries().is_empty());
}

#[test]
fn what_the_bucket_cannot_do_is_said_before_anything_is_created() {
    for (s3, bucket, says) in [
        (S3::start(), "nobodys", "there is no such bucket"),
        (
            S3::start().in_region("eu-west-1"),
            "staging",
            "the bucket is in eu-west-1, and Lambda in us-east-1",
        ),
        (S3::start().deny("PUT"), "staging", "s3:PutObject"),
    ] {
        let place = Place::with(s3, |_, request| {
            assert!(request.method != "POST", "{request:?}");
            None
        });
        place.large_package();
        place
            .run(&[
                "--before",
                "large.zip",
                "--after",
                "deployed",
                "--staging-bucket",
                bucket,
            ])
            .fails_with(1)
            .says(says);
        place.nothing_is_left();
    }
    let place = Place::new(S3::start());
    place.large_package();
    place
        .run(&["--after", "large.zip"])
        .fails_with(1)
        .says("large.zip: 52 MB zipped")
        .says("give --staging-bucket NAME");
    place
        .run(&["--after", "large.zip", "--staging-bucket", "No Bucket"])
        .fails_with(2)
        .says("names no bucket");
    let empty = vec![0; 251 * 1024 * 1024];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [
        ("lambda_function.py", HANDLER.as_bytes()),
        ("zeros", &empty),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    let huge = zip.finish().unwrap().into_inner();
    std::fs::write(place.test.path().join("huge.zip"), huge).unwrap();
    place
        .run(&["--after", "huge.zip", BUCKET[0], BUCKET[1]])
        .fails_with(2)
        .says("252 MB unzipped");
    assert!(place.s3.calls("").is_empty(), "{:?}", place.s3.calls(""));
    place.nothing_is_left();
}

#[test]
fn a_creation_that_is_refused_after_the_upload_leaves_no_object() {
    let place = Place::with(S3::start(), |_, request| {
        let large = creates(request) && request.body.contains("S3Bucket");
        large.then_some(Fault::Answer(
            403,
            "AccessDeniedException",
            "not authorized to perform lambda:CreateFunction",
        ))
    });
    place.large_package();
    place
        .run(&["--after", "large.zip", BUCKET[0], BUCKET[1]])
        .fails_with(1)
        .says("lambda:CreateFunction");
    assert_eq!(place.s3.calls("PUT").len(), 1);
    place.nothing_is_left();
}

#[test]
fn an_object_that_may_not_be_deleted_is_named_and_stays_in_the_journal() {
    let place = Place::new(S3::start().deny("DELETE"));
    place.large_package();
    place
        .run(&["--after", "large.zip", BUCKET[0], BUCKET[1]])
        .fails_with(1)
        .says("aws s3 rm s3://staging/ci/lambench/")
        .says("AccessDenied");
    assert_eq!(place.functions(), ["my-fn"]);
    let entries = place.entries();
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(entries[0]["kind"], "s3_object");
    place.s3.allow_all();
    // The journal knows where it lies, whatever the variables say then.
    place
        .test
        .run(&["restore"])
        .success()
        .prints("s3://staging/ci/lambench/");
    place.nothing_is_left();
}

#[test]
fn restore_deletes_objects_and_functions_of_a_killed_run() {
    let place = Place::new(S3::start().slow(Duration::from_millis(300)));
    place.large_package();
    let large = ["--after", "large.zip", BUCKET[0], BUCKET[1]];
    let args = ["run", "--function", "my-fn", "--runs", "500"];
    let args = [&args[..], &["--endpoint-url", &place.proxy.url], &large].concat();
    let mut with_object = 0;
    for moment in ["upload", "arrived", "created"] {
        let mut child = place.command(&args).spawn().unwrap();
        let before = place.s3.calls("PUT").len();
        match moment {
            "upload" => wait_for(moment, || {
                (place.s3.calls("PUT").len() > before).then_some(())
            }),
            "arrived" => wait_for(moment, || (!place.s3.keys().is_empty()).then_some(())),
            _ => wait_for(moment, || {
                let made = place.functions();
                made.iter()
                    .any(|name| name.ends_with("-after"))
                    .then_some(())
            }),
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let entries = place.entries();
        assert!(
            entries.iter().any(|entry| entry["kind"] == "s3_object"),
            "{entries:?}"
        );
        // What was under way when it was killed may arrive yet.
        wait_for("the object", || (!place.s3.keys().is_empty()).then_some(()));
        with_object += 1;
        place
            .test
            .run(&["restore"])
            .success()
            .prints("s3://staging/ci/");
        place.nothing_is_left();
    }
    assert_eq!(with_object, 3);
}

#[test]
fn the_policy_and_the_plan_name_bucket_logs_and_images() {
    let place = Place::new(S3::start());
    place.large_package();
    let args = ["--after", "large.zip", BUCKET[0], BUCKET[1]];
    let ran = place
        .run(&[&args[..], &["--iam-policy"]].concat())
        .success();
    let policy: Value = serde_json::from_str(&ran.stdout).unwrap();
    let of = |sid: &str| -> Value {
        let statements = policy["Statement"].as_array().unwrap();
        let found = statements.iter().find(|s| s["Sid"] == sid).cloned();
        found.unwrap_or_else(|| panic!("no {sid} in {policy}"))
    };
    assert_eq!(
        of("LambenchObjects")["Resource"],
        json!(["arn:aws:s3:::staging/ci/lambench/*"])
    );
    let actions = of("LambenchObjects")["Action"].to_string();
    for action in [
        "PutObject",
        "GetObject",
        "DeleteObject",
        "DeleteObjectVersion",
    ] {
        assert!(actions.contains(&format!("\"s3:{action}\"")), "{actions}");
    }
    assert_eq!(
        of("LambenchBucket")["Resource"],
        json!(["arn:aws:s3:::staging"])
    );
    let logs = of("LambenchOwnLogs");
    assert_eq!(logs["Action"], json!(["logs:DeleteLogGroup"]));
    for group in logs["Resource"].as_array().unwrap() {
        let group = group.as_str().unwrap();
        assert!(
            group.contains(":log-group:/aws/lambda/lambench-*"),
            "{group}"
        );
    }
    assert!(
        of("LambenchImages")["Action"]
            .to_string()
            .contains("ecr:BatchGetImage")
    );
    let ran = place.run(&[&args[..], &["--dry-run"]].concat()).success();
    let plan: String = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "52 MB zipped: it goes through s3://staging/ci/lambench/",
        "s3:PutObject",
        "logs:DeleteLogGroup",
        "arn:aws:s3:::staging/ci/lambench/*",
    ] {
        assert!(plan.contains(words), "no {words:?} in {}", ran.stdout);
    }
    assert!(!plan.contains("ecr:"), "my-fn is no image: {}", ran.stdout);
    assert!(place.s3.calls("").is_empty());
}
