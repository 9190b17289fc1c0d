//! The beginning of a record as nearly all are: so many bytes are there that none need be asked for before it is read.

use super::RequestId;
use super::number::{Digits, usual_micros, usual_whole};

/// No record of the usual shape goes on for longer.
const LONGEST: usize = 1 << 8;

/// As many bytes are read at once.
const AT_ONCE: usize = 36;

pub(super) const SIZE: usize = LONGEST + AT_ONCE;

/// Reads from the front.
#[derive(Clone, Copy)]
pub(super) struct Window<'a> {
    bytes: &'a [u8; SIZE],
    /// It can't be past the last one of [`LONGEST`], so that no bound is checked.
    at: u8,
}

impl<'a> Window<'a> {
    /// `None` where too few bytes are left.
    #[inline(always)]
    pub fn over(bytes: &'a [u8]) -> Option<Self> {
        let bytes = bytes.first_chunk()?;
        Some(Self { bytes, at: 0 })
    }

    /// Of bytes that may be too few: as if a new line followed.
    pub fn over_copy(bytes: &[u8], copy: &'a mut [u8; SIZE]) -> Self {
        let length = bytes.len().min(SIZE);
        copy.fill(b'\n');
        copy[..length].copy_from_slice(&bytes[..length]);
        Self { bytes: copy, at: 0 }
    }

    #[inline(always)]
    fn ahead<const N: usize>(&self, by: usize) -> &'a [u8; N] {
        const { assert!(N <= AT_ONCE) }
        let at = usize::from(self.at.wrapping_add(by as u8));
        self.bytes[at..].first_chunk().expect("so many are there")
    }

    #[inline(always)]
    fn step(&mut self, by: usize) {
        self.at = self.at.wrapping_add(by as u8);
    }

    /// Steps over a word, which must be there.
    #[inline(always)]
    pub fn word<const N: usize>(&mut self, word: &[u8; N]) -> Option<()> {
        self.skip(word).then_some(())
    }

    /// Steps over a word, if it is there.
    #[inline(always)]
    pub fn skip<const N: usize>(&mut self, word: &[u8; N]) -> bool {
        let is_there = self.ahead(0) == word;
        if is_there {
            self.step(N);
        }
        is_there
    }

    /// The byte that comes next.
    #[inline(always)]
    pub fn next(&self) -> u8 {
        self.bytes[usize::from(self.at)]
    }

    /// The line ends here.
    #[inline(always)]
    pub fn ends_line(&self) -> bool {
        self.next() == b'\n' || self.ahead(0) == b"\r\n"
    }

    #[inline(always)]
    fn eight(&self, by: usize) -> u64 {
        u64::from_le_bytes(*self.ahead(by))
    }

    /// A request id.
    #[inline(always)]
    pub fn id(&mut self) -> Option<RequestId> {
        let id = RequestId::parse(self.ahead::<36>(0))?;
        self.step(36);
        Some(id)
    }

    /// `12.34` milliseconds as whole microseconds, with five digits before the point at most.
    #[inline(always)]
    pub fn micros(&mut self) -> Option<Digits> {
        self.number(usual_micros(|by| Some(self.eight(by)), false))
    }

    /// The same, with or without a fraction.
    #[inline(always)]
    pub fn ms(&mut self) -> Option<Digits> {
        self.number(usual_micros(|by| Some(self.eight(by)), true))
    }

    /// A whole number of seven digits at most.
    #[inline(always)]
    pub fn whole(&mut self) -> Option<Digits> {
        self.number(usual_whole(self.eight(0)))
    }

    #[inline(always)]
    fn number(&mut self, found: Option<(Digits, usize)>) -> Option<Digits> {
        let (digits, used) = found?;
        self.step(used);
        Some(digits)
    }
}
