//! Reads a group by queries of Logs Insights, which are paid for by what they scan.
//!
//! A query gives the earliest rows up to a limit. What comes after the last whole second of them is asked for again, in as
//! many parts as its number of rows needs, so that little is scanned twice.

use std::time::Duration;

use crate::lambda::{LambdaError, LogEvents, Query, Row};

use super::sink::Sink;
use super::{Around, End, Wanted};

/// Rows of a query, of AWS's own and of those endpoints that know no more.
const LIMIT: u32 = 100_000;
const SMALL_LIMIT: u32 = 10_000;
/// The rows of a part are not evenly spread: so much of the limit is aimed at.
const AIM: f64 = 0.8;
const MOST_PARTS: i64 = 1000;
const FIRST_LOOK: Duration = Duration::from_millis(200);
const SLOWEST_LOOK: Duration = Duration::from_secs(2);

/// Reads the whole span; gives how it ended, and what of the time is left.
pub(super) async fn read(
    logs: &LogEvents,
    wanted: &Wanted,
    (from_ms, to_ms): (i64, i64),
    sink: &mut Sink<'_>,
    around: &mut Around<'_>,
) -> (End, Vec<(i64, i64)>) {
    // Insights knows whole seconds alone.
    let whole = (from_ms.div_euclid(1000), (to_ms + 999).div_euclid(1000));
    let mut limit = LIMIT;
    let mut position_ms = from_ms;
    let mut spans = vec![whole];
    while let Some(span) = spans.pop() {
        let query = match ask(logs, &wanted.group, span, &mut limit, around).await {
            Ok(Ok(query)) => query,
            Ok(Err(end)) => return (end, vec![(position_ms, to_ms)]),
            Err(error) => return (End::Failed(error), vec![(position_ms, to_ms)]),
        };
        let (upto_s, left) = whole_seconds(&query, span, limit);
        let mut taken = 0;
        for row in query.rows.iter().filter(|row| row.time_ms < upto_s * 1000) {
            sink.take(row.time_ms, &row.stream, &row.message);
            taken += 1;
        }
        around.read.events += taken;
        if upto_s == span.0 + 1 && left > 0 && taken > 0 {
            // One second alone holds more than a query gives.
            around.read.cut += left;
        }
        position_ms = (upto_s * 1000).min(to_ms);
        spans.extend(parts((upto_s, span.1), left, limit));
        let covered = (from_ms, position_ms, to_ms);
        around.progress.at(&wanted.group, &around.read, covered);
    }
    (End::All, Vec::new())
}

/// Runs one query to its end.
async fn ask(
    logs: &LogEvents,
    group: &str,
    span: (i64, i64),
    limit: &mut u32,
    around: &mut Around<'_>,
) -> Result<Result<Query, End>, LambdaError> {
    let usd = around.prices.insights_usd(around.read.scanned);
    if usd > around.most_usd {
        return Ok(Err(End::TooDear { usd }));
    }
    let id = loop {
        match logs.start_query(group, span, *limit).await {
            Err(error)
                if *limit > SMALL_LIMIT && error.code() == Some("InvalidParameterException") =>
            {
                *limit = SMALL_LIMIT;
            }
            other => break other?,
        }
    };
    around.read.pages += 1;
    let scanned_before = around.read.scanned;
    let mut pause = FIRST_LOOK;
    loop {
        let query = tokio::select! {
            query = logs.query(&id) => query?,
            () = around.signals.stop.requested() => {
                logs.stop_query(&id).await;
                return Ok(Err(End::Interrupted));
            }
        };
        around.read.scanned = scanned_before + query.bytes;
        let usd = around.prices.insights_usd(around.read.scanned);
        if let Some(status) = &query.failed {
            return Err(LambdaError::Unreachable {
                doing: format!("asking Logs Insights about {group}"),
                why: format!("the query ended as {status}"),
            });
        }
        if query.done {
            return Ok(Ok(query));
        }
        if usd > around.most_usd {
            logs.stop_query(&id).await;
            return Ok(Err(End::TooDear { usd }));
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = around.signals.stop.requested() => {
                logs.stop_query(&id).await;
                return Ok(Err(End::Interrupted));
            }
        }
        pause = (pause * 2).min(SLOWEST_LOOK);
    }
}

/// Up to which second the rows of a query are all that there are, and how many are left behind it.
fn whole_seconds(query: &Query, (from_s, to_s): (i64, i64), limit: u32) -> (i64, u64) {
    let rows = query.rows.len() as u64;
    let all = rows >= query.matched && rows < u64::from(limit) || rows == 0;
    let Some(last) = query.rows.last().filter(|_| !all) else {
        return (to_s, 0);
    };
    let last_s = last.time_ms.div_euclid(1000);
    if last_s <= from_s {
        return (from_s + 1, query.matched.saturating_sub(rows));
    }
    let before = |row: &&Row| row.time_ms < last_s * 1000;
    let taken = query.rows.iter().filter(before).count() as u64;
    // It is at least what was handed out of the last second.
    (last_s, query.matched.max(rows) - taken)
}

/// So many parts of a span that each should stay below the limit, the last one first.
fn parts((from_s, to_s): (i64, i64), left: u64, limit: u32) -> Vec<(i64, i64)> {
    if from_s >= to_s {
        return Vec::new();
    }
    let wanted = (left as f64 / (f64::from(limit) * AIM)).ceil() as i64;
    let parts = wanted.clamp(1, MOST_PARTS).min(to_s - from_s);
    let edge = |part: i64| from_s + (to_s - from_s) * part / parts;
    (0..parts)
        .rev()
        .map(|part| (edge(part), edge(part + 1)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(times_ms: &[i64], matched: u64) -> Query {
        Query {
            rows: times_ms
                .iter()
                .map(|time_ms| Row {
                    time_ms: *time_ms,
                    stream: String::new(),
                    message: String::new(),
                })
                .collect(),
            matched,
            ..Query::default()
        }
    }

    #[test]
    fn all_rows_end_the_span() {
        assert_eq!(whole_seconds(&query(&[5, 900], 2), (0, 60), 4), (60, 0));
        assert_eq!(whole_seconds(&query(&[], 0), (0, 60), 4), (60, 0));
    }

    #[test]
    fn rows_up_to_a_limit_count_to_the_last_second_that_is_whole() {
        let found = query(&[100, 1500, 2100, 2200], 10);
        assert_eq!(whole_seconds(&found, (0, 60), 4), (2, 8));
        let without_statistics = query(&[100, 1500, 2100, 2200], 0);
        assert_eq!(whole_seconds(&without_statistics, (0, 60), 4), (2, 2));
    }

    #[test]
    fn a_second_that_holds_more_than_a_query_gives_is_cut() {
        assert_eq!(whole_seconds(&query(&[1, 2, 3, 4], 10), (0, 60), 4), (1, 6));
    }

    #[test]
    fn parts_cover_the_span_from_its_beginning() {
        assert_eq!(parts((0, 10), 30, 10), [(7, 10), (5, 7), (2, 5), (0, 2)]);
        assert_eq!(parts((0, 2), 1000, 10), [(1, 2), (0, 1)]);
        assert_eq!(parts((3, 9), 0, 10), [(3, 9)]);
        assert!(parts((9, 9), 5, 10).is_empty());
    }
}
