//! One invoke for a quick look: nothing is touched, nothing is retried, and everything that comes back is kept.

use std::time::{Duration, Instant};

use aws_sdk_lambda::operation::RequestId as _;
use aws_sdk_lambda::types::{InvocationType, LogType};
use aws_smithy_types::Blob;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::{Lambda, LambdaError};

/// What came back.
#[derive(Debug, Clone)]
pub struct Look {
    /// HTTP status: 200 for an answer, 202 for an event that was taken.
    pub status: u16,
    /// `$LATEST` or a number.
    pub executed_version: Option<String>,
    /// `Unhandled` or `Handled` when the function failed.
    pub function_error: Option<String>,
    /// The answer, or the function's error body.
    pub body: Vec<u8>,
    /// The end of the log, 4 KB at most.
    pub tail: Vec<u8>,
    /// Lambda's request id.
    pub request_id: Option<String>,
    /// From sending to having the whole answer.
    pub client: Duration,
}

impl Lambda {
    /// `Invoke`, with the log's tail; or as an event, of which nothing is heard. `timeout` is the function's own.
    pub async fn look(
        &self,
        function: &str,
        qualifier: Option<&str>,
        payload: Vec<u8>,
        event: bool,
        timeout: Duration,
    ) -> Result<Look, LambdaError> {
        let call = self
            .measuring(timeout)
            .invoke()
            .function_name(function)
            .set_qualifier(qualifier.map(str::to_owned))
            .payload(Blob::new(payload));
        let call = if event {
            call.invocation_type(InvocationType::Event)
        } else {
            call.log_type(LogType::Tail)
        };
        let clock = Instant::now();
        let output = call.send().await;
        let client = clock.elapsed();
        let output = output.map_err(|error| {
            let doing = format!("invoking {function}");
            LambdaError::from_sdk(doing, self.endpoint_url(), &error)
        })?;
        let tail = output
            .log_result()
            .and_then(|text| BASE64_STANDARD.decode(text).ok());
        Ok(Look {
            status: u16::try_from(output.status_code()).unwrap_or_default(),
            request_id: output.request_id().map(str::to_owned),
            executed_version: output.executed_version,
            function_error: output.function_error,
            body: output.payload.map(Blob::into_inner).unwrap_or_default(),
            tail: tail.unwrap_or_default(),
            client,
        })
    }
}
