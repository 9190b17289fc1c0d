//! Where runs, results and baselines lie: `.lambench/` of the project. Results and run logs are nobody's business but
//! this machine's (`.gitignore` says so); baselines are meant to be committed.

mod error;
mod listing;
mod log;
mod naming;
mod resume;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use error::StoreError;
pub use listing::{Front, Listed};
pub use log::RunLog;
pub use naming::Named;
pub use resume::{Head, Interrupted};

use super::conditions::differing;
use super::{Arm, Ending, RunResult, SCHEMA_VERSION, SubjectResult};

/// Runs and results stay out of commits; baselines do not.
const GITIGNORE: &str = "runs/\nresults/\n";

/// The stored results of one project.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// The store in the project's folder. Nothing is created until something is written.
    pub fn new(project: &Path) -> Self {
        Self {
            root: project.join(".lambench"),
        }
    }

    /// The name of a run as long as no other one has it.
    pub fn base_id(created_at: Timestamp, seed: u64) -> String {
        format!("{}-{seed}", created_at.strftime("%Y%m%dT%H%M%SZ"))
    }

    /// A name for a run that no other run of this store has: `20261125T125511Z-7`, or `…-7-2` if that one is taken. The
    /// run's log file is created empty, so that a run that starts in the same second sees it.
    pub fn id(&self, created_at: Timestamp, seed: u64) -> String {
        let base = Self::base_id(created_at, seed);
        for n in 1_u32.. {
            let id = if n == 1 {
                base.clone()
            } else {
                format!("{base}-{n}")
            };
            if self.result_path(&id).exists() {
                continue;
            }
            let log = self.log_path(&id);
            let claimed = self.folder("runs").and_then(|_| {
                fs::File::create_new(&log).map_err(|source| StoreError::write(&log, source))
            });
            match claimed {
                Err(StoreError::Write { source, .. })
                    if source.kind() == io::ErrorKind::AlreadyExists => {}
                // A store that cannot be written is reported by whoever writes into it first.
                _ => return id,
            }
        }
        unreachable!("there are more numbers than runs in a second")
    }

    /// Stores a finished result under its id; gives the file.
    pub fn save(&self, result: &RunResult) -> Result<PathBuf, StoreError> {
        self.folder("results")?;
        let path = self.result_path(&result.id);
        write_whole(&path, &to_json(result))?;
        Ok(path)
    }

    /// Writes a result wherever the user wants it. The folder must exist.
    pub fn save_as(&self, result: &RunResult, path: &Path) -> Result<(), StoreError> {
        Self::check_save_as(path)?;
        write_whole(path, &to_json(result))
    }

    /// Whether [`Self::save_as`] has a place for the file: what can be known before there is a result.
    pub fn check_save_as(path: &Path) -> Result<(), StoreError> {
        let folder = folder_of(path);
        if !folder.is_dir() {
            return Err(StoreError::NoFolder {
                path: path.to_owned(),
                folder: folder.to_owned(),
            });
        }
        if path.is_dir() {
            return Err(StoreError::write(path, io::ErrorKind::IsADirectory.into()));
        }
        Ok(())
    }

    /// Whether [`Self::save_baseline`] takes the name.
    pub fn check_baseline_name(name: &str) -> Result<(), StoreError> {
        check_name(name)
    }

    /// Stores a result under a name, in place of what had that name.
    pub fn save_baseline(&self, name: &str, result: &RunResult) -> Result<PathBuf, StoreError> {
        check_name(name)?;
        self.folder("baselines")?;
        let path = self.baseline_path(name);
        write_whole(&path, &to_json(result))?;
        Ok(path)
    }

    /// The result stored under a name.
    pub fn load_baseline(&self, name: &str) -> Result<RunResult, StoreError> {
        check_name(name)?;
        let path = self.baseline_path(name);
        match fs::read(&path) {
            Ok(bytes) => parse(&path, &bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(StoreError::NoBaseline {
                name: name.to_owned(),
                existing: self.baselines(),
            }),
            Err(source) => Err(StoreError::Read { path, source }),
        }
    }

    /// The names of all baselines, sorted.
    pub fn baselines(&self) -> Vec<String> {
        stems(&self.root.join("baselines"))
    }

    /// The newest complete result of the same function alone that was taken under the same conditions. A file that
    /// cannot be read is none.
    pub fn latest_comparable(&self, subject: &SubjectResult) -> Option<RunResult> {
        self.newest(|path, front| {
            let [earlier] = front.subjects.as_slice() else {
                return None;
            };
            let comparable = front.ending == Ending::Complete
                && earlier.function == subject.function
                && earlier.handler == subject.handler
                && differing(earlier, subject).is_empty();
            comparable.then(|| naming::read(path).ok())?
        })
    }

    /// The newest result with figures of a subject that is `like` what is wanted, complete or not, and which arm it is.
    pub fn latest_with(&self, like: impl Fn(&SubjectResult) -> bool) -> Option<(RunResult, Arm)> {
        self.newest(|path, front| {
            let arm = front.subjects.iter().rev().find(|s| like(s))?.arm;
            front.summary_of(arm)?.cold_billed_ms?;
            Some((naming::read(path).ok()?, arm))
        })
    }

    /// What the newest result gives that gives something.
    fn newest<T>(&self, wanted: impl Fn(&Path, &Front) -> Option<T>) -> Option<T> {
        // An id begins with its time.
        let ids = stems(&self.root.join("results"));
        ids.iter().rev().find_map(|id| {
            let path = self.result_path(id);
            wanted(&path, &listing::front(&path).ok()?)
        })
    }

    fn result_path(&self, id: &str) -> PathBuf {
        self.root.join("results").join(format!("{id}.json"))
    }

    fn log_path(&self, id: &str) -> PathBuf {
        self.root.join("runs").join(format!("{id}.jsonl"))
    }

    fn baseline_path(&self, name: &str) -> PathBuf {
        self.root.join("baselines").join(format!("{name}.json"))
    }

    /// A file of this machine's own in the store, beside the results; the store is made if need be.
    pub fn local_file(&self, name: &str) -> Result<PathBuf, StoreError> {
        Ok(self.folder("runs")?.join(name))
    }

    /// Creates a folder of the store, and the store with its `.gitignore` if need be.
    fn folder(&self, name: &str) -> Result<PathBuf, StoreError> {
        let folder = self.root.join(name);
        fs::create_dir_all(&folder).map_err(|source| StoreError::write(&folder, source))?;
        let ignore = self.root.join(".gitignore");
        if !ignore.exists() {
            fs::write(&ignore, GITIGNORE).map_err(|source| StoreError::write(&ignore, source))?;
        }
        Ok(folder)
    }
}

