//! One text record, by the shape that nearly all of them have, else by the parser that knows every other.

use super::super::text::{self, Wrap};
use super::super::{Line, json};
use super::number::{micros, whole};
use super::{Invoke, Outcome, RequestId, What};

/// What every REPORT begins with.
pub(super) const REPORT: &[u8] = b"REPORT RequestId: ";

/// A record is shorter than this, with every field that AWS has and some that it may add.
const LONGEST: usize = 2 << 10;

const UUID_LEN: usize = 36;

/// Reads the record that begins `bytes`, text or JSON; what follows it is stepped over. `None`: none that counts.
pub fn record(bytes: &[u8]) -> Option<What> {
    let bytes = bytes.trim_ascii_start();
    if bytes.first() == Some(&b'{') {
        return super::object::object(bytes);
    }
    if bytes.starts_with(REPORT) {
        return report(bytes);
    }
    other(bytes)
}

/// A REPORT; [`What::Broken`] if it is not whole, `None` if what it bears is no request id.
pub(super) fn report(bytes: &[u8]) -> Option<What> {
    let id = uuid(bytes.get(REPORT.len()..REPORT.len() + UUID_LEN)?)?;
    if let Some(invoke) = usual(&bytes[REPORT.len() + UUID_LEN..], id) {
        return Some(What::Invoke(invoke));
    }
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    let Some(Line::Report(report)) = text::parse(bytes, Wrap::UntilComplete) else {
        return None;
    };
    let whole =
        report.billed_ms.is_some() && report.memory_mb.is_some() && report.max_memory_mb.is_some();
    let invoke = Option::<Invoke>::from(report).filter(|_| whole);
    Some(invoke.map_or(What::Broken, What::Invoke))
}

/// The fields of a REPORT in AWS's own order and with its own TABs, up to the end of the line.
fn usual(fields: &[u8], request_id: RequestId) -> Option<Invoke> {
    let (handler_us, rest) = figure(fields, b"\tDuration: ", b" ms\t")?;
    let (billed_us, rest) = figure(rest, b"Billed Duration: ", b" ms\t")?;
    let (memory_mb, rest) = megabytes(rest, b"Memory Size: ")?;
    let (max_memory_mb, mut rest) = megabytes(rest, b"Max Memory Used: ")?;
    let mut init_us = None;
    if let Some((us, after)) = figure(rest, b"Init Duration: ", b" ms\t") {
        init_us = Some(us);
        rest = after;
    }
    let mut outcome = Outcome::Done;
    if let Some(after) = rest.strip_prefix(b"Status: timeout") {
        outcome = Outcome::Timeout;
        rest = after.strip_prefix(b"\t").unwrap_or(after);
    }
    // Whatever else stands there is for the other parser.
    if !matches!(rest.first(), None | Some(b'\n' | b'\r')) {
        return None;
    }
    Some(Invoke {
        request_id: Some(request_id),
        handler_us,
        billed_us: Some(billed_us),
        memory_mb: Some(memory_mb),
        max_memory_mb: Some(max_memory_mb),
        init_us,
        restore_us: None,
        outcome,
    })
}

fn figure<'a>(bytes: &'a [u8], label: &[u8], unit: &[u8]) -> Option<(u64, &'a [u8])> {
    let bytes = bytes.strip_prefix(label)?;
    let (us, used) = micros(bytes)?;
    Some((us, bytes[used..].strip_prefix(unit)?))
}

fn megabytes<'a>(bytes: &'a [u8], label: &[u8]) -> Option<(u32, &'a [u8])> {
    let bytes = bytes.strip_prefix(label)?;
    let (mb, used) = whole(bytes)?;
    Some((
        u32::try_from(mb).ok()?,
        bytes[used..].strip_prefix(b" MB\t")?,
    ))
}

/// The records beside REPORT that tell of something that went wrong.
fn other(bytes: &[u8]) -> Option<What> {
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    of_line(text::parse(bytes, Wrap::UntilComplete)?)
}

/// What a parsed line has to say here.
pub(super) fn of_line(line: Line) -> Option<What> {
    let failed = |status: Option<&str>| matches!(status, Some("error" | "timeout" | "failure"));
    Some(match line {
        Line::Report(report) => Option::<Invoke>::from(report).map_or(What::Broken, What::Invoke),
        Line::InitReport(report) if failed(report.status.as_deref()) => report.into(),
        Line::RestoreReport(report) if failed(report.status.as_deref()) => report.into(),
        Line::TimedOut { request_id, .. } => {
            What::Ended(uuid(request_id.as_bytes())?, Outcome::Timeout)
        }
        Line::Exited { request_id } => What::Ended(uuid(request_id.as_bytes())?, Outcome::Error),
        _ => return None,
    })
}

/// The first object of `bytes`, read in full.
pub(super) fn any_object(bytes: &[u8]) -> Option<What> {
    json::parse_prefix(bytes)?.0.and_then(of_line)
}

/// `8-4-4-4-12` hexadecimal digits, and nothing else.
pub fn uuid(text: &[u8]) -> Option<RequestId> {
    let text: &[u8; UUID_LEN] = text.try_into().ok()?;
    if text[8] != b'-' || text[13] != b'-' || text[18] != b'-' || text[23] != b'-' {
        return None;
    }
    let mut id = 0;
    let mut wrong = 0;
    for part in [0..8, 9..13, 14..18, 19..23, 24..36] {
        let mut n = 0u64;
        let digits = part.len();
        for &byte in &text[part] {
            let digit = NIBBLES[usize::from(byte)];
            wrong |= digit;
            n = n << 4 | u64::from(digit & 15);
        }
        id = id << (4 * digits) | u128::from(n);
    }
    (wrong < 16).then_some(RequestId(id))
}

/// The value of a hexadecimal digit; 255 for any other byte.
const NIBBLES: [u8; 256] = {
    let mut table = [255; 256];
    let mut i = 0;
    while i < 10 {
        table[b'0' as usize + i] = i as u8;
        i += 1;
    }
    let mut i = 0;
    while i < 6 {
        table[b'a' as usize + i] = 10 + i as u8;
        table[b'A' as usize + i] = 10 + i as u8;
        i += 1;
    }
    table
};
