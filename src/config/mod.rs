//! lambench.toml, `LAMBENCH_*` and flags -> [`Settings`]. Flags win over the environment, which wins over the file.

pub mod again;
pub mod builds;
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
pub mod staging;
pub mod style;
mod subjects;
pub mod surroundings;
pub mod toml_reader;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::{
    CompareArgs, DemoArgs, Export, Globals, InspectArgs, InvokeArgs, ProfileArgs, RunArgs,
    SafetyArgs, ServeArgs,
};
use crate::cost::Prices;
use crate::gate::Budget;
use crate::results::{Arm, Touch};
use crate::sandbox::Machine;
use crate::stats::Looks;

pub use again::Again;
pub use error::ConfigError;
pub use fleet::{Chosen, is_pattern};
pub use gate::Gate;
pub use gated::{Base, Job};
pub use inspected::{Inspected, Neighbour, PackageSight, Sight, SightOf};
pub use invoked::{Invoked, Where};
pub use pace::{DEFAULT_CONTROL_RATE, Pace, Resume};
pub use served::{Broken, Served};
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

/// The language of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Korean.
    Ko,
}

impl Lang {
    /// The language of a code, `en` or `ko`.
    pub fn of_code(code: &str) -> Option<Self> {
        match code {
            "en" => Some(Self::En),
            "ko" => Some(Self::Ko),
            _ => None,
        }
    }
}

/// Where to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The embedded Lambda, started for this run.
    Sandbox,
    /// AWS, or another endpoint that speaks its API.
    Aws {
        /// `--endpoint-url`.
        endpoint_url: Option<String>,
        /// `--region`.
        region: Option<String>,
        /// `--profile`.
        profile: Option<String>,
    },
}

/// A package to stage: everything is resolved, nothing left to infer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageSpec {
    /// Folder or zip.
    pub path: PathBuf,
    /// Lambda runtime identifier (`python3`, `python3.12`, `nodejs`, `nodejs20.x`, `provided.al2023`).
    pub runtime: String,
    /// Handler.
    pub handler: String,
    /// Layers: folders or zips, in order.
    pub layers: Vec<PathBuf>,
    /// MB.
    pub memory_mb: u32,
    /// Seconds.
    pub timeout_s: u32,
    /// Environment variables. Never written to any output.
    pub environment: BTreeMap<String, String>,
}

/// What kind of subject it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An existing function: name, ARN or partial ARN.
    InPlace(String),
    /// A package that is staged, measured and deleted.
    Package(PackageSpec),
    /// A function of our own beside one that exists: created like it, measured, deleted.
    Copy(CopySpec),
}

/// A copy of an existing function. What is `None` is as it is in the function.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CopySpec {
    /// Whose configuration it takes: name or ARN, with or without a version or an alias.
    pub model: String,
    /// The package that it gets; none: the deployed code.
    pub package: Option<PathBuf>,
    /// Runtime.
    pub runtime: Option<String>,
    /// Handler.
    pub handler: Option<String>,
    /// MB.
    pub memory_mb: Option<u32>,
    /// Seconds.
    pub timeout_s: Option<u32>,
    /// In order; none: the function's own.
    pub layers: Option<Vec<CopyLayer>>,
    /// Variables beside the function's own.
    pub environment: BTreeMap<String, String>,
}

/// A layer of a copy, or of a package that is looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyLayer {
    /// One that is published.
    Arn(String),
    /// A folder or a zip; for a copy it is published for the run.
    Path(PathBuf),
}

/// One subject as resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Which arm.
    pub arm: Arm,
    /// As the user named it (a path, a name).
    pub name: String,
    /// The function it is a build of: `data-collector`.
    pub function: String,
    /// Label for the version row.
    pub label: Option<String>,
    /// What to measure.
    pub target: Target,
    /// Inferred or configured values that the header prints, `("runtime", "python3", "inferred from lambda_function.py")`.
    pub provenance: Vec<(String, String, String)>,
}

/// Everything `run` needs.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that the user has"
)]
pub struct Settings {
    /// Sandbox or AWS.
    pub place: Place,
    /// Why there, for the header: `data-collector is defined with a package in lambench.toml`.
    pub place_reason: String,
    /// One (`Arm::Only`) or two (`Arm::Before`, `Arm::After`) subjects.
    pub subjects: Vec<Subject>,
    /// `baseline:NAME` or `--baseline NAME`: the stored *before*.
    pub baseline: Option<String>,
    /// `--before result:ID`: whose package is measured again.
    pub again: Option<Again>,
    /// `--save-baseline NAME`.
    pub save_baseline: Option<String>,
    /// Look for an earlier comparable result when there is one subject and no baseline.
    pub previous: bool,
    /// `--around CMD`: measured before and after it.
    pub around: Option<String>,
    /// `--staging-bucket`: what is too large for a request goes through it.
    pub staging_bucket: Option<StagingBucket>,
    /// `--no-handler`: the handler's module is loaded, and nothing of it run.
    pub no_handler: bool,
    /// When the data of two subjects may be judged; the last look is the number of cold starts per subject.
    pub looks: Looks,
    /// The limit of the verdict that nobody gates on: after / before - 1, 0.10 unless said otherwise.
    pub limit: f64,
    /// What `--fail-if` and lambench.toml gate on.
    pub budgets: Vec<Budget>,
    /// Whether they decide the exit code.
    pub gate: Gate,
    /// Warm invokes after each.
    pub warm_invokes: u32,
    /// Seed of the order.
    pub seed: u64,
    /// How fast.
    pub pace: Pace,
    /// Payload template, JSON with `{{uuid}}` and `{{now}}`.
    pub payload: String,
    /// `--expect /pointer=VALUE`.
    pub expect: Vec<(String, serde_json::Value)>,
    /// `--allow-function-errors`.
    pub allow_function_errors: bool,
    /// What may be done and spent.
    pub safety: safety::Safety,
    /// `--touch`.
    pub touch: Touch,
    /// `--save FILE`.
    pub save: Option<PathBuf>,
    /// `--json`.
    pub json: bool,
    /// `--export FORMAT=FILE`.
    pub exports: Vec<Export>,
    /// `--lang`.
    pub lang: Lang,
    /// `--quiet`.
    pub quiet: bool,
    /// `--ric PATH`: a runtime interface client to run.
    pub ric: Option<PathBuf>,
    /// `--any-version`: take the interpreter that is there.
    pub any_version: bool,
    /// `--cpu` and `--disk`.
    pub machine: Machine,
    /// The project's folder: `.lambench/` lies here.
    pub project: PathBuf,
    /// Warnings found on the way (unknown keys with the nearest known one).
    pub warnings: Vec<String>,
}

impl Settings {
    /// Whether a function of our own is to be created beside one that exists.
    pub fn has_copies(&self) -> bool {
        let copies = |subject: &Subject| matches!(subject.target, Target::Copy(_));
        self.subjects.iter().any(copies)
    }
}

/// A function that `lambench serve` offers from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedFunction {
    /// Function name.
    pub name: String,
    /// What it runs.
    pub package: PackageSpec,
}

#[cfg(test)]
mod tests;
