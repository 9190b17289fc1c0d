//! Names and times at the edges of what Python takes.

use std::str::FromStr as _;

use super::*;

#[test]
fn bytecode_lies_in_the_pycache_of_its_own_folder_alone() {
    let package = Package::new();
    package
        .source("pkg/sub/used")
        .file("pkg/sub/__pycache__/used.cpython-311.pyc", by_time(TIME))
        .source("pkg/sub/older")
        .file(
            "pkg/sub/__pycache__/older.cpython-39.pyc",
            bytecode(9, [0; 3]),
        )
        // A folder of another name, and bytecode of another interpreter.
        .source("notmodule")
        .file("not__pycache__/module.cpython-39.pyc", bytecode(9, [0; 3]))
        .source("jit")
        .file("__pycache__/jit.pypy39.pyc", "");
    let decisions = package.decisions();
    assert_eq!(
        classes(&decisions),
        [
            ("jit.py", Class::Missing),
            ("notmodule.py", Class::Missing),
            ("pkg/sub/older.py", Class::OtherPython),
            ("pkg/sub/used.py", Class::Valid),
        ]
    );
    let unread: Vec<_> = decisions
        .unread
        .iter()
        .map(|(path, ..)| path.as_str())
        .collect();
    assert_eq!(unread, ["pkg/sub/__pycache__/older.cpython-39.pyc"]);
}

#[test]
fn packages_without_sources_hide_a_source_too() {
    let package = Package::new();
    package
        .source("frozen")
        .file("frozen/__init__.pyc", by_time(0))
        .source("built")
        .file("built/__init__.cpython-311-x86_64-linux-gnu.so", "");
    assert_eq!(
        classes(&package.decisions()),
        [("built.py", Class::Hidden), ("frozen.py", Class::Hidden)]
    );
}

#[test]
fn a_name_may_begin_with_an_underscore_and_must_have_a_letter_to_be_one() {
    let package = Package::new();
    package.source("_private").source("pkg/").source("a_b/c_d");
    assert_eq!(
        classes(&package.decisions()),
        [
            ("_private.py", Class::Missing),
            ("a_b/c_d.py", Class::Missing)
        ]
    );
}

#[test]
fn bytecode_in_place_of_a_source_has_to_have_a_name_and_nothing_before_it() {
    let package = Package::new();
    package
        .file("run-me.pyc", by_time(0))
        .file("native.pyc", by_time(0))
        .file("native.so", "");
    let decisions = package.decisions();
    assert!(
        decisions.sourceless.is_empty(),
        "{:?}",
        decisions.sourceless
    );
    let unread: Vec<_> = decisions
        .unread
        .iter()
        .map(|(path, _, why)| (path.as_str(), *why))
        .collect();
    assert_eq!(unread, [("native.pyc", Unread::Hidden)]);
}

#[test]
fn native_modules_hide_sources_on_their_own_machine() {
    let package = Package::new();
    package
        .source("here")
        .file("here.cpython-311-aarch64-linux-gnu.so", "");
    for (architecture, class) in [
        (Some("arm64"), Class::Hidden),
        (Some("x86_64"), Class::Missing),
        (None, Class::Missing),
    ] {
        let mut subject = subject(&package.path(), Some("python3.11"));
        subject.architecture = architecture.map(str::to_owned);
        let decisions = decisions(&subject, &subject.mounts[0]).unwrap();
        assert_eq!(
            classes(&decisions),
            [("here.py", class)],
            "{architecture:?}"
        );
    }
}

