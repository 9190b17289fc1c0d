//! How a package runs, read off its files: the runtime and the handler that were not given.

use super::contents::Contents;

/// A runtime and a handler, each with the file that told it if it was inferred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inferred {
    /// Lambda runtime identifier.
    pub runtime: String,
    /// Which file told the runtime; none if it was given.
    pub runtime_from: Option<String>,
    /// Handler.
    pub handler: String,
    /// Which file told the handler; none if it was given.
    pub handler_from: Option<String>,
}

/// What could not be inferred.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// Neither runtime nor handler.
    #[error("no function found in it: looked for {} at its top", looked_for.join(", "))]
    Both {
        /// The names that would have told.
        looked_for: Vec<String>,
        /// The whole package lies in this folder inside it.
        inside: Option<String>,
    },
    /// The handler of a given runtime.
    #[error("no handler found for {runtime}: looked for {} at its top", looked_for.join(", "))]
    Handler {
        /// The given runtime.
        runtime: String,
        /// The names that would have told.
        looked_for: Vec<String>,
        /// The whole package lies in this folder inside it.
        inside: Option<String>,
    },
    /// The runtime of a given handler.
    #[error("no runtime found for handler {handler}: looked for {}", looked_for.join(", "))]
    Runtime {
        /// The given handler.
        handler: String,
        /// The names that would have told.
        looked_for: Vec<String>,
        /// The whole package lies in this folder inside it.
        inside: Option<String>,
    },
}

impl Unknown {
    /// The values that are wanted, by the names of their flags and keys.
    pub fn wanted(&self) -> &'static [&'static str] {
        match self {
            Self::Both { .. } => &["runtime", "handler"],
            Self::Handler { .. } => &["handler"],
            Self::Runtime { .. } => &["runtime"],
        }
    }

    /// A folder inside the package that holds what was looked for.
    pub fn inside(&self) -> Option<&str> {
        match self {
            Self::Both { inside, .. }
            | Self::Handler { inside, .. }
            | Self::Runtime { inside, .. } => inside.as_deref(),
        }
    }
}

const BOOTSTRAP: &str = "bootstrap";
const PROVIDED: &str = "provided.al2023";
const PYTHON: &str = "python3";
const NODE: &str = "nodejs";
const NODE_ENDINGS: [&str; 3] = ["mjs", "js", "cjs"];

/// Names that tell how a package runs, with the runtime and the handler that they mean. The first one there wins.
const TELLING: [(&str, &str, &str); 4] = [
    (
        "lambda_function.py",
        PYTHON,
        "lambda_function.lambda_handler",
    ),
    ("index.mjs", NODE, "index.handler"),
    ("index.js", NODE, "index.handler"),
    ("index.cjs", NODE, "index.handler"),
];

/// A family of runtimes, for what depends on it here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// `python*`.
    Python,
    /// `nodejs*`.
    Node,
    /// `provided*`: an executable named `bootstrap`.
    Provided,
    /// Anything else.
    Other,
}

impl Family {
    /// The family of a runtime identifier.
    pub fn of(runtime: &str) -> Self {
        if runtime.starts_with("python") {
            Self::Python
        } else if runtime.starts_with("nodejs") {
            Self::Node
        } else if runtime.starts_with("provided") {
            Self::Provided
        } else {
            Self::Other
        }
    }
}

/// Fills in what is not given.
pub fn infer(
    contents: &Contents,
    runtime: Option<&str>,
    handler: Option<&str>,
) -> Result<Inferred, Unknown> {
    let found = |runtime: &str, runtime_from, handler: &str, handler_from| Inferred {
        runtime: runtime.to_owned(),
        runtime_from,
        handler: handler.to_owned(),
        handler_from,
    };
    let by = |name: &str| Some(name.to_owned());
    match (runtime, handler) {
        (Some(runtime), Some(handler)) => Ok(found(runtime, None, handler, None)),
        (None, None) => {
            if contents.is_executable(BOOTSTRAP) {
                let from = by(BOOTSTRAP);
                return Ok(found(PROVIDED, from.clone(), BOOTSTRAP, from));
            }
            telling(contents, "", None)
                .map(|(name, runtime, handler)| found(runtime, by(name), handler, by(name)))
                .ok_or_else(|| Unknown::Both {
                    looked_for: looked_for(None),
                    inside: inside(contents, None),
                })
        }
        (Some(runtime), None) => {
            let family = Family::of(runtime);
            if family == Family::Provided {
                // Lambda wants a handler here too, and most bootstraps ignore it.
                return Ok(found(runtime, None, BOOTSTRAP, by(BOOTSTRAP)));
            }
            telling(contents, "", Some(family))
                .map(|(name, _, handler)| found(runtime, None, handler, by(name)))
                .ok_or_else(|| Unknown::Handler {
                    runtime: runtime.to_owned(),
                    looked_for: looked_for(Some(family)),
                    inside: inside(contents, Some(family)),
                })
        }
        (None, Some(handler)) => {
            if contents.is_executable(BOOTSTRAP) {
                return Ok(found(PROVIDED, by(BOOTSTRAP), handler, None));
            }
            let files = [PYTHON, NODE].map(|runtime| (runtime, module_files(runtime, handler)));
            let exists = files.iter().find_map(|(runtime, files)| {
                let file = files.iter().find(|file| contents.has(file))?;
                Some((*runtime, file.clone()))
            });
            exists
                .map(|(runtime, file)| found(runtime, Some(file), handler, None))
                .ok_or_else(|| Unknown::Runtime {
                    handler: handler.to_owned(),
                    looked_for: files.into_iter().flat_map(|(_, files)| files).collect(),
                    inside: None,
                })
        }
    }
}

