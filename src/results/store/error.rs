//! What can go wrong with stored results.

use std::io;
use std::path::{Path, PathBuf};

use super::super::{Arm, SCHEMA_VERSION};

/// Why something could not be stored or found.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A baseline's or a run's name that is not a plain name.
    #[error("{name:?} is not a name for a baseline or a run")]
    BadName {
        /// As given.
        name: String,
    },
    /// No baseline of that name.
    #[error("no baseline {name:?} is stored")]
    NoBaseline {
        /// As given.
        name: String,
        /// All that there are.
        existing: Vec<String>,
    },
    /// No run of that id.
    #[error("there is no run {id:?} to continue")]
    NoRun {
        /// As given.
        id: String,
        /// Where its log would be.
        path: PathBuf,
    },
    /// Nothing of that name.
    #[error("no result, baseline or file is named {name:?}")]
    NoResult {
        /// As given.
        name: String,
        /// What may have been meant, the likeliest first.
        near: Vec<String>,
    },
    /// The beginning of several ids, or a name of two kinds of things.
    #[error("{name:?} is {} more than one result", if found.iter().all(|f| f.starts_with(name.as_str())) { "the beginning of" } else { "the name of" })]
    Ambiguous {
        /// As given.
        name: String,
        /// All that it may be.
        found: Vec<String>,
    },
    /// `last~9` of fewer results that have cold starts.
    #[error("{}", no_last(*back, *there))]
    NoLast {
        /// How far back.
        back: usize,
        /// How many there are.
        there: usize,
    },
    /// `@before` of a result of one subject.
    #[error("{name} has no {}", arm_name(*arm))]
    NoArm {
        /// As given, without the arm.
        name: String,
        /// The arm.
        arm: Arm,
        /// Those that it has.
        arms: Vec<Arm>,
    },
    /// A file that was not written, or copied, to its end.
    #[error("{} ends in the middle: it was not written or copied whole", path.display())]
    Cut {
        /// The file.
        path: PathBuf,
    },
    /// What `run --all --json` prints.
    #[error("{} holds the results of several functions", path.display())]
    Several {
        /// The file.
        path: PathBuf,
    },
    /// A file that cannot be read.
    #[error("reading {}: {}", path.display(), why_unread(source))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file that is not a result.
    #[error("{} is not a lambench result: {source}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A result of a later lambench that uses what this one doesn't know.
    #[error(
        "{} was written by a newer lambench: its schema_version is {found}, this one reads {SCHEMA_VERSION}",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// A file that cannot be written.
    #[error("writing {}: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file is wanted in a folder that is not there.
    #[error("writing {}: there is no folder {}", path.display(), folder.display())]
    NoFolder {
        /// The file.
        path: PathBuf,
        /// The missing folder.
        folder: PathBuf,
    },
}

