//! Reads a group by pages of `FilterLogEvents`, which cost nothing but calls. While a call is free, the time that is left is
//! halved, and both halves are read side by side.

use std::collections::HashSet;

use tokio::task::JoinSet;

use crate::lambda::{LambdaError, LogEvents, Page};
use crate::logs::{Cursor, LogEvent};

use super::sink::Sink;
use super::{Around, End, Wanted};

/// So many calls are under way at most: AWS takes as many a second, and a page seldom takes longer than that.
const AT_ONCE: usize = 5;

/// Pages that break off so often without an event between them will not come to an end.
const BREAKS_IN_VAIN: u32 = 5;

/// The calls that are under way, each with the number of its slice.
type Calls = JoinSet<(usize, Result<Page, LambdaError>)>;

/// A piece of the time, read one page after the other.
struct Slice {
    cursor: Cursor,
    to_ms: i64,
    /// What its pages begin with, and what the next one goes on from.
    start_ms: i64,
    token: Option<String>,
    /// The last page got on, or was the first: to begin anew costs no more than that page.
    got_on: bool,
    breaks: u32,
    done: bool,
    /// Pages go by time, and not stream by stream as some endpoints have them that are not AWS: then what is left of the
    /// time is all that is left.
    by_time: bool,
}

/// What comes after a page.
enum Next {
    Page,
    /// The same again: the pages broke off.
    Again,
    Nothing,
    Enough,
    Failed(LambdaError),
}

/// Reads the whole span; gives how it ended, and what of the time is left.
pub(super) async fn read(
    logs: &LogEvents,
    wanted: &Wanted,
    (from_ms, to_ms): (i64, i64),
    sink: &mut Sink<'_>,
    around: &mut Around<'_>,
) -> (End, Vec<(i64, i64)>) {
    let so_far = around.read.events;
    let most = around.most_events.map(|most| most.saturating_sub(so_far));
    if most == Some(0) {
        return (End::Enough, vec![(from_ms, to_ms)]);
    }
    // The first so many events are known only one page after the other.
    let at_once = if most.is_some() { 1 } else { AT_ONCE };
    let mut slices = vec![Slice::new((from_ms, to_ms), most, logs.is_at_aws())];
    let mut calls = Calls::new();
    slices[0].ask(0, logs, wanted, &mut calls);
    let end = loop {
        let (number, page) = tokio::select! {
            answer = calls.join_next() => match answer {
                Some(answer) => answer.expect("a call does not panic"),
                None => break End::All,
            },
            () = around.signals.stop.requested() => break End::Interrupted,
        };
        around.read.pages += u64::from(page.is_ok());
        let next = slices[number].take(page, &mut |event| {
            sink.take(event.time_ms, &event.stream, &event.message);
        });
        around.read.events = so_far + slices.iter().map(|s| s.cursor.counted()).sum::<u64>();
        let left: i64 = left(&slices).iter().map(|(from, to)| to - from).sum();
        let covered = (from_ms, to_ms - left, to_ms);
        around.progress.at(&wanted.group, &around.read, covered);
        match next {
            Next::Page => {}
            Next::Again => around.read.breaks += 1,
            Next::Nothing => continue,
            Next::Enough => break End::Enough,
            Next::Failed(error) => break End::Failed(error),
        }
        if calls.len() + 1 < at_once
            && let Some(half) = slices[number].halve()
        {
            half.ask(slices.len(), logs, wanted, &mut calls);
            slices.push(half);
        }
        slices[number].ask(number, logs, wanted, &mut calls);
    };
    around.read.twice += slices.iter().map(|s| s.cursor.twice()).sum::<u64>();
    (end, left(&slices))
}

/// What of the slices is not counted, by time.
fn left(slices: &[Slice]) -> Vec<(i64, i64)> {
    let left = slices.iter().filter(|slice| !slice.done);
    let mut left: Vec<_> = left.map(|s| (s.cursor.position_ms(), s.to_ms)).collect();
    left.sort_unstable();
    left.dedup_by(|later, earlier| {
        let joined = later.0 <= earlier.1;
        if joined {
            earlier.1 = earlier.1.max(later.1);
        }
        joined
    });
    left
}

impl Slice {
    fn new((from_ms, to_ms): (i64, i64), most: Option<u64>, by_time: bool) -> Self {
        Self {
            cursor: Cursor::new(from_ms, most),
            to_ms,
            start_ms: from_ms,
            token: None,
            got_on: false,
            breaks: 0,
            done: false,
            by_time,
        }
    }

    fn ask(&self, number: usize, logs: &LogEvents, wanted: &Wanted, calls: &mut Calls) {
        let (logs, group) = (logs.clone(), wanted.group.clone());
        let (span, token) = ((self.start_ms, self.to_ms), self.token.clone());
        calls.spawn(async move { (number, logs.page(&group, span, token.as_deref()).await) });
    }

