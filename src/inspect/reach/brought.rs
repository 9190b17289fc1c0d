//! Tests that libraries bring and that nothing leads to: whole folders, where nothing of the folder was read as reached.

use std::collections::{BTreeSet, HashMap};

use super::super::bytecode::fix::quoted;
use super::super::{Distribution, Mounted};
use super::edges::Reading;
use super::tree::{is_module, is_test_folder};
use super::walk::Walked;

/// Less than this of one distribution is not worth a word.
const MUCH: u64 = 64 * 1024;
/// More folders are not listed in a command.
const FEW: usize = 3;

/// Folders of tests of one distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// Its index in the list that was given.
    pub distribution: usize,
    /// From the top of its part of the function, the largest first.
    pub folders: Vec<String>,
    /// How many files are in them.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// For a shell: they are deleted, and no others.
    pub command: Option<String>,
}

/// What is known of a folder.
#[derive(Default)]
struct Folder {
    files: usize,
    bytes: u64,
    /// Whether Python could import something of it: it may have data alone.
    is_code: bool,
    reached: bool,
}

/// Finds them. Nothing that is known only at run time is taken to mean tests; see docs/reachability.md.
pub fn brought(
    reading: &Reading<'_>,
    walked: &Walked,
    distributions: &[(usize, &Distribution)],
) -> Vec<Brought> {
    let modules = reading.tree.modules();
    let mut reached: BTreeSet<(usize, &str)> = BTreeSet::new();
    let mut opened: HashMap<usize, Vec<Option<&str>>> = HashMap::new();
    for (module, edges) in modules.iter().zip(&walked.edges) {
        let Some(edges) = edges else { continue };
        let (mount, file) = module.file;
        let path = reading.mounts[mount].files.list()[file].path.as_str();
        reached.extend(folder_of(path).map(|folder| (mount, folder)));
        if let Some(of) = module.distribution {
            let names = edges.in_tests.iter().map(Option::as_deref);
            opened.entry(of).or_default().extend(names);
        }
    }
    // A folder that others have files in is not theirs to delete.
    let all: Vec<HashMap<&str, usize>> = reading
        .mounts
        .iter()
        .map(|mount| {
            let mut all = HashMap::new();
            for file in mount.files.list() {
                if let Some(folder) = folder_of(&file.path) {
                    *all.entry(folder).or_default() += 1;
                }
            }
            all
        })
        .collect();
    let found = distributions.iter().filter_map(|&(i, of)| {
        let mount = reading.mounts.iter().position(|m| m.place == of.place)?;
        let opened = opened.get(&i).map_or(&[][..], Vec::as_slice);
        let mut folders: HashMap<&str, Folder> = HashMap::new();
        for &file in &of.files {
            let file = &reading.mounts[mount].files.list()[file];
            let Some(name) = folder_of(&file.path) else {
                continue;
            };
            let folder = folders.entry(name).or_default();
            folder.files += 1;
            folder.bytes = folder.bytes.saturating_add(file.bytes);
            folder.is_code |= is_module(&file.path);
            let inside = file.path[name.len() + 1..].split('/').next();
            folder.reached |= reached.contains(&(mount, name))
                || opened
                    .iter()
                    .any(|opened| opened.is_none() || *opened == inside);
        }
        let (mut idle, kept): (Vec<_>, Vec<_>) = folders.iter().partition(|(name, folder)| {
            let only_its_own = all[mount].get(*name) == Some(&folder.files);
            folder.is_code && !folder.reached && only_its_own
        });
        idle.sort_by_key(|(name, folder)| (std::cmp::Reverse(folder.bytes), **name));
        let bytes = idle.iter().map(|(_, folder)| folder.bytes).sum();
        let kept = kept.into_iter().map(|(name, _)| *name).collect();
        let folders: Vec<&str> = idle.iter().map(|(name, _)| **name).collect();
        (bytes >= MUCH).then(|| Brought {
            distribution: i,
            command: command(&reading.mounts[mount], of, &folders, &kept),
            files: idle.iter().map(|(_, folder)| folder.files).sum(),
            folders: folders.into_iter().map(str::to_owned).collect(),
            bytes,
        })
    });
    found.collect()
}

/// The outermost folder of tests that a file is in.
fn folder_of(path: &str) -> Option<&str> {
    let mut end = 0;
    for part in path.split_inclusive('/') {
        end += part.len();
        if part.strip_suffix('/').is_some_and(is_test_folder) {
            return Some(&path[..end - 1]);
        }
    }
    None
}

/// Deletes these folders from a folder or a zip, and none of those that are kept.
fn command(
    mount: &Mounted,
    of: &Distribution,
    folders: &[&str],
    kept: &BTreeSet<&str>,
) -> Option<String> {
    let package = mount.files.path();
    if mount.files.is_fetched() {
        return None;
    }
    if mount.files.is_zip() {
        let is_plain = |folder: &&str| !folder.contains(['\'', '*', '[', '?']);
        let inside: Vec<String> = folders.iter().map(|at| format!("'{at}/*'")).collect();
        return folders
            .iter()
            .all(is_plain)
            .then(|| format!("zip -q -d {} {}", quoted(package), inside.join(" ")));
    }
    let path = |inside: &str| quoted(&package.join(inside));
    if folders.len() <= FEW {
        let folders: Vec<String> = folders.iter().map(|folder| path(folder)).collect();
        return Some(format!("rm -r {}", folders.join(" ")));
    }
    let top = |folder: &str| {
        let inside = folder.strip_prefix(of.site.as_str()).unwrap_or(folder);
        let first = inside.split('/').next().unwrap_or(inside);
        path(&format!("{}{first}", of.site))
    };
    let tops: BTreeSet<String> = folders.iter().map(|folder| top(folder)).collect();
    let tops: Vec<String> = tops.into_iter().collect();
    let kept = kept
        .iter()
        .map(|at| format!("-path {} -prune -o ", path(at)));
    Some(format!(
        r"find {} {}-type d \( -name test -o -name tests \) -prune -exec rm -r {{}} +",
        tops.join(" "),
        kept.collect::<String>(),
    ))
}
