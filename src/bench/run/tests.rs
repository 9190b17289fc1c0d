//! The loop against scripted functions: no clock, no endpoint.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Instant;

use super::*;
use crate::bench::payload::Expectation;
use crate::bench::stop::stop;
use crate::lambda::Invoked;
use crate::lambda::LambdaError;
use crate::stats::Looks;

/// What a scripted function answers to one invoke.
#[derive(Clone)]
enum Answer {
    /// REPORT with Init Duration of 100 ms, client time above it.
    Cold,
    /// REPORT without.
    Warm,
    /// Cold, but the client hardly waited.
    Proactive,
    /// No log tail.
    NoTail,
    /// The handler raised after a good init.
    Raised,
    /// The answer of a function that fails politely.
    Status500,
    Throttled,
    Denied,
}

/// Cold after each touch and warm otherwise, but for what the script says.
struct Scripted {
    script: RefCell<VecDeque<Answer>>,
    fresh: RefCell<bool>,
    touches: RefCell<u32>,
}

impl Scripted {
    fn new(script: &[Answer]) -> Self {
        // The first start: one cold, three warm.
        let first = [Answer::Cold, Answer::Warm, Answer::Warm, Answer::Warm];
        Self {
            script: RefCell::new(first.iter().chain(script).cloned().collect()),
            fresh: RefCell::new(false),
            touches: RefCell::new(0),
        }
    }
}

impl Target for Scripted {
    async fn touch(&self) -> Result<(), LambdaError> {
        self.fresh.replace(true);
        *self.touches.borrow_mut() += 1;
        Ok(())
    }

    async fn settled(&self) -> Result<(), LambdaError> {
        Ok(())
    }

    async fn unchanged(&self) -> Result<(), LambdaError> {
        Ok(())
    }

    async fn invoke(&self, _: Vec<u8>) -> Result<Invoked, LambdaError> {
        let fresh = self.fresh.replace(false);
        let usual = if fresh { Answer::Cold } else { Answer::Warm };
        let answer = self.script.borrow_mut().pop_front().unwrap_or(usual);
        let report = |rest: &str| {
            format!(
                "REPORT RequestId: r-1\tDuration: 5.00 ms\tBilled Duration: 5 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t{rest}\n"
            )
        };
        let init = "Init Duration: 100.00 ms\t";
        let (tail, client_ms, error, body) = match answer {
            Answer::Cold => (report(init), 120, None, "{}"),
            Answer::Warm => (report(""), 7, None, "{}"),
            Answer::Proactive => (report(init), 9, None, "{}"),
            Answer::NoTail => (String::new(), 120, None, "{}"),
            Answer::Raised => (
                report(init),
                120,
                Some("Unhandled"),
                r#"{"errorType":"KeyError","errorMessage":"'symbol'"}"#,
            ),
            Answer::Status500 => (
                report(init),
                120,
                None,
                r#"{"statusCode":500,"body":"oops"}"#,
            ),
            Answer::Throttled | Answer::Denied => {
                let code = if matches!(answer, Answer::Throttled) {
                    "TooManyRequestsException"
                } else {
                    "AccessDeniedException"
                };
                return Err(LambdaError::Service {
                    doing: "invoking f".into(),
                    code: code.into(),
                    message: "no".into(),
                });
            }
        };
        Ok(Invoked {
            started_at: jiff::Timestamp::now(),
            client: Duration::from_millis(client_ms),
            body: body.into(),
            function_error: error.map(str::to_owned),
            tail: tail.into_bytes(),
            request_id: Some("r-1".into()),
        })
    }
}

struct Told {
    measured: Measured,
    logged: Vec<Sample>,
    touches: u32,
}

impl Told {
    fn reasons(&self) -> Vec<Option<Exclusion>> {
        self.measured.samples[4..]
            .iter()
            .map(|s| s.excluded_reason)
            .collect()
    }

    fn stopped(&self) -> String {
        self.measured.ending.as_ref().unwrap_err().to_string()
    }
}

async fn run(runs: u32, warm: u32, checks: Checks, script: &[Answer]) -> Told {
    let plan = Plan::new(1, runs, warm, &[Arm::Only]);
    let targets = [(Arm::Only, Scripted::new(script))];
    let (_stopper, stop) = stop();
    let mut logged = Vec::new();
    let measured = Run::new(
        &plan,
        &targets,
        "{}",
        &checks,
        stop,
        &mut |sample| {
            logged.push(sample.clone());
            Ok(())
        },
        &mut |_| {},
    )
    .measure()
    .await;
    let touches = *targets[0].1.touches.borrow();
    Told {
        measured,
        logged,
        touches,
    }
}

fn lenient() -> Checks {
    Checks {
        allow_function_errors: true,
        ..Checks::default()
    }
}

