//! Where a function's own code makes its clients: once, as the module loads, or again in each request.

mod javascript;
mod python;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

/// A file of the function's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its path in the package.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// One place where a client is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Client {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// What is called: `boto3.client`, `new S3Client`.
    pub made_by: String,
    /// The function that it is in; none: at module level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// How long it lives.
    pub kept: Kept,
}

/// How long a client lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// As long as the environment: made at module level, or by a function that keeps it in a global or a cache.
    Environment,
    /// As long as an object does: that may be the environment's life or a request's.
    Object,
    /// Until the function that makes it is done.
    Call,
}

/// Sources that were looked at, and what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clients {
    /// Every place.
    pub found: Vec<Client>,
    /// Files that could not be read as code, or are bundles in which lines mean nothing.
    pub unread: Vec<String>,
}

/// Whether a file is one that is looked at, by its name.
pub fn is_source(path: &str) -> bool {
    matches!(ending(path), Some("py" | "js" | "cjs" | "mjs"))
}

fn ending(path: &str) -> Option<&str> {
    path.rsplit_once('.').map(|(_, ending)| ending)
}

/// Looks at all sources, by the endings of their names.
pub fn find(sources: &[Source]) -> Clients {
    let mut all = Clients::default();
    for source in sources {
        let found = match ending(&source.path) {
            Some("py") => python::find(source),
            Some("js" | "cjs" | "mjs") => javascript::find(source),
            _ => continue,
        };
        match found {
            Some(found) => all.found.extend(found),
            None => all.unread.push(source.path.clone()),
        }
    }
    all
}

/// What a function makes that module level calls is made once.
fn keep_called(found: &mut [Client], called: &BTreeSet<String>) {
    for client in found {
        if client
            .function
            .as_ref()
            .is_some_and(|name| called.contains(name))
        {
            client.kept = Kept::Environment;
        }
    }
}

/// The line of an offset, from 1.
fn line_at(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    1 + memchr::memchr_iter(b'\n', before).count() as u32
}

#[cfg(test)]
mod tests;
