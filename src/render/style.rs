//! What the place that is printed to can show: colour, movement, width. Decided from values, so that it can be tested.

use std::io::IsTerminal as _;

/// Off a terminal, and where nobody knows better.
const USUAL_WIDTH: usize = 80;

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// ANSI colours.
    pub color: bool,
    /// A line may be redrawn.
    pub animation: bool,
    /// Columns.
    pub width: usize,
}

impl Style {
    /// What standard output can show.
    pub fn for_stdout() -> Self {
        let out = std::io::stdout();
        Self::detect(
            variable,
            out.is_terminal(),
            columns(terminal_size::terminal_size_of(&out)),
        )
    }

    /// What standard error can show.
    pub fn for_stderr() -> Self {
        let out = std::io::stderr();
        Self::detect(
            variable,
            out.is_terminal(),
            columns(terminal_size::terminal_size_of(&out)),
        )
    }

    /// Neither colour nor movement, 80 columns.
    pub const fn plain() -> Self {
        Self {
            color: false,
            animation: false,
            width: USUAL_WIDTH,
        }
    }

    /// Decides from environment variables (`NO_COLOR`, `CLICOLOR_FORCE`, `CI`, `TERM`, `COLUMNS`), whether it is a
    /// terminal, and how wide that is. `NO_COLOR` wins over `CLICOLOR_FORCE`, which wins over everything else.
    pub fn detect(
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
        Self {
            color: !set("NO_COLOR") && (on("CLICOLOR_FORCE") || lively),
            animation: lively,
            width,
        }
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn columns(size: Option<(terminal_size::Width, terminal_size::Height)>) -> Option<usize> {
    size.map(|(width, _)| usize::from(width.0))
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
        if self.color {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
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
        let style = Style::detect(variable, terminal, None);
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
    fn the_width_is_columns_then_the_terminals_then_80() {
        let width = |columns: Option<&str>, terminal| {
            let variable =
                |name: &str| columns.filter(|_| name == "COLUMNS").map(ToOwned::to_owned);
            Style::detect(variable, true, terminal).width
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