    fn take(&mut self, page: Result<Page, LambdaError>, found: &mut dyn FnMut(&LogEvent)) -> Next {
        let mut page = match page {
            Ok(page) => page,
            Err(error)
                if self.token.is_some() && is_cut(&error) && self.breaks < BREAKS_IN_VAIN =>
            {
                self.breaks += 1;
                self.begin_anew();
                return Next::Again;
            }
            Err(error) => return Next::Failed(error),
        };
        // An endpoint that takes the end for more than it is: what comes then is another slice's.
        page.events.retain(|event| event.time_ms < self.to_ms);
        let empty = page.events.is_empty();
        self.by_time |= is_mixed(&page.events);
        let (position_ms, counted) = (self.cursor.position_ms(), self.cursor.counted());
        if !self.cursor.take(page.events, found) {
            return Next::Enough;
        }
        if self.cursor.counted() > counted {
            self.breaks = 0;
        }
        // The same empty page for ever is how some endpoints that are not AWS end.
        if page.next.is_none() || (empty && page.next == self.token) {
            self.cursor.finish(found);
            self.done = true;
            return Next::Nothing;
        }
        self.got_on = self.token.is_none() || self.cursor.position_ms() > position_ms;
        self.token = page.next;
        Next::Page
    }

    /// From where everything is counted.
    fn begin_anew(&mut self) {
        self.token = None;
        self.start_ms = self.cursor.restart();
    }

    /// Keeps the earlier half of what is left and gives the later one.
    fn halve(&mut self) -> Option<Self> {
        let position_ms = self.cursor.position_ms();
        let middle_ms = position_ms + (self.to_ms - position_ms) / 2;
        let by_time = self.by_time && !self.cursor.went_back();
        if !std::mem::take(&mut self.got_on) || middle_ms <= position_ms || !by_time {
            return None;
        }
        self.begin_anew();
        let to_ms = std::mem::replace(&mut self.to_ms, middle_ms);
        Some(Self::new((middle_ms, to_ms), None, true))
    }
}

/// A stream comes back behind another one.
fn is_mixed(events: &[LogEvent]) -> bool {
    let mut streams = HashSet::new();
    let mut runs = events.chunk_by(|a, b| a.stream == b.stream);
    !runs.all(|run| streams.insert(&run[0].stream))
}

/// A token that is too old, or that the endpoint knows no more.
fn is_cut(error: &LambdaError) -> bool {
    matches!(
        error.code(),
        Some("InvalidParameterException" | "ResourceNotFoundException" | "InvalidNextToken")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(times_ms: &[i64], next: Option<&str>) -> Page {
        Page {
            events: times_ms
                .iter()
                .map(|time_ms| LogEvent {
                    id: time_ms.to_string(),
                    time_ms: *time_ms,
                    stream: String::new(),
                    message: String::new(),
                })
                .collect(),
            next: next.map(str::to_owned),
        }
    }

    #[test]
    fn what_is_left_is_halved_where_little_is_lost() {
        let mut slice = Slice::new((0, 100), None, true);
        let mut found = Vec::new();
        let mut take = |slice: &mut Slice, times_ms: &[i64], next| {
            slice.take(Ok(page(times_ms, next)), &mut |event| {
                found.push(event.time_ms);
            });
        };
        take(&mut slice, &[10, 20], Some("a"));
        let half = slice.halve().expect("it has got on");
        assert_eq!((slice.start_ms, slice.to_ms, &slice.token), (20, 60, &None));
        assert_eq!((half.start_ms, half.to_ms), (60, 100));
        assert_eq!(left(&[half, slice]), [(20, 100)], "one behind the other");

        let mut slice = Slice::new((0, 100), None, true);
        take(&mut slice, &[], Some("a"));
        assert!(slice.halve().is_some(), "one empty page is soon read again");
        take(&mut slice, &[], Some("b"));
        take(&mut slice, &[], Some("c"));
        assert!(slice.halve().is_none(), "several are not");
        take(&mut slice, &[49], Some("d"));
        assert!(slice.halve().is_none(), "a millisecond has no halves");
        take(&mut slice, &[], None);
        assert_eq!(left(&[slice]), [], "done");
        assert_eq!(found, [10, 49]);
    }

    /// Events by stream and time.
    fn of_streams(events: &[(&str, i64)]) -> Page {
        let mut page = page(&[], Some("more"));
        page.events = events
            .iter()
            .map(|(stream, time_ms)| LogEvent {
                id: format!("{stream}-{time_ms}"),
                time_ms: *time_ms,
                stream: (*stream).to_owned(),
                message: String::new(),
            })
            .collect();
        page
    }

    #[test]
    fn what_may_come_stream_by_stream_is_not_halved() {
        let halves = |at_aws: bool, pages: &[&[(&str, i64)]]| {
            let mut slice = Slice::new((0, 100), None, at_aws);
            for events in pages {
                slice.take(Ok(of_streams(events)), &mut |_| {});
            }
            slice.halve().is_some()
        };
        let one_stream = &[("a", 10), ("a", 20)][..];
        assert!(halves(true, &[one_stream]));
        assert!(!halves(false, &[one_stream]), "another may still begin");
        assert!(!halves(false, &[&[("a", 10), ("b", 20)]]), "as yet");
        assert!(halves(false, &[&[("a", 10), ("b", 20), ("a", 30)]]));
        assert!(!halves(true, &[one_stream, &[("b", 5), ("b", 30)]]));
    }

    #[test]
    fn what_lies_past_the_end_is_another_slices() {
        let mut slice = Slice::new((0, 20), None, true);
        let mut found = Vec::new();
        for (times_ms, next) in [(&[10, 20, 30][..], Some("a")), (&[30], Some("a"))] {
            slice.take(Ok(page(times_ms, next)), &mut |event| {
                found.push(event.time_ms);
            });
        }
        assert!(slice.done, "nothing of its own comes any more");
        assert_eq!(found, [10]);
    }
}
