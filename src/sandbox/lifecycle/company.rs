//! The part that extensions have in the life of an environment: they start before the runtime, are waited for, and are
//! told of the end.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::{Lifecycle, Phase, Served, since, status_of};
use crate::sandbox::failure::Failure;
use crate::sandbox::happening::{Happening, Left};
use crate::sandbox::protocol::{Event, Order, monotonic_ns};
use crate::sandbox::records::{Records, runtime_done};
use crate::sandbox::runtime_api::Call;
use crate::sandbox::runtime_messages::{Answer, Handout};

/// All that an environment with external extensions has for its end.
const FAREWELL: Duration = Duration::from_secs(2);
/// The runtime's part of it.
const RUNTIME_FAREWELL: Duration = Duration::from_millis(300);

impl Lifecycle {
    /// An init begins.
    pub(super) fn begin(&self) {
        let extensions = self.api.extensions();
        extensions.begin();
        self.api.telemetry().begin(extensions.has_external());
    }

    /// Starts the external extensions and waits until each has registered; gives when that began, if there are any.
    pub(super) async fn start_extensions(
        &mut self,
        deadline: Instant,
        limit: Duration,
    ) -> Result<Option<u64>, (Failure, Duration)> {
        if !self.api.extensions().has_external() {
            return Ok(None);
        }
        let asked_ns = monotonic_ns();
        self.order(&Order::Extend).await;
        let mut began_ns = None;
        let failure = loop {
            if began_ns.is_some() && self.api.extensions().all_registered() {
                return Ok(began_ns);
            }
            if let Some(failure) = self.crashed() {
                break failure;
            }
            match timeout_at(deadline, self.inbox.happens()).await {
                Err(_) => return Err((Failure::TimedOut, limit)),
                Ok(Happening::Guard(Event::Extending { at_ns })) => began_ns = Some(at_ns),
                Ok(Happening::Guard(Event::ExtensionNotStarted { place, reason })) => {
                    break self.not_launched(place, reason);
                }
                Ok(Happening::Called(Call::ExtensionFailed { kind, reason })) => {
                    break Failure::Extension { kind, reason };
                }
                Ok(Happening::Guard(Event::OutOfMemory { .. })) => break Failure::OutOfMemory,
                Ok(Happening::Gone) => break Failure::GuardGone,
                Ok(_) => {}
            }
        };
        let took = since(began_ns.unwrap_or(asked_ns), monotonic_ns());
        Err((failure, took))
    }

    fn not_launched(&self, place: usize, reason: String) -> Failure {
        let kind = if reason.ends_with("permission denied") {
            "PermissionDenied"
        } else {
            "UnknownError"
        };
        self.api.extensions().not_started(place, kind);
        Failure::Extension {
            kind: "Extension.LaunchError",
            reason,
        }
    }

    /// Whether an extension has ended that nobody asked to.
    pub(super) fn crashed(&mut self) -> Option<Failure> {
        let (place, how) = self.inbox.extension_ended.take()?;
        self.api.extensions().exited(place);
        Some(Failure::crash(how))
    }

    /// The runtime has asked for its first event.
    pub(super) fn runtime_is_up(&self, phase: &str) {
        let record =
            json!({"initializationType": "on-demand", "phase": phase, "status": "success"});
        let kind = "platform.initRuntimeDone";
        self.api
            .telemetry()
            .platform(Timestamp::now(), kind, &record);
    }

    /// The runtime has answered and asked for its next event; extensions may go on.
    pub(super) fn runtime_is_done(
        &self,
        event: Option<&Value>,
        answer: Option<&Answer>,
        took: Duration,
    ) {
        let (Some(event), Some(answer)) = (event, answer) else {
            return;
        };
        let request_id = event["requestId"].as_str().unwrap_or_default();
        let record = runtime_done(request_id, &status_of(answer), took, answer.bytes());
        self.api.telemetry().runtime_done(Timestamp::now(), &record);
    }

    /// Everybody has asked for the first event: the init is complete.
    pub(super) fn company_is_complete(&self) {
        self.api.extensions().close_registration();
        self.api.telemetry().close();
    }

    /// Says in the log who is there and who listens.
    pub(super) fn tell_company(&self, records: &mut Records<'_>) {
        for (name, streams) in self.api.telemetry().subscriptions() {
            records.subscription(&name, &streams);
        }
        for standing in self.api.extensions().standings() {
            records.extension(&standing);
        }
    }

    /// The event for extensions, if there are any; of what the runtime is handed they see that it is there.
    pub(super) fn invoke_event(&self, handout: &Handout) -> Option<Value> {
        let event = || {
            json!({
                "eventType": "INVOKE",
                "deadlineMs": epoch_ms(handout.remaining),
                "requestId": handout.request_id,
                "invokedFunctionArn": self.spec.arn,
                "tracing": {"type": "X-Amzn-Trace-Id", "value": handout.trace},
            })
        };
        self.api.extensions().any().then(event)
    }

    /// After a failed init: extensions are told, and everything is killed. Gives the memory used at most.
    pub(super) async fn start_over(&mut self) -> u64 {
        let peak_kb = self.peak_kb();
        self.why = "failure";
        self.farewell().await;
        self.why = "spindown";
        self.clear().await.max(peak_kb)
    }

    /// After a failed invoke: the runtime is killed, and extensions are told when nobody waits any more. Gives the memory
    /// used at most.
    pub(super) async fn give_up(&mut self, served: &Served) -> u64 {
        if !self.has_company() {
            return self.clear().await;
        }
        self.why = if served.timed_out {
            "timeout"
        } else {
            "failure"
        };
        let peak_kb = self.peak_kb();
        self.order(&Order::EndRuntime { kill: true }).await;
        peak_kb
    }

    fn peak_kb(&mut self) -> u64 {
        if self.has_company() {
            self.inbox.peak_kb.max(self.leash.peak_kb())
        } else {
            0
        }
    }

    pub(super) fn has_company(&self) -> bool {
        let there = !self.inbox.gone && self.inbox.left != Left::Nothing;
        there && self.api.extensions().any_external()
    }

    /// The end, as extensions see it: the runtime goes first, then they are told, and waited for.
    pub(super) async fn farewell(&mut self) {
        self.inbox.catch_up();
        if !self.has_company() || self.phase == Phase::Cold {
            return;
        }
        let last = Instant::now() + FAREWELL;
        if self.phase == Phase::Idle {
            self.leash.rouse().await;
            self.order(&Order::Thaw).await;
        }
        self.api.telemetry().set_running(true);
        self.end_runtime().await;
        self.api.telemetry().flush(RUNTIME_FAREWELL).await;
        let event = json!({
            "eventType": "SHUTDOWN",
            "shutdownReason": self.why,
            "deadlineMs": epoch_ms(last.saturating_duration_since(Instant::now())),
        });
        self.api.extensions().shut_down(&event);
        while self.api.extensions().is_leaving() && !self.inbox.gone {
            if timeout_at(last, self.inbox.happens()).await.is_err() {
                return;
            }
            // It was asked to.
            let _ = self.crashed();
        }
    }

    async fn end_runtime(&mut self) {
        let last = Instant::now() + RUNTIME_FAREWELL;
        self.order(&Order::EndRuntime { kill: false }).await;
        while self.inbox.left == Left::All && !self.inbox.gone {
            if timeout_at(last, self.inbox.happens()).await.is_err() {
                return self.order(&Order::EndRuntime { kill: true }).await;
            }
        }
    }
}

/// That far from now, in milliseconds of the epoch.
fn epoch_ms(away: Duration) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    (now.unwrap_or_default() + away).as_millis() as u64
}
