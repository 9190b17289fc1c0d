//! Logs made for tests, with what they hold.

use proptest::prelude::*;
use proptest::{collection, option};

use crate::report::scan::{Invoke, Outcome, RequestId, What};

/// One line or more, and the record in it.
#[derive(Debug, Clone)]
pub struct Part {
    pub bytes: Vec<u8>,
    pub what: Option<What>,
}

pub fn invokes() -> impl Strategy<Value = Invoke> {
    let cold = prop_oneof![4 => Just(0), 1 => Just(1), 1 => Just(2)];
    let outcome = prop_oneof![
        6 => Just(Outcome::Done), 1 => Just(Outcome::Timeout),
        1 => Just(Outcome::Error), 1 => Just(Outcome::OutOfMemory)
    ];
    let figures = (
        0u64..90_000_000,
        1u64..900_000,
        128u32..10_241,
        1u32..10_241,
    );
    (any::<u128>(), figures, cold, 1u64..20_000_000, outcome).prop_map(
        |(id, (handler, billed, memory, max_memory), cold, init, outcome)| Invoke {
            request_id: Some(RequestId::from(id)),
            handler_us: handler * 10,
            billed_us: Some(billed * 1000),
            memory_mb: Some(memory),
            max_memory_mb: Some(max_memory),
            init_us: (cold == 1).then_some(init * 10),
            restore_us: (cold == 2).then_some(init * 10),
            outcome,
        },
    )
}

fn ms(us: u64) -> String {
    format!("{}.{:02}", us / 1000, us % 1000 / 10)
}

pub fn text(invoke: &Invoke, tab: &str) -> String {
    let figure = |label: &str, us: Option<u64>| {
        us.map(|us| format!("{label}: {} ms{tab}", ms(us)))
            .unwrap_or_default()
    };
    let end = match invoke.outcome {
        Outcome::Done => String::new(),
        Outcome::Timeout => format!("Status: timeout{tab}"),
        Outcome::Error => format!("Status: error{tab}Error Type: Runtime.ExitError{tab}"),
        Outcome::OutOfMemory => format!("Status: error{tab}Error Type: Runtime.OutOfMemory{tab}"),
    };
    format!(
        "REPORT RequestId: {}{tab}Duration: {} ms{tab}Billed Duration: {} ms{tab}Memory Size: {} MB{tab}\
         Max Memory Used: {} MB{tab}{}{}{end}",
        invoke.request_id.expect("an id"),
        ms(invoke.handler_us),
        invoke.billed_us.expect("billed") / 1000,
        invoke.memory_mb.expect("a size"),
        invoke.max_memory_mb.expect("a maximum"),
        figure("Init Duration", invoke.init_us),
        figure("Restore Duration", invoke.restore_us),
    )
}

/// `kind`: as the platform writes it, with the status first, with spaces, with fields that nobody knows.
pub fn json(invoke: &Invoke, kind: usize) -> String {
    let figure = |name: &str, us: Option<u64>| {
        us.map(|us| format!(",\"{name}\":{}", ms(us)))
            .unwrap_or_default()
    };
    let status = match invoke.outcome {
        Outcome::Done => "\"status\":\"success\"",
        Outcome::Timeout => "\"status\":\"timeout\"",
        Outcome::Error => "\"status\":\"error\",\"errorType\":\"Runtime.ExitError\"",
        Outcome::OutOfMemory => "\"status\":\"error\",\"errorType\":\"Runtime.OutOfMemory\"",
    };
    let metrics = format!(
        "\"metrics\":{{\"durationMs\":{},\"billedDurationMs\":{},\"memorySizeMB\":{},\"maxMemoryUsedMB\":{}{}{}}}",
        ms(invoke.handler_us),
        invoke.billed_us.expect("billed") / 1000,
        invoke.memory_mb.expect("a size"),
        invoke.max_memory_mb.expect("a maximum"),
        figure("initDurationMs", invoke.init_us),
        figure("restoreDurationMs", invoke.restore_us),
    );
    let id = invoke.request_id.expect("an id");
    let (first, second) = if kind == 1 {
        (status, &*metrics)
    } else {
        (&*metrics, status)
    };
    let more = match kind {
        3 => {
            ",\"spans\":[{\"name\":\"a \\\"type\\\":\\\"platform.report\\\"\",\"durationMs\":1.5}],\"new\":{\"type\":\"platform.report\"}"
        }
        _ => "",
    };
    let line = format!(
        "{{\"time\":\"2026-10-08T07:30:29.470Z\",\"type\":\"platform.report\",\"record\":{{\"requestId\":\"{id}\",{first},{second}{more}}}}}"
    );
    if kind == 2 {
        line.replace("\":", "\" : ").replace(",\"", ", \"")
    } else {
        line
    }
}

