//! Copies are created like their models, and deleted.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_sdk_lambda::types::{FunctionCode, PackageType, Runtime, UpdateRuntimeOn};

use super::{Lambda, LambdaError, Model, Sent};

/// AWS's limit on a package that comes inside a request, bytes.
pub const UPLOAD_LIMIT: u64 = 50 * 1024 * 1024;
/// The tag on everything that lambench makes; its value is the run's id.
pub const TAG: &str = "lambench";
/// A function whose snapshot is being taken can't be deleted.
const DELETE_LIMIT: Duration = Duration::from_mins(5);
const DELETE_NEWS: Duration = Duration::from_secs(2);

/// A copy to create: the model's configuration, less what is set here.
pub struct NewCopy {
    /// Its name.
    pub name: String,
    /// The value of its tag.
    pub run: String,
    /// The package; none: the model's image.
    pub code: Option<Sent>,
    /// Instead of the model's.
    pub runtime: Option<String>,
    /// Instead of the model's.
    pub handler: Option<String>,
    /// Instead of the model's, MB.
    pub memory_mb: Option<u32>,
    /// Instead of the model's, seconds.
    pub timeout_s: Option<u32>,
    /// Layer version ARNs instead of the model's.
    pub layers: Option<Vec<String>>,
    /// Variables beside the model's; they win.
    pub environment: BTreeMap<String, String>,
}

/// A copy that exists.
pub struct Created {
    /// What could not be copied after all.
    pub lacking: Option<String>,
    /// Where it logs to, if the endpoint says so.
    pub log_group: Option<String>,
}

impl Lambda {
    /// `CreateFunction` like `model`. Not to be cut short: a function whose answer nobody waited for would stay.
    ///
    pub async fn create_copy(&self, model: &Model, new: NewCopy) -> Result<Created, LambdaError> {
        let doing = format!(
            "creating {} as a copy of {}",
            new.name,
            model.function_name()
        );
        let c = &model.configuration;
        let layers = new.layers.unwrap_or_else(|| model.layers());
        let of = |mine: Option<u32>, models: Option<i32>| {
            mine.and_then(|n| i32::try_from(n).ok()).or(models)
        };
        let request = self.control.create_function();
        let request = match (new.code, model.image()) {
            (None, Some(image)) => request
                .package_type(PackageType::Image)
                .set_image_config(model.image_config())
                .code(FunctionCode::builder().image_uri(image).build()),
            (None, None) => unreachable!("a model is an image, or its copy has a package"),
            (Some(code), _) => request
                .runtime(Runtime::from(
                    new.runtime.as_deref().unwrap_or(model.runtime()),
                ))
                .handler(new.handler.as_deref().unwrap_or(model.handler()))
                .set_layers((!layers.is_empty()).then_some(layers))
                .code(code.into_function_code()),
        };
        let created = model
            .apply(request)
            .function_name(&new.name)
            .description(format!(
                "Temporary copy of {}, made and deleted by lambench",
                model.function_name()
            ))
            .tags(TAG, new.run)
            .set_memory_size(of(new.memory_mb, c.memory_size()))
            .set_timeout(of(new.timeout_s, c.timeout()))
            .set_environment(model.environment(new.environment))
            .send()
            .await;
        let log_group = match created {
            Ok(created) => created
                .logging_config()
                .and_then(|logging| logging.log_group().map(str::to_owned)),
            Err(error) => {
                let error = LambdaError::from_sdk(doing, self.endpoint_url(), &error);
                // Nobody else has that name: the first attempt's answer was lost, and the SDK has tried again.
                if error.code() != Some("ResourceConflictException") {
                    return Err(error);
                }
                None
            }
        };
        let lacking = match model.pin.as_ref().filter(|_| new.runtime.is_none()) {
            Some(pin) => self.pin_to(&new.name, pin).await,
            None => None,
        };
        Ok(Created { lacking, log_group })
    }

    /// Gives what a copy is without, if it can't be pinned.
    async fn pin_to(&self, function: &str, pin: &str) -> Option<String> {
        let pinned = self
            .control
            .put_runtime_management_config()
            .function_name(function)
            .update_runtime_on(UpdateRuntimeOn::Manual)
            .runtime_version_arn(pin)
            .send()
            .await;
        let error = LambdaError::from_sdk("pinning", self.endpoint_url(), &pinned.err()?);
        Some(format!(
            "the runtime version that it is pinned to ({})",
            error.code().unwrap_or("no answer")
        ))
    }

    /// Deletes a function of ours that may still be in the making.
    pub async fn delete_copy(&self, function: &str) -> Result<(), LambdaError> {
        let clock = Instant::now();
        loop {
            match self.delete(function).await {
                Err(error)
                    if error.code() == Some("ResourceConflictException")
                        && clock.elapsed() < DELETE_LIMIT =>
                {
                    if clock.elapsed() > DELETE_NEWS {
                        self.notes.once(format!(
                            "{function} can't be deleted yet, as Lambda is still at work on it: waiting"
                        ));
                    }
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                done => return done,
            }
        }
    }
}
