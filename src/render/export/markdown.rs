//! Markdown for a pull request: the verdict first, the table, and how it was measured folded away. GitHub's and GitLab's
//! dialect.

use super::super::layout::fit;
use super::super::report::{self, report};
use super::super::style::Style;
use super::super::table::Table;
use super::super::text::Text;
use super::{Measured, words};
use crate::config::Lang;
use crate::gate;

/// GitHub takes no longer comment.
const MOST_CHARACTERS: usize = 65_536;
/// What the line about what was left out takes at most.
const RESERVED: usize = 400;
/// Outside text in one line: an error may be a page.
const LONGEST_TEXT: usize = 500;
/// The folded report scrolls sideways where it has to.
const REPORT_WIDTH: usize = 100;

/// The verdict on each function, then its table, then the whole report, folded. What does not fit a comment is left out
/// from the least needed on: details, tables, functions; the last line says what.
pub fn markdown(all: &[Measured], lang: Lang) -> String {
    let text = Text(lang);
    let mut out = Fitting::new(&format!("## lambench: {}\n\n", text.exported_title()));
    let mut left_out_functions = 0;
    for measured in all {
        left_out_functions += usize::from(!out.take(&verdicts(measured, text)));
    }
    let several = all.len() > 1;
    let mut left_out_tables = 0;
    let mut tables: Vec<Option<String>> = Vec::new();
    for measured in all {
        // In order, and none is made in vain: the tests of many functions take their time.
        if left_out_tables > 0 {
            left_out_tables += usize::from(measured.result.is_some());
            tables.push(None);
            continue;
        }
        let table = table(measured, several, text);
        let fits = table.as_deref().is_none_or(|table| out.reserve(table));
        left_out_tables += usize::from(!fits);
        tables.push(table.filter(|_| fits));
    }
    let mut left_out_details = 0;
    for (measured, table) in all.iter().zip(tables) {
        out.text.extend(table);
        if left_out_tables + left_out_details > 0 {
            left_out_details += usize::from(measured.result.is_some());
        } else if let Some(details) = details(measured, text) {
            left_out_details += usize::from(!out.take(&details));
        }
    }
    if left_out_functions + left_out_tables + left_out_details > 0 {
        let note = text.left_out(left_out_tables, left_out_details, left_out_functions);
        out.text.extend(["\n", &note, "\n"]);
    }
    out.text
}

/// A text that grows while it fits.
struct Fitting {
    text: String,
    left: usize,
}

impl Fitting {
    fn new(begin: &str) -> Self {
        Self {
            text: begin.to_owned(),
            left: MOST_CHARACTERS - RESERVED - length(begin),
        }
    }

    fn take(&mut self, more: &str) -> bool {
        let fits = self.reserve(more);
        if fits {
            self.text.push_str(more);
        }
        fits
    }

    /// Keeps room for what is written later.
    fn reserve(&mut self, more: &str) -> bool {
        let rest = self.left.checked_sub(length(more));
        self.left = rest.unwrap_or(self.left);
        rest.is_some()
    }
}

/// As the strictest counts: in UTF-16.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// `- **name**: regressed`, and a line for each budget below.
fn verdicts(measured: &Measured, text: Text) -> String {
    let judgements = measured.result.map_or(&[][..], |result| &result.judgements);
    let comes_to = match (&measured.error, gate::worst(judgements)) {
        (Some(error), _) => text.could_not_be_measured(&outside(error)),
        (None, Some(verdict)) => format!("**{}**", text.verdict(verdict)),
        (None, None) => text.nothing_judged().to_owned(),
    };
    let mut out = format!("- **{}**: {comes_to}\n", outside(&measured.function));
    for judgement in judgements {
        let asked = outside(&words::asked(judgement));
        let judged = outside(&words::judged(judgement, text.0));
        out.extend(["  - ", &asked, ": ", &judged, "\n"]);
    }
    out
}

fn table(measured: &Measured, several: bool, text: Text) -> Option<String> {
    let table = report::table(measured.result?, text)?;
    let heading = if several {
        format!("### {}\n\n", outside(&measured.function))
    } else {
        String::new()
    };
    Some(format!("\n{heading}{}", pipes(&table)))
}

fn pipes(table: &Table) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut out = line(&table.titles);
    let mut rule = vec!["---".to_owned()];
    rule.resize(table.titles.len(), "---:".to_owned());
    out.push_str(&line(&rule));
    for row in &table.rows {
        let mut cells: Vec<String> = row.cells.iter().map(|cell| outside(cell)).collect();
        if row.part {
            cells[0].insert_str(0, "· ");
        }
        out.push_str(&line(&cells));
    }
    out
}

