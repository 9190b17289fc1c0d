//! What a function is, as the endpoint tells it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_sdk_lambda::types::{
    FunctionConfiguration, LastUpdateStatus, PackageType, SnapStartApplyOn,
    SnapStartOptimizationStatus, State, SystemLogLevel,
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use super::touch::OWN_VARIABLE;
use super::{Lambda, LambdaError};

/// A function as `GetFunction` describes it. Environment variables are not part of it, on purpose, but for our own.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is something that the endpoint says"
)]
pub struct Description {
    /// Name without ARN or qualifier.
    pub function_name: String,
    /// ARN, unqualified.
    pub arn: String,
    /// `python3.12`; `None` for container images.
    pub runtime: Option<String>,
    /// Which version of the runtime it runs on.
    pub runtime_version_arn: Option<String>,
    /// Handler; `None` for container images.
    pub handler: Option<String>,
    /// Execution role.
    pub role: Option<String>,
    /// MB.
    pub memory_mb: u64,
    /// Seconds.
    pub timeout_s: u64,
    /// The text that a touch changes.
    pub description: String,
    /// Changes with every change.
    pub revision_id: Option<String>,
    /// Base64 SHA-256 of the zipped package.
    pub code_sha256: Option<String>,
    /// Zipped bytes; `None` for container images.
    pub code_bytes: Option<u64>,
    /// Layers in order.
    pub layers: Vec<LayerDescription>,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// True for container images.
    pub image: bool,
    /// `$LATEST` or a number.
    pub version: String,
    /// True if Lambda's own log lines are JSON and only written from WARN on, which REPORT is not.
    pub reports_may_be_missing: bool,
    /// True if versions that are published start from a snapshot; `$LATEST` never does.
    pub snap_start: bool,
    /// True if starts of this version are restored from a snapshot now.
    pub restored: bool,
    /// `/tmp`, MB.
    pub tmp_mb: u64,
    /// Reserved concurrency, if there is any.
    pub reserved_concurrency: Option<u32>,
    /// Tags; `None` where they may not be read.
    pub tags: Option<BTreeMap<String, String>>,
    /// Why it could not be found out whether versions or aliases have provisioned concurrency, if so.
    pub provisioned_unknown: Option<String>,
    /// True if callers of its function URL get responses as a stream.
    pub streams_by_url: bool,
    /// `State`.
    pub state: State,
    /// `LastUpdateStatus`.
    pub last_update: LastUpdateStatus,
    /// Why `state` or `last_update` is what it is.
    pub reason: Option<String>,
    /// Why a function of this kind can't be measured in place, if so.
    pub unsuitable: Option<&'static str>,
    /// The value of the one environment variable that is ours. The others are not read, on purpose.
    pub own_variable: Option<String>,
    /// AWS's code for why the environment variables can't be read, if so.
    pub variables_error: Option<String>,
    /// What only a sandbox knows.
    pub sandbox: Option<SandboxFacts>,
}

/// A layer of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerDescription {
    /// ARN with version.
    pub arn: String,
    /// Zipped bytes.
    pub bytes: Option<u64>,
}

/// What a sandbox says about itself in response headers, so that a run against `lambench serve` knows it too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SandboxFacts {
    /// `Python 3.11.7`.
    pub runtime_version: Option<String>,
    /// `lambench-python (embedded)`.
    pub runtime_client: Option<String>,
    /// `not limited`.
    pub cpu_limit: Option<String>,
    /// `read-only bind mounts`.
    pub mounts: Option<String>,
    /// `warm`.
    pub disk_state: Option<String>,
    /// Bytes of the unpacked package.
    pub unzipped_bytes: Option<u64>,
}

impl Lambda {
    /// `GetFunction`.
    pub async fn describe(&self, function: &str) -> Result<Description, LambdaError> {
        let headers = Headers::default();
        let output = self
            .control
            .get_function()
            .function_name(function)
            .customize()
            .interceptor(headers.clone())
            .send()
            .await
            .map_err(|error| {
                LambdaError::from_sdk(format!("reading {function}"), self.endpoint_url(), &error)
            })?;
        let configuration = output
            .configuration
            .ok_or_else(|| LambdaError::Unreachable {
                doing: format!("reading {function}"),
                why: "the answer has no configuration".into(),
            })?;
        let mut description = Description::new(&configuration, headers.facts());
        description.reserved_concurrency = output
            .concurrency
            .and_then(|c| c.reserved_concurrent_executions)
            .and_then(|n| u32::try_from(n).ok());
        description.tags = output
            .tags_error
            .is_none()
            .then(|| output.tags.unwrap_or_default().into_iter().collect());
        Ok(description)
    }
}

