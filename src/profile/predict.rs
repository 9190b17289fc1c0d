//! What loading something later would save: the times of all that nothing else loads in init.
//!
//! The imports of the function's own modules that lead to a target are cut. What can't be reached any more from where
//! loading began is saved at init; what of it the first invoke needs again is moved there. Savings do not add up, as targets
//! share what they need: the plan takes the best one, then the best beside it, and so on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::graph::{Edge, Graph, Targets};
use super::recording::{Deferred, Phase, Recording};
use super::series::Series;

/// Below this much of the whole, and below a millisecond, nothing is worth a line of code.
const WORTHWHILE: f64 = 0.01;
const WORTHWHILE_MS: f64 = 1.0;

/// Where an import is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Site {
    /// The module that imports.
    pub module: String,
    /// Its file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// What loading one target later would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Suggestion {
    /// A package, a module, or a distribution (Node).
    pub target: String,
    /// Saved at init, ms.
    pub saved_ms: f64,
    /// Moved to the first invoke, ms at the speed that it has there; none: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_ms: Option<f64>,
    /// Less memory after init, KB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_kb: Option<f64>,
    /// How many modules are not loaded at init.
    pub modules: usize,
    /// What `-X importtime` shows as its cumulative time, ms: with all that others would have loaded.
    pub cumulative_ms: f64,
    /// Where the function's own modules import it.
    pub imported_at: Vec<Site>,
    /// Where it is used while they are loaded: that has to change first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at_init: Option<Site>,
    /// Who else loads it at init, where it would be loaded all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_by: Option<String>,
}

/// One step of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What is loaded later, too.
    pub target: String,
    /// What that saves beside the steps before, ms.
    pub adds_ms: f64,
    /// Saved with the steps before, ms.
    pub saved_ms: f64,
    /// Moved to the first invoke with the steps before, ms; none: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_ms: Option<f64>,
    /// Less memory after init with the steps before, KB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_kb: Option<f64>,
}

/// What loading several targets later would do together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Together {
    /// The targets.
    pub targets: Vec<String>,
    /// Saved at init, ms.
    pub saved_ms: f64,
    /// Moved to the first invoke, ms; none: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_ms: Option<f64>,
    /// Less memory after init, KB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_kb: Option<f64>,
}

/// All that a series of starts lets foresee.
pub struct Predictor<'s> {
    series: &'s Series,
    graph: Graph<'s>,
    targets: Targets<'s>,
    /// What a start with everything put off has shown; none: there was no such start.
    probed: Option<&'s [Deferred]>,
    /// How much longer the same takes in the first invoke.
    slower: f64,
}

impl<'s> Predictor<'s> {
    /// From recorded starts, from one with everything put off, and from the share of a CPU that the first invoke has.
    pub fn new(series: &'s Series, probed: Option<&'s [Deferred]>, first_cpu: f64) -> Self {
        let recording = &series.recording;
        let busy = recording.cpu_ms.map_or(1.0, |cpu| cpu / recording.total_ms);
        Self {
            series,
            graph: Graph::of(&series.recording),
            targets: Targets::of(&series.recording),
            probed,
            // Waiting takes no longer with less of a processor, and what other threads did besides is not in these times.
            slower: (busy.min(1.0) / first_cpu).max(1.0),
        }
    }

