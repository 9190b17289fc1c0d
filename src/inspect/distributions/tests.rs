use std::collections::BTreeMap;

use super::super::{Mounted, Place, samples};
use super::*;

/// A package of these files; each is as long as its text.
fn mounted(files: &[(&str, &str)]) -> (tempfile::TempDir, Mounted) {
    samples::mounted(Place::Task, files)
}

/// Name and version -> its files; the function's own have no name.
fn owned(mounted: &Mounted) -> BTreeMap<String, Vec<&str>> {
    let found = distributions(mounted);
    let path = |file: &usize| mounted.files.list()[*file].path.as_str();
    let mut owned: BTreeMap<String, Vec<&str>> = found
        .iter()
        .map(|of| {
            let name = format!("{} {}", of.name, of.version);
            (name, of.files.iter().map(path).collect())
        })
        .collect();
    let own = own_files(mounted, &found);
    owned.insert(String::new(), own.iter().map(path).collect());
    let all: usize = owned.values().map(Vec::len).sum();
    assert_eq!(
        all,
        mounted.files.list().len(),
        "each file is somebody's once"
    );
    owned
}

#[track_caller]
fn are(owned: &BTreeMap<String, Vec<&str>>, name: &str, files: &[&str]) {
    assert_eq!(
        owned.get(name).map(Vec::as_slice),
        Some(files),
        "{name} of {:?}",
        owned.keys()
    );
}

const SIX: &str = "Metadata-Version: 2.1\nName: six\nVersion: 1.17.0\n\nName: not this\n";

#[test]
fn a_distribution_has_what_its_record_lists_and_the_rest_is_the_functions_own() {
    let (_kept, mounted) = mounted(&[
        ("app.py", "import six"),
        ("six.py", "1"),
        ("__pycache__/six.cpython-311.pyc", "c"),
        ("__pycache__/app.cpython-311.pyc", "c"),
        ("bin/six-tool", "#!"),
        ("bin/mine", "#!"),
        ("six-1.17.0.dist-info/METADATA", SIX),
        ("six-1.17.0.dist-info/INSTALLER", "pip"),
        (
            "six-1.17.0.dist-info/RECORD",
            "six.py,sha256=x,1\n../../bin/six-tool,,\n\"gone, with a comma.py\",,\n../../../etc/passwd,,\n/etc/passwd,,\n",
        ),
    ]);
    let owned = owned(&mounted);
    are(
        &owned,
        "",
        &["__pycache__/app.cpython-311.pyc", "app.py", "bin/mine"],
    );
    are(
        &owned,
        "six 1.17.0",
        &[
            "__pycache__/six.cpython-311.pyc",
            "bin/six-tool",
            "six-1.17.0.dist-info/INSTALLER",
            "six-1.17.0.dist-info/METADATA",
            "six-1.17.0.dist-info/RECORD",
            "six.py",
        ],
    );
    let six = &distributions(&mounted)[0];
    assert_eq!(six.modules, ["six"]);
    assert_eq!(
        six.metadata.as_deref(),
        Some("six-1.17.0.dist-info/METADATA")
    );
    assert_eq!(six.file_count, 6);
    let sum: usize = ["c", "#!", "pip", SIX, "1"]
        .iter()
        .map(|text| text.len())
        .sum();
    let record = mounted
        .files
        .file("six-1.17.0.dist-info/RECORD")
        .unwrap()
        .bytes;
    assert_eq!(six.bytes, sum as u64 + record);
}

#[test]
fn a_namespace_is_shared_and_each_has_its_part_of_it() {
    let (_kept, mounted) = mounted(&[
        ("google/auth/__init__.py", "1"),
        ("google/cloud/storage/__init__.py", "1"),
        ("google/cloud/version.py", "1"),
        ("google/mine/own.py", "1"),
        (
            "google_auth-2.0.dist-info/RECORD",
            "google/auth/__init__.py,,\n",
        ),
        (
            "google_auth-2.0.dist-info/METADATA",
            "Name: google-auth\nVersion: 2.0\n",
        ),
        (
            "google_cloud-3.0.dist-info/RECORD",
            "google/cloud/storage/__init__.py,,\ngoogle/cloud/version.py,,\n",
        ),
    ]);
    let owned = owned(&mounted);
    are(&owned, "", &["google/mine/own.py"]);
    let found = distributions(&mounted);
    let modules: Vec<_> = found
        .iter()
        .map(|of| (of.name.as_str(), of.modules.clone()))
        .collect();
    assert!(
        modules.contains(&("google-auth", vec!["google.auth".to_owned()])),
        "{modules:?}"
    );
    assert!(
        modules.contains(&("google_cloud", vec!["google.cloud".to_owned()])),
        "{modules:?}"
    );
}

#[test]
fn what_lies_among_the_files_of_one_is_its_and_what_it_bundles_too() {
    let (_kept, mounted) = mounted(&[
        ("setuptools/__init__.py", "1"),
        ("setuptools/cache/made-later.bin", "123"),
        (
            "setuptools/_vendor/x-1.0.dist-info/METADATA",
            "Name: x\nVersion: 1.0\n",
        ),
        (
            "setuptools/_vendor/x-1.0.dist-info/RECORD",
            "x/__init__.py,,\n",
        ),
        ("setuptools/_vendor/x/__init__.py", "1"),
        (
            "setuptools-80.dist-info/RECORD",
            "setuptools/__init__.py,,\nsetuptools/_vendor/x/__init__.py,,\n\
             setuptools/_vendor/x-1.0.dist-info/METADATA,,\nsetuptools/_vendor/x-1.0.dist-info/RECORD,,\n",
        ),
    ]);
    let owned = owned(&mounted);
    assert_eq!(owned.keys().collect::<Vec<_>>(), ["", "setuptools 80"]);
    are(&owned, "", &[]);
}

