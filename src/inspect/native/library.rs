//! One native file: which system and machine it is for, what it needs of the system, and what of it only debuggers read.

use object::Endianness;
use object::elf::{DT_NEEDED, FileHeader64, SHF_ALLOC, SHT_NOBITS, SHT_NULL};
use object::read::elf::{FileHeader as _, SectionHeader as _, SectionTable};

/// What a native file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Library {
    /// For Linux.
    Elf(Elf),
    /// For macOS.
    MacOs,
    /// For Windows.
    Windows,
}

/// What is read of an ELF file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Elf {
    /// `x86_64`, `arm64`, or another machine's name or number.
    pub(super) machine: String,
    /// Sections of debug information.
    pub(super) debug_bytes: u64,
    /// Symbols that are not needed to load it, and their names.
    pub(super) symbol_bytes: u64,
    /// Something has changed it since it was linked: what is loaded lies behind what is not. Strip may break that.
    pub(super) changed: bool,
    /// It is linked with musl instead of glibc.
    pub(super) musl: bool,
    /// The newest glibc that it needs, as `(2, 28)`.
    pub(super) glibc: Option<(u32, u32)>,
}

/// Reads a file's contents; none for what is not native.
pub(super) fn read(bytes: &[u8]) -> Option<Library> {
    match bytes.first_chunk()? {
        b"\x7fELF" => Some(Library::Elf(elf(bytes))),
        [0xfe, 0xed, 0xfa, 0xce | 0xcf] | [0xce | 0xcf, 0xfa, 0xed, 0xfe] => Some(Library::MacOs),
        // Java's classes begin alike; what follows is a version there, and here the number of machines.
        [0xca, 0xfe, 0xba, 0xbe] if bytes.get(4..7) == Some(&[0; 3]) && bytes.get(7)? < &32 => {
            Some(Library::MacOs)
        }
        [b'M', b'Z', ..] => Some(Library::Windows),
        _ => None,
    }
}

fn elf(bytes: &[u8]) -> Elf {
    let mut elf = Elf {
        machine: machine(bytes),
        ..Elf::default()
    };
    // Lambda's machines have 64 bits. What is cut short or odd inside tells its machine alone.
    let _ = sections(bytes, &mut elf);
    elf
}

fn machine(bytes: &[u8]) -> String {
    let (wide, big) = (bytes.get(4) == Some(&2), bytes.get(5) == Some(&2));
    let number = bytes.get(18..20).map_or(0, |number| {
        let number = [number[0], number[1]];
        if big {
            u16::from_be_bytes(number)
        } else {
            u16::from_le_bytes(number)
        }
    });
    match (number, wide) {
        (62, true) => "x86_64".to_owned(),
        (62, false) => "x32".to_owned(),
        (183, _) => "arm64".to_owned(),
        (3, _) => "i386".to_owned(),
        (40, _) => "arm".to_owned(),
        (21, _) => "ppc64".to_owned(),
        (22, _) => "s390x".to_owned(),
        (243, _) => "riscv".to_owned(),
        (other, _) => format!("machine {other}"),
    }
}

type Sections<'a> = SectionTable<'a, FileHeader64<Endianness>>;

fn sections(bytes: &[u8], elf: &mut Elf) -> object::Result<()> {
    let header = FileHeader64::<Endianness>::parse(bytes)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, bytes)?;
    let (mut last_loaded, mut first_other) = (0, u64::MAX);
    for section in sections.iter() {
        let name = sections.section_name(endian, section)?;
        let (at, bytes) = (section.sh_offset(endian), section.sh_size(endian));
        match section.sh_type(endian) {
            SHT_NULL | SHT_NOBITS => {}
            _ if section.sh_flags(endian).contains(SHF_ALLOC) => last_loaded = at.max(last_loaded),
            _ => first_other = at.min(first_other),
        }
        if name == b".symtab" || name == b".strtab" {
            elf.symbol_bytes = elf.symbol_bytes.saturating_add(bytes);
        } else if [b".debug".as_slice(), b".zdebug", b".stab", b".gnu.debuglto"]
            .iter()
            .any(|start| name.starts_with(start))
        {
            elf.debug_bytes = elf.debug_bytes.saturating_add(bytes);
        }
    }
    elf.changed = last_loaded > first_other;
    elf.musl = needs_musl(&sections, endian, bytes)?;
    elf.glibc = newest_glibc(&sections, endian, bytes)?;
    Ok(())
}

