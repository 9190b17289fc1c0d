//! The words around an explanation.

use super::Text;

impl Text {
    pub(in crate::render) const fn explain_lead(self) -> &'static str {
        self.pick(
            "`lambench explain NAME` says what a figure, a reason or a word means and where it comes from.",
            "`lambench explain 이름`은 수치, 제외 이유, 용어가 무엇을 뜻하고 어디서 오는지 알려 줍니다.",
        )
    }

    pub(in crate::render) const fn explained_metrics(self) -> &'static str {
        self.pick("Metrics", "지표")
    }

    pub(in crate::render) const fn explained_exclusions(self) -> &'static str {
        self.pick("Why a sample does not count", "표본을 제외하는 이유")
    }

    pub(in crate::render) const fn explained_verdicts(self) -> &'static str {
        self.pick("Verdicts", "판정")
    }

    pub(in crate::render) const fn explained_words(self) -> &'static str {
        self.pick("Words", "용어")
    }

    pub(in crate::render) fn in_budgets(self, names: &str) -> String {
        self.say(
            format!("In budgets: {names}."),
            format!("예산에 적는 이름: {names}"),
        )
    }

    pub(in crate::render) const fn ask_profile(self) -> &'static str {
        self.pick(
            "`lambench profile TARGET` says import by import what init spends its time on, and what would move to the first request.",
            "초기화 시간이 어느 import에 쓰이고 무엇이 첫 요청으로 옮겨 가는지는 `lambench profile TARGET`이 알려 줍니다.",
        )
    }

    pub(in crate::render) const fn ask_inspect(self) -> &'static str {
        self.pick(
            "`lambench inspect TARGET` says what it is made of, and what of it could go.",
            "무엇으로 이루어져 있고 무엇을 뺄 수 있는지는 `lambench inspect TARGET`이 알려 줍니다.",
        )
    }

    pub(in crate::render) fn see_also(self, names: &str) -> String {
        self.say(format!("See also: {names}."), format!("함께 보기: {names}"))
    }
}
