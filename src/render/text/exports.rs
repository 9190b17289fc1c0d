//! What the forms of `--export` say to people: pull requests, job summaries, annotations.

use super::{Text, s_of};
use crate::results::Verdict;

impl Text {
    pub(in crate::render) const fn verdict(self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Improved => self.pick("improved", "개선"),
            Verdict::Passed => self.pick("passed", "통과"),
            Verdict::Inconclusive => self.pick("inconclusive", "판정 불가"),
            Verdict::Regressed => self.pick("regressed", "악화"),
        }
    }

    pub(in crate::render) const fn exported_title(self) -> &'static str {
        self.pick("Cold starts", "콜드 스타트")
    }

    pub(in crate::render) const fn nothing_judged(self) -> &'static str {
        self.pick("measured; nothing was judged", "측정만 함(판정 없음)")
    }

    pub(in crate::render) const fn details(self) -> &'static str {
        self.pick("How it was measured", "측정 방법")
    }

    pub(in crate::render) fn could_not_be_measured(self, why: &str) -> String {
        self.say(
            format!("could not be measured: {why}"),
            format!("측정하지 못함: {why}"),
        )
    }

    pub(in crate::render) fn more_pairs(self, pairs: u32) -> String {
        let s = s_of(pairs);
        self.say(
            format!("about {pairs} more pair{s} would decide"),
            format!("약 {pairs}쌍을 더 측정하면 판정할 수 있습니다"),
        )
    }

    /// What had to be left out of a text that may only be so long.
    pub(in crate::render) fn left_out(self, tables: usize, details: usize, lines: usize) -> String {
        let counted = |n: usize, one: &str, many: &str| match n {
            0 => None,
            1 => Some(format!("1 {one}")),
            n => Some(format!("{n} {many}")),
        };
        let en: Vec<String> = [
            counted(lines, "function", "functions"),
            counted(tables, "table", "tables"),
            counted(details, "section of details", "sections of details"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let ko: Vec<String> = [("함수", lines), ("표", tables), ("상세 내용", details)]
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .map(|(what, n)| format!("{what} {n}개"))
            .collect();
        self.say(
            format!(
                "Left out, to fit a comment: {}. The result files hold everything.",
                en.join(", ")
            ),
            format!(
                "댓글 길이 제한 때문에 생략: {}. 전체 내용은 결과 파일에 있습니다.",
                ko.join(", ")
            ),
        )
    }
}
