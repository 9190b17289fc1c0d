//! A folder -> a zip, the same bytes every time. Everything in the folder is kept, `__pycache__` and hidden files too,
//! with modes and with times to the second: a zip's own times have two-second steps, which would make `.pyc` stale.

mod error;

use std::fs::{File, Metadata};
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use walkdir::WalkDir;
use zip::write::FullFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

pub use error::PackError;

/// Lambda's limit on an unzipped package with its layers, bytes.
pub const UNZIPPED_LIMIT: u64 = 250 * 1024 * 1024;

/// lambench's own folder of results: packed along, each run would change the next one's package.
const STATE_FOLDER: &str = ".lambench";

/// A package as one zip file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// The zip: a new one in the scratch folder, or the user's own.
    pub path: PathBuf,
    /// Its size.
    pub zip_bytes: u64,
    /// The size of its files, unpacked.
    pub unzipped_bytes: u64,
    /// What a person may want to know.
    pub warnings: Vec<String>,
}

/// Packs a folder into a zip in `scratch`; a zip is looked at and taken as it is. Blocking.
pub fn pack(path: &Path, scratch: &Path) -> Result<Packed, PackError> {
    let found = std::fs::metadata(path).map_err(|why| match why.kind() {
        std::io::ErrorKind::NotFound => PackError::NotFound(path.to_owned()),
        _ => PackError::Read {
            package: path.to_owned(),
            path: path.to_owned(),
            why,
        },
    })?;
    if found.is_dir() {
        pack_folder(path, scratch)
    } else {
        take_zip(path, &found)
    }
}

fn take_zip(path: &Path, found: &Metadata) -> Result<Packed, PackError> {
    let not_a_zip = |why: String| PackError::NotAZip {
        path: path.to_owned(),
        why,
    };
    if !found.is_file() {
        return Err(not_a_zip("it is neither a file nor a folder".into()));
    }
    let file = File::open(path).map_err(|why| PackError::Read {
        package: path.to_owned(),
        path: path.to_owned(),
        why,
    })?;
    let mut zip =
        ZipArchive::new(BufReader::new(file)).map_err(|error| not_a_zip(error.to_string()))?;
    let mut unzipped_bytes = 0_u64;
    let mut files = 0_usize;
    for i in 0..zip.len() {
        let entry = zip
            .by_index_raw(i)
            .map_err(|error| not_a_zip(error.to_string()))?;
        files += usize::from(!entry.is_dir());
        unzipped_bytes = unzipped_bytes.saturating_add(entry.size());
    }
    if files == 0 {
        return Err(PackError::Empty(path.to_owned()));
    }
    Ok(Packed {
        path: path.to_owned(),
        zip_bytes: found.len(),
        unzipped_bytes,
        warnings: Vec::new(),
    })
}

fn pack_folder(folder: &Path, scratch: &Path) -> Result<Packed, PackError> {
    let entries = collect(folder)?;
    if !entries.iter().any(|entry| !entry.is_dir()) {
        return Err(PackError::Empty(folder.to_owned()));
    }
    let (file, path) = tempfile::Builder::new()
        .prefix("package-")
        .suffix(".zip")
        .tempfile_in(scratch)
        .and_then(|file| file.keep().map_err(|error| error.error))
        .map_err(|why| PackError::Write {
            package: folder.to_owned(),
            path: scratch.to_owned(),
            why: why.to_string(),
        })?;
    let unzipped_bytes = write_zip(folder, &entries, file, &path)?;
    let zip_bytes = std::fs::metadata(&path)
        .map_err(|why| PackError::Write {
            package: folder.to_owned(),
            path: path.clone(),
            why: why.to_string(),
        })?
        .len();
    let warnings = [".git", ".hg", ".svn"]
        .into_iter()
        .filter(|name| folder.join(name).exists())
        .map(|name| format!("{}: {name} is packed with the rest", folder.display()))
        .collect();
    Ok(Packed {
        path,
        zip_bytes,
        unzipped_bytes,
        warnings,
    })
}

/// A file, or a folder with nothing in it.
struct Entry {
    /// Name in the zip; a folder's ends in `/`.
    name: String,
    path: PathBuf,
    found: Metadata,
}

impl Entry {
    fn is_dir(&self) -> bool {
        self.name.ends_with('/')
    }
}

