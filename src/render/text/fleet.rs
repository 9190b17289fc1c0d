//! What is said of many functions.

use super::{Text, s_of};

words! {
    failed: "failed", "실패";
    not_measured: "Not measured", "측정하지 못함";
    fleet_note: "Cold starts (init or restore, and handler), medians. The mean change is the geometric one. Each function's whole result is kept in .lambench/results/.",
        "콜드 스타트(초기화 또는 복원과 핸들러)의 중앙값입니다. 평균 변화는 기하평균입니다. 함수별 전체 결과는 .lambench/results/에 있습니다.";
}

impl Text {
    pub(in crate::render) fn fleet_heading(self, functions: usize) -> String {
        let s = s_of(functions);
        self.say(
            format!("Cold starts of {functions} function{s}"),
            format!("함수 {functions}개의 콜드 스타트"),
        )
    }

    pub(in crate::render) fn reading_tags(self, functions: usize, seconds: usize) -> String {
        self.say(
            format!("reading the tags of {functions} functions, about {seconds} s"),
            format!("함수 {functions}개의 태그를 읽는 중(약 {seconds}초)"),
        )
    }

    pub(in crate::render) fn mean_of(self, functions: usize) -> String {
        self.say(
            format!("Mean of {functions}"),
            format!("{functions}개 평균"),
        )
    }
}
