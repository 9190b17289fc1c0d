//! Python: which interpreter, and which client runs in it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::clients::{self, Embedded};
use super::machine::{self, Machine};
use super::{
    Chosen, Question, ResolvedRuntime, RuntimeClient, RuntimeError, ric_file, ric_path, text,
};

/// What an interpreter says about itself. Its first search path entry, the current folder, is ours alone.
const PROBE: &str = "
import sys
sys.path = [entry for entry in sys.path if entry]
import importlib.machinery, importlib.util, json
found = importlib.util.find_spec('awslambdaric')
print()
print(json.dumps({
    'implementation': sys.implementation.name,
    'executable': sys.executable,
    'version': sys.version_info[:3],
    'prefix': sys.prefix,
    'base_prefix': sys.base_prefix,
    'exec_prefix': sys.base_exec_prefix,
    'path': sys.path,
    'suffixes': importlib.machinery.EXTENSION_SUFFIXES,
    'bytecode': '%s-%s' % (sys.implementation.cache_tag, importlib.util.MAGIC_NUMBER[:2].hex()),
    'ric': list(found.submodule_search_locations or []) if found else [],
}))
";

/// Compiles a client into bytecode that is never checked against its source.
const COMPILE: &str = "
import importlib.util, marshal, sys
source, target = sys.argv[1:]
with open(source, 'rb') as file:
    code = compile(file.read(), source, 'exec', dont_inherit=True)
with open(target, 'wb') as file:
    file.write(importlib.util.MAGIC_NUMBER + b'\\1' + bytes(11) + marshal.dumps(code))
";

/// Variables that no environment has, and that would colour the answers.
const FOREIGN: &[&str] = &["PYTHON", "__PYVENV_LAUNCHER__"];

/// The oldest minor that our client serves: from 3.7 on, standard output is UTF-8 whatever the locale.
const OLDEST_MINOR: u32 = 7;

/// A real interpreter.
#[derive(Debug, Deserialize)]
struct Python {
    implementation: String,
    executable: PathBuf,
    version: (u32, u32, u32),
    prefix: PathBuf,
    base_prefix: PathBuf,
    exec_prefix: PathBuf,
    path: Vec<PathBuf>,
    suffixes: Vec<String>,
    bytecode: String,
    ric: Vec<PathBuf>,
}

pub(super) fn resolve(
    question: &Question,
    minor: Option<u32>,
) -> Result<ResolvedRuntime, RuntimeError> {
    let python = find(question, minor)?;
    let chosen = choose(question, &python)?;
    let (major, actual, patch) = python.version;
    let mut env = BTreeMap::new();
    env.insert(
        "AWS_EXECUTION_ENV".to_owned(),
        // What the function is configured for, which is what it sees on AWS.
        format!("AWS_Lambda_python3.{}", minor.unwrap_or(actual)),
    );
    if let Some(opt) = question.opt_root {
        let folders = python.layer_folders(opt).map(|folder| text(&folder));
        env.insert("PYTHONPATH".to_owned(), folders.join(":"));
    }
    let mut visible = vec![python.base_prefix, python.prefix, python.exec_prefix];
    visible.extend(python.executable.parent().map(Path::to_owned));
    visible.extend(
        python
            .executable
            .canonicalize()
            .ok()
            .and_then(|p| Some(p.parent()?.to_owned())),
    );
    visible.extend(python.path);
    let version = format!("Python {major}.{actual}.{patch}");
    Ok(chosen.resolved(
        &python.executable,
        version,
        visible,
        env,
        &question.options.clients,
    ))
}

fn find(question: &Question, minor: Option<u32>) -> Result<Python, RuntimeError> {
    let machine = question.machine;
    if let Some(minor) = minor
        && let Some(python) = find_minor(machine, minor)
    {
        return Ok(python);
    }
    let any = find_any(machine);
    match (minor, any) {
        (None, Some(python)) => Ok(python),
        (Some(_), Some(python)) if question.options.any_version => Ok(python),
        (_, any) => Err(missing(minor, any.as_ref())),
    }
}

fn find_minor(machine: &Machine, minor: u32) -> Option<Python> {
    let exact = [format!("python3.{minor}")];
    let usual = ["python3".to_owned(), "python".to_owned()];
    [machine.on_path(&exact), machine.on_path(&usual)]
        .concat()
        .into_iter()
        .chain(machine::installed(
            &machine.pythons,
            &["python3"],
            |version| version.starts_with(&[3, minor]),
        ))
        .filter_map(|candidate| Python::ask(&candidate))
        .find(|python| python.version.1 == minor)
}

fn find_any(machine: &Machine) -> Option<Python> {
    let usual = ["python3".to_owned(), "python".to_owned()];
    machine
        .on_path(&usual)
        .into_iter()
        .chain(machine::installed(
            &machine.pythons,
            &["python3"],
            |version| version.first() == Some(&3),
        ))
        .find_map(|candidate| Python::ask(&candidate))
}

fn missing(minor: Option<u32>, there: Option<&Python>) -> RuntimeError {
    let (wanted, number) = match minor {
        Some(minor) => (format!("python3.{minor}"), format!("3.{minor}")),
        None => ("python3".to_owned(), "3".to_owned()),
    };
    let install = format!(
        "install it (apt-get install {wanted}, pyenv install {number}, or uv python install {number})"
    );
    let found = there.map(|python| {
        let (major, minor, patch) = python.version;
        format!("Python {major}.{minor}.{patch}")
    });
    RuntimeError::missing(wanted, install, found)
}

