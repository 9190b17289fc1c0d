//! Numbers as the platform prints them, read without a detour over text: eight digits at a time, as nearly all have fewer,
//! and no branch depends on how many.

const HIGH: u64 = 0x8080_8080_8080_8080;
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// `12.34` milliseconds at the beginning, as whole microseconds, and the bytes that it takes. `None`: no number, or one
/// that no log holds; the platform prints three decimals at most.
#[inline]
pub(super) fn micros(bytes: &[u8]) -> Option<(u64, usize)> {
    let eight = |at: usize| Some(u64::from_le_bytes(*bytes[at..].first_chunk()?));
    micros_by(eight).or_else(|| any_micros(bytes))
}

/// The same of what `eight` gives from a place on: up to five digits, a point, and one to three more, as one number of
/// eight digits.
#[inline(always)]
pub(super) fn micros_by(eight: impl Fn(usize) -> Option<u64>) -> Option<(u64, usize)> {
    let whole = eight(0)?;
    let count = digits(whole);
    if !(1..6).contains(&count) || (whole >> (8 * count)) as u8 != b'.' {
        return None;
    }
    let part = eight(count + 1)?;
    let decimals = digits(part);
    if !(1..4).contains(&decimals) {
        return None;
    }
    let whole = (whole ^ ZEROS) & ((1 << (8 * count)) - 1);
    let part = (part ^ ZEROS) & ((1 << (8 * decimals)) - 1);
    let eight = (whole | part << (8 * count)) << (8 * (5 - count));
    Some((value(eight), count + 1 + decimals))
}

#[cold]
#[inline(never)]
pub(super) fn any_micros(bytes: &[u8]) -> Option<(u64, usize)> {
    let (whole, at) = whole(bytes)?;
    let us = whole * 1000;
    if bytes.get(at) != Some(&b'.') {
        return Some((us, at));
    }
    let (part, digits) = whole_part(&bytes[at + 1..])?;
    Some((us + part, at + 1 + digits))
}

#[cold]
fn whole_part(bytes: &[u8]) -> Option<(u64, usize)> {
    let (part, digits) = digit_by_digit(bytes)?;
    let scale = [0, 100, 10, 1].get(digits)?;
    Some((part * scale, digits))
}

/// Digits at the beginning, fifteen at most, and how many.
#[inline]
pub(super) fn whole(bytes: &[u8]) -> Option<(u64, usize)> {
    if let Some(eight) = bytes.first_chunk()
        && let Some((number, count)) = whole_of(u64::from_le_bytes(*eight))
    {
        return Some((u64::from(number), count));
    }
    digit_by_digit(bytes)
}

/// One to seven digits at the beginning of eight bytes.
#[inline(always)]
pub(super) fn whole_of(eight: u64) -> Option<(u32, usize)> {
    let count = digits(eight);
    if !(1..8).contains(&count) {
        return None;
    }
    Some((value((eight ^ ZEROS) << (64 - 8 * count)) as u32, count))
}

/// How many of eight bytes are digits, from the first on.
#[inline]
fn digits(eight: u64) -> usize {
    let values = eight ^ ZEROS;
    // A carry goes to later bytes alone.
    let others = (values.wrapping_add(0x7676_7676_7676_7676) | values) & HIGH;
    others.trailing_zeros() as usize / 8
}

/// The number that eight digits are, as values: digits to pairs, pairs to fours, fours to all.
#[inline]
fn value(digits: u64) -> u64 {
    let pairs = (digits.wrapping_mul(10 << 8 | 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(10_000 << 32 | 1) >> 32
}

#[cold]
#[inline(never)]
fn digit_by_digit(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut n = 0;
    let mut at = 0;
    while let Some(digit) = bytes.get(at).filter(|b| b.is_ascii_digit()) {
        n = n * 10 + u64::from(digit - b'0');
        at += 1;
        if at > 15 {
            return None;
        }
    }
    (at > 0).then_some((n, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_what_its_digits_say_whatever_follows() {
        for n in (0..40).map(|bits| (1_u64 << bits) * 11 / 7) {
            for after in ["", " ms", ".", "\t", ":", "/", "\u{e9}", "x0123456789"] {
                let text = format!("{n}{after}");
                let digits = n.to_string().len();
                assert_eq!(whole(text.as_bytes()), Some((n, digits)), "{text}");
                for (part, us) in [("5", 500), ("05", 50), ("005", 5), ("125", 125)] {
                    let text = format!("{n}.{part}{after}");
                    let expected = Some((n * 1000 + us, digits + 1 + part.len()));
                    assert_eq!(micros(text.as_bytes()), expected, "{text}");
                }
            }
        }
        for none in ["", "-1", "x", "1.", "1.x", "1.0005", "1234567890123456"] {
            assert_eq!(micros(none.as_bytes()), None, "{none}");
        }
    }
}
