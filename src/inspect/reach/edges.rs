//! From what a file says to what it leads to: modules, distributions, or anything at all.

use std::collections::{HashMap, HashSet};

use super::facts::{Fact, What, When};
use super::imports::{self, Imports};
use super::metadata::Metadata;
use super::source::{self, Lines};
use super::tree::{FileAt, Found, Kind, Tree};
use super::{How, LimitKind, Mounted};

/// Where an edge leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// One module.
    Module(usize),
    /// All modules of a distribution.
    Distribution(usize),
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
    pub own: Vec<HashSet<usize>>,
}

/// Modules whose purpose is to load what data names.
const PICKLES: [&str; 8] = [
    "pickle",
    "_pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "shelve",
    "torch",
];
/// Parts of the standard library that load something which is not theirs.
const OF_STANDARD: [(&str, &str); 2] = [("zoneinfo", "tzdata"), ("distutils", "setuptools")];

impl Reading<'_> {
    /// Whether a file belongs to no distribution.
    pub fn is_own(&self, (mount, file): FileAt) -> bool {
        self.own[mount].contains(&file)
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
            let is = self.tree.is_top(first) || !self.metadata.named(name).is_empty();
            known.borrow_mut().insert(name.to_owned(), is);
            is
        };
        let Imports { facts, wrong_at } = imports::read(&text.text, self.python, &named);
        let lines = Lines::of(&text.text);
        let mut one = One {
            reading: self,
            module,
            own: module.is_none_or(|id| self.tree.modules()[id].distribution.is_none()),
            is_package: self.mounts[mount].files.list()[file]
                .path
                .ends_with("__init__.py"),
            edges: Edges::default(),
            seen: HashSet::new(),
        };
        for fact in &facts {
            one.fact(fact, lines.at(fact.at));
        }
        let mut edges = one.edges;
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
                let to = self.text(name);
                edges
                    .all
                    .extend(to.into_iter().map(|to| Edge { to, how, line }));
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

/// One file, as its facts are looked up.
struct One<'r, 'a> {
    reading: &'r Reading<'a>,
    module: Option<usize>,
    /// The function's own: it belongs to no distribution.
    own: bool,
    is_package: bool,
    edges: Edges,
    seen: HashSet<(Target, How)>,
}

impl One<'_, '_> {
    fn edge(&mut self, to: Target, how: How, line: u32) {
        if self.seen.insert((to, how)) {
            self.edges.all.push(Edge {
                to,
                how,
                line: Some(line),
            });
        }
    }

    fn modules(&mut self, ids: impl IntoIterator<Item = usize>, how: How, line: u32) {
        for id in ids {
            self.edge(Target::Module(id), how, line);
        }
    }

    fn fact(&mut self, fact: &Fact, line: u32) {
        let reading = self.reading;
        match &fact.what {
            What::Module(name) => {
                let how = imported(fact.when);
                let found = self.look_up(name);
                self.modules(found.loads, how, line);
                self.absolute(name, line);
            }
            What::From {
                level,
                module,
                names,
            } => {
                let how = imported(fact.when);
                let found = self.start(*level, module);
                self.modules(found.loads.iter().copied(), how, line);
                for name in names.iter().filter(|_| found.whole) {
                    let part = reading.tree.inside(&found.inside, name);
                    self.modules(part.loads, how, line);
                }
                if *level == 0 {
                    self.absolute(module, line);
                    for name in names {
                        self.elsewhere(&format!("{module}.{name}"), line);
                    }
                }
            }
            What::Text(name) => {
                for to in reading.text(name) {
                    self.edge(to, How::Text, line);
                }
            }
            What::Start(start) => self.starting(start, line),
            What::Unknown => {
                self.edges.limits.push((LimitKind::UnknownName, Some(line)));
                self.anything_of_its_own(How::Dynamic, line);
            }
            What::Everything => {
                self.edges.limits.push((LimitKind::UnknownName, Some(line)));
                self.edge(Target::Everything, How::Dynamic, line);
            }
            What::EntryPoints(group) => {
                for of in reading.metadata.with_entry_points(group.as_deref()) {
                    self.edge(Target::Distribution(of), How::EntryPoint, line);
                }
            }
            What::Listed(name) => {
                if let Some(module) = self.module.filter(|_| self.is_package) {
                    let found = reading
                        .tree
                        .inside(&[reading.tree.modules()[module].folder], name);
                    self.modules(found.loads, How::Lazy, line);
                }
            }
            What::Lazy => {
                if let Some(module) = self.module.filter(|_| self.is_package) {
                    let folder = reading.tree.modules()[module].folder;
                    self.modules(reading.tree.all_below(&[folder], ""), How::Lazy, line);
                }
            }
            What::Pickle if self.own => self.edge(Target::Everything, How::Pickle, line),
            What::Pickle => {}
            What::SearchPath => {
                self.edges.changes_path = true;
                self.edges.limits.push((LimitKind::SearchPath, Some(line)));
            }
        }
    }

