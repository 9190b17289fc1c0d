//! One file, as its facts are looked up.

use std::collections::HashSet;

use super::super::facts::{Fact, What, When};
use super::super::tree::Found;
use super::super::{How, LimitKind};
use super::{Edge, Edges, Reading, Target};

/// Modules whose purpose is to load what data names.
const PICKLES: [&str; 11] = [
    "pickle",
    "_pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "jsonpickle",
    "mlflow",
    "shelve",
    "skops",
    "torch",
];
/// Parts of the standard library that load something which is not theirs.
const OF_STANDARD: [(&str, &str); 2] = [("zoneinfo", "tzdata"), ("distutils", "setuptools")];

/// What the facts of a file lead to.
pub(super) struct Lookup<'r, 'a> {
    reading: &'r Reading<'a>,
    module: Option<usize>,
    /// The function's own: it belongs to no distribution.
    own: bool,
    is_package: bool,
    pub(super) edges: Edges,
    seen: HashSet<(Target, How)>,
}

impl<'r, 'a> Lookup<'r, 'a> {
    /// Of a module, or of a script that is none.
    pub(super) fn new(reading: &'r Reading<'a>, module: Option<usize>, is_package: bool) -> Self {
        Self {
            reading,
            module,
            own: module.is_none_or(|id| reading.tree.modules()[id].distribution.is_none()),
            is_package,
            edges: Edges::default(),
            seen: HashSet::new(),
        }
    }

