//! What is said before a run of what it will do.

use super::{Text, s_of};

words! {
    will_not_handle: "a wrapper loads the handler's module and answers {}: nothing of the handler is run",
        "래퍼가 핸들러의 모듈만 불러오고 {}로 응답합니다. 핸들러는 실행하지 않습니다";
    deleted_at_end: "created in the sandbox for this run and deleted at the end; nothing outside it is changed",
        "이번 측정을 위해 샌드박스에 만들었다가 끝나면 삭제합니다. 샌드박스 밖은 아무것도 바뀌지 않습니다";
    staged_on_aws: "functions are created for this run and deleted at the end",
        "이번 측정을 위해 함수를 만들었다가 끝나면 삭제합니다";
}

impl Text {
    pub(in crate::render) fn will_copy(self, names: &str) -> String {
        self.say(
            format!("copies of {names} are created with its role, variables and network, invoked, and deleted at the end; {names} itself is neither changed nor invoked"),
            format!("{names}의 사본을 같은 역할·환경 변수·네트워크로 만들어 호출하고, 끝나면 삭제합니다. {names} 자체는 바꾸지도 호출하지도 않습니다"),
        )
    }

    pub(in crate::render) fn payload(self, bytes: usize) -> String {
        let s = s_of(bytes);
        self.say(
            format!("payload of {bytes} byte{s}"),
            format!("페이로드 {bytes}바이트"),
        )
    }

    pub(in crate::render) fn because(self, reason: &str) -> String {
        self.say(format!("because {reason}"), format!("이유: {reason}"))
    }
}
