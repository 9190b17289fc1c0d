//! What the head of a `.pyc` says, read as Python's import system reads it, and the hash that checked bytecode keeps of
//! its source (PEP 552).

use std::hash::Hasher as _;

use siphasher::sip::{SipHasher13, SipHasher24};

/// The magic number of each Python 3: minor, the first of its development, the one that its releases have.
const MAGIC: [(u8, u16, u16); 9] = [
    (6, 3360, 3379),
    (7, 3390, 3394),
    (8, 3400, 3413),
    (9, 3420, 3425),
    (10, 3430, 3439),
    (11, 3450, 3495),
    (12, 3500, 3531),
    (13, 3550, 3571),
    (14, 3600, 3627),
];

/// So many bytes at the start of a file are its head.
pub(super) const HEAD: u64 = 16;

/// The newest that lambench knows.
pub(super) const NEWEST: u8 = MAGIC[MAGIC.len() - 1].0;

/// PEP 552 came with this minor: before it there were no flags, and the head was shorter.
const FIRST_WITH_FLAGS: u8 = 7;
/// From this minor on the hash has one round for each word and three at the end; before it had two and four.
const FIRST_WITH_SHORT_HASH: u8 = 11;

/// What bytecode says of the source that it was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    /// The source's time and size, both cut to 32 bits.
    Time {
        /// Seconds since 1970.
        modified: u32,
        /// Bytes.
        bytes: u32,
    },
    /// The source's hash.
    Hash {
        /// Whether Python compares it with the source at each import.
        checked: bool,
        /// As [`source_hash`] gives it.
        hash: [u8; 8],
    },
}

/// Why Python does not take bytecode, whatever its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// Its magic number is another Python's.
    OtherPython,
    /// It is cut short, or its flags mean nothing.
    Damaged,
}

/// Whether lambench knows the bytecode of Python 3.`minor`.
pub(super) fn known(minor: u8) -> bool {
    magic(minor).is_some()
}

fn magic(minor: u8) -> Option<u16> {
    let of_minor = MAGIC.iter().find(|(of, ..)| *of == minor);
    of_minor.map(|(.., released)| *released)
}

/// The minor of the Python 3 that made bytecode, by its magic number; also of a version under development.
pub(super) fn made_by(bytes: &[u8]) -> Option<u8> {
    let number = u16::from_le_bytes([*bytes.first()?, *bytes.get(1)?]);
    let found = MAGIC
        .iter()
        .find(|(_, first, last)| (*first..=*last).contains(&number));
    found.map(|(minor, ..)| *minor)
}

/// Reads the head of bytecode as Python 3.`minor` does.
pub(super) fn head(bytes: &[u8], minor: u8) -> Result<Head, Refused> {
    let whole = key(minor).map(u32::to_le_bytes);
    if bytes.len() < 4 || bytes.first_chunk() != whole.as_ref() {
        return Err(Refused::OtherPython);
    }
    let word = |at: usize| {
        let word = bytes.get(at..).and_then(<[u8]>::first_chunk);
        word.map(|bytes| u32::from_le_bytes(*bytes))
            .ok_or(Refused::Damaged)
    };
    if minor < FIRST_WITH_FLAGS {
        return Ok(Head::Time {
            modified: word(4)?,
            bytes: word(8)?,
        });
    }
    let (flags, first, second) = (word(4)?, word(8)?, word(12)?);
    if flags & !0b11 != 0 {
        return Err(Refused::Damaged);
    }
    if flags & 0b01 == 0 {
        return Ok(Head::Time {
            modified: first,
            bytes: second,
        });
    }
    let hash = u64::from(first) | u64::from(second) << 32;
    Ok(Head::Hash {
        checked: flags & 0b10 != 0,
        hash: hash.to_le_bytes(),
    })
}

/// The magic number with the two bytes that follow it in a file.
pub(super) fn key(minor: u8) -> Option<u32> {
    magic(minor).map(|number| {
        u32::from_le_bytes([
            number.to_le_bytes()[0],
            number.to_le_bytes()[1],
            b'\r',
            b'\n',
        ])
    })
}

