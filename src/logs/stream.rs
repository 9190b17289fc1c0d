//! What comes from front to back: pipes, packed files, small ones.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::ops::Range;
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};

use super::read::{HEAD, Watch};
use crate::report::scan::{AFTER, BEFORE};

const BUFFER: usize = 1 << 20;

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

/// The first bytes as they are once unpacked, and a reader of the rest.
pub(super) fn unpacked<'r>(input: &'r mut dyn Read) -> io::Result<(Vec<u8>, Box<dyn Read + 'r>)> {
    let head = head_of(input)?;
    let (gzip, zstd) = (head.starts_with(GZIP), head.starts_with(ZSTD));
    if !gzip && !zstd {
        return Ok((head, Box::new(input)));
    }
    let packed = Cursor::new(head).chain(input);
    // Several archives one behind the other are one, as Firehose and S3 exports have them.
    let mut reader: Box<dyn Read + 'r> = if gzip {
        Box::new(flate2::read::MultiGzDecoder::new(packed))
    } else {
        Box::new(zstd::stream::read::Decoder::new(packed)?)
    };
    let head = head_of(&mut *reader)?;
    Ok((head, reader))
}

fn head_of(input: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    input.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Hands `scan` one stretch after the other, each with what stands around it.
pub(super) fn windows(
    head: Vec<u8>,
    mut rest: impl Read,
    watch: &Watch,
    mut scan: impl FnMut(&[u8], Range<usize>),
) -> io::Result<()> {
    let mut buffer = head;
    let mut filled = buffer.len();
    buffer.resize(BUFFER, 0);
    let mut scanned = 0;
    loop {
        let read = if watch.stop.load(Ordering::Relaxed) {
            Ok(0)
        } else {
            fill(&mut rest, &mut buffer[filled..])
        };
        // Of an archive that is cut, what came before counts.
        let n = *read.as_ref().unwrap_or(&0);
        filled += n;
        let until = if n == 0 {
            filled
        } else {
            filled.saturating_sub(AFTER).max(scanned)
        };
        scan(&buffer[..filled], scanned..until);
        if n == 0 {
            return read.map(|_| ());
        }
        let keep = until.saturating_sub(BEFORE);
        buffer.copy_within(keep..filled, 0);
        filled -= keep;
        scanned = until - keep;
    }
}

/// Fills the buffer as far as there is something; 0 is the end.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // It comes again with the next read.
            Err(error) if filled > 0 => {
                let _ = error;
                break;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
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
