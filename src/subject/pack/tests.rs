use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use zip::extra_fields::ExtraField;
use zip::write::SimpleFileOptions;

use super::{PackError, Packed, UNZIPPED_LIMIT, pack};

struct Test {
    folder: TempDir,
    scratch: TempDir,
}

impl Test {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            scratch: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    fn pack(&self) -> Result<Packed, PackError> {
        pack(self.folder.path(), self.scratch.path())
    }

    fn refused(&self) -> (String, Option<String>) {
        let error = self.pack().unwrap_err();
        let text = error
            .to_string()
            .replace(self.folder.path().to_str().unwrap(), "PACKAGE");
        (text, error.hint())
    }
}

fn names(zip: &Path) -> Vec<String> {
    let mut zip = zip::ZipArchive::new(File::open(zip).unwrap()).unwrap();
    (0..zip.len())
        .map(|i| zip.by_index(i).unwrap().name().unwrap().into_owned())
        .collect()
}

fn set_time(path: &Path, seconds: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    File::open(path).unwrap().set_modified(time).unwrap();
}

#[test]
fn the_same_folder_gives_the_same_bytes() {
    let test = Test::new();
    for name in [
        "b.py",
        "a/z.py",
        "a.py",
        "a/__pycache__/z.cpython-311.pyc",
        ".hidden",
    ] {
        set_time(&test.write(name, name.as_bytes()), 1_700_000_001);
    }
    let (first, second) = (test.pack().unwrap(), test.pack().unwrap());
    assert_ne!(first.path, second.path);
    assert_eq!(
        fs::read(&first.path).unwrap(),
        fs::read(&second.path).unwrap()
    );
    assert_eq!(
        names(&first.path),
        [
            ".hidden",
            "a.py",
            "a/__pycache__/z.cpython-311.pyc",
            "a/z.py",
            "b.py"
        ],
        "sorted, and nothing is left out"
    );
    assert_eq!(first.zip_bytes, fs::metadata(&first.path).unwrap().len());
    assert_eq!(first.unzipped_bytes, 7 + 4 + 31 + 6 + 4);
}

#[test]
fn odd_seconds_modes_contents_and_empty_folders_survive() {
    let test = Test::new();
    let bootstrap = test.write("bootstrap", b"#!/bin/sh\n");
    fs::set_permissions(&bootstrap, fs::Permissions::from_mode(0o755)).unwrap();
    set_time(&bootstrap, 1_700_000_001);
    let data = test.write("data/numbers.csv", &b"1,2,3\n".repeat(1000));
    fs::set_permissions(&data, fs::Permissions::from_mode(0o640)).unwrap();
    set_time(&data, 1_234_567_891);
    fs::create_dir(test.path("nothing")).unwrap();

    let packed = test.pack().unwrap();
    assert!(packed.zip_bytes < packed.unzipped_bytes, "deflated");
    let mut zip = zip::ZipArchive::new(File::open(&packed.path).unwrap()).unwrap();
    let mut found = Vec::new();
    for i in 0..zip.len() {
        let mut entry = zip.by_index(i).unwrap();
        let seconds = entry.extra_data_fields().find_map(|field| match field {
            ExtraField::ExtendedTimestamp(times) => times.mod_time(),
            _ => None,
        });
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let name = entry.name().unwrap().into_owned();
        found.push((
            name,
            entry.unix_mode().map(|m| m & 0o777),
            seconds,
            bytes.len(),
        ));
    }
    assert_eq!(
        found[0],
        ("bootstrap".into(), Some(0o755), Some(1_700_000_001), 10)
    );
    assert_eq!(
        found[1],
        (
            "data/numbers.csv".into(),
            Some(0o640),
            Some(1_234_567_891),
            6000
        )
    );
    assert_eq!(found[2].0, "nothing/");
    assert_eq!(found.len(), 3);
}

