//! Which subjects there are: what `--function`, `--before` and `--after` name, as packages or functions in place.

use crate::cli::RunArgs;
use crate::results::Arm;

use super::again::Again;
use super::candidate::{Candidate, written};
use super::copies::Copies;
use super::error::{ConfigError, usage};
use super::file::{Build, ConfigFile, FunctionDef};
use super::gate::GateTable;
use super::naming::{Named, looks_like_a_path, named, plain_name, qualified};
use super::origin::Sourced;
use super::surroundings::Surroundings;
use super::toml_reader::nearest;

/// All that the command line names.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidates {
    /// One or two.
    pub subjects: Vec<Candidate>,
    /// The stored *before*.
    pub baseline: Option<String>,
    /// The stored result whose package is the one before.
    pub again: Option<Again>,
    /// The definition whose payload counts.
    pub payload: Option<Sourced<String>>,
    /// The limit of the definition that counts.
    pub limit: Option<Sourced<f64>>,
    /// The budgets of the definition that counts.
    pub gate: Option<GateTable>,
}

/// Finds out what is named.
pub struct Finder<'a> {
    /// The command line.
    pub args: &'a RunArgs,
    /// lambench.toml.
    pub file: &'a ConfigFile,
    /// The working folder.
    pub around: &'a Surroundings,
}

