//! The faults that the table of docs/faults.md lists: each is made, and ends as the table says.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use serde_json::Value;

use crate::place::{ALWAYS, Place, on};
use crate::support::proxy::{Fault, Request};
use crate::support::repository;

const RUNS: usize = 3;
const AS_BEFORE: &str = "as before";
const ONCE_RESTORED: &str = "as before, once the printed command has run";

type Rule = Box<dyn Fn(&Request) -> Option<Fault> + Send + Sync>;

struct Case {
    /// The first cell of its line in the table.
    fault: &'static str,
    rule: Rule,
    /// What standard error must say.
    says: &'static [&'static str],
    /// Why samples were excluded, but for first starts.
    excluded: &'static [&'static str],
    /// Set when the endpoint works again.
    healed: Arc<AtomicBool>,
}

fn case(
    fault: &'static str,
    says: &'static [&'static str],
    excluded: &'static [&'static str],
    rule: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static,
) -> Case {
    let healed = Arc::new(AtomicBool::new(false));
    let well = Arc::clone(&healed);
    Case {
        fault,
        rule: Box::new(move |request| {
            if well.load(SeqCst) {
                None
            } else {
                rule(request)
            }
        }),
        says,
        excluded,
        healed,
    }
}

/// Faults at these invokes; the first four are the first start, then a cold and a warm one in turns.
fn at_invokes(
    faults: impl IntoIterator<Item = (usize, Fault)>,
) -> impl Fn(&Request) -> Option<Fault> + Send + Sync {
    let faults: Vec<_> = faults.into_iter().collect();
    let seen = AtomicUsize::new(0);
    move |request| {
        if !request.is_invoke() {
            return None;
        }
        let now = seen.fetch_add(1, SeqCst);
        let fault = faults.iter().find(|(at, _)| *at == now);
        fault.map(|(_, fault)| fault.clone())
    }
}

/// A fault at every read, from the `from`th update to before the next.
fn at_reads_after_update(
    from: usize,
    fault: Fault,
) -> impl Fn(&Request) -> Option<Fault> + Send + Sync {
    let updates = AtomicUsize::new(0);
    move |request| {
        if request.is_update() {
            updates.fetch_add(1, SeqCst);
        }
        (request.is_get() && updates.load(SeqCst) == from).then(|| fault.clone())
    }
}

const REASONS: [&str; 6] = [
    "ConcurrentInvocationLimitExceeded",
    "FunctionInvocationRateLimitExceeded",
    "ReservedFunctionConcurrentInvocationLimitExceeded",
    "ReservedFunctionInvocationRateLimitExceeded",
    "CallerRateLimitExceeded",
    "ConcurrentSnapshotCreateLimitExceeded",
];

fn broken(status: u16) -> Fault {
    Fault::Answer(status, "ServiceException", "try later")
}

fn without_report(tail: &str) -> String {
    let kept = tail.split("REPORT RequestId").next();
    kept.unwrap_or_default().to_owned()
}

fn without_init(tail: &str) -> String {
    let (head, init) = tail.split_once("\tInit Duration").expect("it was cold");
    let (_, rest) = init.split_once('\t').unwrap_or_default();
    format!("{head}\t{rest}")
}

fn calls() -> Vec<Case> {
    let throttled = |request: &Request| request.is_update() || request.is_get();
    let (update, read) = (
        on(Request::is_update, 1, 3, broken(500)),
        on(Request::is_get, 3, 4, broken(503)),
    );
    let (dropped, touch) = (
        at_invokes([(4, Fault::LoseAnswer)]),
        on(Request::is_update, 1, 2, Fault::LoseAnswer),
    );
    let (half, half_read) = (
        at_invokes([(4, Fault::HalfSent)]),
        on(Request::is_get, 3, 4, Fault::HalfSent),
    );
    let failing = at_invokes([(4, broken(500))]);
    vec![
        case(
            "Invokes are throttled (429), with each `Reason` that Lambda has",
            &[],
            &["call_failed"; REASONS.len()],
            // Never two in a row: a pause grows with each.
            at_invokes(
                [4, 6, 8, 10, 12, 14]
                    .into_iter()
                    .zip(REASONS)
                    .map(|(at, reason)| (at, Fault::Throttle(reason, 1))),
            ),
        ),
        case(
            "Updates and reads are throttled (429)",
            &["429 (CallerRateLimitExceeded)", "after 1 s as it asks"],
            &[],
            {
                let seen = AtomicUsize::new(0);
                move |request| {
                    let third = throttled(request) && seen.fetch_add(1, SeqCst) % 7 == 2;
                    third.then_some(Fault::Throttle("CallerRateLimitExceeded", 1))
                }
            },
        ),
        case(
            "An update meets another one (409)",
            &[],
            &[],
            on(
                Request::is_update,
                1,
                4,
                Fault::Answer(409, "ResourceConflictException", "An update is in progress"),
            ),
        ),
        case(
            "The endpoint answers 500 or 503",
            &[],
            &["call_failed"],
            move |request| failing(request).or(update(request)).or(read(request)),
        ),
        case(
            "An answer is dropped: of an invoke, of an update",
            &[],
            &["call_failed"],
            move |request| dropped(request).or(touch(request)),
        ),
        case(
            "An answer is half sent",
            &[],
            &["call_failed"],
            move |request| half(request).or(half_read(request)),
        ),
    ]
}

