//! `lambench serve`.

use std::path::PathBuf;

use clap::Args;

use super::shared::{CpuArg, DiskArg};

pub(super) const EXAMPLES: &str = "\
Examples:
  lambench serve --function my-fn=build/new/
  aws lambda invoke --endpoint-url http://127.0.0.1:PORT --function-name my-fn out.json";

pub(super) const LONG: &str = "\
Offer the sandbox as a Lambda endpoint for the aws CLI, boto3 and the SDKs

It listens on 127.0.0.1 alone, prints its address on standard output, and serves until Ctrl-C. Clients can create, \
update, publish and invoke functions as on AWS; no credentials are checked. Functions of lambench.toml (or those that \
--function names) are there from the start; one that is defined with a before and an after is offered as \
NAME-before and NAME-after.";

/// Arguments of `lambench serve`.
#[derive(Debug, Clone, Default, Args)]
pub struct ServeArgs {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,
    /// Write the port to FILE once the endpoint answers
    #[arg(long, value_name = "FILE")]
    pub port_file: Option<PathBuf>,
    /// How long an update stays InProgress, milliseconds [default: as short as the sandbox can]
    #[arg(long, value_name = "MS")]
    pub settle: Option<u64>,
    /// Offer NAME from a folder or zip, or as lambench.toml defines it (repeatable)
    #[arg(long = "function", value_name = "NAME[=PATH]")]
    pub functions: Vec<String>,
    /// Runtime interface client to run, before any other [env: LAMBENCH_RIC]
    #[arg(long, value_name = "PATH")]
    pub ric: Option<PathBuf>,
    /// Run python3.12 or nodejs20.x with whatever version is installed
    #[arg(long)]
    pub any_version: bool,
    /// CPU that functions get [env: LAMBENCH_CPU] [default: by-memory]
    #[arg(long, value_enum, value_name = "SHARE")]
    pub cpu: Option<CpuArg>,
    /// Package files in the page cache when a cold start begins [env: LAMBENCH_DISK] [default: warm]
    #[arg(long, value_enum, value_name = "STATE")]
    pub disk: Option<DiskArg>,
}
