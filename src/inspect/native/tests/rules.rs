//! The rules behind what is told of native files, each by itself.

use super::*;
use crate::inspect::Place;
use crate::inspect::files::Files;

fn mount(package: &Package) -> Mounted {
    Mounted {
        place: Place::Task,
        files: Files::open(package.0.path()).unwrap(),
    }
}

fn subject() -> Subject {
    Subject {
        name: "app".to_owned(),
        mounts: Vec::new(),
        runtime: None,
        handler: None,
        architecture: None,
        unread: Vec::new(),
        environment: None,
    }
}

#[test]
fn where_the_machine_is_not_known_only_what_neither_can_run_is_told() {
    const I386: u8 = 3;
    let package = Package::new();
    package
        .file("fast/a.so", elf(X86_64))
        .file("fast/b.so", elf(ARM64))
        .file("other/c.so", elf(I386));
    let mut subject = subject();
    subject.mounts = vec![mount(&package)];
    let found = findings(&subject, &distributions(&subject.mounts[0]));
    let [finding] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        (finding.subject.as_str(), finding.severity),
        ("other", Severity::Problem)
    );
    assert_eq!(finding.examples, ["other/c.so"]);
}

#[test]
fn what_cannot_load_tells_its_machines_and_nothing_of_glibc() {
    let package = Package::new();
    package
        .file("fast/a.so", elf(X86_64))
        .file("fast/b.so", elf(3))
        .file("fast/c.so", elf(X86_64));
    let [(_, _, found)] = &package.cannot_load("python3.11", "arm64")[..] else {
        panic!("{:?}", package.found("python3.11", "arm64"));
    };
    assert_eq!(found.machines, ["i386", "x86_64"]);
    assert_eq!((&found.needs_glibc, &found.has_glibc), (&None, &None));
    assert_eq!(found.python.as_deref(), Some("3.11"));
}

