//! What is worth saying about a package, each with its evidence: facts alone, words are the renderer's.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Place, bytecode, duplicates, limits, models, native, provided, reach, unused};

/// How much it matters, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Lambda refuses it, or it fails when it runs.
    Problem,
    /// It costs time or size, and a remedy is known.
    Waste,
    /// Worth knowing; what to do is a matter of choice.
    Note,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What it is about: a distribution, a file, the package as it was named.
    pub subject: String,
    /// Where that is; none if it is about everything together.
    pub place: Option<Place>,
    /// Unzipped bytes that would go with it, where it is about size.
    pub bytes: Option<u64>,
    /// Some of the files it is about, largest first, for people to look at; at most [`MOST_EXAMPLES`].
    pub examples: Vec<String>,
    /// What was found, and the facts that show it.
    #[serde(flatten)]
    pub evidence: Evidence,
}

impl Finding {
    /// The `kind` of its evidence, as in JSON.
    pub fn kind(&self) -> String {
        let evidence = serde_json::to_value(&self.evidence).unwrap_or_default();
        evidence["kind"].as_str().unwrap_or_default().to_owned()
    }
}

/// No more files than these stand in [`Finding::examples`].
pub const MOST_EXAMPLES: usize = 5;

/// What was found. Each room has a type of its own for what it can find, tagged with `kind` in JSON.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Evidence {
    /// What Python compiles again and again, and what it never reads.
    Bytecode(bytecode::Bytecode),
    /// What is there more than once.
    Duplicate(duplicates::Duplicate),
    /// Lambda's limits.
    Limit(limits::Limit),
    /// The AWS SDKs' descriptions of services.
    Models(models::Models),
    /// Native libraries.
    Native(native::Native),
    /// What the runtime has, too.
    Provided(provided::Provided),
    /// Which distributions the handler reaches.
    Reachability(reach::Reachability),
    /// What no runtime reads.
    Unused(unused::Unused),
}

/// The largest few of some files.
pub(super) fn examples<'a>(files: impl Iterator<Item = (&'a str, u64)>) -> Vec<String> {
    let mut files: Vec<_> = files.collect();
    files.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    files.truncate(MOST_EXAMPLES);
    files.into_iter().map(|(path, _)| path.to_owned()).collect()
}