#[test]
fn valid_pyc_files_are_still_valid_after_packing_and_unpacking() {
    let test = Test::new();
    for i in 0..40 {
        // Odd and even seconds.
        set_time(
            &test.write(&format!("m{i}.py"), b"x = 1\n"),
            1_700_000_000 + i,
        );
    }
    let python = |script: &str, args: &[&Path]| {
        let run = Command::new("python3")
            .arg("-c")
            .arg(script)
            .args(args)
            .output()
            .unwrap();
        assert!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
        String::from_utf8(run.stdout).unwrap()
    };
    python(
        "import compileall, sys; compileall.compile_dir(sys.argv[1], quiet=2)",
        &[test.folder.path()],
    );
    let packed = test.pack().unwrap();
    let unpacked = tempfile::tempdir().unwrap();
    // Unpacked by a reader that is not ours, times from the local headers' extra field.
    let script = r#"
import importlib.util, os, pathlib, struct, sys, zipfile
source, target = sys.argv[1], sys.argv[2]
raw = open(source, "rb").read()
with zipfile.ZipFile(source) as z:
    assert z.testzip() is None
    z.extractall(target)
    for info in z.infolist():
        name, extra = struct.unpack_from("<HH", raw, info.header_offset + 26)
        field = raw[info.header_offset + 30 + name:][:extra]
        central = info.extra
        for place in (field, central):
            assert place[:2] == b"UT", place
            size, flags = struct.unpack_from("<HB", place, 2)
            assert (size, flags) == (5, 1), (size, flags)
        seconds, = struct.unpack_from("<i", field, 5)
        os.utime(pathlib.Path(target, info.filename), (seconds, seconds))
stale = 0
for path in pathlib.Path(target).glob("*.py"):
    pyc = pathlib.Path(importlib.util.cache_from_source(str(path))).read_bytes()
    mtime, size = struct.unpack_from("<II", pyc, 8)
    stat = path.stat()
    stale += (int(stat.st_mtime), stat.st_size) != (mtime, size)
print(len(list(pathlib.Path(target, "__pycache__").iterdir())), stale)
"#;
    let said = python(script, &[&packed.path, unpacked.path()]);
    assert_eq!(said.trim(), "40 0", "all there, none stale");
}

#[test]
fn times_that_a_zip_cannot_hold_are_no_error() {
    let test = Test::new();
    let path = test.write("old.py", b"");
    let before_1970 = SystemTime::UNIX_EPOCH - Duration::from_secs(10);
    File::open(&path)
        .unwrap()
        .set_modified(before_1970)
        .unwrap();
    set_time(&test.write("early.py", b""), 1);
    set_time(&test.write("late.py", b""), 1 << 33);
    assert_eq!(
        names(&test.pack().unwrap().path),
        ["early.py", "late.py", "old.py"]
    );
}

#[test]
fn links_inside_are_followed() {
    let test = Test::new();
    test.write("real/module.py", b"x = 1\n");
    symlink("module.py", test.path("real/alias.py")).unwrap();
    symlink("real", test.path("linked")).unwrap();
    let packed = test.pack().unwrap();
    assert_eq!(
        names(&packed.path),
        [
            "linked/alias.py",
            "linked/module.py",
            "real/alias.py",
            "real/module.py"
        ]
    );
    assert_eq!(packed.unzipped_bytes, 4 * 6);
}

#[test]
fn a_package_may_itself_be_reached_by_a_link() {
    let test = Test::new();
    test.write("real/app.py", b"x = 1\n");
    symlink("app.py", test.path("real/alias.py")).unwrap();
    symlink("real", test.path("link")).unwrap();
    let packed = pack(&test.path("link"), test.scratch.path()).unwrap();
    assert_eq!(names(&packed.path), ["alias.py", "app.py"]);
}

#[test]
fn links_out_of_the_folder_are_refused() {
    for (target, said) in [
        ("/etc/hostname", "/etc/hostname"),
        ("/etc", "/etc"),
        ("..", ""),
    ] {
        let test = Test::new();
        test.write("app.py", b"");
        symlink(target, test.path("link")).unwrap();
        let (message, hint) = test.refused();
        let start = "packing PACKAGE: the symbolic link PACKAGE/link leads out of it, to ";
        assert!(message.starts_with(&format!("{start}{said}")), "{message}");
        assert!(hint.unwrap().contains("copy what it leads to"));
    }
}

