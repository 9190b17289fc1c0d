//! Batches against a scripted version: environments that are busy while others are asked, and no clock.

use std::cell::Cell;

use super::Restoring;
use crate::bench::estimate::batches;
use crate::bench::plan::Plan;
use crate::bench::run::Measured;
use crate::bench::run::tests::scripted::measured;
use crate::bench::stopped::Stopped;
use crate::bench::target::Target;
use crate::lambda::{Invoked, LambdaError};
use crate::results::{Arm, Exclusion, Kind};
use crate::stats::Looks;

/// A version with `SnapStart`.
#[derive(Default)]
struct Version {
    idle: Cell<u32>,
    invokes: Cell<u32>,
    /// Its handler is done before anything else can be sent.
    quick: bool,
    /// Lambda initialises it instead of restoring it.
    initialised: bool,
    /// At this invoke two idle environments are gone.
    reaped_at: Option<u32>,
    /// As many environments as there may be at once.
    limit: Option<u32>,
    busy: Cell<u32>,
    /// The first so many invokes meet a snapshot that is not ready.
    not_ready: u32,
}

impl Target for Version {
    async fn touch(&self) -> Result<(), LambdaError> {
        panic!("a version can't be touched")
    }

    async fn settled(&self) -> Result<(), LambdaError> {
        panic!("a version can't be touched")
    }

    async fn unchanged(&self) -> Result<(), LambdaError> {
        panic!("a version never changes")
    }

    async fn invoke(&self, _: Vec<u8>) -> Result<Invoked, LambdaError> {
        let nth = self.invokes.replace(self.invokes.get() + 1);
        let refused = |code: &str| LambdaError::Service {
            doing: "invoking f".into(),
            code: code.into(),
            message: "no".into(),
        };
        if nth < self.not_ready {
            return Err(refused("SnapStartNotReadyException"));
        }
        if self.limit.is_some_and(|limit| self.busy.get() >= limit) {
            return Err(refused("TooManyRequestsException"));
        }
        if self.reaped_at == Some(nth) {
            self.idle.set(self.idle.get().saturating_sub(2));
        }
        let warm = self.idle.get() > 0;
        if warm {
            self.idle.set(self.idle.get() - 1);
        }
        self.busy.set(self.busy.get() + 1);
        if !self.quick {
            tokio::task::yield_now().await;
        }
        self.busy.set(self.busy.get() - 1);
        self.idle.set(self.idle.get() + 1);
        let start = match (warm, self.initialised) {
            (true, _) => "",
            (false, false) => "Restore Duration: 100.00 ms\tBilled Restore Duration: 10 ms\t",
            (false, true) => "Init Duration: 100.00 ms\t",
        };
        let tail = format!(
            "REPORT RequestId: r\tDuration: 5.00 ms\tBilled Duration: 5 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t{start}\n"
        );
        Ok(Invoked {
            started_at: jiff::Timestamp::now(),
            client: std::time::Duration::from_millis(if warm { 7 } else { 120 }),
            body: b"{}".to_vec(),
            function_error: None,
            tail: tail.into_bytes(),
            request_id: Some("r".into()),
        })
    }

    fn restores(&self) -> bool {
        true
    }
}

async fn run(runs: u32, warm: u32, at_once: u32, version: Version) -> (Measured, u32) {
    let plan = Plan::looking(1, &Looks::one(runs), warm, &[Arm::Only], at_once);
    let targets = [(Arm::Only, version)];
    let measured = measured(&plan, &targets, |run| run).await;
    (measured, targets[0].1.invokes.get())
}

fn count(measured: &Measured, kind: Kind, reason: Option<Exclusion>) -> usize {
    let samples = measured.samples.iter();
    samples
        .filter(|s| s.kind == kind && s.excluded_reason == reason)
        .count()
}

#[tokio::test]
async fn each_batch_has_one_invoke_for_each_environment_and_each_missing_restore() {
    let (measured, invokes) = run(9, 2, 3, Version::default()).await;
    assert!(measured.ending.is_ok(), "{:?}", measured.ending);
    assert_eq!(count(&measured, Kind::Cold, None), 9);
    assert_eq!(count(&measured, Kind::Warm, None), 6);
    // 1, 4 and 7 that idle: what the plan has told beforehand.
    let (planned, reused) = batches(9, 3);
    assert_eq!(count(&measured, Kind::Warm, Some(Exclusion::Reused)), 12);
    assert_eq!((planned, reused), (9 + 12, 12));
    assert_eq!(u64::from(invokes), 4 + planned + 6);
}

