//! lambench.toml, `LAMBENCH_*` and flags -> [`Settings`]. Flags win over the environment, which wins over the file.

pub mod again;
pub mod builds;
mod candidate;
pub mod copies;
pub mod error;
pub mod file;
pub mod fleet;
pub mod gate;
pub mod gated;
pub mod inspected;
pub mod invoked;
pub mod looks;
pub mod machine;
pub mod naming;
pub mod origin;
pub mod pace;
pub mod payload;
pub mod place;
mod profiled;
pub mod resolve;
pub mod safety;
pub mod served;
mod settings;
pub mod staging;
pub mod style;
mod subjects;
pub mod surroundings;
pub mod toml_reader;

use std::path::{Path, PathBuf};

use crate::cli::{
    CompareArgs, DemoArgs, Globals, InspectArgs, InvokeArgs, ProfileArgs, RunArgs, SafetyArgs,
    ServeArgs,
};
use crate::cost::Prices;
use crate::stats::Looks;

pub use again::Again;
pub use error::ConfigError;
pub use fleet::{Chosen, is_pattern};
pub use gate::Gate;
pub use gated::{Base, Job};
pub use inspected::{Inspected, Neighbour, PackageSight, Sight, SightOf};
pub use invoked::{Invoked, Where};
pub use pace::{DEFAULT_CONTROL_RATE, Pace, Resume};
pub use served::{Broken, Served, ServedFunction};
pub use settings::{CopyLayer, CopySpec, Lang, PackageSpec, Place, Settings, Subject, Target};
pub use staging::StagingBucket;
pub use style::{Choice, style};
use surroundings::Surroundings;

/// The settings of `lambench run`.
pub fn settings(args: &RunArgs, globals: &Globals) -> Result<Settings, ConfigError> {
    resolve::run(args, globals, &Surroundings::of_process()?)
}

/// What `--all` or a pattern names.
pub fn chosen(args: &RunArgs, globals: &Globals) -> Result<Chosen, ConfigError> {
    fleet::chosen(args, globals, &Surroundings::of_process()?)
}

/// What `lambench gate` measures.
pub fn gated(
    args: &RunArgs,
    globals: &Globals,
    base: Option<&Base>,
) -> Result<Vec<Job>, ConfigError> {
    gated::gated(args, globals, &Surroundings::of_process()?, base)
}

/// Reads the budgets that are typed, and those of lambench.toml: what is misspelt is told before anything is built.
pub fn check_budgets(args: &RunArgs, globals: &Globals) -> Result<(), ConfigError> {
    let around = Surroundings::of_process()?;
    let file = resolve::config_file(globals, &around)?;
    gate::typed(args, &around)
        .map(drop)
        .map_err(|error| error.warned(file.warnings))
}

/// The folder of lambench.toml, or the working folder: where a build is run.
pub fn build_folder(globals: &Globals) -> Result<PathBuf, ConfigError> {
    Ok(resolve::config_file(globals, &Surroundings::of_process()?)?.folder)
}

/// The folder whose `.lambench/` holds what is stored.
pub fn project() -> Result<PathBuf, ConfigError> {
    Ok(Surroundings::of_process()?.project())
}

/// What a stored result is judged by.
pub fn for_result(
    args: &RunArgs,
    globals: &Globals,
    function: &str,
    has_before: bool,
    starts: u32,
    warm_invokes: u32,
) -> Result<gate::ForResult, ConfigError> {
    let around = Surroundings::of_process()?;
    let file = resolve::config_file(globals, &around)?;
    let own = file.functions.get(function);
    let limit = own.and_then(|def| def.limit.as_ref());
    let facts = gate::Facts {
        has_before,
        looks: &Looks::one(starts),
        stored: true,
        warm_invokes,
        limit: looks::limit(args, &around, limit, &file)?.value,
    };
    gate::for_result(args, &around, &file, function, &facts)
        .map_err(|error| error.warned(file.warnings.clone()))
}

/// The language to speak before and beside all settings; where it is misspelt, English.
pub fn language(globals: &Globals) -> Lang {
    Surroundings::of_process()
        .and_then(|around| {
            let file = resolve::config_file(globals, &around).unwrap_or_default();
            resolve::lang(globals, &around, &file)
        })
        .map_or_else(|_| Lang::default(), |lang| lang.value)
}

/// The price list of `--prices`, `LAMBENCH_PRICES` or lambench.toml, else the one in this program.
pub fn prices(own: Option<PathBuf>, globals: &Globals) -> Result<Prices, ConfigError> {
    let around = Surroundings::of_process()?;
    let file = resolve::config_file(globals, &around)?;
    let args = SafetyArgs {
        prices: own,
        ..SafetyArgs::default()
    };
    Ok(safety::resolve(&args, &around, &file)?.prices())
}

/// What a comparison of stored results is judged by: as a result that has a before. What can't be judged of lambench.toml
/// is for runs to be told of.
pub fn for_comparison(
    args: &CompareArgs,
    globals: &Globals,
    function: &str,
    starts: u32,
    warm_invokes: u32,
) -> Result<gate::ForResult, ConfigError> {
    let args = RunArgs {
        limit: args.limit,
        verdict: args.verdict.clone(),
        ..RunArgs::default()
    };
    for_result(&args, globals, function, true, starts, warm_invokes)
}

/// The settings of `lambench demo`, whose fixture was unpacked into a folder. Results go to the current project.
pub fn demo(
    args: &DemoArgs,
    globals: &Globals,
    unpacked_folder: &Path,
) -> Result<Settings, ConfigError> {
    resolve::demo(args, globals, unpacked_folder, &Surroundings::of_process()?)
}

/// The settings of `lambench self-test`: two packages on the sandbox, as a run measures them when nobody says otherwise.
/// Neither lambench.toml nor a variable has a say, and the result is kept in `folder`.
pub fn self_test(
    before: &Path,
    after: &Path,
    globals: &Globals,
    folder: &Path,
) -> Result<Settings, ConfigError> {
    resolve::self_test(before, after, globals, folder)
}

/// The functions that `lambench serve` offers from the start, with warnings.
pub fn served(args: &ServeArgs, globals: &Globals) -> Result<Served, ConfigError> {
    served::served(args, globals, &Surroundings::of_process()?)
}

/// What `lambench invoke` invokes, and where.
pub fn invoked(args: &InvokeArgs, globals: &Globals) -> Result<Invoked, ConfigError> {
    invoked::invoked(args, globals, &Surroundings::of_process()?)
}

/// What `lambench inspect` looks into.
pub fn inspected(args: &InspectArgs, globals: &Globals) -> Result<Inspected, ConfigError> {
    inspected::inspected(args, globals, &Surroundings::of_process()?)
}

/// The functions of lambench.toml, with the packages that they have.
pub fn neighbours(globals: &Globals) -> Result<Vec<Neighbour>, ConfigError> {
    inspected::neighbours(globals, &Surroundings::of_process()?)
}

/// What `lambench profile` records.
pub fn profiled(args: &ProfileArgs, globals: &Globals) -> Result<Settings, ConfigError> {
    profiled::profiled(args, globals, &Surroundings::of_process()?)
}

#[cfg(test)]
mod tests;