fn needs_musl(sections: &Sections<'_>, endian: Endianness, bytes: &[u8]) -> object::Result<bool> {
    let table = sections.dynamic_table(endian, bytes)?;
    for entry in table.iter().filter(|entry| entry.tag == DT_NEEDED) {
        let name = table.string(entry)?;
        // glibc's is libc.so.6.
        if name == b"libc.so" || name.starts_with(b"libc.musl-") {
            return Ok(true);
        }
    }
    Ok(false)
}

fn newest_glibc(
    sections: &Sections<'_>,
    endian: Endianness,
    bytes: &[u8],
) -> object::Result<Option<(u32, u32)>> {
    let Some((mut files, strings)) = sections.gnu_verneed(endian, bytes)? else {
        return Ok(None);
    };
    let strings = sections.strings(endian, bytes, strings)?;
    let mut newest = None;
    while let Some((_, mut versions)) = files.next()? {
        while let Some(version) = versions.next()? {
            newest = newest.max(glibc_version(version.name(endian, strings)?));
        }
    }
    Ok(newest)
}

/// `(2, 28)` of `GLIBC_2.28`.
fn glibc_version(name: &[u8]) -> Option<(u32, u32)> {
    let name = std::str::from_utf8(name).ok()?.strip_prefix("GLIBC_")?;
    let mut numbers = name.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(wide: u8, endian: u8, machine: [u8; 2]) -> Vec<u8> {
        let mut bytes = b"\x7fELF".to_vec();
        bytes.extend([wide, endian]);
        bytes.resize(18, 0);
        bytes.extend(machine);
        bytes.resize(64, 0);
        bytes
    }

    #[test]
    fn the_first_bytes_tell_the_system_and_the_machine() {
        let machine = |bytes: Vec<u8>| match read(&bytes) {
            Some(Library::Elf(elf)) => elf.machine,
            other => panic!("{other:?}"),
        };
        assert_eq!(machine(header(2, 1, [62, 0])), "x86_64");
        assert_eq!(machine(header(1, 1, [62, 0])), "x32");
        assert_eq!(machine(header(2, 1, [183, 0])), "arm64");
        assert_eq!(machine(header(1, 1, [3, 0])), "i386");
        assert_eq!(machine(header(2, 2, [0, 22])), "s390x");
        assert_eq!(read(b"\xcf\xfa\xed\xfe\x07\0\0\x01"), Some(Library::MacOs));
        assert_eq!(read(b"\xca\xfe\xba\xbe\0\0\0\x02"), Some(Library::MacOs));
        assert_eq!(read(b"\xca\xfe\xba\xbe\0\0\0\x34"), None, "a class of Java");
        assert_eq!(read(b"MZ\x90\0"), Some(Library::Windows));
        assert_eq!(read(b"#!/bin/sh"), None);
        assert_eq!(read(b"\x7f"), None);
    }

    #[test]
    fn a_broken_file_tells_its_machine_and_no_more() {
        let mut bytes = header(2, 1, [62, 0]);
        // Sections far behind the end.
        bytes[40..48].copy_from_slice(&[0xff; 8]);
        bytes[60] = 9;
        let Some(Library::Elf(elf)) = read(&bytes) else {
            panic!("it is one");
        };
        assert_eq!((elf.machine.as_str(), elf.debug_bytes), ("x86_64", 0));
    }
}
