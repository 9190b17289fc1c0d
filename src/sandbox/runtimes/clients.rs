//! The runtime clients that this binary carries, written out once per sandbox.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::RuntimeError;

/// A client embedded in this binary.
pub(super) struct Embedded {
    stem: &'static str,
    extension: &'static str,
    source: &'static [u8],
}

/// Our own Python client.
pub(super) const PYTHON: Embedded = Embedded {
    stem: "lambench-python",
    extension: "py",
    source: include_bytes!("../bootstraps/python.py"),
};

/// Starts awslambdaric.
pub(super) const PYTHON_RIC: Embedded = Embedded {
    stem: "start-awslambdaric",
    extension: "py",
    source: include_bytes!("../bootstraps/awslambdaric.py"),
};

/// Our own Node.js client.
pub(super) const NODE: Embedded = Embedded {
    stem: "lambench-node",
    extension: "cjs",
    source: include_bytes!("../bootstraps/node.cjs"),
};

/// Starts aws-lambda-ric.
pub(super) const NODE_RIC: Embedded = Embedded {
    stem: "start-aws-lambda-ric",
    extension: "mjs",
    source: include_bytes!("../bootstraps/aws-lambda-ric.mjs"),
};

impl Embedded {
    /// Its file below `folder`, written if it isn't there yet.
    pub fn written(&self, folder: &Path) -> Result<PathBuf, RuntimeError> {
        let path = folder.join(format!("{}.{}", self.versioned(), self.extension));
        once(&path, |file| file.write_all(self.source))?;
        Ok(path)
    }

    /// Its name with a trace of its content: another lambench's client is another file.
    pub fn versioned(&self) -> String {
        let digest = Sha256::digest(self.source);
        format!(
            "{}-{:02x}{:02x}{:02x}{:02x}",
            self.stem, digest[0], digest[1], digest[2], digest[3]
        )
    }
}

/// Makes a file in one step, whole or not at all, unless it is there.
pub(super) fn once(
    path: &Path,
    write: impl FnOnce(&mut tempfile::NamedTempFile) -> std::io::Result<()>,
) -> Result<(), RuntimeError> {
    if path.is_file() {
        return Ok(());
    }
    let make = || {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(std::fs::Permissions::from_mode(0o644));
        }
        let mut file = builder.tempfile_in(folder)?;
        write(&mut file)?;
        file.persist(path)?;
        Ok(())
    };
    make().map_err(|source| RuntimeError::Client {
        path: path.to_owned(),
        source,
    })
}
