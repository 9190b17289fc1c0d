//! What budgets and gates are called, and what is said of those that are not decided.

use super::Text;
use crate::gate::Note;

impl Text {
    pub(in crate::render) const fn budgets(self) -> &'static str {
        self.pick("Budgets", "예산")
    }

    pub(in crate::render) const fn budget_title(self) -> &'static str {
        self.pick("Fails if", "실패 조건")
    }

    pub(in crate::render) const fn verdict_title(self) -> &'static str {
        self.pick("Verdict", "판정")
    }

    pub(in crate::render) const fn notes(self) -> &'static str {
        self.pick("Notes", "참고")
    }

    pub(in crate::render) const fn gate_heading(self) -> &'static str {
        self.pick("Gate", "게이트 판정")
    }

    pub(in crate::render) const fn gate_note(self) -> &'static str {
        self.pick(
            "Regressed means certain, at the level of the look: after Holm's correction within a function and Benjamini and Hochberg's across functions. Sizes are exact. Whole results are kept in .lambench/results/.",
            "‘악화’는 판정 시점의 유의 수준에서 확실한 경우만을 뜻합니다. 함수 안에서는 Holm, 함수 사이에서는 Benjamini-Hochberg 방법으로 보정했습니다. 크기는 정확한 값입니다. 전체 결과는 .lambench/results/에 있습니다.",
        )
    }

    pub(in crate::render) fn budget_note(self, note: &Note) -> String {
        let ko = match note {
            Note::NoBefore => "비교할 최적화 전이 없습니다".to_owned(),
            Note::BeforeUnknown => "최적화 전의 크기를 알 수 없습니다".to_owned(),
            Note::AfterUnknown => "크기를 알 수 없습니다".to_owned(),
            Note::NoFigures => "집계한 호출에 이 수치가 없습니다".to_owned(),
            Note::TooFew { n, needed } => {
                format!("{n}회로는 부족하며 {needed}회가 필요합니다")
            }
            Note::NotPositive => "0인 수치는 비율을 구할 수 없습니다".to_owned(),
            Note::FromNothing => "최적화 전에는 없었습니다".to_owned(),
            Note::AmongFunctions(n) => format!("함수 {n}개를 함께 보면 확실하지 않습니다"),
            Note::BeforeLook { pairs, at } => {
                format!("첫 판정 시점인 {at}쌍에 이르기 전에 {pairs}쌍에서 중단되었습니다")
            }
            Note::Indicative => {
                "최적화 전이 저장된 결과(참고용)이므로 게이트를 실패시키지 않습니다".to_owned()
            }
        };
        self.say(note.to_string(), ko)
    }
}