#[tokio::test]
async fn restores_beyond_a_batch_need_not_be_measured_again() {
    // The first start and its warm invokes; 1 + 3 and a warm one; then 2 of 4 are gone.
    let version = Version {
        reaped_at: Some(4 + 4 + 1),
        ..Version::default()
    };
    let (measured, invokes) = run(9, 1, 3, version).await;
    assert!(measured.ending.is_ok(), "{:?}", measured.ending);
    assert_eq!(count(&measured, Kind::Cold, None), 9);
    // 3, then 5 of 7, then the last one beside the seven that idle.
    assert_eq!(invokes, 4 + (4 + 1) + (7 + 1) + (8 + 1));
}

#[tokio::test]
async fn environments_that_always_answer_in_time_end_the_run() {
    let quick = Version {
        quick: true,
        ..Version::default()
    };
    let (measured, invokes) = run(4, 0, 2, quick).await;
    assert!(
        matches!(
            measured.ending,
            Err(Stopped::NeverRestored { invokes: 33, .. })
        ),
        "{:?}",
        measured.ending
    );
    assert_eq!(count(&measured, Kind::Cold, None), 0);
    assert_eq!(invokes, 4 + 3 + 5 + 9 + 17 + 33, "batches grow");
}

#[tokio::test]
async fn an_init_of_a_version_is_never_taken_for_a_restore() {
    let initialised = Version {
        initialised: true,
        ..Version::default()
    };
    let (measured, _) = run(4, 0, 2, initialised).await;
    assert!(
        matches!(
            measured.ending,
            Err(Stopped::TooManyExcluded {
                last: Exclusion::NotRestored,
                ..
            })
        ),
        "{:?}",
        measured.ending
    );
    assert_eq!(count(&measured, Kind::Cold, None), 0);
}

#[tokio::test]
async fn a_snapshot_that_is_not_ready_is_waited_for_a_while() {
    let slow = |not_ready| Version {
        not_ready,
        ..Version::default()
    };
    let (measured, _) = run(2, 0, 2, slow(3)).await;
    assert!(measured.ending.is_ok(), "{:?}", measured.ending);
    assert_eq!(count(&measured, Kind::Cold, Some(Exclusion::CallFailed)), 3);
    let (measured, _) = run(2, 0, 2, slow(100)).await;
    let stopped = measured.ending.unwrap_err().to_string();
    assert!(stopped.contains("8 of 8"), "{stopped}");
    assert!(stopped.contains("SnapStartNotReadyException"), "{stopped}");
}

#[tokio::test]
async fn a_limit_on_environments_ends_the_run_with_what_it_gave() {
    let limited = Version {
        limit: Some(5),
        ..Version::default()
    };
    let (measured, _) = run(6, 0, 3, limited).await;
    let stopped = measured.ending.as_ref().unwrap_err().to_string();
    assert!(stopped.contains("TooManyRequestsException"), "{stopped}");
    assert_eq!(
        count(&measured, Kind::Cold, None),
        4,
        "five, and one of them first"
    );
}

#[test]
fn a_batch_is_as_large_as_what_idles_and_what_is_missing() {
    let mut state = Restoring::default();
    assert_eq!(state.invokes(5), 5);
    state.learn(5, 5, 0);
    assert_eq!(state.invokes(5), 10);
    // Two of the five idle ones are gone: seven are new.
    state.learn(5, 7, 3);
    assert_eq!(state.invokes(5), 15);
}

#[test]
fn batches_grow_where_environments_are_reused_before_all_invokes_are_sent() {
    let mut state = Restoring::default();
    state.learn(4, 4, 0);
    for (fruitless, invokes) in [
        (1, 4 + 8),
        (2, 4 + 16),
        (3, 4 + 32),
        (4, 4 + 64),
        (5, 4 + 64),
    ] {
        state.learn(4, 0, state.invokes(4));
        assert_eq!((state.fruitless, state.invokes(4)), (fruitless, invokes));
    }
    state.learn(4, 3, 65);
    assert_eq!((state.fruitless, state.idle), (0, 7));
}
