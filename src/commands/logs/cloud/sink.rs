//! Where events of a log group go: records into the tallies, under the name of their function.

use crate::lambda::own_log_group;
use crate::logs::{Tallies, function_in};
use crate::report::scan::{Event, record};

use super::Wanted;

/// Takes the events of one group.
pub(super) struct Sink<'a> {
    tallies: &'a mut Tallies,
    wanted: &'a Wanted,
    /// That of streams which name none.
    function: Option<String>,
    /// Groups are asked for by their own names.
    by_group: bool,
    span: (i64, i64),
    /// Of messages.
    pub bytes: u64,
    /// Events of functions that are not meant.
    pub of_others: u64,
}

impl<'a> Sink<'a> {
    pub fn new(
        tallies: &'a mut Tallies,
        wanted: &'a Wanted,
        by_group: bool,
        span: (i64, i64),
    ) -> Self {
        tallies.file(&wanted.group);
        let function = match wanted.functions.as_slice() {
            [one] => Some(one.as_str()),
            _ => wanted.group.strip_prefix("/aws/lambda/"),
        };
        Self {
            tallies,
            wanted,
            function: function.map(str::to_owned),
            by_group,
            span,
            bytes: 0,
            of_others: 0,
        }
    }

    /// Takes an event; what only looks like a record is none.
    pub fn take(&mut self, time_ms: i64, stream: &str, message: &str) {
        self.bytes += message.len() as u64;
        if time_ms < self.span.0 || time_ms >= self.span.1 {
            return;
        }
        let named = function_in(stream.as_bytes());
        let named = named.and_then(|name| std::str::from_utf8(name).ok());
        let function = named.or(self.function.as_deref());
        if !self.wanted.is_wanted(function) {
            self.of_others += 1;
            return;
        }
        let Some(what) = record(message.as_bytes()) else {
            return;
        };
        let group = match function {
            Some(function) if !self.by_group => own_log_group(function),
            _ => self.wanted.group.clone(),
        };
        self.tallies.take(&Event {
            what,
            time_ms: Some(time_ms),
            group: Some(group.as_bytes()),
            stream: Some(stream.as_bytes()),
        });
    }
}

impl Wanted {
    fn is_wanted(&self, function: Option<&str>) -> bool {
        match (&self.pattern, function) {
            (Some(pattern), function) => function.is_some_and(|name| pattern.matches(name)),
            // One of those that share the group; it can't be told which.
            (None, None) => true,
            (None, Some(name)) => {
                self.functions.is_empty() || self.functions.iter().any(|wanted| wanted == name)
            }
        }
    }
}
