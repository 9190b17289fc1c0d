//! From what the user typed, variables and lambench.toml to [`Settings`], with what surrounds the program handed in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::cli::{DemoArgs, Globals, LangArg, OrderArgs, RunArgs, TouchArg};
use crate::results::Touch;

use super::builds::{Builder, of_variables};
use super::candidate::{Candidate, What};
use super::copies;
use super::error::ConfigError;
use super::file::{self, ConfigFile};
use super::origin::Sourced;
use super::place;
use super::subjects::{Candidates, Finder};
use super::surroundings::Surroundings;
use super::{
    Lang, Place, Settings, Subject, Target, gate, looks, machine, pace, payload, safety, staging,
};

/// Warm invokes after each when nobody says how many.
pub const DEFAULT_WARM_INVOKES: u32 = 5;
/// The function that lambench's own lambench.toml defines.
const DEMO_FUNCTION: &str = "data-collector";

/// The settings of a run.
pub fn run(
    args: &RunArgs,
    globals: &Globals,
    around: &Surroundings,
) -> Result<Settings, ConfigError> {
    with_file(args, globals, around, &config_file(globals, around)?)
}

/// The same with a lambench.toml that was read before.
pub fn with_file(
    args: &RunArgs,
    globals: &Globals,
    around: &Surroundings,
    file: &ConfigFile,
) -> Result<Settings, ConfigError> {
    settings(args, globals, around, file).map_err(|error| {
        let mut warnings = file.warnings.clone();
        warnings.extend(around.warnings());
        error.warned(warnings)
    })
}

/// As [`super::self_test`].
pub fn self_test(
    before: &Path,
    after: &Path,
    globals: &Globals,
    folder: &Path,
) -> Result<Settings, ConfigError> {
    let args = RunArgs {
        before: Some(before.display().to_string()),
        after: Some(after.display().to_string()),
        order: OrderArgs {
            warm_invokes: Some(0),
            ..OrderArgs::default()
        },
        ..RunArgs::default()
    };
    let around = Surroundings {
        folder: folder.to_owned(),
        variables: BTreeMap::new(),
        stdin: || Ok(String::new()),
    };
    settings(&args, globals, &around, &ConfigFile::default())
}

/// The settings of a demo whose files lie in `unpacked`.
pub fn demo(
    args: &DemoArgs,
    globals: &Globals,
    unpacked: &Path,
    around: &Surroundings,
) -> Result<Settings, ConfigError> {
    if let Some(path) = &globals.config {
        return Err(ConfigError::Conflict {
            what: format!(
                "--config {}: the demo brings its own lambench.toml",
                path.display()
            ),
            hint: "use `lambench run` for functions of your own".into(),
        });
    }
    let file = file::read(&unpacked.join(file::NAME), "the demo's lambench.toml")?;
    let args = RunArgs {
        function: Some(DEMO_FUNCTION.into()),
        order: args.order.clone(),
        interpreter: args.interpreter.clone(),
        output: args.output.clone(),
        ..RunArgs::default()
    };
    settings(&args, globals, around, &file)
}

/// The lambench.toml that counts: `--config`, `LAMBENCH_CONFIG`, the nearest one; or an empty one.
pub fn config_file(globals: &Globals, around: &Surroundings) -> Result<ConfigFile, ConfigError> {
    if let Some(path) = named_file(globals, around) {
        return file::read(&around.folder.join(&path), &path.display().to_string());
    }
    match file::find(&around.folder) {
        Some(path) => {
            let up = around
                .folder
                .ancestors()
                .take_while(|folder| path.parent() != Some(*folder))
                .count();
            file::read(&path, &format!("{}{}", "../".repeat(up), file::NAME))
        }
        None => Ok(ConfigFile {
            folder: around.folder.clone(),
            ..ConfigFile::default()
        }),
    }
}

/// Where [`config_file`] reads, if there is such a file.
pub fn config_path(globals: &Globals, around: &Surroundings) -> Option<PathBuf> {
    let named = named_file(globals, around).map(|path| around.folder.join(path));
    named.or_else(|| file::find(&around.folder))
}

