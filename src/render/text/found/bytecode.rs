//! Bytecode: what is compiled at every start, what fails, what is never read.

use super::super::super::figure;
use super::super::super::layout::clean;
use super::super::{Text, s_of};
use super::{number, part};
use crate::inspect::bytecode::{Bytecode, NotUsed};

impl Text {
    pub(in crate::render) fn bytecode(self, found: &Bytecode) -> String {
        match found {
            Bytecode::BytecodeNotUsed(not_used) => self.not_used(not_used),
            Bytecode::BytecodeRefused {
                python,
                files,
                made_by,
            } => {
                let by = made_by.join(", ");
                let (en, ko) = if by.is_empty() {
                    (String::new(), String::new())
                } else {
                    (format!(" (made by Python {by})"), format!("(Python {by}용)"))
                };
                self.say(
                    format!("{files} .pyc file{} in place of a source{en}: Python {python} refuses to import such a module", s_of(*files)),
                    format!("소스 없이 .pyc만 있는 모듈 {files}개{ko}: Python {python}에서는 import가 실패합니다"),
                )
            }
            Bytecode::BytecodeOfOtherSource { python, files, .. } => self.say(
                format!("{files} unchecked .pyc file{} made from another source than the one in the package: Python {python} runs the old code", s_of(*files)),
                format!("검사하지 않는 .pyc {files}개가 패키지의 소스와 다른 소스로 만들어졌습니다. Python {python}에서는 예전 코드가 실행됩니다"),
            ),
            Bytecode::BytecodeNeverRead {
                python,
                files,
                other_name,
                no_source,
                beside_source,
                hidden,
            } => {
                let many = number(*files);
                let why = self.parts([
                    part(*other_name, "for another Python or another -O", "다른 Python 버전이나 다른 -O용"),
                    part(*no_source, "without a source", "소스가 없는 것"),
                    part(*beside_source, "beside the source instead of in __pycache__", "__pycache__가 아니라 소스 옆에 있는 것"),
                    part(*hidden, "of a source that is never imported", "import되지 않는 소스의 것"),
                ]);
                self.say(
                    format!("{many} .pyc file{} that Python {python} never reads: {why}", s_of(*files)),
                    format!("Python {python}에서 읽지 않는 .pyc {many}개: {why}"),
                )
            }
        }
    }

    pub(in crate::render) const fn fix_bytecode(self, found: &Bytecode) -> &'static str {
        match found {
            Bytecode::BytecodeNotUsed(_) => self.pick(
                "bytecode that does not depend on dates, by the commands below; checked-hash instead of unchecked-hash compares each source with a hash first. Installing with SOURCE_DATE_EPOCH set writes checked-hash, too",
                "아래 명령으로 날짜와 무관한 바이트코드를 만드세요. unchecked-hash 대신 checked-hash를 쓰면 import할 때마다 소스의 해시를 비교합니다. SOURCE_DATE_EPOCH를 설정하고 설치해도 checked-hash로 만들어집니다",
            ),
            Bytecode::BytecodeOfOtherSource { .. } => self.pick("compile it again:", "다시 컴파일하세요:"),
            Bytecode::BytecodeRefused { .. } => self.pick(
                "install for the function's Python, or pack the source",
                "함수의 Python 버전에 맞춰 설치하거나 소스를 함께 담으세요",
            ),
            Bytecode::BytecodeNeverRead { .. } => self.pick("leave it out of the package", "패키지에서 빼세요"),
        }
    }

    fn not_used(self, found: &NotUsed) -> String {
        let bytes = figure::bytes(found.source_bytes);
        let NotUsed {
            python,
            compiled,
            sources,
            ..
        } = found;
        let (all, compiled) = (number(*sources), number(*compiled));
        let why = self.why_compiled(found);
        let most = match found.largest.as_slice() {
            [] | [_] => String::new(),
            folders => {
                let folders = folders.iter().take(3);
                let most = Self::sizes(folders.map(|folder| (folder.name.as_str(), folder.bytes)));
                self.say(
                    format!(". Most of it: {most}"),
                    format!(". 큰 것부터: {most}"),
                )
            }
        };
        let example = found.example.as_ref().map_or_else(String::new, |two| {
            let source = clean(&two.source);
            self.say(
                format!(
                    ". {source} was of {} when it was compiled, and is of {} in the package",
                    two.recorded, two.found
                ),
                format!(
                    ". 예: {source}은(는) 컴파일할 때 {}였지만 패키지에서는 {}입니다",
                    two.recorded, two.found
                ),
            )
        });
        let guessed = if found.python_certain || python == "3" {
            ""
        } else {
            self.pick(
                " (--runtime was not given: the version is that of most files)",
                "(--runtime이 없어 대부분의 파일이 가리키는 버전으로 봄)",
            )
        };
        self.say(
            format!("Python {python}{guessed} compiles {compiled} of {all} source{} ({bytes}) again at every cold start that imports them, as it can't keep the result in a read-only folder: {why}{most}{example}", s_of(*sources)),
            format!("Python {python}{guessed}에서는 읽기 전용 폴더에 결과를 남길 수 없어 소스 {all}개 중 {compiled}개({bytes})를 콜드 스타트에서 import할 때마다 다시 컴파일합니다: {why}{most}{example}"),
        )
    }

    fn why_compiled(self, found: &NotUsed) -> String {
        let stale = found.stale_time;
        let other = stale.sources - stale.dated_1980 - stale.rounded - stale.time_zone;
        self.parts([
            part(found.missing, "without bytecode", "바이트코드 없음"),
            part(
                found.other_python,
                "with bytecode of another Python alone",
                "다른 Python 버전의 바이트코드만 있음",
            ),
            part(
                stale.dated_1980,
                "dated 1980-01-01 in the package, and not in their bytecode",
                "패키지에서 날짜가 1980-01-01로 바뀌어 바이트코드와 다름",
            ),
            part(
                stale.rounded,
                "a second off their bytecode, by the two-second steps of a zip",
                "zip의 2초 단위 때문에 바이트코드와 1초 다름",
            ),
            part(
                stale.time_zone,
                "a time zone off their bytecode",
                "시간대만큼 바이트코드와 다름",
            ),
            part(
                other,
                "of another time than their bytecode says",
                "바이트코드에 기록된 시각과 다름",
            ),
            part(
                found.stale_size,
                "of another size than their bytecode says",
                "바이트코드에 기록된 크기와 다름",
            ),
            part(
                found.stale_hash,
                "of another hash than their bytecode says",
                "바이트코드에 기록된 해시와 다름",
            ),
            part(found.damaged, "with damaged bytecode", "바이트코드 손상"),
        ])
    }
}
