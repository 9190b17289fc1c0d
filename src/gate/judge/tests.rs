//! A table for each way in which a budget is judged.

use super::*;
use crate::results::samples::{pair, subject};
use crate::results::{Arm, Kind, Layer};

/// Samples whose cold starts take these times, all of it init; each with one warm invoke of a tenth.
fn arm(arm: Arm, cold_ms: &[f64]) -> Vec<Sample> {
    let template = pair().samples.swap_remove(0);
    cold_ms
        .iter()
        .enumerate()
        .flat_map(|(i, ms)| {
            let cold = Sample {
                index: i as u64,
                arm,
                environment: i as u64,
                kind: Kind::Cold,
                client_ms: ms + 1.0,
                init_ms: Some(*ms),
                handler_ms: Some(0.0),
                billed_ms: Some(ms.ceil()),
                max_memory_mb: Some((ms / 10.0) as u64),
                ..template.clone()
            };
            let warm = Sample {
                kind: Kind::Warm,
                init_ms: None,
                handler_ms: Some(ms / 10.0),
                ..cold.clone()
            };
            [cold, warm]
        })
        .collect()
}

/// `n` figures around a median, 1 % apart in all.
fn around(median: f64, n: usize) -> Vec<f64> {
    spread(median, n, 0.01)
}

fn spread(median: f64, n: usize, share: f64) -> Vec<f64> {
    (0..n)
        .map(|i| median * (1.0 + share * (i as f64 / (n - 1) as f64 - 0.5)))
        .collect()
}

struct Case<'a> {
    budgets: &'a [&'a str],
    before: Option<&'a [f64]>,
    after: &'a [f64],
    change: fn(&mut SubjectResult, &mut SubjectResult),
    alpha: f64,
}

impl Default for Case<'_> {
    fn default() -> Self {
        Self {
            budgets: &[],
            before: None,
            after: &[],
            change: |_, _| {},
            alpha: 0.05,
        }
    }
}

impl Case<'_> {
    fn judge(&self) -> Vec<Judgement> {
        let (mut first, mut second) = (subject(Arm::Before), subject(Arm::After));
        first.layers.clear();
        second.layers.clear();
        (self.change)(&mut first, &mut second);
        let before = self.before.map(|ms| arm(Arm::Before, ms));
        let after = arm(Arm::After, self.after);
        let budgets: Vec<Budget> = self.budgets.iter().map(|b| b.parse().unwrap()).collect();
        let prices = Prices::builtin();
        judge(
            &budgets,
            before.as_deref().map(|samples| Side {
                samples,
                subject: &first,
            }),
            Side {
                samples: &after,
                subject: &second,
            },
            self.alpha,
            &prices,
        )
    }

    fn one(&self) -> Judgement {
        let mut all = self.judge();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }
}

fn verdict(budget: &str, before: &[f64], after: &[f64]) -> Verdict {
    let case = Case {
        budgets: &[budget],
        before: Some(before),
        after,
        ..Case::default()
    };
    case.one().verdict
}

use Verdict::{Improved, Inconclusive, Passed, Regressed};

#[test]
fn a_change_of_a_median_is_decided_by_ranks() {
    for (budget, before, after, expected) in [
        (
            "cold.p50 > +10%",
            around(100.0, 20),
            around(130.0, 20),
            Regressed,
        ),
        (
            "cold.p50 > +10%",
            around(100.0, 20),
            around(105.0, 20),
            Passed,
        ),
        (
            "cold.p50 > +10%",
            around(100.0, 20),
            around(100.0, 20),
            Passed,
        ),
        (
            "cold.p50 > +10%",
            around(100.0, 20),
            around(80.0, 20),
            Improved,
        ),
        (
            "cold.p50 > +10%",
            spread(100.0, 10, 1.0),
            spread(108.0, 10, 1.0),
            Inconclusive,
        ),
        (
            "cold.p50 > +10%",
            around(100.0, 3),
            around(130.0, 3),
            Inconclusive,
        ),
        (
            "warm.p50 > +15%",
            around(100.0, 20),
            around(130.0, 20),
            Regressed,
        ),
        (
            "cold.billed.p50 > +15%",
            around(100.0, 20),
            around(101.0, 20),
            Passed,
        ),
        (
            "cost.cold > +10%",
            around(1000.0, 20),
            around(1300.0, 20),
            Regressed,
        ),
        (
            "cost.warm > +10%",
            around(1000.0, 20),
            around(900.0, 20),
            Improved,
        ),
        (
            "memory.max > +10%",
            around(1000.0, 20),
            around(1300.0, 20),
            Regressed,
        ),
        (
            "memory.max > +10%",
            around(1000.0, 20),
            around(1000.0, 20),
            Passed,
        ),
    ] {
        assert_eq!(
            verdict(budget, &before, &after),
            expected,
            "{budget} {} {}",
            before[0],
            after[0]
        );
    }
}

