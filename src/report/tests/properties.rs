//! What must hold of every input: no panic, no wrong figure, nothing lost in writing a report and reading it.

use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::report::{Line, Report, parse_line, parse_tail};

/// Whole hundredths, which is what Lambda prints.
fn ms() -> impl Strategy<Value = f64> {
    (0u32..90_000_000).prop_map(|n| f64::from(n) / 100.0)
}

fn reports() -> impl Strategy<Value = Report> {
    let words = (
        option::of("timeout|error|success|failure"),
        option::of("[A-Z][a-zA-Z.]{1,20}"),
    );
    let figures = (option::of(ms()), ms(), ms(), 128u64..10_241, 1u64..10_241);
    let restore = option::of((ms(), ms()));
    (
        "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        figures,
        restore,
        words,
    )
        .prop_map(
            |(
                id,
                (init_ms, duration, billed, memory, max_memory),
                restore,
                (status, error_type),
            )| Report {
                request_id: Some(id),
                duration_ms: Some(duration),
                billed_ms: Some(billed),
                memory_mb: Some(memory),
                max_memory_mb: Some(max_memory),
                init_ms,
                restore_ms: restore.map(|r| r.0),
                billed_restore_ms: restore.map(|r| r.1),
                status,
                error_type,
            },
        )
}

