//! Numbers as the platform prints them, read without a detour over text: eight digits at a time, as nearly all have fewer,
//! and no branch depends on how many.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::__m128i;

const HIGH: u64 = 0x8080_8080_8080_8080;
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// `12.34` milliseconds at the beginning, as whole microseconds, and the bytes that it takes. `None`: no number, or one
/// that no log holds; the platform prints three decimals at most.
#[inline]
pub(super) fn micros(bytes: &[u8]) -> Option<(u64, usize)> {
    usual_micros(bytes).or_else(|| any_micros(bytes))
}

/// Up to five digits, a point, and one to three more: as one number of eight digits.
#[inline]
fn usual_micros(bytes: &[u8]) -> Option<(u64, usize)> {
    let whole = u64::from_le_bytes(*bytes.first_chunk()?);
    let count = digits(whole);
    if !(1..6).contains(&count) || bytes[count] != b'.' {
        return None;
    }
    let part = u64::from_le_bytes(*bytes[count + 1..].first_chunk()?);
    let decimals = digits(part);
    if !(1..4).contains(&decimals) {
        return None;
    }
    let whole = (whole ^ ZEROS) & ((1 << (8 * count)) - 1);
    let part = (part ^ ZEROS) & ((1 << (8 * decimals)) - 1);
    let eight = (whole | part << (8 * count)) << (8 * (5 - count));
    Some((value(eight), count + 1 + decimals))
}

#[inline]
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
    if let Some(eight) = bytes.first_chunk() {
        let eight = u64::from_le_bytes(*eight);
        let count = digits(eight);
        if (1..8).contains(&count) {
            return Some((value((eight ^ ZEROS) << (64 - 8 * count)), count));
        }
    }
    digit_by_digit(bytes)
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

/// What 32 hexadecimal digits say, in the order of memory; `None` if one of them is not that.
#[inline]
pub(super) fn hexadecimal(digits: [u64; 4]) -> Option<u128> {
    #[cfg(target_arch = "x86_64")]
    #[expect(unsafe_code, reason = "a call of code for SSE2")]
    // SAFETY: every processor of this kind has SSE2.
    return unsafe { all_at_once(digits) };
    #[cfg(not(target_arch = "x86_64"))]
    return eight_by_eight(digits);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse2")]
#[inline]
fn all_at_once([a, b, c, d]: [u64; 4]) -> Option<u128> {
    use std::arch::x86_64::{
        _mm_and_si128, _mm_cvtsi128_si64, _mm_movemask_epi8, _mm_packus_epi16, _mm_unpackhi_epi64,
    };
    let (high, are_digits) = sixteen(a, b);
    let (low, are_too) = sixteen(c, d);
    if _mm_movemask_epi8(_mm_and_si128(are_digits, are_too)) != 0xffff {
        return None;
    }
    let bytes = _mm_packus_epi16(high, low);
    let half = |bytes| u128::from(_mm_cvtsi128_si64(bytes).cast_unsigned().swap_bytes());
    Some(half(bytes) << 64 | half(_mm_unpackhi_epi64(bytes, bytes)))
}

/// The values of sixteen digits, two in each half word; and, for each digit, whether it is one.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse2")]
#[inline]
fn sixteen(first: u64, second: u64) -> (__m128i, __m128i) {
    use std::arch::x86_64::{
        _mm_add_epi8, _mm_and_si128, _mm_cmpeq_epi8, _mm_min_epu8, _mm_or_si128, _mm_set_epi64x,
        _mm_set1_epi8, _mm_set1_epi16, _mm_slli_epi16, _mm_srli_epi16, _mm_sub_epi8,
    };
    let all = |byte: u8| _mm_set1_epi8(byte.cast_signed());
    let text = _mm_set_epi64x(second.cast_signed(), first.cast_signed());
    let digit = _mm_sub_epi8(text, all(b'0'));
    let is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, all(9)), digit);
    // Lower case.
    let letter = _mm_sub_epi8(_mm_or_si128(text, all(0x20)), all(b'a'));
    let is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, all(5)), letter);
    let values = _mm_or_si128(
        _mm_and_si128(digit, is_digit),
        _mm_and_si128(_mm_add_epi8(letter, all(10)), is_letter),
    );
    let pairs = _mm_or_si128(_mm_slli_epi16::<4>(values), _mm_srli_epi16::<8>(values));
    (
        _mm_and_si128(pairs, _mm_set1_epi16(0xff)),
        _mm_or_si128(is_digit, is_letter),
    )
}

/// The same where there are no wide registers.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn eight_by_eight(digits: [u64; 4]) -> Option<u128> {
    digits.into_iter().try_fold(0, |number, eight| {
        let (value, wrong) = eight_digits(eight);
        (wrong == 0).then_some(number << 32 | u128::from(value))
    })
}

/// The values of eight hexadecimal digits as one number, and 0; or any number, and what is not 0.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn eight_digits(eight: u64) -> (u32, u64) {
    const ONES: u64 = HIGH >> 7;
    // Lower case: it changes no digit.
    let lower = eight | ONES << 5;
    let is_letter = (lower >> 6) & ONES;
    let values = (lower & (ONES * 15)) + is_letter * 9;
    // Printed again it must be what it was. Above 127 nothing is; nor is what had neither of both bits.
    let above_nine = ((values + ONES * 6) >> 4) & ONES;
    let again = values + ONES * 0x30 + above_nine * 0x27;
    let wrong = (again ^ lower)
        | (eight & HIGH)
        | (values & (ONES * 16))
        | (!(eight >> 5 | eight >> 6) & ONES);
    let values = values.swap_bytes();
    let pairs = (values | values >> 4) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    ((fours | fours >> 16) as u32, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_a_hexadecimal_digit_or_it_is_not() {
        for place in 0..32 {
            for byte in 0..=u8::MAX {
                let mut text = *b"01abCDef23456789FEDCBA9876543210";
                text[place] = byte;
                let expected = std::str::from_utf8(&text)
                    .ok()
                    .filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()))
                    .and_then(|text| u128::from_str_radix(text, 16).ok());
                let (eights, _) = text.as_chunks();
                let digits = std::array::from_fn(|n| u64::from_le_bytes(eights[n]));
                assert_eq!(hexadecimal(digits), expected, "{text:?}");
                assert_eq!(eight_by_eight(digits), expected, "{text:?}");
            }
        }
    }

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
