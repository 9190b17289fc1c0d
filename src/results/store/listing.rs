//! Lists of what is stored. Samples are most of a result and stand at its end: a list reads only what is before them.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::results::{Arm, ArmSummary, Ending, Judgement, SubjectResult};

/// A stored result without its samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Front {
    /// The run's id.
    pub id: String,
    /// When it began.
    pub created_at: Timestamp,
    /// The program's version.
    pub lambench_version: String,
    /// One or two subjects.
    pub subjects: Vec<SubjectResult>,
    /// Figures per arm.
    pub summary: Vec<ArmSummary>,
    /// The verdicts.
    #[serde(default)]
    pub judgements: Vec<Judgement>,
    /// How it ended.
    pub ending: Ending,
}

impl Front {
    /// The figures of an arm.
    pub fn summary_of(&self, arm: Arm) -> Option<&ArmSummary> {
        self.summary.iter().find(|summary| summary.arm == arm)
    }
}

/// A line of a list.
#[derive(Debug)]
pub struct Listed {
    /// The baseline's name or the run's id.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: u64,
    /// What is in it.
    pub front: Result<Front, StoreError>,
}

impl Store {
    /// All baselines, by name.
    pub fn list_baselines(&self) -> Vec<Listed> {
        let names = self.baselines().into_iter();
        names
            .map(|name| listed(self.baseline_path(&name), name))
            .collect()
    }

    /// A baseline, if there is one of that name.
    pub fn list_baseline(&self, name: &str) -> Option<Listed> {
        let path = self.baseline_path(name);
        path.exists().then(|| listed(path, name.to_owned()))
    }

    /// All results, oldest first.
    pub fn list_results(&self) -> Vec<Listed> {
        let ids = self.ids().into_iter();
        ids.map(|id| listed(self.result_path(&id), id)).collect()
    }

    /// Deletes a baseline; gives the file that there was.
    pub fn delete_baseline(&self, name: &str) -> Result<PathBuf, StoreError> {
        let path = self.baseline_path(&self.baseline_named(name)?);
        fs::remove_file(&path).map_err(|source| StoreError::write(&path, source))?;
        Ok(path)
    }

    /// What a result and its log take, bytes.
    pub fn size(&self, id: &str) -> u64 {
        self.files(id)
            .iter()
            .filter_map(|path| Some(fs::metadata(path).ok()?.len()))
            .sum()
    }

    /// Deletes a result and its log. The log first: a result that is left can be pruned again.
    pub fn delete_result(&self, id: &str) -> Result<(), StoreError> {
        for path in self.files(id) {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(StoreError::write(&path, error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn files(&self, id: &str) -> [PathBuf; 2] {
        [self.log_path(id), self.result_path(id)]
    }
}

fn listed(path: PathBuf, name: String) -> Listed {
    Listed {
        name,
        bytes: fs::metadata(&path).map_or(0, |found| found.len()),
        front: front(&path),
        path,
    }
}

/// How a file of ours goes on after what a list needs.
const SAMPLES: &[u8] = b"\n  \"samples\": [";

/// Reads up to the samples, or the whole file where it is written in another way or by an earlier version.
pub(super) fn front(path: &Path) -> Result<Front, StoreError> {
    let unreadable = |source| StoreError::Read {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    loop {
        let seen = bytes.len().saturating_sub(SAMPLES.len());
        let read = file
            .by_ref()
            .take(8192)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        if let Some(at) = find(&bytes[seen..], SAMPLES) {
            let mut start = bytes[..seen + at + SAMPLES.len()].to_vec();
            start.extend(b"]}");
            if let Ok(front) = serde_json::from_slice(&start) {
                return Ok(front);
            }
            file.read_to_end(&mut bytes).map_err(unreadable)?;
            break;
        }
        if read == 0 {
            break;
        }
    }
    super::parse(path, &bytes)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::samples::{pair, single};
    use crate::results::store::to_json;

    #[test]
    fn a_list_tells_of_each_result_and_of_what_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        for (id, mut result) in [
            ("20261101T000000Z-7", single()),
            ("20261102T000000Z-7", pair()),
        ] {
            result.id = id.into();
            store.save(&result).unwrap();
        }
        let old = folder
            .path()
            .join(".lambench/results/20261103T000000Z-7.json");
        fs::write(&old, "{\"subjects\": [").unwrap();
        let all = store.list_results();
        let names: Vec<&str> = all.iter().map(|line| line.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "20261101T000000Z-7",
                "20261102T000000Z-7",
                "20261103T000000Z-7"
            ]
        );
        let two = all[1].front.as_ref().unwrap();
        assert_eq!((two.subjects.len(), two.summary.len()), (2, 2));
        assert_eq!(two.summary_of(Arm::After), pair().summary_of(Arm::After));
        assert!(matches!(all[2].front, Err(StoreError::Cut { .. })));
    }

    #[test]
    fn a_file_of_another_order_or_layout_is_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        let value: serde_json::Value = serde_json::from_str(&to_json(&pair())).unwrap();
        let mut earlier = value.clone();
        let samples = earlier
            .as_object_mut()
            .unwrap()
            .shift_remove("samples")
            .unwrap();
        earlier
            .as_object_mut()
            .unwrap()
            .shift_insert(7, "samples".into(), samples);
        for text in [
            value.to_string(),
            serde_json::to_string_pretty(&earlier).unwrap(),
        ] {
            fs::write(&path, text).unwrap();
            assert_eq!(front(&path).unwrap().summary, pair().summary);
        }
    }

    #[test]
    fn samples_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        let text = to_json(&pair());
        let at = text.find("\n  \"samples\": [").unwrap();
        fs::write(
            &path,
            format!("{}\n  \"samples\": [nothing of this is JSON", &text[..at]),
        )
        .unwrap();
        assert_eq!(front(&path).unwrap().id, pair().id);
    }

    #[test]
    fn a_result_goes_with_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let result = single();
        store.save(&result).unwrap();
        crate::results::store::RunLog::create(&store, &result).unwrap();
        assert!(store.size(&result.id) > 1000);
        store.delete_result(&result.id).unwrap();
        assert_eq!(store.size(&result.id), 0);
        assert!(store.ids().is_empty());
    }
}
