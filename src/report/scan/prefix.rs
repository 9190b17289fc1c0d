//! What tools put before a line: timestamps, groups, streams, pods. Anything else before a REPORT is an application's
//! own words, and the REPORT a quotation.

use super::time::prefix_time;

/// More words than any tool puts there.
const WORDS: usize = 7;

const ESCAPE: u8 = 0x1b;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// What the prefix of a line tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Prefix<'a> {
    pub time_ms: Option<i64>,
    pub group: Option<&'a [u8]>,
    pub stream: Option<&'a [u8]>,
}

/// Reads what stands between the beginning of a line and a record; `None` if it is not a prefix that a tool writes.
pub(super) fn prefix(mut text: &[u8]) -> Option<Prefix<'_>> {
    let mut found = Prefix::default();
    if !ends_apart(text) {
        return None;
    }
    text = text.strip_prefix(BOM).unwrap_or(text);
    for _ in 0..WORDS {
        text = behind_blank(text);
        if text.is_empty() {
            return Some(found);
        }
        text = &text[take(text, &mut found)?..];
    }
    behind_blank(text).is_empty().then_some(found)
}

/// What follows this does not touch it: there is a space between, or a change of colour.
fn ends_apart(text: &[u8]) -> bool {
    let last = text.last();
    last.is_none_or(u8::is_ascii_whitespace)
        || text == BOM
        || memchr::memrchr(ESCAPE, text).is_some_and(|at| colour(&text[at..]) == text.len() - at)
}

/// Steps over whitespace and over the colours that tools write around their words.
fn behind_blank(mut text: &[u8]) -> &[u8] {
    loop {
        text = text.trim_ascii_start();
        match colour(text) {
            0 => return text,
            length => text = &text[length..],
        }
    }
}

/// The length of `ESC [ 1 ; 32 m`, if it begins `text`.
fn colour(text: &[u8]) -> usize {
    let Some(code) = text.strip_prefix(b"\x1b[") else {
        return 0;
    };
    let digits = code
        .iter()
        .take_while(|b| b.is_ascii_digit() || **b == b';')
        .count();
    match code.get(digits) {
        Some(b'm') => digits + 3,
        _ => 0,
    }
}

/// A word ends here.
fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == ESCAPE
}

fn word_end(text: &[u8]) -> usize {
    let end = memchr::memchr3(b' ', b'\t', ESCAPE, text).unwrap_or(text.len());
    memchr::memchr3(b'\n', b'\r', b'\x0c', &text[..end]).unwrap_or(end)
}

/// Where the line begins in which `at` stands, if that is near.
pub(super) fn line_start(bytes: &[u8], at: usize, near: usize) -> Option<usize> {
    let from = at.saturating_sub(near);
    match memchr::memrchr(b'\n', &bytes[from..at]) {
        Some(n) => Some(from + n + 1),
        None => (from == 0).then_some(0),
    }
}

/// Takes one word of a prefix, and says how long it is.
fn take<'a>(text: &'a [u8], found: &mut Prefix<'a>) -> Option<usize> {
    if let Some((ms, used)) = prefix_time(text)
        && text.get(used).is_none_or(|b| is_blank(*b))
    {
        found.time_ms.get_or_insert(ms);
        return Some(used);
    }
    let end = word_end(text);
    let word = &text[..end];
    if is_stream(word) {
        found.stream = Some(word);
    } else if word.starts_with(b"/") {
        found.group = Some(word);
    } else if let Some(ms) = epoch_ms(word) {
        found.time_ms.get_or_insert(ms);
    } else if !is_bracketed(word) && !matches!(word, b"|" | b"stdout" | b"stderr" | b"F" | b"P") {
        // `name  | line`, as docker compose and lambench serve write it, or a group without a slash, as awslogs does.
        let rest = behind_blank(&text[end..]);
        let next = rest.split(|b| is_blank(*b)).next();
        if !rest.starts_with(b"|") && !next.is_some_and(is_stream) {
            return None;
        }
        found.group.get_or_insert(word);
    }
    Some(end)
}

/// `2024/03/04/[$LATEST]0123…`, also with the function's name before the bracket.
fn is_stream(word: &[u8]) -> bool {
    word.len() > 12 && behind_date(word).is_some_and(|rest| memchr::memchr(b'[', rest).is_some())
}

/// What follows the date with which every stream's name begins.
pub(crate) fn behind_date(stream: &[u8]) -> Option<&[u8]> {
    let (date, rest) = stream.split_first_chunk::<11>()?;
    let is_date = date.iter().enumerate().all(|(at, byte)| match at {
        4 | 7 | 10 => *byte == b'/',
        _ => byte.is_ascii_digit(),
    });
    is_date.then_some(rest)
}

/// `[pod/name/container]`; `[INFO]` is an application's.
fn is_bracketed(word: &[u8]) -> bool {
    word.starts_with(b"[")
        && word.ends_with(b"]")
        && word.iter().any(|b| *b == b'/' || b.is_ascii_digit())
}

/// Milliseconds since 1970 in thirteen digits.
fn epoch_ms(word: &[u8]) -> Option<i64> {
    let digits = word.len() == 13 && word.iter().all(u8::is_ascii_digit);
    digits.then(|| word.iter().fold(0, |ms, b| ms * 10 + i64::from(b - b'0')))
}
