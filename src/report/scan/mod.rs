//! Finds the platform's records in logs of any size: bytes in, [`Event`]s out, nothing kept and hardly anything copied.
//!
//! A substring search looks for what only such records hold, and only around a hit is anything parsed. What counts as a
//! record is stricter than in [`super::parse_tail`]: it must begin its line (behind a timestamp, a stream or the like,
//! see `prefix`) or its JSON string, and bear a UUID, so that an application that talks of REPORT lines is not counted.

#![expect(
    clippy::inline_always,
    reason = "what every record takes is one piece of code without calls"
)]

mod container;
mod figures;
mod lines;
mod number;
mod object;
mod prefix;
mod record;
mod request_id;
mod search;
mod time;
mod window;

#[cfg(test)]
pub(crate) mod tests;

pub use container::Container;
pub(crate) use container::{time_of, without_account};
pub(crate) use figures::{FIGURES, of_figures};
pub use lines::scan_lines;
pub(crate) use prefix::behind_date;
pub use record::record;
pub use request_id::RequestId;
pub use time::parse_time;

use super::{InitReport, Report, RestoreReport};

/// How much before a record's key may belong to it: a prefix of its line, the fields before its message.
pub const BEFORE: usize = 4 << 10;

/// How much after a record's key may belong to it. What goes on for longer is not a record of the platform.
pub const AFTER: usize = 16 << 10;

/// How an invoke ended, as far as its record tells. A handler that raised leaves no trace in a text record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing says otherwise.
    #[default]
    Done,
    /// `Status: error`, `failure`, or a runtime that exited.
    Error,
    /// It ran into the function's timeout.
    Timeout,
    /// It was killed for its memory.
    OutOfMemory,
}

/// One invoke as its REPORT tells it: [`Report`] in whole microseconds, without an allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Invoke {
    /// Missing only in JSON.
    pub request_id: Option<RequestId>,
    /// `Duration`, microseconds.
    pub handler_us: u64,
    /// `Billed Duration`, microseconds; Managed Instances have none.
    pub billed_us: Option<u64>,
    /// `Memory Size`, MB.
    pub memory_mb: Option<u32>,
    /// `Max Memory Used`, MB.
    pub max_memory_mb: Option<u32>,
    /// `Init Duration`, microseconds.
    pub init_us: Option<u64>,
    /// `Restore Duration`, microseconds.
    pub restore_us: Option<u64>,
    /// How it ended.
    pub outcome: Outcome,
}

impl Invoke {
    /// It had to wait for an environment that was initialised or restored for it.
    pub fn is_cold(&self) -> bool {
        self.init_us.is_some() || self.restore_us.is_some()
    }

    /// Init (or restore) and handler, microseconds.
    pub fn total_us(&self) -> u64 {
        self.handler_us
            .saturating_add(self.init_us.or(self.restore_us).unwrap_or(0))
    }
}

/// What a record tells.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A REPORT or `platform.report`.
    Invoke(Invoke),
    /// An init or a restore that failed or ran out of time, by its own record.
    InitFailed {
        /// How long it ran, microseconds.
        init_us: Option<u64>,
        /// It ran out of time.
        timed_out: bool,
    },
    /// The older lines for what is a status today: `Task timed out`, `Runtime exited`.
    Ended(RequestId, Outcome),
    /// It begins as a record does and is not whole: cut, or malformed.
    Broken,
}

/// A record and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Event<'a> {
    /// What it tells.
    pub what: What,
    /// When it was written, milliseconds since 1970 in UTC, as far as its line or its object says.
    pub time_ms: Option<i64>,
    /// The log group's name.
    pub group: Option<&'a [u8]>,
    /// The log stream's name, which holds the function's version in brackets.
    pub stream: Option<&'a [u8]>,
}

