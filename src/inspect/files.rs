//! The files of a package or a layer, a folder or a zip, looked at without unpacking anything to disk. Whatever a zip
//! says about itself, no more than [`MOST_READ`] bytes of a file are held in memory.

mod folder;
mod zipped;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use zipped::Zipped;

/// What one file may have: all that Lambda takes of a whole package, unzipped.
pub const MOST_READ: u64 = 250 * 1024 * 1024;

/// One file of a package or a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageFile {
    /// `/`-separated, from the top of the package.
    pub path: String,
    /// Unzipped.
    pub bytes: u64,
    /// Zipped; of a folder only after [`Files::pack_as`].
    pub packed_bytes: Option<u64>,
    /// Unix permissions, where known.
    pub mode: Option<u32>,
    /// The time that the file will have at run time, where known.
    pub modified: Option<Modified>,
}

/// The time of a file as it will be once Lambda has unpacked it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Modified {
    /// Seconds since 1970, UTC. A zip's extended timestamp where there is one, else its DOS time read as UTC.
    pub seconds: i64,
    /// False where only a DOS time is there: it has steps of two seconds.
    pub to_the_second: bool,
}

/// What lies in the package but is none of its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LeftOut {
    /// As it is named in the package.
    pub path: String,
    /// Unzipped bytes that it has.
    pub bytes: u64,
    /// Why.
    pub why: LeftOutWhy,
}

/// Why something in a package is none of its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeftOutWhy {
    /// A zip's entry whose name leads out of the package, or is no path.
    UnsafeName,
    /// A zip's entry that is a symbolic link.
    Link,
    /// A link of a folder that leads out of it.
    LeadsOut,
    /// A link that leads nowhere, or around in a circle.
    Broken,
    /// Neither a file nor a folder.
    Special,
    /// A second entry with a name that is taken.
    Duplicate,
    /// A zip's entry that is encrypted.
    Encrypted,
    /// A zip's entry that is packed by a method that can't be read here.
    Method,
}

/// Why a package can't be looked into.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// Nothing is there, or it may not be read.
    #[error("reading {}: {why}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        why: std::io::Error,
    },
    /// It is a file, but no zip that can be read.
    #[error("{} is neither a folder nor a zip file that can be read: {why}", path.display())]
    NotAZip {
        /// The package.
        path: PathBuf,
        /// The zip reader's reason.
        why: String,
    },
    /// There is no file of that name in it.
    #[error("there is no {name} in {}", package.display())]
    NoSuchFile {
        /// The package.
        package: PathBuf,
        /// The name.
        name: String,
    },
    /// A zip's entry that can't be unpacked.
    #[error("unpacking {name} of {}: {why}", package.display())]
    Unpack {
        /// The package.
        package: PathBuf,
        /// The entry.
        name: String,
        /// The reason.
        why: String,
    },
    /// A file of more than [`MOST_READ`] bytes.
    #[error("{name} in {} is larger than all that Lambda takes", package.display())]
    TooLarge {
        /// The package.
        package: PathBuf,
        /// The file.
        name: String,
    },
}

/// A folder or a zip, opened.
#[derive(Debug)]
pub struct Files {
    path: PathBuf,
    source: Source,
    list: Vec<PackageFile>,
    by_path: HashMap<String, usize>,
    left_out: Vec<LeftOut>,
    zip_bytes: Option<u64>,
    fetched: bool,
}

#[derive(Debug)]
enum Source {
    Folder,
    Zip(Zipped),
}

