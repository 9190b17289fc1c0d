//! Every string that a person reads, in English and Korean side by side. Machine forms are not here: they are never
//! translated.

/// Words without figures: a method for each, named for what it says.
macro_rules! words {
    ($($name:ident: $en:literal, $ko:literal;)+) => {
        impl Text {
            $(pub(in crate::render) const fn $name(self) -> &'static str {
                self.pick($en, $ko)
            })+
        }
    };
}

mod announce;
mod budgets;
mod checklist;
mod cloud_logs;
mod conditions;
mod explain;
mod exports;
mod fleet;
mod found;
mod html;
mod icicle;
mod inspect;
mod left_over;
mod logs;
mod look;
mod names;
mod notes;
mod observed;
mod plan;
mod profile;
mod progress;
mod reachability;
mod self_test;
mod sentences;
mod stored;
mod verdict;

use crate::config::Lang;
use crate::results::{EndpointKind, Kind, SubjectResult};

use super::layout::clean;

/// The words of one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text(pub(super) Lang);

words! {
    // The table
    metric_title: "Metric", "메트릭";
    before_title: "Before", "최적화 전";
    after_title: "After", "최적화 후";
    change_title: "Change", "변화";
    median_title: "Median", "중앙값";
    min_title: "Min", "최소";
    max_title: "Max", "최대";
    indicative: "indicative", "참고용";
    same: "same", "동일";
    new_version: "new", "신규";
    new_layers: "new", "신규";
    no_layers: "none", "없음";
    // Labels
    subject: "Subject", "측정 대상";
    plan: "Plan", "계획";
    changes: "Changes", "변경 사항";
    saved: "Saved:", "저장 위치:";
    warnings: "Warnings", "주의";
    not_counted: "Not counted", "집계에서 제외";
    spread_heading: "Spread of this run", "이번 측정의 분포";
    and: " and ", ", ";
    strip_heading: "Every cold start, from the fastest to the slowest", "모든 콜드 스타트, 빠른 것부터 느린 것까지";
    function_title: "Function", "함수";
}

impl Text {
    pub(super) const fn pick(self, en: &'static str, ko: &'static str) -> &'static str {
        match self.0 {
            Lang::En => en,
            Lang::Ko => ko,
        }
    }

    fn say(self, en: String, ko: String) -> String {
        match self.0 {
            Lang::En => en,
            Lang::Ko => ko,
        }
    }

    pub(super) fn seconds(self, figure: &str) -> String {
        self.say(format!("{figure} s"), format!("{figure}초"))
    }

    pub(super) fn title(self, function: &str, pair: bool, of: &SubjectResult) -> String {
        let (place, ko_place) = match (of.endpoint, &of.endpoint_url) {
            (EndpointKind::Sandbox, _) => ("on the sandbox".into(), "샌드박스".into()),
            (EndpointKind::Logs, _) => ("from logs".into(), "로그".into()),
            (EndpointKind::Aws, None) => ("on AWS".into(), "AWS".into()),
            (EndpointKind::Aws, Some(url)) => (format!("on {}", clean(url)), clean(url)),
        };
        if pair {
            self.say(
                format!("{function}: cold starts before and after, {place}"),
                format!("{function}: 최적화 전후 콜드 스타트 비교({ko_place})"),
            )
        } else {
            self.say(
                format!("{function}: cold starts {place}"),
                format!("{function}: 콜드 스타트 측정({ko_place})"),
            )
        }
    }

    pub(super) fn excluded(self, kind: Kind, count: u64) -> String {
        match kind {
            Kind::Cold => self.say(format!("{count} cold"), format!("콜드 {count}회")),
            Kind::Warm => self.say(format!("{count} warm"), format!("웜 {count}회")),
        }
    }

    /// Why a run stopped is an error's own words, except where it was the user.
    pub(super) fn stopped(self, why: &str) -> String {
        let ko = self.told(why);
        self.say(
            format!("Stopped before the plan was done: {why}. The figures are of what there is."),
            format!("계획을 마치기 전에 중단됨: {ko}. 위 수치는 중단 전까지 측정한 결과입니다."),
        )
    }
}

/// The `s` of an English plural.
pub(super) fn s_of<N: Copy + PartialEq + From<u8>>(count: N) -> &'static str {
    if count == N::from(1) { "" } else { "s" }
}
