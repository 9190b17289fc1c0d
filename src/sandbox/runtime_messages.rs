//! The bodies and headers of the Runtime API: events on their way in, responses and errors on their way out.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc::Sender;

/// What a response may hold: 6 MB and a little, as AWS counts.
pub(super) const RESPONSE_LIMIT: usize = 6_291_556;
/// What a streamed one may hold: 200 MB.
pub(super) const STREAM_LIMIT: usize = 200 * 1024 * 1024;

const RESPONSE_MODE: &str = "lambda-runtime-function-response-mode";
const ERROR_TYPE: &str = "lambda-runtime-function-error-type";
const ERROR_BODY: &str = "lambda-runtime-function-error-body";

/// An answer to an invoke.
#[derive(Debug)]
pub(super) enum Answer {
    /// The function's response.
    Response(Bytes),
    /// So many bytes, which have gone their way already.
    Streamed(usize),
    /// The function's error.
    Error(Raised),
    /// A response over this limit.
    TooLarge(usize),
}

impl Answer {
    /// Bytes that the function produced.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Response(body) => body.len(),
            Self::Streamed(bytes) => *bytes,
            Self::Error(raised) => raised.body.len(),
            Self::TooLarge(_) => 0,
        }
    }
}

/// An error in the runtime's own words.
#[derive(Debug)]
pub(super) struct Raised {
    /// `ValueError`, `Runtime.ImportModuleError`.
    pub kind: String,
    /// The body, as posted.
    pub body: Bytes,
}

/// An event for the runtime process.
#[derive(Debug)]
pub(super) struct Handout {
    /// `Lambda-Runtime-Aws-Request-Id`.
    pub request_id: String,
    /// The event.
    pub payload: Bytes,
    /// Time that is left.
    pub remaining: Duration,
    /// ARN.
    pub arn: String,
    /// X-Ray header.
    pub trace: String,
    /// Client context, JSON.
    pub client_context: Option<String>,
    /// Where a streamed response goes.
    pub stream: Option<Sender<Bytes>>,
}

/// What a runtime process gets back.
pub(super) type Reply = Response<Full<Bytes>>;

/// The whole body and its trailers, or none if it is over the limit. It is read to its end even then: a client that
/// is still sending would not hear our answer.
pub(super) async fn read(mut body: Incoming) -> Result<Option<(Bytes, HeaderMap)>, hyper::Error> {
    let (mut first, mut all, mut size) = (Bytes::new(), BytesMut::new(), 0);
    let mut trailers = HeaderMap::new();
    while let Some(frame) = body.frame().await {
        let frame = match frame?.into_data() {
            Ok(data) => {
                size += data.len();
                if size > RESPONSE_LIMIT {
                    (first, all) = (Bytes::new(), BytesMut::new());
                } else if first.is_empty() {
                    first = data;
                } else {
                    if all.is_empty() {
                        all.extend_from_slice(&first);
                    }
                    all.extend_from_slice(&data);
                }
                continue;
            }
            Err(frame) => frame,
        };
        if let Ok(more) = frame.into_trailers() {
            trailers.extend(more);
        }
    }
    let whole = if all.is_empty() { first } else { all.freeze() };
    Ok((size <= RESPONSE_LIMIT).then_some((whole, trailers)))
}

/// The runtime says that it streams this response.
pub(super) fn is_streamed(headers: &HeaderMap) -> bool {
    let mode = headers.get(RESPONSE_MODE);
    mode.is_some_and(|mode| mode.as_bytes().eq_ignore_ascii_case(b"streaming"))
}

