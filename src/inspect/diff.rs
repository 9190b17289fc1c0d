//! What went and what came between two packages.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::kinds::Kind;
use super::{Anatomy, Ecosystem, Finding, Part};

/// Before and after, the largest changes first. Sizes are bytes, unzipped.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Diff {
    /// Everything.
    pub unzipped: Change,
    /// The zip of the package; null where it is not known of both.
    pub zipped: Option<Change>,
    /// Files.
    pub files: Change,
    /// By distribution, those alone that differ; the function's own code has no name.
    pub distributions: Vec<DistributionChange>,
    /// By kind, those alone that differ.
    pub kinds: Vec<KindChange>,
    /// What was found before and is no longer.
    pub gone: Vec<Finding>,
}

/// A figure before and after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// Before.
    pub before: u64,
    /// After.
    pub after: u64,
}

impl Change {
    /// How far apart they are.
    pub fn size(self) -> u64 {
        self.before.abs_diff(self.after)
    }
}

/// What became of a distribution, wherever it lay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DistributionChange {
    /// Its name; empty for what belongs to none.
    pub name: String,
    /// Where it is from; null for what belongs to none.
    pub ecosystem: Option<Ecosystem>,
    /// Its versions before; empty if it came.
    pub before_versions: Vec<String>,
    /// Its versions after; empty if it went.
    pub after_versions: Vec<String>,
    /// Its bytes.
    #[serde(flatten)]
    pub bytes: Change,
}

/// What became of the files of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KindChange {
    /// The kind.
    pub kind: Kind,
    /// Their bytes.
    #[serde(flatten)]
    pub bytes: Change,
}

/// Compares two.
pub fn diff(before: &Anatomy, after: &Anatomy) -> Diff {
    let files = |of: &Anatomy| of.parts.iter().map(|part| part.files as u64).sum();
    Diff {
        unzipped: Change {
            before: before.limits.unzipped_bytes,
            after: after.limits.unzipped_bytes,
        },
        zipped: before
            .limits
            .zipped_bytes
            .zip(after.limits.zipped_bytes)
            .map(|(before, after)| Change { before, after }),
        files: Change {
            before: files(before),
            after: files(after),
        },
        distributions: distributions(before, after),
        kinds: kinds(before, after),
        gone: gone(before, after),
    }
}

/// The same finding may have other figures: its kind and what it is about tell whether it is still there.
fn gone(before: &Anatomy, after: &Anatomy) -> Vec<Finding> {
    let keys = |of: &Anatomy| -> Vec<(String, String)> {
        let target = &of.target;
        let subject = |finding: &Finding| match &finding.subject {
            // The packages themselves have two names.
            whole if whole == target => String::new(),
            part => part.clone(),
        };
        let findings = of.findings.iter();
        findings
            .map(|finding| (finding.kind(), subject(finding)))
            .collect()
    };
    let still = keys(after);
    let mut gone: Vec<(_, &Finding)> = keys(before).into_iter().zip(&before.findings).collect();
    gone.retain(|(key, _)| !still.contains(key));
    gone.into_iter()
        .map(|(_, finding)| finding.clone())
        .collect()
}

fn distributions(before: &Anatomy, after: &Anatomy) -> Vec<DistributionChange> {
    let mut by_name: BTreeMap<(String, Option<Ecosystem>), DistributionChange> = BTreeMap::new();
    for (of, is_after) in [(before, false), (after, true)] {
        let installed = of.distributions.iter().map(|d| {
            (
                d.name.as_str(),
                Some(d.ecosystem),
                d.version.as_str(),
                d.bytes,
            )
        });
        let own = of
            .parts
            .iter()
            .map(|part: &Part| ("", None, "", part.own.bytes));
        for (name, ecosystem, version, bytes) in installed.chain(own) {
            // `PyYAML` and `pyyaml` are one to everybody but their metadata.
            let key = name.to_lowercase().replace(['_', '.'], "-");
            let entry = by_name
                .entry((key, ecosystem))
                .or_insert_with(|| DistributionChange {
                    name: name.to_owned(),
                    ecosystem,
                    before_versions: Vec::new(),
                    after_versions: Vec::new(),
                    bytes: Change::default(),
                });
            let (versions, sum) = if is_after {
                (&mut entry.after_versions, &mut entry.bytes.after)
            } else {
                (&mut entry.before_versions, &mut entry.bytes.before)
            };
            *sum = sum.saturating_add(bytes);
            if ecosystem.is_some() && !versions.iter().any(|known| known == version) {
                versions.push(version.to_owned());
                versions.sort();
            }
        }
    }
    let mut all: Vec<_> = by_name
        .into_values()
        .filter(|of| of.bytes.size() > 0 || of.before_versions != of.after_versions)
        .collect();
    all.sort_by(|a, b| (b.bytes.size(), &a.name).cmp(&(a.bytes.size(), &b.name)));
    all
}