#[test]
fn links_to_nowhere_and_in_circles_are_refused() {
    let test = Test::new();
    test.write("app.py", b"");
    symlink("gone.py", test.path("link")).unwrap();
    assert_eq!(
        test.refused().0,
        "packing PACKAGE: the symbolic link PACKAGE/link leads nowhere"
    );

    let test = Test::new();
    test.write("a/app.py", b"");
    symlink("../a", test.path("a/again")).unwrap();
    assert_eq!(
        test.refused().0,
        "packing PACKAGE: the symbolic link PACKAGE/a/again leads back to PACKAGE/a"
    );
}

#[test]
fn sockets_are_refused() {
    let test = Test::new();
    test.write("app.py", b"");
    let _socket = std::os::unix::net::UnixListener::bind(test.path("s")).unwrap();
    assert_eq!(
        test.refused().0,
        "packing PACKAGE: PACKAGE/s is neither a file nor a folder"
    );
}

#[test]
fn an_empty_folder_and_a_missing_one_are_refused() {
    let test = Test::new();
    fs::create_dir(test.path("inner")).unwrap();
    assert_eq!(test.refused().0, "PACKAGE: there is no file in it");
    let error = pack(&test.path("no/such"), test.scratch.path()).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("no/such: no such file or folder"),
        "{error}"
    );
}

#[test]
fn a_folder_over_lambdas_limit_is_refused_before_it_is_read() {
    let test = Test::new();
    let file = File::create(test.path("huge.bin")).unwrap();
    file.set_len(UNZIPPED_LIMIT + 1).unwrap();
    let (message, _) = test.refused();
    assert_eq!(
        message,
        "packing PACKAGE: its files have 262144001 bytes, more than Lambda's 250 MB"
    );
    assert_eq!(
        fs::read_dir(test.scratch.path()).unwrap().count(),
        0,
        "nothing was written"
    );
}

#[test]
fn names_that_are_not_utf8_are_refused() {
    use std::os::unix::ffi::OsStrExt as _;
    let test = Test::new();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.py");
    fs::write(test.folder.path().join(name), b"").unwrap();
    assert!(test.refused().0.ends_with("is not UTF-8"));
}

#[test]
fn lambenchs_own_results_are_not_part_of_a_package() {
    let test = Test::new();
    test.write("app.py", b"");
    test.write(".lambench/results/1.json", b"{}");
    test.write("sub/.lambench/kept", b"");
    assert_eq!(
        names(&test.pack().unwrap().path),
        ["app.py", "sub/.lambench/kept"]
    );
}

#[test]
fn a_repository_packed_by_mistake_is_mentioned() {
    let test = Test::new();
    test.write("app.py", b"");
    test.write(".git/HEAD", b"ref");
    let packed = test.pack().unwrap();
    assert_eq!(names(&packed.path), [".git/HEAD", "app.py"]);
    assert!(
        packed.warnings[0].ends_with(".git is packed with the rest"),
        "{:?}",
        packed.warnings
    );
}

fn zip_of(path: &Path, entries: &[(&str, &[u8])]) {
    let mut zip = zip::ZipWriter::new(File::create(path).unwrap());
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn a_zip_is_taken_as_it_is() {
    let test = Test::new();
    let path = test.path("code.zip");
    zip_of(&path, &[("app.py", &[b'x'; 5000]), ("b.py", b"123")]);
    let packed = pack(&path, test.scratch.path()).unwrap();
    assert_eq!(packed.path, path);
    assert_eq!(packed.zip_bytes, fs::metadata(&path).unwrap().len());
    assert_eq!(packed.unzipped_bytes, 5003);
    assert_eq!(fs::read_dir(test.scratch.path()).unwrap().count(), 0);
}

#[test]
fn what_is_no_zip_is_refused() {
    let test = Test::new();
    let path = test.write("code.zip", b"this is text");
    let error = pack(&path, test.scratch.path()).unwrap_err();
    assert!(
        error.to_string().contains("code.zip is not a zip file"),
        "{error}"
    );
    let empty = test.path("empty.zip");
    zip_of(&empty, &[]);
    let error = pack(&empty, test.scratch.path()).unwrap_err();
    assert!(matches!(error, PackError::Empty(_)), "{error}");
}
