//! Names, sizes and times of an unpacked tree: tells whether a function wrote into its own package where mounts could
//! not keep it from it.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use walkdir::WalkDir;

use super::packages::PackageError;

/// Names, sizes and times of a tree, to tell whether a function wrote into its own package.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snapshot(Vec<(PathBuf, Option<(u64, SystemTime)>)>);

impl Snapshot {
    /// Blocking.
    pub fn take(root: &Path) -> Result<Self, PackageError> {
        let mut entries = Vec::new();
        for entry in WalkDir::new(root).min_depth(1).sort_by_file_name() {
            let failed = |e: walkdir::Error| PackageError::io("reading", root, e.into());
            let entry = entry.map_err(failed)?;
            let metadata = entry.metadata().map_err(failed)?;
            let modified = metadata
                .modified()
                .map_err(|e| PackageError::io("reading", root, e))?;
            let file = (!metadata.is_dir()).then_some((metadata.len(), modified));
            let relative = entry.path().strip_prefix(root).expect("walked from there");
            entries.push((relative.to_owned(), file));
        }
        Ok(Self(entries))
    }

    /// What is not as it was, if anything. Blocking.
    pub fn changed(&self, root: &Path) -> Option<PathBuf> {
        let Ok(now) = Self::take(root) else {
            return Some(root.to_owned());
        };
        let before = self.0.iter().find(|entry| !now.0.contains_sorted(entry));
        let after = || now.0.iter().find(|entry| !self.0.contains_sorted(entry));
        before.or_else(after).map(|(path, _)| path.clone())
    }
}

/// One entry of a snapshot: a folder has no size and no time here, for it changes with what is in it.
type Entry = (PathBuf, Option<(u64, SystemTime)>);

trait ContainsSorted {
    fn contains_sorted(&self, entry: &Entry) -> bool;
}

impl ContainsSorted for Vec<Entry> {
    fn contains_sorted(&self, entry: &Entry) -> bool {
        // A walk in order of names is in order of paths.
        self.binary_search_by(|other| other.0.cmp(&entry.0))
            .is_ok_and(|i| self[i] == *entry)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::inspect::samples::folder as tree;

    #[test]
    fn a_changed_tree_is_noticed_and_an_unchanged_one_is_not() {
        let folder = tree(&[("a", "1"), ("a-b", "2"), ("d/c.py", "3"), ("d/e/f", "4")]);
        let path = |name: &str| folder.path().join(name);
        let snapshot = Snapshot::take(folder.path()).unwrap();
        fs::read(path("d/c.py")).unwrap();
        assert_eq!(snapshot.changed(folder.path()), None);
        fs::create_dir(path("d/__pycache__")).unwrap();
        assert_eq!(
            snapshot.changed(folder.path()),
            Some(PathBuf::from("d/__pycache__"))
        );
        fs::remove_dir(path("d/__pycache__")).unwrap();
        assert_eq!(snapshot.changed(folder.path()), None);
        fs::write(path("d/c.py"), "5").unwrap();
        assert_eq!(
            snapshot.changed(folder.path()),
            Some(PathBuf::from("d/c.py"))
        );
        fs::remove_file(path("d/c.py")).unwrap();
        assert_eq!(
            snapshot.changed(folder.path()),
            Some(PathBuf::from("d/c.py"))
        );
    }
}
