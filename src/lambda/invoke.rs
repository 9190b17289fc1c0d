//! One measured invoke: the tail is asked for, nothing is retried, and the clock is ours.

use std::time::{Duration, Instant};

use aws_sdk_lambda::error::SdkError;
use aws_sdk_lambda::operation::invoke::InvokeError;
use aws_sdk_lambda::types::{InvocationType, LogType};
use aws_smithy_types::Blob;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;

/// What came back from one invoke.
#[derive(Debug, Clone)]
pub struct Invoked {
    /// When it was sent.
    pub started_at: Timestamp,
    /// From sending to having the whole answer.
    pub client: Duration,
    /// The response, or the function's error body.
    pub body: Vec<u8>,
    /// `Unhandled` or `Handled` when the function failed.
    pub function_error: Option<String>,
    /// The decoded tail of the log; empty where the endpoint gave none.
    pub tail: Vec<u8>,
    /// Lambda's request id.
    pub request_id: Option<String>,
}

/// The same call as far as the connection is concerned; nothing is invoked, and whatever comes back will do.
pub(super) async fn dry_run(client: &aws_sdk_lambda::Client, function: &str) {
    let _ = client
        .invoke()
        .function_name(function)
        .invocation_type(InvocationType::DryRun)
        .send()
        .await;
}

pub(super) async fn invoke(
    client: &aws_sdk_lambda::Client,
    function: &str,
    payload: Vec<u8>,
) -> Result<Invoked, SdkError<InvokeError>> {
    let call = client
        .invoke()
        .function_name(function)
        .invocation_type(InvocationType::RequestResponse)
        .log_type(LogType::Tail)
        .payload(Blob::new(payload));
    let started_at = Timestamp::now();
    let clock = Instant::now();
    let output = call.send().await;
    let client = clock.elapsed();
    let output = output?;
    let tail = output
        .log_result()
        .and_then(|text| BASE64_STANDARD.decode(text).ok())
        .unwrap_or_default();
    let request_id = aws_sdk_lambda::operation::RequestId::request_id(&output).map(str::to_owned);
    Ok(Invoked {
        started_at,
        client,
        function_error: output.function_error,
        body: output.payload.map(Blob::into_inner).unwrap_or_default(),
        tail,
        request_id,
    })
}
