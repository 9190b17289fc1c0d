//! Waiting until Lambda says that an update is in effect.

use std::time::{Duration, Instant};

use aws_sdk_lambda::types::{LastUpdateStatus, State};

use super::Function;
use crate::lambda::{Description, LambdaError};

const SETTLE_LIMIT: Duration = Duration::from_mins(5);

impl Function {
    /// Waits until no update is under way.
    pub(super) async fn settle(&self) -> Result<Description, LambdaError> {
        let now = self.wait().await?;
        match now.failed() {
            None => Ok(now),
            Some(failed) => Err(failed),
        }
    }

    /// As [`Self::settle`], but a failed update doesn't keep us from putting back what is ours.
    pub(super) async fn wait(&self) -> Result<Description, LambdaError> {
        let (now, _) = self.wait_since(Instant::now()).await?;
        Ok(now)
    }

    /// As [`Self::wait`], for an update sent at `clock`; says too when the last look was that came too early.
    pub(super) async fn wait_since(
        &self,
        clock: Instant,
    ) -> Result<(Description, Option<Duration>), LambdaError> {
        let (mut looks, mut early) = (0, None);
        let mut woken = false;
        loop {
            let looked = clock.elapsed();
            let now = self.shared.lambda.describe(self.name()).await?;
            let may_wake = self.lock().may_invoke;
            let pending = now.state == State::Pending
                || (now.state == State::Inactive && may_wake)
                || now.last_update == LastUpdateStatus::InProgress;
            if !pending {
                return Ok((now, early));
            }
            early = Some(looked);
            if now.state == State::Inactive && !woken {
                // A function that AWS has put to sleep is woken by an invoke, which fails.
                woken = true;
                let _ = self.invoke(b"{}".to_vec()).await;
            }
            if clock.elapsed() > SETTLE_LIMIT {
                return Err(LambdaError::TimedOut {
                    doing: format!("waiting for {} to settle", now.function_name),
                    why: format!(
                        "State {}, LastUpdateStatus {} for {} s",
                        now.state.as_str(),
                        now.last_update.as_str(),
                        SETTLE_LIMIT.as_secs()
                    ),
                });
            }
            let pause = self.settling().next_look(looks, clock.elapsed());
            looks += 1;
            tokio::time::sleep(pause).await;
        }
    }
}
