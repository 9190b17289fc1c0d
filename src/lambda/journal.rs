//! What a run has to put back, on disk before it is changed: whatever ends the process, the next one can finish it.
//!
//! One file per account, region, endpoint and function, mode 0600, in `$XDG_STATE_HOME/lambench/journal`. An entry is
//! added (and synced) before the thing that it names is changed or created, and taken out when that is confirmed to be
//! put back or deleted; with its last entry the file goes. Environment variables are never part of it.

mod entry;
mod error;
mod lock;

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use entry::{Entry, Key, Original, Owner, Record};
pub use error::JournalError;
use lock::Lock;

/// The folder of all journals of this user.
#[derive(Debug, Clone)]
pub struct Journals {
    folder: PathBuf,
}

/// The journal of one function, locked against every other lambench. Clones are the same journal; the lock goes with the
/// last of them.
#[derive(Debug, Clone)]
pub struct Journal {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    path: PathBuf,
    record: Mutex<Record>,
    _lock: Lock,
}

/// A journal file that lies there.
#[derive(Debug)]
pub struct LeftOver {
    /// The file.
    pub path: PathBuf,
    /// What it says, or why it can't be read.
    pub record: Result<Record, String>,
    /// Who is at work on that function right now: then nothing is left over yet.
    pub owner: Option<Owner>,
}

impl Journals {
    /// Those of the user who runs this process: in `$XDG_STATE_HOME/lambench`, or `~/.local/state/lambench`.
    pub fn of_user() -> Result<Self, JournalError> {
        // A relative path is to be ignored, says the XDG specification.
        let absolute = |name| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        absolute("XDG_STATE_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".local/state")))
            .map(|state| Self::at(state.join("lambench/journal")))
            .ok_or(JournalError::NoFolder)
    }

    /// Those in a folder, which need not exist yet.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Locks a function, and gives its journal with whatever entries an earlier run left in it.
    ///
    /// # Errors
    /// [`JournalError::InUse`] if another lambench is at work on it.
    pub fn open(&self, key: Key, profile: Option<String>) -> Result<Journal, JournalError> {
        self.make_folder()?;
        let stem = key.file_stem();
        let lock = Lock::take(&self.folder.join(format!("{stem}.lock")), &key.function)?;
        let path = self.folder.join(format!("{stem}.json"));
        let record = match read(&path) {
            Ok(Some(record)) => record,
            Ok(None) => Record::new(key, profile),
            Err(why) => return Err(JournalError::Unreadable { path, why }),
        };
        Ok(Journal {
            shared: Arc::new(Shared {
                folder: self.folder.clone(),
                path,
                record: Mutex::new(record),
                _lock: lock,
            }),
        })
    }

    /// Every journal file, in the order of names. No folder: none.
    pub fn left_over(&self) -> Result<Vec<LeftOver>, JournalError> {
        let mut all: Vec<LeftOver> = self
            .files("json")?
            .into_iter()
            .filter_map(|path| {
                let record = read(&path).transpose()?;
                let owner = Lock::owner(&path.with_extension("lock"));
                Some(LeftOver {
                    path,
                    record,
                    owner,
                })
            })
            .collect();
        all.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(all)
    }

    /// Removes what killed processes left besides journals: locks that nobody holds, files that were never finished.
    pub fn tidy(&self) -> Result<(), JournalError> {
        for path in self.files("lock")? {
            Lock::remove_stale(&path);
        }
        for path in self.files("new")? {
            // Whoever writes one holds the lock meanwhile.
            if Lock::owner(&path.with_extension("lock")).is_none() {
                let _ = std::fs::remove_file(path);
            }
        }
        Ok(())
    }

    fn files(&self, extension: &str) -> Result<Vec<PathBuf>, JournalError> {
        let failed = |error| JournalError::io("reading", &self.folder, error);
        match std::fs::read_dir(&self.folder) {
            Ok(files) => files
                .map(|file| file.map(|file| file.path()).map_err(failed))
                .filter(|path| {
                    path.as_ref().map_or(true, |path| {
                        path.extension().is_some_and(|e| e == extension)
                    })
                })
                .collect(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(failed(error)),
        }
    }

    fn make_folder(&self) -> Result<(), JournalError> {
        if self.folder.is_dir() {
            return Ok(());
        }
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .and_then(|()| {
                // The folder's own name must be as safe as the files in it.
                self.folder
                    .ancestors()
                    .skip(1)
                    .take(2)
                    .try_for_each(sync_folder)
            })
            .map_err(|error| JournalError::io("making", &self.folder, error))
    }
}

impl Journal {
    /// What is not put back yet, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.record().entries.clone()
    }

    /// Takes down what is about to be changed or created. On disk, synced, when this returns.
    pub fn add(&self, entry: Entry) -> Result<(), JournalError> {
        let mut record = self.record();
        if record.entries.contains(&entry) {
            return Ok(());
        }
        record.entries.push(entry);
        record.sign();
        let written = self.write(&record);
        if written.is_err() {
            record.entries.pop();
        }
        written
    }

    /// Strikes out what is put back or deleted for certain; with the last entry the file goes.
    pub fn done(&self, entry: &Entry) -> Result<(), JournalError> {
        let mut record = self.record();
        record.entries.retain(|one| one != entry);
        if !record.entries.is_empty() {
            return self.write(&record);
        }
        match std::fs::remove_file(&self.shared.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(JournalError::io("removing", &self.shared.path, error))
            }
            _ => sync_folder(&self.shared.folder)
                .map_err(|error| JournalError::io("syncing", &self.shared.folder, error)),
        }
    }

    /// Written aside, synced, renamed, and the folder synced: it is there as a whole or not at all.
    fn write(&self, record: &Record) -> Result<(), JournalError> {
        let Shared { folder, path, .. } = &*self.shared;
        let aside = path.with_extension("new");
        let write = || -> std::io::Result<()> {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&aside)?;
            serde_json::to_writer_pretty(&mut file, record)?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            std::fs::rename(&aside, path)?;
            sync_folder(folder)
        };
        write().map_err(|error| JournalError::io("writing", path, error))
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.shared
            .record
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// `None` if there is no such file.
fn read(path: &Path) -> Result<Option<Record>, String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    Record::parse(&text).map(Some)
}

fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests;
