//! Flags of the commands that look into packages: what is said of a package, and where deployed functions and published
//! layers are found.

use clap::Args;

use super::logs::ArchArg;

/// What is said of a package, and where to look for what is deployed.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What")]
pub struct LookArgs {
    /// Runtime of a package, such as python3.12 [default: inferred, where the files tell]
    #[arg(long, value_name = "RUNTIME")]
    pub runtime: Option<String>,
    /// Handler of a package, such as app.handler [default: inferred, where the files tell]
    #[arg(long, value_name = "HANDLER")]
    pub handler: Option<String>,
    /// Processor architecture that a package is for [default: a deployed function's own, else not known]
    #[arg(long, value_enum, value_name = "ARCH")]
    pub arch: Option<ArchArg>,
    /// Look for the function on AWS, also if lambench.toml defines it with a package
    #[arg(long, help_heading = "Where", conflicts_with = "endpoint_url")]
    pub aws: bool,
    /// Another endpoint that speaks Lambda's API, such as `lambench serve`
    #[arg(long, value_name = "URL", help_heading = "Where")]
    pub endpoint_url: Option<String>,
    /// AWS region [default: that of an ARN, else the configured one]
    #[arg(long, help_heading = "Where")]
    pub region: Option<String>,
    /// Profile of the AWS configuration files
    #[arg(long, help_heading = "Where")]
    pub profile: Option<String>,
}
