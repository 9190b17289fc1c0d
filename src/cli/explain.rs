//! `lambench explain`.

use clap::Args;

pub(super) const EXAMPLES: &str = "\
Examples:
  lambench explain                      everything that can be explained
  lambench explain cold.init            a metric
  lambench explain proactive_init       why a sample does not count
  lambench explain inconclusive         a verdict";

pub(super) const LONG: &str = "\
Say what a figure, a reason or a verdict means and where it comes from

Metrics are named as in budgets (cold.p50, package.zip) or as in the table, reasons as in the result file. Words of the \
reports (look, touch, settle, indicative, platform) are explained, too; --lang ko does it in Korean.";

/// Arguments of `lambench explain`.
#[derive(Debug, Clone, Default, Args)]
pub struct ExplainArgs {
    /// What to explain; everything is listed without it
    #[arg(value_name = "METRIC|EXCLUSION|VERDICT")]
    pub name: Vec<String>,
}
