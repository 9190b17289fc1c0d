//! `--before result:ID`: the package of a stored result, to be measured again next to today's.

use std::path::Path;

use crate::results::store::Store;
use crate::results::{Layer, SubjectResult};

use super::candidate::{Candidate, What};
use super::error::{ConfigError, usage};
use super::file::Build;
use super::origin::{Origin, Sourced};
use super::{Subject, Target};

/// A stored package: where it lies, how it was run, and what its code was.
#[derive(Debug, Clone, PartialEq)]
pub struct Again {
    /// `result:` and the whole id.
    pub name: String,
    /// What was measured then.
    pub subject: SubjectResult,
    build: Build,
    package: String,
    environment: Vec<String>,
}

impl Again {
    /// The package of the result that `name` names; its paths are seen from the project's folder.
    pub fn find(name: &str, project: &Path) -> Result<Self, ConfigError> {
        let named = Store::new(project)
            .named(&format!("result:{name}"))
            .map_err(|error| {
                let hint = error.hint().unwrap_or_default();
                usage(format!("--before result:{name}: {error}"), &hint)
            })?;
        let whole = format!("result:{}{}", named.result.id, named.arm.ending());
        let subjects = named.result.subjects.into_iter();
        let subject = subjects.into_iter().find(|s| s.arm == named.arm);
        let Some((subject, source)) = subject.and_then(|s| s.source.clone().map(|from| (s, from)))
        else {
            return Err(usage(
                format!("--before {whole}: the result doesn't say where its package lies"),
                "only packages on this machine can be measured again; `lambench compare` takes the result as it is",
            ));
        };
        let found = |path: &Path| {
            let path = project.join(path);
            if path.exists() {
                return Ok(path.to_string_lossy().into_owned());
            }
            Err(usage(
                format!("--before {whole}: its package {} is gone", path.display()),
                "build it there again, or compare with the result as it is: `lambench compare`",
            ))
        };
        let package = found(&source.package)?;
        let layers: Vec<String> = source
            .layers
            .iter()
            .map(|layer| found(layer))
            .collect::<Result<_, _>>()?;
        let origin = Origin::Flag(format!("--before {whole}"));
        let number = |n: u64| u32::try_from(n).ok();
        let build = Build {
            package: Some(Sourced::new(package.clone(), origin.clone())),
            runtime: Some(Sourced::new(subject.runtime.clone(), origin.clone())),
            handler: subject
                .handler
                .clone()
                .map(|handler| Sourced::new(handler, origin.clone())),
            layers: Some(Sourced::new(layers, origin.clone())),
            memory: number(subject.memory_mb).map(|mb| Sourced::new(mb, origin.clone())),
            timeout: number(subject.timeout_s).map(|s| Sourced::new(s, origin.clone())),
            label: subject
                .label
                .clone()
                .map(|label| Sourced::new(label, origin)),
            ..Build::default()
        };
        Ok(Self {
            name: whole,
            subject,
            build,
            package,
            environment: source.environment,
        })
    }

    /// The path of the package, as a subject is named by.
    pub fn package(&self) -> &str {
        &self.package
    }

    /// Makes a path that was found the stored package: built as it was then where no flag says otherwise.
    pub fn name(&self, subject: &mut Candidate, is_its_function: bool) {
        subject.written.clone_from(&self.name);
        if is_its_function {
            subject.function.clone_from(&self.subject.function);
        }
        if let What::Package(build) = &mut subject.what {
            **build = self.build.clone().or(build);
        }
    }

    /// Values of variables are never stored: those that it had must have been given again.
    pub fn has_its_variables(&self, subjects: &[Subject]) -> Result<(), ConfigError> {
        let given = subjects.first().map(|subject| match &subject.target {
            Target::Package(package) => &package.environment,
            Target::Copy(copy) => &copy.environment,
            Target::InPlace(_) => unreachable!("a path is a package"),
        });
        let missing: Vec<&str> = self
            .environment
            .iter()
            .filter(|name| given.is_none_or(|given| !given.contains_key(*name)))
            .map(String::as_str)
            .collect();
        let Some(first) = missing.first() else {
            return Ok(());
        };
        Err(usage(
            format!(
                "--before {}: it was measured with the environment variables {}, whose values are not stored",
                self.name,
                missing.join(", ")
            ),
            &format!("give them again: --before-env {first}=VALUE"),
        ))
    }

    /// With a wrapper the code is another.
    pub fn runs_the_same(&self, no_handler: bool) -> Result<(), ConfigError> {
        if self.subject.no_handler == no_handler {
            return Ok(());
        }
        let (was, hint) = if no_handler {
            ("its handler", "leave --no-handler out")
        } else {
            ("--no-handler", "give --no-handler")
        };
        Err(usage(
            format!("--before {}: it was measured with {was}", self.name),
            hint,
        ))
    }

    /// What is no longer as it was, of the package that is to be measured: its code or its layers.
    pub fn changed(&self, now: &SubjectResult) -> Option<String> {
        let sizes = |layers: &[Layer]| layers.iter().map(|layer| layer.bytes).collect::<Vec<_>>();
        if self.subject.code_sha256 != now.code_sha256 {
            Some(format!("its package {}", self.package))
        } else if sizes(&self.subject.layers) != sizes(&now.layers) {
            Some("a layer".to_owned())
        } else {
            None
        }
    }
}
