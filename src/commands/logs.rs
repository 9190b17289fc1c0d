//! `lambench logs`: what the REPORT lines in logs of any size know.

mod cloud;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::cli::{ArchArg, ByArg, Globals, LogsArgs, LogsPrices, SortArg, WhichLogs};
use crate::config::naming::{plain_name, qualified};
use crate::config::{self, Lang};
use crate::cost::Prices;
use crate::exit::Exit;
use crate::logs::{
    self, Amount, Asked, By, Filter, Reading, Sort, Source, Summary, Tallies, Watch,
};
use crate::render::{self, LogsProgress, Style};
use crate::results::store::{self, Store};

use super::conclude::unwritable;
use super::measure::misnamed;
use super::{Failure, print, say, signals};

/// How often progress is shown.
const SHOWN_EVERY: Duration = Duration::from_millis(100);

/// Finds the files, reads them, and says what was found.
pub async fn logs(args: LogsArgs, globals: Globals) -> Result<Exit, Failure> {
    let lang = config::language(&globals);
    let mut filter = filter(&args.which)?;
    let mut priced = if cloud::is_meant(&args) {
        // The region is where to read, whether or not its prices are known.
        let prices = LogsPrices {
            region: None,
            ..args.prices.clone()
        };
        Priced::of(&prices, &globals)?
    } else {
        Priced::of(&args.prices, &globals)?
    };
    if let Some(path) = args.html.as_deref().filter(|path| *path != Path::new("-")) {
        Store::check_save_as(path).map_err(|error| misnamed(&error))?;
    }
    if cloud::is_meant(&args) {
        let found = Box::pin(cloud::read(
            &args,
            &mut filter,
            &priced.list,
            &globals,
            lang,
        ))
        .await?;
        priced.ran_in(found.region);
        let asked = asked(&args, &filter, &priced);
        let summary = Summary::of(&found.tallies, &asked, found.amount);
        if summary.is_empty() && found.exit != Exit::Interrupted {
            return cloud::nothing(&summary, &found.groups);
        }
        // What is not complete need not have been interrupted.
        return Ok(match conclude(&summary, &args, &globals, lang)? {
            Exit::Interrupted => found.exit,
            other => other,
        });
    }
    if args.logs.is_empty() {
        return Err(Failure::new(Exit::Usage, "no logs are named").hint(Some(
            "name files, folders or patterns, or - for standard input: lambench logs app.log; or read from CloudWatch by \
             --function NAME"
                .into(),
        )));
    }
    let (sources, mut failed) = sources(&args.logs);
    let tallies = Tallies::new(by(args.which.by), args.which.bucket, filter.clone());
    let (count, (tallies, reading)) =
        (sources.len(), read(sources, tallies, &globals, lang).await?);
    failed.extend(reading.failed.iter().map(ToString::to_string));
    let amount = Amount {
        sources: count,
        bytes: reading.bytes,
        complete: !reading.stopped,
        failed,
        cloudwatch: None,
    };
    let asked = asked(&args, &filter, &priced);
    conclude(
        &Summary::of(&tallies, &asked, amount),
        &args,
        &globals,
        lang,
    )
}

/// What the figures are found for.
fn asked<'a>(args: &LogsArgs, filter: &'a Filter, priced: &'a Priced) -> Asked<'a> {
    Asked {
        by: by(args.which.by),
        bucket_ms: args.which.bucket,
        filter,
        sort: match args.sort {
            SortArg::Cost => Sort::Cost,
            SortArg::ColdTime => Sort::ColdTime,
        },
        prices: &priced.list,
        region: priced.region(),
        architecture: priced.architecture(),
    }
}

/// What counts; an empty span of time is a mistake.
pub fn filter(which: &WhichLogs) -> Result<Filter, Failure> {
    let now_ms = jiff::Timestamp::now().as_millisecond();
    let [since_ms, until_ms] = [which.since, which.until].map(|when| when.map(|w| w.ms(now_ms)));
    if since_ms
        .zip(until_ms)
        .is_some_and(|(since, until)| since >= until)
    {
        return Err(Failure::new(
            Exit::Usage,
            "--since is not before --until: no record can be between them",
        ));
    }
    Ok(Filter {
        since_ms,
        until_ms,
        cold: which.cold,
        function: which.function.as_ref().map(function).transpose()?,
        request: which.grep_request.as_deref().map(str::to_ascii_lowercase),
    })
}

