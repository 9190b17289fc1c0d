//! Node.js: which executable, and which client runs in it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::clients;
use super::machine::{self, Machine};
use super::{
    Chosen, Question, ResolvedRuntime, RuntimeClient, RuntimeError, ric_file, ric_path, text,
};

const PROBE: &str = "console.log(); JSON.stringify({ executable: process.execPath, version: process.versions.node })";

/// Variables that no environment has, and that would colour the answers.
const FOREIGN: &[&str] = &["NODE_"];

/// A real executable.
#[derive(Debug, Deserialize)]
struct Node {
    executable: PathBuf,
    version: String,
}

pub(super) fn resolve(
    question: &Question,
    major: Option<u32>,
) -> Result<ResolvedRuntime, RuntimeError> {
    let node = find(question, major)?;
    let chosen = choose(question, &node)?;
    let actual = node.major();
    let mut env = BTreeMap::new();
    env.insert(
        "AWS_EXECUTION_ENV".to_owned(),
        // What the function is configured for, which is what it sees on AWS.
        format!("AWS_Lambda_nodejs{}.x", major.unwrap_or(actual)),
    );
    let mut modules: Vec<PathBuf> = Vec::new();
    if let Some(opt) = question.opt_root {
        modules.extend(node.layer_folders(opt));
    }
    modules.push(question.task_root.to_owned());
    let modules: Vec<String> = modules.iter().map(|folder| text(folder)).collect();
    env.insert("NODE_PATH".to_owned(), modules.join(":"));
    let visible = vec![node.prefix().to_owned()];
    let version = format!("Node.js {}", node.version);
    Ok(chosen.resolved(
        &node.executable,
        version,
        visible,
        env,
        &question.options.clients,
    ))
}

fn find(question: &Question, major: Option<u32>) -> Result<Node, RuntimeError> {
    let machine = question.machine;
    if let Some(major) = major
        && let Some(node) = candidates(machine, |version| version.first() == Some(&major))
            .find(|node| node.major() == major)
    {
        return Ok(node);
    }
    let any = candidates(machine, |_| true).next();
    match (major, any) {
        (None, Some(node)) => Ok(node),
        (Some(_), Some(node)) if question.options.any_version => Ok(node),
        (_, any) => Err(missing(major, any.as_ref())),
    }
}

/// Those on `PATH`, then those that version managers keep.
fn candidates(machine: &Machine, wanted: impl Fn(&[u32]) -> bool) -> impl Iterator<Item = Node> {
    let names = ["node".to_owned(), "nodejs".to_owned()];
    machine
        .on_path(&names)
        .into_iter()
        .chain(machine::installed(&machine.nodes, &["node"], wanted))
        .filter_map(|candidate| Node::ask(&candidate))
}

fn missing(major: Option<u32>, there: Option<&Node>) -> RuntimeError {
    let (wanted, number) = match major {
        Some(major) => (
            format!("nodejs{major}.x (Node.js {major})"),
            major.to_string(),
        ),
        None => ("nodejs (Node.js)".to_owned(), "node".to_owned()),
    };
    let install = format!(
        "install it (nvm install {number}, or your system's nodejs package of that version)"
    );
    let found = there.map(|node| format!("Node.js {}", node.version));
    RuntimeError::missing(wanted, install, found)
}

impl Node {
    /// Asks a candidate; `None` if it is a shim of something absent, or no Node.js.
    fn ask(candidate: &Path) -> Option<Self> {
        let arguments = [OsStr::new("-p"), OsStr::new(PROBE)];
        let mut node: Self =
            serde_json::from_value(machine::ask(candidate, &arguments, FOREIGN)?).ok()?;
        node.executable = node.executable.canonicalize().ok()?;
        Some(node)
    }

    fn major(&self) -> u32 {
        let major = self.version.split('.').next().unwrap_or_default();
        major.parse().unwrap_or_default()
    }

    /// The folder that the executable's installation lies in.
    fn prefix(&self) -> &Path {
        let folder = self.executable.parent().unwrap_or(&self.executable);
        if folder.ends_with("bin") {
            folder.parent().unwrap_or(folder)
        } else {
            folder
        }
    }

    /// Where layers may put modules, in AWS's order.
    fn layer_folders(&self, opt: &Path) -> [PathBuf; 2] {
        let nodejs = opt.join("nodejs");
        [
            nodejs.join(format!("node{}/node_modules", self.major())),
            nodejs.join("node_modules"),
        ]
    }
}

/// aws-lambda-ric as it lies in a folder.
struct Ric {
    name: String,
    main: PathBuf,
    package: PathBuf,
}

impl Ric {
    /// The package at `package`, if it is aws-lambda-ric and its native half was built.
    fn at(package: &Path) -> Option<Self> {
        #[derive(Deserialize)]
        struct Manifest {
            name: String,
            version: String,
            main: String,
        }
        let manifest = std::fs::read(package.join("package.json")).ok()?;
        let manifest: Manifest = serde_json::from_slice(&manifest).ok()?;
        // Beside the main module from version 4 on.
        let built = ["dist", ".", "build/Release"]
            .iter()
            .any(|folder| package.join(folder).join("rapid-client.node").is_file());
        (manifest.name == "aws-lambda-ric" && built).then(|| Self {
            name: format!("aws-lambda-ric {}", manifest.version),
            main: package.join(&manifest.main),
            package: package.to_owned(),
        })
    }

    fn chosen(self, origin: &str, clients: &Path) -> Result<Chosen, RuntimeError> {
        // The package and layers are presented by the environment itself; other folders have to be made visible.
        let presented = matches!(origin, "package" | "layer");
        Ok(Chosen {
            client: RuntimeClient {
                name: self.name,
                origin: origin.to_owned(),
            },
            arguments: vec![clients::NODE_RIC.written(clients)?, self.main],
            whole: false,
            folder: if presented {
                clients.to_owned()
            } else {
                self.package
            },
        })
    }
}

fn choose(question: &Question, node: &Node) -> Result<Chosen, RuntimeError> {
    let clients = &question.options.clients;
    let in_modules = |modules: &Path| Ric::at(&modules.join("aws-lambda-ric"));
    if let Some(ric) = in_modules(&question.task_root.join("node_modules")) {
        return ric.chosen("package", clients);
    }
    if let Some(opt) = question.opt_root
        && let Some(ric) = node.layer_folders(opt).iter().find_map(|m| in_modules(m))
    {
        return ric.chosen("layer", clients);
    }
    if let Some(given) = &question.options.ric {
        return chosen_by_user(&ric_path(given)?, clients);
    }
    if let Some(ric) = in_modules(&node.prefix().join("lib/node_modules")) {
        return ric.chosen("interpreter", clients);
    }
    Ok(Chosen {
        client: RuntimeClient {
            name: "lambench-node".to_owned(),
            origin: "embedded".to_owned(),
        },
        arguments: vec![clients::NODE.written(clients)?],
        whole: false,
        folder: clients.clone(),
    })
}

fn chosen_by_user(path: &Path, clients: &Path) -> Result<Chosen, RuntimeError> {
    if path.is_file() {
        return ric_file(path, &["js", "cjs", "mjs"]);
    }
    // The package itself, the folder that it was installed into, or its node_modules.
    ["", "node_modules/aws-lambda-ric", "aws-lambda-ric"]
        .iter()
        .find_map(|below| Ric::at(&path.join(below)))
        .ok_or_else(|| RuntimeError::Ric {
            path: path.to_owned(),
            reason: "there is no aws-lambda-ric in it with its native part built".to_owned(),
        })?
        .chosen("--ric", clients)
}
