//! Records that begin their lines, in any other output.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

use super::object::usual_object;
use super::prefix::{Prefix, line_start, prefix};
use super::record::{
    REPORT, any_report, behind, object_and_length, record, timed_out_in, usual_report,
};
use super::search::{PLATFORM, candidates, key_at};
use super::time::{parse_time, prefix_time};
use super::window::Window;
use super::{AFTER, BEFORE, Event, Take, What};

/// What was searched stays in the processor's own cache until its records are read; less at a time costs a twelfth more.
const PIECE: usize = 256 << 10;

/// A prefix that a tool puts before a line is shorter.
const LONGEST_PREFIX: usize = 512;

/// The type of a record that was printed on many lines is not further from where it begins.
const NEAR: usize = 2 << 10;

const TYPE: &[u8] = b"\"type\"";

/// So records begin that are written as AWS does.
const TIME_FIRST: &[u8; 9] = b"{\"time\":\"";

static TYPE_OF_A_RECORD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(PLATFORM));

/// Finds the records whose keys begin within `range` of `bytes`; what stands around it, [`BEFORE`] and [`AFTER`], is
/// context. So two neighbouring ranges of one file find each record once, and in any order.
pub fn scan_lines(bytes: &[u8], range: Range<usize>, found: &mut impl Take) {
    scan_by(bytes, range, PIECE, found);
}

/// [`scan_lines`] in pieces of any size.
pub(super) fn scan_by(bytes: &[u8], range: Range<usize>, piece: usize, found: &mut impl Take) {
    #[cfg(target_arch = "x86_64")]
    if super::search::is_newer() {
        #[expect(unsafe_code, reason = "a call of code for newer processors")]
        // SAFETY: the processor is one.
        unsafe {
            scan_newer(bytes, range, piece, found);
        }
        return;
    }
    scan_any(bytes, range, piece, found);
}

/// [`scan_any`] with instructions that nearly all processors have.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
fn scan_newer(bytes: &[u8], range: Range<usize>, piece: usize, found: &mut impl Take) {
    scan_any(bytes, range, piece, found);
}

#[inline(always)]
fn scan_any(bytes: &[u8], range: Range<usize>, piece: usize, found: &mut impl Take) {
    let mut places = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let end = range.end.min(start + piece);
        candidates(bytes, start..end, &mut places);
        for candidate in places.drain(..) {
            if candidate < end
                && let Some(event) = plain_report_at(bytes, candidate)
            {
                found.take(&event);
                continue;
            }
            let Some(at) = key_at(bytes, candidate).filter(|at| (start..end).contains(at)) else {
                continue;
            };
            if let Some(event) = plain_json_at(bytes, at) {
                found.take(&event);
            } else if bytes[at] != b'"' || is_wanted(&bytes[at..]) {
                other_at(bytes, at, &mut |event| found.take(&event));
            }
        }
        start = end;
    }
}

/// The REPORT that begins a line at `at`, if it is as nearly all are.
#[inline(always)]
fn plain_report_at(bytes: &[u8], at: usize) -> Option<Event<'static>> {
    if at > 0 && bytes[at - 1] != b'\n' {
        return None;
    }
    let invoke = usual_report(Window::over(&bytes[at..])?)?;
    Some(event(What::Invoke(invoke), Prefix::default()))
}

