use std::fs;

use super::*;
use crate::inspect::distributions::distributions;
use crate::inspect::files::Files;
use crate::inspect::{Mounted, samples};

/// A package and layers in folders.
struct Function(tempfile::TempDir);

impl Function {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn python(&self, site: &str, name: &str, version: &str) -> &Self {
        let info = format!("{site}/{name}-{version}.dist-info");
        self.file(
            &format!("{site}/{name}/__init__.py"),
            format!("VERSION = '{version}'\n"),
        );
        self.file(
            &format!("{info}/METADATA"),
            format!("Name: {name}\nVersion: {version}\n"),
        );
        self.file(&format!("{info}/RECORD"), format!("{name}/__init__.py,,\n"))
    }

    fn node(&self, folder: &str, name: &str, version: &str) -> &Self {
        self.file(
            &format!("{folder}/node_modules/{name}/package.json"),
            format!(r#"{{"name": "{name}", "version": "{version}"}}"#),
        );
        self.file(
            &format!("{folder}/node_modules/{name}/index.js"),
            "// code\n",
        )
    }

    /// `task`, then the layers in order.
    fn found(&self, layers: &[&str]) -> Vec<Finding> {
        let layer = |(position, name): (usize, &&str)| Mounted {
            place: Place::Layer {
                position,
                name: (*name).to_owned(),
            },
            files: Files::open(&self.0.path().join(name)).unwrap(),
        };
        self.file("task/app.py", "");
        let task = Mounted {
            place: Place::Task,
            files: Files::open(&self.0.path().join("task")).unwrap(),
        };
        let layers = layers.iter().enumerate().map(layer);
        let subject = samples::subject_of(std::iter::once(task).chain(layers).collect());
        let distributions: Vec<_> = subject.mounts.iter().flat_map(distributions).collect();
        findings(&subject, &distributions)
    }
}

fn copies(finding: &Finding) -> (Vec<(&str, &str)>, bool) {
    let Evidence::Duplicate(Duplicate::DistributionTwice { copies, mixed, .. }) = &finding.evidence
    else {
        panic!("{finding:?}");
    };
    let copies = copies.iter().map(|copy| {
        let place = match &copy.place {
            Place::Task => "task",
            Place::Layer { name, .. } => name,
        };
        (place, copy.version.as_str())
    });
    (copies.collect(), *mixed)
}

#[test]
fn the_package_goes_before_layers_and_a_versions_folder_before_the_general_one() {
    let function = Function::new();
    function
        .python("general/python", "Py_Lib", "3.0")
        .python(
            "special/python/lib/python3.11/site-packages",
            "py.lib",
            "2.0",
        )
        .python("task", "py_lib", "1.0")
        .python("task", "single", "1.0");
    let found = function.found(&["general", "special"]);
    let [finding] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        copies(finding),
        (
            vec![("task", "1.0"), ("special", "2.0"), ("general", "3.0")],
            false
        )
    );
    assert_eq!(finding.severity, Severity::Waste);
}

#[test]
fn two_versions_in_one_folder_are_mixed_and_the_later_layers_files_lie_there() {
    let function = Function::new();
    function
        .python("a/python", "lib", "1.0")
        .python("b/python", "lib", "2.0");
    let found = function.found(&["a", "b"]);
    let [finding] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(copies(finding), (vec![("b", "2.0"), ("a", "1.0")], true));
    assert_eq!(finding.severity, Severity::Problem);

    let equal = Function::new();
    equal
        .python("a/python", "lib", "1.0")
        .python("b/python", "lib", "1.0");
    assert!(!copies(&equal.found(&["a", "b"])[0]).1);
}

#[test]
fn packages_of_npm_are_told_where_one_version_is_there_again() {
    let function = Function::new();
    function
        .node("task", "a", "1.0.0")
        .node("task", "ms", "2.0.0")
        .node("task/node_modules/a", "ms", "2.1.0")
        .node("task/node_modules/b", "ms", "2.1.0")
        .node("task", "b", "1.0.0")
        .node("task", "debug", "3.0.0")
        .node("task/node_modules/a", "debug", "4.0.0");
    let found = function.found(&[]);
    let [
        Finding {
            bytes,
            evidence: Evidence::Duplicate(Duplicate::NodePackagesNested { packages, names: 1 }),
            ..
        },
    ] = &found[..]
    else {
        panic!("{found:?}");
    };
    assert_eq!(packages[0].name, "ms");
    let versions: Vec<_> = packages[0]
        .versions
        .iter()
        .map(|(v, n)| (v.as_str(), *n))
        .collect();
    assert_eq!(versions, [("2.0.0", 1), ("2.1.0", 2)]);
    assert_eq!(*bytes, Some(packages[0].equal_bytes));
}

