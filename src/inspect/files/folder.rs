//! The files of a folder, as they will be once it is packed.

use std::fs::{File, Metadata};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use walkdir::WalkDir;

use super::{FilesError, LeftOut, LeftOutWhy, Modified, PackageFile};

/// lambench's own folder of results, which is packed with no package.
const STATE_FOLDER: &str = ".lambench";

pub(super) fn walk(folder: &Path) -> Result<(Vec<PackageFile>, Vec<LeftOut>), FilesError> {
    let read = |path: &Path, why| FilesError::Read {
        path: path.to_owned(),
        why,
    };
    let root = std::fs::canonicalize(folder).map_err(|why| read(folder, why))?;
    let state = folder.join(STATE_FOLDER);
    let (mut files, mut left_out) = (Vec::new(), Vec::new());
    let mut leave = |path: &Path, why| {
        left_out.push(LeftOut {
            path: name(folder, path),
            bytes: 0,
            why,
        });
    };
    let mut walk = WalkDir::new(folder)
        .min_depth(1)
        .follow_links(true)
        .into_iter();
    while let Some(step) = walk.next() {
        let step = match step {
            Ok(step) => step,
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                if path.is_symlink() {
                    leave(&path, LeftOutWhy::Broken);
                    continue;
                }
                let why = error.into_io_error();
                return Err(read(
                    &path,
                    why.unwrap_or_else(|| std::io::Error::other("it can't be walked")),
                ));
            }
        };
        let path = step.path();
        if path == state {
            walk.skip_current_dir();
            continue;
        }
        if step.path_is_symlink() && !leads_inside(path, &root) {
            leave(path, LeftOutWhy::LeadsOut);
            if step.file_type().is_dir() {
                walk.skip_current_dir();
            }
            continue;
        }
        let found = match step.metadata() {
            Ok(found) => found,
            Err(error) => {
                let why = error.into_io_error();
                return Err(read(
                    path,
                    why.unwrap_or_else(|| std::io::Error::other("it can't be looked at")),
                ));
            }
        };
        if found.is_file() {
            files.push(PackageFile {
                path: name(folder, path),
                bytes: found.len(),
                packed_bytes: None,
                mode: mode(&found),
                modified: modified(&found),
            });
        } else if !found.is_dir() {
            leave(path, LeftOutWhy::Special);
        }
    }
    Ok((files, left_out))
}

pub(super) fn read(folder: &Path, path: &str, most: u64) -> Result<Vec<u8>, FilesError> {
    let whole: PathBuf = folder.join(path);
    let mut bytes = Vec::new();
    File::open(&whole)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(|why| FilesError::Read { path: whole, why })?;
    Ok(bytes)
}

fn leads_inside(link: &Path, root: &Path) -> bool {
    std::fs::canonicalize(link).is_ok_and(|target| target.starts_with(root))
}

/// A name that is no Unicode is shown as well as can be; such a folder can't be packed.
fn name(folder: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn modified(found: &Metadata) -> Option<Modified> {
    let time = found.modified().ok()?;
    let seconds = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).ok()?,
        Err(before) => -i64::try_from(before.duration().as_secs()).ok()?,
    };
    Some(Modified {
        seconds,
        to_the_second: true,
    })
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there is none")]
fn mode(found: &Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(found.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_: &Metadata) -> Option<u32> {
    None
}
