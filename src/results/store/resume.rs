//! The log of an interrupted run, read back to be continued.

use std::fs;
use std::io;

use serde::Deserialize;

use super::{Front, RunLog, Store, StoreError};
use crate::results::{Ending, PlanRecord, RunResult, SCHEMA_VERSION, Sample, SubjectResult};

/// What an interrupted run has left.
#[derive(Debug, Clone, PartialEq)]
pub struct Interrupted {
    /// The result as it was known before the first sample.
    pub head: Head,
    /// Every sample that is whole, in order.
    pub samples: Vec<Sample>,
}

/// The first line of a run's log.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Head {
    schema_version: u32,
    /// The run's id.
    pub id: String,
    /// When it began.
    pub created_at: jiff::Timestamp,
    /// The plan.
    pub plan: PlanRecord,
    /// One or two subjects.
    pub subjects: Vec<SubjectResult>,
    /// The machine it was measured on.
    pub machine: String,
}

impl Interrupted {
    /// In what a subject of now differs from that of the run, in words; `None` if it is the same.
    pub fn difference(&self, now: &RunResult) -> Option<String> {
        let then = &self.head.subjects;
        if then.len() != now.subjects.len() {
            return Some(format!(
                "it has {} subjects, this command {}",
                then.len(),
                now.subjects.len()
            ));
        }
        if self.head.machine != now.machine {
            return Some("it was begun on another machine".to_owned());
        }
        then.iter()
            .zip(&now.subjects)
            .find_map(|(then, now)| difference(then, now))
    }
}

/// The first field in which two subjects differ. The version may come from an answer, and name and source are the user's
/// words: the code itself has a hash.
fn difference(then: &SubjectResult, now: &SubjectResult) -> Option<String> {
    let fields = |subject: &SubjectResult| {
        let mut value = serde_json::to_value(subject).ok()?;
        let fields = value.as_object_mut()?;
        for word in ["name", "source", "version", "version_source"] {
            fields.shift_remove(word);
        }
        Some(fields.clone())
    };
    let (then, now_fields) = (fields(then)?, fields(now)?);
    let differs = |key: &String| then.get(key) != now_fields.get(key);
    let key = then
        .keys()
        .chain(now_fields.keys())
        .find(|key| differs(key))?;
    let shown = |value: Option<&serde_json::Value>| {
        value.map_or_else(|| "nothing".to_owned(), ToString::to_string)
    };
    Some(format!(
        "{} of {} was {}, and is {}",
        key.replace('_', " "),
        now.function,
        shown(then.get(key)),
        shown(now_fields.get(key))
    ))
}

impl Store {
    /// Whether the run of an id came to its end: the plan's, or that of a look at which it was decided.
    pub fn is_complete(&self, id: &str) -> bool {
        let front = fs::read(self.result_path(id))
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Front>(&bytes).ok());
        front.is_some_and(|front| front.ending == Ending::Complete)
    }

    /// What the run of an id has left.
    pub fn interrupted(&self, id: &str) -> Result<Interrupted, StoreError> {
        super::check_name(id)?;
        let path = self.log_path(id);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::NoRun {
                    id: id.to_owned(),
                    path,
                });
            }
            read => read.map_err(|source| StoreError::Read {
                path: path.clone(),
                source,
            })?,
        };
        let unreadable = |why: String| StoreError::Read {
            path: path.clone(),
            source: io::Error::new(io::ErrorKind::InvalidData, why),
        };
        let mut lines = whole_lines(&bytes).split(|byte| *byte == b'\n');
        let head: Head = serde_json::from_slice(lines.next().unwrap_or_default())
            .map_err(|error| unreadable(error.to_string()))?;
        if head.schema_version > SCHEMA_VERSION {
            return Err(unreadable("it was written by a later lambench".to_owned()));
        }
        let samples = lines
            .filter(|line| !line.is_empty())
            .map(serde_json::from_slice)
            .collect::<Result<Vec<Sample>, _>>()
            .map_err(|error| unreadable(error.to_string()))?;
        Ok(Interrupted { head, samples })
    }
}

impl RunLog {
    /// Goes on with the log of an interrupted run. A line that a lost process left unfinished is taken off.
    pub fn go_on(store: &Store, id: &str) -> Result<Self, StoreError> {
        let path = store.log_path(id);
        let open = || -> io::Result<fs::File> {
            let whole = whole_lines(&fs::read(&path)?).len() as u64;
            let file = fs::OpenOptions::new().append(true).open(&path)?;
            file.set_len(whole)?;
            Ok(file)
        };
        let file = open().map_err(|source| StoreError::write(&path, source))?;
        Ok(Self { file })
    }
}

/// Up to the last line end.
fn whole_lines(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    &bytes[..end.map_or(0, |at| at + 1)]
}
