//! A row for each group, and for each of its pieces of time.

use crate::logs::{Figures, OTHERS, Spread, Summary};

/// Before the figures, and after the spreads.
const COUNTS: [&str; 12] = [
    "group",
    "bucket_start",
    "invokes",
    "cold",
    "cold_share",
    "restores",
    "errors",
    "timeouts",
    "out_of_memory",
    "init_failures",
    "first_at",
    "last_at",
];

const SPREADS: [&str; 6] = [
    "cold_total",
    "init",
    "restore",
    "cold_handler",
    "warm_handler",
    "billed",
];

const MONEY: [&str; 6] = [
    "memory_mb",
    "max_memory_mb",
    "usd",
    "init_usd",
    "usd_per_million_cold",
    "usd_per_million_warm",
];

/// The CSV of `--csv`. Where a group has pieces of time they follow its own row, which has no `bucket_start`.
#[expect(clippy::missing_panics_doc, reason = "it cannot panic")]
pub fn logs_csv(summary: &Summary) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut titles: Vec<String> = COUNTS.map(str::to_owned).to_vec();
    for name in SPREADS {
        titles.extend(["p50", "p90", "p99", "max"].map(|of| format!("{name}_{of}_ms")));
    }
    titles.extend(MONEY.map(str::to_owned));
    let mut write = |row: &[String]| out.write_record(row).expect("memory takes every row");
    write(&titles);
    for group in &summary.groups {
        write(&row(&group.name, None, &group.figures));
        for bucket in &group.buckets {
            let without = if bucket.is_rest() { OTHERS } else { "unknown" };
            let start = bucket.start.as_deref().unwrap_or(without);
            write(&row(&group.name, Some(start), &bucket.figures));
        }
    }
    let bytes = out.into_inner().expect("memory is flushed");
    String::from_utf8(bytes).expect("names and numbers are text")
}

fn row(name: &str, bucket: Option<&str>, figures: &Figures) -> Vec<String> {
    let number = |x: Option<f64>| x.map_or_else(String::new, |x| x.to_string());
    let words = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let mut cells = vec![
        plain(name),
        words(bucket),
        figures.invokes.to_string(),
        figures.cold.to_string(),
        number(figures.cold_share),
        figures.restores.to_string(),
        figures.errors.to_string(),
        figures.timeouts.to_string(),
        figures.out_of_memory.to_string(),
        figures.init_failures.to_string(),
        words(figures.first_at.as_deref()),
        words(figures.last_at.as_deref()),
    ];
    let spreads = [
        figures.cold_total,
        figures.init,
        figures.restore,
        figures.cold_handler,
        figures.warm_handler,
        figures.billed,
    ];
    for spread in spreads {
        let of = |pick: fn(Spread) -> Option<f64>| number(spread.and_then(pick));
        cells.extend([
            of(|s| Some(s.p50)),
            of(|s| s.p90),
            of(|s| s.p99),
            of(|s| Some(s.max)),
        ]);
    }
    // Of several sizes the largest.
    let memory = figures.memory.last();
    let mb = |mb: Option<u32>| mb.map_or_else(String::new, |mb| mb.to_string());
    let cost = figures.cost;
    cells.extend([
        mb(memory.map(|m| m.memory_mb)),
        mb(memory.map(|m| m.max_used_mb)),
        number(cost.map(|c| c.usd)),
        number(cost.map(|c| c.init_usd)),
        number(cost.and_then(|c| c.usd_per_million_cold)),
        number(cost.and_then(|c| c.usd_per_million_warm)),
    ]);
    cells
}

/// A name that a spreadsheet takes for a name: not for a formula.
fn plain(name: &str) -> String {
    if name.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{name}")
    } else {
        name.to_owned()
    }
}
