//! The words of a quick look, and the question before one of a deployed function.

use super::Text;

words! {
    look_init: "init", "초기화";
    look_restore: "restore", "복원";
    no_report: "no REPORT line came back", "REPORT 줄이 없습니다";
}

impl Text {
    pub(in crate::render) const fn start_kind(self, cold: bool) -> &'static str {
        if cold {
            self.pick("cold", "콜드")
        } else {
            self.pick("warm", "웜")
        }
    }

    pub(in crate::render) fn question_of_invoke(self, name: &str) -> String {
        match self.0 {
            crate::config::Lang::En => format!("Invoke {name} now? [y/N]"),
            crate::config::Lang::Ko => format!("{name} 함수를 지금 실행할까요? [y/N]"),
        }
    }

    pub(in crate::render) fn may_invoke(self, name: &str, role: &str) -> String {
        match self.0 {
            crate::config::Lang::En => {
                format!("{name} will run once on AWS, with its own role ({role}).")
            }
            crate::config::Lang::Ko => {
                format!("{name} 함수가 AWS에서 자체 역할({role})로 한 번 실제 실행됩니다.")
            }
        }
    }
}
