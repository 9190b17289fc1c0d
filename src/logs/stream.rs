//! Goes through bytes from front to back, whatever they come from: a part of a file, an archive, a pipe.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::ops::Range;
use std::os::fd::AsFd as _;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};

use super::read::HEAD;
use crate::report::scan::{AFTER, BEFORE};

/// It stays in a processor's own cache, so that what was read need not come from memory again to be searched.
const BUFFER: usize = 256 << 10;

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// True for gzip and zstd.
pub(super) fn is_packed(head: &[u8]) -> bool {
    head.starts_with(GZIP) || head.starts_with(ZSTD)
}

/// Counts what is taken.
pub(super) struct Counted<'a, R> {
    inner: R,
    bytes: &'a AtomicU64,
}

impl<'a, R: Read> Counted<'a, R> {
    pub fn new(inner: R, bytes: &'a AtomicU64) -> Self {
        Self { inner, bytes }
    }
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Standard input, whose writer may be silent for long: the wish to stop is seen all the same.
pub(super) struct Patient<'a> {
    input: File,
    stop: &'a AtomicBool,
}

impl<'a> Patient<'a> {
    /// Without a buffer of its own, which would hide from `poll` what is in it.
    pub fn new(stdin: &io::Stdin, stop: &'a AtomicBool) -> io::Result<Self> {
        Ok(Self {
            input: File::from(stdin.as_fd().try_clone_to_owned()?),
            stop,
        })
    }
}

impl Read for Patient<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.stop.load(Ordering::Relaxed) {
            let mut ready = [PollFd::new(self.input.as_fd(), PollFlags::POLLIN)];
            match poll(&mut ready, 100_u8) {
                Ok(0) | Err(Errno::EINTR) => {}
                // Whatever poll can't tell, the read can.
                _ => return self.input.read(buffer),
            }
        }
        Ok(0)
    }
}

/// A part of a file that other threads read too.
pub(super) struct Stretch<'a> {
    pub file: &'a File,
    pub range: Range<u64>,
}

impl Read for Stretch<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.range.end.saturating_sub(self.range.start);
        let wanted = buffer.len().min(left.try_into().unwrap_or(usize::MAX));
        let n = self.file.read_at(&mut buffer[..wanted], self.range.start)?;
        self.range.start += n as u64;
        Ok(n)
    }
}

/// Says once why nothing more can be read.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// The first bytes as they are once unpacked, and a reader of all, these included.
pub(super) fn unpacked<'r>(input: &'r mut dyn Read) -> io::Result<(Vec<u8>, Box<dyn Read + 'r>)> {
    let (head, all) = looked_into(Box::new(input));
    let (gzip, zstd) = (head.starts_with(GZIP), head.starts_with(ZSTD));
    // Several archives one behind the other are one, as Firehose and S3 exports have them.
    Ok(if gzip {
        looked_into(Box::new(flate2::read::MultiGzDecoder::new(all)))
    } else if zstd {
        looked_into(Box::new(zstd::stream::read::Decoder::new(all)?))
    } else {
        (head, all)
    })
}

/// The beginning, and a reader that begins with it. Of what can't be read to its end, what comes before still counts.
fn looked_into<'r>(mut input: Box<dyn Read + 'r>) -> (Vec<u8>, Box<dyn Read + 'r>) {
    let mut head = Vec::with_capacity(HEAD);
    let rest = match (&mut input).take(HEAD as u64).read_to_end(&mut head) {
        Ok(_) => input,
        Err(error) => Box::new(Failed(Some(error))),
    };
    let all = Box::new(Cursor::new(head.clone()).chain(rest));
    (head, all)
}

/// One thread's view of what it reads.
pub(super) struct Windows(Vec<u8>);

impl Default for Windows {
    fn default() -> Self {
        Self::of(BUFFER)
    }
}

impl Windows {
    /// Windows of so many bytes, which must be more than a record and its surroundings have.
    pub fn of(bytes: usize) -> Self {
        debug_assert!(bytes > BEFORE + AFTER);
        Self(vec![0; bytes])
    }

    /// Hands `scan` one stretch of `own` after the other, each with what stands around it. What `input` holds before and
    /// after `own` belongs to others.
    pub fn over(
        &mut self,
        mut input: impl Read,
        own: Range<u64>,
        stop: &AtomicBool,
        mut scan: impl FnMut(&[u8], Range<usize>),
    ) -> io::Result<()> {
        let buffer = &mut self.0;
        // Where in `input` the buffer begins, how full it is, and how much of it is done.
        let (mut base, mut filled) = (0, 0);
        let mut done = own.start as usize;
        loop {
            let mut end = stop.load(Ordering::Relaxed).then_some(Ok(()));
            while filled < buffer.len() && end.is_none() {
                match input.read(&mut buffer[filled..]) {
                    Ok(0) => end = Some(Ok(())),
                    Ok(n) => filled += n,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => end = Some(Err(error)),
                }
            }
            let known = if end.is_some() {
                filled
            } else {
                filled.saturating_sub(AFTER)
            };
            let ours = own.end.saturating_sub(base);
            let until = known.min(usize::try_from(ours).unwrap_or(usize::MAX));
            if done < until {
                scan(&buffer[..filled], done..until);
                done = until;
            }
            if let Some(end) = end {
                return end;
            }
            if until as u64 == ours {
                return Ok(());
            }
            let gone = done.saturating_sub(BEFORE);
            buffer.copy_within(gone..filled, 0);
            base += gone as u64;
            filled -= gone;
            done -= gone;
        }
    }
}

/// A pipe of a megabyte, so that whoever writes to it need not wait for us; as it is where the system doesn't allow that.
#[cfg(target_os = "linux")]
pub(super) fn widen(stdin: &io::Stdin) {
    use nix::fcntl::{FcntlArg, fcntl};
    let _ = fcntl(stdin, FcntlArg::F_SETPIPE_SZ(1 << 20));
}

/// Only Linux can make a pipe larger.
#[cfg(not(target_os = "linux"))]
pub(super) fn widen(_: &io::Stdin) {}
