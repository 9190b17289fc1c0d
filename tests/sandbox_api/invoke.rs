//! Invokes through real environments: who serves, what is answered, what is retired.

use std::time::Duration;

use aws_sdk_lambda::operation::RequestId as _;
use aws_sdk_lambda::types::InvocationType;
use aws_smithy_types::Blob;

use super::support::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_invoke_answers_with_body_version_tail_and_request_id() {
    let lab = Lab::new().await;
    lab.python("f", ECHO).await;
    let output = lab.invoke("f", r#"{"a": [1, "é"]}"#).await;
    let answer = Lab::answer(&output);
    assert_eq!(answer["event"], serde_json::json!({"a": [1, "é"]}));
    assert_eq!(answer["arn"], ARN);
    assert_eq!(output.status_code(), 200);
    assert_eq!(output.executed_version(), Some("$LATEST"));
    let id = output.request_id().unwrap();
    let tail = tail(&output);
    assert!(
        tail.contains(&format!("START RequestId: {id} Version: $LATEST")),
        "{tail}"
    );
    assert!(tail.contains(&format!("serving {id}")), "{tail}");
    assert!(
        tail.contains(&format!("REPORT RequestId: {id}\tDuration: ")),
        "{tail}"
    );
    assert!(tail.contains("Init Duration: "), "{tail}");
    let again = lab.invoke("f", "{}").await;
    assert_eq!(
        Lab::answer(&again)["served"],
        2,
        "the same environment serves again"
    );
    let plain = lab.client.invoke().function_name("f").send().await.unwrap();
    assert_eq!(plain.log_result(), None);
    assert_eq!(
        Lab::answer(&plain)["event"],
        serde_json::json!({}),
        "an empty payload is {{}}"
    );
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_error_is_an_answer_and_the_tail_is_cut() {
    let lab = Lab::new().await;
    let source =
        "def handler(event, context):\n    print('x' * 10000)\n    raise ValueError('no')\n";
    lab.python("f", source).await;
    let output = lab.invoke("f", "{}").await;
    assert_eq!(output.function_error(), Some("Unhandled"));
    let body: serde_json::Value =
        serde_json::from_slice(output.payload().unwrap().as_ref()).unwrap();
    assert_eq!(body["errorType"], "ValueError");
    let tail = tail(&output);
    assert_eq!(tail.len(), 4096);
    assert!(
        tail.trim_end().ends_with("MB") || tail.contains("REPORT RequestId"),
        "{tail}"
    );
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dry_runs_run_nothing_and_events_run_later() {
    let lab = Lab::new().await;
    // What a function writes stays in its own environment, so it tells by a socket.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let source = format!(
        "import socket\ndef handler(event, context):\n    s = socket.create_connection(('127.0.0.1', {port}))\n    \
         s.sendall(event['say'].encode())\n    s.close()\n"
    );
    lab.python("f", &source).await;
    let invoke = |kind| {
        let payload = Blob::new(r#"{"say": "hello"}"#);
        lab.client
            .invoke()
            .function_name("f")
            .invocation_type(kind)
            .payload(payload)
            .send()
    };
    let dry = invoke(InvocationType::DryRun).await.unwrap();
    assert_eq!(dry.status_code(), 204);
    let event = invoke(InvocationType::Event).await.unwrap();
    assert_eq!(event.status_code(), 202);
    assert!(event.payload().is_none_or(|p| p.as_ref().is_empty()));
    let (mut stream, _) = tokio::time::timeout(Duration::from_secs(30), listener.accept())
        .await
        .unwrap()
        .unwrap();
    let mut said = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut said)
        .await
        .unwrap();
    assert_eq!(said, "hello");
    let more = tokio::time::timeout(Duration::from_millis(300), listener.accept()).await;
    assert!(more.is_err(), "the dry run ran, or the event ran twice");
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn simultaneous_invokes_have_environments_of_their_own_up_to_the_cap() {
    let lab = Lab::with(|options| options.concurrency = 3).await;
    lab.python("f", SLOW).await;
    let calls = (0..4).map(|_| {
        let call = lab.client.invoke().function_name("f");
        tokio::spawn(call.send())
    });
    let calls: Vec<_> = calls.collect();
    let (mut served, mut throttled) = (0, 0);
    for call in calls {
        match call.await.unwrap() {
            Ok(output) => {
                Lab::answer(&output);
                served += 1;
            }
            error => {
                refused(error, 429, "TooManyRequestsException", "Rate Exceeded.");
                throttled += 1;
            }
        }
    }
    assert_eq!((served, throttled), (3, 1));
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_context_written_over_several_lines_arrives() {
    use base64::Engine as _;
    let lab = Lab::new().await;
    let source = "def handler(event, context):\n    return context.client_context.custom\n";
    lab.python("f", source).await;
    let context = "{\n\t\"custom\": {\"a\": \"b\\nc\"},\r\n \"env\": {}\n}";
    let output = lab
        .client
        .invoke()
        .function_name("f")
        .client_context(base64::prelude::BASE64_STANDARD.encode(context))
        .send()
        .await
        .unwrap();
    assert_eq!(Lab::answer(&output), serde_json::json!({"a": "b\nc"}));
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_that_is_not_utf8_reaches_no_function() {
    let lab = Lab::new().await;
    lab.python("f", ECHO).await;
    let call = lab.client.invoke().function_name("f");
    let sent = call.payload(Blob::new(b"\"\xff\"".to_vec())).send().await;
    refused(sent, 400, "InvalidRequestContentException", "utf-8");
    lab.sandbox.shutdown().await;
}
