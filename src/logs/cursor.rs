//! Where the reading of a log group has got to: each event counts once, however often the pages break off, and what is
//! counted ends at a point in time from which another reading goes on.

use std::collections::HashSet;

/// An event of a log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEvent {
    /// Unique in its group.
    pub id: String,
    /// Milliseconds since 1970.
    pub time_ms: i64,
    /// Its log stream.
    pub stream: String,
    /// The line.
    pub message: String,
}

/// Takes events in the order of their times and gives them on as soon as all of their millisecond are there. Those that
/// it still holds are not counted, so that everything before [`Cursor::position_ms`] is, and nothing from there on.
#[derive(Debug)]
pub struct Cursor {
    from_ms: i64,
    at_ms: i64,
    held: Vec<LogEvent>,
    /// Of those, and of all events of the page before: pages may overlap.
    ids: HashSet<String>,
    most: u64,
    counted: u64,
    twice: u64,
    went_back: bool,
}

impl Cursor {
    /// From this time on, and up to so many events.
    pub fn new(from_ms: i64, most: Option<u64>) -> Self {
        Self {
            from_ms,
            at_ms: from_ms,
            held: Vec::new(),
            ids: HashSet::new(),
            most: most.unwrap_or(u64::MAX),
            counted: 0,
            twice: 0,
            went_back: false,
        }
    }

    /// Takes a page, and hands to `found` what is complete by it. False once there are as many as wanted.
    pub fn take(&mut self, page: Vec<LogEvent>, found: &mut dyn FnMut(&LogEvent)) -> bool {
        if page.is_empty() {
            return true;
        }
        let held = self.held.iter();
        let ids = page.iter().chain(held).map(|event| event.id.clone());
        let ids: HashSet<String> = ids.collect();
        for event in page {
            // Before `from_ms`: counted before the pages broke off.
            if event.time_ms < self.from_ms || !self.ids.insert(event.id.clone()) {
                self.twice += 1;
            } else if event.time_ms < self.at_ms {
                self.went_back = true;
                self.counted += 1;
                found(&event);
            } else {
                if event.time_ms > self.at_ms {
                    self.release(found);
                    self.at_ms = event.time_ms;
                    if self.counted >= self.most {
                        return false;
                    }
                }
                self.held.push(event);
            }
        }
        self.ids = ids;
        true
    }

    /// The pages broke off: gives the time from which to ask again.
    pub fn restart(&mut self) -> i64 {
        self.held.clear();
        self.ids.clear();
        self.from_ms = self.at_ms;
        self.at_ms
    }

    /// There are no more.
    pub fn finish(&mut self, found: &mut dyn FnMut(&LogEvent)) {
        self.release(found);
    }

    fn release(&mut self, found: &mut dyn FnMut(&LogEvent)) {
        self.counted += self.held.len() as u64;
        self.held.drain(..).for_each(|event| found(&event));
    }

    /// Everything before this time has been handed on, and nothing else.
    pub fn position_ms(&self) -> i64 {
        self.at_ms
    }

    /// How many were handed on.
    pub fn counted(&self) -> u64 {
        self.counted
    }

    /// An event came that is earlier than another one before it: what is to come may be of any time.
    pub fn went_back(&self) -> bool {
        self.went_back
    }

    /// How many came a second time.
    pub fn twice(&self) -> u64 {
        self.twice
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(id: usize, time_ms: i64) -> LogEvent {
        LogEvent {
            id: id.to_string(),
            time_ms,
            stream: String::new(),
            message: String::new(),
        }
    }

    fn ids(cursor: &mut Cursor, page: &[(usize, i64)]) -> Vec<String> {
        let mut ids = Vec::new();
        let page = page.iter().map(|(id, ms)| event(*id, *ms)).collect();
        cursor.take(page, &mut |event| ids.push(event.id.clone()));
        ids
    }

    #[test]
    fn what_may_still_have_company_of_its_millisecond_waits() {
        let mut cursor = Cursor::new(0, None);
        assert_eq!(ids(&mut cursor, &[(1, 5), (2, 7)]), ["1"]);
        assert_eq!(cursor.position_ms(), 7);
        assert_eq!(ids(&mut cursor, &[(2, 7), (3, 7), (4, 9)]), ["2", "3"]);
        assert_eq!((cursor.counted(), cursor.twice()), (3, 1));
        assert_eq!(
            ids(&mut cursor, &[(3, 7), (4, 9), (5, 9), (6, 10)]),
            ["4", "5"]
        );
        assert_eq!((cursor.counted(), cursor.twice()), (5, 3));
    }

    #[test]
    fn pages_that_overlap_do_not_go_back_in_time_and_those_of_another_stream_do() {
        let mut cursor = Cursor::new(0, None);
        ids(&mut cursor, &[(1, 5), (2, 7)]);
        ids(&mut cursor, &[(1, 5), (2, 7), (3, 9)]);
        assert!(!cursor.went_back());
        assert_eq!(ids(&mut cursor, &[(4, 6)]), ["4"]);
        assert!(cursor.went_back());
    }

    #[test]
    fn enough_events_end_at_a_whole_millisecond() {
        let mut cursor = Cursor::new(0, Some(2));
        let page = [(1, 5), (2, 6), (3, 6), (4, 7), (5, 8)];
        assert_eq!(ids(&mut cursor, &page), ["1", "2", "3"]);
        assert_eq!(cursor.position_ms(), 7, "the rest begins here");
        let mut rest = Cursor::new(7, None);
        ids(&mut rest, &page);
        rest.finish(&mut |_| {});
        assert_eq!((rest.counted(), rest.twice()), (2, 3));
    }

    proptest! {
        #[test]
        fn each_event_counts_once_wherever_the_pages_break_off(
            mut times in prop::collection::vec(0..20_i64, 0..60),
            size in 1..7_usize,
            breaks in prop::collection::vec(any::<bool>(), 40),
        ) {
            times.sort_unstable();
            let all: Vec<_> = times.iter().enumerate().map(|(id, ms)| event(id, *ms)).collect();
            let mut cursor = Cursor::new(0, None);
            let mut found = Vec::new();
            let mut breaks = breaks.into_iter();
            let (mut from_ms, mut at) = (0, 0);
            loop {
                let left: Vec<_> = all.iter().filter(|e| e.time_ms >= from_ms).cloned().collect();
                if at >= left.len() { break }
                let page = left[at..(at + size).min(left.len())].to_vec();
                cursor.take(page, &mut |event| found.push(event.id.clone()));
                at += size;
                if breaks.next() == Some(true) {
                    from_ms = cursor.restart();
                    at = 0;
                }
            }
            cursor.finish(&mut |event| found.push(event.id.clone()));
            let expected: Vec<_> = all.iter().map(|event| event.id.clone()).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
