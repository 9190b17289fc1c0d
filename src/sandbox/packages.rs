//! Packages and layers on disk: the zip as it came, unpacked once, the same tree for every environment.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

use super::snapshot::Snapshot;
use super::unzip::unzip;
use crate::scratch::Scratch;

/// Lambda's limit on a function's unpacked code with its layers, bytes.
pub const UNZIPPED_LIMIT: u64 = 262_144_000;

/// Why a package or a layer can't be taken.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// Nothing there, or not a file.
    #[error("reading the package {}: {why}", path.display())]
    Missing {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Not a zip, or a corrupt one.
    #[error(
        "Could not unzip uploaded file. Please check your file, then try to upload again. ({why})"
    )]
    NotAZip {
        /// What is wrong with it.
        why: String,
    },
    /// An entry that is never unpacked.
    #[error("Could not unzip uploaded file: the entry {entry:?} is refused because {why}")]
    Refused {
        /// The entry's name.
        entry: String,
        /// Why.
        why: &'static str,
    },
    /// Over Lambda's limit.
    #[error("Unzipped size must be smaller than {limit} bytes")]
    TooLarge {
        /// Bytes.
        limit: u64,
    },
    /// The disk.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl PackageError {
    pub(super) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            doing,
            path: path.to_owned(),
            source,
        }
    }
}

/// Where a zip comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// `ZipFile`, decoded.
    Bytes(Vec<u8>),
    /// The private route.
    File(PathBuf),
}

/// A zip and its unpacked tree; both go with it.
#[derive(Debug)]
pub(super) struct Package {
    pub root: PathBuf,
    pub zip: PathBuf,
    pub zip_bytes: u64,
    /// Base64 SHA-256 of the zip.
    pub sha256: String,
    pub unzipped_bytes: u64,
    /// What the tree was when unpacked, where mounts don't keep it from being changed.
    pub snapshot: Option<Snapshot>,
}

impl Package {
    /// Takes a copy of the zip and unpacks it below `kind` of the folder. Blocking.
    pub fn unpack(
        folder: &Scratch,
        kind: &str,
        source: Source,
        watched: bool,
    ) -> Result<Self, PackageError> {
        let zip = folder.fresh("zips");
        // Built first, so that whatever fails below removes what was written.
        let mut package = Self {
            root: folder.fresh(kind),
            zip,
            zip_bytes: 0,
            sha256: String::new(),
            unzipped_bytes: 0,
            snapshot: None,
        };
        (package.zip_bytes, package.sha256) = keep_zip(source, &package.zip)?;
        package.unzipped_bytes = unzip(&package.zip, &package.root, UNZIPPED_LIMIT)?;
        if watched {
            package.snapshot = Some(Snapshot::take(&package.root)?);
        }
        Ok(package)
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        remove(vec![self.zip.clone(), self.root.clone()]);
    }
}

/// Removes off the caller's way: a package can have tens of thousands of files.
fn remove(paths: Vec<PathBuf>) {
    let work = move || {
        for path in paths {
            // What can't be removed here goes with the sandbox's folder.
            let _ = if path.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
        }
    };
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(work)),
        Err(_) => work(),
    }
}

fn keep_zip(source: Source, to: &Path) -> Result<(u64, String), PackageError> {
    let failed = |e| PackageError::io("writing", to, e);
    let mut out = File::create_new(to).map_err(failed)?;
    let mut hash = Sha256::new();
    let bytes = match source {
        Source::Bytes(bytes) => {
            hash.update(&bytes);
            out.write_all(&bytes).map_err(failed)?;
            bytes.len() as u64
        }
        Source::File(path) => {
            let missing = |e: io::Error| PackageError::Missing {
                path: path.clone(),
                why: e.to_string(),
            };
            let mut file = File::open(&path).map_err(missing)?;
            let mut buffer = vec![0; 256 * 1024];
            let mut total = 0;
            loop {
                let read = file.read(&mut buffer).map_err(missing)?;
                if read == 0 {
                    break total;
                }
                total += read as u64;
                hash.update(&buffer[..read]);
                out.write_all(&buffer[..read]).map_err(failed)?;
            }
        }
    };
    Ok((bytes, BASE64_STANDARD.encode(hash.finalize())))
}

/// The layers of one configuration, merged in order into one folder.
#[derive(Debug)]
pub(super) struct Merged {
    pub root: PathBuf,
    pub snapshot: Option<Snapshot>,
}

