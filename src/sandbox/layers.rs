//! Layers: published once, never changed, kept until they are deleted or the sandbox ends.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::api::{Answer, Call};
use super::constraints::checked_description;
use super::errors::ApiError;
use super::names::{is_name, layer_arn};
use super::packages::Package;
use super::pages::{Entry, page};
use super::plane::Plane;
use super::shapes::LayerRequest;

/// One version of a layer.
#[derive(Debug)]
pub(super) struct LayerVersion {
    /// With version.
    pub arn: String,
    pub layer_arn: String,
    pub version: u64,
    pub package: Arc<Package>,
    description: String,
    created: String,
    compatible_runtimes: Option<Vec<String>>,
    compatible_architectures: Option<Vec<String>>,
    license: Option<String>,
}

impl PartialEq for LayerVersion {
    /// A version never changes, so its ARN says all.
    fn eq(&self, other: &Self) -> bool {
        self.arn == other.arn
    }
}

impl LayerVersion {
    /// True unless a list is asked for layers of another runtime or architecture.
    fn suits(&self, call: &Call) -> bool {
        let has = |given: Option<&str>, listed: &Option<Vec<String>>| {
            given.is_none_or(|given| listed.iter().flatten().any(|l| l == given))
        };
        has(call.query("CompatibleRuntime"), &self.compatible_runtimes)
            && has(
                call.query("CompatibleArchitecture"),
                &self.compatible_architectures,
            )
    }
}

/// Layer name -> versions, from 1; none where one was deleted, for its number is never given again.
pub(super) type Layers = BTreeMap<String, Vec<Option<Arc<LayerVersion>>>>;

impl Plane {
    /// The layer versions that `arns` name.
    pub fn find_layers(&self, arns: &[String]) -> Result<Vec<Arc<LayerVersion>>, ApiError> {
        arns.iter()
            .map(|arn| {
                self.layer_by_arn(arn).ok_or_else(|| {
                    ApiError::invalid(format!("Layer version {arn} does not exist."))
                })
            })
            .collect()
    }

    fn layer_by_arn(&self, arn: &str) -> Option<Arc<LayerVersion>> {
        let (layer, version) = arn.rsplit_once(':')?;
        let name = layer.rsplit(':').next()?;
        let version = self.layer_version(name, version)?;
        (version.arn == arn).then_some(version)
    }

    fn layer_version(&self, name: &str, version: &str) -> Option<Arc<LayerVersion>> {
        let index = version.parse::<usize>().ok()?.checked_sub(1)?;
        self.layers().get(name)?.get(index)?.clone()
    }

    /// `PublishLayerVersion`.
    pub async fn publish_layer(
        self: &Arc<Self>,
        layer: &str,
        call: &Call,
    ) -> Result<Answer, ApiError> {
        let request: LayerRequest = call.read()?;
        let name = self.layer_name(layer)?;
        let description = checked_description(request.description.as_deref().unwrap_or_default())?;
        let content = request.content.unwrap_or_default();
        let package = self
            .package("layers", content, "PublishLayerVersion")
            .await?;
        let mut layers = self.layers();
        let versions = layers.entry(name.clone()).or_default();
        let layer_arn = layer_arn(&self.region, &name);
        let version = versions.len() as u64 + 1;
        let published = Arc::new(LayerVersion {
            arn: format!("{layer_arn}:{version}"),
            layer_arn,
            version,
            package: Arc::new(package),
            description,
            created: super::describe::aws_time(jiff::Timestamp::now()),
            compatible_runtimes: request.compatible_runtimes,
            compatible_architectures: request.compatible_architectures,
            license: request.license_info,
        });
        versions.push(Some(Arc::clone(&published)));
        drop(layers);
        Ok(Answer::json(
            StatusCode::CREATED,
            &self.describe_layer(&published),
        ))
    }

