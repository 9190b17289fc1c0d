//! How long it takes to read one REPORT line, text and JSON, and a whole 4 KB tail.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use lambench::report::{TAIL_BYTES, parse_line, parse_tail};

const ID: &str = "5b3aa800-5ff2-4756-89f4-8b01418f8b79";
const TEXT: &str = "REPORT RequestId: 5b3aa800-5ff2-4756-89f4-8b01418f8b79\tDuration: 1248.31 ms\tBilled Duration: 1542 ms\tMemory Size: 128 MB\tMax Memory Used: 94 MB\tInit Duration: 293.05 ms\t\n";
const JSON: &str = r#"{"time":"2026-10-08T07:30:29.470Z","type":"platform.report","record":{"requestId":"5b3aa800-5ff2-4756-89f4-8b01418f8b79","metrics":{"durationMs":1233.96,"billedDurationMs":1698,"memorySizeMB":256,"maxMemoryUsedMB":123,"initDurationMs":463.512},"status":"success"}}"#;

/// A full tail: its first line cut, application output, END and the record.
fn tail(record: &str) -> Vec<u8> {
    let end = format!("END RequestId: {ID}\n{record}\n");
    let mut tail =
        "[INFO]\t2026-10-08T07:30:29.470Z\tcollected 12 candles of BTC-USD {'ok': True}\n"
            .repeat(60);
    tail.truncate(TAIL_BYTES - end.len());
    (tail + &end).into_bytes()
}

fn parse(c: &mut Criterion) {
    let mut group = c.benchmark_group("parse");
    group.bench_function("text line", |b| {
        b.iter(|| parse_line(black_box(TEXT.as_bytes())));
    });
    group.bench_function("json line", |b| {
        b.iter(|| parse_line(black_box(JSON.as_bytes())));
    });
    for (name, record) in [("text tail of 4 KB", TEXT), ("json tail of 4 KB", JSON)] {
        let tail = tail(record);
        assert!(parse_tail(&tail, Some(ID)).report.is_some());
        group.bench_function(name, |b| b.iter(|| parse_tail(black_box(&tail), Some(ID))));
    }
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
