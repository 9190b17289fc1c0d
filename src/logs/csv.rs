//! CSV of Logs Insights and of the console: one event a row, or the figures that Insights itself has found.

use std::cell::Cell;
use std::io::{self, Read};

use crate::report::scan::{Event, FIGURES, of_figures, record, time_of, without_account};

/// An event of `CloudWatch` is 1 MB at most, and doubling its quotes makes two.
const LONGEST_ROW: usize = 8 << 20;

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
    let figures = FIGURES.map(|name| column(name.as_bytes()));
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