    /// `DeleteLayerVersion`. Functions that have it keep it; one that is not there counts as deleted, as on AWS.
    pub fn delete_layer(&self, layer: &str, version: &str) -> Result<Answer, ApiError> {
        let name = self.layer_name(layer)?;
        let index = version.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        if let (Some(index), Some(versions)) = (index, self.layers().get_mut(&name))
            && let Some(version) = versions.get_mut(index)
        {
            *version = None;
        }
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    }

    /// `GetLayerVersion`.
    pub fn get_layer(&self, layer: &str, version: &str) -> Result<Answer, ApiError> {
        let name = self.layer_name(layer)?;
        self.answer_layer(self.layer_version(&name, version))
    }

    /// `ListLayerVersions`, the newest first.
    pub fn list_layer_versions(&self, layer: &str, call: &Call) -> Result<Answer, ApiError> {
        let name = self.layer_name(layer)?;
        let layers = self.layers();
        let versions = layers.get(&name).into_iter().flatten().flatten().rev();
        let entries = versions
            .filter(|version| version.suits(call))
            .map(|version| Entry::new("", u64::MAX - version.version, self.list_layer(version)))
            .collect();
        page("LayerVersions", entries, call)
    }

    /// `ListLayers`, each with the newest version that suits.
    pub fn list_layers(&self, call: &Call) -> Result<Answer, ApiError> {
        let layers = self.layers();
        let newest = layers.iter().filter_map(|(name, versions)| {
            let mut versions = versions.iter().flatten().rev();
            let newest = versions.find(|version| version.suits(call))?;
            let value = json!({
                "LayerName": name,
                "LayerArn": newest.layer_arn,
                "LatestMatchingVersion": self.list_layer(newest),
            });
            Some(Entry::new(name, 0, value))
        });
        page("Layers", newest.collect(), call)
    }

    /// As it stands in lists.
    fn list_layer(&self, layer: &LayerVersion) -> Value {
        let mut value = self.describe_layer(layer);
        if let Some(members) = value.as_object_mut() {
            members.shift_remove("Content");
            members.shift_remove("LayerArn");
        }
        value
    }

    /// `GetLayerVersionByArn`.
    pub fn get_layer_by_arn(&self, arn: &str) -> Result<Answer, ApiError> {
        self.answer_layer(self.layer_by_arn(arn))
    }

    fn answer_layer(&self, layer: Option<Arc<LayerVersion>>) -> Result<Answer, ApiError> {
        let layer = layer
            .ok_or_else(|| ApiError::not_found("The resource you requested does not exist."))?;
        Ok(Answer::json(StatusCode::OK, &self.describe_layer(&layer)))
    }

    /// A name, or a layer's ARN.
    fn layer_name(&self, text: &str) -> Result<String, ApiError> {
        let name = text
            .strip_prefix(&layer_arn(&self.region, ""))
            .unwrap_or(text);
        if is_name(name) && name.len() <= 64 {
            return Ok(name.to_owned());
        }
        Err(ApiError::validation(
            text,
            "layerName",
            "Member must satisfy regular expression pattern: \
             (arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+",
        ))
    }

    fn describe_layer(&self, layer: &LayerVersion) -> Value {
        let mut value = json!({
            "Content": {
                "Location": self.location(&layer.package),
                "CodeSha256": layer.package.sha256,
                "CodeSize": layer.package.zip_bytes,
            },
            "LayerArn": layer.layer_arn,
            "LayerVersionArn": layer.arn,
            "Description": layer.description,
            "CreatedDate": layer.created,
            "Version": layer.version,
        });
        if let Some(runtimes) = &layer.compatible_runtimes {
            value["CompatibleRuntimes"] = json!(runtimes);
        }
        if let Some(architectures) = &layer.compatible_architectures {
            value["CompatibleArchitectures"] = json!(architectures);
        }
        if let Some(license) = &layer.license {
            value["LicenseInfo"] = json!(license);
        }
        value
    }
}
