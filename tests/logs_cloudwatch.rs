//! `lambench logs --function`: pages that are empty, throttled, cut off and overlapping, and queries of Logs Insights.

mod support;

use std::time::Duration;

use support::cloud_read::{
    EVENTS, GROUP, STREAM, go_on, invokes, left, my_fn, read, summary, words,
};
use support::cloud_watch::{BEGIN_MS, CloudWatch, Fault, report};
use support::{Ran, Test, signal, wait_for};

#[test]
fn every_event_counts_once_through_empty_throttled_cut_and_overlapping_pages() {
    let test = Test::new();
    let cloud = my_fn().faults(|n, input| match n {
        _ if n % 5 == 1 => Fault::Empty,
        7 | 18 => Fault::Throttled,
        _ if n % 6 == 4 && input["nextToken"].is_string() => Fault::Cut,
        _ if n % 3 == 0 => Fault::Overlap,
        _ => Fault::None,
    });
    // One page after the other: what happens to them is then the same each time.
    let more = ["--function", "my-fn", "--max-events", "1000"];
    let ran = read(&test, &cloud, &more).success();
    let told = summary(&ran);
    assert_eq!(told["whole"]["invokes"], EVENTS);
    assert_eq!(told["whole"]["cold"], EVENTS / 4);
    assert_eq!(told["groups"][0]["name"], "my-fn");
    assert_eq!(told["whole"]["first_at"], "2024-03-04T17:22:38Z");
    assert_eq!(told["prices"]["region"], "us-east-1");
    let ran = ran
        .says("read 100 events of /aws/lambda/my-fn")
        .says("the pages broke off")
        .says("count once")
        .says("ThrottlingException: Rate exceeded: waiting and trying again")
        .says("FilterLogEvents has no price");
    assert!(!ran.stderr.contains("what remains"), "{}", ran.stderr);
    let first = &cloud.calls("FilterLogEvents")[0];
    assert_eq!(first["startTime"], 1_709_510_400_000_i64);
    assert_eq!(first["endTime"], 1_709_596_799_999_i64);
}

#[test]
fn a_region_without_a_known_price_can_be_read() {
    let test = Test::new();
    for (region, prices) in [("xx-nowhere-1", "us-east-1"), ("eu-west-1", "eu-west-1")] {
        let ran = read(
            &test,
            &my_fn(),
            &["--function", "my-fn", "--region", region],
        )
        .success();
        assert_eq!(invokes(&ran), EVENTS as u64);
        assert_eq!(summary(&ran)["prices"]["region"], prices);
    }
}

