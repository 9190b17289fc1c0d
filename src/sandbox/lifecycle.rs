//! Init, invoke, freeze: what happens in an environment, what its clock says of it, and how failures are told.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, timeout, timeout_at};
use uuid::Uuid;

use super::environment::{EnvironmentSpec, Invocation, Outcome};
use super::failure::Failure;
use super::leash::{Hears, Leash};
use super::log::Log;
use super::protocol::{Event, Exit, Order, monotonic_ns};
use super::records::{Figures, Records, Status};
use super::runtime_api::{Call, RuntimeApi};
use super::runtime_messages::{Answer, Handout};

/// A runtime that has posted its init error is about to print the rest and exit.
const FAREWELL: Duration = Duration::from_millis(100);

/// Something happened to the environment.
#[derive(Debug)]
pub(super) enum Happening {
    /// The runtime process spoke.
    Called(Call),
    /// The guard spoke.
    Guard(Event),
    /// The guard is gone, and with it everything.
    Gone,
}

impl From<Call> for Happening {
    fn from(call: Call) -> Self {
        Self::Called(call)
    }
}

impl Hears for Happening {
    fn from_guard(event: Event) -> Self {
        Self::Guard(event)
    }

    fn guard_gone() -> Self {
        Self::Gone
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The runtime process has not been started.
    Cold,
    /// Frozen between invokes.
    Idle,
    /// Dead.
    Ended,
}

/// What came of handing an event out.
struct Served {
    answer: Result<Answer, Failure>,
    duration: Duration,
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
    log: Log,
    api: RuntimeApi,
    happenings: UnboundedReceiver<Happening>,
    phase: Phase,
    /// The runtime process ended, and nobody has been told yet.
    ended: Option<Exit>,
}

impl Lifecycle {
    /// An environment whose set-up is done.
    pub fn new(
        spec: Arc<EnvironmentSpec>,
        init_limit: Duration,
        log_stream: String,
        leash: Leash,
        log: Log,
        api: RuntimeApi,
        happenings: UnboundedReceiver<Happening>,
    ) -> Self {
        Self {
            spec,
            init_limit,
            log_stream,
            leash,
            log,
            api,
            happenings,
            phase: Phase::Cold,
            ended: None,
        }
    }

    /// Ends everything and waits for that.
    pub async fn end(self) {
        self.leash.let_go().await;
    }

    /// Serves one invoke.
    pub async fn invoke(&mut self, invocation: Invocation) -> Outcome {
        let spec = Arc::clone(&self.spec);
        let request_id = invocation.request_id.clone();
        let mut records = Records::new(&spec, &request_id);
        let mut init = None;
        let mut began_ns = None;
        if self.phase == Phase::Ended {
            return self.fail_at_once(records, &request_id);
        }
        if self.phase == Phase::Idle && !self.thaw().await {
            // It died between two invokes; on AWS too the next caller waits for a new start.
            self.clear().await;
        }
        if self.phase == Phase::Cold {
            records.init_start(&self.log_stream, Timestamp::now());
            match self.initialise(self.init_limit).await {
                Ok(took) => {
                    records.output(self.log.take());
                    records.init_report("init", took, &Status::Success);
                    init = Some(took);
                }
                Err((failure, took)) => {
                    let peak_kb = self.clear().await;
                    records.output(self.log.take());
                    records.init_report("init", took, &failure.status());
                    // As on AWS the init is tried again, now on the invoke's time.
                    began_ns = Some(monotonic_ns());
                    if let Err((failure, took)) = self.initialise(spec.timeout).await {
                        let peak_kb = self.clear().await.max(peak_kb);
                        records.output(self.log.take());
                        records.init_report("invoke", took, &failure.status());
                        records.start(Timestamp::now());
                        let served = Served::failed(failure, took, spec.timeout);
                        return self.finish(records, served, None, peak_kb, &request_id);
                    }
                    records.output(self.log.take());
                }
            }
        }
        // What the last invoke printed after it had asked for this event.
        records.output(self.log.take());
        records.start(Timestamp::now());
        let served = self
            .serve(invocation, began_ns.unwrap_or_else(monotonic_ns))
            .await;
        let peak_kb = if served.alive {
            self.freeze().await
        } else {
            self.clear().await
        };
        records.output(self.log.take());
        self.finish(records, served, init, peak_kb, &request_id)
    }

