//! What `lambench inspect` looks into: packages with their layers, or deployed functions.

mod layers;

use std::path::PathBuf;

use crate::cli::{Globals, InspectArgs, LookArgs};
use crate::inspect::Environment;
use crate::subject::contents::Contents;
use crate::subject::infer;

use super::builds::Builder;
use super::error::{ConfigError, usage};
use super::file::{Build, ConfigFile, FunctionDef};
use super::naming::{Named, function_of, named, plain_name, qualified};
use super::origin::{Origin, Sourced};
use super::resolve::{config_file, lang};
use super::surroundings::Surroundings;
use super::{CopyLayer, Lang};
use layers::{existing, is_layer, layers_of, published};

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
    Package(PackageSight),
    /// A layer's version at an endpoint: its ARN.
    Published(String),
    /// A function at an endpoint: a name, with or without a qualifier, or an ARN.
    Deployed(String),
}

/// A package or a layer on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageSight {
    /// Folder or zip.
    pub path: PathBuf,
    /// In order.
    pub layers: Vec<CopyLayer>,
    /// Whether the package is a layer itself.
    pub is_layer: bool,
    /// Runtime, if somebody said or the files tell.
    pub runtime: Option<String>,
    /// Handler, if somebody said or the files tell.
    pub handler: Option<String>,
    /// Its variables, if somebody said.
    pub environment: Option<Environment>,
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
            check_where(&args.look, &target, after.as_ref())?;
            Ok(Inspected {
                target,
                after,
                lang: lang(globals, around, &file)?.value,
                warnings: warnings.clone(),
            })
        })
        .map_err(|error| error.warned(warnings))
}

/// Flags that say where to look make no sense where all is here.
fn check_where(look: &LookArgs, target: &Sight, after: Option<&Sight>) -> Result<(), ConfigError> {
    let is_here = |sight: &Sight| {
        matches!(&sight.what, SightOf::Package(package)
            if package.layers.iter().all(|layer| matches!(layer, CopyLayer::Path(_))))
    };
    let flags = [
        ("--aws", look.aws),
        ("--endpoint-url", look.endpoint_url.is_some()),
        ("--region", look.region.is_some()),
        ("--profile", look.profile.is_some()),
    ];
    let given = flags.into_iter().find(|(_, given)| *given);
    match given {
        Some((flag, _)) if is_here(target) && after.is_none_or(is_here) => Err(usage(
            format!("{flag}: {} is a package on this machine", target.name),
            &format!("leave {flag} out, or name a function that is deployed there"),
        )),
        _ => Ok(()),
    }
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
        self.args.look.aws || self.args.look.endpoint_url.is_some()
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
        let look = &self.args.look;
        // A layer doesn't say itself what it is for.
        let is_layer = word.contains(":layer:");
        let given = [
            ("--layers", !layers.is_empty()),
            ("--runtime", look.runtime.is_some() && !is_layer),
            ("--handler", look.handler.is_some()),
            ("--arch", look.arch.is_some() && !is_layer),
        ];
        let all = self.args.after.is_none();
        if let Some((flag, _)) = given.into_iter().find(|(_, given)| all && *given) {
            if is_layer {
                return Err(usage(
                    format!("{flag} is for packages, but {word} is a layer"),
                    "leave it out, or name the package and give the layer by --layers",
                ));
            }
            return Err(usage(
                format!(
                    "{flag} is for packages, but there is no file or folder {word} here, so it is a deployed function"
                ),
                "leave it out: a deployed function says itself; or correct the path",
            ));
        }
        if is_layer {
            return Ok(Sight {
                name: word.to_owned(),
                function: word.to_owned(),
                what: SightOf::Published(published(word, "the target")?),
            });
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
            Some(defined) if layers.is_empty() => layers_of(&builder, &defined)?,
            _ => {
                let written = layers
                    .iter()
                    .map(|layer| layer.to_string_lossy().into_owned());
                let written = Sourced::new(written.collect(), Origin::Flag("--layers".into()));
                layers_of(&builder, &written)?
            }
        };
        let contents = Contents::open(&path)?;
        let said = |given: &Option<String>, defined: Option<Sourced<String>>| {
            given.clone().or(defined.map(|defined| defined.value))
        };
        let runtime = said(&self.args.look.runtime, build.runtime);
        let handler = said(&self.args.look.handler, build.handler);
        let is_layer = handler.is_none() && layers.is_empty() && is_layer(&contents);
        let told = infer::infer(&contents, runtime.as_deref(), handler.as_deref());
        let (runtime, handler) = match told {
            Ok(told) if !is_layer => (Some(told.runtime), Some(told.handler)),
            _ => (runtime, handler),
        };
        Ok(Sight {
            name,
            function: function.to_owned(),
            what: SightOf::Package(PackageSight {
                path,
                layers,
                is_layer,
                runtime,
                handler,
                environment: (!build.environment.is_empty())
                    .then_some(Environment(build.environment)),
            }),
        })
    }
}
