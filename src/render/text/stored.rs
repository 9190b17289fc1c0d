//! What is said about stored results: comparisons of several, lists, and what became of them.

use super::{Text, s_of};

impl Text {
    pub(in crate::render) const fn baseline_title(self) -> &'static str {
        self.pick("Baseline", "기준 측정")
    }

    pub(in crate::render) const fn result_title(self) -> &'static str {
        self.pick("Result", "측정 결과")
    }

    pub(in crate::render) const fn cold_title(self) -> &'static str {
        self.pick("Cold start", "콜드 스타트")
    }

    pub(in crate::render) const fn age_title(self) -> &'static str {
        self.pick("Age", "경과")
    }

    pub(in crate::render) const fn version_title(self) -> &'static str {
        self.pick("Version", "버전")
    }

    pub(in crate::render) const fn no_baselines(self) -> &'static str {
        self.pick(
            "No baselines yet: `lambench run --save-baseline NAME` stores one.",
            "저장한 기준 측정이 없습니다. `lambench run --save-baseline 이름`으로 저장합니다.",
        )
    }

    pub(in crate::render) const fn no_results(self) -> &'static str {
        self.pick(
            "No results yet: `lambench run` keeps what it measures.",
            "저장한 측정 결과가 없습니다. `lambench run`이 측정한 결과를 저장합니다.",
        )
    }

    pub(in crate::render) const fn baselines_note(self) -> &'static str {
        self.pick(
            "Each is .lambench/baselines/NAME.json; it can be committed, or kept by a pipeline.",
            "각 기준 측정은 .lambench/baselines/이름.json 파일이며, 커밋하거나 CI에 보관할 수 있습니다.",
        )
    }

    pub(in crate::render) const fn uncertain_note(self) -> &'static str {
        self.pick(
            "~ is where nothing can be said: p of the rank test is not below its level.",
            "~는 변화가 있다고 말할 수 없다는 뜻입니다(순위 검정의 p가 유의 수준보다 낮지 않음).",
        )
    }

    pub(in crate::render) const fn indicative_columns_note(self) -> &'static str {
        self.pick(
            "The changes are indicative: the results are of different runs, and the same function can drift by more than 10% from day to day.",
            "변화는 참고용입니다. 서로 다른 실행에서 측정했으며, 같은 함수라도 날마다 10% 넘게 달라질 수 있습니다.",
        )
    }

    pub(in crate::render) const fn stopped_note(self) -> &'static str {
        self.pick(
            "* The run was stopped before its plan was done.",
            "* 계획을 마치기 전에 중단된 측정입니다.",
        )
    }

    pub(in crate::render) fn result_of(self, id: &str) -> String {
        self.say(format!("result {id}"), format!("측정 결과 {id}"))
    }

    pub(in crate::render) fn compared(self, results: usize) -> String {
        self.say(
            format!("{results} results compared with the first"),
            format!("측정 결과 {results}개를 첫 번째와 비교"),
        )
    }

    /// As [`Text::age`], for a narrow column.
    pub(in crate::render) fn short_age(self, seconds: i64) -> String {
        match span(seconds) {
            None => self.pick("now", "방금").to_owned(),
            Some((en, ko)) => {
                let (n, unit) = en.split_once(' ').unwrap_or((&en, ""));
                let unit = match unit {
                    "minute" | "minutes" => "min",
                    "hour" | "hours" => "h",
                    "day" | "days" => "d",
                    _ => "mo",
                };
                self.say(format!("{n} {unit}"), ko)
            }
        }
    }

    pub(in crate::render) fn baseline_replaced(self, name: &str, was: &str) -> String {
        self.say(
            format!("baseline {name} is replaced; it was {was}"),
            format!("기준 측정 {name}을(를) 새로 저장했습니다. 이전 것: {was}"),
        )
    }

    pub(in crate::render) fn baseline_deleted(self, name: &str, file: &str) -> String {
        self.say(
            format!("deleted baseline {name} ({file})"),
            format!("기준 측정 {name} 삭제({file})"),
        )
    }

    pub(in crate::render) fn to_prune(self, results: usize, size: &str) -> String {
        let s = s_of(results);
        self.say(
            format!("delete {results} result{s} and what was logged of their runs ({size})? [y/N]"),
            format!("측정 결과 {results}개와 실행 기록({size})을 삭제할까요? [y/N]"),
        )
    }

    pub(in crate::render) fn pruned(self, results: usize, size: &str, left: usize) -> String {
        let s = s_of(results);
        self.say(
            format!("deleted {results} result{s}, {size} freed; {left} left"),
            format!("측정 결과 {results}개를 삭제해 {size}를 확보했습니다. 남은 결과 {left}개"),
        )
    }

    pub(in crate::render) fn nothing_to_prune(self, left: usize) -> String {
        self.say(
            format!("nothing to delete; {left} left"),
            format!("삭제할 결과가 없습니다. 남은 결과 {left}개"),
        )
    }

    pub(in crate::render) fn stored_baseline(self, name: &str) -> String {
        self.say(
            format!("baseline \"{name}\""),
            format!("기준 측정(baseline) \"{name}\""),
        )
    }

    pub(in crate::render) fn stored_result(self, id: &str) -> String {
        self.say(
            format!("earlier result {id}"),
            format!("이전 측정 결과 {id}"),
        )
    }

    pub(in crate::render) fn measured_at(self, earlier: &str, at: &str) -> String {
        self.say(
            format!("measured {earlier} ({at})"),
            format!("{earlier} 측정({at})"),
        )
    }

    pub(in crate::render) fn measured_on(self, at: &str) -> String {
        self.say(format!("measured {at}"), format!("{at} 측정"))
    }

    /// How long ago, in the largest unit that is at least one.
    pub(in crate::render) fn age(self, seconds: i64) -> String {
        match span(seconds) {
            None => self.pick("just now", "조금 전").to_owned(),
            Some((en, ko)) => self.say(format!("{en} ago"), format!("{ko} 전")),
        }
    }

    /// How long before the other one; after it if that is negative.
    pub(in crate::render) fn earlier(self, seconds: i64) -> String {
        match span(seconds.abs()) {
            None => self
                .pick("at about the same time", "비슷한 때에")
                .to_owned(),
            Some((en, ko)) if seconds > 0 => {
                self.say(format!("{en} earlier"), format!("{ko} 먼저"))
            }
            Some((en, ko)) => self.say(format!("{en} later"), format!("{ko} 뒤에")),
        }
    }
}

/// Seconds in the largest unit that is at least one, in both languages; none for less than a minute.
fn span(seconds: i64) -> Option<(String, String)> {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    const MONTH: i64 = 30 * DAY;
    let (n, unit, ko) = match seconds {
        ..MINUTE => return None,
        MINUTE..HOUR => (seconds / MINUTE, "minute", "분"),
        HOUR..DAY => (seconds / HOUR, "hour", "시간"),
        DAY..MONTH => (seconds / DAY, "day", "일"),
        _ => (seconds / MONTH, "month", "개월"),
    };
    let plural = s_of(n);
    Some((format!("{n} {unit}{plural}"), format!("{n}{ko}")))
}
