//! What `lambench inspect` looks into: packages with their layers, or deployed functions.

use std::path::PathBuf;

use crate::cli::{Globals, InspectArgs};
use crate::subject::contents::Contents;
use crate::subject::infer::{self, Family};

use super::Lang;
use super::builds::{Builder, by};
use super::error::{ConfigError, usage};
use super::file::{Build, ConfigFile, FunctionDef};
use super::naming::{Named, function_of, named, plain_name, qualified};
use super::origin::{Origin, Sourced};
use super::resolve::{config_file, lang};
use super::surroundings::Surroundings;

/// One thing to look into, or two to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// The only one, or the one before.
    pub target: Sight,
    /// The one after.
    pub after: Option<Sight>,
    /// Language of what people read.
    pub lang: Lang,
    /// Unknown keys and the like.
    pub warnings: Vec<String>,
}

/// Something to look into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// As the user named it.
    pub name: String,
    /// The function that it is a build of: results are stored under its name.
    pub function: String,
    /// What it is.
    pub what: SightOf,
}

/// What there is to look into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SightOf {
    /// A package or a layer on this machine.
    Package {
        /// Folder or zip.
        path: PathBuf,
        /// Folders or zips, in order.
        layers: Vec<PathBuf>,
        /// Whether the package is a layer itself.
        is_layer: bool,
        /// Runtime, if somebody said or the files tell.
        runtime: Option<String>,
        /// Handler, if somebody said or the files tell.
        handler: Option<String>,
    },
    /// A function at an endpoint: a name, with or without a qualifier, or an ARN.
    Deployed(String),
}

/// As [`super::inspected()`].
pub fn inspected(
    args: &InspectArgs,
    globals: &Globals,
    around: &Surroundings,
) -> Result<Inspected, ConfigError> {
    let file = config_file(globals, around)?;
    let mut warnings = file.warnings.clone();
    warnings.extend(around.warnings());
    let finder = Finder {
        args,
        file: &file,
        around,
    };
    finder
        .find()
        .and_then(|(target, after)| {
            Ok(Inspected {
                target,
                after,
                lang: lang(globals, around, &file)?.value,
                warnings: warnings.clone(),
            })
        })
        .map_err(|error| error.warned(warnings))
}

/// Every function of lambench.toml that has a package, by the folders or zips of its builds, and how many budgets hold for
/// each: as [`super::neighbours()`].
pub fn neighbours(globals: &Globals, around: &Surroundings) -> Result<Vec<Neighbour>, ConfigError> {
    let file = config_file(globals, around)?;
    let builder = Builder {
        around,
        file: &file,
        has_flags: false,
    };
    let all = file.functions.iter().map(|(name, def)| {
        let build = def.pair().map(|(_, after)| after).or_else(|| def.single());
        let package = build.and_then(|build| build.package);
        let gate = def.gate.fail_if.as_ref().or(file.gate.fail_if.as_ref());
        Neighbour {
            name: name.clone(),
            package: package.map(|package| builder.path(&package.value, &package.origin)),
            budgets: gate.map_or(0, Vec::len),
        }
    });
    Ok(all.collect())
}

/// A function of lambench.toml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its name.
    pub name: String,
    /// Its package, the one after where there are two; none where it is defined without one.
    pub package: Option<PathBuf>,
    /// Budgets that are set for it.
    pub budgets: usize,
}

struct Finder<'a> {
    args: &'a InspectArgs,
    file: &'a ConfigFile,
    around: &'a Surroundings,
}

impl<'a> Finder<'a> {
    fn find(&self) -> Result<(Sight, Option<Sight>), ConfigError> {
        let args = self.args;
        let after_layers = if args.after_layers.is_empty() {
            &args.layers
        } else {
            &args.after_layers
        };
        let Some(after) = &args.after else {
            if let Some(def) = self.defined(&args.target)
                && let Some((before, after)) = def.pair()
            {
                let name = |arm: &str| format!("{}-{arm}", args.target);
                let (before, after) = (before.or(&self.file.build), after.or(&self.file.build));
                return Ok((
                    self.package(name("before"), &args.target, before, &args.layers)?,
                    Some(self.package(name("after"), &args.target, after, after_layers)?),
                ));
            }
            return Ok((self.sight(&args.target, &args.layers)?, None));
        };
        Ok((
            self.sight(&args.target, &args.layers)?,
            Some(self.sight(after, after_layers)?),
        ))
    }

