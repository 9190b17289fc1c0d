//! The flags of a comparison that has logs on a side.

use clap::Args;
use jiff::Timestamp;

use super::when::span;

/// Which starts of the logs.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Logs")]
pub struct LogsSideArgs {
    /// The function within logs of several: its log group's name without /aws/lambda/
    #[arg(long, value_name = "NAME")]
    pub function: Option<String>,
    /// Split one log in time, at a deploy for example: before is what was before it, after the rest (2026-11-01T12:00Z)
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub split_at: Option<Timestamp>,
    /// Leave out this much before and after the split, while both versions may have run: 5m, 2h
    #[arg(long, value_name = "TIME", value_parser = gap_s, requires = "split_at")]
    pub split_gap: Option<i64>,
}

fn gap_s(text: &str) -> Result<i64, String> {
    span(text).map(|ms| ms / 1000)
}

/// RFC 3339, with or without seconds; a zone must be there.
fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| {
        "write it with its zone, as 2026-11-01T12:00Z or 2026-11-01T21:00+09:00".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::{gap_s, time};

    #[test]
    fn a_gap_may_be_seconds() {
        for (text, seconds) in [("30s", 30), ("5m", 300), ("1h30m", 5400)] {
            assert_eq!(gap_s(text), Ok(seconds), "{text}");
        }
        assert!(gap_s("5").is_err());
    }

    #[test]
    fn a_time_has_a_zone_and_need_not_have_seconds() {
        let noon: jiff::Timestamp = "2026-11-01T12:00:00Z".parse().unwrap();
        for text in [
            "2026-11-01T12:00Z",
            "2026-11-01T21:00+09:00",
            "2026-11-01 12:00:00Z",
        ] {
            assert_eq!(time(text), Ok(noon), "{text}");
        }
        for text in ["", "2026-11-01", "2026-11-01T12:00", "yesterday"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
