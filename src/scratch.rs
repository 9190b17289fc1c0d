//! Temporary folders: each its process's own by a lock that dies with the process, so that the next start can tell
//! left-overs from the living, also after a SIGKILL.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

const PREFIX: &str = "lambench-";
const LOCK: &str = "lock";
/// Ends the name of what is being removed; whoever finds it may go on with that.
const GONE: &str = ".gone";
/// A folder without a lock may just be in the making.
const IN_THE_MAKING: Duration = Duration::from_mins(10);

/// A temporary folder; removed when dropped.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    /// Held, never read: the lock lasts as long as the process.
    _lock: File,
}

impl Scratch {
    /// Makes a new one below `parent`, with a folder for each of `kinds`, and removes those of dead processes.
    pub fn new(parent: &Path, kinds: &[&str]) -> io::Result<Self> {
        remove_leftovers(parent);
        let id = uuid::Uuid::new_v4().simple().to_string();
        let path = parent.join(format!("{PREFIX}{}-{}", std::process::id(), &id[..8]));
        make_private(&path)?;
        let lock = make_lock(&path)?;
        for kind in kinds {
            fs::create_dir(path.join(kind))?;
        }
        // Mount namespaces and interpreters want the real path.
        let path = path.canonicalize()?;
        Ok(Self { path, _lock: lock })
    }

    /// Its real path, without links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it, with whoever is still writing into it: under another name first, so that nothing more is put where it
    /// was.
    pub fn remove(&self) {
        let mut gone = self.path.clone().into_os_string();
        gone.push(GONE);
        let gone = PathBuf::from(gone);
        if fs::rename(&self.path, &gone).is_err() && !gone.exists() {
            return;
        }
        // Processes that were just killed may still be letting go of their files.
        for _ in 0..5 {
            match fs::remove_dir_all(&gone) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                _ => return,
            }
        }
    }

    /// A name below `kind` that nothing has yet.
    pub fn fresh(&self, kind: &str) -> PathBuf {
        self.path
            .join(kind)
            .join(uuid::Uuid::new_v4().simple().to_string())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Locked before it has its name: another start that finds it unlocked takes its process for dead.
fn make_lock(folder: &Path) -> io::Result<File> {
    let unnamed = folder.join("lock.new");
    let lock = File::create_new(&unnamed)?;
    lock.lock()?;
    fs::rename(&unnamed, folder.join(LOCK))?;
    Ok(lock)
}

#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

#[cfg(unix)]
fn is_ours(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    metadata.uid() == nix::unistd::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_ours(_: &fs::Metadata) -> bool {
    true
}

fn remove_leftovers(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_dead(&entry.path()) {
            // What can't be removed now is tried again by the next start.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_dead(folder: &Path) -> bool {
    let Ok(metadata) = fs::symlink_metadata(folder) else {
        return false;
    };
    // Anybody may write to a temporary folder: a link, or somebody else's folder, is not ours to remove.
    if !metadata.is_dir() || !is_ours(&metadata) {
        return false;
    }
    if folder
        .as_os_str()
        .as_encoded_bytes()
        .ends_with(GONE.as_bytes())
    {
        return true;
    }
    match File::open(folder.join(LOCK)) {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(_) => metadata
            .modified()
            .ok()
            .and_then(|then| then.elapsed().ok())
            .is_some_and(|age| age > IN_THE_MAKING),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_start_removes_the_dead_and_spares_the_living() {
        let parent = tempfile::tempdir().unwrap();
        let dead = parent.path().join(format!("{PREFIX}1-deadbeef"));
        fs::create_dir_all(dead.join("packages/x")).unwrap();
        fs::write(dead.join(LOCK), "").unwrap();
        let making = parent.path().join(format!("{PREFIX}2-newborn0"));
        fs::create_dir(&making).unwrap();
        let other = parent.path().join("something-else");
        fs::create_dir(&other).unwrap();
        let living = Scratch::new(parent.path(), &[]).unwrap();
        assert!(!dead.exists());
        let second = Scratch::new(parent.path(), &[]).unwrap();
        for path in [living.path(), second.path(), &making, &other] {
            assert!(path.exists(), "{}", path.display());
        }
        let path = second.path().to_owned();
        drop(second);
        assert!(!path.exists());
    }

    #[test]
    fn what_goes_on_writing_does_not_keep_a_folder() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Scratch::new(parent.path(), &["kind"]).unwrap();
        let kind = folder.path().join("kind");
        let writer = std::thread::spawn(move || {
            let mut written = 0_u32;
            while fs::write(kind.join(written.to_string()), "").is_ok() {
                written += 1;
            }
        });
        while fs::read_dir(folder.path().join("kind")).unwrap().count() < 100 {}
        folder.remove();
        writer.join().unwrap();
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
        // A removal that was cut short is ended by the next start.
        fs::create_dir(parent.path().join(format!("{PREFIX}1-deadbeef{GONE}"))).unwrap();
        drop(Scratch::new(parent.path(), &[]).unwrap());
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn many_that_start_together_spare_each_other() {
        let parent = tempfile::tempdir().unwrap();
        let start = || {
            for _ in 0..200 {
                let folder = Scratch::new(parent.path(), &["kind"]).unwrap();
                assert!(folder.path().join("kind").exists());
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(start);
            }
        });
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_temporary_folder_is_not_followed() {
        let parent = tempfile::tempdir().unwrap();
        let victim = tempfile::tempdir().unwrap();
        fs::write(victim.path().join(LOCK), "").unwrap();
        std::os::unix::fs::symlink(victim.path(), parent.path().join(format!("{PREFIX}3-link")))
            .unwrap();
        let _folder = Scratch::new(parent.path(), &[]).unwrap();
        assert!(victim.path().join(LOCK).exists());
    }
}
