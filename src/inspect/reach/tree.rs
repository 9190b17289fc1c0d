//! What Python can import on Lambda: the folders on its path, merged as they are at run time, and the module that each
//! name stands for.

mod build;
mod files;

use std::collections::HashMap;

use files::is_test;

/// A folder of the merged file system.
#[derive(Debug, Default)]
pub struct Folder {
    parent: Option<usize>,
    name: String,
    folders: HashMap<String, usize>,
    modules: HashMap<String, usize>,
}

/// A file: which mount, and its index there.
pub type FileAt = (usize, usize);

/// What kind of file a module is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Its imports can be read.
    Source,
    /// A native library.
    Native,
    /// Bytecode without a source beside it.
    Sourceless,
}

/// Something that can be imported.
#[derive(Debug)]
pub struct Module {
    /// The file that Python loads.
    pub file: FileAt,
    /// What it is.
    pub kind: Kind,
    /// Of several files for one name Python loads the one of the highest.
    rank: u8,
    /// The source that lies beside a native library and that it may have been made from.
    pub twin: Option<FileAt>,
    /// The folder that its relative imports start from.
    pub folder: usize,
    /// Whose it is.
    pub distribution: Option<usize>,
    /// Who else lists it.
    shared: Vec<usize>,
}

/// What a name leads to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Found {
    /// What is loaded, the parents first.
    pub loads: Vec<usize>,
    /// Whether every part of the name was found.
    pub whole: bool,
    /// The folders in which a further part would be looked for.
    pub inside: Vec<usize>,
}

/// All folders and modules.
#[derive(Debug)]
pub struct Tree {
    folders: Vec<Folder>,
    modules: Vec<Module>,
    roots: Vec<usize>,
    /// Of names in folders that are not on the path, but that some code may put there.
    elsewhere: HashMap<String, Vec<usize>>,
    /// Folders that something was installed into, on the path or not.
    sites: Vec<usize>,
    /// Of each distribution, in the order of their paths.
    of_distribution: Vec<Vec<usize>>,
}

impl Tree {
    /// The modules, which are numbered by their place here.
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// The modules of a distribution.
    pub fn of_distribution(&self, distribution: usize) -> &[usize] {
        &self.of_distribution[distribution]
    }

    /// The modules that belong to no distribution.
    pub fn of_none(&self) -> impl Iterator<Item = usize> {
        let of_none = |id: &usize| self.modules[*id].distribution.is_none();
        (0..self.modules.len()).filter(of_none)
    }

    /// What `import name` would load.
    pub fn absolute(&self, name: &str) -> Found {
        self.find(self.roots.clone(), name)
    }

    /// The same, looked for in every folder that some code may have put on the path, with that folder.
    pub fn anywhere(&self, name: &str) -> Vec<(usize, Found)> {
        let first = name.split('.').next().unwrap_or_default();
        let folders = self.elsewhere.get(first).into_iter().flatten();
        folders
            .map(|folder| (*folder, self.find(vec![*folder], name)))
            .filter(|(_, found)| !found.loads.is_empty())
            .collect()
    }

    /// Whether something was installed into this folder.
    pub fn is_site(&self, folder: usize) -> bool {
        self.sites.contains(&folder)
    }

    /// The name of the package at the top of the path that a module is in.
    pub fn top_of(&self, module: usize) -> Option<&str> {
        let mut at = self.modules[module].folder;
        loop {
            let around = self.folders[at].parent?;
            if self.roots.contains(&around) {
                return Some(&self.folders[at].name);
            }
            at = around;
        }
    }

    /// What `from ..name import` starts from: none past the top.
    pub fn relative(&self, module: usize, level: u32, name: &str) -> Option<Found> {
        let mut folder = self.modules[module].folder;
        for _ in 1..level {
            folder = self.folders[folder].parent?;
        }
        let mut chain = vec![folder];
        while let Some(parent) = self.folders[chain[chain.len() - 1]].parent
            && !self.roots.contains(&chain[chain.len() - 1])
        {
            chain.push(parent);
        }
        // The other parts of a package that has several, by its name.
        let parts: Vec<&str> = chain
            .iter()
            .rev()
            .skip(1)
            .map(|f| self.folders[*f].name.as_str())
            .collect();
        let mut inside = vec![folder];
        if !parts.is_empty() {
            let by_name = self.find(self.roots.clone(), &parts.join("."));
            inside.extend(by_name.inside.into_iter().filter(|other| *other != folder));
        }
        let mut found = self.find(inside, name);
        if let Some(init) = self.init(folder) {
            found.loads.insert(0, init);
        }
        Some(found)
    }

