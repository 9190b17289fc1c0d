//! From a request to the operation that it means, and from what came of it to a response.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{Either, Full};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Method, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::errors::ApiError;
use super::names::percent_decode;
use super::operations::Operation;
use super::plane::Plane;
use super::shapes;

/// One request, read whole.
pub(super) struct Call {
    pub method: Method,
    /// Of the path, decoded.
    pub segments: Vec<String>,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// A UUID; of an invoke, the one that its environment sees.
    pub request_id: String,
    /// What it means, if anything that Lambda does.
    pub operation: Option<&'static Operation>,
}

impl Call {
    /// `None` if the path or the query is not decodable.
    pub fn new(
        parts: hyper::http::request::Parts,
        body: Bytes,
        request_id: String,
    ) -> Option<Self> {
        let path = parts.uri.path().trim_matches('/');
        let segments = path
            .split('/')
            .map(percent_decode)
            .collect::<Option<Vec<_>>>()?;
        let decode = |text: &str| percent_decode(&text.replace('+', " "));
        let mut query = Vec::new();
        let text = parts.uri.query().unwrap_or_default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            query.push((decode(name)?, decode(value)?));
        }
        Some(Self {
            operation: Operation::of(&parts.method, &segments, &query),
            method: parts.method,
            segments,
            query,
            headers: parts.headers,
            body,
            request_id,
        })
    }

    /// The first of that name that is not empty.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.queries(name).find(|value| !value.is_empty())
    }

    pub fn queries(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.query.iter().filter(move |(n, _)| n == name);
        named.map(|(_, value)| value.as_str())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body, which must ask for nothing that nobody would heed.
    pub fn read<T: DeserializeOwned + Default>(&self) -> Result<T, ApiError> {
        shapes::read(&self.body, |body| {
            self.operation
                .map_or(Ok(()), |operation| operation.check_body(body))
        })
    }
}

/// A body that comes bit by bit.
pub(super) type Stream = UnsyncBoxBody<Bytes, std::io::Error>;

/// A response on its way out.
pub(super) type Reply = Response<Either<Full<Bytes>, Stream>>;

/// What an operation answers.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// In place of the body.
    pub stream: Option<Stream>,
}

impl Answer {
    pub fn new(status: StatusCode, body: Bytes) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body,
            stream: None,
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
pub(super) fn respond(answer: Answer, request_id: &str) -> Reply {
    let empty = answer.body.is_empty() && answer.stream.is_none();
    let mut response = Response::new(match answer.stream {
        Some(stream) => Either::Right(stream),
        None => Either::Left(Full::new(answer.body)),
    });
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
    let Some(operation) = call.operation else {
        return match (call.method.as_str(), call.segments.as_slice()) {
            ("GET", [a, b, name]) if (a.as_str(), b.as_str()) == ("lambench", "packages") => {
                package(plane, name).await
            }
            _ => Err(ApiError::not_implemented(format!(
                "lambench's sandbox knows no operation {} /{}",
                call.method,
                call.segments.join("/")
            ))),
        };
    };
    if !operation.is_known() {
        return Err(ApiError::not_implemented(format!(
            "lambench's sandbox does not know {}",
            operation.name
        )));
    }
    refuse_encoded(&call)?;
    operation.check_head(&call.query, |name| call.header(name))?;
    let call = match operation.name {
        "Invoke" => return plane.invoke(call).await,
        "InvokeWithResponseStream" => return plane.invoke_streaming(call).await,
        _ => call,
    };
    // What the path names: a function or a layer, and the former's alias or the latter's version.
    let named = |at: usize| call.segments.get(at).map_or("", String::as_str);
    let (first, second) = (named(2), named(4));
    match operation.name {
        "CreateFunction" => plane.create_function(&call).await,
        "ListFunctions" => plane.list_functions(&call),
        "GetFunction" => plane.get_function(first, &call, true),
        "GetFunctionConfiguration" => plane.get_function(first, &call, false),
        "DeleteFunction" => plane.delete_function(first, &call),
        "UpdateFunctionConfiguration" => plane.update_configuration(first, &call).await,
        "UpdateFunctionCode" => plane.update_code(first, &call).await,
        "PublishVersion" => plane.publish_version(first, &call),
        "ListVersionsByFunction" => plane.list_versions(first, &call),
        "CreateAlias" => plane.create_alias(first, &call),
        "ListAliases" => plane.list_aliases(first, &call),
        "GetAlias" => plane.get_alias(first, second),
        "UpdateAlias" => plane.update_alias(first, second, &call),
        "DeleteAlias" => plane.delete_alias(first, second),
        "ListTags" => plane.list_tags(first),
        "TagResource" => plane.tag(first, &call),
        "UntagResource" => plane.untag(first, &call),
        "PublishLayerVersion" => plane.publish_layer(first, &call).await,
        "ListLayers" => plane.list_layers(&call),
        "ListLayerVersions" => plane.list_layer_versions(first, &call),
        "GetLayerVersion" => plane.get_layer(first, second),
        "GetLayerVersionByArn" => plane.get_layer_by_arn(call.query("Arn").unwrap_or_default()),
        "DeleteLayerVersion" => plane.delete_layer(first, second),
        name => plane.absent(name, first, &call),
    }
}

/// Every body is JSON as it is; one that was packed would be taken for something else.
fn refuse_encoded(call: &Call) -> Result<(), ApiError> {
    match call.header("content-encoding") {
        None | Some("identity" | "") => Ok(()),
        Some(encoding) => Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UnsupportedMediaTypeException",
            format!("Content-Encoding {encoding} is not supported: send the body as it is"),
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
