//! `lambench invoke`.

use std::path::PathBuf;

use clap::Args;

pub(super) const EXAMPLES: &str = "\
Examples:
  lambench invoke my-fn                         of lambench.toml, or of a running `serve`
  lambench invoke my-fn=build/new/ --payload '{\"key\": 1}' --tail
  lambench invoke my-fn:live --aws --payload @event.json";

pub(super) const LONG: &str = "\
Invoke a function once and print its answer: a quick look

Where: the endpoint that is named; else a `lambench serve` that runs for this project and has the function; else a \
sandbox of its own, for this one invoke, with the package that lambench.toml or NAME=PATH names.

Standard output is the function's answer, byte for byte. Where the function fails that is its error, standard error says \
so, and the exit code is 1. Nothing is changed, stored or retried. On AWS the function really runs: as before a run, lambench \
asks first, or --yes or safety.allow agrees; what safety.deny names is never invoked.";

/// Arguments of `lambench invoke`.
#[derive(Debug, Clone, Default, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that the user has"
)]
pub struct InvokeArgs {
    /// Function: a name, NAME:QUALIFIER, an ARN, or NAME=PATH with its folder or zip
    #[arg(value_name = "NAME[=PATH]")]
    pub function: String,
    /// Event: JSON, @FILE, or - for standard input [env: LAMBENCH_PAYLOAD] [default: lambench.toml's, or {}]
    ///
    /// {{uuid}} and {{now}} are replaced by a random id and by the time (RFC 3339).
    #[arg(long, value_name = "JSON|@FILE|-", allow_hyphen_values = true)]
    pub payload: Option<String>,
    /// Version or alias
    #[arg(long, value_name = "QUALIFIER")]
    pub qualifier: Option<String>,
    /// Send an event: the answer is not waited for
    #[arg(long, conflicts_with = "tail")]
    pub event: bool,
    /// Print the end of the log on standard error (Lambda gives 4 KB)
    #[arg(long)]
    pub tail: bool,
    /// Print one JSON object: status, version, error, log, figures, and the answer
    #[arg(long)]
    pub json: bool,
    /// Invoke a function on AWS
    #[arg(long, help_heading = "Where", conflicts_with_all = ["port_file", "endpoint_url"])]
    pub aws: bool,
    /// Another endpoint that speaks Lambda's API
    #[arg(
        long,
        value_name = "URL",
        help_heading = "Where",
        conflicts_with = "port_file"
    )]
    pub endpoint_url: Option<String>,
    /// The `lambench serve` that wrote its port to FILE
    #[arg(long, value_name = "FILE", help_heading = "Where", conflicts_with_all = ["region", "profile"])]
    pub port_file: Option<PathBuf>,
    /// AWS region
    #[arg(long, help_heading = "Where")]
    pub region: Option<String>,
    /// Profile of the AWS configuration files
    #[arg(long, help_heading = "Where")]
    pub profile: Option<String>,
    /// Invoke a deployed function without asking first [env: LAMBENCH_YES]
    #[arg(long, short = 'y', help_heading = "Where")]
    pub yes: bool,
    /// Runtime interface client to run where the package brings none [env: LAMBENCH_RIC]
    #[arg(long, value_name = "PATH", help_heading = "Sandbox")]
    pub ric: Option<PathBuf>,
    /// Run python3.12 or nodejs20.x with whatever version is installed
    #[arg(long, help_heading = "Sandbox")]
    pub any_version: bool,
}
