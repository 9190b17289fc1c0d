//! What stands in a log, found the slow way: line by line, word by word, every position tried. The fuzz target compares
//! with it too.

use crate::report::scan::{AFTER, Outcome, RequestId, What, parse_time, record};

/// Every record of `bytes`, in the order of the lines.
pub fn records(bytes: &[u8]) -> Vec<What> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in bytes.split(|b| *b == b'\n') {
        for at in 0..line.len() {
            found.extend(text(bytes, start, line, at));
        }
        found.extend(json(line));
        found.extend(many_lines(bytes, start, line));
        start += line.len() + 1;
    }
    found
}

/// The object that a brace alone on its line opens, if a type stands on a line of its own not far behind it.
fn many_lines(bytes: &[u8], start: usize, line: &[u8]) -> Option<What> {
    let is_open = |line: &[u8]| {
        let rest = line.strip_prefix(b"{");
        rest.is_some_and(|rest| rest.iter().all(|b| matches!(b, b' ' | b'\r')))
    };
    if !is_open(line) || start + line.len() == bytes.len() {
        return None;
    }
    let rest = &bytes[start..];
    let at = (0..rest.len().min(2049)).find(|at| is_type(rest, *at))?;
    let mut lines: Vec<_> = rest[..at].split(|b| *b == b'\n').skip(1).collect();
    let last = lines.pop()?;
    if last.contains(&b'{') || lines.into_iter().any(is_open) {
        return None;
    }
    let before = bytes[..start].strip_suffix(b"\n").unwrap_or_default();
    let before = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let known = before.trim_ascii_end() == b"}" || is_prefix(&[before, b"\n"].concat()).0;
    (start == 0 || before.len() <= 512 && known).then(|| record(&rest[..rest.len().min(AFTER)]))?
}

/// What stands at `at` is the type of a record that counts.
fn is_type(bytes: &[u8], at: usize) -> bool {
    let names = ["report", "initReport", "restoreReport"];
    let named = |kind| bytes[at..].starts_with(format!("\"platform.{kind}\"").as_bytes());
    let before = bytes[..at].trim_ascii_end().strip_suffix(b":");
    names.into_iter().any(named)
        && before.is_some_and(|before| before.trim_ascii_end().ends_with(b"\"type\""))
}

/// A record in text that begins at `at` of a line. It may go on in the next line, so the parser gets all that follows.
fn text(bytes: &[u8], start: usize, line: &[u8], at: usize) -> Option<What> {
    let (before, rest) = line.split_at(at);
    if rest.starts_with(b"Task timed out after ") {
        return timed_out(before, rest);
    }
    let exited = rest.starts_with(b"RequestId: ")
        && rest
            .get(47..)
            .is_some_and(|rest| rest.starts_with(b" Error: Runtime exited "));
    let begins = exited
        || [
            &b"REPORT RequestId: "[..],
            b"INIT_REPORT ",
            b"RESTORE_REPORT ",
        ]
        .iter()
        .any(|word| rest.starts_with(word));
    if !begins || at > 512 || !is_prefix(before).0 {
        return None;
    }
    record(&bytes[start + at..])
}

fn timed_out(before: &[u8], rest: &[u8]) -> Option<What> {
    let id = words(before).pop()?;
    let id_at = before.trim_ascii_end().len() - id.len();
    let apart = before.last().is_some_and(u8::is_ascii_whitespace);
    let id = RequestId::parse(id)?;
    let seconds = String::from_utf8_lossy(rest.get(21..rest.len().min(512))?);
    let number = seconds.trim_start().split("seconds").next()?.trim_end();
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let after = seconds.split_once("seconds")?.1;
    let ends = after.bytes().next().is_none_or(|b| b.is_ascii_whitespace());
    let is_one = apart && before.len() <= 512 && ends && digits(whole) && digits(part);
    (is_one && is_prefix(&before[..id_at]) == (true, true))
        .then_some(What::Ended(id, Outcome::Timeout))
}

/// The objects of a line that count: the first, and others that stand right behind another one.
fn json(line: &[u8]) -> Vec<What> {
    let types: Vec<_> = (0..line.len()).filter(|at| is_type(line, *at)).collect();
    let first = first_json(line);
    let is_taken = first.is_some();
    let rest = types.iter().skip(usize::from(is_taken));
    first
        .into_iter()
        .chain(rest.filter_map(|at| behind_another(line, &types, *at)))
        .collect()
}

