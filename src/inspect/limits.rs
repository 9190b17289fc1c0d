//! Lambda's limits on packages, and how much of them is used.

use schemars::JsonSchema;
use serde::Serialize;

use super::files::LeftOutWhy;
use super::finding::MOST_EXAMPLES;
use super::{Evidence, Finding, Place, Severity, Subject};

/// A zip in a request to `CreateFunction` or `UpdateFunctionCode`; larger ones go through S3.
pub const DIRECT_BYTES: u64 = 50 * 1024 * 1024;
/// The package and its layers together, unzipped.
pub const UNZIPPED_BYTES: u64 = 262_144_000;
/// Layers of a function.
pub const LAYERS: usize = 5;

/// How much of Lambda's limits is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Limits {
    /// The package, zipped; none where it is not known.
    pub zipped_bytes: Option<u64>,
    /// What a zip may have to be sent in a request.
    pub direct_limit_bytes: u64,
    /// The package and its layers together, unzipped.
    pub unzipped_bytes: u64,
    /// What they may have.
    pub unzipped_limit_bytes: u64,
    /// Layers.
    pub layers: usize,
    /// How many there may be.
    pub layers_limit: usize,
}

/// A limit that is passed, or something that is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Limit {
    /// Together it is more than Lambda takes.
    UnzippedTooLarge {
        /// Unzipped bytes of the package and its layers.
        is: u64,
        /// What they may have.
        limit: u64,
    },
    /// The zip can't be sent in a request, only through S3.
    ZippedTooLarge {
        /// Bytes of the zip.
        is: u64,
        /// What it may have.
        limit: u64,
    },
    /// More layers than a function can have.
    TooManyLayers {
        /// How many.
        is: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Something in it that is none of its files.
    LeftOut {
        /// Why.
        why: LeftOutWhy,
        /// How many of them.
        count: usize,
    },
}

/// How much is used.
pub fn limits(subject: &Subject) -> Limits {
    let package = subject.mounts.iter().find(|m| m.place == Place::Task);
    Limits {
        zipped_bytes: package.and_then(|package| package.files.zip_bytes()),
        direct_limit_bytes: DIRECT_BYTES,
        unzipped_bytes: subject
            .mounts
            .iter()
            .map(|mount| mount.files.bytes())
            .fold(0, u64::saturating_add),
        unzipped_limit_bytes: UNZIPPED_BYTES,
        layers: subject.mounts.len() + subject.unread.len() - usize::from(package.is_some()),
        layers_limit: LAYERS,
    }
}

/// What is over a limit, and what is refused.
pub fn findings(subject: &Subject) -> Vec<Finding> {
    let used = limits(subject);
    let mut found = Vec::new();
    let mut say = |severity, subject: &str, place, examples, limit| {
        found.push(Finding {
            severity,
            subject: subject.to_owned(),
            place,
            bytes: None,
            examples,
            evidence: Evidence::Limit(limit),
        });
    };
    if used.unzipped_bytes > UNZIPPED_BYTES {
        let limit = Limit::UnzippedTooLarge {
            is: used.unzipped_bytes,
            limit: UNZIPPED_BYTES,
        };
        say(Severity::Problem, &subject.name, None, Vec::new(), limit);
    }
    if used.layers > LAYERS {
        let limit = Limit::TooManyLayers {
            is: used.layers,
            limit: LAYERS,
        };
        say(Severity::Problem, &subject.name, None, Vec::new(), limit);
    }
    if let Some(is) = used.zipped_bytes.filter(|is| *is > DIRECT_BYTES) {
        let limit = Limit::ZippedTooLarge {
            is,
            limit: DIRECT_BYTES,
        };
        say(
            Severity::Note,
            &subject.name,
            Some(Place::Task),
            Vec::new(),
            limit,
        );
    }
    for mount in &subject.mounts {
        let name = match &mount.place {
            Place::Task => &subject.name,
            Place::Layer { name, .. } => name,
        };
        let mut left_out: Vec<_> = mount.files.left_out().iter().collect();
        left_out.sort_by_key(|other| other.why);
        for same in left_out.chunk_by(|a, b| a.why == b.why) {
            let named = same.iter().map(|other| other.path.clone());
            let examples = named.filter(|path| !path.is_empty()).take(MOST_EXAMPLES);
            let limit = Limit::LeftOut {
                why: same[0].why,
                count: same.len(),
            };
            let place = Some(mount.place.clone());
            say(Severity::Problem, name, place, examples.collect(), limit);
        }
    }
    found
}

#[cfg(test)]
mod tests;
