//! What the user typed: clap types alone, one file per command. What it means is decided in `config`.

#![allow(clippy::doc_markdown, reason = "these texts are read in a terminal")]

mod checklist;
mod cloud_logs;
mod compare;
mod demo;
mod explain;
mod export;
mod gate;
mod inspect;
mod invoke;
mod logs;
mod logs_side;
mod look;
mod profile;
mod report;
mod restore;
mod run;
mod safety;
mod self_test;
mod serve;
mod shared;
mod shell;
mod stored;
mod when;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use checklist::ChecklistArgs;
pub use cloud_logs::CloudLogsArgs;
pub use compare::CompareArgs;
pub use demo::DemoArgs;
pub use explain::ExplainArgs;
pub use export::{Destination, Export, ExportArgs, Format};
pub use gate::{GateArgs, VerdictArgs};
pub use inspect::InspectArgs;
pub use invoke::InvokeArgs;
pub use logs::{ArchArg, ByArg, LogsArgs, LogsPrices, SortArg, WhichLogs};
pub use logs_side::LogsSideArgs;
pub use look::LookArgs;
pub use profile::{ProfileArgs, Together};
pub use report::ReportArgs;
pub use restore::RestoreArgs;
pub use run::RunArgs;
pub use safety::SafetyArgs;
pub use self_test::SelfTestArgs;
pub use serve::ServeArgs;
pub use shared::{
    AfterBuild, BeforeBuild, CommonBuild, CpuArg, DiskArg, InterpreterArgs, OrderArgs, OutputArgs,
    PaceArgs, PlaceArgs, TypedBuild, duration,
};
pub use shell::{CompletionsArgs, ManArgs};
pub use stored::{BaselinesArgs, PruneArgs, ResultsAction, ResultsArgs};
pub use when::{When, span, when};

const EXAMPLES: &str = "\
Examples:
  lambench demo                                             see it work: no account, no set-up
  lambench run --before build/old.zip --after build/new/    two packages, on this machine
  lambench run --function my-fn                             a function on AWS, put back afterwards";

const SCHEMA_EXAMPLES: &str = "\
Examples:
  lambench schema > result.schema.json
  lambench schema logs > logs.schema.json
  lambench schema inspect > inspect.schema.json";

const SCHEMA_LONG: &str = "\
Print the JSON Schema of the result file, or of what `lambench logs --json` or `lambench inspect --json` prints

The result file is what --json and --export json write, and what lies in .lambench/results/ and .lambench/baselines/. Fields are only \
ever added: what holds to the schema goes on doing so.";

/// Measures AWS Lambda cold starts honestly: on AWS, or with no account on an embedded Lambda.
///
/// A cold start is forced by touching the function's description, verified by its REPORT line, and repeated until a
/// before/after table can be drawn. With no AWS account the same code runs against the sandbox: a Lambda inside this
/// program that runs real packages in real processes.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "lambench",
    version,
    before_help = EXAMPLES,
    max_term_width = 100,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    infer_long_args = false
)]
pub struct Cli {
    /// Flags that every command takes.
    #[command(flatten)]
    pub globals: Globals,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Globals {
    /// Read this lambench.toml instead of the one here or above [env: LAMBENCH_CONFIG]
    ///
    /// Paths inside it are relative to the file. Results go to the current project all the same.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Language of the report [env: LAMBENCH_LANG] [default: en]
    ///
    /// Machine forms (JSON, exit codes, flag names) are never translated.
    #[arg(long, global = true, value_enum, value_name = "LANGUAGE")]
    pub lang: Option<LangArg>,
    /// How to print for people: colours, movement, pictures, signs [env: LAMBENCH_STYLE] [default: auto]
    ///
    /// auto goes by the terminal and by NO_COLOR, CLICOLOR_FORCE, CI and TERM=dumb.
    #[arg(long, global = true, value_enum, value_name = "STYLE")]
    pub style: Option<StyleArg>,
    /// No progress on standard error; errors and the report stay
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// A language as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LangArg {
    /// English
    En,
    /// Korean
    Ko,
}

/// A style as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StyleArg {
    /// What the terminal can show
    Auto,
    /// Colours and pictures, also in a pipe
    Full,
    /// Neither colour nor movement
    Plain,
    /// As auto, in ASCII alone
    Ascii,
}

