//! `lambench profile`.

use std::path::PathBuf;

use clap::Args;

use super::shared::{CommonBuild, InterpreterArgs, PlaceArgs};

pub(super) const EXAMPLES: &str = "\
Examples:
  lambench profile build/                                   a package, on the sandbox
  lambench profile data-collector                           a function of lambench.toml
  lambench profile build/ --verify                          foreseen savings, and then measured
  lambench profile build/ --html profile.html               a page with a chart of what init loads
  lambench profile my-fn --aws                              a copy of a deployed function";

pub(super) const LONG: &str = "\
Say what init spends its time on, and what loading less of it would save

Python and Node. A copy of the function gets one more layer, lambench's own, and a handler in it that loads the function's handler and \
watches every import. Some starts are recorded, with plain ones in between, as recording takes time: figures are \
medians, scaled to the plain starts.

The saving of loading X lazily is what nothing else loads any more, not the cumulative time that -X importtime shows. \
What the first request needs again is moved there, and shown apart. Savings do not add up: the plan picks the best set.

With --verify the function is measured with these imports put off, interleaved with the function as it is, as in \
`lambench run`. The package is not changed.";

/// Arguments of `lambench profile`.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What")]
pub struct ProfileArgs {
    /// A path (a folder or a zip), a function of lambench.toml, or with --aws NAME, NAME:QUALIFIER or an ARN
    #[arg(value_name = "TARGET")]
    pub target: String,
    /// Starts to record, and plain ones beside them, after one of each that is not counted
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub runs: u32,
    /// Measure the N largest savings, and the plan, with these imports put off
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "3", value_parser = clap::value_parser!(u32).range(1..=50))]
    pub verify: Option<u32>,
    /// Cold starts of each arm of --verify
    #[arg(long, value_name = "N", default_value = "15", requires = "verify", value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub verify_runs: u32,
    /// Event of the first invoke: JSON, @FILE, or - for standard input [env: LAMBENCH_PAYLOAD] [default: {}]
    ///
    /// What it needs of what could be loaded later is moved there. {{uuid}} and {{now}} are replaced.
    #[arg(long, value_name = "JSON|@FILE|-", allow_hyphen_values = true)]
    pub payload: Option<String>,
    /// Say what loading these later would do together, as in --together numpy,pandas (repeatable)
    #[arg(long, value_name = "TARGET,...", value_parser = together)]
    pub together: Vec<Together>,
    /// Print the profile as JSON and nothing else on standard output
    #[arg(long, help_heading = "Output")]
    pub json: bool,
    /// Write a page with the tables and a chart of what init loads; - for standard output
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Output",
        conflicts_with = "json"
    )]
    pub html: Option<PathBuf>,
    /// Write what init and the first request load in speedscope's format; - for standard output
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Output",
        conflicts_with = "json"
    )]
    pub speedscope: Option<PathBuf>,
    /// Invoke copies of a deployed function without asking first [env: LAMBENCH_YES]
    #[arg(long, short = 'y', help_heading = "Where")]
    pub yes: bool,
    /// S3 bucket for packages over 50 MB zipped, of copies on AWS [env: LAMBENCH_STAGING_BUCKET]
    #[arg(long, value_name = "NAME[/PREFIX]", help_heading = "Where")]
    pub staging_bucket: Option<String>,
    /// Where.
    #[command(flatten)]
    pub place: PlaceArgs,
    /// What the sandbox runs.
    #[command(flatten)]
    pub interpreter: InterpreterArgs,
    /// The package.
    #[command(flatten)]
    pub build: CommonBuild,
}

/// Targets to be loaded later at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Together(pub Vec<String>);

fn together(text: &str) -> Result<Together, String> {
    let targets: Vec<String> = text.split(',').map(|one| one.trim().to_owned()).collect();
    if targets.iter().any(String::is_empty) {
        return Err("write it as numpy,pandas".into());
    }
    Ok(Together(targets))
}
