//! The text form of the platform's records, read by label and never by position.
//!
//! A label counts only where a field can begin: after the previous field's value, a TAB, a newline or two spaces. So
//! a field that AWS adds tomorrow (`Other Duration: 3 ms`) is stepped over and not taken for `Duration`.

use super::{InitReport, Line, Report, RestoreReport};

/// Where a record may go on after a newline.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrap {
    /// Anywhere: the caller knows that the bytes are one record.
    Anywhere,
    /// Only while fields that every such record has are missing: application output may follow.
    UntilComplete,
}

#[derive(Clone, Copy)]
enum Label {
    RequestId,
    Duration,
    Billed,
    Memory,
    MaxMemory,
    Init,
    Restore,
    BilledRestore,
    Status,
    ErrorType,
    Phase,
    Version,
    RuntimeVersion,
    Other,
}

/// Longest first where one begins with another.
const LABELS: [(&[&[u8]], Label); 17] = [
    (&[b"RequestId"], Label::RequestId),
    (&[b"Duration"], Label::Duration),
    (&[b"Billed", b"Restore", b"Duration"], Label::BilledRestore),
    (&[b"Billed", b"Duration"], Label::Billed),
    (&[b"Max", b"Memory", b"Used"], Label::MaxMemory),
    (&[b"Memory", b"Size"], Label::Memory),
    (&[b"Init", b"Duration"], Label::Init),
    (&[b"Restore", b"Duration"], Label::Restore),
    (&[b"Status"], Label::Status),
    (&[b"Error", b"Type"], Label::ErrorType),
    (&[b"Phase"], Label::Phase),
    (&[b"Version"], Label::Version),
    (&[b"Runtime", b"Version", b"ARN"], Label::Other),
    (&[b"Runtime", b"Version"], Label::RuntimeVersion),
    (&[b"XRAY", b"TraceId"], Label::Other),
    (&[b"SegmentId"], Label::Other),
    (&[b"Sampled"], Label::Other),
];

/// What begins a record of its own, and so ends the one before.
const KEYWORDS: [&[u8]; 10] = [
    b"REPORT",
    b"START",
    b"END",
    b"INIT_START",
    b"INIT_REPORT",
    b"RESTORE_START",
    b"RESTORE_REPORT",
    b"EXTENSION",
    b"TELEMETRY",
    b"LOGS",
];

const STATUSES: [&[u8]; 4] = [b"timeout", b"error", b"success", b"failure"];
const UUID_LEN: usize = 36;

#[derive(Default)]
struct Fields<'a> {
    request_id: Option<&'a [u8]>,
    duration_ms: Option<f64>,
    billed_ms: Option<f64>,
    memory_mb: Option<u64>,
    max_memory_mb: Option<u64>,
    init_ms: Option<f64>,
    restore_ms: Option<f64>,
    billed_restore_ms: Option<f64>,
    status: Option<&'a [u8]>,
    error_type: Option<&'a [u8]>,
    phase: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
    runtime_version: Option<&'a [u8]>,
}

/// Reads the record that begins at `bytes`' first byte.
pub(super) fn parse(bytes: &[u8], wrap: Wrap) -> Option<Line> {
    let keyword_end = bytes
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(bytes.len());
    let (keyword, rest) = bytes.split_at(keyword_end);
    let rest = rest.trim_ascii_start();
    let first = label_at(rest, 0).map(|(label, _)| label);
    let named = || match_label(rest, 0, &[b"Name"]).is_some();
    let fields = |complete| scan(rest, wrap, complete);
    let runtime_version = || owned(fields(|f| f.runtime_version.is_some()).runtime_version);
    Some(match (keyword, first) {
        (b"REPORT", Some(Label::RequestId)) => {
            Line::Report(fields(has_every_report_figure).report())
        }
        (b"INIT_REPORT", Some(_)) => {
            Line::InitReport(fields(|f| f.init_ms.is_some() && f.status.is_some()).init_report())
        }
        (b"RESTORE_REPORT", Some(_)) => Line::RestoreReport(
            fields(|f| f.restore_ms.is_some() && f.status.is_some()).restore_report(),
        ),
        (b"START", Some(Label::RequestId)) => {
            let fields = fields(|f| f.version.is_some());
            Line::Start {
                request_id: owned(fields.request_id),
                version: owned(fields.version),
            }
        }
        (b"END", Some(Label::RequestId)) => Line::End {
            request_id: owned(fields(|f| f.request_id.is_some()).request_id),
            status: None,
        },
        (b"INIT_START", Some(Label::RuntimeVersion)) => Line::InitStart {
            runtime_version: runtime_version(),
        },
        (b"RESTORE_START", Some(Label::RuntimeVersion)) => Line::RestoreStart {
            runtime_version: runtime_version(),
        },
        (b"EXTENSION", _) if named() => Line::Extension,
        (b"TELEMETRY", _) if named() => Line::Telemetry,
        (b"LOGS", _) if named() => Line::Logs,
        (b"XRAY", _) if match_label(rest, 0, &[b"TraceId"]).is_some() => Line::Xray,
        (b"RequestId:", _) => exited(rest)?,
        _ => timed_out(bytes)?,
    })
}

