//! What stands below a report: what its figures mean, and how far they go.

use super::Text;
use crate::config::Lang;
use crate::results::Arm;

words! {
    medians_note: "Figures are medians; max memory is the largest seen. A cold start is init (or restore) and handler.",
        "수치는 중앙값이며, 최대 메모리는 관측된 최댓값입니다. 콜드 스타트는 초기화(또는 복원)와 핸들러 시간을 더한 값입니다.";
    spread_note: "Max memory is the largest seen. A cold start is init (or restore) and handler together.",
        "최대 메모리는 관측된 최댓값입니다. 콜드 스타트는 초기화(또는 복원)와 핸들러 시간을 더한 값입니다.";
    p95_note: "p95 is left out (-) where too few starts were measured to tell.",
        "측정 횟수가 적어 알 수 없는 p95는 비워 둡니다(-).";
    sandbox_note: "The sandbox shows the direction and size of a change, not AWS's milliseconds.",
        "샌드박스는 변화의 방향과 크기를 보여 줄 뿐, AWS에서의 실제 밀리초 값은 아닙니다.";
    interleaved_note: "Before and after were measured alternately in the same run.",
        "최적화 전과 후를 같은 실행에서 번갈아 측정했습니다.";
    around_note: "Before and after were not interleaved: all of before, then the command of --around, then all of after. A drift of the machine or the region in between is part of the change.",
        "최적화 전과 후를 번갈아 측정하지 않았습니다. 최적화 전을 모두 측정하고 --around 명령을 실행한 뒤 최적화 후를 측정했으므로, 그 사이에 환경이 달라졌다면 그 영향도 변화에 섞여 있습니다.";
    no_handler_note: "--no-handler: a wrapper loaded the handler's module and answered {}. Nothing of the handler ran: these are inits, and warm starts are of the wrapper.",
        "--no-handler: 래퍼가 핸들러의 모듈만 불러오고 {}로 응답했습니다. 핸들러는 실행되지 않았으므로 초기화만 측정한 값이며, 웜 스타트는 래퍼의 값입니다.";
}

impl Text {
    pub(in crate::render) fn range(self, ranges: &[(Arm, String, String)]) -> String {
        let en = |(arm, low, high): &(Arm, String, String)| {
            let arm = Text(Lang::En)
                .arm(*arm)
                .map_or_else(String::new, |arm| format!(" {arm}"));
            format!("{low} to {high}{arm}")
        };
        let ko = |(arm, low, high): &(Arm, String, String)| {
            let arm = Text(Lang::Ko)
                .arm(*arm)
                .map_or_else(String::new, |arm| format!("{arm} "));
            format!("{arm}{low} ~ {high}")
        };
        self.say(
            format!(
                "Cold starts ranged from {}.",
                ranges.iter().map(en).collect::<Vec<_>>().join(" and from ")
            ),
            format!(
                "콜드 스타트 범위: {}.",
                ranges.iter().map(ko).collect::<Vec<_>>().join(", ")
            ),
        )
    }

    pub(in crate::render) fn costs_note(self, region: &str) -> String {
        self.say(
            format!("Costs are list prices of {region}, requests included."),
            format!("비용은 {region}의 정가 기준이며 요청 요금을 포함합니다."),
        )
    }

    pub(in crate::render) fn own_prices_note(self, list: &str) -> String {
        self.say(
            format!("Costs are reckoned with your own prices ({list}), requests included."),
            format!("비용은 직접 지정한 가격표({list}) 기준이며 요청 요금을 포함합니다."),
        )
    }

    pub(in crate::render) fn indicative_note(self, earlier: &str) -> String {
        self.say(
            format!("Before is indicative: it was measured {earlier}, not in the same run, and the same function can drift by more than 10% from day to day."),
            format!("최적화 전 수치는 참고용입니다. 같은 실행이 아니라 {earlier} 측정한 값이며, 같은 함수라도 날마다 10% 넘게 달라질 수 있습니다."),
        )
    }
}