/// Passes a streamed response on as it comes. One who no longer listens holds nothing up; one who is slow does.
pub(super) async fn forward(
    mut body: Incoming,
    stream: &Sender<Bytes>,
) -> Result<Answer, hyper::Error> {
    let (mut bytes, mut trailers) = (0, HeaderMap::new());
    while let Some(frame) = body.frame().await {
        match frame?.into_data() {
            Ok(data) => {
                bytes += data.len();
                if bytes <= STREAM_LIMIT && !data.is_empty() {
                    let _ = stream.send(data).await;
                }
            }
            Err(frame) => trailers.extend(frame.into_trailers().unwrap_or_default()),
        }
    }
    Ok(match broken_off(&trailers) {
        _ if bytes > STREAM_LIMIT => Answer::TooLarge(STREAM_LIMIT),
        Some(raised) => Answer::Error(raised),
        None => Answer::Streamed(bytes),
    })
}

/// An error that a streaming function met after it had begun to respond.
pub(super) fn broken_off(trailers: &HeaderMap) -> Option<Raised> {
    let kind = trailers.get(ERROR_TYPE)?.to_str().ok()?.to_owned();
    let body = trailers
        .get(ERROR_BODY)
        .and_then(|body| BASE64_STANDARD.decode(body).ok());
    let body = body.unwrap_or_else(|| {
        json!({"errorType": kind, "errorMessage": ""})
            .to_string()
            .into_bytes()
    });
    Some(Raised {
        kind,
        body: body.into(),
    })
}

pub(super) async fn raised(request: Request<Incoming>) -> Result<Option<Raised>, hyper::Error> {
    let header = request
        .headers()
        .get(ERROR_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .map(str::to_owned);
    let Some((body, _)) = read(request.into_body()).await? else {
        return Ok(None);
    };
    // Most clients leave the header out.
    let inside = || {
        serde_json::from_slice::<Value>(&body)
            .ok()?
            .get("errorType")?
            .as_str()
            .map(str::to_owned)
    };
    let kind = inside()
        .or(header)
        .unwrap_or_else(|| "Runtime.Unknown".to_owned());
    let body = if body.is_empty() {
        json!({"errorType": kind, "errorMessage": ""})
            .to_string()
            .into()
    } else {
        body
    };
    Ok(Some(Raised { kind, body }))
}

pub(super) fn event(handout: Handout) -> Reply {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let deadline_ms = (now + handout.remaining).as_millis().to_string();
    let mut reply = Response::new(Full::new(handout.payload));
    let mut add = |name: &'static str, value: &str| {
        // Bytes above ASCII are allowed in a header value, control characters are not.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            reply
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    };
    add("content-type", "application/json");
    add("lambda-runtime-aws-request-id", &handout.request_id);
    add("lambda-runtime-deadline-ms", &deadline_ms);
    add("lambda-runtime-invoked-function-arn", &handout.arn);
    add("lambda-runtime-trace-id", &handout.trace);
    if let Some(context) = &handout.client_context {
        add("lambda-runtime-client-context", context);
    }
    reply
}

pub(super) fn reply(status: StatusCode, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

pub(super) fn accepted() -> Reply {
    reply(StatusCode::ACCEPTED, &b"{\"status\":\"OK\"}\n"[..])
}

pub(super) fn refuse(status: StatusCode, kind: &str, message: &str) -> Reply {
    reply(
        status,
        json!({"errorMessage": message, "errorType": kind}).to_string(),
    )
}

pub(super) fn not_found(message: &str) -> Reply {
    refuse(StatusCode::NOT_FOUND, "NotFound", message)
}

pub(super) fn wrong_state() -> Reply {
    refuse(
        StatusCode::FORBIDDEN,
        "InvalidStateTransition",
        "State transition is not allowed",
    )
}

pub(super) fn too_large(limit: usize) -> Reply {
    let message = format!("Exceeded maximum allowed payload size ({limit} bytes).");
    refuse(
        StatusCode::PAYLOAD_TOO_LARGE,
        "RequestEntityTooLarge",
        &message,
    )
}

pub(super) fn unreadable() -> Reply {
    refuse(
        StatusCode::BAD_REQUEST,
        "InvalidRequest",
        "the body could not be read",
    )
}
