//! `lambench compare`.

use clap::Args;

use super::export::ExportArgs;
use super::gate::VerdictArgs;
use super::logs_side::LogsSideArgs;
use super::run::limit;

pub(super) const EXAMPLES: &str = "\
Examples:
  lambench compare last~1 last                  the last two results
  lambench compare v1 v2                        two baselines
  lambench compare main.json last --limit 5%    a file from elsewhere and the last result
  lambench compare v1 v2 v3                     several in one table, beside the first
  lambench compare last@before v1               one arm of a result that holds two
  lambench compare logs:old.log logs:new/       production's own starts, before and after
  lambench compare logs:app.log --split-at 2026-11-01T12:00Z";

pub(super) const LONG: &str = "\
Compare stored results, without measuring

A result is named by its file, its run's id or the beginning of that, a baseline's name, last, or last~1 for the one \
before it. A word with a slash in it or that ends in .json is a file; baseline:NAME and result:ID say which is meant. Of a \
result that holds two arms the one after is meant, unless @before is written behind its name.

Two arms of one run are as good as that run. Results of different runs are compared all the same, but only indicatively: \
a function measured a month apart differs by more than 10 % one time in six. What was measured under other conditions \
(memory, architecture, runtime, payload and so on) is refused without --force.

logs:PATH is a side of REPORT lines: a file, a folder, a pattern, - for standard input; plain or packed, as `aws logs tail` or \
an export has them. Such a comparison is observational: no controlled experiment. The report says what else differs between \
both sides, and a regression fails nothing without --allow-indicative.";

/// Arguments of `lambench compare`.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What")]
pub struct CompareArgs {
    /// The result before: a file, a run's id, a baseline's name, last, last~1; with @before or @after if it holds both;
    /// logs:PATH
    #[arg(value_name = "BEFORE")]
    pub before: String,
    /// The result after, or several: each is compared with the first
    #[arg(value_name = "AFTER", required_unless_present = "split_at")]
    pub after: Vec<String>,
    /// Compare what was measured under other conditions; the report says so
    #[arg(long)]
    pub force: bool,
    /// Which starts of logs.
    #[command(flatten)]
    pub logs: LogsSideArgs,
    /// The change of the median cold start that is still no regression [env: LAMBENCH_LIMIT] [default: 10%]
    #[arg(long, value_name = "PERCENT", value_parser = limit, help_heading = "Verdict")]
    pub limit: Option<f64>,
    /// What fails.
    #[command(flatten)]
    pub verdict: VerdictArgs,
    /// Print the two as one result in JSON and nothing else on standard output; an array of these for several
    #[arg(long, help_heading = "Output")]
    pub json: bool,
    /// Other forms.
    #[command(flatten)]
    pub export: ExportArgs,
}
