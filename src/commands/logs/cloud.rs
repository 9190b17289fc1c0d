//! `lambench logs --function`: reads log groups of `CloudWatch` in turn, and says how to go on where it ends early.

mod go_on;
mod insights;
mod pages;
mod sink;

use std::collections::BTreeMap;

use crate::cli::{Globals, LogsArgs};
use crate::config::Lang;
use crate::cost::Prices;
use crate::exit::Exit;
use crate::lambda::{Connect, Lambda, LambdaError, LogEvents, LogGroup};
use crate::logs::{Amount, By, CloudAmount, Filter, Summary, Tallies};
use crate::render::{CloudProgress, CloudRead};

use super::super::{Failure, signals};
use sink::Sink;

const DAY_MS: i64 = 86_400_000;
const CALLS_PER_SECOND: u32 = 5;
const MOST_USD: f64 = 1.0;

/// What was found, and what became of the reading.
pub struct Found {
    /// The records.
    pub tallies: Tallies,
    /// How much.
    pub amount: Amount,
    /// Where they ran.
    pub region: String,
    /// The log groups.
    pub groups: Vec<String>,
    /// How it ended, if there are records.
    pub exit: Exit,
}

/// A group and the functions in it that are meant; none: all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    group: String,
    functions: Vec<String>,
    /// Functions that fit it, where it is not known which ones there are.
    pattern: Option<glob::Pattern>,
}

/// How the reading of a group ended.
enum End {
    /// At the end.
    All,
    /// As many events as wanted.
    Enough,
    /// A signal came.
    Interrupted,
    /// It would cost more than it may.
    TooDear { usd: f64 },
    /// It failed; what came before counts.
    Failed(LambdaError),
}

/// How it ended before the end, in which of the groups, and what of its time is left.
type Ended = (End, usize, Vec<(i64, i64)>);

/// What all readings share.
struct Around<'a> {
    signals: signals::Signals,
    progress: CloudProgress,
    prices: &'a Prices,
    most_usd: f64,
    most_events: Option<u64>,
    read: CloudRead,
}

/// True if it is `CloudWatch` that is meant.
pub fn is_meant(args: &LogsArgs) -> bool {
    args.logs.is_empty() && (args.which.function.is_some() || args.cloud.log_group.is_some())
}

/// Completes the filter (which time, which function) and reads. What comes before a failure counts; only where nothing can
/// be read at all is there an error.
pub async fn read(
    args: &LogsArgs,
    filter: &mut Filter,
    prices: &Prices,
    globals: &Globals,
    lang: Lang,
) -> Result<Found, Failure> {
    let function = filter.function.as_ref().map(ToString::to_string);
    let span = span(filter)?;
    let (lambda, logs) = connect(args).await?;
    let progress = CloudProgress::new(globals.quiet, lang);
    let mut note = progress.notes();
    lambda.on_note(move |text| note(&text));
    let mut signals = signals::listen(|| {})?;
    let wanted = tokio::select! {
        wanted = groups(&lambda, args, function.as_deref(), &progress) => wanted?,
        () = signals.stop.requested() => {
            return Err(Failure::new(Exit::Interrupted, "stopped before anything was read"));
        }
    };
    let by = super::by(args.which.by);
    // Which functions are meant is known by their groups and streams.
    let counted = Filter {
        function: None,
        ..filter.clone()
    };
    let mut tallies = Tallies::new(by, args.which.bucket, counted);
    let mut around = Around {
        signals,
        progress,
        prices,
        most_usd: args.cloud.max_cost.unwrap_or(MOST_USD),
        most_events: args.cloud.max_events,
        read: CloudRead::new(args.cloud.insights),
    };
    let ended = around
        .read_all(&logs, &wanted, span, &mut tallies, by == By::Group)
        .await;
    tallies.conclude();
    Ok(around.conclude(tallies, ended.as_ref(), &wanted, span, &lambda))
}

