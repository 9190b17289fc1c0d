//! Layers of copies: those that exist are looked at before anything is created, local ones are published for the run.

use aws_sdk_lambda::types::{Architecture, Runtime};

use super::{Lambda, LambdaError, Sent};

impl Lambda {
    /// Whether a layer version exists, and fits as far as it says what it is for.
    pub async fn check_layer(
        &self,
        arn: &str,
        runtime: &str,
        architecture: &str,
    ) -> Result<(), LambdaError> {
        let output = self
            .control
            .get_layer_version_by_arn()
            .arn(arn)
            .send()
            .await
            .map_err(|error| {
                LambdaError::from_sdk(format!("reading layer {arn}"), self.endpoint_url(), &error)
            })?;
        let runtimes: Vec<&str> = output
            .compatible_runtimes()
            .iter()
            .map(Runtime::as_str)
            .collect();
        let architectures: Vec<&str> = output
            .compatible_architectures()
            .iter()
            .map(Architecture::as_str)
            .collect();
        for (known, wanted) in [(runtimes, runtime), (architectures, architecture)] {
            if !known.is_empty() && !known.contains(&wanted) {
                return Err(LambdaError::Unsuitable {
                    function: arn.to_owned(),
                    why: format!("the layer is for {}, not for {wanted}", known.join(", ")),
                    hint: "name another version of it, or leave --layers out to keep the deployed ones".into(),
                });
            }
        }
        Ok(())
    }

    /// `PublishLayerVersion`; gives the layer version's ARN.
    pub async fn publish_layer(
        &self,
        name: &str,
        zip: Sent,
        description: Option<&str>,
    ) -> Result<String, LambdaError> {
        let doing = format!("publishing layer {name}");
        let output = self
            .control
            .publish_layer_version()
            .layer_name(name)
            .set_description(description.map(str::to_owned))
            .content(zip.into_layer_content())
            .send()
            .await
            .map_err(|error| LambdaError::from_sdk(&doing, self.endpoint_url(), &error))?;
        output
            .layer_version_arn
            .ok_or_else(|| LambdaError::Unreachable {
                doing,
                why: "the answer has no layer version ARN".into(),
            })
    }

    /// Deletes every version of a layer that has a name of ours: an answer may have been lost.
    pub async fn delete_layer(&self, name: &str) -> Result<(), LambdaError> {
        let doing = || format!("deleting layer {name}");
        let listed = self
            .control
            .list_layer_versions()
            .layer_name(name)
            .send()
            .await
            .map_err(|error| LambdaError::from_sdk(doing(), self.endpoint_url(), &error));
        let versions = match listed {
            Err(gone) if gone.code() == Some("ResourceNotFoundException") => return Ok(()),
            listed => listed?,
        };
        for version in versions.layer_versions() {
            self.control
                .delete_layer_version()
                .layer_name(name)
                .version_number(version.version())
                .send()
                .await
                .map_err(|error| LambdaError::from_sdk(doing(), self.endpoint_url(), &error))?;
        }
        Ok(())
    }
}
