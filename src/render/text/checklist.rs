//! What is said in a checklist.

use super::{Text, s_of};
use crate::checklist::{Check, Phase, State, Why};

words! {
    item_title: "Item", "항목";
    state_title: "State", "상태";
    figure_title: "Figure", "수치";
    evidence_heading: "Evidence", "근거";
    per_request_note: "A verdict is on the median cold start; sizes are unzipped unless said otherwise.",
        "판정은 콜드 스타트 중앙값에 대한 것이며, 따로 적지 않은 크기는 압축을 푼 크기입니다.";
}

impl Text {
    pub(in crate::render) const fn phase(self, phase: Phase) -> &'static str {
        match phase {
            Phase::PackageSize => self.pick("Package size", "패키지 크기"),
            Phase::ColdStart => self.pick("Cold start", "콜드 스타트"),
            Phase::Verification => self.pick("Verification", "검증"),
        }
    }

    pub(in crate::render) const fn check(self, check: Check) -> &'static str {
        match check {
            Check::WithinLimits => self.pick("within Lambda's limits", "Lambda 제한 이내"),
            Check::NothingUnused => self.pick("no unused packages", "쓰이지 않는 패키지 제거"),
            Check::NothingNeedless => self.pick(
                "no tests, stubs, idle models",
                "테스트·타입 스텁·안 쓰는 모델 제거",
            ),
            Check::ProvidedOnce => self.pick("nothing provided twice", "중복 제공 없음"),
            Check::SharedInLayers => self.pick("shared through layers", "레이어로 공유"),
            Check::BytecodeValid => self.pick("valid bytecode", "유효한 바이트코드"),
            Check::NativeStripped => {
                self.pick("native libraries stripped", "네이티브 라이브러리 정리")
            }
            Check::LoadedLazily => self.pick("loaded when needed", "필요할 때 불러오기(지연 로딩)"),
            Check::ClientsKept => self.pick("clients kept, not rebuilt", "클라이언트 재사용"),
            Check::Bundled => self.pick("bundled (Node)", "번들링(Node)"),
            Check::MeasuredBothSides => self.pick("before and after measured", "최적화 전후 측정"),
            Check::VerdictGiven => self.pick("verdict", "판정"),
            Check::BaselineKept => self.pick("baseline kept", "기준 측정 보관"),
            Check::GateInCi => self.pick("gate in CI", "CI 게이트"),
            Check::WarmMeasured => self.pick("warm start measured", "웜 스타트 측정"),
            Check::MemoryHasRoom => self.pick("memory has room", "메모리 여유"),
        }
    }

    pub(in crate::render) const fn state(self, state: State) -> &'static str {
        match state {
            State::Done => self.pick("done", "완료"),
            State::NotDone => self.pick("not done", "미완료"),
            State::NotApplicable => self.pick("not applicable", "해당 없음"),
            State::NotKnown => self.pick("not known", "알 수 없음"),
        }
    }

    /// How many items of those that apply are done.
    pub(in crate::render) fn done_of(self, done: usize, all: usize) -> String {
        self.say(
            format!("{done} of {all} done"),
            format!("{all}개 중 {done}개 완료"),
        )
    }

    pub(in crate::render) fn checklist_title(self, target: &str, done: &str) -> String {
        self.say(
            format!("{target}: the optimisation checklist, {done}"),
            format!("{target}: 최적화 체크리스트, {done}"),
        )
    }

    pub(in crate::render) fn package_sizes(
        self,
        zipped: Option<&str>,
        unzipped: &str,
        limit: &str,
        layers: usize,
    ) -> String {
        let s = s_of(layers);
        let (en, ko) = match zipped {
            Some(zipped) => (format!("{zipped} zipped, "), format!("압축 {zipped}, ")),
            None => (String::new(), String::new()),
        };
        let (with, ko_with) = match layers {
            0 => (String::new(), String::new()),
            n => (
                format!(" with {n} layer{s}"),
                format!("(레이어 {n}개 포함)"),
            ),
        };
        self.say(
            format!("{en}{unzipped} of {limit} unzipped{with}"),
            format!("{ko}압축 해제 {unzipped}{ko_with}, 제한 {limit}"),
        )
    }

    pub(in crate::render) fn tests_counted(self, files: usize, size: &str) -> String {
        let s = s_of(files);
        self.say(
            format!("tests of what is installed: {files} file{s}, {size}"),
            format!("설치된 패키지의 테스트: 파일 {files}개, {size}"),
        )
    }

    pub(in crate::render) fn shared(self, name: &str, size: &str, functions: &str) -> String {
        self.say(
            format!("{name} ({size}) is in the package of {functions} too"),
            format!("{name}({size})이(가) {functions} 패키지에도 있음"),
        )
    }

    pub(in crate::render) fn init_takes(self, ms: &str) -> String {
        self.say(
            format!("init spends {ms} on loading the handler's module"),
            format!("초기화 때 핸들러 모듈을 불러오는 데 {ms}"),
        )
    }

    pub(in crate::render) fn later(
        self,
        target: &str,
        saved: &str,
        moved: Option<&str>,
        place: &str,
    ) -> String {
        let (en, ko) = match moved {
            Some(moved) => (
                format!(", and this request needs {moved} of it again"),
                format!(", 이 요청에서 다시 드는 시간 {moved}"),
            ),
            None => (String::new(), String::new()),
        };
        let (at, ko_at) = if place.is_empty() {
            (String::new(), String::new())
        } else {
            (
                format!(" (imported at {place})"),
                format!(" ({place}에서 불러옴)"),
            )
        };
        self.say(
            format!("{target}: {saved} less at init{en}{at}"),
            format!("{target}: 초기화 {saved} 단축{ko}{ko_at}"),
        )
    }

    pub(in crate::render) fn used_at_once(self, place: &str) -> String {
        self.say(
            format!("; used at once at {place}, which has to change first"),
            format!("; {place}에서 바로 쓰이므로 그 부분을 먼저 바꿔야 함"),
        )
    }

    pub(in crate::render) fn client_made(
        self,
        made_by: &str,
        place: &str,
        function: Option<&str>,
    ) -> String {
        match function {
            Some(function) => self.say(
                format!("{place}: {made_by} in {function}()"),
                format!("{place}: {function}() 안에서 {made_by}"),
            ),
            None => self.say(
                format!("{place}: {made_by} at module level"),
                format!("{place}: 모듈 수준에서 {made_by}"),
            ),
        }
    }

    pub(in crate::render) fn not_looked_into(self, files: &str) -> String {
        self.say(
            format!("not looked into, as a bundle or no valid code: {files}"),
            format!("번들이거나 올바른 코드가 아니어서 살펴보지 못함: {files}"),
        )
    }

    pub(in crate::render) fn node_modules(
        self,
        packages: usize,
        files: usize,
        size: &str,
    ) -> String {
        if packages == 0 {
            return self.pick("no node_modules", "node_modules 없음").to_owned();
        }
        let (s, fs) = (s_of(packages), s_of(files));
        self.say(
            format!("node_modules: {packages} package{s}, {files} file{fs}, {size}"),
            format!("node_modules: 패키지 {packages}개, 파일 {files}개, {size}"),
        )
    }

    pub(in crate::render) fn measured_result(
        self,
        id: &str,
        age: &str,
        starts: usize,
        on_aws: bool,
    ) -> String {
        let s = s_of(starts);
        let (place, ko_place) = if on_aws {
            ("on AWS", "AWS")
        } else {
            ("on the sandbox", "샌드박스")
        };
        self.say(
            format!("result {id}, {age} old, {place}, {starts} cold start{s} a side"),
            format!("측정 결과 {id}({age} 전, {ko_place}, 콜드 스타트 {starts}회씩)"),
        )
    }

    pub(in crate::render) fn result_of_logs(self, id: &str, age: &str) -> String {
        self.say(
            format!("result {id}, {age} old, read from logs"),
            format!("측정 결과 {id}({age} 전, 로그에서 읽음)"),
        )
    }

    pub(in crate::render) fn changed_since(self, was: &str, is: &str) -> String {
        self.say(
            format!("the package has changed since: {was} then, {is} now"),
            format!("측정한 뒤 패키지가 바뀜: 당시 {was}, 지금 {is}"),
        )
    }

    pub(in crate::render) fn cold_verdict(
        self,
        verdict: &str,
        change: Option<&str>,
        indicative: bool,
        more_pairs: Option<u32>,
    ) -> String {
        let mut en = verdict.to_owned();
        let mut ko = verdict.to_owned();
        if let Some(change) = change {
            en = format!("{en}, {change} cold start");
            ko = format!("{ko}, 콜드 스타트 {change}");
        }
        if indicative {
            en.push_str(", only indicative: the sides were not measured together");
            ko.push_str(", 함께 측정하지 않아 참고용");
        }
        if let Some(pairs) = more_pairs {
            en = format!("{en}; about {pairs} more pairs would decide");
            ko = format!("{ko}; 약 {pairs}쌍을 더 측정하면 판정 가능");
        }
        self.say(en, ko)
    }

    pub(in crate::render) fn kept_baseline(self, name: &str, age: &str) -> String {
        self.say(format!("{name}, {age} old"), format!("{name}({age} 전)"))
    }

    pub(in crate::render) fn budgets_set(self, count: usize) -> String {
        let s = s_of(count);
        self.say(
            format!("lambench.toml sets {count} budget{s}"),
            format!("lambench.toml에 예산 {count}개"),
        )
    }

    pub(in crate::render) fn warm_median(self, ms: &str, n: usize) -> String {
        self.say(
            format!("{ms} at the median of {n}"),
            format!("{n}회 중앙값 {ms}"),
        )
    }

    pub(in crate::render) fn memory_used(self, max: u64, size: u64) -> String {
        self.say(
            format!("at most {max} of {size} MB were used"),
            format!("{size} MB 중 최대 {max} MB 사용"),
        )
    }

    pub(in crate::render) fn why(self, why: &Why) -> String {
        match why {
            Why::NotPython => self.pick("it is about Python", "Python 함수에만 해당"),
            Why::NotNode => self.pick("it is about Node", "Node 함수에만 해당"),
            Why::NoNative => self.pick("there is no native library", "네이티브 라이브러리 없음"),
            Why::OnlyFunction => self.pick(
                "lambench.toml defines no other function with a package",
                "lambench.toml에 패키지가 있는 다른 함수가 없음",
            ),
            Why::NotFollowed => self.pick(
                "imports can't be followed: the handler's module or the runtime's version is not known (--runtime python3.12)",
                "핸들러 모듈이나 런타임 버전을 몰라 import를 따라갈 수 없음(--runtime python3.12)",
            ),
            Why::OnlyPythonIsFollowed => self.pick(
                "imports are followed in Python alone",
                "import 추적은 Python만 지원",
            ),
            Why::NotProfilable => self.pick(
                "init is profiled in Python and Node",
                "초기화 프로파일은 Python과 Node만 지원",
            ),
            Why::IsALayer => self.pick("a layer has no init", "레이어에는 초기화가 없음"),
            Why::NoClients => self.pick(
                "the function's own code makes no client that is known",
                "함수 코드에서 알려진 클라이언트를 만들지 않음",
            ),
            Why::NotProfiled => self.pick(
                "init was not profiled; `lambench profile` does",
                "초기화를 프로파일하지 않음(`lambench profile`로 가능)",
            ),
            Why::ProfileFailed(why) => {
                return self.say(
                    format!("profiling failed: {why}"),
                    format!("프로파일 실패: {why}"),
                );
            }
            Why::NoResult => self.pick(
                "no result of this function is stored; `lambench run` stores one",
                "저장된 측정 결과 없음(`lambench run`으로 측정)",
            ),
            Why::OneSide => self.pick(
                "only one side was measured; `lambench run --before … --after …` measures both",
                "한쪽만 측정함(`lambench run --before … --after …`로 양쪽 측정)",
            ),
        }
        .to_owned()
    }

    /// A figure for the table: how many clients each request makes.
    pub(in crate::render) fn times_a_request(self, n: usize) -> String {
        self.say(format!("{n} in each request"), format!("요청마다 {n}개"))
    }
}
