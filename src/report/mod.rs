//! REPORT lines, text and JSON: bytes in, [`Report`] out. Pure; anything that is not a platform line is stepped over.
//!
//! [`parse_line`] takes one record, [`parse_tail`] a `LogResult` in which it stands among application output. Every
//! field may be missing; one that is cut, malformed, negative or not finite is missing too, never wrong. Formats: the
//! AWS Lambda Developer Guide, "Working with logs" and "Lambda Telemetry API Event schema reference", and real logs.

mod json;
pub mod scan;
mod tail;
mod text;

#[cfg(test)]
mod tests;

pub use tail::{TAIL_BYTES, Tail, parse_tail};

/// One invoke as Lambda's REPORT line (or `platform.report` record) tells it. Every field may be missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The request id, as printed.
    pub request_id: Option<String>,
    /// `Duration`, milliseconds.
    pub duration_ms: Option<f64>,
    /// `Billed Duration`, milliseconds; contains init and restore where they are billed.
    pub billed_ms: Option<f64>,
    /// `Memory Size`, MB.
    pub memory_mb: Option<u64>,
    /// `Max Memory Used`, MB.
    pub max_memory_mb: Option<u64>,
    /// `Init Duration`, milliseconds: present on a cold start whose init succeeded within 10 s.
    pub init_ms: Option<f64>,
    /// `Restore Duration`, milliseconds (`SnapStart`).
    pub restore_ms: Option<f64>,
    /// `Billed Restore Duration`, milliseconds; already inside `billed_ms`.
    pub billed_restore_ms: Option<f64>,
    /// `Status`, as printed (`timeout`, `error`, `success`, `failure`); the text form leaves it out on success.
    pub status: Option<String>,
    /// `Error Type`, as printed.
    pub error_type: Option<String>,
}

/// `INIT_REPORT` or `platform.initReport`: an init that failed or passed 10 s, and some that succeeded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InitReport {
    /// How long that init ran, milliseconds.
    pub init_ms: Option<f64>,
    /// `init`, or `invoke` for the second try inside the invoke.
    pub phase: Option<String>,
    /// `Status`, as printed (`timeout`, `error`, `success`).
    pub status: Option<String>,
    /// `Error Type`, as printed.
    pub error_type: Option<String>,
}

/// `RESTORE_REPORT` or `platform.restoreReport` (`SnapStart`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RestoreReport {
    /// How long the restore ran, milliseconds.
    pub restore_ms: Option<f64>,
    /// `Status`, as printed.
    pub status: Option<String>,
    /// `Error Type`, as printed.
    pub error_type: Option<String>,
}

/// One record of the platform, in text or JSON.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// `REPORT`, `platform.report`.
    Report(Report),
    /// `INIT_REPORT`, `platform.initReport`.
    InitReport(InitReport),
    /// `RESTORE_REPORT`, `platform.restoreReport`.
    RestoreReport(RestoreReport),
    /// `INIT_START`, `platform.initStart`.
    InitStart {
        /// `Runtime Version`.
        runtime_version: Option<String>,
    },
    /// `RESTORE_START`, `platform.restoreStart`.
    RestoreStart {
        /// `Runtime Version`.
        runtime_version: Option<String>,
    },
    /// `START`, `platform.start`.
    Start {
        /// The request id.
        request_id: Option<String>,
        /// The function's version, `$LATEST`.
        version: Option<String>,
    },
    /// `END`; in JSON `platform.runtimeDone`, which alone has a status.
    End {
        /// The request id.
        request_id: Option<String>,
        /// `success`, `failure`, `error`, `timeout`.
        status: Option<String>,
    },
    /// `platform.initRuntimeDone`.
    InitRuntimeDone,
    /// `platform.restoreRuntimeDone`.
    RestoreRuntimeDone,
    /// `EXTENSION`, `platform.extension`.
    Extension,
    /// `TELEMETRY`, `platform.telemetrySubscription`.
    Telemetry,
    /// `LOGS`, `platform.logsSubscription`, `platform.logsDropped`.
    Logs,
    /// The `XRAY` line that follows a REPORT.
    Xray,
    /// The older `... Task timed out after 3.00 seconds`.
    TimedOut {
        /// The request id.
        request_id: String,
        /// The function's timeout, seconds.
        after_s: f64,
    },
    /// The older `RequestId: ... Error: Runtime exited ...`.
    Exited {
        /// The request id.
        request_id: String,
    },
}

/// Reads one record: a text line (also one that a paste has wrapped or whose TABs became spaces) or one JSON object.
///
/// `None` is anything else: application output, a record that is cut at its start, other JSON.
pub fn parse_line(line: &[u8]) -> Option<Line> {
    let line = line.trim_ascii_start();
    if line.first() == Some(&b'{') {
        json::parse(line)
    } else {
        text::parse(line, text::Wrap::Anywhere)
    }
}
