//! `lambench logs --function` reads several pieces of the time at once: as fast as the quota allows, and no event twice.
#![allow(missing_docs)]

mod support;

use std::collections::HashSet;
use std::time::Duration;

use support::cloud_read::{GROUP, STREAM, go_on, invokes, left, read, summary};
use support::cloud_watch::{CloudWatch, Fault, report};
use support::{Ran, Test};

const EVENTS: usize = 400;
const DAY: &[&str] = &["--function", "my-fn"];

/// Spread over most of the day that is read, and over two streams in turn.
fn spread(width_ms: i64) -> CloudWatch {
    let of = |first: usize| {
        let events = (first..EVENTS).step_by(2);
        events.map(move |n| (n.cast_signed() as i64 * width_ms, report(n)))
    };
    let other = STREAM.replace('0', "1");
    CloudWatch::start()
        .function("my-fn", None)
        .events(GROUP, STREAM, of(0))
        .events(GROUP, &other, of(1))
}

#[track_caller]
fn has_all(ran: &Ran) {
    let told = summary(ran);
    assert_eq!(told["whole"]["invokes"], EVENTS);
    assert_eq!(told["whole"]["cold"], EVENTS / 4);
    assert_eq!(told["whole"]["cold_handler"]["max"], 396.5);
    assert_eq!(told["read"]["cloudwatch"]["events"], EVENTS);
}

#[test]
fn pages_that_take_long_are_waited_for_side_by_side() {
    let test = Test::new();
    let cloud = spread(50_000).faults(|_, _| Fault::Slow(Duration::from_millis(40)));
    let ran = read(&test, &cloud, DAY).success();
    has_all(&ran);
    assert_eq!(cloud.most_under_way(), 5);
    let calls = cloud.calls("FilterLogEvents");
    assert!(calls.len() < 2 * EVENTS / 7, "{} calls", calls.len());
    let ends: HashSet<_> = calls.iter().map(|call| call["endTime"].as_i64()).collect();
    assert!(ends.len() >= 5, "pieces end at different times: {ends:?}");
}

#[test]
fn one_page_takes_one_call() {
    let test = Test::new();
    let cloud = CloudWatch::start().function("my-fn", None).events(
        GROUP,
        STREAM,
        (0..7).map(|n| (n * 1_000_000, report(n as usize))),
    );
    let ran = read(&test, &cloud, DAY).success();
    assert_eq!(invokes(&ran), 7);
    assert_eq!(cloud.calls("FilterLogEvents").len(), 1);
}

#[test]
fn events_of_a_moment_in_a_long_time_take_few_calls_more() {
    let test = Test::new();
    let cloud = spread(2);
    let ran = read(&test, &cloud, DAY).success();
    has_all(&ran);
    let calls = cloud.calls("FilterLogEvents").len();
    assert!(calls < 3 * EVENTS / 7, "{calls} calls");
}

#[test]
fn every_event_counts_once_whatever_happens_to_the_pages_of_each_piece() {
    let test = Test::new();
    let cloud = spread(50_000).faults(|n, input| match n {
        _ if n % 7 == 1 => Fault::Empty,
        _ if n % 11 == 3 => Fault::Throttled,
        _ if n % 5 == 4 && input["nextToken"].is_string() => Fault::Cut,
        _ if n % 3 == 0 => Fault::Overlap,
        _ => Fault::Slow(Duration::from_millis(20)),
    });
    let ran = read(&test, &cloud, DAY).success();
    has_all(&ran);
    assert!(cloud.most_under_way() > 2);
    ran.says("the pages broke off")
        .says("ThrottlingException: Rate exceeded: waiting and trying again");
}

#[test]
fn what_fails_in_one_piece_leaves_the_others_as_far_as_they_got() {
    let test = Test::new();
    // Whatever is asked of the last hours is refused.
    let late = |input: &serde_json::Value| input["startTime"].as_i64() > Some(1_709_585_000_000);
    let cloud = spread(50_000).faults(move |n, input| {
        if n > 30 && late(input) {
            Fault::Error("AccessDeniedException")
        } else {
            Fault::Slow(Duration::from_millis(20))
        }
    });
    let ran = read(&test, &cloud, DAY).fails_with(1);
    let before = invokes(&ran);
    assert!(before > 50 && before < EVENTS as u64, "{before}");
    let ran = ran.says("it needs logs:FilterLogEvents");
    cloud.clone().faults(|_, _| Fault::None);
    assert_eq!(before + left(&test, &ran), EVENTS as u64);
}

#[test]
fn an_endpoint_that_gives_one_stream_after_the_other_loses_none_of_them() {
    let test = Test::new();
    let cloud = spread(50_000)
        .stream_by_stream()
        .faults(|_, _| Fault::Slow(Duration::from_millis(10)));
    has_all(&read(&test, &cloud, DAY).success());
}

#[test]
fn the_first_so_many_events_are_read_one_page_after_the_other() {
    let test = Test::new();
    let cloud = spread(50_000).faults(|_, _| Fault::Slow(Duration::from_millis(10)));
    let more = [DAY, &["--max-events", "40"]].concat();
    let ran = read(&test, &cloud, &more).success();
    assert_eq!(cloud.most_under_way(), 1);
    assert_eq!(invokes(&ran), 40);
    assert_eq!(
        summary(&ran)["whole"]["cold_handler"]["max"],
        36.5,
        "the earliest"
    );
    assert_eq!(go_on(&test, &ran).len(), 1);
}
