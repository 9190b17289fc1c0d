use unicode_width::UnicodeWidthStr as _;

use super::*;
use crate::results::samples::{pair, single};
use crate::results::{EndpointKind, ExcludedCount};

const SAVED: &str = ".lambench/results/20261125T125511Z-42.json";

fn plain(result: &RunResult, lang: Lang) -> String {
    report(result, lang, &Style::plain(), Some(Path::new(SAVED)))
}

/// Against a stored result; a baseline if it has a name.
fn against(stored: &RunResult, name: Option<&str>, result: &RunResult) -> RunResult {
    let arm = |result: &RunResult| result.latest().unwrap().0.arm;
    let mut both = crate::results::pair((stored, arm(stored)), (result, arm(result)));
    both.stored_before.as_mut().unwrap().name = name.map(str::to_owned);
    both
}

fn days_before(mut result: RunResult, days: i64) -> RunResult {
    let seconds = result.created_at.as_second() - days * 86_400 - 3600;
    result.created_at = jiff::Timestamp::from_second(seconds).unwrap();
    result.id = "20261122T115511Z-7".into();
    result
}

fn excluded(arm: Arm, kind: Kind, reason: Exclusion, count: u64) -> ExcludedCount {
    ExcludedCount {
        arm,
        kind,
        reason,
        count,
    }
}

fn troubled() -> RunResult {
    let mut result = pair();
    result.exclusions = vec![
        excluded(Arm::Before, Kind::Cold, Exclusion::FirstStart, 1),
        excluded(Arm::Before, Kind::Warm, Exclusion::FirstStart, 3),
        excluded(Arm::After, Kind::Cold, Exclusion::FirstStart, 1),
        excluded(Arm::After, Kind::Warm, Exclusion::FirstStart, 3),
        excluded(Arm::After, Kind::Cold, Exclusion::Unknown, 10),
        excluded(Arm::After, Kind::Warm, Exclusion::UnexpectedCold, 2),
    ];
    result.subjects[1].memory_mb = 1024;
    result.subjects[1].handler = Some("app.main".into());
    result
        .samples
        .retain(|s| s.arm != Arm::After || s.index % 3 == 0);
    result.warnings = vec![
        "before and after answer in different shapes: {a} and {b}; do both do the same work?"
            .into(),
    ];
    result.ending = Ending::Stopped {
        why: "too many starts had to be excluded (after): 10 of 17".into(),
    };
    result
}

#[test]
fn pair_in_english() {
    insta::assert_snapshot!(plain(&pair(), Lang::En));
}

#[test]
fn pair_in_korean() {
    insta::assert_snapshot!(plain(&pair(), Lang::Ko));
}

#[test]
fn single_subject() {
    insta::assert_snapshot!(plain(&single(), Lang::En));
}

#[test]
fn single_subject_on_aws_in_korean() {
    let mut result = single();
    let subject = &mut result.subjects[0];
    subject.name = "my-fn".into();
    subject.function = "my-fn".into();
    subject.endpoint = EndpointKind::Aws;
    subject.region = Some("ap-northeast-2".into());
    subject.runtime_version = None;
    subject.runtime_client = Some("AWS".into());
    (subject.cpu_limit, subject.mounts, subject.disk_state) = (None, None, None);
    subject.unzipped_bytes = None;
    insta::assert_snapshot!(plain(&result, Lang::Ko));
}

#[test]
fn single_subject_against_an_earlier_result() {
    let mut earlier = days_before(single(), 3);
    earlier.summary[0] = crate::results::samples::summary(Arm::Only, 1210.0);
    earlier.subjects[0].version = "API_ONLY_v1.0".into();
    insta::assert_snapshot!(plain(&against(&earlier, None, &single()), Lang::En));
}

#[test]
fn single_subject_against_the_after_of_a_baseline_from_elsewhere_in_korean() {
    let mut baseline = days_before(pair(), 0);
    baseline.machine = "macos aarch64, 10 CPUs".into();
    baseline.subjects[1].memory_mb = 256;
    let both = against(&baseline, Some("main"), &single());
    insta::assert_snapshot!(plain(&both, Lang::Ko));
}

#[test]
fn stopped_with_exclusions_and_subjects_that_differ() {
    insta::assert_snapshot!(plain(&troubled(), Lang::En));
}