fn named_file(globals: &Globals, around: &Surroundings) -> Option<PathBuf> {
    globals.config.clone().or_else(|| {
        around
            .text("LAMBENCH_CONFIG")
            .map(|t| PathBuf::from(t.value))
    })
}

fn settings(
    args: &RunArgs,
    globals: &Globals,
    around: &Surroundings,
    file: &ConfigFile,
) -> Result<Settings, ConfigError> {
    let mut warnings = file.warnings.clone();
    warnings.extend(around.warnings());
    let finder = Finder { args, file, around };
    let Candidates {
        subjects: candidates,
        baseline,
        again,
        payload: function_payload,
        limit: function_limit,
        gate: function_gate,
    } = finder.find(&mut warnings)?;
    let (place, place_reason) = place::place(args, &candidates)?;
    place::check_arms(args, &candidates)?;
    copies::check_no_handler(args, &candidates)?;
    let around_command = copies::around(args, &candidates)?;
    let payload = payload::resolve(
        Sourced::flag("--payload", args.payload.clone())
            .or_else(|| around.text("LAMBENCH_PAYLOAD"))
            .or(function_payload)
            .or_else(|| file.payload.clone())
            .unwrap_or_else(|| Sourced::default("{}".into())),
        &file.folder,
        around,
    )?;
    let mut subjects = Vec::new();
    for candidate in candidates {
        subjects.push(subject(candidate, args, around, file, &mut warnings)?);
    }
    once(&mut warnings);
    let pace = pace::resolve(&args.pace, &args.order, around, file)?;
    let machine = machine::resolve(args.interpreter.cpu, args.interpreter.disk, around, file)?;
    if place == Place::Sandbox {
        machine::check_alone(machine, pace.concurrency)?;
    }
    let looks = looks::looks(args, around, file, subjects.len() == 2)?;
    let looks = looks.value.in_bursts(pace.concurrency);
    let limit = looks::limit(args, around, function_limit.as_ref(), file)?.value;
    let warm_invokes = warm_invokes(args, around, file)?.value;
    let facts = gate::Facts {
        has_before: subjects.len() == 2 || baseline.is_some() || around_command.is_some(),
        looks: &looks,
        warm_invokes,
        limit,
        stored: false,
    };
    let (budgets, gate) = gate::resolve(
        args,
        around,
        file,
        function_gate.as_ref(),
        &facts,
        &mut warnings,
    )?;
    if let Some(again) = &again {
        again.has_its_variables(&subjects)?;
        again.runs_the_same(args.no_handler)?;
    }
    Ok(Settings {
        place,
        place_reason,
        subjects,
        baseline,
        again,
        save_baseline: args.save_baseline.clone(),
        previous: !args.no_previous,
        around: around_command,
        staging_bucket: staging::resolve(args, around, file)?,
        no_handler: args.no_handler,
        looks,
        limit,
        budgets,
        gate,
        warm_invokes,
        seed: seed(args, around, file)?.value,
        pace,
        payload,
        expect: args.expect.clone(),
        allow_function_errors: args.allow_function_errors,
        safety: safety::resolve(&args.safety, around, file)?,
        touch: touch(args, around, file)?.value,
        save: args.output.save.clone(),
        json: args.output.json,
        exports: args.output.export.exports.clone(),
        lang: lang(globals, around, file)?.value,
        quiet: globals.quiet,
        ric: ric(args.interpreter.ric.as_ref(), around)?,
        any_version: args.interpreter.any_version,
        machine,
        project: around.project(),
        warnings,
    })
}

fn subject(
    candidate: Candidate,
    args: &RunArgs,
    around: &Surroundings,
    file: &ConfigFile,
    warnings: &mut Vec<String>,
) -> Result<Subject, ConfigError> {
    let flags = copies::flags_of(args, candidate.arm);
    let (target, label, provenance) = match candidate.what {
        What::InPlace(name) => {
            let label = flags.label.map(|label| label.value).or(candidate.label);
            (Target::InPlace(name), label, Vec::new())
        }
        What::Copy(copied) => {
            let label = flags.label.as_ref().map(|label| label.value.clone());
            let copy = copies::resolve(copied, flags, around)?;
            (Target::Copy(copy), label, Vec::new())
        }
        What::Package(build) => {
            let build = flags.or(&of_variables(around)?).or(&build).or(&file.build);
            let builder = Builder {
                around,
                file,
                has_flags: true,
            };
            let resolved = builder.resolve(build, warnings)?;
            (
                Target::Package(resolved.package),
                resolved.label,
                resolved.provenance,
            )
        }
    };
    Ok(Subject {
        arm: candidate.arm,
        name: candidate.written,
        function: candidate.function,
        label,
        target,
        provenance,
    })
}

