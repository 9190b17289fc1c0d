//! What is said of the conditions of a run: where, of what, how often, in which order, and how two subjects differ.

use super::Text;
use crate::results::Arm;

words! {
    place: "Where", "측정 환경";
    runtime: "Runtime", "런타임";
    function: "Function", "함수 설정";
    mounts: "Package", "패키지";
    starts: "Starts", "측정 횟수";
    order: "Order", "측정 순서";
    differs: "Differs", "다른 조건";
    function_name: "function", "함수";
    handler: "handler", "핸들러";
    timeout: "timeout", "제한 시간";
    machine: "machine", "측정 컴퓨터";
    read_only_mounts: "read-only bind mounts", "읽기 전용 바인드 마운트";
    search_paths: "search paths, not mounted", "마운트 없이 검색 경로로 제공";
    cpu_not_limited: "CPU not limited", "CPU 제한 없음";
    serial: "one invoke at a time", "한 번에 하나씩 호출";
    one_after_the_other: "before, then after", "최적화 전을 모두 측정한 뒤 최적화 후 측정";
}

impl Text {
    pub(in crate::render) fn on_sandbox(self, machine: &str, region: Option<&str>) -> String {
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
    pub(in crate::render) fn on_endpoint(self, url: &str, region: &str) -> String {
        self.say(
            format!("{url}, which speaks Lambda's API; region {region}"),
            format!("{url}(Lambda API를 제공하는 엔드포인트), {region} 리전"),
        )
    }

    pub(in crate::render) fn on_aws(self, region: &str) -> String {
        self.say(
            format!("AWS, region {region}"),
            format!("AWS, {region} 리전"),
        )
    }

    pub(in crate::render) fn runtime_client(self, client: &str) -> String {
        self.say(format!("client {client}"), format!("클라이언트 {client}"))
    }

    pub(in crate::render) fn cpu_limit(self, limit: &str) -> String {
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

    pub(in crate::render) fn mounted(self, mounts: &str) -> String {
        match mounts {
            "read-only bind mounts" => self.read_only_mounts().to_owned(),
            "search paths" => self.search_paths().to_owned(),
            other => other.to_owned(),
        }
    }

    pub(in crate::render) fn page_cache(self, state: &str) -> String {
        let ko = match state {
            "warm" => "적재됨",
            "evicted" => "비움",
            other => other,
        };
        self.say(format!("page cache {state}"), format!("페이지 캐시 {ko}"))
    }

    /// Each of two arms, or the value that they share.
    pub(in crate::render) fn each(self, values: &[(Arm, String)]) -> String {
        let named = |(arm, value): &(Arm, String)| match self.arm(*arm) {
            Some(arm) => format!("{arm} {value}"),
            None => value.clone(),
        };
        match values {
            [(_, a), (_, b)] if a == b => a.clone(),
            _ => values.iter().map(named).collect::<Vec<_>>().join("; "),
        }
    }

    /// `20 of 20 cold starts and 100 warm starts`; of up to 30 where a look could have ended it.
    pub(in crate::render) fn counted(
        self,
        cold: usize,
        planned: u32,
        may_end: bool,
        warm: usize,
    ) -> String {
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

    pub(in crate::render) fn each_of_two(self, value: &str) -> String {
        self.say(format!("{value} each"), format!("각각 {value}"))
    }

    pub(in crate::render) fn ordered(self, pair: bool, seed: u64, mode: &str) -> String {
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
    pub(in crate::render) fn each_in_its_run(self, mode: &str) -> String {
        let mode = self.mode(mode);
        self.say(
            format!("each in a run of its own; {mode}"),
            format!("서로 다른 실행에서 따로 측정, {mode}"),
        )
    }

    /// As [`Self::ordered`], of a run around a command.
    pub(in crate::render) fn ordered_around(self, seed: u64) -> String {
        let (order, serial) = (self.one_after_the_other(), self.serial());
        self.say(
            format!("{order}, seed {seed}; {serial}"),
            format!("{order}, 시드 {seed}, {serial}"),
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

    pub(in crate::render) fn differing_values(self, what: &str, a: &str, b: &str) -> String {
        self.say(format!("{what} ({a} → {b})"), format!("{what}({a} → {b})"))
    }

    pub(in crate::render) fn two_subjects_differ(self, what: &str) -> String {
        self.say(
            format!("{what}; the change is not the package's alone"),
            format!("{what}. 변화가 패키지 때문만은 아닐 수 있습니다"),
        )
    }

    pub(in crate::render) fn other_conditions(self, what: &str) -> String {
        self.say(
            format!("Before was measured under other conditions: {what}"),
            format!("최적화 전은 다른 조건에서 측정했습니다: {what}"),
        )
    }

    /// The same of two columns.
    pub(in crate::render) fn columns_differ(self, first: &str, name: &str, what: &str) -> String {
        self.say(
            format!("{first} and {name} were measured under other conditions: {what}"),
            format!("{first}, {name}의 측정 조건이 다릅니다: {what}"),
        )
    }
}
