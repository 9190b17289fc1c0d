//! Tests that libraries bring: told where nothing leads into their folder, and with a command that deletes no others.

use std::process::Command;

use super::super::super::{Evidence, Severity, Subject};
use super::super::{Reachability, findings};
use super::*;

/// A library with two folders of tests, each of a size that counts, and a handler that imports it.
fn with_tests(module: &str, app: &str) -> Package {
    let package = Package::of(&[("task/app.py", app), ("task/tests/own.py", "x = 1\n")]);
    let tests = "#".repeat(70_000);
    let files = [
        ("lib/__init__.py", module),
        ("lib/used.py", "import lib.core.tests.helper\n"),
        ("lib/core/__init__.py", ""),
        ("lib/core/tests/helper.py", &tests),
        ("lib/core/tests/test_core.py", "import lib\n"),
        ("lib/tests/__init__.py", ""),
        ("lib/tests/test_lib.py", "import lib.used\n"),
        ("lib/tests/data/x.csv", &tests),
        // Without code it is data.
        ("lib/data/test/y.csv", &tests),
    ];
    let mut record = String::from("lib-1.0.dist-info/METADATA,,\n");
    for (path, text) in files {
        package.write(&format!("task/{path}"), text.as_bytes());
        record.push_str(&format!("{path},,\n"));
    }
    let head = b"Metadata-Version: 2.1\nName: lib\nVersion: 1.0\n";
    package.write("task/lib-1.0.dist-info/METADATA", head);
    package.write("task/lib-1.0.dist-info/RECORD", record.as_bytes());
    package
}

fn folders(package: &Package) -> Vec<String> {
    let (found, _) = package.reach();
    found.tests.into_iter().flat_map(|of| of.folders).collect()
}

#[test]
fn a_folder_of_tests_is_told_unless_something_leads_into_it() {
    let both = ["lib/tests", "lib/core/tests"].as_slice();
    for (module, app, told) in [
        ("", "import lib", both),
        // A name that is known only at run time may mean what leads there, but no tests.
        ("__import__(x)", "import lib", &["lib/tests"]),
        ("'lib/tests/data/x.csv'", "import lib", both),
        (
            "if __file__.startswith(join(x, 'tests')): pass",
            "import lib",
            both,
        ),
        ("", "import lib.used", &["lib/tests"]),
        (
            "",
            "import lib\ndef f():\n    import lib.used",
            &["lib/tests"],
        ),
        (
            "try:\n    import lib.used\nexcept ImportError:\n    pass",
            "import lib",
            &["lib/tests"],
        ),
        ("", "import lib.tests", &["lib/core/tests"]),
        // Nor does a path that is known only at run time.
        (
            "",
            "import sys, lib\nsys.path.append(x)\nimport helper",
            both,
        ),
        ("", "import lib\nx = 'lib.tests.test_lib'", &[]),
        // Their data may be opened.
        ("f('tests/data/x.csv')", "import lib", &["lib/core/tests"]),
        (
            "join(x, 'tests', 'data')",
            "import lib",
            &["lib/core/tests"],
        ),
        ("HERE / 'tests' / 'helper.py'", "import lib", &["lib/tests"]),
        ("HERE / 'tests' / 'other'", "import lib", both),
        ("join(x, 'tests', y)", "import lib", &[]),
        ("HERE / 'tests' / y", "import lib", &[]),
        // All of it is told to be never reached.
        ("", "x = 1", &[]),
    ] {
        let mut told: Vec<&str> = told.to_vec();
        told.sort_unstable();
        let package = with_tests(module, app);
        let mut found = folders(&package);
        found.sort_unstable();
        assert_eq!(found, told, "{module} {app}");
    }
}

#[test]
fn small_ones_and_those_that_others_have_files_in_are_not_told() {
    let package = with_tests("", "import lib");
    package.install_at("task/", "other", "lib/tests/mine.py", "x = 1", "");
    assert_eq!(folders(&package), ["lib/core/tests"]);
    package.write("task/lib/core/tests/helper.py", b"x = 1\n");
    assert!(folders(&package).is_empty());
}

#[test]
fn a_handler_that_is_not_there_leads_nowhere_and_nothing_is_told() {
    let (found, _) = with_tests("", "import lib").reach_from("other.handler", PYTHON);
    assert!(found.tests.is_empty());
}

#[test]
fn the_command_deletes_what_is_told_and_nothing_else() {
    for many in [false, true] {
        let package = with_tests("", "import lib.used");
        if many {
            let mut record =
                std::fs::read_to_string(package.0.path().join("task/lib-1.0.dist-info/RECORD"))
                    .unwrap();
            for i in 0..4 {
                let path = format!("lib/p{i}/tests/test_a.py");
                package.write(&format!("task/{path}"), b"x = 1\n");
                record.push_str(&format!("{path},,\n"));
            }
            package.write("task/lib-1.0.dist-info/RECORD", record.as_bytes());
        }
        let subject = Subject {
            name: "app".to_owned(),
            mounts: package.mounted(),
            unread: Vec::new(),
            runtime: Some("python3.12".to_owned()),
            handler: Some("app.handler".to_owned()),
            architecture: None,
            environment: Some(Environment::default()),
        };
        let found = findings(&subject, &Installed::of(&subject.mounts));
        let told = found.iter().find_map(|finding| match &finding.evidence {
            Evidence::Reachability(Reachability::TestsNeverReached {
                commands, folders, ..
            }) => {
                assert_eq!(finding.severity, Severity::Waste);
                assert_eq!(finding.subject, "lib");
                Some((commands, folders))
            }
            _ => None,
        });
        let (commands, folders) = told.unwrap();
        assert_eq!(folders.len(), if many { 5 } else { 1 });
        assert_eq!(commands[0].starts_with("find "), many, "{commands:?}");
        let done = Command::new("sh")
            .args(["-c", &commands[0]])
            .status()
            .unwrap();
        assert!(done.success(), "{commands:?}");
        let task = package.0.path().join("task");
        for (path, there) in [
            ("lib/tests", false),
            ("lib/p0/tests", false),
            ("lib/core/tests/helper.py", true),
            ("lib/data/test/y.csv", true),
            ("tests/own.py", true),
        ] {
            assert_eq!(task.join(path).exists(), there, "{path} {commands:?}");
        }
    }
}
