//! The run loop: touch, invoke, judge, replace; in the plan's order, until it is done or stopped.

mod invokes;
mod restores;
mod starts;
mod touches;

use std::time::Duration;

use crate::bench::ahead::Ahead;
use crate::bench::budget::Budget;
use crate::bench::checks::{Answers, Checks};
use crate::bench::events::Event;
use crate::bench::plan::Plan;
use crate::bench::stop::Stop;
use crate::bench::stopped::Stopped;
use crate::bench::target::Target;
use crate::results::{Arm, Exclusion, Kind, Sample};

use restores::Restoring;

/// Warm invokes of the unmeasured first start: their round trip tells a start that waited from one that did not.
pub(super) const FIRST_START_WARM_INVOKES: u32 = 3;

/// What a run gave, also if it was stopped.
#[derive(Debug)]
pub struct Measured {
    /// Every invoke in order.
    pub samples: Vec<Sample>,
    /// Per subject, in the plan's order of subjects.
    pub answers: Vec<Answers>,
    /// `Err` if the plan was not finished.
    pub ending: Result<(), Stopped>,
}

/// One subject and all that the loop keeps about it.
struct Subject<'t, T> {
    arm: Arm,
    target: &'t T,
    answers: Answers,
    environments: u64,
    /// How many invokes the last burst had.
    at_once: u32,
    tried: u32,
    excluded: u32,
    fruitless: u32,
    failed_calls: u32,
    /// Cold starts that an interrupted run has left.
    done_before: u32,
    /// Median client time less handler time of warm invokes before the first measured start, ms.
    warm_overhead_ms: Option<f64>,
    restoring: Restoring,
}

/// A run in progress.
pub struct Run<'a, T> {
    plan: &'a Plan,
    payload: &'a str,
    checks: &'a Checks,
    stop: Stop,
    budget: Option<Budget>,
    subjects: Vec<Subject<'a, T>>,
    ahead: Ahead<'a>,
    /// A subject is touched as soon as it was measured, and settles while the other one is.
    overlapping: bool,
    touches_left: usize,
    samples: Vec<Sample>,
    /// The look that samples are taken for, from 0.
    look: usize,
    decided: Option<Decided<'a>>,
    on_sample: &'a mut dyn FnMut(&Sample) -> std::io::Result<()>,
    on_event: &'a mut dyn FnMut(Event),
}

/// Whether the samples up to a look (from 0) are enough to end the run.
pub type Decided<'a> = &'a mut dyn FnMut(&[Sample], usize) -> bool;

/// Where in the plan an invoke stands.
#[derive(Clone, Copy)]
struct Position {
    block: u32,
    kind: Kind,
    first_start: bool,
    /// Which of the simultaneous ones.
    nth: u32,
    /// Of a published version, where idle environments answer some.
    restores: bool,
}

impl Position {
    fn cold(block: u32) -> Self {
        Self {
            block,
            kind: Kind::Cold,
            first_start: false,
            nth: 0,
            restores: false,
        }
    }

    /// Meant to be a restore, where an environment that idles may answer as well.
    fn is_restore(self) -> bool {
        self.restores && self.kind == Kind::Cold
    }
}

impl<T> Subject<'_, T> {
    fn too_many(&self, last: &Sample, reason: Exclusion) -> Stopped {
        Stopped::TooManyExcluded {
            arm: self.arm,
            excluded: self.excluded,
            tried: self.tried,
            last: reason,
            error: last.error.clone(),
        }
    }
}

impl<'a, T: Target> Run<'a, T> {
    /// A run of `plan` over `targets`.
    pub fn new(
        plan: &'a Plan,
        targets: &'a [(Arm, T)],
        payload: &'a str,
        checks: &'a Checks,
        stop: Stop,
        on_sample: &'a mut dyn FnMut(&Sample) -> std::io::Result<()>,
        on_event: &'a mut dyn FnMut(Event),
    ) -> Self {
        let subjects: Vec<_> = targets
            .iter()
            .map(|(arm, target)| Subject {
                arm: *arm,
                target,
                answers: Answers::default(),
                environments: 0,
                at_once: plan.concurrency,
                tried: 0,
                excluded: 0,
                fruitless: 0,
                failed_calls: 0,
                done_before: 0,
                warm_overhead_ms: None,
                restoring: Restoring::default(),
            })
            .collect();
        Self {
            plan,
            payload,
            checks,
            stop,
            ahead: Ahead::new(subjects.len()),
            overlapping: false,
            touches_left: plan.order.len() + subjects.len(),
            budget: None,
            subjects,
            samples: Vec::new(),
            look: 0,
            decided: None,
            on_sample,
            on_event,
        }
    }

    /// One of two subjects settles while the other one is measured. The order of the measured starts stays the plan's.
    #[must_use]
    pub fn overlapping(mut self, wanted: bool) -> Self {
        self.overlapping = wanted && self.subjects.len() > 1;
        self
    }

    /// Continues a run that has these samples.
    #[must_use]
    pub fn after(mut self, samples: Vec<Sample>) -> Self {
        for subject in &mut self.subjects {
            let own = || samples.iter().filter(|s| s.arm == subject.arm);
            subject.environments = own().map(|s| s.environment + 1).max().unwrap_or(0);
            let counted = || {
                own().filter(|s| {
                    s.kind == Kind::Cold && s.excluded_reason != Some(Exclusion::FirstStart)
                })
            };
            subject.tried = counted().count() as u32;
            subject.excluded = counted().filter(|s| !s.accepted).count() as u32;
            subject.done_before = subject.tried - subject.excluded;
        }
        let looks = samples.iter().map(|s| s.look as usize);
        self.look = looks.max().unwrap_or(0);
        self.samples = samples;
        self
    }