    /// The modules and folders that lie in these folders by this name.
    pub fn inside(&self, folders: &[usize], name: &str) -> Found {
        self.find(folders.to_vec(), name)
    }

    fn init(&self, folder: usize) -> Option<usize> {
        self.folders[folder].modules.get("__init__").copied()
    }

    /// A package before a module, the earlier folder first; folders without `__init__` are a package together.
    fn find(&self, from: Vec<usize>, name: &str) -> Found {
        let mut found = Found {
            loads: Vec::new(),
            whole: true,
            inside: from,
        };
        for part in name.split('.').filter(|part| !part.is_empty()) {
            let (mut loaded, mut next) = (None, Vec::new());
            for &at in &found.inside {
                let here = &self.folders[at];
                let folder = here.folders.get(part).copied();
                let package = folder.and_then(|folder| self.init(folder));
                let module = package.or_else(|| here.modules.get(part).copied());
                if loaded.is_none() && module.is_some() {
                    loaded = module;
                    // A package wins over folders without `__init__` that come before it.
                    if let Some(folder) = folder.filter(|_| package.is_some()) {
                        next.insert(0, folder);
                    }
                } else {
                    // Another part of the package: `__init__` may have put it on the package's own path.
                    next.extend(folder);
                }
            }
            if loaded.is_none() && next.is_empty() {
                found.whole = false;
                found.inside = Vec::new();
                return found;
            }
            found.loads.extend(loaded);
            found.inside = next;
        }
        found
    }

    /// All modules below these folders whose names start so. Of what was installed not tests, nor what no import statement
    /// could name: nobody means those by a name that is only known at run time.
    pub fn all_below(&self, folders: &[usize], start: &str) -> Vec<usize> {
        let mut modules = Vec::new();
        for &folder in folders {
            self.collect(folder, start, false, &mut modules);
        }
        modules.sort_unstable();
        modules.dedup();
        modules
    }

    fn collect(&self, folder: usize, start: &str, unlikely: bool, modules: &mut Vec<usize>) {
        let here = &self.folders[folder];
        let unlikely = |name: &str| unlikely || is_test(name) || name.contains('-');
        for (name, id) in here
            .modules
            .iter()
            .filter(|(name, _)| name.starts_with(start))
        {
            if self.modules[*id].distribution.is_none() || !unlikely(name) {
                modules.push(*id);
            }
        }
        for (name, below) in here
            .folders
            .iter()
            .filter(|(name, _)| name.starts_with(start))
        {
            self.collect(*below, "", unlikely(name), modules);
        }
    }

    /// Whether something at the top of the path has this name.
    pub fn is_top(&self, name: &str) -> bool {
        self.roots.iter().any(|root| {
            let root = &self.folders[*root];
            root.modules.contains_key(name) || root.folders.contains_key(name)
        })
    }

    /// The names at the top of the path under which a distribution's modules are found.
    pub fn tops(&self) -> impl Iterator<Item = &str> {
        self.roots.iter().flat_map(|root| {
            let root = &self.folders[*root];
            root.modules
                .keys()
                .chain(root.folders.keys())
                .map(String::as_str)
        })
    }

    /// The folders on the path.
    pub fn roots(&self) -> &[usize] {
        &self.roots
    }

    /// Whether a module lies in a folder of tests.
    pub fn in_tests(&self, module: usize) -> bool {
        let mut at = Some(self.modules[module].folder);
        while let Some(folder) = at {
            if is_test(&self.folders[folder].name) {
                return true;
            }
            at = self.folders[folder].parent;
        }
        false
    }
}

impl Module {
    /// All distributions that have it, the one that it is counted for first.
    pub fn owners(&self) -> impl Iterator<Item = usize> {
        self.distribution
            .into_iter()
            .chain(self.shared.iter().copied())
    }
}