#[test]
fn large_files_of_equal_content_are_told_and_others_of_equal_size_are_not() {
    let function = Function::new();
    let large = vec![b'a'; LARGE as usize];
    let mut other = large.clone();
    other[0] = b'b';
    function
        .file("task/x/lib.so.1", &large)
        .file("task/y/lib.so.1", &large)
        .file("task/z.bin", &other)
        .file("layer/data.bin", &large)
        .file("task/small", "a")
        .file("task/small2", "a");
    let found = function.found(&["layer"]);
    let [
        Finding {
            bytes,
            evidence:
                Evidence::Duplicate(Duplicate::EqualFiles {
                    largest,
                    contents: 1,
                    files: 3,
                }),
            ..
        },
    ] = &found[..]
    else {
        panic!("{found:?}");
    };
    assert_eq!(*bytes, Some(2 * LARGE));
    let paths: Vec<_> = largest[0].files.iter().map(|at| at.path.as_str()).collect();
    assert_eq!(paths, ["x/lib.so.1", "y/lib.so.1", "data.bin"]);
}

#[test]
fn the_files_of_a_second_copy_are_not_told_again() {
    let function = Function::new();
    let large = vec![b'a'; LARGE as usize];
    for site in ["task", "layer/python"] {
        function.python(site, "lib", "1.0");
        function.file(&format!("{site}/lib/data.bin"), &large);
        function.file(
            &format!("{site}/lib-1.0.dist-info/RECORD"),
            "lib/__init__.py,,\nlib/data.bin,,\n",
        );
    }
    let found = function.found(&["layer"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].bytes.unwrap() > LARGE);
}

#[test]
fn of_many_packages_of_npm_the_largest_are_named_and_no_file_of_theirs_is_told_again() {
    let function = Function::new();
    let names = ["a", "b", "c", "d", "e", "f"];
    function
        .node("task", "x", "1.0.0")
        .node("task", "y", "1.0.0");
    for (n, name) in names.iter().enumerate() {
        for folder in ["task/node_modules/x", "task/node_modules/y"] {
            function.node(folder, name, "1.0.0");
            // The later, the larger; all are large.
            let large = vec![b'a'; LARGE as usize + n];
            function.file(&format!("{folder}/node_modules/{name}/data.bin"), large);
        }
    }
    let found = function.found(&[]);
    let [
        Finding {
            bytes: Some(bytes),
            evidence: Evidence::Duplicate(Duplicate::NodePackagesNested { packages, names: 6 }),
            ..
        },
    ] = &found[..]
    else {
        panic!("{found:?}");
    };
    let named: Vec<&str> = packages.iter().map(|package| &*package.name).collect();
    assert_eq!(named, ["f", "e", "d", "c", "b"]);
    assert!(*bytes > 6 * LARGE, "of all six: {bytes}");
}

#[test]
fn of_many_equal_files_the_largest_are_named_and_all_are_counted() {
    let function = Function::new();
    for more in 0..6 {
        let large = vec![b'a'; LARGE as usize + more];
        for folder in ["x", "y"] {
            function.file(&format!("task/{folder}/{more}.bin"), &large);
        }
    }
    let found = function.found(&[]);
    let [
        Finding {
            bytes,
            evidence:
                Evidence::Duplicate(Duplicate::EqualFiles {
                    largest,
                    contents: 6,
                    files: 12,
                }),
            ..
        },
    ] = &found[..]
    else {
        panic!("{found:?}");
    };
    let sizes: Vec<u64> = largest.iter().map(|equal| equal.bytes - LARGE).collect();
    assert_eq!(sizes, [5, 4, 3, 2, 1]);
    assert_eq!(*bytes, Some(6 * LARGE + 15));
}
