//! AWS's limits, and what the sandbox has no counterpart for.

use std::io::{Cursor, Write as _};

use aws_sdk_lambda::types as t;
use aws_smithy_types::Blob;

use super::support::*;

const INVALID: &str = "InvalidParameterValueException";
const VALIDATION: &str = "ValidationException";

fn environment(name: &str, value: &str) -> t::Environment {
    t::Environment::builder().variables(name, value).build()
}

fn logging() -> t::builders::LoggingConfigBuilder {
    t::LoggingConfig::builder()
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_outside_aws_limits_are_refused() {
    let lab = Lab::new().await;
    let f = || lab.creating("f");
    let long = "é".repeat(257);
    let text = t::LogFormat::Text;
    let other_architecture = match std::env::consts::ARCH {
        "aarch64" => "x86_64",
        _ => "arm64",
    };
    for (request, code, text) in vec![
        (f().memory_size(127), VALIDATION, "'127' at 'memorySize'"),
        (
            f().memory_size(10_241),
            VALIDATION,
            "less than or equal to 10240",
        ),
        (f().timeout(0), VALIDATION, "greater than or equal to 1"),
        (f().timeout(901), VALIDATION, "less than or equal to 900"),
        (f().timeout(-1), VALIDATION, "'-1' at 'timeout'"),
        (
            f().description(&long),
            VALIDATION,
            "less than or equal to 256",
        ),
        (
            f().handler("x".repeat(129)),
            VALIDATION,
            "less than or equal to 128",
        ),
        (f().handler("a b"), VALIDATION, "'handler'"),
        (
            f().function_name("x".repeat(65)),
            VALIDATION,
            "less than or equal to 64",
        ),
        (
            f().function_name("a.b"),
            VALIDATION,
            "'a.b' at 'functionName'",
        ),
        (f().role("admin"), VALIDATION, "'role'"),
        (f().runtime(t::Runtime::from("python9")), INVALID, "python9"),
        (
            f().set_runtime(None),
            INVALID,
            "Runtime and Handler are mandatory",
        ),
        (
            f().set_handler(None),
            INVALID,
            "Runtime and Handler are mandatory",
        ),
        (f().environment(environment("K-1", "")), VALIDATION, "K-1"),
        (
            f().environment(environment("AWS_REGION", "x")),
            INVALID,
            "Reserved keys used in this request: AWS_REGION",
        ),
        (
            f().environment(environment("LAMBDA_TASK_ROOT", "x")),
            INVALID,
            "Reserved keys used in this request: LAMBDA_TASK_ROOT",
        ),
        (
            f().environment(environment("KEY", &"s".repeat(4094))),
            INVALID,
            "exceeded the 4KB limit",
        ),
        (
            f().ephemeral_storage(t::EphemeralStorage::builder().size(511).build().unwrap()),
            VALIDATION,
            "512",
        ),
        (
            f().architectures(t::Architecture::from(other_architecture)),
            INVALID,
            "this machine is",
        ),
        (
            f().logging_config(
                logging()
                    .log_format(text)
                    .system_log_level(t::SystemLogLevel::Info)
                    .build(),
            ),
            INVALID,
            "LogFormat",
        ),
        (
            f().logging_config(logging().log_group("a b").build()),
            VALIDATION,
            "logGroup",
        ),
        (
            f().package_type(t::PackageType::Image),
            INVALID,
            "container images",
        ),
        (
            f().snap_start(
                t::SnapStart::builder()
                    .apply_on(t::SnapStartApplyOn::PublishedVersions)
                    .build(),
            ),
            INVALID,
            "SnapStart",
        ),
        (
            f().vpc_config(t::VpcConfig::builder().subnet_ids("subnet-1").build()),
            INVALID,
            "VpcConfig",
        ),
        (
            f().code(t::FunctionCode::builder().image_uri("x").build()),
            INVALID,
            "Code.ImageUri has no counterpart",
        ),
        (
            f().code(t::FunctionCode::builder().build()),
            INVALID,
            "Please provide a source for function code.",
        ),
        (
            f().code(code(b"no zip".to_vec())),
            INVALID,
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        ),
    ] {
        refused(request.send().await, 400, code, text);
    }
    let listed = lab.client.list_functions().send().await.unwrap();
    assert!(listed.functions().is_empty(), "nothing came of it");
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_at_aws_limits_are_taken() {
    let lab = Lab::new().await;
    let name = "x".repeat(64);
    let created = lab
        .creating(&name)
        .memory_size(10_240)
        .timeout(900)
        .description("é".repeat(256))
        .handler("x".repeat(128))
        .environment(environment("KEY", &"s".repeat(4093)))
        .vpc_config(t::VpcConfig::builder().build())
        .logging_config(logging().log_format(t::LogFormat::Json).build())
        .send()
        .await
        .unwrap();
    let logging = created.logging_config().unwrap();
    assert_eq!(logging.log_format().unwrap().as_str(), "JSON");
    assert_eq!(logging.system_log_level().unwrap().as_str(), "INFO");
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_are_never_repeated_in_an_error() {
    let lab = Lab::new().await;
    let secret = "hunter2".repeat(600);
    let created = lab
        .creating("f")
        .environment(environment("KEY", &secret))
        .send()
        .await;
    let (_, _, message) = failure(created);
    assert!(!message.contains("hunter2"), "{message}");
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_over_50_mb_is_too_large_for_a_request() {
    let lab = Lab::new().await;
    for bytes in [50 * 1024 * 1024 + 1, 54_000_000] {
        let created = lab.creating("f").code(code(vec![0; bytes])).send().await;
        refused(
            created,
            413,
            "RequestEntityTooLargeException",
            "70167211 bytes",
        );
    }
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_bomb_is_refused() {
    let lab = Lab::new().await;
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("zeros", zip::write::SimpleFileOptions::default())
        .unwrap();
    let chunk = vec![0; 1_000_000];
    for _ in 0..263 {
        zip.write_all(&chunk).unwrap();
    }
    let bomb = zip.finish().unwrap().into_inner();
    assert!(bomb.len() < 1_000_000);
    let created = lab.creating("f").code(code(bomb)).send().await;
    refused(
        created,
        400,
        INVALID,
        "Unzipped size must be smaller than 262144000 bytes",
    );
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bootstrap_that_cannot_run_is_said_at_creation() {
    let lab = Lab::new().await;
    for package in [
        zip(&[("main.py", "", 0o644)]),
        zip(&[("bootstrap", "#!/bin/sh\n", 0o644)]),
    ] {
        refused(
            lab.creating("f").code(code(package)).send().await,
            400,
            INVALID,
            "bootstrap",
        );
    }
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn payloads_have_aws_limits() {
    let lab = Lab::new().await;
    lab.create("f").await;
    let payload = |bytes: usize| Blob::new(format!("\"{}\"", "x".repeat(bytes - 2)));
    let invoke = || lab.client.invoke().function_name("f");
    let sync = invoke().payload(payload(6 * 1024 * 1024 + 1)).send().await;
    refused(
        sync,
        413,
        "RequestTooLargeException",
        "(limit 6291456 bytes)",
    );
    let event = invoke().invocation_type(t::InvocationType::Event);
    let event = event.payload(payload(1024 * 1024 + 1)).send().await;
    refused(
        event,
        413,
        "RequestTooLargeException",
        "too large for the Event invocation type",
    );
    let text = invoke().payload(Blob::new("{no json")).send().await;
    refused(
        text,
        400,
        "InvalidRequestContentException",
        "Could not parse request body into json",
    );
    let context = invoke().client_context("not base64!").send().await;
    refused(
        context,
        400,
        "InvalidRequestContentException",
        "Client context",
    );
    let missing = lab.client.invoke().function_name("g").send().await;
    refused(missing, 404, "ResourceNotFoundException", "function:g");
    let version = invoke().qualifier("3").send().await;
    refused(
        version,
        404,
        "ResourceNotFoundException",
        &format!("{ARN}:3"),
    );
    lab.sandbox.shutdown().await;
}
