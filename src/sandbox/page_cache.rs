//! The page cache that a cold start finds: the same for every start, and chosen.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use walkdir::WalkDir;

/// What of the package and the layers is in the page cache when the runtime process starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Disk {
    /// All of it.
    #[default]
    Warm,
    /// Nothing of it: it comes from the disk.
    Evict,
}

impl Disk {
    /// `warm` or `evict`.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "warm" => Some(Self::Warm),
            "evict" => Some(Self::Evict),
            _ => None,
        }
    }

    /// As the result says it.
    pub(super) fn state(self) -> &'static str {
        match self {
            Self::Warm => "warm",
            Self::Evict => "evicted",
        }
    }

    /// Whether it can be had for files in this folder; the reason, if not.
    pub(super) fn check(self, folder: &Path) -> Result<(), String> {
        match self {
            Self::Warm => Ok(()),
            Self::Evict => platform::can_evict(folder),
        }
    }

    /// Brings every file below these folders into that state. Blocking. Files that somebody has mapped stay in the cache:
    /// environments that served before must have ended.
    pub(super) fn bring_about(self, folders: &[&Path]) -> io::Result<()> {
        let files = folders.iter().flat_map(WalkDir::new);
        for entry in files.filter_map(Result::ok) {
            if !entry.file_type().is_file() {
                continue;
            }
            match self.bring(entry.path()) {
                // What we may not read, the function may not either.
                Err(error) if error.kind() != io::ErrorKind::PermissionDenied => {
                    return Err(io::Error::new(
                        error.kind(),
                        format!("{} {}: {error}", self.doing(), entry.path().display()),
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn doing(self) -> &'static str {
        match self {
            Self::Warm => "reading",
            Self::Evict => "evicting from the page cache",
        }
    }

    fn bring(self, path: &Path) -> io::Result<()> {
        match self {
            Self::Warm => {
                let mut file = File::open(path)?;
                io::copy(&mut file, &mut io::sink()).map(drop)
            }
            Self::Evict => platform::evict(path),
        }
    }
}

#[cfg(target_os = "linux")]
mod platform {
    use super::{File, Path, fs, io};
    use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
    use nix::sys::statfs::{FsType, TMPFS_MAGIC, statfs};

    const RAMFS: FsType = FsType(0x8584_58f6);
    const ZFS: FsType = FsType(0x2fc1_2fc1);

    pub(super) fn can_evict(folder: &Path) -> Result<(), String> {
        let system = statfs(folder).map_err(|error| error.to_string())?;
        let kind = system.filesystem_type();
        if kind == TMPFS_MAGIC || kind == RAMFS {
            return Err("it is on tmpfs, which is memory and not a disk".to_owned());
        }
        if kind == ZFS {
            return Err("it is on ZFS, whose own cache can't be emptied".to_owned());
        }
        // Somewhere that can't evict says so here, and not in the middle of a run.
        let probe = folder.join("probe");
        fs::write(&probe, [1; 4096])
            .and_then(|()| evict(&probe))
            .and_then(|()| fs::remove_file(&probe))
            .map_err(|error| error.to_string())
    }

    /// What has not been written back yet can't be dropped.
    pub(super) fn evict(path: &Path) -> io::Result<()> {
        let file = File::open(path)?;
        file.sync_data()?;
        Ok(posix_fadvise(
            &file,
            0,
            0,
            PosixFadviseAdvice::POSIX_FADV_DONTNEED,
        )?)
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    use super::{Path, io};

    const NEEDS: &str = "dropping files from the page cache needs Linux";

    pub(super) fn can_evict(_folder: &Path) -> Result<(), String> {
        Err(NEEDS.to_owned())
    }

    pub(super) fn evict(_path: &Path) -> io::Result<()> {
        Err(io::Error::other(NEEDS))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// Pages of a file that are in the page cache.
    fn cached(file: &Path) -> u64 {
        let output = std::process::Command::new("fincore")
            .args(["--noheadings", "--output", "PAGES"])
            .arg(file)
            .output()
            .expect("fincore of util-linux");
        let text = String::from_utf8(output.stdout).unwrap();
        text.trim().parse().unwrap()
    }

    #[test]
    fn files_are_dropped_from_the_cache_and_read_into_it() {
        // Not in the temporary folder, which may be memory.
        let folder = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).unwrap();
        if Disk::Evict.check(folder.path()).is_err() {
            return;
        }
        let file = folder.path().join("deep/er/file");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, vec![7; 300_000]).unwrap();
        let pages = cached(&file);
        assert!(pages > 0);
        Disk::Evict.bring_about(&[folder.path()]).unwrap();
        assert_eq!(cached(&file), 0);
        Disk::Warm.bring_about(&[folder.path()]).unwrap();
        assert_eq!(cached(&file), pages);
    }

    #[test]
    fn memory_can_not_be_evicted() {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() {
            let folder = tempfile::tempdir_in(memory).unwrap();
            let refused = Disk::Evict.check(folder.path()).unwrap_err();
            assert!(refused.contains("tmpfs"), "{refused}");
            assert_eq!(Disk::Warm.check(folder.path()), Ok(()));
        }
    }
}
