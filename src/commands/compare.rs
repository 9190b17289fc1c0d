//! `lambench compare`: stored results side by side.

use crate::cli::{CompareArgs, Globals, LogsSideArgs};
use crate::config::{self, Gate};
use crate::exit::Exit;
use crate::render;
use crate::results::store::{Named, Store};
use crate::results::{Arm, Kind, RunCost, RunResult, pair};

use super::measure::misnamed;
use super::observe::{self, Side, Split, names_logs};
use super::{Failure, export, print, verdict};

/// Finds the results, pairs each with the first, judges, and shows them.
pub fn compare(args: &CompareArgs, globals: &Globals) -> Result<Exit, Failure> {
    export::check(&args.export.exports, args.json)?;
    let lang = config::language(globals);
    let (pairs, exits, strict) = pairs(args, globals)?;
    let results: Vec<&RunResult> = pairs.iter().collect();
    if args.json {
        print(&render::export::json(&results))?;
    } else {
        export::show(&args.export.exports, |style| match pairs.as_slice() {
            [both] => render::report(both, lang, style, None),
            all => render::columns(all, lang, style),
        })?;
    }
    export::export(&args.export.exports, &results, strict, lang)?;
    Ok(Exit::of_all(exits))
}

/// The first result beside each of the others, judged; how each ended, and whether what is undecided counts as failed.
pub(super) fn pairs(
    args: &CompareArgs,
    globals: &Globals,
) -> Result<(Vec<RunResult>, Vec<Exit>, bool), Failure> {
    let mut pairs = Vec::new();
    let mut exits = Vec::new();
    let mut strict = false;
    for mut both in unjudged(args)? {
        let gate = judge(&mut both, args, globals)?;
        strict |= gate.strict;
        exits.push(verdict::exit(gate, &both));
        pairs.push(both);
    }
    Ok((pairs, exits, strict))
}

/// The first result beside each of the others.
pub(super) fn unjudged(args: &CompareArgs) -> Result<Vec<RunResult>, Failure> {
    let (before, all) = sides(args)?;
    let pair = |(word, after): &(String, Side)| {
        let both = paired(&before, after, &args.logs);
        let (before, after) = (&before.named, &after.named);
        comparable((&args.before, before), (word, after), &both, args.force)?;
        Ok(both)
    };
    all.iter().map(pair).collect()
}

/// The side before, and each that comes after with its word.
fn sides(args: &CompareArgs) -> Result<(Side, Vec<(String, Side)>), Failure> {
    let usage =
        |message: &str, hint: &str| Failure::new(Exit::Usage, message).hint(Some(hint.to_owned()));
    let function = args.logs.function.as_deref();
    if function.is_some()
        && !args
            .after
            .iter()
            .chain([&args.before])
            .any(|word| names_logs(word))
    {
        return Err(usage(
            "--function chooses among the functions of logs, and no side is of logs",
            "a stored result is of one function",
        ));
    }
    if let Some(at) = args.logs.split_at {
        if !names_logs(&args.before) || !args.after.is_empty() {
            return Err(usage(
                "--split-at splits one log, and nothing else is compared with it",
                "lambench compare logs:app.log --split-at TIME",
            ));
        }
        let gap_s = args.logs.split_gap.unwrap_or_default();
        let (before, after) = observe::split(&args.before, function, Split { at, gap_s })?;
        return Ok((before, vec![(args.before.clone(), after)]));
    }
    let store = Store::new(&config::project()?);
    let side = |word: &str| {
        if names_logs(word) {
            return observe::side(word, function);
        }
        named(&store, word).map(|named| Side {
            named,
            observed: None,
        })
    };
    let before = side(&args.before)?;
    let after = args
        .after
        .iter()
        .map(|word| Ok((word.clone(), side(word)?)));
    Ok((before, after.collect::<Result<_, Failure>>()?))
}

/// A stored result that has something to compare.
fn named(store: &Store, word: &str) -> Result<Named, Failure> {
    let named = store.named(word).map_err(|error| misnamed(&error))?;
    match named.measured() {
        Some((_, summary)) if summary.cold_ms.is_some() => Ok(named),
        _ => Err(
            Failure::new(Exit::Usage, format!("{word} has no cold starts to compare"))
                .hint(Some("its run was stopped before there were any".into())),
        ),
    }
}

/// Judges a pair by what is asked for and what lambench.toml says of its function; gives what then decides the exit code.
fn judge(both: &mut RunResult, args: &CompareArgs, globals: &Globals) -> Result<Gate, Failure> {
    let starts = [Arm::Before, Arm::After].map(|arm| both.accepted(arm, Kind::Cold));
    let starts = starts.into_iter().min().unwrap_or(0);
    let function = both.subject(Arm::After).map(|s| s.function.clone());
    let by = config::for_comparison(
        args,
        globals,
        &function.unwrap_or_default(),
        u32::try_from(starts).unwrap_or(u32::MAX),
        both.plan.warm_invokes,
    )?;
    verdict::judge_by(both, &by.budgets, by.limit, &by.prices);
    verdict::hold_back(both, by.gate);
    Ok(by.gate)
}

/// Both as one result. What its run has cost is no news here.
fn paired(before: &Side, after: &Side, logs: &LogsSideArgs) -> RunResult {
    let mut both = pair(before.named.side(), after.named.side());
    both.cost = RunCost {
        own_prices: both.cost.own_prices,
        ..RunCost::default()
    };
    if let Some(stored) = &mut both.stored_before {
        stored.name.clone_from(&before.named.baseline);
    }
    observe::mark(&mut both, before.observed.clone(), after.observed.clone());
    if let Some(observational) = both
        .stored_before
        .as_mut()
        .and_then(|s| s.observational.as_mut())
    {
        observational.split_at = logs.split_at;
    }
    both
}

/// Refuses what is the same, and what can't be compared unless somebody insists.
fn comparable(
    (before_word, before): (&str, &Named),
    (after_word, after): (&str, &Named),
    both: &RunResult,
    force: bool,
) -> Result<(), Failure> {
    if before.result.id == after.result.id && before.arm == after.arm {
        return Err(Failure::new(
            Exit::Usage,
            format!("{before_word} and {after_word} are the same measurement"),
        )
        .hint(Some("`lambench results` lists what there is".into())));
    }
    let differs = both.stored_before.iter().flat_map(|stored| &stored.differs);
    let differs: Vec<String> = differs
        .map(|d| format!("{} {} and {}", d.condition.name(), d.before, d.after))
        .collect();
    if differs.is_empty() || force {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Usage,
        format!(
            "{before_word} and {after_word} were measured under other conditions: {}",
            differs.join("; ")
        ),
    )
    .hint(Some(
        "the change would not be the package's alone; --force compares them all the same, and the report says so"
            .into(),
    )))
}