    /// The same, ended at the first look of the plan at which `decided` says so.
    #[must_use]
    pub fn until(mut self, decided: Decided<'a>) -> Self {
        self.decided = Some(decided);
        self
    }

    /// The same within a sum of money.
    #[must_use]
    pub fn within(mut self, budget: Option<Budget>) -> Self {
        self.budget = budget;
        self
    }

    /// Measures until the plan is done or something stops it; what was measured is returned either way.
    pub async fn measure(mut self) -> Measured {
        // Boxed: it holds every step's state, and whoever waits for it would hold that too.
        let ending = Box::pin(self.follow_plan()).await;
        Measured {
            samples: self.samples,
            answers: self.subjects.into_iter().map(|s| s.answers).collect(),
            ending,
        }
    }

    async fn follow_plan(&mut self) -> Result<(), Stopped> {
        if self.overlapping {
            for subject in 0..self.subjects.len() {
                self.begin_touch(subject).await?;
            }
        }
        for subject in 0..self.subjects.len() {
            (self.on_event)(Event::Warmup {
                arm: self.subjects[subject].arm,
            });
            self.first_start(subject).await?;
            self.touch_ahead(subject, 0).await?;
        }
        let mut done = 0;
        for at in 0..self.plan.order.len() {
            self.slot(at, &mut done).await?;
            if let Some(look) = self.plan.look_after(at + 1) {
                if self.is_decided(look) {
                    break;
                }
                // Nothing was touched beyond the look.
                for subject in 0..self.subjects.len() {
                    self.touch_ahead(subject, at + 1).await?;
                }
            }
        }
        // Each touch finds out about the time before it; after the last one nobody has looked.
        for subject in &self.subjects {
            // A published version never changes.
            if !subject.target.restores() {
                subject.target.unchanged().await?;
            }
        }
        Ok(())
    }

    /// The cold starts of one touch of the plan that an interrupted run has not left, and what follows them.
    async fn slot(&mut self, at: usize, done: &mut usize) -> Result<(), Stopped> {
        let slot = self.plan.order[at];
        let burst = self.plan.concurrency as usize;
        let total = self.plan.order.len() * burst;
        let look_at = Some(self.plan.until_look(at) * burst).filter(|&look| look < total);
        let subject = self.subject(slot.arm);
        let before = self.subjects[subject]
            .done_before
            .min(self.plan.concurrency);
        self.subjects[subject].done_before -= before;
        *done += before as usize;
        let mut missing = self.plan.concurrency - before;
        if missing == 0 {
            self.touches_left -= 1;
            return Ok(());
        }
        let mut starts = Vec::new();
        while missing > 0 {
            let more = if self.subjects[subject].target.restores() {
                self.restores(subject, slot.block, missing).await?
            } else {
                self.cold_starts(subject, slot.block).await?
            };
            // What a batch gives beyond its slot need not be measured in the next one.
            let surplus = (more.len() as u32).saturating_sub(missing);
            self.subjects[subject].done_before += surplus;
            missing = missing.saturating_sub(more.len() as u32);
            starts.extend(more);
        }
        self.touches_left -= 1;
        self.warm_starts(subject, slot.block).await?;
        for cold_ms in starts {
            *done = (*done + 1).min(total);
            (self.on_event)(Event::Start {
                done: *done,
                total,
                look_at,
                arm: slot.arm,
                cold_ms,
            });
        }
        if self.plan.look_after(at + 1).is_some() {
            return Ok(());
        }
        self.touch_ahead(subject, at + 1).await
    }

    /// Looks at the data. The last look ends the plan whatever it shows, and one that an interrupted run has passed is
    /// not asked again: it would see more now than it may.
    fn is_decided(&mut self, look: usize) -> bool {
        let of = self.plan.looks.at.len();
        if look + 1 == of || look < self.look {
            return false;
        }
        let samples = &self.samples;
        let decided = self.decided.as_mut().is_some_and(|ask| ask(samples, look));
        (self.on_event)(Event::Looked {
            look: look + 1,
            of,
            starts: self.plan.looks.at[look],
            decided,
        });
        self.look = look + usize::from(!decided);
        decided
    }

    fn subject(&self, arm: Arm) -> usize {
        self.subjects
            .iter()
            .position(|s| s.arm == arm)
            .expect("the plan names only its own subjects")
    }

    async fn pause(&mut self, time: Duration) -> Result<(), Stopped> {
        tokio::select! {
            () = self.ahead.during(tokio::time::sleep(time)) => Ok(()),
            () = self.stop.requested() => Err(self.stopped()),
        }
    }

    fn afford(&self, subject: usize, kind: Kind) -> Result<(), Stopped> {
        let arm = self.subjects[subject].arm;
        self.budget
            .as_ref()
            .map_or(Ok(()), |budget| budget.afford(arm, kind, 1))
    }

    /// All the simultaneous starts of a touch, before it is sent.
    fn afford_burst(&self, subject: usize) -> Result<(), Stopped> {
        let arm = self.subjects[subject].arm;
        let starts = self.plan.concurrency;
        self.budget.as_ref().map_or(Ok(()), |budget| {
            budget.afford(arm, Kind::Cold, starts.into())
        })
    }

    fn check_stop(&self) -> Result<(), Stopped> {
        if self.stop.is_requested() {
            Err(self.stopped())
        } else {
            Ok(())
        }
    }

    fn stopped(&self) -> Stopped {
        if self.stop.is_time_up() {
            Stopped::TimeUp
        } else {
            Stopped::Interrupted
        }
    }
}

#[cfg(test)]
mod tests;