fn other_records() -> impl Strategy<Value = (String, Option<What>)> {
    (any::<u128>(), 0usize..7, 0u64..9_000_000).prop_map(|(id, kind, n)| {
        let id = RequestId::from(id);
        let init = |timed_out| Some(What::InitFailed { init_us: Some(n * 10), timed_out });
        let ms = ms(n * 10);
        match kind {
            0 => (
                format!("2024-03-04T17:22:38.033Z {id} Task timed out after {n}.00 seconds"),
                Some(What::Ended(id, Outcome::Timeout)),
            ),
            1 => (
                format!("RequestId: {id} Error: Runtime exited with error: exit status 1"),
                Some(What::Ended(id, Outcome::Error)),
            ),
            2 => (
                format!("RequestId: {id} Error: Runtime exited with error: signal: killed"),
                Some(What::Ended(id, Outcome::OutOfMemory)),
            ),
            3 => (
                format!("INIT_REPORT Init Duration: {ms} ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError"),
                init(false),
            ),
            4 => (format!("RESTORE_REPORT Restore Duration: {ms} ms Status: timeout"), init(true)),
            5 => (
                format!("{{\"time\":\"2024-06-17T17:48:06.348Z\",\"type\":\"platform.initReport\",\"record\":{{\"phase\":\"init\",\"status\":\"timeout\",\"metrics\":{{\"durationMs\":{ms}}}}}}}"),
                init(true),
            ),
            _ => (format!("INIT_REPORT Init Duration: {ms} ms\tPhase: init\tStatus: success"), None),
        }
    })
}

/// What applications write, some of it to fool a counter.
fn application() -> impl Strategy<Value = Vec<u8>> {
    let id = "5b3aa800-5ff2-4756-89f4-8b01418f8b79";
    let report = format!(
        "REPORT RequestId: {id}\tDuration: 3.00 ms\tBilled Duration: 3 ms\tMemory Size: 128 MB\tMax Memory Used: 3 MB\t"
    );
    let lines = [
        format!("my {report}"),
        format!("[INFO]\t2026-10-08T07:30:29.470Z\t{id}\t{report}"),
        format!("[INFO] {report}"),
        format!("x{report}"),
        format!("\"{report}\""),
        format!("{{\"level\":\"INFO\",\"message\":\"{report}\"}}"),
        format!(
            "{{\"level\":\"INFO\",\"inner\":{{\"type\":\"platform.report\",\"record\":{{\"requestId\":\"{id}\",\"metrics\":{{\"durationMs\":3}}}}}}}}"
        ),
        format!(
            "saw {{\"time\":\"2026-10-08T07:30:29.470Z\",\"type\":\"platform.report\",\"record\":{{\"requestId\":\"{id}\",\"metrics\":{{\"durationMs\":3}}}}}}"
        ),
        "REPORT RequestId: none\tDuration: 3.00 ms".to_owned(),
        "REPORT of the day: Duration: 3 ms".to_owned(),
        format!("I think that {id} Task timed out after 3.00 seconds"),
        format!("{id} Task timed out after 3.00 seconds"),
        format!("why? RequestId: {id} Error: Runtime exited with error: exit status 1"),
        format!("START RequestId: {id} Version: $LATEST"),
        format!("END RequestId: {id}"),
        "the INIT_REPORT Init Duration: 3.00 ms\tPhase: init\tStatus: error".to_owned(),
        String::new(),
    ];
    prop_oneof![
        4 => proptest::sample::select(lines.to_vec()).prop_map(String::into_bytes),
        // Anything but the end of a line: NULs, half a character, quotes.
        2 => collection::vec(any::<u8>(), 0..200).prop_map(|mut bytes| { bytes.retain(|b| *b != b'\n'); bytes }),
        1 => (1usize..7000).prop_map(|n| vec![b'x'; n]),
    ]
}

