//! A row that Logs Insights has made of a REPORT, with the fields that it found in it itself and without the message.

use super::{Invoke, Outcome, RequestId, What};

const MB: f64 = 1_048_576.0;

/// Milliseconds, and memory in bytes.
pub(crate) const FIGURES: [&str; 6] = [
    "@requestId",
    "@duration",
    "@billedDuration",
    "@memorySize",
    "@maxMemoryUsed",
    "@initDuration",
];

/// What the values of [`FIGURES`] tell. Only a REPORT has a duration and what was billed; a query need not ask for its id.
pub(crate) fn of_figures(values: [Option<&[u8]>; 6]) -> Option<What> {
    let [id, duration, billed, memory, max_memory, init] = values;
    let number = |value: Option<&[u8]>| -> Option<f64> {
        let n: f64 = std::str::from_utf8(value?).ok()?.parse().ok()?;
        (n.is_finite() && n >= 0.0).then_some(n)
    };
    let us = |value| number(value).map(|ms| (ms * 1e3).round() as u64);
    // Insights counts in millions of bytes: 128 MB are 1.28E8.
    let mb = |value| {
        number(value)
            .map(|bytes| (bytes / if bytes % 1e6 == 0.0 { 1e6 } else { MB }).round() as u32)
    };
    let request_id = if let Some(id) = id {
        Some(RequestId::parse(id)?)
    } else {
        billed?;
        None
    };
    Some(What::Invoke(Invoke {
        request_id,
        handler_us: us(duration)?,
        billed_us: us(billed),
        memory_mb: mb(memory),
        max_memory_mb: mb(max_memory),
        init_us: us(init),
        restore_us: None,
        outcome: Outcome::Done,
    }))
}