impl Around<'_> {
    /// Reads the groups in turn.
    async fn read_all(
        &mut self,
        logs: &LogEvents,
        wanted: &[Wanted],
        span: (i64, i64),
        tallies: &mut Tallies,
        by_group: bool,
    ) -> Option<Ended> {
        for (number, group) in wanted.iter().enumerate() {
            self.read.groups.push(group.group.clone());
            let mut sink = Sink::new(tallies, group, by_group, span);
            let (end, left) = if self.read.insights {
                insights::read(logs, group, span, &mut sink, self).await
            } else {
                pages::read(logs, group, span, &mut sink, self).await
            };
            self.read.bytes += sink.bytes;
            self.read.of_others += sink.of_others;
            match end {
                End::All => {}
                // A function that was never invoked is no failure among many.
                End::Failed(error) if wanted.len() > 1 && is_missing(&error) => {
                    self.progress.say(&format!("{error}; reading the others"));
                }
                end => return Some((end, number, left)),
            }
        }
        None
    }

    /// Says what was read, and how to go on.
    fn conclude(
        mut self,
        tallies: Tallies,
        ended: Option<&Ended>,
        wanted: &[Wanted],
        span: (i64, i64),
        lambda: &Lambda,
    ) -> Found {
        self.progress.finish();
        self.read.usd = self.prices.insights_usd(self.read.scanned);
        self.read.prices_as_of.clone_from(&self.prices.as_of);
        let rest = ended.map_or_else(Vec::new, |(_, number, left)| {
            go_on::commands(&wanted[*number..], left, span)
        });
        // Before the first page there is nothing to go on from.
        if self.read.pages > 0 {
            self.progress.conclude(&self.read, span, &rest);
        }
        let (exit, failed) = match ended {
            None | Some((End::All | End::Enough, ..)) => (Exit::Done, None),
            Some((End::Interrupted, ..)) => (Exit::Interrupted, None),
            Some((End::TooDear { usd }, ..)) => {
                let most = self.most_usd;
                let why = format!(
                    "stopped Logs Insights at ${usd:.2}, as it may not cost more than ${most:.2} (--max-cost)"
                );
                (Exit::CouldNotMeasure, Some(why))
            }
            Some((End::Failed(error), number, _)) => {
                let why = with_hint(error, &wanted[*number].group);
                (Exit::CouldNotMeasure, Some(why))
            }
        };
        Found {
            tallies,
            amount: Amount {
                sources: self.read.groups.len(),
                bytes: self.read.bytes,
                complete: ended.is_none(),
                failed: failed.into_iter().collect(),
                cloudwatch: Some(CloudAmount {
                    calls: self.read.pages,
                    events: self.read.events,
                    scanned_bytes: self.read.insights.then_some(self.read.scanned as u64),
                    usd: self.read.usd,
                }),
            },
            region: lambda.region.clone(),
            groups: self.read.groups,
            exit,
        }
    }
}

/// Not one record: what failed, or what to look at.
pub fn nothing(summary: &Summary, groups: &[String]) -> Result<Exit, Failure> {
    let failed = summary.read.failed.iter();
    let told: Vec<Exit> = failed
        .map(|message| Failure::new(Exit::CouldNotMeasure, message.as_str()).report())
        .collect();
    if !told.is_empty() {
        return Ok(Exit::of_all(told));
    }
    let groups = groups.join(", ");
    let (since, until) = (&summary.filter.since, &summary.filter.until);
    let [since, until] = [since, until].map(|at| at.as_deref().unwrap_or_default());
    let hint = if summary.records.filtered > 0 {
        "the filters left out all that there are: loosen --cold or --grep-request"
    } else {
        "check --since and the function's name; a function whose logs are JSON writes no REPORT at system log level WARN"
    };
    let what = format!("no record of the platform in {groups} from {since} to {until}");
    Err(Failure::new(Exit::CouldNotMeasure, what).hint(Some(hint.into())))
}

