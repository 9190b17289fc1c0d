//! What is said about where init spends its time, and about what would help.

use super::Text;

words! {
    load_later: "Load later", "지연 로딩 대상";
    at_init: "At init", "초기화";
    first_request: "First request", "첫 요청";
    less_memory: "Memory", "메모리";
    imported_at: "Imported at", "import 위치";
    step_adds: "Adds", "추가 절감";
    foreseen: "Foreseen", "예측";
    measured: "Measured (95%)", "측정(95% 구간)";
    savings_heading: "What loading each of these later would save", "각 모듈을 나중에 불러올 때의 예상 효과";
    star_note: "* is needed while the function's modules are loaded, and not in the plan; the notes say where.",
        "*는 함수의 모듈을 불러오는 동안 필요해서 계획에서 뺀 것입니다. 위치는 참고에 있습니다.";
    plan_heading: "Plan: load these later, the best first", "계획: 효과가 큰 것부터 나중에 불러오기";
    plan_note: "Savings do not add up: each line is the total with those above it.",
        "절감량은 단순히 더해지지 않습니다. 각 행은 위 항목까지 모두 적용했을 때의 합계입니다.";
    together_heading: "Loaded later together", "함께 나중에 불러올 때";
    verified_heading: "Measured with these imports put off", "import를 실제로 미루고 측정한 결과";
    verified_note: "Starts with the imports put off beside starts of the function as it is, alternately. Both have lambench's handler in front, and neither records.",
        "import를 미룬 시작과 원래대로의 시작을 번갈아 측정했습니다. 양쪽 모두 lambench의 핸들러를 거치며 기록은 하지 않습니다.";
    init_tree_heading: "Where init spends its time", "초기화 시간의 내역";
    profile_notes: "Notes", "참고";
    whole_plan: "the plan", "계획 전체";
    nothing_to_load_later: "Nothing that the function's own modules import would save a noticeable part of init.",
        "함수의 자체 모듈이 import하는 것 중 나중에 불러와서 초기화를 눈에 띄게 줄일 수 있는 것은 없습니다.";
    nothing_moved: "-", "-";
    nothing_to_verify: "--verify measured nothing: no import of the function's own modules would save anything",
        "--verify로 측정한 것이 없습니다: 함수의 자체 모듈이 import하는 것 중 나중에 불러와서 줄어드는 것이 없습니다";
    no_file_list: "no *.dist-info in the package: folders beside the handler's own count as libraries",
        "패키지에 *.dist-info가 없어, 핸들러 옆의 다른 폴더는 라이브러리로 간주했습니다";
}

impl Text {
    pub(in crate::render) fn profile_title(
        self,
        target: &str,
        handler: &str,
        on_sandbox: bool,
    ) -> String {
        if on_sandbox {
            self.say(
                format!("{target}: the init of {handler}, on the sandbox"),
                format!("{target}: {handler}의 초기화 분석(샌드박스)"),
            )
        } else {
            self.say(
                format!("{target}: the init of {handler}, of a copy"),
                format!("{target}: {handler}의 초기화 분석(복사본)"),
            )
        }
    }

    pub(in crate::render) fn loaded(
        self,
        modules: usize,
        took: &str,
        starts: usize,
        language: &str,
        memory_mb: u64,
    ) -> String {
        let of = match starts {
            1 => "in one start".to_owned(),
            _ => format!("the median of {starts} starts"),
        };
        self.say(
            format!("{modules} modules in {took}, {of}; {language}, {memory_mb} MB"),
            format!(
                "모듈 {modules}개, {took}(시작 {starts}회의 중앙값), {language}, {memory_mb} MB"
            ),
        )
    }

    pub(in crate::render) fn init_of(self, target: &str) -> String {
        self.say(format!("{target}: init"), format!("{target}: 초기화"))
    }

    /// What the columns mean, and what the times are worth.
    pub(in crate::render) fn profile_note(self, overhead: Option<f64>) -> String {
        let columns = self.say(
            "At init: what nothing else loads any more. First request: what its handler needs again, at the CPU share that it has.".to_owned(),
            "초기화는 다른 모듈이 불러오지 않게 되는 부분이고, 첫 요청은 핸들러가 다시 필요로 하는 부분을 그때의 CPU 비율로 환산한 값입니다.".to_owned(),
        );
        let Some(overhead) = overhead else {
            return columns;
        };
        let percent = format!("{:.0}%", overhead.abs() * 100.0);
        let scaled = if percent == "0%" {
            self.say(
                "Recorded starts took as long as plain ones beside them.".to_owned(),
                "기록한 시작과 번갈아 측정한 일반 시작의 시간은 같았습니다.".to_owned(),
            )
        } else if overhead > 0.0 {
            self.say(
                format!("Recorded starts took {percent} longer than plain ones beside them; all times are scaled to the plain ones."),
                format!("기록한 시작은 번갈아 측정한 일반 시작보다 {percent} 느렸으며, 모든 시간은 일반 시작에 맞춰 보정했습니다."),
            )
        } else {
            self.say(
                format!("Recorded starts account for {percent} less than plain ones beside them took; all times are scaled to the plain ones."),
                format!("기록한 시간은 번갈아 측정한 일반 시작보다 {percent} 적었으며, 모든 시간은 일반 시작에 맞춰 보정했습니다."),
            )
        };
        format!("{columns} {scaled}")
    }

