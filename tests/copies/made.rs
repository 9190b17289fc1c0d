//! What a copy has of its function, and what is measured with it.

use serde_json::{Value, json};

use crate::place::{Place, reads};
use crate::support::proxy::{Fault, Proxy, Request};
use crate::support::{FUNCTIONS, signal, wait_for};

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
    crate::support::first_starts_are_flagged(result, &["before", "after"]);
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
