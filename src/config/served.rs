//! The functions that `lambench serve` offers from the start.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::cli::{Globals, ServeArgs};
use crate::sandbox::Machine;

use super::builds::{Builder, of_variables};
use super::error::{ConfigError, usage};
use super::file::{self, Build, ConfigFile};
use super::origin::{Origin, Sourced};
use super::resolve::{config_file, config_path, ric};
use super::surroundings::Surroundings;
use super::{PackageSpec, machine};

/// A function that `lambench serve` offers from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedFunction {
    /// Function name.
    pub name: String,
    /// What it runs.
    pub package: PackageSpec,
}

/// Served functions, and what should be said about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// In the order in which they were named.
    pub functions: Vec<ServedFunction>,
    /// Those whose package is missing or can't be run as it is.
    pub broken: Vec<Broken>,
    /// lambench.toml, or where it would be.
    pub file: PathBuf,
    /// The project's folder: `.lambench/` lies here.
    pub project: PathBuf,
    /// `--ric PATH`: a runtime interface client to run.
    pub ric: Option<PathBuf>,
    /// `--cpu` and `--disk`.
    pub machine: Machine,
    /// Unknown keys and the like.
    pub warnings: Vec<String>,
}

/// A function that can't be offered as things are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its name.
    pub name: String,
    /// Why.
    pub why: String,
    /// What to do next.
    pub hint: Option<String>,
    /// Its package and its layers, whether they are there or not.
    pub paths: Vec<PathBuf>,
}

impl ServedFunction {
    /// Its package and its layers.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        std::iter::once(&self.package.path).chain(&self.package.layers)
    }
}

impl Served {
    /// All that it was made of, whether it is there or not: what has to be watched.
    pub fn paths(&self) -> BTreeSet<PathBuf> {
        let sound = self.functions.iter().flat_map(ServedFunction::paths);
        let broken = self.broken.iter().flat_map(|broken| &broken.paths);
        let all = sound.chain(broken).chain([&self.file]);
        all.cloned().collect()
    }
}

/// Those that `--function` names, or all of lambench.toml's that have a package.
pub fn served(
    args: &ServeArgs,
    globals: &Globals,
    around: &Surroundings,
) -> Result<Served, ConfigError> {
    let file = config_file(globals, around)?;
    let mut warnings = file.warnings.clone();
    warnings.extend(around.warnings());
    resolved(args, globals, around, &file, warnings.clone()).map_err(|error| error.warned(warnings))
}

fn resolved(
    args: &ServeArgs,
    globals: &Globals,
    around: &Surroundings,
    file: &ConfigFile,
    mut warnings: Vec<String>,
) -> Result<Served, ConfigError> {
    let mut builds: Vec<(String, Build)> = Vec::new();
    for word in &args.functions {
        builds.extend(named(word, file)?);
    }
    if args.functions.is_empty() {
        for (name, function) in &file.functions {
            if function.has_package() {
                builds.extend(defined(name, file)?);
            }
        }
    }
    let mut names = BTreeSet::new();
    let (mut functions, mut broken, mut first) = (Vec::new(), Vec::new(), None);
    for (name, build) in builds {
        check_name(&name)?;
        if !names.insert(name.clone()) {
            return Err(usage(
                format!("--function: two functions would be named {name}"),
                "give each a name of its own: --function NAME=PATH",
            ));
        }
        let build = of_variables(around)?.or(&build).or(&file.build);
        let builder = builder(around, file);
        match builder.resolve(build.clone(), &mut warnings) {
            Ok(resolved) => functions.push(ServedFunction {
                name,
                package: resolved.package,
            }),
            Err(error) => {
                broken.push(Broken {
                    name,
                    why: error.to_string(),
                    hint: error.hint(),
                    paths: paths_of(&builder, &build),
                });
                first.get_or_insert(error);
            }
        }
    }
    // With nothing to offer, and nothing to wait for, it is a slip of the pen.
    if let (true, false, Some(error)) = (functions.is_empty(), args.watch, first) {
        let others = broken[1..].iter();
        return Err(error.warned(others.map(|b| format!("{}: {}", b.name, b.why)).collect()));
    }
    Ok(Served {
        functions,
        broken,
        file: config_path(globals, around).unwrap_or_else(|| around.folder.join(file::NAME)),
        project: around.project(),
        ric: ric(args.ric.as_ref(), around)?,
        machine: machine::resolve(args.cpu, args.disk, around, file)?,
        warnings,
    })
}

