//! What the page of `lambench profile` says beyond what stands on a terminal.

use std::fmt::Write as _;

use super::{Text, s_of};

words! {
    icicle_init: "What init loads", "초기화에서 로드되는 모듈";
    icicle_first: "What the first invoke loads besides", "첫 호출에서 추가로 로드되는 모듈";
    icicle_about: "Each box is a module, as wide as the time that it takes with all that it loads; what it loads stands below it, in the order of loading. The room left below a box is the module's own time.",
        "각 상자는 모듈이며, 너비는 그 모듈과 그 모듈이 로드하는 모든 것에 걸린 시간입니다. 로드된 모듈은 로드 순서대로 아래에 놓이고, 상자 아래의 빈 공간은 모듈 자체에 걸린 시간입니다.";
    icicle_keys: "Click a box or press Enter to make it as wide as the chart; Escape shows everything again. The arrow keys go from box to box.",
        "상자를 클릭하거나 Enter 키를 누르면 차트 너비로 확대되고, Esc 키를 누르면 전체로 돌아갑니다. 화살표 키로 상자 사이를 이동합니다.";
    icicle_everything: "Show everything", "전체 보기";
    icicle_own: "the function's own modules", "함수 자체 모듈";
    icicle_language: "the language's own modules", "언어 내장 모듈";
    icicle_others: "all others", "그 밖의 배포판";
    profile_init: "Loading the handler", "핸들러 로드";
    profile_modules: "Modules", "모듈";
    profile_first: "First invoke", "첫 호출";
    es_modules_seen: "ES modules: finding, reading and running each is timed, compiling them is not; what their static imports would move to the first request is not known",
        "ES 모듈은 찾기, 읽기, 실행 시간만 측정하며 컴파일 시간은 알 수 없습니다. 정적 import를 미룰 때 첫 요청으로 옮겨 가는 양도 알 수 없습니다";
}

impl Text {
    pub(in crate::render) fn is_bundle(self, file: &str) -> String {
        self.say(
            format!("{file} is a bundle: all that is in it is one module here; profile the sources before bundling to see more"),
            format!("{file}: 번들이므로 그 안의 모듈은 하나로 표시됩니다. 자세히 보려면 번들하기 전의 소스를 프로파일링하세요"),
        )
    }

    pub(in crate::render) fn waits_at_module_level(self, module: &str) -> String {
        self.say(
            format!("{module} waits (await) at module level: its time holds the waiting, and what others did meanwhile"),
            format!("{module}: 모듈 수준의 await가 있어, 기다린 시간과 그동안 실행된 작업이 이 모듈의 시간에 포함됩니다"),
        )
    }

    pub(in crate::render) fn static_imports_stay(self, handler: &str) -> String {
        self.say(
            format!("{handler} is an ES module: its static imports can't be put off for a measurement, only what it requires"),
            format!("{handler}: ES 모듈의 정적 import는 측정을 위해 미룰 수 없고, require만 미룰 수 있습니다"),
        )
    }

    pub(in crate::render) fn icicle_few(self, n: usize) -> String {
        let s = s_of(n);
        self.say(format!("{n} small module{s}"), format!("작은 모듈 {n}개"))
    }

    /// What is said of a box.
    pub(in crate::render) fn icicle_box(
        self,
        name: &str,
        total: &str,
        own: &str,
        memory: Option<&str>,
        by: Option<(&str, Option<u32>)>,
    ) -> String {
        let place = by.map(|(name, line)| {
            line.map_or_else(|| name.to_owned(), |line| format!("{name}:{line}"))
        });
        let mut en = format!("{name}: {total} with all that it loads, {own} by itself");
        let mut ko = format!("{name}: 로드하는 모듈 포함 {total}, 자체 {own}");
        if let Some(memory) = memory {
            let _ = write!(en, ", {memory} of memory by itself");
            let _ = write!(ko, ", 자체 메모리 {memory}");
        }
        if let Some(place) = place {
            let _ = write!(en, "; loaded by {place}");
            let _ = write!(ko, " ({place}에서 로드)");
        }
        self.say(en, ko)
    }

    pub(in crate::render) fn icicle_counted(self, name: &str, time: &str, n: usize) -> String {
        let s = s_of(n);
        self.say(
            format!("{name}: {time} in {n} module{s}"),
            format!("{name}: {time}, 모듈 {n}개"),
        )
    }
}
