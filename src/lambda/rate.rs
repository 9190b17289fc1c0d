//! How fast the control plane is asked: one budget for all its calls, patience where it says that it is too much, and
//! when to look whether an update is in force. Deploys share the account's quota.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_sdk_lambda::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority, RetryReason,
};

use super::notes::Notes;

/// So many calls may follow each other at once after a pause.
const BURST: u32 = 5;
const FIRST_POLL: Duration = Duration::from_millis(10);
const SLOWEST_POLL: Duration = Duration::from_secs(1);
/// So many settlings are looked back on.
const REMEMBERED: usize = 8;

/// Calls per second, shared by everybody who holds a clone.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    interval: Duration,
    next: Arc<Mutex<Instant>>,
}

impl Budget {
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            interval: Duration::from_secs(1) / per_second.max(1),
            next: Arc::new(Mutex::new(Instant::now())),
        }
    }

    /// When the next call may be sent; it is taken.
    fn take(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().expect("no panic while it is held");
        let earliest = now.checked_sub(self.interval * (BURST - 1)).unwrap_or(now);
        let slot = (*next).max(earliest);
        *next = slot + self.interval;
        slot.max(now)
    }
}

/// An HTTP client whose every request waits for its turn, the SDK's own retries too.
#[derive(Debug)]
pub(super) struct Paced {
    pub(super) inner: SharedHttpClient,
    pub(super) budget: Budget,
}

impl HttpClient for Paced {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(PacedConnector {
            inner: self.inner.http_connector(settings, components),
            budget: self.budget.clone(),
        })
    }
}

#[derive(Debug)]
struct PacedConnector {
    inner: SharedHttpConnector,
    budget: Budget,
}

impl HttpConnector for PacedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, budget) = (self.inner.clone(), self.budget.clone());
        HttpConnectorFuture::new(async move {
            let at = budget.take(Instant::now());
            tokio::time::sleep_until(at.into()).await;
            inner.call(request).await
        })
    }
}

/// Honours `Retry-After` on what the SDK tries again anyway, and says why there is a wait.
#[derive(Debug)]
pub(super) struct Patience {
    pub(super) notes: Notes,
}

impl ClassifyRetry for Patience {
    fn classify_retry(&self, _: &InterceptorContext) -> RetryAction {
        RetryAction::NoActionIndicated
    }

