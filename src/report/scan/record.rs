//! One text record, by the shape that nearly all of them have, else by the parser that knows every other.

use super::super::text::{self, Wrap};
use super::super::{Line, json};
use memchr::memmem;

use super::number::values;
use super::prefix::{Prefix, prefix};
use super::window::{SIZE, Window};
use super::{Invoke, Outcome, RequestId, What};

/// What every REPORT begins with.
pub(super) const REPORT: &[u8; 18] = b"REPORT RequestId: ";

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
        return any_report(bytes);
    }
    other(bytes)
}

/// A REPORT as nearly all are written: in AWS's own order and with its own TABs, up to the end of the line.
#[inline(always)]
pub(super) fn usual_report(mut at: Window<'_>) -> Option<Invoke> {
    at.word(REPORT)?;
    let request_id = at.id()?;
    at.word(b"\tDuration: ")?;
    let handler = at.micros()?;
    at.word(b" ms\tBilled Duration: ")?;
    let billed = at.whole()?;
    at.word(b" ms\tMemory Size: ")?;
    let memory = at.whole()?;
    at.word(b" MB\tMax Memory Used: ")?;
    let max_memory = at.whole()?;
    at.word(b" MB\t")?;
    let mut init_us = None;
    let mut outcome = Outcome::Done;
    if !at.ends_line() {
        if at.skip(b"Init Duration: ") {
            init_us = Some(at.micros()?.value());
            at.word(b" ms\t")?;
        }
        if at.skip(b"Status: timeout") {
            outcome = Outcome::Timeout;
            at.skip(b"\t");
        }
        // Whatever else stands there is for the other parser.
        if !at.ends_line() {
            return None;
        }
    }
    let [handler_us, billed_ms, memory_mb, max_memory_mb] =
        values([handler, billed, memory, max_memory]);
    Some(Invoke {
        request_id: Some(request_id),
        handler_us: u64::from(handler_us),
        billed_us: Some(u64::from(billed_ms) * 1000),
        memory_mb: Some(memory_mb),
        max_memory_mb: Some(max_memory_mb),
        init_us,
        restore_us: None,
        outcome,
    })
}

/// A REPORT; [`What::Broken`] if it is not whole, `None` if what it bears is no request id.
pub(super) fn any_report(bytes: &[u8]) -> Option<What> {
    let usual = match Window::over(bytes) {
        Some(at) => usual_report(at),
        None => usual_report(Window::over_copy(bytes, &mut [0; SIZE])),
    };
    if let Some(invoke) = usual {
        return Some(What::Invoke(invoke));
    }
    RequestId::parse(bytes.get(REPORT.len()..REPORT.len() + UUID_LEN)?)?;
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

/// What follows a word whose length the compiler knows: a comparison without a call.
#[inline(always)]
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
            Some(What::Ended(
                RequestId::parse(request_id.as_bytes())?,
                outcome,
            ))
        }
        line => of_line(line),
    }
}

/// `<time> <id> Task timed out after 3.00 seconds`, perhaps behind a prefix, where the words are known to stand at `at`.
pub(super) fn timed_out_in(line: &[u8], at: usize) -> Option<(What, Prefix<'_>)> {
    let before = line[..at].trim_ascii_end();
    let (before, id) = before.split_at_checked(before.len().checked_sub(UUID_LEN)?)?;
    let prefix = prefix(before).filter(|prefix| prefix.time_ms.is_some())?;
    let what = What::Ended(RequestId::parse(id)?, Outcome::Timeout);
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
