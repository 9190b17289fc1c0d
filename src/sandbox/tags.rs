//! The tags of functions.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use hyper::StatusCode;
use serde_json::json;

use super::api::{Answer, Call};
use super::errors::ApiError;
use super::functions::Function;
use super::plane::Plane;
use super::shapes::TagRequest;

/// Tags of one function, at most.
const MOST: usize = 50;

/// The tags of one function.
#[derive(Debug, Default)]
pub(super) struct Tags(Mutex<BTreeMap<String, String>>);

impl Tags {
    /// Of a new function.
    pub fn new(given: BTreeMap<String, String>) -> Result<Self, ApiError> {
        let tags = Self::default();
        tags.add(given)?;
        Ok(tags)
    }

    pub fn all(&self) -> BTreeMap<String, String> {
        self.lock().clone()
    }

    fn add(&self, given: BTreeMap<String, String>) -> Result<(), ApiError> {
        for (key, value) in &given {
            check(key, value)?;
        }
        let mut tags = self.lock();
        let new = given.keys().filter(|key| !tags.contains_key(*key)).count();
        if tags.len() + new > MOST {
            return Err(ApiError::invalid(format!(
                "Number of tags exceeds resource tag limit of {MOST}"
            )));
        }
        tags.extend(given);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().expect("no panic while it is held")
    }
}

fn check(key: &str, value: &str) -> Result<(), ApiError> {
    let length = key.chars().count();
    if length == 0 || length > 128 || value.chars().count() > 256 {
        return Err(ApiError::validation(
            key,
            "tags",
            "Map keys must have length between 1 and 128, map values at most 256",
        ));
    }
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(ApiError::invalid(format!(
            "Tag keys that begin with aws: are reserved: {key}"
        )));
    }
    Ok(())
}

impl Plane {
    /// `ListTags`, of a function by its ARN.
    pub fn list_tags(&self, arn: &str) -> Result<Answer, ApiError> {
        let tags = self.tagged(arn)?.tags.all();
        Ok(Answer::json(StatusCode::OK, &json!({"Tags": tags})))
    }

    /// `TagResource`.
    pub fn tag(&self, arn: &str, call: &Call) -> Result<Answer, ApiError> {
        let request: TagRequest = call.read()?;
        self.tagged(arn)?.tags.add(request.tags)?;
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    }

    /// `UntagResource`.
    pub fn untag(&self, arn: &str, call: &Call) -> Result<Answer, ApiError> {
        let function = self.tagged(arn)?;
        let mut tags = function.tags.lock();
        for key in call.queries("tagKeys") {
            tags.remove(key);
        }
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    }

    fn tagged(&self, arn: &str) -> Result<Arc<Function>, ApiError> {
        let named = self.named(arn, None)?;
        if named.qualifier.is_some() {
            return Err(ApiError::invalid(
                "Tags on function aliases and versions are not supported. Please specify either a function name or an \
                 unqualified function ARN.",
            ));
        }
        self.function(&named)
    }
}