    pub(in crate::render) fn and_others(self, more: usize) -> String {
        self.say(format!("+ {more} more"), format!("외 {more}곳"))
    }

    pub(in crate::render) fn and_smaller(self, more: usize) -> String {
        self.say(
            format!("{more} more would save next to nothing; --json has them."),
            format!("효과가 거의 없는 {more}개는 생략했습니다. --json에는 모두 있습니다."),
        )
    }

    pub(in crate::render) fn used_at_init(self, target: &str, at: &str) -> String {
        self.say(
            format!("{target} is used while the function's modules are loaded ({at}): that has to change before it can be loaded later"),
            format!("{target}: 함수의 모듈을 불러오는 동안 이미 사용됩니다({at}). 나중에 불러오려면 그 부분부터 바꿔야 합니다"),
        )
    }

    /// The same of one of which only the import is known.
    pub(in crate::render) fn kept_at_init(self, target: &str, at: &str) -> String {
        self.say(
            format!("{target}, imported at {at}, is used or kept elsewhere while the function's modules are loaded: that has to change before it can be loaded later"),
            format!("{target}: {at}에서 import한 것을 함수의 모듈을 불러오는 동안 사용하거나 다른 곳에 보관합니다. 나중에 불러오려면 그 부분부터 바꿔야 합니다"),
        )
    }

    pub(in crate::render) fn kept_by(self, target: &str, by: &str, cumulative: &str) -> String {
        self.say(
            format!("{target} (cumulative {cumulative}) would be loaded all the same, by {by}"),
            format!("{target}(누적 {cumulative}): 나중에 불러와도 {by}에서 그대로 불러옵니다"),
        )
    }

    pub(in crate::render) fn loaded_by_other(self, target: &str, by: &str) -> String {
        self.say(
            format!("{target} was loaded in the measured starts all the same, by {by}"),
            format!("{target}: 측정한 시작에서도 {by}에서 그대로 불러왔습니다"),
        )
    }

    pub(in crate::render) fn was_used_at_init(self, target: &str, at: &str) -> String {
        self.say(
            format!("{target} was needed in the measured starts all the same, at {at}"),
            format!("{target}: 측정한 시작에서도 초기화 중에 필요했습니다({at})"),
        )
    }

    pub(in crate::render) fn not_verified(self, target: &str, why: &str) -> String {
        self.say(
            format!("{target} could not be measured: {why}"),
            format!("{target}: 측정하지 못했습니다: {why}"),
        )
    }

    pub(in crate::render) fn only_what_is_used_at_once(self, targets: &str) -> String {
        self.say(
            format!("--verify measured nothing: all that would save something ({targets}) is used while the function's modules are loaded, so that putting it off would change nothing yet"),
            format!("--verify로 측정한 것이 없습니다: 효과가 있을 만한 모듈({targets})은 모두 함수의 모듈을 불러오는 동안 이미 사용되어, 지금은 미루어도 달라지는 것이 없습니다"),
        )
    }

    pub(in crate::render) fn first_request_failed(self, error: &str) -> String {
        self.say(
            format!("the first request failed ({error}): what it needs may not all be known; --payload gives it an event"),
            format!("첫 요청이 실패했습니다({error}). 필요한 모듈을 모두 알지 못할 수 있으니 --payload로 이벤트를 지정하세요"),
        )
    }

    pub(in crate::render) fn other_threads(self, modules: &str) -> String {
        self.say(
            format!(
                "{modules} modules were loaded by other threads: their times overlap with the rest"
            ),
            format!("모듈 {modules}개는 다른 스레드에서 불러와 다른 모듈과 시간이 겹칩니다"),
        )
    }

    pub(in crate::render) fn could_not_put_off(self, why: &str) -> String {
        self.say(
            format!("with everything put off the function did not work ({why}): what is moved to the first request is not known"),
            format!("모든 import를 미루면 함수가 동작하지 않아({why}) 첫 요청으로 옮겨 가는 양은 알 수 없습니다"),
        )
    }

    pub(in crate::render) fn below_it(self, modules: usize, took: &str) -> String {
        self.say(
            format!("{modules} smaller: {took}"),
            format!("그 외 {modules}개: {took}"),
        )
    }
}
