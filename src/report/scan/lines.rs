//! Records that begin their lines, in any other output.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

use super::prefix::{Prefix, line_start, prefix};
use super::record::{behind, record, report, timed_out_in};
use super::time::prefix_time;
use super::{AFTER, BEFORE, Event, What};
use crate::report::text::TIMED_OUT;

/// Searched for several needles in turn, a piece stays in the nearest cache.
const PIECE: usize = 16 << 10;

/// A prefix that a tool puts before a line is shorter.
const LONGEST_PREFIX: usize = 512;

const TYPE: &[u8] = b"\"type\"";

struct Needles {
    /// `REPORT`, `INIT_REPORT`, `RESTORE_REPORT`.
    report: Finder<'static>,
    /// The type of every JSON record.
    platform: Finder<'static>,
    timed_out: Finder<'static>,
    exited: Finder<'static>,
}

static NEEDLES: LazyLock<Needles> = LazyLock::new(|| Needles {
    report: Finder::new(b"REPORT "),
    platform: Finder::new(b"\"platform."),
    timed_out: Finder::new(TIMED_OUT),
    exited: Finder::new(b" Error: Runtime exited "),
});

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
    let needles = &*NEEDLES;
    let mut start = range.start;
    while start < range.end {
        let end = range.end.min(start + piece);
        let each = |needle: &Finder, at_hit: &mut dyn FnMut(usize)| {
            let piece = &bytes[start..bytes.len().min(end + needle.needle().len() - 1)];
            for hit in needle.find_iter(piece) {
                at_hit(start + hit);
            }
        };
        each(&needles.report, &mut |at| report_at(bytes, at, found));
        each(&needles.timed_out, &mut |at| timed_out(bytes, at, found));
        each(&needles.exited, &mut |at| exited(bytes, at, found));
        each(&needles.platform, &mut |at| json_at(bytes, at, found));
        start = end;
    }
}

fn report_at(bytes: &[u8], at: usize, found: &mut impl FnMut(Event<'_>)) {
    let what = if bytes[at..].starts_with(super::record::REPORT) {
        let Some(prefix) = prefix_at(bytes, at) else {
            return;
        };
        report(&bytes[at..]).map(|what| (what, prefix))
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
        || NEEDLES
            .platform
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

/// Some of the platform's records begin lines here, which none does inside a JSON string.
pub(super) fn stand_in(head: &[u8]) -> bool {
    let text = [
        &b"\nSTART RequestId: "[..],
        b"\nEND RequestId: ",
        b"\nREPORT RequestId: ",
    ];
    text.iter().any(|words| memmem::find(head, words).is_some())
        || NEEDLES
            .platform
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
