//! `lambench gate`: every function measured, or every result read; judged; and one exit code for all.

use std::io::Write as _;

use crate::bench::events::Event;
use crate::cli::{CompareArgs, GateArgs, Globals, LogsSideArgs, RunArgs};
use crate::config::{self, Gate};
use crate::exit::Exit;
use crate::gate::among_functions;
use crate::render::{self, FleetLine, GateLine};
use crate::results::store::Store;
use crate::results::{Arm, Ending, Kind, RunResult};

use super::before_ref::Worktree;
use super::compare::unjudged;
use super::fleet::{self, Session};
use super::measure::{misnamed, tell};
use super::observe::{self, names_logs};
use super::{Failure, export, print, stored, verdict};

/// Judges what is configured, or what is saved.
pub async fn gate(args: GateArgs, globals: Globals) -> Result<Exit, Failure> {
    let wanted = run_args(&args)?;
    export::check(&args.output.export.exports, args.output.json)?;
    if let (Some(before), Some(after)) = (&args.before, &args.after) {
        return compared((before, after), &args, &wanted, &globals);
    }
    if args.results.is_empty() {
        Box::pin(measured(&args, &wanted, &globals)).await
    } else {
        saved(&args, &wanted, &globals)
    }
}

/// The command line of a run that gates.
fn run_args(args: &GateArgs) -> Result<RunArgs, Failure> {
    let single = [
        ("--save", args.output.save.is_some()),
        ("--resume", args.pace.resume.is_some()),
        ("--dry-run", args.safety.dry_run),
        ("--iam-policy", args.safety.iam_policy),
    ];
    if let Some((flag, _)) = single.iter().find(|(_, given)| *given) {
        return Err(Failure::new(
            Exit::Usage,
            format!("{flag} with gate: it is for a run of one function"),
        )
        .hint(Some(format!("lambench run --function NAME {flag}"))));
    }
    Ok(RunArgs {
        function: args.function.clone(),
        all: args.all,
        limit: args.limit,
        verdict: args.verdict.clone(),
        order: args.order.clone(),
        pace: args.pace.clone(),
        place: args.place.clone(),
        safety: args.safety.clone(),
        interpreter: args.interpreter.clone(),
        output: args.output.clone(),
        // A gate's before is one that somebody has named.
        no_previous: true,
        gate: true,
        ..RunArgs::default()
    })
}

async fn measured(args: &GateArgs, wanted: &RunArgs, globals: &Globals) -> Result<Exit, Failure> {
    config::check_budgets(wanted, globals)?;
    let mut session = Session::new(globals)?;
    // Kept to the end: the packages before lie in it.
    let worktree = match (&args.before_ref, &args.build) {
        (Some(name), Some(build)) => {
            let folder = config::build_folder(globals)?;
            let worktree = Worktree::add(&folder, name, build)?;
            tell(
                &session.progress,
                Event::Note(format!("building {name}, then the working tree: {build}")),
            );
            worktree.build(&mut session.signals).await?;
            session.lasting = false;
            Some(worktree)
        }
        _ => None,
    };
    let jobs = config::gated(wanted, globals, worktree.as_ref().map(Worktree::base))?;
    let mut gates = Vec::new();
    for (_, settings) in &jobs {
        gates.push(
            settings
                .as_ref()
                .map_or_else(|_| Gate::default(), |s| s.gate),
        );
    }
    let (lines, exits) = fleet::each(jobs, &mut session).await?;
    let interrupted = session.is_interrupted();
    let lines = lines.into_iter().zip(gates).collect();
    // Their own verdicts may not stand among many: only what could not be measured is taken from there.
    let failed = exits
        .into_iter()
        .filter(|exit| *exit == Exit::CouldNotMeasure);
    let exit = conclude(args, globals, lines)?;
    Ok(if interrupted {
        Exit::Interrupted
    } else {
        Exit::of_all(failed.chain([exit]))
    })
}

