//! All that is said of a package, as `lambench inspect --json` prints it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::diff::{Diff, diff};
use super::kinds::{Kind, kind};
use super::limits::{Limits, limits};
use super::tree::{Node, tree};
use super::{Distribution, Finding, Installed, Mounted, Place, Subject, Unread};

/// The version of the JSON form. It only grows: fields are added, never renamed or removed.
pub const SCHEMA_VERSION: u32 = 1;

/// A package and its layers, looked into. Sizes are bytes.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Anatomy {
    /// As it was named.
    pub target: String,
    /// Lambda runtime identifier; null where nobody said and the files do not tell.
    pub runtime: Option<String>,
    /// Handler; null where nobody said and the files do not tell.
    pub handler: Option<String>,
    /// `x86_64` or `arm64`, where known.
    pub architecture: Option<String>,
    /// The package and its layers.
    pub parts: Vec<Part>,
    /// Layers that could not be read: they are in no figure but their number.
    pub unread: Vec<Unread>,
    /// How much of Lambda's limits is used.
    pub limits: Limits,
    /// What was installed, the largest first.
    pub distributions: Vec<Distribution>,
    /// By what files are for, the largest first.
    pub kinds: Vec<OfKind>,
    /// By distribution, then by folder, the largest first.
    pub tree: Node,
    /// What is worth saying.
    pub findings: Vec<Finding>,
}

/// The package or a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Part {
    /// Where it is at run time.
    pub place: Place,
    /// The size of its zip, where known.
    pub zipped_bytes: Option<u64>,
    /// Its files, unzipped.
    pub unzipped_bytes: u64,
    /// How many files.
    pub files: usize,
    /// What belongs to no distribution: the function's own code and data.
    pub own: Sum,
}

/// Files of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OfKind {
    /// What they are for.
    pub kind: Kind,
    /// How many, and how large.
    #[serde(flatten)]
    pub sum: Sum,
}

/// Files counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sum {
    /// How many.
    pub files: usize,
    /// Unzipped.
    pub bytes: u64,
    /// Zipped; null where not known of all.
    pub packed_bytes: Option<u64>,
}

impl Sum {
    /// Of none.
    pub const NONE: Self = Self {
        files: 0,
        bytes: 0,
        packed_bytes: Some(0),
    };

    /// One more.
    pub fn add(&mut self, bytes: u64, packed_bytes: Option<u64>) {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        self.packed_bytes = self
            .packed_bytes
            .zip(packed_bytes)
            .map(|(sum, more)| sum.saturating_add(more));
    }

    /// All of another sum's.
    pub fn merge(&mut self, other: &Self) {
        self.files += other.files;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.packed_bytes = self
            .packed_bytes
            .zip(other.packed_bytes)
            .map(|(sum, more)| sum.saturating_add(more));
    }

    /// Of some of a package's files.
    pub fn of(mount: &Mounted, files: impl IntoIterator<Item = usize>) -> Self {
        let mut sum = Self::NONE;
        for i in files {
            let file = &mount.files.list()[i];
            sum.add(file.bytes, file.packed_bytes);
        }
        sum
    }
}

/// What `lambench inspect --json` prints: the package, or the one after of two.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Inspection {
    /// Of this form.
    pub schema_version: u32,
    /// The lambench that wrote it.
    pub lambench_version: String,
    /// The package, or the one after.
    #[serde(flatten)]
    pub anatomy: Anatomy,
    /// The one before; null where one was looked into.
    pub before: Option<Anatomy>,
    /// What went and what came; null where one was looked into.
    pub diff: Option<Diff>,
}

impl Inspection {
    /// Of one package, or of two.
    pub fn new(before: Option<Anatomy>, anatomy: Anatomy) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            lambench_version: env!("CARGO_PKG_VERSION").to_owned(),
            diff: before.as_ref().map(|before| diff(before, &anatomy)),
            before,
            anatomy,
        }
    }

    /// The same with no more of each tree than this: see [`Node::largest`]. The package and its layers are no level.
    #[must_use]
    pub fn cut(&self, depth: usize, most: usize) -> Self {
        let cut = |anatomy: &Anatomy| {
            let parts = anatomy.parts.len();
            let (depth, most) = match parts {
                1 => (depth, most),
                _ => (depth + 1, most + parts),
            };
            Anatomy {
                tree: anatomy.tree.largest(depth, most),
                ..anatomy.clone()
            }
        };
        Self {
            anatomy: cut(&self.anatomy),
            before: self.before.as_ref().map(cut),
            ..self.clone()
        }
    }
}

pub(super) fn anatomy(subject: &Subject, installed: Installed, findings: Vec<Finding>) -> Anatomy {
    let tree = tree(subject, &installed);
    let mounts = subject.mounts.iter().zip(&installed.own);
    let parts = mounts.map(|(mount, own)| Part {
        place: mount.place.clone(),
        zipped_bytes: mount.files.zip_bytes(),
        unzipped_bytes: mount.files.bytes(),
        files: mount.files.list().len(),
        own: Sum::of(mount, own.iter().copied()),
    });
    let parts = parts.collect();
    Anatomy {
        target: subject.name.clone(),
        runtime: subject.runtime.clone(),
        handler: subject.handler.clone(),
        architecture: subject.architecture.clone(),
        parts,
        unread: subject.unread.clone(),
        limits: limits(subject),
        kinds: kinds(subject),
        distributions: installed.distributions,
        tree,
        findings,
    }
}

fn kinds(subject: &Subject) -> Vec<OfKind> {
    let mut sums: BTreeMap<Kind, Sum> = BTreeMap::new();
    for file in subject.mounts.iter().flat_map(|mount| mount.files.list()) {
        let sum = sums.entry(kind(&file.path)).or_insert(Sum::NONE);
        sum.add(file.bytes, file.packed_bytes);
    }
    let mut kinds: Vec<OfKind> = sums
        .into_iter()
        .map(|(kind, sum)| OfKind { kind, sum })
        .collect();
    kinds.sort_by_key(|of| std::cmp::Reverse(of.sum.bytes));
    kinds
}