fn builder<'a>(around: &'a Surroundings, file: &'a ConfigFile) -> Builder<'a> {
    Builder {
        around,
        file,
        has_flags: false,
    }
}

fn paths_of(builder: &Builder<'_>, build: &Build) -> Vec<PathBuf> {
    let package = build.package.iter();
    let layers = build.layers.iter().flat_map(|layers| {
        let origin = &layers.origin;
        layers.value.iter().map(move |layer| (layer, origin))
    });
    package
        .map(|package| (&package.value, &package.origin))
        .chain(layers)
        .map(|(written, origin)| builder.path(written, origin))
        .collect()
}

/// The one function that `word` names, `NAME` or `NAME=PATH`, as `lambench serve` would offer it.
pub fn single(
    word: &str,
    around: &Surroundings,
    file: &ConfigFile,
    warnings: &mut Vec<String>,
) -> Result<ServedFunction, ConfigError> {
    let whole = word.strip_suffix("-before").or(word.strip_suffix("-after"));
    let builds = match (named(word, file), whole) {
        // One of two builds by the name under which it is offered.
        (Err(_), Some(whole)) => {
            let pair = named(whole, file).unwrap_or_default();
            let own: Vec<_> = pair.into_iter().filter(|(name, _)| name == word).collect();
            if own.is_empty() {
                named(word, file)?
            } else {
                own
            }
        }
        (builds, _) => builds?,
    };
    let [(name, build)] = builds.as_slice() else {
        return Err(usage(
            format!("{word} is defined with two builds"),
            &format!("name one of them: {word}-before or {word}-after"),
        ));
    };
    check_name(name)?;
    let build = of_variables(around)?.or(build).or(&file.build);
    let resolved = builder(around, file).resolve(build, warnings)?;
    Ok(ServedFunction {
        name: name.clone(),
        package: resolved.package,
    })
}

fn named(word: &str, file: &ConfigFile) -> Result<Vec<(String, Build)>, ConfigError> {
    let Some((name, path)) = word.split_once('=') else {
        return defined(word, file);
    };
    let build = Build {
        package: Some(Sourced::new(
            path.to_owned(),
            Origin::Flag("--function".into()),
        )),
        ..Build::default()
    };
    // A package of one's own still runs as the function of that name does.
    let rest = file.functions.get(name).map(|def| def.build.clone());
    Ok(vec![(name.to_owned(), build.or(&rest.unwrap_or_default()))])
}

/// The builds of a function of lambench.toml: one under its own name, two with `-before` and `-after`.
fn defined(name: &str, file: &ConfigFile) -> Result<Vec<(String, Build)>, ConfigError> {
    let why = match file.functions.get(name) {
        None => file.in_words(name),
        Some(function) => {
            if let Some((before, after)) = function.pair() {
                return Ok(vec![
                    (format!("{name}-before"), before),
                    (format!("{name}-after"), after),
                ]);
            }
            if let Some(build) = function.single() {
                return Ok(vec![(name.to_owned(), build)]);
            }
            format!("{name} is defined without one")
        }
    };
    Err(ConfigError::NoPackage {
        name: name.to_owned(),
        why,
        hint: format!("say where it is: --function {name}=PATH"),
    })
}

fn check_name(name: &str) -> Result<(), ConfigError> {
    let fits = (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if fits {
        return Ok(());
    }
    Err(usage(
        format!("`{name}` is not a function name that Lambda takes"),
        "letters, digits, hyphens and underscores, 64 at most: --function NAME=PATH",
    ))
}
