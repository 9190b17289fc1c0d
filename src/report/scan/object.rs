//! One JSON record, by the shape that nearly all `platform.report`s have, else by serde.

use super::number::{micros, values, whole};
use super::record::{any_object, behind};
use super::window::Window;
use super::{Invoke, Outcome, RequestId, What};

/// Reads the platform record that is the object at the beginning of `bytes`.
pub(super) fn object(bytes: &[u8]) -> Option<What> {
    if let Some(invoke) = usual(bytes) {
        return Some(What::Invoke(invoke));
    }
    any_object(bytes)
}

/// `{"time":"…","type":"platform.report","record":{…}}` without spaces and escapes. What is not needed and not simple makes
/// it `None`.
fn usual(bytes: &[u8]) -> Option<Invoke> {
    let rest = bytes.strip_prefix(b"{\"time\":\"")?;
    let rest = &rest[memchr::memchr(b'"', &rest[..rest.len().min(40)])?..];
    fields(rest.strip_prefix(b"\",\"type\":\"platform.report\",\"record\":{")?)
}

/// The same from its type on, with what nearly all have, in AWS's own order.
#[inline(always)]
pub(super) fn usual_object(mut at: Window<'_>) -> Option<Invoke> {
    at.word(b"\"platform.report\",\"record\":{")?;
    at.word(b"\"requestId\":\"")?;
    let request_id = at.id()?;
    at.word(b"\",\"metrics\":{\"durationMs\":")?;
    let handler = at.ms()?;
    at.word(b",\"billedDurationMs\":")?;
    let billed = at.ms()?;
    at.word(b",\"memorySizeMB\":")?;
    let memory = at.whole()?;
    at.word(b",\"maxMemoryUsedMB\":")?;
    let max_memory = at.whole()?;
    let mut init_us = None;
    if at.next() == b',' {
        at.word(b",\"initDurationMs\":")?;
        init_us = Some(at.ms()?.value());
    }
    at.word(b"},\"status\":\"success\"}}")?;
    let [handler_us, billed_us, memory_mb, max_memory_mb] =
        values([handler, billed, memory, max_memory]);
    Some(Invoke {
        request_id: Some(request_id),
        handler_us: u64::from(handler_us),
        billed_us: Some(u64::from(billed_us)),
        memory_mb: Some(memory_mb),
        max_memory_mb: Some(max_memory_mb),
        init_us,
        restore_us: None,
        outcome: Outcome::Done,
    })
}

/// The fields of a report's record, in any order, up to the end of its object.
fn fields(bytes: &[u8]) -> Option<Invoke> {
    let mut at = Cursor(bytes);
    let mut invoke = Invoke {
        request_id: None,
        handler_us: 0,
        billed_us: None,
        memory_mb: None,
        max_memory_mb: None,
        init_us: None,
        restore_us: None,
        outcome: Outcome::Done,
    };
    let mut measured = false;
    let (mut status, mut error_type) = (None, None);
    loop {
        // Those that nearly all have need not be read to be known.
        if let Some(rest) = behind(at.0, b"\"requestId\":") {
            at.0 = rest;
            invoke.request_id = Some(at.id()?);
        } else if let Some(rest) = behind(at.0, b"\"metrics\":") {
            at.0 = rest;
            measured = metrics(&mut at, &mut invoke)?;
        } else if let Some(rest) = behind(at.0, b"\"status\":\"success\"") {
            at.0 = rest;
            status = None;
        } else {
            match at.key()? {
                b"status" => status = Some(at.text()?),
                b"errorType" => error_type = Some(at.text()?),
                // Spans and tracing are lists and objects.
                _ => at.skip()?,
            }
        }
        match at.next()? {
            b',' => {}
            b'}' => break,
            _ => return None,
        }
    }
    if at.next()? != b'}' || !measured {
        return None;
    }
    if status.is_some() || error_type.is_some() {
        invoke.outcome = Outcome::of(text(status), text(error_type));
    }
    Some(invoke)
}

fn text(bytes: Option<&[u8]>) -> Option<&str> {
    std::str::from_utf8(bytes?).ok()
}

