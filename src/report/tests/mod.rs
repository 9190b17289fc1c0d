//! Real lines, tails with traps in them, and properties of generated and arbitrary input.

mod properties;
mod tails;

use super::*;

/// Every field that is there, in the fixture's short form.
fn short(line: &Line) -> String {
    let mut out = String::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            out.extend([" ", name, "=", &value]);
        }
    };
    let number = |n: Option<f64>| n.map(|n| n.to_string());
    let kind = match line.clone() {
        Line::Report(r) => {
            add("id", r.request_id);
            add("duration", number(r.duration_ms));
            add("billed", number(r.billed_ms));
            add("memory", r.memory_mb.map(|n| n.to_string()));
            add("max", r.max_memory_mb.map(|n| n.to_string()));
            add("init", number(r.init_ms));
            add("restore", number(r.restore_ms));
            add("billed_restore", number(r.billed_restore_ms));
            add("status", r.status);
            add("error", r.error_type);
            "report"
        }
        Line::InitReport(r) => {
            add("init", number(r.init_ms));
            add("phase", r.phase);
            add("status", r.status);
            add("error", r.error_type);
            "init-report"
        }
        Line::RestoreReport(r) => {
            add("restore", number(r.restore_ms));
            add("status", r.status);
            add("error", r.error_type);
            "restore-report"
        }
        Line::InitStart { runtime_version } => {
            add("runtime", runtime_version);
            "init-start"
        }
        Line::RestoreStart { runtime_version } => {
            add("runtime", runtime_version);
            "restore-start"
        }
        Line::Start {
            request_id,
            version,
        } => {
            add("id", request_id);
            add("version", version);
            "start"
        }
        Line::End { request_id, status } => {
            add("id", request_id);
            add("status", status);
            "end"
        }
        Line::TimedOut {
            request_id,
            after_s,
        } => {
            add("id", Some(request_id));
            add("after", number(Some(after_s)));
            "timed-out"
        }
        Line::Exited { request_id } => {
            add("id", Some(request_id));
            "exited"
        }
        Line::InitRuntimeDone => "init-runtime-done",
        Line::RestoreRuntimeDone => "restore-runtime-done",
        Line::Extension => "extension",
        Line::Telemetry => "telemetry",
        Line::Logs => "logs",
        Line::Xray => "xray",
    };
    format!("{kind}{out}")
}

fn read(line: &str) -> Option<String> {
    parse_line(line.as_bytes()).as_ref().map(short)
}

/// The fixture's rows: the line, what it is, what must be read.
fn samples() -> Vec<(String, &'static str, &'static str)> {
    include_str!("../../../fixtures/report-lines.tsv")
        .lines()
        .skip(2)
        .map(|row| {
            let mut columns = row.split('\t');
            let mut column = || columns.next().expect("three columns");
            let line = column().replace("\\t", "\t").replace("\\n", "\n");
            (line, column(), column())
        })
        .collect()
}

#[test]
fn every_real_line_is_read_right() {
    let samples = samples();
    assert!(samples.len() >= 45, "the fixture holds {}", samples.len());
    for (line, what, expected) in samples {
        let Some(expected_report) = expected.strip_prefix("tail ") else {
            assert_eq!(read(&line).as_deref(), Some(expected), "{what}: {line}");
            continue;
        };
        let report = parse_tail(line.as_bytes(), None).report.map(Line::Report);
        assert_eq!(
            report.as_ref().map(short).as_deref(),
            Some(expected_report),
            "{what}"
        );
    }
}

#[test]
fn every_real_report_is_found_in_a_tail_too() {
    for (line, what, expected) in samples() {
        let Some(at) = expected.find("report id=") else {
            continue;
        };
        let report = parse_tail(line.as_bytes(), None).report.map(Line::Report);
        assert_eq!(
            report.as_ref().map(short).as_deref(),
            Some(&expected[at..]),
            "{what}"
        );
    }
}

#[test]
fn the_other_records_are_recognised() {
    for (line, expected) in [
        (
            "START RequestId: 6f0b Version: $LATEST\n",
            "start id=6f0b version=$LATEST",
        ),
        ("END RequestId: 6f0b\n", "end id=6f0b"),
        (
            "TELEMETRY\tName: agent\tState: Subscribed\tTypes: [Platform]",
            "telemetry",
        ),
        (
            "XRAY TraceId: 1-6a\tSegmentId: d0\tSampled: true\t\n",
            "xray",
        ),
        (
            r#"{"type":"platform.start","record":{"requestId":"a","version":"3"}}"#,
            "start id=a version=3",
        ),
        (
            r#"{"type":"platform.initRuntimeDone","record":{"status":"success"}}"#,
            "init-runtime-done",
        ),
        (
            r#"{"type":"platform.restoreRuntimeDone","record":{}}"#,
            "restore-runtime-done",
        ),
        (
            r#"{"type":"platform.extension","record":{"name":"a","events":[]}}"#,
            "extension",
        ),
        (
            r#"{"type":"platform.telemetrySubscription","record":{}}"#,
            "telemetry",
        ),
        (
            r#"{"type":"platform.logsDropped","record":{"droppedBytes":1}}"#,
            "logs",
        ),
    ] {
        assert_eq!(read(line).as_deref(), Some(expected), "{line}");
    }
}

