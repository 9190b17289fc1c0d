//! The same counts and figures in whatever order records come, and however they are added up.

mod reading;

use proptest::collection;
use proptest::prelude::*;

use super::tally::SIZES;
use super::*;
use crate::report::scan::tests::made;
use crate::report::scan::{Event, Invoke, Outcome, RequestId, What, scan_lines};

const ID: &str = "5b3aa800-5ff2-4756-89f4-8b01418f8b79";

/// Everything that a tally says.
fn told(tallies: &Tallies) -> String {
    let groups: Vec<_> = tallies
        .groups()
        .into_iter()
        .map(|(key, tally)| (key, said(tally)))
        .collect();
    format!(
        "{groups:#?} broken {} filtered {}",
        tallies.broken, tallies.filtered
    )
}

fn said(tally: &Tally) -> String {
    let figures = [
        &tally.init,
        &tally.restore,
        &tally.cold_total,
        &tally.cold_handler,
        &tally.warm_handler,
        &tally.billed,
    ]
    .map(summary);
    format!(
        "{} {} {} {} {} {} {} {figures:?} {:?} {:?} {:?} {:?} {}",
        tally.invokes,
        tally.cold,
        tally.restores,
        tally.errors,
        tally.timeouts,
        tally.out_of_memory,
        tally.init_failures,
        tally.by_memory.iter().collect::<Vec<_>>(),
        tally.slowest,
        slots(&tally.timeline),
        tally.span_ms,
        tally.without_time
    )
}

fn summary(d: &Distribution) -> (u64, u64, Option<u64>, Vec<Option<u64>>) {
    let quantiles = [0.0, 0.01, 0.5, 0.9, 0.99, 1.0].map(|q| d.quantile(q));
    (d.count(), d.sum(), d.max(), quantiles.to_vec())
}

fn slots(timeline: &Timeline) -> (i64, i64, &[Slot]) {
    (timeline.width_ms(), timeline.start_ms(), timeline.slots())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn distributions_add_up_in_any_order(
        lists in collection::vec(collection::vec(0u64..5_000_000_000, 0..1500), 3), digits in 2u8..4
    ) {
        let of = |lists: &[&Vec<u64>]| {
            let mut all = Distribution::default();
            lists.iter().copied().flatten().for_each(|value| all.record(*value, digits));
            all
        };
        let [a, b, c] = &lists[..] else { unreachable!("three") };
        let add = |mut left: Distribution, right: &Distribution| {
            left.add(right, digits);
            left
        };
        let single = of(&[a, b, c]);
        let left = add(add(of(&[a]), &of(&[b])), &of(&[c]));
        let right = add(of(&[a]), &add(of(&[b]), &of(&[c])));
        prop_assert_eq!(summary(&left), summary(&single));
        prop_assert_eq!(summary(&right), summary(&single));
        prop_assert_eq!(left.is_exact(), single.is_exact());
    }

    #[test]
    fn timelines_add_up_in_any_order(
        lists in collection::vec(collection::vec((0i64..100_000_000_000, any::<bool>()), 0..30), 3)
    ) {
        let of = |lists: &[&Vec<(i64, bool)>]| {
            let mut all = Timeline::default();
            lists.iter().copied().flatten().for_each(|(at, cold)| all.record(*at, *cold));
            all
        };
        let [a, b, c] = &lists[..] else { unreachable!("three") };
        let add = |mut left: Timeline, right: &Timeline| {
            left.add(right);
            left
        };
        let single = of(&[a, b, c]);
        let left = add(add(of(&[a]), &of(&[b])), &of(&[c]));
        let right = add(of(&[a]), &add(of(&[b]), &of(&[c])));
        prop_assert_eq!(slots(&left), slots(&single));
        prop_assert_eq!(slots(&right), slots(&single));
    }

    #[test]
    fn tallies_add_up_to_a_single_pass(
        invokes in collection::vec((made::invokes(), proptest::option::of(0i64..9_000_000_000), 0usize..3), 0..60), cut in any::<usize>()
    ) {
        let groups = ["/aws/lambda/a", "/aws/lambda/b", "c"];
        let new = || Tallies::new(By::Function, Some(60_000), Filter::default());
        let take = |tallies: &mut Tallies, part: &[(Invoke, Option<i64>, usize)]| {
            for (invoke, time_ms, group) in part {
                let group = Some(groups[*group].as_bytes());
                tallies.take(&Event { what: What::Invoke(*invoke), time_ms: *time_ms, group, stream: None });
                let id = invoke.request_id.expect("an id");
                tallies.take(&Event { what: What::Ended(id, Outcome::Timeout), time_ms: *time_ms, group, stream: None });
            }
        };
        let (first, second) = invokes.split_at(cut % (invokes.len() + 1));
        let mut single = new();
        take(&mut single, &invokes);
        single.conclude();
        let (mut a, mut b) = (new(), new());
        take(&mut a, first);
        take(&mut b, second);
        let mut both = new();
        both.add(b);
        both.add(a);
        both.conclude();
        prop_assert_eq!(told(&both), told(&single));
    }
}