impl Finder<'_> {
    /// Every subject and the baseline.
    pub fn find(&self, warnings: &mut Vec<String>) -> Result<Candidates, ConfigError> {
        let mut before = self.args.before.as_deref();
        let mut baseline = self.args.baseline.clone();
        if let Some(name) = before.and_then(|text| text.strip_prefix("baseline:")) {
            baseline = Some(name.to_owned());
            before = None;
        }
        if let Some(logs) = before.filter(|text| text.starts_with("logs:")) {
            baseline = Some(logs.to_owned());
            before = None;
        }
        let again = match before.and_then(|text| text.strip_prefix("result:")) {
            Some(name) => Some(Again::find(name, &self.around.project())?),
            None => None,
        };
        if let Some(again) = &again {
            before = Some(again.package());
        }
        self.check_words(baseline.as_deref())?;
        self.warn_of_near_names(warnings);
        let after = self.args.after.as_deref();
        let mut def = None;
        let mut subjects = match (self.args.function.as_deref(), before, after) {
            (None, None, None) => return Err(ConfigError::NoSubject),
            (None, None, Some(after)) => vec![self.word(Arm::Only, after, "--after")?],
            (None, Some(before), None) => {
                return Err(usage(
                    format!("--before {before}: nothing to compare it with"),
                    "name the other build with --after; a build on its own is measured with --after alone",
                ));
            }
            (None, Some(before), Some(after)) => vec![
                self.word(Arm::Before, before, "--before")?,
                self.word(Arm::After, after, "--after")?,
            ],
            (Some(function), before, after) => {
                def = self.file.functions.get(function);
                self.function(function, before, after)?
            }
        };
        if let Some(again) = &again {
            for subject in subjects.iter_mut().filter(|s| s.arm == Arm::Before) {
                again.name(subject, self.args.function.is_none());
            }
        }
        // Of the function that is named, or else of the first subject that says something.
        let others: Vec<_> = subjects
            .iter()
            .filter_map(|subject| self.file.functions.get(&subject.written))
            .collect();
        let defs = || def.into_iter().chain(others.iter().copied());
        let payload = defs().find_map(|def| def.payload.clone());
        let limit = defs().find_map(|def| def.limit.clone());
        let gate = defs().find(|def| def.gate != GateTable::default());
        let gate = gate.map(|def| def.gate.clone());
        if baseline.is_some() && subjects.len() == 2 {
            let left_out = subjects.remove(0);
            subjects[0].arm = Arm::Only;
            warnings.push(format!(
                "{} is not measured: the stored baseline is the one before",
                left_out.written
            ));
        }
        Ok(Candidates {
            subjects,
            baseline,
            again,
            payload,
            limit,
            gate,
        })
    }

    /// Words that can't be what they were meant as.
    fn check_words(&self, baseline: Option<&str>) -> Result<(), ConfigError> {
        if baseline == Some("") {
            return Err(usage(
                "the baseline has no name".into(),
                "name it as it was stored by --save-baseline",
            ));
        }
        for (flag, word) in [
            ("--function", self.args.function.as_deref()),
            ("--before", self.args.before.as_deref()),
            ("--after", self.args.after.as_deref()),
        ] {
            // The working folder would be its nearest meaning, and is hardly ever meant.
            if word == Some("") {
                return Err(usage(
                    format!("{flag} is empty"),
                    "name what to measure (a variable of the shell may be unset); the working folder is `.`",
                ));
            }
        }
        for (flag, word) in [
            ("--function", self.args.function.as_deref()),
            ("--after", self.args.after.as_deref()),
        ] {
            let stored = ["baseline:", "result:", "logs:"]
                .into_iter()
                .find(|kind| word.is_some_and(|word| word.starts_with(kind)));
            if let Some(kind) = stored {
                return Err(usage(
                    format!(
                        "{flag} {kind} {} can only be the one before",
                        if kind == "logs:" {
                            "logs"
                        } else {
                            "a stored result"
                        }
                    ),
                    "name it with --before, and what to measure with --after or --function",
                ));
            }
        }
        Ok(())
    }

    /// A name that lambench.toml does not define is a function on AWS, unless it is a slip.
    fn warn_of_near_names(&self, warnings: &mut Vec<String>) {
        if self.elsewhere() {
            return;
        }
        let args = self.args;
        for word in [&args.function, &args.before, &args.after]
            .into_iter()
            .flatten()
        {
            let known = self.file.functions.keys().map(String::as_str);
            if *word == super::copies::DEPLOYED || qualified(word).is_some() {
                continue;
            }
            if let Named::Elsewhere = named(word, self.file, &self.around.folder)
                && let Some(near) = nearest(plain_name(word), known)
            {
                warnings.push(format!(
                    "{} does not define {word}: did you mean {near}?",
                    self.shown()
                ));
            }
        }
    }

    pub(super) fn elsewhere(&self) -> bool {
        self.args.place.aws || self.args.place.endpoint_url.is_some()
    }

    /// What a word after `--before` or `--after` names.
    fn word(&self, arm: Arm, word: &str, flag: &'static str) -> Result<Candidate, ConfigError> {
        if word == super::copies::DEPLOYED && !self.file.functions.contains_key(word) {
            return Err(usage(
                format!("{flag} deployed: of which function?"),
                "name it with --function",
            ));
        }
        match named(word, self.file, &self.around.folder) {
            Named::Defined(def) => self.defined_word(arm, word, flag, def),
            Named::Path => Ok(self.path(arm, word, flag, None)),
            Named::Elsewhere if qualified(word).is_some() => {
                Copies { finder: self }.version(arm, word, flag)
            }
            // A baseline among subjects was dealt with before.
            Named::Elsewhere | Named::Baseline(_) => {
                self.in_place(arm, word, flag, None, self.file.in_words(plain_name(word)))
            }
        }
    }

    fn defined_word(
        &self,
        arm: Arm,
        word: &str,
        flag: &'static str,
        def: &FunctionDef,
    ) -> Result<Candidate, ConfigError> {
        if self.elsewhere() || !def.has_package() {
            return self.in_place(arm, word, flag, Some(def), self.why_in_place(word, def));
        }
        match def.single() {
            Some(build) => Ok(self.package(arm, word, flag, word, build)),
            None => Err(usage(
                format!(
                    "{flag} {word}: {} defines it with a before and an after",
                    self.shown()
                ),
                "measure both with --function, or give the path of one package",
            )),
        }
    }

    /// What `--function` names, with `--before` and `--after` as builds of it.
    fn function(
        &self,
        function: &str,
        before: Option<&str>,
        after: Option<&str>,
    ) -> Result<Vec<Candidate>, ConfigError> {
        if looks_like_a_path(function) {
            return Err(usage(
                format!("--function {function}: that is a path, not a function's name"),
                "give a package with --after (and the one to compare it with by --before)",
            ));
        }
        let flag = "--function";
        let copies = Copies { finder: self };
        if copies.are_meant(function, before, after) {
            return copies.of(function, before, after);
        }
        let Some(def) = self.file.functions.get(function) else {
            if before.is_some() || after.is_some() {
                return Err(usage(
                    format!(
                        "--function {function} with --before or --after: {}",
                        self.file.in_words(function)
                    ),
                    "leave --function out, or define the function: --before and --after then name its builds",
                ));
            }
            let why = self.file.in_words(plain_name(function));
            return Ok(vec![self.in_place(Arm::Only, function, flag, None, why)?]);
        };
        if before.is_some() || after.is_some() {
            return self.builds_of(function, def, before, after);
        }
        if self.elsewhere() || !def.has_package() {
            let why = self.why_in_place(function, def);
            return Ok(vec![self.in_place(
                Arm::Only,
                function,
                flag,
                Some(def),
                why,
            )?]);
        }
        if let Some((before, after)) = def.pair() {
            return Ok(vec![
                self.package(Arm::Before, &written(&before), flag, function, before),
                self.package(Arm::After, &written(&after), flag, function, after),
            ]);
        }
        match def.single() {
            Some(build) => Ok(vec![self.package(
                Arm::Only,
                function,
                flag,
                function,
                build,
            )]),
            None => Err(ConfigError::NoPackage {
                name: function.to_owned(),
                why: format!("{} defines one of its builds without", self.shown()),
                hint: "give both before and after a package, or the function itself one".into(),
            }),
        }
    }

    /// Paths that stand in for the builds of a defined function.
    fn builds_of(
        &self,
        function: &str,
        def: &FunctionDef,
        before: Option<&str>,
        after: Option<&str>,
    ) -> Result<Vec<Candidate>, ConfigError> {
        let (own_before, own_after) = def.pair().unzip();
        let own_before = own_before.or_else(|| def.single());
        let own_after = own_after.or_else(|| def.single());
        let build =
            |arm, path: Option<&str>, flag, variant: Option<&Build>, own: Option<Build>| match path
            {
                Some(path) => {
                    let base = variant.cloned().unwrap_or_default().or(&def.build);
                    let mut candidate = self.path(arm, path, flag, Some(base));
                    function.clone_into(&mut candidate.function);
                    Some(candidate)
                }
                None => {
                    own.map(|own| self.package(arm, &written(&own), "--function", function, own))
                }
            };
        let first = build(
            Arm::Before,
            before,
            "--before",
            def.before.as_ref(),
            own_before,
        );
        let second = build(Arm::After, after, "--after", def.after.as_ref(), own_after);
        match (first, second) {
            (Some(first), Some(second)) => Ok(vec![first, second]),
            (None, Some(mut only)) => {
                only.arm = Arm::Only;
                Ok(vec![only])
            }
            (_, None) => Err(usage(
                format!("--function {function} with --before alone: nothing to compare it with"),
                "name the other build with --after",
            )),
        }
    }
}