/// From when to when; what was not said is completed.
fn span(filter: &mut Filter) -> Result<(i64, i64), Failure> {
    let now_ms = jiff::Timestamp::now().as_millisecond();
    let to = *filter.until_ms.get_or_insert(now_ms);
    let from = *filter.since_ms.get_or_insert(to.saturating_sub(DAY_MS));
    if from >= to {
        let what = "--since is in the future: no record can be there";
        return Err(Failure::new(Exit::Usage, what));
    }
    Ok((from.max(0), to))
}

async fn connect(args: &LogsArgs) -> Result<(Lambda, LogEvents), Failure> {
    if cfg!(not(feature = "cloudwatch")) {
        return Err(LambdaError::NoCloudWatch("reading logs".into()).into());
    }
    let of_environment = || std::env::var("LAMBENCH_CONTROL_RATE").ok()?.parse().ok();
    let rate = args.cloud.control_rate.or_else(of_environment);
    let lambda = Lambda::connect(Connect {
        endpoint_url: args.cloud.endpoint_url.clone(),
        region: args.prices.region.clone(),
        profile: args.cloud.profile.clone(),
        control_rate: rate,
    })
    .await?;
    let beside = args.cloud.endpoint_url.as_deref();
    let logs = lambda.log_events(beside, rate.unwrap_or(CALLS_PER_SECOND))?;
    Ok((lambda, logs))
}

/// The groups to read; one that several functions share is read once.
async fn groups(
    lambda: &Lambda,
    args: &LogsArgs,
    function: Option<&str>,
    progress: &CloudProgress,
) -> Result<Vec<Wanted>, Failure> {
    let pattern = function.filter(|name| name.contains(['*', '?', '[']));
    if let Some(group) = &args.cloud.log_group {
        let of_one = function.filter(|_| pattern.is_none());
        return Ok(vec![Wanted {
            group: group.clone(),
            functions: of_one.map(str::to_owned).into_iter().collect(),
            pattern: pattern.and_then(|pattern| glob::Pattern::new(pattern).ok()),
        }]);
    }
    let found = match (pattern, function) {
        (Some(pattern), _) => {
            let fits = args.which.function.clone().unwrap_or_default();
            let found = lambda.log_groups(|name| fits.matches(name)).await?;
            if found.is_empty() {
                return Err(Failure::new(
                    Exit::CouldNotMeasure,
                    format!("no function in {} fits {pattern}", lambda.region),
                )
                .hint(Some("check the pattern, --region and --profile".into())));
            }
            found
        }
        (None, Some(name)) => vec![lambda.log_group_of(name).await?],
        (None, None) => Vec::new(),
    };
    if let [
        LogGroup {
            group,
            guessed: Some(why),
            ..
        },
    ] = found.as_slice()
    {
        progress.say(&format!("{why}; taking {group} for its log group"));
    }
    Ok(merged(found))
}

fn merged(found: Vec<LogGroup>) -> Vec<Wanted> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for found in found {
        groups.entry(found.group).or_default().push(found.function);
    }
    let groups = groups.into_iter();
    groups
        .map(|(group, functions)| Wanted {
            group,
            functions,
            pattern: None,
        })
        .collect()
}

fn is_missing(error: &LambdaError) -> bool {
    error.code() == Some("ResourceNotFoundException")
}

/// One line: several may have failed.
fn with_hint(error: &LambdaError, group: &str) -> String {
    let hint = if error.is_denied() {
        format!(
            " (it needs logs:FilterLogEvents, or logs:StartQuery and logs:GetQueryResults for --insights, on {group})"
        )
    } else if is_missing(error) {
        " (check the name, --region and --profile; a function that was never invoked has no log group)".to_owned()
    } else {
        String::new()
    };
    format!("{error}{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_functions_share_is_read_once_and_for_them_alone() {
        let of = |function: &str, group: &str| LogGroup {
            function: function.into(),
            group: group.into(),
            guessed: None,
        };
        let found = vec![of("a", "/all"), of("b", "/aws/lambda/b"), of("c", "/all")];
        let groups = merged(found);
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[0].group, "/all");
        assert_eq!(groups[0].functions, ["a", "c"]);
    }
}
