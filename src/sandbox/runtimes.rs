//! Runtime identifiers -> what to execute on this machine: the real interpreter and the client that speaks the Runtime API.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::environment::{ResolvedRuntime, RuntimeClient};

mod clients;
mod machine;
mod node;
mod provided;
mod python;

use machine::Machine;

/// What runs here, for people.
pub const SUPPORTED: &str =
    "python3, python3.N, nodejs, nodejsN.x, provided, provided.al2 and provided.al2023";

/// How the user wants runtimes to be found.
#[derive(Debug, Clone, Default)]
pub struct RuntimeOptions {
    /// `--ric PATH`: a runtime interface client to run instead of the others.
    pub ric: Option<PathBuf>,
    /// `--any-version`: `python3.12` takes whatever Python 3 is there.
    pub any_version: bool,
    /// Where embedded clients are written, once per sandbox.
    pub clients: PathBuf,
}

/// Why a runtime can't run here.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// An identifier that the sandbox has nothing for.
    #[error("runtime `{0}` is not supported by the sandbox, which runs {SUPPORTED}")]
    Unsupported(String),
    /// No interpreter of the wanted version.
    #[error("{wanted} is not on this machine ({}); {}", found_text(.found.as_ref()), .install)]
    MissingInterpreter {
        /// `python3.12`, `Node.js 20`.
        wanted: String,
        /// What is there instead: `Python 3.11.7`.
        found: Option<String>,
        /// What to do about it.
        install: String,
    },
    /// A `provided` function without the executable that is its runtime.
    #[error(
        "runtime `{0}` needs an executable named `bootstrap` at the top of the package or of a layer, and there is none"
    )]
    NoBootstrap(String),
    /// `bootstrap` is there, but not as an executable.
    #[error("{path} can't be executed: {reason}")]
    BadBootstrap {
        /// `bootstrap`, and whose it is.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// `--ric` names something that can't serve this runtime.
    #[error("--ric {}: {reason}", .path.display())]
    Ric {
        /// As it was given.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An embedded client could not be written.
    #[error("writing the runtime client {}: {source}", .path.display())]
    Client {
        /// Where to.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

impl RuntimeError {
    /// No interpreter of the wanted version; `found` is another version that is there.
    fn missing(wanted: String, install: String, found: Option<String>) -> Self {
        Self::MissingInterpreter {
            install: match &found {
                Some(found) => format!("{install} or give --any-version, which would take {found}"),
                None => install,
            },
            wanted,
            found,
        }
    }
}

fn found_text(found: Option<&String>) -> String {
    found.map_or_else(
        || "none was found".to_owned(),
        |found| format!("{found} is"),
    )
}

/// Whether the sandbox has anything for an identifier, on a machine that has every interpreter.
pub fn supports(runtime_id: &str) -> bool {
    Family::of(runtime_id).is_some()
}

/// Finds what to execute for `runtime_id`. `task_root` and `opt_root` are the unpacked package and merged layers.
/// Blocking: it runs interpreters to ask for their versions.
pub fn resolve(
    runtime_id: &str,
    task_root: &Path,
    opt_root: Option<&Path>,
    options: &RuntimeOptions,
) -> Result<ResolvedRuntime, RuntimeError> {
    resolve_on(
        &Machine::current(),
        runtime_id,
        task_root,
        opt_root,
        options,
    )
}

fn resolve_on(
    machine: &Machine,
    runtime_id: &str,
    task_root: &Path,
    opt_root: Option<&Path>,
    options: &RuntimeOptions,
) -> Result<ResolvedRuntime, RuntimeError> {
    let question = Question {
        machine,
        runtime_id,
        task_root,
        opt_root,
        options,
    };
    match Family::of(runtime_id) {
        Some(Family::Python(minor)) => python::resolve(&question, minor),
        Some(Family::Node(major)) => node::resolve(&question, major),
        Some(Family::Provided) => provided::resolve(&question),
        None => Err(RuntimeError::Unsupported(runtime_id.to_owned())),
    }
}

/// All that an answer depends on.
struct Question<'q> {
    machine: &'q Machine,
    runtime_id: &'q str,
    task_root: &'q Path,
    opt_root: Option<&'q Path>,
    options: &'q RuntimeOptions,
}

/// A runtime identifier, understood; versions are what the user insists on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Python 3, and which minor.
    Python(Option<u32>),
    /// Node.js, and which major.
    Node(Option<u32>),
    /// The package or a layer brings its own.
    Provided,
}

impl Family {
    fn of(runtime_id: &str) -> Option<Self> {
        // `parse` alone would take `python3.+9`.
        let number = |text: &str| {
            let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| text.parse().ok()).flatten()
        };
        match runtime_id {
            "python3" => Some(Self::Python(None)),
            "nodejs" => Some(Self::Node(None)),
            "provided" | "provided.al2" | "provided.al2023" => Some(Self::Provided),
            _ => {
                if let Some(minor) = runtime_id.strip_prefix("python3.") {
                    number(minor).map(|minor| Self::Python(Some(minor)))
                } else {
                    let major = runtime_id.strip_prefix("nodejs")?.strip_suffix(".x")?;
                    number(major).map(|major| Self::Node(Some(major)))
                }
            }
        }
    }
}

