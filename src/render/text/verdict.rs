//! The verdict in words, and what it rests on.

use super::{Text, s_of};
use crate::compare::Trust;
use crate::gate::Note;
use crate::results::Arm;
use crate::stats::{Looks, TwoGroups};

impl Text {
    pub(in crate::render) fn verdict_head(self, verdict: &str, trust: Trust) -> String {
        let (en, ko) = match trust {
            Trust::Measured => ("", ""),
            Trust::Indicative => (" (indicative)", "(참고용)"),
            Trust::Observational => (
                " (observational, not a controlled experiment)",
                "(관찰한 결과, 통제된 실험 아님)",
            ),
        };
        self.say(
            format!("Verdict: {verdict}{en}."),
            format!("판정: {verdict}{ko}."),
        )
    }

    pub(in crate::render) fn is_changed(
        self,
        name: &str,
        size: &str,
        lower: bool,
        (low, high): (&str, &str),
    ) -> String {
        let (en, ko) = if lower {
            ("lower", "감소")
        } else {
            ("higher", "증가")
        };
        self.say(
            format!("{name} is {size} {en} ({low} to {high})"),
            format!("{name} {size} {ko}({low} ~ {high})"),
        )
    }

    pub(in crate::render) fn beside_limit(self, limit: &str, beyond: bool) -> String {
        if beyond {
            self.say(
                format!("; the limit is {limit}"),
                format!(", 한도 {limit} 초과"),
            )
        } else {
            self.say(
                format!("; that is below the limit of {limit}"),
                format!(", 한도 {limit} 미만"),
            )
        }
    }

    pub(in crate::render) fn between(self, name: &str, low: &str, high: &str) -> String {
        self.say(
            format!("the change of {} is between {low} and {high}", lower(name)),
            format!("{name}의 변화는 {low}에서 {high} 사이입니다"),
        )
    }

    pub(in crate::render) fn within(
        self,
        name: &str,
        low: &str,
        high: &str,
        limit: Option<&str>,
        n: &str,
    ) -> String {
        let (en, ko) = limit.map_or_else(Default::default, |limit| {
            (
                format!(", below the limit of {limit}"),
                format!(", 한도 {limit} 미만"),
            )
        });
        self.say(
            format!(
                "the change of {} is between {low} and {high}{en}; {n}",
                lower(name)
            ),
            format!("{name}의 변화 {low} ~ {high}{ko}, {n}"),
        )
    }

    pub(in crate::render) fn would_decide(self, more: Option<u32>, limit: &str) -> String {
        match more {
            Some(pairs) => {
                let s = s_of(pairs);
                self.say(
                    format!("about {pairs} more pair{s} would decide at the limit of {limit}"),
                    format!("약 {pairs}쌍을 더 측정하면 한도 {limit} 기준으로 판정할 수 있습니다"),
                )
            }
            None => self.say(
                format!("no affordable number of pairs would decide at the limit of {limit}"),
                format!("한도 {limit} 기준으로는 측정 횟수를 늘려도 판정하기 어렵습니다"),
            ),
        }
    }

    pub(in crate::render) fn no_interval(self, name: &str, one: bool, n: &str) -> String {
        let are = if one { "is" } else { "are" };
        self.say(
            format!(
                "{n} {are} too few for an interval of the change of {}",
                lower(name)
            ),
            format!("{name}의 변화 구간을 구하기에는 측정 횟수가 부족합니다({n})"),
        )
    }

    pub(in crate::render) fn exact_change(
        self,
        name: &str,
        change: &str,
        limit: Option<&str>,
    ) -> String {
        let (en, ko) = limit.map_or_else(Default::default, |limit| {
            (format!("; the limit is {limit}"), format!(", 한도 {limit}"))
        });
        self.say(
            format!("{name} changed by {change}{en}"),
            format!("{name} 변화 {change}{ko}"),
        )
    }

    pub(in crate::render) fn is_value(
        self,
        name: &str,
        value: &str,
        interval: Option<(&str, &str)>,
        limit: &str,
        over: bool,
    ) -> String {
        let (en, ko) = interval.map_or_else(Default::default, |(low, high)| {
            (format!(" ({low} to {high})"), format!("({low} ~ {high})"))
        });
        if over {
            return self.say(
                format!("{name} is {value}{en}, over the limit of {limit}"),
                format!("{name} {value}{ko}, 한도 {limit} 초과"),
            );
        }
        self.say(
            format!("{name} is {value}{en}; the limit is {limit}"),
            format!("{name} {value}{ko}, 한도 {limit}"),
        )
    }

