//! What is said of logs.

use super::{Text, s_of};
use crate::logs::{By, Fit};

words! {
    duration_title: "Duration", "소요 시간";
    cold_start: "Cold start", "콜드 스타트";
    warm_start: "Warm start", "웜 스타트";
    init: "init", "초기화";
    restore: "restore", "복원";
    billed: "Billed", "청구 시간";
    cold_share_title: "Cold", "콜드";
    cold_p50_title: "Cold p50", "콜드 p50";
    cold_p99_title: "Cold p99", "콜드 p99";
    warm_p50_title: "Warm p50", "웜 p50";
    memory_title: "Memory", "메모리";
    failed_title: "Failed", "실패";
    cost_title: "Cost", "비용";
    begins_title: "From (UTC)", "시작(UTC)";
    all_together: "All together", "전체";
    over_time: "Over time", "시간대별";
    slowest: "Slowest cold starts", "가장 느린 콜드 스타트";
    no_name: "(not named)", "(이름 없음)";
    no_time: "(no time)", "(시각 없음)";
    memory_label: "Memory", "메모리";
    near_limit_label: "Near memory limit", "메모리 한도 근접";
    over_provisioned_label: "Over-provisioned", "메모리 과다 할당";
    ended_label: "Ended badly", "비정상 종료";
    standard_input: "standard input", "표준 입력";
    error: "error", "오류";
    error_words: "errors", "오류";
    timed_out: "timeout", "시간 초과";
    timeout_words: "timeouts", "시간 초과";
    out_of_memory_words: "out of memory", "메모리 부족";
    init_failure: "failed init", "초기화 실패";
    init_failure_words: "failed inits", "초기화 실패";
    prices_label: "Prices", "요금 기준";
    broken_words: "cut or malformed", "잘리거나 깨진 기록";
    filtered_words: "left out by the filters", "필터에서 제외";
    without_time_words: "of those without a time", "그중 시각 없는 기록";
    read_label: "Read", "읽은 양";
    incomplete_note: "Incomplete: it was stopped before all was read. The figures are of what was read until then.",
        "불완전한 결과입니다. 끝까지 읽기 전에 중단되어, 그때까지 읽은 기록만 집계했습니다.";
    percentiles_note: "A percentile past the median is left out (-) where fewer than five values lie above it.",
        "중앙값보다 높은 백분위수는 그보다 큰 값이 5개 미만이면 비워 둡니다(-).";
    histogram_note: "Percentiles of more than 4,096 values come from a histogram: within 0.1% of the value. Where there are more than 16 groups: of more than 1,024, within 1%. Of fewer they are exact, and the maximum always is.",
        "값이 4,096개를 넘으면 백분위수를 히스토그램에서 구하며 오차는 0.1% 이내입니다. 그룹이 16개를 넘으면 1,024개부터 1% 이내입니다. 그보다 적으면 정확한 값이며, 최댓값은 언제나 정확합니다.";
    init_not_billed_note: "Billed Duration holds little or none of the init here: these records are from before August 2025, or from a plan that does not bill it. Today AWS bills init.",
        "이 기록의 청구 시간에는 초기화가 거의 들어 있지 않습니다. 2025년 8월 이전의 기록이거나 초기화를 청구하지 않는 방식입니다. 지금은 AWS가 초기화 시간도 청구합니다.";
    no_cost_note: "No cost: a memory size is missing in the records, or its price is not known.",
        "기록에 메모리 크기가 없거나 요금을 알 수 없어 비용을 구하지 못했습니다.";
    restores_note: "What SnapStart charges for snapshots and restores is not in the cost: logs don't tell the runtime.",
        "SnapStart의 스냅샷 및 복원 요금은 비용에 넣지 않았습니다. 로그에는 런타임이 나오지 않습니다.";
    cold_alone_note: "--cold: warm starts were left out, so the share of cold starts is that of nothing.",
        "--cold로 웜 스타트를 제외했으므로 콜드 스타트 비율은 의미가 없습니다.";
    errors_note: "A handler that raised leaves no trace in a text REPORT: errors of that kind are in JSON records alone.",
        "핸들러에서 난 예외는 텍스트 REPORT에 남지 않습니다. 그런 오류는 JSON 기록에만 있습니다.";
    cold_over_time_title: "Cold starts over time", "시간에 따른 콜드 스타트";
    cold_distribution_title: "How long cold starts take", "콜드 스타트 소요 시간 분포";
    logs_data_note: "The figures as lambench logs --json prints them.", "lambench logs --json이 출력하는 것과 같은 데이터입니다.";
    cold_start_share: "Cold starts", "콜드 스타트 비율";
    median_cold: "Median cold start", "콜드 스타트 중앙값";
    in_all: "In all", "요약";
    groups_title: "Groups", "그룹";
}