#[test]
fn a_negative_limit_demands_an_improvement_and_its_interval_decides() {
    for (after, expected) in [
        (80.0, Improved),
        (95.0, Regressed),
        (100.0, Regressed),
        (130.0, Regressed),
    ] {
        let (before, after) = (around(100.0, 20), around(after, 20));
        assert_eq!(
            verdict("cold.p50 > -10%", &before, &after),
            expected,
            "{}",
            after[0]
        );
    }
    let (before, after) = (spread(100.0, 10, 0.5), spread(88.0, 10, 0.5));
    assert_eq!(verdict("cold.p50 > -10%", &before, &after), Inconclusive);
}

#[test]
fn a_change_of_a_high_percentile_is_decided_by_both_arms_intervals() {
    let before = spread(100.0, 60, 0.2);
    for (median, expected) in [(150.0, Regressed), (108.0, Inconclusive), (60.0, Improved)] {
        let after = spread(median, 60, 0.2);
        let case = Case {
            budgets: &["cold.p90 > +10%"],
            before: Some(&before),
            after: &after,
            ..Case::default()
        };
        let judgement = case.one();
        assert_eq!(judgement.verdict, expected, "{judgement:?}");
        assert_eq!((judgement.test, judgement.p_adjusted), (None, None));
        assert!(judgement.after_interval.is_some());
    }
    assert_eq!(
        verdict("cold.p90 > +20%", &around(100.0, 60), &around(101.0, 60)),
        Passed
    );
    assert_eq!(
        verdict("cold.p90 > -10%", &around(100.0, 60), &around(98.0, 60)),
        Regressed
    );
    let case = Case {
        budgets: &["cold.p90 > +10%"],
        before: Some(&before),
        after: &around(150.0, 20),
        ..Case::default()
    };
    assert_eq!(
        case.one().note,
        Some(Note::TooFew { n: 20, needed: 42 }.to_string())
    );
}

#[test]
fn with_the_fewest_starts_that_are_allowed_every_budget_can_fail_and_can_pass() {
    for (metric, change, value) in [
        ("cold.p50", "+10%", "105ms"),
        ("cold.p90", "+10%", "105ms"),
        ("cold.p95", "+10%", "105ms"),
        ("cold.p99", "+10%", "105ms"),
        ("cold.p95", "-10%", "105ms"),
    ] {
        for limit in [change, value] {
            let written = format!("{metric} > {limit}");
            let budget: Budget = written.parse().unwrap();
            let n = budget.fewest_starts() as usize;
            let before = around(100.0, n);
            let fewer = around(100.0, n - 1);
            assert_eq!(verdict(&written, &before, &around(130.0, n)), Regressed);
            let better = verdict(&written, &before, &around(80.0, n));
            assert!(matches!(better, Passed | Improved), "{written}: {better:?}");
            // Five above a percentile are more than its interval needs.
            if metric == "cold.p50" {
                assert_eq!(
                    verdict(&written, &fewer, &around(130.0, n - 1)),
                    Inconclusive
                );
            }
        }
    }
}

#[test]
fn a_value_is_decided_by_the_interval_of_the_percentile() {
    for (budget, after, expected) in [
        ("cold.p50 > 100ms", around(130.0, 20), Regressed),
        ("cold.p50 > 100ms", around(80.0, 20), Passed),
        ("cold.p50 > 100ms", around(100.0, 20), Inconclusive),
        ("cold.init.p50 > 0.1s", around(130.0, 20), Regressed),
        ("cold.client.p50 > 100ms", around(98.0, 20), Passed),
        ("cold.client.p50 > 98ms", around(98.0, 20), Regressed),
        ("cold.p90 > 100ms", spread(100.0, 60, 0.2), Regressed),
        ("cold.p90 > 112ms", spread(100.0, 60, 0.2), Passed),
        ("warm.p50 > 100ms", around(1300.0, 20), Regressed),
        ("cost.cold > $1000", around(1000.0, 20), Passed),
        ("cost.cold > $0.21", around(1000.0, 20), Regressed),
    ] {
        let case = Case {
            budgets: &[budget],
            after: &after,
            ..Case::default()
        };
        assert_eq!(case.one().verdict, expected, "{budget} {}", after[0]);
    }
}