    pub(in crate::render) fn nothing_to_tell(self, name: &str) -> String {
        self.say(
            format!("there are no figures of {}", lower(name)),
            format!("{name}의 측정값이 없습니다"),
        )
    }

    /// `10 pairs`, or how many each arm has.
    pub(in crate::render) fn pairs(self, before: usize, after: usize) -> String {
        if before == after {
            let s = s_of(before);
            self.say(format!("{before} pair{s}"), format!("{before}쌍"))
        } else {
            self.say(
                format!("{before} before and {after} after"),
                format!("최적화 전 {before}회와 후 {after}회"),
            )
        }
    }

    pub(in crate::render) fn decided_at(self, look: usize, of: usize) -> String {
        if look == of {
            return self.say(
                format!("; decided at the last of {} looks", counted(of)),
                format!(". {of}번의 판정 시점 중 마지막에서 판정했습니다"),
            );
        }
        self.say(
            format!(
                "; decided at the {} of {} looks",
                ordinal(look),
                counted(of)
            ),
            format!(". {of}번의 판정 시점 중 {look}번째에서 판정했습니다"),
        )
    }

    pub(in crate::render) fn undecided_after(self, of: usize) -> String {
        self.say(
            format!("; none of the {} looks decided", counted(of)),
            format!(". {of}번의 판정 시점 모두에서 판정하지 못했습니다"),
        )
    }

    pub(in crate::render) fn judged_as_at(self, look: usize, of: usize) -> String {
        self.say(
            format!(
                "; judged by what the {} of {} looks saw, not by what came after it until the run was stopped",
                ordinal(look),
                counted(of)
            ),
            format!(
                ". {of}번의 판정 시점 중 {look}번째까지의 측정값으로 판정했으며, 그 뒤 중단될 때까지 측정한 값은 판정에 쓰지 않았습니다"
            ),
        )
    }

