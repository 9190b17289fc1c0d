//! CSV of Logs Insights and of the console: one event a row, or the figures that Insights itself has found.

use std::cell::Cell;
use std::io::{self, Read};

use crate::report::scan::{
    Event, Invoke, Outcome, RequestId, What, record, time_of, without_account,
};

/// An event of `CloudWatch` is 1 MB at most, and doubling its quotes makes two.
const LONGEST_ROW: usize = 8 << 20;

const MB: f64 = 1_048_576.0;

/// Hands every record to `found`.
pub(super) fn read(input: impl Read, found: &mut dyn FnMut(Event<'_>)) -> io::Result<()> {
    let left = Cell::new(LONGEST_ROW);
    let input = Fused { input, left: &left };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
    let headers = reader.byte_headers().map_err(io::Error::other)?.clone();
    let column = |name: &[u8]| {
        headers
            .iter()
            .position(|header| header.trim_ascii() == name)
    };
    let [time, message, stream, log] =
        [&b"@timestamp"[..], b"@message", b"@logStream", b"@log"].map(column);
    // The console's own log events. Beside Insights' columns such names are the application's own fields.
    let is_of_insights = headers
        .iter()
        .any(|header| header.trim_ascii_start().starts_with(b"@"));
    let plain = |name| column(name).filter(|_| !is_of_insights);
    let time = time.or_else(|| plain(b"timestamp"));
    let message = message.or_else(|| plain(b"message"));
    let figures = [
        &b"@requestId"[..],
        b"@duration",
        b"@billedDuration",
        b"@memorySize",
        b"@maxMemoryUsed",
        b"@initDuration",
    ]
    .map(column);
    let mut row = csv::ByteRecord::new();
    while reader
        .read_byte_record(&mut row)
        .map_err(io::Error::other)?
    {
        left.set(LONGEST_ROW);
        let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).filter(|c| !c.is_empty());
        let what = match cell(message) {
            Some(message) => record(message),
            None => of_figures(figures.map(cell)),
        };
        let Some(what) = what else { continue };
        found(Event {
            what,
            time_ms: cell(time).and_then(time_of),
            group: cell(log).map(without_account),
            stream: cell(stream),
        });
    }
    Ok(())
}

/// A quote that nothing closes makes one row of all that follows, and memory of that.
struct Fused<'a, R> {
    input: R,
    left: &'a Cell<usize>,
}

impl<R: Read> Read for Fused<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buffer)?;
        match self.left.get().checked_sub(n) {
            Some(left) => self.left.set(left),
            None => return Err(io::Error::other("a row of the CSV does not end")),
        }
        Ok(n)
    }
}

/// Of a row without a message: milliseconds, and memory in bytes.
fn of_figures(cells: [Option<&[u8]>; 6]) -> Option<What> {
    let [id, duration, billed, memory, max_memory, init] = cells;
    let number = |cell: Option<&[u8]>| -> Option<f64> {
        let n: f64 = std::str::from_utf8(cell?).ok()?.parse().ok()?;
        (n.is_finite() && n >= 0.0).then_some(n)
    };
    let us = |cell| number(cell).map(|ms| (ms * 1e3).round() as u64);
    // Insights counts in millions of bytes: 128 MB are 1.28E8.
    let mb = |cell| {
        number(cell).map(|bytes| (bytes / if bytes % 1e6 == 0.0 { 1e6 } else { MB }).round() as u32)
    };
    Some(What::Invoke(Invoke {
        request_id: Some(RequestId::parse(id?)?),
        handler_us: us(duration)?,
        billed_us: us(billed),
        memory_mb: mb(memory),
        max_memory_mb: mb(max_memory),
        init_us: us(init),
        restore_us: None,
        outcome: Outcome::Done,
    }))
}
