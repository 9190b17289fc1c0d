//! What is said about touches, and about what interrupted runs have left of them.

use super::Text;
use crate::results::Touch;

impl Text {
    /// What a touch changes.
    pub(in crate::render) const fn touched(self, touch: Touch) -> &'static str {
        match touch {
            Touch::Description => self.pick("description", "설명(Description)"),
            Touch::Env => self.pick(
                "environment variable of lambench's own",
                "lambench 전용 환경 변수",
            ),
            Touch::Memory => self.pick("memory size", "메모리 크기"),
            Touch::Timeout => self.pick("timeout", "제한 시간"),
        }
    }

    pub(in crate::render) fn put_back(self, function: &str, touch: Touch) -> String {
        let ko = match touch {
            Touch::Description => "설명(Description)을",
            Touch::Env => "환경 변수를",
            Touch::Memory => "메모리 크기를",
            Touch::Timeout => "제한 시간을",
        };
        let en = match touch {
            Touch::Env => "environment variables",
            other => Self(crate::config::Lang::En).touched(other),
        };
        self.say(
            format!("{function}: {en} put back"),
            format!("{function}: {ko} 원래대로 되돌렸습니다"),
        )
    }

    pub(in crate::render) fn will_touch(self, names: &str, touch: Touch) -> String {
        match touch {
            Touch::Description => self.say(
                format!("the description of {names} before every cold start; put back at the end"),
                format!("콜드 스타트마다 {names}의 설명(Description)을 바꾸고, 끝나면 원래대로 되돌립니다"),
            ),
            Touch::Env => self.say(
                format!(
                    "an environment variable of lambench's own in {names} before every cold start; removed at the end \
                     (a function without variables starts some 20 ms later with one)"
                ),
                format!(
                    "콜드 스타트마다 {names}에 lambench 전용 환경 변수를 쓰고, 끝나면 지웁니다(환경 변수가 없던 함수는 \
                     시작이 약 20ms 늦어집니다)"
                ),
            ),
            Touch::Memory => self.say(
                format!(
                    "the memory size of {names} before every cold start, by 1 MB to and fro (every other REPORT line \
                     shows it); put back at the end"
                ),
                format!(
                    "콜드 스타트마다 {names}의 메모리 크기를 1MB씩 번갈아 바꾸고(REPORT 줄에도 한 번 걸러 나타남), 끝나면 \
                     원래대로 되돌립니다"
                ),
            ),
            Touch::Timeout => self.say(
                format!(
                    "the timeout of {names} before every cold start, by 1 s to and fro; put back at the end"
                ),
                format!(
                    "콜드 스타트마다 {names}의 제한 시간을 1초씩 번갈아 바꾸고, 끝나면 원래대로 되돌립니다"
                ),
            ),
        }
    }

    pub(in crate::render) fn left_over_notice(self, names: &str) -> String {
        self.say(
            format!("note: an interrupted run has left something to put back: {names}. `lambench restore` finishes it, `lambench restore --list` shows it"),
            format!("알림: 중단된 실행이 되돌리지 못한 변경이 있습니다: {names}. `lambench restore`로 되돌리고, `lambench restore --list`로 확인할 수 있습니다"),
        )
    }

    pub(in crate::render) const fn nothing_left_over(self) -> &'static str {
        self.pick("nothing is left over", "되돌릴 것이 없습니다")
    }

    pub(in crate::render) fn left_over(self, name: &str, what: &str, by: &str, at: &str) -> String {
        self.say(
            format!("{name}: {what}; left by {by}, begun {at}"),
            format!("{name}: {what}. {by}, {at} 시작"),
        )
    }

    pub(in crate::render) fn to_put_back(self, touch: Touch) -> String {
        let what = self.touched(touch);
        self.say(format!("{what} to put back"), format!("{what} 되돌리기"))
    }

    pub(in crate::render) fn variable_to_remove(self, key: &str) -> String {
        self.say(
            format!("environment variable {key} to remove"),
            format!("환경 변수 {key} 지우기"),
        )
    }

    pub(in crate::render) fn to_delete(self, name: &str) -> String {
        self.say(format!("{name} to delete"), format!("{name} 삭제"))
    }

    pub(in crate::render) fn process(self, pid: u32, host: &str) -> String {
        self.say(
            format!("process {pid} on {host}"),
            format!("{host}의 프로세스 {pid}"),
        )
    }

    pub(in crate::render) fn being_measured(self, name: &str, owner: &str) -> String {
        self.say(
            format!("{name}: being measured right now by {owner}"),
            format!("{name}: 지금 측정 중입니다({owner})"),
        )
    }

    pub(in crate::render) fn journal_unreadable(self, path: &str, why: &str) -> String {
        self.say(
            format!("{path}: can't be read ({why})"),
            format!("{path}: 읽을 수 없습니다({why})"),
        )
    }

    pub(in crate::render) fn was_put_back(self, name: &str) -> String {
        self.say(
            format!("{name}: put back"),
            format!("{name}: 원래대로 되돌렸습니다"),
        )
    }

    pub(in crate::render) fn was_deleted(self, name: &str) -> String {
        self.say(format!("{name}: deleted"), format!("{name}: 삭제했습니다"))
    }

    pub(in crate::render) fn was_left_alone(self, name: &str) -> String {
        self.say(
            format!("{name}: somebody else has changed it since; left as they wrote it"),
            format!("{name}: 그사이 다른 사람이 바꾸었으므로 그대로 두었습니다"),
        )
    }

    pub(in crate::render) fn was_gone(self, name: &str) -> String {
        self.say(
            format!("{name}: there is no such function any more"),
            format!("{name}: 이제 존재하지 않는 함수입니다"),
        )
    }
}
