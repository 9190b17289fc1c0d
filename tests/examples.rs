//! The examples for pipelines: what they call exists, and they are YAML.
#![allow(missing_docs)]

mod support;

use std::path::{Path, PathBuf};

use clap::Parser as _;
use lambench::cli::Cli;
use support::repository;

fn examples() -> Vec<PathBuf> {
    let mut all = vec![
        repository().join("README.md"),
        repository().join("docs/serve.md"),
    ];
    for folder in ["docs/ci", ".github/workflows"] {
        for entry in std::fs::read_dir(repository().join(folder)).unwrap() {
            all.push(entry.unwrap().path());
        }
    }
    all
}

/// Every command line that calls lambench: lines of a script, of a YAML list, and of a shell block.
fn commands(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| line.trim_start_matches([' ', '#', '-', '.', '/']))
        .filter(|line| {
            line.strip_prefix("lambench ")
                .is_some_and(|rest| COMMANDS.contains(&rest.split(' ').next().unwrap_or_default()))
        })
        .map(ToOwned::to_owned)
        .collect()
}

const COMMANDS: [&str; 11] = [
    "run",
    "demo",
    "serve",
    "invoke",
    "restore",
    "gate",
    "compare",
    "results",
    "baselines",
    "explain",
    "man",
];

/// Words as a shell makes them, as far as examples need it.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut any) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        match (c, quote) {
            ('#', None) if word.is_empty() && !any => break,
            ('\'' | '"', None) => (quote, any) = (Some(c), true),
            (c, Some(q)) if c == q => quote = None,
            (' ', None) => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            (c, _) => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

#[test]
fn every_command_line_in_the_documents_is_one_that_lambench_takes() {
    let mut seen = 0;
    for path in examples() {
        for line in commands(&path) {
            let words = words(&line);
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("{}: {line}\n{error}", path.display());
            }
            seen += 1;
        }
    }
    assert!(seen > 15, "{seen}");
}

#[test]
fn every_example_and_the_action_is_yaml() {
    let files: Vec<PathBuf> = examples()
        .into_iter()
        .chain([repository().join("action.yml")])
        .filter(|path| path.extension().is_some_and(|e| e == "yml"))
        .collect();
    assert_eq!(files.len(), 6);
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        match yaml_rust2::YamlLoader::load_from_str(&text) {
            Ok(documents) => assert_eq!(documents.len(), 1, "{}", path.display()),
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
}

#[test]
fn inputs_that_examples_give_to_the_action_are_inputs_of_it() {
    let action = std::fs::read_to_string(repository().join("action.yml")).unwrap();
    let (inputs, _) = action.split_once("\noutputs:").unwrap();
    for name in ["docs/ci/github-sandbox.yml", ".github/workflows/ci.yml"] {
        let text = std::fs::read_to_string(repository().join(name)).unwrap();
        let mut given = 0;
        let mut lines = text.lines().skip_while(|line| {
            !(line.contains("uses: ./") || line.contains("uses: OWNER/lambench@"))
        });
        assert!(lines.next().is_some(), "{name} uses the action");
        assert_eq!(lines.next().map(str::trim), Some("with:"));
        for line in lines.take_while(|line| line.starts_with("          ")) {
            if let Some((input, _)) = line.trim().split_once(':')
                && !line.starts_with("            ")
            {
                assert!(
                    inputs.contains(&format!("\n  {input}:\n")),
                    "{name}: {input}"
                );
                given += 1;
            }
        }
        assert!(given >= 3, "{name}: {given}");
    }
}