/// Files at the top that may hold a handler, though their names don't tell.
pub fn candidates(contents: &Contents) -> Vec<String> {
    let mut files = contents.top_files();
    files.retain(|file| {
        let module = file.rsplit_once('.');
        module.is_some_and(|(name, ending)| {
            !name.is_empty() && (ending == "py" || NODE_ENDINGS.contains(&ending))
        })
    });
    files
}

/// The file that a handler's module should be, if the package lacks it; none if it is there or can't be known.
pub fn missing_module(contents: &Contents, runtime: &str, handler: &str) -> Option<String> {
    match Family::of(runtime) {
        Family::Provided => (!contents.has(BOOTSTRAP)).then(|| BOOTSTRAP.to_owned()),
        Family::Other => None,
        Family::Python | Family::Node => {
            let files = module_files(runtime, handler);
            let first = files.first()?.clone();
            let compiled = first.strip_suffix(".py").is_some_and(|module| {
                let (folder, name) = module.rsplit_once('/').unwrap_or(("", module));
                // module.pyc, module.cpython-312-x86_64-linux-gnu.so
                contents.has_starting(folder, &format!("{name}."))
            });
            (!compiled && !files.iter().any(|file| contents.has(file))).then_some(first)
        }
    }
}

/// Whether a `provided` package's `bootstrap` is there but may not be executed.
pub fn bootstrap_is_not_executable(contents: &Contents, runtime: &str) -> bool {
    Family::of(runtime) == Family::Provided
        && contents.has(BOOTSTRAP)
        && !contents.is_executable(BOOTSTRAP)
}

/// The files that a handler's module may be. Empty if the handler has no module.
fn module_files(runtime: &str, handler: &str) -> Vec<String> {
    let handler = handler.strip_prefix("./").unwrap_or(handler);
    match Family::of(runtime) {
        Family::Python => handler
            .rsplit_once('.')
            .map_or_else(Vec::new, |(module, _)| {
                let module = module.replace('.', "/");
                vec![format!("{module}.py"), format!("{module}/__init__.py")]
            }),
        Family::Node => {
            let (folder, name) = match handler.rsplit_once('/') {
                Some((folder, name)) => (format!("{folder}/"), name),
                None => (String::new(), handler),
            };
            name.split_once('.').map_or_else(Vec::new, |(module, _)| {
                NODE_ENDINGS
                    .iter()
                    .map(|ending| format!("{folder}{module}.{ending}"))
                    .collect()
            })
        }
        Family::Provided | Family::Other => Vec::new(),
    }
}

fn telling(
    contents: &Contents,
    folder: &str,
    family: Option<Family>,
) -> Option<(&'static str, &'static str, &'static str)> {
    TELLING.into_iter().find(|(name, runtime, _)| {
        family.is_none_or(|family| family == Family::of(runtime))
            && contents.has(&format!("{folder}{name}"))
    })
}

fn inside(contents: &Contents, family: Option<Family>) -> Option<String> {
    let folder = contents.only_folder()?;
    telling(contents, &format!("{folder}/"), family).map(|_| folder)
}

fn looked_for(family: Option<Family>) -> Vec<String> {
    let bootstrap = family.is_none().then(|| BOOTSTRAP.to_owned());
    let others = TELLING
        .into_iter()
        .filter(|(_, runtime, _)| family.is_none_or(|family| family == Family::of(runtime)))
        .map(|(name, _, _)| name.to_owned());
    bootstrap.into_iter().chain(others).collect()
}
