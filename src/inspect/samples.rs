//! Small packages for tests.

use std::path::Path;

use tempfile::TempDir;

use super::{Anatomy, Files, Mounted, Place, Subject, inspect};

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

/// The same, mounted; it is there as long as the folder is.
pub(crate) fn mounted<C: AsRef<[u8]>>(place: Place, files: &[(&str, C)]) -> (TempDir, Mounted) {
    let folder = folder(files);
    let files = Files::open(folder.path()).unwrap();
    (folder, Mounted { place, files })
}

/// What there is to say of a package of these files with the handler `lambda_function.lambda_handler`.
pub(crate) fn anatomy(runtime: &str, files: &[(&str, &str)]) -> Anatomy {
    let folder = folder(files);
    inspect(&Subject {
        runtime: Some(runtime.into()),
        handler: Some("lambda_function.lambda_handler".into()),
        ..subject(folder.path())
    })
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