    /// A name that starts with dots is relative.
    fn look_up(&self, name: &str) -> Found {
        let bare = name.trim_start_matches('.');
        self.start(
            u32::try_from(name.len() - bare.len()).unwrap_or(u32::MAX),
            bare,
        )
    }

    fn start(&self, level: u32, name: &str) -> Found {
        match (level, self.module) {
            (0, _) => self.reading.tree.absolute(name),
            (_, Some(module)) => self
                .reading
                .tree
                .relative(module, level, name)
                .unwrap_or_default(),
            _ => Found::default(),
        }
    }

    /// What only an absolute name can mean.
    fn absolute(&mut self, name: &str, line: u32) {
        let first = name.split('.').next().unwrap_or(name);
        for (_, loads) in OF_STANDARD.iter().filter(|(of, _)| *of == first) {
            let all = self.reading.all_of(&self.reading.tree.absolute(loads));
            self.modules(all, How::Standard, line);
        }
        if self.own && PICKLES.contains(&first) {
            self.edge(Target::Everything, How::Pickle, line);
        }
        self.elsewhere(name, line);
    }

    fn elsewhere(&mut self, name: &str, line: u32) {
        for found in self.reading.tree.anywhere(name) {
            for id in found.loads {
                self.edges.elsewhere.push(Edge {
                    to: Target::Module(id),
                    how: How::OtherPath,
                    line: Some(line),
                });
            }
        }
    }

    fn starting(&mut self, start: &str, line: u32) {
        let tree = self.reading.tree;
        let (parent, rest) = match start.rsplit_once('.') {
            // Dots alone: they stay with the parent.
            Some((parent, rest)) if parent.trim_start_matches('.').is_empty() => {
                (format!("{parent}."), rest)
            }
            Some((parent, rest)) => (parent.to_owned(), rest),
            None => (String::new(), start),
        };
        let found = if parent.is_empty() {
            Found {
                inside: tree.roots().to_vec(),
                ..Found::default()
            }
        } else {
            self.look_up(&parent)
        };
        if found.whole || parent.is_empty() {
            let all = tree.all_below(&found.inside, rest);
            self.modules(found.loads.into_iter().chain(all), How::Dynamic, line);
        }
    }

    /// A library loads its own parts by names made at run time; the function's own code may load anything so.
    fn anything_of_its_own(&mut self, how: How, line: u32) {
        let tree = self.reading.tree;
        let of = self.module.map(|id| tree.modules()[id].owners());
        let of: Vec<usize> = of.into_iter().flatten().collect();
        if of.is_empty() {
            self.edge(Target::Everything, how, line);
        }
        for of in of {
            self.edge(Target::Distribution(of), how, line);
        }
    }
}

fn imported(when: When) -> How {
    match when {
        When::Now => How::Import,
        When::Late => How::LateImport,
        When::Guarded => How::GuardedImport,
    }
}
