//! One lambench per function: `flock`, which goes with its process however that ends, and the owner's name in the file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{JournalError, Owner};

/// Somebody who only looks whether it is held holds it for an instant.
const PATIENCE: Duration = Duration::from_millis(300);

/// A held lock.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes it, or says who has it. A file that a killed process left is no obstacle.
    pub(super) fn take(path: &Path, function: &str) -> Result<Self, JournalError> {
        let failed = |error| JournalError::io("locking", path, error);
        let clock = Instant::now();
        loop {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(path)
                .map_err(failed)?;
            match file.try_lock() {
                // The last owner may have removed the file between the opening and the locking.
                Ok(()) if is_at(&file, path) => {
                    write_owner(&mut file).map_err(failed)?;
                    return Ok(Self {
                        path: path.to_owned(),
                        _file: file,
                    });
                }
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if clock.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(JournalError::in_use(function, read_owner(&mut file)));
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }

    /// Who holds the lock of this file, if anybody does.
    pub(super) fn owner(path: &Path) -> Option<Owner> {
        let mut file = File::open(path).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(read_owner(&mut file).unwrap_or(Owner {
                pid: 0,
                host: String::new(),
                since: jiff::Timestamp::UNIX_EPOCH,
            })),
            _ => None,
        }
    }

    /// Removes a lock file that nobody holds.
    pub(super) fn remove_stale(path: &Path) {
        if let Ok(file) = File::open(path)
            && file.try_lock().is_ok()
            && is_at(&file, path)
        {
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is still held: whoever opens it now finds out and opens a new one.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}

fn write_owner(file: &mut File) -> std::io::Result<()> {
    let text = serde_json::to_string(&Owner::this())?;
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{text}")
}

fn read_owner(file: &mut File) -> Option<Owner> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}
