//! What the place that is printed to can show: colour, movement, width. Decided from values, so that it can be tested.

use std::io::IsTerminal as _;
use std::sync::OnceLock;

use super::ascii::ascii;
use crate::config::Choice;

/// Off a terminal, and where nobody knows better.
const USUAL_WIDTH: usize = 80;

/// `--style`, for the length of the program.
static CHOICE: OnceLock<Choice> = OnceLock::new();

/// From now on this holds for all that is printed; the first call counts.
pub fn choose(choice: Choice) {
    let _ = CHOICE.set(choice);
}

/// How to print.
#[expect(clippy::struct_excessive_bools, reason = "each is seen or not")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// ANSI colours.
    pub color: bool,
    /// A line may be redrawn.
    pub animation: bool,
    /// Columns.
    pub width: usize,
    /// Nothing but ASCII, names and Korean excepted.
    pub ascii: bool,
    /// A picture of the cold starts below the table.
    pub strip: bool,
}

impl Style {
    /// What standard output can show.
    pub fn for_stdout() -> Self {
        let out = std::io::stdout();
        Self::detect(
            CHOICE.get().copied().unwrap_or_default(),
            variable,
            out.is_terminal(),
            columns(terminal_size::terminal_size_of(&out)),
        )
    }

    /// What standard error can show.
    pub fn for_stderr() -> Self {
        let out = std::io::stderr();
        Self::detect(
            CHOICE.get().copied().unwrap_or_default(),
            variable,
            out.is_terminal(),
            columns(terminal_size::terminal_size_of(&out)),
        )
    }

    /// Neither colour nor movement nor pictures, 80 columns.
    pub const fn plain() -> Self {
        Self {
            color: false,
            animation: false,
            width: USUAL_WIDTH,
            ascii: false,
            strip: false,
        }
    }

    /// Decides from environment variables (`NO_COLOR`, `CLICOLOR_FORCE`, `CI`, `TERM`, `COLUMNS`), whether it is a
    /// terminal, and how wide that is. `NO_COLOR` wins over `CLICOLOR_FORCE`, which wins over everything else but
    /// what somebody has chosen.
    pub fn detect(
        choice: Choice,
        variable: impl Fn(&str) -> Option<String>,
        terminal: bool,
        terminal_width: Option<usize>,
    ) -> Self {
        let set = |name| variable(name).is_some_and(|value| !value.is_empty());
        let on = |name| {
            variable(name).is_some_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
        };
        let dumb = variable("TERM").is_some_and(|term| term == "dumb");
        let lively = terminal && !dumb && !on("CI");
        let width = variable("COLUMNS")
            .and_then(|columns| columns.trim().parse().ok())
            .filter(|&columns| columns > 0)
            .or(terminal_width.filter(|&columns| columns > 0))
            .unwrap_or(USUAL_WIDTH);
        let (color, animation) = match choice {
            Choice::Full => (true, terminal),
            Choice::Plain => (false, false),
            Choice::Auto | Choice::Ascii => {
                (!set("NO_COLOR") && (on("CLICOLOR_FORCE") || lively), lively)
            }
        };
        Self {
            color,
            animation,
            width,
            ascii: choice == Choice::Ascii,
            // What is piped is read by programs, or pasted.
            strip: terminal || matches!(choice, Choice::Full | Choice::Ascii),
        }
    }

