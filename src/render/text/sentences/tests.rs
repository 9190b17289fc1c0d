//! Every sentence that is kept has its Korean, with all its names and numbers.

use super::*;
use crate::bench::stopped::Stopped;
use crate::lambda::LambdaError;
use crate::results::{Arm, Exclusion};

fn told(english: &str) -> String {
    Text(Lang::Ko).told(english)
}

#[test]
fn every_sentence_has_all_its_names_and_numbers_in_korean() {
    for (en, ko) in SENTENCES {
        for n in 0..en.matches("{}").count() {
            let named = [format!("{{{n}}}"), format!("{{{n}+}}")];
            assert!(named.iter().any(|hole| ko.contains(hole)), "{ko}: no {n}");
        }
        let said = told(&en.replace("{}", "x"));
        assert!(!said.contains(['{', '}']), "{said}");
        let names_a_flag = en.starts_with("--");
        assert!(names_a_flag || said != en.replace("{}", "x"), "{en}");
    }
}

#[test]
fn every_reason_to_stop_is_told_in_korean() {
    let max_cost = Stopped::MaxCost {
        limit_usd: 0.5,
        spent_usd: 0.4,
        next_usd: 0.2,
    };
    let too_many = |last, error: Option<&str>| Stopped::TooManyExcluded {
        arm: Arm::After,
        excluded: 11,
        tried: 12,
        last,
        error: error.map(str::to_owned),
    };
    let mut all = vec![
        Stopped::Interrupted,
        Stopped::TimeUp,
        Stopped::FunctionFailed {
            arm: Arm::Before,
            message: "ValueError: x".into(),
        },
        Stopped::Unexpected {
            arm: Arm::Only,
            message: "/a is 1".into(),
        },
        Stopped::Streams { arm: Arm::Only },
        Stopped::NoReport { arm: Arm::After },
        Stopped::NeverCold { arm: Arm::Only },
        max_cost,
        Stopped::Lambda(LambdaError::ChangedByOthers {
            function: "my-fn".into(),
            what: "its code is another".into(),
        }),
    ];
    for last in [
        Exclusion::Unknown,
        Exclusion::NoReport,
        Exclusion::AfterUnknown,
        Exclusion::UnexpectedCold,
        Exclusion::ProactiveInit,
        Exclusion::FunctionError,
        Exclusion::CallFailed,
    ] {
        all.push(too_many(last, None));
        all.push(too_many(last, Some("429")));
    }
    for stopped in all {
        let english = stopped.to_string();
        let korean = told(&english);
        assert!(
            korean.chars().any(|c| ('가'..='힣').contains(&c)),
            "{english}: {korean}"
        );
        for word in ["because", "before", "after", " its "] {
            assert!(!korean.contains(word), "{korean}");
        }
    }
}

#[test]
fn what_is_not_known_and_what_is_named_stays_as_it_is() {
    assert_eq!(told("Rate Exceeded."), "Rate Exceeded.");
    assert_eq!(
        told("handler is not defined in lambench.toml"),
        "handler이(가) lambench.toml에 정의되어 있지 않음"
    );
    assert_eq!(
        told(
            "--aws: my-fn is not defined in x.toml; there is no lambench.toml here or above that defines b"
        ),
        "--aws: my-fn이(가) x.toml에 정의되어 있지 않음; 현재 폴더와 상위 폴더에 b을(를) 정의한 lambench.toml이 없음"
    );
    assert_eq!(Text(Lang::En).told("interrupted"), "interrupted");
}