    fn recording(&self) -> &'s Recording {
        &self.series.recording
    }

    /// Whether an import of one of the function's own modules leads to the target from outside of it.
    fn is_cut(&self, edge: &Edge, target: &str) -> bool {
        let modules = &self.recording().modules;
        let says = &modules[edge.at];
        says.own
            && self.graph.through(edge).is_none()
            && !self.targets.has(target, says)
            && self.targets.has(target, &modules[edge.to])
            && (edge.import.is_some() || modules[edge.to].loaded_by == Some(edge.from))
    }

    fn is_cut_by_any(&self, edge: &Edge, targets: &[&str]) -> bool {
        targets.iter().any(|target| self.is_cut(edge, target))
    }

    fn without(&self, targets: &[&str]) -> Vec<bool> {
        self.graph.without(|edge| self.is_cut_by_any(edge, targets))
    }

    /// Every target that the function's own modules import, and each part of one that they import by itself.
    pub fn candidates(&self) -> Vec<String> {
        let modules = &self.recording().modules;
        let mut found = Vec::new();
        for edge in self.graph.edges() {
            let (says, to) = (&modules[edge.at], &modules[edge.to]);
            if !says.own || to.namespace || self.graph.through(edge).is_some() {
                continue;
            }
            for target in [self.targets.name(to), &to.name] {
                if !self.targets.has(target, says) && !found.iter().any(|known| known == target) {
                    found.push(target.to_owned());
                }
            }
        }
        found
    }

    /// The saving of every candidate, the largest first. A part of a target that saves what the whole does is left out.
    pub fn suggestions(&self) -> Vec<Suggestion> {
        let cumulative = self.graph.cumulative();
        let modules = &self.recording().modules;
        let mut found: Vec<(Vec<bool>, Suggestion)> = Vec::new();
        for target in self.candidates() {
            let removed = self.without(&[&target]);
            let module = modules.iter().find(|module| module.name == target);
            let whole = |(other, suggestion): &(Vec<bool>, Suggestion)| {
                *other == removed
                    && module.is_some_and(|module| self.targets.has(&suggestion.target, module))
            };
            if found.iter().any(whole) {
                continue;
            }
            let suggestion = self.suggestion(&target, &removed, &cumulative);
            found.push((removed, suggestion));
        }
        let mut suggestions: Vec<Suggestion> = found.into_iter().map(|(_, s)| s).collect();
        suggestions.sort_by(|a, b| {
            b.saved_ms
                .total_cmp(&a.saved_ms)
                .then(a.target.cmp(&b.target))
        });
        suggestions
    }

    fn suggestion(&self, target: &str, removed: &[bool], cumulative: &[f64]) -> Suggestion {
        let modules = &self.recording().modules;
        let first = modules
            .iter()
            .position(|m| m.phase == Phase::Init && self.targets.has(target, m));
        let kept = first.filter(|&first| !removed[first]);
        Suggestion {
            target: target.to_owned(),
            saved_ms: self.series.ms(removed),
            moved_ms: self.moved(&[target], removed),
            memory_kb: self.series.memory_kb(removed),
            modules: removed.iter().filter(|removed| **removed).count(),
            cumulative_ms: first.map_or(0.0, |first| cumulative[first]),
            imported_at: self.imported_at(target),
            used_at_init: self.used_at_init(target),
            kept_by: kept.and_then(|kept| self.kept_by(target, kept, removed)),
        }
    }

    fn site(&self, module: usize, line: Option<u32>) -> Site {
        self.site_in(&self.recording().modules[module].name, line)
    }

    fn imported_at(&self, target: &str) -> Vec<Site> {
        let cut = self
            .graph
            .edges()
            .iter()
            .filter(|edge| self.is_cut(edge, target));
        let mut sites: Vec<Site> = cut
            .map(|edge| {
                self.site(
                    edge.at,
                    self.graph.import(edge).and_then(|import| import.line),
                )
            })
            .collect();
        sites.sort();
        sites.dedup();
        if sites.iter().any(|site| site.line.is_some()) {
            sites.retain(|site| site.line.is_some());
        }
        sites
    }

    /// Where the function's own code uses it at once, by what the start with everything put off has shown; and an import
    /// inside a function that ran in init was needed there.
    fn used_at_init(&self, target: &str) -> Option<Site> {
        let in_function = self.graph.edges().iter().find_map(|edge| {
            let import = self.graph.import(edge)?;
            (import.function.is_some() && self.is_cut(edge, target))
                .then(|| self.site(edge.at, import.line))
        });
        let used =
            self.probed.into_iter().flatten().find(|deferred| {
                deferred.used == Some(Phase::Init) && self.is_of(deferred, target)
            });
        used.map(|deferred| self.site_of_use(deferred))
            .or(in_function)
    }

    /// The line that uses it; where the importer only keeps it, or another module takes it along, that of the import.
    pub fn site_of_use(&self, deferred: &Deferred) -> Site {
        self.site_in(&deferred.importer, deferred.used_line.or(deferred.line))
    }

    /// A line of a module.
    pub fn site_in(&self, module: &str, line: Option<u32>) -> Site {
        let found = self.recording().modules.iter().find(|m| m.name == module);
        Site {
            module: module.to_owned(),
            file: found.and_then(|module| module.file.clone()),
            line,
        }
    }

    fn is_of(&self, deferred: &Deferred, target: &str) -> bool {
        let full = format!("{}.{}", deferred.module, deferred.name);
        let modules = &self.recording().modules;
        let has = |name: &str| {
            modules
                .iter()
                .any(|m| m.name == name && self.targets.has(target, m))
        };
        has(&deferred.module) || has(&full)
    }

    /// Whoever loads it all the same: the first that is not the function's own.
    fn kept_by(&self, target: &str, kept: usize, removed: &[bool]) -> Option<String> {
        let modules = &self.recording().modules;
        let others = self.graph.edges().iter().filter(|edge| {
            edge.to == kept
                && !removed[edge.from]
                && !removed[edge.at]
                && !self.is_cut(edge, target)
                && !self.targets.has(target, &modules[edge.at])
        });
        let name = |edge: &Edge| {
            self.graph
                .through(edge)
                .unwrap_or(&modules[edge.at].name)
                .to_owned()
        };
        others.map(name).next()
    }

    /// What of the removed modules the first invoke loads after all, ms.
    fn moved(&self, targets: &[&str], removed: &[bool]) -> Option<f64> {
        let probed = self.probed?;
        let recording = self.recording();
        let mut seeds: Vec<usize> = Vec::new();
        for deferred in probed.iter().filter(|deferred| deferred.used.is_some()) {
            if targets.iter().any(|target| self.is_of(deferred, target)) {
                let full = format!("{}.{}", deferred.module, deferred.name);
                let named = |name: &str| name == deferred.module || name == full;
                let modules = recording.modules.iter().enumerate();
                seeds.extend(modules.filter(|(_, m)| named(&m.name)).map(|(n, _)| n));
            }
        }
        for import in recording
            .imports
            .iter()
            .filter(|import| import.phase == Phase::First)
        {
            if !removed[import.from] && !import.at.is_some_and(|at| removed[at]) {
                seeds.push(import.to);
            }
        }
        // A module of the function's own that comes back still puts off what it imports.
        let cut = |edge: &Edge| self.is_cut_by_any(edge, targets);
        let needed = self.graph.needed(seeds.into_iter(), removed, cut);
        Some(self.series.ms(&needed) * self.slower)
    }

    /// The targets to load later, the best first, each as good as it can be beside those before it.
    pub fn plan(&self, suggestions: &[Suggestion]) -> Vec<Step> {
        let enough = (self.recording().total_ms * WORTHWHILE).max(WORTHWHILE_MS);
        let mut left: Vec<&str> = suggestions
            .iter()
            .filter(|suggestion| suggestion.used_at_init.is_none())
            .map(|suggestion| &*suggestion.target)
            .collect();
        let (mut chosen, mut steps, mut saved) = (Vec::new(), Vec::new(), 0.0);
        loop {
            let with = |target: &str| {
                let all: Vec<&str> = chosen.iter().copied().chain([target]).collect();
                self.without(&all)
            };
            let tried = left.iter().map(|target| (*target, with(target)));
            let best = tried
                .map(|(target, removed)| (target, self.series.ms(&removed), removed))
                .max_by(|a, b| a.1.total_cmp(&b.1));
            let Some((target, ms, removed)) = best.filter(|(_, ms, _)| ms - saved >= enough) else {
                return steps;
            };
            chosen.push(target);
            left.retain(|other| *other != target);
            steps.push(Step {
                target: target.to_owned(),
                adds_ms: ms - saved,
                saved_ms: ms,
                moved_ms: self.moved(&chosen, &removed),
                memory_kb: self.series.memory_kb(&removed),
            });
            saved = ms;
        }
    }

    /// What loading these later would do together. The one that the function's own modules don't import is the error.
    pub fn together(&self, targets: &[String]) -> Result<Together, String> {
        let candidates = self.candidates();
        if let Some(unknown) = targets.iter().find(|target| !candidates.contains(target)) {
            return Err(unknown.clone());
        }
        let all: Vec<&str> = targets.iter().map(String::as_str).collect();
        let removed = self.without(&all);
        Ok(Together {
            targets: targets.to_vec(),
            saved_ms: self.series.ms(&removed),
            moved_ms: self.moved(&all, &removed),
            memory_kb: self.series.memory_kb(&removed),
        })
    }

    /// What the hook is told in order to put these off: `target<importer,importer;target<importer`.
    pub fn deferral(&self, targets: &[&str]) -> String {
        let entries = targets.iter().map(|target| {
            let mut names: Vec<String> = self
                .imported_at(target)
                .into_iter()
                .map(|site| site.module)
                .collect();
            names.dedup();
            format!("{target}<{}", names.join(","))
        });
        entries.collect::<Vec<_>>().join(";")
    }
}

#[cfg(test)]
mod tests;
