//! What is said of logs as a side of a comparison.

use super::Text;
use crate::results::Kind;

words! {
    observational: "observational", "관찰";
    observed_heading: "Not a controlled experiment: what is known of both sides", "통제된 실험이 아닙니다. 양쪽에 대해 알려진 것";
    observational_note: "Observational, not a controlled experiment: logs tell of starts that happened anyway. Intervals and p cover the chance of sampling alone, not what else changed between the two: code, settings, callers, the time of day.",
        "관찰한 결과이며 통제된 실험이 아닙니다. 로그에는 실제로 일어난 시작만 담겨 있습니다. 구간과 p는 표본의 우연만 반영하며, 그 사이에 달라진 다른 것(코드, 설정, 호출자, 시간대)은 반영하지 않습니다.";
    observational_columns_note: "The changes are observational, not of a controlled experiment: a side is of logs, and whatever else changed is part of them.",
        "변화는 관찰한 것이며 통제된 실험의 결과가 아닙니다. 로그에서 읽은 쪽이 있어, 함께 달라진 다른 것의 영향도 섞여 있습니다.";
    spread_of_after: "Spread of the side after", "최적화 후의 분포";
    of_logs: "logs of what ran, not measured by lambench", "lambench가 측정하지 않은 실제 실행 로그";
    in_logs_order: "not forced: starts as callers caused them", "강제하지 않음: 호출에 따라 일어난 시작";
    half_in_logs_order: "one side not forced: starts as callers caused them; the other in a run of its own", "한쪽은 강제하지 않고 호출에 따라 일어난 시작, 다른 쪽은 별도 실행에서 측정";
    not_known: "not known", "알 수 없음";
    time_span: "time", "기간";
    traffic: "traffic", "호출량";
    cold_share: "cold starts", "콜드 스타트";
    memory_size: "memory size", "메모리 크기";
    mixed_memory: "the memory size is not one and the same throughout a side: the change may come of that",
        "한쪽 안에서도 메모리 크기가 하나가 아니므로 변화가 그 때문일 수 있습니다";
    versions: "versions", "버전";
    logs_cannot_tell: "not in logs: package size, runtime, architecture, payloads, what a caller waited for, and so costs",
        "로그에 없는 것: 패키지 크기, 런타임, 아키텍처, 페이로드, 호출자가 기다린 시간, 따라서 비용도";
    environments_unknown: "the logs don't say which invokes shared an environment: each warm start counts by itself, and their interval may be too narrow",
        "어느 호출이 같은 실행 환경에서 처리되었는지 로그에 없습니다. 웜 스타트를 하나씩 따로 세므로 구간이 실제보다 좁을 수 있습니다";
}

impl Text {
    pub(in crate::render) fn read_from(self, logs: &str) -> String {
        self.say(format!("Read from {logs}"), format!("{logs}에서 읽음"))
    }

    pub(in crate::render) fn until(self, first: &str, last: &str) -> String {
        self.say(format!("{first} to {last}"), format!("{first} ~ {last}"))
    }

    pub(in crate::render) fn invokes(self, invokes: u64, per_hour: Option<&str>) -> String {
        let (en, ko) = per_hour.map_or_else(Default::default, |n| {
            (format!(", {n} per hour"), format!("(시간당 {n}회)"))
        });
        self.say(
            format!("{invokes} invokes{en}"),
            format!("호출 {invokes}회{ko}"),
        )
    }

    pub(in crate::render) fn cold_of(self, share: &str, cold: u64, restores: u64) -> String {
        let (en, ko) = if restores > 0 {
            (
                format!(", {restores} of them restores"),
                format!(", 그중 복원 {restores}회"),
            )
        } else {
            Default::default()
        };
        self.say(
            format!("{share} of invokes ({cold}{en})"),
            format!("호출의 {share}({cold}회{ko})"),
        )
    }

    /// How far both sides fall on the same hours and days.
    pub(in crate::render) fn overlap(self, hours: &str, days: &str, little: bool) -> String {
        let (en, ko) = if little {
            (
                ": they ran at different times, which may be all that there is",
                ". 서로 다른 시간대에 실행되었으므로 변화가 그 때문일 수 있습니다",
            )
        } else {
            ("", "")
        };
        self.say(
            format!("same hours of the day (UTC) {hours}, same days of the week {days}{en}"),
            format!("하루 중 같은 시간대(UTC) {hours}, 같은 요일 {days}{ko}"),
        )
    }

    pub(in crate::render) fn init_failures(self, counts: &str) -> String {
        self.say(
            format!("inits that failed, not counted as starts: {counts}"),
            format!("시작으로 세지 않은 실패한 초기화: {counts}"),
        )
    }

    pub(in crate::render) fn of_all(self, kind: Kind, n: u64, all: u64) -> String {
        match kind {
            Kind::Cold => self.say(
                format!("{n} of {all} cold starts"),
                format!("콜드 {all}회 중 {n}회"),
            ),
            Kind::Warm => self.say(
                format!("{n} of {all} warm starts"),
                format!("웜 {all}회 중 {n}회"),
            ),
        }
    }

    pub(in crate::render) fn sampled_starts(self, counts: &str) -> String {
        self.say(
            format!("an even sample stands for all: {counts}"),
            format!("전체를 대표하는 고른 표본: {counts}"),
        )
    }
}