    /// Its definition, unless an endpoint is to be asked.
    fn defined(&self, word: &str) -> Option<&'a FunctionDef> {
        let file: &'a ConfigFile = self.file;
        let is_defined = matches!(named(word, file, &self.around.folder), Named::Defined(_));
        file.functions
            .get(word)
            .filter(|_| is_defined && !self.elsewhere())
    }

    fn elsewhere(&self) -> bool {
        self.args.place.aws || self.args.place.endpoint_url.is_some()
    }

    fn sight(&self, word: &str, layers: &[PathBuf]) -> Result<Sight, ConfigError> {
        if word.is_empty() {
            return Err(usage(
                "the target is empty".into(),
                "name what to look into (a variable of the shell may be unset); the working folder is `.`",
            ));
        }
        match named(word, self.file, &self.around.folder) {
            Named::Path => {
                let package = Some(Sourced::new(
                    word.to_owned(),
                    Origin::Flag("the command line".into()),
                ));
                let build = Build {
                    package,
                    ..Build::default()
                };
                let function = function_of(&self.around.folder.join(word));
                self.package(word.to_owned(), &function, build, layers)
            }
            Named::Defined(def) if !self.elsewhere() => {
                let Some(build) = def.single() else {
                    return Err(if def.pair().is_some() {
                        usage(
                            format!("{word} is defined with two builds"),
                            &format!(
                                "`lambench inspect {word}` alone compares them; else name a build by its path"
                            ),
                        )
                    } else {
                        ConfigError::NoPackage {
                            name: word.to_owned(),
                            why: format!("{word} is defined without one"),
                            hint: "say --aws for the function of that name there".into(),
                        }
                    });
                };
                self.package(word.to_owned(), word, build.or(&self.file.build), layers)
            }
            Named::Defined(def) => {
                let deployed = def.name.as_ref().map_or(word, |name| name.value.as_str());
                self.deployed(word, deployed, layers)
            }
            Named::Elsewhere => self.deployed(word, word, layers),
            Named::Baseline(_) => Err(usage(
                format!("{word}: a stored result has no package to look into"),
                "name the package itself",
            )),
        }
    }

    fn deployed(
        &self,
        word: &str,
        function: &str,
        layers: &[PathBuf],
    ) -> Result<Sight, ConfigError> {
        let args = self.args;
        let given = [
            ("--layers", !layers.is_empty()),
            ("--runtime", args.runtime.is_some()),
            ("--handler", args.handler.is_some()),
            ("--arch", args.arch.is_some()),
        ];
        let all = args.after.is_none();
        if let Some((flag, _)) = given.into_iter().find(|(_, given)| all && *given) {
            return Err(usage(
                format!(
                    "{flag} is for packages, but there is no file or folder {word} here, so it is a deployed function"
                ),
                "leave it out: a deployed function says itself; or correct the path",
            ));
        }
        Ok(Sight {
            name: word.to_owned(),
            function: plain_name(qualified(function).map_or(function, |(name, _)| name)).to_owned(),
            what: SightOf::Deployed(function.to_owned()),
        })
    }

    fn package(
        &self,
        name: String,
        function: &str,
        build: Build,
        layers: &[PathBuf],
    ) -> Result<Sight, ConfigError> {
        let builder = Builder {
            around: self.around,
            file: self.file,
            has_flags: true,
        };
        let Some(package) = build.package else {
            return Err(ConfigError::NoSubject);
        };
        let path = existing(builder.path(&package.value, &package.origin), &package)?;
        let layers = match build.layers {
            Some(defined) if layers.is_empty() => paths(&builder, &defined)?,
            _ => {
                let written = layers
                    .iter()
                    .map(|layer| layer.to_string_lossy().into_owned());
                let written = Sourced::new(written.collect(), Origin::Flag("--layers".into()));
                paths(&builder, &written)?
            }
        };
        let contents = Contents::open(&path)?;
        let said = |given: &Option<String>, defined: Option<Sourced<String>>| {
            given.clone().or(defined.map(|defined| defined.value))
        };
        let runtime = said(&self.args.runtime, build.runtime);
        let handler = said(&self.args.handler, build.handler);
        let is_layer = handler.is_none() && layers.is_empty() && is_layer(&contents);
        let told = infer::infer(&contents, runtime.as_deref(), handler.as_deref());
        let (runtime, handler) = match told {
            Ok(told) if !is_layer => (Some(told.runtime), Some(told.handler)),
            _ => (runtime, handler),
        };
        Ok(Sight {
            name,
            function: function.to_owned(),
            what: SightOf::Package {
                path,
                layers,
                is_layer,
                runtime,
                handler,
            },
        })
    }
}

fn paths(
    builder: &Builder<'_>,
    written: &Sourced<Vec<String>>,
) -> Result<Vec<PathBuf>, ConfigError> {
    let all = written.value.iter().map(|layer| {
        let layer = Sourced::new(layer.clone(), written.origin.clone());
        existing(builder.path(&layer.value, &layer.origin), &layer)
    });
    all.collect()
}

fn existing(path: PathBuf, written: &Sourced<String>) -> Result<PathBuf, ConfigError> {
    if path.exists() {
        return Ok(path);
    }
    let hint = match written.origin {
        Origin::File { .. } => format!(
            "looked for {}; paths in the file are relative to it",
            path.display()
        ),
        _ => "a word with a / in it or one that ends in .zip is taken for a path; a deployed function is named by NAME or \
              ARN"
            .to_owned(),
    };
    Err(ConfigError::NoSuchPath {
        path: written.value.clone(),
        by: by(&written.origin),
        hint,
    })
}

/// What lies at the top of a layer, as far as Lambda's runtimes look there.
const OF_LAYERS: [&str; 8] = [
    "python",
    "nodejs",
    "lib",
    "bin",
    "extensions",
    "share",
    "etc",
    "include",
];

/// A layer has a folder of a language at its top, and nothing that a package would have there.
fn is_layer(contents: &Contents) -> bool {
    let has = |family| match family {
        Family::Python => contents.has_folder("python"),
        _ => contents.has_folder("nodejs"),
    };
    (has(Family::Python) || has(Family::Node))
        && contents
            .top_names()
            .iter()
            .all(|name| OF_LAYERS.contains(&name.as_str()))
}
