//! Pieces of a large file with what stands around them, as memory.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::report::scan::{AFTER, BEFORE};

/// A file that was written to since may still be cut by whoever writes it, and what is mapped would then be gone.
const AT_REST: Duration = Duration::from_secs(60);

/// One thread's view of the files: the last one stays open.
#[derive(Default)]
pub(super) struct Windows {
    open: Option<(PathBuf, File, bool)>,
    buffer: Vec<u8>,
}

impl Windows {
    /// Calls `scan` with the piece and its surroundings, and where in these bytes the piece is.
    pub fn with(
        &mut self,
        path: &Path,
        len: u64,
        piece: Range<u64>,
        scan: impl FnOnce(&[u8], Range<usize>),
    ) -> io::Result<()> {
        if self.open.as_ref().is_none_or(|(open, ..)| open != path) {
            let file = File::open(path)?;
            let at_rest = file.metadata()?.modified().is_ok_and(|at| {
                SystemTime::now()
                    .duration_since(at)
                    .is_ok_and(|age| age > AT_REST)
            });
            self.open = Some((path.to_owned(), file, at_rest));
        }
        let Some((_, file, at_rest)) = &self.open else {
            return Ok(());
        };
        let start = piece.start.saturating_sub(BEFORE as u64);
        let end = (piece.end + AFTER as u64).min(len);
        let inner = (piece.start - start) as usize..(piece.end - start) as usize;
        if *at_rest && let Ok(mapped) = map(file, start, (end - start) as usize) {
            scan(&mapped, inner);
            return Ok(());
        }
        self.buffer.resize((end - start) as usize, 0);
        let read = read_at(file, &mut self.buffer, start)?;
        // It has become shorter: what is left counts.
        scan(
            &self.buffer[..read],
            inner.start.min(read)..inner.end.min(read),
        );
        Ok(())
    }
}

fn read_at(file: &File, buffer: &mut [u8], start: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], start + filled as u64) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[expect(
    unsafe_code,
    reason = "a mapped file saves the copy, which is a third of the time; files that may still change are read instead"
)]
fn map(file: &File, start: u64, len: usize) -> io::Result<memmap2::Mmap> {
    // SAFETY: the mapping is of a regular file opened for reading that nobody has written to for a minute, is read once and
    // lives for one call. Were it cut in just that moment, the process would end by SIGBUS; no memory of ours is touched.
    unsafe { memmap2::MmapOptions::new().offset(start).len(len).map(file) }
}
