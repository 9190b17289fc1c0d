//! Goes through the sources on all processors: large plain files piece by piece, the rest file by file.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::csv;
use super::map::map;
use super::source::Source;
use super::stream::{self, Stretch, Windows};
use crate::report::scan::{AFTER, BEFORE, Container, Event, Format, Take, detect, scan_lines};

/// A thread takes so much of a large file at a time.
const PIECE: u64 = 16 << 20;

/// More threads read no faster from memory, and each takes some.
const MOST_THREADS: usize = 16;

/// After so many records a thread looks how much it holds.
const LOOKED_AT: u32 = 16 << 10;

/// As much of a file as tells its format.
pub(super) const HEAD: usize = 64 << 10;

/// A source that could not be read, or not to its end.
#[derive(Debug, thiserror::Error)]
#[error("reading {name}: {source}")]
pub struct ReadError {
    /// As it was named.
    pub name: String,
    /// Why.
    pub source: io::Error,
}

/// What became of the sources.
#[derive(Debug, Default)]
pub struct Reading {
    /// Read, packed files as they are on disk.
    pub bytes: u64,
    /// Sources that could not be read, or not to their end; what came before counts.
    pub failed: Vec<ReadError>,
    /// It was stopped before all was read.
    pub stopped: bool,
}

/// What others may look at, and say, meanwhile.
#[derive(Debug, Default)]
pub struct Watch {
    /// Bytes read so far.
    pub bytes: AtomicU64,
    /// Set, it ends the reading soon.
    pub stop: AtomicBool,
}

/// What takes the records, one for each thread.
pub trait Sink: Send + Sync {
    /// Another one that has taken nothing, for another thread.
    #[must_use]
    fn fork(&self) -> Self;
    /// What comes is from this file.
    fn file(&mut self, name: &str);
    /// Takes a record.
    fn take(&mut self, event: &Event<'_>);
    /// Adds what another one has taken.
    fn add(&mut self, other: Self);
    /// It should be added to the whole before it takes more.
    fn is_large(&self) -> bool {
        false
    }
    /// The same, and cheap to say: it is asked after every record.
    #[inline]
    fn is_full(&self) -> bool {
        false
    }
    /// All has been read.
    fn conclude(&mut self) {}
}

/// One thread's sink. It grows no larger than it should: what it has is added to what all have.
struct Part<'a, S> {
    sink: S,
    whole: &'a Mutex<&'a mut S>,
    file: String,
    taken: u32,
}

impl<S: Sink> Part<'_, S> {
    fn file(&mut self, name: String) {
        self.sink.file(&name);
        self.file = name;
    }

    #[cold]
    fn look(&mut self) {
        self.taken = 0;
        if self.sink.is_full() || self.sink.is_large() {
            let next = self.sink.fork();
            let full = std::mem::replace(&mut self.sink, next);
            let mut whole = lock(self.whole);
            whole.add(full);
            self.sink = whole.fork();
            drop(whole);
            self.sink.file(&self.file);
        }
    }
}

impl<S: Sink> Take for Part<'_, S> {
    #[expect(clippy::inline_always, reason = "on the path of every record")]
    #[inline(always)]
    fn take(&mut self, event: &Event<'_>) {
        self.sink.take(event);
        self.taken += 1;
        if self.taken >= LOOKED_AT || self.sink.is_full() {
            self.look();
        }
    }
}

fn lock<T>(whole: &Mutex<T>) -> MutexGuard<'_, T> {
    whole.lock().unwrap_or_else(PoisonError::into_inner)
}

