//! Copies: what is deployed against a new package or another version, without a touch of the function itself.

mod support;

use serde_json::{Value, json};
use support::proxy::{Fault, Proxy, Request};
use support::{FUNCTIONS, Ran, Server, Test, signal, wait_for};

struct Place {
    test: Test,
    server: Server,
}

impl Place {
    fn new() -> Self {
        Self::with("hello-python")
    }

    fn with(package: &str) -> Self {
        let test = Test::new();
        let server = Server::of(&test, "10", package);
        let place = Self { test, server };
        place.configure(&json!({
            "Description": "the original",
            "MemorySize": 300,
            "Environment": {"Variables": {"T_SECRET": "hush-hush"}},
        }));
        place
    }

    fn configure(&self, change: &Value) {
        self.server.configure("my-fn", change);
    }

    fn configuration(&self) -> Value {
        self.server.configuration("my-fn")
    }

    fn functions(&self) -> Vec<String> {
        self.server.functions()
    }

    /// A package whose answer shows what it was started with.
    fn package(&self, name: &str, version: &str) -> String {
        let source = format!(
            "import os\ndef lambda_handler(event, context):\n    return {{'version': '{version}', \
             'seen': os.environ.get('T_SECRET'), 'memory': context.memory_limit_in_mb}}\n"
        );
        self.test
            .write(&format!("{name}/lambda_function.py"), &source);
        name.to_owned()
    }

    fn run_at(&self, url: &str, more: &[&str]) -> Ran {
        let mut args = vec!["run", "--endpoint-url", url, "--runs", "2"];
        args.extend(["--warm-invokes", "1"]);
        args.extend(more);
        self.test.run(&args)
    }

    fn run(&self, more: &[&str]) -> Ran {
        self.run_at(&self.server.url, more)
    }

    /// Nothing of ours is left, and the function is what it was to the letter.
    #[track_caller]
    fn is_untouched(&self, before: &Value) {
        assert_eq!(self.functions(), ["my-fn"]);
        assert_eq!(&self.configuration(), before);
        assert!(self.entries().is_empty(), "{:?}", self.entries());
    }

    /// What the journals say is not deleted yet.
    fn entries(&self) -> Vec<Value> {
        self.test.journal_entries()
    }
}

#[test]
fn a_new_package_is_compared_with_a_copy_of_what_is_deployed() {
    let place = Place::new();
    let before = place.configuration();
    let package = place.package("new", "NEW_v2");
    place
        .run(&[
            "--function",
            "my-fn",
            "--after",
            &package,
            "--expect",
            "/version=NEW_v2",
        ])
        .fails_with(1)
        .says("/version");
    place.is_untouched(&before);

    let ran = place
        .run(&["--function", "my-fn", "--after", &package])
        .success()
        .prints("Cold start")
        .says("copies of my-fn are created")
        .says("deleted lambench-");
    assert!(!ran.stderr.contains("hush") && !ran.stdout.contains("hush"));
    place.is_untouched(&before);
    let results = place.test.path().join(".lambench/results");
    let stored: Vec<Value> = std::fs::read_dir(results)
        .unwrap()
        .map(|e| std::fs::read_to_string(e.unwrap().path()).unwrap())
        .inspect(|text| assert!(!text.contains("hush"), "{text}"))
        .map(|text| serde_json::from_str(&text).unwrap())
        .collect();
    let result = stored
        .iter()
        .find(|r| r["ending"]["how"] == "complete")
        .expect("one that is complete");
    let [b, a] = result["subjects"].as_array().unwrap().as_slice() else {
        panic!("{result}");
    };
    assert_eq!(
        (&b["name"], &a["name"]),
        (&json!("deployed"), &json!("new"))
    );
    assert_eq!(
        (&b["function"], &a["function"]),
        (&json!("my-fn"), &json!("my-fn"))
    );
    assert_eq!(
        (&b["memory_mb"], &a["memory_mb"]),
        (&json!(300), &json!(300))
    );
    assert_eq!(b["code_sha256"], before["CodeSha256"]);
    assert_eq!(a["version"], "NEW_v2");
    support::first_starts_are_flagged(result, &["before", "after"]);
}

#[test]
fn a_copy_has_the_variables_of_its_function_and_the_tag_of_its_run() {
    let place = Place::new();
    let package = place.package("new", "v");
    place.package("old", "v");
    let server = &place.server;
    let child = place
        .test
        .command(&[
            "run",
            "--endpoint-url",
            &server.url,
            "--function",
            "my-fn",
            "--after",
            &package,
            "--expect",
            "/seen=hush-hush",
            "--before",
            "old",
            "--runs",
            "500",
        ])
        .spawn()
        .unwrap();
    let copy = wait_for("the copy of the package", || {
        place
            .functions()
            .into_iter()
            .find(|name| name.starts_with("lambench-") && name.ends_with("-after"))
    });
    let read = server.call("GET", &format!("{FUNCTIONS}/{copy}"), None);
    assert_eq!(
        read["Configuration"]["Environment"]["Variables"]["T_SECRET"],
        "hush-hush"
    );
    assert_eq!(read["Configuration"]["MemorySize"], 300);
    let tag = read["Tags"]["lambench"].as_str().unwrap().to_owned();
    signal(&child, "TERM");
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(tag.contains('T') && tag.contains('-'), "{tag}");
    assert_eq!(place.functions(), ["my-fn"]);
}

