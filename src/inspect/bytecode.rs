//! Bytecode: which sources Python compiles again at every cold start, since /var/task is read-only, and which bytecode
//! it never reads. All from names, times and a few bytes of each file, nothing is unpacked or run.

pub mod fix;
mod pyc;
pub mod sources;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::finding::{Evidence, Finding, MOST_EXAMPLES, Severity, examples};
use super::python::Python;
use super::{Mounted, Subject};
use fix::Fix;
use sources::{Class, Decisions, Source, Unread};

/// From so many bytes of source on, compiling them at each start is more than worth knowing.
const MUCH_SOURCE: u64 = 32 * 1024;

/// What was found about bytecode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Bytecode {
    /// Sources that are compiled at every cold start.
    BytecodeNotUsed(Box<NotUsed>),
    /// Bytecode in place of a source, that this Python refuses: importing it fails.
    BytecodeRefused {
        /// `3.11`
        python: String,
        /// So many files.
        files: usize,
        /// The Pythons that made it, where the files tell.
        made_by: Vec<String>,
    },
    /// Bytecode that is used without a look at the source, and was made from another one: the old code runs.
    BytecodeOfOtherSource {
        /// `3.11`
        python: String,
        /// So many files.
        files: usize,
        /// Makes it anew.
        fix: Vec<Fix>,
    },
    /// Bytecode that this Python never reads.
    BytecodeNeverRead {
        /// `3.11`
        python: String,
        /// So many files.
        files: usize,
        /// Of them, named for another Python or another level of optimisation.
        other_name: usize,
        /// Of them, in `__pycache__` without their source.
        no_source: usize,
        /// Of them, beside their source.
        beside_source: usize,
        /// Of them, those whose source is hidden by a native module or a package of the same name.
        hidden: usize,
    },
}

impl Bytecode {
    /// The commands of the surest remedy; empty where there is none.
    pub fn commands(&self) -> &[String] {
        let ways = match self {
            Self::BytecodeNotUsed(found) => &found.fix,
            Self::BytecodeOfOtherSource { fix, .. } => fix,
            Self::BytecodeRefused { .. } | Self::BytecodeNeverRead { .. } => return &[],
        };
        ways.first().map_or(&[], |fix| &fix.commands)
    }
}

/// Sources that are compiled at every cold start, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NotUsed {
    /// `3.11`
    pub python: String,
    /// False where no runtime told it, and the names of most files did.
    pub python_certain: bool,
    /// All sources that can be imported.
    pub sources: usize,
    /// Of them, those that are compiled at every start where they are imported.
    pub compiled: usize,
    /// The bytes of those.
    pub source_bytes: u64,
    /// Of the compiled: without any bytecode.
    pub missing: usize,
    /// Of the compiled: with bytecode for other Pythons alone.
    pub other_python: usize,
    /// Of the compiled: the time in the bytecode is not the source's, by what became of the time.
    pub stale_time: StaleTime,
    /// Of the compiled: the size in the bytecode is not the source's.
    pub stale_size: usize,
    /// Of the compiled: the hash in the bytecode is not the source's.
    pub stale_hash: usize,
    /// Of the compiled: the bytecode is cut short, or its flags mean nothing.
    pub damaged: usize,
    /// One source whose time differs.
    pub example: Option<TwoTimes>,
    /// The folders and modules with most bytes to compile, the largest first.
    pub largest: Vec<Folder>,
    /// What to do, the surest first.
    pub fix: Vec<Fix>,
}

/// What became of the times of sources with stale bytecode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StaleTime {
    /// All.
    pub sources: usize,
    /// Dated to the first day of 1980, the oldest that a zip knows, as tools do that want equal zips of equal files.
    pub dated_1980: usize,
    /// Off by a second: a zip keeps times in steps of two where it has no extended timestamp.
    pub rounded: usize,
    /// Off by whole quarters of an hour: local time was written into the zip.
    pub time_zone: usize,
}

/// A source's time in its bytecode, and in the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TwoTimes {
    /// The source.
    pub source: String,
    /// What the bytecode recorded, RFC 3339.
    pub recorded: String,
    /// What the source will have once Lambda has unpacked it, RFC 3339.
    pub found: String,
}

