//! Who needs whom while the handler's module is loaded, and what is left of it once some imports are gone.

use std::collections::{HashMap, HashSet};

use super::recording::{Import, Language, Module, Phase, Recording};

/// The imports of one recording, ready to be cut.
pub struct Graph<'r> {
    recording: &'r Recording,
    /// What needs the module at each position: positions in `edges`.
    out: Vec<Vec<usize>>,
    edges: Vec<Edge>,
    roots: Vec<usize>,
}

/// One need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Who needs.
    pub from: usize,
    /// What is needed.
    pub to: usize,
    /// Whose code says so; it has to be there too.
    pub at: usize,
    /// The position in the recording; none: it follows from the modules' names or from who loaded whom.
    pub import: Option<usize>,
}

impl<'r> Graph<'r> {
    /// Of everything that happened in init.
    pub fn of(recording: &'r Recording) -> Self {
        let modules = &recording.modules;
        let mut edges = Vec::new();
        let mut known = HashSet::new();
        for (n, import) in recording.imports.iter().enumerate() {
            if import.phase == Phase::Init && modules[import.to].phase == Phase::Init {
                known.insert((import.from, import.to));
                edges.push(Edge {
                    from: import.from,
                    to: import.to,
                    at: import.at.unwrap_or(import.from),
                    import: Some(n),
                });
            }
        }
        let mut implied = |from: usize, to: usize| {
            if from != to && known.insert((from, to)) {
                edges.push(Edge {
                    from,
                    to,
                    at: from,
                    import: None,
                });
            }
        };
        let names: HashMap<&str, usize> = in_init(modules).map(|(n, m)| (&*m.name, n)).collect();
        for (n, module) in in_init(modules) {
            if let Some(by) = module.loaded_by {
                implied(by, n);
            }
            // No submodule without its package.
            if recording.language == Language::Python
                && let Some((package, _)) = module.name.rsplit_once('.')
                && let Some(&package) = names.get(package)
            {
                implied(n, package);
            }
        }
        let mut out = vec![Vec::new(); modules.len()];
        for (n, edge) in edges.iter().enumerate() {
            out[edge.from].push(n);
            if edge.at != edge.from {
                out[edge.at].push(n);
            }
        }
        let roots = in_init(modules)
            .filter(|(_, module)| module.loaded_by.is_none())
            .map(|(n, _)| n)
            .collect();
        Self {
            recording,
            out,
            edges,
            roots,
        }
    }

    /// The import behind an edge.
    pub fn import(&self, edge: &Edge) -> Option<&'r Import> {
        edge.import.map(|n| &self.recording.imports[n])
    }

    /// Of an import in the code of a module that was there before: which one.
    pub fn through(&self, edge: &Edge) -> Option<&'r str> {
        self.import(edge)?.through.as_deref()
    }

    /// Every edge.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// Which modules of init are not loaded any more without the edges that `cut` names.
    pub fn without(&self, cut: impl Fn(&Edge) -> bool) -> Vec<bool> {
        let mut there = vec![false; self.out.len()];
        self.reach(&mut there, self.roots.iter().copied(), cut);
        self.recording
            .modules
            .iter()
            .zip(there)
            .map(|(module, there)| module.phase == Phase::Init && !there)
            .collect()
    }

    /// What `seeds` need among the modules of `within`, without the edges that `cut` names.
    pub fn needed(
        &self,
        seeds: impl Iterator<Item = usize>,
        within: &[bool],
        cut: impl Fn(&Edge) -> bool,
    ) -> Vec<bool> {
        // All the others are there already.
        let mut there: Vec<bool> = within.iter().map(|within| !within).collect();
        self.reach(&mut there, seeds.filter(|&seed| within[seed]), cut);
        there
            .iter()
            .zip(within)
            .map(|(there, within)| *there && *within)
            .collect()
    }

    fn reach(
        &self,
        there: &mut [bool],
        seeds: impl Iterator<Item = usize>,
        cut: impl Fn(&Edge) -> bool,
    ) {
        let mut next: Vec<usize> = Vec::new();
        for seed in seeds {
            if !std::mem::replace(&mut there[seed], true) {
                next.push(seed);
            }
        }
        while let Some(module) = next.pop() {
            for edge in self.out[module].iter().map(|&n| &self.edges[n]) {
                if there[edge.from] && there[edge.at] && !there[edge.to] && !cut(edge) {
                    there[edge.to] = true;
                    next.push(edge.to);
                }
            }
        }
    }

    /// Of each module, itself and all whose loading it began first, ms: what `-X importtime` shows as cumulative.
    pub fn cumulative(&self) -> Vec<f64> {
        let modules = &self.recording.modules;
        let mut sums: Vec<f64> = modules.iter().map(|module| module.self_ms).collect();
        for n in (0..modules.len()).rev() {
            // Loading begins with whoever loads.
            if let Some(by) = modules[n].loaded_by.filter(|&by| by < n) {
                sums[by] += sums[n];
            }
        }
        sums
    }
}

fn in_init(modules: &[Module]) -> impl Iterator<Item = (usize, &Module)> {
    modules
        .iter()
        .enumerate()
        .filter(|(_, module)| module.phase == Phase::Init)
}

/// What can be named as a whole to be loaded later.
pub struct Targets<'r> {
    recording: &'r Recording,
    namespaces: HashSet<&'r str>,
}

impl<'r> Targets<'r> {
    /// Of a recording.
    pub fn of(recording: &'r Recording) -> Self {
        let namespaces = recording.modules.iter().filter(|module| module.namespace);
        Self {
            recording,
            namespaces: namespaces.map(|module| &*module.name).collect(),
        }
    }

    /// What a module counts as. Somebody else's is its top level package, below folders that several distributions
    /// share (Python), or its distribution (Node); a module of the function's own is itself.
    pub fn name(&self, module: &'r Module) -> &'r str {
        match self.recording.language {
            _ if module.own => &module.name,
            Language::Node => module.distribution.as_deref().unwrap_or(&module.name),
            Language::Python => {
                let dots = module.name.match_indices('.').map(|(at, _)| at);
                dots.map(|at| &module.name[..at])
                    .find(|prefix| !self.namespaces.contains(prefix))
                    .unwrap_or(&module.name)
            }
        }
    }

    /// Whether a module is the target or a part of it.
    pub fn has(&self, target: &str, module: &Module) -> bool {
        match self.recording.language {
            Language::Python => module
                .name
                .strip_prefix(target)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
            Language::Node => {
                module.name == target
                    || (!module.own && module.distribution.as_deref() == Some(target))
            }
        }
    }
}
