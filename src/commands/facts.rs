//! What is known of a subject before its first invoke, as the result keeps it.

use sha2::{Digest as _, Sha256};

use crate::bench::plan::{mode, restores_mode};
use crate::config::{Settings, Subject};
use crate::lambda::{Description, Function};
use crate::results::{EndpointKind, Layer, SubjectResult};

use super::endpoint::Endpoint;
use super::parcel::hex;
use super::source::source;

/// The version is filled in later, if an answer names one.
pub fn record(
    endpoint: &Endpoint,
    settings: &Settings,
    subject: &Subject,
    function: &Function,
    unzipped: Option<u64>,
    layers: Option<Vec<Layer>>,
) -> SubjectResult {
    let found = function.found();
    let facts = found.sandbox.clone();
    let on_sandbox = facts.is_some();
    let facts = facts.unwrap_or_default();
    let (version, version_source) = known_version(subject.label.as_deref(), found);
    SubjectResult {
        arm: subject.arm,
        name: subject.name.clone(),
        function: subject.function.clone(),
        label: subject.label.clone(),
        version,
        version_source: version_source.into(),
        endpoint: if on_sandbox {
            EndpointKind::Sandbox
        } else {
            EndpointKind::Aws
        },
        endpoint_url: endpoint.lambda.endpoint_url.clone().filter(|_| !on_sandbox),
        region: Some(endpoint.lambda.region.clone()),
        runtime: found.runtime_or_image(),
        runtime_version: facts.runtime_version,
        runtime_client: facts
            .runtime_client
            .or_else(|| (!on_sandbox).then(|| "AWS".into())),
        architecture: found.architecture.clone(),
        handler: found.handler.clone(),
        memory_mb: found.memory_mb,
        timeout_s: found.timeout_s,
        cpu_limit: facts.cpu_limit,
        mounts: facts.mounts,
        disk_state: facts.disk_state,
        concurrency_mode: if function.restores() {
            restores_mode(settings.pace.concurrency)
        } else {
            mode(settings.pace.concurrency)
        },
        touch: function.touch_kind(),
        payload_sha256: hex(&Sha256::digest(&settings.payload)),
        package_bytes: found.code_bytes,
        unzipped_bytes: unzipped.or(facts.unzipped_bytes),
        layers: layers.unwrap_or_else(|| {
            found
                .layers
                .iter()
                .map(|layer| Layer {
                    name: layer.arn.clone(),
                    bytes: layer.bytes,
                })
                .collect()
        }),
        code_sha256: found.code_sha256.clone(),
        no_handler: settings.no_handler,
        source: source(settings, subject),
    }
}

/// What the version row shows as long as no answer names a version, and where it comes from.
fn known_version(label: Option<&str>, found: &Description) -> (String, &'static str) {
    if let Some(label) = label {
        return (label.to_owned(), "label");
    }
    if found.version != "$LATEST" {
        return (found.version.clone(), "published");
    }
    let code = found.code_sha256.as_deref().unwrap_or_default();
    (code.chars().take(8).collect(), "code")
}