    fn classify_retry_v2(&self, context: &InterceptorContext, before: &RetryAction) -> RetryAction {
        let RetryAction::RetryIndicated(RetryReason::RetryableError { kind, .. }) = before else {
            return RetryAction::NoActionIndicated;
        };
        let Some(response) = context.response() else {
            self.notes
                .once("the endpoint gave no answer: trying again".to_owned());
            return RetryAction::NoActionIndicated;
        };
        let after = response
            .headers()
            .get("retry-after")
            .and_then(|text| text.trim().parse().ok())
            .map(Duration::from_secs);
        let asked = after.map_or_else(String::new, |after| {
            format!(", after {} s as it asks", after.as_secs())
        });
        self.notes.once(format!(
            "the endpoint answered {}{}: waiting and trying again{asked}",
            response.status().as_u16(),
            reason(response.body().bytes().unwrap_or_default())
                .map_or_else(String::new, |reason| format!(" ({reason})"))
        ));
        match after {
            Some(after) => RetryAction::retryable_error_with_explicit_delay(*kind, after),
            None => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "lambench patience"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// `Reason` of a throttled call, or else its message.
pub(super) fn reason(body: &[u8]) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    ["Reason", "message", "Message"]
        .into_iter()
        .find_map(|key| body.get(key)?.as_str())
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// What settling has taken so far, and so when to look next: at once where nothing is known, later as late as it has
/// never been done before, and then in small steps that grow.
#[derive(Debug, Default)]
pub(super) struct Settling {
    /// The latest looks that came too early.
    known: VecDeque<Duration>,
}

impl Settling {
    /// How long to wait for the first look.
    pub(super) fn first_look(&self) -> Duration {
        self.known.iter().min().copied().unwrap_or_default()
    }

    /// How long to wait after a look, `looks` of which were too early, the last one `elapsed` after the update.
    pub(super) fn next_look(&self, looks: u32, elapsed: Duration) -> Duration {
        jittered(self.pause(looks, elapsed))
    }

    fn pause(&self, looks: u32, elapsed: Duration) -> Duration {
        let step = if self.known.is_empty() {
            FIRST_POLL
        } else {
            FIRST_POLL.max(elapsed.mul_f64(0.02))
        };
        let growth = 1.4_f64.powi(i32::try_from(looks.min(30)).unwrap_or(30));
        step.mul_f64(growth).min(SLOWEST_POLL)
    }

    /// An update was found in force; `early` is the last look before that.
    pub(super) fn learn(&mut self, early: Option<Duration>) {
        // Found at the first look: it may be done earlier still.
        let known = early.unwrap_or_else(|| self.first_look().mul_f64(0.9));
        if self.known.len() == REMEMBERED {
            self.known.pop_front();
        }
        if known >= FIRST_POLL {
            self.known.push_back(known);
        } else {
            self.known.clear();
        }
    }
}

/// A tenth more or less, so that many clients do not ask in step.
pub(super) fn jittered(pause: Duration) -> Duration {
    let [byte, ..] = uuid::Uuid::new_v4().into_bytes();
    jittered_by(pause, f64::from(byte) / 255.0)
}

/// `share` is what chance gives, from 0 to 1.
fn jittered_by(pause: Duration, share: f64) -> Duration {
    pause.mul_f64(0.9 + 0.2 * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn a_budget_lets_a_few_through_and_then_so_many_a_second() {
        let budget = Budget::new(10);
        let now = Instant::now() + Duration::from_secs(9);
        let waits: Vec<_> = (0..6)
            .map(|_| (budget.take(now) - now).as_millis())
            .collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 100]);
        let later = now + Duration::from_secs(5);
        assert_eq!(
            budget.take(later),
            later,
            "a pause is saved up for no longer than a burst"
        );
    }

    /// When an update that takes `took` is found in force, and with how many looks.
    fn found(settling: &mut Settling, took: Duration, random: &mut Random) -> (Duration, u32) {
        let (mut at, mut looks, mut early) = (settling.first_look(), 1, None);
        while at < took {
            early = Some(at);
            at += jittered_by(settling.pause(looks - 1, at), random.share());
            looks += 1;
        }
        settling.learn(early);
        (at, looks)
    }

    #[test]
    fn what_settles_in_a_second_is_soon_found_in_few_looks_and_little_late() {
        const FUNCTIONS: u32 = 200;
        const LEARNING: usize = 4;
        const LEARNED: u32 = 16;
        let (second, mut random) = (Duration::from_secs(1), Random(1));
        let (mut at, mut looks) = (Duration::ZERO, 0);
        for _ in 0..FUNCTIONS {
            let mut settling = Settling::default();
            let mut updates = std::iter::repeat_with(|| found(&mut settling, second, &mut random));
            let first = updates.next().unwrap();
            assert!(
                first.0 < Duration::from_millis(1600) && first.1 < 16,
                "{first:?}"
            );
            for one in updates.skip(LEARNING).take(LEARNED as usize) {
                at += one.0;
                looks += one.1;
            }
        }
        let all = FUNCTIONS * LEARNED;
        let late = (at / all).saturating_sub(second);
        let looks = f64::from(looks) / f64::from(all);
        // One function may be unlucky, all together are not: 21 ms and 2.9 looks.
        assert!(
            late < Duration::from_millis(25) && looks < 3.2,
            "{late:?} late with {looks} looks"
        );
    }

    #[test]
    fn what_settles_at_once_is_looked_at_at_once() {
        let (mut settling, mut random) = (Settling::default(), Random(1));
        found(&mut settling, Duration::from_secs(1), &mut random);
        for _ in 0..60 {
            found(&mut settling, Duration::ZERO, &mut random);
        }
        assert_eq!(settling.first_look(), Duration::ZERO);
    }

    #[test]
    fn waits_grow_and_have_an_end() {
        let settling = Settling::default();
        let at = |looks| settling.pause(looks, Duration::from_mins(1));
        assert_eq!(at(0), FIRST_POLL);
        assert!(at(5) > at(0));
        assert_eq!(at(40), SLOWEST_POLL);
    }

    #[test]
    fn many_clients_do_not_ask_in_step() {
        let second = Duration::from_secs(1);
        assert_eq!(jittered_by(second, 0.0), Duration::from_millis(900));
        assert_eq!(jittered_by(second, 1.0), Duration::from_millis(1100));
        let waits: Vec<_> = (0..40).map(|_| jittered(second)).collect();
        assert!(waits.iter().any(|wait| wait != &waits[0]), "{waits:?}");
    }

    #[test]
    fn a_throttled_calls_reason_is_preferred_to_its_message() {
        let body =
            br#"{"Reason":"CallerRateLimitExceeded","Type":"User","message":"Rate Exceeded."}"#;
        assert_eq!(reason(body).as_deref(), Some("CallerRateLimitExceeded"));
        assert_eq!(reason(b"<html>"), None);
    }
}
