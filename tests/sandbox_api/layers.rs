//! Layers, and the private route for packages too large for a request.

use std::io::Write as _;

use aws_sdk_lambda::types::{FunctionCode, LayerVersionContentInput};
use aws_smithy_types::Blob;

use lambench::sandbox::environment::Mounts;

use super::support::*;

async fn publish(lab: &Lab, name: &str, text: &str) -> String {
    let content = LayerVersionContentInput::builder()
        .zip_file(Blob::new(zip(&[("python/shared.py", text, 0o644)])))
        .build();
    let published = lab
        .client
        .publish_layer_version()
        .layer_name(name)
        .content(content)
        .send()
        .await
        .unwrap();
    published.layer_version_arn().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn layers_are_numbered_found_by_number_and_arn_and_listed_with_the_function() {
    let lab = Lab::new().await;
    let layer = "arn:aws:lambda:us-east-1:000000000000:layer:shared";
    assert_eq!(publish(&lab, "shared", "x = 1").await, format!("{layer}:1"));
    assert_eq!(
        publish(&lab, "shared", "x = 22222").await,
        format!("{layer}:2")
    );
    let get = |n| {
        lab.client
            .get_layer_version()
            .layer_name("shared")
            .version_number(n)
            .send()
    };
    let one = get(1).await.unwrap();
    let arn = format!("{layer}:2");
    let two = lab
        .client
        .get_layer_version_by_arn()
        .arn(&arn)
        .send()
        .await
        .unwrap();
    assert_eq!(two.version(), 2);
    assert_eq!(two.layer_arn(), Some(layer));
    assert_ne!(
        one.content().unwrap().code_sha256(),
        two.content().unwrap().code_sha256()
    );
    refused(
        get(3).await,
        404,
        "ResourceNotFoundException",
        "does not exist",
    );
    let created = lab.creating("f").layers(&arn).send().await.unwrap();
    assert_eq!(created.layers()[0].arn(), Some(arn.as_str()));
    assert_eq!(
        created.layers()[0].code_size(),
        two.content().unwrap().code_size()
    );
    lab.settled("f").await;
    lab.client
        .update_function_configuration()
        .function_name("f")
        .set_layers(Some(vec![]))
        .send()
        .await
        .unwrap();
    assert!(lab.settled("f").await.layers().is_empty());
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn layers_that_are_missing_doubled_or_too_many_are_refused() {
    let lab = Lab::new().await;
    let invalid = "InvalidParameterValueException";
    let one = publish(&lab, "shared", "x = 1").await;
    let two = publish(&lab, "shared", "x = 2").await;
    let missing = one.replace(":1", ":9");
    let created = lab.creating("f").layers(&missing).send().await;
    refused(
        created,
        400,
        invalid,
        &format!("Layer version {missing} does not exist."),
    );
    let doubled = lab.creating("f").layers(&one).layers(&two).send().await;
    refused(
        doubled,
        400,
        invalid,
        "Two different versions of the same layer",
    );
    let mut many = lab.creating("f");
    for i in 0..6 {
        many = many.layers(publish(&lab, &format!("layer{i}"), "").await);
    }
    refused(
        many.send().await,
        400,
        invalid,
        "Cannot reference more than 5 layers",
    );
    lab.sandbox.shutdown().await;
}

fn large_zip(path: &std::path::Path, bytes: usize) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("bootstrap", options.unix_permissions(0o755))
        .unwrap();
    zip.write_all(b"#!/bin/sh\n").unwrap();
    zip.start_file(
        "data",
        options.compression_method(zip::CompressionMethod::Stored),
    )
    .unwrap();
    zip.write_all(&vec![0; bytes]).unwrap();
    zip.finish().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_private_route_takes_what_a_request_cannot_carry() {
    let lab = Lab::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.zip");
    large_zip(&path, 60_000_000);
    let location = lab.sandbox.offer(&path).unwrap();
    let offered = |key: &str| {
        FunctionCode::builder()
            .s3_bucket(&location.bucket)
            .s3_key(key)
            .build()
    };
    lab.creating("f")
        .code(offered(&location.key))
        .send()
        .await
        .unwrap();
    assert!(lab.settled("f").await.code_size() > 60_000_000);

    let invalid = "InvalidParameterValueException";
    let guessed = lab.creating("g").code(offered("large.zip")).send().await;
    refused(guessed, 400, invalid, "can't read s3://");
    let real = FunctionCode::builder()
        .s3_bucket("my-bucket")
        .s3_key("a.zip")
        .build();
    refused(
        lab.creating("g").code(real).send().await,
        400,
        invalid,
        "s3://my-bucket/a.zip",
    );
    assert!(
        lab.sandbox
            .offer(&folder.path().join("missing.zip"))
            .is_err()
    );
    assert!(lab.sandbox.offer(folder.path()).is_err());
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn code_and_layers_share_one_limit() {
    let lab = Lab::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.zip");
    large_zip(&path, 140_000_000);
    let location = lab.sandbox.offer(&path).unwrap();
    let content = LayerVersionContentInput::builder()
        .s3_bucket(&location.bucket)
        .s3_key(&location.key)
        .build();
    let layer = lab
        .client
        .publish_layer_version()
        .layer_name("large")
        .content(content)
        .send()
        .await
        .unwrap();
    let code = FunctionCode::builder()
        .s3_bucket(&location.bucket)
        .s3_key(&location.key)
        .build();
    let created = lab
        .creating("f")
        .code(code)
        .layers(layer.layer_version_arn().unwrap())
        .send()
        .await;
    refused(
        created,
        400,
        "InvalidParameterValueException",
        "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes",
    );
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_and_a_wrapper_in_a_layer_run_with_the_function() {
    const EXTENSION: &str = r#"#!/usr/bin/env python3
import http.client, json, os, sys, time
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
def call(method, path, body=None, headers={}):
    api.request(method, "/2020-01-01/extension/" + path, body, headers)
    reply = api.getresponse()
    return reply.headers, json.loads(reply.read())
headers, function = call("POST", "register", json.dumps({"events": ["INVOKE", "SHUTDOWN"]}),
                         {"Lambda-Extension-Name": os.path.basename(sys.argv[0])})
print("beside", function["functionName"], flush=True)
me = {"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]}
time.sleep(0.3)
while call("GET", "event/next", headers=me)[1]["eventType"] != "SHUTDOWN":
    pass
"#;
    for mounts in [None, Some(Mounts::SearchPaths)] {
        let lab = Lab::with(|options| options.mounts = mounts).await;
        let content = LayerVersionContentInput::builder().zip_file(Blob::new(zip(&[
            ("extensions/helper", EXTENSION, 0o755),
            (
                "wrapper",
                "#!/bin/sh\nexport T_WRAPPED=yes\nexec \"$@\"\n",
                0o755,
            ),
        ])));
        let layer = lab
            .client
            .publish_layer_version()
            .layer_name("helpers")
            .content(content.build())
            .send()
            .await
            .unwrap();
        let variables = aws_sdk_lambda::types::Environment::builder()
            .variables("AWS_LAMBDA_EXEC_WRAPPER", "/opt/wrapper");
        lab.creating("f")
            .runtime(aws_sdk_lambda::types::Runtime::from("python3"))
            .handler("lambda_function.handler")
            .code(code(zip(&[("lambda_function.py", ECHO, 0o644)])))
            .environment(variables.build())
            .layers(layer.layer_version_arn().unwrap())
            .send()
            .await
            .unwrap();
        lab.settled("f").await;
        let output = lab.invoke("f", "{}").await;
        assert_eq!(Lab::answer(&output)["variables"]["T_WRAPPED"], "yes");
        let tail = tail(&output);
        assert!(tail.contains("beside f\n"), "{tail}");
        let line = "EXTENSION\tName: helper\tState: Ready\tEvents: [INVOKE, SHUTDOWN]\n";
        assert!(tail.contains(line), "{tail}");
        let report = lambench::report::parse_tail(tail.as_bytes(), None);
        let init = report.report.and_then(|report| report.init_ms);
        assert!(init.is_some_and(|ms| ms >= 300.0), "{tail}");
        lab.sandbox.shutdown().await;
    }
}