/// Apart from the other calls: it takes as long as all of them, since putting back is tried again and again.
fn gone() -> Vec<Case> {
    let invokes = AtomicUsize::new(0);
    vec![case(
        "The endpoint goes away and stays away",
        &["could not be put back", "lambench restore --function my-fn"],
        &[],
        move |request| {
            if request.is_invoke() {
                invokes.fetch_add(1, SeqCst);
            }
            (invokes.load(SeqCst) > 6).then_some(Fault::Reset)
        },
    )]
}

fn updates() -> Vec<Case> {
    let pending = AtomicUsize::new(0);
    vec![
        case(
            "An update takes long to settle",
            &[],
            &[],
            // Six looks each; whoever invokes before is told so, and the run would fail.
            move |request| {
                if request.is_update() {
                    pending.store(6, SeqCst);
                }
                if request.is_invoke() && pending.load(SeqCst) > 0 {
                    return Some(Fault::Answer(400, "Early", "invoked before it settled"));
                }
                let left = pending.load(SeqCst);
                (request.is_get() && left > 0).then(|| {
                    pending.store(left - 1, SeqCst);
                    Fault::Rewrite(
                        r#""LastUpdateStatus":"Successful""#,
                        r#""LastUpdateStatus":"InProgress""#,
                    )
                })
            },
        ),
        case(
            "An update fails",
            &["KMS is down"],
            &[],
            at_reads_after_update(
                2,
                Fault::Rewrite(
                    r#""LastUpdateStatus":"Successful""#,
                    r#""LastUpdateStatus":"Failed","LastUpdateStatusReason":"KMS is down""#,
                ),
            ),
        ),
        case(
            "Another revision is met by a touch (412)",
            &["changed by somebody else", "see who deployed"],
            &[],
            on(
                Request::is_update,
                2,
                3,
                Fault::Answer(
                    412,
                    "PreconditionFailedException",
                    "The RevisionId is stale",
                ),
            ),
        ),
        case(
            "Another revision is met when it is put back (412)",
            &[],
            &[],
            on(
                Request::is_update,
                RUNS + 1,
                RUNS + 2,
                Fault::Answer(
                    412,
                    "PreconditionFailedException",
                    "The RevisionId is stale",
                ),
            ),
        ),
        case(
            "A read still shows the function as it was before the touch",
            &[],
            &[],
            {
                let (updates, old) = (AtomicUsize::new(0), AtomicUsize::new(0));
                move |request| {
                    if request.is_update() {
                        updates.fetch_add(1, SeqCst);
                    }
                    let lags = request.is_get() && updates.load(SeqCst) == 2;
                    (lags && old.fetch_add(1, SeqCst) < 2).then_some(Fault::OldNews)
                }
            },
        ),
    ]
}

fn tails() -> Vec<Case> {
    let no_tail = || Fault::WithoutHeader("x-amz-log-result");
    vec![
        case(
            "A log tail is missing",
            &[],
            &["no_report"; 2],
            at_invokes([(4, no_tail()), (6, no_tail())]),
        ),
        case(
            "Every log tail is missing",
            &[
                "no answer of the first start had a REPORT line",
                "LoggingConfig",
            ],
            &[],
            on(Request::is_invoke, 0, ALWAYS, no_tail()),
        ),
        case(
            "Log tails are cut before REPORT, as a long log's are",
            &[],
            &[],
            on(
                Request::is_invoke,
                0,
                ALWAYS,
                Fault::Tail(|tail| tail.chars().skip(9).collect()),
            ),
        ),
        case(
            "A log tail is cut inside REPORT",
            &[],
            &["no_report"],
            at_invokes([(
                4,
                Fault::Tail(|tail| {
                    let at = tail.find("REPORT RequestId").expect("a REPORT");
                    tail[at + 30..].to_owned()
                }),
            )]),
        ),
        case(
            "A LogResult has no REPORT",
            &[],
            &["no_report"],
            at_invokes([(4, Fault::Tail(without_report))]),
        ),
        case(
            "The handler only streams: an HTTP head, eight zero bytes, a body",
            &["the answer is a response stream", "--no-handler"],
            &[],
            on(
                Request::is_invoke,
                0,
                1,
                Fault::Whole(200, "", "{\"statusCode\":200}\0\0\0\0\0\0\0\0hello"),
            ),
        ),
    ]
}

