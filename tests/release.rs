//! What a release holds is what action.yml and the npm launcher look for, and every package has Cargo.toml's version.
#![allow(missing_docs)]

use std::collections::BTreeSet;
use std::path::Path;

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The targets that a text names: `x86_64-…` and `aarch64-…`, to the end of the word.
fn targets(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || "_-".contains(c)))
        .map(|word| word.strip_prefix("lambench-").unwrap_or(word))
        .filter(|word| word.starts_with("x86_64-") || word.starts_with("aarch64-"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_release_builds_what_the_action_downloads_and_npm_carries() {
    let built = targets(&read(".github/workflows/release.yml"));
    assert_eq!(built.len(), 4, "{built:?}");
    assert_eq!(built, targets(&read(".github/action/gate.sh")));
    assert_eq!(built, targets(&read("packaging/npm/pack.js")));
    for pipeline in ["docs/ci/github-aws-oidc.yml", "docs/ci/gitlab.yml"] {
        let asked = targets(&read(pipeline));
        assert!(
            !asked.is_empty() && asked.is_subset(&built),
            "{pipeline}: {asked:?}"
        );
    }
}

#[test]
fn the_release_names_its_archives_and_checksums_as_the_action_asks_for_them() {
    let release = read(".github/workflows/release.yml");
    let action = read(".github/action/gate.sh");
    assert!(action.contains("name=\"lambench-$(target)\""));
    assert!(release.contains("NAME: lambench-${{ matrix.target }}.tar.gz"));
    for ending in [".tar.gz", ".tar.gz.sha256"] {
        assert!(action.contains(&format!("$name{ending}")), "{ending}");
        assert!(release.contains(&format!("./*{ending}")), "{ending}");
    }
    // The archive holds the binary at its top, where the action unpacks it.
    assert!(action.contains("tar -xzf \"$folder/$name.tar.gz\" -C \"$folder\" lambench"));
    assert!(release.contains("-C \"target/$TARGET/release\" lambench"));
}

#[test]
fn linux_binaries_are_static_and_the_release_looks() {
    let release = read(".github/workflows/release.yml");
    for target in targets(&release)
        .iter()
        .filter(|name| name.contains("linux"))
    {
        assert!(target.ends_with("-musl"), "{target}");
    }
    assert!(release.contains("statically linked|static-pie linked"));
}

#[test]
fn no_package_has_a_version_of_its_own() {
    for file in ["pyproject.toml", "packaging/npm/pack.js"] {
        let text = read(file);
        assert!(!text.contains(env!("CARGO_PKG_VERSION")), "{file}");
    }
    assert!(read("pyproject.toml").contains("dynamic = [\"version\""));
    assert!(read("packaging/npm/pack.js").contains("value(\"version\")"));
}
