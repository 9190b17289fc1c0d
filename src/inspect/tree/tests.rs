use super::super::{inspect, samples};
use super::*;

fn subject(files: &[(&str, usize)]) -> (tempfile::TempDir, Subject) {
    let files: Vec<_> = files
        .iter()
        .map(|(path, bytes)| (*path, vec![b'x'; *bytes]))
        .collect();
    let folder = samples::folder(&files);
    let subject = samples::subject(folder.path());
    (folder, subject)
}

/// `name bytes`, indented by depth.
fn drawn(node: &Node) -> Vec<String> {
    let mut lines = vec![format!("{} {}", node.name, node.sum.bytes)];
    for child in &node.children {
        lines.extend(drawn(child).iter().map(|line| format!("  {line}")));
    }
    lines
}

#[test]
fn a_tree_is_sorted_by_size_and_folders_with_one_folder_are_one() {
    let (_kept, subject) = subject(&[
        ("app.py", 5),
        ("a/b/c/one.py", 7),
        ("a/b/c/two.py", 8),
        ("z/big.bin", 30),
    ]);
    let tree = inspect(&subject).tree;
    assert_eq!(tree.is, Is::Whole);
    assert_eq!(
        drawn(&tree),
        [
            "app 50",
            "   50",
            "    z/ 30",
            "      big.bin 30",
            "    a/b/c/ 15",
            "      two.py 8",
            "      one.py 7",
            "    app.py 5",
        ]
    );
    assert_eq!(tree.kind, Some(Kind::Data));
}

#[test]
fn a_distribution_that_is_one_folder_shows_what_lies_in_it() {
    let (_kept, subject) = subject(&[
        ("lib/core/x.py", 100),
        ("lib/y.py", 50),
        ("lib-1.0.dist-info/METADATA", 3),
    ]);
    let tree = inspect(&subject).tree;
    assert_eq!(
        drawn(&tree.largest(2, 10)),
        [
            "app 153",
            "  lib 153",
            "    lib/core/ 100",
            "    lib/y.py 50",
            "    lib-1.0.dist-info/ 3"
        ]
    );
}

#[test]
fn what_is_not_shown_is_one_entry_beside_what_is() {
    let (_kept, subject) = subject(&[
        ("node_modules/a/x.js", 100),
        ("node_modules/a/y.js", 60),
        ("node_modules/b/x.js", 50),
        ("node_modules/c/x.js", 40),
        ("node_modules/d/x.js", 1),
    ]);
    let tree = inspect(&subject).tree;
    assert_eq!(
        drawn(&tree.largest(2, 3)),
        [
            "app 251",
            "  a 160",
            "    x.js 100",
            "    y.js 60",
            "  3 91"
        ],
    );
    assert_eq!(
        drawn(&tree.largest(1, 3)),
        ["app 251", "  a 160", "  b 50", "  c 40", "  d 1"]
    );
    let sums = |node: &Node| {
        node.children
            .iter()
            .map(|child| child.sum.bytes)
            .sum::<u64>()
    };
    for most in 1..8 {
        assert_eq!(sums(&tree.largest(2, most)), 251, "{most}");
    }
}

#[test]
fn a_path_of_thousands_of_folders_breaks_nothing() {
    use std::io::Write as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for name in ["x.py", "y.py"] {
        let name = format!("{}{name}", "a/".repeat(30_000));
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(b"12345").unwrap();
    }
    zip.finish().unwrap();
    let anatomy = inspect(&samples::subject(&path));
    assert_eq!(anatomy.tree.largest(100, 100).sum.bytes, 10);
}
