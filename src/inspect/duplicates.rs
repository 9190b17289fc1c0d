//! What is there twice: distributions in the package and in layers, with the one that is found first, packages of npm
//! inside one another, and large files of equal content.

mod search;

use std::collections::{BTreeMap, HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::finding::{Evidence, Finding, MOST_EXAMPLES, Severity};
use super::{Distribution, Ecosystem, Place, Subject};
use search::{normal, order};

/// Smaller files are not compared.
const LARGE: u64 = 64 * 1024;

/// What was found to be there more than once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Duplicate {
    /// A distribution in more than one place of the search path.
    DistributionTwice {
        /// Python's or Node's.
        ecosystem: Ecosystem,
        /// In the order in which they are found; the first one is used.
        copies: Vec<Installed>,
        /// Copies with other versions lie in one folder of the search path, so files of both are mixed there.
        mixed: bool,
    },
    /// Packages of npm in more than one `node_modules` of the same package or layer.
    NodePackagesNested {
        /// Those with most bytes in equal versions, at most a few.
        packages: Vec<Nested>,
        /// All of them.
        names: usize,
    },
    /// Files of equal content.
    EqualFiles {
        /// The largest, at most a few.
        largest: Vec<Equal>,
        /// Contents that are there more than once.
        contents: usize,
        /// The files that have them, all of them.
        files: usize,
    },
}

/// A distribution, as it is installed in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Installed {
    /// Its version; empty where it does not say.
    pub version: String,
    /// In the package or which layer.
    pub place: Place,
    /// The folder there.
    pub site: String,
    /// Unzipped.
    pub bytes: u64,
}

/// A package of npm that is there more than once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Nested {
    /// Its name.
    pub name: String,
    /// Its versions, and how many copies there are of each.
    pub versions: BTreeMap<String, usize>,
    /// Bytes of the copies that have the version of another.
    pub equal_bytes: u64,
}

/// Files of equal content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Equal {
    /// Of one of them.
    pub bytes: u64,
    /// Where they are.
    pub files: Vec<At>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct At {
    /// In the package or which layer.
    pub place: Place,
    /// Its path there.
    pub path: String,
}

/// Finds what is there more than once.
pub fn findings(subject: &Subject, distributions: &[Distribution]) -> Vec<Finding> {
    let mut unused = HashSet::new();
    let mut found = twice(distributions, &mut unused);
    for mount in &subject.mounts {
        let nested = nested(
            distributions.iter().filter(|d| d.place == mount.place),
            &mut unused,
        );
        found.extend(nested.map(|(bytes, evidence)| Finding {
            severity: Severity::Waste,
            subject: subject.name_of(&mount.place),
            place: Some(mount.place.clone()),
            bytes: Some(bytes),
            examples: Vec::new(),
            evidence: Evidence::Duplicate(evidence),
        }));
    }
    found.extend(equal_files(subject, &unused));
    found
}

/// A file, by its place and its index there.
type Known<'a> = (&'a Place, usize);

fn twice<'a>(distributions: &'a [Distribution], unused: &mut HashSet<Known<'a>>) -> Vec<Finding> {
    let mut by_name: BTreeMap<(Ecosystem, String), Vec<&Distribution>> = BTreeMap::new();
    for distribution in distributions.iter().filter(|d| d.inside.is_none()) {
        let key = (distribution.ecosystem, normal(distribution));
        by_name.entry(key).or_default().push(distribution);
    }
    let mut found = Vec::new();
    for ((ecosystem, _), mut copies) in by_name.into_iter().filter(|(_, copies)| copies.len() > 1) {
        copies.sort_by_key(|copy| order(copy));
        let [first, others @ ..] = copies.as_slice() else {
            continue;
        };
        for other in others {
            unused.extend(other.files.iter().map(|&file| (&other.place, file)));
        }
        let in_first_folder = others.iter().filter(|copy| order(copy).0 == order(first).0);
        let mixed = in_first_folder
            .clone()
            .any(|copy| copy.version != first.version);
        let bytes = others.iter().map(|copy| copy.bytes).sum();
        let installed = copies.iter().map(|copy| Installed {
            version: copy.version.clone(),
            place: copy.place.clone(),
            site: copy.site.clone(),
            bytes: copy.bytes,
        });
        found.push(Finding {
            severity: if mixed {
                Severity::Problem
            } else {
                Severity::Waste
            },
            subject: first.name.clone(),
            place: None,
            bytes: Some(bytes),
            examples: Vec::new(),
            evidence: Evidence::Duplicate(Duplicate::DistributionTwice {
                ecosystem,
                copies: installed.collect(),
                mixed,
            }),
        });
    }
    found
}

