//! Copies: which words of the command line name a function of our own beside one that is deployed.

use crate::cli::RunArgs;
use crate::results::Arm;

use super::builds::of_flags;
use super::candidate::{Candidate, What};
use super::error::{ConfigError, usage};
use super::file::Build;
use super::naming::{looks_like_a_path, plain_name, qualified};
use super::subjects::Finder;
use super::surroundings::Surroundings;
use super::{CopyLayer, CopySpec};

/// The word for the code that a function has now.
pub const DEPLOYED: &str = "deployed";

/// A copy as it was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Whose configuration it takes.
    pub model: String,
    /// The package that it gets, as written; none: the deployed code.
    pub package: Option<String>,
}

/// Finds copies.
pub struct Copies<'a> {
    /// What else there is.
    pub finder: &'a Finder<'a>,
}

impl Copies<'_> {
    /// Whether the builds of `--function` are to stand beside it on its endpoint, rather than on the sandbox.
    pub fn are_meant(&self, function: &str, before: Option<&str>, after: Option<&str>) -> bool {
        let words: Vec<&str> = [before, after].into_iter().flatten().collect();
        if words.is_empty() || self.finder.args.place.local {
            return false;
        }
        let only_there = |word: &&str| *word == DEPLOYED || qualified(word).is_some();
        self.finder.elsewhere()
            || words.iter().any(only_there)
            || !self.finder.file.functions.contains_key(function)
    }

    /// The builds of `--function` as copies of it. What is not named as before is what is deployed.
    pub fn of(
        &self,
        function: &str,
        before: Option<&str>,
        after: Option<&str>,
    ) -> Result<Vec<Candidate>, ConfigError> {
        let Some(after) = after else {
            return Err(usage(
                format!("--function {function} with --before alone: nothing to compare it with"),
                "name the other build with --after; what the function has now is `deployed`",
            ));
        };
        let stored = self.finder.args.baseline.is_some()
            || self
                .finder
                .args
                .before
                .as_deref()
                .is_some_and(|word| word.starts_with("baseline:") || word.starts_with("logs:"));
        let before = before.or((!stored && after != DEPLOYED).then_some(DEPLOYED));
        let Some(before) = before else {
            return Ok(vec![self.build(Arm::Only, function, after, "--after")?]);
        };
        if before == after {
            return Err(usage(
                format!("--before {before} and --after {after} are the same"),
                "name two builds, or measure one alone: --no-previous leaves earlier results out",
            ));
        }
        Ok(vec![
            self.build(Arm::Before, function, before, "--before")?,
            self.build(Arm::After, function, after, "--after")?,
        ])
    }

    /// `NAME:QUALIFIER`.
    pub fn version(
        &self,
        arm: Arm,
        word: &str,
        flag: &'static str,
    ) -> Result<Candidate, ConfigError> {
        let (name, qualifier) = qualified(word).unwrap_or((plain_name(word), "$LATEST"));
        if self.finder.args.place.local {
            return Err(ConfigError::NoPackage {
                name: word.to_owned(),
                why: "it is a version on AWS, and --local measures packages".into(),
                hint: "leave --local out, or give its package".into(),
            });
        }
        let reason = format!("{word} names {qualifier} of {name}, which is deployed");
        Ok(candidate(arm, word, flag, name, word, None, reason))
    }

    fn build(
        &self,
        arm: Arm,
        function: &str,
        word: &str,
        flag: &'static str,
    ) -> Result<Candidate, ConfigError> {
        if qualified(word).is_some() && !self.is_path(word) {
            return self.version(arm, word, flag);
        }
        let def = self.finder.file.functions.get(function);
        let model = def
            .and_then(|def| def.name.as_ref())
            .map_or(function, |name| name.value.as_str());
        let reason = match def {
            None => self.finder.file.in_words(plain_name(function)),
            Some(_) => format!("the build stands beside the deployed {function}"),
        };
        let package = (word != DEPLOYED).then(|| word.to_owned());
        if package.is_some() && !self.is_path(word) {
            return Err(usage(
                format!(
                    "{flag} {word}: with --function it is a package, `deployed`, or NAME:QUALIFIER, and there is no such file"
                ),
                "name a folder or a zip; a copy of another function is NAME:$LATEST",
            ));
        }
        let plain = plain_name(function);
        Ok(candidate(arm, word, flag, plain, model, package, reason))
    }

    fn is_path(&self, word: &str) -> bool {
        !word.starts_with("arn:")
            && (looks_like_a_path(word) || self.finder.around.folder.join(word).exists())
    }
}

