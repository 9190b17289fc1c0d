//! What is said about a run that has not begun, and about what one has cost.

use super::super::plan::dollars;
use super::progress::roughly;
use super::{Text, s_of};
use crate::bench::estimate::{Known, batches};
use crate::results::RunCost;
use crate::stats::Looks;

words! {
    unknown: "unknown", "알 수 없음";
    will_run: "Runs", "실행";
    payload_title: "Payload", "페이로드";
    callers: "Callers", "호출자";
    not_undone: "Stays", "남는 것";
    cost: "Cost", "비용";
    calls: "Calls", "API 호출";
    time: "Time", "소요 시간";
    permissions: "Permissions", "필요 권한";
    real_world: "it acts on the real world: what it writes, sends or pays for is not undone",
        "실제 환경에서 실행되므로, 핸들러가 쓰거나 보내거나 결제한 것은 되돌릴 수 없습니다";
    callers_wait: "whoever invokes it without a version or an alias meets cold starts until the end",
        "버전이나 별칭 없이 이 함수를 호출하는 쪽은 측정이 끝날 때까지 콜드 스타트를 겪습니다";
    stays: "RevisionId and LastModified change, the audit trail (CloudTrail) keeps every update, the log group every invoke",
        "RevisionId와 LastModified가 바뀌고, 감사 기록(CloudTrail)에는 모든 변경이, 로그 그룹에는 모든 호출이 남습니다";
    stays_of_copies: "the audit trail (CloudTrail) keeps what was created, changed and deleted",
        "감사 기록(CloudTrail)에는 생성·변경·삭제 내역이 남습니다";
    no_price: "not known: the price list has no price for it (--prices FILE gives one)",
        "알 수 없음: 가격표에 해당 항목이 없습니다(--prices FILE로 지정)";
    snap_start_costs: "with SnapStart: a snapshot of each version for three hours at least, and every restore (Java: free)",
        "SnapStart 요금 포함: 버전별 스냅샷 캐시(최소 3시간)와 복원 횟수만큼(Java는 무료)";
    on_this_machine: "sandbox, the Lambda embedded in lambench, on this machine",
        "샌드박스: lambench에 내장된 Lambda, 이 컴퓨터에서 실행";
    invokes_title: "Invokes", "호출";
    other_calls_title: "Other calls", "그 밖의 API 호출";
    nothing_paid: "nothing", "없음";
    fleet_plan_note: "Costs are list prices, or those of --prices, with init included. --dry-run of one function shows its whole plan; --iam-policy prints one policy for all.",
        "비용은 정가 또는 --prices 가격 기준이며 초기화를 포함합니다. 함수 하나만 --dry-run으로 실행하면 전체 계획을, --iam-policy는 모두에 필요한 정책을 출력합니다.";
    no_permissions: "none: no AWS account is used", "없음: AWS 계정을 사용하지 않습니다";
}

impl Text {
    pub(in crate::render) fn really_runs(
        self,
        name: &str,
        handler: Option<&str>,
        invokes: u64,
    ) -> String {
        let what = match handler {
            Some(handler) => self.say(
                format!("handler {handler} of {name}"),
                format!("{name}의 핸들러 {handler}"),
            ),
            None => name.to_owned(),
        };
        self.say(
            format!("{what}, {invokes} times, more if starts have to be replaced"),
            format!("{what}, {invokes}회(다시 측정할 시작이 있으면 더 많이)"),
        )
    }

    pub(in crate::render) fn with_role(self, role: &str) -> String {
        self.say(format!("with role {role}"), format!("역할 {role}"))
    }

    pub(in crate::render) fn question(self, names: &str) -> String {
        self.say(
            format!("Measure {names}? (y/N)"),
            format!("{names}을(를) 측정할까요? (y/N)"),
        )
    }

    pub(in crate::render) fn dry_run(self, function: &str) -> String {
        self.say(
            format!("{function}: what a run would do; nothing was changed or invoked"),
            format!("{function}: 실행 계획(아무것도 바꾸거나 호출하지 않았습니다)"),
        )
    }

    pub(in crate::render) fn fleet_plan_heading(self, functions: usize) -> String {
        let s = s_of(functions);
        self.say(
            format!("{functions} function{s}: what a run would do; nothing was changed or invoked"),
            format!("함수 {functions}개: 실행 계획(아무것도 바꾸거나 호출하지 않았습니다)"),
        )
    }