#[test]
fn versions_and_aliases_are_measured_as_copies_of_themselves() {
    let place = Place::new();
    let publish = |memory: u64, alias: &str| {
        place.configure(&json!({"MemorySize": memory}));
        let path = format!("{FUNCTIONS}/my-fn/versions");
        let version = place.server.call("POST", &path, Some(&json!({})))["Version"].clone();
        let body = json!({"Name": alias, "FunctionVersion": version});
        let path = format!("{FUNCTIONS}/my-fn/aliases");
        place.server.call("POST", &path, Some(&body));
    };
    publish(256, "live");
    publish(512, "canary");
    let before = place.configuration();
    place
        .run(&["--before", "my-fn:live", "--after", "my-fn:canary"])
        .success()
        .prints("Cold start");
    place.is_untouched(&before);
    let result = place.test.result();
    let memory: Vec<_> = result["subjects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["memory_mb"].clone())
        .collect();
    assert_eq!(memory, [256, 512]);
    // In place they can't be measured, and the better way is said.
    place
        .run(&["--function", "my-fn:live"])
        .fails_with(1)
        .says("--after my-fn:live");
}

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
fn a_local_layer_is_published_for_the_run_alone() {
    let place = Place::new();
    let before = place.configuration();
    place
        .test
        .write("layer/python/shared.py", "VALUE = 'from the layer'\n");
    place.test.write(
        "new/lambda_function.py",
        "import shared\ndef lambda_handler(event, context):\n    return {'version': shared.VALUE}\n",
    );
    place
        .run(&[
            "--function",
            "my-fn",
            "--after",
            "new",
            "--after-layers",
            "layer",
        ])
        .success();
    place.is_untouched(&before);
    let result = place.test.result();
    assert_eq!(result["subjects"][1]["layers"][0]["name"], "layer");
    assert_eq!(result["subjects"][1]["version"], "from the layer");
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

/// Rewrites what `GetFunction` answers about my-fn.
fn reads(from: &'static str, to: &'static str) -> impl Fn(&Request) -> Option<Fault> + Send + Sync {
    move |request| {
        let reads = request.is_get() && request.path.ends_with("/functions/my-fn");
        reads.then_some(Fault::Rewrite(from, to))
    }
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

#[test]
fn what_a_copy_cannot_have_is_named() {
    let place = Place::new();
    let rule = |request: &Request| {
        if request.path.contains("runtime-management-config") {
            let pin = "\"UpdateRuntimeOn\":\"Manual\",\"RuntimeVersionArn\":\"arn:aws:lambda:us-east-1::runtime:old\"";
            return request
                .is_get()
                .then_some(Fault::Rewrite("\"UpdateRuntimeOn\":\"Auto\"", pin));
        }
        reads("\"LogGroup\":\"", "\"LogGroup\":\"/custom")(request)
    };
    let proxy = Proxy::start(&place.server.url, rule);
    place
        .run_at(&proxy.url, &["--function", "my-fn", "--after", "deployed"])
        .success();
    let warnings = place.test.result()["warnings"].to_string();
    assert!(warnings.contains("log group /custom"), "{warnings}");
    assert!(
        warnings.contains("the runtime version that it is pinned to"),
        "{warnings}"
    );
}

#[test]
fn a_copy_is_asked_for_with_all_that_its_function_has() {
    let place = Place::new();
    let asked = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let seen = std::sync::Arc::clone(&asked);
    let more = "\"Role\":\"arn:aws:iam::000000000000:role/mine\",\
         \"KMSKeyArn\":\"arn:aws:kms:us-east-1:000000000000:key/k\",\
         \"VpcConfig\":{\"SubnetIds\":[\"subnet-1\"],\"SecurityGroupIds\":[\"sg-1\"],\"VpcId\":\"vpc-1\",\
         \"Ipv6AllowedForDualStack\":false},\
         \"FileSystemConfigs\":[{\"Arn\":\"arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/a\",\
         \"LocalMountPath\":\"/mnt/x\"}],\"OldRole\":";
    let rule = move |request: &Request| {
        if request.method == "POST" && request.path.trim_end_matches('/').ends_with("/functions") {
            seen.lock().unwrap().clone_from(&request.body);
            let denied = "not authorized to perform lambda:CreateFunction";
            return Some(Fault::Answer(403, "AccessDeniedException", denied));
        }
        reads("\"Role\":", more)(request)
    };
    let proxy = Proxy::start(&place.server.url, rule);
    place
        .run_at(&proxy.url, &["--function", "my-fn", "--after", "deployed"])
        .fails_with(1)
        .says("iam:PassRole");
    let asked: Value = serde_json::from_str(&asked.lock().unwrap()).unwrap();
    let now = place.configuration();
    assert_eq!(asked["Role"], "arn:aws:iam::000000000000:role/mine");
    assert_eq!(
        asked["KMSKeyArn"],
        "arn:aws:kms:us-east-1:000000000000:key/k"
    );
    assert_eq!(
        asked["VpcConfig"],
        json!({"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"], "Ipv6AllowedForDualStack": false})
    );
    assert_eq!(asked["FileSystemConfigs"][0]["LocalMountPath"], "/mnt/x");
    for same in [
        "Runtime",
        "Handler",
        "MemorySize",
        "Timeout",
        "Architectures",
        "TracingConfig",
        "EphemeralStorage",
        "Environment",
    ] {
        assert_eq!(asked[same], now[same], "{same}");
    }
    assert_eq!(asked["LoggingConfig"], json!({"LogFormat": "Text"}));
    assert!(asked["Tags"]["lambench"].is_string());
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
