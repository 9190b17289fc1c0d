//! Which distributions of a package a Python function reaches, from its handler along every import, without running
//! anything. Made so that nothing which is loaded is ever said to be never reached; docs/reachability.md has the rules.

mod classes;
mod conditions;
mod edges;
mod facts;
mod finding;
mod imports;
mod metadata;
mod roots;
mod source;
mod tree;
mod walk;

pub use finding::{Reachability, findings, is_followed};
pub use source::parse_guarded;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Distribution, Ecosystem, Environment, Installed, Mounted, Place};
use classes::From;
use edges::Reading;
use metadata::Metadata;
use tree::Tree;

/// How certainly a distribution is reached; the most certain first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// While the handler's module is loaded.
    Reached,
    /// By an import in a function.
    ReachedLate,
    /// Only where its absence is caught, or by something that may load it but does not say so in an import.
    OptionalOnly,
    /// By nothing that was seen.
    NeverReached,
}

/// In which way a line leads to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It is the handler's module.
    Handler,
    /// An import when the module is loaded.
    Import,
    /// An import in a function.
    LateImport,
    /// An import whose failure is caught.
    GuardedImport,
    /// A name made at run time that begins so, or that may be any.
    Dynamic,
    /// Code that is put together as a text may load it.
    Code,
    /// A text that is its name.
    Text,
    /// A file of settings or a script names it.
    Settings,
    /// A variable of the environment names it.
    Environment,
    /// A script that may be started beside the handler.
    Script,
    /// Entry points are loaded, and it has some.
    EntryPoint,
    /// A package that loads its parts when they are asked for.
    Lazy,
    /// A native library may load it.
    Native,
    /// Bytecode without its source may load it.
    Sourceless,
    /// A file that could not be read may load it.
    Unread,
    /// The standard library loads it.
    Standard,
    /// Pickled data may name it.
    Pickle,
    /// It lies where some code may have put Python's path.
    OtherPath,
    /// What is reached requires it, by its metadata.
    Required,
    /// It has nothing to import, only files that may be opened.
    DataOnly,
}

impl How {
    fn class(self) -> Class {
        match self {
            Self::Handler | Self::Import => Class::Reached,
            Self::LateImport => Class::ReachedLate,
            _ => Class::OptionalOnly,
        }
    }
}

/// One line on the way to a distribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Step {
    /// Which part of the function has the file.
    pub place: Place,
    /// The file, from the top of that part.
    pub file: String,
    /// From 1; none where the whole file is meant.
    pub line: Option<u32>,
    /// How it leads on.
    pub how: How,
}

/// What was found of one distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Its index in the list that was given.
    pub distribution: usize,
    /// How certainly it is reached.
    pub class: Class,
    /// From the handler to the line that names it; empty where nothing does, or where it has the handler itself.
    pub why: Vec<Step>,
}

/// Why something can't be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// There is no module of the handler's name.
    NoHandler,
    /// Nobody says what the handler is, so that nothing was followed.
    HandlerNotNamed,
    /// Nobody says which Python it is, so that nothing was followed.
    NoVersion,
    /// A module is loaded by a name, or from a file, that is only known at run time.
    UnknownName,
    /// A variable of the environment names a module, and nobody says what is in it.
    Environment,
    /// A text is run as code that is only known at run time.
    UnknownCode,
    /// Python's path is changed.
    SearchPath,
    /// What native libraries load can't be seen.
    Native,
    /// Nor what bytecode without source loads.
    Sourceless,
    /// It is no Python of today; what could be read of it counts.
    Syntax,
    /// Its encoding is not known here; what could be read of it counts.
    Encoding,
    /// Nested deeper than Python itself allows.
    TooDeep,
    /// Too large for a source.
    TooLarge,
    /// It could not be read.
    Unreadable,
}

/// Something that can't be seen, in a file that is reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Limit {
    /// Why.
    pub kind: LimitKind,
    /// Which part of the function has the file.
    pub place: Place,
    /// The file.
    pub file: String,
    /// From 1.
    pub line: Option<u32>,
    /// Whose it is; none if it is the function's own.
    pub distribution: Option<String>,
}

/// What is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// All Python distributions, in the order that they were given.
    pub distributions: Vec<Reached>,
    /// What could not be seen, in the order of place and file.
    pub limits: Vec<Limit>,
    /// How many files were read.
    pub files_read: usize,
}

/// Where Python starts.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// `app.handler`, `pkg/app.handler`.
    pub handler: &'a str,
    /// As on Lambda.
    pub python: (u8, u8),
    /// The function's variables; none if nobody knows them.
    pub environment: Option<&'a Environment>,
}