fn starts() -> Vec<Case> {
    vec![
        case(
            "A start is warm where a cold one was expected",
            &[],
            &["unknown"],
            at_invokes([(4, Fault::Tail(without_init))]),
        ),
        case(
            "No start is ever cold",
            &["gave no cold start 5 times in a row", "--touch"],
            &["unknown"; 5],
            on(Request::is_invoke, 4, ALWAYS, Fault::Tail(without_init)),
        ),
        case(
            "Lambda has initialised an environment ahead of time",
            &[],
            &["proactive_init"],
            at_invokes([(
                4,
                Fault::Tail(|tail| tail.replace("Init Duration: ", "Init Duration: 90000")),
            )]),
        ),
    ]
}

fn tokens() -> Vec<Case> {
    let expired = || {
        Fault::Answer(
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
        )
    };
    let (before, during) = (expired(), expired());
    let invokes = AtomicUsize::new(0);
    vec![
        case(
            "The token has expired",
            &["sign in again"],
            &[],
            move |_| Some(before.clone()),
        ),
        case(
            "The token expires in the middle",
            &["sign in again", "lambench restore --function my-fn"],
            &[],
            move |request| {
                if request.is_invoke() {
                    invokes.fetch_add(1, SeqCst);
                }
                (invokes.load(SeqCst) > 6).then(|| during.clone())
            },
        ),
    ]
}

/// The lines of the table: fault, outcome, exit code, the function afterwards.
fn documented() -> Vec<[String; 4]> {
    let page = std::fs::read_to_string(repository().join("docs/faults.md")).unwrap();
    let (_, table) = page
        .split_once("<!-- faults -->\n")
        .expect("the table of faults");
    let rows = table
        .lines()
        .take_while(|line| line.starts_with('|'))
        .skip(2);
    rows.map(|line| {
        let cells: Vec<String> = line
            .trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect();
        cells.try_into().expect("four cells")
    })
    .collect()
}

fn check(cases: Vec<Case>) {
    for case in cases {
        let rows = documented();
        let row = rows.iter().find(|row| row[0] == case.fault);
        let [fault, _, code, afterwards] =
            row.unwrap_or_else(|| panic!("docs/faults.md has no {:?}", case.fault));
        let place = Place::new();
        let before = place.record();
        let mut ran = place
            .run(&RUNS.to_string(), case.rule)
            .fails_with(code.parse().unwrap());
        for words in case.says {
            ran = ran.says(words);
        }
        if afterwards == ONCE_RESTORED {
            assert_ne!(place.record(), before, "{fault}");
            case.healed.store(true, SeqCst);
            place.test.run(&["restore"]).success();
        } else {
            assert_eq!(afterwards, AS_BEFORE, "{fault}");
        }
        assert_eq!(place.record(), before, "{fault}");
        if place.test.path().join(".lambench/results").exists() {
            samples_are_what_they_say(&place.test.result(), code == "0", case.excluded, fault);
        }
    }
}

/// Nothing is counted as what it is not, and what doesn't count is there with its reason.
fn samples_are_what_they_say(result: &Value, complete: bool, excluded: &[&str], fault: &str) {
    let samples = result["samples"].as_array().unwrap();
    let accepted = |kind: &str| {
        let own = samples
            .iter()
            .filter(move |s| s["kind"] == kind && s["accepted"] == true);
        own.collect::<Vec<_>>()
    };
    let (cold, warm) = (accepted("cold"), accepted("warm"));
    assert!(cold.iter().all(|s| s["init_ms"].is_number()), "{fault}");
    assert!(warm.iter().all(|s| s["init_ms"].is_null()), "{fault}");
    let reasons: Vec<&str> = samples
        .iter()
        .filter_map(|s| s["excluded_reason"].as_str())
        .filter(|reason| *reason != "first_start")
        .collect();
    if complete {
        assert_eq!(result["ending"]["how"], "complete", "{fault}");
        assert_eq!((cold.len(), warm.len()), (RUNS, RUNS), "{fault}");
        assert_eq!(reasons, excluded, "{fault}");
    } else {
        assert_eq!(result["ending"]["how"], "stopped", "{fault}");
        let expected = excluded.iter().all(|reason| reasons.contains(reason));
        assert!(expected, "{fault}: {reasons:?}");
    }
}

#[test]
fn an_endpoint_that_stays_away_ends_as_the_table_says() {
    check(gone());
}

#[test]
fn calls_that_fail_end_as_the_table_says() {
    check(calls());
}

#[test]
fn updates_that_go_wrong_end_as_the_table_says() {
    check(updates());
}

#[test]
fn answers_and_log_tails_that_lack_something_end_as_the_table_says() {
    check(tails());
}

#[test]
fn starts_that_are_not_cold_end_as_the_table_says() {
    check(starts());
}

#[test]
fn tokens_that_expire_end_as_the_table_says() {
    check(tokens());
}

#[test]
fn the_table_lists_these_faults_and_no_others() {
    let listed: Vec<String> = documented().into_iter().map(|[fault, ..]| fault).collect();
    let made: Vec<&str> = [calls(), gone(), updates(), tails(), starts(), tokens()]
        .iter()
        .flatten()
        .map(|case| case.fault)
        .collect();
    assert_eq!(listed, made);
}
