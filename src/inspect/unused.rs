//! Files that are needed to build or to check a program, and that no runtime reads.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::finding::{Evidence, Finding, Severity, examples};
use super::{Distribution, Subject};

/// Less than this in a package is not worth a word.
const MUCH: u64 = 256 * 1024;

/// What was found that no runtime reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Unused {
    /// By what they are for, the largest first.
    NotReadAtRunTime {
        /// What they are for.
        groups: Vec<Group>,
    },
}

/// Files of one purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Group {
    /// What they are for.
    pub purpose: Purpose,
    /// How many.
    pub files: usize,
    /// Unzipped.
    pub bytes: u64,
}

/// What a file is for that no runtime reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// `.pyi`, and TypeScript in `node_modules`: checkers and editors.
    Types,
    /// C, C++, Fortran and Cython, and headers: compilers.
    NativeSources,
    /// `.a`, `.o`, `.lib`: linkers.
    StaticLibraries,
    /// `.map` in `node_modules`: debuggers, and Node where it is started with `--enable-source-maps`.
    SourceMaps,
    /// Markdown and reStructuredText in what is installed: people.
    Documents,
}

impl Purpose {
    /// Read off a path; none where something may read it.
    fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next()?.to_ascii_lowercase();
        let ending = name.rsplit_once('.')?.1;
        let in_node = path.starts_with("node_modules/") || path.contains("/node_modules/");
        Some(match ending {
            "pyi" => Self::Types,
            "ts" | "mts" | "cts" | "tsbuildinfo" if in_node => Self::Types,
            "c" | "cc" | "cpp" | "cxx" | "h" | "hh" | "hpp" | "hxx" | "f" | "f90" | "pyx"
            | "pxd" | "pxi" => Self::NativeSources,
            "a" | "o" | "la" | "lib" => Self::StaticLibraries,
            "map" if in_node => Self::SourceMaps,
            "md" | "markdown" | "rst" => Self::Documents,
            _ => return None,
        })
    }
}

/// Finds what no runtime reads, of what was installed: the function's own files may be data whatever their names.
pub fn findings(subject: &Subject, distributions: &[Distribution]) -> Vec<Finding> {
    let found = subject.mounts.iter().filter_map(|mount| {
        let installed = distributions.iter().filter(|d| d.place == mount.place);
        let files: Vec<_> = installed
            .flat_map(|d| &d.files)
            .map(|&file| &mount.files.list()[file])
            // What installers left tells which versions are there, and programs do read it.
            .filter(|file| !file.path.contains(".dist-info/"))
            .filter_map(|file| Some((Purpose::of(&file.path)?, file)))
            .collect();
        let mut groups: BTreeMap<Purpose, (usize, u64)> = BTreeMap::new();
        for (purpose, file) in &files {
            let (count, bytes) = groups.entry(*purpose).or_default();
            *count += 1;
            *bytes = bytes.saturating_add(file.bytes);
        }
        let bytes = groups.values().map(|(_, bytes)| bytes).sum();
        let mut groups: Vec<Group> = groups
            .into_iter()
            .map(|(purpose, (files, bytes))| Group {
                purpose,
                files,
                bytes,
            })
            .collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.bytes));
        (bytes >= MUCH).then(|| Finding {
            severity: Severity::Waste,
            subject: subject.name_of(&mount.place),
            place: Some(mount.place.clone()),
            bytes: Some(bytes),
            examples: examples(
                files
                    .iter()
                    .map(|(_, file)| (file.path.as_str(), file.bytes)),
            ),
            evidence: Evidence::Unused(Unused::NotReadAtRunTime { groups }),
        })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::distributions::distributions;
    use crate::inspect::{Place, samples};

    #[test]
    fn what_was_installed_and_no_runtime_reads_is_told_from_a_quarter_of_a_megabyte_on() {
        for (headers, told) in [(MUCH - 300_u64, false), (MUCH - 299, true)] {
            let bytes = |bytes: u64| "x".repeat(bytes as usize);
            let folder = samples::folder(&[
                ("lib/a.h", bytes(headers - 1_000)),
                ("lib/b.h", bytes(1_000)),
                ("lib/a.pyi", bytes(299)),
                // The function's own, and what installers left.
                ("own.h", bytes(500_000)),
                ("lib-1.0.dist-info/README.md", bytes(500_000)),
                (
                    "lib-1.0.dist-info/METADATA",
                    "Name: lib\nVersion: 1.0\n".into(),
                ),
                (
                    "lib-1.0.dist-info/RECORD",
                    "lib/a.h,,\nlib/b.h,,\nlib/a.pyi,,\nlib-1.0.dist-info/README.md,,\n".into(),
                ),
            ]);
            let subject = samples::subject(folder.path());
            let found = findings(&subject, &distributions(&subject.mounts[0]));
            let groups = vec![
                Group {
                    purpose: Purpose::NativeSources,
                    files: 2,
                    bytes: headers,
                },
                Group {
                    purpose: Purpose::Types,
                    files: 1,
                    bytes: 299,
                },
            ];
            let expected = told.then(|| Finding {
                severity: Severity::Waste,
                subject: "app".to_owned(),
                place: Some(Place::Task),
                bytes: Some(headers + 299),
                examples: ["lib/a.h", "lib/b.h", "lib/a.pyi"]
                    .map(str::to_owned)
                    .to_vec(),
                evidence: Evidence::Unused(Unused::NotReadAtRunTime { groups }),
            });
            assert_eq!(found, Vec::from_iter(expected));
        }
    }

    #[test]
    fn a_name_tells_what_a_file_is_for() {
        for (path, wanted) in [
            ("numpy/core/__init__.pyi", Some(Purpose::Types)),
            ("node_modules/a/index.d.ts", Some(Purpose::Types)),
            (
                "python/numpy/core/include/x.h",
                Some(Purpose::NativeSources),
            ),
            ("numpy/lib/libnpymath.a", Some(Purpose::StaticLibraries)),
            ("nodejs/node_modules/a/b.js.map", Some(Purpose::SourceMaps)),
            ("a/README.md", Some(Purpose::Documents)),
            ("data/cities.map", None),
            ("app.ts", None),
            ("a/b.py", None),
            ("README", None),
        ] {
            assert_eq!(Purpose::of(path), wanted, "{path}");
        }
    }
}
