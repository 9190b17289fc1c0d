//! Where the words stand that only records hold: all kinds of them in one pass over the bytes.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::report::text::TIMED_OUT;

/// The type of every record in JSON.
pub(super) const PLATFORM: &[u8] = b"\"platform.";

/// `REPORT`, `INIT_REPORT`, `RESTORE_REPORT`; records in JSON; the lines of those that ended badly. No two begin alike.
const KEYS: [&[u8]; 4] = [b"REPORT ", PLATFORM, TIMED_OUT, b" Error: Runtime exited "];

/// Where in each key the first of the two bytes stands by which it is looked for. No two of those end in the same four bits.
const AT: [usize; 4] = [0, 5, 3, 17];

const FIRST_OF_0: u8 = KEYS[0][AT[0]];
const FIRST_OF_1: u8 = KEYS[1][AT[1]];
const FIRST_OF_2: u8 = KEYS[2][AT[2]];

static FINDERS: LazyLock<[Finder<'static>; 4]> = LazyLock::new(|| KEYS.map(Finder::new));

/// The processor has the instructions that [`at_once`] and `lines` are made for; nearly all have.
#[cfg(target_arch = "x86_64")]
pub(super) fn is_newer() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
}

/// Adds the places at which [`key_at`] may find a key that begins within `range`, in any order. The first key, if it is
/// there, begins at such a place itself.
pub(super) fn candidates(bytes: &[u8], range: Range<usize>, places: &mut Vec<usize>) {
    #[cfg(target_arch = "x86_64")]
    if at_once::candidates(bytes, &range, places) {
        return;
    }
    one_by_one(bytes, range, places);
}

/// Where the key begins that is whole, of which one of two bytes stands at `at`.
#[inline]
pub(super) fn key_at(bytes: &[u8], at: usize) -> Option<usize> {
    // The compiler knows how long each is.
    match bytes[at] {
        FIRST_OF_0 => begins::<0, { KEYS[0].len() }>(bytes, at),
        FIRST_OF_1 => begins::<1, { KEYS[1].len() }>(bytes, at),
        FIRST_OF_2 => begins::<2, { KEYS[2].len() }>(bytes, at),
        _ => begins::<3, { KEYS[3].len() }>(bytes, at),
    }
}

#[inline]
fn begins<const KEY: usize, const LEN: usize>(bytes: &[u8], at: usize) -> Option<usize> {
    let place = at.checked_sub(AT[KEY])?;
    let found = bytes[place..].first_chunk::<LEN>()?;
    let key = const { KEYS[KEY].first_chunk::<LEN>().expect("its length") };
    (found == key).then_some(place)
}

/// One search after another, where the processor has no wide registers.
fn one_by_one(bytes: &[u8], range: Range<usize>, places: &mut Vec<usize>) {
    for (finder, before) in FINDERS.iter().zip(AT) {
        let end = bytes.len().min(range.end + finder.needle().len() - 1);
        let piece = &bytes[range.start..end];
        places.extend(finder.find_iter(piece).map(|at| range.start + at + before));
    }
}

/// All keys at once. Of each two bytes are looked for, so many apart, that seldom are in other text; whole keys are compared
/// only where both are. By the low half of a byte one table has the only first byte that it may be, and the other what must
/// then be the second: two shuffles and two comparisons for 32 of them.
#[cfg(target_arch = "x86_64")]
mod at_once {
    use std::arch::x86_64::{
        __m256i, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8,
        _mm256_or_si256, _mm256_shuffle_epi8, _mm256_testz_si256,
    };
    use std::ops::Range;

    use super::{AT, KEYS, is_newer};

    /// How far the two bytes are apart.
    const APART: usize = 4;

    const LAST_AT: usize = 17;

    const WIDE: usize = 32;
    const BLOCK: usize = 4 * WIDE;

    const FIRST: [u8; WIDE] = table(0);
    const SECOND: [u8; WIDE] = table(APART);

    /// The bytes `after` the first one of each key by the low half of that one; elsewhere what no byte of that half is.
    const fn table(after: usize) -> [u8; WIDE] {
        let mut table = [0; WIDE];
        let mut low = 0;
        while low < WIDE {
            table[low] = (low as u8 & 15) ^ 1;
            low += 1;
        }
        let mut key = 0;
        while key < KEYS.len() {
            let low = (KEYS[key][AT[key]] & 15) as usize;
            assert!(table[low] == low as u8 ^ 1);
            let byte = KEYS[key][AT[key] + after];
            (table[low], table[low + 16]) = (byte, byte);
            assert!(AT[key] <= LAST_AT);
            key += 1;
        }
        table
    }