#[test]
fn anything_else_is_stepped_over() {
    for line in [
        "",
        "   ",
        "hello",
        "REPORT",
        "REPORT of the day: Duration: 3 ms",
        "REPORTRequestId: a Duration: 3.00 ms ",
        "ation: 592.21 ms\tBilled Duration: 593 ms\tMemory Size: 128 MB",
        "START your engines",
        "END",
        "LOGS are here",
        "Task timed out after 3.00 seconds",
        "job-7 Task timed out after 3.00 seconds",
        "RequestId: a Error: Runtime is odd",
        "{",
        "{}",
        "[1,2]",
        r#"{"type":5}"#,
        r#"{"type":"order.report","record":{}}"#,
        r#"{"type":"platform.unheardOf","record":{}}"#,
        r#"{"type":"platform.report","record":"text"}"#,
        r#"{"level":"INFO","message":"platform.report"}"#,
        r#"{"type":"platform.report","record":{"requestId":"a"#,
    ] {
        assert_eq!(read(line), None, "{line}");
    }
    assert_eq!(parse_line(&[0xff, 0xfe, 0x00, b'{']), None);
}

#[test]
fn a_figure_without_its_unit_is_no_figure() {
    for cut in [
        "Duration:",
        "Duration: 12.3",
        "Duration: 12.34 m",
        "Duration: 12.34 msec",
        "Memory Size: 128 MBit",
        "Duration: 12. ms",
        "Duration: .5 ms",
    ] {
        let line = format!("REPORT RequestId: a\tBilled Duration: 13 ms\t{cut}");
        assert_eq!(
            read(&line).as_deref(),
            Some("report id=a billed=13"),
            "{cut}"
        );
    }
}

#[test]
fn what_is_not_a_plain_number_is_absent() {
    for value in [
        "-1",
        "1e3",
        "NaN",
        "inf",
        "1,234.5",
        "1_0",
        "0x10",
        "+3",
        "",
        &"9".repeat(400),
    ] {
        let line = format!("REPORT RequestId: a\tDuration: {value} ms\tBilled Duration: 13 ms\t");
        assert_eq!(
            read(&line).as_deref(),
            Some("report id=a billed=13"),
            "{value}"
        );
        let memory =
            format!("REPORT RequestId: a\tMemory Size: {value} MB\tBilled Duration: 13 ms\t");
        assert_eq!(
            read(&memory).as_deref(),
            Some("report id=a billed=13"),
            "{value}"
        );
    }
}

#[test]
fn a_strange_json_value_costs_only_its_own_field() {
    for value in ["-1", "-0.5", "\"12\"", "null", "true", "[1]", "{\"a\":1}"] {
        let line = format!(
            r#"{{"type":"platform.report","record":{{"metrics":{{"durationMs":{value},"billedDurationMs":13}},"requestId":"a"}}}}"#
        );
        assert_eq!(
            read(&line).as_deref(),
            Some("report id=a billed=13"),
            "{value}"
        );
    }
    let line = r#"{"type":"platform.report","record":{"requestId":7,"metrics":{"memorySizeMB":128.5,"maxMemoryUsedMB":1e300,"durationMs":1}}}"#;
    assert_eq!(read(line).as_deref(), Some("report duration=1"));
}

#[test]
fn a_field_that_we_do_not_know_is_not_taken_for_one_that_we_do() {
    assert_eq!(
        read("REPORT RequestId: a\tSnap Duration: 7.00 ms\tDuration: 5.00 ms\tPeak Init Duration: 8 ms\tStatus: error\t").as_deref(),
        Some("report id=a duration=5 status=error")
    );
    // Between single spaces nobody knows where its value ends: what follows is absent rather than wrong.
    assert_eq!(
        read("REPORT RequestId: a Duration: 5.00 ms Snap Duration: 7.00 ms Billed Duration: 5 ms")
            .as_deref(),
        Some("report id=a duration=5")
    );
}

#[test]
fn a_cut_request_id_or_status_is_absent() {
    assert_eq!(
        read("REPORT RequestId: 71411120-0dd1").as_deref(),
        Some("report")
    );
    assert_eq!(
        read("REPORT RequestId: a\tDuration: 5.00 ms\tStatus: timeo").as_deref(),
        Some("report id=a duration=5")
    );
    assert_eq!(
        read("END RequestId: c24e087f-5c05-4e92-a1a8-e54f2d6cd925").as_deref(),
        Some("end id=c24e087f-5c05-4e92-a1a8-e54f2d6cd925")
    );
}
