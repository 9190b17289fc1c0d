//! Logs as one side of a comparison: the starts in them become a result like a run's, and what else is known of them stands
//! beside it.

use std::io::Write as _;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::config::Settings;
use crate::exit::Exit;
use crate::logs::{self, Gather, Pool, Reading, Span, Watch};
use crate::results::store::{Named, Store};
use crate::results::{Arm, Observational, Observed, RunResult};

use super::Failure;
use super::measure::misnamed;

mod starts;

use starts::{observed, result};

/// What a word that names logs begins with.
pub const PREFIX: &str = "logs:";

/// One side: the starts, and what else the logs tell.
#[derive(Debug)]
pub struct Side {
    /// The starts, as a result of one subject.
    pub named: Named,
    /// The rest; none where a run measured the side.
    pub observed: Option<Observed>,
}

/// The time at which one log is split in two, and how much around it belongs to neither.
#[derive(Debug, Clone, Copy)]
pub struct Split {
    /// A deploy's time, for example.
    pub at: Timestamp,
    /// Seconds before and after it.
    pub gap_s: i64,
}

/// Whether a word names logs.
pub fn names_logs(word: &str) -> bool {
    word.starts_with(PREFIX)
}

/// The side that a word names: `logs:app.log`, a folder, a pattern, `logs:-`.
pub fn side(word: &str, function: Option<&str>) -> Result<Side, Failure> {
    let (gathered, warnings) = gather(word, &[Span::default()], function)?;
    of_pool(word, word, gathered.pool(0), &gathered, warnings)
}

/// The *before* of a run that is stored, as a baseline or as logs. Of logs of several functions it is the run's.
pub fn stored_before(store: &Store, settings: &Settings) -> Result<Option<Side>, Failure> {
    let Some(name) = settings.baseline.as_deref() else {
        return Ok(None);
    };
    if names_logs(name) {
        let function = settings
            .subjects
            .last()
            .map(|subject| subject.function.as_str());
        return side(name, None).or_else(|_| side(name, function)).map(Some);
    }
    let result = store
        .load_baseline(name)
        .map_err(|error| misnamed(&error))?;
    let arm = result
        .latest()
        .map_or(Arm::Only, |(subject, _)| subject.arm);
    Ok(Some(Side {
        named: Named {
            result,
            arm,
            baseline: Some(name.to_owned()),
            path: PathBuf::new(),
        },
        observed: None,
    }))
}

/// Both sides of one log.
pub fn split(word: &str, function: Option<&str>, split: Split) -> Result<(Side, Side), Failure> {
    let ms = |seconds: i64| {
        split
            .at
            .as_millisecond()
            .saturating_add(seconds.saturating_mul(1000))
    };
    let spans = [
        Span {
            from_ms: None,
            until_ms: Some(ms(-split.gap_s)),
        },
        Span {
            from_ms: Some(ms(split.gap_s)),
            until_ms: None,
        },
    ];
    let (gathered, mut warnings) = gather(word, &spans, function)?;
    if gathered.without_time > 0 {
        if spans
            .iter()
            .zip(0..)
            .all(|(_, nth)| gathered.pool(nth).invokes == 0)
        {
            return Err(usage(
                format!("{word}: no record has a time, so the log can't be split"),
                "take a log with timestamps (aws logs tail, an export), or two logs",
            ));
        }
        warnings.push(format!(
            "{word}: {} records without a time are on neither side",
            gathered.without_time
        ));
    }
    let at = split.at;
    let before = format!("{word} before {at}");
    let after = format!("{word} from {at}");
    Ok((
        of_pool(word, &before, gathered.pool(0), &gathered, warnings.clone())?,
        of_pool(word, &after, gathered.pool(1), &gathered, warnings)?,
    ))
}

