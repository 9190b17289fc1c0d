//! `Invoke`: synchronous, event and dry run. A warm synchronous invoke touches no disk and starts no task.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::HeaderValue;
use serde::de::IgnoredAny;

use super::api::{Answer, Call};
use super::background::Unstoppable;
use super::environment::{Invocation, Outcome};
use super::errors::ApiError;
use super::plane::Plane;
use super::pool::{Pool, ServeError};

/// Payload of a synchronous invoke, bytes.
const REQUEST_RESPONSE_LIMIT: usize = 6 * 1024 * 1024;
/// Payload of an event, bytes.
const EVENT_LIMIT: usize = 1024 * 1024;
/// Client context as it comes, base64, bytes.
const CLIENT_CONTEXT_LIMIT: usize = 3583;
/// What `LogType=Tail` gives of the log, bytes.
const TAIL: usize = 4096;

/// `X-Amz-Invocation-Type`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    RequestResponse,
    Event,
    DryRun,
}

impl Plane {
    /// `Invoke`.
    pub async fn invoke(self: &Arc<Self>, call: Call) -> Result<Answer, ApiError> {
        let kind = kind(&call)?;
        let tail = wants_tail(&call)?;
        let (pool, invocation) = self.invocation(call, kind)?;
        match kind {
            Kind::DryRun => Ok(Answer::empty(StatusCode::NO_CONTENT)),
            Kind::Event => {
                self.background.spawn(async move {
                    // Nobody waits for an event's outcome; a failed one is not tried again here.
                    let _ = pool.serve_event(invocation).await;
                });
                Ok(Answer::empty(StatusCode::ACCEPTED))
            }
            Kind::RequestResponse => {
                let serving = Arc::clone(&pool);
                let outcome = Unstoppable::new(
                    async move { serving.serve(invocation).await },
                    Arc::clone(&self.background),
                )
                .await?;
                Ok(answer(&pool, outcome, tail))
            }
        }
    }

    /// Who is to serve it, and what.
    pub(super) fn invocation(
        &self,
        call: Call,
        kind: Kind,
    ) -> Result<(Arc<Pool>, Invocation), ApiError> {
        let identifier = call.segments.get(2).map_or("", String::as_str);
        let named = self.named(identifier, call.query("Qualifier"))?;
        check_size(call.body.len(), kind)?;
        let client_context = client_context(&call)?;
        let payload = payload(call.body)?;
        let function = self.function(&named)?;
        let pool = function
            .pool(Some(&function.version(named.version())))?
            .ok_or_else(|| ApiError::function_not_found(&named.arn(&self.region)))?;
        let invocation = Invocation {
            request_id: call.request_id,
            payload,
            client_context,
            stream: None,
        };
        Ok((pool, invocation))
    }
}

fn answer(pool: &Pool, outcome: Outcome, tail: bool) -> Answer {
    let log = tail.then(|| log_result(&outcome));
    let mut answer = Answer::new(StatusCode::OK, outcome.body);
    answer.headers = pool.facts.clone();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.headers.insert(name, value);
        }
    };
    set("x-amz-executed-version", &pool.spec.version);
    if let Some(error) = &outcome.function_error {
        set("x-amz-function-error", error);
    }
    if let Some(log) = log {
        set("x-amz-log-result", &log);
    }
    answer
}

/// The end of the log, in base64.
pub(super) fn log_result(outcome: &Outcome) -> String {
    let cut = outcome.log.len().saturating_sub(TAIL);
    BASE64_STANDARD.encode(&outcome.log[cut..])
}

pub(super) fn kind(call: &Call) -> Result<Kind, ApiError> {
    match call.header("x-amz-invocation-type") {
        None | Some("RequestResponse") => Ok(Kind::RequestResponse),
        Some("Event") => Ok(Kind::Event),
        Some("DryRun") => Ok(Kind::DryRun),
        Some(other) => Err(ApiError::validation(
            other,
            "invocationType",
            "Member must satisfy enum value set: [Event, RequestResponse, DryRun]",
        )),
    }
}

pub(super) fn wants_tail(call: &Call) -> Result<bool, ApiError> {
    match call.header("x-amz-log-type") {
        None | Some("None") => Ok(false),
        Some("Tail") => Ok(true),
        Some(other) => Err(ApiError::validation(
            other,
            "logType",
            "Member must satisfy enum value set: [Tail, None]",
        )),
    }
}

fn check_size(bytes: usize, kind: Kind) -> Result<(), ApiError> {
    let (name, limit) = match kind {
        Kind::Event => ("Event", EVENT_LIMIT),
        _ => ("RequestResponse", REQUEST_RESPONSE_LIMIT),
    };
    if bytes <= limit {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "RequestTooLargeException",
        format!(
            "{bytes} byte payload is too large for the {name} invocation type (limit {limit} bytes)"
        ),
    ))
}

/// An empty payload reaches the function as `{}`; anything else must be JSON, and is passed on as it came.
fn payload(body: Bytes) -> Result<Bytes, ApiError> {
    if body.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    let bad = |error: &dyn std::fmt::Display| {
        bad_content(format!("Could not parse request body into json: {error}"))
    };
    // What is only stepped over is not looked at closely: the text of a string might be anything.
    let text = std::str::from_utf8(&body).map_err(|error| bad(&error))?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| bad(&error))?;
    Ok(body)
}

fn client_context(call: &Call) -> Result<Option<String>, ApiError> {
    let Some(text) = call.header("x-amz-client-context") else {
        return Ok(None);
    };
    if text.len() > CLIENT_CONTEXT_LIMIT {
        return Err(bad_content(format!(
            "Client context must be at most {CLIENT_CONTEXT_LIMIT} bytes"
        )));
    }
    let decoded = BASE64_STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .filter(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    match decoded {
        // It goes on in a header, which takes no line breaks; in JSON they stand between the words alone.
        Some(context) => Ok(Some(context.replace(['\n', '\r', '\t'], " "))),
        None => Err(bad_content(
            "Client context must be a valid Base64-encoded JSON object.".to_owned(),
        )),
    }
}

fn bad_content(message: String) -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "InvalidRequestContentException",
        message,
    )
}

impl From<ServeError> for ApiError {
    fn from(error: ServeError) -> Self {
        let message = error.to_string();
        match error {
            ServeError::TooMany => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "TooManyRequestsException",
                message,
            ),
            ServeError::Start { .. } => Self::service(message),
            ServeError::Changed { .. } => Self::invalid(message),
        }
    }
}
