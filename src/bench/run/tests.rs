//! The loop against scripted functions: no clock, no endpoint.

mod bursts;
mod looks;
pub(super) mod scripted;

use std::cell::RefCell;
use std::time::Instant;

use super::starts::PAUSE_AFTER_FAILED_CALL;
use super::*;
use crate::bench::payload::Expectation;
use crate::bench::stop::stop;
use scripted::Answer::{
    Cold, Denied, NoTail, Proactive, Raised, Status500, Stream, Throttled, Warm,
};
use scripted::{Scripted, measured, run, run_of};

fn lenient() -> Checks {
    Checks {
        allow_function_errors: true,
        ..Checks::default()
    }
}

#[tokio::test]
async fn every_start_is_touched_logged_and_the_first_one_does_not_count() {
    let told = run(2, 1, Checks::default(), &[]).await;
    assert!(told.measured.ending.is_ok());
    assert_eq!(told.touches, 3);
    assert_eq!(told.logged, told.measured.samples);
    assert!(
        told.logged[..4]
            .iter()
            .all(|s| s.excluded_reason == Some(Exclusion::FirstStart))
    );
    assert_eq!(told.reasons(), [None; 4]);
    let environments: Vec<u64> = told.logged[4..].iter().map(|s| s.environment).collect();
    assert_eq!(environments, [1, 1, 2, 2]);
}

#[tokio::test]
async fn a_start_without_init_is_unknown_never_warm_and_is_replaced() {
    let told = run(1, 1, Checks::default(), &[Warm]).await;
    assert_eq!(told.reasons(), [Some(Exclusion::Unknown), None, None]);
    assert_eq!(told.measured.samples[5].kind, Kind::Cold);
}

#[tokio::test]
async fn a_missing_tail_and_a_proactive_init_are_excluded_with_their_reasons() {
    let told = run(1, 0, Checks::default(), &[NoTail, Proactive]).await;
    assert_eq!(
        told.reasons(),
        [
            Some(Exclusion::NoReport),
            Some(Exclusion::ProactiveInit),
            None
        ]
    );
}

#[tokio::test]
async fn a_cold_answer_among_warm_ones_ends_that_environment() {
    let told = run(1, 3, Checks::default(), &[Cold, Warm, Cold]).await;
    assert_eq!(
        told.reasons(),
        [None, None, Some(Exclusion::UnexpectedCold)]
    );
    assert!(told.measured.ending.is_ok());
}

#[tokio::test]
async fn touches_that_never_give_a_cold_start_stop_the_run() {
    let told = run(20, 0, Checks::default(), &[Warm, Warm, Warm, Warm, Warm]).await;
    assert!(
        told.stopped()
            .contains("gave no cold start 5 times in a row"),
        "{}",
        told.stopped()
    );
}

#[tokio::test]
async fn replacing_has_a_cap_and_the_run_keeps_what_it_has() {
    let told = run(
        4,
        0,
        Checks::default(),
        &[Cold, NoTail, NoTail, NoTail, NoTail, NoTail],
    )
    .await;
    assert!(
        told.stopped()
            .contains("5 of 6, the last because no REPORT line came back"),
        "{}",
        told.stopped()
    );
    assert_eq!(
        told.measured.samples.iter().filter(|s| s.accepted).count(),
        1
    );
}

#[tokio::test]
async fn a_function_error_stops_the_run_with_the_functions_own_words() {
    for (answer, words) in [
        (Raised, "KeyError: 'symbol'"),
        (Status500, "statusCode 500"),
    ] {
        let told = run(2, 0, Checks::default(), &[Cold, answer]).await;
        assert!(told.stopped().contains(words), "{}", told.stopped());
        let last = told.measured.samples.last().unwrap();
        assert_eq!(last.excluded_reason, Some(Exclusion::FunctionError));
    }
}

#[tokio::test]
async fn allowed_errors_count_and_keep_their_words() {
    let told = run(2, 0, lenient(), &[Raised, Status500]).await;
    assert!(told.measured.ending.is_ok());
    assert_eq!(told.reasons(), [None, None]);
    assert_eq!(told.logged[4].error.as_deref(), Some("KeyError: 'symbol'"));
}

#[tokio::test]
async fn an_environment_that_dies_after_every_answer_is_not_taken_for_proactive() {
    let plan = Plan::new(1, 3, 1, &[Arm::Only]);
    let scripted = Scripted {
        script: RefCell::new(vec![Cold; 10].into()),
        ..Scripted::new(&[])
    };
    let told = run_of(plan, scripted).await;
    let ending = &told.measured.ending;
    assert!(ending.is_ok(), "{ending:?}");
    assert_eq!(
        told.reasons(),
        [None, Some(Exclusion::UnexpectedCold)].repeat(3)
    );
}

#[tokio::test]
async fn a_failed_call_says_when_it_was_sent_and_how_long_it_took() {
    let told = run(1, 0, Checks::default(), &[Throttled]).await;
    let failed = &told.logged[4];
    assert_eq!(failed.excluded_reason, Some(Exclusion::CallFailed));
    assert!(failed.client_ms > 0.0);
}

#[tokio::test]
async fn an_expectation_holds_for_an_error_that_is_allowed() {
    let checks = Checks {
        expect: vec![Expectation::new("/statusCode", 503.into())],
        allow_function_errors: true,
    };
    let told = run(1, 0, checks, &[Status500]).await;
    assert!(told.stopped().contains("/statusCode"), "{}", told.stopped());
}

