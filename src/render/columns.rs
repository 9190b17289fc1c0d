//! Several stored results in one table: the first is the reference, each later one has its change from it.

use crate::compare::{Comparison, Metric, Row};
use crate::config::Lang;
use crate::results::{Arm, RunResult};

use super::conditions::{self, Field};
use super::figure::{self, Tone};
use super::layout::{clean, fields, paragraph};
use super::report::{describe, list, minute};
use super::style::{Paint, Style};
use super::table::{Table, TableRow};
use super::text::Text;

/// What has a row: the parts and what is reckoned from others have theirs in the report of a pair.
const SHOWN: [Metric; 8] = [
    Metric::PackageZipped,
    Metric::PackageTotal,
    Metric::ColdStart,
    Metric::Init,
    Metric::Restore,
    Metric::ColdHandler,
    Metric::WarmStart,
    Metric::MaxMemory,
];

/// The table of results that are each paired with the same *before*.
pub fn columns(pairs: &[RunResult], lang: Lang, style: &Style) -> String {
    let text = Text(lang);
    let names: Vec<String> = ('A'..='Z').map(String::from).collect();
    let mut out = format!(
        "{}\n\n{}",
        style.paint(Paint::Bold, &text.compared(pairs.len() + 1)),
        fields(&head(pairs, &names, text), style.width)
    );
    let comparisons: Vec<Comparison> = pairs.iter().filter_map(comparison).collect();
    if comparisons.len() == pairs.len() {
        out.push('\n');
        out.push_str(&table(&comparisons, &names, text).render(style));
    }
    let warnings: Vec<String> = pairs
        .iter()
        .zip(&names[1..])
        .flat_map(|(both, name)| differing(both, name, text))
        .collect();
    let warnings = list(text.warnings(), &warnings, style, Paint::Yellow);
    if !warnings.is_empty() {
        out.extend(["\n", &warnings]);
    }
    out.push('\n');
    out.push_str(&paragraph("", text.medians_note(), style.width));
    out.push_str(&paragraph("", text.uncertain_note(), style.width));
    if pairs.iter().any(|both| both.stored_before.is_some()) {
        out.push_str(&paragraph("", text.indicative_columns_note(), style.width));
    }
    out
}

/// What each letter stands for.
fn head(pairs: &[RunResult], names: &[String], text: Text) -> Vec<Field> {
    let mut list = Vec::new();
    for (i, both) in pairs.iter().enumerate() {
        if i == 0
            && let Some(before) = both.subject(Arm::Before)
        {
            let what = both.stored_before.as_ref().map_or_else(
                || text.measured_on(&minute(both.created_at)),
                |stored| describe(stored, None, text),
            );
            list.push((
                names[0].clone(),
                named(&before.name, &before.version, &what),
            ));
        }
        if let Some(after) = both.subject(Arm::After) {
            let what = format!(
                "{}, {}",
                text.result_of(&clean(&both.id)),
                text.measured_on(&minute(both.created_at))
            );
            list.push((
                names[i + 1].clone(),
                named(&after.name, &after.version, &what),
            ));
        }
    }
    list
}

fn named(name: &str, version: &str, what: &str) -> String {
    let version = clean(version);
    let version = if version.is_empty() {
        version
    } else {
        format!(" ({version})")
    };
    format!("{}{version}; {what}", clean(name))
}

fn table(comparisons: &[Comparison], names: &[String], text: Text) -> Table {
    let mut titles = vec![text.metric_title().to_owned(), names[0].clone()];
    for name in &names[1..=comparisons.len()] {
        titles.extend([name.clone(), text.change_title().to_owned()]);
    }
    let rows = SHOWN
        .into_iter()
        .filter_map(|metric| {
            let rows: Vec<Option<&Row>> = comparisons
                .iter()
                .map(|comparison| comparison.rows.iter().find(|row| row.metric == metric))
                .collect();
            let first = rows.iter().flatten().next()?;
            let mut figures = vec![first.before.as_ref()];
            figures.extend(
                rows.iter()
                    .map(|row| row.and_then(|row| row.after.as_ref())),
            );
            let mut written = figure::row(metric, &figures, text).into_iter();
            let mut cells = vec![text.metric(metric).to_owned()];
            cells.extend(written.next());
            for (row, figure) in rows.iter().zip(written) {
                let change =
                    row.map_or_else(|| figure::UNKNOWN.to_owned(), |row| change(row, text));
                cells.extend([figure, change]);
            }
            Some(TableRow {
                cells,
                part: first.part,
                tone: Tone::Neutral,
            })
        })
        .collect();
    Table { titles, rows }
}

/// In what a result was measured differently from the first.
fn differing(both: &RunResult, name: &str, text: Text) -> Vec<String> {
    let (Some(before), Some(after)) = (both.subject(Arm::Before), both.subject(Arm::After)) else {
        return Vec::new();
    };
    let mut lines: Vec<String> = both
        .warnings
        .iter()
        .map(|warning| format!("{name}: {}", clean(warning)))
        .collect();
    let differs = conditions::differences(before, after, text);
    lines.extend(differs.map(|what| format!("{name}: {}", text.two_subjects_differ(&what))));
    let other = both
        .stored_before
        .as_ref()
        .and_then(|stored| conditions::other_conditions(stored, both, text));
    lines.extend(other.map(|what| format!("{name}: {what}")));
    lines
}

fn comparison(both: &RunResult) -> Option<Comparison> {
    crate::compare::compare_arms(both)
}

/// The change, or `~` and p where nothing can be said.
fn change(row: &Row, text: Text) -> String {
    match row.test {
        Some(test) if !row.is_certain() => format!("~ p={:.2}", test.p),
        _ => figure::change(row, text).0,
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::*;
    use crate::results::pair;
    use crate::results::samples::{pair as measured, single};

    fn three() -> Vec<RunResult> {
        let (then, mut one) = (measured(), single());
        one.id = "20261126T010203Z-8".into();
        let mut two = single();
        two.id = "20261127T010203Z-9".into();
        two.subjects[0].memory_mb = 1024;
        [&one, &two]
            .map(|now| pair((&then, Arm::Before), (now, Arm::Only)))
            .into()
    }

    #[test]
    fn the_first_is_the_reference_of_all_others() {
        insta::assert_snapshot!(columns(&three(), Lang::En, &Style::plain()));
    }

    #[test]
    fn the_same_in_korean() {
        insta::assert_snapshot!(columns(&three(), Lang::Ko, &Style::plain()));
    }

    #[test]
    fn many_results_have_a_line_for_each_row_within_80_columns() {
        let mut many = three();
        many.extend(three());
        many.extend(three());
        for lang in [Lang::En, Lang::Ko] {
            let printed = columns(&many, lang, &Style::plain());
            assert!(!printed.contains('|'), "{printed}");
            assert!(printed.lines().all(|line| line.width() <= 80), "{printed}");
            assert!(
                printed.contains("G 940 ms") || printed.contains("G 0.94"),
                "{printed}"
            );
        }
    }
}