impl StoreError {
    pub(super) fn write(path: &Path, source: io::Error) -> Self {
        Self::Write {
            path: path.to_owned(),
            source,
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::BadName { .. } => Some(
                "letters, digits, `-`, `_` and `.`, at most 100 bytes, the first a letter, digit or `_`".into(),
            ),
            Self::NoBaseline { name, existing } => Some(which(name, existing)),
            Self::NoRun { path, .. } => Some(format!(
                "runs are in {}, each named by its id",
                path.parent().unwrap_or(path).display()
            )),
            Self::NoResult { near, .. } if near.is_empty() => {
                Some("nothing is stored here yet: `lambench run` keeps its result".into())
            }
            Self::NoResult { name, near } => Some(match near.as_slice() {
                [only] if is_near(name, only) => format!("did you mean {only}?"),
                near => format!("there are: {}; `lambench results` lists all", near.join(", ")),
            }),
            Self::Ambiguous { found, .. } => Some(format!(
                "write more of it: {}",
                first_few(found)
            )),
            Self::NoLast { .. } => Some("`lambench results` lists what there is".into()),
            Self::NoArm { name, arms, .. } => {
                let written = |arm: &Arm| format!("{name}@{}", arm_name(*arm));
                let all: Vec<String> = arms.iter().map(written).collect();
                Some(format!("it has {}", all.join(" and ")))
            }
            Self::Several { .. } => Some(
                "each function's own result is kept in .lambench/results/: `lambench results` lists them".into(),
            ),
            Self::Parse { path, .. } | Self::Cut { path } if is_ours(path) => {
                Some("store the baseline again with --save-baseline, or delete the file".into())
            }
            Self::Parse { .. } | Self::Cut { .. } => Some(
                "results are what `lambench run --json` prints, and what --save and .lambench/ keep".into(),
            ),
            Self::Newer { .. } => Some("install that version, or store the baseline again".into()),
            Self::NoFolder { folder, .. } => Some(format!("mkdir -p {}", folder.display())),
            Self::Write { path, source } if is_refused(source) && is_ours(path) => Some(
                "run lambench from a folder that you may write to: its results go to .lambench/ there".into(),
            ),
            Self::Read { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => Some("`lambench results` lists what there is".into()),
                io::ErrorKind::IsADirectory => Some(
                    "a result is a file, as --save writes it; a package is measured first: `lambench run --after FOLDER`".into(),
                ),
                _ => None,
            },
            Self::Write { .. } => None,
        }
    }
}

fn why_unread(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".into(),
        io::ErrorKind::IsADirectory => "it is a folder, not a result".into(),
        _ => error.to_string(),
    }
}

/// Whether the folder is one that this user can't write to, whatever is tried.
fn is_refused(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}

/// Whether it lies in lambench's own folder, not where `--save` says.
fn is_ours(path: &Path) -> bool {
    path.components()
        .any(|part| part.as_os_str() == ".lambench")
}

fn no_last(back: usize, there: usize) -> String {
    let name = match back {
        0 => "last".to_owned(),
        back => format!("last~{back}"),
    };
    match there {
        0 => format!("{name}: there are no results with cold starts yet"),
        1 => format!("{name}: there is only 1 result with cold starts"),
        there => format!("{name}: there are only {there} results with cold starts"),
    }
}

fn arm_name(arm: Arm) -> &'static str {
    match arm {
        Arm::Before => "before",
        Arm::After => "after",
        Arm::Only => "only",
    }
}

fn first_few(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names[..names.len().min(SHOWN)].join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

pub(super) fn is_near(name: &str, other: &str) -> bool {
    strsim::damerau_levenshtein(name, other) <= 1 + other.chars().count() / 4
}

/// The nearest name, or all.
fn which(name: &str, existing: &[String]) -> String {
    let nearest = existing
        .iter()
        .map(|other| (strsim::damerau_levenshtein(name, other), other))
        .filter(|(distance, other)| *distance <= 1 + other.chars().count() / 4)
        .min();
    match (nearest, existing) {
        (Some((_, nearest)), _) => format!("did you mean {nearest:?}?"),
        (None, []) => format!("there are none yet; --save-baseline {name} stores a run as one"),
        (None, existing) => format!("there are: {}", existing.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_may_not_be_written_to_is_told_apart_from_a_full_disk() {
        let hint = |kind: io::ErrorKind| {
            StoreError::write(Path::new(".lambench/runs"), kind.into())
                .hint()
                .unwrap_or_default()
        };
        assert!(
            hint(io::ErrorKind::PermissionDenied).contains("from a folder that you may write to")
        );
        assert!(hint(io::ErrorKind::ReadOnlyFilesystem).contains(".lambench/"));
        assert_eq!(hint(io::ErrorKind::StorageFull), "");
        let saved = StoreError::write(
            Path::new("/root/x.json"),
            io::ErrorKind::PermissionDenied.into(),
        );
        assert_eq!(saved.hint(), None, "--save names a place of its own");
    }
}
