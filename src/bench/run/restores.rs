//! Cold starts of a published version with `SnapStart`: it can't be touched, so more invokes are sent at once than it has
//! environments, and those that find none idle wait for a restore.

use crate::bench::events::Event;
use crate::bench::stopped::{FRUITLESS_BATCHES, Stopped};
use crate::bench::target::Target;
use crate::results::{Exclusion, Kind, Sample};

use super::{FIRST_START_WARM_INVOKES, Position, Run};

/// A snapshot that is not ready, or a limit that is reached: so many batches in a row may fail, with longer pauses.
const FAILED_BATCHES: u32 = 8;
/// A batch asks for at most so many times the restores that are missing.
const MOST_PRESSURE: u32 = 16;

/// What is known about the environments of one version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Restoring {
    /// Environments that are believed to be idle between batches.
    idle: u32,
    /// How many times the missing restores a batch asks for: handlers that are done before a burst is out serve twice.
    pressure: u32,
    /// Batches in a row of which every answer came from an environment that had served before.
    fruitless: u32,
    /// Starts that had to be excluded, but for calls that failed.
    spoiled: u32,
}

impl Default for Restoring {
    fn default() -> Self {
        Self {
            idle: 0,
            pressure: 1,
            fruitless: 0,
            spoiled: 0,
        }
    }
}

impl Restoring {
    fn invokes(&self, missing: u32) -> u32 {
        self.idle + missing * self.pressure
    }

    /// Learns from a batch for `missing` restores that no limit has cut: `started` environments are new, and `reused`
    /// invokes met one that had served before.
    fn learn(&mut self, missing: u32, started: u32, reused: u32) {
        self.idle = self.idle.min(reused) + started;
        if started * 2 < missing {
            self.pressure = (self.pressure * 2).min(MOST_PRESSURE);
        }
        self.fruitless = if started == 0 && reused > 0 {
            self.fruitless + 1
        } else {
            0
        };
    }
}

impl<T: Target> Run<'_, T> {
    /// One unmeasured restore, which meets caches that have never seen the snapshot; a snapshot that is not ready is
    /// waited for.
    pub(super) async fn first_restore(&mut self, subject: usize) -> Result<(), Stopped> {
        let mut position = Position {
            first_start: true,
            restores: true,
            ..Position::cold(0)
        };
        loop {
            let samples = self.batch(subject, position, 1).await?;
            self.note_batch(subject, 1, &samples);
            let Some(failed) = samples.iter().find(|sample| has_failed(sample)) else {
                break;
            };
            let state = &mut self.subjects[subject];
            state.tried += 1;
            state.excluded += 1;
            self.wait_out(subject, failed).await?;
        }
        self.subjects[subject].failed_calls = 0;
        self.touches_left -= 1;
        position.kind = Kind::Warm;
        self.warm_overhead(subject, position, FIRST_START_WARM_INVOKES)
            .await
    }

    /// A batch for so many restores: init and handler of each that counts, ms. It may give fewer, or a few more.
    pub(super) async fn restores(
        &mut self,
        subject: usize,
        block: u32,
        missing: u32,
    ) -> Result<Vec<f64>, Stopped> {
        let position = Position {
            restores: true,
            ..Position::cold(block)
        };
        let invokes = self.subjects[subject].restoring.invokes(missing);
        let samples = self.batch(subject, position, invokes).await?;
        self.note_batch(subject, missing, &samples);
        let state = &mut self.subjects[subject];
        let starts: Vec<f64> = samples
            .iter()
            .filter(|sample| sample.accepted)
            .filter_map(Sample::cold_start_ms)
            .collect();
        let mut failed = None;
        for sample in &samples {
            let Some(reason) = sample.excluded_reason else {
                state.tried += 1;
                continue;
            };
            // That idle environments answer is what the batch is planned with.
            if reason == Exclusion::Reused {
                continue;
            }
            (self.on_event)(Event::Excluded {
                arm: state.arm,
                reason,
            });
            state.tried += 1;
            state.excluded += 1;
            if reason == Exclusion::CallFailed {
                failed = Some(sample);
                continue;
            }
            state.restoring.spoiled += 1;
            if state.restoring.spoiled >= self.plan.replacement_cap() {
                return Err(state.too_many(sample, reason));
            }
        }
        if state.restoring.fruitless >= FRUITLESS_BATCHES {
            return Err(Stopped::NeverRestored {
                arm: state.arm,
                invokes,
            });
        }
        if !starts.is_empty() {
            state.failed_calls = 0;
        } else if let Some(failed) = failed {
            self.wait_out(subject, failed).await?;
        }
        Ok(starts)
    }

    /// So many invokes at once.
    async fn batch(
        &mut self,
        subject: usize,
        position: Position,
        invokes: u32,
    ) -> Result<Vec<Sample>, Stopped> {
        self.check_stop()?;
        let state = &mut self.subjects[subject];
        if let Some(budget) = &self.budget {
            budget.afford(state.arm, Kind::Cold, invokes.into())?;
        }
        state.environments += u64::from(invokes);
        state.at_once = invokes;
        self.burst(subject, position, invokes).await
    }

    /// Where calls failed, how many of the others would have met an idle environment is not known.
    fn note_batch(&mut self, subject: usize, missing: u32, samples: &[Sample]) {
        let started = samples
            .iter()
            .filter(|sample| sample.init_ms.or(sample.restore_ms).is_some())
            .count() as u32;
        let state = &mut self.subjects[subject].restoring;
        if samples.iter().any(has_failed) {
            state.idle += started;
        } else {
            state.learn(missing, started, samples.len() as u32 - started);
        }
    }

    /// A pause after a batch that a limit or a snapshot in the making has stopped.
    async fn wait_out(&mut self, subject: usize, failed: &Sample) -> Result<(), Stopped> {
        let state = &self.subjects[subject];
        if state.failed_calls + 1 >= FAILED_BATCHES {
            return Err(state.too_many(failed, Exclusion::CallFailed));
        }
        self.back_off(subject, Exclusion::CallFailed).await
    }
}

fn has_failed(sample: &Sample) -> bool {
    sample.excluded_reason == Some(Exclusion::CallFailed)
}

#[cfg(test)]
mod tests;
