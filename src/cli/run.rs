//! `lambench run`.

use clap::Args;
use clap::builder::RangedI64ValueParser;
use serde_json::Value;

use super::TouchArg;
use super::gate::VerdictArgs;
use super::safety::SafetyArgs;
use super::shared::{
    AfterBuild, BeforeBuild, CommonBuild, InterpreterArgs, OrderArgs, OutputArgs, PaceArgs,
    PlaceArgs,
};

pub(super) const EXAMPLES: &str = "\
Examples:
  lambench run --function data-collector                    a function of lambench.toml
  lambench run --before build/old.zip --after build/new/    two packages, on the sandbox
  lambench run --after build/new/ --baseline v1             one package against a stored result
  lambench run --function my-fn                             a function on AWS, put back afterwards
  lambench run --function my-fn --dry-run                   what that would do and cost
  lambench run --function my-fn --after build/new/          its new code against what is deployed
  lambench run --before my-fn:live --after my-fn:canary     copies of two versions or aliases
  lambench run --before my-fn-v1 --after my-fn-v2           two functions on AWS";

pub(super) const LONG: &str = "\
Force cold starts, verify each, and compare

Each measured start is forced by a change of the function's description that was never used before, awaited until \
Lambda says that it is in effect, and counted only if its REPORT line shows Init or Restore Duration. What does not \
count is excluded with a reason and replaced. The description is put back at the end, on errors and on Ctrl-C.

A subject is a path (a folder or a zip: it is staged on the sandbox), the name of a function that lambench.toml \
defines, or the name or ARN of a function on AWS. A word with a / in it, one that ends in .zip and one that exists \
here is a path; write ./name for a file whose name is also a function's.

On AWS a new package or a version is measured as a copy: with --function of a function that lambench.toml does not \
define (or with --aws), --before and --after take a package, `deployed` (the code that it has now) or NAME:QUALIFIER. \
Each becomes a function of its own, with the configuration of the one that it is a copy of, tagged lambench=RUN, and \
deleted at the end; the function itself is neither changed nor invoked.

Flags win over LAMBENCH_* variables, and those over lambench.toml.";

/// Arguments of `lambench run`.
#[expect(clippy::struct_excessive_bools, reason = "a flag each")]
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What")]
pub struct RunArgs {
    /// A function: its name in lambench.toml, or its name or ARN on AWS; 'data-*' is every one of these
    ///
    /// A pattern with * or ? names functions of lambench.toml, or where it has none of them, of AWS. They are measured
    /// one after another; what goes wrong with one is that one's line in the table.
    #[arg(long, value_name = "NAME")]
    pub function: Option<String>,
    /// Every function of lambench.toml, one after another
    #[arg(long, conflicts_with_all = ["function", "before", "after"])]
    pub all: bool,
    /// Every function on AWS with this tag: KEY=VALUE, or KEY whatever its value (repeatable: all of them)
    ///
    /// The value may have * and ?. With --function 'data-*' only of those.
    #[arg(long, value_name = "KEY=VALUE", value_parser = tag, conflicts_with_all = ["all", "before", "after", "local"])]
    pub tag: Vec<String>,
    /// The build before: a path, a NAME, an ARN, NAME:QUALIFIER, deployed, baseline:NAME, result:ID or
    /// logs:PATH
    ///
    /// baseline:NAME is compared with as it was stored. result:ID measures that result's package again, next to today's,
    /// with the runtime, handler, layers, memory and timeout of then; it is refused if the package has changed since.
    /// logs:PATH is the REPORT lines of production, as in `lambench compare`: observational, not a controlled experiment.
    #[arg(long, value_name = "SUBJECT")]
    pub before: Option<String>,
    /// The build after, or the only one: a path, a NAME, an ARN, NAME:QUALIFIER or deployed
    #[arg(long, value_name = "SUBJECT")]
    pub after: Option<String>,
    /// Compare with the result that was stored under this name; the same as --before baseline:NAME
    #[arg(long, value_name = "NAME", conflicts_with = "before")]
    pub baseline: Option<String>,
    /// Measure what is deployed, run CMD (a deploy), measure again
    ///
    /// The function is put back before CMD is run by the shell, with its output on standard error; a CMD that fails
    /// ends the run. Before and after are then not interleaved, and the report says so.
    #[arg(long, value_name = "CMD", conflicts_with_all = ["before", "after", "baseline", "all", "resume"])]
    pub around: Option<String>,
    /// Store the result under this name, for --baseline
    #[arg(long, value_name = "NAME")]
    pub save_baseline: Option<String>,
    /// Do not show an earlier comparable result as Before when there is one subject
    #[arg(long)]
    pub no_previous: bool,

