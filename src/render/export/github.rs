//! Annotations on a run of GitHub Actions: workflow commands, a line each.
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use super::{Measured, words};
use crate::config::Lang;
use crate::results::Verdict;

/// An error for each budget that fails the job and for each function that could not be measured, a warning for each budget
/// that nothing can be said about, a notice for the rest.
pub fn annotations(all: &[Measured], lang: Lang) -> String {
    let mut out = String::new();
    for measured in all {
        if let Some(error) = &measured.error {
            out.push_str(&command("error", &measured.function, error));
        }
        let judgements = measured.result.map_or(&[][..], |result| &result.judgements);
        for judgement in judgements {
            let level = match judgement.verdict {
                Verdict::Improved | Verdict::Passed => "notice",
                _ if measured.fails(judgement) => "error",
                Verdict::Regressed | Verdict::Inconclusive => "warning",
            };
            let says = format!(
                "{}: {}",
                words::asked(judgement),
                words::judged(judgement, lang)
            );
            out.push_str(&command(level, &measured.function, &says));
        }
    }
    out
}

fn command(level: &str, title: &str, message: &str) -> String {
    format!("::{level} title={}::{}\n", property(title), data(message))
}

/// What stands after the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// What stands before it: `,` and `:` would end it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::words::tests::{failed, inconclusive, regressed};
    use super::*;
    use crate::results::samples::pair;

    #[test]
    fn each_judgement_has_its_level() {
        let mut result = pair();
        let mut passed = regressed();
        passed.verdict = Verdict::Passed;
        let mut unasked = regressed();
        unasked.budget = None;
        result.judgements = vec![regressed(), inconclusive(), passed, unasked];
        let lines = annotations(&[Measured::of(&result, false), failed("broken")], Lang::En);
        let levels: Vec<&str> = lines
            .lines()
            .map(|line| line.split(' ').next().unwrap())
            .collect();
        assert_eq!(
            levels,
            ["::error", "::warning", "::notice", "::warning", "::error"]
        );
        assert!(lines.starts_with(
            "::error title=data-collector::cold.p50 > +10%25: regressed, 100 ms → 130 ms, +30%25 [+20%25, +41%25]"
        ));
        assert!(lines.ends_with("::error title=broken::its State is Failed\n"));
    }

    #[test]
    fn no_name_can_end_its_line_or_begin_another_command() {
        let all = [Measured {
            function: super::super::printable("a,file=x::b\n::stop-commands::x"),
            result: None,
            error: Some(super::super::printable("50% \r\n::set-env name=PATH::/tmp")),
            strict: false,
        }];
        assert_eq!(
            annotations(&all, Lang::En),
            "::error title=a%2Cfile=x%3A%3Ab %3A%3Astop-commands%3A%3Ax::50%25 ::set-env name=PATH::/tmp\n"
        );
        assert_eq!(data("a\r\nb"), "a%0D%0Ab");
    }
}
