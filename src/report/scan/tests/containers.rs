//! Records inside the JSON of tools, written by `serde_json` and found again, in windows of any size.

use proptest::collection;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::made::{self, Part};
use super::sorted;
use crate::report::scan::*;

const ID: &str = "5b3aa800-5ff2-4756-89f4-8b01418f8b79";
const GROUP: &str = "/aws/lambda/fn";
const STREAM: &str = "2024/03/04/[$LATEST]0123456789abcdef";

fn report() -> String {
    format!(
        "REPORT RequestId: {ID}\tDuration: 8.40 ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tMax Memory Used: 66 MB\t\n"
    )
}

/// One event of [`scan_by`], owned.
type Owned = (What, Option<i64>, Option<String>, Option<String>);

fn found_by(bytes: &[u8], piece: usize, cuts: &[usize]) -> Vec<Owned> {
    let mut ends: Vec<_> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    ends.push(bytes.len());
    ends.sort_unstable();
    let mut container = Container::default();
    let (mut found, mut start) = (Vec::new(), 0_usize);
    for end in ends {
        // A window begins with what surrounds its range, as when a file is read.
        let from = start.saturating_sub(BEFORE);
        let to = bytes.len().min(end + AFTER);
        container.scan_by(
            &bytes[from..to],
            start - from..end - from,
            piece,
            &mut |event| {
                let name =
                    |bytes: Option<&[u8]>| bytes.map(|b| String::from_utf8_lossy(b).into_owned());
                found.push((
                    event.what.clone(),
                    event.time_ms,
                    name(event.group),
                    name(event.stream),
                ));
            },
        );
        start = end;
    }
    found
}

/// How a tool wraps the messages; each has a time, a group or a stream as far as `true` says.
fn wrapped(kind: usize, messages: &[String]) -> (Vec<u8>, bool, bool, bool) {
    let at = 1_709_572_958_033_i64;
    let each = |event: &dyn Fn(&String) -> Value| messages.iter().map(event).collect::<Vec<_>>();
    let joined = |objects: Vec<Value>, between: &str| {
        let all: Vec<_> = objects.iter().map(Value::to_string).collect();
        all.join(between).into_bytes()
    };
    let batch = |messages: &[String]| {
        let events: Vec<_> = messages
            .iter()
            .map(|m| json!({"id": "1", "timestamp": at, "message": m}))
            .collect();
        json!({"messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": GROUP, "logStream": STREAM,
               "subscriptionFilters": ["all"], "logEvents": events})
    };
    let field = |name: &str, value: &str| json!({"field": name, "value": value});
    match kind {
        0 => {
            let events = each(
                &|m| json!({"logStreamName": STREAM, "timestamp": at, "message": m, "ingestionTime": at + 5, "eventId": "1"}),
            );
            (
                json!({"events": events, "searchedLogStreams": []})
                    .to_string()
                    .into_bytes(),
                true,
                false,
                true,
            )
        }
        1 => {
            let events = each(&|m| json!({"timestamp": at, "message": m, "ingestionTime": at + 5}));
            let all = json!({"events": events, "nextForwardToken": "f/1"});
            (
                serde_json::to_vec_pretty(&all).expect("JSON"),
                true,
                false,
                false,
            )
        }
        2 => (batch(messages).to_string().into_bytes(), true, true, true),
        3 => (
            joined(messages.chunks(2).map(batch).collect(), ""),
            true,
            true,
            true,
        ),
        4 => {
            let rows = each(&|m| {
                json!([
                    field("@timestamp", "2024-03-04 17:22:38.033"),
                    field("@message", m),
                    field("@logStream", STREAM),
                    field("@log", &format!("123456789012:{GROUP}")),
                    field("copy", m)
                ])
            });
            (
                serde_json::to_vec_pretty(&json!({"results": rows, "status": "Complete"}))
                    .expect("JSON"),
                true,
                true,
                true,
            )
        }
        5 => {
            let rows = each(&|m| {
                json!({"@timestamp": "2024-03-04 17:22:38.033", "@message": m, "@logStream": STREAM,
                "@log": format!("123456789012:{GROUP}")})
            });
            (
                Value::Array(rows).to_string().into_bytes(),
                true,
                true,
                true,
            )
        }
        _ => {
            let lines = each(
                &|m| json!({"log": m, "stream": "stdout", "time": "2024-03-04T17:22:38.033Z"}),
            );
            (joined(lines, "\n"), true, false, false)
        }
    }
}

fn messages(parts: &[Part]) -> Vec<String> {
    parts
        .iter()
        .map(|part| String::from_utf8_lossy(&part.bytes).into_owned())
        .collect()
}

