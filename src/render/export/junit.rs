//! `JUnit` XML as GitLab and Jenkins read it: a suite for each function, a case for each budget.
//!
//! Regressed is a failure, inconclusive a skipped case with its reason (under `--strict` a failure, as the job fails),
//! and a function that could not be measured, or not to the end, an error.

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Measured, printable, words};
use crate::config::Lang;
use crate::results::{Judgement, RunResult, Verdict};

/// The case of a function whether or not anything is judged.
const MEASURED: &str = "measured";

/// The report. Its words are English: it is a machine form.
#[expect(clippy::missing_panics_doc, reason = "writing to memory cannot fail")]
pub fn junit(all: &[Measured]) -> String {
    let mut report = Report::new("lambench");
    for measured in all {
        report.add_test_suite(suite(measured));
    }
    report.to_string().expect("memory")
}

fn suite(measured: &Measured) -> TestSuite {
    let mut suite = TestSuite::new(measured.function.as_str());
    if let Some(result) = measured.result {
        suite.extra.insert(
            "timestamp".into(),
            result
                .created_at
                .strftime("%Y-%m-%dT%H:%M:%S+00:00")
                .to_string()
                .into(),
        );
        suite.add_properties(properties(result));
    }
    let mut status = TestCaseStatus::success();
    if let Some(error) = &measured.error {
        status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(error.as_str()).set_type("not measured");
    }
    suite.add_test_case(case(measured, MEASURED, status));
    let judgements = measured.result.map_or(&[][..], |result| &result.judgements);
    for judgement in judgements {
        suite.add_test_case(judged(measured, judgement));
    }
    suite
}

fn case(measured: &Measured, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(measured.function.as_str());
    case
}

fn judged(measured: &Measured, judgement: &Judgement) -> TestCase {
    let says = words::judged(judgement, Lang::En);
    let mut status = match judgement.verdict {
        Verdict::Improved | Verdict::Passed => TestCaseStatus::success(),
        _ if measured.fails(judgement) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        // What nobody wrote a budget for fails nothing.
        Verdict::Regressed | Verdict::Inconclusive => TestCaseStatus::skipped(),
    };
    let passed = matches!(status, TestCaseStatus::Success { .. });
    if !passed {
        status
            .set_message(says.as_str())
            .set_type(words::verdict(judgement.verdict, Lang::En));
    }
    let mut case = case(measured, &words::asked(judgement), status);
    case.set_system_out(says.as_str());
    case.add_properties(figures(judgement));
    case
}

fn properties(result: &RunResult) -> Vec<Property> {
    let mut all = vec![
        Property::new("run", printable(&result.id)),
        Property::new("lambench", printable(&result.lambench_version)),
        Property::new("machine", printable(&result.machine)),
        Property::new("seed", result.plan.seed.to_string()),
    ];
    for subject in &result.subjects {
        let arm = words::arm(subject.arm);
        all.push(Property::new(
            format!("{arm}.name"),
            printable(&subject.name),
        ));
        all.push(Property::new(
            format!("{arm}.version"),
            printable(&subject.version),
        ));
    }
    all
}

/// Every figure that the judgement rests on, by its name in the result file.
fn figures(judgement: &Judgement) -> Vec<Property> {
    let test = judgement.test;
    let named = [
        ("before", judgement.before),
        ("after", judgement.after),
        ("change", judgement.change),
        ("limit_change", judgement.limit_change),
        ("limit_value", judgement.limit_value),
        ("after_low", judgement.after_interval.map(|i| i.0)),
        ("after_high", judgement.after_interval.map(|i| i.1)),
        ("ratio_low", test.and_then(|t| t.interval).map(|i| i.0)),
        ("ratio_high", test.and_then(|t| t.interval).map(|i| i.1)),
        ("p", test.map(|t| t.p)),
        ("p_adjusted", judgement.p_adjusted),
        ("n_before", test.map(|t| t.n_before as f64)),
        ("n_after", test.map(|t| t.n_after as f64)),
    ];
    let verdict = words::verdict(judgement.verdict, Lang::En);
    let mut all = vec![
        Property::new("metric", printable(&judgement.metric)),
        Property::new("verdict", verdict),
    ];
    all.extend(
        named
            .into_iter()
            .filter_map(|(name, figure)| Some(Property::new(name, figure?.to_string()))),
    );
    all
}

