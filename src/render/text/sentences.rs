//! Sentences that are made where things happen, and kept in results in English: how they read in Korean.
//!
//! Results of any age can be shown so. A sentence that is not here, such as AWS's own words, stays as it is.

use super::Text;
use crate::config::Lang;

/// English and Korean. `{}` is a name or a number, which `{0}` puts into the Korean; `{0+}` is itself such a sentence.
const SENTENCES: &[(&str, &str)] = &[
    // Where it is measured, and why there
    ("--endpoint-url {}: {}", "--endpoint-url {0}: {1+}"),
    ("--aws: {}", "--aws: {0+}"),
    ("--local: {}", "--local: {0+}"),
    (
        "there is no lambench.toml here or above that defines {}",
        "현재 폴더와 상위 폴더에 {0}을(를) 정의한 lambench.toml이 없음",
    ),
    (
        "{} is not defined in {}",
        "{0}이(가) {1}에 정의되어 있지 않음",
    ),
    (
        "{} is defined with a package in {}",
        "{0}의 패키지가 {1}에 정의되어 있음",
    ),
    (
        "{} is defined without a package in {}",
        "{0}이(가) {1}에 패키지 없이 정의되어 있음",
    ),
    (
        "{} and {} are packages on this machine",
        "{0}와(과) {1}은(는) 이 컴퓨터에 있는 패키지",
    ),
    (
        "{} is a package on this machine",
        "{0}은(는) 이 컴퓨터에 있는 패키지",
    ),
    (
        "the deployed {}, not the package in {}",
        "{1}의 패키지가 아니라 배포된 {0}",
    ),
    (
        "the build stands beside the deployed {}",
        "배포된 {0}와(과) 나란히 비교할 빌드",
    ),
    (
        "{} names {} of {}, which is deployed",
        "{0}은(는) 배포된 {2}의 {1}",
    ),
    // Where values come from
    ("inferred from {}", "{0}에서 추론"),
    ("the default", "기본값"),
    ("runtime", "런타임"),
    ("handler", "핸들러"),
    ("layers {}", "레이어 {0}"),
    ("memory", "메모리"),
    ("timeout {} s", "제한 시간 {0}초"),
    // Warnings
    ("warning: {}", "주의: {0+}"),
    (
        "{}: its system log level is WARN, so REPORT may be missing and no start could be verified; see `{}` (SystemLogLevel INFO writes it)",
        "{0}: 시스템 로그 수준이 WARN이어서 REPORT가 기록되지 않을 수 있으며, 그러면 어떤 시작도 검증할 수 없습니다. `{1}`로 확인하세요(SystemLogLevel이 INFO이면 기록됩니다)",
    ),
    (
        "{}: SnapStart is on, but $LATEST is never restored from a snapshot: measured is an ordinary init, not what callers of its published versions meet",
        "{0}: SnapStart가 켜져 있지만 $LATEST는 스냅샷에서 복원되지 않습니다. 측정한 값은 일반 초기화이며, 게시된 버전을 호출할 때와 다릅니다",
    ),
    (
        "{}: its function URL streams (InvokeMode RESPONSE_STREAM), and here it is invoked buffered: whoever calls the URL has the first bytes before the handler's time is over",
        "{0}: 함수 URL은 응답을 스트리밍하지만(InvokeMode RESPONSE_STREAM) 여기서는 버퍼 방식으로 호출합니다. URL을 호출하는 쪽은 핸들러가 끝나기 전에 첫 바이트를 받습니다",
    ),
    (
        "{}: a container image; its size is not known here (see `aws ecr describe-images`), so there is no package size to compare",
        "{0}: 컨테이너 이미지라서 크기를 알 수 없고(`aws ecr describe-images` 참고) 패키지 크기를 비교하지 않습니다",
    ),
    (
        "{}: whether a version or an alias of it has provisioned concurrency is not known ({})",
        "{0}: 버전이나 별칭에 프로비저닝된 동시성이 있는지 알 수 없습니다({1})",
    ),
    (
        "{}: an interrupted run had touched it, and somebody else has changed it since; it was left as they wrote it",
        "{0}: 중단된 측정이 바꾼 뒤 다른 사람이 다시 바꾸었으므로 그대로 두었습니다",
    ),
    (
        "{}: what an interrupted run had left touched was put back before the first touch",
        "{0}: 중단된 측정이 남긴 변경을 측정 전에 되돌렸습니다",
    ),
    (
        "{}: a variable of lambench's that an interrupted run had left is taken out at the end",
        "{0}: 중단된 측정이 남긴 lambench 환경 변수를 끝날 때 제거합니다",
    ),
    (
        "{}: the description ended in a suffix that an interrupted run had left; it is put back without it",
        "{0}: 설명 끝에 중단된 측정이 남긴 접미사가 있어, 그 접미사를 뺀 설명으로 되돌립니다",
    ),
    (
        "{}: touched by its memory size, so every other start ran with 1 MB more or less than {} MB",
        "{0}: 메모리 크기를 바꾸어 측정했으므로 두 번에 한 번은 {1} MB보다 1 MB 많거나 적은 메모리로 실행되었습니다",
    ),
    (
        "{}: a copy of {} is created and deleted; its code and runtime pin are read for that",
        "{0}: {1}의 복사본을 만들었다가 삭제하며, 이를 위해 코드와 런타임 고정 설정을 읽습니다",
    ),
    (
        "the copy of {} is without {}",
        "{0}의 복사본에는 다음이 없습니다: {1}",
    ),
    (
        "{}, a copy of {}, is without {}",
        "{1}의 복사본 {0}에는 다음이 없습니다: {2}",
    ),
    (
        "{} runs on the runtime version {}, its copy on {}",
        "{0}의 런타임 버전은 {1}, 복사본은 {2}입니다",
    ),
    (
        "the log group {} stays: {}",
        "로그 그룹 {0}은(는) 남습니다. 삭제: {1}",
    ),
    (
        "before and after answer in different shapes ({}); do both do the same work?",
        "최적화 전과 후의 응답 형태가 다릅니다({0}). 둘이 같은 일을 하나요?",
    ),
    (
        "continued at {} after an interruption: {} of its invokes are of the first part, begun at {}",
        "중단되었다가 {0}에 이어서 측정했습니다. 호출 {1}회는 {2}에 시작한 앞부분의 것입니다",
    ),
    (
        "the whole plan may cost about {} dollars, more than --max-cost {}: it will be stopped on the way",
        "전체 계획의 비용은 약 {0}달러로 --max-cost {1}을(를) 넘을 수 있어, 도중에 중단됩니다",
    ),
    (
        "{} is not measured: the stored baseline is the one before",
        "{0}은(는) 측정하지 않습니다. 저장된 기준선이 최적화 전입니다",
    ),
    (
        "{} does not define {}: did you mean {}?",
        "{0}에 {1}이(가) 정의되어 있지 않습니다. {2}을(를) 뜻하셨나요?",
    ),
    (
        "the variable {} is ignored; did you mean {}?",
        "환경 변수 {0}은(는) 무시됩니다. {1}을(를) 뜻하셨나요?",
    ),
    (
        "{}: unknown key {} is ignored; did you mean {}?",
        "{0}: 알 수 없는 키 {1}은(는) 무시됩니다. {2}을(를) 뜻하셨나요?",
    ),
    (
        "{}: unknown key {} is ignored",
        "{0}: 알 수 없는 키 {1}은(는) 무시됩니다",
    ),
    (
        "layer {}: no {}/ folder at its top, so {} finds no modules in it",
        "레이어 {0}: 맨 위에 {1}/ 폴더가 없어 {2}이(가) 모듈을 찾지 못합니다",
    ),
    (
        "{}: no {} in it for handler {}; it has to come from a layer",
        "{0}: 핸들러 {2}에 필요한 {1}이(가) 없으므로 레이어에 있어야 합니다",
    ),
    (
        "{}: no {} in it, for handler {} of {}; it has to come from a layer",
        "{0}: {3}의 핸들러 {2}에 필요한 {1}이(가) 없으므로 레이어에 있어야 합니다",
    ),
    (
        "{}: {} records without a time are on neither side",
        "{0}: 시각이 없는 기록 {1}개는 어느 쪽에도 넣지 않았습니다",
    ),
    (
        "{}: {} invokes are left out: their log names no function",
        "{0}: 로그에 함수 이름이 없는 호출 {1}회는 제외했습니다",
    ),
    (
        "{}: {} records could not be read whole",
        "{0}: 끝까지 읽을 수 없는 기록 {1}개",
    ),
    // Why a run was stopped
    (
        "stopping: putting everything back (again to give up)",
        "중단하는 중: 모두 되돌립니다(한 번 더 누르면 포기)",
    ),
    (" (before)", "(최적화 전)"),
    (" (after)", "(최적화 후)"),
    ("interrupted", "사용자 요청"),
    ("not begun", "시작하지 않음"),
    (
        "the time that --max-time gives is up",
        "--max-time으로 정한 시간이 지남",
    ),
    ("the function failed{}: {}", "함수 오류{0+}: {1}"),
    (
        "an answer is not the expected one{}: {}",
        "예상과 다른 응답{0+}: {1}",
    ),
    (
        "the answer is a response stream (an HTTP head, eight zero bytes, a body){}: the handler is made for streaming only, and its callers don't wait for a whole answer as lambench does",
        "응답이 스트림 형식입니다(HTTP 헤더, 0바이트 여덟 개, 본문){0+}. 스트리밍 전용 핸들러이며, 실제 호출자는 lambench처럼 전체 응답을 기다리지 않습니다",
    ),
    (
        "no answer of the first start had a REPORT line in its log tail{}, so no start could be verified",
        "첫 시작의 어떤 응답에도 로그 끝부분에 REPORT 줄이 없어{0+} 시작을 검증할 수 없음",
    ),
    (
        "too many starts had to be excluded{}: {} of {}, the last because {} ({})",
        "제외한 시작이 너무 많음{0+}: {2}회 중 {1}회, 마지막 이유: {3+}({4})",
    ),
    (
        "too many starts had to be excluded{}: {} of {}, the last because {}",
        "제외한 시작이 너무 많음{0+}: {2}회 중 {1}회, 마지막 이유: {3+}",
    ),
    (
        "it was the first, unmeasured start",
        "측정하지 않는 첫 시작",
    ),
    (
        "its REPORT shows neither Init nor Restore Duration",
        "REPORT에 Init Duration도 Restore Duration도 없음",
    ),
    ("no REPORT line came back", "REPORT 줄이 오지 않음"),
    (
        "the cold start before it was not accepted",
        "앞선 콜드 스타트가 집계되지 않음",
    ),
    ("another environment answered", "다른 실행 환경이 응답함"),
    (
        "its init had run before anyone waited",
        "기다리는 호출이 없을 때 초기화가 이미 실행됨",
    ),
    ("the function failed", "함수 오류"),
    (
        "the call failed before the function ran",
        "함수가 실행되기 전에 호출이 실패함",
    ),
    (
        "touching the function gave no cold start {} times in a row{}",
        "함수를 바꾸어도 {0}번 연속으로 콜드 스타트가 없음{1+}",
    ),
    (
        "the next invoke would pass --max-cost {}: {} dollars are spent, and it may cost {} more",
        "다음 호출이 --max-cost {0}을(를) 넘게 됨: 지금까지 {1}달러, 다음 호출은 {2}달러 예상",
    ),
    (
        "the function could not be put back, so the command was not run",
        "함수를 되돌리지 못해 명령을 실행하지 않음",
    ),
    (
        "what the command left could not be measured",
        "명령을 실행한 뒤의 함수를 측정하지 못함",
    ),
    ("`{}` failed ({})", "`{0}` 실패({1})"),
    (
        "`{}` could not be started: {}",
        "`{0}`을(를) 시작하지 못함: {1}",
    ),
    (
        "{} was changed by somebody else during the run ({})",
        "측정 중에 다른 사람이 {0}을(를) 변경함({1+})",
    ),
    ("its code is another", "코드가 달라짐"),
    ("its configuration is another", "설정이 달라짐"),
    (
        "its revision is not the one that was last read",
        "리비전이 마지막으로 읽은 것과 다름",
    ),
    ("writing the run's log: {}", "측정 로그를 쓰는 중: {0}"),
];