/// The machine form, as printed and as stored.
#[expect(clippy::missing_panics_doc, reason = "it cannot panic")]
pub fn to_json(result: &RunResult) -> String {
    let mut json = serde_json::to_string_pretty(result)
        .expect("a result has only string keys and finite figures");
    json.push('\n');
    json
}

/// A newer file is read as far as this version knows it: fields are only ever added. Where that fails, the error says
/// that the file is newer.
fn parse<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T, StoreError> {
    #[derive(Deserialize)]
    struct Version {
        schema_version: u32,
    }
    let path = || path.to_owned();
    serde_json::from_slice(bytes).map_err(|source| match serde_json::from_slice::<Version>(bytes) {
        Ok(Version { schema_version }) if schema_version > SCHEMA_VERSION => StoreError::Newer {
            path: path(),
            found: schema_version,
        },
        _ if source.is_eof() => StoreError::Cut { path: path() },
        _ if bytes.trim_ascii_start().starts_with(b"[") => StoreError::Several { path: path() },
        _ => StoreError::Parse {
            path: path(),
            source,
        },
    })
}

/// A name is a file's name on every system, and never a path.
fn check_name(name: &str) -> Result<(), StoreError> {
    let good = !name.is_empty()
        && name.len() <= 100
        && !name.starts_with(['.', '-'])
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    good.then_some(()).ok_or_else(|| StoreError::BadName {
        name: name.to_owned(),
    })
}

/// The sorted names, less `.json`, of a folder's result files; none if there is no such folder.
fn stems(folder: &Path) -> Vec<String> {
    let mut stems: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            Some(
                entry
                    .ok()?
                    .file_name()
                    .to_str()?
                    .strip_suffix(".json")?
                    .to_owned(),
            )
        })
        .filter(|stem| !stem.starts_with('.'))
        .collect();
    stems.sort();
    stems
}

/// Readers see the old file or the new one, never half of either.
pub fn write_whole(path: &Path, text: &str) -> Result<(), StoreError> {
    let failed = |source| StoreError::write(path, source);
    // Through a link, the file that it names; a pipe or a device is written to and never replaced.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if target.exists() && !target.is_file() && !target.is_dir() {
        return fs::OpenOptions::new()
            .write(true)
            .open(&target)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(failed);
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".lambench-").suffix(".tmp");
    // As any other file that the user writes: the umask decides.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder_of(&target)).map_err(failed)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.as_file().sync_all())
        .map_err(failed)?;
    file.persist(&target).map_err(|error| failed(error.error))?;
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests;
