//! Putting a function back: only what is ours, only where it still holds what we wrote.

use std::time::{Duration, Instant};

use super::{Finished, Function};
use crate::lambda::LambdaError;
use crate::lambda::touch::Value;

const CONFLICT_LIMIT: Duration = Duration::from_mins(1);
const FIRST_CONFLICT_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_CONFLICT_PAUSE: Duration = Duration::from_secs(5);
/// How often a restore is tried anew because somebody else's change came in between.
const RESTORE_ATTEMPTS: u32 = 5;

impl Function {
    /// Puts the function back (or deletes it, if it is staged). Safe to call at any time, also twice.
    pub async fn finish(&self) -> Result<Finished, LambdaError> {
        let written = {
            let touched = self.lock();
            if touched.finished {
                return Ok(Finished::Untouched);
            }
            touched.written.clone()
        };
        let finished = if self.shared.staged {
            self.shared
                .lambda
                .delete(&self.shared.found.function_name)
                .await?;
            Finished::Deleted
        } else if let Some(written) = written {
            match self.restore(&written).await {
                Err(gone) if gone.code() == Some("ResourceNotFoundException") => Finished::Gone,
                finished => finished?,
            }
        } else {
            Finished::Untouched
        };
        let mut touched = self.lock();
        if let (Some(journal), Some(entry)) = (&touched.journal, &touched.entry) {
            journal.done(entry)?;
        }
        touched.finished = true;
        // The lock goes, too.
        touched.journal = None;
        Ok(finished)
    }

    async fn restore(&self, written: &Value) -> Result<Finished, LambdaError> {
        let original = &self.shared.original;
        let value = original.value();
        for _ in 0..RESTORE_ATTEMPTS {
            let now = self.wait().await?;
            let in_doubt = self.lock().in_doubt;
            if value.is_in(&now) && !in_doubt {
                let never_changed = now.revision_id == self.shared.found.revision_id;
                return Ok(if never_changed {
                    Finished::Untouched
                } else {
                    Finished::Restored
                });
            }
            // An earlier touch of ours may stand if the last one never arrived: whatever a touch writes is ours.
            let ours = value.is_in(&now) || written.is_in(&now) || original.is_touched(&now);
            if !ours {
                return Ok(Finished::LeftAlone);
            }
            // In doubt it is written even where it stands already: the new revision shuts out whatever of ours may
            // still be on its way.
            match self.write(&value, now.revision_id).await {
                // Somebody deployed between the reading and the writing: what they wrote is read, and only then
                // decided about.
                Ok(()) | Err(LambdaError::ChangedByOthers { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let settled = self.wait().await?;
        if value.is_in(&settled) {
            Ok(Finished::Restored)
        } else {
            Err(self.changed("it changes faster than it can be put back"))
        }
    }

    pub(super) async fn write(
        &self,
        value: &Value,
        revision: Option<String>,
    ) -> Result<(), LambdaError> {
        self.lock().in_doubt = true;
        let written = self.write_once_settled(value, revision).await;
        // An answer that decides is the end of that update; silence and retries that ran out are not.
        self.lock().in_doubt = written.as_ref().is_err_and(LambdaError::is_passing);
        written
    }

    async fn write_once_settled(
        &self,
        value: &Value,
        revision: Option<String>,
    ) -> Result<(), LambdaError> {
        let clock = Instant::now();
        let mut pause = FIRST_CONFLICT_PAUSE;
        loop {
            let sent = self
                .shared
                .lambda
                .update(
                    self.name(),
                    &self.found().function_name,
                    value,
                    revision.clone(),
                )
                .await;
            let Err(error) = sent else { return Ok(()) };
            match error.code() {
                // A retry of ours may have met our own first attempt, whose answer was lost.
                Some("PreconditionFailedException") => {
                    let now = self.wait().await?;
                    if value.is_in(&now) {
                        return Ok(());
                    }
                    return Err(self.changed("its revision is not the one that was last read"));
                }
                Some("ResourceConflictException") if clock.elapsed() < CONFLICT_LIMIT => {
                    // The revision is not read anew: if the update under way is somebody else's, ours must fail.
                    self.shared.lambda.notes.once(format!(
                        "another update of {} is under way: waiting and trying again",
                        self.found().function_name
                    ));
                    self.wait().await?;
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_CONFLICT_PAUSE);
                }
                _ => return Err(error),
            }
        }
    }
}
