//! From what a file says to what it leads to: modules, distributions, or anything at all.

mod lookup;

use std::collections::{HashMap, HashSet};

use super::imports::{self, Imports};
use super::metadata::Metadata;
use super::source::{self, Lines};
use super::tree::{FileAt, Found, Kind, Tree};
use super::{Environment, How, LimitKind, Mounted};
use lookup::Lookup;

const ARCHIVES: [&str; 6] = ["egg", "pyz", "tar", "tgz", "whl", "zip"];

/// Where an edge leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// One module.
    Module(usize),
    /// All modules of a distribution.
    Distribution(usize),
    /// All modules of the function's own.
    Own,
    /// Anything that is there.
    Everything,
}

/// One line that loads something.
#[derive(Debug, Clone)]
pub struct Edge {
    /// What.
    pub to: Target,
    /// In which way.
    pub how: How,
    /// From 1; none where the whole file is meant.
    pub line: Option<u32>,
}

/// What one file leads to.
#[derive(Debug, Default)]
pub struct Edges {
    /// In the order of the text.
    pub all: Vec<Edge>,
    /// What holds only if some code changes Python's path.
    pub elsewhere: Vec<Edge>,
    /// Whether this file does.
    pub changes_path: bool,
    /// What could not be seen.
    pub limits: Vec<(LimitKind, Option<u32>)>,
}

/// What all files are read with.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The package and its layers.
    pub mounts: &'a [Mounted],
    /// What can be imported.
    pub tree: &'a Tree,
    /// What is installed.
    pub metadata: &'a Metadata,
    /// The version of Python.
    pub python: (u8, u8),
    /// The function's own files, by mount.
    pub own: &'a [Vec<usize>],
    /// The function's variables, if somebody knows them.
    pub environment: Option<&'a Environment>,
}