/// `--warm-invokes`, `LAMBENCH_WARM_INVOKES`, `defaults.warm_invokes`, 5.
pub fn warm_invokes(
    args: &RunArgs,
    around: &Surroundings,
    file: &ConfigFile,
) -> Result<Sourced<u32>, ConfigError> {
    Ok(first(
        Sourced::flag("--warm-invokes", args.order.warm_invokes),
        around.warm_invokes()?,
        file.warm_invokes.as_ref(),
        DEFAULT_WARM_INVOKES,
    ))
}

/// `--seed`, `LAMBENCH_SEED`, `defaults.seed`, a random one short enough to type again.
pub fn seed(
    args: &RunArgs,
    around: &Surroundings,
    file: &ConfigFile,
) -> Result<Sourced<u64>, ConfigError> {
    let (random, ..) = uuid::Uuid::new_v4().as_fields();
    Ok(first(
        Sourced::flag("--seed", args.order.seed),
        around.seed()?,
        file.seed.as_ref(),
        u64::from(random),
    ))
}

/// `--touch`, `LAMBENCH_TOUCH`, `defaults.touch`, the description.
pub fn touch(
    args: &RunArgs,
    around: &Surroundings,
    file: &ConfigFile,
) -> Result<Sourced<Touch>, ConfigError> {
    let typed = args.touch.map(|touch| match touch {
        TouchArg::Description => Touch::Description,
        TouchArg::Env => Touch::Env,
        TouchArg::Memory => Touch::Memory,
        TouchArg::Timeout => Touch::Timeout,
    });
    Ok(first(
        Sourced::flag("--touch", typed),
        around.choice(
            "LAMBENCH_TOUCH",
            "description, env, memory or timeout",
            Touch::of_name,
        )?,
        file.touch.as_ref(),
        Touch::default(),
    ))
}

/// `--lang`, `LAMBENCH_LANG`, `defaults.lang`, English.
pub fn lang(
    globals: &Globals,
    around: &Surroundings,
    file: &ConfigFile,
) -> Result<Sourced<Lang>, ConfigError> {
    let typed = globals.lang.map(|lang| match lang {
        LangArg::En => Lang::En,
        LangArg::Ko => Lang::Ko,
    });
    Ok(first(
        Sourced::flag("--lang", typed),
        around.choice("LAMBENCH_LANG", "en or ko", Lang::of_code)?,
        file.lang.as_ref(),
        Lang::default(),
    ))
}

/// `--ric`, `LAMBENCH_RIC`: a runtime client that exists.
pub fn ric(typed: Option<&PathBuf>, around: &Surroundings) -> Result<Option<PathBuf>, ConfigError> {
    let written = Sourced::flag(
        "--ric",
        typed.map(|path| path.to_string_lossy().into_owned()),
    )
    .or_else(|| around.text("LAMBENCH_RIC"));
    let Some(Sourced { value, origin }) = written else {
        return Ok(None);
    };
    let path = around.folder.join(&value);
    if path.exists() {
        return Ok(Some(path));
    }
    Err(ConfigError::NoSuchPath {
        path: value,
        by: origin.to_string(),
        hint: "install one with `pip install --target FOLDER awslambdaric`, or leave it out".into(),
    })
}

/// Both builds may be warned about for the same reason.
fn once(warnings: &mut Vec<String>) {
    let mut said = BTreeSet::new();
    warnings.retain(|warning| said.insert(warning.clone()));
}

/// Flag over variable over file over what the program takes itself.
pub fn first<T: Clone>(
    flag: Option<Sourced<T>>,
    variable: Option<Sourced<T>>,
    file: Option<&Sourced<T>>,
    default: T,
) -> Sourced<T> {
    flag.or(variable)
        .or_else(|| file.cloned())
        .unwrap_or(Sourced::default(default))
}