impl Merged {
    /// Later layers win. Files are linked, not copied: same times, same modes, one copy in the page cache. Blocking.
    pub fn new(folder: &Scratch, layers: &[&Path], watched: bool) -> Result<Self, PackageError> {
        let mut merged = Self {
            root: folder.fresh("layers"),
            snapshot: None,
        };
        fs::create_dir(&merged.root).map_err(|e| PackageError::io("making", &merged.root, e))?;
        let mut folders = Vec::new();
        for layer in layers {
            merge(layer, &merged.root, &mut folders)?;
        }
        for (path, times) in &folders {
            // In order: of a folder that two layers have, the later one.
            copy_folder_metadata(path, times).map_err(|e| PackageError::io("writing", path, e))?;
        }
        if watched {
            merged.snapshot = Some(Snapshot::take(&merged.root)?);
        }
        Ok(merged)
    }
}

impl Drop for Merged {
    fn drop(&mut self) {
        remove(vec![self.root.clone()]);
    }
}

fn merge(
    layer: &Path,
    root: &Path,
    folders: &mut Vec<(PathBuf, fs::Metadata)>,
) -> Result<(), PackageError> {
    for entry in WalkDir::new(layer).min_depth(1).sort_by_file_name() {
        let entry = entry.map_err(|e| PackageError::io("reading", layer, e.into()))?;
        let relative = entry.path().strip_prefix(layer).expect("walked from there");
        let to = root.join(relative);
        let failed = |e| PackageError::io("writing", &to, e);
        let there = fs::symlink_metadata(&to).ok();
        if entry.file_type().is_dir() {
            if there.as_ref().is_some_and(|m| !m.is_dir()) {
                fs::remove_file(&to).map_err(failed)?;
            }
            if !there.is_some_and(|m| m.is_dir()) {
                fs::create_dir(&to).map_err(failed)?;
            }
            let metadata = entry
                .metadata()
                .map_err(|e| PackageError::io("reading", layer, e.into()))?;
            folders.push((to, metadata));
            continue;
        }
        match there {
            Some(metadata) if metadata.is_dir() => {
                fs::remove_dir_all(&to).map_err(failed)?;
                folders.retain(|(path, _)| !path.starts_with(&to));
            }
            Some(_) => fs::remove_file(&to).map_err(failed)?,
            None => {}
        }
        if fs::hard_link(entry.path(), &to).is_err() {
            copy_file(entry.path(), &to).map_err(failed)?;
        }
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    let modified = fs::metadata(from)?.modified()?;
    File::open(to)?.set_modified(modified)
}

fn copy_folder_metadata(path: &Path, from: &fs::Metadata) -> io::Result<()> {
    fs::set_permissions(path, from.permissions())?;
    File::open(path)?.set_modified(from.modified()?)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::super::plane::FOLDERS;
    use super::*;
    use crate::inspect::samples::folder as tree;

    fn sandbox() -> (tempfile::TempDir, Scratch) {
        let parent = tempfile::tempdir().unwrap();
        let folder = Scratch::new(parent.path(), &FOLDERS).unwrap();
        (parent, folder)
    }

    #[test]
    fn later_layers_win_and_times_stay() {
        let (_parent, folder) = sandbox();
        let one = tree(&[
            ("python/a.py", "one"),
            ("python/b.py", "one"),
            ("x/deep/file", "one"),
            ("y", "one"),
        ]);
        let two = tree(&[("python/b.py", "two"), ("x", "two"), ("y/file", "two")]);
        let old = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_001);
        for path in [one.path().join("python/a.py"), two.path().join("python")] {
            File::open(path).unwrap().set_modified(old).unwrap();
        }
        let merged = Merged::new(&folder, &[one.path(), two.path()], true).unwrap();
        let read = |name: &str| fs::read_to_string(merged.root.join(name)).unwrap();
        assert_eq!(read("python/a.py"), "one");
        assert_eq!(read("python/b.py"), "two");
        assert_eq!(read("x"), "two");
        assert_eq!(read("y/file"), "two");
        for name in ["python/a.py", "python"] {
            let metadata = fs::metadata(merged.root.join(name)).unwrap();
            assert_eq!(metadata.modified().unwrap(), old, "{name}");
        }
        assert_eq!(
            fs::read_to_string(one.path().join("python/b.py")).unwrap(),
            "one"
        );
    }

    #[test]
    fn a_package_that_fails_to_unpack_leaves_nothing_behind() {
        let (_parent, folder) = sandbox();
        let source = Source::Bytes(b"no zip".to_vec());
        Package::unpack(&folder, "packages", source, false).unwrap_err();
        for kind in ["zips", "packages"] {
            let left = fs::read_dir(folder.path().join(kind)).unwrap().count();
            assert_eq!(left, 0, "{kind}");
        }
    }
}
