//! REPORT lines, text and JSON: bytes in, [`Report`] out. Pure; anything that is not a platform line is stepped over.

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
    /// `Restore Duration`, milliseconds (SnapStart).
    pub restore_ms: Option<f64>,
    /// `Billed Restore Duration`, milliseconds; already inside `billed_ms`.
    pub billed_restore_ms: Option<f64>,
    /// `Status`, as printed (`timeout`, `error`, `success`, `failure`); the text form leaves it out on success.
    pub status: Option<String>,
    /// `Error Type`, as printed.
    pub error_type: Option<String>,
}
