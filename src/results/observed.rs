//! A comparison of which one side or both were not measured but read from logs: what is known of each side beside its
//! samples, so that a reader sees what else differs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Not a controlled experiment: starts that happened anyway, in traffic that nobody planned.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Observational {
    /// The logs before; none if a run measured that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Observed>,
    /// The logs after; none if a run measured that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Observed>,
    /// The time at which one log was split in two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub split_at: Option<Timestamp>,
}

/// What logs tell of one side.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Observed {
    /// The logs as they were named.
    pub logs: String,
    /// The function; unknown where the logs name no log group.
    pub function: Option<String>,
    /// The versions that log streams name.
    pub versions: Vec<String>,
    /// When the first invoke was written; unknown where no record has a time.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub first_at: Option<Timestamp>,
    /// When the last one was.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub last_at: Option<Timestamp>,
    /// All invokes, of which the samples may be a part.
    pub invokes: u64,
    /// Those that waited for an init or a restore.
    pub cold: u64,
    /// Of the cold ones, the restores.
    pub restores: u64,
    /// Invokes that ended with an error, a timeout or out of memory: they don't count.
    pub failed: u64,
    /// Inits and restores that failed, by a record of their own.
    pub init_failures: u64,
    /// Invokes by memory size, MB.
    pub memory_mb: BTreeMap<u32, u64>,
    /// Invokes by hour of the day, UTC, from midnight on.
    pub by_hour: Vec<u64>,
    /// Invokes by day of the week, UTC, from Monday on.
    pub by_weekday: Vec<u64>,
    /// Whether log streams tell which invokes shared an environment; where not, each warm start counts by itself.
    pub environments_known: bool,
}

impl Observed {
    /// Invokes per hour from the first to the last; none where that is no time.
    pub fn per_hour(&self) -> Option<f64> {
        let seconds = self.last_at?.duration_since(self.first_at?).as_secs_f64();
        (seconds >= 1.0).then(|| self.invokes as f64 * 3600.0 / seconds)
    }

    /// The share of cold starts, 0 to 1.
    pub fn cold_share(&self) -> Option<f64> {
        (self.invokes > 0).then(|| self.cold as f64 / self.invokes as f64)
    }
}

/// How much of both sides falls on the same hours of the day (or days of the week), 0 to 1; none where times are unknown.
pub fn overlap(before: &[u64], after: &[u64]) -> Option<f64> {
    let (all_before, all_after): (u64, u64) = (before.iter().sum(), after.iter().sum());
    if all_before == 0 || all_after == 0 {
        return None;
    }
    let share = |n: u64, all: u64| n as f64 / all as f64;
    let both = before.iter().zip(after);
    Some(
        both.map(|(b, a)| share(*b, all_before).min(share(*a, all_after)))
            .sum(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traffic_at_the_same_hours_overlaps_and_at_others_does_not() {
        assert_eq!(overlap(&[10, 10, 0], &[100, 100, 0]), Some(1.0));
        assert_eq!(overlap(&[10, 0, 0], &[0, 0, 3]), Some(0.0));
        assert_eq!(overlap(&[5, 5, 0], &[0, 7, 7]), Some(0.5));
        assert_eq!(overlap(&[0, 0], &[1, 1]), None);
    }

    #[test]
    fn traffic_is_per_hour_from_the_first_to_the_last() {
        let at = |text: &str| Some(text.parse().unwrap());
        let mut side = Observed {
            first_at: at("2026-11-01T00:00:00Z"),
            last_at: at("2026-11-01T02:00:00Z"),
            invokes: 100,
            cold: 5,
            ..Observed::default()
        };
        assert_eq!(
            (side.per_hour(), side.cold_share()),
            (Some(50.0), Some(0.05))
        );
        side.last_at = side.first_at;
        assert_eq!(side.per_hour(), None);
    }
}
