//! What the self-test says.

use super::Text;

impl Text {
    pub(in crate::render) const fn against_itself(self) -> &'static str {
        self.pick("A against itself:", "A와 A 자신의 비교:")
    }

    pub(in crate::render) fn against_slowed(self, init_ms: f64, delay_ms: f64) -> String {
        let percent = delay_ms / init_ms * 100.0;
        self.say(
            format!(
                "A against A with a delay of {delay_ms:.1} ms in its init, {percent:.0}% of the {init_ms:.1} ms that it takes:"
            ),
            format!(
                "A와, 초기화({init_ms:.1}ms)에 그 {percent:.0}%인 {delay_ms:.1}ms의 지연을 넣은 A의 비교:"
            ),
        )
    }

    pub(in crate::render) const fn must_not_be_regressed(self, holds: bool) -> &'static str {
        if holds {
            self.pick(
                "right: it must not be regressed",
                "정상: 악화로 판정하면 안 됨",
            )
        } else {
            self.pick(
                "WRONG: it must not be regressed",
                "오류: 악화로 판정하면 안 됨",
            )
        }
    }

    pub(in crate::render) const fn must_be_regressed(self, holds: bool) -> &'static str {
        if holds {
            self.pick("right: it must be regressed", "정상: 악화로 판정해야 함")
        } else {
            self.pick("WRONG: it must be regressed", "오류: 악화로 판정해야 함")
        }
    }

    pub(in crate::render) fn self_test_figures(
        self,
        change: &str,
        (low, high): (&str, &str),
        p: &str,
        starts: usize,
    ) -> String {
        self.say(
            format!("  cold start {change} ({low} to {high}), p {p}, {starts} cold starts each\n"),
            format!(
                "  콜드 스타트 {change} ({low} ~ {high}), p {p}, 각각 콜드 스타트 {starts}회\n"
            ),
        )
    }

    pub(in crate::render) const fn self_test_result(self, holds: bool) -> &'static str {
        if holds {
            self.pick(
                "A verdict on this machine fails for a slower init, and not for nothing.",
                "이 컴퓨터의 판정은 초기화가 느려지면 실패하고, 이유 없이는 실패하지 않습니다.",
            )
        } else {
            self.pick(
                "Verdicts on this machine are not to be trusted.",
                "이 컴퓨터의 판정은 믿을 수 없습니다.",
            )
        }
    }
}
