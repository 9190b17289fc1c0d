//! Records that are strings in JSON objects, as the CLI, subscriptions, Firehose, Logs Insights and container engines
//! hand them out. One object after another, whatever stands between them, however long the file.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

use super::figures::{FIGURES, of_figures};
use super::lines::is_type;
use super::record::{object_and_length, record};
use super::search::{candidates, key_at};
use super::time::parse_time;
use super::{AFTER, BEFORE, Event, What};

/// What tells a container from other JSON.
pub(super) const KEYS_OF_A_CONTAINER: [&[u8]; 7] = [
    b"\"logEvents\"",
    b"\"events\"",
    b"\"@message\"",
    DURATION,
    b"\"message\"",
    b"\"messageType\"",
    b"\"log\"",
];

/// Keys whose string is a log event.
const MESSAGES: [&[u8]; 3] = [b"\"message\"", KEY, b"\"log\""];

const KEY: &[u8] = b"\"@message\"";

/// What Insights has found in a REPORT; a query may ask for that alone.
const DURATION: &[u8] = b"\"@duration\"";

const PIECE: usize = 16 << 10;

/// Words of a text record, and what is before them in their message.
const NEAR_TEXT: usize = 256;

/// The fields beside a message.
const NEAR: usize = 1 << 10;

static GROUP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"logGroup\""));

static FIGURE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(DURATION));

static MESSAGE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(KEY));

static FIELD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"field\""));

/// Goes through one file from its beginning; what a batch says for all its events is kept meanwhile.
#[derive(Debug, Default)]
pub struct Container {
    group: Vec<u8>,
    stream: Vec<u8>,
    message: Vec<u8>,
    hits: Vec<usize>,
    /// How much of the file came before the range.
    done: usize,
    /// Where in the file the last message began that had a hit: of one message, one record.
    last: Option<usize>,
    /// It is of Insights, as what stands before its hits tells: what is called a message without `@` is the application's.
    of_insights: bool,
    /// How far into the file that was looked for.
    looked: usize,
    /// Its beginning holds figures that Insights has found, which is what tells such a file.
    has_figures: bool,
}