/// The four that every REPORT has.
fn has_every_report_figure(fields: &Fields) -> bool {
    fields.duration_ms.is_some()
        && fields.billed_ms.is_some()
        && fields.memory_mb.is_some()
        && fields.max_memory_mb.is_some()
}

impl Fields<'_> {
    fn init_report(&self) -> InitReport {
        InitReport {
            init_ms: self.init_ms,
            phase: owned(self.phase),
            status: owned(self.status),
            error_type: owned(self.error_type),
        }
    }

    fn restore_report(&self) -> RestoreReport {
        RestoreReport {
            restore_ms: self.restore_ms,
            status: owned(self.status),
            error_type: owned(self.error_type),
        }
    }

    fn report(&self) -> Report {
        Report {
            request_id: owned(self.request_id),
            duration_ms: self.duration_ms,
            billed_ms: self.billed_ms,
            memory_mb: self.memory_mb,
            max_memory_mb: self.max_memory_mb,
            init_ms: self.init_ms,
            restore_ms: self.restore_ms,
            billed_restore_ms: self.billed_restore_ms,
            status: owned(self.status),
            error_type: owned(self.error_type),
        }
    }
}

fn owned(word: Option<&[u8]>) -> Option<String> {
    word.map(|word| String::from_utf8_lossy(word).into_owned())
}

/// `<id> Error: Runtime exited ...`, after `RequestId:`.
fn exited(rest: &[u8]) -> Option<Line> {
    let (id, end) = word(rest, 0)?;
    let error = match_label(rest, skip_whitespace(rest, end), &[b"Error"])?;
    rest[skip_whitespace(rest, error)..]
        .starts_with(b"Runtime exited")
        .then(|| Line::Exited {
            request_id: String::from_utf8_lossy(id).into_owned(),
        })
}

pub(super) const TIMED_OUT: &[u8] = b"Task timed out after ";

/// `2024-03-04T17:22:38.033Z <id> Task timed out after 3.00 seconds`.
fn timed_out(line: &[u8]) -> Option<Line> {
    let at = memchr::memmem::find(line, TIMED_OUT)?;
    timed_out_at(line, at)
}

/// The same, where [`TIMED_OUT`] is known to stand at `at`. Only with a request id before it is it the platform's.
pub(super) fn timed_out_at(bytes: &[u8], at: usize) -> Option<Line> {
    let before = bytes[..at].trim_ascii_end();
    if before.len() == at {
        return None;
    }
    let id = before.rsplit(u8::is_ascii_whitespace).next()?;
    let is_uuid = id.len() == UUID_LEN && id.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-');
    let (after_s, _) = quantity(bytes, at + TIMED_OUT.len(), b"seconds")?;
    is_uuid.then(|| Line::TimedOut {
        request_id: String::from_utf8_lossy(id).into_owned(),
        after_s,
    })
}

/// Takes fields until the record ends.
fn scan(bytes: &[u8], wrap: Wrap, complete: fn(&Fields) -> bool) -> Fields<'_> {
    let mut fields = Fields::default();
    let mut at = 0;
    loop {
        let next = skip_whitespace(bytes, at);
        let new_line = wrap == Wrap::UntilComplete && bytes[at..next].contains(&b'\n');
        at = next;
        if at == bytes.len() || (new_line && complete(&fields)) {
            break;
        }
        at = match label_at(bytes, at) {
            // A second one belongs to another record.
            Some((Label::RequestId, _)) if fields.request_id.is_some() => break,
            Some((label, value)) => fields
                .take(label, bytes, value)
                .unwrap_or_else(|| next_field(bytes, at)),
            None if new_line || begins_record(bytes, at) => break,
            None => next_field(bytes, at),
        };
    }
    fields
}

