//! What a recorded start knows: every module that was loaded, what it took by itself, and every import of every module.
//!
//! The hooks (Python's and Node's) answer an event of ours with it, as JSON.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One recorded start, or several together: medians, and for modules means of the middle half of the starts, which add up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recording {
    /// What the function is written in.
    pub language: Language,
    /// Version of the interpreter: `3.11.7`.
    pub version: String,
    /// The function's own handler.
    pub handler: String,
    /// Loading the handler's module and all that it needs, ms. Of one recorded start: without the hook's own time. Of several: as
    /// plain starts have it, and the modules' times are scaled to that.
    pub total_ms: f64,
    /// What of that the processor was at work, ms: the rest is waiting. None: not known, as if it were all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ms: Option<f64>,
    /// Every module that was loaded, in the order in which loading them began.
    pub modules: Vec<Module>,
    /// Every import, also of modules that were loaded already.
    pub imports: Vec<Import>,
    /// The first invoke's handler, ms; none if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_ms: Option<f64>,
    /// Why the handler could not be loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<LoadError>,
    /// Why the first invoke failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_error: Option<LoadError>,
    /// Imports that were put off in this start, and when each was needed after all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deferred: Vec<Deferred>,
    /// What could not be seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A language that has a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Python.
    Python,
    /// Node.
    Node,
}

/// When something happened.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// While the handler's module was loaded.
    #[default]
    Init,
    /// In the first invoke.
    First,
}

/// A module that was loaded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Module {
    /// Dotted name (Python) or path below the package (Node).
    pub name: String,
    /// Its file; none: built in, or a namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Finding, reading and running it, less the imports in it, ms.
    pub self_ms: f64,
    /// What the process grew by meanwhile, less what the imports in it took, KB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_kb: Option<f64>,
    /// When it was loaded.
    #[serde(default)]
    pub phase: Phase,
    /// Whose initialising loaded it first: a position in `modules`. None: the runtime client or the handler's call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loaded_by: Option<usize>,
    /// The line that did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The function's own: a file of the package that belongs to no distribution.
    #[serde(default)]
    pub own: bool,
    /// Only a folder that several distributions share.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub namespace: bool,
    /// The distribution that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<String>,
}

/// An import of one module by another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Import {
    /// Position of the module that needs it: the innermost one still initialising, else the one whose code imports.
    pub from: usize,
    /// Position of the module that is imported.
    pub to: usize,
    /// Line of the import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// When.
    #[serde(default)]
    pub phase: Phase,
    /// Position of the module in whose code the line is, where that is not `from`: a function of it was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<usize>,
    /// The function that the import is in; none: it is at module level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// The module in whose code the import is, where that is none of `modules`: it was there before, or could not be loaded
    /// (Python). The line is then the one of `from` that called it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
}

/// An error as Lambda reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LoadError {
    /// `Runtime.ImportModuleError`, or the exception's own name.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it says.
    pub message: String,
}

/// An import of the function's own modules that was put off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Deferred {
    /// The module that imports.
    pub importer: String,
    /// The module that is imported.
    pub module: String,
    /// The name it is bound to.
    pub name: String,
    /// Line of the import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// When it was first used; none: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Phase>,
    /// Line of the importer that used it, if it was one of the importer's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_line: Option<u32>,
}

/// A module that was put off, and that somebody else has loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Otherwise {
    /// The module.
    pub module: String,
    /// Who.
    pub by: String,
    /// Line of the import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}
