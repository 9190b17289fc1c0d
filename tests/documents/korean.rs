//! README.ko.md says what README.md says: the same figures, the same commands, the same pages.

use std::collections::BTreeSet;

use crate::markdown::{Markdown, tables};
use crate::{read, repository};

const UNITS: [&str; 8] = ["%", "ms", "s", "KB", "MB", "MiB", "GB", "M"];

/// The figures of a text, in order: a number with its unit. What people also write as a word (a digit with no unit, of an
/// English or a Korean sentence) is none unless `digits` asks for it.
fn figures(text: &str, digits: bool) -> Vec<String> {
    let text = text.replace("초", " s ").replace("100만", "1M");
    let mut figures = Vec::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let end = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | ',' | '_'));
        let (before, from) = rest.split_at(start);
        let word = &from[..from.find(end).unwrap_or(from.len())];
        let number = &word[..word
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',')))
            .unwrap_or(word.len())];
        rest = &from[word.len().max(1)..];
        if before.ends_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let after = from[number.len()..].trim_start_matches(' ');
        let unit: String = after
            .chars()
            .take_while(|c| c.is_ascii_alphabetic() || *c == '%')
            .collect();
        let unit = UNITS.iter().find(|known| **known == unit);
        let number = number.trim_end_matches(['.', ',']);
        let dollar = if before.ends_with('$') { "$" } else { "" };
        let decimal = if before.ends_with('.') { "0." } else { "" };
        let figure = format!("{dollar}{decimal}{number}{}", unit.unwrap_or(&""));
        if digits || figure.len() > 1 {
            figures.push(figure);
        }
    }
    figures
}

/// The figures of each row of each table, wherever it is: in the text or in what a run printed.
fn rows(page: &Markdown) -> Vec<Vec<String>> {
    let blocks = page.blocks.iter().flat_map(|block| tables(&block.lines));
    let tables = tables(&page.prose).into_iter().chain(blocks);
    tables
        .flatten()
        .map(|row| figures(&row.join(" | "), true))
        .collect()
}

/// All figures outside of shell and configuration blocks.
fn all_figures(page: &Markdown) -> BTreeSet<String> {
    let printed = page.blocks.iter().filter(|block| block.language == "text");
    let lines = page
        .prose
        .iter()
        .chain(printed.flat_map(|block| &block.lines));
    let text: Vec<&str> = lines.map(String::as_str).collect();
    figures(&without_targets(&text.join(" ")), false)
        .into_iter()
        .collect()
}

/// The text without where its links go.
fn without_targets(text: &str) -> String {
    let mut parts = text.split("](");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once(')').map_or("", |(_, after)| after)
    })
}

/// What shell and configuration blocks say, without comments.
fn commands(page: &Markdown) -> Vec<String> {
    let code = page.blocks.iter().filter(|block| block.language != "text");
    code.flat_map(|block| &block.lines)
        .map(|line| {
            let code = line
                .split_once(" #")
                .map_or(line.as_str(), |(code, _)| code);
            code.trim_end().to_owned()
        })
        .collect()
}

/// The files that a page leads to, but for the two front pages.
fn pages(page: &Markdown) -> BTreeSet<String> {
    page.links()
        .iter()
        .map(|link| link.split('#').next().unwrap_or_default().to_owned())
        .filter(|file| !file.is_empty() && !file.starts_with("README"))
        .collect()
}

fn both() -> [Markdown; 2] {
    ["README.md", "README.ko.md"].map(read)
}

#[test]
fn the_figures_of_both_readmes_are_the_same() {
    let [english, korean] = both();
    let (ours, theirs) = (rows(&english), rows(&korean));
    assert!(ours.iter().flatten().count() > 60, "{ours:?}");
    assert_eq!(ours, theirs, "the rows of the tables, English and Korean");
    let (ours, theirs) = (all_figures(&english), all_figures(&korean));
    assert!(ours.len() > 60, "{ours:?}");
    let only: Vec<_> = ours.symmetric_difference(&theirs).collect();
    assert!(only.is_empty(), "in one README alone: {only:?}");
}

#[test]
fn both_readmes_have_the_same_commands_and_lead_to_the_same_pages() {
    let [english, korean] = both();
    assert!(commands(&english).len() > 30);
    assert_eq!(commands(&english), commands(&korean));
    assert_eq!(pages(&english), pages(&korean));
    for (page, other) in [(&english, "README.ko.md"), (&korean, "README.md")] {
        assert!(page.links().iter().any(|link| link == other), "{other}");
    }
}

/// The same with its last digit changed.
fn with_another_digit(figure: &str) -> String {
    let at = figure.rfind(|c: char| c.is_ascii_digit()).unwrap();
    let digit = if &figure[at..=at] == "5" { "6" } else { "5" };
    format!("{}{digit}{}", &figure[..at], &figure[at + 1..])
}

/// In the tables, in what the run printed, and in the text.
#[test]
fn a_stale_figure_is_seen() {
    let english = read("README.md");
    let text = std::fs::read_to_string(repository().join("README.ko.md")).unwrap();
    let cell = |row: &str, column: usize| {
        let line = text.lines().find(|line| line.starts_with(row)).unwrap();
        line.split('|').nth(column).unwrap().trim().to_owned()
    };
    let seconds = |line: &&str| line.contains("과금 시간 ") && line.contains('초');
    let billed = text.lines().find(seconds).unwrap();
    let captured = [
        cell("| 콜드 스타트 ", 3),
        cell("| 콜드 스타트 ", 4),
        cell("| 비용(콜드 100만)", 3),
        billed.to_owned(),
    ];
    let captured = captured.map(|right| (right.clone(), with_another_digit(&right)));
    let written = [
        ("2.2 %", "2.3 %"),
        ("97.79%", "95%"),
        ("1.95", "1.94"),
        ("기준 한도는 10 %", "기준 한도는 5 %"),
        ("cv 46 %", "cv 45 %"),
    ]
    .map(|(right, wrong)| (right.to_owned(), wrong.to_owned()));
    for (right, wrong) in captured.iter().chain(&written) {
        assert!(text.contains(right), "{right}");
        let stale = Markdown::new(&text.replacen(right, wrong, 1));
        assert!(
            rows(&english) != rows(&stale) || all_figures(&english) != all_figures(&stale),
            "{wrong}"
        );
    }
}

#[test]
fn a_figure_is_a_number_with_its_unit() {
    for (text, expected) in [
        ("61.4 ms ± 24% and $0.72", vec!["61.4ms", "24%", "$0.72"]),
        ("10회, 20회, 약 9.3초", vec!["10", "20", "9.3s"]),
        ("10, 20 and 30.", vec!["10", "20", "30"]),
        ("p <.001; v1.0 x86_64 p50 100 MB", vec!["0.001", "100MB"]),
        ("3 looks, 3번", vec![]),
        ("+20 %: (75–79%)", vec!["20%", "75", "79%"]),
    ] {
        assert_eq!(figures(text, false), expected, "{text}");
    }
    assert_eq!(figures("78 ms ± 0%, 5", true), ["78ms", "0%", "5"]);
}
