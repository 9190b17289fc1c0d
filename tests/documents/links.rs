//! Every relative link of every page leads to a file and a heading that exist, and every page of docs/ can be reached.

use std::collections::BTreeSet;
use std::path::Path;

use lambench::cli::Cli;

use crate::markdown::{Markdown, slug};
use crate::{read, repository};

/// Folders that hold what is built or installed, or is git's.
const NOT_OURS: [&str; 6] = [
    "target",
    "build",
    "node_modules",
    ".git",
    ".lambench",
    ".venv",
];

/// The Markdown files below a folder, named from the repository's root.
fn pages(folder: &str) -> Vec<String> {
    let mut pages = Vec::new();
    for entry in std::fs::read_dir(repository().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = joined(folder, &name).unwrap();
        if entry.file_type().unwrap().is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                pages.extend(self::pages(&path));
            }
        } else if Path::new(&name).extension().is_some_and(|e| e == "md") {
            pages.push(path);
        }
    }
    pages.sort();
    pages
}

/// A relative link from a folder, without `.` and `..`; none where it leaves the repository.
fn joined(folder: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Where the relative links of a page go: file and anchor.
fn targets(page: &str, text: &Markdown) -> Vec<(Option<String>, String)> {
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    text.links()
        .into_iter()
        .filter(|link| !link.contains("://") && !link.starts_with("mailto:"))
        .map(|link| {
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let file = match path {
                "" => Some(page.to_owned()),
                path => joined(folder, path),
            };
            (file, anchor.to_owned())
        })
        .collect()
}

/// What is wrong with the links of a page.
fn broken(page: &str, text: &Markdown) -> Vec<String> {
    let wrong = |(file, anchor): &(Option<String>, String)| -> Option<String> {
        let Some(file) = file else {
            return Some("a link leaves the repository".into());
        };
        if !repository().join(file).exists() {
            return Some(format!("there is no {file}"));
        }
        let known = anchor.is_empty() || read(file).anchors().contains(anchor);
        (!known).then(|| format!("{file} has no heading #{anchor}"))
    };
    let targets = targets(page, text);
    let wrong = targets.iter().filter_map(wrong);
    wrong.map(|what| format!("{page}: {what}")).collect()
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let pages = pages("");
    assert!(pages.len() >= 15, "{pages:?}");
    let broken: Vec<String> = pages.iter().flat_map(|p| broken(p, &read(p))).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_wrong_link_is_seen() {
    for (link, says) in [
        ("[x](docs/nothing.md)", "there is no docs/nothing.md"),
        (
            "[x](README.md#nothing)",
            "README.md has no heading #nothing",
        ),
        ("[x](#nothing)", "README.md has no heading #nothing"),
        ("[`x`](../elsewhere.md)", "a link leaves the repository"),
        ("<img src=\"docs/no.svg\">", "there is no docs/no.svg"),
        ("[x]: docs/no.md", "there is no docs/no.md"),
    ] {
        let found = broken("README.md", &Markdown::new(link));
        assert_eq!(found, [format!("README.md: {says}")], "{link}");
    }
    for link in [
        "[x](docs/aws.md#rights)",
        "[x](https://nowhere.example/y)",
        "`[x](no)`",
        "```md\n[x](no)\n```",
    ] {
        assert!(
            broken("README.md", &Markdown::new(link)).is_empty(),
            "{link}"
        );
    }
}

#[test]
fn headings_become_anchors_as_on_github() {
    for (title, anchor) in [
        (
            "What it changes, and puts back",
            "what-it-changes-and-puts-back",
        ),
        (
            "The journal, and `lambench restore`",
            "the-journal-and-lambench-restore",
        ),
        (
            "See [the gate](docs/gate.md): `--fail-if`",
            "see-the-gate---fail-if",
        ),
        (
            "숫자를 어디까지 믿을 수 있나요?",
            "숫자를-어디까지-믿을-수-있나요",
        ),
    ] {
        assert_eq!(slug(title), anchor);
    }
    let twice = Markdown::new("# A\n## B\n```\n# not one\n```\n## B\n");
    assert_eq!(twice.anchors(), ["a", "b", "b-1"]);
}

#[test]
fn every_page_of_the_documentation_can_be_reached_from_the_readme() {
    let mut reached = BTreeSet::new();
    let mut next = vec!["README.md".to_owned()];
    while let Some(page) = next.pop() {
        if !reached.insert(page.clone()) {
            continue;
        }
        for (file, _) in targets(&page, &read(&page)) {
            let file = file.expect("inside the repository");
            let path = repository().join(&file);
            if path.is_dir() {
                let index = format!("{file}/README.md");
                next.extend(repository().join(&index).exists().then_some(index));
            } else if Path::new(&file).extension().is_some_and(|e| e == "md") && path.exists() {
                next.push(file);
            }
        }
    }
    let lost: Vec<String> = pages("docs")
        .into_iter()
        .filter(|page| !reached.contains(page))
        .collect();
    assert!(lost.is_empty(), "no link leads to {lost:?}");
}

#[test]
fn every_variable_that_a_flag_can_be_given_by_is_in_the_table_of_settings() {
    use clap::CommandFactory as _;
    let page = read("docs/configuration.md").prose.join("\n");
    let mut seen = BTreeSet::new();
    let mut cli = Cli::command();
    for command in cli.get_subcommands_mut() {
        let help = command.render_long_help().to_string();
        let words = help.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
        for variable in words.filter(|word| {
            word.strip_prefix("LAMBENCH_")
                .is_some_and(|name| !name.is_empty())
        }) {
            assert!(
                page.contains(&format!("`{variable}`")),
                "docs/configuration.md has no {variable}"
            );
            seen.insert(variable.to_owned());
        }
    }
    assert!(seen.len() >= 15, "{seen:?}");
}