/// `_imp.source_hash` of Python 3.`minor`: `SipHash` of the source, with the magic number for a key.
pub(super) fn source_hash(minor: u8, source: &[u8]) -> [u8; 8] {
    let key = u64::from(key(minor).unwrap_or_default());
    let hash = if minor < FIRST_WITH_SHORT_HASH {
        let mut hasher = SipHasher24::new_with_keys(key, 0);
        hasher.write(source);
        hasher.finish()
    } else {
        let mut hasher = SipHasher13::new_with_keys(key, 0);
        hasher.write(source);
        hasher.finish()
    };
    hash.to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As each interpreter's `_imp.source_hash` gives it for nothing, for a line, and for every byte once.
    #[test]
    fn the_hash_of_a_source_is_each_pythons() {
        let every: Vec<u8> = (0..=255).collect();
        let sources: [&[u8]; 3] = [b"", b"print(1)\n", &every];
        for (minor, wanted) in [
            (
                7,
                ["85ee0caabd83b6a7", "6d8a2a3c3b0a84c0", "878eca7d2048d523"],
            ),
            (
                8,
                ["81e4881b3643e8e9", "9bf71decb71ddb20", "cf688f2aab9f7bc6"],
            ),
            (
                9,
                ["ac0bb7c83e5b1c5f", "662d17ead51fcafc", "86a60ab6db5f0c34"],
            ),
            (
                10,
                ["8cc0cd2525e7fd27", "28765e52ed782214", "4c2188c1c09a54c0"],
            ),
            (
                11,
                ["738d9cd5d5e87f73", "da812d7f407a3059", "1daf10aba04017be"],
            ),
            (
                12,
                ["baf18eedc9387a25", "bf71f361a5f8cd69", "b1f5318e89daea67"],
            ),
            (
                13,
                ["27ec6d312f93b814", "5a90791f83be4635", "58e329a361564cd3"],
            ),
        ] {
            let found = sources.map(|source| {
                let hash = source_hash(minor, source);
                hash.map(|byte| format!("{byte:02x}")).concat()
            });
            assert_eq!(found, wanted, "3.{minor}");
        }
    }

    fn bytecode(minor: u8, words: [u32; 3]) -> Vec<u8> {
        let mut bytes = key(minor).unwrap().to_le_bytes().to_vec();
        bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        bytes
    }

    #[test]
    fn a_head_is_read_as_its_python_reads_it() {
        let time = Head::Time {
            modified: 5,
            bytes: 7,
        };
        assert_eq!(head(&bytecode(6, [5, 7, 0]), 6), Ok(time));
        for minor in [7, 11] {
            assert_eq!(head(&bytecode(minor, [0, 5, 7]), minor), Ok(time));
        }
        let hash = 0x0807_0605_0403_0201_u64.to_le_bytes();
        for (flags, checked) in [(1, false), (3, true)] {
            let found = head(&bytecode(14, [flags, 0x0403_0201, 0x0807_0605]), 14);
            assert_eq!(found, Ok(Head::Hash { checked, hash }));
        }
        // Checked, but not by hash: Python looks at the lowest bit first.
        assert_eq!(head(&bytecode(11, [2, 5, 7]), 11), Ok(time));
    }

    #[test]
    fn what_python_refuses_is_refused() {
        assert_eq!(head(&bytecode(11, [0; 3]), 12), Err(Refused::OtherPython));
        assert_eq!(head(b"", 12), Err(Refused::OtherPython));
        assert_eq!(head(&bytecode(11, [4, 0, 0]), 11), Err(Refused::Damaged));
        assert_eq!(head(&bytecode(11, [0; 3])[..15], 11), Err(Refused::Damaged));
    }

    #[test]
    fn a_magic_number_tells_the_python() {
        for (minor, ..) in MAGIC {
            assert_eq!(made_by(&bytecode(minor, [0; 3])), Some(minor));
        }
        assert_eq!(made_by(&3350_u16.to_le_bytes()), None);
        assert_eq!(made_by(b"\x01"), None);
    }
}