/// Whatever else begins with a key.
#[inline(never)]
fn other_at(bytes: &[u8], at: usize, found: &mut dyn FnMut(Event<'_>)) {
    match bytes[at] {
        b'R' => report_at(bytes, at, found),
        b'"' => json_at(bytes, at, found),
        b'T' => timed_out(bytes, at, found),
        _ => exited(bytes, at, found),
    }
}

fn report_at(bytes: &[u8], at: usize, found: &mut dyn FnMut(Event<'_>)) {
    let what = if bytes[at..].starts_with(REPORT) {
        let Some(prefix) = prefix_at(bytes, at) else {
            return;
        };
        any_report(&bytes[at..]).map(|what| (what, prefix))
    } else {
        let before = &bytes[..at];
        let keyword = if before.ends_with(b"INIT_") {
            5
        } else if before.ends_with(b"RESTORE_") {
            8
        } else {
            return;
        };
        let from = at - keyword;
        prefix_at(bytes, from).and_then(|prefix| Some((record(&bytes[from..])?, prefix)))
    };
    if let Some((what, prefix)) = what {
        found(event(what, prefix));
    }
}

/// `2024-03-04T17:22:38.033Z <id> Task timed out after 3.00 seconds`: the timestamp is its own.
fn timed_out(bytes: &[u8], at: usize, found: &mut dyn FnMut(Event<'_>)) {
    let Some(start) = line_start(bytes, at, LONGEST_PREFIX) else {
        return;
    };
    let rest = &bytes[at..bytes.len().min(at + LONGEST_PREFIX)];
    let end = at + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    if let Some((what, prefix)) = timed_out_in(&bytes[start..end], at - start) {
        found(event(what, prefix));
    }
}

/// `RequestId: <id> Error: Runtime exited …`.
fn exited(bytes: &[u8], at: usize, found: &mut dyn FnMut(Event<'_>)) {
    const ID: &[u8] = b"RequestId: ";
    if let Some(from) = at.checked_sub(ID.len() + 36)
        && bytes[from..].starts_with(ID)
        && let Some(prefix) = prefix_at(bytes, from)
        && let Some(what @ What::Ended(..)) = record(&bytes[from..])
    {
        found(event(what, prefix));
    }
}

/// A hit of the JSON key.
fn json_at(bytes: &[u8], at: usize, found: &mut dyn FnMut(Event<'_>)) {
    if is_type(bytes, at)
        && let Some(event) = first_json_at(bytes, at).or_else(|| behind_another(bytes, at))
    {
        found(event);
    }
}

/// The first object of its line, or one that was printed on many lines.
fn first_json_at(bytes: &[u8], at: usize) -> Option<Event<'_>> {
    let start = line_start(bytes, at, BEFORE - 1)?;
    let on_its_line = memchr::memchr(b'{', &bytes[start..at]).map(|n| start + n);
    let brace = on_its_line.or_else(|| open_line(bytes, start, at))?;
    let before = match on_its_line {
        Some(_) => prefix(&bytes[start..brace]),
        None => line_before(bytes, brace),
    };
    let mut prefix = before.filter(|_| is_first_type(bytes, brace, at))?;
    let mut object = &bytes[brace..bytes.len().min(brace + AFTER)];
    if on_its_line.is_some() {
        object = &object[..memchr::memchr(b'\n', object).unwrap_or(object.len())];
    }
    // Where the time does not come first, it may be the next record's that is found.
    let one = if object.starts_with(TIME_FIRST) {
        record(object).map(|what| (what, object.len()))
    } else {
        object_and_length(object)
    };
    let (what, length) = one?;
    prefix.time_ms = prefix.time_ms.or_else(|| time_of(&object[..length]));
    Some(event(what, prefix))
}

/// Whatever else stands in an object, its own type comes first.
fn is_first_type(bytes: &[u8], brace: usize, at: usize) -> bool {
    let between = &bytes[brace..at];
    // Mostly no letter of `platform` stands there, and then there is nothing to search.
    memchr::memchr(b'l', between).is_none()
        || TYPE_OF_A_RECORD
            .find_iter(between)
            .all(|earlier| !is_type(bytes, brace + earlier))
}

/// The object around the type at `at`, one of several on a line without anything between them, as Firehose joins them.
#[cold]
fn behind_another(bytes: &[u8], at: usize) -> Option<Event<'_>> {
    let from = at.saturating_sub(NEAR);
    let from = memchr::memrchr(b'\n', &bytes[from..at]).map_or(from, |n| from + n + 1);
    let brace = from + memmem::rfind(&bytes[from..at], b"}{")? + 1;
    if !is_in_a_row(bytes, brace) || !is_first_type(bytes, brace, at) {
        return None;
    }
    let object = &bytes[brace..bytes.len().min(brace + AFTER)];
    let object = &object[..memchr::memchr(b'\n', object).unwrap_or(object.len())];
    let (what, length) = object_and_length(object).filter(|(_, length)| *length > at - brace)?;
    let prefix = Prefix {
        time_ms: time_of(&object[..length]),
        ..Prefix::default()
    };
    Some(event(what, prefix))
}

/// The line begins with an object, or too far from here to tell.
#[cold]
fn is_in_a_row(bytes: &[u8], brace: usize) -> bool {
    let from = brace.saturating_sub(NEAR + 1);
    match memchr::memrchr(b'\n', &bytes[from..brace]) {
        Some(n) => bytes[from + n + 1] == b'{',
        None => brace > NEAR || bytes[0] == b'{',
    }
}

/// The brace that is a line of its own, without an indent, not far before `at` of the line that begins at `line`: so begin
/// objects that are printed on many lines, as `aws logs tail --format json` and `jq` do.
fn open_line(bytes: &[u8], line: usize, at: usize) -> Option<usize> {
    let from = at.saturating_sub(NEAR).min(line);
    let is_alone = |brace: usize| {
        let rest = &bytes[brace + 1..line];
        let begins = brace == 0 || bytes[brace - 1] == b'\n';
        begins && rest.iter().find(|b| !matches!(b, b' ' | b'\r')) == Some(&b'\n')
    };
    memchr::memrchr_iter(b'{', &bytes[from..line])
        .map(|n| from + n)
        .find(|brace| is_alone(*brace))
}

/// What the line before an object tells that was printed on many lines: a tool's prefix, or the end of another one.
fn line_before(bytes: &[u8], brace: usize) -> Option<Prefix<'_>> {
    let Some(end) = brace.checked_sub(1) else {
        return Some(Prefix::default());
    };
    let line = &bytes[line_start(bytes, end, LONGEST_PREFIX)?..brace];
    if line.trim_ascii_end() == b"}" {
        return Some(Prefix::default());
    }
    prefix(line)
}

/// The report whose type stands at `at`, if it is written as AWS does, without a prefix: nothing need be searched then.
#[inline(always)]
fn plain_json_at(bytes: &[u8], at: usize) -> Option<Event<'static>> {
    const HEAD: usize = r#"{"time":"2026-10-08T07:30:29.470Z","type":"#.len();
    let what = What::Invoke(usual_object(Window::over(&bytes[at..])?)?);
    let start = at.checked_sub(HEAD)?;
    let time = behind(&bytes[start..at], br#"{"time":""#)?;
    let time = time.strip_suffix(br#"","type":"#)?;
    if start > 0 && bytes[start - 1] != b'\n' {
        (bytes[start - 1] == b'}' && is_in_a_row(bytes, start)).then_some(())?;
    }
    let prefix = Prefix {
        time_ms: Some(parse_time(time)?),
        ..Prefix::default()
    };
    Some(event(what, prefix))
}

/// Some of the platform's records begin lines here, which none does inside a JSON string.
pub(super) fn stand_in(head: &[u8]) -> bool {
    let text = [
        &b"\nSTART RequestId: "[..],
        b"\nEND RequestId: ",
        b"\nREPORT RequestId: ",
    ];
    text.iter().any(|words| memmem::find(head, words).is_some())
        || TYPE_OF_A_RECORD
            .find_iter(head)
            .any(|at| is_value_of_type(&head[..at]))
}

/// What stands at `at` is the type of one of the records that are read here.
pub(super) fn is_type(bytes: &[u8], at: usize) -> bool {
    is_wanted(&bytes[at..]) && is_value_of_type(&bytes[..at])
}

/// Of the records in JSON, those that are read here.
fn is_wanted(key: &[u8]) -> bool {
    behind(key, b"\"platform.").is_some_and(|kind| {
        behind(kind, b"report\"").is_some()
            || behind(kind, b"initReport\"").is_some()
            || behind(kind, b"restoreReport\"").is_some()
    })
}

fn is_value_of_type(before: &[u8]) -> bool {
    before
        .trim_ascii_end()
        .strip_suffix(b":")
        .is_some_and(|key| key.trim_ascii_end().ends_with(TYPE))
}

/// `"time":"…"` of a record.
fn time_of(object: &[u8]) -> Option<i64> {
    if let Some(value) = behind(object, TIME_FIRST) {
        return Some(prefix_time(value)?.0);
    }
    let at = memmem::find(object, b"\"time\":")? + 7;
    let value = object[at..].trim_ascii_start().strip_prefix(b"\"")?;
    Some(prefix_time(value)?.0)
}

/// The prefix of the line in which a record begins at `at`, if it is one.
fn prefix_at(bytes: &[u8], at: usize) -> Option<Prefix<'_>> {
    if at == 0 || bytes[at - 1] == b'\n' {
        return Some(Prefix::default());
    }
    prefix(&bytes[line_start(bytes, at, LONGEST_PREFIX)?..at])
}

fn event(what: What, prefix: Prefix<'_>) -> Event<'_> {
    Event {
        what,
        time_ms: prefix.time_ms,
        group: prefix.group,
        stream: prefix.stream,
    }
}