impl Text {
    /// A sentence that is kept in English, in the reader's language.
    pub(in crate::render) fn told(self, english: &str) -> String {
        let korean = match self.0 {
            Lang::En => None,
            Lang::Ko => korean(english),
        };
        korean.unwrap_or_else(|| english.to_owned())
    }
}

fn korean(english: &str) -> Option<String> {
    // Two reasons, one for each subject.
    if let Some((first, second)) = english.split_once("; ")
        && let (Some(first), Some(second)) = (korean(first), korean(second))
    {
        return Some(format!("{first}; {second}"));
    }
    let (holes, mut rest) = SENTENCES
        .iter()
        .find_map(|(en, ko)| Some((holes(en, english)?, *ko)))?;
    let mut text = String::new();
    while let Some((head, tail)) = rest.split_once('{') {
        let (hole, after) = tail.split_once('}')?;
        let itself = hole.strip_suffix('+');
        let value = *holes.get(itself.unwrap_or(hole).parse::<usize>().ok()?)?;
        text.push_str(head);
        match itself.and_then(|_| korean(value)) {
            Some(told) => text.push_str(&told),
            None => text.push_str(value),
        }
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

/// What stands in the holes of a sentence, if it is that one.
fn holes<'a>(sentence: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut literals = sentence.split("{}");
    let mut rest = text.strip_prefix(literals.next()?)?;
    let mut found = Vec::new();
    let mut literals = literals.peekable();
    while let Some(literal) = literals.next() {
        let end = if literals.peek().is_none() {
            rest.len() - rest.ends_with(literal).then_some(literal.len())?
        } else {
            rest.find(literal)?
        };
        found.push(&rest[..end]);
        rest = &rest[end + literal.len()..];
    }
    rest.is_empty().then_some(found)
}

#[cfg(test)]
mod tests;
