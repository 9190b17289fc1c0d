//! Wherever the folder for temporary files lies, functions start from it, or it is said why they can't.
#![cfg(target_os = "linux")]

mod support;

use std::path::Path;
use std::process::Output;

use support::{Test, fixture};

fn run_in(temporary: &Path) -> Output {
    let test = Test::new();
    let package = fixture("hello-python");
    let args = [
        "run",
        "--after",
        package.to_str().unwrap(),
        "--runs",
        "1",
        "--warm-invokes",
        "0",
    ];
    test.command(&args)
        .env("TMPDIR", temporary)
        .output()
        .expect("lambench starts")
}

#[test]
fn shared_memory_and_odd_names_are_as_good_as_any() {
    let shared = tempfile::tempdir_in("/dev/shm").unwrap();
    let other = tempfile::tempdir().unwrap();
    for name in ["plain", "with a space", "ünï", "back\\040slash"] {
        let folder = other.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let output = run_in(&folder);
        assert!(output.status.success(), "{name}: {output:?}");
    }
    let output = run_in(shared.path());
    assert!(output.status.success(), "{output:?}");
    assert_eq!(std::fs::read_dir(shared.path()).unwrap().count(), 0);
}

#[test]
fn a_folder_that_no_search_path_can_name_is_refused() {
    use std::os::unix::ffi::OsStrExt as _;
    let other = tempfile::tempdir().unwrap();
    for (name, why) in [
        (b"co:lon".as_slice(), "a colon in its name"),
        (b"\xff".as_slice(), "not UTF-8"),
    ] {
        let folder = other.path().join(std::ffi::OsStr::from_bytes(name));
        std::fs::create_dir(&folder).unwrap();
        let output = run_in(&folder);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(why), "{said}");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "{said}");
    }
}