impl Reading<'_> {
    /// Whether a file belongs to no distribution.
    pub fn is_own(&self, (mount, file): FileAt) -> bool {
        self.own[mount].binary_search(&file).is_ok()
    }

    /// Whether the function's own files have an archive, which may hold modules that are not read.
    pub fn has_archive(&self) -> bool {
        let mut own = self.own.iter().zip(self.mounts);
        own.any(|(own, mount)| own.iter().any(|i| is_archive(&mount.files.list()[*i].path)))
    }

    /// Of a module.
    pub fn module(&self, id: usize) -> Edges {
        let module = &self.tree.modules()[id];
        let mut edges = Edges::default();
        let mut opaque = match module.kind {
            Kind::Source => None,
            Kind::Native => Some((How::Native, LimitKind::Native)),
            Kind::Sourceless => Some((How::Sourceless, LimitKind::Sourceless)),
        };
        let readable = if opaque.is_some() {
            module.twin
        } else {
            Some(module.file)
        };
        if let Some(file) = readable {
            match self.source(file, Some(id)) {
                Ok(read) => edges = read,
                Err(limit) => opaque = opaque.or(Some((How::Unread, limit))),
            }
        }
        if let Some((how, limit)) = opaque {
            for edge in edges.all.iter_mut().chain(&mut edges.elsewhere) {
                *edge = Edge {
                    how,
                    line: None,
                    ..edge.clone()
                };
            }
            edges.limits = vec![(limit, None)];
            self.unseen(id, how, &mut edges);
        }
        edges
    }

    /// A module whose own imports can't be seen may load all of its distribution, and all that this says it can use.
    fn unseen(&self, id: usize, how: How, edges: &mut Edges) {
        let module = &self.tree.modules()[id];
        let mut to = Vec::new();
        if module.distribution.is_some() {
            let metadata = self.metadata;
            for of in module.owners() {
                let can_use = metadata.required(of).iter().chain(metadata.extra(of));
                to.push(Target::Distribution(of));
                to.extend(can_use.map(|of| Target::Distribution(*of)));
            }
        } else if let Ok(bytes) = self.bytes(module.file) {
            let names: HashSet<&str> = self.tree.tops().collect();
            let names = names
                .into_iter()
                .filter(|name| memchr::memmem::find(&bytes, name.as_bytes()).is_some());
            for name in names {
                to.extend(
                    self.all_of(&self.tree.absolute(name))
                        .into_iter()
                        .map(Target::Module),
                );
            }
        } else {
            to.push(Target::Everything);
        }
        edges.all.extend(to.into_iter().map(|to| Edge {
            to,
            how,
            line: None,
        }));
    }

    fn bytes(&self, (mount, file): FileAt) -> Result<Vec<u8>, super::super::FilesError> {
        let files = &self.mounts[mount].files;
        files.read(&files.list()[file].path)
    }

    /// Of a Python source; `module` is the one that it is, if it is one.
    pub fn source(&self, (mount, file): FileAt, module: Option<usize>) -> Result<Edges, LimitKind> {
        if self.mounts[mount].files.list()[file].bytes > source::MOST_BYTES {
            return Err(LimitKind::TooLarge);
        }
        let bytes = self
            .bytes((mount, file))
            .map_err(|_| LimitKind::Unreadable)?;
        let text = source::decode(&bytes);
        if source::too_deep(&text.text) {
            return Err(LimitKind::TooDeep);
        }
        let known: std::cell::RefCell<HashMap<String, bool>> = std::cell::RefCell::default();
        let named = |name: &str| {
            let first = name.split('.').next().unwrap_or(name);
            if let Some(known) = known.borrow().get(name) {
                return *known;
            }
            let is = self.tree.is_top(first)
                || !self.metadata.named(name).is_empty()
                || !self.metadata.with_command(name).is_empty();
            known.borrow_mut().insert(name.to_owned(), is);
            is
        };
        let Imports { facts, wrong_at } = imports::read(&text.text, self.python, &named);
        let lines = Lines::of(&text.text);
        let path = &self.mounts[mount].files.list()[file].path;
        let mut lookup = Lookup::new(self, module, path.ends_with("__init__.py"));
        for fact in &facts {
            lookup.fact(fact, lines.at(fact.at));
        }
        let mut edges = lookup.edges;
        if let Some(at) = wrong_at {
            edges.limits.push((LimitKind::Syntax, Some(lines.at(at))));
        }
        if !text.exact {
            edges.limits.push((LimitKind::Encoding, None));
        }
        Ok(edges)
    }

    /// Of a file of settings, or of a script that is not Python: what its words name.
    pub fn words(&self, text: &str, how: How) -> Edges {
        let mut edges = Edges::default();
        let mut seen = HashSet::new();
        for (i, line) in text.lines().enumerate() {
            for name in imports::names::all(line) {
                if seen.contains(name) {
                    continue;
                }
                seen.insert(name);
                let line = u32::try_from(i + 1).ok();
                let commands = self.metadata.with_command(name).iter();
                let commands = commands.map(|of| Target::Distribution(*of));
                let to = self.text(name).into_iter().chain(commands);
                edges.all.extend(to.map(|to| Edge { to, how, line }));
            }
        }
        edges
    }

    /// What a text that is a name may stand for.
    fn text(&self, name: &str) -> Vec<Target> {
        let mut to = Vec::new();
        let first = name.split('.').next().unwrap_or(name);
        if self.tree.is_top(first) {
            to.extend(
                self.all_of(&self.tree.absolute(name))
                    .into_iter()
                    .map(Target::Module),
            );
        }
        to.extend(
            self.metadata
                .named(name)
                .iter()
                .map(|of| Target::Distribution(*of)),
        );
        to
    }

    /// What is loaded for a name, and what lies below it.
    fn all_of(&self, found: &Found) -> Vec<usize> {
        let mut all = found.loads.clone();
        all.extend(self.tree.all_below(&found.inside, ""));
        all
    }
}

/// Whether Python imports from such a file, or code unpacks it.
fn is_archive(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ARCHIVES.contains(&ending) || name.contains(".tar.")
}
