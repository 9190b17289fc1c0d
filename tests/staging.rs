//! Copies that need more than Lambda: packages that go through a bucket, images, and log groups.

mod support;

use std::fmt::Write as _;
use std::io::{Cursor, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use support::cloud::{Logs, S3};
use support::proxy::{Fault, Proxy, Request};
use support::{Ran, Server, Test, wait_for};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const LARGE: usize = 51 * 1024 * 1024;
const HANDLER: &str = "def lambda_handler(event, context):\n    return {'version': 'LARGE_v2'}\n";

/// A stored zip of `name` and of so many bytes that nothing can make smaller.
fn large_zip(name: &str, text: &str, bytes: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    })
    .take(bytes / 8)
    .flatten()
    .collect();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in [(name, text.as_bytes()), ("noise.bin", &noise)] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The same without the noise: the sandbox takes no more inside a request than Lambda does.
fn without_noise(zip: &[u8]) -> Vec<u8> {
    let mut all = ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut small = ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..all.len() {
        let mut file = all.by_index(i).unwrap();
        let name = file.name().unwrap().into_owned();
        if name == "noise.bin" {
            continue;
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        small
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        small.write_all(&bytes).unwrap();
    }
    small.finish().unwrap().into_inner()
}

fn creates(request: &Request) -> bool {
    request.method == "POST" && request.path.trim_end_matches('/').ends_with("/functions")
}

fn publishes(request: &Request) -> bool {
    request.method == "POST" && request.path.contains("/layers/")
}

/// Lambda reads the code from the bucket: the sandbox gets what lies there, less the noise.
fn from_bucket(s3: &S3, request: &Request) -> Option<Fault> {
    if !creates(request) && !publishes(request) {
        return None;
    }
    let mut body: Value = serde_json::from_str(&request.body).unwrap();
    let part = if creates(request) { "Code" } else { "Content" };
    let code = body[part].as_object_mut().unwrap();
    let key = code.remove("S3Key")?;
    assert_eq!(code.remove("S3Bucket").unwrap(), "staging");
    code.remove("S3ObjectVersion");
    let Some(zip) = s3.object(key.as_str().unwrap()) else {
        return Some(Fault::Answer(
            400,
            "InvalidParameterValueException",
            "Error occurred while GetObject. S3 Error Code: NoSuchKey",
        ));
    };
    let zip = BASE64_STANDARD.encode(without_noise(&zip));
    code.insert("ZipFile".into(), zip.into());
    Some(Fault::Instead(body.to_string()))
}

struct Place {
    test: Test,
    server: Server,
    s3: S3,
    logs: Option<Logs>,
    proxy: Proxy,
}

impl Place {
    fn new(s3: S3) -> Self {
        Self::with(s3, |_, _| None)
    }

    /// `rule` goes before the one that reads from the bucket.
    fn with(s3: S3, rule: impl Fn(&S3, &Request) -> Option<Fault> + Send + Sync + 'static) -> Self {
        let test = Test::new();
        let server = Server::of(&test, "10", "hello-python");
        let reads = s3.clone();
        let proxy = Proxy::start(&server.url, move |request: &Request| {
            rule(&reads, request).or_else(|| from_bucket(&reads, request))
        });
        Self {
            test,
            server,
            s3,
            logs: None,
            proxy,
        }
    }

    fn logging(mut self, logs: Logs) -> Self {
        self.logs = Some(logs);
        self
    }

    fn large_package(&self) -> PathBuf {
        let path = self.test.path().join("large.zip");
        let zip = large_zip("lambda_function.py", HANDLER, LARGE);
        std::fs::write(&path, zip).unwrap();
        path
    }

    fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = self.test.command(args);
        command.env("AWS_ENDPOINT_URL_S3", &self.s3.url);
        if let Some(logs) = &self.logs {
            command.env("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", &logs.url);
        }
        command
    }

    fn run(&self, more: &[&str]) -> Ran {
        let mut args = vec!["run", "--endpoint-url", &self.proxy.url, "--runs", "2"];
        args.extend(["--warm-invokes", "1", "--function", "my-fn"]);
        args.extend(more);
        Ran::from(self.command(&args).output().unwrap())
    }

    fn functions(&self) -> Vec<String> {
        self.server.functions()
    }

    fn entries(&self) -> Vec<Value> {
        self.test.journal_entries()
    }

    #[track_caller]
    fn nothing_is_left(&self) {
        assert_eq!(self.functions(), ["my-fn"]);
        assert!(self.s3.keys().is_empty(), "{:?}", self.s3.keys());
        assert!(self.entries().is_empty(), "{:?}", self.entries());
    }
}

const BUCKET: [&str; 2] = ["--staging-bucket", "staging/ci"];

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

