//! Errors as the Lambda API reports them: status, code, message; and why the sandbox itself could not start.

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::json;

use super::packages::PackageError;
use super::runtimes::RuntimeError;

/// Why the sandbox could not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The port is taken, or may not be listened on.
    #[error("listening on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// No folder for packages and environments.
    #[error("making the sandbox's folder in {}: {source}", folder.display())]
    Folder {
        /// The temporary folder of this machine.
        folder: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// `--disk evict` where that can't be.
    #[error("dropping packages in {} from the page cache: {why}", folder.display())]
    Evict {
        /// The temporary folder of this machine.
        folder: std::path::PathBuf,
        /// Why it can't be.
        why: String,
    },
}

impl SandboxError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Listen { .. } => "choose another --port; 0 takes any that is free",
            Self::Folder { .. } => "set TMPDIR to another folder, one that can be written",
            Self::Evict { .. } => "set TMPDIR to a folder on a disk, or take --disk warm",
        };
        Some(text.to_owned())
    }
}

/// One error answer of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ApiError {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
}

impl ApiError {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "InvalidParameterValueException",
            message,
        )
    }

    /// A member of the request that breaks a constraint of the API's model, worded as AWS does.
    pub fn validation(value: &str, member: &str, constraint: &str) -> Self {
        let value = if value == "null" {
            value.to_owned()
        } else {
            format!("'{value}'")
        };
        Self::new(
            StatusCode::BAD_REQUEST,
            "ValidationException",
            format!(
                "1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: {constraint}"
            ),
        )
    }

    pub fn function_not_found(arn: &str) -> Self {
        Self::not_found(format!("Function not found: {arn}"))
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "ResourceNotFoundException", message)
    }

    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "ResourceConflictException", message)
    }

    pub fn update_in_progress(arn: &str) -> Self {
        Self::conflict(format!(
            "The operation cannot be performed at this time. An update is in progress for resource: {arn}"
        ))
    }

    pub fn stale_revision() -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "PreconditionFailedException",
            "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to \
             retrieve the latest Revision Id",
        )
    }

    pub fn serialization(error: &dyn std::fmt::Display) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "SerializationException",
            format!("Could not parse request body into json: {error}"),
        )
    }

    pub fn service(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "ServiceException",
            message,
        )
    }

    pub fn body(&self) -> Bytes {
        let kind = if self.status.is_server_error() {
            "Service"
        } else {
            "User"
        };
        // AWS spells the member differently from one error to the next; clients read both.
        let value = match self.code {
            "ResourceNotFoundException" | "ServiceException" => {
                json!({"Type": kind, "Message": self.message})
            }
            "TooManyRequestsException" => json!({
                "Type": kind,
                "Reason": "ConcurrentInvocationLimitExceeded",
                "message": self.message,
            }),
            _ => json!({"Type": kind, "message": self.message}),
        };
        Bytes::from(value.to_string())
    }
}

impl From<PackageError> for ApiError {
    fn from(error: PackageError) -> Self {
        match error {
            PackageError::Io { .. } => Self::service(error.to_string()),
            _ => Self::invalid(error.to_string()),
        }
    }
}

impl From<RuntimeError> for ApiError {
    fn from(error: RuntimeError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<tokio::task::JoinError> for ApiError {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::service(format!("the sandbox failed inside: {error}"))
    }
}
