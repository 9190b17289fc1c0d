//! One event handed to a runtime process that is ready for it, up to the end of its invoke.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::{Lifecycle, Phase, Served, since, trace_id};
use crate::sandbox::environment::Invocation;
use crate::sandbox::failure::Failure;
use crate::sandbox::happening::Happening;
use crate::sandbox::protocol::{Event, Order, monotonic_ns};
use crate::sandbox::runtime_api::Call;
use crate::sandbox::runtime_messages::{Answer, Handout};

impl Lifecycle {
    /// Hands the event out and waits for the answer, and then for the runtime to ask for the next.
    ///
    /// A frozen process is thawed at the same time; its time begins when it both runs and has the event. None if it had
    /// died in its sleep.
    pub(super) async fn serve(
        &mut self,
        invocation: Invocation,
        began_ns: Option<u64>,
    ) -> Option<Served> {
        let limit = self.spec.timeout;
        let frozen = std::mem::take(&mut self.asleep);
        let idle = self.phase == Phase::Idle;
        self.phase = Phase::Busy;
        // Before there is an event to be read, and off its clock.
        self.limit_cpu(true);
        if self.inbox.gone {
            return Some(
                self.still_born(Failure::GuardGone, Duration::ZERO, 0)
                    .served,
            );
        }
        if frozen {
            self.inbox.frozen = false;
            self.order(&Order::Thaw).await;
        }
        self.api.telemetry().set_running(true);
        let mut handed_ns = monotonic_ns();
        let remaining = limit.saturating_sub(since(began_ns.unwrap_or(handed_ns), handed_ns));
        let deadline = Instant::now() + remaining;
        let handout = self.handout(invocation, remaining);
        let event = self.invoke_event(&handout);
        let mut waiting = self.api.hand_out(handout);
        if let Some(event) = &event {
            self.api.extensions().invoke(event);
        }
        let (mut thawed_ns, mut next_ns) = ((!frozen).then_some(0), None::<u64>);
        let mut answer: Option<Answer> = None;
        let failure = loop {
            let began_ns = began_ns.unwrap_or(handed_ns.max(thawed_ns.unwrap_or(0)));
            if let (Some(next), Some(_)) = (next_ns, thawed_ns)
                && let Some(ready) = self.api.extensions().ready_ns()
                && let Some(answer) = answer.take()
            {
                return Some(Served {
                    answer: Ok(answer),
                    duration: since(began_ns, next.max(ready)),
                    runtime: since(began_ns, next),
                    marred: None,
                    timed_out: false,
                    alive: true,
                });
            }
            if let Some(failure) = self.crashed() {
                thawed_ns?;
                break failure;
            }
            if next_ns.is_none()
                && let Some(how) = self.inbox.ended.take()
            {
                // None: the guard tells of a death before it thaws, and an event that nobody took killed nobody.
                thawed_ns?;
                let was_dead = self.inbox.ended_ns < handed_ns;
                if idle && (waiting.is_some() || was_dead) {
                    return None;
                }
                for call in self.last_calls().await {
                    match call {
                        Call::Answer(given) => answer = Some(given),
                        Call::Next { at_ns } if answer.is_some() => next_ns = Some(at_ns),
                        _ => {}
                    }
                }
                let Some(at_ns) = next_ns else {
                    break Failure::Exited(how);
                };
                // It had done its part: it died at rest, whichever of both was heard first, and the next invoke will
                // find it dead.
                self.inbox.ended = Some(how);
                self.runtime_is_done(event.as_ref(), answer.as_ref(), since(began_ns, at_ns));
                continue;
            }
            match timeout_at(deadline, self.inbox.happens()).await {
                Err(_) => {
                    let answer = answer.ok_or(Failure::TimedOut);
                    return Some(Served {
                        answer,
                        duration: limit,
                        runtime: next_ns.map_or(limit, |next| since(began_ns, next)),
                        marred: None,
                        timed_out: true,
                        alive: false,
                    });
                }
                Ok(Happening::Called(Call::Answer(given))) => {
                    answer = Some(given);
                    self.leash.look();
                }
                Ok(Happening::Called(Call::Next { at_ns })) if answer.is_some() => {
                    next_ns = Some(at_ns);
                    let took = since(began_ns, at_ns);
                    self.runtime_is_done(event.as_ref(), answer.as_ref(), took);
                }
                Ok(Happening::Called(Call::ExtensionFailed { kind, reason })) => {
                    break Failure::Extension { kind, reason };
                }
                // Its connection had broken while it was frozen; now it has a new one.
                Ok(Happening::Called(Call::Next { .. })) => {
                    if let Some(handout) = waiting.take() {
                        handed_ns = monotonic_ns();
                        waiting = self.api.hand_out(handout);
                    }
                }
                Ok(Happening::Guard(Event::Thawed { at_ns })) => thawed_ns = Some(at_ns),
                Ok(Happening::Guard(Event::OutOfMemory { .. })) => break Failure::OutOfMemory,
                Ok(Happening::Gone) => break Failure::GuardGone,
                Ok(_) => {}
            }
        };
        // The runtime process is gone; if it had answered, the invoke is none the worse.
        let began_ns = began_ns.unwrap_or(handed_ns.max(thawed_ns.unwrap_or(0)));
        let duration = since(began_ns, self.end_ns(&failure));
        let marred = matches!(failure, Failure::Extension { .. }).then(|| failure.status());
        Some(Served {
            answer: answer.ok_or(failure),
            duration,
            runtime: next_ns.map_or(duration, |next| since(began_ns, next)),
            marred,
            timed_out: false,
            alive: false,
        })
    }

    fn handout(&self, invocation: Invocation, remaining: Duration) -> Handout {
        Handout {
            request_id: invocation.request_id,
            payload: invocation.payload,
            remaining,
            arn: self.spec.arn.clone(),
            trace: trace_id(),
            client_context: invocation.client_context,
            stream: invocation.stream,
        }
    }
}