/// Everything to pack, in the order of the names.
fn collect(folder: &Path) -> Result<Vec<Entry>, PackError> {
    let package = folder.to_owned();
    let root = std::fs::canonicalize(folder).map_err(|why| PackError::Read {
        package: package.clone(),
        path: package.clone(),
        why,
    })?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut bytes = 0_u64;
    let state = folder.join(STATE_FOLDER);
    let walk = WalkDir::new(folder).min_depth(1).follow_links(true);
    for step in walk.into_iter().filter_entry(|step| step.path() != state) {
        let step = step.map_err(|error| walk_error(folder, error))?;
        let path = step.path();
        if step.path_is_symlink() {
            stays_inside(folder, &root, path)?;
        }
        let found = step.metadata().map_err(|error| walk_error(folder, error))?;
        let name = zip_name(folder, path)?;
        if found.is_file() {
            bytes += found.len();
            if bytes > UNZIPPED_LIMIT {
                return Err(PackError::TooLarge { package, bytes });
            }
            entries.push(Entry {
                name,
                path: path.to_owned(),
                found,
            });
        } else if found.is_dir() {
            if is_empty(folder, path)? {
                entries.push(Entry {
                    name: name + "/",
                    path: path.to_owned(),
                    found,
                });
            }
        } else {
            return Err(PackError::Special {
                package,
                path: path.to_owned(),
            });
        }
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn is_empty(package: &Path, folder: &Path) -> Result<bool, PackError> {
    std::fs::read_dir(folder)
        .map(|mut entries| entries.next().is_none())
        .map_err(|why| PackError::Read {
            package: package.to_owned(),
            path: folder.to_owned(),
            why,
        })
}

fn stays_inside(package: &Path, root: &Path, link: &Path) -> Result<(), PackError> {
    let target = std::fs::canonicalize(link).map_err(|why| PackError::Read {
        package: package.to_owned(),
        path: link.to_owned(),
        why,
    })?;
    if target.starts_with(root) {
        Ok(())
    } else {
        Err(PackError::LeadsOut {
            package: package.to_owned(),
            link: link.to_owned(),
            target,
        })
    }
}

fn walk_error(package: &Path, error: walkdir::Error) -> PackError {
    let package = package.to_owned();
    let path = error.path().map_or_else(|| package.clone(), Path::to_owned);
    if let Some(target) = error.loop_ancestor() {
        return PackError::Loop {
            package,
            link: path,
            target: target.to_owned(),
        };
    }
    if std::fs::symlink_metadata(&path).is_ok_and(|m| m.is_symlink()) && !path.exists() {
        return PackError::Dangling {
            package,
            link: path,
        };
    }
    let why = error
        .into_io_error()
        .unwrap_or_else(|| std::io::Error::other("it can't be walked"));
    PackError::Read { package, path, why }
}

fn zip_name(package: &Path, path: &Path) -> Result<String, PackError> {
    let relative = path.strip_prefix(package).unwrap_or(path);
    let parts: Option<Vec<&str>> = relative.iter().map(std::ffi::OsStr::to_str).collect();
    parts
        .map(|parts| parts.join("/"))
        .ok_or_else(|| PackError::Name {
            package: package.to_owned(),
            path: path.to_owned(),
        })
}

/// Writes the zip; gives the sum of its files' bytes.
fn write_zip(package: &Path, entries: &[Entry], file: File, path: &Path) -> Result<u64, PackError> {
    let failed = |why: &dyn std::fmt::Display| PackError::Write {
        package: package.to_owned(),
        path: path.to_owned(),
        why: why.to_string(),
    };
    let mut zip = ZipWriter::new(BufWriter::new(file));
    let mut unzipped = 0;
    let mut bytes = Vec::new();
    for entry in entries {
        let options = options(&entry.found).map_err(|error| failed(&error))?;
        if entry.is_dir() {
            zip.add_directory(entry.name.as_str(), options)
                .map_err(|error| failed(&error))?;
            continue;
        }
        bytes.clear();
        File::open(&entry.path)
            .and_then(|mut file| file.read_to_end(&mut bytes))
            .map_err(|why| PackError::Read {
                package: package.to_owned(),
                path: entry.path.clone(),
                why,
            })?;
        unzipped += bytes.len() as u64;
        zip.start_file(entry.name.as_str(), options)
            .map_err(|error| failed(&error))?;
        zip.write_all(&bytes).map_err(|error| failed(&error))?;
    }
    zip.finish()
        .map_err(|error| failed(&error))?
        .into_inner()
        .map_err(|error| failed(&error))?;
    Ok(unzipped)
}

/// Mode and times of an entry. The zip's own time is in UTC, so that the bytes do not depend on a time zone.
fn options(found: &Metadata) -> zip::result::ZipResult<FullFileOptions<'static, 'static>> {
    let mut options = FullFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .unix_permissions(mode(found))
        .last_modified_time(DateTime::DEFAULT);
    let since_epoch = found
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let Some(seconds) = since_epoch.and_then(|since| u32::try_from(since.as_secs()).ok()) else {
        // Before 1970 or after 2106: no field can hold it.
        return Ok(options);
    };
    if let Some(time) = dos_time(seconds) {
        options = options.last_modified_time(time);
    }
    options.with_extended_timestamp(Some(seconds), None, None)
}

fn dos_time(seconds: u32) -> Option<DateTime> {
    let time = jiff::Timestamp::from_second(seconds.into()).ok()?;
    let civil = jiff::tz::Offset::UTC.to_datetime(time);
    DateTime::from_date_and_time(
        u16::try_from(civil.year()).ok()?,
        u8::try_from(civil.month()).ok()?,
        u8::try_from(civil.day()).ok()?,
        u8::try_from(civil.hour()).ok()?,
        u8::try_from(civil.minute()).ok()?,
        u8::try_from(civil.second()).ok()?,
    )
    .ok()
}

#[cfg(unix)]
fn mode(found: &Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    found.permissions().mode() & 0o777
}

#[cfg(not(unix))]
fn mode(found: &Metadata) -> u32 {
    if found.is_dir() { 0o755 } else { 0o644 }
}

#[cfg(all(test, unix))]
mod tests;
