//! Whatever the bytes, the quick search finds what the slow reference finds, in pieces and windows of any size, and
//! neither panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use report::scan::{Container, Event, What, detect, parse_time, scan_lines};

#[path = "../../src/report/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the room as it is, of which this target uses a part"
)]
mod report;

#[path = "../../src/report/scan/tests/reference.rs"]
mod reference;

fuzz_target!(|bytes: &[u8]| {
    let Some((cut, bytes)) = bytes.split_first() else {
        return;
    };
    let mut found = Vec::new();
    scan_lines(bytes, 0..bytes.len(), &mut |event: &Event<'_>| found.push(event.what.clone()));
    assert_eq!(sorted(&found), sorted(&reference::records(bytes)));

    // Most records have others behind them, and are read another way than the last one.
    let padded = [bytes, &[b'\n'; 1 << 10]].concat();
    let mut before_others = Vec::new();
    scan_lines(&padded, 0..padded.len(), &mut |event: &Event<'_>| {
        before_others.push(event.what.clone());
    });
    assert_eq!(sorted(&before_others), sorted(&reference::records(&padded)));

    let cut = usize::from(*cut) * bytes.len() / 255;
    let mut parts = Vec::new();
    scan_lines(bytes, cut..bytes.len(), &mut |event: &Event<'_>| parts.push(event.what.clone()));
    scan_lines(bytes, 0..cut, &mut |event: &Event<'_>| parts.push(event.what.clone()));
    assert_eq!(sorted(&parts), sorted(&found));

    // Of containers there is no reference here: a window's border changes nothing.
    let mut whole = Vec::new();
    Container::default().scan(bytes, 0..bytes.len(), &mut |event| whole.push(event.what));
    let (mut container, mut halves) = (Container::default(), Vec::new());
    container.scan(bytes, 0..cut, &mut |event| halves.push(event.what));
    container.scan(bytes, cut..bytes.len(), &mut |event| halves.push(event.what));
    assert_eq!(halves, whole);

    detect(bytes);
    parse_time(bytes);
});

fn sorted(whats: &[What]) -> Vec<String> {
    let mut all: Vec<_> = whats.iter().map(|what| format!("{what:?}")).collect();
    all.sort();
    all
}
