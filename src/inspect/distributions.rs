//! Whose each file is: the distributions that were installed into a package, by what they say of themselves.

mod node;
mod python;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Mounted, Place};

/// Where a distribution is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ecosystem {
    /// `*.dist-info`, `*.egg-info`.
    Python,
    /// `node_modules/*/package.json`.
    Node,
}

/// Something that was installed. Each file belongs to one distribution at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Distribution {
    /// As it names itself: `PyYAML`, `@aws-sdk/client-s3`.
    pub name: String,
    /// Its version; empty where it does not say.
    pub version: String,
    /// Where it is from.
    pub ecosystem: Ecosystem,
    /// Which part of the function has it.
    pub place: Place,
    /// The folder that it was installed into, `""` or ending in `/`: what Python has on its path, or a `node_modules/`.
    pub site: String,
    /// What it put there: folders (ending in `/`) and files, from the top of the package.
    pub roots: Vec<String>,
    /// What can be imported of it, the shortest names that are its alone: `requests`, `google.protobuf`, `@scope/name`.
    pub modules: Vec<String>,
    /// The file that tells of it, `…dist-info/METADATA` or `…/package.json`.
    pub metadata: Option<String>,
    /// Node: the folder of the package whose `node_modules` it lies in, if it is not at the top.
    pub inside: Option<String>,
    /// Indices of its files in [`super::Files::list`].
    #[serde(skip)]
    pub files: Vec<usize>,
    /// Those that it lists as well, but that another one had first: what is loaded of them may be either's.
    #[serde(skip)]
    pub shared: Vec<usize>,
    /// How many files.
    pub file_count: usize,
    /// Unzipped.
    pub bytes: u64,
    /// Zipped, where known.
    pub packed_bytes: Option<u64>,
}

/// All that is installed in a package or a layer.
pub fn distributions(mounted: &Mounted) -> Vec<Distribution> {
    let mut owners = Owners::new(mounted);
    let mut found = python::distributions(mounted, &mut owners);
    found.extend(node::distributions(mounted, found.len(), &mut owners));
    owners.hand_out(mounted, &mut found);
    found
}

/// What is installed in a package and its layers, and what is not: found once, for everybody who asks.
#[derive(Debug)]
pub struct Installed {
    /// The largest first.
    pub distributions: Vec<Distribution>,
    /// Of each mount the indices of the files that belong to no distribution, in order: the function's own code and data.
    pub own: Vec<Vec<usize>>,
}

impl Installed {
    /// Looks for it.
    pub fn of(mounts: &[Mounted]) -> Self {
        let mut all: Vec<Distribution> = mounts.iter().flat_map(distributions).collect();
        all.sort_by(|a, b| (b.bytes, &a.name).cmp(&(a.bytes, &b.name)));
        Self {
            own: mounts.iter().map(|mount| own_files(mount, &all)).collect(),
            distributions: all,
        }
    }
}

fn own_files(mounted: &Mounted, distributions: &[Distribution]) -> Vec<usize> {
    let mut taken = vec![false; mounted.files.list().len()];
    for of_mount in distributions.iter().filter(|d| d.place == mounted.place) {
        for &file in &of_mount.files {
            taken[file] = true;
        }
    }
    (0..taken.len()).filter(|&file| !taken[file]).collect()
}

/// Lists and descriptions are texts of some kilobytes; a stranger's may be anything.
const MOST_TEXT: u64 = 16 * 1024 * 1024;

fn text(mounted: &Mounted, path: &str) -> Option<String> {
    let bytes = mounted.files.read_start(path, MOST_TEXT).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// File -> distribution, while it is being found out.
struct Owners {
    first: Vec<Option<usize>>,
    /// Those who asked later.
    others: BTreeSet<(usize, usize)>,
}

impl Owners {
    fn new(mounted: &Mounted) -> Self {
        Self {
            first: vec![None; mounted.files.list().len()],
            others: BTreeSet::new(),
        }
    }

    /// The first one who asks has it.
    fn claim(&mut self, file: usize, distribution: usize) {
        if *self.first[file].get_or_insert(distribution) != distribution {
            self.others.insert((file, distribution));
        }
    }

    fn of(&self, file: usize) -> Option<usize> {
        self.first[file]
    }

    fn hand_out(&self, mounted: &Mounted, distributions: &mut [Distribution]) {
        for (file, other) in &self.others {
            if let Some(other) = distributions.get_mut(*other) {
                other.shared.push(*file);
            }
        }
        for (i, owner) in self.first.iter().enumerate() {
            let Some(distribution) = owner.and_then(|owner| distributions.get_mut(owner)) else {
                continue;
            };
            let file = &mounted.files.list()[i];
            distribution.files.push(i);
            distribution.file_count += 1;
            distribution.bytes = distribution.bytes.saturating_add(file.bytes);
            distribution.packed_bytes = match (distribution.files.len(), distribution.packed_bytes)
            {
                (1, _) => file.packed_bytes,
                (_, sum) => sum.zip(file.packed_bytes).map(|(a, b)| a.saturating_add(b)),
            };
        }
    }
}

#[cfg(test)]
mod tests;
