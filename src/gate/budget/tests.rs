//! What budgets mean, what is wrong with those that mean nothing, and where.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Budget {
    text.parse()
        .unwrap_or_else(|error: BudgetError| panic!("{}: {error}\n{}", error.text, error.marked()))
}

fn wrong(text: &str) -> BudgetError {
    text.parse::<Budget>().expect_err(text)
}

#[test]
fn budgets_say_what_they_limit_and_how_far() {
    for (text, metric, percentile, limit) in [
        (
            "cold.p50 > +10%",
            Metric::ColdStart,
            Some(50),
            Limit::Change(0.1),
        ),
        (
            "cold.p50>+7%",
            Metric::ColdStart,
            Some(50),
            Limit::Change(0.07),
        ),
        (
            "cold.p50 > -10%",
            Metric::ColdStart,
            Some(50),
            Limit::Change(-0.1),
        ),
        (
            "cold.p50 > +0%",
            Metric::ColdStart,
            Some(50),
            Limit::Change(0.0),
        ),
        (
            "cold.p50 > +150 %",
            Metric::ColdStart,
            Some(50),
            Limit::Change(1.5),
        ),
        (
            "cold.init.p50 > 800ms",
            Metric::Init,
            Some(50),
            Limit::Value(800.0),
        ),
        (
            "cold.restore.p90 > 0.8 s",
            Metric::Restore,
            Some(90),
            Limit::Value(800.0),
        ),
        (
            "cold.handler.p95 > 300us",
            Metric::ColdHandler,
            Some(95),
            Limit::Value(0.3),
        ),
        (
            "cold.client.p99 > 2s",
            Metric::ColdClient,
            Some(99),
            Limit::Value(2000.0),
        ),
        (
            "cold.billed.p50 > 900ms",
            Metric::BilledCold,
            Some(50),
            Limit::Value(900.0),
        ),
        (
            "  warm.p50  >  +15%  ",
            Metric::WarmStart,
            Some(50),
            Limit::Change(0.15),
        ),
        (
            "warm.client.p50 > 9ms",
            Metric::WarmClient,
            Some(50),
            Limit::Value(9.0),
        ),
        (
            "warm.billed.p50 > 9ms",
            Metric::BilledWarm,
            Some(50),
            Limit::Value(9.0),
        ),
        (
            "memory.max > 200MB",
            Metric::MaxMemory,
            None,
            Limit::Value(200.0),
        ),
        (
            "memory.max > 200MiB",
            Metric::MaxMemory,
            None,
            Limit::Value(200.0),
        ),
        (
            "package.zip > 5MiB",
            Metric::PackageZipped,
            None,
            Limit::Value(5_242_880.0),
        ),
        (
            "package.zip > 5MB",
            Metric::PackageZipped,
            None,
            Limit::Value(5_242_880.0),
        ),
        (
            "package.unzipped > 40KB",
            Metric::PackageUnzipped,
            None,
            Limit::Value(40_960.0),
        ),
        (
            "package.layers > 0B",
            Metric::Layers,
            None,
            Limit::Value(0.0),
        ),
        (
            "package.total > +5%",
            Metric::PackageTotal,
            None,
            Limit::Change(0.05),
        ),
        (
            "cost.cold > $2.50",
            Metric::CostCold,
            None,
            Limit::Value(2.5),
        ),
        (
            "cost.warm > 2.50 USD",
            Metric::CostWarm,
            None,
            Limit::Value(2.5),
        ),
    ] {
        let budget = read(text);
        let measure = Measure { metric, percentile };
        assert_eq!((budget.measure, budget.limit), (measure, limit), "{text}");
        assert_eq!(budget.text.as_deref(), Some(text.trim()));
        assert!(!budget.inclusive, "{text}");
    }
    assert!(read("package.zip >= 5MiB").inclusive);
}

#[test]
fn the_mark_is_under_what_is_wrong() {
    for (text, mark) in [
        ("", "^"),
        ("> 10%", "^"),
        ("cold.p5 > +10%", "     ^^"),
        ("cold.p75 > +10%", "     ^^^"),
        ("warm.p90 > +10%", "     ^^^"),
        ("cold > +10%", "^^^^"),
        ("cold.imit.p50 > +10%", "^^^^^^^^^^^^^"),
        ("cold.p50", "        ^"),
        ("cold.p50 +10%", "         ^^^^"),
        ("cold.p50 < +10%", "         ^"),
        ("cold.p50 >", "          ^"),
        ("cold.p50 > ten", "           ^^^"),
        ("cold.p50 > 10%", "           ^^^"),
        ("cold.p50 > +-10%", "           ^^^^^"),
        ("cold.p50 > -100%", "           ^^^^^"),
        ("cold.p50 > +%", "            ^"),
        ("cold.p50 > +10", "           ^"),
        ("cold.p50 > +800ms", "           ^"),
        ("cold.p50 > 800", "              ^"),
        ("cold.p50 > 1.2.3s", "           ^^^^^"),
        ("cold.p50 > .5s", "           ^^"),
        ("cold.p50 > 5MB", "            ^^"),
        ("cold.p50 > $5", "           ^"),
        ("memory.max > 5KB", "              ^^"),
        ("package.zip > 5GB", "               ^^"),
        ("package.zip > 5MiB or so", "                   ^^^^^"),
        ("콜드 > +10%", "^^^^"),
        ("cold.p50 > 열%", "           ^^^"),
    ] {
        let error = wrong(text);
        let marked = error.marked();
        let line = marked.lines().nth(1).and_then(|line| line.get(2..));
        assert_eq!(line, Some(mark), "{error}\n{marked}");
        assert!(!error.hint.is_empty(), "{text}");
    }
}

