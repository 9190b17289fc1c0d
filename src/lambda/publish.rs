//! Publishing the one version of a copy with `SnapStart`: only versions are restored from a snapshot.

use std::time::{Duration, Instant};

use aws_sdk_lambda::types::{LastUpdateStatus, State};

use super::{Lambda, LambdaError};

const CONFLICT_LIMIT: Duration = Duration::from_mins(1);
/// Lambda initialises the code and encrypts what came of it: mostly two or three minutes.
const SNAPSHOT_LIMIT: Duration = Duration::from_mins(15);
const FIRST_LOOK: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often whoever watches is told that it is not done.
const NEWS: Duration = Duration::from_secs(30);

impl Lambda {
    /// `PublishVersion` of a copy; gives the version's number. May be cut short: a version goes with its function.
    pub async fn publish(&self, function: &str) -> Result<String, LambdaError> {
        let doing = format!("publishing a version of {function}");
        let clock = Instant::now();
        loop {
            let sent = self
                .control
                .publish_version()
                .function_name(function)
                .send()
                .await
                .map_err(|error| LambdaError::from_sdk(&doing, self.endpoint_url(), &error));
            match sent {
                Ok(published) => {
                    let version = published.version.ok_or_else(|| LambdaError::Unreachable {
                        doing,
                        why: "the answer has no version".into(),
                    })?;
                    self.notes.once(format!(
                        "published version {version} of {function}; Lambda takes its snapshot, which may take some minutes"
                    ));
                    return Ok(version);
                }
                // Its runtime has just been pinned.
                Err(error)
                    if error.code() == Some("ResourceConflictException")
                        && clock.elapsed() < CONFLICT_LIMIT =>
                {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits until a version, `NAME:VERSION`, is active and its starts are restores. May be cut short.
    ///
    /// # Errors
    /// [`LambdaError::Unsuitable`] if the snapshot can't be taken.
    pub(super) async fn snapshot(&self, named: &str) -> Result<(), LambdaError> {
        let clock = Instant::now();
        let (mut pause, mut news) = (FIRST_LOOK, NEWS);
        loop {
            let now = self.describe(named).await?;
            if let Some(failed) = now.failed() {
                return Err(failed);
            }
            let settled =
                now.state == State::Active && now.last_update != LastUpdateStatus::InProgress;
            if settled && now.restored {
                return Ok(());
            }
            let waited = clock.elapsed();
            if waited > SNAPSHOT_LIMIT {
                let optimised = if now.restored { "On" } else { "Off" };
                return Err(LambdaError::TimedOut {
                    doing: format!("waiting for the snapshot of {named}"),
                    why: format!(
                        "State {}, OptimizationStatus {optimised} for {} s",
                        now.state.as_str(),
                        waited.as_secs()
                    ),
                });
            }
            if waited >= news {
                news = waited + NEWS;
                self.notes.once(format!(
                    "the snapshot of {named} is not ready yet ({} s)",
                    waited.as_secs()
                ));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}
