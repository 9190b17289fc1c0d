//! The figures of some invokes: a group, a piece of time, or all of them.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::tally::{Slow, Tally};
use super::super::timeline::{Slot, Timeline};
use super::paid::{Cost, MemoryUse, cost, memory};
use super::spread::Spread;
use super::{Asked, at};

/// What is known of some invokes. Durations are milliseconds, money is US dollars.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Figures {
    /// REPORT records.
    pub invokes: u64,
    /// Those that waited for an init or a restore.
    pub cold: u64,
    /// The share of them, 0 to 1.
    pub cold_share: Option<f64>,
    /// Cold starts that were restores of a snapshot.
    pub restores: u64,
    /// Invokes that ended with an error, as far as records tell.
    pub errors: u64,
    /// Invokes that ran into the function's timeout.
    pub timeouts: u64,
    /// Invokes that were killed for their memory.
    pub out_of_memory: u64,
    /// Inits and restores that failed, by a record of their own.
    pub init_failures: u64,
    /// Invokes whose record bears no time.
    pub without_time: u64,
    /// The time of the first record, RFC 3339.
    pub first_at: Option<String>,
    /// The time of the last record, RFC 3339.
    pub last_at: Option<String>,
    /// Cold starts: init (or restore) and handler.
    pub cold_total: Option<Spread>,
    /// Cold starts: `Init Duration`.
    pub init: Option<Spread>,
    /// Cold starts: `Restore Duration`.
    pub restore: Option<Spread>,
    /// Cold starts: `Duration`.
    pub cold_handler: Option<Spread>,
    /// Warm starts: `Duration`.
    pub warm_handler: Option<Spread>,
    /// All invokes: `Billed Duration`.
    pub billed: Option<Spread>,
    /// Memory by memory size, the smallest size first.
    pub memory: Vec<MemoryUse>,
    /// What was paid; null where no price or no memory size is known.
    pub cost: Option<Cost>,
    /// The slowest cold starts, slowest first.
    pub slowest: Vec<Start>,
    /// Over time.
    pub timeline: Option<TimeSlots>,
}

/// One cold start, durations in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Start {
    /// The name of its group, in the figures of all groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The invoke.
    pub request_id: Option<String>,
    /// When its record was written, RFC 3339.
    pub at: Option<String>,
    /// Init (or restore) and handler.
    pub total_ms: f64,
    /// `Init Duration`.
    pub init_ms: Option<f64>,
    /// `Restore Duration`.
    pub restore_ms: Option<f64>,
    /// `Duration`.
    pub handler_ms: f64,
    /// The memory size, MB.
    pub memory_mb: Option<u32>,
}

/// Slots of equal width, 60 at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TimeSlots {
    /// When the first slot begins, RFC 3339.
    pub start: String,
    /// How much time each covers, seconds.
    pub slot_s: u64,
    /// From the first to the last.
    pub slots: Vec<Slot>,
}

impl Figures {
    pub(super) fn of(tally: &Tally, asked: &Asked<'_>) -> Self {
        let (first_at, last_at) = tally
            .span_ms
            .map_or((None, None), |(first, last)| (at(first), at(last)));
        Self {
            invokes: tally.invokes,
            cold: tally.cold,
            cold_share: tally.cold_share(),
            restores: tally.restores,
            errors: tally.errors,
            timeouts: tally.timeouts,
            out_of_memory: tally.out_of_memory,
            init_failures: tally.init_failures,
            without_time: tally.without_time,
            first_at,
            last_at,
            cold_total: Spread::of(&tally.cold_total),
            init: Spread::of(&tally.init),
            restore: Spread::of(&tally.restore),
            cold_handler: Spread::of(&tally.cold_handler),
            warm_handler: Spread::of(&tally.warm_handler),
            billed: Spread::of(&tally.billed),
            memory: memory(tally),
            cost: cost(tally, asked),
            slowest: tally.slowest.iter().map(Start::of).collect(),
            timeline: TimeSlots::of(&tally.timeline),
        }
    }

    /// All that there are.
    pub(super) fn spreads(&self) -> impl Iterator<Item = Spread> {
        [
            self.cold_total,
            self.init,
            self.restore,
            self.cold_handler,
            self.warm_handler,
            self.billed,
        ]
        .into_iter()
        .flatten()
    }
}

impl Start {
    pub(super) fn of(slow: &Slow) -> Self {
        let invoke = &slow.invoke;
        let ms = |us: u64| us as f64 / 1e3;
        Self {
            group: None,
            request_id: invoke.request_id.map(|id| id.to_string()),
            at: slow.time_ms.and_then(at),
            total_ms: ms(invoke.total_us()),
            init_ms: invoke.init_us.map(ms),
            restore_ms: invoke.restore_us.map(ms),
            handler_ms: ms(invoke.handler_us),
            memory_mb: invoke.memory_mb,
        }
    }
}

impl TimeSlots {
    /// When the slot of this number begins, RFC 3339.
    pub fn begins(&self, slot: usize) -> Option<String> {
        let start: jiff::Timestamp = self.start.parse().ok()?;
        let after_s = i64::try_from(self.slot_s.checked_mul(slot as u64)?).ok()?;
        let at = start
            .checked_add(jiff::SignedDuration::from_secs(after_s))
            .ok()?;
        Some(at.to_string())
    }

    /// When the last slot ends, RFC 3339.
    pub fn end(&self) -> Option<String> {
        self.begins(self.slots.len())
    }

    pub(super) fn of(timeline: &Timeline) -> Option<Self> {
        let slots = timeline.slots();
        Some(Self {
            start: at(timeline.start_ms()).filter(|_| !slots.is_empty())?,
            slot_s: timeline.width_ms().unsigned_abs() / 1000,
            slots: slots.to_vec(),
        })
    }
}