impl Container {
    /// Finds the records whose keys begin within `range` of `bytes`, as [`super::scan_lines`] does, but in the order of the
    /// file.
    pub fn scan(&mut self, bytes: &[u8], range: Range<usize>, found: &mut impl FnMut(Event<'_>)) {
        self.scan_by(bytes, range, PIECE, found);
    }

    /// [`Self::scan`] in pieces of any size.
    pub(super) fn scan_by(
        &mut self,
        bytes: &[u8],
        range: Range<usize>,
        piece: usize,
        found: &mut impl FnMut(Event<'_>),
    ) {
        let mut start = range.start;
        // The difference between a place in `bytes` and one in the file.
        let base = self.done.wrapping_sub(range.start);
        if self.done == 0 {
            self.has_figures = FIGURE.find(bytes).is_some();
        }
        while start < range.end {
            let end = range.end.min(start + piece);
            self.look_for_hits(bytes, &(start..end));
            for i in 0..self.hits.len() {
                self.hit(bytes, self.hits[i], base, found);
            }
            start = end;
        }
        self.done = base.wrapping_add(range.end.max(range.start));
    }

    /// Where words of records stand, and names of groups; of words behind an escaped quote, its backslash.
    fn look_for_hits(&mut self, bytes: &[u8], range: &Range<usize>) {
        self.hits.clear();
        // One further: the backslash of the key there may be the last byte here.
        candidates(bytes, range.start..range.end + 1, &mut self.hits);
        self.hits.retain_mut(|at| {
            let Some(key) = key_at(bytes, *at) else {
                return false;
            };
            *at = key - usize::from(bytes[key] == b'"' && bytes[..key].ends_with(b"\\"));
            range.contains(at)
        });
        let mut also = |finder: &Finder<'_>| {
            let end = bytes.len().min(range.end + finder.needle().len() - 1);
            let found = finder.find_iter(&bytes[range.start..end]);
            self.hits.extend(found.map(|at| range.start + at));
        };
        also(&GROUP);
        if self.has_figures {
            also(&FIGURE);
        }
        self.hits.sort_unstable();
    }

    fn hit(&mut self, bytes: &[u8], at: usize, base: usize, found: &mut impl FnMut(Event<'_>)) {
        if bytes[at..].starts_with(b"\"platform.") {
            self.object(bytes, at, base, found);
            return;
        }
        if bytes[at..].starts_with(DURATION) {
            self.figures(bytes, at, found);
            return;
        }
        if bytes[at] == b'"' {
            self.batch(bytes, at);
            return;
        }
        // In text the words stand at the very beginning of their message; in JSON anything may stand before them.
        let near = if bytes[at] == b'\\' {
            BEFORE
        } else {
            NEAR_TEXT
        };
        let Some(quote) = string_start(bytes, at, near) else {
            return;
        };
        let place = base.wrapping_add(quote);
        let of_insights = self.is_of_insights(bytes, at, base);
        if self.last.replace(place) == Some(place) || !is_message(&bytes[..quote], of_insights) {
            return;
        }
        let rest = &bytes[quote + 1..bytes.len().min(quote + 1 + AFTER)];
        let Some(length) = unescape(rest, &mut self.message) else {
            return;
        };
        let end = quote + 1 + length;
        let Some(what) = record(&self.message) else {
            return;
        };
        found(self.event(
            what,
            &Around::of(bytes, quote, end),
            own_time(&self.message),
        ));
    }

    /// The export of Insights' console: a message in JSON is an object there.
    fn object(&mut self, bytes: &[u8], at: usize, base: usize, found: &mut impl FnMut(Event<'_>)) {
        if !self.is_of_insights(bytes, at, base) || !is_type(bytes, at) {
            return;
        }
        let from = at.saturating_sub(BEFORE);
        let Some(key) = memmem::rfind(&bytes[from..at], KEY) else {
            return;
        };
        let rest = bytes[from + key + KEY.len()..].trim_ascii_start();
        let Some(rest) = rest.strip_prefix(b":").map(<[u8]>::trim_ascii_start) else {
            return;
        };
        let brace = bytes.len() - rest.len();
        let place = base.wrapping_add(brace);
        if !rest.starts_with(b"{") || brace > at || self.last.replace(place) == Some(place) {
            return;
        }
        let message = &rest[..rest.len().min(AFTER)];
        if let Some((what, length)) = object_and_length(message) {
            let around = Around::of(bytes, brace, brace + length);
            found(self.event(what, &around, own_time(&message[..length])));
        }
    }

    /// A row of Insights without its message.
    fn figures(&self, bytes: &[u8], at: usize, found: &mut impl FnMut(Event<'_>)) {
        let row = Around::within(bytes, at, at, BEFORE);
        let has_message = |text| memmem::find(text, KEY).is_some();
        if has_message(row.before) || has_message(row.after) {
            return;
        }
        let is_part = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-');
        let figure = |name: &str| row.value(&[name.as_bytes()], is_part);
        if let Some(what) = of_figures(FIGURES.map(figure)) {
            found(self.event(what, &row, None));
        }
    }

    fn is_of_insights(&mut self, bytes: &[u8], at: usize, base: usize) -> bool {
        if !self.of_insights {
            // What stood before the last hit, too, was looked at then.
            let place = base.wrapping_add(at);
            let since = place.wrapping_sub(self.looked).saturating_add(KEY.len());
            let near = &bytes[at - at.min(BEFORE).min(since)..at];
            self.of_insights = MESSAGE.find(near).is_some();
            self.looked = place;
        }
        self.of_insights
    }

    fn event<'a>(&'a self, what: What, around: &Around<'a>, own_time: Option<i64>) -> Event<'a> {
        let time = around.field(&[b"timestamp", b"@timestamp", b"time"]);
        let group = around.field(&[b"@log", b"logGroup", b"logGroupName"]);
        let stream = around.field(&[b"logStreamName", b"@logStream", b"logStream"]);
        Event {
            what,
            time_ms: time.and_then(time_of).or(own_time),
            group: group.map(without_account).or(named(&self.group)),
            stream: stream.or(named(&self.stream)),
        }
    }

    /// A subscription names group and stream once for all events of a batch.
    fn batch(&mut self, bytes: &[u8], at: usize) {
        let is_key = bytes[..at]
            .trim_ascii_end()
            .last()
            .is_none_or(|b| matches!(b, b'{' | b','));
        let near = &bytes[at..bytes.len().min(at + NEAR)];
        if is_key && let Some(group) = value_of(near, b"logGroup") {
            self.group = group.to_vec();
            self.stream = value_of(near, b"logStream").unwrap_or_default().to_vec();
        }
    }
}

fn named(name: &[u8]) -> Option<&[u8]> {
    (!name.is_empty()).then_some(name)
}

/// Insights puts the account before the group.
pub(crate) fn without_account(group: &[u8]) -> &[u8] {
    let colon = memchr::memchr(b':', group).map_or(0, |n| n + 1);
    &group[colon..]
}

/// The quote that opens the string in which `at` stands, if that is near.
fn string_start(bytes: &[u8], at: usize, near: usize) -> Option<usize> {
    let from = at.saturating_sub(near);
    memchr::memrchr_iter(b'"', &bytes[from..at])
        .map(|n| from + n)
        .find(|quote| {
            let before = &bytes[from..*quote];
            let escapes = before.iter().rev().take_while(|b| **b == b'\\').count();
            escapes.is_multiple_of(2)
        })
}

/// What ends with the key of a message and a colon, or with Insights' field of that name.
fn is_message(before: &[u8], of_insights: bool) -> bool {
    let Some(key) = before.trim_ascii_end().strip_suffix(b":") else {
        return false;
    };
    let key = key.trim_ascii_end();
    let field = key
        .strip_suffix(b"\"value\"")
        .and_then(|before| before.trim_ascii_end().strip_suffix(b","))
        .is_some_and(|before| before.trim_ascii_end().ends_with(b"\"@message\""));
    let names = if of_insights { &[KEY][..] } else { &MESSAGES };
    field || names.iter().any(|name| key.ends_with(name))
}

/// Writes the string that begins `bytes` without its escapes; its length with them. `None`: it does not end here.
fn unescape(bytes: &[u8], into: &mut Vec<u8>) -> Option<usize> {
    into.clear();
    let mut at = 0;
    loop {
        let next = at + memchr::memchr2(b'"', b'\\', &bytes[at..])?;
        into.extend_from_slice(&bytes[at..next]);
        if bytes[next] == b'"' {
            return Some(next);
        }
        into.push(match bytes.get(next + 1)? {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            // Records are ASCII: what stands for another character is in none of their fields.
            b'u' => {
                let code = std::str::from_utf8(bytes.get(next + 2..next + 6)?).ok()?;
                let code = u32::from_str_radix(code, 16).ok()?;
                at = next + 6;
                into.push(u8::try_from(code).ok().filter(u8::is_ascii).unwrap_or(b'?'));
                continue;
            }
            other => *other,
        });
        at = next + 2;
    }
}

/// The text of one object, without its message.
struct Around<'a> {
    before: &'a [u8],
    after: &'a [u8],
}

impl<'a> Around<'a> {
    fn of(bytes: &'a [u8], quote: usize, end: usize) -> Self {
        Self::within(bytes, quote, end, NEAR)
    }

    fn within(bytes: &'a [u8], quote: usize, end: usize, near: usize) -> Self {
        let before = &bytes[quote.saturating_sub(near)..quote];
        let after = &bytes[end..bytes.len().min(end + near)];
        let is_row =
            before.trim_ascii_end().ends_with(b"\"value\":") || FIELD.find(before).is_some();
        if is_row {
            // Logs Insights: a list of `{field, value}`.
            let start = memchr::memrchr_iter(b'[', before)
                .find(|n| before[n + 1..].trim_ascii_start().starts_with(b"{"));
            let stop = memchr::memchr_iter(b']', after)
                .find(|n| after[..*n].trim_ascii_end().ends_with(b"}"));
            Self {
                before: &before[start.unwrap_or(0)..],
                after: &after[..stop.unwrap_or(after.len())],
            }
        } else {
            let start = memchr::memrchr(b'{', before).unwrap_or(0);
            let stop = memchr::memchr(b'}', after).unwrap_or(after.len());
            Self {
                before: &before[start..],
                after: &after[..stop],
            }
        }
    }

    fn field(&self, names: &[&[u8]]) -> Option<&'a [u8]> {
        self.value(names, u8::is_ascii_digit)
    }

    /// The first that is there, a string or a number of these signs.
    fn value(&self, names: &[&[u8]], is_part: fn(&u8) -> bool) -> Option<&'a [u8]> {
        let of = |text, name| value_by(text, name, is_part);
        names
            .iter()
            .find_map(|name| of(self.before, name).or_else(|| of(self.after, name)))
    }
}

/// The string or whole number behind `"name":`, or behind `"name","value":`.
fn value_of<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    value_by(text, name, u8::is_ascii_digit)
}

