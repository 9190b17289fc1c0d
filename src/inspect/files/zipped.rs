//! The files of a zip, by its directory. What strangers may have packed is counted, and read with a bound.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use zip::CompressionMethod;
use zip::read::{ZipArchive, ZipFile};
use zip::result::ZipError;

use crate::subject::zip_mode::{ZipKind, kind};
use crate::subject::zip_time;

use super::{FilesError, LeftOut, LeftOutWhy, Modified, PackageFile};

/// A zip, its directory read.
#[derive(Debug)]
pub(super) struct Zipped {
    archive: Mutex<ZipArchive<BufReader<File>>>,
    /// Path -> entry.
    entries: HashMap<String, usize>,
}

impl Zipped {
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<PackageFile>, Vec<LeftOut>), FilesError> {
        let broken = |why: ZipError| FilesError::NotAZip {
            path: path.to_owned(),
            why: why.to_string(),
        };
        let file = File::open(path).map_err(|why| FilesError::Read {
            path: path.to_owned(),
            why,
        })?;
        let mut archive = ZipArchive::new(BufReader::new(file)).map_err(broken)?;
        let (mut files, mut left_out) = (Vec::new(), Vec::new());
        let mut entries = HashMap::new();
        for i in 0..archive.len() {
            let entry = archive.by_index_raw(i).map_err(broken)?;
            match sort(&entry) {
                Sorted::Folder => {}
                Sorted::File(file) if entries.contains_key(&file.path) => {
                    left_out.push(LeftOut {
                        path: file.path,
                        bytes: file.bytes,
                        why: LeftOutWhy::Duplicate,
                    });
                }
                Sorted::File(file) => {
                    entries.insert(file.path.clone(), i);
                    files.push(file);
                }
                Sorted::LeftOut(other) => left_out.push(other),
            }
        }
        if archive.has_duplicate_names() {
            // Which one is not told; of such a zip the reader keeps the last.
            left_out.push(LeftOut {
                path: String::new(),
                bytes: 0,
                why: LeftOutWhy::Duplicate,
            });
        }
        let archive = Mutex::new(archive);
        Ok((Self { archive, entries }, files, left_out))
    }

    pub(super) fn read(&self, zip: &Path, path: &str, most: u64) -> Result<Vec<u8>, FilesError> {
        let failed = |why: String| FilesError::Unpack {
            package: zip.to_owned(),
            name: path.to_owned(),
            why,
        };
        let entry = self.entries.get(path).copied().unwrap_or(usize::MAX);
        let mut archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = archive
            .by_index(entry)
            .map_err(|error| failed(error.to_string()))?;
        let mut bytes = Vec::new();
        entry
            .take(most)
            .read_to_end(&mut bytes)
            .map_err(|error| failed(error.to_string()))?;
        Ok(bytes)
    }
}

enum Sorted {
    File(PackageFile),
    Folder,
    LeftOut(LeftOut),
}

fn sort<R: Read>(entry: &ZipFile<'_, R>) -> Sorted {
    let leave = |path: String, why| {
        Sorted::LeftOut(LeftOut {
            path,
            bytes: size(entry),
            why,
        })
    };
    let Ok(name) = entry.name().map(std::borrow::Cow::into_owned) else {
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        return leave(name, LeftOutWhy::UnsafeName);
    };
    let mode = entry.unix_mode();
    match kind(&name, mode) {
        ZipKind::File => {}
        ZipKind::Folder => return Sorted::Folder,
        ZipKind::Link => return leave(name, LeftOutWhy::Link),
        ZipKind::Special => return leave(name, LeftOutWhy::Special),
    }
    let Some(path) = safe(&name) else {
        return leave(name, LeftOutWhy::UnsafeName);
    };
    if entry.encrypted() {
        return leave(name, LeftOutWhy::Encrypted);
    }
    if !matches!(
        entry.compression(),
        CompressionMethod::Stored | CompressionMethod::Deflated
    ) {
        return leave(name, LeftOutWhy::Method);
    }
    Sorted::File(PackageFile {
        path,
        bytes: size(entry),
        packed_bytes: Some(entry.compressed_size()),
        mode: mode.map(|mode| mode & 0o7777),
        modified: modified(entry),
    })
}

/// What an entry says of its size, so that no sum of such sizes overflows.
fn size<R: Read>(entry: &ZipFile<'_, R>) -> u64 {
    entry.size().min(1 << 40)
}

/// The path that the name means, if it leads nowhere but below the package's top.
fn safe(name: &str) -> Option<String> {
    if name.starts_with('/') || name.contains(['\\', '\0']) {
        return None;
    }
    let parts: Vec<&str> = name
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    let safe = !parts.is_empty() && !parts.contains(&"..");
    safe.then(|| parts.join("/"))
}

fn modified<R: Read>(entry: &ZipFile<'_, R>) -> Option<Modified> {
    let time = zip_time::modified(entry)?;
    Some(Modified {
        seconds: time.seconds,
        to_the_second: time.to_the_second,
    })
}
