//! What is said while a run is under way.

use super::Text;
use crate::config::Lang;
use crate::results::Arm;

words! {
    cold_starts: "cold starts", "콜드 스타트";
}

impl Text {
    /// At most so long, where a look may end the run.
    pub(in crate::render) fn time_left(self, seconds: u64, may_end: bool) -> String {
        let (n, unit, ko) = roughly(seconds);
        let (about, ko_about) = if may_end {
            ("up to", "최대")
        } else {
            ("about", "약")
        };
        self.say(
            format!("{about} {n} {unit} left"),
            format!("{ko_about} {n}{ko} 남음"),
        )
    }

    /// What the first update has taken, and so all of them together.
    pub(in crate::render) fn settling_takes(self, each: &str, seconds: u64) -> String {
        let left = self.time_left(seconds, false);
        self.say(
            format!("an update takes {each} to be in force: {left}, and the starts"),
            format!("설정 변경이 적용되는 데 {each} 걸립니다. 시작 시간을 빼고 {left}"),
        )
    }

    pub(in crate::render) fn first_start(self, arm: Arm) -> String {
        let (en, ko) = (Text(Lang::En).arm(arm), Text(Lang::Ko).arm(arm));
        self.say(
            format!(
                "first start{}, not counted",
                en.map_or_else(String::new, |arm| format!(" ({arm})"))
            ),
            format!(
                "첫 시작{}, 집계하지 않음",
                ko.map_or_else(String::new, |arm| format!("({arm})"))
            ),
        )
    }

    /// One measurement of several: with this put off, or with all that is planned.
    pub(in crate::render) fn part(self, without: Option<&str>, number: usize, of: usize) -> String {
        let without = without.unwrap_or_else(|| self.whole_plan());
        self.say(
            format!("{without} put off ({number} of {of})"),
            format!("{without}: 나중에 불러오기({number}/{of})"),
        )
    }

    pub(in crate::render) fn measuring_part(self, part: &str) -> String {
        self.say(format!("measuring with {part}"), format!("측정: {part}"))
    }

    pub(in crate::render) fn not_counted_count(self, count: usize) -> String {
        self.say(format!("{count} not counted"), format!("제외 {count}회"))
    }
}

/// How many of which unit, in both languages: no more exact than a guess can be.
pub(super) const fn roughly(seconds: u64) -> (u64, &'static str, &'static str) {
    match seconds {
        0 => (1, "s", "초"),
        1..=90 => (seconds, "s", "초"),
        91..=5400 => (seconds.div_ceil(60), "min", "분"),
        _ => (seconds.div_ceil(3600), "h", "시간"),
    }
}
