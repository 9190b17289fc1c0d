//! `lambench completions` and `lambench man`: what the shell and `man` can tell of this program, from what it parses.

use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::{Cli, CompletionsArgs, ManArgs};
use crate::exit::Exit;

use super::{Failure, print};

const NAME: &str = "lambench";

/// As in docs/configuration.md; the numbers are of [`Exit`].
const EXITS: [(Exit, &str); 6] = [
    (Exit::Done, "Everything asked for was done."),
    (Exit::CouldNotMeasure, "The measurement could not be made."),
    (
        Exit::Usage,
        "The command line or the configuration is wrong.",
    ),
    (
        Exit::Regressed,
        "Something regressed or is over its budget.",
    ),
    (
        Exit::Inconclusive,
        "The data decide nothing, and --strict was given.",
    ),
    (
        Exit::Interrupted,
        "Stopped by Ctrl-C or a signal, after putting everything back.",
    ),
];

/// Prints a shell's completion script.
pub fn completions(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), NAME, &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

/// Prints the manual page of a command, or writes one or all of them into a folder.
pub fn man(args: &ManArgs) -> Result<Exit, Failure> {
    let mut cli = Cli::command();
    cli.build();
    let wanted = find(&cli, &args.command)?;
    let Some(folder) = &args.out else {
        print(&page(wanted))?;
        return Ok(Exit::Done);
    };
    let written = |error: std::io::Error| {
        Failure::new(
            Exit::CouldNotMeasure,
            format!("writing manual pages into {}: {error}", folder.display()),
        )
    };
    std::fs::create_dir_all(folder).map_err(written)?;
    if args.command.is_empty() {
        write_all(wanted, folder).map_err(written)?;
    } else {
        write(wanted, folder).map_err(written)?;
    }
    Ok(Exit::Done)
}

fn find<'c>(cli: &'c Command, words: &[String]) -> Result<&'c Command, Failure> {
    words.iter().try_fold(cli, |command, word| {
        command.find_subcommand(word).ok_or_else(|| {
            let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
            let there = match names.as_slice() {
                [] => format!("{} has no commands", command.get_name()),
                names => format!("there are {}", names.join(", ")),
            };
            Failure::new(Exit::Usage, format!("no command is called {word:?}")).hint(Some(there))
        })
    })
}

fn write_all(command: &Command, folder: &Path) -> std::io::Result<()> {
    write(command, folder)?;
    command
        .get_subcommands()
        .try_for_each(|command| write_all(command, folder))
}

fn write(command: &Command, folder: &Path) -> std::io::Result<()> {
    let file = format!("{}.1", full_name(command));
    std::fs::write(folder.join(file), page(command))
}

/// `lambench-results-prune`.
fn full_name(command: &Command) -> &str {
    command
        .get_display_name()
        .unwrap_or_else(|| command.get_name())
}

/// `clap_mangen`'s sections, and the examples, which it leaves out.
fn page(command: &Command) -> String {
    let man = Man::new(command.clone().version(env!("CARGO_PKG_VERSION")))
        .source(format!("lambench {}", env!("CARGO_PKG_VERSION")))
        .manual("lambench manual");
    let mut page = Vec::new();
    let examples = examples(command);
    // Writing into memory does not fail.
    let _ = man.render_title(&mut page);
    let _ = man.render_name_section(&mut page);
    let _ = man.render_synopsis_section(&mut page);
    let _ = examples.to_writer(&mut page);
    let _ = man.render_description_section(&mut page);
    let _ = man.render_options_section(&mut page);
    if command.has_subcommands() {
        let _ = man.render_subcommands_section(&mut page);
    }
    let _ = exit_status().to_writer(&mut page);
    String::from_utf8_lossy(&page).into_owned()
}

fn examples(command: &Command) -> Roff {
    let mut roff = Roff::new();
    let help = command.get_before_help().map(ToString::to_string);
    let lines: Vec<&str> = help.iter().flat_map(|help| help.lines().skip(1)).collect();
    if lines.is_empty() {
        return roff;
    }
    roff.control("SH", ["EXAMPLES"]);
    for line in lines {
        let (example, says) = line.trim().split_once("   ").unwrap_or((line.trim(), ""));
        roff.control("TP", []);
        roff.text([bold(example.trim())]);
        roff.text([roman(says.trim())]);
    }
    roff
}

fn exit_status() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for (exit, says) in EXITS {
        roff.control("TP", []);
        roff.text([bold(exit.code().to_string())]);
        roff.text([roman(says)]);
    }
    roff
}
