//! Aliases: names for a version or for `$LATEST`, without weights.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use hyper::StatusCode;
use serde_json::{Value, json};

use super::api::{Answer, Call};
use super::constraints::checked_description;
use super::errors::ApiError;
use super::functions::Function;
use super::names::is_name;
use super::pages::{Entry, page};
use super::plane::Plane;
use super::shapes::AliasRequest;

/// One alias.
#[derive(Debug, Clone)]
struct Alias {
    /// `$LATEST` or a number.
    version: String,
    description: String,
    revision: String,
}

/// The aliases of one function by name.
#[derive(Debug, Default)]
pub(super) struct Aliases(Mutex<BTreeMap<String, Alias>>);

impl Aliases {
    /// The version that an alias stands for.
    pub fn version(&self, name: &str) -> Option<String> {
        self.lock().get(name).map(|alias| alias.version.clone())
    }

    /// An alias that stands for this version, if any.
    pub fn of_version(&self, version: &str) -> Option<String> {
        self.lock()
            .iter()
            .find_map(|(name, alias)| (alias.version == version).then(|| name.clone()))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Alias>> {
        self.0.lock().expect("no panic while it is held")
    }
}

impl Plane {
    /// `CreateAlias`.
    pub fn create_alias(&self, identifier: &str, call: &Call) -> Result<Answer, ApiError> {
        let request: AliasRequest = call.read()?;
        let function = self.unqualified(identifier)?;
        let name = request
            .name
            .as_deref()
            .ok_or_else(|| ApiError::validation("null", "name", "Member must not be null"))?;
        // A number would be taken for a version.
        if !is_name(name) || name.len() > 128 || name.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ApiError::validation(
                name,
                "name",
                "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)",
            ));
        }
        let version = request.function_version.as_deref().ok_or_else(|| {
            ApiError::validation("null", "functionVersion", "Member must not be null")
        })?;
        let alias = Alias {
            version: existing_version(&function, version)?,
            description: checked_description(request.description.as_deref().unwrap_or_default())?,
            revision: uuid::Uuid::new_v4().to_string(),
        };
        let mut aliases = function.aliases.lock();
        if aliases.contains_key(name) {
            return Err(ApiError::conflict(format!(
                "Alias already exists: {}:{name}",
                function.arn
            )));
        }
        aliases.insert(name.to_owned(), alias.clone());
        let value = describe(&function, name, &alias);
        Ok(Answer::json(StatusCode::CREATED, &value))
    }

    /// `GetAlias`.
    pub fn get_alias(&self, identifier: &str, name: &str) -> Result<Answer, ApiError> {
        let function = self.unqualified(identifier)?;
        let aliases = function.aliases.lock();
        let alias = aliases.get(name).ok_or_else(|| absent(&function, name))?;
        Ok(Answer::json(
            StatusCode::OK,
            &describe(&function, name, alias),
        ))
    }

    /// `ListAliases`, of all versions or of one.
    pub fn list_aliases(&self, identifier: &str, call: &Call) -> Result<Answer, ApiError> {
        let function = self.unqualified(identifier)?;
        let of = call.query("FunctionVersion");
        let aliases = function
            .aliases
            .lock()
            .iter()
            .filter(|(_, alias)| of.is_none_or(|version| version == alias.version))
            .map(|(name, alias)| Entry::new(name, 0, describe(&function, name, alias)))
            .collect();
        page("Aliases", aliases, call)
    }

    /// `UpdateAlias`.
    pub fn update_alias(
        &self,
        identifier: &str,
        name: &str,
        call: &Call,
    ) -> Result<Answer, ApiError> {
        let request: AliasRequest = call.read()?;
        let function = self.unqualified(identifier)?;
        let version = request
            .function_version
            .as_deref()
            .map(|version| existing_version(&function, version))
            .transpose()?;
        let description = request
            .description
            .as_deref()
            .map(checked_description)
            .transpose()?;
        let mut aliases = function.aliases.lock();
        let alias = aliases
            .get_mut(name)
            .ok_or_else(|| absent(&function, name))?;
        if request
            .revision_id
            .is_some_and(|revision| revision != alias.revision)
        {
            return Err(ApiError::stale_revision());
        }
        if let Some(version) = version {
            alias.version = version;
        }
        if let Some(description) = description {
            alias.description = description;
        }
        alias.revision = uuid::Uuid::new_v4().to_string();
        Ok(Answer::json(
            StatusCode::OK,
            &describe(&function, name, alias),
        ))
    }

    /// `DeleteAlias`. One that is not there counts as deleted, as on AWS.
    pub fn delete_alias(&self, identifier: &str, name: &str) -> Result<Answer, ApiError> {
        let function = self.unqualified(identifier)?;
        function.aliases.lock().remove(name);
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    }
}

fn existing_version(function: &Arc<Function>, version: &str) -> Result<String, ApiError> {
    if version == "$LATEST" || function.has_version(version) {
        return Ok(version.to_owned());
    }
    Err(ApiError::function_not_found(&format!(
        "{}:{version}",
        function.arn
    )))
}

fn absent(function: &Function, name: &str) -> ApiError {
    ApiError::not_found(format!("Cannot find alias arn: {}:{name}", function.arn))
}

fn describe(function: &Function, name: &str, alias: &Alias) -> Value {
    json!({
        "AliasArn": format!("{}:{name}", function.arn),
        "Name": name,
        "FunctionVersion": alias.version,
        "Description": alias.description,
        "RevisionId": alias.revision,
    })
}