    /// `text` as it may be printed.
    pub fn written(&self, text: &str) -> String {
        if self.ascii {
            ascii(text)
        } else {
            text.to_owned()
        }
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn columns(size: Option<(terminal_size::Width, terminal_size::Height)>) -> Option<usize> {
    size.map(|(width, _)| usize::from(width.0))
}

/// Colours of the names of functions in a common log: those that are read on light and on dark grounds.
const TINTS: [u8; 6] = [36, 32, 35, 33, 34, 31];

impl Style {
    /// `text` so that it keeps in the background, if there are colours.
    pub fn dim(&self, text: &str) -> String {
        self.escaped(2, text)
    }

    /// `name` in a colour of its own, always the same, if there are colours.
    pub fn tinted(&self, name: &str) -> String {
        let sum = name
            .bytes()
            .fold(0_usize, |sum, byte| sum * 31 % 9973 + usize::from(byte));
        self.escaped(TINTS[sum % TINTS.len()], name)
    }

    fn escaped(&self, code: u8, text: &str) -> String {
        if self.color {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// A report's colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    Bold,
    Green,
    Red,
    Yellow,
}

impl Style {
    /// `text` in a colour, if there are colours.
    pub(super) fn paint(&self, paint: Paint, text: &str) -> String {
        let code = match paint {
            Paint::Bold => 1,
            Paint::Green => 32,
            Paint::Red => 31,
            Paint::Yellow => 33,
        };
        self.escaped(code, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(variables: &[(&str, &str)], terminal: bool) -> (bool, bool) {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let style = Style::detect(Choice::Auto, variable, terminal, None);
        (style.color, style.animation)
    }

    type Case = (
        &'static [(&'static str, &'static str)],
        (bool, bool),
        (bool, bool),
    );

    #[test]
    fn colour_and_movement_follow_the_terminal_and_the_usual_variables() {
        // variables, on a terminal: (colour, movement), off it: (colour, movement)
        let cases: [Case; 11] = [
            (&[], (true, true), (false, false)),
            (&[("TERM", "xterm-256color")], (true, true), (false, false)),
            (&[("NO_COLOR", "1")], (false, true), (false, false)),
            (&[("NO_COLOR", "")], (true, true), (false, false)),
            (&[("TERM", "dumb")], (false, false), (false, false)),
            (&[("CI", "true")], (false, false), (false, false)),
            (&[("CI", "false")], (true, true), (false, false)),
            (&[("CLICOLOR_FORCE", "1")], (true, true), (true, false)),
            (&[("CLICOLOR_FORCE", "0")], (true, true), (false, false)),
            (
                &[("CLICOLOR_FORCE", "1"), ("CI", "1"), ("TERM", "dumb")],
                (true, false),
                (true, false),
            ),
            (
                &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")],
                (false, true),
                (false, false),
            ),
        ];
        for (variables, on, off) in cases {
            assert_eq!(detect(variables, true), on, "{variables:?} on a terminal");
            assert_eq!(
                detect(variables, false),
                off,
                "{variables:?} off a terminal"
            );
        }
    }

    #[test]
    fn what_somebody_has_chosen_wins_over_the_variables() {
        let quiet = |name: &str| matches!(name, "NO_COLOR" | "CI").then(|| "1".to_owned());
        let forced = |name: &str| (name == "CLICOLOR_FORCE").then(|| "1".to_owned());
        let full = |terminal| Style::detect(Choice::Full, quiet, terminal, None);
        assert!(full(true).color && full(true).animation && full(true).strip);
        assert!(full(false).color && !full(false).animation && full(false).strip);
        let plain = Style::detect(Choice::Plain, forced, true, None);
        assert!(!plain.color && !plain.animation && !plain.ascii && plain.strip);
        let ascii = |terminal| Style::detect(Choice::Ascii, |_| None, terminal, None);
        assert!(ascii(true).color && ascii(true).animation && ascii(true).ascii);
        assert!(!ascii(false).color && ascii(false).ascii && ascii(false).strip);
        let auto = |terminal| Style::detect(Choice::Auto, |_| None, terminal, None);
        assert!(auto(true).strip && !auto(false).strip && !auto(true).ascii);
    }

    #[test]
    fn the_width_is_columns_then_the_terminals_then_80() {
        let width = |columns: Option<&str>, terminal| {
            let variable =
                |name: &str| columns.filter(|_| name == "COLUMNS").map(ToOwned::to_owned);
            Style::detect(Choice::Auto, variable, true, terminal).width
        };
        assert_eq!(width(Some("100"), Some(60)), 100);
        assert_eq!(width(None, Some(60)), 60);
        assert_eq!(width(None, None), 80);
        assert_eq!(width(Some("wide"), Some(60)), 60);
        assert_eq!(width(Some("0"), Some(60)), 60);
        assert_eq!(
            width(None, Some(0)),
            80,
            "a terminal that does not know its size says 0"
        );
    }

    #[test]
    fn without_colour_no_escape_is_written() {
        assert_eq!(Style::plain().paint(Paint::Green, "x"), "x");
        let style = Style {
            color: true,
            ..Style::plain()
        };
        assert_eq!(style.paint(Paint::Red, "x"), "\x1b[31mx\x1b[0m");
    }
}