impl<'a> Fields<'a> {
    /// Takes the value at `at`, which the first of its label keeps. The position after it, or `None` if there is no
    /// whole value.
    fn take(&mut self, label: Label, bytes: &'a [u8], at: usize) -> Option<usize> {
        let ms = || quantity(bytes, at, b"ms");
        let mb = || whole(bytes, at, b"MB");
        let text = || word(bytes, at);
        match label {
            Label::Duration => keep(&mut self.duration_ms, ms()?),
            Label::Billed => keep(&mut self.billed_ms, ms()?),
            Label::Init => keep(&mut self.init_ms, ms()?),
            Label::Restore => keep(&mut self.restore_ms, ms()?),
            Label::BilledRestore => keep(&mut self.billed_restore_ms, ms()?),
            Label::Memory => keep(&mut self.memory_mb, mb()?),
            Label::MaxMemory => keep(&mut self.max_memory_mb, mb()?),
            // At the end of the bytes a word may be cut: an id or a status counts only if it is known to be whole. An
            // error type, whose names nobody lists, is taken as it stands.
            Label::RequestId => keep(
                &mut self.request_id,
                text().filter(|(id, end)| *end < bytes.len() || id.len() == UUID_LEN)?,
            ),
            Label::Status => keep(
                &mut self.status,
                text().filter(|(status, end)| *end < bytes.len() || STATUSES.contains(status))?,
            ),
            Label::ErrorType => keep(&mut self.error_type, text()?),
            Label::Phase => keep(&mut self.phase, text()?),
            Label::Version => keep(&mut self.version, text()?),
            Label::RuntimeVersion => keep(&mut self.runtime_version, text()?),
            Label::Other => text().map(|(_, end)| end),
        }
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the arms that call it are optional"
)]
fn keep<T>(field: &mut Option<T>, (value, end): (T, usize)) -> Option<usize> {
    field.get_or_insert(value);
    Some(end)
}

fn skip_whitespace(bytes: &[u8], at: usize) -> usize {
    bytes[at..]
        .iter()
        .position(|b| !b.is_ascii_whitespace())
        .map_or(bytes.len(), |n| at + n)
}

/// Past the next TAB, newline or pair of spaces: a single space may stand inside a field that we do not know.
fn next_field(bytes: &[u8], at: usize) -> usize {
    let mut after_space = false;
    for (i, byte) in bytes.iter().enumerate().skip(at) {
        match byte {
            // Left for the caller, who has to see newlines.
            b'\t' | b'\n' => return i,
            byte if byte.is_ascii_whitespace() && after_space => return i,
            byte => after_space = byte.is_ascii_whitespace(),
        }
    }
    bytes.len()
}

fn begins_record(bytes: &[u8], at: usize) -> bool {
    let token = bytes[at..]
        .split(u8::is_ascii_whitespace)
        .next()
        .unwrap_or_default();
    KEYWORDS.contains(&token)
}

/// The label at `at` and where its value begins.
fn label_at(bytes: &[u8], at: usize) -> Option<(Label, usize)> {
    LABELS
        .iter()
        .find_map(|(words, label)| Some((*label, match_label(bytes, at, words)?)))
}

/// The position after `words` and a colon, whatever whitespace stands between the words.
fn match_label(bytes: &[u8], mut at: usize, words: &[&[u8]]) -> Option<usize> {
    for (i, word) in words.iter().enumerate() {
        if i > 0 {
            let next = skip_whitespace(bytes, at);
            if next == at {
                return None;
            }
            at = next;
        }
        if !bytes[at..].starts_with(word) {
            return None;
        }
        at += word.len();
    }
    (bytes.get(at) == Some(&b':')).then_some(at + 1)
}

/// A word up to whitespace, and the position after it.
fn word(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let start = skip_whitespace(bytes, at);
    let end = bytes[start..]
        .iter()
        .position(u8::is_ascii_whitespace)
        .map_or(bytes.len(), |n| start + n);
    (end > start).then(|| (&bytes[start..end], end))
}

/// `12.34 ms`: digits, a fraction perhaps, and the whole unit, so that a cut number is no number.
fn quantity(bytes: &[u8], at: usize, unit: &[u8]) -> Option<(f64, usize)> {
    let start = skip_whitespace(bytes, at);
    let mut end = skip_digits(bytes, start)?;
    if bytes.get(end) == Some(&b'.') {
        end = skip_digits(bytes, end + 1)?;
    }
    let number: f64 = std::str::from_utf8(&bytes[start..end]).ok()?.parse().ok()?;
    number
        .is_finite()
        .then_some((number, skip_unit(bytes, end, unit)?))
}

/// `128 MB`: digits alone.
fn whole(bytes: &[u8], at: usize, unit: &[u8]) -> Option<(u64, usize)> {
    let start = skip_whitespace(bytes, at);
    let end = skip_digits(bytes, start)?;
    let number = std::str::from_utf8(&bytes[start..end]).ok()?.parse().ok()?;
    Some((number, skip_unit(bytes, end, unit)?))
}

fn skip_digits(bytes: &[u8], at: usize) -> Option<usize> {
    let digits = bytes[at..]
        .iter()
        .take_while(|b| b.is_ascii_digit())
        .count();
    (digits > 0).then_some(at + digits)
}

fn skip_unit(bytes: &[u8], at: usize, unit: &[u8]) -> Option<usize> {
    let start = skip_whitespace(bytes, at);
    let end = start + unit.len();
    let ends = bytes.get(end).is_none_or(u8::is_ascii_whitespace);
    (bytes[start..].starts_with(unit) && ends).then_some(end)
}
