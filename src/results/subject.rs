//! What was measured: a function or a package as it was found, and all that makes two results comparable.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Arm;

/// One subject: what it is, and all that makes two results comparable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SubjectResult {
    /// Which arm it is.
    pub arm: Arm,
    /// How it was named by the user: a path, a function name.
    pub name: String,
    /// The name under which the user knows the function (stored results are looked up by it).
    pub function: String,
    /// The user's label.
    pub label: Option<String>,
    /// What the version row shows (see `version_source`).
    pub version: String,
    /// `label`, `response`, `published` or `code`.
    pub version_source: String,
    /// Sandbox or AWS.
    pub endpoint: EndpointKind,
    /// The endpoint, where it is neither a sandbox nor AWS's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint_url: Option<String>,
    /// AWS region.
    pub region: Option<String>,
    /// Lambda runtime identifier, `python3.12`; `image` for container images.
    pub runtime: String,
    /// The exact version that ran, `Python 3.12.1`; unknown on AWS.
    pub runtime_version: Option<String>,
    /// Which runtime interface client ran, `lambench-python`, `awslambdaric 3.1.1 (package)`; `AWS` on AWS.
    pub runtime_client: Option<String>,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// Handler, `module.function`.
    pub handler: Option<String>,
    /// Memory size, MB.
    pub memory_mb: u64,
    /// Timeout, seconds.
    pub timeout_s: u64,
    /// CPU limit in words, `not limited`.
    pub cpu_limit: Option<String>,
    /// How the package is mounted, `read-only bind mounts` or `search paths`.
    pub mounts: Option<String>,
    /// Page-cache state, `warm`.
    pub disk_state: Option<String>,
    /// `serial`.
    pub concurrency_mode: String,
    /// What forced its cold starts.
    #[serde(default)]
    pub touch: Touch,
    /// SHA-256 of the payload template, hex.
    pub payload_sha256: String,
    /// Zipped size of the package; unknown for images.
    pub package_bytes: Option<u64>,
    /// Unzipped size, where known.
    pub unzipped_bytes: Option<u64>,
    /// Layers, in order.
    pub layers: Vec<Layer>,
    /// Base64 SHA-256 of the zipped package, as Lambda gives it.
    pub code_sha256: Option<String>,
    /// `--no-handler`: the handler's module was loaded, and nothing of it run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_handler: bool,
    /// Where its package came from; none for functions in place and copies of what is deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// Where a subject was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EndpointKind {
    /// The embedded Lambda.
    Sandbox,
    /// AWS, or whatever `--endpoint-url` names that is not a sandbox.
    Aws,
    /// None: read from logs, not measured.
    Logs,
}

/// What a touch changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Touch {
    /// The description.
    #[default]
    Description,
    /// An environment variable of lambench's own.
    Env,
    /// The memory size, by 1 MB.
    Memory,
    /// The timeout, by 1 s.
    Timeout,
}

impl Touch {
    /// The name in flags, files and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::Env => "env",
            Self::Memory => "memory",
            Self::Timeout => "timeout",
        }
    }

    /// The touch of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Description, Self::Env, Self::Memory, Self::Timeout]
            .into_iter()
            .find(|touch| touch.name() == name)
    }
}

/// A layer of a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Layer {
    /// ARN, or the folder's or zip's name.
    pub name: String,
    /// Zipped size.
    pub bytes: Option<u64>,
}

/// Where a package came from: what `--before result:ID` measures again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// Folder or zip, seen from the project's folder where it lies in it.
    pub package: PathBuf,
    /// Folders or zips, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<PathBuf>,
    /// Names of the environment variables that it was given; their values are never kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<String>,
}