const PREFIXES: [&str; 11] = [
    "",
    "2024-03-04T17:22:38.033000+00:00 2024/03/04/[$LATEST]0123456789abcdef ",
    "/aws/lambda/fn 2024/03/04/[$LATEST]0123456789abcdef ",
    "group 2024/03/04/[3]0123456789abcdef ",
    "1709572958033\t",
    "[pod/fn-1/handler] ",
    "web-1  | ",
    "2024-03-04T17:22:38.033000000Z stdout F ",
    "2024-03-04 17:22:38,033 ",
    "\u{1b}[32m2024-03-04T17:22:38.033000+00:00\u{1b}[0m \u{1b}[36m2024/03/04/[$LATEST]0123456789abcdef\u{1b}[0m ",
    "\u{1b}[1;36mweb-1  | \u{1b}[0m",
];

/// As `aws logs tail --format json` prints an object, behind that line.
fn on_many_lines(line: &str, before: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
    format!("{before}\n{value:#}")
}

pub fn parts() -> impl Strategy<Value = Vec<Part>> {
    let record = prop_oneof![
        4 => (invokes(), proptest::sample::select(vec!["\t", " ", "  ", " \t"]))
            .prop_map(|(invoke, tab)| (text(&invoke, tab), Some(What::Invoke(invoke)))),
        4 => (invokes(), 0usize..4).prop_map(|(invoke, kind)| (json(&invoke, kind), Some(What::Invoke(invoke)))),
        2 => other_records(),
        1 => invokes().prop_map(|invoke| {
            let whole = text(&invoke, "\t");
            let cut = whole.find("Max").expect("a label");
            (whole[..cut].to_owned(), Some(What::Broken))
        }),
    ];
    let record =
        (proptest::sample::select(PREFIXES.to_vec()), record).prop_map(|(prefix, (line, what))| {
            Part {
                bytes: format!("{prefix}{line}").into_bytes(),
                what,
            }
        });
    let before =
        proptest::sample::select(vec![PREFIXES[1], PREFIXES[9], PREFIXES[8], "I saw this:"]);
    let printed = (before, invokes(), 0usize..4).prop_map(|(before, invoke, kind)| Part {
        bytes: on_many_lines(&json(&invoke, kind), before).into_bytes(),
        what: (before != "I saw this:").then_some(What::Invoke(invoke)),
    });
    let other = application().prop_map(|bytes| Part { bytes, what: None });
    let part = prop_oneof![4 => record, 4 => other, 1 => printed];
    let ends = proptest::sample::select(vec!["\n", "\r\n", "\t\n", "\n\n"]);
    (collection::vec((part, ends), 0..20), option::of(Just(()))).prop_map(|(parts, cut)| {
        let mut parts: Vec<_> = parts
            .into_iter()
            .map(|(mut part, end)| {
                part.bytes.extend_from_slice(end.as_bytes());
                part
            })
            .collect();
        // The last line of a file may have no end.
        if cut.is_some()
            && let Some(last) = parts.last_mut()
        {
            last.bytes.pop();
        }
        parts
    })
}

pub fn bytes(parts: &[Part]) -> Vec<u8> {
    parts.iter().flat_map(|part| part.bytes.clone()).collect()
}

pub fn whats(parts: &[Part]) -> Vec<What> {
    parts.iter().filter_map(|part| part.what.clone()).collect()
}
