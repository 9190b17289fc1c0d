//! The init of an environment, once or twice, and its clock.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, timeout, timeout_at};

use super::{Awake, Lifecycle, Phase, StillBorn, since};
use crate::sandbox::failure::Failure;
use crate::sandbox::happening::Happening;
use crate::sandbox::protocol::{Event, Order, monotonic_ns};
use crate::sandbox::records::{Records, Status};
use crate::sandbox::runtime_api::Call;

/// A runtime that has posted its init error is about to print the rest and exit.
const FAREWELL: Duration = Duration::from_millis(100);

impl Lifecycle {
    /// Init; where that fails, as on AWS once more, on the invoke's time.
    pub(super) async fn start_cold(
        &mut self,
        records: &mut Records<'_>,
    ) -> Result<Awake, StillBorn> {
        self.phase = Phase::Busy;
        self.begin();
        records.init_start(&self.log_stream, Timestamp::now());
        let first = self.initialise("init", self.init_limit).await;
        let (failure, took) = match first {
            Ok(took) => {
                records.output(self.log.take());
                self.tell_company(records);
                records.init_report("init", took, &Status::Success);
                return Ok(Awake {
                    init: Some(took),
                    began_ns: None,
                });
            }
            Err(failed) => failed,
        };
        let peak_kb = self.start_over().await;
        records.output(self.log.take());
        self.tell_company(records);
        records.init_report("init", took, &failure.status());
        self.phase = Phase::Busy;
        self.begin();
        // On the invoke's time, and so at its speed.
        self.limit_cpu(true);
        let began_ns = Some(monotonic_ns());
        let again = self.initialise("invoke", self.spec.timeout).await;
        if let Err((failure, took)) = again {
            let peak_kb = self.start_over().await.max(peak_kb);
            records.output(self.log.take());
            self.tell_company(records);
            records.init_report("invoke", took, &failure.status());
            return Err(self.still_born(failure, took, peak_kb));
        }
        records.output(self.log.take());
        self.tell_company(records);
        Ok(Awake {
            init: None,
            began_ns,
        })
    }

    /// Starts the runtime process and waits until it asks for its first event: how long that took, by the one clock,
    /// from just before the process was started to the arrival of its request.
    async fn initialise(
        &mut self,
        phase: &str,
        limit: Duration,
    ) -> Result<Duration, (Failure, Duration)> {
        let asked_ns = monotonic_ns();
        let deadline = Instant::now() + limit;
        self.inbox.ended = None;
        let mut started_ns = self.start_extensions(deadline, limit).await?;
        self.order(&Order::Go).await;
        let mut next_ns: Option<u64> = None;
        let failure = loop {
            if let (Some(started), Some(next)) = (started_ns, next_ns)
                && let Some(ready) = self.api.extensions().ready_ns()
            {
                self.company_is_complete();
                return Ok(since(started, next.max(ready)));
            }
            if let Some(failure) = self.crashed() {
                break failure;
            }
            match timeout_at(deadline, self.inbox.happens()).await {
                Err(_) => return Err((Failure::TimedOut, limit)),
                Ok(Happening::Guard(Event::Started { at_ns })) => {
                    started_ns = started_ns.or(Some(at_ns));
                }
                Ok(Happening::Called(Call::Next { at_ns })) => {
                    self.runtime_is_up(phase);
                    next_ns = Some(at_ns);
                }
                Ok(Happening::Called(Call::ExtensionFailed { kind, reason })) => {
                    break Failure::Extension { kind, reason };
                }
                Ok(Happening::Called(Call::InitError(raised))) => break Failure::Raised(raised),
                Ok(Happening::Guard(Event::NotStarted(reason))) => {
                    break Failure::NotStarted(reason);
                }
                Ok(Happening::Guard(Event::OutOfMemory { .. })) => break Failure::OutOfMemory,
                Ok(Happening::Gone) => break Failure::GuardGone,
                Ok(Happening::Guard(Event::Exited { how, .. })) => {
                    match self.last_calls().await.into_iter().next() {
                        Some(Call::InitError(raised)) => break Failure::Raised(raised),
                        // Complete, and dead: the invoke will find that.
                        Some(Call::Next { at_ns }) => next_ns = Some(at_ns),
                        _ => break Failure::Exited(how),
                    }
                }
                Ok(_) => {}
            }
        };
        let took = since(started_ns.unwrap_or(asked_ns), self.end_ns(&failure));
        if let Failure::Raised(_) = failure {
            let leaves = async {
                while !matches!(
                    self.inbox.happens().await,
                    Happening::Guard(Event::Exited { .. })
                ) {}
            };
            // If it stays, it is killed.
            let _ = timeout(FAREWELL, leaves).await;
        }
        Err((failure, took))
    }
}
