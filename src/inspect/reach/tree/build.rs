//! Merges a package and its layers into one tree, as they lie in the environment.

use std::collections::HashMap;

use super::files::{is_module, kind, owners, shared};
use super::{FileAt, Folder, Kind, Module, Tree};
use crate::inspect::{Distribution, Mounted, Place};

impl Tree {
    /// Merges the package and its layers: of equal paths in layers the later layer's counts.
    pub fn new(mounts: &[Mounted], distributions: &[Distribution], python: (u8, u8)) -> Self {
        let mut tree = Self {
            folders: Vec::new(),
            modules: Vec::new(),
            roots: Vec::new(),
            elsewhere: HashMap::new(),
            sites: Vec::new(),
            of_distribution: vec![Vec::new(); distributions.len()],
        };
        let (task, opt) = (tree.folder(None, ""), tree.folder(None, ""));
        let owners = owners(mounts, distributions);
        let mut order: Vec<usize> = (0..mounts.len()).collect();
        order.sort_by_key(|&i| match &mounts[i].place {
            Place::Task => 0,
            Place::Layer { position, .. } => position + 1,
        });
        let mut files: HashMap<(usize, &str), FileAt> = HashMap::new();
        for mount in order {
            let top = if mounts[mount].place == Place::Task {
                task
            } else {
                opt
            };
            for (i, file) in mounts[mount].files.list().iter().enumerate() {
                if is_module(&file.path) {
                    files.insert((top, &file.path), (mount, i));
                }
            }
        }
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_unstable();
        for ((top, path), at) in files {
            tree.add(top, path, at, owners[at.0][at.1], python);
        }
        let mut shared = shared(mounts, distributions);
        for module in &mut tree.modules {
            module.shared = shared.remove(&module.file).unwrap_or_default();
        }
        for (id, module) in tree.modules.iter().enumerate() {
            for owner in module.owners() {
                tree.of_distribution[owner].push(id);
            }
        }
        let packages = format!("lib/python{}.{}/site-packages", python.0, python.1);
        let layers = tree.below(opt, "python");
        tree.roots = [
            Some(task),
            layers.and_then(|from| tree.below(from, &packages)),
            layers,
        ]
        .into_iter()
        .flatten()
        .collect();
        tree.find_elsewhere();
        let sites = distributions.iter().filter_map(|of| {
            let top = if of.place == Place::Task { task } else { opt };
            tree.below(top, of.site.trim_end_matches('/'))
        });
        tree.sites = sites.collect();
        tree
    }

    fn find_elsewhere(&mut self) {
        for (i, folder) in self.folders.iter().enumerate() {
            if self.init(i).is_none() && !self.roots.contains(&i) {
                for name in folder.modules.keys().chain(folder.folders.keys()) {
                    self.elsewhere.entry(name.clone()).or_default().push(i);
                }
            }
        }
    }

    fn folder(&mut self, parent: Option<usize>, name: &str) -> usize {
        self.folders.push(Folder {
            parent,
            name: name.to_owned(),
            ..Folder::default()
        });
        self.folders.len() - 1
    }

    fn below(&self, from: usize, path: &str) -> Option<usize> {
        path.split('/')
            .try_fold(from, |at, part| self.folders[at].folders.get(part).copied())
    }

    fn add(&mut self, top: usize, path: &str, at: FileAt, owner: Option<usize>, python: (u8, u8)) {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut folder = top;
        for part in folders.split('/').filter(|part| !part.is_empty()) {
            folder = if let Some(&known) = self.folders[folder].folders.get(part) {
                known
            } else {
                let new = self.folder(Some(folder), part);
                self.folders[folder].folders.insert(part.to_owned(), new);
                new
            };
        }
        let (stem, kind, rank) = kind(name, python);
        let new = Module {
            file: at,
            kind,
            rank,
            twin: None,
            folder,
            distribution: owner,
            shared: Vec::new(),
        };
        if let Some(&known) = self.folders[folder].modules.get(stem) {
            self.modules[known].meet(new);
        } else {
            self.folders[folder]
                .modules
                .insert(stem.to_owned(), self.modules.len());
            self.modules.push(new);
        }
    }
}

impl Module {
    /// Another file for the same name: Python loads the one of the higher rank, and a source tells what the other holds.
    fn meet(&mut self, other: Self) {
        let source = |one: &Self| (one.kind == Kind::Source).then_some(one.file);
        let twin = source(self).or_else(|| source(&other)).or(self.twin);
        if other.rank > self.rank {
            *self = other;
        }
        self.twin = twin.filter(|_| self.kind != Kind::Source);
    }
}
