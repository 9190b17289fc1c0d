//! What `lambench profile` records: one package, or a copy of one deployed function.

use crate::cli::{Globals, OrderArgs, ProfileArgs, RunArgs, SafetyArgs};

use super::copies::DEPLOYED;
use super::error::{ConfigError, usage};
use super::naming::{Named, named, qualified};
use super::resolve::{config_file, with_file};
use super::surroundings::Surroundings;
use super::{Settings, Target};

/// As [`super::profiled()`].
pub fn profiled(
    args: &ProfileArgs,
    globals: &Globals,
    around: &Surroundings,
) -> Result<Settings, ConfigError> {
    let file = config_file(globals, around)?;
    let word = args.target.as_str();
    if word.is_empty() {
        return Err(usage(
            "the target is empty".into(),
            "name what to profile (a variable of the shell may be unset); the working folder is `.`",
        ));
    }
    let elsewhere = args.place.aws || args.place.endpoint_url.is_some();
    let (function, after) = match named(word, &file, &around.folder) {
        Named::Baseline(_) => {
            return Err(usage(
                format!("{word}: a stored result holds no code"),
                "name a package or a function",
            ));
        }
        Named::Path => (None, word),
        Named::Defined(def) if def.has_package() && !elsewhere => (None, word),
        Named::Elsewhere if qualified(word).is_some() => (None, word),
        Named::Defined(_) | Named::Elsewhere => (Some(word.to_owned()), DEPLOYED),
    };
    let run = RunArgs {
        function,
        after: Some(after.to_owned()),
        no_previous: true,
        payload: args.payload.clone(),
        allow_function_errors: true,
        staging_bucket: args.staging_bucket.clone(),
        order: OrderArgs {
            runs: Some(args.runs),
            warm_invokes: Some(1),
            seed: None,
        },
        place: args.place.clone(),
        safety: SafetyArgs {
            yes: args.yes,
            ..SafetyArgs::default()
        },
        interpreter: args.interpreter.clone(),
        build: args.build.clone(),
        ..RunArgs::default()
    };
    let settings = with_file(&run, globals, around, &file)?;
    match settings.subjects.as_slice() {
        [only] if !matches!(only.target, Target::InPlace(_)) => Ok(settings),
        _ => Err(usage(
            format!("{word}: not one package or one function"),
            "name one build by its path",
        )),
    }
}
