//! What the page of `lambench report` says beyond the report on a terminal.

use super::{Text, s_of};

words! {
    table_title: "Figures", "측정 결과";
    every_cold_start: "Every cold start", "모든 콜드 스타트";
    strip_note: "A mark for each cold start that was counted. The line is the median, the band its interval.",
        "집계한 콜드 스타트를 하나씩 표시했습니다. 선은 중앙값, 띠는 중앙값의 신뢰 구간입니다.";
    course_title: "In the order in which they were measured", "측정 순서에 따른 변화";
    warm_distribution: "Warm starts", "웜 스타트 분포";
    warm_note: "How many warm starts took how long. The line is the median, the band its interval.",
        "웜 스타트가 얼마나 걸렸는지를 횟수로 나타냈습니다. 선은 중앙값, 띠는 중앙값의 신뢰 구간입니다.";
    parts_title: "What a cold start is made of", "콜드 스타트의 구성";
    parts_note: "Medians of each part; they need not add up to the median of the whole. Platform is what the client waits beyond the function's own time.",
        "각 부분의 중앙값이므로 합이 전체의 중앙값과 다를 수 있습니다. 플랫폼은 함수 자체 시간 외에 클라이언트가 기다린 시간입니다.";
    platform: "platform", "플랫폼";
    init_or_restore: "init or restore", "초기화 또는 복원";
    sizes_title: "What has to be downloaded", "내려받는 크기";
    sizes_note: "Zipped sizes. 1 KB is 1024 bytes.", "압축된 크기이며, 1 KB는 1024바이트입니다.";
    budgets: "Budgets", "예산";
    budget_title: "Fails if", "실패 조건";
    to_know: "What the figures mean", "수치를 읽는 법";
    data_title: "Data", "원본 데이터";
    data_note: "The result file, with every sample. lambench compare and lambench report read it.",
        "모든 측정값이 담긴 결과 파일입니다. lambench compare와 lambench report로 다시 읽을 수 있습니다.";
    begun_title: "Measured", "측정 시각";
    overview_note: "Median cold starts (init or restore, and handler).", "콜드 스타트(초기화 또는 복원과 핸들러)의 중앙값입니다.";
    stopped_short: "stopped", "중단됨";
    nothing_measured: "No cold start was counted.", "집계된 콜드 스타트가 없습니다.";
}

impl Text {
    pub(in crate::render) fn several_title(self, n: usize) -> String {
        self.say(
            format!("Cold starts: {n} results"),
            format!("콜드 스타트: 측정 결과 {n}개"),
        )
    }

    pub(in crate::render) fn when(self, at: &str, id: &str) -> String {
        self.say(
            format!("Measured {at}, result {id}"),
            format!("{at} 측정, 결과 {id}"),
        )
    }

    pub(in crate::render) fn measured_alone(
        self,
        median: &str,
        (low, high): (&str, &str),
        n: usize,
    ) -> String {
        let s = s_of(n);
        self.say(
            format!(
                "A cold start takes {median}: the median of {n} start{s} from {low} to {high}."
            ),
            format!(
                "콜드 스타트는 {median}입니다. {n}회의 중앙값이며 범위는 {low} ~ {high}입니다."
            ),
        )
    }

    /// A row of a plot in words.
    pub(in crate::render) fn row_told(
        self,
        name: &str,
        median: &str,
        interval: Option<(&str, &str)>,
        (low, high): (&str, &str),
        n: usize,
    ) -> String {
        let (en, ko) = interval.map_or_else(Default::default, |(from, to)| {
            (
                format!(" (interval {from} to {to})"),
                format!("(신뢰 구간 {from} ~ {to})"),
            )
        });
        self.say(
            format!("{name}: median {median}{en}, {n} from {low} to {high}"),
            format!("{name}: 중앙값 {median}{ko}, {n}회, 범위 {low} ~ {high}"),
        )
    }

    pub(in crate::render) fn so_many_between(self, n: usize, low: &str, high: &str) -> String {
        self.say(
            format!("{n} from {low} to {high}"),
            format!("{low} ~ {high}: {n}회"),
        )
    }

    pub(in crate::render) fn course_note(self, in_a_row: usize, own_runs: bool) -> String {
        let (en, ko) = if own_runs {
            (
                " Each of the two in its own run, from its first start on.",
                " 두 측정은 서로 다른 실행이므로 각각 첫 시작부터 나란히 그렸습니다.",
            )
        } else {
            ("", "")
        };
        self.say(
            format!("Cold starts from the first to the last; the line is the median of {in_a_row} in a row. A line that climbs or falls is a drift. What has no figure stands below the axis.{en}"),
            format!("첫 콜드 스타트부터 순서대로 그렸고, 선은 연속 {in_a_row}회의 중앙값입니다. 선이 오르내리면 측정 환경이 변한 것입니다. 수치가 없는 호출은 축 아래에 표시했습니다.{ko}"),
        )
    }

    pub(in crate::render) fn not_counted_key(self, n: usize) -> String {
        self.say(format!("not counted ({n})"), format!("집계 제외({n}회)"))
    }

    pub(in crate::render) fn download(self, size: &str) -> String {
        self.say(
            format!("Download the raw data (JSON, {size})"),
            format!("원본 데이터 내려받기(JSON, {size})"),
        )
    }

    /// As `written_by`, of a page with a chart to go about in.
    pub(in crate::render) fn charted_by(self, version: &str) -> String {
        self.say(
            format!("Measured with lambench {version}. This page loads nothing; its one script only moves the chart."),
            format!("lambench {version}(으)로 측정했습니다. 이 페이지는 외부에서 아무것도 불러오지 않으며, 스크립트는 차트를 움직이는 데만 쓰입니다."),
        )
    }

    pub(in crate::render) fn written_by(self, version: &str) -> String {
        self.say(
            format!("Measured with lambench {version}. This page loads nothing and runs no script."),
            format!("lambench {version}(으)로 측정했습니다. 이 페이지는 외부에서 아무것도 불러오지 않으며 스크립트도 실행하지 않습니다."),
        )
    }

    pub(in crate::render) fn page_written(self, path: &str) -> String {
        self.say(format!("Written: {path}"), format!("저장 위치: {path}"))
    }
}
