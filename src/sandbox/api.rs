//! From a request to the operation that it means, and from what came of it to a response.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Method, Response, StatusCode};
use serde_json::Value;

use super::errors::ApiError;
use super::names::percent_decode;
use super::plane::Plane;

const FUNCTIONS: &str = "2015-03-31";
const LAYERS: &str = "2018-10-31";
const TAGS: &str = "2017-03-31";
const PINS: &str = "2021-07-20";

/// One request, read whole.
pub(super) struct Call {
    pub method: Method,
    /// Of the path, decoded.
    pub segments: Vec<String>,
    pub query: HashMap<String, String>,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// A UUID; of an invoke, the one that its environment sees.
    pub request_id: String,
}

impl Call {
    /// `None` if the path or the query is not decodable.
    pub fn new(
        parts: hyper::http::request::Parts,
        body: Bytes,
        request_id: String,
    ) -> Option<Self> {
        let path = parts.uri.path().trim_matches('/');
        let segments = path.split('/').map(percent_decode).collect::<Option<_>>()?;
        let mut query = HashMap::new();
        for pair in parts.uri.query().unwrap_or_default().split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decode = |text: &str| percent_decode(&text.replace('+', " "));
            query.insert(decode(name)?, decode(value)?);
        }
        Some(Self {
            method: parts.method,
            segments,
            query,
            headers: parts.headers,
            body,
            request_id,
        })
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// What an operation answers.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn new(status: StatusCode, body: Bytes) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body,
        }
    }

    pub fn json(status: StatusCode, value: &Value) -> Self {
        Self::new(status, Bytes::from(value.to_string()))
    }

    pub fn empty(status: StatusCode) -> Self {
        Self::new(status, Bytes::new())
    }
}

impl From<ApiError> for Answer {
    fn from(error: ApiError) -> Self {
        let mut answer = Self::new(error.status, error.body());
        answer
            .headers
            .insert("x-amzn-errortype", HeaderValue::from_static(error.code));
        answer
    }
}

/// Finishes an answer.
pub(super) fn respond(answer: Answer, request_id: &str) -> Response<Full<Bytes>> {
    let empty = answer.body.is_empty();
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    let headers = response.headers_mut();
    if !empty {
        headers
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static("application/json"));
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

/// Does what a request asks for.
pub(super) async fn route(plane: &Arc<Plane>, call: Call) -> Result<Answer, ApiError> {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    match (call.method.as_str(), segments.as_slice()) {
        ("POST", [FUNCTIONS, "functions", name, "invocations"]) => {
            let name = (*name).to_owned();
            plane.invoke(&name, call).await
        }
        ("POST", [FUNCTIONS, "functions"]) => plane.create_function(&call).await,
        ("GET", [FUNCTIONS, "functions"]) => plane.list_functions(&call),
        ("GET", [FUNCTIONS, "functions", name]) => plane.get_function(name, &call, true),
        ("DELETE", [FUNCTIONS, "functions", name]) => plane.delete_function(name, &call),
        ("GET", [FUNCTIONS, "functions", name, "configuration"]) => {
            plane.get_function(name, &call, false)
        }
        ("PUT", [FUNCTIONS, "functions", name, "configuration"]) => {
            plane.update_configuration(name, &call).await
        }
        ("PUT", [FUNCTIONS, "functions", name, "code"]) => plane.update_code(name, &call).await,
        ("POST", [FUNCTIONS, "functions", name, "versions"]) => plane.publish_version(name, &call),
        ("GET", [FUNCTIONS, "functions", name, "versions"]) => plane.list_versions(name, &call),
        ("POST", [FUNCTIONS, "functions", name, "aliases"]) => plane.create_alias(name, &call),
        ("GET", [FUNCTIONS, "functions", name, "aliases"]) => plane.list_aliases(name, &call),
        ("GET", [FUNCTIONS, "functions", name, "aliases", alias]) => plane.get_alias(name, alias),
        ("PUT", [FUNCTIONS, "functions", name, "aliases", alias]) => {
            plane.update_alias(name, alias, &call)
        }
        ("DELETE", [FUNCTIONS, "functions", name, "aliases", alias]) => {
            plane.delete_alias(name, alias)
        }
        ("GET", [TAGS, "tags", arn]) => plane.list_tags(arn),
        ("GET", [PINS, "functions", name, "runtime-management-config"]) => {
            plane.runtime_management(name, &call)
        }
        ("DELETE", [LAYERS, "layers", name, "versions", version]) => {
            plane.delete_layer(name, version)
        }
        ("POST", [LAYERS, "layers", name, "versions"]) => plane.publish_layer(name, &call).await,
        ("GET", [LAYERS, "layers", name, "versions", version]) => plane.get_layer(name, version),
        ("GET", [LAYERS, "layers", name, "versions"]) => plane.list_layer_versions(name),
        ("GET", [LAYERS, "layers"]) if call.query("find") == Some("LayerVersion") => {
            plane.get_layer_by_arn(call.query("Arn").unwrap_or_default())
        }
        ("GET", ["lambench", "packages", name]) => package(plane, name).await,
        _ => Err(ApiError::new(
            StatusCode::NOT_IMPLEMENTED,
            "NotImplementedException",
            format!(
                "the lambench sandbox has no operation {} /{}",
                call.method,
                call.segments.join("/")
            ),
        )),
    }
}

/// A package as it was sent: what `Code.Location` points to.
async fn package(plane: &Arc<Plane>, name: &str) -> Result<Answer, ApiError> {
    let gone = || ApiError::not_found("The resource you requested does not exist.");
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(gone());
    }
    let path = plane.folder.path().join("zips").join(name);
    let bytes = tokio::fs::read(path).await.map_err(|_| gone())?;
    let mut answer = Answer::new(StatusCode::OK, bytes.into());
    answer
        .headers
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    Ok(answer)
}