/// Arguments of `lambench schema`.
#[derive(Debug, Clone, Default, Args)]
pub struct SchemaArgs {
    /// Whose schema
    #[arg(value_enum, value_name = "OF", default_value = "result")]
    pub of: SchemaOf,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum SchemaOf {
    /// The result file
    #[default]
    Result,
    /// What `lambench logs --json` prints
    Logs,
    /// What `lambench inspect --json` prints
    Inspect,
    /// What `lambench profile --json` prints
    Profile,
    /// What `lambench checklist --json` prints
    Checklist,
}

/// A touch as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TouchArg {
    /// The description: loses nothing, biases nothing
    Description,
    /// An environment variable of lambench's own
    Env,
    /// The memory size, by 1 MB to and fro
    Memory,
    /// The timeout, by 1 s to and fro
    Timeout,
}

/// The commands.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one, for the length of the program"
)]
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Force cold starts, verify each, and compare
    #[command(before_help = run::EXAMPLES, long_about = run::LONG)]
    Run(RunArgs),
    /// Compare stored results, without measuring
    #[command(before_help = compare::EXAMPLES, long_about = compare::LONG)]
    Compare(CompareArgs),
    /// Say what the REPORT lines in logs of any size know: cold starts, durations, memory, cost
    #[command(before_help = logs::EXAMPLES, long_about = logs::LONG)]
    Logs(LogsArgs),
    /// Say what init spends its time on, and what loading less of it would save
    #[command(before_help = profile::EXAMPLES, long_about = profile::LONG)]
    Profile(ProfileArgs),
    /// Write stored results as a page for the browser
    #[command(before_help = report::EXAMPLES, long_about = report::LONG)]
    Report(ReportArgs),
    /// List the results that were stored under a name
    #[command(before_help = stored::BASELINES_EXAMPLES, long_about = stored::BASELINES_LONG)]
    Baselines(BaselinesArgs),
    /// List, show and delete what runs have stored
    #[command(before_help = stored::RESULTS_EXAMPLES, long_about = stored::RESULTS_LONG)]
    Results(ResultsArgs),
    /// Fail when a cold start regresses or a budget is passed: for pipelines
    #[command(before_help = gate::EXAMPLES, long_about = gate::LONG)]
    Gate(GateArgs),
    /// The same on a built-in example, from any folder
    #[command(before_help = demo::EXAMPLES, long_about = demo::LONG)]
    Demo(DemoArgs),
    /// Prove on this machine that a verdict can fail, and doesn't for nothing
    #[command(before_help = self_test::EXAMPLES, long_about = self_test::LONG)]
    SelfTest(SelfTestArgs),
    /// Offer the sandbox as a Lambda endpoint for the aws CLI, boto3 and the SDKs
    #[command(before_help = serve::EXAMPLES, long_about = serve::LONG)]
    Serve(ServeArgs),
    /// Invoke a function once and print its answer: a quick look
    #[command(before_help = invoke::EXAMPLES, long_about = invoke::LONG)]
    Invoke(InvokeArgs),
    /// Say what a package is made of, and what of it could go
    #[command(before_help = inspect::EXAMPLES, long_about = inspect::LONG)]
    Inspect(InspectArgs),
    /// Say which steps of the optimisation guide are done, with the evidence
    #[command(before_help = checklist::EXAMPLES, long_about = checklist::LONG)]
    Checklist(ChecklistArgs),
    /// Put back what interrupted runs left changed
    #[command(before_help = restore::EXAMPLES, long_about = restore::LONG)]
    Restore(RestoreArgs),
    /// Say what a figure, a reason or a verdict means and where it comes from
    #[command(before_help = explain::EXAMPLES, long_about = explain::LONG)]
    Explain(ExplainArgs),
    /// Print the JSON Schema of the result file
    #[command(before_help = SCHEMA_EXAMPLES, long_about = SCHEMA_LONG)]
    Schema(SchemaArgs),
    /// Print a script that completes commands and flags in a shell
    #[command(before_help = shell::COMPLETIONS_EXAMPLES, long_about = shell::COMPLETIONS_LONG)]
    Completions(CompletionsArgs),
    /// Print a manual page, or write all of them into a folder
    #[command(before_help = shell::MAN_EXAMPLES, long_about = shell::MAN_LONG)]
    Man(ManArgs),
}

#[cfg(test)]
mod tests;
