//! The layer that records: its files, and the handlers in it that stand before the function's own.

use super::recording::Language;

/// The variable of a staged copy that holds the name of the function's own handler.
pub const HANDLER: &str = "LAMBENCH_PROFILE_HANDLER";
/// The variable of a start that records nothing but how long loading the handler took.
pub const PLAIN: &str = "LAMBENCH_PROFILE_PLAIN";
/// The variable that says which imports are put off: `target<importer,importer;target<importer`.
pub const DEFER: &str = "LAMBENCH_DEFER";
/// `0`: they are not, but all else is as if they were.
pub const DEFER_ACTIVE: &str = "LAMBENCH_DEFER_ACTIVE";
/// The event that is answered with the recording.
pub const EVENT: &str = r#"{"lambench_profile":"recording"}"#;

const PYTHON: &str = include_str!("hooks/profile.py");
const PYTHON_DEFER: &str = include_str!("hooks/defer.py");
const PYTHON_STAND_IN: &str = include_str!("hooks/stand_in.py");

/// What records a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hook {
    /// Which one.
    pub language: Language,
    /// The layer's files: path and text.
    pub files: &'static [(&'static str, &'static str)],
    /// The handler that records.
    pub handler: &'static str,
    /// The handler that only puts imports off; none: that can't be done.
    pub defer_handler: Option<&'static str>,
}

const PYTHON_HOOK: Hook = Hook {
    language: Language::Python,
    files: &[
        ("python/lambench_profile.py", PYTHON),
        ("python/lambench_defer.py", PYTHON_DEFER),
        ("python/lambench_stand_in.py", PYTHON_STAND_IN),
    ],
    handler: "lambench_profile.handler",
    defer_handler: Some("lambench_defer.handler"),
};

/// Text of a file of Node's hook, beside where it lies in the layer.
macro_rules! node_files {
    ($($name:literal),+) => {
        &[$((concat!("nodejs/lambench/", $name), include_str!(concat!("hooks/node/", $name)))),+]
    };
}

// By absolute paths, as the folder of the function's own handler decides how it is loaded.
const NODE_HOOK: Hook = Hook {
    language: Language::Node,
    files: node_files![
        "bundles.cjs",
        "callers.cjs",
        "defer.mjs",
        "deferred.cjs",
        "es_hooks.mjs",
        "es_modules.cjs",
        "load.cjs",
        "names.cjs",
        "profile.mjs",
        "recorder.cjs",
        "serve.mjs"
    ],
    handler: "/opt/nodejs/lambench/profile.handler",
    defer_handler: Some("/opt/nodejs/lambench/defer.handler"),
};

impl Hook {
    /// For a runtime, if there is one.
    pub fn of(runtime: &str) -> Option<Self> {
        let all = [("python", PYTHON_HOOK), ("nodejs", NODE_HOOK)];
        let mut all = all.into_iter();
        all.find_map(|(name, hook)| runtime.starts_with(name).then_some(hook))
    }
}
