//! Where the `lambench serve` of a project can be found: its address lies in `.lambench/`, locked as long as the server
//! lives, so that what a killed one left behind deceives nobody.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::results::store::Store;

const NAME: &str = "serve.address";
const HOST: &str = "http://127.0.0.1:";

/// The address of this process; it goes with this value.
pub struct Address {
    path: PathBuf,
    /// Held, never read: the lock lasts as long as the process.
    _lock: File,
}

impl Address {
    /// Leaves the address in the project, unless another server's is there or nothing can be written: then clients have
    /// to be told it.
    pub fn leave(project: &Path, url: &str) -> Option<Self> {
        let path = Store::new(project).local_file(NAME).ok()?;
        let mut file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .ok()?;
        // Whoever looks for an address holds the lock for a moment.
        let mut tries = 0;
        while file.try_lock().is_err() {
            tries += 1;
            if tries == 5 {
                return None;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        file.set_len(0).ok()?;
        writeln!(file, "{url}").ok()?;
        Some(Self { path, _lock: file })
    }

    /// The address of the server that lives, if one does.
    pub fn find(project: &Path) -> Option<String> {
        let path = project.join(".lambench/runs").join(NAME);
        let file = File::open(&path).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {}
            _ => return None,
        }
        let text = std::fs::read_to_string(&path).ok()?;
        // Of this machine and no other, whoever wrote it.
        let port: u16 = text.trim().strip_prefix(HOST)?.parse().ok()?;
        Some(format!("{HOST}{port}"))
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        // Still locked: nobody else's can be there.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_as_long_as_its_server_lives_and_the_first_one_stays() {
        let project = tempfile::tempdir().unwrap();
        assert_eq!(Address::find(project.path()), None);
        let first = Address::leave(project.path(), "http://127.0.0.1:1234").unwrap();
        assert!(Address::leave(project.path(), "http://127.0.0.1:99").is_none());
        let url = Address::find(project.path());
        assert_eq!(url.as_deref(), Some("http://127.0.0.1:1234"));
        for elsewhere in [
            "http://127.0.0.1:80@example.com",
            "http://127.0.0.1:1/x",
            "",
        ] {
            std::fs::write(&first.path, elsewhere).unwrap();
            assert_eq!(Address::find(project.path()), None);
        }
        drop(first);
        assert_eq!(Address::find(project.path()), None);
        // As a killed server leaves it.
        let left = Store::new(project.path()).local_file(NAME).unwrap();
        std::fs::write(left, "http://127.0.0.1:1234\n").unwrap();
        assert_eq!(Address::find(project.path()), None);
        assert!(Address::leave(project.path(), "http://127.0.0.1:5").is_some());
    }
}
