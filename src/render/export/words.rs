//! A judgement in one line, for all forms that people read.

use super::super::budgets;
use super::super::text::Text;
use super::printable;
use crate::config::Lang;
use crate::results::{Arm, Judgement, Verdict};

/// The verdict's word.
pub(super) fn verdict(verdict: Verdict, lang: Lang) -> &'static str {
    Text(lang).verdict(verdict)
}

/// The arm's name in machine forms.
pub(super) fn arm(arm: Arm) -> &'static str {
    match arm {
        Arm::Before => "before",
        Arm::After => "after",
        Arm::Only => "only",
    }
}

/// What was asked: the budget as it was written, or the metric.
pub(super) fn asked(judgement: &Judgement) -> String {
    printable(judgement.asked())
}

/// `regressed, 100 ms → 130 ms, +30% [+20%, +41%], p = 0.003, n 20 + 20`, and what else there is to say.
pub(super) fn judged(judgement: &Judgement, lang: Lang) -> String {
    let text = Text(lang);
    let mut parts = vec![text.verdict(judgement.verdict).to_owned()];
    parts.extend(budgets::figures(judgement, text));
    parts.extend(budgets::evidence(judgement));
    let mut line = parts.join(", ");
    if let Some(why) = budgets::why(judgement, text) {
        line.push_str("; ");
        line.push_str(&printable(&why));
    }
    line
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::super::figure;
    use super::super::Measured;
    use super::*;
    use crate::stats::Change;

    /// A function that could not be measured.
    pub(in crate::render::export) fn failed(function: &'static str) -> Measured<'static> {
        Measured {
            function: function.into(),
            result: None,
            error: Some("its State is Failed".into()),
            strict: false,
        }
    }

    /// A budget of a change that was not kept.
    pub(in crate::render::export) fn regressed() -> Judgement {
        Judgement {
            metric: "cold.p50".into(),
            budget: Some("cold.p50 > +10%".into()),
            limit_change: Some(0.1),
            limit_value: None,
            verdict: Verdict::Regressed,
            before: Some(100.0),
            after: Some(130.0),
            after_interval: None,
            change: Some(0.302),
            test: Some(Change {
                n_before: 20,
                n_after: 20,
                ratio: Some(1.302),
                interval: Some((1.2, 1.41)),
                p: 0.000_02,
                alpha: 0.0221,
            }),
            p_adjusted: Some(0.0031),
            more_pairs: None,
            note: None,
        }
    }

    /// A budget of a value that nothing can be said about.
    pub(in crate::render::export) fn inconclusive() -> Judgement {
        Judgement {
            metric: "cold.init.p50".into(),
            budget: Some("cold.init.p50 > 800ms".into()),
            limit_change: None,
            limit_value: Some(800.0),
            verdict: Verdict::Inconclusive,
            before: None,
            after: Some(790.0),
            after_interval: Some((760.0, 1820.0)),
            change: None,
            test: None,
            p_adjusted: None,
            more_pairs: Some(14),
            note: None,
        }
    }

    #[test]
    fn a_judgement_is_a_line_with_all_that_it_rests_on() {
        assert_eq!(
            judged(&regressed(), Lang::En),
            "regressed, 100 ms → 130 ms, +30% [+20%, +41%], p = 0.003, n 20 + 20"
        );
        assert_eq!(
            judged(&inconclusive(), Lang::En),
            "inconclusive, 0.79 s [0.76 s, 1.82 s]; about 14 more pairs would decide"
        );
        assert_eq!(
            judged(&inconclusive(), Lang::Ko),
            "판정 불가, 0.79초 [0.76초, 1.82초]; 약 14쌍을 더 측정하면 판정할 수 있습니다"
        );
        assert_eq!(asked(&regressed()), "cold.p50 > +10%");
    }

    #[test]
    fn figures_have_the_unit_of_their_metric_and_small_changes_a_decimal() {
        let line = |metric: &str, after: f64| {
            let judgement = Judgement {
                metric: metric.into(),
                budget: None,
                before: None,
                after: Some(after),
                change: Some(-0.004),
                test: None,
                p_adjusted: None,
                verdict: Verdict::Passed,
                ..regressed()
            };
            judged(&judgement, Lang::En)
        };
        assert_eq!(line("package.zip", 2560.0), "passed, 2.5 KB, -0.4%");
        assert_eq!(line("memory.max", 64.0), "passed, 64 MB, -0.4%");
        assert_eq!(line("cost.cold", 2.6), "passed, $2.60, -0.4%");
        assert_eq!(line("warm.p50", 80.26), "passed, 80.3 ms, -0.4%");
    }

    #[test]
    fn a_p_is_never_written_as_zero() {
        assert_eq!(figure::p_words(1e-9), "p < 0.001");
        assert_eq!(figure::p_words(0.0449), "p = 0.045");
    }
}
