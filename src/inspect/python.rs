//! Which Python a package is for, as far as its settings or its files tell.

use std::collections::BTreeMap;

use super::Subject;

/// A Python 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Python {
    /// 11 of 3.11.
    pub(super) minor: u8,
    /// False where the runtime does not tell, and most files of the package do.
    pub(super) certain: bool,
}

impl Python {
    /// That of the runtime, or the one that most bytecode and native modules are named for; none for other runtimes.
    pub(super) fn of(subject: &Subject) -> Option<Self> {
        let version = match &subject.runtime {
            Some(runtime) => runtime.strip_prefix("python3")?,
            None => "",
        };
        if let Some(minor) = version.strip_prefix('.') {
            let minor = minor.parse().ok()?;
            return Some(Self {
                minor,
                certain: true,
            });
        }
        let mut named: BTreeMap<u8, usize> = BTreeMap::new();
        for mount in &subject.mounts {
            for minor in mount
                .files
                .list()
                .iter()
                .filter_map(|file| minor_named(&file.path))
            {
                *named.entry(minor).or_default() += 1;
            }
        }
        let (minor, _) = named.into_iter().max_by_key(|(_, files)| *files)?;
        Some(Self {
            minor,
            certain: false,
        })
    }

    /// `3.11`
    pub(super) fn version(self) -> String {
        format!("3.{}", self.minor)
    }

    /// `cpython-311`, which stands in the names of its bytecode.
    pub(super) fn tag(self) -> String {
        format!("cpython-3{}", self.minor)
    }
}

/// The minor that a file's name is for: `x.cpython-311.pyc`, `x.cpython-311-x86_64-linux-gnu.so`.
pub(super) fn minor_named(path: &str) -> Option<u8> {
    let name = path.rsplit('/').next()?;
    let (_, tag) = name.split_once(".cpython-3")?;
    let digits = tag.len() - tag.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    tag[..digits].parse().ok()
}