    pub(in crate::render) fn sum_of(self, functions: usize) -> String {
        self.say(format!("Sum of {functions}"), format!("{functions}개 합계"))
    }

    pub(in crate::render) fn all_need(self, actions: &str) -> String {
        self.say(
            format!("{actions} (--iam-policy prints the policy)"),
            format!("{actions}(--iam-policy로 정책을 출력합니다)"),
        )
    }

    pub(in crate::render) fn will_cost(self, paid: bool, usd: &str, prices: &str) -> String {
        if paid {
            self.say(
                format!("about {usd}, init included ({prices})"),
                format!("약 {usd}, 초기화 포함({prices})"),
            )
        } else {
            self.say(
                format!("nothing; on AWS about {usd}, init included ({prices})"),
                format!("없음. AWS라면 약 {usd}, 초기화 포함({prices})"),
            )
        }
    }

    pub(in crate::render) fn list_prices(self, region: &str, as_of: &str) -> String {
        self.say(
            format!("list prices of {region}, {as_of}"),
            format!("{region} 정가, {as_of} 기준"),
        )
    }

    pub(in crate::render) fn prices_of(self, list: &str) -> String {
        self.say(format!("prices of {list}"), format!("가격표: {list}"))
    }

    pub(in crate::render) fn at_most(self, usd: &str) -> String {
        self.say(
            format!("at most {usd}, if every invoke ran into its timeout; --max-cost sets a limit"),
            format!("모든 호출이 제한 시간까지 실행되더라도 최대 {usd}. --max-cost로 한도를 정할 수 있습니다"),
        )
    }

    /// How many starts there will be, at most where an earlier look may be the last. For `restores` of a published version
    /// more invokes are needed: what idles answers, too.
    pub(in crate::render) fn planned(
        self,
        arms: usize,
        looks: &Looks,
        warm: u32,
        concurrency: u32,
        restores: bool,
    ) -> String {
        let (runs, burst) = (looks.runs(), concurrency.max(1));
        let touches = runs / burst;
        let cold = if restores {
            batches(runs, burst).0
        } else {
            u64::from(runs)
        };
        let invokes = arms as u64 * (cold + u64::from(touches) * u64::from(warm));
        let (idle, ko_idle) = if restores {
            (
                ", with those that idle environments answer",
                "(대기 중인 환경이 응답하는 호출 포함)",
            )
        } else {
            Default::default()
        };
        let early = &looks.at[..looks.at.len().saturating_sub(1)];
        let (each, ko_each) = if arms == 2 {
            (" each", "각각 ")
        } else {
            ("", "")
        };
        let (up_to, ko_up_to) = if early.is_empty() {
            ("", "")
        } else {
            ("up to ", "최대 ")
        };
        let (s, touch_s) = (s_of(runs), s_of(touches));
        let (en_bursts, ko_bursts, after) = if burst > 1 {
            (
                format!(" in {touches} burst{touch_s} of {burst}"),
                format!("({burst}회씩 동시에 {touches}번)"),
                "burst",
            )
        } else {
            Default::default()
        };
        let (after, ko_after) = if after.is_empty() {
            ("one", "매회")
        } else {
            (after, "매번")
        };
        let invoke_s = s_of(invokes);
        let numbers = |or: &str| {
            let all: Vec<String> = early.iter().map(ToString::to_string).collect();
            all.join(or)
        };
        let (fewer, ko_fewer) = if early.is_empty() {
            Default::default()
        } else {
            (
                format!(", fewer if decided at {}", numbers(" or ")),
                format!("({}회에서 판정되면 거기서 끝냄)", numbers("회 또는 ")),
            )
        };
        self.say(
            format!("{up_to}{runs} cold start{s}{each}{en_bursts}{fewer}, {warm} warm after every {after}: {up_to}{invokes} invoke{invoke_s}{idle}, and first starts that are not counted"),
            format!("{ko_each}콜드 스타트 {ko_up_to}{runs}회{ko_bursts}{ko_fewer}, {ko_after} 이어서 웜 호출 {warm}회: 모두 {ko_up_to}{invokes}회 호출{ko_idle}(집계하지 않는 첫 시작은 별도)"),
        )
    }

    pub(in crate::render) fn next_look(self, starts: usize) -> String {
        self.say(format!("look at {starts}"), format!("{starts}회에서 판정"))
    }

    /// The change as it stands, with its interval.
    pub(in crate::render) fn change_so_far(self, change: &str, low: &str, high: &str) -> String {
        self.say(
            format!("change {change} ({low} to {high})"),
            format!("변화 {change}({low} ~ {high})"),
        )
    }