/// In a container the record begins its message: behind a tool's prefix it is quoted.
fn bare() -> impl Strategy<Value = Vec<Part>> {
    made::parts().prop_map(|parts| {
        let begins = |part: &Part| {
            let text = part.bytes.trim_ascii_start();
            let own = [&b"REPORT"[..], b"INIT_", b"RESTORE_", b"RequestId", b"{\"t"]
                .iter()
                .any(|w| text.starts_with(w));
            let ended = text.starts_with(b"2024-03-04T17:22:38.033Z ")
                && matches!(part.what, Some(What::Ended(..)));
            part.what.is_none() || own || ended
        };
        parts.into_iter().filter(begins).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn finds_every_message_in_every_container(
        parts in bare(), kind in 0usize..7, piece in 40usize..3000, cuts in collection::vec(any::<usize>(), 0..4)
    ) {
        let (bytes, time, group, stream) = wrapped(kind, &messages(&parts));
        let expected = sorted(made::whats(&parts));
        let all = found_by(&bytes, 32 << 10, &[]);
        prop_assert_eq!(&sorted(all.iter().map(|e| e.0.clone()).collect()), &expected);
        let cut = found_by(&bytes, piece, &cuts);
        prop_assert_eq!(&cut, &all, "in pieces");
        for (what, time_ms, of_group, of_stream) in all {
            prop_assert_eq!(time_ms, time.then_some(1_709_572_958_033), "{:?}", what);
            prop_assert_eq!(of_group.as_deref(), group.then_some(GROUP));
            prop_assert_eq!(of_stream.as_deref(), stream.then_some(STREAM));
        }
    }
}

#[test]
fn the_form_of_every_container_is_found_by_looking() {
    for kind in 0..7 {
        let (bytes, ..) = wrapped(
            kind,
            &["START RequestId: a Version: 3\n".to_owned(), report()],
        );
        assert_eq!(
            detect(&bytes),
            Format::Container,
            "{}",
            String::from_utf8_lossy(&bytes)
        );
    }
}

#[test]
fn only_a_message_that_begins_with_the_record_counts() {
    for object in [
        json!({"message": format!("I saw {}", report())}),
        json!({"message": format!("why? 2024-03-04T17:22:38.033Z {ID} Task timed out after 3.00 seconds")}),
        json!({"text": report()}),
        json!({"message": json!({"message": report()}).to_string()}),
        json!({"message": json!({"inner": {"type": "platform.report", "record": {}}}).to_string()}),
        json!([{"field": "copy", "value": report()}]),
    ] {
        assert_eq!(
            found_by(object.to_string().as_bytes(), 100, &[]),
            [],
            "{object}"
        );
    }
    for object in [
        json!({"message": report()}),
        json!({"message": format!("\n {}", report())}),
    ] {
        assert_eq!(
            found_by(object.to_string().as_bytes(), 100, &[]).len(),
            1,
            "{object}"
        );
    }
}

#[test]
fn a_message_that_is_an_object_is_one_record_of_the_row_around_it() {
    let report: Value = serde_json::from_str(
        r#"{"time":"2026-10-08T07:30:29.470Z","type":"platform.report","record":{"requestId":"5b3aa800-5ff2-4756-89f4-8b01418f8b79","metrics":{"durationMs":1.5},"copy":{"type":"platform.report"}}}"#,
    )
    .expect("JSON");
    let row = |message: &Value| {
        json!({"@timestamp": "2024-03-04 17:22:38.033", "@message": message, "@logStream": STREAM,
               "@log": format!("123456789012:{GROUP}")})
    };
    let rows = json!([
        row(&report),
        row(&json!({"level": "INFO", "inner": report, "message": self::report()})),
        row(&report)
    ]);
    for text in [format!("{rows}"), format!("{rows:#}")] {
        assert_eq!(detect(text.as_bytes()), Format::Container, "{text}");
        let all = found_by(text.as_bytes(), 60, &[100, 700]);
        assert_eq!(all.len(), 2, "{text}");
        for (_, time_ms, group, stream) in all {
            assert_eq!(time_ms, Some(1_709_572_958_033), "{text}");
            assert_eq!(
                (group.as_deref(), stream.as_deref()),
                (Some(GROUP), Some(STREAM)),
                "{text}"
            );
        }
    }
}

#[test]
fn an_export_whose_first_rows_have_no_message_is_one_of_insights_all_the_same() {
    let quoted = json!({"@timestamp": "2024-03-04 17:22:38.033", "text": report()});
    let row =
        |message: Value| json!({"@timestamp": "2024-03-04 17:22:38.033", "@message": message});
    let of_its_own: Value =
        serde_json::from_str(r#"{"type":"platform.report","record":{"metrics":{"durationMs":1}}}"#)
            .expect("JSON");
    let rows = json!([
        quoted,
        row(of_its_own.clone()),
        row(json!({"message": report()})),
        row(of_its_own)
    ]);
    for text in [format!("{rows}"), format!("{rows:#}")] {
        for cuts in [&[][..], &[100, 400]] {
            assert_eq!(found_by(text.as_bytes(), 60, cuts).len(), 2, "{text}");
        }
    }
}

#[test]
fn each_batch_names_its_own_group() {
    let batch = |group: &str, stream: &str| {
        json!({"messageType": "DATA_MESSAGE", "logGroup": group, "logStream": stream,
               "logEvents": [{"id": "1", "timestamp": 1_709_572_958_033_i64, "message": report()}]})
        .to_string()
    };
    let both = batch("/aws/lambda/a", "x") + &batch("/aws/lambda/b", "y");
    let groups: Vec<_> = found_by(both.as_bytes(), 50, &[])
        .into_iter()
        .map(|e| (e.2, e.3))
        .collect();
    let named = |group: &str, stream: &str| (Some(group.to_owned()), Some(stream.to_owned()));
    assert_eq!(
        groups,
        [named("/aws/lambda/a", "x"), named("/aws/lambda/b", "y")]
    );
}

#[test]
fn quotes_that_nothing_closes_end_with_what_a_message_may_hold() {
    let text = format!(
        "{{\"events\":[{{\"message\":\"{}",
        "REPORT RequestId: \\\"".repeat(5000)
    );
    assert_eq!(found_by(text.as_bytes(), 1000, &[]), []);
    let after = format!("{text}\"}},{}]", json!({"message": report()}));
    assert_eq!(found_by(after.as_bytes(), 1000, &[]).len(), 1);
}

#[test]
fn a_row_of_insights_without_a_message_counts_by_its_figures() {
    let row = |id: Option<&'static str>, init: Option<&'static str>| {
        let mut fields = vec![
            ("@timestamp", "2024-03-04 17:22:38.033"),
            ("@duration", "8.4"),
            ("@billedDuration", "29.0"),
            ("@memorySize", "1.28E8"),
            ("@maxMemoryUsed", "6.6E7"),
            ("@log", "123456789012:/aws/lambda/fn"),
            ("@logStream", STREAM),
        ];
        fields.extend(id.map(|id| ("@requestId", id)));
        fields.extend(init.map(|init| ("@initDuration", init)));
        fields
    };
    // An id is not always asked for; a START has no duration.
    let start = vec![
        ("@timestamp", "2024-03-04 17:22:38.033"),
        ("@requestId", ID),
    ];
    let rows = [
        row(Some(ID), Some("20.5")),
        start,
        row(None, None),
        row(Some("no id"), None),
    ];
    let of_the_console = |row: &Vec<(&str, &str)>| -> Value {
        row.iter()
            .map(|(name, value)| (*name, json!(value)))
            .collect()
    };
    let in_numbers = |row: &Vec<(&str, &str)>| -> Value {
        let number = |text: &str| text.parse().map_or(json!(text), |n: f64| json!(n));
        row.iter()
            .map(|(name, value)| (*name, number(value)))
            .collect()
    };
    let of_the_cli = |row: &Vec<(&str, &str)>| -> Value {
        row.iter()
            .map(|(name, value)| json!({"field": name, "value": value}))
            .collect()
    };
    for all in [
        rows.iter().map(of_the_console).collect::<Value>(),
        rows.iter().map(in_numbers).collect(),
        json!({"results": rows.iter().map(of_the_cli).collect::<Value>(), "status": "Complete"}),
    ] {
        for text in [format!("{all}"), format!("{all:#}")] {
            assert_eq!(detect(text.as_bytes()), Format::Container, "{text}");
            let found = found_by(text.as_bytes(), 60, &[100, 700]);
            let invoke = |id: Option<&str>, init_us| {
                What::Invoke(Invoke {
                    request_id: id.and_then(|id| RequestId::parse(id.as_bytes())),
                    handler_us: 8400,
                    billed_us: Some(29_000),
                    memory_mb: Some(128),
                    max_memory_mb: Some(66),
                    init_us,
                    restore_us: None,
                    outcome: Outcome::Done,
                })
            };
            let around = (
                Some(1_709_572_958_033),
                Some(GROUP.to_owned()),
                Some(STREAM.to_owned()),
            );
            let (time_ms, group, stream) = around;
            let expected = [invoke(Some(ID), Some(20_500)), invoke(None, None)]
                .map(|what| (what, time_ms, group.clone(), stream.clone()));
            assert_eq!(found, expected, "{text}");
        }
    }
    // With a message that is what counts.
    let both = json!([{"@duration": "8.4", "@billedDuration": "9", "@message": report()}]);
    assert_eq!(found_by(both.to_string().as_bytes(), 60, &[]).len(), 1);
}
