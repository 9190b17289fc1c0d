//! `lambench report`.

use std::path::PathBuf;

use clap::Args;

use super::logs_side::LogsSideArgs;
use super::run::limit;

pub(super) const EXAMPLES: &str = "\
Examples:
  lambench report last                                      the last result as report.html
  lambench report last -o -                                 the page on standard output
  lambench report v1 last --compare -o change.html          the last result against a baseline
  lambench report last~2 last~1 last                        three results in one page";

pub(super) const LONG: &str = "\
Write stored results as a page for the browser, without measuring

One self-contained HTML file: the verdict, the table, every cold start with medians and intervals, their course, warm starts, \
the parts of a cold start, package sizes, what was not counted and why, how it was measured, and the raw data to download. It \
loads nothing, runs no script, and can be sent, printed and kept. --lang ko writes it in Korean.

Results are named as in `lambench compare`: a file, a run's id or the beginning of that, a baseline's name, last, or last~1 \
for the one before it; with --compare, logs:PATH, too.";

/// Arguments of `lambench report`.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What")]
pub struct ReportArgs {
    /// Results: a file, a run's id, a baseline's name, last, last~1
    #[arg(value_name = "RESULT", required = true)]
    pub results: Vec<String>,
    /// Set the first result beside each of the others, as before and after: see `lambench compare`
    #[arg(long)]
    pub compare: bool,
    /// Compare what was measured under other conditions; the page says so
    #[arg(long, requires = "compare")]
    pub force: bool,
    /// The change of the median cold start that is still no regression [env: LAMBENCH_LIMIT] [default: 10%]
    #[arg(long, value_name = "PERCENT", value_parser = limit, requires = "compare")]
    pub limit: Option<f64>,
    /// Which starts of logs.
    #[command(flatten)]
    pub logs: LogsSideArgs,
    /// The file to write, in place of what it held; - is standard output
    #[arg(
        long,
        short,
        value_name = "FILE",
        default_value = "report.html",
        help_heading = "Output"
    )]
    pub output: PathBuf,
}
