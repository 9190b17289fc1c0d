//! Whatever the bytes, reading them does not panic, and every figure read is finite and not negative.
#![no_main]

use libfuzzer_sys::fuzz_target;
use report::{Line, parse_line, parse_tail};

#[path = "../../src/report/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the room as it is, of which this target uses a part"
)]
mod report;

fuzz_target!(|bytes: &[u8]| {
    if let Some(line) = parse_line(bytes) {
        check(&line);
    }
    let any = parse_tail(bytes, None);
    let Some(report) = any.report else { return };
    check(&Line::Report(report.clone()));
    // Asked for by its own id, a report of that id is found.
    if let Some(id) = report.request_id.as_deref() {
        let found = parse_tail(bytes, Some(id))
            .report
            .expect("a report of that id");
        assert_eq!(found.request_id.as_deref(), Some(id));
    }
});

fn check(line: &Line) {
    let figures = match line {
        Line::Report(r) => vec![
            r.duration_ms,
            r.billed_ms,
            r.init_ms,
            r.restore_ms,
            r.billed_restore_ms,
        ],
        Line::InitReport(r) => vec![r.init_ms],
        Line::RestoreReport(r) => vec![r.restore_ms],
        Line::TimedOut { after_s, .. } => vec![Some(*after_s)],
        _ => vec![],
    };
    for figure in figures.into_iter().flatten() {
        assert!(figure.is_finite() && figure >= 0.0, "{figure} in {line:?}");
    }
}
