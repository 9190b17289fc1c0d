//! Turns the bytes of a Python file into text, as its encoding says, and refuses what no Python would compile: so large
//! or so deeply nested that reading it would only cost memory.

use std::borrow::Cow;
use std::thread::Builder;

use ruff_python_ast as ast;

/// Larger files are none that a person or a generator of code wrote.
pub const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Python itself refuses some thousands of levels; what is below that fits [`STACK`] in a debug build too.
const MOST_DEPTH: usize = 5_000;

/// The stack of a thread that parses: reserved, not used, until a file is that deep.
pub const STACK: usize = 256 * 1024 * 1024;

/// Parses a module and reads what it says. Done on a thread with a stack for whatever depth Python allows: an overflow
/// would end the program. None if it is no Python, or nested deeper than that.
pub fn parse_guarded<T: Send>(
    text: &str,
    read: impl FnOnce(ast::ModModule) -> T + Send,
) -> Option<T> {
    if too_deep(text) {
        return None;
    }
    on_large_stack(|| {
        let parsed = ruff_python_parser::parse_module(text).ok()?;
        Some(read(parsed.into_syntax()))
    })?
}

/// Runs something on a thread with [`STACK`]; none if it panics or there can be no such thread.
pub fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        thread.ok()?.join().ok()
    })
}

/// A file's text, and whether all of it could be read.
#[derive(Debug)]
pub struct Text<'a> {
    /// Without a byte order mark.
    pub text: Cow<'a, str>,
    /// False where the encoding is not known here: names in ASCII are still right, as nearly all are.
    pub exact: bool,
}

/// Decodes as PEP 263 says: a byte order mark, a declaration in the first two lines, else UTF-8.
pub fn decode(bytes: &[u8]) -> Text<'_> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Text {
            text: Cow::Borrowed(text),
            exact: true,
        };
    }
    let latin = declared(bytes).is_some_and(|name| {
        let name = name.to_ascii_lowercase().replace('_', "-");
        [
            "latin",
            "iso-8859",
            "iso8859",
            "cp125",
            "windows-125",
            "l1",
            "ascii",
            "us-ascii",
        ]
        .iter()
        .any(|family| name.starts_with(family))
    });
    if latin {
        // All of these agree in ASCII, which names and quotes are written in.
        let text = bytes.iter().map(|byte| char::from(*byte)).collect();
        return Text {
            text: Cow::Owned(text),
            exact: true,
        };
    }
    Text {
        text: String::from_utf8_lossy(bytes),
        exact: false,
    }
}

/// The encoding that a comment in the first two lines declares.
fn declared(bytes: &[u8]) -> Option<String> {
    for line in bytes.split(|byte| *byte == b'\n').take(2) {
        let line = String::from_utf8_lossy(&line[..line.len().min(200)]);
        let line = line.trim_start();
        if !line.starts_with('#') {
            continue;
        }
        let Some((_, after)) = line.split_once("coding") else {
            continue;
        };
        let name: String = after
            .trim_start_matches([':', '='])
            .trim_start()
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
            .collect();
        return (!name.is_empty()).then_some(name);
    }
    None
}