#[test]
fn what_became_of_a_time_is_told_by_how_far_it_is_off() {
    let recorded = TIME;
    let of = |found: i64| {
        let source = Source {
            path: "app.py".into(),
            bytes: 1,
            class: Class::StaleTime,
            times: Some((recorded, found)),
        };
        let stale = stale_times(&[&source]);
        assert_eq!(stale.sources, 1);
        (stale.dated_1980, stale.rounded, stale.time_zone)
    };
    let (dated, rounded, zone, other) = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0));
    let first = jiff::Timestamp::from_str("1980-01-01T00:00:00Z").unwrap();
    let first = first.as_second();
    for (found, expected) in [(-1, other), (0, dated), (86_399, dated), (86_400, other)] {
        assert_eq!(of(first + found), expected, "{found} s into 1980");
    }
    for (off, expected) in [
        (1, rounded),
        (2, other),
        (100, other),
        // Local time, and at most one second rounded.
        (897, other),
        (899, zone),
        (900, zone),
        (901, zone),
        (902, other),
        (9 * 3600, zone),
        (14 * 3600, zone),
        (14 * 3600 + 900, other),
    ] {
        for found in [i64::from(recorded) + off, i64::from(recorded) - off] {
            assert_eq!(of(found), expected, "{off} s off");
        }
    }
}

#[test]
fn the_largest_folders_to_compile_are_named_with_what_they_weigh() {
    let package = Package::new();
    for (path, lines) in [
        ("app", 1),
        ("big/__init__", 30),
        ("big/deep/more", 20),
        ("small/__init__", 2),
        ("third/__init__", 3),
        ("fourth/__init__", 4),
        ("fifth/__init__", 5),
    ] {
        package.file(&format!("{path}.py"), "#123456789\n".repeat(lines));
    }
    let found = not_used(&package.path(), Some("python3.11"));
    assert_eq!((found.sources, found.compiled), (7, 7));
    assert_eq!(found.source_bytes, 65 * 11);
    let largest: Vec<_> = found
        .largest
        .iter()
        .map(|folder| (folder.name.as_str(), folder.sources, folder.bytes))
        .collect();
    assert_eq!(
        largest,
        [
            ("big", 2, 550),
            ("fifth", 1, 55),
            ("fourth", 1, 44),
            ("third", 1, 33),
            ("small", 1, 22)
        ]
    );
    let findings = findings(&subject(&package.path(), Some("python3.11")));
    assert_eq!(
        findings[0].examples[..2],
        ["big/__init__.py", "big/deep/more.py"]
    );
}

#[test]
fn bytecode_of_another_source_is_a_problem_and_comes_with_what_makes_it_anew() {
    let package = Package::new();
    package
        .compiled("old", by_hash(1, "VALUE = 2\n"))
        .compiled("fine", by_hash(1, SOURCE));
    let findings = findings(&subject(&package.path(), Some("python3.11")));
    let [finding] = findings.as_slice() else {
        panic!("{findings:?}");
    };
    assert_eq!(finding.severity, Severity::Problem);
    assert_eq!(finding.examples, ["old.py"]);
    let Evidence::Bytecode(found) = &finding.evidence else {
        panic!("{finding:?}");
    };
    assert!(matches!(
        found,
        Bytecode::BytecodeOfOtherSource { files: 1, .. }
    ));
    let [command] = found.commands() else {
        panic!("{found:?}");
    };
    assert!(
        command.contains("--invalidation-mode unchecked-hash"),
        "{command}"
    );
}

#[test]
fn where_no_python_is_known_nothing_is_said_of_what_one_would_not_read() {
    let package = Package::new();
    package
        .source("app")
        .file("app.pyc", by_time(TIME))
        .file("other.pyc", bytecode(9, [0; 3]));
    let found = found(&package.path(), None);
    let [Bytecode::BytecodeNotUsed(not_used)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert!(!not_used.python_certain);
    assert!(!not_used.fix.is_empty());
}

#[test]
fn the_pythons_that_made_what_is_refused_are_named_once_each() {
    let package = Package::new();
    package
        .file("a.pyc", bytecode(12, [0; 3]))
        .file("b.pyc", bytecode(9, [0; 3]))
        .file("c.pyc", bytecode(12, [0; 3]));
    let found = found(&package.path(), Some("python3.11"));
    let [Bytecode::BytecodeRefused { made_by, files, .. }] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!((*files, made_by.join(" ")), (3, "3.9 3.12".to_owned()));
}
