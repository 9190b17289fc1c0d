//! A `LogResult`: the last 4 KB of an invoke's log, with the platform's records among application output.
//!
//! Its first line may be cut anywhere. The application may have printed what looks like a record, or no newline before
//! the real one. So a record is sought anywhere, and the one is taken that bears our request id, follows its END and
//! begins a line, in this order of weight.

use memchr::{memchr_iter, memmem, memrchr};

use super::text::{TIMED_OUT, Wrap};
use super::{InitReport, Line, Report, RestoreReport, json, text};

/// How much of the log `LogType=Tail` returns at most (Invoke, AWS Lambda API reference).
pub const TAIL_BYTES: usize = 4096;

/// Braces of one line that may turn out not to begin an object before the line is given up: keeps hostile ones linear.
const FALSE_STARTS_PER_LINE: usize = 64;

/// What the tail of one invoke's log tells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tail {
    /// This invoke's REPORT; it has at least a `Duration`. `None`: not in the tail, whatever the reason.
    pub report: Option<Report>,
    /// The last `INIT_REPORT`, which may tell of a success too: see its status.
    pub init_report: Option<InitReport>,
    /// The last `RESTORE_REPORT`.
    pub restore_report: Option<RestoreReport>,
    /// The invoke ran into its timeout, told in the older style (a line) or the newer (a status).
    pub timed_out: bool,
    /// The runtime died in the invoke, told in the older style (a line) or the newer (`Status: error`). A handler that
    /// raised is not told of here: that is the API's `FunctionError`.
    pub crashed: bool,
    /// The tail is as long as a tail can be: earlier lines, an `INIT_REPORT` among them, may be lost.
    pub truncated_start: bool,
}

/// Reads a decoded `LogResult`.
///
/// With a request id only the records of that invoke count (and a JSON report without any id, if there is no other);
/// without one the last invoke's.
pub fn parse_tail(tail: &[u8], request_id: Option<&str>) -> Tail {
    let mut found = Found {
        ours: request_id,
        ..Found::default()
    };
    found.tail.truncated_start = tail.len() >= TAIL_BYTES;
    text_records(tail, &mut found);
    json_records(tail, &mut found);
    found.conclude()
}

struct Candidate {
    at: usize,
    begins_line: bool,
    report: Report,
}

#[derive(Default)]
struct Found<'a> {
    ours: Option<&'a str>,
    tail: Tail,
    reports: Vec<Candidate>,
    init_at: usize,
    restore_at: usize,
    end_at: Option<usize>,
}

impl Found<'_> {
    fn is_ours(&self, id: Option<&str>) -> bool {
        self.ours.is_none() || id == self.ours
    }

    fn take(&mut self, at: usize, begins_line: bool, line: Line) {
        match line {
            Line::Report(report)
                if report.duration_ms.is_some()
                    && (report.request_id.is_none()
                        || self.is_ours(report.request_id.as_deref())) =>
            {
                self.reports.push(Candidate {
                    at,
                    begins_line,
                    report,
                });
            }
            // Text is read before JSON, so the last is the furthest, not the latest taken.
            Line::InitReport(init) if at >= self.init_at => {
                self.init_at = at;
                self.tail.init_report = Some(init);
            }
            Line::RestoreReport(restore) if at >= self.restore_at => {
                self.restore_at = at;
                self.tail.restore_report = Some(restore);
            }
            Line::End { request_id, status } if self.is_ours(request_id.as_deref()) => {
                self.end_at = self.end_at.max(Some(at));
                self.tail.timed_out |= status.as_deref() == Some("timeout");
                self.tail.crashed |= status.as_deref() == Some("error");
            }
            Line::TimedOut { request_id, .. } => {
                self.tail.timed_out |= self.is_ours(Some(&request_id));
            }
            Line::Exited { request_id } => {
                self.tail.crashed |= self.is_ours(Some(&request_id));
            }
            _ => {}
        }
    }

    fn conclude(mut self) -> Tail {
        let end_at = self.end_at;
        let after_end = |at: usize| end_at.is_some_and(|end| at > end);
        // After END the first is Lambda's and later ones an extension's; before it, the last is as good as any.
        let nearness = |at: usize| {
            if after_end(at) { usize::MAX - at } else { at }
        };
        let best = self.reports.drain(..).max_by_key(|c| {
            (
                c.report.request_id.is_some(),
                after_end(c.at),
                c.begins_line,
                nearness(c.at),
            )
        });
        self.tail.report = best.map(|c| c.report);
        let status = self.tail.report.as_ref().and_then(|r| r.status.as_deref());
        self.tail.timed_out |= status == Some("timeout");
        self.tail.crashed |= status == Some("error");
        self.tail
    }
}

fn text_records(tail: &[u8], found: &mut Found) {
    for at in memmem::find_iter(tail, b"RequestId:") {
        let before = tail[..at].trim_ascii_end();
        let separated = before.len() < at;
        let keyword = [&b"REPORT"[..], b"START", b"END"]
            .into_iter()
            .find(|keyword| separated && before.ends_with(keyword));
        take_text(tail, keyword.map_or(at, |k| before.len() - k.len()), found);
    }
    for at in memmem::find_iter(tail, b"_REPORT") {
        let keyword = [&b"INIT"[..], b"RESTORE"]
            .into_iter()
            .find(|keyword| tail[..at].ends_with(keyword));
        if let Some(keyword) = keyword {
            take_text(tail, at - keyword.len(), found);
        }
    }
    for at in memmem::find_iter(tail, TIMED_OUT) {
        let start = line_start(tail, at);
        if let Some(line) = text::timed_out_at(&tail[start..], at - start) {
            found.take(at, true, line);
        }
    }
}

fn take_text(tail: &[u8], at: usize, found: &mut Found) {
    let start = line_start(tail, at);
    // Inside an application's JSON line only what follows a closed object can be a record; the rest is its strings.
    let quoted = at > start && tail[start] == b'{' && tail[at - 1] != b'}';
    if quoted {
        return;
    }
    if let Some(line) = text::parse(&tail[at..], Wrap::UntilComplete) {
        found.take(at, at == start, line);
    }
}

fn line_start(bytes: &[u8], at: usize) -> usize {
    memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1)
}

fn json_records(tail: &[u8], found: &mut Found) {
    let mut from = 0;
    while let Some(mark) = memmem::find(&tail[from..], json::MARK).map(|n| from + n) {
        let start = line_start(tail, mark);
        let end = memchr::memchr(b'\n', &tail[mark..]).map_or(tail.len(), |n| mark + n);
        json_objects(&tail[start..end], start, found);
        from = end;
    }
}

/// The objects of one line, which an unterminated print may stand before.
fn json_objects(line: &[u8], offset: usize, found: &mut Found) {
    let (mut past, mut false_starts) = (0, 0);
    for at in memchr_iter(b'{', line) {
        if at < past {
            continue;
        }
        let Some((record, length)) = json::parse_prefix(&line[at..]) else {
            false_starts += 1;
            if false_starts == FALSE_STARTS_PER_LINE {
                return;
            }
            continue;
        };
        past = at + length;
        if let Some(record) = record {
            found.take(offset + at, at == 0, record);
        }
    }
}
