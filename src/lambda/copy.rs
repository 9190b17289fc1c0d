//! Copies: what `CreateFunction` needs to make another function like one that exists, and the code to make it of.
//!
//! A [`Model`] holds the values of environment variables. They go from one answer into one request, or are looked through
//! for the names of modules, and are kept and shown nowhere.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_lambda::operation::create_function::builders::CreateFunctionFluentBuilder;
use aws_sdk_lambda::types::{
    Environment, EphemeralStorage, FunctionCodeLocation, FunctionConfiguration, ImageConfig,
    LoggingConfig, PackageType, Runtime, SnapStart, SnapStartApplyOn, TracingConfig,
    UpdateRuntimeOn, VpcConfig,
};

use super::{Lambda, LambdaError};

/// A function or a version that another one is to be like.
pub struct Model {
    pub(super) configuration: FunctionConfiguration,
    location: Option<String>,
    /// The image that it is made of, by its digest.
    image: Option<String>,
    /// The runtime version that it is pinned to.
    pub(super) pin: Option<String>,
    /// What a copy of it can't have, in sentences.
    pub not_copied: Vec<String>,
}

// The configuration holds the values of environment variables, the location a signature.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model")
            .field("function", &self.configuration.function_arn())
            .field("not_copied", &self.not_copied)
            .finish_non_exhaustive()
    }
}

impl Model {
    /// Name, without ARN or qualifier.
    pub fn function_name(&self) -> &str {
        self.configuration.function_name().unwrap_or_default()
    }

    /// Of its ARN.
    pub fn account(&self) -> &str {
        self.configuration
            .function_arn()
            .and_then(|arn| arn.split(':').nth(4))
            .filter(|account| !account.is_empty())
            .unwrap_or("unknown")
    }

    /// `$LATEST` or a number.
    pub fn version(&self) -> &str {
        self.configuration.version().unwrap_or("$LATEST")
    }

    /// Runtime identifier.
    pub fn runtime(&self) -> &str {
        self.configuration
            .runtime()
            .map(Runtime::as_str)
            .unwrap_or_default()
    }

    /// Which version of the runtime it runs on.
    pub fn runtime_version(&self) -> Option<&str> {
        self.configuration
            .runtime_version_config()
            .and_then(|version| version.runtime_version_arn())
    }

    /// Handler.
    pub fn handler(&self) -> &str {
        self.configuration.handler().unwrap_or_default()
    }

    /// `x86_64` or `arm64`.
    pub fn architecture(&self) -> &str {
        self.configuration
            .architectures()
            .first()
            .map_or("x86_64", |a| a.as_str())
    }

    /// Base64 SHA-256 of its zipped package.
    pub fn code_sha256(&self) -> Option<&str> {
        self.configuration.code_sha256()
    }

    /// Zipped bytes of its package.
    pub fn code_bytes(&self) -> u64 {
        self.configuration.code_size().max(0) as u64
    }

    /// Where its package can be fetched for some minutes: it holds a signature, and is not to be shown.
    pub(super) fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// The image that it is made of; none: a package.
    pub fn image(&self) -> Option<&str> {
        self.image.as_deref()
    }

    /// What the function says instead of its image.
    pub(super) fn image_config(&self) -> Option<ImageConfig> {
        self.configuration
            .image_config_response()
            .and_then(|response| response.image_config().cloned())
    }

    pub(super) fn apply(
        &self,
        request: CreateFunctionFluentBuilder,
    ) -> CreateFunctionFluentBuilder {
        let c = &self.configuration;
        let vpc = c.vpc_config().filter(|vpc| !vpc.subnet_ids().is_empty());
        let snap_start = c
            .snap_start()
            .and_then(|s| s.apply_on())
            .filter(|on| **on != SnapStartApplyOn::None);
        let logging = c.logging_config().map(|logging| {
            LoggingConfig::builder()
                .set_log_format(logging.log_format().cloned())
                .set_application_log_level(logging.application_log_level().cloned())
                .set_system_log_level(logging.system_log_level().cloned())
                .build()
        });
        request
            .set_role(c.role().map(str::to_owned))
            .set_architectures(c.architectures.clone())
            .set_vpc_config(vpc.map(|vpc| {
                VpcConfig::builder()
                    .set_subnet_ids(vpc.subnet_ids.clone())
                    .set_security_group_ids(vpc.security_group_ids.clone())
                    .set_ipv6_allowed_for_dual_stack(vpc.ipv6_allowed_for_dual_stack)
                    .build()
            }))
            .set_kms_key_arn(c.kms_key_arn().map(str::to_owned))
            .set_ephemeral_storage(c.ephemeral_storage().map(|storage| {
                EphemeralStorage::builder()
                    .size(storage.size())
                    .build()
                    .expect("a size is all that it needs")
            }))
            .set_file_system_configs(c.file_system_configs.clone().filter(|all| !all.is_empty()))
            .set_tracing_config(c.tracing_config().map(|tracing| {
                TracingConfig::builder()
                    .set_mode(tracing.mode.clone())
                    .build()
            }))
            .set_snap_start(snap_start.map(|on| SnapStart::builder().apply_on(on.clone()).build()))
            .set_logging_config(logging)
    }

    pub(super) fn environment(&self, more: BTreeMap<String, String>) -> Option<Environment> {
        let mut all: HashMap<String, String> = self
            .configuration
            .environment()
            .and_then(|environment| environment.variables().cloned())
            .unwrap_or_default();
        all.extend(more);
        (!all.is_empty()).then(|| Environment::builder().set_variables(Some(all)).build())
    }

