//! The counts and distributions of one group of invokes.

use std::collections::BTreeMap;

use super::distribution::Distribution;
use super::timeline::Timeline;
use crate::report::scan::{Invoke, Outcome};

/// So many of the slowest starts are kept.
pub(super) const SLOWEST: usize = 10;

/// A start that was among the slowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slow {
    /// The invoke.
    pub invoke: Invoke,
    /// When its record was written, milliseconds since 1970.
    pub time_ms: Option<i64>,
}

/// What is known of one group. Durations are microseconds, memory is MB.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// REPORTs.
    pub invokes: u64,
    /// Those that waited for an init or a restore.
    pub cold: u64,
    /// Of the cold ones, the restores.
    pub restores: u64,
    /// Ended with an error, as far as records tell: a handler that raised leaves none in the text form.
    pub errors: u64,
    /// Ran into the function's timeout.
    pub timeouts: u64,
    /// Killed for their memory.
    pub out_of_memory: u64,
    /// Inits and restores that failed, by a record of their own.
    pub init_failures: u64,
    /// `Init Duration` of cold starts.
    pub init: Distribution,
    /// `Restore Duration` of cold starts.
    pub restore: Distribution,
    /// Init (or restore) and handler of cold starts.
    pub cold_total: Distribution,
    /// `Duration` of cold starts.
    pub cold_handler: Distribution,
    /// `Duration` of all others.
    pub warm_handler: Distribution,
    /// `Billed Duration` of all.
    pub billed: Distribution,
    /// `Max Memory Used` of all, MB.
    pub max_memory: Distribution,
    /// By memory size: invokes, and what they were billed for, microseconds.
    pub by_memory: BTreeMap<u32, (u64, u64)>,
    /// Microseconds of init (or restore) inside what was billed, by memory size.
    pub init_billed: BTreeMap<u32, u64>,
    /// The slowest starts, slowest first.
    pub slowest: Vec<Slow>,
    /// Over time.
    pub timeline: Timeline,
    /// The first and the last time of a record, milliseconds since 1970.
    pub span_ms: Option<(i64, i64)>,
    /// Invokes whose record has no time.
    pub without_time: u64,
}

impl Tally {
    #[inline]
    pub(super) fn record(&mut self, invoke: &Invoke, time_ms: Option<i64>, digits: u8) {
        self.invokes += 1;
        match invoke.outcome {
            Outcome::Done => {}
            other => self.ended(other, 1),
        }
        let cold = invoke.is_cold();
        if cold {
            self.cold_start(invoke, time_ms, digits);
        } else {
            self.warm_handler.record(invoke.handler_us, digits);
        }
        if let Some(us) = invoke.billed_us {
            self.billed.record(us, digits);
            let (invokes, billed) = self
                .by_memory
                .entry(invoke.memory_mb.unwrap_or(0))
                .or_default();
            *invokes += 1;
            *billed = billed.saturating_add(us);
        }
        if let Some(mb) = invoke.max_memory_mb {
            self.max_memory.record(u64::from(mb), digits);
        }
        match time_ms {
            Some(ms) => {
                self.timeline.record(ms, cold);
                self.seen_at(ms);
            }
            None => self.without_time += 1,
        }
    }

    fn cold_start(&mut self, invoke: &Invoke, time_ms: Option<i64>, digits: u8) {
        self.cold += 1;
        self.cold_total.record(invoke.total_us(), digits);
        self.cold_handler.record(invoke.handler_us, digits);
        if let Some(us) = invoke.init_us {
            self.init.record(us, digits);
        }
        if let Some(us) = invoke.restore_us {
            self.restore.record(us, digits);
            self.restores += 1;
        }
        // Billed Duration holds init since August 2025, and before it did not: what goes beyond the handler is init's.
        let beyond = invoke
            .billed_us
            .unwrap_or(0)
            .saturating_sub(invoke.handler_us.div_ceil(1000).saturating_mul(1000));
        let billed = self
            .init_billed
            .entry(invoke.memory_mb.unwrap_or(0))
            .or_default();
        *billed = billed.saturating_add(beyond);
        self.keep_slow(Slow {
            invoke: *invoke,
            time_ms,
        });
    }

    fn keep_slow(&mut self, slow: Slow) {
        let us = slow.invoke.total_us();
        if self.slowest.len() == SLOWEST
            && self
                .slowest
                .last()
                .is_some_and(|s| s.invoke.total_us() >= us)
        {
            return;
        }
        let key = |s: &Slow| (std::cmp::Reverse(s.invoke.total_us()), s.invoke.request_id);
        let at = self.slowest.partition_point(|s| key(s) < key(&slow));
        self.slowest.insert(at, slow);
        self.slowest.truncate(SLOWEST);
    }

    pub(super) fn ended(&mut self, outcome: Outcome, invokes: u64) {
        match outcome {
            Outcome::Done => {}
            Outcome::Error => self.errors += invokes,
            Outcome::Timeout => self.timeouts += invokes,
            Outcome::OutOfMemory => self.out_of_memory += invokes,
        }
    }

    fn seen_at(&mut self, ms: i64) {
        let (first, last) = self.span_ms.unwrap_or((ms, ms));
        self.span_ms = Some((first.min(ms), last.max(ms)));
    }

    /// Adds what another reader has found of the same group.
    pub(super) fn add(&mut self, other: &Self, digits: u8) {
        self.invokes += other.invokes;
        self.cold += other.cold;
        self.restores += other.restores;
        self.errors += other.errors;
        self.timeouts += other.timeouts;
        self.out_of_memory += other.out_of_memory;
        self.init_failures += other.init_failures;
        for (ours, theirs) in [
            (&mut self.init, &other.init),
            (&mut self.restore, &other.restore),
            (&mut self.cold_total, &other.cold_total),
            (&mut self.cold_handler, &other.cold_handler),
            (&mut self.warm_handler, &other.warm_handler),
            (&mut self.billed, &other.billed),
            (&mut self.max_memory, &other.max_memory),
        ] {
            ours.add(theirs, digits);
        }
        for (mb, (invokes, us)) in &other.by_memory {
            let ours = self.by_memory.entry(*mb).or_default();
            ours.0 += invokes;
            ours.1 = ours.1.saturating_add(*us);
        }
        for (mb, us) in &other.init_billed {
            let ours = self.init_billed.entry(*mb).or_default();
            *ours = ours.saturating_add(*us);
        }
        for slow in &other.slowest {
            self.keep_slow(*slow);
        }
        self.timeline.add(&other.timeline);
        if let Some((first, last)) = other.span_ms {
            self.seen_at(first);
            self.seen_at(last);
        }
        self.without_time += other.without_time;
    }

    /// The share of cold starts, 0 to 1.
    pub fn cold_share(&self) -> Option<f64> {
        (self.invokes > 0).then(|| self.cold as f64 / self.invokes as f64)
    }
}