impl Python {
    /// Asks a candidate; `None` if it is a shim of something absent, too old, or no `CPython`.
    fn ask(candidate: &Path) -> Option<Self> {
        let arguments = [OsStr::new("-c"), OsStr::new(PROBE)];
        let answer = machine::ask(candidate, &arguments, FOREIGN)?;
        let mut python: Self = serde_json::from_value(answer).ok()?;
        let fits = python.implementation == "cpython"
            && python.version.0 == 3
            && python.version.1 >= OLDEST_MINOR
            && python.executable.is_absolute();
        // A virtual environment is where its link lies; any other Python is where the link leads.
        if fits && python.prefix == python.base_prefix {
            python.executable = python.executable.canonicalize().ok()?;
        }
        fits.then_some(python)
    }

    /// Where layers may put modules, in AWS's order.
    fn layer_folders(&self, opt: &Path) -> [PathBuf; 2] {
        let python = opt.join("python");
        [python.join(self.site_packages()), python]
    }

    fn site_packages(&self) -> PathBuf {
        PathBuf::from(format!("lib/python3.{}/site-packages", self.version.1))
    }

    /// awslambdaric's version if it lies in `folder` with a native half that this interpreter can load.
    fn ric_in(&self, folder: &Path) -> Option<String> {
        let package = folder.join("awslambdaric");
        let native = |suffix: &String| folder.join(format!("runtime_client{suffix}")).is_file();
        if !package.join("__main__.py").is_file() || !self.suffixes.iter().any(native) {
            return None;
        }
        let init = std::fs::read_to_string(package.join("__init__.py")).unwrap_or_default();
        let version = init
            .lines()
            .find_map(|line| line.strip_prefix("__version__"));
        let version = version
            .unwrap_or_default()
            .trim_matches(|c: char| !c.is_ascii_alphanumeric());
        Some(format!("awslambdaric {version}").trim_end().to_owned())
    }

    /// A client as bytecode of this very interpreter: a script is compiled again at each start, and that would lie on
    /// the init clock. The source itself if it can't be compiled.
    fn compiled(&self, client: &Embedded, folder: &Path) -> Result<PathBuf, RuntimeError> {
        let source = client.written(folder)?;
        let bytecode = folder.join(format!("{}.{}.pyc", client.versioned(), self.bytecode));
        let made = clients::once(&bytecode, |file| {
            let mut command = Command::new(&self.executable);
            command
                .args(["-I", "-c", COMPILE])
                .args([source.as_path(), file.path()])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            if command.status()?.success() {
                Ok(())
            } else {
                Err(std::io::Error::other("it can't be compiled"))
            }
        });
        Ok(if made.is_ok() { bytecode } else { source })
    }
}

fn choose(question: &Question, python: &Python) -> Result<Chosen, RuntimeError> {
    let clients = &question.options.clients;
    // The package and layers are presented by the environment itself; other folders have to be made visible.
    let importable = |name: String, origin: &str, folder: &Path| -> Result<Chosen, RuntimeError> {
        Ok(Chosen {
            client: RuntimeClient {
                name,
                origin: origin.to_owned(),
            },
            arguments: vec![python.compiled(&clients::PYTHON_RIC, clients)?],
            whole: false,
            folder: folder.to_owned(),
        })
    };
    if let Some(name) = python.ric_in(question.task_root) {
        return importable(name, "package", clients);
    }
    if let Some(opt) = question.opt_root {
        for folder in python.layer_folders(opt) {
            if let Some(name) = python.ric_in(&folder) {
                return importable(name, "layer", clients);
            }
        }
    }
    if let Some(given) = &question.options.ric {
        return chosen_by_user(&ric_path(given)?, python, |name, folder| {
            let mut chosen = importable(name, "--ric", folder)?;
            chosen.arguments.push(folder.to_owned());
            Ok(chosen)
        });
    }
    for package in &python.ric {
        if let Some(folder) = package.parent()
            && let Some(name) = python.ric_in(folder)
        {
            return importable(name, "interpreter", folder);
        }
    }
    Ok(Chosen {
        client: RuntimeClient {
            name: "lambench-python".to_owned(),
            origin: "embedded".to_owned(),
        },
        arguments: vec![python.compiled(&clients::PYTHON, clients)?],
        whole: false,
        folder: clients.clone(),
    })
}

fn chosen_by_user(
    path: &Path,
    python: &Python,
    start: impl Fn(String, &Path) -> Result<Chosen, RuntimeError>,
) -> Result<Chosen, RuntimeError> {
    if path.is_file() {
        return ric_file(path, &["py", "pyc", "pyz"]);
    }
    // The folder that it was installed into, the package itself, or a virtual environment.
    let folders = [
        Some(path.to_owned()),
        path.parent()
            .map(Path::to_owned)
            .filter(|_| path.ends_with("awslambdaric")),
        Some(path.join(python.site_packages())),
    ];
    for folder in folders.into_iter().flatten() {
        if let Some(name) = python.ric_in(&folder) {
            return start(name, &folder);
        }
    }
    Err(RuntimeError::Ric {
        path: path.to_owned(),
        reason: format!(
            "there is no awslambdaric in it that Python 3.{} can load",
            python.version.1
        ),
    })
}
