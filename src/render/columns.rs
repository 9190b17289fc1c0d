//! Several stored results in one table: the first is the reference, each later one has its change from it.

use crate::compare::{Comparison, Metric, Row};
use crate::config::Lang;
use crate::results::{Arm, RunResult};

use super::conditions::{self, Field};
use super::figure::{self, Tone};
use super::layout::{clean, fields, paragraph};
use super::observed;
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
    let mut warnings: Vec<String> = Vec::new();
    for (both, name) in pairs.iter().zip(&names[1..]) {
        for warning in differing(both, (&names[0], name), text) {
            // What is to be said of the first is in every pair.
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
    }
    let warnings = list(text.warnings(), &warnings, style, Paint::Yellow);
    if !warnings.is_empty() {
        out.extend(["\n", &warnings]);
    }
    out.push('\n');
    out.push_str(&paragraph("", text.medians_note(), style.width));
    out.push_str(&paragraph("", text.uncertain_note(), style.width));
    if pairs.iter().any(|both| both.observational().is_some()) {
        out.push_str(&paragraph(
            "",
            text.observational_columns_note(),
            style.width,
        ));
    } else if pairs.iter().any(|both| both.stored_before.is_some()) {
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
            let of_logs = both.observational().and_then(|o| o.before.as_ref());
            let of_logs = of_logs.and_then(|side| observed::span(side, text));
            let what = of_logs.unwrap_or_else(|| {
                both.stored_before.as_ref().map_or_else(
                    || text.measured_on(&minute(both.created_at)),
                    |stored| describe(stored, None, text),
                )
            });
            list.push((
                names[0].clone(),
                named(&before.name, &before.version, &what),
            ));
        }
        if let Some(after) = both.subject(Arm::After) {
            let arm = both.stored_before.as_ref().and_then(|s| s.after_arm);
            let id = clean(&both.id) + arm.map_or("", Arm::ending);
            let of_logs = both.observational().and_then(|o| o.after.as_ref());
            let of_logs = of_logs.and_then(|side| observed::span(side, text));
            let what = of_logs.unwrap_or_else(|| {
                format!(
                    "{}, {}",
                    text.result_of(&id),
                    text.measured_on(&minute(both.created_at))
                )
            });
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

/// In what a result was measured differently from the first, and what its runs warned of.
fn differing(both: &RunResult, (first, name): (&str, &str), text: Text) -> Vec<String> {
    let (Some(before), Some(after)) = (both.subject(Arm::Before), both.subject(Arm::After)) else {
        return Vec::new();
    };
    let mut lines: Vec<String> = both
        .warnings
        .iter()
        .map(|warning| match warning.strip_prefix("before: ") {
            Some(of_first) if both.stored_before.is_some() => {
                format!("{first}: {}", clean(of_first))
            }
            _ => format!("{name}: {}", clean(warning)),
        })
        .collect();
    let differs = conditions::differences(before, after, text);
    lines.extend(differs.map(|what| format!("{name}: {}", text.two_subjects_differ(&what))));
    let other = both
        .stored_before
        .as_ref()
        .and_then(|stored| conditions::not_the_same(stored, both, text));
    lines.extend(other.map(|what| text.columns_differ(first, name, &what)));
    lines
}

fn comparison(both: &RunResult) -> Option<Comparison> {
    crate::compare::compare_arms(both)
}

/// The change, or `~` where nothing can be said, and p.
fn change(row: &Row, text: Text) -> String {
    match row.test {
        Some(test) if !row.is_certain() => format!("~ p={:.2}", test.p),
        Some(test) if test.p < 0.001 => format!("{} p<.001", figure::change(row, text).0),
        Some(test) => format!("{} p={:.3}", figure::change(row, text).0, test.p),
        None => figure::change(row, text).0,
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
    fn warnings_name_the_columns_and_the_arms_are_told() {
        let (mut then, mut one) = (measured(), measured());
        one.id = "20261126T010203Z-8".into();
        one.subjects[1].function = "order-sync".into();
        then.ending = crate::results::Ending::Stopped {
            why: "interrupted".into(),
        };
        let both = pair((&then, Arm::After), (&one, Arm::After));
        let printed = columns(&[both.clone(), both], Lang::En, &Style::plain());
        let printed = printed.split_whitespace().collect::<Vec<_>>().join(" ");
        for told in [
            "earlier result 20261125T125511Z-42@after,",
            "result 20261126T010203Z-8@after,",
            "- A: its run was stopped",
            "- A and B were measured under other conditions: function (data-collector → order-sync)",
        ] {
            assert!(printed.contains(told), "{told}: {printed}");
        }
        assert!(!printed.contains("before: "), "{printed}");
        assert_eq!(printed.matches("its run was stopped").count(), 1);
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
