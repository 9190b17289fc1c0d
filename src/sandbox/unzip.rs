//! Unzipping what strangers may have packed: nothing is written outside, nothing but files and folders is made, real
//! bytes are counted, and times and permissions are kept.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

use zip::read::{ZipArchive, ZipFile};
use zip::result::ZipError;

use crate::subject::zip_mode::{ZipKind, kind};
use crate::subject::zip_time;

use super::packages::PackageError;

/// Unpacks `zip` into `root`, which must not exist yet; gives the unpacked bytes. Stops at `limit` bytes, whatever the
/// headers say; what was written until then is the caller's to remove.
pub(super) fn unzip(zip: &Path, root: &Path, limit: u64) -> Result<u64, PackageError> {
    let file = File::open(zip).map_err(|e| PackageError::io("opening", zip, e))?;
    let mut archive = ZipArchive::new(io::BufReader::new(file)).map_err(|e| broken(zip, e))?;
    if archive.has_duplicate_names() {
        return Err(PackageError::Refused {
            entry: zip_name(zip),
            why: "two entries have the same name",
        });
    }
    fs::create_dir(root).map_err(|e| PackageError::io("making", root, e))?;
    let mut folders = Vec::new();
    let mut total = 0;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|e| broken(zip, e))?;
        let name = entry.name().map_err(|e| broken(zip, e))?.into_owned();
        let path = root.join(safe_path(&name)?);
        let is_folder = is_folder(&name, entry.unix_mode())?;
        let mode = entry.unix_mode().unwrap_or(0o644);
        let modified = modified(&entry);
        if is_folder {
            make_folders(root, &path).map_err(|e| clash(&name, &path, e))?;
            folders.push((path, mode & 0o777 | 0o755, modified));
            continue;
        }
        if let Some(parent) = path.parent() {
            make_folders(root, parent).map_err(|e| clash(&name, parent, e))?;
        }
        let mut out = File::create_new(&path).map_err(|e| clash(&name, &path, e))?;
        copy(&mut entry, &mut out, limit, &mut total, zip, &path)?;
        // Readable by everyone, as Lambda wants packages to be; an executable stays one.
        finish(&out, mode & 0o777 | 0o444, modified)
            .map_err(|e| PackageError::io("writing", &path, e))?;
    }
    // Deepest last in the archive is usual, not certain: a folder's time is set when nothing more is put into it.
    for (path, mode, modified) in folders.iter().rev() {
        File::open(path)
            .and_then(|folder| finish(&folder, *mode, *modified))
            .map_err(|e| PackageError::io("writing", path, e))?;
    }
    Ok(total)
}

/// A folder and those around it, but never `root` itself: where that is gone, nobody wants the package any more.
fn make_folders(root: &Path, folder: &Path) -> io::Result<()> {
    if folder == root || folder.is_dir() {
        return Ok(());
    }
    if let Some(around) = folder.parent() {
        make_folders(root, around)?;
    }
    fs::create_dir(folder)
}

fn copy(
    entry: &mut impl Read,
    out: &mut File,
    limit: u64,
    total: &mut u64,
    zip: &Path,
    path: &Path,
) -> Result<(), PackageError> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        // Reading fails where the archive is corrupt (checksum, deflate stream), writing where the disk is full.
        let read = match entry.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(broken(zip, ZipError::Io(error))),
        };
        *total += read as u64;
        if *total > limit {
            return Err(PackageError::TooLarge { limit });
        }
        out.write_all(&buffer[..read])
            .map_err(|e| PackageError::io("writing", path, e))?;
    }
}

fn is_folder(name: &str, mode: Option<u32>) -> Result<bool, PackageError> {
    let refused = |why| {
        Err(PackageError::Refused {
            entry: name.to_owned(),
            why,
        })
    };
    match kind(name, mode) {
        ZipKind::Folder => Ok(true),
        ZipKind::File => Ok(false),
        ZipKind::Link => refused("it is a symbolic link"),
        ZipKind::Special => refused("it is neither a file nor a folder"),
    }
}

/// The path below the root that an entry names, if it names one.
fn safe_path(name: &str) -> Result<PathBuf, PackageError> {
    let refused = |why| PackageError::Refused {
        entry: name.to_owned(),
        why,
    };
    if name.contains('\\') {
        return Err(refused("its name has a backslash"));
    }
    if name.contains('\0') {
        return Err(refused("its name has a NUL byte"));
    }
    let mut path = PathBuf::new();
    for component in Path::new(name).components() {
        match component {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            _ => return Err(refused("it points outside the package")),
        }
    }
    if path.as_os_str().is_empty() && !name.ends_with('/') {
        return Err(refused("it has no name"));
    }
    Ok(path)
}

fn modified<R: Read>(entry: &ZipFile<'_, R>) -> Option<SystemTime> {
    let seconds = u64::try_from(zip_time::modified(entry)?.seconds).ok()?;
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

fn finish(file: &File, mode: u32, modified: Option<SystemTime>) -> io::Result<()> {
    set_mode(file, mode)?;
    match modified {
        Some(time) => file.set_modified(time),
        None => Ok(()),
    }
}

#[cfg(unix)]
fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_: &File, _: u32) -> io::Result<()> {
    Ok(())
}

fn zip_name(zip: &Path) -> String {
    zip.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn broken(zip: &Path, error: ZipError) -> PackageError {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => PackageError::Refused {
            entry: zip_name(zip),
            why: "it is encrypted",
        },
        error => PackageError::NotAZip {
            why: error.to_string(),
        },
    }
}

/// A file where a folder must be, the same file twice under two spellings, or a disk that fails.
fn clash(name: &str, path: &Path, error: io::Error) -> PackageError {
    match error.kind() {
        io::ErrorKind::AlreadyExists
        | io::ErrorKind::NotADirectory
        | io::ErrorKind::IsADirectory => PackageError::Refused {
            entry: name.to_owned(),
            why: "another entry has the same place",
        },
        io::ErrorKind::InvalidFilename => PackageError::Refused {
            entry: name.to_owned(),
            why: "its name is too long",
        },
        _ => PackageError::io("writing", path, error),
    }
}

#[cfg(test)]
mod tests;