fn details(measured: &Measured, text: Text) -> Option<String> {
    let style = Style {
        width: REPORT_WIDTH,
        ..Style::plain()
    };
    let whole = report(measured.result?, text.0, &style, None);
    // Longer than any fence in it, so that nothing in it ends the block.
    let longest = whole
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    Some(format!(
        "\n<details><summary>{}</summary>\n\n{fence}text\n{}\n{fence}\n\n</details>\n",
        text.details(),
        whole.trim_end()
    ))
}

/// Text from outside as nothing but text: no markup, no HTML, no mention of anybody, one line.
fn outside(text: &str) -> String {
    let mut out = String::new();
    let text = fit(&super::printable(text), LONGEST_TEXT);
    let mut letters = text.chars().peekable();
    let mut in_word = false;
    while let Some(c) = letters.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            // Within a word it is a letter like any other.
            '_' if in_word && letters.peek().is_some_and(|next| next.is_alphanumeric()) => {
                out.push(c);
            }
            // A space of no width: `@name` would call whoever has that name.
            '@' => out.push_str("@\u{200b}"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '!' | '$' => {
                out.extend(['\\', c]);
            }
            c => out.push(c),
        }
        in_word = c.is_alphanumeric();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::words::tests::{failed, inconclusive, regressed};
    use super::*;
    use crate::results::RunResult;
    use crate::results::samples::pair;

    fn judged() -> RunResult {
        let mut result = pair();
        result.judgements = vec![regressed(), inconclusive()];
        result
    }

    #[test]
    fn the_verdict_stands_first_then_the_table_then_the_folded_report() {
        let result = judged();
        insta::assert_snapshot!(markdown(&[Measured::of(&result, false)], Lang::En));
    }

    #[test]
    fn the_same_of_two_functions_in_korean() {
        let result = judged();
        let all = [Measured::of(&result, false), failed("data-broken")];
        insta::assert_snapshot!(markdown(&all, Lang::Ko));
    }

    #[test]
    fn names_from_outside_are_text_and_nothing_else() {
        assert_eq!(
            outside("a|b\n<img src=x>`c` *d* [e](f) @everyone #1 &lt; v_1 __x__"),
            "a\\|b &lt;img src=x>\\`c\\` \\*d\\* \\[e\\](f) @\u{200b}everyone \\#1 &amp;lt; v_1 \\_\\_x\\_\\_"
        );
        let mut result = judged();
        result.subjects[1].version = "v1 | x\n| y | <b> ```".into();
        result.subjects[1].function = "<script>|".into();
        result.subjects[0].function = "<script>|".into();
        let written = markdown(&[Measured::of(&result, false)], Lang::En);
        let (above, folded) = written.split_once("<details>").unwrap();
        assert!(!above.contains("<script>") && above.contains("&lt;script>\\|"));
        let pipes = |line: &str| line.replace("\\|", "").matches('|').count();
        for line in above.lines().filter(|line| line.starts_with('|')) {
            assert_eq!(pipes(line), 7, "{line}");
        }
        let fence = folded.lines().find(|line| line.ends_with("`text")).unwrap();
        assert!(fence.starts_with("````"), "{fence}");
    }

    #[test]
    fn what_does_not_fit_a_comment_is_left_out_and_said() {
        let result = judged();
        let many = vec![Measured::of(&result, false); 18];
        let written = markdown(&many, Lang::En);
        assert!(length(&written) <= MOST_CHARACTERS, "{}", length(&written));
        assert_eq!(written.matches("- **data-collector**").count(), 18);
        assert_eq!(written.matches("### data-collector").count(), 18);
        assert_eq!(
            written.matches("<details>").count(),
            written.matches("</details>").count()
        );
        assert!(
            written.ends_with("The result files hold everything.\n")
                && written.contains("Left out, to fit a comment: ")
                && written.contains("sections of details"),
            "{}",
            written.lines().last().unwrap()
        );

        let thousands = vec![Measured::of(&result, false); 500];
        for lang in [Lang::En, Lang::Ko] {
            let written = markdown(&thousands, lang);
            assert!(length(&written) <= MOST_CHARACTERS);
        }
    }

    #[test]
    fn nothing_is_said_to_be_left_out_where_nothing_is() {
        let result = judged();
        assert!(
            !markdown(
                &[Measured::of(&result, false), failed("data-broken")],
                Lang::En
            )
            .contains("Left out")
        );
    }
}
