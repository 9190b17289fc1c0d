//! A subject before its build is resolved: a package of lambench.toml or of the command line, or a function in place.

use super::copies::Copied;
use super::error::ConfigError;
use super::file::{self, Build, FunctionDef};
use super::naming::{function_of, plain_name};
use super::origin::{Origin, Sourced};
use super::subjects::Finder;
use crate::results::Arm;

/// Why a path is measured on the sandbox, after its name.
pub const IS_A_PACKAGE: &str = " is a package on this machine";

/// What one subject is, before its build is resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A package, as far as the command line's paths and lambench.toml describe it.
    Package(Box<Build>),
    /// A function in place: name or ARN.
    InPlace(String),
    /// A copy of a function or a version.
    Copy(Copied),
}

/// One subject as it was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Which arm.
    pub arm: Arm,
    /// As the user wrote it.
    pub written: String,
    /// The flag that named it.
    pub flag: &'static str,
    /// The function it is a build of.
    pub function: String,
    /// What it is.
    pub what: What,
    /// Label that lambench.toml gives to a function in place.
    pub label: Option<String>,
    /// Why it is a package or not, in words.
    pub reason: String,
}

impl Finder<'_> {
    /// A build of a function that lambench.toml defines.
    pub(super) fn package(
        &self,
        arm: Arm,
        written: &str,
        flag: &'static str,
        function: &str,
        build: Build,
    ) -> Candidate {
        Candidate {
            arm,
            written: written.to_owned(),
            flag,
            function: function.to_owned(),
            what: What::Package(Box::new(build)),
            label: None,
            reason: format!("{function} is defined with a package in {}", self.shown()),
        }
    }

    /// A path of the command line; what else is known of its build is in `base`.
    pub(super) fn path(
        &self,
        arm: Arm,
        word: &str,
        flag: &'static str,
        base: Option<Build>,
    ) -> Candidate {
        let package = Sourced::new(word.to_owned(), Origin::Flag(flag.into()));
        Candidate {
            arm,
            written: word.to_owned(),
            flag,
            function: function_of(&self.around.folder.join(word)),
            what: What::Package(Box::new(Build {
                package: Some(package),
                ..base.unwrap_or_default()
            })),
            label: None,
            reason: format!("{word}{IS_A_PACKAGE}"),
        }
    }

    /// A function where it is, by its name or as it is defined.
    pub(super) fn in_place(
        &self,
        arm: Arm,
        word: &str,
        flag: &'static str,
        def: Option<&FunctionDef>,
        reason: String,
    ) -> Result<Candidate, ConfigError> {
        if self.args.place.local {
            return Err(ConfigError::NoPackage {
                name: word.to_owned(),
                why: format!("{reason}, and --local measures packages"),
                hint: format!(
                    "give its package with --after PATH, or define [functions.{}] with a package in lambench.toml",
                    plain_name(word)
                ),
            });
        }
        if word.is_empty() {
            return Err(ConfigError::NoSubject);
        }
        let name = def.and_then(|def| def.name.as_ref());
        Ok(Candidate {
            arm,
            written: word.to_owned(),
            flag,
            function: plain_name(word).to_owned(),
            what: What::InPlace(name.map_or_else(|| word.to_owned(), |name| name.value.clone())),
            label: def
                .filter(|def| !def.has_package())
                .and_then(|def| def.build.label.as_ref())
                .map(|label| label.value.clone()),
            reason,
        })
    }

    pub(super) fn why_in_place(&self, name: &str, def: &FunctionDef) -> String {
        if def.has_package() {
            format!("the deployed {name}, not the package in {}", self.shown())
        } else {
            format!("{name} is defined without a package in {}", self.shown())
        }
    }

    pub(super) fn shown(&self) -> &str {
        self.file.shown.as_deref().unwrap_or(file::NAME)
    }
}

/// As the path of its package was written.
pub(super) fn written(build: &Build) -> String {
    build
        .package
        .as_ref()
        .map_or_else(String::new, |package| package.value.clone())
}
