//! Timestamps as logs have them, to milliseconds since 1970 in UTC.

/// Reads a whole timestamp: RFC 3339 with a `T` or a space, with any fraction, `Z`, `+01:00` or nothing (UTC).
#[inline]
pub fn parse_time(text: &[u8]) -> Option<i64> {
    let (ms, used) = prefix_time(text)?;
    (used == text.len()).then_some(ms)
}

/// `2024-03-04T17:22:38`, or with a space, without a branch that depends on its figures.
#[inline]
fn seconds(text: &[u8; 19]) -> Option<i64> {
    const DATE: Shape = Shape::of(*b"0000-00-");
    const TIME: Shape = Shape::of(*b"00:00:00");
    let date = DATE.digits(*text.first_chunk()?)?;
    let time = TIME.digits(*text.last_chunk()?)?;
    let (tens, ones) = (text[8].wrapping_sub(b'0'), text[9].wrapping_sub(b'0'));
    if tens > 9 || ones > 9 || !matches!(text[10], b'T' | b' ') {
        return None;
    }
    // Each byte becomes ten times itself and what follows it.
    let pair = |digits: u64, at: u32| {
        let pairs = digits * 10 + (digits >> 8);
        (pairs >> (8 * at) & 0xff).cast_signed()
    };
    let day = i64::from(tens) * 10 + i64::from(ones);
    moment(
        [pair(date, 0) * 100 + pair(date, 2), pair(date, 5), day],
        [pair(time, 0), pair(time, 3), pair(time, 6)],
    )
}

/// Eight bytes of which some are digits.
struct Shape {
    /// Zeros for the digits.
    text: u64,
    /// The bytes that are none.
    others: u64,
}

impl Shape {
    const fn of(text: [u8; 8]) -> Self {
        let (mut others, mut at) = (0, 0);
        while at < 8 {
            if text[at] != b'0' {
                others |= 0xff << (8 * at);
            }
            at += 1;
        }
        let text = u64::from_le_bytes(text);
        Self { text, others }
    }

    /// The values of the digits, and 0 for what is none; nothing for bytes of another shape.
    #[inline]
    fn digits(&self, eight: [u8; 8]) -> Option<u64> {
        const HIGH: u64 = 0x8080_8080_8080_8080;
        const UP_TO_NINE: u64 = 0x7676_7676_7676_7676;
        let values = u64::from_le_bytes(eight) ^ self.text;
        let wrong = ((values.wrapping_add(UP_TO_NINE) | values) & HIGH) | values & self.others;
        (wrong == 0).then_some(values)
    }
}

/// The timestamp that begins `text`, and the bytes that it takes.
pub(super) fn prefix_time(text: &[u8]) -> Option<(i64, usize)> {
    let mut ms = seconds(text.first_chunk()?)?;
    let two = |at: usize| -> Option<i64> {
        let (a, b) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
        (a < 10 && b < 10).then(|| i64::from(a) * 10 + i64::from(b))
    };
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

/// Milliseconds to a date and a time of day, if there are such.
#[inline]
fn moment([year, month, day]: [i64; 3], [hour, minute, second]: [i64; 3]) -> Option<i64> {
    let is_one = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour <= 23
        && minute <= 59
        && second <= 60;
    is_one.then(|| ((days(year, month, day) * 24 + hour) * 60 + minute) * 60_000 + second * 1000)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms").
#[inline]
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}
