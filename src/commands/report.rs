//! `lambench report`: stored results as a page.

use std::path::Path;

use crate::cli::{CompareArgs, Globals, ReportArgs};
use crate::config;
use crate::exit::Exit;
use crate::render;
use crate::results::RunResult;
use crate::results::store::{self, Store};

use super::compare::pairs;
use super::conclude::unwritable;
use super::measure::misnamed;
use super::stored::with_its_before;
use super::{Failure, print};

/// Finds the results and writes the page. A regression is shown, and is no failure: `gate` and `compare` judge.
pub fn report(args: &ReportArgs, globals: &Globals) -> Result<Exit, Failure> {
    let lang = config::language(globals);
    let to_stdout = args.output == Path::new("-");
    if !to_stdout {
        Store::check_save_as(&args.output).map_err(|error| misnamed(&error))?;
    }
    if !args.compare && (args.logs.function.is_some() || args.logs.split_at.is_some()) {
        return Err(Failure::new(
            Exit::Usage,
            "--function and --split-at are for logs, and logs are there to be compared",
        )
        .hint(Some("give --compare, too".into())));
    }
    let results = if args.compare {
        compared(args, globals)?
    } else {
        let store = Store::new(&config::project()?);
        let found = args.results.iter().map(|word| whole(&store, word));
        found.collect::<Result<Vec<RunResult>, Failure>>()?
    };
    let page = render::html(&results.iter().collect::<Vec<_>>(), lang);
    if to_stdout {
        print(&page)?;
        return Ok(Exit::Done);
    }
    store::write_whole(&args.output, &page).map_err(|error| unwritable(&error))?;
    if !globals.quiet {
        print(&render::page_written(&args.output, lang))?;
    }
    Ok(Exit::Done)
}

/// A result with all its arms, and with the stored one that it was compared with, if that is still there.
fn whole(store: &Store, word: &str) -> Result<RunResult, Failure> {
    let named = store.named(word).map_err(|error| misnamed(&error))?;
    if ["@before", "@after", "@only"]
        .iter()
        .any(|arm| word.ends_with(arm))
    {
        return Err(Failure::new(
            Exit::Usage,
            format!("{word} is one arm, and the page shows the whole result"),
        )
        .hint(Some(
            "--compare takes arms: lambench report A@before B@after --compare".into(),
        )));
    }
    let both = with_its_before(store, &named.result);
    Ok(both.unwrap_or(named.result))
}

/// The first result beside each of the others.
fn compared(args: &ReportArgs, globals: &Globals) -> Result<Vec<RunResult>, Failure> {
    let [before, after @ ..] = args.results.as_slice() else {
        return Ok(Vec::new());
    };
    if after.is_empty() && args.logs.split_at.is_none() {
        return Err(
            Failure::new(Exit::Usage, "--compare takes two results or more").hint(Some(
                "name what comes after, too: lambench report BEFORE AFTER --compare".into(),
            )),
        );
    }
    let args = CompareArgs {
        before: before.clone(),
        after: after.to_vec(),
        logs: args.logs.clone(),
        force: args.force,
        limit: args.limit,
        ..CompareArgs::default()
    };
    Ok(pairs(&args, globals)?.0)
}