#[cfg(test)]
mod tests {
    use super::super::words::tests::{failed, inconclusive, regressed};
    use super::*;
    use crate::results::samples::pair;

    fn read(all: &[Measured]) -> Report {
        Report::deserialize_from_str(&junit(all)).expect("JUnit")
    }

    #[test]
    fn each_budget_is_a_case_and_what_could_not_be_measured_an_error() {
        let mut result = pair();
        let mut passed = regressed();
        passed.verdict = Verdict::Passed;
        let mut unasked = regressed();
        unasked.budget = None;
        result.judgements = vec![regressed(), inconclusive(), passed, unasked];
        let report = read(&[Measured::of(&result, false), failed("broken")]);
        let [judged, broken] = report.test_suites.as_slice() else {
            panic!("two suites");
        };
        assert_eq!(judged.name.as_str(), "data-collector");
        assert_eq!(
            (judged.tests, judged.failures, judged.skipped, judged.errors),
            (5, 1, 2, 0)
        );
        assert_eq!((broken.tests, broken.errors), (1, 1));
        assert_eq!((report.tests, report.failures, report.errors), (6, 1, 1));
        let case = &judged.test_cases[1];
        assert_eq!(case.name.as_str(), "cold.p50 > +10%");
        let TestCaseStatus::NonSuccess { message, .. } = &case.status else {
            panic!("{:?}", case.status);
        };
        assert_eq!(
            message.as_deref(),
            Some("regressed, 100 ms → 130 ms, +30% [+20%, +41%], p = 0.003, n 20 + 20")
        );
        let property = |name: &str| {
            let found = case.properties.iter().find(|p| p.name.as_str() == name);
            found.map(|property| property.value.as_str())
        };
        assert_eq!(property("verdict"), Some("regressed"));
        assert_eq!(property("p"), Some("0.00002"), "never rounded");
        assert_eq!(property("ratio_high"), Some("1.41"));
    }

    #[test]
    fn what_is_inconclusive_fails_where_the_job_does() {
        let mut result = pair();
        let mut unasked = inconclusive();
        unasked.budget = None;
        result.judgements = vec![inconclusive(), unasked];
        for (strict, failures) in [(false, 0), (true, 1)] {
            let report = read(&[Measured::of(&result, strict)]);
            let suite = &report.test_suites[0];
            assert_eq!((suite.failures, suite.skipped), (failures, 2 - failures));
        }
    }

    #[test]
    fn no_name_can_break_the_xml() {
        let mut result = pair();
        for subject in &mut result.subjects {
            subject.function = "a\"<b>&]]>\u{0}\u{1b}[2J\u{fffe}\n'".into();
            subject.version = "\u{b}<!--".into();
        }
        let written = junit(&[Measured::of(&result, false)]);
        assert!(!written.contains(['\u{0}', '\u{1b}', '\u{b}', '\u{fffe}']));
        let report = Report::deserialize_from_str(&written).expect("JUnit");
        assert_eq!(report.test_suites[0].name.as_str(), "a\"<b>&]]> [2J '");
    }

    #[test]
    fn a_run_that_was_stopped_is_an_error_with_its_reason() {
        let mut result = pair();
        result.ending = crate::results::Ending::Stopped {
            why: "interrupted".into(),
        };
        let report = read(&[Measured::of(&result, false)]);
        assert_eq!(report.test_suites[0].errors, 1);
        assert!(junit(&[Measured::of(&result, false)]).contains("message=\"interrupted\""));
    }
}
