//! Staging: functions and layers of our own, created, measured, deleted.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_lambda::types::{
    Architecture, Environment, FunctionCode, LayerVersionContentInput, Runtime,
};
use aws_smithy_types::Blob;

use super::{Lambda, LambdaError};

/// Where the zipped package lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Bucket, or the sandbox's private token.
    pub bucket: String,
    /// Key.
    pub key: String,
    /// Version, in a bucket that keeps them.
    pub version: Option<String>,
}

/// How a zip gets to Lambda.
pub enum Sent {
    /// Inside the request.
    Inline(Vec<u8>),
    /// Through a bucket.
    Stored(Code),
}

impl Sent {
    pub(super) fn into_function_code(self) -> FunctionCode {
        let code = FunctionCode::builder();
        match self {
            Self::Inline(zip) => code.zip_file(Blob::new(zip)),
            Self::Stored(at) => code
                .s3_bucket(at.bucket)
                .s3_key(at.key)
                .set_s3_object_version(at.version),
        }
        .build()
    }

    pub(super) fn into_layer_content(self) -> LayerVersionContentInput {
        let content = LayerVersionContentInput::builder();
        match self {
            Self::Inline(zip) => content.zip_file(Blob::new(zip)),
            Self::Stored(at) => content
                .s3_bucket(at.bucket)
                .s3_key(at.key)
                .set_s3_object_version(at.version),
        }
        .build()
    }
}

/// A function to create.
#[derive(Debug, Clone)]
pub struct NewFunction {
    /// Name.
    pub name: String,
    /// Runtime identifier.
    pub runtime: String,
    /// Handler.
    pub handler: String,
    /// Execution role; the sandbox takes any.
    pub role: String,
    /// The package.
    pub code: Code,
    /// Layer version ARNs, in order.
    pub layers: Vec<String>,
    /// MB.
    pub memory_mb: u32,
    /// Seconds.
    pub timeout_s: u32,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// `x86_64` or `arm64`.
    pub architecture: String,
}

impl Lambda {
    /// `CreateFunction`. The function may still be `Pending` when this returns.
    pub async fn create(&self, new: NewFunction) -> Result<(), LambdaError> {
        let doing = format!("creating {}", new.name);
        self.control
            .create_function()
            .function_name(new.name)
            .runtime(Runtime::from(new.runtime.as_str()))
            .handler(new.handler)
            .role(new.role)
            .code(Sent::Stored(new.code).into_function_code())
            .set_layers((!new.layers.is_empty()).then_some(new.layers))
            .memory_size(i32::try_from(new.memory_mb).unwrap_or(i32::MAX))
            .timeout(i32::try_from(new.timeout_s).unwrap_or(i32::MAX))
            .set_environment((!new.environment.is_empty()).then(|| {
                Environment::builder()
                    .set_variables(Some(new.environment.into_iter().collect::<HashMap<_, _>>()))
                    .build()
            }))
            .architectures(Architecture::from(new.architecture.as_str()))
            .send()
            .await
            .map(drop)
            .map_err(|error| LambdaError::from_sdk(doing, self.endpoint_url(), &error))
    }

    /// `DeleteFunction`. A function that is already gone counts as deleted.
    pub async fn delete(&self, function: &str) -> Result<(), LambdaError> {
        match self
            .control
            .delete_function()
            .function_name(function)
            .send()
            .await
        {
            Ok(_) => Ok(()),
            Err(error) => match LambdaError::from_sdk(
                format!("deleting {function}"),
                self.endpoint_url(),
                &error,
            ) {
                gone if gone.code() == Some("ResourceNotFoundException") => Ok(()),
                error => Err(error),
            },
        }
    }
}
