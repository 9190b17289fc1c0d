//! The requests of the API as they arrive; what an answer looks like is in `describe`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::errors::ApiError;

/// `CreateFunction` and `UpdateFunctionConfiguration`. Here and below, what an operation has no member for is refused
/// before it is read (`operations`).
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct FunctionRequest {
    pub function_name: Option<String>,
    pub runtime: Option<String>,
    pub role: Option<String>,
    pub handler: Option<String>,
    pub code: Option<CodeRequest>,
    pub description: Option<String>,
    pub timeout: Option<i64>,
    pub memory_size: Option<i64>,
    pub publish: Option<bool>,
    pub package_type: Option<String>,
    pub environment: Option<EnvironmentRequest>,
    pub layers: Option<Vec<String>>,
    pub architectures: Option<Vec<String>>,
    pub ephemeral_storage: Option<EphemeralStorageRequest>,
    pub tracing_config: Option<TracingRequest>,
    pub logging_config: Option<LoggingRequest>,
    pub tags: Option<BTreeMap<String, String>>,
    pub revision_id: Option<String>,
    pub snap_start: Option<SnapStartRequest>,
}

/// `Code`, a layer's `Content`, and the body of `UpdateFunctionCode`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct CodeRequest {
    pub zip_file: Option<String>,
    #[serde(rename = "S3Bucket")]
    pub s3_bucket: Option<String>,
    #[serde(rename = "S3Key")]
    pub s3_key: Option<String>,
    pub architectures: Option<Vec<String>>,
    pub publish: Option<bool>,
    pub dry_run: Option<bool>,
    pub revision_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct EnvironmentRequest {
    pub variables: Option<BTreeMap<String, String>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct EphemeralStorageRequest {
    pub size: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct TracingRequest {
    pub mode: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct SnapStartRequest {
    pub apply_on: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct LoggingRequest {
    pub log_format: Option<String>,
    pub application_log_level: Option<String>,
    pub system_log_level: Option<String>,
    pub log_group: Option<String>,
}

/// `PublishVersion`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct PublishRequest {
    pub code_sha256: Option<String>,
    pub description: Option<String>,
    pub revision_id: Option<String>,
}

/// `CreateAlias` and `UpdateAlias`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct AliasRequest {
    pub name: Option<String>,
    pub function_version: Option<String>,
    pub description: Option<String>,
    pub revision_id: Option<String>,
}

/// `PublishLayerVersion`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct LayerRequest {
    pub description: Option<String>,
    pub content: Option<CodeRequest>,
    pub compatible_runtimes: Option<Vec<String>>,
    pub compatible_architectures: Option<Vec<String>>,
    pub license_info: Option<String>,
}

/// `TagResource`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct TagRequest {
    pub tags: BTreeMap<String, String>,
}

/// Reads a request body that passes the check; none at all is an empty request.
pub(super) fn read<T: DeserializeOwned + Default>(
    body: &[u8],
    check: impl FnOnce(&Value) -> Result<(), ApiError>,
) -> Result<T, ApiError> {
    if body.is_empty() {
        return Ok(T::default());
    }
    let value = serde_json::from_slice(body).map_err(|error| ApiError::serialization(&error))?;
    // An array would pass for an object whose members come in order.
    if !matches!(value, Value::Object(_)) {
        return Err(ApiError::serialization(&"it is not an object"));
    }
    check(&value)?;
    serde_json::from_value(value).map_err(|error| ApiError::serialization(&error))
}

/// True for a value that asks for nothing: null, empty, or made of such.
pub(super) fn asks_for_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(set) => !set,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.iter().all(asks_for_nothing),
        Value::Object(members) => members.values().all(asks_for_nothing),
        Value::Number(_) => false,
    }
}
