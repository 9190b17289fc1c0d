//! A function that answers as a script says, and runs over it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use crate::bench::checks::Checks;
use crate::bench::events::Event;
use crate::bench::plan::Plan;
use crate::bench::run::{Measured, Run};
use crate::bench::stop::stop;
use crate::bench::target::Target;
use crate::lambda::{Invoked, LambdaError};
use crate::results::{Arm, Exclusion, Sample};

/// What a scripted function answers to one invoke.
#[derive(Clone)]
pub(super) enum Answer {
    /// REPORT with Init Duration of 100 ms, client time above it.
    Cold,
    /// REPORT without.
    Warm,
    /// Cold, and billed for 400 ms.
    Dear,
    /// An HTTP head, eight zero bytes, a body.
    Stream,
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
pub(super) struct Scripted {
    pub script: RefCell<VecDeque<Answer>>,
    pub fresh: RefCell<bool>,
    pub touches: RefCell<u32>,
}

impl Scripted {
    pub fn new(script: &[Answer]) -> Self {
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
            Answer::Dear => (
                report(init).replace("Billed Duration: 5", "Billed Duration: 400"),
                520,
                None,
                "{}",
            ),
            Answer::Stream => (
                report(init),
                120,
                None,
                "{\"statusCode\":200}\0\0\0\0\0\0\0\0hello",
            ),
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

pub(super) struct Told {
    pub measured: Measured,
    pub logged: Vec<Sample>,
    pub touches: u32,
}

impl Told {
    pub fn reasons(&self) -> Vec<Option<Exclusion>> {
        self.measured.samples[4..]
            .iter()
            .map(|s| s.excluded_reason)
            .collect()
    }

    pub fn stopped(&self) -> String {
        self.measured.ending.as_ref().unwrap_err().to_string()
    }
}

pub(super) async fn run(runs: u32, warm: u32, checks: Checks, script: &[Answer]) -> Told {
    let plan = Plan::new(1, runs, warm, &[Arm::Only]);
    run_checked(plan, checks, Scripted::new(script)).await
}

pub(super) async fn run_of(plan: Plan, scripted: Scripted) -> Told {
    run_checked(plan, Checks::default(), scripted).await
}

pub(super) async fn run_checked(plan: Plan, checks: Checks, scripted: Scripted) -> Told {
    let targets = [(Arm::Only, scripted)];
    let mut logged = Vec::new();
    let mut log = |sample: &Sample| {
        logged.push(sample.clone());
        Ok(())
    };
    let measured = measured(&plan, &targets, |mut run| {
        run.checks = &checks;
        run.on_sample = &mut log;
        run
    })
    .await;
    let touches = *targets[0].1.touches.borrow();
    Told {
        measured,
        logged,
        touches,
    }
}

/// What a run gives that nobody disturbs, changed as is wished.
pub(in crate::bench::run) async fn measured<'r, T: Target>(
    plan: &'r Plan,
    targets: &'r [(Arm, T)],
    change: impl FnOnce(Run<'r, T>) -> Run<'r, T>,
) -> Measured {
    static CHECKS: Checks = Checks {
        expect: Vec::new(),
        allow_function_errors: false,
    };
    let (_stopper, stop) = stop();
    let run = Run::new(
        plan,
        targets,
        "{}",
        &CHECKS,
        stop,
        // Of no size: nothing leaks.
        Box::leak(Box::new(|_: &Sample| Ok(()))),
        Box::leak(Box::new(|_: Event| {})),
    );
    change(run).measure().await
}
