//! `lambench checklist`.

use std::path::PathBuf;

use clap::Args;

use super::logs::ArchArg;
use super::shared::DeployedArgs;

pub(super) const EXAMPLES: &str = "\
Examples:
  lambench checklist build/app.zip --layers build/deps.zip   what is done, and what is not
  lambench checklist data-collector --lang ko                a function of lambench.toml, in Korean
  lambench checklist my-fn --aws                             a deployed function's package";

pub(super) const LONG: &str = "\
Say which steps of the usual optimisation guide are done, with the evidence

Three phases: the package (nothing that is not needed, shared through layers, nothing twice, valid bytecode, stripped \
libraries), the cold start (loaded when needed, clients kept, bundled), and verification (before and after measured, the \
verdict, a baseline, a gate in CI, warm starts, memory). Each item is done, not done, not applicable, or not known; what shows \
it stands below the table: figures, files and lines.

What is in the package is told by `lambench inspect`, what init loads by `lambench profile`, on the sandbox, and what was \
measured by the stored results of this project. Nothing is changed, and nothing fails for an item that is not done: `lambench \
gate` is for that.";

/// Arguments of `lambench checklist`.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What")]
pub struct ChecklistArgs {
    /// Folder, zip, or function: a name of lambench.toml, or NAME, NAME:QUALIFIER or ARN of one that is deployed
    #[arg(value_name = "TARGET")]
    pub target: String,
    /// Layers of the package, folders or zips, in order (repeatable, or with commas)
    #[arg(long, value_name = "PATH", value_delimiter = ',')]
    pub layers: Vec<PathBuf>,
    /// Runtime of the package, such as python3.12 [default: inferred, where the files tell]
    #[arg(long, value_name = "RUNTIME")]
    pub runtime: Option<String>,
    /// Handler of the package, such as app.handler [default: inferred, where the files tell]
    #[arg(long, value_name = "HANDLER")]
    pub handler: Option<String>,
    /// Processor architecture that the package is for [default: a deployed function's own, else not known]
    #[arg(long, value_enum, value_name = "ARCH")]
    pub arch: Option<ArchArg>,
    /// Event of the request that is profiled: JSON, @FILE, or - for standard input [default: {}]
    #[arg(long, value_name = "JSON|@FILE|-")]
    pub payload: Option<String>,
    /// Run nothing: what init loads is then not known
    #[arg(long)]
    pub no_profile: bool,
    /// Where.
    #[command(flatten)]
    pub place: DeployedArgs,
    /// Print JSON and nothing else on standard output
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}
