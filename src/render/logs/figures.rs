//! The tables: groups, pieces of time, and how the durations are spread.

use super::super::figure::{self, Tone, UNKNOWN};
use super::super::table::{Table, TableRow};
use super::super::text::Text;
use super::words::{count, dollars, minute, second, share};
use super::{middle, name_of};
use crate::logs::{Bucket, By, Figures, Group, OTHERS, Spread};

/// The columns of the fullest table that a narrower one leaves out, and how wide names are in it.
const NARROWER: [(&[usize], usize); 5] = [
    (&[], 52),
    (&[5], 52),
    (&[5, 7], 52),
    (&[4, 5, 7], 40),
    (&[4, 5, 6, 7], 24),
];

/// The groups, in tables of ever fewer columns.
pub(in crate::render) fn group_tables(groups: &[Group], by: By, text: Text) -> Vec<Table> {
    let rows = groups
        .iter()
        .map(|group| (name_of(&group.name, text), &group.figures));
    tables(text.by_title(by), &rows.collect::<Vec<_>>(), text)
}

/// The pieces of time, in the same way.
pub(in crate::render) fn bucket_table(buckets: &[Bucket], text: Text) -> Vec<Table> {
    let mut starts = buckets.iter().filter_map(|bucket| bucket.start.as_deref());
    // Pieces of less than a minute begin at seconds.
    let begins = if starts.all(|start| start.get(16..19).is_none_or(|s| s == ":00")) {
        minute
    } else {
        second
    };
    let rows = buckets.iter().map(|bucket| {
        let start = bucket.start.as_deref();
        let name = match start {
            Some(start) => begins(start),
            None if bucket.is_rest() => OTHERS.to_owned(),
            None => text.no_time().to_owned(),
        };
        (name, &bucket.figures)
    });
    tables(text.begins_title(), &rows.collect::<Vec<_>>(), text)
}

fn tables(first: &str, rows: &[(String, &Figures)], text: Text) -> Vec<Table> {
    let titles = [
        first,
        text.invokes_title(),
        text.cold_share_title(),
        text.cold_p50_title(),
        text.cold_p99_title(),
        text.memory_title(),
        text.failed_title(),
        text.warm_p50_title(),
        text.cost_title(),
    ];
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|(name, figures)| row(name, figures, text))
        .collect();
    // What is known of none is no column.
    let is_known = |at: usize| cells.iter().any(|row| row[at] != UNKNOWN);
    NARROWER
        .iter()
        .map(|(left_out, widest)| {
            let kept = |at: &usize| !left_out.contains(at) && is_known(*at);
            let pick = |all: &[String]| -> Vec<String> {
                let mut cells: Vec<String> = (0..all.len())
                    .filter(kept)
                    .map(|at| all[at].clone())
                    .collect();
                cells[0] = middle(&cells[0], *widest);
                cells
            };
            Table {
                titles: pick(&titles.map(str::to_owned)),
                rows: cells
                    .iter()
                    .map(|cells| TableRow {
                        cells: pick(cells),
                        part: false,
                        tone: Tone::Neutral,
                    })
                    .collect(),
            }
        })
        .collect()
}

fn row(name: &str, figures: &Figures, text: Text) -> Vec<String> {
    let time = |ms: Option<f64>| ms.map_or_else(|| UNKNOWN.to_owned(), |ms| figure::time(ms, text));
    let cold = figures.cold_total.as_ref();
    let ended = figures.errors + figures.timeouts + figures.out_of_memory + figures.init_failures;
    let memory: Vec<String> = figures
        .memory
        .iter()
        .map(|m| format!("{}/{} MB", m.max_used_mb, m.memory_mb))
        .collect();
    vec![
        name.to_owned(),
        count(figures.invokes),
        figures.cold_share.map_or_else(|| UNKNOWN.to_owned(), share),
        time(cold.map(|s| s.p50)),
        time(cold.and_then(|s| s.p99)),
        match memory.as_slice() {
            [] => UNKNOWN.to_owned(),
            [one] => one.clone(),
            [.., last] => format!("{last} …"),
        },
        count(ended),
        time(figures.warm_handler.as_ref().map(|s| s.p50)),
        figures
            .cost
            .map_or_else(|| UNKNOWN.to_owned(), |cost| dollars(cost.usd)),
    ]
}

/// How the durations are spread; nothing where there are none.
pub(in crate::render) fn spread_table(figures: &Figures, text: Text) -> Option<Table> {
    let rows = [
        (text.cold_start(), false, figures.cold_total),
        (text.init(), true, figures.init),
        (text.restore(), true, figures.restore),
        (text.handler(), true, figures.cold_handler),
        (text.warm_start(), false, figures.warm_handler),
        (text.billed(), false, figures.billed),
    ];
    let rows: Vec<TableRow> = rows
        .into_iter()
        .filter_map(|(name, part, spread)| Some(spread_row(name, part, &spread?, text)))
        .collect();
    let titles = [
        text.duration_title(),
        "n",
        "p50",
        "p90",
        "p99",
        text.max_title(),
    ];
    (!rows.is_empty()).then(|| Table {
        titles: titles.map(str::to_owned).to_vec(),
        rows,
    })
}

fn spread_row(name: &str, part: bool, spread: &Spread, text: Text) -> TableRow {
    let known: Vec<f64> = [Some(spread.p50), spread.p90, spread.p99, Some(spread.max)]
        .into_iter()
        .flatten()
        .collect();
    let mut written = figure::times(&known, text).into_iter();
    let mut next = |is_known: bool| {
        if is_known {
            written.next().unwrap_or_default()
        } else {
            UNKNOWN.to_owned()
        }
    };
    TableRow {
        cells: vec![
            name.to_owned(),
            count(spread.n),
            next(true),
            next(spread.p90.is_some()),
            next(spread.p99.is_some()),
            next(true),
        ],
        part,
        tone: Tone::Neutral,
    }
}