impl Text {
    pub(in crate::render) const fn by_title(self, by: By) -> &'static str {
        match by {
            By::Function => self.function_title(),
            By::Group => self.pick("Log group", "로그 그룹"),
            By::Stream => self.pick("Log stream", "로그 스트림"),
            By::Version => self.version_title(),
            By::File => self.pick("File", "파일"),
        }
    }

    pub(in crate::render) fn groups(self, n: usize, by: By) -> String {
        let (en, ko) = match by {
            By::Function => ("functions", "함수"),
            By::Group => ("log groups", "로그 그룹"),
            By::Stream => ("log streams", "로그 스트림"),
            By::Version => ("versions", "버전"),
            By::File => ("files", "파일"),
        };
        self.say(format!("{n} {en}"), format!("{ko} {n}개"))
    }

    pub(in crate::render) fn logs_title(
        self,
        of: &str,
        invokes: &str,
        n: u64,
        cold: &str,
        share: &str,
    ) -> String {
        let s = s_of(n);
        let of_all = if share.is_empty() {
            String::new()
        } else {
            format!("({share})")
        };
        self.say(
            format!("{of}: {invokes} invoke{s}, {cold} cold {of_all}"),
            format!("{of}: 호출 {invokes}회, 콜드 스타트 {cold}회{of_all}"),
        )
    }

    pub(in crate::render) fn first_to_last(self, first: &str, last: &str) -> String {
        if first == last {
            return format!("{first} UTC");
        }
        self.say(
            format!("{first} to {last} UTC"),
            format!("{first} ~ {last} UTC"),
        )
    }

    pub(in crate::render) fn more_groups(self, n: usize) -> String {
        self.say(
            format!("{n} more: --json and --csv have all of them."),
            format!("그 외 {n}개가 더 있습니다. --json과 --csv로 모두 볼 수 있습니다."),
        )
    }

    pub(in crate::render) fn cold_over_time(self, most: &str, slot: &str) -> String {
        self.say(
            format!("Share of cold starts over time, up to {most}; a sign is {slot}"),
            format!("시간에 따른 콜드 스타트 비율(최대 {most}, 한 칸은 {slot})"),
        )
    }

    pub(in crate::render) fn days(self, n: u64) -> String {
        self.say(format!("{n} d"), format!("{n}일"))
    }

    pub(in crate::render) fn hours(self, n: f64) -> String {
        let n = short(n);
        self.say(format!("{n} h"), format!("{n}시간"))
    }

    pub(in crate::render) fn minutes(self, n: f64) -> String {
        let n = short(n);
        self.say(format!("{n} min"), format!("{n}분"))
    }

    pub(in crate::render) fn memory_use(
        self,
        used_mb: u32,
        size_mb: u32,
        fit: Fit,
        several: bool,
    ) -> String {
        let percent = (f64::from(used_mb) / f64::from(size_mb) * 100.0).round();
        let used = self.say(
            format!("at most {used_mb} of {size_mb} MB ({percent}%)"),
            format!("{size_mb} MB 중 최대 {used_mb} MB({percent}%)"),
        );
        let advice = match fit {
            Fit::Fits => return used,
            Fit::NearLimit => self.pick(": near the limit", ", 한도에 가깝습니다"),
            Fit::OverProvisioned if several => self.pick(": over-provisioned", ", 과다 할당입니다"),
            Fit::OverProvisioned => self.pick(
                ": over-provisioned. Less memory is also less CPU: measure before it is cut",
                ", 과다 할당입니다. 메모리를 줄이면 CPU도 줄어드니 줄이기 전에 측정해 보십시오",
            ),
        };
        used + advice
    }

    /// Names, the first few of them.
    pub(in crate::render) fn some_of(self, names: &[String]) -> String {
        const FEW: usize = 5;
        let first = names[..names.len().min(FEW)].join(", ");
        match names.len().saturating_sub(FEW) {
            0 => first,
            n => self.say(format!("{first} and {n} more"), format!("{first} 외 {n}개")),
        }
    }

    pub(in crate::render) fn so_many(self, n: &str, of: &str) -> String {
        self.say(format!("{n} {of}"), format!("{of} {n}건"))
    }

    pub(in crate::render) fn logs_cost(
        self,
        all: &str,
        init: Option<(String, String)>,
        [cold, warm]: [Option<String>; 2],
    ) -> String {
        let (mut en, mut ko) = (all.to_owned(), all.to_owned());
        if let Some((usd, share)) = init {
            en = format!("{en}, of which init {usd} ({share})");
            ko = format!("{ko}, 그중 초기화 {usd}({share})");
        }
        let (en_per, ko_per): (Vec<String>, Vec<String>) =
            [(cold, "cold", "콜드"), (warm, "warm", "웜")]
                .into_iter()
                .filter_map(|(usd, en, ko)| {
                    let usd = usd?;
                    Some((format!("{usd} {en}"), format!("{ko} {usd}")))
                })
                .unzip();
        self.say(
            format!("{en}; per million starts {}", en_per.join(", ")),
            format!("{ko}. 100만 회당 {}", ko_per.join(", ")),
        )
    }

    pub(in crate::render) fn price_basis(
        self,
        region: &str,
        architecture: &str,
        as_of: &str,
        assumed: bool,
    ) -> String {
        let (en, ko) = if assumed {
            (
                "; assumed where not given, as logs don't tell (--region, --arch)",
                ". 로그에 없는 정보는 가정한 것입니다(--region, --arch로 지정)",
            )
        } else {
            ("", "")
        };
        self.say(
            format!("{region}, {architecture}, list prices of {as_of}{en}"),
            format!("{region}, {architecture}, {as_of} 정가{ko}"),
        )
    }

    pub(in crate::render) fn read(self, sources: usize, amount: &str) -> String {
        let s = s_of(sources);
        self.say(
            format!("{sources} source{s}, {amount}"),
            format!("{sources}개, {amount}"),
        )
    }

    pub(in crate::render) fn unread_note(self, n: usize) -> String {
        let s = s_of(n);
        self.say(
            format!("{n} source{s} could not be read, or not to the end: see the errors. What came before counts."),
            format!("{n}개는 읽지 못했거나 끝까지 읽지 못했습니다(오류 참고). 그 전까지의 기록은 집계했습니다."),
        )
    }

    pub(in crate::render) fn untimed_note(self, n: &str) -> String {
        self.say(
            format!(
                "{n} of the invokes bear no time: they are in all figures but those over time."
            ),
            format!("시각이 없는 호출 {n}회는 시간에 따른 수치를 뺀 모든 수치에 들어 있습니다."),
        )
    }

    pub(in crate::render) fn others_note(self, most: usize) -> String {
        self.say(
            format!("Past {most} groups (and pieces of time) all others are counted as one, (others): use a wider --bucket or another --by."),
            format!("그룹(과 시간대)이 {most}개를 넘으면 나머지는 (others) 하나로 집계합니다. --bucket을 넓히거나 --by를 바꾸십시오."),
        )
    }

    pub(in crate::render) fn reading(
        self,
        read: &str,
        speed: &str,
        left: Option<(String, u64)>,
    ) -> String {
        match left {
            Some((total, s)) => self.say(
                format!("{read} of {total}, {speed}/s, {s} s left"),
                format!("{total} 중 {read}, 초당 {speed}, {s}초 남음"),
            ),
            None => self.say(
                format!("{read} read, {speed}/s"),
                format!("{read} 읽음, 초당 {speed}"),
            ),
        }
    }

    pub(in crate::render) fn read_in(self, read: &str, seconds: f64, speed: &str) -> String {
        self.say(
            format!("read {read} in {seconds:.2} s, {speed}/s"),
            format!("{read}를 {seconds:.2}초에 읽음, 초당 {speed}"),
        )
    }

    pub(in crate::render) fn slot_says(
        self,
        from: &str,
        cold: &str,
        invokes: &str,
        share: &str,
    ) -> String {
        self.say(
            format!("{from}: {cold} of {invokes} cold, {share}"),
            format!("{from}: {invokes}회 중 콜드 {cold}회, {share}"),
        )
    }

    pub(in crate::render) fn over_time_note(self, slot: &str) -> String {
        self.say(
            format!("The share of cold starts among the invokes of each slot of {slot}, times in UTC. Point at a bar for its figures."),
            format!("{slot} 단위로 호출 중 콜드 스타트가 차지하는 비율입니다(UTC). 막대를 가리키면 수치가 나옵니다."),
        )
    }

    pub(in crate::render) fn distribution_note(self, beyond: &str) -> String {
        let (en, ko) = if beyond == "0" {
            (String::new(), String::new())
        } else {
            (
                format!(" The last bar holds {beyond} that took longer than the axis reaches."),
                format!(" 마지막 막대에는 축을 벗어난 {beyond}회가 들어 있습니다."),
            )
        };
        self.say(
            format!("How many cold starts (init or restore, and handler) took how long. The line is the median.{en}"),
            format!("콜드 스타트(초기화 또는 복원과 핸들러)가 얼마나 걸렸는지를 횟수로 나타냈습니다. 선은 중앙값입니다.{ko}"),
        )
    }

    pub(in crate::render) fn counted_by(self, version: &str) -> String {
        self.say(
            format!("Counted by lambench {version}. This page loads nothing and runs no script."),
            format!("lambench {version}(으)로 집계했습니다. 이 페이지는 외부에서 아무것도 불러오지 않으며 스크립트도 실행하지 않습니다."),
        )
    }
}

/// At most one decimal, and none that tells nothing.
fn short(x: f64) -> String {
    let written = format!("{x:.1}");
    written.strip_suffix(".0").unwrap_or(&written).to_owned()
}
