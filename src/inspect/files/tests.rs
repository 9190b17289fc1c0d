use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::{FullFileOptions, SimpleFileOptions};

use super::*;
use crate::inspect::samples;

fn packed(pack: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    pack(&mut writer);
    writer.finish().unwrap().into_inner()
}

fn of(files: &[(&str, &[u8])]) -> Vec<u8> {
    packed(|zip| {
        for (name, content) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
    })
}

fn opened(bytes: &[u8]) -> (tempfile::TempDir, Result<Files, FilesError>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.zip");
    std::fs::write(&path, bytes).unwrap();
    let files = Files::open(&path);
    (folder, files)
}

fn whys(files: &Files) -> Vec<(&str, LeftOutWhy)> {
    let left_out = files.left_out().iter();
    left_out
        .map(|other| (other.path.as_str(), other.why))
        .collect()
}

/// Everywhere that `from` stands, `to`.
fn patched(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    for i in 0..=bytes.len() - from.len() {
        if &bytes[i..i + from.len()] == from {
            bytes[i..i + from.len()].copy_from_slice(to);
        }
    }
    bytes
}

#[test]
fn a_folder_and_its_zip_have_the_same_files() {
    let contents: [(&str, &[u8]); 3] = [
        ("app.py", b"print(1)"),
        ("lib/a/__init__.py", b""),
        ("lib/b.txt", b"0123456789"),
    ];
    let folder = samples::folder(&contents);
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let (_kept, zip) = opened(&of(&contents));
    let (mut folder, zip) = (Files::open(folder.path()).unwrap(), zip.unwrap());
    for files in [&folder, &zip] {
        let found: Vec<_> = files
            .list()
            .iter()
            .map(|file| (file.path.as_str(), file.bytes))
            .collect();
        assert_eq!(
            found,
            [("app.py", 8), ("lib/a/__init__.py", 0), ("lib/b.txt", 10)]
        );
        assert_eq!(files.bytes(), 18);
        assert_eq!(files.read("lib/b.txt").unwrap(), b"0123456789");
        assert_eq!(files.read_start("lib/b.txt", 3).unwrap(), b"012");
        assert!(files.has("app.py") && !files.has("lib") && !files.has("../app.py"));
        assert!(matches!(
            files.read("no.py"),
            Err(FilesError::NoSuchFile { .. })
        ));
        assert_eq!(files.below("lib/"), 1..3);
        assert_eq!(files.folders_in(""), ["lib"]);
        assert_eq!(files.folders_in("lib/"), ["a"]);
    }
    assert_eq!(folder.list()[0].packed_bytes, None);
    folder.pack_as(&zip);
    assert_eq!(folder.list()[0].packed_bytes, zip.list()[0].packed_bytes);
    assert_eq!(folder.zip_bytes(), zip.zip_bytes());
}

#[cfg(unix)]
#[test]
fn links_of_a_folder_are_followed_inside_and_told_of_where_they_lead_elsewhere() {
    use std::os::unix::fs::symlink;
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("package");
    std::fs::create_dir_all(folder.join("packages/lib")).unwrap();
    std::fs::create_dir_all(folder.join(".lambench/results")).unwrap();
    std::fs::write(folder.join(".lambench/results/x.json"), "{}").unwrap();
    std::fs::write(folder.join("packages/lib/index.js"), "1;").unwrap();
    std::fs::write(around.path().join("secret"), "secret").unwrap();
    std::fs::create_dir(around.path().join("elsewhere")).unwrap();
    std::fs::write(around.path().join("elsewhere/file"), "file").unwrap();
    symlink("packages/lib", folder.join("linked")).unwrap();
    symlink("../secret", folder.join("out")).unwrap();
    symlink("../elsewhere", folder.join("out-folder")).unwrap();
    symlink("nowhere", folder.join("broken")).unwrap();
    symlink("..", folder.join("packages/around")).unwrap();
    let files = Files::open(&folder).unwrap();
    let found: Vec<_> = files.list().iter().map(|file| file.path.as_str()).collect();
    assert_eq!(found, ["linked/index.js", "packages/lib/index.js"]);
    assert_eq!(
        whys(&files),
        [
            ("broken", LeftOutWhy::Broken),
            ("out", LeftOutWhy::LeadsOut),
            ("out-folder", LeftOutWhy::LeadsOut),
            ("packages/around", LeftOutWhy::Broken),
        ]
    );
}

#[test]
fn names_that_lead_out_of_a_zip_are_counted_and_are_no_files() {
    let names = ["../evil", "a/../../evil", "/evil", "a\\b", "..", "a/.."];
    let contents: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (*name, b"12345".as_slice()))
        .collect();
    let (_kept, files) = opened(&of(&contents));
    let files = files.unwrap();
    assert!(files.list().is_empty(), "{:?}", files.list());
    assert_eq!(files.bytes(), 5 * names.len() as u64);
    assert!(
        files
            .left_out()
            .iter()
            .all(|other| other.why == LeftOutWhy::UnsafeName)
    );
    let (_kept, files) = opened(&of(&[("./a//b", b"12345")]));
    let files = files.unwrap();
    assert_eq!(files.read("a/b").unwrap(), b"12345");
}

