//! The log of an environment for one who reads along: whole lines, each as soon as it is there, in the order in which the
//! finished log has them.

use std::sync::{Arc, Mutex, PoisonError};

use super::telemetry::Stream;

/// Hears the logs of functions as they are written: the function's name, and one or more whole lines. It is called where
/// the function and the next invoke may be waiting, so it must not take its time.
#[derive(Clone)]
pub struct LogListener(Arc<Hear>);

type Hear = dyn Fn(&str, &[u8]) + Send + Sync;

impl LogListener {
    /// Calls `hear`.
    pub fn new(hear: impl Fn(&str, &[u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hear))
    }
}

impl std::fmt::Debug for LogListener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LogListener")
    }
}

/// A line is told in pieces of this size, where it has no end.
const LINE: usize = 256 * 1024;

/// The listener's ear in one environment.
#[derive(Debug)]
pub(super) struct Live {
    function: String,
    listener: LogListener,
    /// The line that the function has begun, and that of its extensions.
    begun: Mutex<[Vec<u8>; 2]>,
}

impl Live {
    /// In an environment of this function.
    pub fn new(function: &str, listener: LogListener) -> Self {
        Self {
            function: function.to_owned(),
            listener,
            begun: Mutex::default(),
        }
    }

    /// A process wrote something.
    pub fn written(&self, stream: Stream, bytes: &[u8]) {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let line = &mut begun[usize::from(stream == Stream::Extension)];
        line.extend_from_slice(bytes);
        let whole = match memchr::memrchr(b'\n', line) {
            _ if line.len() > LINE => line.len(),
            Some(end) => end + 1,
            None => return,
        };
        self.tell(&line[..whole]);
        line.drain(..whole);
    }

    /// The platform wrote this line: what was begun before comes before it.
    pub fn said(&self, text: &[u8]) {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        for line in begun.iter_mut().filter(|line| !line.is_empty()) {
            line.push(b'\n');
            self.tell(line);
            line.clear();
        }
        if !text.is_empty() {
            self.tell(text);
        }
    }

    fn tell(&self, lines: &[u8]) {
        (self.listener.0)(&self.function, lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_whole_and_a_line_of_the_platform_ends_what_was_begun() {
        let (tell, told) = std::sync::mpsc::channel();
        let listener = LogListener::new(move |name, lines| {
            let text = String::from_utf8_lossy(lines);
            tell.send(format!("{name}: {text}")).unwrap();
        });
        let live = Live::new("f", listener);
        live.written(Stream::Function, b"a");
        live.written(Stream::Extension, b"other\n");
        live.written(Stream::Function, b"b\nc\nd");
        live.said(b"END\n");
        live.said(b"");
        let told: Vec<String> = told.try_iter().collect();
        assert_eq!(told, ["f: other\n", "f: ab\nc\n", "f: d\n", "f: END\n"]);
    }

    #[test]
    fn a_line_without_an_end_is_not_kept_for_ever() {
        let (tell, told) = std::sync::mpsc::channel();
        let listener = LogListener::new(move |_, lines| tell.send(lines.len()).unwrap());
        let live = Live::new("f", listener);
        let half = vec![b'x'; LINE / 2 + 1];
        for _ in 0..3 {
            live.written(Stream::Function, &half);
        }
        assert_eq!(told.try_iter().collect::<Vec<_>>(), [LINE + 2]);
    }
}