enum Job<'a> {
    Whole(&'a Source),
    Piece(&'a Path, Range<u64>),
}

/// Reads all of the sources into `tallies` (or another sink), on so many threads.
///
/// # Panics
///
/// If a reader did, which none does.
pub fn read<S: Sink>(
    sources: &[Source],
    tallies: &mut S,
    threads: usize,
    watch: &Watch,
) -> Reading {
    read_by(PIECE, sources, tallies, threads, watch)
}

/// [`read`] with pieces of any size.
pub(super) fn read_by<S: Sink>(
    piece_bytes: u64,
    sources: &[Source],
    tallies: &mut S,
    threads: usize,
    watch: &Watch,
) -> Reading {
    let mut reading = Reading::default();
    let mut jobs = Vec::new();
    for source in sources {
        match split(source, piece_bytes) {
            Ok(pieces) => jobs.extend(pieces),
            Err(error) => reading.failed.push(failed(source, error)),
        }
    }
    let next = AtomicUsize::new(0);
    let all = Mutex::new(&mut *tallies);
    let work = || {
        let mut mine = Part {
            sink: lock(&all).fork(),
            whole: &all,
            file: String::new(),
            taken: 0,
        };
        let mut failures = Vec::new();
        let mut windows = Windows::default();
        while !watch.stop.load(Ordering::Relaxed)
            && let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed))
        {
            let (name, result) = match job {
                Job::Whole(source) => {
                    let result = whole(source, &mut mine, &mut windows, watch);
                    (source.name(), result)
                }
                Job::Piece(path, range) => {
                    let name = path.display().to_string();
                    mine.file(name.clone());
                    let result = piece(path, range, &mut mine, &mut windows, watch);
                    (name, result)
                }
            };
            if let Err(source) = result {
                failures.push(ReadError { name, source });
            }
        }
        lock(&all).add(mine.sink);
        failures
    };
    let failures = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(MOST_THREADS).min(jobs.len()))
            .map(|_| scope.spawn(work))
            .collect();
        let mut failures = work();
        for thread in others {
            failures.extend(thread.join().expect("a reader does not panic"));
        }
        failures
    });
    reading.failed.extend(failures);
    tallies.conclude();
    once_each(&mut reading.failed);
    reading.bytes = watch.bytes.load(Ordering::Relaxed);
    reading.stopped = watch.stop.load(Ordering::Relaxed);
    reading
}

/// Of a file that can't be read each piece says so, on its own thread.
pub(super) fn once_each(failed: &mut Vec<ReadError>) {
    failed.sort_by(|a, b| a.name.cmp(&b.name));
    failed.dedup_by(|a, b| a.name == b.name);
}

fn failed(source: &Source, error: io::Error) -> ReadError {
    ReadError {
        name: source.name(),
        source: error,
    }
}

/// The pieces of a large plain file, or one job.
fn split(source: &Source, piece: u64) -> io::Result<Vec<Job<'_>>> {
    let Source::File(path) = source else {
        return Ok(vec![Job::Whole(source)]);
    };
    let len = match std::fs::metadata(path)? {
        found if found.is_file() => found.len(),
        _ => 0,
    };
    if len <= piece {
        return Ok(vec![Job::Whole(source)]);
    }
    let mut head = Vec::with_capacity(HEAD);
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    if stream::is_packed(&head) || detect(&head) != Format::Lines {
        return Ok(vec![Job::Whole(source)]);
    }
    let pieces = (0..len.div_ceil(piece)).map(|i| i * piece..((i + 1) * piece).min(len));
    Ok(pieces.map(|range| Job::Piece(path, range)).collect())
}

/// The records that begin in one part of a large file.
fn piece<S: Sink>(
    path: &Path,
    range: &Range<u64>,
    part: &mut Part<'_, S>,
    windows: &mut Windows,
    watch: &Watch,
) -> io::Result<()> {
    let file = File::open(path)?;
    let start = range.start.saturating_sub(BEFORE as u64);
    let all = start..(range.end + AFTER as u64).min(file.metadata()?.len());
    let own = range.start - start..range.end - start;
    let result = if let Some(mapped) = map(&file, &all) {
        let own = own.start as usize..mapped.len().min(own.end as usize);
        scan_lines(&mapped, own, part);
        Ok(())
    } else {
        let stretch = Stretch {
            file: &file,
            range: all,
        };
        windows.over(stretch, own, &watch.stop, |bytes, range| {
            scan_lines(bytes, range, part);
        })
    };
    watch
        .bytes
        .fetch_add(range.end - range.start, Ordering::Relaxed);
    result
}

/// One source from its beginning to its end, whatever it is.
fn whole<S: Sink>(
    source: &Source,
    part: &mut Part<'_, S>,
    windows: &mut Windows,
    watch: &Watch,
) -> io::Result<()> {
    part.file(source.name());
    let mut input: Box<dyn Read> = match source {
        Source::Stdin => {
            let stdin = io::stdin();
            stream::widen(&stdin);
            Box::new(stream::Patient::new(&stdin, &watch.stop)?)
        }
        Source::File(path) => Box::new(File::open(path)?),
    };
    let mut counted = stream::Counted::new(&mut input, &watch.bytes);
    let (head, all) = stream::unpacked(&mut counted)?;
    match detect(&head) {
        Format::Csv => csv::read(all, &mut |event| part.take(&event)),
        Format::Lines => windows.over(all, 0..u64::MAX, &watch.stop, |bytes, range| {
            scan_lines(bytes, range, part);
        }),
        Format::Container => {
            let mut container = Container::default();
            windows.over(all, 0..u64::MAX, &watch.stop, |bytes, range| {
                container.scan(bytes, range, &mut |event| part.take(&event));
            })
        }
    }
}