/// Follows the imports of a handler through a package and its layers, as Python would find them on Lambda.
pub fn reach(mounted: &[Mounted], installed: &Installed, start: Start<'_>) -> Reach {
    let distributions = &installed.distributions[..];
    let Start {
        handler,
        python,
        environment,
    } = start;
    let tree = Tree::new(mounted, distributions, python);
    let metadata = Metadata::read(mounted, distributions);
    let reading = Reading {
        mounts: mounted,
        tree: &tree,
        metadata: &metadata,
        python,
        own: &installed.own,
        environment,
    };
    let module = handler
        .rsplit_once('.')
        .map_or(handler, |(module, _)| module);
    let found = tree.absolute(&module.replace('/', "."));
    let handler = if found.whole { found.loads } else { Vec::new() };
    let roots = roots::roots(&reading, &handler);
    let edges = roots::edges(&roots);
    let walked = walk::walk(&reading, &handler, edges, distributions.len());
    let classes = classes::classes(&reading, &walked, &handler, edges, distributions.len());
    let way = Way {
        reading: &reading,
        classes: &classes,
        roots: &roots.files,
    };
    let of_one = |distribution: usize| {
        let (class, why) = match classes.distributions[distribution] {
            Some((class, step)) => (class, way.to(step)),
            None if handler.is_empty() => (Class::OptionalOnly, Vec::new()),
            None if only_data(mounted, &distributions[distribution]) => {
                (Class::OptionalOnly, Vec::new())
            }
            None => (Class::NeverReached, Vec::new()),
        };
        Reached {
            distribution,
            class,
            why,
        }
    };
    Reach {
        distributions: (0..distributions.len())
            .filter(|i| distributions[*i].ecosystem == Ecosystem::Python)
            .map(of_one)
            .collect(),
        limits: limits(
            &reading,
            &walked,
            distributions,
            handler.is_empty().then_some(module),
        ),
        files_read: walked.edges.iter().flatten().count() + roots.files.len(),
    }
}

/// Whether there is nothing to import in it, but something to open.
fn only_data(mounts: &[Mounted], of: &Distribution) -> bool {
    let Some(mount) = mounts.iter().find(|mount| mount.place == of.place) else {
        return false;
    };
    let about = of
        .metadata
        .as_deref()
        .and_then(|path| path.rsplit_once('/'))
        .map(|(folder, _)| folder);
    let mut names = of
        .files
        .iter()
        .map(|file| mount.files.list()[*file].path.as_str());
    let has = |path: &str, endings: &[&str]| endings.iter().any(|ending| path.ends_with(ending));
    let imported = |path: &str| has(path, &[".py", ".so", ".pyc"]);
    let typing = |path: &str| has(path, &[".pyi", "py.typed"]);
    let others: Vec<&str> = names
        .by_ref()
        .filter(|path| !about.is_some_and(|about| path.starts_with(about)) && !typing(path))
        .collect();
    // Without any file of its own, another one has the same files.
    !others.iter().any(|path| imported(path))
        && (!others.is_empty()
            || of
                .files
                .iter()
                .all(|file| !typing(&mount.files.list()[*file].path)))
}

/// Ways back to the handler.
struct Way<'r, 'a> {
    reading: &'r Reading<'a>,
    classes: &'r classes::Classes,
    roots: &'r [tree::FileAt],
}

impl Way<'_, '_> {
    fn to(&self, last: classes::Step) -> Vec<Step> {
        let mut way = Vec::new();
        let mut step = last;
        loop {
            let (file, before) = match step.from {
                From::Start => break,
                From::Root(root) => (self.roots[root], None),
                From::Module(id) => (
                    self.reading.tree.modules()[id].file,
                    self.classes.modules[id],
                ),
            };
            let mount = &self.reading.mounts[file.0];
            way.push(Step {
                place: mount.place.clone(),
                file: mount.files.list()[file.1].path.clone(),
                line: step.line,
                how: step.how,
            });
            match before {
                Some((_, before)) => step = before,
                None => break,
            }
        }
        way.reverse();
        way
    }
}

/// Native libraries and bytecode once for each distribution, all else by file and line.
fn limits(
    reading: &Reading<'_>,
    walked: &walk::Walked,
    distributions: &[Distribution],
    missing: Option<&str>,
) -> Vec<Limit> {
    let mut limits: Vec<Limit> = missing
        .map(|module| Limit {
            kind: LimitKind::NoHandler,
            place: Place::Task,
            file: module.to_owned(),
            line: None,
            distribution: None,
        })
        .into_iter()
        .collect();
    let mut told = std::collections::HashSet::new();
    for (id, edges) in walked.edges.iter().enumerate() {
        let module = &reading.tree.modules()[id];
        for (kind, line) in edges.iter().flat_map(|edges| &edges.limits) {
            let once = matches!(kind, LimitKind::Native | LimitKind::Sourceless)
                && module.distribution.is_some();
            if once && !told.insert((*kind, module.distribution)) {
                continue;
            }
            let mount = &reading.mounts[module.file.0];
            limits.push(Limit {
                kind: *kind,
                place: mount.place.clone(),
                file: mount.files.list()[module.file.1].path.clone(),
                line: *line,
                distribution: module.distribution.map(|of| distributions[of].name.clone()),
            });
        }
    }
    limits.sort();
    limits.dedup();
    limits
}

#[cfg(test)]
mod tests;
