//! The Extensions API as HTTP: `/2020-01-01/extension/…`.

use std::str::FromStr as _;

use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;
use uuid::Uuid;

use super::extensions::{Extensions, Refusal};
use super::runtime_api::Call;
use super::runtime_messages::{Reply, accepted, not_found, read, refuse, reply, unreadable};

/// Where the Extensions API is.
pub(super) const PREFIX: &str = "/2020-01-01/extension/";

const NAME: &str = "lambda-extension-name";
const IDENTIFIER: &str = "lambda-extension-identifier";
const EVENT_IDENTIFIER: &str = "lambda-extension-event-identifier";
const FEATURES: &str = "lambda-extension-accept-feature";
const ERROR_TYPE: &str = "lambda-extension-function-error-type";

#[derive(Deserialize)]
struct Registration {
    #[serde(default)]
    events: Vec<String>,
}

/// Answers one request whose path is below [`PREFIX`]; what it changes is told.
pub(super) async fn answer(
    extensions: &Extensions,
    tell: &(dyn Fn(Call) + Send + Sync),
    path: &str,
    request: Request<Incoming>,
    at_ns: u64,
) -> Reply {
    let (parts, body) = request.into_parts();
    let Ok(body) = read(body).await else {
        return unreadable();
    };
    let answered = match (&parts.method, path) {
        (&Method::POST, "register") => {
            let body = body.map_or_else(Vec::new, |(body, _)| body.to_vec());
            register(extensions, tell, &parts.headers, &body)
        }
        (&Method::GET, "event/next") => next(extensions, tell, &parts.headers, at_ns).await,
        (&Method::POST, "init/error") => fail(extensions, tell, &parts.headers, true),
        (&Method::POST, "exit/error") => fail(extensions, tell, &parts.headers, false),
        _ => return not_found("no such path in the Extensions API"),
    };
    answered.unwrap_or_else(refused)
}

/// As AWS answers what it refuses.
pub(super) fn refused(refusal: Refusal) -> Reply {
    refuse(StatusCode::FORBIDDEN, refusal.kind, &refusal.message)
}

/// Who asks.
pub(super) fn identifier(headers: &HeaderMap) -> Result<Uuid, Refusal> {
    let Some(given) = text(headers, IDENTIFIER) else {
        return Err(Refusal {
            kind: "Extension.MissingExtensionIdentifier",
            message: "Missing Lambda-Extension-Identifier header".into(),
        });
    };
    Uuid::from_str(given).map_err(|_| Refusal {
        kind: "Extension.InvalidExtensionIdentifier",
        message: "Invalid Lambda-Extension-Identifier".into(),
    })
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let value = headers.get(name)?.to_str().ok()?;
    (!value.is_empty()).then_some(value)
}

fn register(
    extensions: &Extensions,
    tell: &(dyn Fn(Call) + Send + Sync),
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Reply, Refusal> {
    let name = text(headers, NAME).ok_or_else(|| Refusal {
        kind: "Extension.InvalidExtensionName",
        message: "Empty extension name".into(),
    })?;
    let registration: Registration = serde_json::from_slice(body).map_err(|error| Refusal {
        kind: "InvalidRequestFormat",
        message: error.to_string(),
    })?;
    let with_account = text(headers, FEATURES)
        .is_some_and(|features| features.split(',').any(|one| one.trim() == "accountId"));
    let (id, body) = extensions.register(name, &registration.events, with_account)?;
    tell(Call::Extension);
    let mut reply = reply(StatusCode::OK, body.to_string());
    put(&mut reply, IDENTIFIER, &id);
    Ok(reply)
}

async fn next(
    extensions: &Extensions,
    tell: &(dyn Fn(Call) + Send + Sync),
    headers: &HeaderMap,
    at_ns: u64,
) -> Result<Reply, Refusal> {
    let id = identifier(headers)?;
    let event = extensions.next(id, at_ns)?;
    tell(Call::Extension);
    let event = event.await.map_err(|_| Refusal {
        kind: "Extension.InvalidExtensionState",
        message: "the environment ends, or the extension has asked again".into(),
    })?;
    let mut reply = reply(StatusCode::OK, event.to_string());
    put(&mut reply, EVENT_IDENTIFIER, &Uuid::new_v4());
    Ok(reply)
}

fn fail(
    extensions: &Extensions,
    tell: &(dyn Fn(Call) + Send + Sync),
    headers: &HeaderMap,
    in_init: bool,
) -> Result<Reply, Refusal> {
    let id = identifier(headers)?;
    let reason = text(headers, ERROR_TYPE).ok_or_else(|| Refusal {
        kind: "Extension.MissingHeader",
        message: "Lambda-Extension-Function-Error-Type not found".into(),
    })?;
    extensions.fail(id, in_init, reason)?;
    let kind = if in_init {
        "Extension.InitError"
    } else {
        "Extension.ExitError"
    };
    tell(Call::ExtensionFailed {
        kind,
        reason: reason.to_owned(),
    });
    Ok(accepted())
}

fn put(reply: &mut Reply, name: &'static str, id: &Uuid) {
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        reply
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
}