/// `my-fn` is an image, as far as reading it tells; what is asked for is kept, and runs from a package after all.
fn image(asked: &Arc<Mutex<Vec<Value>>>) -> impl Fn(&S3, &Request) -> Option<Fault> + use<> {
    let asked = Arc::clone(asked);
    move |_, request| {
        if request.is_get() && request.path.ends_with("/functions/my-fn") {
            let uri = "000000000000.dkr.ecr.us-east-1.amazonaws.com/mine";
            return Some(Fault::RewriteAll(vec![
                (
                    "\"PackageType\":\"Zip\"".into(),
                    "\"PackageType\":\"Image\",\"ImageConfigResponse\":{\"ImageConfig\":\
                     {\"Command\":[\"app.run\"],\"WorkingDirectory\":\"/srv\"}}"
                        .into(),
                ),
                (
                    "\"RepositoryType\":\"S3\"".into(),
                    format!(
                        "\"RepositoryType\":\"ECR\",\"ImageUri\":\"{uri}:latest\",\
                         \"ResolvedImageUri\":\"{uri}@sha256:abc\""
                    ),
                ),
            ]));
        }
        if !creates(request) {
            return None;
        }
        let mut body: Value = serde_json::from_str(&request.body).unwrap();
        asked.lock().unwrap().push(body.clone());
        let zip = without_noise(&large_zip("lambda_function.py", HANDLER, 8));
        body["Code"] = json!({ "ZipFile": BASE64_STANDARD.encode(zip) });
        body["PackageType"] = "Zip".into();
        body["Runtime"] = "python3".into();
        body["Handler"] = "lambda_function.lambda_handler".into();
        body.as_object_mut().unwrap().remove("ImageConfig");
        Some(Fault::Instead(body.to_string()))
    }
}

#[test]
fn a_copy_of_an_image_is_made_of_the_same_image() {
    let asked = Arc::default();
    let place = Place::with(S3::start(), image(&asked));
    place.run(&["--after", "deployed"]).success();
    place.nothing_is_left();
    let asked = asked.lock().unwrap();
    let [asked] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!(asked["PackageType"], "Image");
    assert_eq!(
        asked["Code"],
        json!({"ImageUri": "000000000000.dkr.ecr.us-east-1.amazonaws.com/mine@sha256:abc"})
    );
    assert_eq!(
        asked["ImageConfig"],
        json!({"Command": ["app.run"], "WorkingDirectory": "/srv"})
    );
    for absent in ["Runtime", "Handler", "Layers"] {
        assert!(asked.get(absent).is_none(), "{absent}: {asked}");
    }
    assert!(asked["MemorySize"].is_number() && asked["Role"].is_string());
    let subject = &place.test.result()["subjects"][0];
    assert_eq!(subject["package_bytes"], Value::Null);
    let warnings = place.test.result()["warnings"].to_string();
    assert!(warnings.contains("its size is not known"), "{warnings}");
}

#[test]
fn a_package_in_the_place_of_an_image_is_refused() {
    let asked = Arc::default();
    let place = Place::with(S3::start(), image(&asked));
    place.test.write("new/lambda_function.py", HANDLER);
    place
        .run(&["--after", "new"])
        .fails_with(2)
        .says("it is a container image, and a package can't take the image's place");
    place
        .run(&["--after", "deployed", "--no-handler"])
        .fails_with(2)
        .says("--no-handler can't take the image's place");
    assert!(asked.lock().unwrap().is_empty());
    place.nothing_is_left();
}

#[test]
fn the_log_group_of_a_copy_is_deleted_with_it_and_once_more() {
    for (status, error) in [(200, ""), (400, "ResourceNotFoundException")] {
        let place = Place::new(S3::start()).logging(Logs::start(status, error));
        let ran = place.run(&["--after", "deployed"]).success();
        assert!(!ran.stderr.contains("log group"), "{}", ran.stderr);
        let deleted = place.logs.as_ref().unwrap().deleted();
        let [first, again] = deleted.as_slice() else {
            panic!("{deleted:?}");
        };
        assert!(first.starts_with("/aws/lambda/lambench-"), "{first}");
        assert_eq!(first, again);
        place.nothing_is_left();
    }
}

#[test]
fn a_log_group_that_may_not_be_deleted_is_no_failure() {
    let logs = Logs::start(400, "AccessDeniedException");
    let place = Place::new(S3::start()).logging(logs);
    place
        .run(&["--after", "deployed"])
        .success()
        .says("aws logs delete-log-group --log-group-name /aws/lambda/lambench-");
    place.nothing_is_left();
}

#[test]
fn a_log_group_of_somebody_else_is_never_deleted() {
    let place = Place::with(S3::start(), |_, request| {
        creates(request).then_some(Fault::Rewrite(
            "\"LogGroup\":\"/aws/",
            "\"LogGroup\":\"/mine/",
        ))
    })
    .logging(Logs::start(200, ""));
    place.run(&["--after", "deployed"]).success();
    assert!(place.logs.as_ref().unwrap().deleted().is_empty());
    place.nothing_is_left();
}

#[test]
fn restore_deletes_the_log_group_of_a_killed_run() {
    let place = Place::new(S3::start()).logging(Logs::start(200, ""));
    let args = [
        "run",
        "--function",
        "my-fn",
        "--runs",
        "500",
        "--after",
        "deployed",
    ];
    let args = [&args[..], &["--endpoint-url", &place.proxy.url]].concat();
    let mut child = place.command(&args).spawn().unwrap();
    wait_for("a copy", || (place.functions().len() > 1).then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
    place
        .test
        .run(&["restore"])
        .success()
        .prints("/aws/lambda/lambench-");
    assert_eq!(place.logs.as_ref().unwrap().deleted().len(), 1);
    place.nothing_is_left();
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