/// The object that holds the type at `at`, and that nothing parts from the one before it.
fn behind_another(line: &[u8], types: &[usize], at: usize) -> Option<What> {
    let near = at.saturating_sub(2048)..at;
    let brace = 1 + near.rev().find(|p| line[*p..at].starts_with(b"}{"))?;
    let object = &line[brace..line.len().min(brace + AFTER)];
    let mut objects =
        serde_json::Deserializer::from_slice(object).into_iter::<serde::de::IgnoredAny>();
    objects.next()?.ok()?;
    let is_inside = objects.byte_offset() > at - brace;
    let is_first = !types.iter().any(|other| (brace..at).contains(other));
    let in_a_row = brace > 2048 || line[0] == b'{';
    (in_a_row && is_inside && is_first).then(|| record(object))?
}

/// The first object of a line, if the line says anywhere that it is one of the platform's.
fn first_json(line: &[u8]) -> Option<What> {
    let text = String::from_utf8_lossy(line);
    let says = ["report", "initReport", "restoreReport"]
        .iter()
        .any(|kind| {
            text.match_indices(&format!("\"platform.{kind}\""))
                .any(|(at, _)| {
                    let before = text[..at].trim_ascii_end().strip_suffix(':');
                    before.is_some_and(|before| before.trim_ascii_end().ends_with("\"type\""))
                })
        });
    let brace = line.iter().position(|b| *b == b'{')?;
    (says && is_prefix(&line[..brace]).0).then(|| record(&line[brace..]))?
}

fn words(text: &[u8]) -> Vec<&[u8]> {
    text.split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .collect()
}

/// Without colours, which stand apart from what they colour; what else begins as they do is of no tool.
fn without_colours(before: &[u8]) -> Option<Vec<u8>> {
    let text = before.strip_prefix(b"\xef\xbb\xbf").unwrap_or(before);
    let mut parts = text.split(|b| *b == 0x1b);
    let mut plain = parts.next()?.to_vec();
    for part in parts {
        let end = part.iter().position(|b| *b == b'm')?;
        let code = part[..end].strip_prefix(b"[")?;
        if !code.iter().all(|b| b.is_ascii_digit() || *b == b';') {
            return None;
        }
        plain.extend_from_slice(b"  ");
        plain.extend_from_slice(&part[end + 1..]);
    }
    Some(plain)
}

/// Whether a tool writes this before a line, and whether it holds a time.
fn is_prefix(before: &[u8]) -> (bool, bool) {
    let Some(before) = &without_colours(before) else {
        return (false, false);
    };
    let all = words(before);
    if before.last().is_some_and(|b| !b.is_ascii_whitespace()) {
        return (false, false);
    }
    let (mut at, mut taken, mut time) = (0, 0, false);
    while let Some(word) = all.get(at) {
        taken += 1;
        let next = all.get(at + 1).copied().unwrap_or_default();
        let both = [word, &b" "[..], next].concat();
        let one_space = before.windows(both.len()).any(|part| part == both);
        let text = String::from_utf8_lossy(word);
        let epoch = word.len() == 13 && word.iter().all(u8::is_ascii_digit);
        if parse_time(word).is_some() || epoch {
            time = true;
        } else if one_space && parse_time(&both).is_some() {
            time = true;
            at += 1;
        } else {
            let bracketed = text.starts_with('[')
                && text.ends_with(']')
                && text.contains(|c: char| c == '/' || c.is_ascii_digit());
            let known = ["|", "stdout", "stderr", "F", "P"].contains(&&*text)
                || is_stream(&text)
                || text.starts_with('/')
                || bracketed
                || next.starts_with(b"|")
                || is_stream(&String::from_utf8_lossy(next));
            if !known {
                return (false, false);
            }
        }
        at += 1;
    }
    (taken <= 7, time)
}

fn is_stream(word: &str) -> bool {
    let parts: Vec<_> = word.splitn(4, '/').collect();
    let number =
        |part: &str, digits| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
    parts.len() == 4
        && number(parts[0], 4)
        && number(parts[1], 2)
        && number(parts[2], 2)
        && parts[3].len() > 1
        && parts[3].contains('[')
}
