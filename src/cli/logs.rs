//! `lambench logs`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::cloud_logs::CloudLogsArgs;
use super::when::{When, span, when};

pub(super) const EXAMPLES: &str = "\
Examples:
  lambench logs app.log                                     text, JSON, gzip, zstd, exports
  lambench logs exports/ 'old/*.gz' --since 7d              the last week of many files
  lambench logs --function my-fn --since 7d                 what it wrote to CloudWatch
  aws logs tail /aws/lambda/my-fn --since 1d | lambench logs -
  lambench logs exports/ --by version --bucket 1h --json    for programs
  lambench logs app.log --html logs.html                    a page to look at and pass on";

pub(super) const LONG: &str = "\
Say what the REPORT lines in logs of any size know, without measuring

How many starts are cold, how slow they are, what they cost; memory, errors, timeouts and the slowest starts. Nothing is \
uploaded and nothing is kept: the files are read once, in memory that does not grow with them.

Reads text REPORT lines and platform.report JSON between whatever an application prints, behind the timestamps and streams \
of `aws logs tail`, awslogs or kubectl; filter-log-events JSON, Logs Insights as CSV or JSON, S3 and subscription exports, \
Firehose objects; plain, gzip or zstd. What a file holds is found by looking.

A record of the platform begins its line (or its JSON string) and bears a request id. A line of an application that only \
talks of REPORT lines is not counted. Percentiles past the median are told where five values lie above them.";

/// Arguments of `lambench logs`.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What")]
pub struct LogsArgs {
    /// Files, folders, patterns; - is standard input
    #[arg(value_name = "FILE|FOLDER|GLOB|-")]
    pub logs: Vec<String>,
    /// Filters and groups.
    #[command(flatten)]
    pub which: WhichLogs,
    /// CloudWatch.
    #[command(flatten)]
    pub cloud: CloudLogsArgs,
    /// Prices.
    #[command(flatten)]
    pub prices: LogsPrices,
    /// Order of the groups
    #[arg(
        long,
        value_enum,
        value_name = "BY",
        default_value = "cost",
        help_heading = "Output"
    )]
    pub sort: SortArg,
    /// Print JSON and nothing else on standard output (see `lambench schema logs`)
    #[arg(long, help_heading = "Output")]
    pub json: bool,
    /// Print CSV and nothing else on standard output: a row for each group, and for each of its buckets
    #[arg(long, help_heading = "Output", conflicts_with = "json")]
    pub csv: bool,
    /// Write a page for the browser too, in place of what FILE held
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub html: Option<PathBuf>,
}

/// Which records count, and for which group.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which records")]
pub struct WhichLogs {
    /// Not before this time: 2026-11-01T12:00Z, 2026-11-01 (UTC), or an age: 7d, 12h, 30m
    ///
    /// Records that bear no time are left out then, and counted as left out.
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub since: Option<When>,
    /// Before this time, written in the same way
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub until: Option<When>,
    /// Functions of this name, or that fit this pattern (my-*)
    #[arg(long, value_name = "NAME", value_parser = pattern)]
    pub function: Option<glob::Pattern>,
    /// Cold starts alone
    #[arg(long)]
    pub cold: bool,
    /// Invokes whose request id holds this text
    #[arg(long, value_name = "TEXT")]
    pub grep_request: Option<String>,
    /// What makes a group
    #[arg(long, value_enum, value_name = "WHAT", default_value = "function")]
    pub by: ByArg,
    /// Figures for each piece of time, too: 5m, 1h, 1d
    #[arg(long, value_name = "WIDTH", value_parser = span)]
    pub bucket: Option<i64>,
}

/// What billed time costs.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Prices")]
pub struct LogsPrices {
    /// The AWS region whose prices hold, and in which --function is read [default: us-east-1, as logs don't tell]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// The architecture whose prices hold [default: x86_64, as logs don't tell]
    #[arg(long, value_enum, value_name = "ARCH")]
    pub arch: Option<ArchArg>,
    /// Prices of your own, in the form of lambench's src/prices.toml [env: LAMBENCH_PRICES]
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,
}

/// A group as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ByArg {
    /// The function, by its log group; the file where no group is named
    #[default]
    Function,
    /// The log group
    Group,
    /// The log stream: one environment
    Stream,
    /// The function's version, as its stream names it
    Version,
    /// The file
    File,
}

/// An architecture as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ArchArg {
    /// Intel and AMD
    #[value(name = "x86_64")]
    X86,
    /// Graviton
    #[value(name = "arm64")]
    Arm,
}

impl ArchArg {
    /// As AWS names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::X86 => "x86_64",
            Self::Arm => "arm64",
        }
    }
}

/// An order as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum SortArg {
    /// The dearest first
    #[default]
    Cost,
    /// First where most time was spent in cold starts
    ColdTime,
}

fn pattern(text: &str) -> Result<glob::Pattern, String> {
    glob::Pattern::new(text).map_err(|error| error.to_string())
}
