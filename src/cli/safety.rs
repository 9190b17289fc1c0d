//! Flags of `lambench run` that say what may be done and spent, or only ask what would be.

use std::path::PathBuf;

use clap::Args;

/// What may be done and spent.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Safety and cost")]
pub struct SafetyArgs {
    /// Measure a deployed function without asking first [env: LAMBENCH_YES]
    ///
    /// Before the first invoke on AWS it is said what will run, how often, with which payload and role. On a terminal
    /// lambench then asks; elsewhere it needs this flag, or a matching name in safety.allow of lambench.toml. What
    /// safety.deny names is never measured, with or without it.
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Print what would be called, touched and paid, and do none of it
    ///
    /// Only calls that read are made; nothing is changed and nothing invoked.
    #[arg(long, conflicts_with = "iam_policy")]
    pub dry_run: bool,
    /// Print the least IAM policy for exactly this command, as JSON, and do nothing else
    #[arg(long)]
    pub iam_policy: bool,
    /// Stop, and put everything back, before an invoke that would pass this sum [env: LAMBENCH_MAX_COST]
    ///
    /// Reckoned at list prices from the billed time so far; the next invoke counts as much as the dearest one of its
    /// kind so far.
    #[arg(long, value_name = "USD", value_parser = dollars)]
    pub max_cost: Option<f64>,
    /// Prices of your own, in the form of lambench's src/prices.toml [env: LAMBENCH_PRICES]
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,
}

/// An amount of money; a dollar sign before it is no mistake.
fn dollars(text: &str) -> Result<f64, String> {
    crate::config::safety::dollars(text)
        .ok_or_else(|| "write it as a number of US dollars, such as 0.50".into())
}
