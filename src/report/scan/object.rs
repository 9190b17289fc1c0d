//! One JSON record, by the shape that nearly all `platform.report`s have, else by serde.

use super::number::{micros, whole};
use super::record::{any_object, uuid};
use super::{Invoke, Outcome, What};

/// Reads the platform record that is the object at the beginning of `bytes`.
pub(super) fn object(bytes: &[u8]) -> Option<What> {
    if let Some(invoke) = usual(bytes) {
        return Some(What::Invoke(invoke));
    }
    any_object(bytes)
}

/// `{"time":"…","type":"platform.report","record":{…}}` without spaces and escapes, the record's fields in any order. What
/// is not needed and not simple makes it `None`.
fn usual<'a>(bytes: &'a [u8]) -> Option<Invoke> {
    let rest = bytes.strip_prefix(b"{\"time\":\"")?;
    let rest = &rest[memchr::memchr(b'"', &rest[..rest.len().min(40)])?..];
    let mut at = Cursor(rest.strip_prefix(b"\",\"type\":\"platform.report\",\"record\":{")?);
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
        match at.key()? {
            b"requestId" => invoke.request_id = Some(uuid(at.text()?)?),
            b"status" => status = Some(at.text()?),
            b"errorType" => error_type = Some(at.text()?),
            b"metrics" => measured = metrics(&mut at, &mut invoke)?,
            // Spans and tracing are lists and objects.
            _ => at.skip()?,
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
    let text = |bytes: Option<&'a [u8]>| bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
    invoke.outcome = Outcome::of(text(status), text(error_type));
    Some(invoke)
}

/// The object of figures; true if it holds a duration.
fn metrics(at: &mut Cursor<'_>, invoke: &mut Invoke) -> Option<bool> {
    let mut measured = false;
    if at.next()? != b'{' {
        return None;
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

/// Reads simple JSON from the front.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
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