/// A folder or a module at the top of a search path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Folder {
    /// Its name.
    pub name: String,
    /// Sources that are compiled.
    pub sources: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Finds what there is to say about a subject's bytecode, for its package and each of its layers.
pub fn findings(subject: &Subject) -> Vec<Finding> {
    let python = Python::of(subject);
    let mut found = Vec::new();
    for mount in &subject.mounts {
        let Some(decisions) = decisions(subject, mount) else {
            continue;
        };
        let report = Report {
            subject,
            mount,
            python,
        };
        found.extend(report.not_used(&decisions));
        if python.is_some() {
            found.extend(report.refused(&decisions));
            found.extend(report.of_other_source(&decisions));
            found.extend(report.never_read(&decisions));
        }
    }
    found
}

/// What Python decides of a subject's package or layer; none for other runtimes, and for a Python whose bytecode is not
/// known.
pub fn decisions(subject: &Subject, mount: &Mounted) -> Option<Decisions> {
    let is_python = |runtime: &String| runtime.starts_with("python");
    if !subject.runtime.as_ref().is_none_or(is_python) {
        return None;
    }
    let python = Python::of(subject);
    let version = python.map(Python::version);
    let roots = mount.python_paths(version.as_deref());
    // Where nothing tells the version, no bytecode is named for one, and it makes no difference which is taken.
    let python = python.unwrap_or(Python {
        minor: pyc::NEWEST,
        certain: false,
    });
    let arm = subject.architecture.as_deref() == Some("arm64");
    pyc::known(python.minor).then(|| sources::decide(&mount.files, &roots, python, arm))
}

struct Report<'a> {
    subject: &'a Subject,
    mount: &'a Mounted,
    python: Option<Python>,
}