/// What takes the records that are found.
pub trait Take {
    /// Takes one.
    fn take(&mut self, event: &Event<'_>);
}

impl<F: FnMut(&Event<'_>)> Take for F {
    fn take(&mut self, event: &Event<'_>) {
        self(event);
    }
}

/// More than any query asks for.
const MOST_COLUMNS: usize = 64;

/// How the records stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Line by line, text and JSON mixed, perhaps behind timestamps and streams.
    Lines,
    /// As strings in JSON objects: `filter-log-events`, subscriptions, Firehose, Logs Insights, container logs.
    Container,
    /// Logs Insights' CSV.
    Csv,
}

/// Looks at the beginning of a file, some kilobytes.
pub fn detect(head: &[u8]) -> Format {
    let head = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start();
    let line = head.split(|b| *b == b'\n').next().unwrap_or_default();
    if is_header(line) {
        return Format::Csv;
    }
    let is_list_of = |begins: &[u8]| {
        let items = head.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
        items.is_some_and(|items| items.starts_with(begins))
    };
    // `[INFO]` begins a line of text.
    let is_json = head.first() == Some(&b'{') || is_list_of(b"{") || is_list_of(b"[");
    let names = |key: &&[u8]| memchr::memmem::find(head, key).is_some();
    // Insights' own export has messages in JSON as they are, and not as strings.
    let is_export = is_list_of(b"{") && names(&&b"\"@message\""[..]);
    // The lines of an application are objects with a message too: with a level, and with the platform's lines among them.
    let is_container = is_json
        && container::KEYS_OF_A_CONTAINER.iter().any(names)
        && !lines::stand_in(head)
        && memchr::memmem::find(line, b"\"level\"").is_none();
    if is_container || is_export {
        Format::Container
    } else {
        Format::Lines
    }
}

/// The titles of Insights' columns begin with `@`; those of the console's log events are two words.
fn is_header(line: &[u8]) -> bool {
    let cells = line.split(|b| *b == b',').take(MOST_COLUMNS).map(|cell| {
        let cell = cell.trim_ascii();
        let inner = cell
            .strip_prefix(b"\"")
            .and_then(|cell| cell.strip_suffix(b"\""));
        inner.unwrap_or(cell)
    });
    let cells: Vec<&[u8]> = cells.collect();
    cells[0].starts_with(b"@")
        || cells.contains(&&b"@timestamp"[..])
        || cells.contains(&&b"@message"[..])
        || cells == [&b"timestamp"[..], b"message"]
}

impl From<Report> for Option<Invoke> {
    fn from(report: Report) -> Self {
        let us = |ms: Option<f64>| ms.map(|ms| (ms * 1e3).round() as u64);
        let mb = |mb: Option<u64>| mb.map(|mb| u32::try_from(mb).unwrap_or(u32::MAX));
        let request_id = match &report.request_id {
            Some(id) => Some(RequestId::parse(id.as_bytes())?),
            None => None,
        };
        Some(Invoke {
            request_id,
            handler_us: us(report.duration_ms)?,
            billed_us: us(report.billed_ms),
            memory_mb: mb(report.memory_mb),
            max_memory_mb: mb(report.max_memory_mb),
            init_us: us(report.init_ms),
            restore_us: us(report.restore_ms),
            outcome: Outcome::of(report.status.as_deref(), report.error_type.as_deref()),
        })
    }
}

impl Outcome {
    /// Of a record's status and error type, as printed.
    fn of(status: Option<&str>, error_type: Option<&str>) -> Self {
        match (status, error_type) {
            (_, Some("Runtime.OutOfMemory")) => Self::OutOfMemory,
            (Some("timeout"), _) => Self::Timeout,
            (Some("error" | "failure"), _) => Self::Error,
            _ => Self::Done,
        }
    }
}

impl From<InitReport> for What {
    fn from(report: InitReport) -> Self {
        What::InitFailed {
            init_us: report.init_ms.map(|ms| (ms * 1e3).round() as u64),
            timed_out: report.status.as_deref() == Some("timeout"),
        }
    }
}

impl From<RestoreReport> for What {
    fn from(report: RestoreReport) -> Self {
        What::InitFailed {
            init_us: report.restore_ms.map(|ms| (ms * 1e3).round() as u64),
            timed_out: report.status.as_deref() == Some("timeout"),
        }
    }
}
