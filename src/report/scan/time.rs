//! Timestamps as logs have them, to milliseconds since 1970 in UTC.

/// Reads a whole timestamp: RFC 3339 with a `T` or a space, with any fraction, `Z`, `+01:00` or nothing (UTC).
pub fn parse_time(text: &[u8]) -> Option<i64> {
    let (ms, used) = prefix_time(text)?;
    (used == text.len()).then_some(ms)
}

/// The timestamp that begins `text`, and the bytes that it takes.
pub(super) fn prefix_time(text: &[u8]) -> Option<(i64, usize)> {
    if text.len() < 19
        || text[4] != b'-'
        || text[7] != b'-'
        || text[13] != b':'
        || text[16] != b':'
        || !matches!(text[10], b'T' | b' ')
    {
        return None;
    }
    let two = |at: usize| -> Option<i64> {
        let (a, b) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
        (a < 10 && b < 10).then(|| i64::from(a) * 10 + i64::from(b))
    };
    let (year, month, day) = (two(0)? * 100 + two(2)?, two(5)?, two(8)?);
    let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
    if !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    let mut ms = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60_000 + second * 1000;
    let mut at = 19;
    if matches!(text.get(at), Some(b'.' | b',')) {
        at += 1;
        let mut unit = 100;
        while let Some(digit) = text.get(at).filter(|b| b.is_ascii_digit()) {
            ms += i64::from(digit - b'0') * unit;
            unit /= 10;
            at += 1;
        }
    }
    match text.get(at) {
        Some(b'Z') => at += 1,
        Some(sign @ (b'+' | b'-')) if text.len() >= at + 3 => {
            let colon = usize::from(text.get(at + 3) == Some(&b':'));
            let minutes = if text.len() >= at + 5 + colon {
                two(at + 3 + colon)
            } else {
                None
            };
            let offset = (two(at + 1)? * 60 + minutes.unwrap_or(0)) * 60_000;
            ms -= if *sign == b'+' { offset } else { -offset };
            at += 3 + if minutes.is_some() { 2 + colon } else { 0 };
        }
        _ => {}
    }
    Some((ms, at))
}

/// Days from 1970-01-01 to a date of the Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms").
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}
