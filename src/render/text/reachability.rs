//! What is said of who is reached from the handler.

use super::{Text, s_of};
use crate::inspect::reach::{How, LimitKind};

impl Text {
    pub(in crate::render) fn never_reached(self, handler: &str, files: usize) -> String {
        let s = s_of(files);
        self.say(
            format!("nothing that {handler} loads leads to it ({files} file{s} read)"),
            format!("{handler}에서 불러오는 코드 중 이 라이브러리를 쓰는 곳이 없습니다(파일 {files}개 확인)"),
        )
    }

    /// The same of several.
    pub(in crate::render) fn of_each(self, count: usize, what: &str) -> String {
        self.say(
            format!("each of these {count}: {what}"),
            format!("다음 {count}개 모두: {what}"),
        )
    }

    pub(in crate::render) const fn fix_never_reached(self) -> &'static str {
        self.pick(
            "leave it out, then run the function once",
            "패키지에서 빼고 함수를 한 번 실행해 확인하세요",
        )
    }

    pub(in crate::render) fn optional_only(self, how: &str, way: &str) -> String {
        let at = if way.is_empty() {
            String::new()
        } else {
            format!(" ({way})")
        };
        self.say(format!("optional: {how}{at}"), format!("선택적: {how}{at}"))
    }

    /// Why it may be loaded, though no import says so for certain.
    pub(in crate::render) const fn reached_how(self, how: How) -> &'static str {
        match how {
            How::Handler | How::Import | How::LateImport => self.pick(
                "imported by what is itself optional",
                "선택적으로만 쓰이는 모듈이 가져옵니다",
            ),
            How::GuardedImport => self.pick(
                "imported only where its absence is caught",
                "없어도 동작하도록 예외를 처리한 곳에서만 가져옵니다",
            ),
            How::Dynamic => self.pick(
                "a module name that is made at run time may be one of its",
                "실행 중에 만들어지는 모듈 이름이 이 라이브러리를 가리킬 수 있습니다",
            ),
            How::Code => self.pick(
                "code that is put together as a text may load it",
                "문자열로 만들어 실행하는 코드가 사용할 수 있습니다",
            ),
            How::Text => self.pick(
                "not imported, but a text in the code is its name",
                "가져오는 코드는 없지만 코드 속 문자열에 이름이 나옵니다",
            ),
            How::Settings => self.pick(
                "not imported, but a file of settings or a script names it",
                "가져오는 코드는 없지만 설정 파일이나 스크립트에 이름이 나옵니다",
            ),
            How::Environment => self.pick(
                "not imported, but a variable of the environment names it",
                "가져오는 코드는 없지만 환경 변수에 이름이 나옵니다",
            ),
            How::Script => self.pick(
                "used by a script that may run beside the handler",
                "핸들러와 별도로 실행될 수 있는 스크립트가 사용합니다",
            ),
            How::EntryPoint => self.pick(
                "it has entry points of a kind that is loaded",
                "코드가 불러오는 종류의 엔트리 포인트를 제공합니다",
            ),
            How::Lazy => self.pick(
                "a package that loads its parts on demand may load it",
                "필요할 때 하위 모듈을 불러오는 패키지가 사용할 수 있습니다",
            ),
            How::Native => self.pick(
                "a native library, whose imports can't be seen, may load it",
                "내부의 import를 확인할 수 없는 네이티브 라이브러리가 사용할 수 있습니다",
            ),
            How::Sourceless => self.pick(
                "bytecode without its source may load it",
                "소스가 없는 바이트코드가 사용할 수 있습니다",
            ),
            How::Unread => self.pick(
                "a file that could not be read may load it",
                "읽지 못한 파일이 사용할 수 있습니다",
            ),
            How::Standard => self.pick(
                "the standard library loads it where it is there",
                "설치되어 있으면 표준 라이브러리가 불러옵니다",
            ),
            How::Pickle => self.pick(
                "pickled data may name it",
                "피클 데이터가 이 라이브러리를 가리킬 수 있습니다",
            ),
            How::OtherPath => self.pick(
                "it lies where the code may have put Python's path",
                "코드가 sys.path에 추가했을 수 있는 위치에 있습니다",
            ),
            How::Required => self.pick(
                "no import of it was seen, but what is reached requires it",
                "가져오는 코드는 보이지 않지만, 사용 중인 라이브러리의 의존성입니다",
            ),
            How::DataOnly => self.pick(
                "whether it is used can't be told from imports",
                "import만으로는 사용 여부를 알 수 없습니다",
            ),
        }
    }

    /// What could not be seen, and what follows.
    pub(in crate::render) fn unseen(self, why: LimitKind, count: usize) -> String {
        let (en, ko) = match why {
            LimitKind::NoHandler => (
                "there is no module of the handler's name, so nothing is said to be never reached",
                "핸들러 이름에 해당하는 모듈이 없어, 어떤 라이브러리도 불필요하다고 판단하지 않았습니다",
            ),
            LimitKind::HandlerNotNamed => (
                "which distributions the handler reaches is not known, as nobody names it: give it, as in --handler app.handler",
                "핸들러를 몰라 어떤 라이브러리를 쓰는지 확인하지 않았습니다. --handler app.handler처럼 지정하세요",
            ),
            LimitKind::NoVersion => (
                "which distributions the handler reaches is not known without the runtime's version; name it, as in --runtime python3.12",
                "런타임 버전을 몰라 핸들러가 어떤 라이브러리를 쓰는지 확인하지 않았습니다. --runtime python3.12처럼 지정하세요",
            ),
            LimitKind::UnknownName => (
                "loads a module by a name that is only known at run time",
                "실행 중에만 알 수 있는 이름으로 모듈을 불러옵니다",
            ),
            LimitKind::Environment => (
                "loads a module that a variable of the environment names; give the function's variables in lambench.toml, and they are looked up",
                "환경 변수에 적힌 이름의 모듈을 불러옵니다. lambench.toml에 함수의 환경 변수를 적으면 함께 확인합니다",
            ),
            LimitKind::UnknownCode => (
                "runs a text as code, which is only known at run time",
                "실행 중에만 알 수 있는 문자열을 코드로 실행합니다",
            ),
            LimitKind::SearchPath => (
                "changes Python's path; modules of the same names in other folders count as optional",
                "sys.path를 바꿉니다. 다른 폴더에 있는 같은 이름의 모듈은 선택적인 것으로 봅니다",
            ),
            LimitKind::Native => (
                "native libraries, whose own imports can't be seen; all that belongs to them, and what they require, counts as optional",
                "네이티브 라이브러리 내부의 import는 확인할 수 없어, 같은 라이브러리의 모듈과 의존성은 선택적인 것으로 봅니다",
            ),
            LimitKind::Sourceless => (
                "bytecode without its source, whose imports can't be seen",
                "소스가 없는 바이트코드라서 import를 확인할 수 없습니다",
            ),
            LimitKind::Syntax => (
                "is not Python that the parser knows; what could be read of it counts",
                "파서가 이해하지 못하는 구문이 있어, 읽을 수 있는 부분만 반영했습니다",
            ),
            LimitKind::Encoding => (
                "has an encoding that is not known here; names in ASCII count",
                "지원하지 않는 인코딩이라 ASCII 이름만 반영했습니다",
            ),
            LimitKind::TooDeep => (
                "is nested deeper than Python itself allows, and was not read",
                "Python이 허용하는 것보다 깊게 중첩되어 읽지 않았습니다",
            ),
            LimitKind::TooLarge => (
                "is too large for a source, and was not read",
                "소스 코드라고 하기에는 너무 커서 읽지 않았습니다",
            ),
            LimitKind::Unreadable => ("could not be read", "읽지 못했습니다"),
        };
        let (more_en, more_ko) = if count > 1 {
            (
                format!(" ({count} such places)"),
                format!(" (이런 곳이 {count}군데 있습니다)"),
            )
        } else {
            (String::new(), String::new())
        };
        self.say(format!("{en}{more_en}"), format!("{ko}{more_ko}"))
    }
}