    /// Its variables, to be looked at alone; none where they could not be read.
    pub fn variables(&self) -> Option<BTreeMap<String, String>> {
        match self.configuration.environment() {
            None => Some(BTreeMap::new()),
            Some(found) if found.error().is_some() => None,
            Some(found) => {
                let variables = found.variables().into_iter().flatten();
                Some(variables.map(|(k, v)| (k.clone(), v.clone())).collect())
            }
        }
    }

    /// Its layers' ARNs, in order.
    pub fn layers(&self) -> Vec<String> {
        self.configuration
            .layers()
            .iter()
            .filter_map(|layer| layer.arn().map(str::to_owned))
            .collect()
    }
}

/// Why no copy of a function can be made, and what to do instead.
fn uncopyable(c: &FunctionConfiguration) -> Option<(String, &'static str)> {
    if c.durable_config().is_some() {
        return Some((
            "it is a durable function, whose invokes are not one start each".into(),
            "measure its package on this machine with --after",
        ));
    }
    if let Some(error) = c.environment().and_then(|e| e.error()) {
        return Some((
            format!(
                "its environment variables could not be read ({}), and a copy without them would be another function",
                error.error_code().unwrap_or("no reason given")
            ),
            "use credentials that may decrypt with its KMS key (kms:Decrypt)",
        ));
    }
    None
}

fn not_copied(c: &FunctionConfiguration) -> Vec<String> {
    let mut all = Vec::new();
    let name = c.function_name().unwrap_or_default();
    let own_group = super::own_log_group(name);
    if let Some(group) = c
        .logging_config()
        .and_then(|logging| logging.log_group())
        .filter(|group| *group != own_group)
    {
        all.push(format!("its log group {group} (a copy has its own)"));
    }
    if c.dead_letter_config()
        .is_some_and(|d| d.target_arn().is_some())
    {
        all.push("its dead-letter queue (no invoke here is asynchronous)".into());
    }
    if c.capacity_provider_config().is_some() {
        all.push("its capacity provider (a copy runs on ordinary Lambda)".into());
    }
    if c.tenancy_config().is_some() {
        all.push("its tenancy (a copy has no tenants)".into());
    }
    if c.signing_profile_version_arn().is_some() {
        all.push("its code signing".into());
    }
    all
}

/// The image that it is made of, if it is made of one. A tag may have moved since: its digest has not.
fn image_of(
    function: &str,
    configuration: &FunctionConfiguration,
    code: Option<&FunctionCodeLocation>,
) -> Result<Option<String>, LambdaError> {
    if configuration.package_type() != Some(&PackageType::Image) {
        return Ok(None);
    }
    let image = code.and_then(|code| code.resolved_image_uri().or(code.image_uri()));
    image
        .map(|image| Some(image.to_owned()))
        .ok_or_else(|| LambdaError::Unreachable {
            doing: format!("reading {function}"),
            why: "the endpoint does not say which image it is made of".into(),
        })
}

impl Lambda {
    /// `GetFunction` of a function or a version (`NAME`, `NAME:QUALIFIER`, an ARN), and whether its runtime is pinned.
    pub async fn model(&self, function: &str) -> Result<Model, LambdaError> {
        let doing = format!("reading {function}");
        let (configuration, code) = self.configuration(function, doing).await?;
        if let Some((why, hint)) = uncopyable(&configuration) {
            return Err(LambdaError::Unsuitable {
                function: function.to_owned(),
                why,
                hint: hint.to_owned(),
            });
        }
        let mut not_copied = not_copied(&configuration);
        let image = image_of(function, &configuration, code.as_ref())?;
        let pin = if image.is_some() {
            Ok(None)
        } else {
            self.pin(function).await
        };
        let pin = match pin {
            Ok(pin) => pin,
            Err(error) => {
                let why = error
                    .code()
                    .map_or_else(|| error.to_string(), str::to_owned);
                not_copied.push(format!(
                    "its runtime version, if it is pinned to one (that could not be read: {why})"
                ));
                None
            }
        };
        Ok(Model {
            configuration,
            location: code.and_then(|code| code.location),
            image,
            pin,
            not_copied,
        })
    }

    /// `GetFunction` of a function or a version, to look into its package: it need not be one that a copy can be made of.
    pub async fn deployed(&self, function: &str) -> Result<Model, LambdaError> {
        let doing = format!("reading {function}");
        let (configuration, code) = self.configuration(function, doing).await?;
        let image = image_of(function, &configuration, code.as_ref())?;
        Ok(Model {
            configuration,
            location: code.and_then(|code| code.location),
            image,
            pin: None,
            not_copied: Vec::new(),
        })
    }

    /// `GetFunction` as the endpoint answers it, environment variables and all: never to be kept or shown.
    pub(super) async fn configuration(
        &self,
        function: &str,
        doing: String,
    ) -> Result<(FunctionConfiguration, Option<FunctionCodeLocation>), LambdaError> {
        let call = self.control.get_function().function_name(function);
        let output = call
            .send()
            .await
            .map_err(|error| LambdaError::from_sdk(&doing, self.endpoint_url(), &error))?;
        let configuration = output
            .configuration
            .ok_or_else(|| LambdaError::Unreachable {
                doing,
                why: "the answer has no configuration".into(),
            })?;
        Ok((configuration, output.code))
    }

    async fn pin(&self, function: &str) -> Result<Option<String>, LambdaError> {
        let output = self
            .control
            .get_runtime_management_config()
            .function_name(function)
            .send()
            .await
            .map_err(|error| {
                let doing = format!("reading the runtime version of {function}");
                LambdaError::from_sdk(doing, self.endpoint_url(), &error)
            })?;
        let manual = output.update_runtime_on == Some(UpdateRuntimeOn::Manual);
        Ok(output.runtime_version_arn.filter(|_| manual))
    }
}
