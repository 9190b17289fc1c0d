//! From what leads where to a class for each distribution, and the shortest way that shows it.

use std::collections::VecDeque;

use super::edges::{Edge, Edges, Reading, Target};
use super::walk::{Walked, meant};
use super::{Class, How};

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// In the handler's own way: nothing led there.
    Start,
    /// In a module.
    Module(usize),
    /// In a file that is started by other means.
    Root(usize),
}

/// How something was reached.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// From where.
    pub from: From,
    /// In which way.
    pub how: How,
    /// The line.
    pub line: Option<u32>,
}

/// Of every module and every distribution, if it is reached: how certainly, and by what.
#[derive(Debug)]
pub struct Classes {
    /// By module.
    pub modules: Vec<Option<(Class, Step)>>,
    /// By distribution.
    pub distributions: Vec<Option<(Class, Step)>>,
}

struct Sorting<'r, 'a> {
    reading: &'r Reading<'a>,
    found: Classes,
    expanded: Vec<bool>,
    own: bool,
    everything: Option<Step>,
    /// By class, the most certain first; last what only may be because nothing can be seen.
    waiting: [VecDeque<(Target, Step)>; 4],
}

/// Sorts by the most certain way, and of several such by the shortest.
pub fn classes(
    reading: &Reading<'_>,
    walked: &Walked,
    handler: &[usize],
    roots: &[Edges],
    distributions: usize,
) -> Classes {
    let mut sorting = Sorting {
        reading,
        found: Classes {
            modules: vec![None; reading.tree.modules().len()],
            distributions: vec![None; distributions],
        },
        expanded: vec![false; distributions],
        own: false,
        everything: None,
        waiting: Default::default(),
    };
    let start = Step {
        from: From::Start,
        how: How::Handler,
        line: None,
    };
    for module in handler {
        sorting.waiting[0].push_back((Target::Module(*module), start));
    }
    for (i, root) in roots.iter().enumerate() {
        for edge in walked.valid(root) {
            sorting.follow(edge, From::Root(i), Class::Reached);
        }
    }
    while let Some((class, target, step)) = sorting.next() {
        sorting.settle(target, step, class, walked);
    }
    if let Some(step) = sorting.everything {
        for distribution in &mut sorting.found.distributions {
            distribution.get_or_insert((Class::OptionalOnly, step));
        }
    }
    sorting.found
}

impl Sorting<'_, '_> {
    fn next(&mut self) -> Option<(Class, Target, Step)> {
        let i = self
            .waiting
            .iter()
            .position(|waiting| !waiting.is_empty())?;
        let (target, step) = self.waiting[i].pop_front()?;
        let class = [Class::Reached, Class::ReachedLate, Class::OptionalOnly];
        Some((class[i.min(2)], target, step))
    }

    fn follow(&mut self, edge: &Edge, from: From, class: Class) {
        let step = Step {
            from,
            how: edge.how,
            line: edge.line,
        };
        let i = match class.max(edge.how.class()) {
            Class::Reached => 0,
            Class::ReachedLate => 1,
            _ if matches!(edge.how, How::Native | How::Sourceless | How::Required) => 3,
            _ => 2,
        };
        self.waiting[i].push_back((edge.to, step));
    }

    fn settle(&mut self, target: Target, step: Step, class: Class, walked: &Walked) {
        match target {
            Target::Module(id) => {
                if self.found.modules[id].is_some() {
                    return;
                }
                self.found.modules[id] = Some((class, step));
                for of in self.reading.tree.modules()[id].owners() {
                    self.reached(of, class, step, From::Module(id));
                }
                for edge in walked.of(id) {
                    self.follow(edge, From::Module(id), class);
                }
            }
            Target::Distribution(of) => {
                if !std::mem::replace(&mut self.expanded[of], true) {
                    self.reached(of, class, step, step.from);
                    for id in meant(self.reading, of) {
                        self.waiting[2].push_back((Target::Module(id), step));
                    }
                }
            }
            Target::Own => {
                if !std::mem::replace(&mut self.own, true) {
                    for id in self.reading.tree.of_none() {
                        self.waiting[2].push_back((Target::Module(id), step));
                    }
                }
            }
            Target::Everything => {
                self.everything.get_or_insert(step);
            }
        }
    }

    fn reached(&mut self, of: usize, class: Class, step: Step, by: From) {
        if self.found.distributions[of].is_some() {
            return;
        }
        self.found.distributions[of] = Some((class, step));
        for required in self.reading.metadata.required(of) {
            let step = Step {
                from: by,
                how: How::Required,
                line: None,
            };
            self.waiting[3].push_back((Target::Distribution(*required), step));
        }
    }
}