    /// What a look has shown.
    pub(in crate::render) fn looked(
        self,
        look: usize,
        of: usize,
        starts: u32,
        decided: bool,
    ) -> String {
        let (en, ko) = if decided {
            ("decided", "판정되었습니다")
        } else {
            ("not decided yet", "아직 판정할 수 없습니다")
        };
        let s = s_of(starts);
        self.say(
            format!("look {look} of {of}, {starts} cold start{s} each: {en}"),
            format!("{of}번 중 {look}번째 판정 시점(각각 콜드 스타트 {starts}회): {ko}"),
        )
    }

    /// What the estimate rests on.
    pub(in crate::render) fn reckoned(self, name: Option<&str>, known: &Known) -> String {
        let of = name.map_or_else(String::new, |name| format!("{name}: "));
        let (cold, warm) = (known.billed.cold_ms.round(), known.billed.warm_ms.round());
        let next = known.cold_s;
        match &known.from {
            Some(id) if known.warm_assumed => self.say(
                format!("{of}{cold} ms billed per cold start, {next:.1} s from one cold start to the next, as in result {id}; it has no warm starts: {warm} ms assumed"),
                format!("{of}이전 결과 {id} 기준(과금 시간 콜드 {cold} ms, 콜드 스타트 간격 {next:.1}초). 웜 스타트가 없는 결과라 웜은 {warm} ms로 가정"),
            ),
            Some(id) => self.say(
                format!("{of}{cold} ms billed per cold start, {warm} ms per warm one, {next:.1} s from one cold start to the next, as in result {id}"),
                format!("{of}이전 결과 {id} 기준(과금 시간 콜드 {cold} ms, 웜 {warm} ms, 콜드 스타트 간격 {next:.1}초)"),
            ),
            None => self.say(
                format!("{of}assumed, as there is no earlier result: {cold} ms billed per cold start, {warm} ms per warm one, {next:.1} s from one cold start to the next"),
                format!("{of}이전 결과가 없어 가정한 값(과금 시간 콜드 {cold} ms, 웜 {warm} ms, 콜드 스타트 간격 {next:.1}초)"),
            ),
        }
    }

    pub(in crate::render) fn takes(self, seconds: f64) -> String {
        let (n, unit, ko) = roughly(seconds.ceil() as u64);
        self.say(format!("about {n} {unit}"), format!("약 {n}{ko}"))
    }

    pub(in crate::render) fn needed(self, actions: &str, on: &str) -> String {
        self.say(
            format!("{actions} on {on} (--iam-policy prints the policy)"),
            format!("{on}에 대한 {actions}(--iam-policy로 정책을 출력합니다)"),
        )
    }

    pub(in crate::render) fn needed_too(self, actions: &str, on: &str) -> String {
        self.say(
            format!("{actions} on {on}"),
            format!("{on}에 대한 {actions}"),
        )
    }

    /// What a run has cost: on AWS paid, on a sandbox not.
    pub(in crate::render) fn has_cost(
        self,
        cost: &RunCost,
        usd: Option<&str>,
        paid: bool,
    ) -> String {
        let (n, s) = (cost.requests, cost.billed_ms / 1e3);
        let plural = s_of(n);
        let (en, ko) = match (usd, paid) {
            (None, _) => (
                ", at a price that is not known".into(),
                ", 요금 알 수 없음".into(),
            ),
            (Some(usd), true) => (format!(": {usd}"), format!(", 비용 {usd}")),
            (Some(usd), false) => (
                format!("; on AWS it would have cost {usd}"),
                format!(", AWS였다면 비용 {usd}"),
            ),
        };
        let of_it = cost.snap_start_usd.filter(|_| usd.is_some());
        let (snap_en, snap_ko) = of_it.map(dollars).map_or_else(Default::default, |usd| {
            (
                format!(", {usd} of it for SnapStart (snapshots, for three hours at least, and restores)"),
                format!("(이 중 SnapStart {usd}: 스냅샷 캐시 최소 3시간과 복원)"),
            )
        });
        let (en, ko) = (format!("{en}{snap_en}"), format!("{ko}{snap_ko}"));
        self.say(
            format!("This run made {n} invoke{plural} of {s:.1} s billed time{en}."),
            format!("이번 측정: 호출 {n}회, 과금 시간 {s:.1}초{ko}."),
        )
    }
}
