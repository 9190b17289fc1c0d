//! The names inside a package (a folder or a zip), looked at without unpacking anything.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// A package's names.
#[derive(Debug, Clone)]
pub enum Contents {
    /// A folder, asked when needed.
    Folder(PathBuf),
    /// A zip's files with their Unix modes, where it has them.
    Zip(BTreeMap<String, Option<u32>>),
}

/// Why a package can't be looked into.
#[derive(Debug, thiserror::Error)]
pub enum ContentsError {
    /// It can't be opened.
    #[error("reading {}: {why}", path.display())]
    Read {
        /// The package.
        path: PathBuf,
        /// The system's reason.
        why: std::io::Error,
    },
    /// It is a file, but no zip.
    #[error("{} is neither a folder nor a zip file: {why}", path.display())]
    NotAZip {
        /// The package.
        path: PathBuf,
        /// The zip reader's reason.
        why: String,
    },
}

impl Contents {
    /// Looks at a folder, or reads a zip's directory.
    pub fn open(path: &Path) -> Result<Self, ContentsError> {
        let read = |why| ContentsError::Read {
            path: path.to_owned(),
            why,
        };
        let found = std::fs::metadata(path).map_err(read)?;
        if found.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        // Opening a pipe would wait for somebody to write.
        if !found.is_file() {
            return Err(ContentsError::NotAZip {
                path: path.to_owned(),
                why: "it is no file".into(),
            });
        }
        let file = BufReader::new(File::open(path).map_err(read)?);
        let not_a_zip = |why: zip::result::ZipError| ContentsError::NotAZip {
            path: path.to_owned(),
            why: why.to_string(),
        };
        let mut zip = zip::ZipArchive::new(file).map_err(not_a_zip)?;
        let mut names = BTreeMap::new();
        for i in 0..zip.len() {
            let entry = zip.by_index_raw(i).map_err(not_a_zip)?;
            if entry.is_file() {
                let name = entry.name().map_err(not_a_zip)?.into_owned();
                names.insert(name, entry.unix_mode());
            }
        }
        Ok(Self::Zip(names))
    }

    /// Whether there is a file of this name (`/` between folders).
    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::Folder(root) => root.join(name).is_file(),
            Self::Zip(names) => names.contains_key(name),
        }
    }

    /// Whether anything lies below this folder.
    pub fn has_folder(&self, name: &str) -> bool {
        match self {
            Self::Folder(root) => root.join(name).is_dir(),
            Self::Zip(names) => {
                let below = format!("{name}/");
                names
                    .range(below.clone()..)
                    .next()
                    .is_some_and(|(found, _)| found.starts_with(&below))
            }
        }
    }

    /// Whether a file may be executed. A zip that was made on Windows says nothing about that, and Lambda takes such
    /// files for not executable.
    pub fn is_executable(&self, name: &str) -> bool {
        match self {
            Self::Folder(root) => executable(&root.join(name)),
            Self::Zip(names) => {
                matches!(names.get(name), Some(Some(mode)) if mode & 0o111 != 0)
            }
        }
    }

    /// Whether a file whose name starts so lies in this folder (`""` is the top).
    pub fn has_starting(&self, folder: &str, start: &str) -> bool {
        match self {
            Self::Folder(root) => std::fs::read_dir(root.join(folder)).is_ok_and(|entries| {
                entries
                    .flatten()
                    .any(|e| e.file_name().to_string_lossy().starts_with(start))
            }),
            Self::Zip(names) => {
                let whole = if folder.is_empty() {
                    start.to_owned()
                } else {
                    format!("{folder}/{start}")
                };
                names
                    .range(whole.clone()..)
                    .next()
                    .is_some_and(|(found, _)| found.starts_with(&whole))
            }
        }
    }

    /// The files at the top, sorted.
    pub fn top_files(&self) -> Vec<String> {
        let mut files: Vec<String> = match self {
            Self::Folder(root) => std::fs::read_dir(root)
                .into_iter()
                .flatten()
                .flatten()
                .filter(|entry| entry.path().is_file())
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect(),
            Self::Zip(names) => names
                .keys()
                .filter(|name| !name.contains('/'))
                .cloned()
                .collect(),
        };
        files.sort();
        files
    }

    /// The files and folders at the top, sorted.
    pub fn top_names(&self) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Self::Folder(root) => std::fs::read_dir(root)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect(),
            Self::Zip(names) => names
                .keys()
                .map(|name| name.split('/').next().unwrap_or(name).to_owned())
                .collect(),
        };
        names.sort();
        names.dedup();
        names
    }

    /// The only folder at the top, if there is nothing else there: a folder that was zipped instead of its contents.
    pub fn only_folder(&self) -> Option<String> {
        match self {
            Self::Folder(root) => {
                let mut entries = std::fs::read_dir(root).ok()?.flatten();
                let only = entries.next()?;
                (entries.next().is_none() && only.path().is_dir())
                    .then(|| only.file_name().to_string_lossy().into_owned())
            }
            Self::Zip(names) => {
                let (top, _) = names.keys().next()?.split_once('/')?;
                let below = format!("{top}/");
                names
                    .keys()
                    .all(|name| name.starts_with(&below))
                    .then(|| top.to_owned())
            }
        }
    }
}

#[cfg(unix)]
fn executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn executable(path: &Path) -> bool {
    path.is_file()
}