fn value_by<'a>(text: &'a [u8], name: &[u8], is_part: fn(&u8) -> bool) -> Option<&'a [u8]> {
    let behind = |quote| text[quote + 1..].strip_prefix(name)?.strip_prefix(b"\"");
    let mut rest = memchr::memchr_iter(b'"', text)
        .find_map(behind)?
        .trim_ascii_start();
    if let Some(pair) = rest.strip_prefix(b",") {
        rest = pair
            .trim_ascii_start()
            .strip_prefix(b"\"value\"")?
            .trim_ascii_start();
    }
    let rest = rest.strip_prefix(b":")?.trim_ascii_start();
    if let Some(string) = rest.strip_prefix(b"\"") {
        return Some(&string[..memchr::memchr(b'"', string)?]);
    }
    let digits = rest.iter().take_while(|b| is_part(b)).count();
    (digits > 0).then(|| &rest[..digits])
}

/// Milliseconds since 1970, or a timestamp in words.
pub(crate) fn time_of(value: &[u8]) -> Option<i64> {
    if value.len() <= 15 && value.iter().all(u8::is_ascii_digit) {
        return std::str::from_utf8(value).ok()?.parse().ok();
    }
    parse_time(value)
}

/// `"time"` of a record in JSON.
fn own_time(message: &[u8]) -> Option<i64> {
    message.starts_with(b"{").then_some(())?;
    parse_time(value_of(&message[..message.len().min(256)], b"time")?)
}
