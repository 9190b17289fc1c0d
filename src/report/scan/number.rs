//! Numbers as the platform prints them, read without a detour over text: eight digits at a time, as nearly all have fewer,
//! and no branch depends on how many.

const HIGH: u64 = 0x8080_8080_8080_8080;
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The values of eight digits, the first in the lowest byte.
#[derive(Clone, Copy)]
pub(super) struct Digits(u64);

impl Digits {
    /// The number that they are: digits to pairs, pairs to fours, fours to all.
    #[inline]
    pub fn value(self) -> u64 {
        let pairs = (self.0.wrapping_mul(10 << 8 | 1) >> 8) & 0x00ff_00ff_00ff_00ff;
        let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_ffff_0000_ffff;
        fours.wrapping_mul(10_000 << 32 | 1) >> 32
    }
}

/// `12.34` milliseconds at the beginning, as whole microseconds, and the bytes that it takes. `None`: no number, or one
/// that no log holds; the platform prints three decimals at most.
#[inline]
pub(super) fn micros(bytes: &[u8]) -> Option<(u64, usize)> {
    let eight = |at: usize| Some(u64::from_le_bytes(*bytes[at..].first_chunk()?));
    match usual_micros(eight, false) {
        Some((digits, used)) => Some((digits.value(), used)),
        None => any_micros(bytes),
    }
}

/// The same of what `eight` gives from a place on: up to five digits, a point, and one to three more, as one number of
/// eight digits. Or no point, if that will do.
#[inline(always)]
pub(super) fn usual_micros(
    eight: impl Fn(usize) -> Option<u64>,
    or_whole: bool,
) -> Option<(Digits, usize)> {
    let whole = eight(0)?;
    let bits = digit_bits(whole);
    if !(8..=40).contains(&bits) {
        return None;
    }
    let digits = (whole ^ ZEROS) & ((1 << bits) - 1);
    if (whole >> bits) as u8 != b'.' {
        return or_whole.then_some((Digits(digits << (40 - bits)), bits / 8));
    }
    let part = eight(bits / 8 + 1)?;
    let part_bits = digit_bits(part);
    if !(8..=24).contains(&part_bits) {
        return None;
    }
    let part = (part ^ ZEROS) & ((1 << part_bits) - 1);
    let digits = (digits | part << bits) << (40 - bits);
    Some((Digits(digits), (bits + part_bits) / 8 + 1))
}

#[cold]
fn any_micros(bytes: &[u8]) -> Option<(u64, usize)> {
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
        && let Some((digits, count)) = usual_whole(u64::from_le_bytes(*eight))
    {
        return Some((digits.value(), count));
    }
    digit_by_digit(bytes)
}

/// One to seven digits at the beginning of eight bytes, and how many.
#[inline(always)]
pub(super) fn usual_whole(eight: u64) -> Option<(Digits, usize)> {
    let bits = digit_bits(eight);
    (bits > 0).then(|| (Digits((eight ^ ZEROS) << (64 - bits)), bits / 8))
}

/// The numbers that they are, all at once: what [`Digits::value`] does in wide registers.
#[cfg(target_arch = "x86_64")]
#[expect(
    unsafe_code,
    reason = "calls of instructions that every such processor has"
)]
#[inline(always)]
pub(super) fn values([a, b, c, d]: [Digits; 4]) -> [u32; 4] {
    use std::arch::x86_64::{
        _mm_add_epi16, _mm_and_si128, _mm_cvtsi128_si64, _mm_madd_epi16, _mm_mullo_epi16,
        _mm_packs_epi32, _mm_set_epi64x, _mm_set1_epi16, _mm_set1_epi32, _mm_srli_epi16,
        _mm_unpackhi_epi64,
    };
    // SAFETY: SSE2 is there.
    unsafe {
        let fours = |first: Digits, second: Digits| {
            let digits = _mm_set_epi64x(second.0.cast_signed(), first.0.cast_signed());
            let tens = _mm_and_si128(digits, _mm_set1_epi16(0xff));
            let pairs = _mm_add_epi16(
                _mm_mullo_epi16(tens, _mm_set1_epi16(10)),
                _mm_srli_epi16::<8>(digits),
            );
            _mm_madd_epi16(pairs, _mm_set1_epi32((1 << 16) + 100))
        };
        let fours = _mm_packs_epi32(fours(a, b), fours(c, d));
        let all = _mm_madd_epi16(fours, _mm_set1_epi32((1 << 16) + 10_000));
        let two = |all| {
            let two = _mm_cvtsi128_si64(all).cast_unsigned();
            [two as u32, (two >> 32) as u32]
        };
        let ([a, b], [c, d]) = (two(all), two(_mm_unpackhi_epi64(all, all)));
        [a, b, c, d]
    }
}

/// The numbers that they are.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn values(digits: [Digits; 4]) -> [u32; 4] {
    digits.map(|digits| digits.value() as u32)
}

/// How many bits the bytes have that are digits, from the first on: up to 56, and 0 where all eight are.
#[inline]
fn digit_bits(eight: u64) -> usize {
    let values = eight ^ ZEROS;
    // A carry goes to later bytes alone.
    let others = (values.wrapping_add(0x7676_7676_7676_7676) | values) & HIGH;
    others.trailing_zeros() as usize & 0x38
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
