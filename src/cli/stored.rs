//! `lambench baselines` and `lambench results`.

use clap::{ArgGroup, Args, Subcommand};

pub(super) const BASELINES_EXAMPLES: &str = "\
Examples:
  lambench baselines                   what there is
  lambench baselines --delete v1       forget one";

pub(super) const BASELINES_LONG: &str = "\
List the results that were stored under a name

`lambench run --save-baseline NAME` stores one, in place of what had that name; --baseline NAME compares a later run with \
it. Each is a file of .lambench/baselines/ that can be committed, or kept by a pipeline.";

pub(super) const RESULTS_EXAMPLES: &str = "\
Examples:
  lambench results                             what there is, the newest first
  lambench results show last                   the report of a result again
  lambench results prune --keep 50             delete all but the newest
  lambench results prune --older-than 30d --yes";

pub(super) const RESULTS_LONG: &str = "\
List, show and delete what runs have stored

Every run keeps its result in .lambench/results/ of the project, and each sample as it is taken in .lambench/runs/. \
Both are for this machine; baselines are not among them and are never pruned.";

const LIST_EXAMPLES: &str = "\
Examples:
  lambench results list
  lambench results list --json";

const SHOW_EXAMPLES: &str = "\
Examples:
  lambench results show last
  lambench results show last~1 --lang ko";

const PRUNE_EXAMPLES: &str = "\
Examples:
  lambench results prune --keep 50
  lambench results prune --older-than 30d --yes";

/// Arguments of `lambench baselines`.
#[derive(Debug, Clone, Default, Args)]
pub struct BaselinesArgs {
    /// Delete this baseline (repeatable)
    #[arg(long, value_name = "NAME")]
    pub delete: Vec<String>,
    /// Print the list as JSON
    #[arg(long, conflicts_with = "delete")]
    pub json: bool,
}

/// Arguments of `lambench results`.
#[derive(Debug, Clone, Default, Args)]
#[command(args_conflicts_with_subcommands = false)]
pub struct ResultsArgs {
    /// What to do; list if nothing is said.
    #[command(subcommand)]
    pub action: Option<ResultsAction>,
    /// Print JSON and nothing else on standard output
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do with results.
#[derive(Debug, Clone, Subcommand)]
pub enum ResultsAction {
    /// One line for each, the newest first
    #[command(before_help = LIST_EXAMPLES)]
    List,
    /// The report of a result again
    #[command(before_help = SHOW_EXAMPLES)]
    Show {
        /// A run's id or its beginning, a file, a baseline's name, last, last~1
        #[arg(value_name = "RESULT")]
        name: String,
    },
    /// Delete results and the logs of their runs; never baselines
    #[command(before_help = PRUNE_EXAMPLES)]
    Prune(PruneArgs),
}

/// What to prune.
#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(group = ArgGroup::new("which").required(true).multiple(true).args(["keep", "older_than"]))]
pub struct PruneArgs {
    /// Leave the newest N
    #[arg(long, value_name = "N")]
    pub keep: Option<usize>,
    /// Leave what is younger than this: 30d, 12h, 2w; with --keep only what is beyond both goes
    #[arg(long, value_name = "AGE", value_parser = age_s)]
    pub older_than: Option<i64>,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// `30d`, `2w`, `12h`, `45m` in seconds.
pub(super) fn age_s(text: &str) -> Result<i64, String> {
    let unit = |c: char| match c {
        'm' => Some(60),
        'h' => Some(3600),
        'd' => Some(86_400),
        'w' => Some(7 * 86_400),
        _ => None,
    };
    text.char_indices()
        .last()
        .and_then(|(at, last)| text[..at].parse::<u32>().ok().zip(unit(last)))
        .map(|(n, seconds)| i64::from(n) * seconds)
        .ok_or_else(|| "write it as 30d, 2w or 12h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::age_s;

    #[test]
    fn an_age_is_a_number_and_a_unit() {
        for (text, seconds) in [
            ("30d", 2_592_000),
            ("2w", 1_209_600),
            ("12h", 43_200),
            ("0d", 0),
        ] {
            assert_eq!(age_s(text), Ok(seconds), "{text}");
        }
        for text in [
            "",
            "30",
            "d",
            "-1d",
            "1y",
            "1.5d",
            "30d ",
            "99999999999d",
            "3개",
        ] {
            assert!(age_s(text).is_err(), "{text}");
        }
    }
}
