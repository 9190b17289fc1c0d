//! `lambench checklist`.

use std::path::PathBuf;

use clap::Args;

use super::look::LookArgs;

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
    /// Layers of the package, in order: folders, zips, or ARNs of published ones (repeatable, or with commas)
    #[arg(long, value_name = "PATH|ARN", value_delimiter = ',')]
    pub layers: Vec<PathBuf>,
    /// What is said of it, and where it is.
    #[command(flatten)]
    pub look: LookArgs,
    /// Event of the request that is profiled: JSON, @FILE, or - for standard input [default: {}]
    #[arg(long, value_name = "JSON|@FILE|-")]
    pub payload: Option<String>,
    /// Run nothing: what init loads is then not known
    #[arg(long)]
    pub no_profile: bool,
    /// Print JSON and nothing else on standard output
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}