/// Marks a comparison with what is known of the sides that are of logs. A function that no log names goes by the name of the
/// other side's.
pub fn mark(both: &mut RunResult, before: Option<Observed>, after: Option<Observed>) {
    if before.is_none() && after.is_none() {
        return;
    }
    let known = both.subjects.iter().map(|subject| &subject.function);
    let name = known.rev().find(|name| !name.is_empty()).cloned();
    let name = name.unwrap_or_else(|| "logs".to_owned());
    for subject in &mut both.subjects {
        if subject.function.is_empty() {
            subject.function.clone_from(&name);
        }
    }
    if let Some(stored) = &mut both.stored_before {
        stored.observational = Some(Observational {
            before,
            after,
            split_at: None,
        });
    }
}

/// Reads all that a word names.
fn gather(
    word: &str,
    spans: &[Span],
    function: Option<&str>,
) -> Result<(Gather, Vec<String>), Failure> {
    let path = word.strip_prefix(PREFIX).unwrap_or(word);
    if path.is_empty() {
        return Err(usage(
            format!("{word} names no logs"),
            "write a file, a folder, a pattern or - behind it: logs:app.log",
        ));
    }
    let sources = logs::sources(&[path])
        .map_err(|error| Failure::new(Exit::Usage, format!("{word}: {error}")))?;
    let mut gathered = Gather::new(spans, function);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let Reading { failed, .. } = logs::read(&sources, &mut gathered, threads, &Watch::default());
    let mut warnings: Vec<String> = failed.iter().map(ToString::to_string).collect();
    if let Some(error) = failed.first()
        && gathered.is_empty()
    {
        return Err(Failure::new(
            Exit::CouldNotMeasure,
            format!("{word}: {error}"),
        ));
    }
    one_function(word, &gathered, function)?;
    if gathered.left_out() > 0 {
        warnings.push(format!(
            "{word}: {} invokes are left out: their log names no function",
            gathered.left_out()
        ));
    }
    if gathered.broken > 0 {
        warnings.push(format!(
            "{word}: {} records could not be read whole",
            gathered.broken
        ));
    }
    for warning in &warnings {
        // Standard error may be closed; the report says it too.
        let _ = writeln!(std::io::stderr(), "warning: {warning}");
    }
    Ok((gathered, warnings))
}

/// Starts of several functions are no sample of anything.
fn one_function(word: &str, gathered: &Gather, function: Option<&str>) -> Result<(), Failure> {
    let names = gathered.names();
    let list = || {
        let mut by_invokes: Vec<_> = names.iter().collect();
        by_invokes.sort_by_key(|(_, invokes)| std::cmp::Reverse(**invokes));
        let shown: Vec<&str> = by_invokes.iter().take(20).map(|(name, _)| **name).collect();
        let more = names.len().saturating_sub(shown.len());
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!("{}{more}", shown.join(", "))
    };
    match function {
        None if names.len() > 1 => Err(usage(
            format!("{word} holds {} functions: {}", names.len(), list()),
            "choose one with --function NAME",
        )),
        Some(function) if !names.is_empty() && !names.contains_key(function) => Err(usage(
            format!("{word} holds nothing of {function}; it holds {}", list()),
            "--function takes the log group's name without /aws/lambda/",
        )),
        _ => Ok(()),
    }
}

/// `place` is the word and, of a log that is split, which part.
fn of_pool(
    word: &str,
    place: &str,
    pool: &Pool,
    gathered: &Gather,
    warnings: Vec<String>,
) -> Result<Side, Failure> {
    if pool.invokes + pool.failed_cold + pool.failed_warm == 0 {
        return Err(usage(
            format!("{place}: no REPORT line is in it"),
            "these are what tells of starts: a function that logs no platform.report has none",
        ));
    }
    if pool.cold_starts.is_empty() {
        return Err(usage(
            format!(
                "{place}: {} invokes and no cold start to compare",
                pool.invokes
            ),
            "take logs of a longer time",
        ));
    }
    let observed = observed(place, pool, gathered);
    let result = result(place, pool, &observed, warnings);
    Ok(Side {
        named: Named {
            result,
            arm: Arm::Only,
            baseline: None,
            path: word.into(),
        },
        observed: Some(observed),
    })
}

fn usage(message: String, hint: &str) -> Failure {
    Failure::new(Exit::Usage, message).hint(Some(hint.to_owned()))
}
