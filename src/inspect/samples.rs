//! Small packages for tests.

use std::path::Path;

use tempfile::TempDir;

use super::{Files, Mounted, Place, Subject};

/// A folder with these files.
pub(crate) fn folder<C: AsRef<[u8]>>(files: &[(&str, C)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    folder
}

/// The folder or the zip as the package of a function of which nothing is known.
pub(crate) fn subject(package: &Path) -> Subject {
    subject_of(vec![Mounted {
        place: Place::Task,
        files: Files::open(package).unwrap(),
    }])
}

/// A function of which nothing is known but what it has.
pub(crate) fn subject_of(mounts: Vec<Mounted>) -> Subject {
    Subject {
        name: "app".into(),
        mounts,
        unread: Vec::new(),
        runtime: None,
        handler: None,
        architecture: None,
        environment: None,
    }
}