    /// False if the processor can't.
    #[expect(unsafe_code, reason = "a call of code for newer processors")]
    pub fn candidates(bytes: &[u8], range: &Range<usize>, places: &mut Vec<usize>) -> bool {
        if !is_newer() {
            return false;
        }
        // SAFETY: the processor is one.
        unsafe { wide(bytes, range, places) };
        true
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
    fn wide(bytes: &[u8], range: &Range<usize>, places: &mut Vec<usize>) {
        // A key that begins at the end of the range has its bytes behind it.
        let end = bytes.len().min(range.end + LAST_AT + APART);
        let mut start = range.start;
        while start + APART < end {
            // First all blocks, and no branch that depends on them; the few that hold something again.
            let mut holds = 0_u64;
            let mut blocks = 0;
            while blocks < 64
                && let Some(block) = bytes[start + blocks * BLOCK..end].first_chunk()
            {
                let [a, b, c, d] = four(block);
                let any = _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d));
                holds |= u64::from(_mm256_testz_si256(any, any) == 0) << blocks;
                blocks += 1;
            }
            while holds != 0 {
                let at = start + holds.trailing_zeros() as usize * BLOCK;
                holds &= holds - 1;
                let Some(block) = bytes[at..].first_chunk() else {
                    return;
                };
                // Mostly there is one, and where in the block it is no branch depends on.
                let mut bits = all_bits(four(block));
                while bits != 0 {
                    places.push(at + bits.trailing_zeros() as usize);
                    bits &= bits - 1;
                }
            }
            start += blocks * BLOCK;
            if blocks < 64 {
                break;
            }
        }
        for at in start..end.saturating_sub(APART) {
            if may_be(bytes[at], bytes[at + APART]) {
                places.push(at);
            }
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn four(block: &[u8; BLOCK + APART]) -> [__m256i; 4] {
        [
            both::<0>(block),
            both::<WIDE>(block),
            both::<{ 2 * WIDE }>(block),
            both::<{ 3 * WIDE }>(block),
        ]
    }

    /// A bit for each byte.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn all_bits([a, b, c, d]: [__m256i; 4]) -> u128 {
        let bits = |found| u128::from(_mm256_movemask_epi8(found).cast_unsigned());
        bits(a) | bits(b) << 32 | bits(c) << 64 | bits(d) << 96
    }

    /// Of 32 bytes from `FROM` on, those that may be the first of the two.
    #[expect(unsafe_code, reason = "loads into wide registers")]
    #[target_feature(enable = "avx2")]
    #[inline]
    fn both<const FROM: usize>(block: &[u8; BLOCK + APART]) -> __m256i {
        const { assert!(FROM + WIDE <= BLOCK) }
        let at = |from: usize| block[from..].as_ptr().cast();
        // SAFETY: 32 bytes are there in each of the four places, and none need be aligned.
        let (bytes, after, first, second) = unsafe {
            (
                _mm256_loadu_si256(at(FROM)),
                _mm256_loadu_si256(at(FROM + APART)),
                _mm256_loadu_si256(FIRST.as_ptr().cast()),
                _mm256_loadu_si256(SECOND.as_ptr().cast()),
            )
        };
        // Above 127 the shuffle gives 0.
        _mm256_and_si256(
            _mm256_cmpeq_epi8(bytes, _mm256_shuffle_epi8(first, bytes)),
            _mm256_cmpeq_epi8(after, _mm256_shuffle_epi8(second, bytes)),
        )
    }

    fn may_be(first: u8, second: u8) -> bool {
        let low = usize::from(first & 15);
        FIRST[low] == first && SECOND[low] == second
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection;
    use proptest::prelude::*;

    #[test]
    fn no_two_keys_begin_alike() {
        for (i, key) in KEYS.iter().enumerate() {
            assert!(KEYS[..i].iter().all(|other| other[0] != key[0]));
        }
    }

    proptest! {
        #[test]
        fn all_at_once_finds_what_one_search_after_another_finds(
            parts in collection::vec((0..8_usize, collection::vec(any::<u8>(), 0..60), 0..12_usize), 0..40),
            from in any::<usize>(), to in any::<usize>(),
        ) {
            let mut bytes = Vec::new();
            for (key, noise, cut) in parts {
                let key = KEYS.get(key).copied().unwrap_or(b"RxxR fooi.R k..m");
                bytes.extend_from_slice(&noise);
                bytes.extend_from_slice(&key[..key.len() - cut.min(key.len())]);
            }
            let (from, to) = (from % (bytes.len() + 1), to % (bytes.len() + 1));
            let range = from.min(to)..from.max(to);
            let (mut slow, mut quick) = (Vec::new(), Vec::new());
            one_by_one(&bytes, range.clone(), &mut slow);
            candidates(&bytes, range.clone(), &mut quick);
            let whole = |places: Vec<usize>| {
                let keys = places.into_iter().filter_map(|at| key_at(&bytes, at));
                let mut keys: Vec<_> = keys.filter(|at| range.contains(at)).collect();
                keys.sort_unstable();
                keys
            };
            let expected: Vec<_> = range.clone().filter(|at| KEYS.iter().any(|key| bytes[*at..].starts_with(key))).collect();
            prop_assert_eq!(whole(slow), &expected[..]);
            prop_assert_eq!(whole(quick), expected);
        }
    }
}
