//! Invoke, freeze, end: what happens in an environment, what its clock says of it, and how failures are told.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use uuid::Uuid;

use super::cgroup::CpuGroup;
use super::environment::{EnvironmentSpec, Invocation, Outcome};
use super::failure::Failure;
use super::happening::{Happening, Inbox, Left};
use super::leash::Leash;
use super::log::Logs;
use super::protocol::{Event, Order, monotonic_ns};
use super::records::{Figures, Records, Status};
use super::runtime_api::{Call, RuntimeApi};
use super::runtime_messages::Answer;

mod company;
mod init;
mod serve;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The runtime process has not been started.
    Cold,
    /// Between invokes: frozen, or about to be.
    Idle,
    /// In an invoke; found at the start of one, its caller gave the last one up.
    Busy,
    /// Dead.
    Ended,
}

/// A runtime process that is ready for an event.
struct Awake {
    /// How long its init took, if it was complete and this invoke waited for it.
    init: Option<Duration>,
    /// Since when the invoke has been running, if it began before the event is handed out.
    began_ns: Option<u64>,
}

/// An invoke that came to nothing before an event could be handed out.
struct StillBorn {
    served: Served,
    peak_kb: u64,
}

/// What came of handing an event out.
struct Served {
    answer: Result<Answer, Failure>,
    duration: Duration,
    /// The runtime's part of it.
    runtime: Duration,
    /// An extension failed, after the answer perhaps.
    marred: Option<Status>,
    /// Ran out of time, though perhaps after having answered.
    timed_out: bool,
    alive: bool,
}

/// An environment's life.
#[derive(Debug)]
pub(super) struct Lifecycle {
    spec: Arc<EnvironmentSpec>,
    init_limit: Duration,
    log_stream: String,
    leash: Leash,
    log: Logs,
    api: RuntimeApi,
    inbox: Inbox,
    phase: Phase,
    /// Its processes have been stopped, or will have been in a moment.
    asleep: bool,
    /// What extensions are told of the end.
    why: &'static str,
    /// After the leash: it can go once its processes are gone.
    cpu: Option<CpuGroup>,
}

impl Lifecycle {
    /// An environment whose set-up is done.
    pub fn new(
        spec: Arc<EnvironmentSpec>,
        init_limit: Duration,
        log_stream: String,
        leash: Leash,
        log: Logs,
        api: RuntimeApi,
        inbox: Inbox,
    ) -> Self {
        Self {
            spec,
            init_limit,
            log_stream,
            leash,
            log,
            api,
            inbox,
            phase: Phase::Cold,
            asleep: false,
            why: "spindown",
            cpu: None,
        }
    }

    /// Its processes are in this group.
    pub fn limited_by(mut self, group: Option<CpuGroup>) -> Self {
        self.cpu = group;
        self
    }

    /// As far as has been heard.
    pub fn is_alive(&mut self) -> bool {
        self.inbox.catch_up();
        !self.inbox.gone
    }

    /// Ends everything and waits for that; extensions have their time to finish.
    pub async fn end(mut self) {
        self.limit_cpu(false);
        self.farewell().await;
        self.leash.let_go().await;
    }

    /// Serves one invoke.
    pub async fn invoke(&mut self, invocation: Invocation) -> Outcome {
        let spec = Arc::clone(&self.spec);
        let request_id = invocation.request_id.clone();
        let telemetry = Arc::clone(self.api.telemetry());
        loop {
            let mut records = Records::new(&spec, &request_id, &telemetry);
            let (served, init, peak_kb) = match self.wake(&mut records).await {
                Ok(Awake { init, began_ns }) => {
                    // What the last invoke printed after it had asked for this event.
                    records.output(self.log.take());
                    records.start(Timestamp::now());
                    let Some(served) = self.serve(invocation.clone(), began_ns).await else {
                        continue;
                    };
                    let peak_kb = if served.alive {
                        self.freeze().await
                    } else {
                        self.give_up(&served).await
                    };
                    records.output(self.log.take());
                    (served, init, peak_kb)
                }
                Err(StillBorn { served, peak_kb }) => {
                    records.start(Timestamp::now());
                    (served, None, peak_kb)
                }
            };
            return self.finish(records, served, init, peak_kb, &request_id);
        }
    }

    /// Sees to it that there is a runtime process that waits for an event, frozen perhaps.
    async fn wake(&mut self, records: &mut Records<'_>) -> Result<Awake, StillBorn> {
        self.asleep |= self.leash.rouse().await;
        self.inbox.catch_up();
        while self.asleep && !self.inbox.frozen && !self.inbox.gone {
            // An event handed out now would be begun, stopped in the middle, and counted from the thaw.
            self.inbox.happens().await;
        }
        let died = self.phase == Phase::Idle
            && (self.inbox.ended.is_some() || self.inbox.extension_ended.is_some());
        if died || self.phase == Phase::Busy {
            // On AWS too the next caller waits for a new start.
            self.clear().await;
        }
        match self.phase {
            _ if self.inbox.gone => Err(self.still_born(Failure::GuardGone, Duration::ZERO, 0)),
            Phase::Idle => Ok(Awake {
                init: None,
                began_ns: None,
            }),
            Phase::Cold | Phase::Busy => self.start_cold(records).await,
            Phase::Ended => Err(self.still_born(Failure::GuardGone, Duration::ZERO, 0)),
        }
    }

