//! `lambench restore`.

use clap::Args;

pub(super) const EXAMPLES: &str = "\
Examples:
  lambench restore --list              what interrupted runs left
  lambench restore                     put all of it back
  lambench restore --function my-fn    put one function back";

pub(super) const LONG: &str = "\
Put back what interrupted runs left changed

Before a run touches a function it writes down what was there, under $XDG_STATE_HOME/lambench (or \
~/.local/state/lambench), and strikes that out once it is put back. What a run that was killed, or whose credentials \
expired, has left there is finished by this command.

Only what a touch wrote is put back, and only if it still stands: what somebody else has written since is left alone. \
Functions that a running lambench is at work on are left to it.";

/// Arguments of `lambench restore`.
#[derive(Debug, Clone, Default, Args)]
pub struct RestoreArgs {
    /// Say what is left over, and change nothing
    #[arg(long)]
    pub list: bool,
    /// Only this function: its name or ARN
    #[arg(long, value_name = "NAME")]
    pub function: Option<String>,
    /// Only what was left in this AWS region
    #[arg(long)]
    pub region: Option<String>,
    /// Profile of the AWS configuration files [default: the one of the interrupted run]
    #[arg(long)]
    pub profile: Option<String>,
    /// Only what was left at this endpoint
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
}
