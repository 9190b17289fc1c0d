//! Reads a group by pages of `FilterLogEvents`, which cost nothing but calls.

use crate::lambda::{LambdaError, LogEvents};
use crate::logs::Cursor;

use super::sink::Sink;
use super::{Around, End, Wanted};

/// Pages that break off so often without an event between them will not come to an end.
const BREAKS_IN_VAIN: u32 = 5;

/// Reads the whole span; gives how it ended and up to when everything is counted.
pub(super) async fn read(
    logs: &LogEvents,
    wanted: &Wanted,
    (from_ms, to_ms): (i64, i64),
    sink: &mut Sink<'_>,
    around: &mut Around<'_>,
) -> (End, i64) {
    let so_far = around.read.events;
    let most = around.most_events.map(|most| most.saturating_sub(so_far));
    if most == Some(0) {
        return (End::Enough, from_ms);
    }
    let mut cursor = Cursor::new(from_ms, most);
    let mut found = |event: &crate::logs::LogEvent| {
        sink.take(event.time_ms, &event.stream, &event.message);
    };
    let (mut start_ms, mut token, mut breaks) = (from_ms, None::<String>, 0);
    let end = loop {
        let page = tokio::select! {
            page = logs.page(&wanted.group, (start_ms, to_ms), token.as_deref()) => page,
            () = around.signals.stop.requested() => break End::Interrupted,
        };
        match page {
            Ok(page) => {
                around.read.pages += 1;
                let (empty, before) = (page.events.is_empty(), cursor.counted());
                let go_on = cursor.take(page.events, &mut found);
                if cursor.counted() > before {
                    breaks = 0;
                }
                around.read.events = so_far + cursor.counted();
                let covered = (from_ms, cursor.position_ms(), to_ms);
                around.progress.at(&wanted.group, &around.read, covered);
                if !go_on {
                    break End::Enough;
                }
                // The same empty page for ever is how some endpoints that are not AWS end.
                if page.next.is_none() || (empty && page.next == token) {
                    cursor.finish(&mut found);
                    break End::All;
                }
                token = page.next;
            }
            Err(error) if token.is_some() && is_cut(&error) && breaks < BREAKS_IN_VAIN => {
                breaks += 1;
                around.read.breaks += 1;
                token = None;
                start_ms = cursor.restart();
            }
            Err(error) => break End::Failed(error),
        }
    };
    around.read.events = so_far + cursor.counted();
    around.read.twice += cursor.twice();
    (end, cursor.position_ms())
}

/// A token that is too old, or that the endpoint knows no more.
fn is_cut(error: &LambdaError) -> bool {
    matches!(
        error.code(),
        Some("InvalidParameterException" | "ResourceNotFoundException" | "InvalidNextToken")
    )
}
