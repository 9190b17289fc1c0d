//! Request ids, kept as they are written: hardly any is ever needed as a number.

/// A request id, which is a UUID: its text, in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId([u8; LEN]);

const LEN: usize = 36;

/// Where the dashes stand.
const DASHES: [usize; 4] = [8, 13, 18, 23];

impl RequestId {
    /// `8-4-4-4-12` hexadecimal digits, and nothing else.
    #[inline(always)]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text: &[u8; LEN] = text.try_into().ok()?;
        #[cfg(target_arch = "x86_64")]
        if wide::is_usual(text) {
            return Some(Self(*text));
        }
        Self::of_any(text)
    }

    #[cold]
    #[inline(never)]
    fn of_any(text: &[u8; LEN]) -> Option<Self> {
        let mut all = text.iter().enumerate();
        let is_one = all.all(|(at, b)| {
            if DASHES.contains(&at) {
                *b == b'-'
            } else {
                b.is_ascii_hexdigit()
            }
        });
        is_one.then(|| Self(text.map(|b| b.to_ascii_lowercase())))
    }

    /// Its 32 digits as a number.
    pub fn number(&self) -> u128 {
        let digits = self.0.iter().filter_map(|b| char::from(*b).to_digit(16));
        digits.fold(0, |number, digit| number << 4 | u128::from(digit))
    }
}

/// Sixteen bytes at a time, as every processor of this kind can. To be inlined these functions are not marked as of SSE2.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "calls of instructions")]
mod wide {
    use std::arch::x86_64::{
        __m128i, _mm_and_si128, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128,
        _mm_set_epi64x, _mm_sub_epi8,
    };

    use super::{DASHES, LEN};

    /// It is an id in lower case, as all are.
    #[inline(always)]
    pub fn is_usual(text: &[u8; LEN]) -> bool {
        // The last sixteen overlap.
        let (a, b, c) = (fit::<0>(text), fit::<16>(text), fit::<{ LEN - 16 }>(text));
        // SAFETY: SSE2 is there.
        unsafe { _mm_movemask_epi8(_mm_and_si128(_mm_and_si128(a, b), c)) == 0xffff }
    }

    /// Which of the sixteen bytes from there on may stand where they do. Of dashes there is one kind, and of digits two.
    #[inline(always)]
    fn fit<const FROM: usize>(text: &[u8; LEN]) -> __m128i {
        let bytes = text[FROM..].first_chunk().map_or([0; 16], |bytes| *bytes);
        let digits = are_among(bytes, const { places(FROM, (b'0', 9)) });
        let letters = are_among(bytes, const { places(FROM, (b'a', 5)) });
        // SAFETY: SSE2 is there.
        unsafe { _mm_or_si128(digits, letters) }
    }

    /// What are at most so many bytes behind the first of their kind.
    #[inline(always)]
    fn are_among(bytes: [u8; 16], (first, last): ([u8; 16], [u8; 16])) -> __m128i {
        // SAFETY: SSE2 is there.
        unsafe {
            let nth = _mm_sub_epi8(vector(bytes), vector(first));
            _mm_cmpeq_epi8(_mm_min_epu8(nth, vector(last)), nth)
        }
    }

    const fn places(from: usize, digit: (u8, u8)) -> ([u8; 16], [u8; 16]) {
        let (mut first, mut last) = ([digit.0; 16], [digit.1; 16]);
        let mut n = 0;
        while n < DASHES.len() {
            if DASHES[n] >= from && DASHES[n] < from + 16 {
                (first[DASHES[n] - from], last[DASHES[n] - from]) = (b'-', 0);
            }
            n += 1;
        }
        (first, last)
    }

    #[inline(always)]
    fn vector(bytes: [u8; 16]) -> __m128i {
        let number = u128::from_le_bytes(bytes).cast_signed();
        // SAFETY: SSE2 is there.
        unsafe { _mm_set_epi64x((number >> 64) as i64, number as i64) }
    }
}

#[cfg(test)]
impl From<u128> for RequestId {
    fn from(number: u128) -> Self {
        Self::parse(uuid::Uuid::from_u128(number).to_string().as_bytes()).expect("a UUID")
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        String::from_utf8_lossy(&self.0).fmt(f)
    }
}

impl std::fmt::Debug for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_a_hexadecimal_digit_or_it_is_not() {
        for place in 0..LEN {
            for byte in 0..=u8::MAX {
                let mut text = *b"01abCDef-2345-6789-FEDC-BA9876543210";
                text[place] = byte;
                let expected = std::str::from_utf8(&text)
                    .ok()
                    .filter(|text| DASHES.iter().all(|at| text.as_bytes()[*at] == b'-'))
                    .map(|text| text.replace('-', ""))
                    .filter(|digits| digits.len() == 32 && !digits.contains('+'))
                    .and_then(|digits| u128::from_str_radix(&digits, 16).ok());
                let parsed = RequestId::parse(&text);
                assert_eq!(parsed.map(|id| id.number()), expected, "{text:?}");
                assert_eq!(parsed, expected.map(RequestId::from));
                let lower = text.map(|b| b.to_ascii_lowercase());
                assert_eq!(RequestId::parse(&lower), parsed);
                assert_eq!(RequestId::of_any(&lower), parsed);
            }
        }
    }

    #[test]
    fn nothing_shorter_or_longer_is_an_id() {
        let id = b"01abcdef-2345-6789-fedc-ba9876543210";
        assert_eq!(
            RequestId::parse(id).expect("one").to_string().as_bytes(),
            id
        );
        assert_eq!(RequestId::parse(&id[1..]), None);
        assert_eq!(RequestId::parse(&[&id[..], b"0"].concat()), None);
    }
}
