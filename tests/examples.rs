//! The documents and the examples for pipelines: what they call exists, and they are YAML.
#![allow(missing_docs)]

mod support;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::{CommandFactory as _, Parser as _};
use lambench::cli::Cli;
use support::repository;

/// The pages and the pipelines.
fn examples() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = ["README.md", "README.ko.md"]
        .map(|name| repository().join(name))
        .into();
    let mut folders = vec![
        repository().join("docs"),
        repository().join(".github/workflows"),
    ];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension().and_then(OsStr::to_str) {
                _ if path.is_dir() => folders.push(path),
                Some("md" | "yml") => all.push(path),
                _ => {}
            }
        }
    }
    all
}

/// Every command line that calls lambench: of a page, in its shell blocks; of a pipeline, also in a list.
fn commands(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let (is_page, mut inside) = (path.extension().is_some_and(|e| e == "md"), false);
    let cli = Cli::command();
    text.replace("\\\n", " ")
        .lines()
        .filter(|line| {
            let fence = line.trim_start().starts_with("```");
            if fence {
                inside = !inside && line.trim_end().ends_with("sh");
            }
            !fence && (inside || !is_page)
        })
        .map(|line| line.trim_start_matches([' ', '#', '-', '.', '/', '$']))
        .filter(|line| {
            line.strip_prefix("lambench ").is_some_and(|rest| {
                let name = rest.split(' ').next().unwrap_or_default();
                is_page || cli.find_subcommand(name).is_some()
            })
        })
        .map(ToOwned::to_owned)
        .collect()
}

/// Words as a shell makes them, as far as examples need it.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut any) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        match (c, quote) {
            ('#', None) if word.is_empty() && !any => break,
            ('|' | '>' | '&' | ';', None) => break,
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
            if let Err(error) = Cli::try_parse_from(&words)
                && error.use_stderr()
            {
                panic!("{}: {line}\n{error}", path.display());
            }
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen}");
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
