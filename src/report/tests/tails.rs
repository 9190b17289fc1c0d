//! Tails as they come: what is ours, what only looks like it.

use crate::report::{TAIL_BYTES, Tail, parse_tail};

const OURS: &str = "c24e087f-5c05-4e92-a1a8-e54f2d6cd925";
const OTHER: &str = "00000000-5c05-4e92-a1a8-e54f2d6cd925";

fn report(id: &str, ms: &str) -> String {
    format!(
        "REPORT RequestId: {id}\tDuration: {ms} ms\tBilled Duration: 17 ms\tMemory Size: 128 MB\tMax Memory Used: 65 MB\t"
    )
}

fn tail(text: &str) -> Tail {
    parse_tail(text.as_bytes(), Some(OURS))
}

fn duration(text: &str) -> Option<f64> {
    tail(text).report.and_then(|r| r.duration_ms)
}

#[test]
fn a_complete_cold_tail_gives_its_report() {
    let found = tail(&format!(
        "START RequestId: {OURS} Version: $LATEST\nhello\nEND RequestId: {OURS}\n{}Init Duration: 133.86 ms\t\n",
        report(OURS, "16.00")
    ));
    let report = found.report.expect("a report");
    assert_eq!(report.duration_ms, Some(16.0));
    assert_eq!(report.init_ms, Some(133.86));
    assert!(!found.timed_out && !found.crashed && !found.truncated_start);
    assert_eq!(found.init_report, None);
}

#[test]
fn a_report_of_another_request_is_not_ours() {
    assert_eq!(duration(&format!("{}\n", report(OTHER, "1.00"))), None);
    assert_eq!(
        duration(&format!(
            "{}\n{}\n{}\n",
            report(OTHER, "1.00"),
            report(OURS, "2.00"),
            report(OTHER, "3.00")
        )),
        Some(2.0)
    );
}

#[test]
fn without_a_request_id_the_last_invoke_counts() {
    let text = format!("{}\n{}\n", report(OTHER, "1.00"), report(OURS, "2.00"));
    let found = parse_tail(text.as_bytes(), None);
    assert_eq!(found.report.and_then(|r| r.duration_ms), Some(2.0));
}

#[test]
fn output_that_looks_like_our_report_is_not_taken_for_it() {
    let (decoy, real) = (report(OURS, "1.00"), report(OURS, "2.00"));
    for text in [
        format!("{decoy}\nEND RequestId: {OURS}\n{real}\n"),
        format!("{decoy}\n{real}\n"),
        // An extension that relays the report writes after it.
        format!("END RequestId: {OURS}\n{real}\n{decoy}\n"),
        format!("END RequestId: {OURS}\nrelay: {decoy}\n{real}\n"),
        format!("{decoy}\nEND RequestId: {OURS}\nan extension says {real}\n"),
        format!("END RequestId: {OURS}\n{{\"message\":\"{decoy}\"}}\n{real}\n"),
    ] {
        assert_eq!(duration(&text), Some(2.0), "{text}");
    }
}

#[test]
fn a_report_inside_an_applications_json_is_not_a_report() {
    assert_eq!(
        duration(&format!("{{\"message\":\"{}\"}}\n", report(OURS, "1.00"))),
        None
    );
    let relayed = format!(
        r#"{{"relayed":{{"type":"platform.report","record":{{"requestId":"{OURS}","metrics":{{"durationMs":9}}}}}}}}"#
    );
    assert_eq!(duration(&relayed), None);
}

#[test]
fn an_unterminated_print_does_not_hide_the_report() {
    for print in [
        "no newline",
        "{\"an\": \"object\"}",
        "x=REPORT ",
        "\u{1f980}",
        "INIT_",
    ] {
        let text = format!("{print}{}\n", report(OURS, "2.00"));
        assert_eq!(duration(&text), Some(2.0), "{print}");
        let text = format!("{print}END RequestId: {OURS}\n{}\n", report(OURS, "2.00"));
        assert_eq!(duration(&text), Some(2.0), "{print}");
    }
    let json = format!(
        r#"{{'a': {{'b': 1}}}}{{"type":"platform.report","record":{{"requestId":"{OURS}","metrics":{{"durationMs":2}}}}}}"#
    );
    assert_eq!(duration(&json), Some(2.0));
}

