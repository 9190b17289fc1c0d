//! The run loop: touch, invoke, judge, replace; in the plan's order, until it is done or stopped.

mod invokes;

use std::time::Duration;

use crate::bench::ahead::Ahead;
use crate::bench::budget::Budget;
use crate::bench::checks::{Answers, Checks};
use crate::bench::events::Event;
use crate::bench::plan::Plan;
use crate::bench::stop::Stop;
use crate::bench::stopped::{FRUITLESS_TOUCHES, Stopped};
use crate::bench::target::Target;
use crate::results::{Arm, Exclusion, Kind, Sample};

/// Warm invokes of the unmeasured first start: their round trip tells a start that waited from one that did not.
pub(super) const FIRST_START_WARM_INVOKES: u32 = 3;
const PAUSE_AFTER_FAILED_CALL: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 500 });

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
    tried: u32,
    excluded: u32,
    fruitless: u32,
    failed_calls: u32,
    /// Cold starts that an interrupted run has left.
    done_before: u32,
    /// Median client time less handler time of warm invokes before the first measured start, ms.
    warm_overhead_ms: Option<f64>,
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
                tried: 0,
                excluded: 0,
                fruitless: 0,
                failed_calls: 0,
                done_before: 0,
                warm_overhead_ms: None,
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
            subject.target.unchanged().await?;
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
            let more = self.cold_starts(subject, slot.block).await?;
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

    /// Touches a subject that was just measured, if it comes again among the slots from `next` on and before the look
    /// after them, which may be the end: it settles while the other one is measured.
    async fn touch_ahead(&mut self, subject: usize, next: usize) -> Result<(), Stopped> {
        let arm = self.subjects[subject].arm;
        let until = self.plan.until_look(next);
        let own = self.plan.order[next..until].iter().filter(|s| s.arm == arm);
        let left = own.count() as u32 * self.plan.concurrency;
        if self.overlapping && left > self.subjects[subject].done_before {
            self.check_stop()?;
            self.begin_touch(subject).await?;
        }
        Ok(())
    }

    /// One unmeasured start: it pays for the deploy, the caches and the connections.
    async fn first_start(&mut self, subject: usize) -> Result<(), Stopped> {
        self.touch(subject).await?;
        let mut position = Position {
            block: 0,
            kind: Kind::Cold,
            first_start: true,
            nth: 0,
        };
        self.start(subject, position).await?;
        self.touches_left -= 1;
        position.kind = Kind::Warm;
        let mut overheads = Vec::new();
        for _ in 0..FIRST_START_WARM_INVOKES {
            let sample = self.invoke(subject, position, false).await?;
            // Where every environment dies at once, what is meant to be warm holds an init: no round trip.
            let started = sample.init_ms.or(sample.restore_ms).is_some();
            if let (false, Some(handler_ms)) = (started, sample.handler_ms) {
                overheads.push(sample.client_ms - handler_ms);
            }
        }
        self.subjects[subject].warm_overhead_ms = crate::stats::median(&overheads);
        Ok(())
    }

    /// One touch and the invokes after it: init and handler of each that counts, ms. What was excluded has to be
    /// replaced.
    async fn cold_starts(&mut self, subject: usize, block: u32) -> Result<Vec<f64>, Stopped> {
        self.touch(subject).await?;
        let position = Position {
            block,
            kind: Kind::Cold,
            first_start: false,
            nth: 0,
        };
        let samples = self.start(subject, position).await?;
        let state = &mut self.subjects[subject];
        state.tried += samples.len() as u32;
        let mut excluded = samples
            .iter()
            .filter_map(|sample| Some((sample, sample.excluded_reason?)));
        for (_, reason) in excluded.clone() {
            (self.on_event)(Event::Excluded {
                arm: state.arm,
                reason,
            });
        }
        state.excluded += excluded.clone().count() as u32;
        let starts: Vec<f64> = samples
            .iter()
            .filter(|sample| sample.accepted)
            .filter_map(Sample::cold_start_ms)
            .collect();
        if !starts.is_empty() {
            (state.fruitless, state.failed_calls) = (0, 0);
        } else if excluded.clone().all(|(_, why)| why == Exclusion::Unknown) {
            state.fruitless += 1;
        } else {
            state.fruitless = 0;
        }
        let Some((last, reason)) = excluded.next_back() else {
            return Ok(starts);
        };
        if state.fruitless >= FRUITLESS_TOUCHES {
            return Err(Stopped::NeverCold { arm: state.arm });
        }
        if state.excluded >= self.plan.replacement_cap() {
            return Err(Stopped::TooManyExcluded {
                arm: state.arm,
                excluded: state.excluded,
                tried: state.tried,
                last: reason,
                error: last.error.clone(),
            });
        }
        if starts.is_empty() {
            self.back_off(subject, reason).await?;
        }
        Ok(starts)
    }

    /// A pause after a call that failed, longer each time in a row.
    async fn back_off(&mut self, subject: usize, reason: Exclusion) -> Result<(), Stopped> {
        let state = &mut self.subjects[subject];
        if reason != Exclusion::CallFailed {
            return Ok(());
        }
        let pause = PAUSE_AFTER_FAILED_CALL * 2_u32.pow(state.failed_calls.min(4));
        state.failed_calls += 1;
        self.pause(pause).await
    }

    /// The warm invokes after an accepted cold start. An excluded one is replaced, at most as often as there are
    /// warm invokes; once another environment has answered, there is nothing warm left to measure.
    async fn warm_starts(&mut self, subject: usize, block: u32) -> Result<(), Stopped> {
        let position = Position {
            block,
            kind: Kind::Warm,
            first_start: false,
            nth: 0,
        };
        let (mut accepted, mut tried) = (0, 0);
        while accepted < self.plan.warm_invokes && tried < self.plan.warm_invokes.saturating_mul(2)
        {
            let sample = self.invoke(subject, position, true).await?;
            tried += 1;
            match sample.excluded_reason {
                None => {
                    accepted += 1;
                    self.subjects[subject].failed_calls = 0;
                }
                Some(reason) => {
                    let arm = self.subjects[subject].arm;
                    (self.on_event)(Event::Excluded { arm, reason });
                    if matches!(reason, Exclusion::UnexpectedCold | Exclusion::FunctionError) {
                        break;
                    }
                    self.back_off(subject, reason).await?;
                }
            }
        }
        Ok(())
    }

    async fn touch(&mut self, subject: usize) -> Result<(), Stopped> {
        self.check_stop()?;
        self.afford_burst(subject)?;
        if !self.ahead.is_begun(subject) {
            self.begin_touch(subject).await?;
        }
        let took = tokio::select! {
            settled = self.ahead.settled(subject) => settled?,
            () = self.stop.requested() => return Err(self.stopped()),
        };
        (self.on_event)(Event::Settled {
            took,
            left: self.touches_left,
        });
        self.subjects[subject].environments += u64::from(self.plan.concurrency);
        self.check_stop()
    }

    /// Never cut short: an update whose answer we didn't wait for could land after the restore.
    async fn begin_touch(&mut self, subject: usize) -> Result<(), Stopped> {
        let target = self.subjects[subject].target;
        self.ahead.during(target.touch()).await?;
        self.ahead.begin(subject, target.settled());
        Ok(())
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