#[test]
fn what_was_installed_for_another_machine_is_missed_unless_it_says_that_it_is_for_one() {
    let package = Package::new();
    package
        .file("fast/core.so", elf(ARM64))
        .file("fast-1.0.dist-info/METADATA", "Name: fast\nVersion: 1.0\n")
        .file("fast-1.0.dist-info/RECORD", "fast/core.so,,\n")
        .file(
            "node_modules/hash/package.json",
            r#"{"name": "hash", "version": "1.0.0"}"#,
        )
        .file("node_modules/hash/build/hash.node", elf(ARM64));
    let found = package.found("nodejs20.x", "x86_64");
    let told: Vec<_> = found
        .iter()
        .map(|f| (f.subject.as_str(), f.severity, f.bytes))
        .collect();
    assert_eq!(
        told,
        [
            ("fast", Severity::Problem, None),
            ("hash", Severity::Problem, None)
        ]
    );
    for key in ["os", "cpu", "libc"] {
        package.file(
            "node_modules/hash/package.json",
            format!(r#"{{"name": "hash", "version": "1.0.0", "{key}": ["x"]}}"#),
        );
        let found = package.found("nodejs20.x", "x86_64");
        let hash = found.iter().find(|f| f.subject == "hash").unwrap();
        assert_eq!(
            (hash.severity, hash.bytes),
            (Severity::Waste, Some(64)),
            "{key}"
        );
    }
}

#[test]
fn a_newer_glibc_is_a_problem_beside_whatever_loads() {
    let package = Package::new();
    let mount = mount(&package);
    for (newer_glibc, severity) in [(0, Severity::Waste), (1, Severity::Problem)] {
        let group = Group {
            cannot: CannotLoad {
                newer_glibc,
                ..CannotLoad::default()
            },
            refused: vec![("fast/a.so".into(), 7), ("fast/b.so".into(), 5)],
            wanted: true,
            loaded: vec![("fast/c.so".into(), Elf::default())],
            newest_glibc: None,
        };
        let found = cannot_load(&mount, "fast".into(), group).unwrap();
        assert_eq!(found.severity, severity);
        assert_eq!(found.bytes, (newer_glibc == 0).then_some(12));
    }
}

#[test]
fn much_to_strip_is_told_of_all_libraries_together_but_those_that_were_changed() {
    let package = Package::new();
    let mount = mount(&package);
    let library = |debug_bytes, symbol_bytes, changed| Elf {
        debug_bytes,
        symbol_bytes,
        changed,
        ..Elf::default()
    };
    let told = |last| {
        let loaded = vec![
            ("a.so".to_owned(), library(60_000, 5_000, false)),
            ("b.so".to_owned(), library(0, last, false)),
            ("c.so".to_owned(), library(0, 0, false)),
            ("d.so".to_owned(), library(1_000_000, 0, true)),
        ];
        let group = Group {
            loaded,
            ..Group::default()
        };
        let groups = BTreeMap::from([("fast".to_owned(), group)]);
        unstripped(&subject(), &mount, &groups)
    };
    assert_eq!(told(535), None, "a byte less than 64 KB");
    let found = told(536).unwrap();
    assert_eq!(
        (found.bytes, found.severity),
        (Some(65_536), Severity::Waste)
    );
    assert_eq!(found.examples, ["a.so", "b.so"], "the largest first");
    assert_eq!(
        found.evidence,
        Evidence::Native(Native::NativeUnstripped {
            files: 2,
            debug_bytes: 60_000,
            symbol_bytes: 5_536,
            changed_files: 1,
        })
    );
}

#[test]
fn a_name_or_the_right_to_run_it_makes_a_file_one_to_look_at() {
    let of = |path: &str, mode| {
        may_be_native(&PackageFile {
            path: path.to_owned(),
            bytes: 1,
            packed_bytes: None,
            mode,
            modified: None,
        })
    };
    for path in [
        "a/b.so", "a/b.so.6", "a/b.pyd", "b.node", "b.dylib", "b.dll", "b.exe",
    ] {
        assert!(of(path, None), "{path}");
        assert!(of(path, Some(0o644)), "{path}");
    }
    for (path, mode, expected) in [
        ("bin/tool", Some(0o755), true),
        ("bin/tool", Some(0o100), true),
        ("bin/tool", Some(0o001), true),
        ("bin/tool", Some(0o644), false),
        ("bin/tool", None, false),
        ("bin.d/tool", Some(0o755), true),
        ("bin/tool.sh", Some(0o755), false),
        ("data.txt", Some(0o644), false),
        ("some.sofa", None, false),
    ] {
        assert_eq!(of(path, mode), expected, "{path} {mode:?}");
    }
}

#[test]
fn a_module_is_what_an_import_loads_and_no_library_of_one() {
    for (path, expected) in [
        ("fast/core.so", true),
        ("fast/core.cpython-311-x86_64-linux-gnu.so", true),
        ("build/hash.node", true),
        ("fast.libs/libopenblas64_.so", false),
        ("fast.libs/core.so.6", false),
        ("fast/core.py", false),
    ] {
        assert_eq!(is_module(path), expected, "{path}");
    }
}

#[test]
fn a_source_stands_in_for_a_module_of_its_name_and_mypycs_helper_is_missed_by_nobody() {
    let package = Package::new();
    package.file("pkg/with.py", "").file("other.py", "");
    let mount = mount(&package);
    for (path, expected) in [
        ("pkg/with.cpython-312-x86_64-linux-gnu.so", true),
        ("81d243bd2c__mypyc.cpython-312-x86_64-linux-gnu.so", true),
        ("pkg/other.cpython-312-x86_64-linux-gnu.so", false),
        ("pkg/with.so", false),
        ("__mypyc_x.cpython-312-x86_64-linux-gnu.so", false),
    ] {
        assert_eq!(has_source(&mount, path), expected, "{path}");
    }
}