fn kinds(before: &Anatomy, after: &Anatomy) -> Vec<KindChange> {
    let of = |anatomy: &Anatomy, kind| {
        let found = anatomy.kinds.iter().find(|of| of.kind == kind);
        found.map_or(0, |of| of.sum.bytes)
    };
    let mut all: Vec<_> = Kind::ALL
        .into_iter()
        .map(|kind| KindChange {
            kind,
            bytes: Change {
                before: of(before, kind),
                after: of(after, kind),
            },
        })
        .filter(|of| of.bytes.size() > 0)
        .collect();
    all.sort_by_key(|of| std::cmp::Reverse(of.bytes.size()));
    all
}

#[cfg(test)]
mod tests {
    use super::super::{inspect, samples};
    use super::*;

    fn of(files: &[(&str, &str)]) -> Anatomy {
        samples::anatomy("nodejs20.x", files)
    }

    #[test]
    fn what_was_found_and_is_not_any_more_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let found = |names: &[&str]| {
            let path = folder.path().join(names.len().to_string());
            let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
            for name in names {
                let options = zip::write::SimpleFileOptions::default();
                zip.start_file(*name, options).unwrap();
            }
            zip.finish().unwrap();
            inspect(&samples::subject(&path))
        };
        let (two, one) = (found(&["../a", "b"]), found(&["b"]));
        let gone = diff(&two, &one).gone;
        assert_eq!(gone, two.findings);
        assert_eq!(gone.len(), 1);
        let three = found(&["../a", "../c", "b"]);
        assert!(diff(&two, &three).gone.is_empty());
    }

    #[test]
    fn the_same_found_of_another_part_is_something_else() {
        let finding = |subject: &str| Finding {
            severity: crate::inspect::Severity::Note,
            subject: subject.to_owned(),
            place: None,
            bytes: None,
            examples: Vec::new(),
            evidence: crate::inspect::Evidence::Models(
                crate::inspect::models::Models::AwsSdk2Models {
                    files: 1,
                    models_bytes: 1,
                    browser_bytes: 1,
                },
            ),
        };
        let (mut before, mut after) = (of(&[("app.py", "")]), of(&[("app.py", "")]));
        before.findings = vec![finding("here"), finding("there")];
        after.findings = vec![finding("there"), finding("new")];
        assert_eq!(diff(&before, &after).gone, [finding("here")]);
    }

    #[test]
    fn copies_of_one_package_are_summed_and_each_version_is_named_once() {
        let package = |version: &str| format!("{{\"name\": \"ms\", \"version\": \"{version}\"}}");
        let before = of(&[
            ("app.js", "1"),
            (
                "node_modules/a/node_modules/ms/package.json",
                &package("2.0.0"),
            ),
            (
                "node_modules/b/node_modules/ms/package.json",
                &package("1.0.0"),
            ),
            (
                "node_modules/c/node_modules/ms/package.json",
                &package("2.0.0"),
            ),
        ]);
        let after = of(&[("app.js", "12")]);
        let found = diff(&before, &after).distributions;
        let ms = found.iter().find(|of| of.name == "ms").unwrap();
        assert_eq!(ms.before_versions, ["1.0.0", "2.0.0"]);
        assert_eq!(ms.bytes.before, 3 * package("1.0.0").len() as u64);
        let own = found.iter().find(|of| of.name.is_empty()).unwrap();
        assert!(own.before_versions.is_empty() && own.after_versions.is_empty());
    }

    #[test]
    fn the_largest_change_stands_first_and_what_is_the_same_is_not_there() {
        let before = of(&[
            ("app.py", "12345"),
            ("node_modules/same/x.js", "1234567"),
            ("node_modules/went/x.js", "1234567890"),
            ("node_modules/grew/x.js", "1"),
            ("node_modules/other/package.json", r#"{"version": "1.0.0"}"#),
        ]);
        let after = of(&[
            ("app.py", "123"),
            ("node_modules/same/x.js", "1234567"),
            ("node_modules/grew/x.js", "1234"),
            ("node_modules/other/package.json", r#"{"version": "2.0.0"}"#),
        ]);
        let diff = diff(&before, &after);
        let found: Vec<_> = diff
            .distributions
            .iter()
            .map(|of| (of.name.as_str(), of.bytes.before, of.bytes.after))
            .collect();
        assert_eq!(
            found,
            [
                ("went", 10, 0),
                ("grew", 1, 4),
                ("", 5, 3),
                ("other", 20, 20)
            ]
        );
        let other = diff.distributions.last().unwrap();
        assert_eq!(
            (&other.before_versions[0], &other.after_versions[0]),
            (&"1.0.0".into(), &"2.0.0".into())
        );
        assert_eq!(
            diff.files,
            Change {
                before: 5,
                after: 4
            }
        );
        assert_eq!(
            diff.unzipped,
            Change {
                before: 43,
                after: 34
            }
        );
        let kinds: Vec<_> = diff
            .kinds
            .iter()
            .map(|of| (of.kind, of.bytes.size()))
            .collect();
        assert_eq!(kinds, [(Kind::Source, 9)]);
    }
}