/// The object of figures; true if it holds a duration.
#[inline]
fn metrics(at: &mut Cursor<'_>, invoke: &mut Invoke) -> Option<bool> {
    let mut measured = false;
    if at.next()? != b'{' {
        return None;
    }
    // Where all stands in AWS's order, no key need be sought among many.
    if let Some(rest) = in_order(at.0, invoke) {
        at.0 = rest;
        return Some(true);
    }
    loop {
        match at.key()? {
            b"durationMs" => {
                invoke.handler_us = at.ms()?;
                measured = true;
            }
            b"billedDurationMs" => invoke.billed_us = Some(at.ms()?),
            b"memorySizeMB" => invoke.memory_mb = Some(at.mb()?),
            b"maxMemoryUsedMB" => invoke.max_memory_mb = Some(at.mb()?),
            b"initDurationMs" => invoke.init_us = Some(at.ms()?),
            b"restoreDurationMs" => invoke.restore_us = Some(at.ms()?),
            _ => {
                at.ms()?;
            }
        }
        match at.next()? {
            b',' => {}
            b'}' => return Some(measured),
            _ => return None,
        }
    }
}

/// The figures in AWS's own order, and what follows their object.
#[inline]
fn in_order<'a>(bytes: &'a [u8], invoke: &mut Invoke) -> Option<&'a [u8]> {
    let figure = |bytes: &'a [u8]| -> Option<(u64, &'a [u8])> {
        let (us, used) = micros(bytes)?;
        Some((us, &bytes[used..]))
    };
    let (handler_us, rest) = figure(behind(bytes, b"\"durationMs\":")?)?;
    let (billed_us, rest) = figure(behind(rest, b",\"billedDurationMs\":")?)?;
    let rest = behind(rest, b",\"memorySizeMB\":")?;
    let (memory, used) = whole(rest)?;
    let rest = behind(&rest[used..], b",\"maxMemoryUsedMB\":")?;
    let (max_memory, used) = whole(rest)?;
    let mut rest = &rest[used..];
    let mut init_us = None;
    if let Some(init) = behind(rest, b",\"initDurationMs\":") {
        let (us, after) = figure(init)?;
        init_us = Some(us);
        rest = after;
    }
    let rest = behind(rest, b"}")?;
    invoke.memory_mb = Some(u32::try_from(memory).ok()?);
    invoke.max_memory_mb = Some(u32::try_from(max_memory).ok()?);
    (invoke.handler_us, invoke.billed_us, invoke.init_us) = (handler_us, Some(billed_us), init_us);
    Some(rest)
}

/// Reads simple JSON from the front.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    #[inline]
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A string without escapes; the platform's are short.
    fn text(&mut self) -> Option<&'a [u8]> {
        if self.next()? != b'"' {
            return None;
        }
        let end = self
            .0
            .iter()
            .take(64)
            .position(|b| matches!(b, b'"' | b'\\'))?;
        let text = &self.0[..end];
        self.0 = &self.0[end..];
        (self.next()? == b'"').then_some(text)
    }

    #[inline]
    fn id(&mut self) -> Option<RequestId> {
        let (id, rest) = behind(self.0, b"\"")?.split_at_checked(36)?;
        self.0 = behind(rest, b"\"")?;
        RequestId::parse(id)
    }

    fn key(&mut self) -> Option<&'a [u8]> {
        let key = self.text()?;
        (self.next()? == b':').then_some(key)
    }

    fn ms(&mut self) -> Option<u64> {
        let (us, used) = micros(self.0)?;
        self.ended(used)?;
        Some(us)
    }

    fn mb(&mut self) -> Option<u32> {
        let (mb, used) = whole(self.0)?;
        self.ended(used)?;
        u32::try_from(mb).ok()
    }

    /// A number ends where the next field or the end of the object begins: no exponent, no further digits.
    fn ended(&mut self, used: usize) -> Option<()> {
        self.0 = &self.0[used..];
        matches!(self.0.first(), Some(b',' | b'}')).then_some(())
    }

    /// Steps over a value in which no string holds a brace, a bracket or an escape.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0u32;
        loop {
            match self.0.first()? {
                b'"' => {
                    self.0 = &self.0[1..];
                    let end = memchr::memchr2(b'"', b'\\', self.0)?;
                    if self.0[end] == b'\\' {
                        return None;
                    }
                    self.0 = &self.0[end + 1..];
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.0 = &self.0[1..];
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.0 = &self.0[1..];
                }
                b',' | b'}' if depth == 0 => return Some(()),
                _ => self.0 = &self.0[1..],
            }
        }
    }
}
