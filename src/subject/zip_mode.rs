//! What an entry of a zip is, by the Unix mode that it was packed with.

const KIND: u32 = 0o170_000;
const FOLDER: u32 = 0o040_000;
const FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_000;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZipKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device, a pipe, a socket.
    Special,
}

/// By its name where the mode does not tell, or where there is none.
pub fn kind(name: &str, mode: Option<u32>) -> ZipKind {
    match mode.unwrap_or(FILE) & KIND {
        FOLDER => ZipKind::Folder,
        FILE | 0 if name.ends_with('/') => ZipKind::Folder,
        FILE | 0 => ZipKind::File,
        LINK => ZipKind::Link,
        _ => ZipKind::Special,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_tells_and_else_the_name() {
        for (name, mode, expected) in [
            ("a", None, ZipKind::File),
            ("a/", None, ZipKind::Folder),
            ("a", Some(0o644), ZipKind::File),
            ("a/", Some(0o100_644), ZipKind::Folder),
            ("a", Some(0o040_755), ZipKind::Folder),
            ("a", Some(0o120_777), ZipKind::Link),
            ("a", Some(0o010_644), ZipKind::Special),
        ] {
            assert_eq!(kind(name, mode), expected, "{name} {mode:?}");
        }
    }
}
