//! What Python's import system decides of every source and every piece of bytecode, from names, times and heads alone.

use std::collections::HashSet;

use super::super::files::{Files, PackageFile};
use super::super::python::Python;
use super::pyc::{self, Head, Refused};

/// What becomes of a source when it is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Bytecode is used: its record of the source's time and size agrees.
    Valid,
    /// Bytecode is used: the source's hash agrees.
    Checked,
    /// Bytecode is used without a look at the source.
    Unchecked,
    /// As before, but it was made from another source than the one that lies beside it.
    UncheckedOther,
    /// Compiled: there is no bytecode for this Python, and none for another.
    Missing,
    /// Compiled: there is bytecode for other Pythons alone.
    OtherPython,
    /// Compiled: the time that bytecode recorded is not the source's.
    StaleTime,
    /// Compiled: the size that bytecode recorded is not the source's.
    StaleSize,
    /// Compiled: the hash that bytecode recorded is not the source's.
    StaleHash,
    /// Compiled: bytecode is cut short, or its flags mean nothing.
    Damaged,
    /// Not imported: a native module or a package of the same name goes before it.
    Hidden,
}

impl Class {
    /// Whether Python compiles the source at every start.
    pub fn is_compiled(self) -> bool {
        !matches!(
            self,
            Self::Valid | Self::Checked | Self::Unchecked | Self::UncheckedOther | Self::Hidden
        )
    }
}

/// A source that can be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its path in the package.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// What becomes of it.
    pub class: Class,
    /// With [`Class::StaleTime`]: the time that bytecode recorded, and the one that the source will have.
    pub times: Option<(u32, i64)>,
}

/// Why bytecode is never read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unread {
    /// Named for another Python, or for another level of optimisation.
    OtherName,
    /// In `__pycache__`, without its source.
    NoSource,
    /// Beside its source, where Python has not looked for it since 3.2.
    BesideSource,
    /// Its source is hidden by a native module or a package.
    Hidden,
}

/// Bytecode instead of a source: `x.py` is not there, and `x.pyc` in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourceless {
    /// Its path in the package.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Whether Python takes it; where not, the import fails.
    pub loads: bool,
    /// The minor of the Python that made it.
    pub made_by: Option<u8>,
}

/// Everything that Python decides in one package or layer.
#[derive(Debug, Default)]
pub struct Decisions {
    /// The sources.
    pub sources: Vec<Source>,
    /// Bytecode that stands in a source's place.
    pub sourceless: Vec<Sourceless>,
    /// Bytecode that is never read, with its size and the reason.
    pub unread: Vec<(String, u64, Unread)>,
}

/// Decides as `python` would. `roots` are the folders that it looks into, `""` or ending in `/`; what lies outside
/// them, or has a name that no import can have, is left out.
pub(super) fn decide(files: &Files, roots: &[String], python: Python, arm: bool) -> Decisions {
    let judge = Judge {
        files,
        python,
        cached: files
            .list()
            .iter()
            .filter_map(|file| cached_stem(&file.path))
            .collect(),
        native: native_endings(python, arm),
    };
    let mut decisions = Decisions::default();
    for file in files.list() {
        let Some(inside) = below(&file.path, roots) else {
            continue;
        };
        if let Some(module) = inside.strip_suffix(".py") {
            let stem = &file.path[..file.path.len() - ".py".len()];
            if can_be_imported(module) {
                decisions.sources.push(judge.source(file, stem));
            }
        } else if let Some(module) = inside.strip_suffix(".pyc") {
            judge.bytecode(file, module, &mut decisions);
        }
    }
    decisions
}

/// What follows the longest of the roots that a path lies in.
pub(super) fn below<'a>(path: &'a str, roots: &[String]) -> Option<&'a str> {
    let inside = roots
        .iter()
        .filter_map(|root| path.strip_prefix(root.as_str()));
    inside.min_by_key(|inside| inside.len())
}

/// Whether `package/module` can be written in an import, or `importlib` would be needed.
pub(super) fn can_be_imported(module: &str) -> bool {
    module.split('/').all(|part| {
        let mut letters = part.chars();
        letters
            .next()
            .is_some_and(|c| c.is_alphabetic() || c == '_')
            && letters.all(|c| c.is_alphanumeric() || c == '_')
    })
}

/// `pkg/x` of `pkg/__pycache__/x.cpython-311.opt-1.pyc`.
fn cached_stem(path: &str) -> Option<String> {
    let (before, name) = path.rsplit_once('/')?;
    let folder = before.strip_suffix("__pycache__")?;
    if !(folder.is_empty() || folder.ends_with('/')) {
        return None;
    }
    let (module, tag) = name.strip_suffix(".pyc")?.split_once('.')?;
    tag.starts_with("cpython-")
        .then(|| format!("{folder}{module}"))
}