/// The function that is meant, by its plain name.
fn function(pattern: &glob::Pattern) -> Result<glob::Pattern, Failure> {
    let word = pattern.as_str();
    if let Some((name, qualifier)) = qualified(word) {
        return Err(Failure::new(
            Exit::Usage,
            format!("--function {word}: all versions of a function write to one log group"),
        )
        .hint(Some(format!(
            "--function {name} --by version tells {qualifier} from the others"
        ))));
    }
    Ok(glob::Pattern::new(plain_name(word)).unwrap_or_else(|_| pattern.clone()))
}

/// The group as the engine names it.
pub fn by(by: ByArg) -> By {
    match by {
        ByArg::Function => By::Function,
        ByArg::Group => By::Group,
        ByArg::Stream => By::Stream,
        ByArg::Version => By::Version,
        ByArg::File => By::File,
    }
}

/// Prices, and whose they are.
pub struct Priced {
    /// The list.
    pub list: Prices,
    region: Option<String>,
    architecture: Option<&'static str>,
}

impl Priced {
    /// Refuses a region that has no prices: its costs would be guesses.
    pub fn of(args: &LogsPrices, globals: &Globals) -> Result<Self, Failure> {
        let priced = Self {
            list: config::prices(args.prices.clone(), globals)?,
            region: args.region.clone(),
            architecture: args.arch.map(ArchArg::name),
        };
        let (region, architecture) = (priced.region(), priced.architecture());
        let known = priced.list.fare(128, 512, architecture.0, Some(region.0));
        if known.is_none() && (region.1 || architecture.1) {
            return Err(Failure::new(
                Exit::Usage,
                format!("no price is known of {} in {}", architecture.0, region.0),
            )
            .hint(Some(
                "--prices FILE brings your own, in the form of lambench's src/prices.toml".into(),
            )));
        }
        Ok(priced)
    }

    /// The region that was found out, unless another was asked for or it has no price.
    fn ran_in(&mut self, region: String) {
        let known = self
            .list
            .fare(128, 512, self.architecture().0, Some(&region));
        if self.region.is_none() && known.is_some() {
            self.region = Some(region);
        }
    }

    /// The region, and whether somebody said so.
    pub fn region(&self) -> (&str, bool) {
        (
            self.region.as_deref().unwrap_or("us-east-1"),
            self.region.is_some(),
        )
    }

    /// The architecture, and whether somebody said so.
    pub fn architecture(&self) -> (&str, bool) {
        (
            self.architecture.unwrap_or("x86_64"),
            self.architecture.is_some(),
        )
    }
}

/// What can be read, and why the rest can't.
fn sources(words: &[String]) -> (Vec<Source>, Vec<String>) {
    let (mut all, mut failed) = (Vec::new(), Vec::new());
    for word in words {
        match logs::sources(std::slice::from_ref(word)) {
            Ok(found) => all.extend(found),
            Err(error) => failed.push(error.to_string()),
        }
    }
    logs::once_each(&mut all);
    (all, failed)
}

/// Reads on all processors until the end or a signal; a second signal waits for nothing.
async fn read(
    sources: Vec<Source>,
    mut tallies: Tallies,
    globals: &Globals,
    lang: Lang,
) -> Result<(Tallies, Reading), Failure> {
    let watch = Arc::new(Watch::default());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut progress = LogsProgress::new(total_bytes(&sources), globals.quiet, lang);
    let mut signals = signals::listen(|| {})?;
    let reader = Arc::clone(&watch);
    let mut work = tokio::task::spawn_blocking(move || {
        let reading = logs::read(&sources, &mut tallies, threads, &reader);
        (tallies, reading)
    });
    let mut tick = tokio::time::interval(SHOWN_EVERY);
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            () = signals.stop.requested() => {
                watch.stop.store(true, Ordering::Relaxed);
                tokio::select! {
                    done = &mut work => break done,
                    () = signals.give_up.requested() => {
                        return Err(Failure::new(Exit::Interrupted, "stopped while reading"));
                    }
                }
            }
            _ = tick.tick() => progress.at(watch.bytes.load(Ordering::Relaxed)),
        }
    };
    let (tallies, reading) = done.map_err(|error| {
        Failure::new(Exit::CouldNotMeasure, format!("reading the logs: {error}"))
    })?;
    progress.finish(reading.bytes);
    Ok((tallies, reading))
}