/// The client that was chosen and how it is started.
struct Chosen {
    client: RuntimeClient,
    /// What follows the interpreter; or, `whole`, the complete command.
    arguments: Vec<PathBuf>,
    /// The client is an executable of its own and the interpreter is its business.
    whole: bool,
    /// Becomes `LAMBDA_RUNTIME_DIR` and stays visible.
    folder: PathBuf,
}

impl Chosen {
    /// Puts the interpreter before the client's arguments and everything together.
    fn resolved(
        self,
        interpreter: &Path,
        version: String,
        mut visible: Vec<PathBuf>,
        mut env: BTreeMap<String, String>,
        clients: &Path,
    ) -> ResolvedRuntime {
        let mut argv = self.arguments;
        if !self.whole {
            argv.insert(0, interpreter.to_owned());
        }
        env.insert("LAMBDA_RUNTIME_DIR".to_owned(), text(&self.folder));
        visible.push(self.folder);
        visible.push(clients.to_owned());
        ResolvedRuntime {
            argv,
            version,
            client: self.client,
            visible: outermost(visible),
            env,
        }
    }
}

/// A runtime client that `--ric` gives as a file: a script for the interpreter, or an executable.
fn ric_file(path: &Path, scripts: &[&str]) -> Result<Chosen, RuntimeError> {
    let extension = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default();
    let script = scripts.contains(&extension);
    if !script && !machine::is_executable(path) {
        return Err(RuntimeError::Ric {
            path: path.to_owned(),
            reason: format!(
                "it is neither executable nor a script (.{})",
                scripts.join(", .")
            ),
        });
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(Chosen {
        client: RuntimeClient {
            name: name.into_owned(),
            origin: "--ric".to_owned(),
        },
        arguments: vec![path.to_owned()],
        whole: !script,
        folder: path.parent().unwrap_or(path).to_owned(),
    })
}

/// What `--ric` names, absolute, so that it means the same in every environment.
fn ric_path(given: &Path) -> Result<PathBuf, RuntimeError> {
    given.canonicalize().map_err(|error| RuntimeError::Ric {
        path: given.to_owned(),
        reason: error.to_string(),
    })
}

/// Existing folders without those that lie in another of them.
fn outermost(folders: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut kept: Vec<PathBuf> = Vec::new();
    for folder in folders {
        if !folder.exists() || kept.iter().any(|other| folder.starts_with(other)) {
            continue;
        }
        kept.retain(|other| !other.starts_with(&folder));
        kept.push(folder);
    }
    kept
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests;
