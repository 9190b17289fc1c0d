//! Times as people say them: a date, a time, or how long ago.

/// A time on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Milliseconds since 1970.
    At(i64),
    /// Milliseconds before now.
    Ago(i64),
}

impl When {
    /// Milliseconds since 1970.
    pub fn ms(self, now_ms: i64) -> i64 {
        match self {
            Self::At(ms) => ms,
            Self::Ago(ms) => now_ms.saturating_sub(ms),
        }
    }
}

/// `2026-11-01T12:00Z` (also with seconds or an offset; without one it is UTC), `2026-11-01`, or `7d`, `12h`, `1h30m`.
pub fn when(text: &str) -> Result<When, String> {
    if let Some(ms) = length_ms(text) {
        return Ok(When::Ago(ms));
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(When::At(at.as_millisecond()));
    }
    text.parse::<jiff::civil::DateTime>()
        .ok()
        .and_then(|at| jiff::tz::TimeZone::UTC.to_timestamp(at).ok())
        .map(|at| When::At(at.as_millisecond()))
        .ok_or_else(|| "write it as 2026-11-01T12:00Z, 2026-11-01, or an age: 7d, 12h, 30m".into())
}

/// `30s`, `5m`, `1h`, `1d`: the width of a piece of time, in milliseconds.
pub fn span(text: &str) -> Result<i64, String> {
    length_ms(text).ok_or_else(|| "write it as 30s, 5m, 1h or 1d".into())
}

/// At least a second and at most a century.
fn length_ms(text: &str) -> Option<i64> {
    const MOST_S: i64 = 36_525 * 86_400;
    let (mut seconds, mut number) = (0_i64, None);
    for c in text.chars() {
        if let Some(digit) = c.to_digit(10) {
            let so_far: i64 = number.unwrap_or(0);
            number = Some(so_far.checked_mul(10)?.checked_add(i64::from(digit))?);
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 7 * 86_400,
            _ => return None,
        };
        seconds = number.take()?.checked_mul(unit)?.checked_add(seconds)?;
    }
    (number.is_none() && (1..=MOST_S).contains(&seconds)).then_some(seconds * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_moment_a_date_or_an_age() {
        for (text, ms) in [
            ("2024-03-04T17:22:38.033Z", 1_709_572_958_033),
            ("2024-03-04T17:22:38Z", 1_709_572_958_000),
            ("2024-03-04T17:22Z", 1_709_572_920_000),
            ("2024-03-04T18:22+01:00", 1_709_572_920_000),
            ("2024-03-04T17:22", 1_709_572_920_000),
            ("2024-03-04", 1_709_510_400_000),
        ] {
            assert_eq!(when(text), Ok(When::At(ms)), "{text}");
        }
        for (text, s) in [
            ("7d", 604_800),
            ("12h", 43_200),
            ("1h30m", 5400),
            ("2w", 1_209_600),
        ] {
            assert_eq!(when(text), Ok(When::Ago(s * 1000)), "{text}");
        }
        assert_eq!(When::Ago(1000).ms(5000), 4000);
        for text in [
            "",
            "yesterday",
            "7",
            "d",
            "0s",
            "7y",
            "2024-13-01",
            "99999999999999999999d",
        ] {
            assert!(when(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_piece_of_time_has_a_length() {
        assert_eq!(span("5m"), Ok(300_000));
        for text in ["5", "0m", "-5m", "2024-03-04", "9999999w"] {
            assert!(span(text).is_err(), "{text}");
        }
    }
}
