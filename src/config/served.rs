//! The functions that `lambench serve` offers from the start.

use std::path::PathBuf;

use crate::cli::{Globals, ServeArgs};
use crate::sandbox::Machine;

use super::builds::{Builder, of_variables};
use super::error::ConfigError;
use super::file::{Build, ConfigFile};
use super::origin::{Origin, Sourced};
use super::resolve::{config_file, ric};
use super::subjects::usage;
use super::surroundings::Surroundings;
use super::{ServedFunction, machine};

/// Served functions, and what should be said about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// In the order in which they were named.
    pub functions: Vec<ServedFunction>,
    /// `--ric PATH`: a runtime interface client to run.
    pub ric: Option<PathBuf>,
    /// `--cpu` and `--disk`.
    pub machine: Machine,
    /// Unknown keys and the like.
    pub warnings: Vec<String>,
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
    resolved(args, around, &file, warnings.clone()).map_err(|error| error.warned(warnings))
}

fn resolved(
    args: &ServeArgs,
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
    let builder = Builder {
        around,
        file,
        has_flags: false,
    };
    let mut functions: Vec<ServedFunction> = Vec::new();
    for (name, build) in builds {
        check_name(&name)?;
        if functions.iter().any(|function| function.name == name) {
            return Err(usage(
                format!("--function: two functions would be named {name}"),
                "give each a name of its own: --function NAME=PATH",
            ));
        }
        let build = of_variables(around)?.or(&build).or(&file.build);
        let resolved = builder.resolve(build, &mut warnings)?;
        functions.push(ServedFunction {
            name,
            package: resolved.package,
        });
    }
    Ok(Served {
        functions,
        ric: ric(args.ric.as_ref(), around)?,
        machine: machine::resolve(args.cpu, args.disk, around, file)?,
        warnings,
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