#[test]
fn output_after_a_complete_report_adds_nothing_to_it() {
    let found = tail(&format!(
        "{}\nInit Duration: 5.00 ms\n",
        report(OURS, "2.00")
    ));
    assert_eq!(found.report.and_then(|r| r.init_ms), None);
    let xray = tail(&format!(
        "{}\nXRAY TraceId: 1-6a\tInit Duration: 5.00 ms\n",
        report(OURS, "2.00")
    ));
    assert_eq!(xray.report.and_then(|r| r.init_ms), None);
}

#[test]
fn output_after_an_incomplete_report_adds_nothing_to_it() {
    let incomplete = format!("REPORT RequestId: {OURS}\tDuration: 2.00 ms\t\n");
    let found = tail(&format!("{incomplete}my words\tInit Duration: 5.00 ms\n"));
    assert_eq!(found.report.and_then(|r| r.init_ms), None);
}

#[test]
fn the_next_record_ends_a_report_wherever_it_begins() {
    for next in [
        format!("RequestId: {OTHER}\tInit Duration: 5.00 ms\n"),
        format!("REPORT RequestId: {OTHER}\tInit Duration: 5.00 ms\n"),
        "INIT_REPORT Status: error\tInit Duration: 5.00 ms\n".to_owned(),
    ] {
        let found = tail(&format!("{}{next}", report(OURS, "2.00")));
        assert_eq!(found.report.and_then(|r| r.init_ms), None, "{next}");
    }
}

#[test]
fn a_report_wrapped_by_a_paste_is_read_to_its_end() {
    let found = tail(&report(OURS, "2.00").replace("\tMax Memory", "\n   Max\n Memory"));
    assert_eq!(found.report.and_then(|r| r.max_memory_mb), Some(65));
}

#[test]
fn a_tail_cut_at_its_start_keeps_its_report() {
    let text = format!(
        "RequestId: {OTHER}\tDuration: 9.00 ms\nEND RequestId: {OURS}\n{}\n",
        report(OURS, "2.00")
    );
    for cut in 0..48 {
        let found = parse_tail(&text.as_bytes()[cut..], Some(OURS));
        assert_eq!(
            found.report.and_then(|r| r.duration_ms),
            Some(2.0),
            "cut at {cut}"
        );
    }
}

#[test]
fn a_tail_as_long_as_a_tail_can_be_is_said_to_be_cut() {
    let line = format!("\n{}\n", report(OURS, "2.00"));
    let padded = |n: usize| format!("{}{line}", "x".repeat(n - line.len()));
    assert!(!tail(&padded(TAIL_BYTES - 1)).truncated_start);
    assert!(tail(&padded(TAIL_BYTES)).truncated_start);
}

#[test]
fn output_that_is_not_utf_8_is_stepped_over() {
    let mut bytes = b"\xff\xfe\x00{\x80\n".to_vec();
    bytes.extend_from_slice(report(OURS, "2.00").as_bytes());
    let found = parse_tail(&bytes, Some(OURS));
    assert_eq!(found.report.and_then(|r| r.duration_ms), Some(2.0));
}

#[test]
fn the_last_init_report_is_the_one_that_counts() {
    let found = tail(&format!(
        "INIT_REPORT Init Duration: 9999.79 ms\tPhase: init\tStatus: timeout\n\
         START RequestId: {OURS} Version: $LATEST\n\
         INIT_REPORT Init Duration: 154.03 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError\n\
         END RequestId: {OURS}\n{}\n",
        report(OURS, "16.00")
    ));
    let init = found.init_report.expect("an init report");
    assert_eq!(init.phase.as_deref(), Some("invoke"));
    assert_eq!(init.status.as_deref(), Some("error"));
    assert_eq!(init.error_type.as_deref(), Some("Runtime.ExitError"));
    assert_eq!(init.init_ms, Some(154.03));
    assert_eq!(found.report.and_then(|r| r.init_ms), None);
}

