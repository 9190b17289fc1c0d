//! What a gate's table and its parts are called.

use super::Text;

impl Text {
    pub(in crate::render) const fn verdict_title(self) -> &'static str {
        self.pick("Verdict", "판정")
    }

    pub(in crate::render) const fn interrupted(self) -> &'static str {
        self.pick("interrupted", "중단됨")
    }

    pub(in crate::render) const fn not_begun(self) -> &'static str {
        self.pick("not measured", "측정 안 함")
    }

    pub(in crate::render) const fn over_the_limit(self) -> &'static str {
        self.pick("over the limit", "한도 초과")
    }

    pub(in crate::render) const fn notes(self) -> &'static str {
        self.pick("Notes", "참고")
    }

    pub(in crate::render) const fn gate_heading(self) -> &'static str {
        self.pick("Gate", "게이트 판정")
    }

    pub(in crate::render) const fn gate_tests_note(self) -> &'static str {
        self.pick(
            "Regressed means certain, at the level of the look: after Holm's correction within a function and Benjamini and Hochberg's across functions.",
            "‘악화’는 판정 시점의 유의 수준에서 확실한 경우만을 뜻합니다. 함수 안에서는 Holm, 함수 사이에서는 Benjamini-Hochberg 방법으로 보정했습니다.",
        )
    }

    pub(in crate::render) const fn gate_note(self) -> &'static str {
        self.pick(
            "Sizes are exact. Whole results are kept in .lambench/results/.",
            "크기는 정확한 값입니다. 전체 결과는 .lambench/results/에 있습니다.",
        )
    }
}
