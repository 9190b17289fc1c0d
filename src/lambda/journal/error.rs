//! What can go wrong with journals and locks.

use std::io;
use std::path::{Path, PathBuf};

use super::Owner;

/// A journal or a lock that can't be had.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Neither variable names a folder.
    #[error("there is no folder for journals: neither XDG_STATE_HOME nor HOME is an absolute path")]
    NoFolder,
    /// The file system.
    #[error("{doing} {}: {why}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// Why not.
        why: io::Error,
    },
    /// A journal that is damaged or too new.
    #[error("the journal {} can't be read: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// Another lambench is at work on the function.
    #[error(
        "{function} is being measured by another lambench ({})",
        owner.as_ref().map_or_else(|| "it doesn't say which".into(), ToString::to_string)
    )]
    InUse {
        /// The function.
        function: String,
        /// Who it is.
        owner: Option<Owner>,
    },
}

impl JournalError {
    pub(super) fn io(doing: &'static str, path: &Path, why: io::Error) -> Self {
        Self::Io {
            doing,
            path: path.to_owned(),
            why,
        }
    }

    pub(super) fn in_use(function: &str, owner: Option<Owner>) -> Self {
        Self::InUse {
            function: function.to_owned(),
            owner,
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoFolder | Self::Io { .. } => {
                "nothing is touched that couldn't be put back after a crash: set XDG_STATE_HOME to a folder that can \
                 be written"
                    .into()
            }
            Self::Unreadable { path, .. } => format!(
                "look into it: it says what an earlier run has changed; put that back and remove {}",
                path.display()
            ),
            Self::InUse { .. } => {
                "two runs at once would measure each other's touches: wait until it is done".into()
            }
        })
    }
}