#[test]
fn the_last_init_report_counts_whichever_form_it_has() {
    let json = r#"{"type":"platform.initReport","record":{"metrics":{"durationMs":1}}}"#;
    let text = "INIT_REPORT Init Duration: 2.00 ms\tPhase: init\tStatus: error";
    let last = |log: String| tail(&log).init_report.and_then(|i| i.init_ms);
    assert_eq!(last(format!("{json}\n{text}\n")), Some(2.0));
    assert_eq!(last(format!("{text}\n{json}\n")), Some(1.0));
}

#[test]
fn json_records_are_found_among_application_output() {
    let found = tail(&format!(
        r#"plain text
{{"level":"INFO","record":{{"type":"platform.report","metrics":{{"durationMs":9}}}},"type":"app"}}
{{"time":"t","type":"platform.initReport","record":{{"phase":"init","status":"success","metrics":{{"durationMs":173.778}}}}}}
{{"record":{{"metrics":{{"initDurationMs":174.055,"durationMs":11.2}},"status":"success","requestId":"{OURS}"}},"type":"platform.report","time":"2024-05-20T16:29:45.019123Z"}}
{{"type":"platform.report","record":{{"requestId":"{OTHER}","metrics":{{"durationMs":9}}}}}}
"#
    ));
    let report = found.report.expect("a report");
    assert_eq!(report.duration_ms, Some(11.2));
    assert_eq!(report.init_ms, Some(174.055));
    assert_eq!(
        found.init_report.and_then(|i| i.status).as_deref(),
        Some("success")
    );
}

#[test]
fn a_json_report_without_an_id_counts_only_if_there_is_no_other() {
    let anonymous = r#"{"type":"platform.report","record":{"metrics":{"durationMs":9}}}"#;
    assert_eq!(duration(anonymous), Some(9.0));
    let named = report(OURS, "2.00");
    assert_eq!(duration(&format!("{named}\n{anonymous}\n")), Some(2.0));
    assert_eq!(duration(&format!("{anonymous}\n{named}\n")), Some(2.0));
}

#[test]
fn a_timeout_is_seen_in_either_style() {
    let line = |id| format!("2024-03-04T17:22:38.033Z {id} Task timed out after 3.00 seconds\n");
    assert!(tail(&format!("{}{}\n", line(OURS), report(OURS, "3000.00"))).timed_out);
    assert!(tail(&format!("{}Status: timeout\t\n", report(OURS, "3000.00"))).timed_out);
    let done = r#"{"type":"platform.runtimeDone","record":{"status":"timeout","requestId":"ID"}}"#;
    assert!(tail(&done.replace("ID", OURS)).timed_out);

    assert!(!tail(&line(OTHER)).timed_out);
    assert!(!tail("Task timed out after 3.00 seconds\n").timed_out);
    assert!(!tail(&done.replace("ID", OTHER)).timed_out);
}

#[test]
fn a_crash_is_seen_in_either_style() {
    let line = |id| {
        format!(
            "RequestId: {id} Error: Runtime exited without providing a reason\nRuntime.ExitError\n"
        )
    };
    assert!(tail(&line(OURS)).crashed);
    assert!(
        tail(&format!(
            "{}Status: error\tError Type: Runtime.ExitError\n",
            report(OURS, "3.00")
        ))
        .crashed
    );
    let done = r#"{"type":"platform.runtimeDone","record":{"status":"error","requestId":"ID"}}"#;
    assert!(tail(&done.replace("ID", OURS)).crashed);

    assert!(!tail(&line(OTHER)).crashed);
    assert!(!tail(&format!("[ERROR] RequestId: {OURS} Error: my own\n")).crashed);
}
