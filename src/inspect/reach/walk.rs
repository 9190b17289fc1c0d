//! Reads every file that may be reached, level by level, on several threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, available_parallelism};

use super::LimitKind;
use super::edges::{Edge, Edges, Reading, Target};
use super::source::STACK;

/// More threads than that wait for the disk.
const MOST_THREADS: usize = 8;

/// What was read.
#[derive(Debug)]
pub struct Walked {
    /// By module; none of those that nothing leads to.
    pub edges: Vec<Option<Edges>>,
    /// Whether some code changes Python's path, so that what lies elsewhere may be meant.
    pub changes_path: bool,
}

impl Walked {
    /// The edges of a module, with those that hold because the path is changed.
    pub fn of(&self, module: usize) -> impl Iterator<Item = &Edge> {
        self.edges[module]
            .iter()
            .flat_map(|edges| self.valid(edges))
    }

    /// Those of some edges that hold.
    pub fn valid<'e>(&self, edges: &'e Edges) -> impl Iterator<Item = &'e Edge> {
        let elsewhere = edges.elsewhere.iter().filter(|_| self.changes_path);
        edges.all.iter().chain(elsewhere)
    }
}

struct Walk<'r, 'a> {
    reading: &'r Reading<'a>,
    walked: Walked,
    seen: Vec<bool>,
    expanded: Vec<bool>,
    touched: Vec<bool>,
    own: bool,
    next: Vec<usize>,
}

/// Walks from the handler's modules and from other roots.
pub fn walk(
    reading: &Reading<'_>,
    handler: &[usize],
    roots: &[Edges],
    distributions: usize,
) -> Walked {
    let modules = reading.tree.modules().len();
    let mut walk = Walk {
        reading,
        walked: Walked {
            edges: (0..modules).map(|_| None).collect(),
            changes_path: roots.iter().any(|root| root.changes_path),
        },
        seen: vec![false; modules],
        expanded: vec![false; distributions],
        touched: vec![false; distributions],
        own: false,
        next: Vec::new(),
    };
    for module in handler {
        walk.lead_to(Target::Module(*module));
    }
    for root in roots {
        for edge in &root.all {
            walk.lead_to(edge.to);
        }
    }
    let mut others = walk.walked.changes_path;
    loop {
        if others {
            // From here on these count, those of the files that were read before too.
            let late = walk.walked.edges.iter().flatten().chain(roots);
            let late: Vec<Target> = late
                .flat_map(|read| &read.elsewhere)
                .map(|edge| edge.to)
                .collect();
            for to in late {
                walk.lead_to(to);
            }
        }
        let mut level = std::mem::take(&mut walk.next);
        if level.is_empty() {
            return walk.walked;
        }
        level.sort_unstable();
        let before = walk.walked.changes_path;
        for (module, read) in read_all(reading, &level) {
            let followed = if before { &read.elsewhere[..] } else { &[] };
            for edge in read.all.iter().chain(followed) {
                walk.lead_to(edge.to);
            }
            walk.walked.changes_path |= read.changes_path;
            walk.walked.edges[module] = Some(read);
        }
        others = walk.walked.changes_path && !before;
    }
}

impl Walk<'_, '_> {
    fn lead_to(&mut self, target: Target) {
        match target {
            Target::Module(id) => {
                if !std::mem::replace(&mut self.seen[id], true) {
                    self.next.push(id);
                    for of in self.reading.tree.modules()[id].owners() {
                        self.touch(of);
                    }
                }
            }
            Target::Distribution(of) => {
                if !std::mem::replace(&mut self.expanded[of], true) {
                    self.touch(of);
                    for id in meant(self.reading, of) {
                        self.lead_to(Target::Module(id));
                    }
                }
            }
            Target::Own => {
                if !std::mem::replace(&mut self.own, true) {
                    for id in self.reading.tree.of_none() {
                        self.lead_to(Target::Module(id));
                    }
                }
            }
            Target::Everything => {}
        }
    }

    /// What a distribution requires it may load, in ways that can't be seen.
    fn touch(&mut self, of: usize) {
        if !std::mem::replace(&mut self.touched[of], true) {
            for required in self.reading.metadata.required(of) {
                self.lead_to(Target::Distribution(*required));
            }
        }
    }
}

/// The modules of a distribution that may be loaded by a name that is only known at run time: not its tests.
pub fn meant<'r>(reading: &'r Reading<'_>, of: usize) -> impl Iterator<Item = usize> + use<'r> {
    let tree = reading.tree;
    tree.of_distribution(of)
        .iter()
        .copied()
        .filter(|id| !tree.in_tests(*id))
}

/// Reads these modules, in their order whatever thread was first.
fn read_all(reading: &Reading<'_>, level: &[usize]) -> Vec<(usize, Edges)> {
    let next = AtomicUsize::new(0);
    let read = Mutex::new(Vec::with_capacity(level.len()));
    let work = || {
        while let Some(&id) = level.get(next.fetch_add(1, Ordering::Relaxed)) {
            let edges = read_one(reading, id);
            read.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((id, edges));
        }
    };
    let threads = available_parallelism().map_or(1, usize::from);
    let threads = threads.min(MOST_THREADS).min(level.len().div_ceil(4));
    std::thread::scope(|scope| {
        let started = (0..threads)
            .filter(|_| {
                Builder::new()
                    .stack_size(STACK)
                    .spawn_scoped(scope, work)
                    .is_ok()
            })
            .count();
        if started == 0 {
            work();
        }
    });
    let mut read = read.into_inner().unwrap_or_else(PoisonError::into_inner);
    read.sort_unstable_by_key(|(id, _)| *id);
    read
}

fn read_one(reading: &Reading<'_>, id: usize) -> Edges {
    // What strangers wrote must not end the program, whatever the parser makes of it.
    catch_unwind(AssertUnwindSafe(|| reading.module(id))).unwrap_or_else(|_| Edges {
        all: vec![Edge {
            to: Target::Everything,
            how: super::How::Unread,
            line: None,
        }],
        limits: vec![(LimitKind::Unreadable, None)],
        ..Edges::default()
    })
}