#[test]
fn what_is_in_a_zip_twice_is_counted_once_and_told() {
    let twice = of(&[("name-one", b"1"), ("name-two", b"22")]);
    let (_kept, files) = opened(&patched(twice, b"name-two", b"name-one"));
    assert_eq!(whys(&files.unwrap()), [("", LeftOutWhy::Duplicate)]);
    let (_kept, files) = opened(&of(&[("a", b"1"), ("./a", b"22")]));
    assert_eq!(whys(&files.unwrap()), [("a", LeftOutWhy::Duplicate)]);
}

#[test]
fn links_and_what_is_encrypted_are_no_files_of_a_zip() {
    let link = packed(|zip| {
        zip.add_symlink("link", "/etc/passwd", SimpleFileOptions::default())
            .unwrap();
    });
    let (_kept, files) = opened(&link);
    assert_eq!(whys(&files.unwrap()), [("link", LeftOutWhy::Link)]);
    let mut bytes = of(&[("secret", b"1")]);
    let central = bytes.windows(4).rposition(|b| b == b"PK\x01\x02").unwrap() + 8;
    for at in [6, central] {
        bytes[at] |= 1;
    }
    let (_kept, files) = opened(&bytes);
    assert_eq!(whys(&files.unwrap()), [("secret", LeftOutWhy::Encrypted)]);
}

#[test]
fn what_is_no_zip_or_cut_is_an_error() {
    let whole = of(&[("file.py", b"content")]);
    for bytes in [
        b"".as_slice(),
        b"not a zip",
        &whole[..whole.len() - 10],
        &whole[..20],
    ] {
        let (_kept, files) = opened(bytes);
        assert!(
            matches!(files, Err(FilesError::NotAZip { .. })),
            "{files:?}"
        );
    }
    assert!(matches!(
        Files::open("/no/such/package".as_ref()),
        Err(FilesError::Read { .. })
    ));
}

#[test]
fn corrupt_contents_are_an_error_when_they_are_read() {
    let stored = packed(|zip| {
        let options =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file("file.py", options).unwrap();
        zip.write_all(b"the content").unwrap();
    });
    let (_kept, files) = opened(&patched(stored, b"the content", b"the kontent"));
    let files = files.unwrap();
    assert_eq!(files.bytes(), 11);
    assert!(matches!(
        files.read("file.py"),
        Err(FilesError::Unpack { .. })
    ));
}

#[test]
fn whatever_a_zip_declares_no_more_is_read_than_is_there() {
    let honest = of(&[("file", vec![0; 100_000].as_slice())]);
    let declared = |bytes: &[u8], size: u32| {
        patched(
            bytes.to_vec(),
            &100_000_u32.to_le_bytes(),
            &size.to_le_bytes(),
        )
    };
    let (_kept, files) = opened(&declared(&honest, 0xffff_fff0));
    let files = files.unwrap();
    assert_eq!(files.bytes(), 0xffff_fff0, "as it is declared");
    assert!(
        files.read("file").is_ok_and(|bytes| bytes.len() == 100_000) || files.read("file").is_err()
    );
    let (_kept, files) = opened(&declared(&honest, 9));
    let read = files.unwrap().read("file");
    assert!(read.is_err() || read.is_ok_and(|bytes| bytes.len() <= 100_000));
}

#[test]
fn the_time_of_a_file_is_the_extended_one_where_there_is_one() {
    let dos = zip::DateTime::from_date_and_time(2024, 2, 29, 12, 0, 2).unwrap();
    let bytes = packed(|zip| {
        let plain = FullFileOptions::default().last_modified_time(dos);
        zip.start_file("dos", plain.clone()).unwrap();
        let extended = plain
            .with_extended_timestamp(Some(1_700_000_001), None, None)
            .unwrap();
        zip.start_file("extended", extended).unwrap();
    });
    let (_kept, files) = opened(&bytes);
    let files = files.unwrap();
    let of = |name| files.file(name).unwrap().modified.unwrap();
    assert_eq!(
        of("dos"),
        Modified {
            seconds: 1_709_208_002,
            to_the_second: false
        }
    );
    assert_eq!(
        of("extended"),
        Modified {
            seconds: 1_700_000_001,
            to_the_second: true
        }
    );
}

#[test]
fn sizes_that_no_file_has_add_up_to_no_overflow() {
    // Headers alone: in the directory they claim 2^63 bytes each, by the zip64 field.
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for name in ["a.py", "b.py", "c.py"] {
        let at = bytes.len() as u32;
        bytes.extend(b"PK\x03\x04\x2d\0\0\0\0\0\0\0\x21\0");
        bytes.extend([0; 12]);
        bytes.extend([name.len() as u8, 0, 0, 0]);
        bytes.extend(name.as_bytes());
        directory.extend(b"PK\x01\x02\x2d\0\x2d\0\0\0\0\0\0\0\x21\0");
        directory.extend([0; 8]);
        directory.extend(u32::MAX.to_le_bytes());
        directory.extend([name.len() as u8, 0, 12, 0]);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
        directory.extend([1, 0, 8, 0]);
        directory.extend((1_u64 << 63).to_le_bytes());
    }
    let from = bytes.len() as u32;
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0\x03\0\x03\0");
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend(from.to_le_bytes());
    bytes.extend([0; 2]);
    let (_folder, files) = opened(&bytes);
    let files = files.unwrap();
    assert_eq!(files.list().len(), 3);
    let sum: u64 = files.list().iter().map(|file| file.bytes).sum();
    assert!(sum > 1 << 40 && sum == files.bytes(), "{sum}");
}
