//! `lambench baselines` and `lambench results`: what is stored is listed, shown again, and deleted.

use std::io::{BufRead as _, BufReader, IsTerminal as _, Write as _};

use jiff::Timestamp;

use crate::cli::{BaselinesArgs, Globals, PruneArgs, ResultsAction, ResultsArgs};
use crate::config::{self, Lang};
use crate::exit::Exit;
use crate::render::{self, Style};
use crate::results::store::{Listed, Store, StoreError};
use crate::results::{Arm, RunResult, pair};

use super::conclude::unwritable;
use super::measure::misnamed;
use super::{Failure, print, say};

/// Lists the baselines, or deletes those that are named.
pub fn baselines(args: &BaselinesArgs, globals: &Globals) -> Result<Exit, Failure> {
    let lang = config::language(globals);
    let store = Store::new(&config::project()?);
    if args.delete.is_empty() {
        let all = store.list_baselines();
        if args.json {
            print(&render::stored::stored_json(&all))?;
        } else {
            let style = Style::for_stdout();
            say(&render::stored::baselines(
                &all,
                Timestamp::now(),
                lang,
                &style,
            ))?;
        }
        return Ok(Exit::Done);
    }
    for name in &args.delete {
        let path = store.delete_baseline(name).map_err(|error| match error {
            StoreError::Write { .. } => unwritable(&error),
            _ => misnamed(&error),
        })?;
        say(&render::stored::baseline_deleted(name, &path, lang))?;
    }
    Ok(Exit::Done)
}

/// Lists, shows or prunes results.
pub fn results(args: &ResultsArgs, globals: &Globals) -> Result<Exit, Failure> {
    let lang = config::language(globals);
    let store = Store::new(&config::project()?);
    match &args.action {
        None | Some(ResultsAction::List) => list(&store, args.json, lang),
        Some(ResultsAction::Show { name }) => show(&store, name, args.json, lang),
        Some(ResultsAction::Prune(prune)) => self::prune(&store, prune, args.json, lang),
    }
}

fn list(store: &Store, json: bool, lang: Lang) -> Result<Exit, Failure> {
    let mut all = store.list_results();
    all.reverse();
    if json {
        print(&render::stored::stored_json(&all))?;
    } else {
        let style = Style::for_stdout();
        say(&render::stored::results(
            &all,
            Timestamp::now(),
            lang,
            &style,
        ))?;
    }
    Ok(Exit::Done)
}

fn show(store: &Store, name: &str, json: bool, lang: Lang) -> Result<Exit, Failure> {
    let named = store.named(name).map_err(|error| misnamed(&error))?;
    if json {
        print(&render::json(&named.result))?;
    } else {
        let shown = with_its_before(store, &named.result);
        let shown = shown.as_ref().unwrap_or(&named.result);
        let style = Style::for_stdout();
        say(&render::report(shown, lang, &style, Some(&named.path)))?;
    }
    Ok(Exit::Done)
}

/// A run that was compared with a stored result, beside that, if it is still there.
pub(super) fn with_its_before(store: &Store, result: &RunResult) -> Option<RunResult> {
    let stored = result.stored_before.as_ref()?;
    result.measured(Arm::Only)?;
    let names = [
        Some(format!("result:{}", stored.id)),
        stored.name.as_ref().map(|name| format!("baseline:{name}")),
    ];
    let before = names
        .iter()
        .flatten()
        .filter_map(|name| store.named(name).ok())
        .find(|found| found.result.id == stored.id)?;
    let mut both = pair((&before.result, stored.arm), (result, Arm::Only));
    both.stored_before.as_mut()?.name.clone_from(&stored.name);
    both.judgements.clone_from(&result.judgements);
    Some(both)
}

fn prune(store: &Store, args: &PruneArgs, json: bool, lang: Lang) -> Result<Exit, Failure> {
    let all = store.list_results();
    let wanted = to_prune(&all, args, Timestamp::now());
    let bytes: u64 = wanted.iter().map(|line| store.size(&line.name)).sum();
    let left = all.len() - wanted.len();
    if !wanted.is_empty() && !args.yes && !agreed(wanted.len(), bytes, lang)? {
        return Err(Failure::new(Exit::Interrupted, "nothing was deleted"));
    }
    for line in &wanted {
        store
            .delete_result(&line.name)
            .map_err(|error| unwritable(&error))?;
    }
    let names: Vec<&str> = wanted.iter().map(|line| line.name.as_str()).collect();
    if json {
        print(&format!(
            "{:#}\n",
            serde_json::json!({ "deleted": names, "freed_bytes": bytes, "left": left })
        ))?;
    } else {
        say(&render::stored::pruned(names.len(), bytes, left, lang))?;
    }
    Ok(Exit::Done)
}

/// Beyond the newest N, and older than the age; a file that is no result is as old as its name says it is.
fn to_prune<'a>(all: &'a [Listed], args: &PruneArgs, now: Timestamp) -> Vec<&'a Listed> {
    let beyond = all.len().saturating_sub(args.keep.unwrap_or(0));
    all[..beyond]
        .iter()
        .filter(|line| {
            let Some(age) = args.older_than else {
                return true;
            };
            begun(line).is_some_and(|at| now.as_second() - at.as_second() > age)
        })
        .collect()
}

fn begun(line: &Listed) -> Option<Timestamp> {
    if let Ok(front) = &line.front {
        return Some(front.created_at);
    }
    let second = line.name.split('-').next()?;
    let civil = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", second).ok()?;
    jiff::tz::Offset::UTC.to_timestamp(civil).ok()
}

/// Asks on the terminal; where there is none somebody has to have said yes.
fn agreed(results: usize, bytes: u64, lang: Lang) -> Result<bool, Failure> {
    let terminal = std::io::stderr()
        .is_terminal()
        .then(|| std::fs::File::open("/dev/tty"));
    let Some(Ok(terminal)) = terminal else {
        return Err(Failure::new(
            Exit::Usage,
            format!("{results} results would be deleted, and there is no terminal to ask on"),
        )
        .hint(Some("give --yes".into())));
    };
    let question = Style::for_stderr().written(&render::stored::to_prune(results, bytes, lang));
    // A closed standard error has nobody who could answer.
    let _ = write!(std::io::stderr(), "{question} ");
    let mut line = String::new();
    let _ = BufReader::new(terminal).read_line(&mut line);
    Ok(matches!(
        line.trim().to_lowercase().as_str(),
        "y" | "yes" | "예" | "네"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::samples::single;

    #[test]
    fn a_before_that_is_there_only_as_a_baseline_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let (mut then, mut now) = (single(), single());
        then.id = "20261101T000000Z-7".into();
        store.save_baseline("main", &then).unwrap();
        let both = pair((&then, Arm::Only), (&now, Arm::Only));
        now.stored_before.clone_from(&both.stored_before);
        assert!(with_its_before(&store, &now).is_none(), "no name");
        now.stored_before.as_mut().unwrap().name = Some("main".into());
        let found = with_its_before(&store, &now).unwrap();
        assert_eq!(found.stored_before.unwrap().id, then.id);
    }
}
