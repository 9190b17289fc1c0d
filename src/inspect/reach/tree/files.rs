//! Which files are modules, of what kind, and whose.

use std::collections::HashMap;

use super::super::super::{Distribution, Ecosystem, Mounted};
use super::{FileAt, Kind};

/// Whose each file is.
pub(super) fn owners(
    mounts: &[Mounted],
    distributions: &[Distribution],
) -> Vec<Vec<Option<usize>>> {
    mounts
        .iter()
        .map(|mount| {
            let mut owners = vec![None; mount.files.list().len()];
            for (i, of) in distributions.iter().enumerate() {
                if of.place == mount.place && of.ecosystem == Ecosystem::Python {
                    for &file in &of.files {
                        owners[file] = Some(i);
                    }
                }
            }
            owners
        })
        .collect()
}

/// Who else lists a file.
pub(super) fn shared(
    mounts: &[Mounted],
    distributions: &[Distribution],
) -> HashMap<FileAt, Vec<usize>> {
    let mut shared: HashMap<FileAt, Vec<usize>> = HashMap::new();
    for (at, mount) in mounts.iter().enumerate() {
        for (i, of) in distributions.iter().enumerate() {
            if of.place == mount.place && of.ecosystem == Ecosystem::Python {
                for &file in &of.shared {
                    shared.entry((at, file)).or_default().push(i);
                }
            }
        }
    }
    shared
}

/// Whether Python imports a file of this name.
pub(super) fn is_module(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(ending, "py" | "so" | "pyc") && !path.contains("__pycache__/")
}

/// Whether a folder or a module of this name is for tests.
pub(super) fn is_test(name: &str) -> bool {
    matches!(name, "tests" | "test" | "conftest")
}

/// The module's name, its kind and its rank: a native library says for which Python it was built.
pub(super) fn kind(name: &str, python: (u8, u8)) -> (&str, Kind, u8) {
    if let Some(stem) = name.strip_suffix(".py") {
        return (stem, Kind::Source, 2);
    }
    if let Some(stem) = name.strip_suffix(".pyc") {
        return (stem, Kind::Sourceless, 1);
    }
    let (stem, rest) = name.split_once('.').unwrap_or((name, ""));
    let rank = match rest {
        "abi3.so" => 4,
        "so" => 3,
        rest if rest.starts_with(&format!("cpython-{}{}-", python.0, python.1)) => 5,
        // For another Python, if that is the one: better than no module.
        _ => 0,
    };
    (stem, Kind::Native, rank)
}