#[test]
fn a_value_that_the_data_do_not_decide_says_how_many_more_would() {
    let case = Case {
        budgets: &["cold.p50 > 104ms"],
        after: &spread(100.0, 20, 0.3),
        ..Case::default()
    };
    let judgement = case.one();
    assert_eq!(judgement.verdict, Inconclusive);
    let more = judgement.more_pairs.expect("a number");
    assert!((1..200).contains(&more), "{more}");
    let case = Case {
        budgets: &["cold.p50 > 100ms"],
        after: &around(130.0, 5),
        ..Case::default()
    };
    assert_eq!(
        case.one().note,
        Some(Note::TooFew { n: 5, needed: 6 }.to_string())
    );
}

#[test]
fn equal_figures_at_the_limit_are_within_it() {
    let case = Case {
        budgets: &["cold.billed.p50 > 100ms"],
        after: &[100.0; 20],
        ..Case::default()
    };
    assert_eq!(case.one().verdict, Passed);
}

#[test]
fn sizes_are_judged_exactly() {
    fn sizes(before: &mut SubjectResult, after: &mut SubjectResult) {
        let layer = |bytes| Layer {
            name: "common".into(),
            bytes,
        };
        (before.package_bytes, after.package_bytes) = (Some(1000), Some(600));
        (before.unzipped_bytes, after.unzipped_bytes) = (Some(2000), None);
        after.layers = vec![layer(Some(500))];
    }
    for (budget, expected, note) in [
        ("package.zip > 600B", Passed, None),
        ("package.zip >= 600B", Regressed, None),
        ("package.zip > 599B", Regressed, None),
        ("package.zip > +0%", Improved, None),
        ("package.zip > -40%", Improved, None),
        ("package.zip >= -40%", Regressed, None),
        ("package.zip > -50%", Regressed, None),
        ("package.layers > +10%", Regressed, Some(Note::FromNothing)),
        ("package.layers > 500B", Passed, None),
        ("package.total > +5%", Regressed, None),
        ("package.total > +10%", Passed, None),
        ("package.total > 1100B", Passed, None),
        (
            "package.unzipped > 1MB",
            Inconclusive,
            Some(Note::AfterUnknown),
        ),
    ] {
        let case = Case {
            budgets: &[budget],
            before: Some(&[]),
            change: sizes,
            ..Case::default()
        };
        let judgement = case.one();
        let note = note.map(|note| note.to_string());
        assert_eq!(
            (judgement.verdict, judgement.note),
            (expected, note),
            "{budget}"
        );
        assert_eq!((judgement.test, judgement.p_adjusted), (None, None));
    }
}

#[test]
fn a_size_exactly_at_its_limit_is_not_beyond_it() {
    // 1.15 is a hair less than 1.15 in binary.
    for (budget, after, verdict) in [
        ("package.zip > +15%", 115, Passed),
        ("package.zip >= +15%", 115, Regressed),
        ("package.zip > +15%", 116, Regressed),
        ("package.zip >= +10%", 110, Regressed),
        ("package.zip > +10%", 110, Passed),
    ] {
        let (mut before, mut this) = (subject(Arm::Before), subject(Arm::After));
        (before.package_bytes, this.package_bytes) = (Some(100), Some(after));
        let side = |subject| Side {
            samples: &[],
            subject,
        };
        let budgets = [budget.parse().unwrap()];
        let prices = Prices::builtin();
        let judged = judge(&budgets, Some(side(&before)), side(&this), 0.05, &prices);
        assert_eq!(judged[0].verdict, verdict, "{budget}: {after}");
    }
}