    /// Starts the runtime process and waits until it asks for its first event: how long that took, by the one clock,
    /// from just before the process was started to the arrival of its request.
    async fn initialise(&mut self, limit: Duration) -> Result<Duration, (Failure, Duration)> {
        let asked_ns = monotonic_ns();
        let deadline = Instant::now() + limit;
        self.ended = None;
        self.order(&Order::Go).await;
        let (mut started_ns, mut next_ns) = (None, None);
        let failure = loop {
            if let (Some(started), Some(next)) = (started_ns, next_ns) {
                return Ok(since(started, next));
            }
            match timeout_at(deadline, self.happens()).await {
                Err(_) => return Err((Failure::TimedOut, limit)),
                Ok(Happening::Guard(Event::Started { at_ns })) => started_ns = Some(at_ns),
                Ok(Happening::Called(Call::Next { at_ns })) => next_ns = Some(at_ns),
                Ok(Happening::Called(Call::InitError(raised))) => break Failure::Raised(raised),
                Ok(Happening::Guard(Event::NotStarted(reason))) => {
                    break Failure::NotStarted(reason);
                }
                Ok(Happening::Guard(Event::OutOfMemory { .. })) => break Failure::OutOfMemory,
                Ok(Happening::Gone) => break Failure::GuardGone,
                Ok(Happening::Guard(Event::Exited { how, .. })) => match self.last_call().await {
                    Some(Call::InitError(raised)) => break Failure::Raised(raised),
                    Some(Call::Next { at_ns }) => {
                        self.ended = Some(how);
                        next_ns = Some(at_ns);
                    }
                    _ => break Failure::Exited(how),
                },
                Ok(_) => {}
            }
        };
        let took = since(started_ns.unwrap_or(asked_ns), monotonic_ns());
        if let Failure::Raised(_) = failure {
            let leaves = async {
                while !matches!(self.happens().await, Happening::Guard(Event::Exited { .. })) {}
            };
            // If it stays, it is killed.
            let _ = timeout(FAREWELL, leaves).await;
        }
        Err((failure, took))
    }

    /// Hands the event out and waits for the answer, and then for the runtime to ask for the next.
    async fn serve(&mut self, invocation: Invocation, began_ns: u64) -> Served {
        let limit = self.spec.timeout;
        let remaining = limit.saturating_sub(since(began_ns, monotonic_ns()));
        let deadline = Instant::now() + remaining;
        let mut answer: Option<Answer> = None;
        let mut waiting = self.api.hand_out(self.handout(invocation, remaining));
        loop {
            if let Some(how) = self.ended.take() {
                return Served::ended(answer, Failure::Exited(how), began_ns);
            }
            match timeout_at(deadline, self.happens()).await {
                Err(_) => {
                    let answer = answer.ok_or(Failure::TimedOut);
                    return Served {
                        answer,
                        duration: limit,
                        timed_out: true,
                        alive: false,
                    };
                }
                Ok(Happening::Called(Call::Answer(given))) => answer = Some(given),
                Ok(Happening::Called(Call::Next { at_ns })) => {
                    match (answer.take(), waiting.take()) {
                        (Some(answer), _) => {
                            return Served {
                                answer: Ok(answer),
                                duration: since(began_ns, at_ns),
                                timed_out: false,
                                alive: true,
                            };
                        }
                        // Its connection had broken while it was frozen; now it has a new one.
                        (None, Some(handout)) => waiting = self.api.hand_out(handout),
                        (None, None) => {}
                    }
                }
                Ok(Happening::Guard(Event::Exited { how, .. })) => {
                    if let Some(Call::Answer(given)) = self.last_call().await {
                        answer = Some(given);
                    }
                    return Served::ended(answer, Failure::Exited(how), began_ns);
                }
                Ok(Happening::Guard(Event::OutOfMemory { .. })) => {
                    return Served::ended(answer, Failure::OutOfMemory, began_ns);
                }
                Ok(Happening::Gone) => return Served::ended(answer, Failure::GuardGone, began_ns),
                Ok(_) => {}
            }
        }
    }

    fn handout(&self, invocation: Invocation, remaining: Duration) -> Handout {
        Handout {
            request_id: invocation.request_id,
            payload: invocation.payload,
            remaining,
            arn: self.spec.arn.clone(),
            trace: trace_id(),
            client_context: invocation.client_context,
        }
    }

    async fn happens(&mut self) -> Happening {
        self.happenings.recv().await.unwrap_or(Happening::Gone)
    }

