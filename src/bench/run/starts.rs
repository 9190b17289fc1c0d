//! The starts of the run loop: the first one, which is not measured, cold ones after a touch, and the warm ones that follow.

use std::time::Duration;

use crate::bench::events::Event;
use crate::bench::stopped::{FRUITLESS_TOUCHES, Stopped};
use crate::bench::target::Target;
use crate::results::{Exclusion, Kind, Sample};

use super::{FIRST_START_WARM_INVOKES, Position, Run};

pub(super) const PAUSE_AFTER_FAILED_CALL: Duration =
    Duration::from_millis(if cfg!(test) { 1 } else { 500 });

impl<T: Target> Run<'_, T> {
    /// One unmeasured start: it pays for the deploy, the caches and the connections.
    pub(super) async fn first_start(&mut self, subject: usize) -> Result<(), Stopped> {
        if self.subjects[subject].target.restores() {
            return Box::pin(self.first_restore(subject)).await;
        }
        self.touch(subject).await?;
        let mut position = Position {
            first_start: true,
            ..Position::cold(0)
        };
        let target = self.subjects[subject].target;
        self.ahead.during(target.open(self.plan.concurrency)).await;
        self.start(subject, position).await?;
        self.touches_left -= 1;
        position.kind = Kind::Warm;
        self.warm_overhead(subject, position, FIRST_START_WARM_INVOKES)
            .await
    }

    /// What a warm invoke takes beside the handler.
    pub(super) async fn warm_overhead(
        &mut self,
        subject: usize,
        position: Position,
        invokes: u32,
    ) -> Result<(), Stopped> {
        let mut overheads = Vec::new();
        for _ in 0..invokes {
            let sample = self.invoke(subject, position, false).await?;
            // Where every environment dies at once, what is meant to be warm holds an init: no round trip.
            let started = sample.init_ms.or(sample.restore_ms).is_some();
            if let (false, Some(handler_ms)) = (started, sample.handler_ms) {
                overheads.push(sample.client_ms - handler_ms);
            }
        }
        self.subjects[subject].warm_overhead_ms = crate::stats::median(&overheads);
        self.reports_come(subject)
    }

    /// One touch and the invokes after it: init and handler of each that counts, ms. What was excluded has to be
    /// replaced.
    pub(super) async fn cold_starts(
        &mut self,
        subject: usize,
        block: u32,
    ) -> Result<Vec<f64>, Stopped> {
        self.touch(subject).await?;
        let samples = self.start(subject, Position::cold(block)).await?;
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
            return Err(state.too_many(last, reason));
        }
        if starts.is_empty() {
            self.back_off(subject, reason).await?;
        }
        Ok(starts)
    }

    /// A pause after a call that failed, longer each time in a row.
    pub(super) async fn back_off(
        &mut self,
        subject: usize,
        reason: Exclusion,
    ) -> Result<(), Stopped> {
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
    pub(super) async fn warm_starts(&mut self, subject: usize, block: u32) -> Result<(), Stopped> {
        let position = Position {
            kind: Kind::Warm,
            ..Position::cold(block)
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
}