/// Reads and judges results. One that can't be read is a usage error; one that can't be judged is its line.
fn saved(args: &GateArgs, wanted: &RunArgs, globals: &Globals) -> Result<Exit, Failure> {
    let store = Store::new(&config::project()?);
    let function = args.function.as_deref();
    if function.is_some() && !args.results.iter().any(|word| names_logs(word)) {
        return Err(Failure::new(
            Exit::Usage,
            "--function chooses among the functions of lambench.toml or of logs, and RESULT is neither",
        )
        .hint(Some("a stored result is of one function".into())));
    }
    let mut lines = Vec::new();
    for word in &args.results {
        if names_logs(word) {
            let mut result = observe::side(word, function)?.named.result;
            // Logs that name no function are of the one that is meant.
            for subject in &mut result.subjects {
                if subject.function.is_empty() {
                    function.unwrap_or(word).clone_into(&mut subject.function);
                }
            }
            lines.push(judged_again(result, word, wanted, globals)?);
            continue;
        }
        let named = store.named(word).map_err(|error| misnamed(&error))?;
        let result = stored::with_its_before(&store, &named.result).unwrap_or(named.result);
        lines.push(judged_again(result, word, wanted, globals)?);
    }
    conclude(args, globals, lines)
}

/// Judges one result, or the starts of logs, against another.
fn compared(
    (before, after): (&str, &str),
    args: &GateArgs,
    wanted: &RunArgs,
    globals: &Globals,
) -> Result<Exit, Failure> {
    let pair = CompareArgs {
        before: before.to_owned(),
        after: vec![after.to_owned()],
        logs: LogsSideArgs {
            function: args.function.clone(),
            ..LogsSideArgs::default()
        },
        ..CompareArgs::default()
    };
    let pairs = unjudged(&pair)?.into_iter();
    let lines: Result<Vec<_>, _> = pairs
        .map(|both| judged_again(both, after, wanted, globals))
        .collect();
    conclude(args, globals, lines?)
}

fn judged_again(
    mut result: RunResult,
    word: &str,
    wanted: &RunArgs,
    globals: &Globals,
) -> Result<(FleetLine, Gate), Failure> {
    let function = result
        .subjects
        .last()
        .map_or_else(|| word.to_owned(), |subject| subject.function.clone());
    let arms = || result.subjects.iter().map(|subject| subject.arm);
    let starts = arms().map(|arm| result.accepted(arm, Kind::Cold)).min();
    let by = config::for_result(
        wanted,
        globals,
        &function,
        result.subject(Arm::Before).is_some(),
        u32::try_from(starts.unwrap_or(0)).unwrap_or(u32::MAX),
        result.plan.warm_invokes,
    )
    .map_err(|error| Failure::from(error).about(word))?;
    for warning in &by.warnings {
        // Standard error may be closed.
        let _ = writeln!(std::io::stderr(), "warning: {word}: {warning}");
    }
    let error = match &result.ending {
        Ending::Complete => {
            result.judgements = verdict::judged(
                &by.budgets,
                &result.samples,
                &result.subjects,
                result.alpha(),
                &by.prices,
            );
            None
        }
        Ending::Stopped { why } => Some(format!("the run was stopped: {why}")),
    };
    let line = FleetLine {
        function,
        result: Some(Box::new(result)),
        error,
        strict: by.gate.strict,
    };
    Ok((line, by.gate))
}

/// Corrects for the number of functions, prints the verdicts, and finds the exit code.
fn conclude(
    args: &GateArgs,
    globals: &Globals,
    mut lines: Vec<(FleetLine, Gate)>,
) -> Result<Exit, Failure> {
    for (line, gate) in &mut lines {
        if let Some(result) = &mut line.result {
            verdict::hold_back(result, *gate);
        }
    }
    let mut judgements: Vec<&mut [_]> = lines
        .iter_mut()
        .map(|(line, _)| match (&mut line.result, &line.error) {
            (Some(result), None) => result.judgements.as_mut_slice(),
            _ => &mut [],
        })
        .collect();
    let p = among_functions(&mut judgements);
    let exit = Exit::of_all(lines.iter().map(|(line, gate)| match &line.result {
        Some(result) if line.error.is_none() => verdict::exit(*gate, result),
        _ => Exit::CouldNotMeasure,
    }));
    let lines: Vec<GateLine> = lines
        .into_iter()
        .zip(p)
        .map(|((line, _), p)| GateLine { line, p })
        .collect();
    let lang = config::language(globals);
    let exports = &args.output.export.exports;
    if args.output.json {
        print(&render::gate_json(&lines))?;
    } else {
        export::show(exports, |style| render::gate(&lines, lang, style))?;
    }
    let lines: Vec<FleetLine> = lines.into_iter().map(|line| line.line).collect();
    export::export_fleet(exports, &lines, lang)?;
    Ok(exit)
}
