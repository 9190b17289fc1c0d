//! The counts and distributions of one group of invokes.

use std::cmp::Reverse;

use super::distribution::Distribution;
use super::timeline::Timeline;
use crate::report::scan::{Invoke, Outcome};

/// So many of the slowest starts are kept.
pub(super) const SLOWEST: usize = 10;

/// More memory sizes than this no group has; what a log says beyond counts as of no known size.
pub(super) const SIZES: usize = 256;

/// A start that was among the slowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slow {
    /// The invoke.
    pub invoke: Invoke,
    /// When its record was written, milliseconds since 1970.
    pub time_ms: Option<i64>,
}

/// What the invokes of one memory size were billed for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    /// Invokes whose record says what was billed.
    pub invokes: u64,
    /// `Billed Duration` of them, microseconds.
    pub billed_us: u64,
    /// The cold starts among them.
    pub cold: u64,
    /// `Billed Duration` of those, microseconds.
    pub cold_billed_us: u64,
    /// Microseconds of init (or restore) inside what was billed.
    pub init_us: u64,
    /// The largest `Max Memory Used`, MB.
    pub max_memory_mb: u32,
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
    /// By memory size, MB; 0 is one that no record tells.
    pub by_memory: Sizes,
    /// The slowest starts, slowest first.
    pub slowest: Vec<Slow>,
    /// Over time.
    pub timeline: Timeline,
    /// The first and the last time of a record, milliseconds since 1970.
    pub span_ms: Option<(i64, i64)>,
    /// Invokes whose record has no time.
    pub without_time: u64,
}

/// By memory size, MB.
#[derive(Debug, Clone, Default)]
pub struct Sizes {
    /// In the order of the sizes.
    sizes: Vec<(u32, Size)>,
    /// Where the last one was: the next one mostly belongs there too.
    last: usize,
}

impl Sizes {
    /// In the order of the sizes.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Size)> {
        self.sizes.iter().map(|(mb, size)| (*mb, size))
    }

    #[expect(clippy::inline_always, reason = "on the path of every record")]
    #[inline(always)]
    fn of(&mut self, mb: u32) -> &mut Size {
        if self
            .sizes
            .get(self.last)
            .is_none_or(|(last, _)| *last != mb)
        {
            self.last = self.place(mb);
        }
        &mut self.sizes[self.last].1
    }

    #[inline(never)]
    fn place(&mut self, mb: u32) -> usize {
        let place = |mb| self.sizes.binary_search_by_key(&mb, |(known, _)| *known);
        let found = match place(mb) {
            Err(_) if self.sizes.len() >= SIZES => place(0),
            found => found,
        };
        found.unwrap_or_else(|at| {
            let mb = if self.sizes.len() >= SIZES { 0 } else { mb };
            self.sizes.insert(at, (mb, Size::default()));
            at
        })
    }
}

impl Size {
    #[inline]
    fn record(&mut self, invoke: &Invoke, cold: bool) {
        self.max_memory_mb = self.max_memory_mb.max(invoke.max_memory_mb.unwrap_or(0));
        let Some(us) = invoke.billed_us else { return };
        self.invokes += 1;
        self.billed_us = self.billed_us.saturating_add(us);
        if cold {
            self.cold += 1;
            self.cold_billed_us = self.cold_billed_us.saturating_add(us);
            // Billed Duration holds init since August 2025, and before it did not: what goes beyond the handler is init's.
            let handler_us = invoke.handler_us.div_ceil(1000).saturating_mul(1000);
            self.init_us = self.init_us.saturating_add(us.saturating_sub(handler_us));
        }
    }

    fn add(&mut self, other: &Self) {
        self.invokes += other.invokes;
        self.billed_us = self.billed_us.saturating_add(other.billed_us);
        self.cold += other.cold;
        self.cold_billed_us = self.cold_billed_us.saturating_add(other.cold_billed_us);
        self.init_us = self.init_us.saturating_add(other.init_us);
        self.max_memory_mb = self.max_memory_mb.max(other.max_memory_mb);
    }
}

impl Tally {
    #[expect(clippy::inline_always, reason = "on the path of every record")]
    #[inline(always)]
    pub(super) fn record(&mut self, invoke: &Invoke, time_ms: Option<i64>, digits: u8) {
        self.invokes += 1;
        match invoke.outcome {
            Outcome::Done => {}
            other => self.ended(other, 1),
        }
        let cold = invoke.is_cold();
        if cold {
            self.cold_start(*invoke, time_ms, digits);
        } else {
            self.warm_handler.record(invoke.handler_us, digits);
        }
        if let Some(us) = invoke.billed_us {
            self.billed.record(us, digits);
        }
        self.by_memory
            .of(invoke.memory_mb.unwrap_or(0))
            .record(invoke, cold);
        match time_ms {
            Some(ms) => {
                self.timeline.record(ms, cold);
                self.seen_at(ms);
            }
            None => self.without_time += 1,
        }
    }

    #[inline(never)]
    fn cold_start(&mut self, invoke: Invoke, time_ms: Option<i64>, digits: u8) {
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
        self.keep_slow(Slow { invoke, time_ms });
    }

    fn keep_slow(&mut self, slow: Slow) {
        // All of it, so that whichever comes first is the same.
        let key = |s: &Slow| (Reverse(s.invoke.total_us()), s.invoke, s.time_ms);
        let is_full = self.slowest.len() == SLOWEST;
        if is_full && self.slowest.last().is_some_and(|s| key(s) <= key(&slow)) {
            return;
        }
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
        ] {
            ours.add(theirs, digits);
        }
        for (mb, size) in other.by_memory.iter() {
            self.by_memory.of(mb).add(size);
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

    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let figures = [
            &self.init,
            &self.restore,
            &self.cold_total,
            &self.cold_handler,
            &self.warm_handler,
            &self.billed,
        ];
        let sizes = self.by_memory.sizes.len() * size_of::<(u32, Size)>();
        size_of::<Self>() + sizes + figures.map(Distribution::bytes).iter().sum::<usize>()
    }

    /// True if nothing was counted.
    pub fn is_empty(&self) -> bool {
        let others = self.errors + self.timeouts + self.out_of_memory + self.init_failures;
        self.invokes + others == 0
    }

    /// The share of cold starts, 0 to 1.
    pub fn cold_share(&self) -> Option<f64> {
        (self.invokes > 0).then(|| self.cold as f64 / self.invokes as f64)
    }
}
