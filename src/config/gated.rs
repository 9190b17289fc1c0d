//! What `lambench gate` measures: the functions of lambench.toml, each with its settings; with another commit's packages as
//! *before*, if they were built.

use std::path::{Path, PathBuf};

use crate::cli::{Globals, RunArgs};

use super::error::{ConfigError, usage};
use super::file::{Build, ConfigFile, FunctionDef};
use super::origin::Sourced;
use super::resolve::{self, config_file};
use super::safety::glob;
use super::surroundings::Surroundings;
use super::toml_reader::nearest;
use super::{Settings, is_pattern};

/// Another commit, built in a worktree.
#[derive(Debug, Clone)]
pub struct Base {
    /// As the user named it.
    pub name: String,
    /// How it was built.
    pub build: String,
    /// The user's own working tree.
    pub repository: PathBuf,
    /// The other commit's.
    pub worktree: PathBuf,
}

/// A function and its settings, or why it has none.
pub type Job = (String, Result<Settings, ConfigError>);

/// Every function to measure. What is wrong with a budget is an error of all.
pub fn gated(
    args: &RunArgs,
    globals: &Globals,
    around: &Surroundings,
    base: Option<&Base>,
) -> Result<Vec<Job>, ConfigError> {
    let file = config_file(globals, around)?;
    let mut warnings = file.warnings.clone();
    warnings.extend(around.warnings());
    jobs(args, globals, around, base, file).map_err(|error| error.warned(warnings))
}

fn jobs(
    args: &RunArgs,
    globals: &Globals,
    around: &Surroundings,
    base: Option<&Base>,
    mut file: ConfigFile,
) -> Result<Vec<Job>, ConfigError> {
    let names = names(args, &file)?;
    let folder = file.folder.clone();
    let mut jobs = Vec::new();
    for name in names {
        let one = RunArgs {
            function: Some(name.clone()),
            all: false,
            ..args.clone()
        };
        let split = match (base, file.functions.get_mut(&name)) {
            (Some(base), Some(def)) => base.split(def, &folder),
            _ => Ok(None),
        };
        let settings = split.and_then(|written| {
            let mut settings = resolve::with_file(&one, globals, around, &file)?;
            if let (Some(written), Some(before)) = (written, settings.subjects.first_mut()) {
                before.name = written;
            }
            Ok(settings)
        });
        match settings {
            Err(error) if error.is_about_budgets() => return Err(error),
            Ok(settings) if settings.budgets.is_empty() => {
                if args.all || args.function.is_some() {
                    return Err(nothing_to_judge(&name, &file));
                }
            }
            settings => jobs.push((name, settings)),
        }
    }
    if jobs.is_empty() {
        return Err(ConfigError::CannotJudge {
            what: "no function of lambench.toml has a budget, or a before and an after".into(),
            hint: "give --fail-if, write fail_if under [gate] or a function, or compare with another commit by --before-ref"
                .into(),
        });
    }
    Ok(jobs)
}

/// A function of which there is nothing to say.
pub fn nothing_to_judge(name: &str, file: &ConfigFile) -> ConfigError {
    let unknown = match &file.shown {
        Some(_) if !file.functions.contains_key(name) => format!(" ({})", file.in_words(name)),
        _ => String::new(),
    };
    ConfigError::CannotJudge {
        what: format!(
            "{name}: nothing to judge: no budget, and no before to compare with{unknown}"
        ),
        hint: "give --fail-if 'cold.p50 > 800ms', or a before".into(),
    }
}