#[test]
fn lines_of_the_application_that_speak_of_records_count_for_nothing() {
    let test = Test::new();
    let json = r#"{"time":"2024-03-04T17:22:39.000Z","type":"platform.report","record":{"requestId":"00000009-1111-4222-8333-444455556666","metrics":{"durationMs":12.5,"billedDurationMs":13,"memorySizeMB":128,"maxMemoryUsedMB":50,"initDurationMs":99.0},"status":"success"}}"#;
    let cloud = CloudWatch::start().function("my-fn", None).events(
        GROUP,
        STREAM,
        [
            (0, report(1)),
            (1, format!("I saw {}", report(2))),
            (2, "no such thing".to_owned()),
            (3, json.to_owned()),
            (
                4,
                format!("{}\n", r#"{"message":"platform.report is nice"}"#),
            ),
        ],
    );
    let ran = read(&test, &cloud, &["--function", "my-fn"]).success();
    assert_eq!(invokes(&ran), 2);
    ran.says("read 4 events");
}

#[test]
fn a_network_that_goes_away_keeps_what_was_counted_and_the_rest_is_read_later() {
    let test = Test::new();
    let away = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let seen = std::sync::Arc::clone(&away);
    let cloud = my_fn().faults(move |n, _| {
        if n > 8 && seen.load(std::sync::atomic::Ordering::SeqCst) {
            Fault::Gone
        } else {
            Fault::None
        }
    });
    let ran = read(&test, &cloud, &["--function", "my-fn"]).fails_with(1);
    let before = invokes(&ran);
    assert!(before > 6 && before < EVENTS as u64, "{before}");
    let ran = ran.says("error: reading the log group /aws/lambda/my-fn");
    away.store(false, std::sync::atomic::Ordering::SeqCst);
    let after = left(&test, &ran);
    assert_eq!(before + after, EVENTS as u64);
}

#[test]
fn enough_events_are_enough_and_the_rest_begins_where_they_end() {
    let test = Test::new();
    let cloud = my_fn();
    let more = ["--function", "my-fn", "--max-events", "40"];
    let ran = read(&test, &cloud, &more).success();
    let first = invokes(&ran);
    assert_eq!(summary(&ran)["read"]["complete"], false);
    assert!((40..43).contains(&first), "{first}");
    let mut all = first;
    let mut last = ran;
    while all < EVENTS as u64 {
        let next = go_on(&test, &last).pop().unwrap();
        assert!(invokes(&next) <= 42);
        all += invokes(&next);
        last = next;
    }
    assert_eq!(all, EVENTS as u64);
}

#[test]
fn ctrl_c_shows_what_was_counted_and_how_to_go_on() {
    let test = Test::new();
    let cloud = my_fn().faults(|n, _| {
        if n >= 8 {
            Fault::Slow(Duration::from_mins(2))
        } else {
            Fault::None
        }
    });
    let child = test
        .command(&words(&cloud, &["--function", "my-fn"]))
        .spawn()
        .unwrap();
    wait_for("pages that take long", || {
        (cloud.calls("FilterLogEvents").len() >= 8 && cloud.under_way() > 0).then_some(())
    });
    signal(&child, "INT");
    let ran = Ran::from(child.wait_with_output().unwrap()).fails_with(130);
    let before = invokes(&ran);
    assert!(before > 0 && before < EVENTS as u64, "{before}");
    cloud.clone().faults(|_, _| Fault::None);
    let after = left(&test, &ran);
    assert_eq!(before + after, EVENTS as u64);
}

#[test]
fn a_function_of_a_shared_group_is_counted_without_its_neighbours() {
    let test = Test::new();
    let shared = "/all/of them";
    let stream = |function: &str| format!("2024/03/04/{function}[$LATEST]0123");
    let cloud = CloudWatch::start()
        .function("mine", Some(shared))
        .function("other", Some(shared))
        .events(
            shared,
            &stream("mine"),
            (0..8).map(|n| (n, report(n as usize))),
        )
        .events(
            shared,
            &stream("other"),
            (0..5).map(|n| (n, report(50 + n as usize))),
        );
    let ran = read(&test, &cloud, &["--function", "mine"]).success();
    assert_eq!(invokes(&ran), 8);
    assert_eq!(summary(&ran)["groups"][0]["name"], "mine");
    ran.says("5 events are of other functions");
    let ran = read(&test, &cloud, &["--log-group", shared]).success();
    let names: Vec<_> = summary(&ran)["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| g["name"].clone())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(invokes(&ran), 13);
    let ran = read(
        &test,
        &cloud,
        &["--log-group", shared, "--function", "oth*"],
    )
    .success();
    assert_eq!(invokes(&ran), 5);
    let ran = read(&test, &cloud, &["--function", "mine", "--by", "group"]).success();
    assert_eq!(summary(&ran)["groups"][0]["name"], shared);
}

#[test]
fn a_pattern_reads_the_groups_of_all_functions_that_fit() {
    let test = Test::new();
    let cloud = CloudWatch::start()
        .function("data-a", None)
        .function("data-b", Some("/own"))
        .function("data-never", None)
        .function("other", None)
        .events(
            "/aws/lambda/data-a",
            STREAM,
            (0..3).map(|n| (n, report(n as usize))),
        )
        .events(
            "/own",
            "2024/03/04/data-b[1]0",
            (0..4).map(|n| (n, report(n as usize))),
        )
        .events("/aws/lambda/other", STREAM, [(0, report(1))]);
    let ran = read(&test, &cloud, &["--function", "data-*"]).success();
    assert_eq!(invokes(&ran), 7);
    ran.says("/aws/lambda/data-never: ResourceNotFoundException")
        .says("reading the others");
    let ran = read(&test, &cloud, &["--function", "nothing-*"]).fails_with(1);
    ran.says("no function in us-east-1 fits nothing-*");
}

#[test]
fn what_cannot_be_read_says_what_is_missing() {
    let test = Test::new();
    let cloud = my_fn().faults(|_, _| Fault::Error("AccessDeniedException"));
    let ran = read(&test, &cloud, &["--function", "my-fn"]).fails_with(1);
    ran.says("it needs logs:FilterLogEvents")
        .says("on /aws/lambda/my-fn");
    let ran = read(&test, &my_fn(), &["--function", "gone"]).fails_with(1);
    ran.says("taking /aws/lambda/gone for its log group")
        .says("a function that was never invoked has no log group");
    let quiet = CloudWatch::start().function("my-fn", None).events(
        GROUP,
        STREAM,
        [(0, "nothing of the platform's".to_owned())],
    );
    let ran = read(&test, &quiet, &["--function", "my-fn"]).fails_with(1);
    ran.says("no record of the platform in /aws/lambda/my-fn");
}

#[test]
fn what_makes_no_sense_is_said_before_any_call() {
    let test = Test::new();
    let cloud = my_fn();
    read(&test, &cloud, &["--function", "my-fn:7"])
        .fails_with(2)
        .says("--by version tells 7 from the others");
    test.run(&["logs", "app.log", "--log-group", "/x"])
        .fails_with(2);
    test.run(&["logs", "--log-group", "/x", "--max-cost", "1"])
        .fails_with(2);
    test.run(&[
        "logs",
        "--log-group",
        "/x",
        "--since",
        "2024-03-05",
        "--until",
        "2024-03-04",
    ])
    .fails_with(2);
    assert!(cloud.calls("FilterLogEvents").is_empty());
}

#[test]
fn insights_is_asked_again_for_what_a_query_does_not_give() {
    let test = Test::new();
    // 250 ms apart: 25 seconds, four in each.
    let spread = (0..).zip(0..EVENTS).map(|(n, id)| (n * 250, report(id)));
    let cloud = CloudWatch::start()
        .function("my-fn", None)
        .events(GROUP, STREAM, spread)
        .most_rows(18)
        .faults(|n, input| match input["limit"].as_i64() {
            Some(limit) if limit > 10_000 => Fault::Error("InvalidParameterException"),
            Some(_) if n == 2 => Fault::Error("LimitExceededException"),
            _ => Fault::None,
        });
    let since = jiff::Timestamp::from_millisecond(BEGIN_MS)
        .unwrap()
        .to_string();
    let until = jiff::Timestamp::from_millisecond(BEGIN_MS + 25_000)
        .unwrap()
        .to_string();
    let more = [
        "--function",
        "my-fn",
        "--insights",
        "--since",
        &since,
        "--until",
        &until,
    ];
    let words: Vec<String> = words(&cloud, &more)
        .into_iter()
        .enumerate()
        .filter(|(at, _)| !(1..5).contains(at))
        .map(|(_, word)| word)
        .collect();
    let ran = test.run(&words).success();
    assert_eq!(invokes(&ran), EVENTS as u64);
    assert_eq!(summary(&ran)["whole"]["cold"], EVENTS / 4);
    let queries = cloud.calls("StartQuery");
    assert!((6..20).contains(&queries.len()), "{}", queries.len());
    assert!(cloud.calls("FilterLogEvents").is_empty());
    ran.says("read 100 events").says("scanned, about $");
}

#[test]
fn insights_stops_at_what_it_may_cost() {
    let test = Test::new();
    let cloud = my_fn().bytes_a_second(1e7);
    let more = ["--function", "my-fn", "--insights", "--max-cost", "0.5"];
    let ran = read(&test, &cloud, &more).fails_with(1);
    ran.says("stopped Logs Insights at $2.16, as it may not cost more than $0.50");
    assert_eq!(cloud.calls("StopQuery").len(), 1);
    let cloud = my_fn().bytes_a_second(1e7);
    let more = ["--function", "my-fn", "--insights", "--max-cost", "5"];
    let ran = read(&test, &cloud, &more).success();
    assert_eq!(invokes(&ran), EVENTS as u64);
    let ran = ran.says("864.00 GB scanned, about $4.3200");
    let asked = &summary(&ran)["read"]["cloudwatch"];
    assert_eq!(asked["scanned_bytes"], 864_000_000_000_u64);
    assert!(
        (asked["usd"].as_f64().unwrap() - 4.32).abs() < 1e-9,
        "{asked}"
    );
    let ran = read(&test, &my_fn(), &["--function", "my-fn"]).success();
    let asked = &summary(&ran)["read"]["cloudwatch"];
    assert_eq!(asked["events"], EVENTS, "{asked}");
    assert!(
        asked["scanned_bytes"].is_null() && asked["usd"] == 0.0,
        "{asked}"
    );
}

#[test]
fn ctrl_c_stops_the_query_on_aws_too() {
    let test = Test::new();
    let cloud = my_fn().faults(|n, _| {
        if n == 2 {
            Fault::Slow(Duration::from_mins(2))
        } else {
            Fault::None
        }
    });
    let more = ["--function", "my-fn", "--insights"];
    let child = test.command(&words(&cloud, &more)).spawn().unwrap();
    wait_for("the first look", || {
        (cloud.calls("GetQueryResults").len() == 1).then_some(())
    });
    signal(&child, "INT");
    let ran = Ran::from(child.wait_with_output().unwrap()).fails_with(130);
    assert_eq!(cloud.calls("StopQuery")[0]["queryId"], "query-0");
    let rest = go_on(&test, &ran);
    assert_eq!(invokes(&rest[0]), EVENTS as u64);
}