    /// What a dead runtime process said before it died, and we had not yet heard.
    async fn last_call(&mut self) -> Option<Call> {
        self.api.all_heard().await;
        let mut last = None;
        while let Ok(happening) = self.happenings.try_recv() {
            match (happening, &last) {
                // An answer counts more than the question that follows it.
                (Happening::Called(Call::Next { .. }), Some(_)) => {}
                (Happening::Called(call), _) => last = Some(call),
                _ => {}
            }
        }
        last
    }

    async fn order(&mut self, order: &Order) {
        if self.leash.order(order).await.is_err() {
            self.phase = Phase::Ended;
        }
    }

    /// True if the runtime process lives and runs again.
    async fn thaw(&mut self) -> bool {
        self.order(&Order::Thaw).await;
        self.obeyed().await;
        self.ended.is_none()
    }

    async fn freeze(&mut self) -> u64 {
        self.phase = Phase::Idle;
        self.order(&Order::Freeze).await;
        self.obeyed().await
    }

    /// Kills the runtime process and all that belongs to it.
    async fn clear(&mut self) -> u64 {
        self.phase = Phase::Cold;
        self.order(&Order::Clear).await;
        let peak_kb = self.obeyed().await;
        self.api.reset().await;
        while self.happenings.try_recv().is_ok() {}
        self.ended = None;
        peak_kb
    }

    /// Waits until the guard has done what it was last ordered to; gives the memory used at most, where it says so.
    async fn obeyed(&mut self) -> u64 {
        loop {
            match self.happens().await {
                Happening::Guard(Event::Frozen { peak_kb } | Event::Cleared { peak_kb }) => {
                    return peak_kb;
                }
                Happening::Guard(Event::Thawed) => return 0,
                Happening::Guard(Event::Exited { how, .. }) => self.ended = Some(how),
                // As good as an exit: it was killed.
                Happening::Guard(Event::OutOfMemory { .. }) => self.ended = Some(Exit::Signal(9)),
                Happening::Gone => {
                    self.phase = Phase::Ended;
                    self.ended = Some(Exit::Signal(9));
                    return 0;
                }
                _ => {}
            }
        }
    }

    fn fail_at_once(&mut self, mut records: Records, request_id: &str) -> Outcome {
        records.start(Timestamp::now());
        let served = Served::failed(Failure::GuardGone, Duration::ZERO, self.spec.timeout);
        self.finish(records, served, None, 0, request_id)
    }

    fn finish(
        &mut self,
        mut records: Records,
        served: Served,
        init: Option<Duration>,
        peak_kb: u64,
        request_id: &str,
    ) -> Outcome {
        if !served.alive {
            self.phase = Phase::Ended;
        }
        let status = match &served.answer {
            _ if served.timed_out => Status::Timeout,
            Ok(Answer::Response(_)) => Status::Success,
            Ok(Answer::Error(raised)) => Status::Raised(raised.kind.clone()),
            Ok(Answer::TooLarge) => Failure::ResponseTooLarge.status(),
            Err(failure) => failure.status(),
        };
        let (body, failed) = match served.answer {
            Ok(Answer::Response(body)) => (body, false),
            Ok(Answer::Error(raised)) => (raised.body, true),
            Ok(Answer::TooLarge) => (
                Failure::ResponseTooLarge.body(request_id, self.spec.timeout),
                true,
            ),
            Err(failure) => (failure.body(request_id, self.spec.timeout), true),
        };
        records.end(
            &Figures {
                duration: served.duration,
                init,
                peak_kb,
            },
            &status,
            body.len(),
        );
        Outcome {
            body,
            function_error: failed.then(|| "Unhandled".to_owned()),
            log: records.into_bytes(),
            ended: self.phase == Phase::Ended,
        }
    }
}

impl Served {
    /// The runtime process is gone; if it had answered, the invoke is none the worse.
    fn ended(answer: Option<Answer>, failure: Failure, began_ns: u64) -> Self {
        let duration = since(began_ns, monotonic_ns());
        Self {
            answer: answer.ok_or(failure),
            duration,
            timed_out: false,
            alive: false,
        }
    }

    /// The second init failed: the whole of the invoke.
    fn failed(failure: Failure, took: Duration, limit: Duration) -> Self {
        let timed_out = matches!(failure, Failure::TimedOut);
        Self {
            answer: Err(failure),
            duration: took.min(limit),
            timed_out,
            alive: false,
        }
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