#[tokio::test]
async fn an_unmet_expectation_stops_the_run_even_where_errors_are_allowed() {
    let checks = Checks {
        expect: vec![Expectation::new("/ok", true.into())],
        allow_function_errors: true,
    };
    let told = run(1, 0, checks, &[]).await;
    assert!(
        told.stopped().contains("/ok is not in the answer"),
        "{}",
        told.stopped()
    );
}

#[tokio::test]
async fn a_throttled_call_is_tried_again_and_a_refused_one_is_not() {
    let told = run(1, 0, Checks::default(), &[Throttled, Throttled]).await;
    assert_eq!(
        told.reasons(),
        [
            Some(Exclusion::CallFailed),
            Some(Exclusion::CallFailed),
            None
        ]
    );
    let told = run(1, 0, Checks::default(), &[Denied]).await;
    assert!(
        told.stopped().contains("AccessDeniedException"),
        "{}",
        told.stopped()
    );
}

#[tokio::test]
async fn a_stop_ends_the_run_before_the_next_step() {
    let plan = Plan::new(1, 9, 0, &[Arm::Only]);
    let targets = [(Arm::Only, Scripted::new(&[]))];
    let (stopper, stop) = stop();
    let mut taken = 0;
    let mut take = |_: &Sample| {
        taken += 1;
        if taken == 6 {
            stopper.request();
        }
        Ok(())
    };
    let measured = measured(&plan, &targets, |mut run| {
        (run.stop, run.on_sample) = (stop, &mut take);
        run
    })
    .await;
    assert!(matches!(measured.ending, Err(Stopped::Interrupted)));
    assert_eq!(measured.samples.len(), 6);
}

#[tokio::test]
async fn a_log_that_cannot_be_written_stops_the_run() {
    let plan = Plan::new(1, 1, 0, &[Arm::Only]);
    let targets = [(Arm::Only, Scripted::new(&[]))];
    let mut full = |_: &Sample| Err(std::io::ErrorKind::StorageFull.into());
    let measured = measured(&plan, &targets, |mut run| {
        run.on_sample = &mut full;
        run
    })
    .await;
    assert!(
        measured
            .ending
            .unwrap_err()
            .to_string()
            .starts_with("writing the run's log")
    );
}

#[tokio::test]
async fn a_throttled_warm_invoke_is_not_repeated_at_once() {
    let begun = Instant::now();
    let told = run(1, 1, Checks::default(), &[Cold, Throttled]).await;
    assert_eq!(told.reasons(), [None, Some(Exclusion::CallFailed), None]);
    assert!(begun.elapsed() >= PAUSE_AFTER_FAILED_CALL);
}

#[tokio::test]
async fn a_handler_that_only_streams_is_not_measured() {
    let mut scripted = Scripted::new(&[]);
    scripted.script = RefCell::new([Stream].into());
    let told = run_of(Plan::new(1, 5, 1, &[Arm::Only]), scripted).await;
    assert!(matches!(told.measured.ending, Err(Stopped::Streams { .. })));
    assert_eq!(told.touches, 1);
    assert_eq!(
        told.logged[0].excluded_reason,
        Some(Exclusion::FirstStart),
        "kept, and not counted"
    );
}

#[tokio::test]
async fn without_a_report_in_the_first_start_nothing_is_measured() {
    let none = [NoTail, NoTail, NoTail, NoTail];
    let mut scripted = Scripted::new(&[]);
    scripted.script = RefCell::new(none.into());
    let told = run_of(Plan::new(1, 5, 1, &[Arm::Only]), scripted).await;
    assert!(matches!(
        told.measured.ending,
        Err(Stopped::NoReport { .. })
    ));
    assert_eq!(told.touches, 1);

    // One that is cut off is no reason.
    let mut scripted = Scripted::new(&[]);
    scripted.script = RefCell::new([NoTail].into());
    let told = run_of(Plan::new(1, 1, 1, &[Arm::Only]), scripted).await;
    assert!(told.measured.ending.is_ok());
}

#[tokio::test]
async fn a_continued_run_measures_only_what_is_missing() {
    let plan = Plan::new(5, 3, 0, &[Arm::Before, Arm::After]);
    let whole = continued(&plan, Vec::new()).await;
    assert_eq!(whole.samples.len(), 14);
    for kept in [9, 10, 13] {
        let earlier = whole.samples[..kept].to_vec();
        let measured = continued(&plan, earlier).await;
        assert!(measured.ending.is_ok());
        let order: Vec<Arm> = measured
            .samples
            .iter()
            .filter(|s| s.accepted)
            .map(|s| s.arm)
            .collect();
        assert_eq!(order, plan.record().order, "after {kept}");
        assert_eq!(measured.samples.len(), 14 + 8, "two first starts more");
    }
}

async fn continued(plan: &Plan, earlier: Vec<Sample>) -> Measured {
    let targets = [Arm::Before, Arm::After].map(|arm| (arm, Scripted::new(&[])));
    measured(plan, &targets, |run| run.after(earlier).overlapping(true)).await
}

#[tokio::test]
async fn time_that_is_up_is_not_an_interrupt() {
    let plan = Plan::new(1, 9, 0, &[Arm::Only]);
    let targets = [(Arm::Only, Scripted::new(&[Throttled, Throttled, Throttled]))];
    let (_stopper, stop) = stop();
    let measured = measured(&plan, &targets, |mut run| {
        run.stop = stop.at(Some(tokio::time::Instant::now()));
        run
    })
    .await;
    assert!(matches!(measured.ending, Err(Stopped::TimeUp)));
}
