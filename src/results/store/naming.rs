//! What a word names among stored results: a file, a run's id or the beginning of one, a baseline, `last`, `last~1`;
//! with `@before` or `@after` where a result holds both.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::is_near;
use super::listing::front;
use super::{Store, StoreError, stems};
use crate::results::{Arm, ArmSummary, RunResult, SubjectResult};

/// A stored result, and the arm of it that is meant.
#[derive(Debug, Clone)]
pub struct Named {
    /// The result.
    pub result: RunResult,
    /// The arm.
    pub arm: Arm,
    /// The baseline's name, if it is one.
    pub baseline: Option<String>,
    /// The file it was read from.
    pub path: PathBuf,
}

impl Named {
    /// Subject and figures of the arm that is meant.
    pub fn measured(&self) -> Option<(&SubjectResult, &ArmSummary)> {
        self.result.measured(self.arm)
    }

    /// The result and the arm, as a comparison takes them.
    pub fn side(&self) -> (&RunResult, Arm) {
        (&self.result, self.arm)
    }
}

/// Where a word leads.
enum Place {
    File(PathBuf),
    Result(String),
    Baseline(String),
}

impl Store {
    /// The result that a word names. A word with a slash in it, or one that ends in `.json`, is a file; of the rest a
    /// baseline's whole name wins, then a run's id or the only one that begins so, then a file that is there.
    pub fn named(&self, word: &str) -> Result<Named, StoreError> {
        let (name, arm) = split_arm(word);
        let (baseline, path) = match self.place(name)? {
            Place::File(path) => (None, path),
            Place::Result(id) => (None, self.result_path(&id)),
            Place::Baseline(name) => {
                let path = self.baseline_path(&name);
                (Some(name), path)
            }
        };
        let result = read(&path)?;
        let arms = || result.subjects.iter().map(|subject| subject.arm);
        let arm = match arm {
            Some(arm) if arms().any(|found| found == arm) => arm,
            Some(arm) => {
                return Err(StoreError::NoArm {
                    name: name.to_owned(),
                    arm,
                    arms: arms().collect(),
                });
            }
            None => match result.latest() {
                Some((subject, _)) => subject.arm,
                None => arms().next_back().unwrap_or(Arm::Only),
            },
        };
        Ok(Named {
            result,
            arm,
            baseline,
            path,
        })
    }

    fn place(&self, name: &str) -> Result<Place, StoreError> {
        if let Some(name) = name.strip_prefix("baseline:") {
            return self.baseline_named(name).map(Place::Baseline);
        }
        if let Some(id) = name.strip_prefix("result:") {
            return self.id_named(id).map(Place::Result);
        }
        if looks_like_a_file(name) {
            return Ok(Place::File(name.into()));
        }
        if let Some(back) = last(name) {
            return self.last(back).map(Place::Result);
        }
        let baseline = self.baselines().into_iter().any(|known| known == name);
        let ids = self.ids();
        if baseline && ids.iter().any(|id| id == name) {
            return Err(StoreError::Ambiguous {
                name: name.to_owned(),
                found: vec![format!("baseline:{name}"), format!("result:{name}")],
            });
        }
        if baseline {
            return Ok(Place::Baseline(name.to_owned()));
        }
        match self.id_named(name) {
            Err(StoreError::NoResult { .. }) if Path::new(name).is_file() => {
                Ok(Place::File(name.into()))
            }
            Err(StoreError::NoResult { name, mut near }) => {
                let mut baselines = self.baselines();
                baselines.append(&mut near);
                Err(StoreError::NoResult {
                    near: nearest(&name, baselines),
                    name,
                })
            }
            found => found.map(Place::Result),
        }
    }

    pub(super) fn baseline_named(&self, name: &str) -> Result<String, StoreError> {
        super::check_name(name)?;
        let existing = self.baselines();
        if existing.iter().any(|known| known == name) {
            return Ok(name.to_owned());
        }
        Err(StoreError::NoBaseline {
            name: name.to_owned(),
            existing,
        })
    }

    /// The id that is `name`, or the only one that begins so.
    fn id_named(&self, name: &str) -> Result<String, StoreError> {
        if let Some(back) = last(name) {
            return self.last(back);
        }
        let mut ids = self.ids();
        if ids.iter().any(|id| id == name) {
            return Ok(name.to_owned());
        }
        let begins: Vec<String> = ids
            .iter()
            .filter(|id| !name.is_empty() && id.starts_with(name))
            .cloned()
            .collect();
        match begins.as_slice() {
            [only] => Ok(only.clone()),
            [] => {
                ids.reverse();
                Err(StoreError::NoResult {
                    name: name.to_owned(),
                    near: nearest(name, ids),
                })
            }
            _ => Err(StoreError::Ambiguous {
                name: name.to_owned(),
                found: begins,
            }),
        }
    }

    /// The newest result but `back`. A run that failed before any start counted is stepped over; a file that can't be
    /// read is not: somebody has to hear of it.
    fn last(&self, back: usize) -> Result<String, StoreError> {
        let has_figures = |id: &String| {
            front(&self.result_path(id)).map_or(true, |front| {
                let of = |arm| front.summary_of(arm).is_some_and(|s| s.cold_ms.is_some());
                of(Arm::Only) || of(Arm::After)
            })
        };
        let mut there = 0;
        for id in self.ids().into_iter().rev().filter(has_figures) {
            if there == back {
                return Ok(id);
            }
            there += 1;
        }
        Err(StoreError::NoLast { back, there })
    }

    /// The ids of all results, oldest first. An id begins with its second; of one second the files' times tell.
    pub fn ids(&self) -> Vec<String> {
        let mut ids = stems(&self.root.join("results"));
        ids.sort_by_cached_key(|id| {
            let second: String = id.chars().take_while(|c| *c != '-').collect();
            let written = fs::metadata(self.result_path(id)).and_then(|found| found.modified());
            (second, written.ok(), id.clone())
        });
        ids
    }
}

/// Reads a result file wherever it lies.
pub fn read(path: &Path) -> Result<RunResult, StoreError> {
    let bytes = fs::read(path).map_err(|source| StoreError::Read {
        path: path.to_owned(),
        source,
    })?;
    super::parse(path, &bytes)
}

fn split_arm(word: &str) -> (&str, Option<Arm>) {
    for (ending, arm) in [
        ("@before", Arm::Before),
        ("@after", Arm::After),
        ("@only", Arm::Only),
    ] {
        if let Some(name) = word.strip_suffix(ending) {
            return (name, Some(arm));
        }
    }
    (word, None)
}

fn looks_like_a_file(name: &str) -> bool {
    let is_json = Path::new(name)
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("json"));
    name.contains(['/', '\\']) || is_json
}

/// `last` is 0, `last~2` is 2.
fn last(name: &str) -> Option<usize> {
    let back = name.strip_prefix("last")?;
    if back.is_empty() {
        return Some(0);
    }
    back.strip_prefix('~')?.parse().ok()
}

/// How many candidates an error lists.
const SHOWN: usize = 5;

/// Those that are a slip of the fingers away, the nearest first; with none of these, the first few.
fn nearest(name: &str, all: Vec<String>) -> Vec<String> {
    let mut near: Vec<(usize, &String)> = all
        .iter()
        .filter(|other| is_near(name, other))
        .map(|other| (strsim::damerau_levenshtein(name, other), other))
        .collect();
    near.sort();
    if near.is_empty() {
        return all.into_iter().take(SHOWN).collect();
    }
    let near = near.into_iter().take(SHOWN);
    near.map(|(_, other)| other.clone()).collect()
}

#[cfg(test)]
mod tests;
