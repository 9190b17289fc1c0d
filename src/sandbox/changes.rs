//! The operations that change functions: create, update, publish, delete.

use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use tokio::time::timeout;

use super::api::{Answer, Call};
use super::configuration::Configuration;
use super::constraints::{checked_architecture, checked_description};
use super::errors::ApiError;
use super::functions::Function;
use super::names::function_arn;
use super::packages::Package;
use super::plane::Plane;
use super::settings::Settings;
use super::shapes::{CodeRequest, FunctionRequest, PublishRequest};
use super::tags::Tags;

/// A change settles rather than wait any longer for environments to be prepared or to end.
const PATIENCE: Duration = Duration::from_secs(1);

impl Plane {
    /// `CreateFunction`.
    pub async fn create_function(self: &Arc<Self>, call: &Call) -> Result<Answer, ApiError> {
        let mut request: FunctionRequest = call.read()?;
        let name = self.new_name(&request)?;
        let exists = || ApiError::conflict(format!("Function already exist: {name}"));
        if self.has_function(&name) {
            return Err(exists());
        }
        let layers = self.find_layers(request.layers.as_deref().unwrap_or_default())?;
        let code = request
            .code
            .take()
            .ok_or_else(|| ApiError::validation("null", "code", "Member must not be null"))?;
        let settings = Settings::new(&name, &request, layers)?;
        let package = self.package("packages", code, "CreateFunction").await?;
        let configuration = self.configure(settings, Arc::new(package), None).await?;
        let function = Arc::new(Function::new(
            name.clone(),
            function_arn(&self.region, &name),
            Tags::new(request.tags.take().unwrap_or_default())?,
            configuration,
            &|configuration, version| self.new_pool(&name, configuration, version),
        ));
        if !self.insert(Arc::clone(&function)) {
            return Err(exists());
        }
        let value = if request.publish == Some(true) {
            let (version, record) = function.publish_now(&|c, v| self.new_pool(&name, c, v));
            let version = version.to_string();
            self.describe(&function, &record, &version, Some(&version))
        } else {
            self.describe(&function, &function.latest(), "$LATEST", None)
        };
        self.settle_later(function);
        Ok(Answer::json(StatusCode::CREATED, &value))
    }

    fn new_name(&self, request: &FunctionRequest) -> Result<String, ApiError> {
        let text = request.function_name.as_deref().ok_or_else(|| {
            ApiError::validation("null", "functionName", "Member must not be null")
        })?;
        let named = self.named(text, None)?;
        if named.qualifier.is_some() || named.foreign.is_some() {
            return Err(ApiError::invalid(format!(
                "The function name {text} can't be given to a new function of account {} in {}",
                super::names::ACCOUNT,
                self.region
            )));
        }
        Ok(named.name)
    }

    /// `UpdateFunctionConfiguration`. An update that changes nothing gets a new revision and time, as on AWS, and
    /// retires nothing.
    pub async fn update_configuration(
        self: &Arc<Self>,
        identifier: &str,
        call: &Call,
    ) -> Result<Answer, ApiError> {
        let request: FunctionRequest = call.read()?;
        let function = self.unqualified(identifier)?;
        let change = function.begin(request.revision_id.as_deref())?;
        let layers = match &request.layers {
            Some(arns) => Some(self.find_layers(arns)?),
            None => None,
        };
        let before = Arc::clone(&change.before.configuration);
        let mut settings = before.settings.clone();
        settings.apply(&request, layers)?;
        let package = Arc::clone(&before.package);
        let configuration = self.configure(settings, package, Some(before)).await?;
        let record = change.commit(configuration)?;
        let value = self.describe(&function, &record, "$LATEST", None);
        self.settle_later(function);
        Ok(Answer::json(StatusCode::OK, &value))
    }