#[test]
fn old_and_bare_metadata_will_do() {
    let (_kept, mounted) = mounted(&[
        ("old/__init__.py", "1"),
        ("old_more.py", "1"),
        (
            "Old_Thing-1.2-py3.9.egg-info/PKG-INFO",
            "Name: Old-Thing\nVersion: 1.2\n",
        ),
        (
            "Old_Thing-1.2-py3.9.egg-info/top_level.txt",
            "old\nold_more\n",
        ),
        ("single-3.4-py3.9.egg-info", "Name: single\nVersion: 3.4\n"),
        ("single.py", "1"),
        ("bare/__init__.py", "1"),
        ("bare-5.6.dist-info/LICENSE", "free"),
    ]);
    let owned = owned(&mounted);
    are(&owned, "", &[]);
    are(
        &owned,
        "single 3.4",
        &["single-3.4-py3.9.egg-info", "single.py"],
    );
    are(
        &owned,
        "bare 5.6",
        &["bare-5.6.dist-info/LICENSE", "bare/__init__.py"],
    );
    assert_eq!(owned["Old-Thing 1.2"].len(), 4);
}

#[test]
fn layers_and_other_folders_of_modules_are_found_where_they_are() {
    let (_kept, mounted) = mounted(&[
        ("python/lib/python3.12/site-packages/six.py", "1"),
        (
            "python/lib/python3.12/site-packages/six-1.17.0.dist-info/METADATA",
            SIX,
        ),
        (
            "python/lib/python3.12/site-packages/six-1.17.0.dist-info/RECORD",
            "six.py,,\n",
        ),
        ("python/own.py", "1"),
        (
            "nodejs/node_modules/lib/package.json",
            r#"{"name": "lib", "version": "1.0.0"}"#,
        ),
        ("nodejs/node20/node_modules/other/index.js", ""),
    ]);
    let layer = Mounted {
        place: Place::Layer {
            position: 0,
            name: "deps".into(),
        },
        ..mounted
    };
    let owned = owned(&layer);
    are(&owned, "", &["python/own.py"]);
    assert_eq!(owned["six 1.17.0"].len(), 3);
    assert_eq!(
        layer.python_paths(Some("3.12")),
        ["python/lib/python3.12/site-packages/", "python/"]
    );
    assert_eq!(layer.python_paths(Some("3.11")), ["python/"]);
    assert_eq!(
        layer.node_paths(None),
        ["nodejs/node20/node_modules/", "nodejs/node_modules/"]
    );
    assert_eq!(layer.node_paths(Some("22")), ["nodejs/node_modules/"]);
}

#[test]
fn packages_of_node_may_be_scoped_nested_and_nameless() {
    let (_kept, mounted) = mounted(&[
        ("index.mjs", "1"),
        ("package.json", r#"{"name": "own"}"#),
        ("node_modules/.package-lock.json", "{}"),
        ("node_modules/.bin/tool", "#!"),
        (
            "node_modules/@scope/lib/package.json",
            r#"{"name": "@scope/lib", "version": "1.0.0", "bin": {"tool": "x.js"}}"#,
        ),
        (
            "node_modules/@scope/lib/dist/package.json",
            r#"{"type": "module"}"#,
        ),
        (
            "node_modules/@scope/lib/node_modules/ms/package.json",
            r#"{"name": "ms", "version": "2.0.0"}"#,
        ),
        (
            "node_modules/ms/package.json",
            r#"{"name": "ms", "version": "3.0.0"}"#,
        ),
        ("node_modules/broken/package.json", "no JSON"),
        ("my_node_modules/x/package.json", r#"{"name": "x"}"#),
    ]);
    let owned = owned(&mounted);
    are(
        &owned,
        "",
        &[
            "index.mjs",
            "my_node_modules/x/package.json",
            "node_modules/.package-lock.json",
            "package.json",
        ],
    );
    are(
        &owned,
        "@scope/lib 1.0.0",
        &[
            "node_modules/.bin/tool",
            "node_modules/@scope/lib/dist/package.json",
            "node_modules/@scope/lib/package.json",
        ],
    );
    are(
        &owned,
        "ms 2.0.0",
        &["node_modules/@scope/lib/node_modules/ms/package.json"],
    );
    are(&owned, "ms 3.0.0", &["node_modules/ms/package.json"]);
    are(&owned, "broken ", &["node_modules/broken/package.json"]);
    let found = distributions(&mounted);
    let nested = found.iter().find(|of| of.version == "2.0.0").unwrap();
    assert_eq!(nested.inside.as_deref(), Some("node_modules/@scope/lib/"));
}

#[test]
fn a_file_that_two_list_is_counted_for_the_first_and_known_of_the_other() {
    let (_kept, mounted) = mounted(&[
        ("cv/__init__.py", "12"),
        ("cv/contrib.py", "123"),
        ("acv-1.0.dist-info/RECORD", "cv/__init__.py,,\n"),
        (
            "bcv-1.0.dist-info/RECORD",
            "cv/__init__.py,,\ncv/contrib.py,,\ncv/__init__.py,,\n",
        ),
    ]);
    let found = distributions(&mounted);
    let [first, second] = &found[..] else {
        panic!("{found:?}")
    };
    let file = mounted.files.index("cv/__init__.py").unwrap();
    assert!(first.files.contains(&file) && first.shared.is_empty());
    assert_eq!(second.shared, [file]);
    assert!(!second.files.contains(&file));
    let all: u64 = mounted.files.list().iter().map(|file| file.bytes).sum();
    assert_eq!(first.bytes + second.bytes, all);
}
