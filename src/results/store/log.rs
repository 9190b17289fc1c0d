//! The run's log: every sample on disk as soon as it is taken, so that nothing measured is lost with the process.

use std::fs::{self, File};
use std::io::{self, Write as _};

use super::{Store, StoreError};
use crate::results::{RunResult, Sample};

/// What is not known when a run begins.
const NOT_YET_KNOWN: [&str; 4] = ["samples", "exclusions", "summary", "ending"];

/// `.lambench/runs/<id>.jsonl`: a line that says what is being measured, then one line a sample.
#[derive(Debug)]
pub struct RunLog {
    pub(super) file: File,
}

impl RunLog {
    /// Begins the log of a run. The first line is the result as far as it is known: without samples, exclusions,
    /// summary and ending.
    pub fn create(store: &Store, result: &RunResult) -> Result<Self, StoreError> {
        store.folder("runs")?;
        let path = store.log_path(&result.id);
        let begin = || -> io::Result<File> {
            let mut head = serde_json::to_value(result)?;
            if let Some(fields) = head.as_object_mut() {
                for field in NOT_YET_KNOWN {
                    fields.shift_remove(field);
                }
            }
            // The file may exist, empty, since the id was given out; another run's log is never written over.
            if fs::metadata(&path).is_ok_and(|found| found.len() > 0) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            let mut file = fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(&path)?;
            write_line(&mut file, &head)?;
            Ok(file)
        };
        let file = begin().map_err(|source| StoreError::write(&path, source))?;
        Ok(Self { file })
    }

    /// Adds a sample. It is with the operating system when this returns.
    pub fn append(&mut self, sample: &Sample) -> io::Result<()> {
        write_line(&mut self.file, sample)
    }
}

/// One write a line: a killed process leaves whole lines.
fn write_line(file: &mut File, value: &impl serde::Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    file.write_all(&line)
}
