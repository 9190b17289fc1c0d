//! What the processes of an environment write to stdout and stderr, kept until an invoke takes it.

use std::fs::File;
use std::io::{self, PipeReader, Read as _};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::unix::pipe::Receiver;
use tokio::task::AbortHandle;

use super::telemetry::Tap;

/// Of an invoke's output the last megabyte is kept: the caller looks at 4 KB, and a function may print for ever.
const KEPT: usize = 1024 * 1024;

/// As much as a pipe can hold: what was written before we looked has been read after so many bytes.
const PIPE: usize = 1024 * 1024;

/// The reading end of an environment's log, drained all the time so that no process ever waits for us.
#[derive(Debug)]
pub(super) struct Log {
    pipe: Arc<Pipe>,
    reader: AbortHandle,
}

/// The log of the function, and that of its extensions where there are any.
#[derive(Debug)]
pub(super) struct Logs {
    /// What the runtime process and its children write.
    pub function: Log,
    /// What external extensions write.
    pub extensions: Option<Log>,
}

impl Logs {
    /// Everything written up to now and not yet taken.
    pub fn take(&self) -> Vec<u8> {
        let mut all = self.function.take();
        let more = self.extensions.as_ref().map(Log::take).unwrap_or_default();
        if !more.is_empty() && all.last().is_some_and(|last| *last != b'\n') {
            all.push(b'\n');
        }
        all.extend(more);
        all
    }
}

#[derive(Debug)]
struct Pipe {
    /// Wakes us.
    end: Receiver,
    /// The same end, read without asking whether we have been woken: that comes a little later than the bytes.
    direct: File,
    unclaimed: Mutex<Unclaimed>,
}

#[derive(Debug, Default)]
struct Unclaimed {
    bytes: Vec<u8>,
    tap: Option<Tap>,
}

impl Log {
    /// Starts to read; who listens hears all of it.
    pub fn new(end: PipeReader, tap: Option<Tap>) -> io::Result<Self> {
        let end = OwnedFd::from(end);
        let direct = File::from(end.try_clone()?);
        let pipe = Arc::new(Pipe {
            end: Receiver::from_owned_fd(end)?,
            direct,
            unclaimed: Mutex::new(Unclaimed {
                bytes: Vec::new(),
                tap,
            }),
        });
        let reader = tokio::spawn(read_for_ever(Arc::clone(&pipe))).abort_handle();
        Ok(Self { pipe, reader })
    }

    /// Everything written up to now and not yet taken, the last megabyte of it.
    pub fn take(&self) -> Vec<u8> {
        let mut unclaimed = self
            .pipe
            .unclaimed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut read = 0;
        while read < PIPE {
            match Pipe::keep(&mut unclaimed, |buffer| (&self.pipe.direct).read(buffer)) {
                Ok(0) | Err(_) => break,
                Ok(count) => read += count,
            }
        }
        let mut taken = std::mem::take(&mut unclaimed.bytes);
        keep_tail(&mut taken, KEPT);
        taken
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Pipe {
    fn keep(
        unclaimed: &mut Unclaimed,
        read: impl FnOnce(&mut [u8]) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let mut buffer = [0; 16 * 1024];
        let count = read(&mut buffer)?;
        if let Some(tap) = &mut unclaimed.tap {
            tap.feed(&buffer[..count]);
        }
        let kept = &mut unclaimed.bytes;
        kept.extend_from_slice(&buffer[..count]);
        // Twice as much, so that the tail isn't moved at every read.
        if kept.len() > 2 * KEPT {
            keep_tail(kept, KEPT);
        }
        Ok(count)
    }
}

async fn read_for_ever(pipe: Arc<Pipe>) {
    while pipe.end.readable().await.is_ok() {
        let read = {
            // Locked around the read: two readers must not swap what they read.
            let mut unclaimed = pipe
                .unclaimed
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            Pipe::keep(&mut unclaimed, |buffer| pipe.end.try_read(buffer))
        };
        match read {
            Ok(0) => return,
            Err(error)
                if !matches!(
                    error.kind(),
                    io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock
                ) =>
            {
                return;
            }
            // A process that prints without end must not keep a worker for itself.
            _ => tokio::task::yield_now().await,
        }
    }
}

fn keep_tail(bytes: &mut Vec<u8>, count: usize) {
    if bytes.len() > count {
        bytes.drain(..bytes.len() - count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[tokio::test]
    async fn what_was_written_before_is_taken_at_once() {
        let (reader, mut writer) = io::pipe().unwrap();
        let log = Log::new(reader, None).unwrap();
        for round in 0..100 {
            let text = format!("line {round}\n");
            writer.write_all(text.as_bytes()).unwrap();
            assert_eq!(log.take(), text.as_bytes());
        }
        assert!(log.take().is_empty());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_many_megabytes_the_last_is_kept_and_the_writer_never_waits() {
        let (reader, mut writer) = io::pipe().unwrap();
        let log = Log::new(reader, None).unwrap();
        let writing = tokio::task::spawn_blocking(move || {
            for _ in 0..8 * 1024 {
                writer.write_all(&[b'x'; 1024]).unwrap();
            }
            writer.write_all(b"the end").unwrap();
        });
        tokio::time::timeout(std::time::Duration::from_mins(1), writing)
            .await
            .unwrap()
            .unwrap();
        let taken = log.take();
        assert_eq!(taken.len(), KEPT);
        assert!(taken.ends_with(b"xthe end"));
    }
}
