//! What went and what came, as tables.

use super::super::figure::{self, Tone, UNKNOWN};
use super::super::layout::clean;
use super::super::logs::count;
use super::super::table::{Table, TableRow};
use super::super::text::Text;
use crate::inspect::diff::{Change, Diff, DistributionChange};

/// More than these are in the JSON alone.
const MOST: usize = 40;
/// Less than so many bytes, and than one part in so many of all changes, are of no matter.
const SMALL: u64 = 1024;
const SMALL_PART: u64 = 1000;

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
    let all = diff.distributions.iter();
    let rows = all.map(|of| Row {
        name: named(of, text),
        change: of.bytes,
        // Another version is worth a line however large it is.
        matters: of.before_versions != of.after_versions,
    });
    let rows = summed_up(rows.collect(), text);
    (!rows.is_empty()).then(|| table(text.distribution_title(), rows, text))
}

/// What became of something.
struct Row {
    name: String,
    change: Change,
    /// Whatever its size.
    matters: bool,
}

/// A row of each that matters, and one of all others together.
fn summed_up(all: Vec<Row>, text: Text) -> Vec<TableRow> {
    let whole: u64 = all.iter().map(|row| row.change.size()).sum();
    let is_small = |row: &Row| {
        let size = row.change.size();
        !row.matters && size < SMALL && size < whole / SMALL_PART
    };
    let (mut others, mut shown): (Vec<Row>, Vec<Row>) = all.into_iter().partition(is_small);
    if shown.len() > MOST {
        others.extend(shown.split_off(MOST));
    }
    if others.len() == 1 {
        shown.append(&mut others);
    }
    let mut rows: Vec<TableRow> = shown
        .into_iter()
        .map(|of| row(of.name, of.change))
        .collect();
    if !others.is_empty() {
        let mut sum = Change::default();
        for other in &others {
            sum.before = sum.before.saturating_add(other.change.before);
            sum.after = sum.after.saturating_add(other.change.after);
        }
        rows.push(row(text.others(&others.len().to_string()), sum));
    }
    rows
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
    let rows = diff.kinds.iter().map(|of| Row {
        name: text.kind(of.kind).to_owned(),
        change: of.bytes,
        matters: false,
    });
    let rows = summed_up(rows.collect(), text);
    (!rows.is_empty()).then(|| table(text.kind_title(), rows, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Lang;
    use crate::inspect::Ecosystem;

    fn of(name: &str, before: u64, after: u64, versions: [&str; 2]) -> DistributionChange {
        DistributionChange {
            name: name.into(),
            ecosystem: Some(Ecosystem::Python),
            before_versions: vec![versions[0].into()],
            after_versions: vec![versions[1].into()],
            bytes: Change { before, after },
        }
    }

    fn names(distributions: Vec<DistributionChange>) -> Vec<String> {
        let diff = Diff {
            unzipped: Change::default(),
            zipped: None,
            files: Change::default(),
            distributions,
            kinds: Vec::new(),
            gone: Vec::new(),
        };
        let table = changed_distributions(&diff, Text(Lang::En)).unwrap();
        let cells = table.rows.into_iter().map(|row| row.cells.join("|"));
        cells.collect()
    }

    #[test]
    fn what_changed_by_a_few_bytes_is_one_row_that_says_how_many() {
        let one = ["1", "1"];
        let large = || of("pandas", 50_000_000, 40_000_000, one);
        let rows = names(vec![
            large(),
            of("a", 5_000, 6_024, one),
            of("b", 10_000, 10_500, one),
            of("c", 10_000, 9_900, one),
            of("d", 10_000, 10_001, ["1", "2"]),
        ]);
        assert_eq!(
            rows,
            [
                "pandas 1|47.7 MB|38.1 MB|-9.5 MB",
                "a 1|4.9 KB|5.9 KB|+1.0 KB",
                "d 1 → 2|9.8 KB|9.8 KB|+1 B",
                "2 others|20 KB|20 KB|+400 B",
            ]
        );
        // One alone has a name.
        let rows = names(vec![large(), of("b", 10_000, 10_500, one)]);
        assert!(rows[1].starts_with("b 1|"), "{rows:?}");
        // Where nothing more has changed, it is what has.
        let rows = names(vec![
            of("b", 10_000, 10_500, one),
            of("c", 10_000, 10_400, one),
        ]);
        assert_eq!(rows.len(), 2, "{rows:?}");
    }
}
