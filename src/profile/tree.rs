//! What was loaded in a phase as a tree: every module below the one whose initialising loaded it first.

use super::recording::{Phase, Recording};

/// The modules of one phase, each below the one that loaded it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// Positions of the modules that no other module of the phase loaded.
    pub roots: Vec<usize>,
    /// For each position what it loaded, in the order of loading.
    pub children: Vec<Vec<usize>>,
    /// For each position its own time with that of all below it, ms; 0 in another phase.
    pub total_ms: Vec<f64>,
}

impl Tree {
    /// Of what was loaded in `phase`.
    pub fn of(recording: &Recording, phase: Phase) -> Self {
        let modules = &recording.modules;
        let mut tree = Self {
            roots: Vec::new(),
            children: vec![Vec::new(); modules.len()],
            total_ms: vec![0.0; modules.len()],
        };
        for (at, module) in modules.iter().enumerate().filter(|(_, m)| m.phase == phase) {
            tree.total_ms[at] = module.self_ms.max(0.0);
            // Who loads something began earlier, so that nothing is below itself.
            match module.loaded_by {
                Some(by) if by < at && modules[by].phase == phase => tree.children[by].push(at),
                _ => tree.roots.push(at),
            }
        }
        for at in (0..modules.len()).rev() {
            let below: f64 = tree.children[at]
                .iter()
                .map(|&child| tree.total_ms[child])
                .sum();
            tree.total_ms[at] += below;
        }
        tree
    }

    /// Everything together, ms.
    pub fn whole_ms(&self) -> f64 {
        self.roots.iter().map(|&root| self.total_ms[root]).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::recording::{Language, Module};

    fn recording(modules: &[(f64, Option<usize>, Phase)]) -> Recording {
        Recording {
            language: Language::Python,
            version: "3.11.7".into(),
            handler: "app.handler".into(),
            total_ms: 0.0,
            cpu_ms: None,
            modules: modules
                .iter()
                .map(|&(self_ms, loaded_by, phase)| Module {
                    self_ms,
                    phase,
                    loaded_by,
                    ..Module::default()
                })
                .collect(),
            imports: Vec::new(),
            first_ms: None,
            error: None,
            first_error: None,
            deferred: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_module_holds_what_it_loaded() {
        let all = recording(&[
            (1.0, None, Phase::Init),
            (2.0, Some(0), Phase::Init),
            (4.0, Some(1), Phase::Init),
            (8.0, Some(0), Phase::Init),
        ]);
        let tree = Tree::of(&all, Phase::Init);
        assert_eq!(tree.roots, [0]);
        assert_eq!(tree.children, [vec![1, 3], vec![2], vec![], vec![]]);
        assert_eq!(tree.total_ms, [15.0, 6.0, 4.0, 8.0]);
        assert!((tree.whole_ms() - 15.0).abs() < 1e-9);
    }

    #[test]
    fn what_the_first_invoke_loads_is_a_tree_of_its_own() {
        let all = recording(&[
            (1.0, None, Phase::Init),
            (2.0, Some(0), Phase::First),
            (4.0, Some(1), Phase::First),
        ]);
        assert!((Tree::of(&all, Phase::Init).whole_ms() - 1.0).abs() < 1e-9);
        let first = Tree::of(&all, Phase::First);
        assert_eq!(
            (first.roots, first.total_ms),
            (vec![1], vec![0.0, 6.0, 4.0])
        );
    }

    #[test]
    fn a_recording_that_turns_in_a_circle_ends() {
        let all = recording(&[
            (1.0, Some(1), Phase::Init),
            (2.0, Some(0), Phase::Init),
            (1.0, Some(9), Phase::Init),
        ]);
        assert_eq!(Tree::of(&all, Phase::Init).roots, [0, 2]);
    }
}