/// Whether an expression or the blocks of this text may nest deeper than Python's compiler goes. Counts, within each
/// bracket and since its last comma, what can nest; strings and comments are skipped.
pub fn too_deep(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < MOST_DEPTH {
        return false;
    }
    let (mut open, mut here, mut outside) = (Vec::new(), 0_usize, 0_usize);
    let (mut at, mut in_word, mut formatted) = (0, false, false);
    while at < bytes.len() {
        let byte = bytes[at];
        let was_in_word =
            std::mem::replace(&mut in_word, byte.is_ascii_alphanumeric() || byte == b'_');
        match byte {
            b'#' => {
                at += memchr::memchr2(b'\n', b'\r', &bytes[at..]).unwrap_or(bytes.len() - at);
                continue;
            }
            b'"' | b'\'' => {
                let end = after_string(bytes, at);
                // Code lies within formatted strings, and in those its own strings may have the same quotes.
                let opens = !formatted && is_formatted(bytes, at);
                formatted |= opens;
                if formatted && outside + here + nested_in(&bytes[at..end], !opens) > MOST_DEPTH {
                    return true;
                }
                at = end;
                // Strings side by side are one.
                continue;
            }
            b'(' | b'[' | b'{' => {
                open.push(here + 1);
                outside += here + 1;
                here = 0;
            }
            b')' | b']' | b'}' => {
                here = open.pop().unwrap_or(0);
                outside = outside.saturating_sub(here);
            }
            b',' | b';' => here = 0,
            b'\n' if open.is_empty() && !is_continued(&bytes[..at]) => {
                here = 0;
                formatted = false;
            }
            byte if is_operator(byte) => here += 1,
            // `not`, `await`, `lambda`, `if`, `else`, `yield`: any word may nest.
            _ if in_word && !was_in_word => here += 1,
            _ => {}
        }
        if outside + here > MOST_DEPTH {
            return true;
        }
        at += 1;
    }
    deep_blocks(bytes)
}

fn is_operator(byte: u8) -> bool {
    b"+-*/~%@|&^<>.".contains(&byte)
}

/// Whether the line that ends here goes on in the next one.
fn is_continued(before: &[u8]) -> bool {
    before
        .strip_suffix(b"\r")
        .unwrap_or(before)
        .ends_with(b"\\")
}

/// Whether the string whose first quote is at `at` has fields to fill in.
fn is_formatted(bytes: &[u8], at: usize) -> bool {
    bytes[at.saturating_sub(2)..at]
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T'))
}

/// How much could nest in the fields of a formatted string, of which this may be a part from within a field.
fn nested_in(string: &[u8], within: bool) -> usize {
    let (mut open, mut here, mut most) = (usize::from(within), 0_usize, 0);
    let mut in_word = false;
    for &byte in string {
        let was_in_word = std::mem::replace(&mut in_word, byte.is_ascii_alphanumeric());
        match byte {
            b'{' => open += 1,
            b'}' => {
                open = open.saturating_sub(1);
                if open == 0 {
                    here = 0;
                }
            }
            _ => {}
        }
        if open > 0 {
            let nests = is_operator(byte) || b"([{".contains(&byte) || in_word && !was_in_word;
            here += usize::from(nests);
            most = most.max(here);
        }
    }
    most
}

/// Whether a line is indented further than as many blocks could be.
fn deep_blocks(bytes: &[u8]) -> bool {
    bytes.split(|byte| *byte == b'\n').any(|line| {
        line.len() > MOST_DEPTH
            && line[..MOST_DEPTH]
                .iter()
                .all(|byte| matches!(byte, b' ' | b'\t'))
    })
}

/// The position after the string that starts with the quote at `at`.
fn after_string(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let triple = bytes[at..].starts_with(&[quote; 3]);
    let mut now = at + if triple { 3 } else { 1 };
    while now < bytes.len() {
        match bytes[now] {
            b'\\' if bytes[now + 1..].starts_with(b"\r\n") => now += 2,
            b'\\' => now += 1,
            b'\n' | b'\r' if !triple => return now,
            byte if byte == quote => {
                if !triple {
                    return now + 1;
                }
                if bytes[now..].starts_with(&[quote; 3]) {
                    return now + 3;
                }
            }
            _ => {}
        }
        now += 1;
    }
    bytes.len()
}

/// Lines from positions, for positions in any order.
#[derive(Debug)]
pub struct Lines(Vec<usize>);

impl Lines {
    /// Of this text.
    pub fn of(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    /// From 1.
    pub fn at(&self, position: usize) -> u32 {
        u32::try_from(self.0.partition_point(|end| *end < position) + 1).unwrap_or(u32::MAX)
    }
}
