//! The anatomy of a package: what lies in it, whose it is, and what of it costs size or time. Knows folders and zips,
//! no endpoint; what is fetched from one is given here as a file.

pub mod anatomy;
pub mod bytecode;
pub mod diff;
pub mod distributions;
pub mod duplicates;
pub mod files;
pub mod finding;
pub mod kinds;
pub mod limits;
pub mod models;
pub mod native;
pub mod provided;
mod python;
pub mod reach;
#[cfg(test)]
pub(crate) mod samples;
pub mod tree;
pub mod unused;

pub use anatomy::{Anatomy, Inspection, Part, SCHEMA_VERSION};
pub use distributions::{Distribution, Ecosystem, Installed};
pub use files::{Files, FilesError, LeftOut, Modified, PackageFile};
pub use finding::{Evidence, Finding, Severity};

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

/// Where the files of a folder or a zip are at run time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "where")]
pub enum Place {
    /// The package: `/var/task`.
    Task,
    /// A layer: `/opt`.
    Layer {
        /// From 0, in the order of the function's list; of equal names the later layer wins.
        position: usize,
        /// As it was named: a path, an ARN.
        name: String,
    },
}

/// A package or a layer, and where it is at run time.
#[derive(Debug)]
pub struct Mounted {
    /// Where.
    pub place: Place,
    /// What is in it. Paths are as they are in the package or the layer: `python/requests/__init__.py` in a layer.
    pub files: Files,
}

impl Mounted {
    /// The folders in it in which Python looks for modules, in its order; `""` is its top, the others end in `/`.
    /// `version` is `3.12` of `python3.12`; without it every version's folder counts.
    pub fn python_paths(&self, version: Option<&str>) -> Vec<String> {
        if self.place == Place::Task {
            return vec![String::new()];
        }
        let folders = self.files.folders_in("python/lib/").into_iter();
        let of_version = folders.filter_map(|name| {
            let found = name.strip_prefix("python")?;
            let wanted = version.is_none_or(|wanted| wanted == found);
            wanted.then(|| format!("python/lib/{name}/site-packages/"))
        });
        of_version.chain(["python/".to_owned()]).collect()
    }

    /// The folders in it in which Node looks for packages by name, in its order; all end in `/`.
    /// `major` is `20` of `nodejs20.x`; without it every version's folder counts.
    pub fn node_paths(&self, major: Option<&str>) -> Vec<String> {
        if self.place == Place::Task {
            return vec!["node_modules/".to_owned()];
        }
        let folders = self.files.folders_in("nodejs/").into_iter();
        let of_version = folders.filter_map(|name| {
            let found = name.strip_prefix("node")?;
            let is_version = !found.is_empty() && found.bytes().all(|b| b.is_ascii_digit());
            let wanted = is_version && major.is_none_or(|wanted| wanted == found);
            wanted.then(|| format!("nodejs/{name}/node_modules/"))
        });
        of_version
            .chain(["nodejs/node_modules/".to_owned()])
            .collect()
    }
}

/// What is looked into: the package and its layers, and what is known of the function.
#[derive(Debug)]
pub struct Subject {
    /// As the user named it.
    pub name: String,
    /// The package if there is one, then the layers in order.
    pub mounts: Vec<Mounted>,
    /// Layers that it has but that can't be looked into.
    pub unread: Vec<Unread>,
    /// Lambda runtime identifier; none where nobody said and the files do not tell.
    pub runtime: Option<String>,
    /// Handler; none where nobody said and the files do not tell.
    pub handler: Option<String>,
    /// `x86_64` or `arm64`, where known.
    pub architecture: Option<String>,
    /// Its variables; none where nobody knows them.
    pub environment: Option<Environment>,
}

/// Variables of a function. Their values may be secrets: they are looked at, and stand in nothing that is printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment(pub BTreeMap<String, String>);

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A layer that can't be looked into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unread {
    /// Its ARN.
    pub name: String,
    /// Why.
    pub why: String,
}

impl Subject {
    /// The mount at a place.
    pub fn mounted(&self, place: &Place) -> Option<&Mounted> {
        self.mounts.iter().find(|mount| mount.place == *place)
    }

    /// What the package or the layer at a place is called.
    pub fn name_of(&self, place: &Place) -> String {
        match place {
            Place::Task => self.name.clone(),
            Place::Layer { name, .. } => name.clone(),
        }
    }
}

/// Looks into a subject: sizes by distribution and by kind, limits, and everything that was found.
pub fn inspect(subject: &Subject) -> Anatomy {
    inspect_installed(subject, Installed::of(&subject.mounts))
}

/// The same, for those who know already what is installed.
pub fn inspect_installed(subject: &Subject, installed: Installed) -> Anatomy {
    let findings = findings(subject, &installed);
    anatomy::anatomy(subject, installed, findings)
}

/// Every room of this folder that finds something is called here, and here alone. What it tells is a variant of
/// [`Evidence`]; its words are in `render/inspect/`.
fn findings(subject: &Subject, installed: &Installed) -> Vec<Finding> {
    let distributions = &installed.distributions;
    let mut all = limits::findings(subject);
    all.extend(bytecode::findings(subject));
    all.extend(native::findings(subject, distributions));
    all.extend(duplicates::findings(subject, distributions));
    all.extend(provided::findings(subject, distributions));
    all.extend(models::findings(subject, installed));
    all.extend(unused::findings(subject, distributions));
    all.extend(reach::findings(subject, installed));
    // What is not about size costs time, or does not work at all; of notes it is the least.
    all.sort_by_key(|found| {
        let last = found.severity == Severity::Note && found.bytes.is_none();
        (found.severity, last, found.bytes.map(std::cmp::Reverse))
    });
    all
}
