//! What the files, the environment and the flags come to: everything is resolved, nothing left to infer.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::safety::Safety;
use super::{Again, Gate, Pace, StagingBucket};
use crate::cli::Export;
use crate::gate::Budget;
use crate::results::{Arm, Touch};
use crate::sandbox::Machine;
use crate::stats::Looks;

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
    pub safety: Safety,
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
