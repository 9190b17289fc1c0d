//! `lambench completions` and `lambench man`: what shells and `man` want to know of this program.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use clap_complete::Shell;

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  lambench completions bash     > ~/.local/share/bash-completion/completions/lambench
  lambench completions zsh      > ~/.zfunc/_lambench
  lambench completions fish     > ~/.config/fish/completions/lambench.fish";

pub(super) const COMPLETIONS_LONG: &str = "\
Print a script that completes commands and flags in a shell

It is written to standard output. bash and fish find it at the places above; zsh needs the folder in its fpath before \
compinit runs; PowerShell and elvish read it from their start-up file. Print it again after an update.";

pub(super) const MAN_EXAMPLES: &str = "\
Examples:
  lambench man run            | man -l -
  lambench man -o ~/.local/share/man/man1";

pub(super) const MAN_LONG: &str = "\
Print a manual page, or write all of them into a folder

Without COMMAND it is lambench(1); with one, or several as in `results prune`, the page of that command. The pages say \
what --help says. With -o they are files, lambench.1, lambench-run.1 and so on, as `man` looks for them.";

/// Arguments of `lambench completions`.
#[derive(Debug, Clone, Args)]
pub struct CompletionsArgs {
    /// The shell to print a script for
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// Arguments of `lambench man`.
#[derive(Debug, Clone, Default, Args)]
pub struct ManArgs {
    /// The command whose page is wanted
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
    /// Write the page of COMMAND, or all pages, into this folder; it is made if it is not there
    #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
}
