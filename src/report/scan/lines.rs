//! Records that begin their lines, in any other output.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

use super::object::fields;
use super::prefix::{Prefix, line_start, prefix};
use super::record::{behind, record, timed_out_in, unusual_report, usual_report};
use super::search::{PLATFORM, keys};
use super::time::{parse_time, prefix_time};
use super::{AFTER, BEFORE, Event, What};

/// What was searched stays in the processor's own cache until its records are read; less at a time costs a twelfth more.
const PIECE: usize = 256 << 10;

/// A prefix that a tool puts before a line is shorter.
const LONGEST_PREFIX: usize = 512;

const TYPE: &[u8] = b"\"type\"";

static TYPE_OF_A_RECORD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(PLATFORM));

/// Finds the records whose keys begin within `range` of `bytes`; what stands around it, [`BEFORE`] and [`AFTER`], is
/// context. So two neighbouring ranges of one file find each record once, and in any order.
pub fn scan_lines(bytes: &[u8], range: Range<usize>, found: &mut impl FnMut(Event<'_>)) {
    scan_by(bytes, range, PIECE, found);
}

/// [`scan_lines`] in pieces of any size.
pub(super) fn scan_by(
    bytes: &[u8],
    range: Range<usize>,
    piece: usize,
    found: &mut impl FnMut(Event<'_>),
) {
    let mut places = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let end = range.end.min(start + piece);
        keys(bytes, start..end, &mut places);
        for at in places.drain(..) {
            match bytes[at] {
                b'R' => report_at(bytes, at, found),
                b'"' => json_at(bytes, at, found),
                b'T' => timed_out(bytes, at, found),
                _ => exited(bytes, at, found),
            }
        }
        start = end;
    }
}

#[inline]
fn report_at(bytes: &[u8], at: usize, found: &mut impl FnMut(Event<'_>)) {
    let what = if bytes[at..].starts_with(super::record::REPORT) {
        let Some(prefix) = prefix_at(bytes, at) else {
            return;
        };
        if let Some(invoke) = usual_report(&bytes[at..]) {
            found(event(What::Invoke(invoke), prefix));
            return;
        }
        unusual_report(&bytes[at..]).map(|what| (what, prefix))
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
fn timed_out(bytes: &[u8], at: usize, found: &mut impl FnMut(Event<'_>)) {
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
fn exited(bytes: &[u8], at: usize, found: &mut impl FnMut(Event<'_>)) {
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
fn json_at(bytes: &[u8], at: usize, found: &mut impl FnMut(Event<'_>)) {
    if let Some(event) = plain_json_at(bytes, at) {
        found(event);
        return;
    }
    if !is_type(bytes, at) {
        return;
    }
    let Some(start) = line_start(bytes, at, BEFORE) else {
        return;
    };
    let Some(brace) = memchr::memchr(b'{', &bytes[start..at]).map(|n| start + n) else {
        return;
    };
    // One record a line: whatever else a line holds is inside it.
    let between = &bytes[brace..at];
    // Mostly no letter of `platform` stands there, and then there is nothing to search.
    let is_first = memchr::memchr(b'l', between).is_none()
        || TYPE_OF_A_RECORD
            .find_iter(between)
            .all(|earlier| !is_type(bytes, brace + earlier));
    let Some(mut prefix) = is_first.then(|| prefix(&bytes[start..brace])).flatten() else {
        return;
    };
    let rest = &bytes[brace..bytes.len().min(brace + AFTER)];
    let object = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    let Some(what) = record(object) else {
        return;
    };
    prefix.time_ms = prefix.time_ms.or_else(|| time_of(object));
    found(event(what, prefix));
}

/// The report whose type stands at `at`, if it is written as AWS does, without a prefix: nothing need be searched then.
#[inline]
fn plain_json_at(bytes: &[u8], at: usize) -> Option<Event<'static>> {
    const HEAD: usize = r#"{"time":"2026-10-08T07:30:29.470Z","type":"#.len();
    const RECORD: &[u8; 28] = br#""platform.report","record":{"#;
    let rest = behind(&bytes[at..], RECORD)?;
    let start = at.checked_sub(HEAD)?;
    let time = behind(&bytes[start..at], br#"{"time":""#)?;
    let time = time.strip_suffix(br#"","type":"#)?;
    if start > 0 && bytes[start - 1] != b'\n' {
        return None;
    }
    let time_ms = parse_time(time)?;
    let rest = &rest[..rest.len().min(AFTER - HEAD - RECORD.len())];
    let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    let prefix = Prefix {
        time_ms: Some(time_ms),
        ..Prefix::default()
    };
    Some(event(What::Invoke(fields(line)?), prefix))
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
fn is_type(bytes: &[u8], at: usize) -> bool {
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
    if let Some(value) = behind(object, b"{\"time\":\"") {
        return Some(prefix_time(value)?.0);
    }
    let head = &object[..object.len().min(256)];
    let at = memchr::memmem::find(head, b"\"time\":")? + 7;
    let value = head[at..].trim_ascii_start().strip_prefix(b"\"")?;
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
