//! Another build of a function of our own: its code, its settings and its layers are changed in place, as a deploy does.

use std::collections::HashMap;

use aws_sdk_lambda::types::{Environment, Runtime};

use super::{Code, Lambda, LambdaError, NewFunction};

impl Lambda {
    /// `UpdateFunctionCode` from where the zip lies. The update may still be in progress when this returns.
    pub async fn replace_code(&self, function: &str, code: Code) -> Result<(), LambdaError> {
        self.control
            .update_function_code()
            .function_name(function)
            .s3_bucket(code.bucket)
            .s3_key(code.key)
            .send()
            .await
            .map(drop)
            .map_err(|error| {
                let doing = format!("updating the code of {function}");
                LambdaError::from_sdk(doing, self.endpoint_url(), &error)
            })
    }

    /// `UpdateFunctionConfiguration` with everything that `new` says, whatever was before; its code is not looked at.
    pub async fn replace_settings(&self, new: NewFunction) -> Result<(), LambdaError> {
        let variables: HashMap<_, _> = new.environment.into_iter().collect();
        let environment = Environment::builder().set_variables(Some(variables));
        self.control
            .update_function_configuration()
            .function_name(&new.name)
            .runtime(Runtime::from(new.runtime.as_str()))
            .handler(new.handler)
            .set_layers(Some(new.layers))
            .memory_size(i32::try_from(new.memory_mb).unwrap_or(i32::MAX))
            .timeout(i32::try_from(new.timeout_s).unwrap_or(i32::MAX))
            .environment(environment.build())
            .send()
            .await
            .map(drop)
            .map_err(|error| {
                let doing = format!("updating the settings of {}", new.name);
                LambdaError::from_sdk(doing, self.endpoint_url(), &error)
            })
    }

    /// `DeleteLayerVersion` of an ARN that [`Lambda::publish_layer`] gave. Functions that use it keep it.
    pub async fn delete_layer_version(&self, arn: &str) -> Result<(), LambdaError> {
        let Some((layer, version)) = arn.rsplit_once(':') else {
            return Ok(());
        };
        self.control
            .delete_layer_version()
            .layer_name(layer)
            .version_number(version.parse().unwrap_or(0))
            .send()
            .await
            .map(drop)
            .map_err(|error| {
                LambdaError::from_sdk(format!("deleting layer {arn}"), self.endpoint_url(), &error)
            })
    }
}
