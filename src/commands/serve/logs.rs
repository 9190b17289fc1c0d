//! The logs of served functions, and what the server itself says between them: one thread writes them, so that no invoke waits for a terminal or a disk.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::commands::Failure;
use crate::exit::Exit;
use crate::render::Style;
use crate::sandbox::LogListener;

/// What may wait to be written; more is dropped, and that is said when there is room again.
const WAITING_BYTES: usize = 64 * 1024 * 1024;

/// At the end somebody may have stopped reading.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where the logs go.
pub struct Logs {
    writer: (Sender<Message>, JoinHandle<()>),
    /// Whether anybody reads logs; what the server itself says is written all the same.
    wanted: bool,
    waiting: Arc<AtomicUsize>,
}

enum Message {
    Log {
        function: String,
        log: Vec<u8>,
    },
    /// A line of the server itself, for standard error.
    Said(String),
    End,
}

enum Place {
    Stderr(Style),
    File(File),
    Folder(PathBuf, HashMap<String, File>),
}

impl Logs {
    /// To a file or a folder that was named; else to standard error, unless it is to be quiet there.
    pub fn to(named: Option<&Path>, quiet: bool) -> Result<Self, Failure> {
        let place = match named {
            Some(path) => Some(Place::named(path).map_err(|error| {
                Failure::new(
                    Exit::CouldNotMeasure,
                    format!("writing logs to {}: {error}", path.display()),
                )
            })?),
            None => (!quiet).then(|| Place::Stderr(Style::for_stderr())),
        };
        let waiting = Arc::new(AtomicUsize::new(0));
        let wanted = place.is_some();
        let (sender, messages) = channel();
        let counter = Arc::clone(&waiting);
        let thread = std::thread::spawn(move || write_all(place, &messages, &counter));
        Ok(Self {
            writer: (sender, thread),
            wanted,
            waiting,
        })
    }

    /// Says something in its turn; a terminal that takes nothing more holds nothing up.
    pub fn say(&self, text: String) {
        let _ = self.writer.0.send(Message::Said(text));
    }

    /// Who brings them, if anybody reads them.
    pub fn listener(&self) -> Option<LogListener> {
        let (sender, waiting) = (self.writer.0.clone(), Arc::clone(&self.waiting));
        let left_out = AtomicUsize::new(0);
        self.wanted.then(|| {
            LogListener::new(move |function, log| {
                if waiting.load(Ordering::Relaxed) > WAITING_BYTES {
                    left_out.fetch_add(log.len(), Ordering::Relaxed);
                    return;
                }
                let log = match left_out.swap(0, Ordering::Relaxed) {
                    0 => log.to_vec(),
                    bytes => {
                        let gap = format!(
                            "[lambench: {bytes} bytes of logs are left out, nobody read them]\n"
                        );
                        [gap.as_bytes(), log].concat()
                    }
                };
                waiting.fetch_add(log.len(), Ordering::Relaxed);
                let function = function.to_owned();
                // A writer that is gone has said why.
                let _ = sender.send(Message::Log { function, log });
            })
        })
    }

    /// Waits until all is written; not for ever.
    pub fn finish(self) {
        let (sender, thread) = self.writer;
        let _ = sender.send(Message::End);
        let begun = Instant::now();
        while !thread.is_finished() && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn write_all(mut place: Option<Place>, messages: &Receiver<Message>, waiting: &AtomicUsize) {
    let mut failed = false;
    while let Ok(message) = messages.recv() {
        let (function, log) = match message {
            Message::Log { function, log } => (function, log),
            Message::Said(text) => {
                super::say(&text);
                continue;
            }
            Message::End => return,
        };
        waiting.fetch_sub(log.len(), Ordering::Relaxed);
        let written = place.as_mut().map(|place| place.write(&function, &log));
        match written {
            Some(Err(error)) if !failed => {
                failed = true;
                super::say(&format!(
                    "warning: the log of {function} can't be written: {error}"
                ));
            }
            Some(Err(_)) => {}
            _ => failed = false,
        }
    }
}

impl Place {
    fn named(path: &Path) -> std::io::Result<Self> {
        let slash = path.as_os_str().as_encoded_bytes().ends_with(b"/");
        if slash || path.is_dir() {
            std::fs::create_dir_all(path)?;
            return Ok(Self::Folder(path.to_owned(), HashMap::new()));
        }
        append(path).map(Self::File)
    }

    /// Whole lines in one piece: those of simultaneous invokes may take turns.
    fn write(&mut self, function: &str, log: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Stderr(style) => {
                let name = style.tinted(function);
                std::io::stderr().write_all(&prefixed(&format!("{name} | "), log))
            }
            Self::File(file) => file.write_all(&prefixed(&format!("{function} | "), log)),
            Self::Folder(folder, files) => {
                let file = match files.entry(function.to_owned()) {
                    Entry::Occupied(entry) => entry.into_mut(),
                    Entry::Vacant(entry) => {
                        entry.insert(append(&folder.join(format!("{function}.log")))?)
                    }
                };
                file.write_all(log)
            }
        }
    }
}

fn append(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

fn prefixed(prefix: &str, log: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(log.len() + 64);
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        text.extend_from_slice(prefix.as_bytes());
        text.extend_from_slice(line);
    }
    if text.last().is_some_and(|last| *last != b'\n') {
        text.push(b'\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_its_functions_name_and_an_end() {
        let text = prefixed("f | ", b"START\none\n\ntail");
        assert_eq!(text, b"f | START\nf | one\nf | \nf | tail\n");
        assert_eq!(prefixed("f | ", b""), b"");
    }
}
