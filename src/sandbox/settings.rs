//! A function's settings: AWS's defaults, and what a request sets.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::constraints::{
    check_layers, check_variables, checked_architecture, checked_description, checked_handler,
    not_here, not_one_of, one_of, refuse_what_is_not_here, role_arn, within,
};
use super::environment::LogFormat;
use super::errors::ApiError;
use super::layers::LayerVersion;
use super::shapes::{FunctionRequest, LoggingRequest};

/// What a caller set, with defaults filled in.
#[derive(Clone, PartialEq)]
pub(super) struct Settings {
    pub runtime_id: String,
    pub role: String,
    pub handler: String,
    pub description: String,
    pub timeout_s: u64,
    pub memory_mb: u64,
    pub variables: Option<BTreeMap<String, String>>,
    pub layers: Vec<Arc<LayerVersion>>,
    pub architecture: String,
    pub ephemeral_mb: u64,
    pub tracing: String,
    pub log_format: LogFormat,
    pub application_log_level: Option<String>,
    pub system_log_level: Option<String>,
    pub log_group: String,
}

// A function's variables may be secrets: they are nobody's to print.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("runtime_id", &self.runtime_id)
            .field("handler", &self.handler)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// Of a new function.
    pub fn new(
        name: &str,
        request: &FunctionRequest,
        layers: Vec<Arc<LayerVersion>>,
    ) -> Result<Self, ApiError> {
        let mandatory = || {
            ApiError::invalid(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
            )
        };
        let mut settings = Self {
            runtime_id: request.runtime.clone().ok_or_else(mandatory)?,
            role: request
                .role
                .clone()
                .ok_or_else(|| ApiError::validation("null", "role", "Member must not be null"))?,
            handler: request.handler.clone().ok_or_else(mandatory)?,
            description: String::new(),
            timeout_s: 3,
            memory_mb: 128,
            variables: None,
            layers: Vec::new(),
            architecture: host_architecture().to_owned(),
            ephemeral_mb: 512,
            tracing: "PassThrough".to_owned(),
            log_format: LogFormat::Text,
            application_log_level: None,
            system_log_level: None,
            log_group: format!("/aws/lambda/{name}"),
        };
        settings.apply(request, Some(layers))?;
        Ok(settings)
    }

    /// Takes what the request sets; the rest stays.
    pub fn apply(
        &mut self,
        request: &FunctionRequest,
        layers: Option<Vec<Arc<LayerVersion>>>,
    ) -> Result<(), ApiError> {
        refuse_what_is_not_here(request)?;
        if let Some(runtime) = &request.runtime {
            self.runtime_id.clone_from(runtime);
        }
        if let Some(role) = &request.role {
            self.role = role_arn(role)?;
        }
        if let Some(handler) = &request.handler {
            self.handler = checked_handler(handler)?;
        }
        if let Some(description) = &request.description {
            self.description = checked_description(description)?;
        }
        if let Some(timeout) = request.timeout {
            self.timeout_s = within(timeout, 1, 900, "timeout")?;
        }
        if let Some(memory) = request.memory_size {
            self.memory_mb = within(memory, 128, 10_240, "memorySize")?;
        }
        if let Some(environment) = &request.environment {
            let variables = environment.variables.clone().unwrap_or_default();
            check_variables(&variables)?;
            self.variables = (!variables.is_empty()).then_some(variables);
        }
        if let Some(layers) = layers {
            check_layers(&layers)?;
            self.layers = layers;
        }
        if let Some(architectures) = &request.architectures {
            self.architecture = checked_architecture(architectures)?;
        }
        if let Some(size) = request.ephemeral_storage.as_ref().and_then(|e| e.size) {
            self.ephemeral_mb = within(size, 512, 10_240, "ephemeralStorage.size")?;
        }
        if let Some(mode) = request.tracing_config.as_ref().and_then(|t| t.mode.clone()) {
            self.tracing = one_of(mode, &["Active", "PassThrough"], "tracingConfig.mode")?;
        }
        if let Some(logging) = &request.logging_config {
            self.apply_logging(logging)?;
        }
        Ok(())
    }

    fn apply_logging(&mut self, logging: &LoggingRequest) -> Result<(), ApiError> {
        if let Some(format) = &logging.log_format {
            self.log_format = match format.as_str() {
                "Text" => LogFormat::Text,
                "JSON" => LogFormat::Json,
                _ => {
                    return Err(not_one_of(
                        format,
                        &["Text", "JSON"],
                        "loggingConfig.logFormat",
                    ));
                }
            };
        }
        let levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
        let given = |level: &Option<String>, of: &[&str], member| {
            level
                .clone()
                .map(|level| one_of(level, of, member))
                .transpose()
        };
        let application = given(
            &logging.application_log_level,
            &levels,
            "loggingConfig.applicationLogLevel",
        )?;
        let system = given(
            &logging.system_log_level,
            &["DEBUG", "INFO", "WARN"],
            "loggingConfig.systemLogLevel",
        )?;
        // DEBUG writes more than the sandbox knows, WARN no REPORT.
        if system.as_deref().is_some_and(|level| level != "INFO") {
            return Err(not_here("LoggingConfig.SystemLogLevel other than INFO"));
        }
        if self.log_format == LogFormat::Text {
            if application.is_some() || system.is_some() {
                return Err(ApiError::invalid(
                    "LogLevel is not supported when LogFormat is set to \"Text\". Remove LogLevel from your request \
                     or change the LogFormat to \"JSON\" and try again.",
                ));
            }
            self.application_log_level = None;
            self.system_log_level = None;
        } else {
            let info = || Some("INFO".to_owned());
            self.application_log_level = application
                .or_else(|| self.application_log_level.take())
                .or_else(info);
            self.system_log_level = system
                .or_else(|| self.system_log_level.take())
                .or_else(info);
        }
        if let Some(group) = &logging.log_group {
            let legal = |c: char| c.is_ascii_alphanumeric() || ".-_/#".contains(c);
            if group.is_empty() || group.len() > 512 || !group.chars().all(legal) {
                return Err(ApiError::validation(
                    group,
                    "loggingConfig.logGroup",
                    "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
                ));
            }
            self.log_group.clone_from(group);
        }
        Ok(())
    }
}

/// This machine's architecture as Lambda calls it.
pub(super) fn host_architecture() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        _ => "x86_64",
    }
}