    /// `UpdateFunctionCode`.
    pub async fn update_code(
        self: &Arc<Self>,
        identifier: &str,
        call: &Call,
    ) -> Result<Answer, ApiError> {
        let request: CodeRequest = call.read()?;
        let function = self.unqualified(identifier)?;
        let change = function.begin(request.revision_id.as_deref())?;
        let (publish, dry_run) = (request.publish, request.dry_run);
        let mut settings = change.before.configuration.settings.clone();
        if let Some(architectures) = &request.architectures {
            settings.architecture = checked_architecture(architectures)?;
        }
        let before = Arc::clone(&change.before.configuration);
        let package = self
            .package("packages", request, "UpdateFunctionCode")
            .await?;
        let package = keep_if_same(&before, package).await?;
        let configuration = self.configure(settings, package, Some(before)).await?;
        if dry_run == Some(true) {
            let mut record = change.before.clone();
            record.configuration = configuration;
            let value = self.describe(&function, &record, "$LATEST", None);
            return Ok(Answer::json(StatusCode::OK, &value));
        }
        let record = change.commit(configuration)?;
        let value = if publish == Some(true) {
            let (version, record) = function.publish_now(&self.pools_of(&function));
            let version = version.to_string();
            self.describe(&function, &record, &version, Some(&version))
        } else {
            self.describe(&function, &record, "$LATEST", None)
        };
        self.settle_later(function);
        Ok(Answer::json(StatusCode::OK, &value))
    }

    /// `PublishVersion`.
    pub fn publish_version(&self, identifier: &str, call: &Call) -> Result<Answer, ApiError> {
        let request: PublishRequest = call.read()?;
        let function = self.unqualified(identifier)?;
        let description = request
            .description
            .as_deref()
            .filter(|text| !text.is_empty())
            .map(checked_description)
            .transpose()?;
        let (version, record) = function.publish(
            request.revision_id.as_deref(),
            request.code_sha256.as_deref(),
            description,
            &self.pools_of(&function),
        )?;
        let version = version.to_string();
        let value = self.describe(&function, &record, &version, Some(&version));
        Ok(Answer::json(StatusCode::CREATED, &value))
    }

    /// `DeleteFunction`, of all or of one version.
    pub fn delete_function(&self, identifier: &str, call: &Call) -> Result<Answer, ApiError> {
        let named = self.named(identifier, call.query("Qualifier"))?;
        let function = self.function(&named)?;
        match named.qualifier.as_deref() {
            None => {
                self.remove(&function);
                function.delete();
            }
            Some("$LATEST") => {
                return Err(ApiError::invalid(
                    "$LATEST version cannot be deleted without deleting the function.",
                ));
            }
            Some(version) => {
                if let Some(alias) = function.aliases.of_version(version) {
                    return Err(ApiError::conflict(format!(
                        "Version {version} is referenced by alias {alias}"
                    )));
                }
                if !function.delete_version(version) {
                    return Err(ApiError::function_not_found(&named.arn(&self.region)));
                }
            }
        }
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    }

    fn pools_of(
        &self,
        function: &Arc<Function>,
    ) -> impl Fn(&Arc<Configuration>, &str) -> Arc<super::pool::Pool> + Sync {
        let name = function.name.clone();
        move |configuration, version| self.new_pool(&name, configuration, version)
    }

    /// Meanwhile an environment is set up for the first invoke to come, and those that served before have ended: what the
    /// caller of a cold start waits for is the start of the runtime process, and nothing else is going on beside it.
    fn settle_later(self: &Arc<Self>, function: Arc<Function>) {
        let settle = self.settle;
        let Some(successor) = function.successor(&self.pools_of(&function)) else {
            return;
        };
        self.background.spawn(async move {
            let prepared = timeout(PATIENCE, successor.prepare());
            let _ = tokio::join!(tokio::time::sleep(settle), prepared);
            let _ = timeout(PATIENCE, function.hand_over(Arc::clone(&successor))).await;
            // Last of all: what still ran would undo it.
            successor.settle_disk().await;
            function.settle();
        });
    }
}

/// The same zip again changes nothing, so what is unpacked already stays in use; unless it isn't what it was.
async fn keep_if_same(
    before: &Arc<Configuration>,
    package: Package,
) -> Result<Arc<Package>, ApiError> {
    if package.sha256 != before.package.sha256 {
        return Ok(Arc::new(package));
    }
    let checked = Arc::clone(before);
    let changed = tokio::task::spawn_blocking(move || checked.changed_path()).await?;
    Ok(match changed {
        None => Arc::clone(&before.package),
        Some(_) => Arc::new(package),
    })
}
