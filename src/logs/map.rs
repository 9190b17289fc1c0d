//! Parts of a large file as memory.

use std::fs::File;
use std::ops::Range;
use std::time::{Duration, SystemTime};

/// A file that was written to since may still be cut by whoever writes it, and what is mapped would then be gone.
const AT_REST: Duration = Duration::from_mins(1);

/// The bytes, if the file rests and the system can map it.
#[expect(
    unsafe_code,
    reason = "a mapped file saves the copy, which is a third of the time; files that may still change are read instead"
)]
pub(super) fn map(file: &File, range: &Range<u64>) -> Option<memmap2::Mmap> {
    let written = file.metadata().ok()?.modified().ok()?;
    let age = SystemTime::now().duration_since(written).ok()?;
    let len = usize::try_from(range.end.checked_sub(range.start)?).ok()?;
    if age < AT_REST {
        return None;
    }
    let mut options = memmap2::MmapOptions::new();
    // SAFETY: the mapping is of a regular file opened for reading that nobody has written to for a minute, is read once and
    // lives for one call. Were it cut in just that moment, the process would end by SIGBUS; no memory of ours is touched.
    unsafe { options.offset(range.start).len(len).map(file) }.ok()
}