#[test]
fn stopped_with_exclusions_in_korean() {
    insta::assert_snapshot!(plain(&troubled(), Lang::Ko));
}

#[test]
fn in_colour() {
    let mut result = pair();
    result.warnings = vec!["a warning".into()];
    result.summary[1].max_memory_mb = Some(131);
    let style = Style {
        color: true,
        ..Style::plain()
    };
    let colored = report(&result, Lang::En, &style, None);
    insta::assert_snapshot!(colored.replace('\x1b', "␛"));
}

#[test]
fn on_a_narrow_terminal() {
    let style = Style {
        width: 44,
        ..Style::plain()
    };
    insta::assert_snapshot!(report(&pair(), Lang::En, &style, Some(Path::new(SAVED))));
}

/// The longest figures that there can be, in both languages and every form of the table.
#[test]
fn no_table_is_wider_than_80_columns_or_ragged() {
    let mut result = pair();
    for (subject, summary) in result.subjects.iter_mut().zip(&mut result.summary) {
        subject.package_bytes = Some(262_143_999);
        subject.unzipped_bytes = Some(262_143_999);
        subject.version = "release-2026-11-25-최적화-with-a-name-that-goes-on".into();
        summary.cold_ms = Some(crate::results::samples::spread(888_888.8, true));
        summary.max_memory_mb = Some(10_240);
        summary.cost_cold_usd_per_million = Some(123_456.78);
    }
    let mut alone = result.clone();
    alone.subjects.remove(0);
    alone.summary.remove(0);
    alone.subjects[0].arm = Arm::Only;
    alone.summary[0].arm = Arm::Only;
    let both = against(&days_before(result.clone(), 3), None, &alone);
    for lang in [Lang::En, Lang::Ko] {
        for result in [&result, &alone, &both] {
            let printed = plain(result, lang);
            assert!(printed.contains("10240 MB"), "{printed}");
            let mut table_width = None;
            for line in printed.lines() {
                assert!(line.width() <= 80, "{line}\n{printed}");
                table_width = line.starts_with('|').then(|| {
                    assert_eq!(
                        line.width(),
                        table_width.unwrap_or(line.width()),
                        "{printed}"
                    );
                    line.width()
                });
            }
            assert!(
                printed.lines().any(|line| line.starts_with('|')),
                "{printed}"
            );
        }
    }
}

#[test]
fn an_answer_cannot_write_to_the_terminal() {
    let mut result = pair();
    result.subjects[1].version = "v2\x1b[2J\n| fake | row |".into();
    result.subjects[0].name = "a\x1b]0;title\x07b".into();
    result.ending = Ending::Stopped {
        why: "the function failed: \x1b[31mboo".into(),
    };
    let printed = plain(&result, Lang::En);
    assert!(!printed.contains(['\x1b', '\x07']), "{printed}");
    assert!(
        !printed.lines().any(|line| line.starts_with("| fake")),
        "{printed}"
    );
}

#[test]
fn a_result_without_figures_still_says_what_was_not_counted() {
    let mut result = troubled();
    result.summary.clear();
    result.samples.clear();
    let printed = plain(&result, Lang::En);
    assert!(!printed.contains('|'), "{printed}");
    assert!(printed.contains("10 cold"), "{printed}");
}

#[test]
fn any_width_can_be_printed_to() {
    for width in 1..=120 {
        let style = Style {
            width,
            ..Style::plain()
        };
        let printed = report(&troubled(), Lang::Ko, &style, None);
        assert!(printed.contains("99.6%"), "{width}: {printed}");
    }
}

#[test]
fn an_interrupted_run_says_so_in_korean() {
    let mut result = pair();
    result.ending = Ending::Stopped {
        why: "interrupted".into(),
    };
    let printed = plain(&result, Lang::Ko);
    assert!(
        printed.contains("계획을 마치기 전에 중단됨: 사용자 요청."),
        "{printed}"
    );
}

#[test]
fn a_baseline_of_another_function_is_named_as_one() {
    let mut baseline = days_before(single(), 3);
    baseline.subjects[0].function = "order-sync".into();
    let printed = plain(&against(&baseline, Some("main"), &single()), Lang::En);
    let printed = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        printed.contains(
            "Before was measured under other conditions: function (order-sync → data-collector)"
        ),
        "{printed}"
    );
}