fn count(text: &str) -> Tally {
    let mut tallies = Tallies::new(By::Function, None, Filter::default());
    scan_lines(text.as_bytes(), 0..text.len(), &mut |event: &Event<'_>| {
        tallies.take(event);
    });
    tallies.conclude();
    tallies.total()
}

#[test]
fn an_invoke_that_ended_badly_is_counted_once_in_either_style() {
    let report = |status: &str| {
        format!(
            "REPORT RequestId: {ID}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 66 MB\t{status}\n"
        )
    };
    let timed_out = format!("2024-03-04T17:22:38.033Z {ID} Task timed out after 3.00 seconds\n");
    let killed = format!("RequestId: {ID} Error: Runtime exited with error: signal: killed\n");
    for (log, counts) in [
        (report(""), (0, 0, 0)),
        (report("Status: timeout\t"), (0, 1, 0)),
        (timed_out.clone(), (0, 1, 0)),
        (timed_out.clone() + &report(""), (0, 1, 0)),
        (report("") + &timed_out, (0, 1, 0)),
        (
            timed_out.clone() + &report("Status: timeout\t") + &timed_out,
            (0, 1, 0),
        ),
        (
            killed.clone() + &report("Status: error\tError Type: Runtime.ExitError\t"),
            (1, 0, 0),
        ),
        (killed.clone() + &timed_out + &killed, (0, 0, 1)),
    ] {
        let tally = count(&log);
        assert_eq!(
            (tally.errors, tally.timeouts, tally.out_of_memory),
            counts,
            "{log}"
        );
    }
}

#[test]
fn of_cold_starts_alone_those_count_that_ended_badly_in_either_style() {
    let lines = |id: &str, init: &str| {
        format!(
            "2024-03-04T17:22:38.033Z {id} Task timed out after 3.00 seconds\n\
             REPORT RequestId: {id}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 66 MB\t{init}\n"
        )
    };
    let warm = ID.replace('5', "6");
    let text = lines(ID, "Init Duration: 150.00 ms\t") + &lines(&warm, "");
    let filter = Filter {
        cold: true,
        ..Filter::default()
    };
    let mut tallies = Tallies::new(By::Function, None, filter);
    scan_lines(text.as_bytes(), 0..text.len(), &mut |event: &Event<'_>| {
        tallies.take(event);
    });
    tallies.conclude();
    let total = tallies.total();
    assert_eq!((total.invokes, total.timeouts), (1, 1));
}

#[test]
fn figures_that_no_platform_writes_overflow_nothing() {
    let line = "{\"type\":\"platform.report\",\"record\":{\"metrics\":{\"durationMs\":1e300,\"billedDurationMs\":1e300,\"initDurationMs\":1e300}}}\n";
    let tally = count(&line.repeat(3));
    assert_eq!(
        (tally.invokes, tally.cold, tally.billed.sum()),
        (3, 3, 3 * u64::from(u32::MAX))
    );
}

/// A cold start of so many megabytes.
fn cold_start(id: u128, memory_mb: u32) -> Invoke {
    Invoke {
        request_id: Some(id.into()),
        handler_us: 1,
        billed_us: Some(1000),
        memory_mb: Some(memory_mb),
        max_memory_mb: Some(1),
        init_us: Some(1),
        restore_us: None,
        outcome: Outcome::Done,
    }
}

#[test]
fn of_starts_that_are_equally_slow_the_same_are_kept_in_any_order() {
    let starts: Vec<_> = (0..40_u32)
        .map(|n| (cold_start((n / 4).into(), 128), Some(i64::from(n % 4))))
        .collect();
    let (mut forth, mut back) = (Tally::default(), Tally::default());
    for (start, time_ms) in &starts {
        forth.record(start, *time_ms, 3);
    }
    for (start, time_ms) in starts.iter().rev() {
        back.record(start, *time_ms, 3);
    }
    assert_eq!(forth.slowest, back.slowest);
}

#[test]
fn memory_sizes_past_the_limit_are_counted_as_unknown() {
    let of = |sizes: std::ops::Range<u32>| {
        let mut tally = Tally::default();
        for mb in sizes {
            tally.record(&cold_start(0, mb), None, 3);
        }
        tally
    };
    let limit = SIZES as u32;
    let mut tally = of(1..limit + 101);
    tally.add(&of(1..limit + 201), 3);
    let invokes: Vec<_> = tally
        .by_memory
        .iter()
        .map(|(mb, s)| (mb, s.invokes))
        .collect();
    assert_eq!(invokes.len(), SIZES + 1);
    assert_eq!(invokes[..2], [(0, 300), (1, 2)]);
}

