//! What the figures are of: what was read, what the filters left, at which prices.

use schemars::JsonSchema;
use serde::Serialize;

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Amount {
    /// Files, standard input or another source.
    pub sources: usize,
    /// Bytes, packed files as they are on disk.
    pub bytes: u64,
    /// False if it was stopped before all was read.
    pub complete: bool,
    /// What could not be read, or not to its end, and why.
    pub failed: Vec<String>,
    /// How `CloudWatch` was asked; null for files.
    pub cloudwatch: Option<CloudAmount>,
}

/// What `CloudWatch` was asked for, and what that costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct CloudAmount {
    /// Pages of `FilterLogEvents`, or queries of Logs Insights.
    pub calls: u64,
    /// Events that it gave, each once.
    pub events: u64,
    /// Bytes that Logs Insights has scanned; null for pages, where AWS doesn't say.
    pub scanned_bytes: Option<u64>,
    /// What that costs, US dollars; nothing for pages.
    pub usd: f64,
}

/// The filters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Narrowed {
    /// Not before this time, RFC 3339.
    pub since: Option<String>,
    /// Before this time, RFC 3339.
    pub until: Option<String>,
    /// The pattern of the function's name.
    pub function: Option<String>,
    /// Cold starts alone.
    pub cold: bool,
    /// What stands in the request id.
    pub request: Option<String>,
}

/// The prices that costs are reckoned with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PriceBasis {
    /// The AWS region.
    pub region: String,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// True where the region or the architecture was not given, which no log tells.
    pub assumed: bool,
    /// When the prices were looked up.
    pub as_of: String,
    /// Where they are from.
    pub source: String,
}

/// Records that are in no figure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Records {
    /// Begun as records of the platform, but cut or malformed.
    pub broken: u64,
    /// Left out by the filters.
    pub filtered: u64,
    /// Of those, left out of a span of time since they bear none.
    pub without_time: u64,
}
