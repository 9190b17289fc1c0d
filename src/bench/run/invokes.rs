//! The invokes of the run loop: sending them, judging what came back, keeping it.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::bench::judge::{self, Expected};
use crate::bench::payload;
use crate::bench::stopped::Stopped;
use crate::bench::target::{Sent, Target, send};
use crate::lambda::Invoked;
use crate::report::{Tail, parse_tail};
use crate::results::{Exclusion, Sample};

use super::{Position, Run};

impl<T: Target> Run<'_, T> {
    /// The invokes after a touch: one, or as many at once as the plan says.
    pub(super) async fn start(
        &mut self,
        subject: usize,
        position: Position,
    ) -> Result<Vec<Sample>, Stopped> {
        if self.plan.concurrency == 1 {
            return Ok(vec![self.invoke(subject, position, false).await?]);
        }
        self.check_stop()?;
        let target = self.subjects[subject].target;
        let mut waiting: FuturesUnordered<_> = (0..self.plan.concurrency)
            .map(|nth| {
                let payload = payload::expand(self.payload).into_bytes();
                async move { (nth, send(target, payload).await) }
            })
            .collect();
        let (mut samples, mut stopped) = (Vec::new(), None);
        loop {
            let next = tokio::select! {
                next = self.ahead.during(waiting.next()) => next,
                () = self.stop.requested() => return Err(self.stopped()),
            };
            let Some((nth, sent)) = next else { break };
            // One that fails stops the run, but not before the others are in.
            match self.take(subject, Position { nth, ..position }, sent, false) {
                Ok(sample) => samples.push(sample),
                Err(why) => stopped = stopped.or(Some(why)),
            }
        }
        stopped.map_or(Ok(samples), Err)
    }

    pub(super) async fn invoke(
        &mut self,
        subject: usize,
        position: Position,
        environment_accepted: bool,
    ) -> Result<Sample, Stopped> {
        self.check_stop()?;
        self.afford(subject, position.kind)?;
        let payload = payload::expand(self.payload).into_bytes();
        let target = self.subjects[subject].target;
        let sent = tokio::select! {
            sent = self.ahead.during(send(target, payload)) => sent,
            () = self.stop.requested() => return Err(self.stopped()),
        };
        self.take(subject, position, sent, environment_accepted)
    }

    /// Judges what came back and keeps it.
    fn take(
        &mut self,
        subject: usize,
        position: Position,
        sent: Sent,
        environment_accepted: bool,
    ) -> Result<Sample, Stopped> {
        let state = &self.subjects[subject];
        let arm = state.arm;
        // Which environment of a burst answers a warm invoke is not known: it carries the first one's number.
        let environment =
            state.environments - u64::from(self.plan.concurrency) + u64::from(position.nth);
        let Sent {
            started_at,
            took,
            invoked,
        } = sent;
        let mut sample = Sample {
            index: self.samples.len() as u64,
            block: position.block,
            look: self.look as u32,
            arm,
            kind: position.kind,
            accepted: false,
            excluded_reason: None,
            environment,
            started_at,
            client_ms: took.as_secs_f64() * 1e3,
            init_ms: None,
            restore_ms: None,
            handler_ms: None,
            billed_ms: None,
            memory_mb: None,
            max_memory_mb: None,
            request_id: None,
            error: None,
        };
        let stop = match invoked {
            Ok(invoked) => {
                let tail = parse_tail(&invoked.tail, invoked.request_id.as_deref());
                fill(&mut sample, &invoked, &tail);
                let failure = self.checks.failure(arm, &invoked);
                sample.error = failure
                    .as_ref()
                    .and_then(Stopped::answer)
                    .map(str::to_owned);
                let expected = Expected {
                    kind: position.kind,
                    environment_accepted,
                    warm_overhead_ms: self.subjects[subject].warm_overhead_ms,
                    failed: failure.is_some(),
                    errors_allowed: self.checks.allow_function_errors,
                };
                let verdict = judge::judge(expected, &sample, &tail);
                sample.excluded_reason = match verdict {
                    _ if position.first_start => Some(Exclusion::FirstStart),
                    Ok(()) => None,
                    Err(reason) => Some(reason),
                };
                self.subjects[subject].answers.note(&invoked);
                failure.filter(|failure| match failure {
                    Stopped::FunctionFailed { .. } => !self.checks.allow_function_errors,
                    _ => true,
                })
            }
            Err(error) if error.is_passing() => {
                sample.error = Some(error.to_string());
                sample.excluded_reason = Some(Exclusion::CallFailed);
                None
            }
            Err(error) => return Err(error.into()),
        };
        if stop.is_some() && sample.excluded_reason.is_none() {
            sample.excluded_reason = Some(Exclusion::FunctionError);
        }
        sample.accepted = sample.excluded_reason.is_none();
        if let Some(budget) = &mut self.budget {
            budget.spend(&sample);
        }
        (self.on_sample)(&sample)?;
        self.samples.push(sample.clone());
        match stop {
            Some(stop) => Err(stop),
            None => Ok(sample),
        }
    }
}

fn fill(sample: &mut Sample, invoked: &Invoked, tail: &Tail) {
    sample.started_at = invoked.started_at;
    sample.client_ms = invoked.client.as_secs_f64() * 1e3;
    sample.request_id.clone_from(&invoked.request_id);
    if let Some(report) = &tail.report {
        sample.init_ms = report.init_ms;
        sample.restore_ms = report.restore_ms;
        sample.handler_ms = report.duration_ms;
        sample.billed_ms = report.billed_ms;
        sample.memory_mb = report.memory_mb;
        sample.max_memory_mb = report.max_memory_mb;
    }
}