/// Nothing where it can't be known before the end.
fn total_bytes(sources: &[Source]) -> Option<u64> {
    sources
        .iter()
        .map(|source| match source {
            Source::Stdin => None,
            Source::File(path) => {
                let found = std::fs::metadata(path).ok()?;
                found.is_file().then_some(found.len())
            }
        })
        .sum()
}

/// Prints what was found in the form that was asked for, tells what could not be read, and says how it ended.
pub fn conclude(
    summary: &Summary,
    args: &LogsArgs,
    globals: &Globals,
    lang: Lang,
) -> Result<Exit, Failure> {
    let told = summary
        .read
        .failed
        .iter()
        .map(|message| Failure::new(Exit::CouldNotMeasure, message.as_str()).report());
    let exit = Exit::of_all(told);
    let exit = if summary.read.complete {
        exit
    } else {
        Exit::Interrupted
    };
    if summary.is_empty() {
        // What could not be read has said so.
        if summary.read.sources == 0 || summary.read.bytes == 0 && exit == Exit::CouldNotMeasure {
            return Ok(exit);
        }
        return Err(nothing(summary));
    }
    let html = args.html.as_deref();
    let to_stdout = html == Some(Path::new("-"));
    if let Some(path) = html {
        let page = render::logs_html(summary, lang);
        if to_stdout {
            print(&page)?;
        } else {
            store::write_whole(path, &page).map_err(|error| unwritable(&error))?;
        }
    }
    if to_stdout {
        return Ok(exit);
    }
    if args.json {
        print(&render::pretty(summary))?;
    } else if args.csv {
        print(&render::logs_csv(summary))?;
    } else {
        say(&render::logs(summary, lang, &Style::for_stdout()))?;
        if let Some(path) = html.filter(|_| !globals.quiet) {
            print(&render::page_written(path, lang))?;
        }
    }
    Ok(exit)
}

/// Not one record: what was looked for, or what left all of them out.
fn nothing(summary: &Summary) -> Failure {
    let exit = if summary.read.complete {
        Exit::CouldNotMeasure
    } else {
        Exit::Interrupted
    };
    let records = &summary.records;
    let where_from = render::logs_amount(&summary.read);
    if records.filtered > 0 {
        let filter = &summary.filter;
        let others = filter.since.is_some() || filter.until.is_some() || filter.request.is_some();
        let hint = if records.without_time == records.filtered {
            "none of them bears a time: --since and --until can't be used on these logs"
        } else if filter.function.is_some() && !others && !filter.cold {
            "--function takes the log group's name without /aws/lambda/, and the file's name where the log names no \
             group; without it the report lists what is there"
        } else {
            "loosen --since, --until, --function, --cold or --grep-request"
        };
        return Failure::new(
            exit,
            format!(
                "no record is left of {where_from}: the filters left out {}",
                records.filtered
            ),
        )
        .hint(Some(hint.to_owned()));
    }
    if !summary.read.complete {
        return Failure::new(
            exit,
            format!("stopped: no record of the platform until then, in {where_from}"),
        );
    }
    let broken = match records.broken {
        0 => String::new(),
        n => format!("; {n} are cut or malformed"),
    };
    Failure::new(exit, format!("no record of the platform in {where_from}{broken}")).hint(Some(
        "looked for lines that begin with REPORT RequestId: (behind a timestamp or a stream), and for platform.report in \
         JSON; see docs/logs.md for every form that is read"
            .into(),
    ))
}