/// The endings of native modules, which go before sources.
fn native_endings(python: Python, arm: bool) -> Vec<String> {
    let machine = if arm { "aarch64" } else { "x86_64" };
    vec![
        format!(".{}-{machine}-linux-gnu.so", python.tag()),
        ".abi3.so".to_owned(),
        ".so".to_owned(),
    ]
}

struct Judge<'a> {
    files: &'a Files,
    python: Python,
    /// Modules with bytecode of any version in `__pycache__`.
    cached: HashSet<String>,
    native: Vec<String>,
}

impl Judge<'_> {
    fn source(&self, file: &PackageFile, stem: &str) -> Source {
        let mut times = None;
        let class = if self.hidden(stem) {
            Class::Hidden
        } else {
            let bytecode = self.files.read_start(&self.cache(stem), pyc::HEAD);
            match bytecode {
                Ok(bytecode) => self.with_bytecode(file, &bytecode, &mut times),
                Err(_) if self.cached.contains(stem) => Class::OtherPython,
                Err(_) => Class::Missing,
            }
        };
        Source {
            path: file.path.clone(),
            bytes: file.bytes,
            class,
            times,
        }
    }

    fn with_bytecode(
        &self,
        file: &PackageFile,
        bytecode: &[u8],
        times: &mut Option<(u32, i64)>,
    ) -> Class {
        let minor = self.python.minor;
        match pyc::head(bytecode, minor) {
            Err(Refused::OtherPython) => Class::OtherPython,
            Err(Refused::Damaged) => Class::Damaged,
            Ok(Head::Hash { checked, hash }) => {
                let source = self.files.read(&file.path).unwrap_or_default();
                match (checked, pyc::source_hash(minor, &source) == hash) {
                    (true, true) => Class::Checked,
                    (true, false) => Class::StaleHash,
                    (false, true) => Class::Unchecked,
                    (false, false) => Class::UncheckedOther,
                }
            }
            Ok(Head::Time { modified, bytes }) => {
                let found = file.modified.map(|time| time.seconds);
                // Python compares the lowest 32 bits of both.
                if found.is_none_or(|found| found as u32 != modified) {
                    *times = found.map(|found| (modified, found));
                    Class::StaleTime
                } else if file.bytes as u32 == bytes {
                    Class::Valid
                } else {
                    Class::StaleSize
                }
            }
        }
    }

    fn bytecode(&self, file: &PackageFile, module: &str, decisions: &mut Decisions) {
        let mut unread = |why| decisions.unread.push((file.path.clone(), file.bytes, why));
        if let Some(stem) = cached_stem(&file.path) {
            if file.path != self.cache(&stem) {
                unread(Unread::OtherName);
            } else if !self.files.has(&format!("{stem}.py")) {
                unread(Unread::NoSource);
            } else if self.hidden(&stem) {
                unread(Unread::Hidden);
            }
            return;
        }
        let stem = &file.path[..file.path.len() - ".pyc".len()];
        if !can_be_imported(module) {
            return;
        }
        if self.files.has(&format!("{stem}.py")) {
            unread(Unread::BesideSource);
        } else if self.hidden(stem) {
            unread(Unread::Hidden);
        } else {
            let bytecode = self
                .files
                .read_start(&file.path, pyc::HEAD)
                .unwrap_or_default();
            decisions.sourceless.push(Sourceless {
                path: file.path.clone(),
                bytes: file.bytes,
                loads: pyc::head(&bytecode, self.python.minor).is_ok(),
                made_by: pyc::made_by(&bytecode),
            });
        }
    }

    /// Where this Python looks for a module's bytecode.
    fn cache(&self, stem: &str) -> String {
        let (folder, module) = stem
            .rsplit_once('/')
            .map_or(("", stem), |(folder, module)| (folder, module));
        let slash = if folder.is_empty() { "" } else { "/" };
        format!(
            "{folder}{slash}__pycache__/{module}.{}.pyc",
            self.python.tag()
        )
    }

    /// Whether a package of the name, or a native module beside it, is found first.
    fn hidden(&self, stem: &str) -> bool {
        let native = |stem: &str| {
            self.native
                .iter()
                .any(|ending| self.files.has(&format!("{stem}{ending}")))
        };
        let init = format!("{stem}/__init__");
        native(stem)
            || native(&init)
            || self.files.has(&format!("{init}.py"))
            || self.files.has(&format!("{init}.pyc"))
    }
}
