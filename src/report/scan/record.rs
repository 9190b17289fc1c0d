//! One text record, by the shape that nearly all of them have, else by the parser that knows every other.

use super::super::text::{self, Wrap};
use super::super::{Line, json};
use memchr::memmem;

use super::number::{hexadecimal, micros, whole};
use super::prefix::{Prefix, prefix};
use super::{Invoke, Outcome, RequestId, What};

/// What every REPORT begins with.
pub(super) const REPORT: &[u8] = b"REPORT RequestId: ";

/// A record is shorter than this, with every field that AWS has and some that it may add.
const LONGEST: usize = 2 << 10;

const UUID_LEN: usize = 36;

/// Reads the record that begins `bytes`, text or JSON; what follows it is stepped over. `None`: none that counts.
pub fn record(bytes: &[u8]) -> Option<What> {
    let bytes = bytes.trim_ascii_start();
    if bytes.first() == Some(&b'{') {
        return super::object::object(bytes);
    }
    if bytes.starts_with(REPORT) {
        return usual_report(bytes)
            .map(What::Invoke)
            .or_else(|| unusual_report(bytes));
    }
    other(bytes)
}

/// A REPORT as nearly all are written.
#[inline]
pub(super) fn usual_report(bytes: &[u8]) -> Option<Invoke> {
    let id = uuid(bytes.get(REPORT.len()..REPORT.len() + UUID_LEN)?)?;
    usual(&bytes[REPORT.len() + UUID_LEN..], id)
}

/// Any other REPORT; [`What::Broken`] if it is not whole, `None` if what it bears is no request id.
#[cold]
pub(super) fn unusual_report(bytes: &[u8]) -> Option<What> {
    uuid(bytes.get(REPORT.len()..REPORT.len() + UUID_LEN)?)?;
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    let Some(Line::Report(report)) = text::parse(bytes, Wrap::UntilComplete) else {
        return None;
    };
    let whole = report.billed_ms.is_some()
        && report.memory_mb.is_some()
        && report.max_memory_mb.is_some()
        && !is_cut(bytes);
    let invoke = Option::<Invoke>::from(report).filter(|_| whole);
    Some(invoke.map_or(What::Broken, What::Invoke))
}

/// The log ends within the record's last field: a cold start would be taken for a warm one.
fn is_cut(bytes: &[u8]) -> bool {
    const LATER: [(&[u8], &[&[u8]]); 5] = [
        (b"Init Duration: ", &[b" ms"]),
        (b"Restore Duration: ", &[b" ms"]),
        (b"Billed Restore Duration: ", &[b" ms"]),
        (b"Status: ", &[b"timeout", b"error", b"success", b"failure"]),
        (b"Error Type: ", &[b""]),
    ];
    if bytes.len() == LONGEST || memchr::memchr(b'\n', bytes).is_some() {
        return false;
    }
    let last = bytes.rsplit(|b| *b == b'\t').next().unwrap_or_default();
    let last = last.trim_ascii_start();
    !last.is_empty()
        && LATER
            .iter()
            .any(|(label, ends)| match last.strip_prefix(*label) {
                Some(value) => !ends.iter().any(|end| value.trim_ascii_end().ends_with(end)),
                None => label.starts_with(last),
            })
}

/// The fields of a REPORT in AWS's own order and with its own TABs, up to the end of the line.
#[inline]
fn usual(fields: &[u8], request_id: RequestId) -> Option<Invoke> {
    let rest = behind(fields, b"\tDuration: ")?;
    let (handler_us, used) = micros(rest)?;
    let rest = behind(&rest[used..], b" ms\tBilled Duration: ")?;
    let (billed_us, rest) = billed(rest)?;
    let rest = behind(rest, b" ms\tMemory Size: ")?;
    let (memory, used) = whole(rest)?;
    let rest = behind(&rest[used..], b" MB\tMax Memory Used: ")?;
    let (max_memory, used) = whole(rest)?;
    let mut rest = behind(&rest[used..], b" MB\t")?;
    let mut init_us = None;
    if let Some(after) = behind(rest, b"Init Duration: ") {
        let (us, used) = micros(after)?;
        init_us = Some(us);
        rest = behind(&after[used..], b" ms\t")?;
    }
    let mut outcome = Outcome::Done;
    if let Some(after) = behind(rest, b"Status: timeout") {
        outcome = Outcome::Timeout;
        rest = after.strip_prefix(b"\t").unwrap_or(after);
    }
    // Whatever else stands there is for the other parser.
    if !matches!(rest.first(), None | Some(b'\n' | b'\r')) {
        return None;
    }
    Some(Invoke {
        request_id: Some(request_id),
        handler_us,
        billed_us: Some(billed_us),
        memory_mb: Some(u32::try_from(memory).ok()?),
        max_memory_mb: Some(u32::try_from(max_memory).ok()?),
        init_us,
        restore_us: None,
        outcome,
    })
}