#[test]
fn groups_past_the_limit_are_counted_as_one() {
    let mut tallies = Tallies::new(By::Group, None, Filter::default());
    for n in 0..GROUPS + 100 {
        let group = format!("group-{n}");
        let invoke = Invoke {
            request_id: Some(1.into()),
            handler_us: 1,
            billed_us: None,
            memory_mb: None,
            max_memory_mb: None,
            init_us: None,
            restore_us: None,
            outcome: Outcome::Done,
        };
        tallies.take(&Event {
            what: What::Invoke(invoke),
            time_ms: None,
            group: Some(group.as_bytes()),
            stream: None,
        });
    }
    let groups = tallies.groups();
    assert_eq!(groups.len(), GROUPS + 1);
    let others = groups
        .iter()
        .find(|(key, _)| key.name == OTHERS)
        .expect("the others");
    assert_eq!(others.1.invokes, 100);
    assert_eq!(tallies.total().invokes, GROUPS as u64 + 100);
}

/// One that takes up to its limit of memory more than once.
#[test]
fn a_thread_that_has_counted_much_adds_it_to_the_whole_and_goes_on() {
    let event = |n: u64| {
        let invoke = Invoke {
            request_id: Some(RequestId::from(u128::from(n))),
            handler_us: n,
            billed_us: Some(n),
            memory_mb: None,
            max_memory_mb: None,
            init_us: None,
            restore_us: None,
            outcome: if n.is_multiple_of(2) {
                Outcome::Timeout
            } else {
                Outcome::Done
            },
        };
        What::Invoke(invoke)
    };
    let take = |tallies: &mut Tallies, n: u64| {
        let id = RequestId::from(u128::from(n));
        for what in [
            What::Ended(id, Outcome::Timeout),
            event(n),
            What::Ended(id, Outcome::Timeout),
        ] {
            tallies.take(&Event {
                what,
                time_ms: None,
                group: None,
                stream: None,
            });
        }
    };
    let (mut whole, mut part) = (Tallies::default(), Tallies::default());
    let mut added = 0;
    // More ids than are kept.
    for n in 0..450_000 {
        take(&mut part, n);
        if n % 10_000 == 0 && Sink::is_large(&part) {
            whole.add(std::mem::replace(&mut part, Sink::fork(&whole)));
            added += 1;
        }
    }
    whole.add(part);
    whole.conclude();
    let total = whole.total();
    assert!(added > 2, "{added}");
    assert_eq!(total.invokes, 450_000);
    // Only those of the older style whose own record tells nothing are past what is kept.
    assert_eq!(total.timeouts, 450_000);
}

#[test]
fn a_group_has_all_of_its_records_however_many_pieces_of_time_there_are() {
    let mut whole = Tallies::new(By::Function, Some(60_000), Filter::default());
    let (mut a, mut b) = (Sink::fork(&whole), Sink::fork(&whole));
    // One group that has no place left comes last.
    for n in 0..2000_i64 {
        let group = match n {
            1999 => "/aws/lambda/late",
            n if n % 2 == 0 => "/aws/lambda/even",
            _ => "/aws/lambda/odd",
        };
        let event = Event {
            what: What::Invoke(cold_start(1, 128)),
            time_ms: Some(n / 2 * 60_000),
            group: Some(group.as_bytes()),
            stream: None,
        };
        let part = if n < 700 { &mut a } else { &mut b };
        part.take(&event);
        if part.is_full() {
            let next = Sink::fork(&whole);
            whole.add(std::mem::replace(part, next));
            *part = Sink::fork(&whole);
        }
    }
    whole.add(a);
    whole.add(b);
    let mut invokes = std::collections::BTreeMap::new();
    for (key, tally) in whole.groups() {
        *invokes.entry(key.name.as_str()).or_insert(0) += tally.invokes;
    }
    let expected = [("(others)", 1), ("even", 1000), ("odd", 999)];
    assert_eq!(invokes, expected.into());
    assert!(
        whole.groups().len() <= GROUPS + 1,
        "{}",
        whole.groups().len()
    );
}

#[test]
fn functions_that_share_a_group_are_told_apart_by_their_streams() {
    let mut tallies = Tallies::default();
    for stream in [
        "2024/03/04/a[$LATEST]0",
        "2024/03/04/b[$LATEST]0",
        "2024/03/04/[$LATEST]0",
    ] {
        tallies.take(&Event {
            what: What::Invoke(cold_start(1, 128)),
            time_ms: None,
            group: Some(b"/shared"),
            stream: Some(stream.as_bytes()),
        });
    }
    let names: Vec<_> = tallies
        .groups()
        .iter()
        .map(|(key, _)| key.name.as_str())
        .collect();
    assert_eq!(names, ["/shared", "a", "b"]);
}
