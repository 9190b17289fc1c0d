//! `lambench gate`, and the flags of a gate that `run` has too.

use clap::Args;

use super::run::limit;
use super::safety::SafetyArgs;
use super::shared::{InterpreterArgs, OrderArgs, OutputArgs, PaceArgs, PlaceArgs};

pub(super) const EXAMPLES: &str = "\
Examples:
  lambench gate                                             what lambench.toml sets budgets for
  lambench gate --function 'data-*' --fail-if 'cold.p50>+10%'
  lambench gate --before-ref main --build ./build.sh        a pull request against its base
  lambench gate last --fail-if 'package.zip>5MiB'           a saved result, without measuring
  lambench gate logs:app.log --fail-if 'cold.p50>800ms'     what production's own starts come to
  lambench gate --before logs:old.log --after logs:new.log --allow-indicative";

pub(super) const LONG: &str = "\
Fail when a cold start regresses or a budget is passed, and only then

Measures the functions of lambench.toml that have budgets, or a before and an after, one after another, and judges each; \
with RESULT it judges saved results and measures nothing. logs:PATH is a result of REPORT lines, as `lambench compare` takes \
them: observational. Of logs against logs a change fails only with --allow-indicative; a value fails as ever.

A budget says what fails: METRIC > LIMIT. A limit is a change (+10%; -10% demands an improvement) or a value. Metrics are \
cold, cold.init, cold.restore, cold.handler, cold.client and cold.billed with .p50, .p90, .p95 or .p99; warm.p50, \
warm.client.p50, warm.billed.p50; memory.max; package.zip, package.unzipped, package.layers and package.total (with the \
layers); cost.cold and cost.warm. Without any budget it is 'cold.p50 > +10%'.

Exit codes: 3 if anything regressed or is over its budget; else 1 if something could not be measured; else 4 if something is \
inconclusive under --strict; else 0. 2 for a wrong command line or file; 130 after Ctrl-C.";

/// What fails.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Verdict")]
pub struct VerdictArgs {
    /// Fail (exit 3) if this budget is passed, as in 'cold.p50 > +10%' or 'package.zip > 5MiB' (repeatable) [env:
    /// LAMBENCH_FAIL_IF]
    ///
    /// `lambench gate --help` lists the metrics. In the variable budgets are separated by semicolons. Flags replace what
    /// lambench.toml says.
    #[arg(long, value_name = "BUDGET")]
    pub fail_if: Vec<String>,
    /// Exit 4 if the data decide nothing [env: LAMBENCH_STRICT]
    #[arg(long)]
    pub strict: bool,
    /// Let a comparison with a stored result fail, too
    ///
    /// The same function measured a month apart differs by more than 10 % one time in six: without this flag such a
    /// regression is shown, and called inconclusive.
    #[arg(long)]
    pub allow_indicative: bool,
}

/// Arguments of `lambench gate`.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What")]
pub struct GateArgs {
    /// Saved results to judge: a file, a run's id, a baseline's name, last, last~1; or logs:PATH
    #[arg(value_name = "RESULT", conflicts_with_all = ["all", "before_ref"])]
    pub results: Vec<String>,
    /// A function of lambench.toml; 'data-*' is every one of these. Of logs, one of theirs
    #[arg(long, value_name = "NAME")]
    pub function: Option<String>,
    /// Every function of lambench.toml, also those with nothing to judge
    #[arg(long, conflicts_with = "function")]
    pub all: bool,
    /// A saved result, or logs:PATH, to judge the one after against
    #[arg(long, value_name = "RESULT", requires = "after", conflicts_with_all = ["results", "all", "before_ref"])]
    pub before: Option<String>,
    /// The saved result, or logs:PATH, after it
    #[arg(long, value_name = "RESULT", requires = "before")]
    pub after: Option<String>,
    /// Build this commit in a git worktree of its own: that is before, and the working tree after
    ///
    /// The packages are those of lambench.toml in the working tree, looked for at the same paths of the other commit. The
    /// worktree is temporary; the working tree and its branch are left alone.
    #[arg(long, value_name = "REF", requires = "build", conflicts_with_all = ["aws", "endpoint_url"])]
    pub before_ref: Option<String>,
    /// How both are built: run by sh, first in the worktree, then in the working tree, its output on standard error
    #[arg(long, value_name = "CMD", requires = "before_ref")]
    pub build: Option<String>,
    /// The change of the median cold start that is still no regression, where there is no budget [env: LAMBENCH_LIMIT]
    /// [default: 10%]
    #[arg(long, value_name = "PERCENT", value_parser = limit, allow_hyphen_values = true, help_heading = "Verdict")]
    pub limit: Option<f64>,
    /// What fails.
    #[command(flatten)]
    pub verdict: VerdictArgs,
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
}
