//! What the self-test found: both verdicts, what they rest on, and whether they are what they must be.

use super::figure::p_value;
use super::text::Text;
use crate::config::Lang;
use crate::results::{Judgement, Verdict};

/// Both verdicts.
#[derive(Debug)]
pub struct Proof<'a> {
    /// A against itself.
    pub same: &'a Judgement,
    /// A against A with a delay.
    pub slowed: &'a Judgement,
    /// The init that was seen, median, ms.
    pub init_ms: f64,
    /// The delay that was put into it, ms.
    pub delay_ms: f64,
}

impl Proof<'_> {
    fn same_holds(&self) -> bool {
        self.same.verdict != Verdict::Regressed
    }

    fn slowed_holds(&self) -> bool {
        self.slowed.verdict == Verdict::Regressed
    }

    /// Whether both are what they must be. The first may be inconclusive: that claims nothing.
    pub fn holds(&self) -> bool {
        self.same_holds() && self.slowed_holds()
    }
}

/// The lines on standard output.
pub fn self_test(proof: &Proof, lang: Lang) -> String {
    let text = Text(lang);
    let line = |what: String, judgement: &Judgement, must: &str| {
        let rests_on = judgement.test.map_or_else(String::new, |test| {
            let change = |ratio: f64| format!("{:+.1}%", (ratio - 1.0) * 100.0);
            let (low, high) = test.interval.unwrap_or((f64::NAN, f64::NAN));
            text.self_test_figures(
                &change(test.ratio.unwrap_or(f64::NAN)),
                (&change(low), &change(high)),
                &p_value(test.p),
                test.n_after,
            )
        });
        format!(
            "{what}\n  {} ({must})\n{rests_on}",
            text.verdict(judgement.verdict)
        )
    };
    let same = line(
        text.against_itself().to_owned(),
        proof.same,
        text.must_not_be_regressed(proof.same_holds()),
    );
    let slowed = line(
        text.against_slowed(proof.init_ms, proof.delay_ms),
        proof.slowed,
        text.must_be_regressed(proof.slowed_holds()),
    );
    format!(
        "{same}\n{slowed}\n{}\n",
        text.self_test_result(proof.holds())
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Change;

    fn judgement(verdict: Verdict, ratio: f64) -> Judgement {
        let judgement = serde_json::json!({ "metric": "cold.p50", "verdict": verdict });
        let mut judgement: Judgement = serde_json::from_value(judgement).expect("a judgement");
        judgement.test = Some(Change {
            n_before: 10,
            n_after: 10,
            ratio: Some(ratio),
            interval: Some((ratio - 0.05, ratio + 0.05)),
            p: 0.0004,
            alpha: 0.0221,
        });
        judgement
    }

    fn told(same: Verdict, slowed: Verdict, lang: Lang) -> (bool, String) {
        let (same, slowed) = (judgement(same, 1.0), judgement(slowed, 1.3));
        let proof = Proof {
            same: &same,
            slowed: &slowed,
            init_ms: 80.0,
            delay_ms: 24.0,
        };
        (proof.holds(), self_test(&proof, lang))
    }

    #[test]
    fn it_holds_if_only_the_slowed_one_is_regressed() {
        use Verdict::{Improved, Inconclusive, Passed, Regressed};
        for (same, slowed, holds) in [
            (Passed, Regressed, true),
            (Inconclusive, Regressed, true),
            (Improved, Regressed, true),
            (Regressed, Regressed, false),
            (Passed, Inconclusive, false),
            (Passed, Passed, false),
        ] {
            assert_eq!(told(same, slowed, Lang::En).0, holds, "{same:?} {slowed:?}");
        }
    }

    #[test]
    fn it_says_both_verdicts_and_what_they_rest_on() {
        insta::assert_snapshot!(told(Verdict::Passed, Verdict::Regressed, Lang::En).1, @r"
        A against itself:
          passed (right: it must not be regressed)
          cold start +0.0% (-5.0% to +5.0%), p <.001, 10 cold starts each

        A against A with a delay of 24.0 ms in its init, 30% of the 80.0 ms that it takes:
          regressed (right: it must be regressed)
          cold start +30.0% (+25.0% to +35.0%), p <.001, 10 cold starts each

        A verdict on this machine fails for a slower init, and not for nothing.
        ");
        insta::assert_snapshot!(told(Verdict::Regressed, Verdict::Passed, Lang::Ko).1, @r"
        A와 A 자신의 비교:
          악화 (오류: 악화로 판정하면 안 됨)
          콜드 스타트 +0.0% (-5.0% ~ +5.0%), p <.001, 각각 콜드 스타트 10회

        A와, 초기화(80.0ms)에 그 30%인 24.0ms의 지연을 넣은 A의 비교:
          통과 (오류: 악화로 판정해야 함)
          콜드 스타트 +30.0% (+25.0% ~ +35.0%), p <.001, 각각 콜드 스타트 10회

        이 컴퓨터의 판정은 믿을 수 없습니다.
        ");
    }
}