impl Report<'_> {
    fn finding(
        &self,
        severity: Severity,
        bytes: Option<u64>,
        examples: Vec<String>,
        evidence: Bytecode,
    ) -> Finding {
        Finding {
            severity,
            subject: self.subject.name_of(&self.mount.place),
            place: Some(self.mount.place.clone()),
            bytes,
            examples,
            evidence: Evidence::Bytecode(evidence),
        }
    }

    fn version(&self) -> String {
        self.python.map_or_else(|| "3".to_owned(), Python::version)
    }

    fn fix(&self) -> Vec<Fix> {
        let name = self.subject.name_of(&self.mount.place);
        fix::fixes(self.mount, &name, &self.version())
    }

    fn not_used(&self, decisions: &Decisions) -> Option<Finding> {
        let all = &decisions.sources;
        let mut compiled: Vec<&Source> = all
            .iter()
            .filter(|source| source.class.is_compiled())
            .collect();
        if compiled.is_empty() {
            return None;
        }
        compiled.sort_by_key(|source| std::cmp::Reverse(source.bytes));
        let count = |class| {
            compiled
                .iter()
                .filter(|source| source.class == class)
                .count()
        };
        let source_bytes = compiled.iter().map(|source| source.bytes).sum();
        let not_used = NotUsed {
            python: self.version(),
            python_certain: self.python.is_some_and(|python| python.certain),
            sources: all.len(),
            compiled: compiled.len(),
            source_bytes,
            missing: count(Class::Missing),
            other_python: count(Class::OtherPython),
            stale_time: stale_times(&compiled),
            stale_size: count(Class::StaleSize),
            stale_hash: count(Class::StaleHash),
            damaged: count(Class::Damaged),
            example: compiled.iter().find_map(|source| two_times(source)),
            largest: self.largest(&compiled),
            fix: self.fix(),
        };
        let severity = if source_bytes < MUCH_SOURCE {
            Severity::Note
        } else {
            Severity::Waste
        };
        let examples = examples(
            compiled
                .iter()
                .map(|source| (source.path.as_str(), source.bytes)),
        );
        Some(self.finding(
            severity,
            None,
            examples,
            Bytecode::BytecodeNotUsed(Box::new(not_used)),
        ))
    }

    fn largest(&self, compiled: &[&Source]) -> Vec<Folder> {
        let version = self.python.map(Python::version);
        let roots = self.mount.python_paths(version.as_deref());
        let mut folders: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
        for source in compiled {
            let inside = sources::below(&source.path, &roots).unwrap_or(&source.path);
            let name = inside.split('/').next().unwrap_or(inside);
            let (sources, bytes) = folders.entry(name).or_default();
            *sources += 1;
            *bytes += source.bytes;
        }
        let mut folders: Vec<Folder> = folders
            .into_iter()
            .map(|(name, (sources, bytes))| Folder {
                name: name.to_owned(),
                sources,
                bytes,
            })
            .collect();
        folders.sort_by_key(|folder| std::cmp::Reverse(folder.bytes));
        folders.truncate(MOST_EXAMPLES);
        folders
    }

    fn refused(&self, decisions: &Decisions) -> Option<Finding> {
        let refused: Vec<_> = decisions
            .sourceless
            .iter()
            .filter(|file| !file.loads)
            .collect();
        let mut made_by: Vec<u8> = refused.iter().filter_map(|file| file.made_by).collect();
        made_by.sort_unstable();
        made_by.dedup();
        let evidence = Bytecode::BytecodeRefused {
            python: self.version(),
            files: refused.len(),
            made_by: made_by.iter().map(|minor| format!("3.{minor}")).collect(),
        };
        let examples = examples(refused.iter().map(|file| (file.path.as_str(), file.bytes)));
        (!refused.is_empty()).then(|| self.finding(Severity::Problem, None, examples, evidence))
    }

    fn of_other_source(&self, decisions: &Decisions) -> Option<Finding> {
        let old = decisions
            .sources
            .iter()
            .filter(|source| source.class == Class::UncheckedOther);
        let old: Vec<_> = old
            .map(|source| (source.path.as_str(), source.bytes))
            .collect();
        let evidence = Bytecode::BytecodeOfOtherSource {
            python: self.version(),
            files: old.len(),
            fix: self.fix(),
        };
        (!old.is_empty())
            .then(|| self.finding(Severity::Problem, None, examples(old.into_iter()), evidence))
    }

    fn never_read(&self, decisions: &Decisions) -> Option<Finding> {
        let unread = &decisions.unread;
        let count = |wanted| unread.iter().filter(|(.., why)| *why == wanted).count();
        let evidence = Bytecode::BytecodeNeverRead {
            python: self.version(),
            files: unread.len(),
            other_name: count(Unread::OtherName),
            no_source: count(Unread::NoSource),
            beside_source: count(Unread::BesideSource),
            hidden: count(Unread::Hidden),
        };
        let bytes = unread.iter().map(|(_, bytes, _)| bytes).sum();
        let examples = examples(
            unread
                .iter()
                .map(|(path, bytes, _)| (path.as_str(), *bytes)),
        );
        (!unread.is_empty()).then(|| self.finding(Severity::Waste, Some(bytes), examples, evidence))
    }
}

/// Midnight of the first day that a zip's own dates know.
const FIRST_OF_1980: i64 = 315_532_800;
const DAY: i64 = 24 * 60 * 60;
const QUARTER: i64 = 15 * 60;
/// No place on earth is further from UTC.
const FURTHEST_ZONE: i64 = 14 * 60 * 60;

fn stale_times(compiled: &[&Source]) -> StaleTime {
    let mut stale = StaleTime::default();
    for source in compiled
        .iter()
        .filter(|source| source.class == Class::StaleTime)
    {
        stale.sources += 1;
        let Some((recorded, found)) = source.times else {
            continue;
        };
        let off = (i64::from(recorded) - found).abs();
        if (FIRST_OF_1980..FIRST_OF_1980 + DAY).contains(&found) {
            stale.dated_1980 += 1;
        } else if off <= 1 {
            stale.rounded += 1;
        } else if off <= FURTHEST_ZONE && (off + 1) % QUARTER <= 2 {
            stale.time_zone += 1;
        }
    }
    stale
}

fn two_times(source: &Source) -> Option<TwoTimes> {
    let (recorded, found) = source.times?;
    Some(TwoTimes {
        source: source.path.clone(),
        recorded: rfc3339(recorded.into())?,
        found: rfc3339(found)?,
    })
}

fn rfc3339(seconds: i64) -> Option<String> {
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    Some(time.to_string())
}

#[cfg(test)]
mod tests;