    /// Adds what one fact leads to.
    pub(super) fn fact(&mut self, fact: &Fact, line: u32) {
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
            } => self.from(fact.when, *level, module, names, line),
            What::Text(name) => {
                let commands = reading.metadata.with_command(name).iter();
                let commands = commands.filter(|_| self.own);
                let commands: Vec<_> = commands.map(|of| Target::Distribution(*of)).collect();
                for to in reading.text(name).into_iter().chain(commands) {
                    self.edge(to, How::Text, line);
                }
            }
            What::Start(start) => self.starting(start, line),
            What::Told if !self.own => {}
            What::Unknown | What::Told => self.unseen(LimitKind::UnknownName, How::Dynamic, line),
            What::FromEnvironment(name) => self.named_by(name.as_deref(), fact.when, line),
            What::UnknownCode => self.unseen(LimitKind::UnknownCode, How::Code, line),
            What::Everything => {
                self.limit(LimitKind::UnknownName, line);
                self.edge(Target::Everything, How::Dynamic, line);
            }
            What::Beside => {
                let top = self.module.and_then(|id| reading.tree.top_of(id));
                if let Some(top) = top {
                    let found = reading.tree.absolute(top);
                    let all = reading.tree.all_below(&found.inside, "");
                    self.modules(all, How::Dynamic, line);
                }
            }
            What::EntryPoints(group) => {
                for (of, module) in reading.metadata.entry_points(group.as_deref()) {
                    self.edge(Target::Distribution(of), How::EntryPoint, line);
                    // As a rule its own.
                    self.modules(reading.tree.absolute(module).loads, How::EntryPoint, line);
                }
            }
            What::Listed(name) => {
                if let Some(folder) = self.package() {
                    let found = reading.tree.inside(&[folder], name);
                    self.modules(found.loads, How::Lazy, line);
                }
            }
            What::Lazy => {
                if let Some(folder) = self.package() {
                    self.modules(reading.tree.all_below(&[folder], ""), How::Lazy, line);
                }
            }
            What::Pickle if self.own => self.edge(Target::Everything, How::Pickle, line),
            What::Pickle => {}
            What::SearchPath => {
                self.edges.changes_path = true;
                self.limit(LimitKind::SearchPath, line);
                if self.own && reading.has_archive() {
                    self.edge(Target::Everything, How::OtherPath, line);
                }
            }
        }
    }

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

    fn limit(&mut self, kind: LimitKind, line: u32) {
        self.edges.limits.push((kind, Some(line)));
    }

    /// The folder of the package that this file is.
    fn package(&self) -> Option<usize> {
        let module = self.module.filter(|_| self.is_package)?;
        Some(self.reading.tree.modules()[module].folder)
    }

    fn from(&mut self, when: When, level: u32, module: &str, names: &[String], line: u32) {
        let how = imported(when);
        let found = self.start(level, module);
        self.modules(found.loads.iter().copied(), how, line);
        for name in names.iter().filter(|_| found.whole) {
            let part = self.reading.tree.inside(&found.inside, name);
            self.modules(part.loads, how, line);
        }
        if level == 0 {
            self.absolute(module, line);
            for name in names {
                self.elsewhere(&format!("{module}.{name}"), line, !found.whole);
            }
        }
    }

    /// What a variable of the environment names. Its value is looked up among the roots too, whole or in parts.
    fn named_by(&mut self, variable: Option<&str>, when: When, line: u32) {
        let value = self
            .reading
            .environment
            .and_then(|known| known.0.get(variable?));
        match value {
            Some(name) => {
                let what = What::Module(name.clone());
                self.fact(&Fact { at: 0, what, when }, line);
            }
            None if self.own => self.unseen(LimitKind::UnknownName, How::Dynamic, line),
            None if self.reading.environment.is_none() => {
                self.unseen(LimitKind::Environment, How::Dynamic, line);
            }
            None => self.parts_of_its_own(How::Dynamic, line),
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
        let tree = self.reading.tree;
        let first = name.split('.').next().unwrap_or(name);
        for (_, loads) in OF_STANDARD.iter().filter(|(of, _)| *of == first) {
            let all = self.reading.all_of(&tree.absolute(loads));
            self.modules(all, How::Standard, line);
        }
        if self.own && PICKLES.contains(&first) {
            self.edge(Target::Everything, How::Pickle, line);
        }
        let nowhere = !first.is_empty() && !tree.absolute(name).whole;
        self.elsewhere(name, line, nowhere);
    }

    /// What has this name in folders that are not on Python's path, but may be put there: by code, or by a variable of the
    /// environment, which nobody may know. That is likely for a name that is found `nowhere` else.
    fn elsewhere(&mut self, name: &str, line: u32, nowhere: bool) {
        let tree = self.reading.tree;
        for (folder, found) in tree.anywhere(name) {
            let of_own = |id: &usize| tree.modules()[*id].distribution.is_none();
            let may_be_meant = nowhere
                && self.reading.environment.is_none()
                && (tree.is_site(folder) || self.own && found.loads.iter().all(of_own));
            if may_be_meant {
                self.modules(found.loads, How::OtherPath, line);
                continue;
            }
            let edges = found.loads.into_iter().map(|id| Edge {
                to: Target::Module(id),
                how: How::OtherPath,
                line: Some(line),
            });
            self.edges.elsewhere.extend(edges);
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

    /// Something that can't be told. A library loads its own parts by names made at run time, or the function's own modules;
    /// the function's own code may load anything so.
    fn unseen(&mut self, kind: LimitKind, how: How, line: u32) {
        self.limit(kind, line);
        if self.owners().is_empty() {
            self.edge(Target::Everything, how, line);
        } else {
            self.edge(Target::Own, how, line);
            self.parts_of_its_own(how, line);
        }
    }

    fn parts_of_its_own(&mut self, how: How, line: u32) {
        for of in self.owners() {
            self.edge(Target::Distribution(of), how, line);
        }
    }

    fn owners(&self) -> Vec<usize> {
        let of = self
            .module
            .map(|id| self.reading.tree.modules()[id].owners());
        of.into_iter().flatten().collect()
    }
}

fn imported(when: When) -> How {
    match when {
        When::Now => How::Import,
        When::Late => How::LateImport,
        When::Guarded => How::GuardedImport,
    }
}