impl Description {
    /// `python3.12`; `image` for container images.
    pub fn runtime_or_image(&self) -> String {
        let runtime = self.runtime.clone().filter(|_| !self.image);
        runtime.unwrap_or_else(|| "image".into())
    }

    /// Whether all that moves a measurement, but for the code, is the same.
    pub fn runs_like(&self, other: &Self) -> bool {
        let of = |d: &Self| {
            (
                (d.runtime.clone(), d.handler.clone(), d.layers.clone()),
                (d.memory_mb, d.timeout_s, d.architecture.clone()),
            )
        };
        of(self) == of(other)
    }

    fn new(c: &FunctionConfiguration, sandbox: Option<SandboxFacts>) -> Self {
        let image = c.package_type() == Some(&PackageType::Image);
        let unsuitable = if c.capacity_provider_config().is_some() {
            Some("it runs on Managed Instances, which have no cold starts to force")
        } else if c.durable_config().is_some() {
            Some("it is a durable function, whose invokes are not one start each")
        } else if c.tenancy_config().is_some() {
            Some(
                "it isolates tenants: every invoke needs a tenant id, and each tenant has environments of its own",
            )
        } else {
            None
        };
        Self {
            function_name: c.function_name().unwrap_or_default().to_owned(),
            arn: c.function_arn().unwrap_or_default().to_owned(),
            runtime: c.runtime().map(|r| r.as_str().to_owned()),
            runtime_version_arn: c
                .runtime_version_config()
                .and_then(|version| version.runtime_version_arn())
                .map(str::to_owned),
            handler: c.handler().map(str::to_owned),
            role: c.role().map(str::to_owned),
            memory_mb: c.memory_size().unwrap_or(128).max(0) as u64,
            timeout_s: c.timeout().unwrap_or(3).max(0) as u64,
            description: c.description().unwrap_or_default().to_owned(),
            revision_id: c.revision_id().map(str::to_owned),
            code_sha256: c.code_sha256().map(str::to_owned),
            code_bytes: (!image).then_some(c.code_size().max(0) as u64),
            layers: c
                .layers()
                .iter()
                .map(|layer| LayerDescription {
                    arn: layer.arn().unwrap_or_default().to_owned(),
                    bytes: u64::try_from(layer.code_size()).ok(),
                })
                .collect(),
            architecture: c
                .architectures()
                .first()
                .map_or("x86_64", |a| a.as_str())
                .to_owned(),
            image,
            version: c.version().unwrap_or("$LATEST").to_owned(),
            reports_may_be_missing: c
                .logging_config()
                .and_then(|l| l.system_log_level())
                .is_some_and(|level| *level == SystemLogLevel::Warn),
            snap_start: c
                .snap_start()
                .and_then(|s| s.apply_on())
                .is_some_and(|on| *on == SnapStartApplyOn::PublishedVersions),
            restored: c
                .snap_start()
                .and_then(|s| s.optimization_status())
                .is_some_and(|status| *status == SnapStartOptimizationStatus::On),
            tmp_mb: c
                .ephemeral_storage()
                .and_then(|s| u64::try_from(s.size()).ok())
                .unwrap_or(crate::cost::FREE_TMP_MB),
            reserved_concurrency: None,
            tags: None,
            provisioned_unknown: None,
            streams_by_url: false,
            state: c.state().cloned().unwrap_or(State::Active),
            last_update: c
                .last_update_status()
                .cloned()
                .unwrap_or(LastUpdateStatus::Successful),
            reason: c
                .last_update_status_reason()
                .or(c.state_reason())
                .map(str::to_owned),
            unsuitable,
            own_variable: c
                .environment()
                .and_then(|e| e.variables()?.get(OWN_VARIABLE).cloned()),
            variables_error: c
                .environment()
                .and_then(|e| e.error())
                .map(|error| error.error_code().unwrap_or("no code").to_owned()),
            sandbox,
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Headers(Arc<Mutex<Option<SandboxFacts>>>);

impl Headers {
    fn facts(&self) -> Option<SandboxFacts> {
        self.0.lock().expect("never poisoned").clone()
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Headers {
    fn name(&self) -> &'static str {
        "lambench sandbox headers"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.response().headers();
        if headers.get("x-lambench-sandbox").is_some() {
            let text = |name| headers.get(name).map(str::to_owned);
            *self.0.lock().expect("never poisoned") = Some(SandboxFacts {
                runtime_version: text("x-lambench-runtime-version"),
                runtime_client: text("x-lambench-runtime-client"),
                cpu_limit: text("x-lambench-cpu"),
                mounts: text("x-lambench-mounts"),
                disk_state: text("x-lambench-disk"),
                unzipped_bytes: text("x-lambench-unzipped-bytes").and_then(|t| t.parse().ok()),
            });
        }
        Ok(())
    }
}
