//! How to print for people, as somebody asks for it. What the terminal can show is `render`'s business.

use super::error::ConfigError;
use super::surroundings::Surroundings;
use crate::cli::{Globals, StyleArg};

/// What a person has asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// By the terminal and the usual variables.
    #[default]
    Auto,
    /// Everything, also where the variables or a pipe speak against it; only movement needs a terminal.
    Full,
    /// Neither colour nor movement.
    Plain,
    /// As [`Self::Auto`], in ASCII.
    Ascii,
}

impl Choice {
    fn of_name(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "full" => Some(Self::Full),
            "plain" => Some(Self::Plain),
            "ascii" => Some(Self::Ascii),
            _ => None,
        }
    }
}

/// `--style`, `LAMBENCH_STYLE`, by the terminal.
pub fn style(globals: &Globals) -> Result<Choice, ConfigError> {
    if let Some(style) = globals.style {
        return Ok(match style {
            StyleArg::Auto => Choice::Auto,
            StyleArg::Full => Choice::Full,
            StyleArg::Plain => Choice::Plain,
            StyleArg::Ascii => Choice::Ascii,
        });
    }
    let expected = "auto, full, plain or ascii";
    let around = Surroundings::of_process()?;
    let written = around.choice("LAMBENCH_STYLE", expected, Choice::of_name)?;
    Ok(written.map_or_else(Choice::default, |style| style.value))
}