fn candidate(
    arm: Arm,
    word: &str,
    flag: &'static str,
    function: &str,
    model: &str,
    package: Option<String>,
    reason: String,
) -> Candidate {
    Candidate {
        arm,
        written: word.to_owned(),
        flag,
        function: function.to_owned(),
        what: What::Copy(Copied {
            model: model.to_owned(),
            package,
        }),
        label: None,
        reason,
    }
}

/// The copy with what its flags set, and only they: defaults are for packages, a copy is like its function.
pub fn resolve(
    copied: Copied,
    flags: Build,
    around: &Surroundings,
) -> Result<CopySpec, ConfigError> {
    let existing = |written: &str, by: &str| {
        let path: std::path::PathBuf = around.folder.join(written).components().collect();
        if path.exists() {
            return Ok(path);
        }
        Err(ConfigError::NoSuchPath {
            path: written.to_owned(),
            by: by.to_owned(),
            hint: "a folder or a zip; a published layer is named by its ARN with the version"
                .into(),
        })
    };
    let package = copied
        .package
        .map(|written| existing(&written, "--before or --after"))
        .transpose()?;
    let layers = flags
        .layers
        .map(|layers| {
            layers
                .value
                .iter()
                .map(|layer| {
                    if layer.starts_with("arn:") {
                        Ok(CopyLayer::Arn(layer.clone()))
                    } else {
                        existing(layer, "--layers").map(CopyLayer::Path)
                    }
                })
                .collect::<Result<Vec<_>, _>>()
        })
        .transpose()?;
    Ok(CopySpec {
        model: copied.model,
        package,
        runtime: flags.runtime.map(|runtime| runtime.value),
        handler: flags.handler.map(|handler| handler.value),
        memory_mb: flags.memory.map(|memory| memory.value),
        timeout_s: flags.timeout.map(|timeout| timeout.value),
        layers,
        environment: flags.environment,
    })
}

/// What `--around` needs: one function in place.
pub fn around(args: &RunArgs, subjects: &[Candidate]) -> Result<Option<String>, ConfigError> {
    let Some(command) = &args.around else {
        return Ok(None);
    };
    let in_place = matches!(subjects, [only] if matches!(only.what, What::InPlace(_)));
    if !in_place || args.baseline.is_some() {
        return Err(usage(
            "--around measures one function in place, before and after the command".into(),
            "give --function NAME of a deployed function alone (--aws if lambench.toml gives it a package)",
        ));
    }
    Ok(Some(command.clone()))
}

/// The wrapper of `--no-handler` is packed next to code, so there must be a package.
pub fn check_no_handler(args: &RunArgs, subjects: &[Candidate]) -> Result<(), ConfigError> {
    let in_place = subjects.iter().find(|s| matches!(s.what, What::InPlace(_)));
    match in_place.filter(|_| args.no_handler) {
        None => Ok(()),
        Some(subject) => Err(usage(
            format!(
                "--no-handler: {} is measured in place, where its code is not changed",
                subject.written
            ),
            "measure a copy of it: --function NAME --after deployed --no-handler",
        )),
    }
}

/// The flags of one arm over those for both.
pub fn flags_of(args: &RunArgs, arm: Arm) -> Build {
    let common = of_flags(&args.build.typed());
    match arm {
        Arm::Before => of_flags(&args.before_build.typed()),
        Arm::After | Arm::Only => of_flags(&args.after_build.typed()),
    }
    .or(&common)
}