impl Files {
    /// Walks a folder (links are followed as long as they stay inside, as they are when it is packed), or reads a zip's
    /// directory.
    pub fn open(path: &Path) -> Result<Self, FilesError> {
        let read = |why| FilesError::Read {
            path: path.to_owned(),
            why,
        };
        let found = std::fs::metadata(path).map_err(read)?;
        // Opening a pipe would wait for somebody to write.
        if !found.is_dir() && !found.is_file() {
            return Err(FilesError::NotAZip {
                path: path.to_owned(),
                why: "it is no file".into(),
            });
        }
        let (source, mut list, mut left_out, zip_bytes) = if found.is_dir() {
            let (list, left_out) = folder::walk(path)?;
            (Source::Folder, list, left_out, None)
        } else {
            let (zip, list, left_out) = Zipped::open(path)?;
            (Source::Zip(zip), list, left_out, Some(found.len()))
        };
        list.sort_by(|a, b| a.path.cmp(&b.path));
        left_out.sort_by(|a, b| a.path.cmp(&b.path));
        let by_path = list
            .iter()
            .enumerate()
            .map(|(i, file)| (file.path.clone(), i))
            .collect();
        Ok(Self {
            path: path.to_owned(),
            source,
            list,
            by_path,
            left_out,
            zip_bytes,
            fetched: false,
        })
    }

    /// These, but as what was fetched, and lies only for a while where it is.
    #[must_use]
    pub fn fetched(self) -> Self {
        Self {
            fetched: true,
            ..self
        }
    }

    /// Whether the user has no such file.
    pub fn is_fetched(&self) -> bool {
        self.fetched
    }

    /// All files, in the order of their paths.
    pub fn list(&self) -> &[PackageFile] {
        &self.list
    }

    /// What is in it but none of its files.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// The folder or the zip.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is a zip.
    pub fn is_zip(&self) -> bool {
        matches!(self.source, Source::Zip(_))
    }

    /// The size of the zip; of a folder only after [`Files::pack_as`].
    pub fn zip_bytes(&self) -> Option<u64> {
        self.zip_bytes
    }

    /// The bytes of all files, and of what was left out, unzipped.
    pub fn bytes(&self) -> u64 {
        let files = self.list.iter().map(|file| file.bytes);
        let others = self.left_out.iter().map(|other| other.bytes);
        files.chain(others).fold(0, u64::saturating_add)
    }

    /// Whether there is a file of this name.
    pub fn has(&self, path: &str) -> bool {
        self.by_path.contains_key(path)
    }

    /// The index in [`Files::list`] of the file of this name.
    pub fn index(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// The file of this name.
    pub fn file(&self, path: &str) -> Option<&PackageFile> {
        self.index(path).map(|i| &self.list[i])
    }

    /// The indices in [`Files::list`] of all files below a folder, whose name ends in `/`; `""` is the top.
    pub fn below(&self, folder: &str) -> std::ops::Range<usize> {
        let from = self
            .list
            .partition_point(|file| file.path.as_str() < folder);
        let many = self.list[from..].partition_point(|file| file.path.starts_with(folder));
        from..from + many
    }

    /// The names of the folders that lie directly in a folder, whose name ends in `/`; `""` is the top.
    pub fn folders_in(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = self.list[self.below(folder)]
            .iter()
            .filter_map(|file| file.path[folder.len()..].split_once('/'))
            .map(|(name, _)| name.to_owned())
            .collect();
        names.dedup();
        names
    }

    /// A file's contents.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, FilesError> {
        let bytes = self.read_start(path, MOST_READ + 1)?;
        if bytes.len() as u64 > MOST_READ {
            return Err(FilesError::TooLarge {
                package: self.path.clone(),
                name: path.to_owned(),
            });
        }
        Ok(bytes)
    }

    /// The first `most` bytes of a file, or fewer where it has no more.
    pub fn read_start(&self, path: &str, most: u64) -> Result<Vec<u8>, FilesError> {
        if !self.has(path) {
            return Err(FilesError::NoSuchFile {
                package: self.path.clone(),
                name: path.to_owned(),
            });
        }
        match &self.source {
            Source::Folder => folder::read(&self.path, path, most),
            Source::Zip(zip) => zip.read(&self.path, path, most),
        }
    }

    /// Takes the zipped sizes from the zip that this folder was packed into.
    pub fn pack_as(&mut self, zip: &Self) {
        self.zip_bytes = zip.zip_bytes;
        for file in &mut self.list {
            file.packed_bytes = zip.file(&file.path).and_then(|packed| packed.packed_bytes);
        }
    }
}

#[cfg(test)]
mod tests;