use Answer::{Cold, Denied, NoTail, Proactive, Raised, Status500, Throttled, Warm};

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
    let targets = [(Arm::Only, scripted)];
    let (_stopper, stop) = stop();
    let checks = Checks::default();
    let measured = Run::new(
        &plan,
        &targets,
        "{}",
        &checks,
        stop,
        &mut |_| Ok(()),
        &mut |_| {},
    )
    .measure()
    .await;
    assert!(measured.ending.is_ok(), "{:?}", measured.ending);
    let reasons: Vec<_> = measured.samples[4..]
        .iter()
        .map(|s| s.excluded_reason)
        .collect();
    assert_eq!(reasons, [None, Some(Exclusion::UnexpectedCold)].repeat(3));
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
    let checks = Checks::default();
    let measured = Run::new(
        &plan,
        &targets,
        "{}",
        &checks,
        stop,
        &mut |_| {
            taken += 1;
            if taken == 6 {
                stopper.request();
            }
            Ok(())
        },
        &mut |_| {},
    )
    .measure()
    .await;
    assert!(matches!(measured.ending, Err(Stopped::Interrupted)));
    assert_eq!(measured.samples.len(), 6);
}

#[tokio::test]
async fn a_log_that_cannot_be_written_stops_the_run() {
    let plan = Plan::new(1, 1, 0, &[Arm::Only]);
    let targets = [(Arm::Only, Scripted::new(&[]))];
    let (_stopper, stop) = stop();
    let checks = Checks::default();
    let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
    let measured = Run::new(
        &plan,
        &targets,
        "{}",
        &checks,
        stop,
        &mut |_| Err(full()),
        &mut |_| {},
    )
    .measure()
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

/// A run of bursts of three over one scripted function.
async fn bursts(runs: u32, warm: u32, script: &[Answer]) -> Measured {
    let plan = Plan::looking(1, &Looks::one(runs), warm, &[Arm::Only], 3);
    let mut scripted = Scripted::new(&[]);
    // The first start is a burst too.
    let first = [Cold, Cold, Cold, Warm, Warm, Warm];
    scripted.script = RefCell::new(first.iter().chain(script).cloned().collect());
    let targets = [(Arm::Only, scripted)];
    let (_stopper, stop) = stop();
    Run::new(
        &plan,
        &targets,
        "{}",
        &Checks::default(),
        stop,
        &mut |_| Ok(()),
        &mut |_| {},
    )
    .measure()
    .await
}

#[tokio::test]
async fn what_a_burst_lacks_is_replaced_and_what_it_has_counts() {
    let measured = bursts(3, 1, &[Cold, Warm, Cold, Cold, Cold, Cold, Warm]).await;
    assert!(measured.ending.is_ok(), "{:?}", measured.ending);
    let reasons: Vec<_> = measured.samples[6..]
        .iter()
        .map(|s| s.excluded_reason)
        .collect();
    assert_eq!(
        reasons,
        [None, Some(Exclusion::Unknown), None, None, None, None, None]
    );
    let environments: Vec<_> = measured.samples[6..]
        .iter()
        .map(|s| s.environment)
        .collect();
    assert_eq!(environments, [3, 4, 5, 6, 7, 8, 6]);
}

#[tokio::test]
async fn one_failure_in_a_burst_stops_the_run_but_loses_none_of_the_others() {
    let measured = bursts(3, 0, &[Cold, Raised, Cold]).await;
    assert!(matches!(
        measured.ending,
        Err(Stopped::FunctionFailed { .. })
    ));
    assert_eq!(measured.samples.len(), 9);
    assert_eq!(measured.samples.iter().filter(|s| s.accepted).count(), 2);
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
    let (_stopper, stop) = stop();
    Run::new(
        plan,
        &targets,
        "{}",
        &Checks::default(),
        stop,
        &mut |_| Ok(()),
        &mut |_| {},
    )
    .after(earlier)
    .overlapping(true)
    .measure()
    .await
}

#[tokio::test]
async fn time_that_is_up_is_not_an_interrupt() {
    let plan = Plan::new(1, 9, 0, &[Arm::Only]);
    let targets = [(Arm::Only, Scripted::new(&[Throttled, Throttled, Throttled]))];
    let (_stopper, stop) = stop();
    let stop = stop.at(Some(tokio::time::Instant::now()));
    let checks = Checks::default();
    let measured = Run::new(
        &plan,
        &targets,
        "{}",
        &checks,
        stop,
        &mut |_| Ok(()),
        &mut |_| {},
    )
    .measure()
    .await;
    assert!(matches!(measured.ending, Err(Stopped::TimeUp)));
}

const PAIR: [Arm; 2] = [Arm::Before, Arm::After];

fn three_looks() -> Looks {
    Looks {
        at: vec![2, 4, 6],
        alpha: 0.0221,
    }
}

/// A run of two subjects in looks at 2, 4 and 6: what it measured, how many samples each look saw, and the touches of
/// each subject.
struct LookedAt {
    measured: Measured,
    seen: Vec<(usize, usize)>,
    touches: Vec<u32>,
    events: Vec<Event>,
}

async fn looked_at(
    scripts: [&[Answer]; 2],
    earlier: Vec<Sample>,
    overlapping: bool,
    decides: impl Fn(usize) -> bool,
) -> LookedAt {
    let plan = Plan::looking(5, &three_looks(), 0, &PAIR, 1);
    let targets = [
        (Arm::Before, Scripted::new(scripts[0])),
        (Arm::After, Scripted::new(scripts[1])),
    ];
    let (_stopper, stop) = stop();
    let (mut seen, mut events) = (Vec::new(), Vec::new());
    let checks = Checks::default();
    let mut decided = |samples: &[Sample], look| {
        let accepted = |arm| samples.iter().filter(move |s| s.accepted && s.arm == arm);
        assert_eq!(
            accepted(Arm::Before).count(),
            accepted(Arm::After).count(),
            "both arms have as many starts at a look"
        );
        seen.push((look, accepted(Arm::Before).count()));
        decides(look)
    };
    let measured = Run::new(
        &plan,
        &targets,
        "{}",
        &checks,
        stop,
        &mut |_| Ok(()),
        &mut |event| events.push(event),
    )
    .after(earlier)
    .until(&mut decided)
    .overlapping(overlapping)
    .measure()
    .await;
    assert!(measured.ending.is_ok(), "{:?}", measured.ending);
    let touches = targets.iter().map(|t| *t.1.touches.borrow()).collect();
    LookedAt {
        measured,
        seen,
        touches,
        events,
    }
}

fn looks_of(measured: &Measured) -> Vec<u32> {
    let accepted = measured.samples.iter().filter(|s| s.accepted);
    accepted.map(|s| s.look).collect()
}

#[tokio::test]
async fn a_look_that_decides_ends_the_run_and_nothing_is_touched_beyond_it() {
    for overlapping in [false, true] {
        let run = looked_at([&[], &[]], Vec::new(), overlapping, |look| look == 1).await;
        assert_eq!(run.seen, [(0, 2), (1, 4)]);
        assert_eq!(looks_of(&run.measured), [[0; 4], [1; 4]].concat());
        assert_eq!(run.touches, [5, 5], "a first start and four of each");
        let looked: Vec<_> = run
            .events
            .into_iter()
            .filter(|event| matches!(event, Event::Looked { .. }))
            .collect();
        let look = |look, starts, decided| Event::Looked {
            look,
            of: 3,
            starts,
            decided,
        };
        assert_eq!(looked, [look(1, 2, false), look(2, 4, true)]);
    }
}

#[tokio::test]
async fn the_last_look_ends_the_plan_unasked() {
    let run = looked_at([&[], &[]], Vec::new(), true, |_| false).await;
    assert_eq!(run.seen, [(0, 2), (1, 4)]);
    assert_eq!(run.touches, [7, 7]);
    assert_eq!(looks_of(&run.measured), [[0; 4], [1; 4], [2; 4]].concat());
}

#[tokio::test]
async fn what_is_excluded_is_replaced_before_a_look() {
    let run = looked_at([&[NoTail, Cold], &[Cold, Warm]], Vec::new(), true, |_| true).await;
    assert_eq!(run.seen, [(0, 2)], "two accepted starts of each");
    assert_eq!(run.touches, [4, 4], "one of each was replaced");
}

#[tokio::test]
async fn a_run_that_is_continued_asks_only_what_was_not_asked() {
    let whole = looked_at([&[], &[]], Vec::new(), true, |_| false).await;
    // Eight first starts, then four to each look.
    for (kept, seen, touches) in [
        (8 + 3, vec![(0, 2), (1, 4)], 12 - 3),
        (8 + 4, vec![(0, 2), (1, 4)], 12 - 4),
        (8 + 5, vec![(1, 4)], 12 - 5),
        (8 + 9, vec![], 12 - 9),
    ] {
        let earlier = whole.measured.samples[..kept].to_vec();
        let run = looked_at([&[], &[]], earlier, true, |_| false).await;
        assert_eq!(run.seen, seen, "after {kept}");
        assert_eq!(run.touches.iter().sum::<u32>(), touches as u32 + 2);
        assert_eq!(
            looks_of(&run.measured),
            looks_of(&whole.measured),
            "after {kept}"
        );
    }
}