/// Copies of the same version below one another; other versions have their reason.
fn nested<'a>(
    here: impl Iterator<Item = &'a Distribution>,
    unused: &mut HashSet<Known<'a>>,
) -> Option<(u64, Duplicate)> {
    let mut by_name: BTreeMap<&str, Vec<&Distribution>> = BTreeMap::new();
    for distribution in here.filter(|d| d.ecosystem == Ecosystem::Node) {
        by_name
            .entry(&distribution.name)
            .or_default()
            .push(distribution);
    }
    let mut packages = Vec::new();
    for (name, copies) in by_name.into_iter().filter(|(_, copies)| copies.len() > 1) {
        let mut versions: BTreeMap<String, usize> = BTreeMap::new();
        let mut equal_bytes: u64 = 0;
        for copy in copies {
            let seen = versions.entry(copy.version.clone()).or_default();
            if *seen > 0 {
                equal_bytes = equal_bytes.saturating_add(copy.bytes);
                unused.extend(copy.files.iter().map(|&file| (&copy.place, file)));
            }
            *seen += 1;
        }
        packages.push(Nested {
            name: name.to_owned(),
            versions,
            equal_bytes,
        });
    }
    packages.retain(|package| package.equal_bytes > 0);
    packages.sort_by_key(|package| std::cmp::Reverse(package.equal_bytes));
    let names = packages.len();
    let bytes = packages.iter().map(|package| package.equal_bytes).sum();
    packages.truncate(MOST_EXAMPLES);
    (names > 0).then_some((bytes, Duplicate::NodePackagesNested { packages, names }))
}

/// Large files of equal content, but for those of copies that were told already.
fn equal_files(subject: &Subject, told: &HashSet<Known<'_>>) -> Option<Finding> {
    let mut by_size: HashMap<u64, Vec<(usize, &str)>> = HashMap::new();
    for (i, mount) in subject.mounts.iter().enumerate() {
        for (file, found) in mount.files.list().iter().enumerate() {
            if found.bytes >= LARGE && !told.contains(&(&mount.place, file)) {
                by_size
                    .entry(found.bytes)
                    .or_default()
                    .push((i, &found.path));
            }
        }
    }
    let mut equal = Vec::new();
    for (bytes, files) in by_size.into_iter().filter(|(_, files)| files.len() > 1) {
        let mut by_content: HashMap<_, Vec<At>> = HashMap::new();
        for (mount, path) in files {
            let mount = &subject.mounts[mount];
            if let Ok(content) = mount.files.read(path) {
                by_content
                    .entry(Sha256::digest(content))
                    .or_default()
                    .push(At {
                        place: mount.place.clone(),
                        path: path.to_owned(),
                    });
            }
        }
        let twice = by_content.into_values().filter(|files| files.len() > 1);
        equal.extend(twice.map(|files| Equal { bytes, files }));
    }
    equal.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.files.cmp(&b.files)));
    let contents = equal.len();
    let files = equal.iter().map(|equal| equal.files.len()).sum();
    let bytes = equal
        .iter()
        .map(|equal| equal.bytes * (equal.files.len() as u64 - 1))
        .sum();
    equal.truncate(MOST_EXAMPLES);
    (contents > 0).then(|| Finding {
        severity: Severity::Note,
        subject: subject.name.clone(),
        place: None,
        bytes: Some(bytes),
        examples: Vec::new(),
        evidence: Evidence::Duplicate(Duplicate::EqualFiles {
            largest: equal,
            contents,
            files,
        }),
    })
}

#[cfg(test)]
mod tests;
