//! AWS's limits on settings, worded as AWS does, and refusals where the sandbox has no counterpart.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::errors::ApiError;
use super::layers::LayerVersion;
use super::settings::host_architecture;
use super::shapes::FunctionRequest;

/// Layers of one function, at most.
const MAX_LAYERS: usize = 5;
/// All names and values of a function's variables, bytes.
const ENVIRONMENT_LIMIT: usize = 4096;

/// Of the settings that are heeded, what the sandbox has no counterpart for.
pub(super) fn refuse_what_is_not_here(request: &FunctionRequest) -> Result<(), ApiError> {
    if request.package_type.as_deref().is_some_and(|p| p != "Zip") {
        return Err(not_here("container images (PackageType)"));
    }
    let snap_start = request.snap_start.as_ref();
    let apply_on = snap_start.and_then(|s| s.apply_on.as_deref());
    if apply_on.is_some_and(|on| on != "None") {
        return Err(not_here("SnapStart"));
    }
    Ok(())
}

/// A setting that the sandbox can't honour is refused: leaving it out would give a wrong measurement.
pub(super) fn not_here(what: &str) -> ApiError {
    ApiError::invalid(format!(
        "{what} has no counterpart in the lambench sandbox; measure such a function on AWS"
    ))
}

pub(super) fn role_arn(role: &str) -> Result<String, ApiError> {
    let parts: Vec<&str> = role.splitn(6, ':').collect();
    let legal = match parts.as_slice() {
        ["arn", partition, "iam", "", account, resource] => {
            partition.starts_with("aws")
                && account.len() == 12
                && account.bytes().all(|b| b.is_ascii_digit())
                && resource
                    .strip_prefix("role/")
                    .is_some_and(|r| !r.is_empty())
        }
        _ => false,
    };
    if legal {
        return Ok(role.to_owned());
    }
    Err(ApiError::validation(
        role,
        "role",
        "Member must satisfy regular expression pattern: \
         arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
    ))
}

pub(super) fn checked_handler(handler: &str) -> Result<String, ApiError> {
    if handler.chars().count() > 128 {
        return Err(ApiError::validation(
            handler,
            "handler",
            "Member must have length less than or equal to 128",
        ));
    }
    if handler.is_empty() || handler.contains(char::is_whitespace) {
        return Err(ApiError::validation(
            handler,
            "handler",
            "Member must satisfy regular expression pattern: [^\\s]+",
        ));
    }
    Ok(handler.to_owned())
}

/// Also of versions and layers.
pub(super) fn checked_description(description: &str) -> Result<String, ApiError> {
    if description.chars().count() > 256 {
        return Err(ApiError::validation(
            description,
            "description",
            "Member must have length less than or equal to 256",
        ));
    }
    Ok(description.to_owned())
}

pub(super) fn within(value: i64, least: u64, most: u64, member: &str) -> Result<u64, ApiError> {
    let constraint = match u64::try_from(value) {
        Ok(value) if value > most => {
            format!("Member must have value less than or equal to {most}")
        }
        Ok(value) if value >= least => return Ok(value),
        _ => format!("Member must have value greater than or equal to {least}"),
    };
    Err(ApiError::validation(
        &value.to_string(),
        member,
        &constraint,
    ))
}

pub(super) fn one_of(value: String, of: &[&str], member: &str) -> Result<String, ApiError> {
    if of.contains(&value.as_str()) {
        Ok(value)
    } else {
        Err(not_one_of(&value, of, member))
    }
}

pub(super) fn not_one_of(value: &str, of: &[&str], member: &str) -> ApiError {
    let constraint = format!("Member must satisfy enum value set: [{}]", of.join(", "));
    ApiError::validation(value, member, &constraint)
}

pub(super) fn checked_architecture(architectures: &[String]) -> Result<String, ApiError> {
    let [architecture] = architectures else {
        return Err(ApiError::validation(
            &format!("{architectures:?}"),
            "architectures",
            "Member must have length equal to 1",
        ));
    };
    let architecture = one_of(architecture.clone(), &["x86_64", "arm64"], "architectures")?;
    let host = host_architecture();
    if architecture != host {
        return Err(ApiError::invalid(format!(
            "Architecture {architecture} can't run in this sandbox: this machine is {host}"
        )));
    }
    Ok(architecture)
}

pub(super) fn check_variables(variables: &BTreeMap<String, String>) -> Result<(), ApiError> {
    for name in variables.keys() {
        let mut chars = name.chars();
        let legal = name.len() > 1
            && chars.next().is_some_and(|c| c.is_ascii_alphabetic())
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !legal {
            return Err(ApiError::validation(
                name,
                "environment.variables",
                "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: \
                 [a-zA-Z]([a-zA-Z0-9_])+]",
            ));
        }
    }
    let reserved: Vec<&str> = variables
        .keys()
        .map(String::as_str)
        .filter(|name| RESERVED_VARIABLES.contains(name))
        .collect();
    if !reserved.is_empty() {
        return Err(ApiError::invalid(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have \
             provided contains reserved keys that are currently not supported for modification. Reserved keys used in \
             this request: {}",
            reserved.join(", ")
        )));
    }
    let bytes: usize = variables.iter().map(|(k, v)| k.len() + v.len()).sum();
    if bytes > ENVIRONMENT_LIMIT {
        // AWS prints the variables here; they may be secrets.
        return Err(ApiError::invalid(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have \
             provided exceeded the 4KB limit. Bytes measured: {bytes}"
        )));
    }
    Ok(())
}

/// The variables that Lambda sets and lets nobody change.
pub(super) const RESERVED_VARIABLES: [&str; 19] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

pub(super) fn check_layers(layers: &[Arc<LayerVersion>]) -> Result<(), ApiError> {
    if layers.len() > MAX_LAYERS {
        return Err(ApiError::invalid(format!(
            "Cannot reference more than {MAX_LAYERS} layers."
        )));
    }
    for (i, layer) in layers.iter().enumerate() {
        if let Some(twin) = layers[..i].iter().find(|l| l.layer_arn == layer.layer_arn) {
            return Err(ApiError::invalid(format!(
                "Two different versions of the same layer are not allowed to be referenced in the same function. {} \
                 and {} are versions of the same layer.",
                twin.arn, layer.arn
            )));
        }
    }
    Ok(())
}
