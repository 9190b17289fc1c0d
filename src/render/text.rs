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

mod budgets;
mod checklist;
mod cloud_logs;
mod explain;
mod exports;
mod found;
mod html;
mod icicle;
mod inspect;
mod left_over;
mod logs;
mod look;
mod names;
mod observed;
mod plan;
mod profile;
mod reachability;
mod self_test;
mod sentences;
mod stored;
mod verdict;

use crate::config::Lang;
use crate::results::{Arm, EndpointKind, Kind, SubjectResult};

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
    place: "Where", "측정 환경";
    subject: "Subject", "측정 대상";
    runtime: "Runtime", "런타임";
    function: "Function", "함수 설정";
    mounts: "Package", "패키지";
    starts: "Starts", "측정 횟수";
    order: "Order", "측정 순서";
    differs: "Differs", "다른 조건";
    plan: "Plan", "계획";
    changes: "Changes", "변경 사항";
    saved: "Saved:", "저장 위치:";
    warnings: "Warnings", "주의";
    not_counted: "Not counted", "집계에서 제외";
    spread_heading: "Spread of this run", "이번 측정의 분포";
    and: " and ", ", ";
    strip_heading: "Every cold start, from the fastest to the slowest", "모든 콜드 스타트, 빠른 것부터 느린 것까지";
    // Conditions
    function_name: "function", "함수";
    handler: "handler", "핸들러";
    timeout: "timeout", "제한 시간";
    machine: "machine", "측정 컴퓨터";
    read_only_mounts: "read-only bind mounts", "읽기 전용 바인드 마운트";
    search_paths: "search paths, not mounted", "마운트 없이 검색 경로로 제공";
    cpu_not_limited: "CPU not limited", "CPU 제한 없음";
    serial: "one invoke at a time", "한 번에 하나씩 호출";
    // Many functions
    function_title: "Function", "함수";
    failed: "failed", "실패";
    not_measured: "Not measured", "측정하지 못함";
    fleet_note: "Cold starts (init or restore, and handler), medians. The mean change is the geometric one. Each function's whole result is kept in .lambench/results/.",
        "콜드 스타트(초기화 또는 복원과 핸들러)의 중앙값입니다. 평균 변화는 기하평균입니다. 함수별 전체 결과는 .lambench/results/에 있습니다.";
    // Footnotes
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
    will_not_handle: "a wrapper loads the handler's module and answers {}: nothing of the handler is run",
        "래퍼가 핸들러의 모듈만 불러오고 {}로 응답합니다. 핸들러는 실행하지 않습니다";
    one_after_the_other: "before, then after", "최적화 전을 모두 측정한 뒤 최적화 후 측정";
    // Progress
    cold_starts: "cold starts", "콜드 스타트";
    deleted_at_end: "created in the sandbox for this run and deleted at the end; nothing outside it is changed",
        "이번 측정을 위해 샌드박스에 만들었다가 끝나면 삭제합니다. 샌드박스 밖은 아무것도 바뀌지 않습니다";
    staged_on_aws: "functions are created for this run and deleted at the end",
        "이번 측정을 위해 함수를 만들었다가 끝나면 삭제합니다";
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

    pub(super) fn on_sandbox(self, machine: &str, region: Option<&str>) -> String {
        let (en, ko) = region.map_or_else(Default::default, |region| {
            (
                format!("; prices of {region}"),
                format!(", 요금은 {region} 기준"),
            )
        });
        self.say(
            format!("sandbox, the Lambda embedded in lambench, on this machine ({machine}){en}"),
            format!("샌드박스: lambench에 내장된 Lambda, 이 컴퓨터에서 실행({machine}){ko}"),
        )
    }

    /// What is neither AWS nor a sandbox, as far as it says.
    pub(super) fn on_endpoint(self, url: &str, region: &str) -> String {
        self.say(
            format!("{url}, which speaks Lambda's API; region {region}"),
            format!("{url}(Lambda API를 제공하는 엔드포인트), {region} 리전"),
        )
    }

    pub(super) fn on_aws(self, region: &str) -> String {
        self.say(
            format!("AWS, region {region}"),
            format!("AWS, {region} 리전"),
        )
    }

    pub(super) fn runtime_client(self, client: &str) -> String {
        self.say(format!("client {client}"), format!("클라이언트 {client}"))
    }

    pub(super) fn cpu_limit(self, limit: &str) -> String {
        if limit == "not limited" {
            return self.cpu_not_limited().to_owned();
        }
        // `2 of 5.79 vCPU (cgroup v1)`: the machine has no more.
        if let Some((here, share)) = limit.split_once(" of ") {
            return self.say(
                format!("CPU limit {share}, but this machine has {here}"),
                format!("CPU 제한 {share}, 이 컴퓨터에는 {here}개뿐"),
            );
        }
        self.say(format!("CPU limit {limit}"), format!("CPU 제한 {limit}"))
    }

    pub(super) fn mounted(self, mounts: &str) -> String {
        match mounts {
            "read-only bind mounts" => self.read_only_mounts().to_owned(),
            "search paths" => self.search_paths().to_owned(),
            other => other.to_owned(),
        }
    }

    pub(super) fn page_cache(self, state: &str) -> String {
        let ko = match state {
            "warm" => "적재됨",
            "evicted" => "비움",
            other => other,
        };
        self.say(format!("page cache {state}"), format!("페이지 캐시 {ko}"))
    }

    /// Each of two arms, or the value that they share.
    pub(super) fn each(self, values: &[(Arm, String)]) -> String {
        let mut named = values.iter().map(|(arm, value)| match self.arm(*arm) {
            Some(arm) => format!("{arm} {value}"),
            None => value.clone(),
        });
        match values {
            [(_, a), (_, b)] if a == b => a.clone(),
            _ => named.by_ref().collect::<Vec<_>>().join("; "),
        }
    }

    /// `20 of 20 cold starts and 100 warm starts`; of up to 30 where a look could have ended it.
    pub(super) fn counted(self, cold: usize, planned: u32, may_end: bool, warm: usize) -> String {
        let (en, ko) = if warm == 0 {
            Default::default()
        } else {
            (format!(" and {warm} warm starts"), format!(", 웜 {warm}회"))
        };
        let (up_to, ko_up_to) = if may_end {
            ("up to ", "최대 ")
        } else {
            ("", "")
        };
        self.say(
            format!("{cold} of {up_to}{planned} cold starts{en}"),
            format!("콜드 {cold}/{ko_up_to}{planned}회{ko}"),
        )
    }

    pub(super) fn each_of_two(self, value: &str) -> String {
        self.say(format!("{value} each"), format!("각각 {value}"))
    }

    pub(super) fn ordered(self, pair: bool, seed: u64, mode: &str) -> String {
        let mode = self.mode(mode);
        if pair {
            self.say(
                format!("ABBA, seed {seed}; {mode}"),
                format!("ABBA, 시드 {seed}, {mode}"),
            )
        } else {
            self.say(
                format!("seed {seed}; {mode}"),
                format!("시드 {seed}, {mode}"),
            )
        }
    }

    /// As [`Self::ordered`], of two that were not measured together.
    pub(super) fn each_in_its_run(self, mode: &str) -> String {
        let mode = self.mode(mode);
        self.say(
            format!("each in a run of its own; {mode}"),
            format!("서로 다른 실행에서 따로 측정, {mode}"),
        )
    }

    fn mode(self, mode: &str) -> String {
        if mode == "serial" {
            return self.serial().to_owned();
        }
        // Of two subjects in a mode each.
        if let Some((before, after)) = mode.split_once(", ") {
            return format!("{}, {}", self.mode(before), self.mode(after));
        }
        match mode.split_once(' ') {
            Some(("burst", n)) => self.say(
                format!("{n} invokes at once after each touch"),
                format!("매번 {n}회 동시 호출"),
            ),
            Some(("restores", n)) => self.say(
                format!("{n} restores at once of one published version (SnapStart)"),
                format!("게시된 버전 하나를 동시에 호출해 {n}회씩 복원(SnapStart)"),
            ),
            _ => mode.to_owned(),
        }
    }

    /// As [`Self::ordered`], of a run around a command.
    pub(super) fn ordered_around(self, seed: u64) -> String {
        let (order, serial) = (self.one_after_the_other(), self.serial());
        self.say(
            format!("{order}, seed {seed}; {serial}"),
            format!("{order}, 시드 {seed}, {serial}"),
        )
    }

    pub(super) fn differing_values(self, what: &str, a: &str, b: &str) -> String {
        self.say(format!("{what} ({a} → {b})"), format!("{what}({a} → {b})"))
    }

    pub(super) fn two_subjects_differ(self, what: &str) -> String {
        self.say(
            format!("{what}; the change is not the package's alone"),
            format!("{what}. 변화가 패키지 때문만은 아닐 수 있습니다"),
        )
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

    pub(super) fn range(self, ranges: &[(Arm, String, String)]) -> String {
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

    pub(super) fn costs_note(self, region: &str) -> String {
        self.say(
            format!("Costs are list prices of {region}, requests included."),
            format!("비용은 {region}의 정가 기준이며 요청 요금을 포함합니다."),
        )
    }

    pub(super) fn stored_baseline(self, name: &str) -> String {
        self.say(
            format!("baseline \"{name}\""),
            format!("기준 측정(baseline) \"{name}\""),
        )
    }

    pub(super) fn stored_result(self, id: &str) -> String {
        self.say(
            format!("earlier result {id}"),
            format!("이전 측정 결과 {id}"),
        )
    }

    pub(super) fn measured_at(self, earlier: &str, at: &str) -> String {
        self.say(
            format!("measured {earlier} ({at})"),
            format!("{earlier} 측정({at})"),
        )
    }

    pub(super) fn measured_on(self, at: &str) -> String {
        self.say(format!("measured {at}"), format!("{at} 측정"))
    }

    pub(super) fn indicative_note(self, earlier: &str) -> String {
        self.say(
            format!("Before is indicative: it was measured {earlier}, not in the same run, and the same function can drift by more than 10% from day to day."),
            format!("최적화 전 수치는 참고용입니다. 같은 실행이 아니라 {earlier} 측정한 값이며, 같은 함수라도 날마다 10% 넘게 달라질 수 있습니다."),
        )
    }

    pub(super) fn other_conditions(self, what: &str) -> String {
        self.say(
            format!("Before was measured under other conditions: {what}"),
            format!("최적화 전은 다른 조건에서 측정했습니다: {what}"),
        )
    }

    /// The same of two columns.
    pub(super) fn columns_differ(self, first: &str, name: &str, what: &str) -> String {
        self.say(
            format!("{first} and {name} were measured under other conditions: {what}"),
            format!("{first}, {name}의 측정 조건이 다릅니다: {what}"),
        )
    }

    /// How long ago, in the largest unit that is at least one.
    pub(super) fn age(self, seconds: i64) -> String {
        match span(seconds) {
            None => self.pick("just now", "조금 전").to_owned(),
            Some((en, ko)) => self.say(format!("{en} ago"), format!("{ko} 전")),
        }
    }

    /// How long before the other one; after it if that is negative.
    pub(super) fn earlier(self, seconds: i64) -> String {
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

    /// At most so long, where a look may end the run.
    pub(super) fn time_left(self, seconds: u64, may_end: bool) -> String {
        let (n, unit, ko) = match seconds {
            0..=90 => (seconds.max(1), "s", "초"),
            91..=5400 => (seconds.div_ceil(60), "min", "분"),
            _ => (seconds.div_ceil(3600), "h", "시간"),
        };
        let (about, ko_about) = if may_end {
            ("up to", "최대")
        } else {
            ("about", "약")
        };
        self.say(
            format!("{about} {n} {unit} left"),
            format!("{ko_about} {n}{ko} 남음"),
        )
    }

    /// What the first update has taken, and so all of them together.
    pub(super) fn settling_takes(self, each: &str, seconds: u64) -> String {
        let left = self.time_left(seconds, false);
        self.say(
            format!("an update takes {each} to be in force: {left}, and the starts"),
            format!("설정 변경이 적용되는 데 {each} 걸립니다. 시작 시간을 빼고 {left}"),
        )
    }

    pub(super) fn fleet_heading(self, functions: usize) -> String {
        let s = s_of(functions);
        self.say(
            format!("Cold starts of {functions} function{s}"),
            format!("함수 {functions}개의 콜드 스타트"),
        )
    }

    pub(super) fn reading_tags(self, functions: usize, seconds: usize) -> String {
        self.say(
            format!("reading the tags of {functions} functions, about {seconds} s"),
            format!("함수 {functions}개의 태그를 읽는 중(약 {seconds}초)"),
        )
    }

    pub(super) fn mean_of(self, functions: usize) -> String {
        self.say(
            format!("Mean of {functions}"),
            format!("{functions}개 평균"),
        )
    }

    pub(super) fn first_start(self, arm: Arm) -> String {
        let (en, ko) = (Text(Lang::En).arm(arm), Text(Lang::Ko).arm(arm));
        self.say(
            format!(
                "first start{}, not counted",
                en.map_or_else(String::new, |arm| format!(" ({arm})"))
            ),
            format!(
                "첫 시작{}, 집계하지 않음",
                ko.map_or_else(String::new, |arm| format!("({arm})"))
            ),
        )
    }

    pub(super) fn not_counted_count(self, count: usize) -> String {
        self.say(format!("{count} not counted"), format!("제외 {count}회"))
    }

    pub(super) fn will_copy(self, names: &str) -> String {
        self.say(
            format!("copies of {names} are created with its role, variables and network, invoked, and deleted at the end; {names} itself is neither changed nor invoked"),
            format!("{names}의 사본을 같은 역할·환경 변수·네트워크로 만들어 호출하고, 끝나면 삭제합니다. {names} 자체는 바꾸지도 호출하지도 않습니다"),
        )
    }

    pub(super) fn payload(self, bytes: usize) -> String {
        let s = s_of(bytes);
        self.say(
            format!("payload of {bytes} byte{s}"),
            format!("페이로드 {bytes}바이트"),
        )
    }

    pub(super) fn because(self, reason: &str) -> String {
        self.say(format!("because {reason}"), format!("이유: {reason}"))
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

/// The `s` of an English plural.
pub(super) fn s_of<N: Copy + PartialEq + From<u8>>(count: N) -> &'static str {
    if count == N::from(1) { "" } else { "s" }
}