#[test]
fn a_mistyped_metric_is_recognised() {
    for (text, meant) in [
        ("cold.imit.p50 > +10%", "cold.init.p50"),
        ("Cold.p50 > +10%", "cold.p50"),
        ("package.ziped > 5MiB", "package.zip"),
        ("mem.max > 200MB", "memory.max"),
        ("cost.cld > +1%", "cost.cold"),
    ] {
        assert_eq!(wrong(text).hint, format!("did you mean {meant}?"));
    }
    assert!(wrong("latency > +10%").hint.contains("cold.p50"));
    assert!(wrong("warm.p99 > +10%").problem.contains("one environment"));
    assert!(wrong("cold > +10%").hint.contains("cold.p50"));
}

#[test]
fn a_percentile_needs_five_starts_beyond_it() {
    for (text, starts) in [
        ("cold.p90 > +10%", 50),
        ("cold.p95 > 2s", 100),
        ("cold.p99 > 2s", 500),
        ("cold.p50 > +10%", 4),
        ("cold.p50 > 2s", 6),
        ("warm.p50 > 2s", 6),
        ("cost.cold > $3", 6),
        ("memory.max > +10%", 4),
        ("memory.max > 200MB", 1),
        ("package.zip > 5MiB", 1),
        ("package.zip > +1%", 1),
    ] {
        assert_eq!(read(text).fewest_starts(), starts, "{text}");
    }
}

#[test]
fn every_measure_has_a_name_of_its_own() {
    let all: Vec<Measure> = Measure::all().collect();
    for measure in &all {
        assert_eq!(Measure::of_name(&measure.name()), Some(*measure));
    }
    assert_eq!(all.len(), 6 * 4 + 3 + 7);
}

#[test]
fn a_change_is_printed_as_it_is_written() {
    for text in [
        "+10%", "+7%", "-10%", "+0.5%", "+12.25%", "+150%", "+0.001%", "-99.9%",
    ] {
        assert_eq!(
            read(&format!("cold.p50>{text}")).to_string(),
            format!("cold.p50 > {text}")
        );
    }
    assert_eq!(Budget::unasked(0.1).to_string(), "cold.p50 > +10%");
    assert_eq!(
        read("package.zip > 5MiB").to_string(),
        "package.zip > 5242880B"
    );
    assert_eq!(
        read("cost.cold >= 2.5 USD").to_string(),
        "cost.cold >= $2.5"
    );
}

fn any_budget() -> impl Strategy<Value = Budget> {
    let all: Vec<Measure> = Measure::all().collect();
    let limit = prop_oneof![
        (-0.999_999..1e9_f64).prop_map(Limit::Change),
        (0.0..1e15_f64).prop_map(Limit::Value),
        (0_u32..10_000).prop_map(|n| Limit::Change(f64::from(n) / 1000.0)),
        (0_u32..10_000).prop_map(|n| Limit::Value(f64::from(n) / 4.0)),
    ];
    (prop::sample::select(all), limit, any::<bool>()).prop_map(|(measure, limit, inclusive)| {
        Budget {
            text: None,
            measure,
            limit,
            inclusive,
        }
    })
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(budget in any_budget()) {
        let printed = budget.to_string();
        let again = printed.parse::<Budget>().map_err(|e| TestCaseError::fail(format!("{printed}: {e}")))?;
        prop_assert_eq!(again, Budget { text: Some(printed), ..budget });
    }

    #[test]
    fn any_text_is_a_budget_or_an_error_that_can_be_shown(text in "\\PC*|[a-z.]{0,12} ?[>=<≥]{0,2} ?[-+−$]{0,2}[0-9.]{0,5} ?[a-zA-Zµ%]{0,3}|(cold|warm|cost)(.p50|.cold|.init.p90)? > .{0,8}") {
        if let Err(error) = text.parse::<Budget>() {
            prop_assert_eq!(error.marked().lines().count(), 2);
        }
    }
}