    pub(in crate::render) const fn judged_when_stopped(self) -> &'static str {
        self.pick(
            "; judged at what there was when the run was stopped",
            ". 중단 시점까지의 측정값으로 판정했습니다",
        )
    }

    /// Why nothing can be said, or what else there is to say.
    pub(in crate::render) fn judged_note(self, note: &Note) -> String {
        let ko = match note {
            Note::NoBefore => "비교할 최적화 전 측정이 없습니다".to_owned(),
            Note::BeforeUnknown => "최적화 전의 크기를 알 수 없습니다".to_owned(),
            Note::AfterUnknown => "크기를 알 수 없습니다".to_owned(),
            Note::NoFigures => "집계한 호출에 이 수치가 없습니다".to_owned(),
            Note::TooFew { n, needed } => {
                format!("콜드 스타트 {n}회로는 부족하며 {needed}회가 필요합니다")
            }
            Note::NotPositive => "0인 수치가 있어 비율을 구할 수 없습니다".to_owned(),
            Note::FromNothing => "최적화 전에는 없던 것입니다".to_owned(),
            Note::AmongFunctions(n) => format!("함수 {n}개를 함께 보면 확실하지 않습니다"),
            Note::Indicative => {
                "최적화 전과 후를 번갈아 측정하지 않았으므로 게이트를 실패시키지 않습니다"
                    .to_owned()
            }
            Note::Observational => {
                "로그는 통제된 실험이 아니므로 게이트를 실패시키지 않습니다".to_owned()
            }
            Note::BeforeLook { pairs, at } => {
                format!("첫 판정 시점인 {at}쌍에 이르기 전에 {pairs}쌍에서 중단되었습니다")
            }
            Note::BeforeEnd { starts, of } => {
                format!(
                    "콜드 스타트 {of}회 가운데 {starts}회만 측정하고 중단되어 판정할 수 없습니다"
                )
            }
        };
        self.say(note.to_string(), ko)
    }

    /// What `±` and the parentheses mean.
    pub(in crate::render) fn intervals_note(self, alpha: f64) -> String {
        let level = (1.0 - alpha) * 100.0;
        let decimals = if level.fract().abs() < 1e-9 { 0 } else { 2 };
        self.say(
            format!("± and parentheses are {level:.decimals$}% intervals."),
            format!("±와 괄호는 {level:.decimals$}% 신뢰 구간입니다."),
        )
    }

    /// What p, `~` and a change are; n where it is the same of every figure. A p that there was no room for is not
    /// passed over.
    pub(in crate::render) fn test_note(self, has_p: bool, n: Option<(usize, usize)>) -> String {
        let (en, ko) = match n {
            None => Default::default(),
            Some((a, b)) if a == b => (format!(", n = {a} of each"), format!(", n = 각각 {a}")),
            Some((a, b)) => (
                format!(", n = {a} before and {b} after"),
                format!(", n = 전 {a}, 후 {b}"),
            ),
        };
        let (p, ko_p) = if has_p {
            ("p is the rank test's", "p는 순위 검정")
        } else {
            (
                "p, the rank test's, needs a wider terminal",
                "터미널이 좁아 p를 생략했습니다. p는 순위 검정",
            )
        };
        self.say(
            format!("{p} (Mann-Whitney{en}); ~ is where nothing can be said. A change is the median of all after/before (Hodges-Lehmann), not the ratio of the medians."),
            format!("{ko_p}(Mann-Whitney{ko})의 값이며, ~는 변화가 있다고 말할 수 없다는 뜻입니다. 변화는 모든 후/전 비율의 중앙값(Hodges-Lehmann)으로, 표에 나온 중앙값의 비율과 다를 수 있습니다."),
        )
    }

    pub(in crate::render) fn looks_note(self, looks: &Looks) -> String {
        let at: Vec<String> = looks.at.iter().map(ToString::to_string).collect();
        let (last, others) = at
            .split_last()
            .map_or(("", &[][..]), |(l, o)| (l.as_str(), o));
        let alpha = looks.alpha;
        self.say(
            format!("Looks at {} and {last} cold starts each, at level {alpha} each, were fixed beforehand.", others.join(", ")),
            format!("판정 시점은 각각 콜드 스타트 {}회로 미리 정했으며, 유의 수준은 시점마다 {alpha}입니다.", at.join("·")),
        )
    }

    pub(in crate::render) fn single_interval_note(self) -> &'static str {
        self.pick(
            "± is the 95% interval of a median.",
            "±는 중앙값의 95% 신뢰 구간입니다.",
        )
    }

    pub(in crate::render) fn two_groups_note(
        self,
        arm: Arm,
        groups: &TwoGroups,
        (low, high): (&str, &str),
    ) -> String {
        let (en, ko) = cold_starts_of(arm);
        let (n_low, n_high) = (groups.n_low, groups.n_high);
        self.say(
            format!("{en} fall into two groups, {n_low} around {low} and {n_high} around {high}: their median is not a usual start."),
            format!("{ko}가 두 무리로 나뉩니다({low} 부근 {n_low}회, {high} 부근 {n_high}회). 중앙값이 보통의 시작 시간을 나타내지 않습니다."),
        )
    }

    pub(in crate::render) fn far_out_note(self, arm: Arm, n: usize) -> String {
        let (_, ko) = cold_starts_of(arm);
        let (s, lie) = (s_of(n), if n == 1 { "lies" } else { "lie" });
        let of = Self(crate::config::Lang::En)
            .arm(arm)
            .map_or_else(String::new, |arm| format!(" {arm}"));
        self.say(
            format!("{n} cold start{s}{of} {lie} far from the rest (more than 3 interquartile ranges outside the middle half), and counted all the same."),
            format!("{ko} {n}회가 나머지와 크게 떨어져 있지만(사분위 범위의 3배 초과) 집계에는 포함했습니다."),
        )
    }
}

fn cold_starts_of(arm: Arm) -> (String, String) {
    let (en, ko) = (
        Text(crate::config::Lang::En).arm(arm),
        Text(crate::config::Lang::Ko).arm(arm),
    );
    (
        en.map_or_else(|| "Cold starts".into(), |arm| format!("Cold starts {arm}")),
        ko.map_or_else(|| "콜드 스타트".into(), |arm| format!("{arm} 콜드 스타트")),
    )
}

/// A metric's own words within a sentence; budgets' names stay as they are.
fn lower(name: &str) -> String {
    name.replace("Cold start", "cold start")
        .replace("Warm start", "warm start")
}

fn counted(n: usize) -> String {
    match n {
        2 => "two".into(),
        3 => "three".into(),
        n => n.to_string(),
    }
}

fn ordinal(n: usize) -> String {
    match n {
        1 => "first".into(),
        2 => "second".into(),
        3 => "third".into(),
        n => format!("{n}th"),
    }
}
