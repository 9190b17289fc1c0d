//! Each test has a folder of its own, variables of its own, and a command line that clap parses.

mod copies;
mod file;
mod gate;
mod invoked;
mod payload;
mod place;
mod precedence;
mod served;
mod subjects;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Parser as _;

use super::error::ConfigError;
use super::surroundings::Surroundings;
use super::{
    Invoked, PackageSpec, Served, Settings, Subject, Target, invoked as invoked_room, resolve,
    served as served_room,
};
use crate::cli::{Cli, Command};

struct Test {
    folder: tempfile::TempDir,
    variables: BTreeMap<String, String>,
    stdin: fn() -> std::io::Result<String>,
}

impl Test {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            variables: BTreeMap::new(),
            stdin: || panic!("standard input is not asked for"),
        }
    }

    /// With a Python package in each of these folders.
    fn with(packages: &[&str]) -> Self {
        let mut test = Self::new();
        for package in packages {
            test.write(&format!("{package}/lambda_function.py"), "");
        }
        test
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&mut self, name: &str, text: &str) -> &mut Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn toml(&mut self, text: &str) -> &mut Self {
        self.write("lambench.toml", text)
    }

    fn var(&mut self, name: &str, value: &str) -> &mut Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    fn around(&self) -> Surroundings {
        self.around_in("")
    }

    fn around_in(&self, folder: &str) -> Surroundings {
        Surroundings {
            folder: self.path(folder).components().collect(),
            variables: self.variables.clone(),
            stdin: self.stdin,
        }
    }

    fn run(&self, line: &str) -> Result<Settings, ConfigError> {
        self.run_in("", line)
    }

    fn run_in(&self, folder: &str, line: &str) -> Result<Settings, ConfigError> {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.run_words(folder, &words)
    }

    fn run_words(&self, folder: &str, words: &[&str]) -> Result<Settings, ConfigError> {
        let cli = Cli::try_parse_from(["lambench", "run"].iter().chain(words)).unwrap();
        let Command::Run(args) = cli.command else {
            unreachable!()
        };
        resolve::run(&args, &cli.globals, &self.around_in(folder))
    }

    fn served(&self, line: &str) -> Result<Served, ConfigError> {
        let words = ["lambench", "serve"]
            .into_iter()
            .chain(line.split_whitespace());
        let cli = Cli::try_parse_from(words).unwrap();
        let Command::Serve(args) = cli.command else {
            unreachable!()
        };
        served_room::served(&args, &cli.globals, &self.around())
    }

    fn invoked(&self, line: &str) -> Result<Invoked, ConfigError> {
        let words = ["lambench", "invoke"]
            .into_iter()
            .chain(line.split_whitespace());
        let cli = Cli::try_parse_from(words).unwrap();
        let Command::Invoke(args) = cli.command else {
            unreachable!()
        };
        invoked_room::invoked(&args, &cli.globals, &self.around())
    }

    /// An error's text and hint, with this test's folder called FOLDER.
    fn said(&self, error: &ConfigError) -> (String, String) {
        let folder = self.folder.path().to_str().unwrap();
        let hide = |text: String| text.replace(folder, "FOLDER");
        (
            hide(error.to_string()),
            hide(error.hint().unwrap_or_default()),
        )
    }

    #[track_caller]
    fn fails(&self, line: &str) -> (String, String) {
        let error = self.run(line).unwrap_err();
        self.said(&error)
    }
}

fn package(subject: &Subject) -> &PackageSpec {
    match &subject.target {
        Target::Package(package) => package,
        Target::Copy(_) => panic!("a copy"),
        Target::InPlace(name) => panic!("{name} is in place"),
    }
}

fn in_place(subject: &Subject) -> &str {
    match &subject.target {
        Target::Copy(_) => panic!("a copy"),
        Target::InPlace(name) => name,
        Target::Package(package) => panic!("{} is a package", package.path.display()),
    }
}

fn provenance<'a>(subject: &'a Subject, what: &str) -> Option<(&'a str, &'a str)> {
    subject
        .provenance
        .iter()
        .find(|(name, ..)| name == what)
        .map(|(_, value, from)| (value.as_str(), from.as_str()))
}

/// The part of `path` below `test`'s folder.
fn below<'a>(test: &Test, path: &'a Path) -> &'a str {
    path.strip_prefix(test.folder.path())
        .unwrap()
        .to_str()
        .unwrap()
}
