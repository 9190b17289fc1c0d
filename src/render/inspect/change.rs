//! What went and what came, as tables.

use super::super::figure::{self, Tone, UNKNOWN};
use super::super::layout::clean;
use super::super::logs::count;
use super::super::table::{Table, TableRow};
use super::super::text::Text;
use crate::inspect::diff::{Change, Diff, DistributionChange};

/// More than these are in the JSON alone.
const MOST: usize = 40;

fn table(first: &str, rows: Vec<TableRow>, text: Text) -> Table {
    let titles = [
        first,
        text.before_title(),
        text.after_title(),
        text.change_title(),
    ];
    Table {
        titles: titles.map(str::to_owned).to_vec(),
        rows,
    }
}

/// `+1.2 MB`, `-77.0 MB`; less is better.
fn changed(change: Change) -> (String, Tone) {
    let size = figure::bytes(change.size());
    match change.after.cmp(&change.before) {
        std::cmp::Ordering::Less => (format!("-{size}"), Tone::Better),
        std::cmp::Ordering::Greater => (format!("+{size}"), Tone::Worse),
        std::cmp::Ordering::Equal => (UNKNOWN.to_owned(), Tone::Neutral),
    }
}

fn row(name: String, change: Change) -> TableRow {
    let (by, tone) = changed(change);
    let size = |bytes: u64| match bytes {
        0 => UNKNOWN.to_owned(),
        bytes => figure::bytes(bytes),
    };
    TableRow {
        cells: vec![name, size(change.before), size(change.after), by],
        part: false,
        tone,
    }
}

/// The whole.
pub(in crate::render) fn changed_sizes(diff: &Diff, text: Text) -> Table {
    let mut rows = vec![row(text.unzipped_title().to_owned(), diff.unzipped)];
    rows.extend(
        diff.zipped
            .map(|zipped| row(text.zipped_title().to_owned(), zipped)),
    );
    let files = diff.files;
    let sign = match files.after.cmp(&files.before) {
        std::cmp::Ordering::Less => "-",
        std::cmp::Ordering::Greater => "+",
        std::cmp::Ordering::Equal => "",
    };
    rows.push(TableRow {
        cells: vec![
            text.files_title().to_owned(),
            count(files.before),
            count(files.after),
            format!("{sign}{}", count(files.size())),
        ],
        part: false,
        tone: Tone::Neutral,
    });
    table("", rows, text)
}

/// Those that differ; none where none does.
pub(in crate::render) fn changed_distributions(diff: &Diff, text: Text) -> Option<Table> {
    let all = &diff.distributions;
    if all.is_empty() {
        return None;
    }
    let mut rows: Vec<TableRow> = all
        .iter()
        .take(MOST)
        .map(|of| row(named(of, text), of.bytes))
        .collect();
    if let Some(others) = all.get(MOST..).filter(|others| !others.is_empty()) {
        let mut sum = Change::default();
        for other in others {
            sum.before = sum.before.saturating_add(other.bytes.before);
            sum.after = sum.after.saturating_add(other.bytes.after);
        }
        rows.push(row(text.others(&others.len().to_string()), sum));
    }
    Some(table(text.distribution_title(), rows, text))
}

/// `numpy 1.26.4 → 2.4.6`.
fn named(of: &DistributionChange, text: Text) -> String {
    if of.ecosystem.is_none() {
        return text.own_code().to_owned();
    }
    let versions = |all: &[String]| clean(&all.join(", "));
    let (before, after) = (versions(&of.before_versions), versions(&of.after_versions));
    let name = clean(&of.name);
    let named = match (before.is_empty(), after.is_empty()) {
        (false, false) if before != after => format!("{name} {before} → {after}"),
        (true, _) => format!("{name} {after}"),
        _ => format!("{name} {before}"),
    };
    named.trim_end().to_owned()
}

/// Those that differ; none where none does.
pub(in crate::render) fn changed_kinds(diff: &Diff, text: Text) -> Option<Table> {
    let rows: Vec<TableRow> = diff
        .kinds
        .iter()
        .map(|of| row(text.kind(of.kind).to_owned(), of.bytes))
        .collect();
    (!rows.is_empty()).then(|| table(text.kind_title(), rows, text))
}