    fn still_born(&self, failure: Failure, took: Duration, peak_kb: u64) -> StillBorn {
        let timed_out = matches!(failure, Failure::TimedOut);
        let duration = took.min(self.spec.timeout);
        StillBorn {
            served: Served {
                answer: Err(failure),
                duration,
                runtime: duration,
                marred: None,
                timed_out,
                alive: false,
            },
            peak_kb,
        }
    }

    /// When it came to nothing: to hear all that a dead runtime had said took some time, which was not the function's.
    fn end_ns(&self, failure: &Failure) -> u64 {
        match failure {
            Failure::Exited(_) => self.inbox.ended_ns,
            _ => monotonic_ns(),
        }
    }

    /// What a dead runtime process said before it died, and we had not yet heard.
    async fn last_calls(&mut self) -> Vec<Call> {
        self.api.all_heard().await;
        self.inbox.last_calls()
    }

    async fn order(&mut self, order: &Order) {
        if self.leash.order(order).await.is_err() {
            self.inbox.gone = true;
        }
    }

    /// Holds the environment to its CPU share, or lets it go. An environment that could not be held is given up: its
    /// figures would not be what the result says.
    fn limit_cpu(&mut self, on: bool) {
        let done = match &mut self.cpu {
            Some(group) if on => group.limit(),
            Some(group) => group.lift(),
            None => Ok(()),
        };
        self.inbox.gone |= done.is_err();
    }

    /// Has every process stopped soon, and doesn't wait for that; gives the memory used at most.
    async fn freeze(&mut self) -> u64 {
        self.api.telemetry().set_running(false);
        // Of an extension that dies meanwhile it must be certain that it died before the next event.
        let now = self.has_company();
        self.inbox.gone |= self.leash.rest(now).await.is_err();
        self.phase = Phase::Idle;
        self.inbox.peak_kb = self.inbox.peak_kb.max(self.leash.peak_kb());
        self.inbox.peak_kb
    }

    /// Kills the runtime process and all that belongs to it; gives the memory used at most.
    async fn clear(&mut self) -> u64 {
        // What is about to die, or to start again, is not held up.
        self.limit_cpu(false);
        self.order(&Order::Clear).await;
        let mut peak_kb = 0;
        while !self.inbox.gone {
            if let Happening::Guard(Event::Cleared { peak_kb: told }) = self.inbox.happens().await {
                peak_kb = self.inbox.peak_kb.max(told);
                break;
            }
        }
        self.api.reset().await;
        self.inbox.catch_up();
        self.inbox.ended = None;
        self.inbox.extension_ended = None;
        self.inbox.left = Left::Extensions;
        self.inbox.frozen = false;
        self.asleep = false;
        self.inbox.peak_kb = 0;
        self.phase = Phase::Cold;
        peak_kb
    }

    fn finish(
        &mut self,
        mut records: Records,
        served: Served,
        init: Option<Duration>,
        peak_kb: u64,
        request_id: &str,
    ) -> Outcome {
        if !served.alive || self.inbox.gone {
            self.phase = Phase::Ended;
        }
        let status = match (&served.answer, served.marred) {
            _ if served.timed_out => Status::Timeout,
            (_, Some(marred)) => marred,
            (Ok(answer), None) => status_of(answer),
            (Err(failure), None) => failure.status(),
        };
        let mut streamed = 0;
        let failure_body = |failure: Failure| failure.body(request_id, self.spec.timeout);
        let (body, failed) = match served.answer {
            Ok(Answer::Response(body)) => (body, false),
            Ok(Answer::Streamed(bytes)) => {
                streamed = bytes;
                (Bytes::new(), false)
            }
            Ok(Answer::Error(raised)) => (raised.body, true),
            Ok(Answer::TooLarge(limit)) => (failure_body(Failure::ResponseTooLarge(limit)), true),
            Err(failure) => (failure_body(failure), true),
        };
        records.end(
            &Figures {
                duration: served.duration,
                runtime: served.runtime,
                init,
                peak_kb,
            },
            &status,
            streamed + body.len(),
        );
        Outcome {
            body,
            function_error: failed.then(|| "Unhandled".to_owned()),
            log: records.into_bytes(),
            ended: self.phase == Phase::Ended,
        }
    }
}

fn status_of(answer: &Answer) -> Status {
    match answer {
        Answer::Response(_) | Answer::Streamed(_) => Status::Success,
        Answer::Error(raised) => Status::Raised(raised.kind.clone()),
        Answer::TooLarge(limit) => Failure::ResponseTooLarge(*limit).status(),
    }
}

fn since(earlier_ns: u64, later_ns: u64) -> Duration {
    Duration::from_nanos(later_ns.saturating_sub(earlier_ns))
}

/// A value for the X-Ray header, not sampled.
pub(super) fn trace_id() -> String {
    let seconds = Timestamp::now().as_second();
    let root = Uuid::new_v4().simple().to_string();
    let parent = Uuid::new_v4().simple().to_string();
    format!(
        "Root=1-{seconds:08x}-{};Parent={};Sampled=0",
        &root[..24],
        &parent[..16]
    )
}