/// Whole milliseconds, as nearly all are, and what follows.
#[inline]
fn billed(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (ms, used) = whole(bytes)?;
    if bytes.get(used) == Some(&b' ') {
        return Some((ms * 1000, &bytes[used..]));
    }
    let (us, used) = micros(bytes)?;
    Some((us, &bytes[used..]))
}

/// What follows a word whose length the compiler knows: a comparison without a call.
#[inline]
pub(super) fn behind<'a, const N: usize>(bytes: &'a [u8], word: &[u8; N]) -> Option<&'a [u8]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    (first == word).then_some(rest)
}

/// The records beside REPORT that tell of something that went wrong.
fn other(bytes: &[u8]) -> Option<What> {
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    match text::parse(bytes, Wrap::UntilComplete)? {
        Line::TimedOut { .. } => {
            let at = memmem::find(line, text::TIMED_OUT)?;
            Some(timed_out_in(line, at)?.0)
        }
        // Only the words tell a process that was killed for its memory.
        Line::Exited { request_id } => {
            let outcome = match memmem::find(line, b"signal: killed") {
                Some(_) => Outcome::OutOfMemory,
                None => Outcome::Error,
            };
            Some(What::Ended(uuid(request_id.as_bytes())?, outcome))
        }
        line => of_line(line),
    }
}

/// `<time> <id> Task timed out after 3.00 seconds`, perhaps behind a prefix, where the words are known to stand at `at`.
pub(super) fn timed_out_in(line: &[u8], at: usize) -> Option<(What, Prefix<'_>)> {
    let before = line[..at].trim_ascii_end();
    let (before, id) = before.split_at_checked(before.len().checked_sub(UUID_LEN)?)?;
    let prefix = prefix(before).filter(|prefix| prefix.time_ms.is_some())?;
    let what = What::Ended(uuid(id)?, Outcome::Timeout);
    text::timed_out_at(line, at).map(|_| (what, prefix))
}

/// What a parsed line has to say here.
fn of_line(line: Line) -> Option<What> {
    let failed = |status: Option<&str>| matches!(status, Some("error" | "timeout" | "failure"));
    Some(match line {
        Line::Report(report) => Option::<Invoke>::from(report).map_or(What::Broken, What::Invoke),
        Line::InitReport(report) if failed(report.status.as_deref()) => report.into(),
        Line::RestoreReport(report) if failed(report.status.as_deref()) => report.into(),
        _ => return None,
    })
}

/// The first object of `bytes`, read in full.
pub(super) fn any_object(bytes: &[u8]) -> Option<What> {
    object_and_length(bytes).map(|(what, _)| what)
}

/// The same, and how long it is.
pub(super) fn object_and_length(bytes: &[u8]) -> Option<(What, usize)> {
    let (line, length) = json::parse_prefix(bytes)?;
    Some((of_line(line?)?, length))
}

/// `8-4-4-4-12` hexadecimal digits, and nothing else.
#[inline]
pub fn uuid(text: &[u8]) -> Option<RequestId> {
    let text: &[u8; UUID_LEN] = text.try_into().ok()?;
    if text[8] != b'-' || text[13] != b'-' || text[18] != b'-' || text[23] != b'-' {
        return None;
    }
    let digits = [
        eight(text, 0, 4),
        eight(text, 9, 14),
        eight(text, 19, 24),
        eight(text, 28, 32),
    ];
    hexadecimal(digits).map(RequestId)
}

/// Four bytes from `first` on and four from `second` on.
#[inline]
fn eight(text: &[u8; UUID_LEN], first: usize, second: usize) -> u64 {
    u64::from(four(text, first)) | u64::from(four(text, second)) << 32
}

/// One load, as the compiler knows that they are there.
#[inline]
fn four(text: &[u8; UUID_LEN], at: usize) -> u32 {
    text[at..]
        .first_chunk()
        .map_or(0, |four| u32::from_le_bytes(*four))
}