    /// Event of every invoke: JSON, @FILE, or - for standard input [env: LAMBENCH_PAYLOAD] [default: {}]
    ///
    /// {{uuid}} and {{now}} are replaced in each invoke, by a random id and by the time (RFC 3339).
    #[arg(
        long,
        value_name = "JSON|@FILE|-",
        allow_hyphen_values = true,
        help_heading = "Invokes"
    )]
    pub payload: Option<String>,
    /// Stop unless the answer has VALUE at this JSON pointer, as in /statusCode=200 (repeatable)
    #[arg(long, value_name = "/POINTER=VALUE", value_parser = expectation, help_heading = "Invokes")]
    pub expect: Vec<(String, Value)>,
    /// Measure a function that answers with errors all the same
    ///
    /// Without it a function error, or a statusCode of 400 or more, stops the run: a function that fails fast must
    /// never look improved.
    #[arg(long, help_heading = "Invokes")]
    pub allow_function_errors: bool,
    /// What to change before each cold start, and to put back [env: LAMBENCH_TOUCH] [default: description]
    ///
    /// The description works everywhere that is known. Should it give no cold starts, the others are here by name:
    /// each is put back exactly, and the result says which one it was.
    #[arg(long, value_enum, value_name = "WHAT", help_heading = "Invokes")]
    pub touch: Option<TouchArg>,

    /// S3 bucket for packages and layers over 50 MB zipped, of copies on AWS [env: LAMBENCH_STAGING_BUCKET]
    ///
    /// Lambda takes no more inside a request. The bucket must be in the region of the functions. An object is put below
    /// PREFIX/lambench/RUN/ and deleted at the end.
    #[arg(long, value_name = "NAME[/PREFIX]", help_heading = "Where")]
    pub staging_bucket: Option<String>,

    /// Load the handler's module, and run nothing of the handler: init alone is measured (Python, Node)
    ///
    /// A wrapper is packed next to the code; it loads what the handler names and answers {}.
    #[arg(long, conflicts_with = "around", help_heading = "Invokes")]
    pub no_handler: bool,

    /// The change of the median cold start that is still no regression: 10% [env: LAMBENCH_LIMIT] [default: 10%]
    ///
    /// The verdict on it is part of every report of two subjects: improved, passed, regressed, or inconclusive. It does not
    /// change the exit code.
    #[arg(long, value_name = "PERCENT", value_parser = limit, allow_hyphen_values = true, help_heading = "Verdict")]
    pub limit: Option<f64>,
    /// What fails.
    #[command(flatten)]
    pub verdict: VerdictArgs,
    /// It is for `lambench gate`, which fails on what lambench.toml says, too.
    #[arg(skip)]
    pub gate: bool,

    /// How much.
    #[command(flatten)]
    pub order: OrderArgs,
    /// How fast.
    #[command(flatten)]
    pub pace: PaceArgs,
    /// Where.
    #[command(flatten)]
    pub place: PlaceArgs,
    /// What may be done and spent.
    #[command(flatten)]
    pub safety: SafetyArgs,
    /// What the sandbox runs.
    #[command(flatten)]
    pub interpreter: InterpreterArgs,
    /// Output.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Packages.
    #[command(flatten)]
    pub build: CommonBuild,
    /// The package before.
    #[command(flatten)]
    pub before_build: BeforeBuild,
    /// The package after.
    #[command(flatten)]
    pub after_build: AfterBuild,
}

/// Lambda's limits on memory, MB.
pub(super) fn memory_mb() -> RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(128..=10_240)
}

/// Lambda's limits on the timeout, seconds.
pub(super) fn timeout_s() -> RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=900)
}

/// `KEY=VALUE`; the value may be empty and may hold further equals signs.
pub(super) fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as KEY=VALUE".into()),
    }
}

/// `KEY=VALUE` or `KEY`.
fn tag(text: &str) -> Result<String, String> {
    match text.split('=').next() {
        Some(key) if !key.is_empty() => Ok(text.to_owned()),
        _ => Err("write it as KEY=VALUE, or KEY".into()),
    }
}

/// `10%` as 0.10.
pub(super) fn limit(text: &str) -> Result<f64, String> {
    crate::config::looks::per_cent(text)
        .ok_or_else(|| format!("write it as {}", crate::config::looks::LIMIT))
}

/// `/pointer=VALUE`: VALUE is JSON, or else the text itself.
fn expectation(text: &str) -> Result<(String, Value), String> {
    match text.split_once('=') {
        Some((pointer, value)) if pointer.is_empty() || pointer.starts_with('/') => Ok((
            pointer.to_owned(),
            serde_json::from_str(value).unwrap_or_else(|_| Value::from(value)),
        )),
        _ => Err("write it as /POINTER=VALUE, for example /statusCode=200".into()),
    }
}