#[test]
fn nothing_is_said_of_what_is_not_known() {
    fn image(before: &mut SubjectResult, _: &mut SubjectResult) {
        before.package_bytes = None;
    }
    let case = |budget, before, change| {
        let case = Case {
            budgets: &[budget],
            before,
            change,
            ..Case::default()
        };
        let judgement = case.one();
        assert_eq!(judgement.verdict, Inconclusive);
        judgement.note
    };
    let nothing: fn(&mut _, &mut _) = |_, _| {};
    let says = |note: Note| Some(note.to_string());
    assert_eq!(
        case("package.zip > +10%", Some(&[][..]), image),
        says(Note::BeforeUnknown)
    );
    assert_eq!(case("cold.p50 > +10%", None, nothing), says(Note::NoBefore));
    assert_eq!(
        case("cold.p50 > +10%", Some(&[][..]), nothing),
        says(Note::NoFigures)
    );
    assert_eq!(case("cold.p50 > 1s", None, nothing), says(Note::NoFigures));
    assert_eq!(
        case("memory.max > 1MB", None, nothing),
        says(Note::NoFigures)
    );
    assert_eq!(
        case("cold.restore.p90 > 1s", None, nothing),
        says(Note::NoFigures)
    );
}

#[test]
fn the_largest_memory_seen_is_a_fact() {
    for (budget, expected) in [
        ("memory.max > 100MB", Regressed),
        ("memory.max > 128MB", Passed),
        ("memory.max >= 128MB", Regressed),
    ] {
        let mut figures = around(900.0, 8);
        figures.push(1280.0);
        let case = Case {
            budgets: &[budget],
            after: &figures,
            ..Case::default()
        };
        let judgement = case.one();
        assert_eq!(
            (judgement.verdict, judgement.after),
            (expected, Some(128.0)),
            "{budget}"
        );
    }
}

#[test]
fn several_budgets_share_the_level() {
    // p = .0079 each: alone certain, of seven no more.
    let (before, after) = (around(100.0, 5), around(130.0, 5));
    let mut budgets = vec!["cold.p50 > +10%"; 7];
    let case = |budgets: &[&str]| {
        let case = Case {
            budgets,
            before: Some(&before),
            after: &after,
            ..Case::default()
        };
        case.judge()
    };
    let all = case(&budgets);
    assert!(all.iter().all(|j| j.verdict == Inconclusive), "{all:?}");
    assert!((all[0].p_adjusted.unwrap() - 7.0 * all[0].test.unwrap().p).abs() < 1e-12);
    // What has no p takes no share.
    budgets.truncate(1);
    budgets.extend(["cold.p50 > 1ms", "package.zip > 1B", "cold.p50 > -50%"]);
    let all = case(&budgets);
    assert_eq!(all[0].p_adjusted, Some(all[0].test.unwrap().p));
    assert!(all[1..].iter().all(|j| j.p_adjusted.is_none()));
}

#[test]
fn a_verdict_that_nobody_asked_for_takes_no_share_of_the_level() {
    let (before, after) = (
        arm(Arm::Before, &around(100.0, 5)),
        arm(Arm::After, &around(130.0, 5)),
    );
    let (first, second) = (subject(Arm::Before), subject(Arm::After));
    let budgets = [Budget::unasked(0.1), "cold.p50 > +10%".parse().unwrap()];
    let all = judge(
        &budgets,
        Some(Side {
            samples: &before,
            subject: &first,
        }),
        Side {
            samples: &after,
            subject: &second,
        },
        0.05,
        &Prices::builtin(),
    );
    for judgement in &all {
        assert_eq!(judgement.p_adjusted, judgement.test.map(|test| test.p));
        assert_eq!(judgement.verdict, Regressed);
    }
    assert_eq!(
        (all[0].budget.as_deref(), all[1].budget.as_deref()),
        (None, Some("cold.p50 > +10%"))
    );
}

#[test]
fn figures_of_zero_have_no_ratio_and_no_verdict() {
    let case = Case {
        budgets: &["cold.handler.p50 > +10%", "cold.handler.p90 > +10%"],
        before: Some(&around(100.0, 60)),
        after: &around(100.0, 60),
        ..Case::default()
    };
    for judgement in case.judge() {
        assert_eq!(judgement.verdict, Inconclusive);
    }
}

#[test]
fn the_worst_of_what_gates_counts_before_all_else() {
    let case = Case {
        budgets: &["package.zip > 1B", "package.zip > 5MiB"],
        ..Case::default()
    };
    let mut all = case.judge();
    assert_eq!(worst(&all), Some(Regressed));
    all[0].budget = None;
    assert_eq!(worst(&all), Some(Passed));
    all.truncate(1);
    assert_eq!(worst(&all), Some(Regressed));
    assert_eq!(worst(&[]), None);
}
