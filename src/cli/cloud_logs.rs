//! The flags of `lambench logs` that read from CloudWatch Logs.

use clap::Args;

/// Where in CloudWatch, and how much of it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "CloudWatch")]
pub struct CloudLogsArgs {
    /// Read this log group [default: the one that --function writes to]
    ///
    /// Without files, --function NAME reads what a function has written to CloudWatch Logs, --function 'my-*' what all that
    /// fit have; --since is then a day ago unless you say otherwise. It needs logs:FilterLogEvents on the group, and
    /// lambda:GetFunctionConfiguration to know the group (lambda:ListFunctions for a pattern).
    #[arg(long, value_name = "GROUP", conflicts_with = "logs")]
    pub log_group: Option<String>,
    /// Stop after so many events, and those of the same millisecond; what remains is said
    #[arg(long, value_name = "N", conflicts_with = "logs", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_events: Option<u64>,
    /// Ask Logs Insights, which is faster for many gigabytes and costs money by what it scans
    #[arg(long, conflicts_with_all = ["logs", "max_events"])]
    pub insights: bool,
    /// Stop Logs Insights once it has cost so many dollars [default: 1]
    ///
    /// What a query will scan is not known before it runs: it is watched, and stopped.
    #[arg(long, value_name = "USD", requires = "insights", value_parser = dollars)]
    pub max_cost: Option<f64>,
    /// Calls to CloudWatch Logs per second [env: LAMBENCH_CONTROL_RATE] [default: 5]
    ///
    /// AWS allows FilterLogEvents five or ten times a second, by region, to all of the account together.
    #[arg(long, value_name = "N", conflicts_with = "logs", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub control_rate: Option<u32>,
    /// Another endpoint that speaks the API of CloudWatch Logs, and of Lambda
    #[arg(long, value_name = "URL", conflicts_with = "logs")]
    pub endpoint_url: Option<String>,
    /// Profile of the AWS configuration files
    #[arg(long, value_name = "NAME", conflicts_with = "logs")]
    pub profile: Option<String>,
}

fn dollars(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(usd) if f64::is_finite(usd) && usd > 0.0 => Ok(usd),
        _ => Err("give dollars, as 0.50".into()),
    }
}
