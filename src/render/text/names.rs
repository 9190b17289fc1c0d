//! What metrics, conditions, arms and reasons are called.

use super::Text;
use crate::compare::Metric;
use crate::results::conditions::Condition;
use crate::results::{Arm, Exclusion};

impl Text {
    pub(in crate::render) const fn metric(self, metric: Metric) -> &'static str {
        match metric {
            Metric::PackageZipped => self.pick("Package size", "패키지 크기"),
            Metric::PackageUnzipped => self.pick("unzipped", "압축 해제 후"),
            Metric::Layers => self.pick("Layers", "레이어 크기"),
            Metric::PackageTotal => self.pick("Package + layers", "패키지 + 레이어"),
            Metric::ColdStart => self.pick("Cold start", "콜드 스타트"),
            Metric::Init => self.pick("init", "초기화"),
            Metric::Restore => self.pick("restore", "복원"),
            Metric::ColdHandler => self.pick("handler", "핸들러"),
            Metric::ColdClient => self.pick(
                "Cold start, seen by the client",
                "콜드 스타트(클라이언트 기준)",
            ),
            Metric::WarmStart => self.pick("Warm start", "웜 스타트"),
            Metric::WarmClient => self.pick(
                "Warm start, seen by the client",
                "웜 스타트(클라이언트 기준)",
            ),
            Metric::MaxMemory => self.pick("Max memory", "최대 메모리"),
            Metric::BilledCold => self.pick("Billed time, cold", "과금 시간(콜드)"),
            Metric::BilledWarm => self.pick("Billed time, warm", "과금 시간(웜)"),
            Metric::CostCold => self.pick("Cost per 1M cold", "비용(콜드 100만)"),
            Metric::CostWarm => self.pick("Cost per 1M warm", "비용(웜 100만)"),
            Metric::Version => self.pick("Version", "버전"),
        }
    }

    pub(in crate::render) const fn condition(self, condition: Condition) -> &'static str {
        match condition {
            Condition::Endpoint => self.pick("sandbox or AWS", "샌드박스/AWS 여부"),
            Condition::Region => self.pick("region", "리전"),
            Condition::Runtime => self.pick("runtime", "런타임"),
            Condition::RuntimeClient => self.pick("runtime client", "런타임 클라이언트"),
            Condition::Architecture => self.pick("architecture", "아키텍처"),
            Condition::Memory => self.pick("memory", "메모리"),
            Condition::CpuLimit => self.pick("CPU limit", "CPU 제한"),
            Condition::Mounts => self.pick("mounts", "마운트 방식"),
            Condition::DiskState => self.pick("page cache", "페이지 캐시"),
            Condition::Concurrency => self.pick("concurrency", "동시성 방식"),
            Condition::Touch => self.pick("touch", "갱신 항목"),
            Condition::Payload => self.pick("payload", "페이로드"),
            Condition::Handler => self.pick("whether the handler ran", "핸들러 실행 여부"),
        }
    }

    pub(in crate::render) const fn exclusion(self, reason: Exclusion) -> &'static str {
        match reason {
            Exclusion::FirstStart => self.pick(
                "first start of a subject; it pays for the deploy, the caches and the connection",
                "대상별 첫 시작. 배포, 캐시, 연결 비용이 섞이므로 항상 제외합니다",
            ),
            Exclusion::Unknown => self.pick(
                "no Init or Restore Duration after a touch: a slow or failed init, or a touch that did nothing",
                "설정을 갱신했는데도 Init/Restore Duration이 없음(초기화 지연·실패 또는 갱신이 적용되지 않음)",
            ),
            Exclusion::NoReport => self.pick("no REPORT line in the log's tail", "로그 끝부분에 REPORT 줄이 없음"),
            Exclusion::AfterUnknown => self.pick(
                "follows a cold start that was not counted",
                "집계하지 않은 콜드 스타트에 이어진 호출",
            ),
            Exclusion::UnexpectedCold => self.pick(
                "meant to be warm, but another environment answered with a cold start",
                "웜 스타트여야 하나 다른 실행 환경이 콜드 스타트로 응답함",
            ),
            Exclusion::ProactiveInit => self.pick(
                "init ran before anyone waited for it (proactive initialisation)",
                "호출 전에 미리 초기화됨(사전 초기화)",
            ),
            Exclusion::FunctionError => self.pick(
                "the function answered with an error",
                "함수가 오류로 응답함",
            ),
            Exclusion::CallFailed => self.pick(
                "the call failed or was throttled before the function ran",
                "함수가 실행되기 전에 호출이 실패했거나 스로틀링됨",
            ),
        }
    }

    /// `None` for the only subject: it needs no name.
    pub(in crate::render) const fn arm(self, arm: Arm) -> Option<&'static str> {
        match arm {
            Arm::Before => Some(self.pick("before", "최적화 전")),
            Arm::After => Some(self.pick("after", "최적화 후")),
            Arm::Only => None,
        }
    }
}