/// The fields of a report as text, without the request id, which is always first.
fn text_fields(report: &Report) -> Vec<String> {
    let ms = |label: &str, n: Option<f64>| n.map(|n| format!("{label}: {n:.2} ms"));
    let mb = |label: &str, n: Option<u64>| n.map(|n| format!("{label}: {n} MB"));
    let word = |label: &str, w: &Option<String>| w.as_ref().map(|w| format!("{label}: {w}"));
    [
        ms("Duration", report.duration_ms),
        ms("Billed Duration", report.billed_ms),
        mb("Memory Size", report.memory_mb),
        mb("Max Memory Used", report.max_memory_mb),
        ms("Init Duration", report.init_ms),
        ms("Restore Duration", report.restore_ms),
        ms("Billed Restore Duration", report.billed_restore_ms),
        word("Status", &report.status),
        word("Error Type", &report.error_type),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn separators() -> impl Strategy<Value = String> {
    prop_oneof![
        "\t",
        " ",
        " \t",
        "\t ",
        "  ",
        " {2,6}",
        "\t\t",
        "\n",
        "\t\n {0,7}"
    ]
}

/// A report, and a text of it with its fields in any order between any separators.
fn texts() -> impl Strategy<Value = (Report, String)> {
    reports()
        .prop_flat_map(|report| {
            let fields = Just(text_fields(&report)).prop_shuffle();
            let separators = prop::collection::vec(separators(), 11);
            (Just(report), fields, separators, "|\t|\t\n|\n")
        })
        .prop_map(|(report, fields, separators, end)| {
            let id = report.request_id.as_deref().unwrap_or_default();
            let mut text = format!("REPORT RequestId: {id}");
            for (field, separator) in fields.iter().zip(&separators) {
                text.push_str(separator);
                text.push_str(field);
            }
            (report, text + &end)
        })
}

/// An object with its keys in any order.
fn object(keys: Vec<(&str, String)>) -> impl Strategy<Value = String> {
    let keys: Vec<String> = keys
        .into_iter()
        .map(|(k, v)| format!("\"{k}\":{v}"))
        .collect();
    Just(keys)
        .prop_shuffle()
        .prop_map(|keys| format!("{{{}}}", keys.join(",")))
}

/// A report, and its `platform.report` with keys in any order.
fn jsons() -> impl Strategy<Value = (Report, String)> {
    reports().prop_flat_map(|report| {
        let quoted = |word: &Option<String>| word.as_ref().map(|w| format!("\"{w}\""));
        let number = |n: Option<f64>| n.map(|n| n.to_string());
        let whole = |n: Option<u64>| n.map(|n| n.to_string());
        let present = |keys: Vec<(&'static str, Option<String>)>| -> Vec<(&'static str, String)> {
            keys.into_iter()
                .filter_map(|(k, v)| Some((k, v?)))
                .collect()
        };
        let metrics = present(vec![
            ("durationMs", number(report.duration_ms)),
            ("billedDurationMs", number(report.billed_ms)),
            ("memorySizeMB", whole(report.memory_mb)),
            ("maxMemoryUsedMB", whole(report.max_memory_mb)),
            ("initDurationMs", number(report.init_ms)),
            ("restoreDurationMs", number(report.restore_ms)),
            ("billedRestoreDurationMs", number(report.billed_restore_ms)),
        ]);
        let record = present(vec![
            ("requestId", quoted(&report.request_id)),
            ("status", quoted(&report.status)),
            ("errorType", quoted(&report.error_type)),
            (
                "spans",
                Some(r#"[{"name":"responseLatency","durationMs":2.215}]"#.to_owned()),
            ),
        ]);
        let json = object(metrics)
            .prop_flat_map(move |metrics| {
                let mut record = record.clone();
                record.push(("metrics", metrics));
                object(record)
            })
            .prop_flat_map(|record| {
                object(vec![
                    ("time", "\"2025-11-30T22:35:51.565857Z\"".to_owned()),
                    ("type", "\"platform.report\"".to_owned()),
                    ("record", record),
                ])
            });
        (Just(report), json)
    })
}

/// Every figure is either the whole report's or absent.
fn right_or_absent(part: &Report, whole: &Report) -> Result<(), TestCaseError> {
    for (name, part, whole) in [
        ("duration", part.duration_ms, whole.duration_ms),
        ("billed", part.billed_ms, whole.billed_ms),
        ("init", part.init_ms, whole.init_ms),
        ("restore", part.restore_ms, whole.restore_ms),
        (
            "billed restore",
            part.billed_restore_ms,
            whole.billed_restore_ms,
        ),
        (
            "memory",
            part.memory_mb.map(|n| n as f64),
            whole.memory_mb.map(|n| n as f64),
        ),
        (
            "max",
            part.max_memory_mb.map(|n| n as f64),
            whole.max_memory_mb.map(|n| n as f64),
        ),
    ] {
        prop_assert!(
            part.is_none() || part == whole,
            "{name}: {part:?} of {whole:?}"
        );
    }
    prop_assert!(part.request_id.is_none() || part.request_id == whole.request_id);
    prop_assert!(part.status.is_none() || part.status == whole.status);
    Ok(())
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = parse_line(&bytes);
        let _ = parse_tail(&bytes, Some("a"));
    }

    #[test]
    fn a_soup_of_what_records_are_made_of_never_panics(
        pieces in prop::collection::vec(prop_oneof![
            "REPORT|END|START|INIT_REPORT|_REPORT|RESTORE_|RequestId:|Duration:|Billed|Init|Max Memory Used:",
            "ms|MB|\t|\n| |12|12\\.3|-|\\{|\\}|\"|Task timed out after | seconds|Error: Runtime exited",
            "\\{\"type\":\"platform\\.report\",|\"record\":|\"metrics\":\\{|\"durationMs\":|platform\\.|[a-f0-9-]{36}",
        ], 0..40)
    ) {
        let soup = pieces.concat();
        let _ = parse_line(soup.as_bytes());
        let _ = parse_tail(soup.as_bytes(), None);
        let _ = parse_tail(soup.as_bytes(), Some("a"));
    }

    #[test]
    fn a_text_report_reads_back_whatever_its_order_and_separators((report, text) in texts()) {
        prop_assert_eq!(parse_line(text.as_bytes()), Some(Line::Report(report)), "{}", text);
    }

    #[test]
    fn a_json_report_reads_back_whatever_its_key_order((report, json) in jsons()) {
        prop_assert_eq!(parse_line(json.as_bytes()), Some(Line::Report(report.clone())), "{}", json);
        let tail = format!("output\n{json}\n");
        let found = parse_tail(tail.as_bytes(), report.request_id.as_deref());
        prop_assert_eq!(found.report, Some(report));
    }

    #[test]
    fn a_text_report_cut_anywhere_is_right_or_absent((report, text) in texts()) {
        for cut in 0..text.len() {
            let part = &text.as_bytes()[..cut];
            if let Some(Line::Report(part)) = parse_line(part) {
                right_or_absent(&part, &report)?;
            }
            if let Some(part) = parse_tail(part, report.request_id.as_deref()).report {
                right_or_absent(&part, &report)?;
            }
        }
    }

    #[test]
    fn a_json_report_cut_anywhere_is_absent((report, json) in jsons()) {
        for cut in 0..json.len() {
            prop_assert_eq!(parse_line(&json.as_bytes()[..cut]), None);
            let tail = parse_tail(&json.as_bytes()[..cut], report.request_id.as_deref());
            prop_assert_eq!(tail.report, None);
        }
    }

    #[test]
    fn a_report_is_found_after_any_output(
        output in prop::collection::vec(any::<u8>(), 0..300),
        newline in any::<bool>(),
        ms in ms(),
    ) {
        let id = "c24e087f-5c05-4e92-a1a8-e54f2d6cd925";
        let mut tail = output;
        if newline {
            tail.push(b'\n');
        }
        tail.extend_from_slice(format!("END RequestId: {id}\nREPORT RequestId: {id}\tDuration: {ms:.2} ms\tBilled Duration: 9 ms\t\n").as_bytes());
        let found = parse_tail(&tail, Some(id));
        prop_assert_eq!(found.report.and_then(|r| r.duration_ms), Some(ms));
    }
}
