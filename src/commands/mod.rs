//! One file per command: each reads as a table of contents of what the command does.

mod again;
mod around;
mod before_ref;
mod checklist;
mod compare;
mod conclude;
mod consent;
mod copies;
mod demo;
mod dry_run;
mod endpoint;
mod explain;
mod export;
mod facts;
mod failure;
mod fetched;
mod fleet;
mod fleet_plan;
mod forecast;
mod gate;
mod inspect;
mod invoke;
mod left_over;
mod log_groups;
mod logs;
mod measure;
mod observe;
mod ours;
mod parcel;
mod policy;
mod profile;
mod report;
mod restore;
mod run;
mod schema;
mod self_test;
mod serve;
mod shell;
mod signals;
mod snap_start;
mod source;
mod stage;
mod stored;
mod verdict;
mod warnings;

use std::ffi::OsString;
use std::io::Write as _;

use clap::Parser as _;

use crate::cli::{Cli, Command};
use crate::exit::Exit;
use crate::render::Style;

pub use failure::Failure;

/// Runs the program with `args` (the first is the program's own name) and says how it ended.
pub fn main(args: Vec<OsString>) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let wrong = error.use_stderr();
            // A reader that has gone away is no news.
            let _ = error.print();
            return if wrong { Exit::Usage } else { Exit::Done };
        }
    };
    match crate::config::style(&cli.globals) {
        Ok(choice) => crate::render::choose(choice),
        Err(error) => return Failure::from(error).report(),
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return Failure::new(Exit::CouldNotMeasure, format!("starting: {error}")).report();
        }
    };
    // Shells call some of these as they start, and `restore` tells by itself.
    let tells = matches!(
        cli.command,
        Command::Restore(_) | Command::Schema(_) | Command::Completions(_) | Command::Man(_)
    );
    if !tells {
        left_over::notice(&cli.globals);
    }
    let outcome = runtime.block_on(async {
        match cli.command {
            Command::Run(args) => Box::pin(run::run(args, cli.globals)).await,
            Command::Compare(args) => compare::compare(&args, &cli.globals),
            Command::Profile(args) => Box::pin(profile::profile(args, cli.globals)).await,
            Command::Report(args) => report::report(&args, &cli.globals),
            Command::Baselines(args) => stored::baselines(&args, &cli.globals),
            Command::Results(args) => stored::results(&args, &cli.globals),
            Command::Gate(args) => Box::pin(gate::gate(args, cli.globals)).await,
            Command::Demo(args) => demo::demo(args, cli.globals).await,
            Command::SelfTest(args) => Box::pin(self_test::self_test(args, cli.globals)).await,
            Command::Serve(args) => Box::pin(serve::serve(args, cli.globals)).await,
            Command::Invoke(args) => Box::pin(invoke::invoke(args, cli.globals)).await,
            Command::Inspect(args) => Box::pin(inspect::inspect(args, cli.globals)).await,
            Command::Checklist(args) => Box::pin(checklist::checklist(args, cli.globals)).await,
            Command::Restore(args) => left_over::restore(args, cli.globals).await,
            Command::Explain(args) => explain::explain(&args, &cli.globals),
            Command::Schema(args) => schema::schema(&args),
            Command::Logs(args) => Box::pin(logs::logs(args, cli.globals)).await,
            Command::Completions(args) => shell::completions(&args),
            Command::Man(args) => shell::man(&args),
        }
    });
    // A task that still blocks (a read of standard input) must not hold the exit up.
    runtime.shutdown_background();
    outcome.unwrap_or_else(|failure| failure.report())
}

/// Writes what people read to standard output, in the signs that they want.
fn say(text: &str) -> Result<(), Failure> {
    print(&Style::for_stdout().written(text))
}

/// Writes to standard output; a closed pipe ends the output quietly, as with any other filter.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::new(
            Exit::CouldNotMeasure,
            format!("writing to standard output: {error}"),
        )),
        _ => Ok(()),
    }
}
