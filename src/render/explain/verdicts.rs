//! What each verdict means.

use super::super::text::Text;
use crate::results::Verdict;

/// All verdicts, from the best.
pub(super) const ALL: [Verdict; 4] = [
    Verdict::Improved,
    Verdict::Passed,
    Verdict::Inconclusive,
    Verdict::Regressed,
];

/// The names to read on from any of them.
pub(super) const SEE: &[&str] = &["limit", "interval", "p", "look"];

impl Text {
    pub(super) const fn explained_verdict(self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Improved => self.pick(
                "The change is smaller than before for certain (p is below the level, and the change is downwards), and its whole interval lies within the limit. Exit code 0.",
                "p가 유의 수준보다 작고 변화가 감소 쪽이며 구간 전체가 한도 안에 있어, 확실히 줄었다고 말할 수 있습니다. 종료 코드는 0입니다.",
            ),
            Verdict::Passed => self.pick(
                "The limit is not passed, for certain: the upper end of the change's interval is below it. That is no proof that nothing changed, only that it did not become worse by as much as the limit. Exit code 0.",
                "구간의 위쪽 끝이 한도보다 낮아, 한도를 넘지 않았다고 확실히 말할 수 있습니다. 아무 변화가 없다는 증거가 아니라 한도만큼 나빠지지는 않았다는 뜻입니다. 종료 코드는 0입니다.",
            ),
            Verdict::Inconclusive => self.pick(
                "The data decide nothing: the interval reaches from within the limit to beyond it, or there is too little to tell. The report says about how many pairs would decide, where an affordable number would. Exit code 0, or 4 with --strict.",
                "구간이 한도의 안팎에 걸쳐 있거나 표본이 너무 적어 아무것도 판단할 수 없습니다. 감당할 만한 횟수로 판단할 수 있다면 앞으로 몇 쌍이 더 필요한지 보고서에 나옵니다. 종료 코드는 0이고, --strict를 주면 4입니다.",
            ),
            Verdict::Regressed => self.pick(
                "The limit is passed, for certain: p is below the level, and the change is as large as the limit or larger. Sizes are exact, so any size beyond its budget is one. A budget that is passed so ends `lambench gate` and `lambench run --fail-if` with exit code 3.",
                "p가 유의 수준보다 작고 변화가 한도 이상이어서, 한도를 넘었다고 확실히 말할 수 있습니다. 크기는 정확한 값이므로 예산을 넘으면 바로 해당됩니다. 이렇게 예산을 넘으면 `lambench gate`와 `lambench run --fail-if`는 종료 코드 3으로 끝납니다.",
            ),
        }
    }
}
