//! Looks at the data: what they see, what they end, and what a continued run asks of them.

use super::scripted::Answer::{self, Cold, NoTail, Warm};
use super::scripted::{Scripted, measured};
use crate::bench::events::Event;
use crate::bench::plan::Plan;
use crate::bench::run::Measured;
use crate::results::{Arm, Sample};
use crate::stats::Looks;

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
    let (mut seen, mut events) = (Vec::new(), Vec::new());
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
    let mut note = |event| events.push(event);
    let measured = measured(&plan, &targets, |mut run| {
        run.on_event = &mut note;
        run.after(earlier)
            .until(&mut decided)
            .overlapping(overlapping)
    })
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