fn names(args: &RunArgs, file: &ConfigFile) -> Result<Vec<String>, ConfigError> {
    let pattern = args.function.as_deref().unwrap_or("*");
    if !is_pattern(pattern) {
        if !file.functions.contains_key(pattern) && !may_be_on_aws(pattern, args) {
            return Err(unknown(pattern, file));
        }
        return Ok(vec![pattern.to_owned()]);
    }
    let all = file.functions.keys();
    let names: Vec<String> = all.filter(|name| glob(pattern, name)).cloned().collect();
    if names.is_empty() {
        return Err(usage(
            match args.function {
                Some(_) => format!(
                    "--function {pattern}: {}",
                    file.in_words("a function of that name")
                ),
                None => match &file.shown {
                    Some(shown) => format!("nothing to gate: {shown} defines no function"),
                    None => "nothing to gate: there is no lambench.toml here or above".to_owned(),
                },
            },
            "define [functions.NAME] in lambench.toml, or judge a saved result: lambench gate RESULT",
        ));
    }
    Ok(names)
}

/// Whether a name that lambench.toml does not define could be found on AWS or at an endpoint.
fn may_be_on_aws(name: &str, args: &RunArgs) -> bool {
    let place = &args.place;
    let variables = [
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_PROFILE",
        "AWS_CONFIG_FILE",
    ];
    let profiles = std::env::home_dir().map(|home| home.join(".aws/config"));
    // An ARN names its region.
    name.contains(':')
        || place.aws
        || [&place.endpoint_url, &place.region, &place.profile]
            .iter()
            .any(|flag| flag.is_some())
        || variables
            .iter()
            .any(|name| std::env::var_os(name).is_some())
        || profiles.is_some_and(|path| path.is_file())
}

fn unknown(name: &str, file: &ConfigFile) -> ConfigError {
    let known: Vec<&str> = file.functions.keys().map(String::as_str).collect();
    let elsewhere = "for a function on AWS give --region";
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean {near}? {elsewhere}"),
        None if known.is_empty() => elsewhere.to_owned(),
        None => format!("it defines {}; {elsewhere}", known.join(", ")),
    };
    usage(format!("--function {name}: {}", file.in_words(name)), &hint)
}

impl Base {
    /// Makes a function's newest build its *after*, and the same paths of the other commit its *before*; what that is
    /// called. None for functions without a package.
    fn split(&self, def: &mut FunctionDef, folder: &Path) -> Result<Option<String>, ConfigError> {
        let newest = def.pair().map(|(_, after)| after).or_else(|| def.single());
        let Some(after) = newest else {
            return Ok(None);
        };
        let mut before = after.clone();
        let Some(package) = &after.package else {
            return Ok(None);
        };
        let Some((there, written)) = self.there(package, folder) else {
            return Err(ConfigError::Conflict {
                what: format!(
                    "{}: the package lies outside the git repository, so --before-ref can't build another one",
                    package.value
                ),
                hint: "let the build write it inside the repository".into(),
            });
        };
        if !Path::new(&there).exists() {
            return Err(ConfigError::NoSuchPath {
                path: written,
                by: format!("--before-ref, after `{}`", self.build),
                hint: format!(
                    "the build has to make it in {} too; a function that is new there has no before: gate the others with --function",
                    self.name
                ),
            });
        }
        before.package = Some(Sourced::new(there, package.origin.clone()));
        if let Some(layers) = &mut before.layers {
            for layer in &mut layers.value {
                let own = Sourced::new(layer.clone(), layers.origin.clone());
                if let Some((there, _)) = self.there(&own, folder) {
                    *layer = there;
                }
            }
        }
        *def = FunctionDef {
            build: Build::default(),
            before: Some(before),
            after: Some(after),
            ..def.clone()
        };
        Ok(Some(written))
    }

    /// A path of lambench.toml in the other commit's tree, and how it is called; none if it lies outside the repository.
    fn there(&self, path: &Sourced<String>, folder: &Path) -> Option<(String, String)> {
        let here = folder.join(&path.value);
        let here = here.canonicalize().unwrap_or(here);
        let inside = here.strip_prefix(&self.repository).ok()?;
        let there = self.worktree.join(inside);
        Some((
            there.to_str()?.to_owned(),
            format!("{}:{}", self.name, inside.display()),
        ))
    }
}
