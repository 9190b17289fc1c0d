//! Why a sample does not count.

use super::super::text::Text;
use crate::results::Exclusion;

/// All reasons, in the order of the result file's schema.
pub(super) const ALL: [Exclusion; 10] = [
    Exclusion::FirstStart,
    Exclusion::Unknown,
    Exclusion::NoReport,
    Exclusion::AfterUnknown,
    Exclusion::UnexpectedCold,
    Exclusion::ProactiveInit,
    Exclusion::FunctionError,
    Exclusion::CallFailed,
    Exclusion::Reused,
    Exclusion::NotRestored,
];

/// The names to read on from a reason.
pub(super) const fn see(reason: Exclusion) -> &'static [&'static str] {
    match reason {
        Exclusion::AfterUnknown => &["unknown", "excluded"],
        Exclusion::ProactiveInit => &["platform", "excluded"],
        Exclusion::Reused | Exclusion::NotRestored => &["cold.restore", "excluded"],
        Exclusion::Unknown => &["touch", "excluded"],
        _ => &["excluded"],
    }
}

impl Text {
    pub(super) const fn explained_exclusion(self, reason: Exclusion) -> &'static str {
        match reason {
            Exclusion::FirstStart => self.pick(
                "The first start of each subject, and its warm invokes, are made and never measured. It pays for the deploy, for cold caches and for the connection, and is an outlier every time. One a subject is normal.",
                "대상마다 첫 시작과 그에 이어진 웜 호출은 실행하지만 측정값에는 넣지 않습니다. 배포, 빈 캐시, 연결 비용이 섞여 언제나 튀는 값이 나오기 때문입니다. 대상마다 한 번씩 나오는 것이 정상입니다.",
            ),
            Exclusion::Unknown => self.pick(
                "The first invoke after a touch whose REPORT line shows neither Init Duration nor Restore Duration. Either init failed or took more than 10 s (it is then run again inside the invoke), or the touch retired nothing. It is not taken for a warm start. If it happens often, look at the function's own log, and try another --touch.",
                "설정을 갱신한 뒤의 첫 호출인데 REPORT 줄에 Init Duration도 Restore Duration도 없는 경우입니다. 초기화가 실패했거나 10초를 넘겨 호출 안에서 다시 실행되었거나, 갱신이 적용되지 않은 것입니다. 웜 스타트로 치지 않습니다. 자주 나오면 함수의 로그를 살펴보고 다른 --touch를 시도해 보세요.",
            ),
            Exclusion::NoReport => self.pick(
                "No REPORT line came back in the invoke's log tail (the last 4 KB), so nothing is known of its times. A function that prints much at its end, or that logs JSON at WARN, does this.",
                "호출의 로그 끝부분(마지막 4 KB)에 REPORT 줄이 없어 시간을 알 수 없는 경우입니다. 끝날 때 출력이 많거나 JSON 로그 수준이 WARN인 함수에서 나타납니다.",
            ),
            Exclusion::AfterUnknown => self.pick(
                "A warm invoke of an environment whose cold start was not counted. Nobody knows how that environment came to be, so its warm invokes do not count either.",
                "콜드 스타트가 집계되지 않은 환경의 웜 호출입니다. 그 환경이 어떻게 생겼는지 알 수 없으므로 이어진 웜 호출도 세지 않습니다.",
            ),
            Exclusion::UnexpectedCold => self.pick(
                "An invoke that was meant to be warm, but whose REPORT line shows Init or Restore Duration: another environment answered it, because Lambda had retired the first one or others call the function at the same time. It is neither a warm start nor one of the planned cold starts.",
                "웜 스타트여야 하는 호출의 REPORT 줄에 Init 또는 Restore Duration이 있는 경우입니다. Lambda가 앞의 환경을 없앴거나 다른 곳에서도 함수를 호출하고 있어 다른 환경이 응답한 것입니다. 웜 스타트도, 계획한 콜드 스타트도 아닙니다.",
            ),
            Exclusion::ProactiveInit => self.pick(
                "Lambda had initialised the environment before anyone waited for it, as it sometimes does after a configuration change on a function with traffic. Its REPORT line shows Init Duration all the same, but the caller did not wait for it: what the client's clock saw, less handler and a warm round trip, is under half of init.",
                "호출이 오기 전에 Lambda가 환경을 미리 초기화한 경우입니다. 트래픽이 있는 함수의 설정을 바꾸면 가끔 일어납니다. REPORT 줄에는 Init Duration이 있지만 호출한 쪽은 기다리지 않았습니다. 클라이언트가 본 시간에서 핸들러와 웜 왕복 시간을 뺀 값이 초기화 시간의 절반에 못 미치면 이렇게 판단합니다.",
            ),
            Exclusion::FunctionError => self.pick(
                "The function answered with an error, or its environment died. A function that fails fast must never look improved, so an error normally stops the run; with --allow-function-errors it is counted here, or measured where the environment lives on.",
                "함수가 오류로 응답했거나 실행 환경이 죽은 경우입니다. 빨리 실패하는 함수가 빨라진 것처럼 보여서는 안 되므로 오류가 나면 보통 측정을 멈춥니다. --allow-function-errors를 주면 여기에 세거나, 환경이 살아 있으면 그대로 측정합니다.",
            ),
            Exclusion::CallFailed => self.pick(
                "The Invoke call failed or was throttled before any function ran. A measured invoke is never retried, because the second one may come back warm; it is replaced by another cold start.",
                "함수가 실행되기 전에 Invoke 호출이 실패했거나 스로틀링된 경우입니다. 재시도하면 웜 스타트가 될 수 있으므로 측정하는 호출은 재시도하지 않고, 다른 콜드 스타트로 대신합니다.",
            ),
            Exclusion::Reused => self.pick(
                "With SnapStart, restores are had by simultaneous invokes of one published version: more of them than there are idle environments. This one met an idle environment, so nothing was restored for it.",
                "SnapStart에서는 게시된 버전 하나를 쉬고 있는 환경보다 많이 동시에 호출해 복원을 일으킵니다. 이 호출은 쉬고 있던 환경이 받아 복원이 일어나지 않았습니다.",
            ),
            Exclusion::NotRestored => self.pick(
                "A start of a published version with SnapStart whose REPORT line shows Init Duration instead of Restore Duration: it was initialised, not restored. Restores and inits are never put into one figure.",
                "SnapStart를 쓰는 게시된 버전인데 REPORT 줄에 Restore Duration이 아니라 Init Duration이 있는 경우입니다. 복원되지 않고 새로 초기화된 것입니다. 복원과 초기화는 한 수치로 섞지 않습니다.",
            ),
        }
    }
}
