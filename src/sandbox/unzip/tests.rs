//! Zips as packers make them, and zips that no packer makes.

use std::io::Cursor;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

const LIMIT: u64 = 1_000_000;

fn packed(pack: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    pack(&mut writer);
    writer.finish().unwrap().into_inner()
}

fn with_entry(name: &str) -> Vec<u8> {
    packed(|zip| {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(b"content").unwrap();
    })
}

/// Everywhere that `from` stands, `to`: the names of an archive stand in it twice.
fn patched(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut found = 0;
    for i in 0..=bytes.len() - from.len() {
        if &bytes[i..i + from.len()] == from {
            bytes[i..i + from.len()].copy_from_slice(to);
            found += 1;
        }
    }
    assert!(found >= 2, "{found}");
    bytes
}

struct Unzipped {
    folder: tempfile::TempDir,
    result: Result<u64, PackageError>,
}

impl Unzipped {
    fn new(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let zip = folder.path().join("in.zip");
        fs::write(&zip, bytes).unwrap();
        fs::create_dir(folder.path().join("deep")).unwrap();
        let result = unzip(&zip, &folder.path().join("deep/root"), LIMIT);
        Self { folder, result }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("deep/root").join(name)
    }

    /// Whatever was written lies below the root.
    #[track_caller]
    fn refused_because(self, why: &str) {
        let error = self.result.unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
        let outside: Vec<_> = ["", "deep"]
            .iter()
            .flat_map(|name| fs::read_dir(self.folder.path().join(name)).unwrap())
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| name != "in.zip" && name != "deep" && name != "root")
            .collect();
        assert!(outside.is_empty(), "{outside:?}");
    }
}

#[test]
fn entries_that_point_outside_are_refused() {
    for name in ["../evil", "a/../../evil", "a/../b", "/evil", "..", "a/.."] {
        Unzipped::new(&with_entry(name)).refused_because("it points outside the package");
    }
    Unzipped::new(&with_entry("a\\b")).refused_because("backslash");
}

#[test]
fn links_and_devices_are_refused() {
    let link = packed(|zip| {
        zip.add_symlink("link", "/etc/passwd", SimpleFileOptions::default())
            .unwrap();
    });
    Unzipped::new(&link).refused_because("symbolic link");
    for (kind, at) in [
        (0o020_000_u32, "device"),
        (0o010_000, "pipe"),
        (0o140_000, "socket"),
    ] {
        let file = with_entry(at);
        let mode = |mode: u32| ((mode | 0o644) << 16).to_le_bytes();
        let from = mode(0o100_000);
        let at = file.windows(4).rposition(|bytes| bytes == from).unwrap();
        let mut file = file;
        file[at..at + 4].copy_from_slice(&mode(kind));
        Unzipped::new(&file).refused_because("neither a file nor a folder");
    }
}

#[test]
fn the_same_place_twice_is_refused() {
    let two = |a: &str, b: &str| {
        packed(|zip| {
            for name in [a, b] {
                zip.start_file(name, SimpleFileOptions::default()).unwrap();
                zip.write_all(name.as_bytes()).unwrap();
            }
        })
    };
    let twice = patched(two("name-one", "name-two"), b"name-two", b"name-one");
    Unzipped::new(&twice).refused_because("same name");
    Unzipped::new(&two("a", "./a")).refused_because("same place");
    Unzipped::new(&two("a", "a/b")).refused_because("same place");
    Unzipped::new(&two("a/b", "a")).refused_because("same place");
}

#[test]
fn encrypted_entries_are_refused() {
    let mut bytes = with_entry("secret");
    let local = 6;
    let central = bytes.windows(4).rposition(|b| b == b"PK\x01\x02").unwrap() + 8;
    for at in [local, central] {
        bytes[at] |= 1;
    }
    Unzipped::new(&bytes).refused_because("encrypted");
}

#[test]
fn what_is_no_zip_is_said_in_aws_words() {
    let words = "Could not unzip uploaded file. Please check your file, then try to upload again.";
    Unzipped::new(b"").refused_because(words);
    Unzipped::new(b"not a zip at all").refused_because(words);
    let whole = with_entry("file.py");
    Unzipped::new(&whole[..whole.len() - 10]).refused_because(words);
    let stored = packed(|zip| {
        let options =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file("file.py", options).unwrap();
        zip.write_all(b"the content").unwrap();
    });
    let mut corrupt = stored;
    let at = corrupt
        .windows(11)
        .position(|b| b == b"the content")
        .unwrap();
    corrupt[at] ^= 1;
    Unzipped::new(&corrupt).refused_because(words);
}

#[test]
fn a_bomb_stops_at_the_limit_whatever_its_headers_say() {
    let bomb = packed(|zip| {
        for name in ["a", "b"] {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(&vec![0; 600_000]).unwrap();
        }
    });
    assert!(bomb.len() < 10_000);
    let modest = patched(
        bomb.clone(),
        &600_000_u32.to_le_bytes(),
        &9_u32.to_le_bytes(),
    );
    for bytes in [bomb, modest] {
        let unzipped = Unzipped::new(&bytes);
        assert!(unzipped.result.is_err(), "{:?}", unzipped.result);
        let written: u64 = ["a", "b"]
            .iter()
            .filter_map(|name| fs::metadata(unzipped.path(name)).ok())
            .map(|metadata| metadata.len())
            .sum();
        assert!(written <= LIMIT, "{written}");
    }
}

#[cfg(unix)]
#[test]
fn times_and_permissions_are_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let time = zip::DateTime::from_date_and_time(2024, 2, 29, 23, 59, 58).unwrap();
    let bytes = packed(|zip| {
        let options = SimpleFileOptions::default().last_modified_time(time);
        zip.add_directory("bin", options.unix_permissions(0o700))
            .unwrap();
        zip.start_file("bin/tool", options.unix_permissions(0o4711))
            .unwrap();
        zip.start_file("private.py", options.unix_permissions(0o600))
            .unwrap();
    });
    let unzipped = Unzipped::new(&bytes);
    assert_eq!(unzipped.result.as_ref().unwrap(), &0);
    for (name, mode) in [("bin", 0o755), ("bin/tool", 0o755), ("private.py", 0o644)] {
        let metadata = fs::metadata(unzipped.path(name)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o7777, mode, "{name}");
        let modified = metadata.modified().unwrap();
        let seconds = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(seconds, Duration::from_secs(1_709_251_198), "{name}");
    }
}

/// As Info-ZIP and our own packer write it: odd seconds survive.
#[test]
fn the_extended_timestamp_wins_over_the_dos_time() {
    let seconds = 1_709_251_197_u32;
    let mut extra = vec![1];
    extra.extend(seconds.to_le_bytes());
    let mut options = zip::write::FullFileOptions::default();
    options.add_extra_field(0x5455, extra, true).unwrap();
    let bytes = packed(|zip| zip.start_file("file.py", options).unwrap());
    let unzipped = Unzipped::new(&bytes);
    assert!(unzipped.result.is_ok());
    let modified = fs::metadata(unzipped.path("file.py"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(
        modified,
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.into())
    );
}
