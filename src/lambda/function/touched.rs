//! Touching: what retires every environment is written, waited for, and looked at for anything that is not ours.

use std::time::{Duration, Instant};

use super::Function;
use crate::lambda::journal::Entry;
use crate::lambda::{Description, LambdaError};

const OLD_NEWS_LIMIT: Duration = Duration::from_secs(10);
const OLD_NEWS_PAUSE: Duration = Duration::from_millis(100);

impl Function {
    /// Retires every environment by writing a description never used before, and waits until that is in force.
    ///
    /// # Errors
    /// [`LambdaError::ChangedByOthers`] if the function's revision is not the one that our last touch left.
    pub async fn touch(&self) -> Result<(), LambdaError> {
        self.begin_touch().await?;
        self.settled().await
    }

    /// The first half of [`Self::touch`]. Not to be cut short: an update whose answer nobody waited for could land
    /// after the restore.
    pub async fn begin_touch(&self) -> Result<(), LambdaError> {
        let (value, revision) = {
            let mut touched = self.lock();
            if let (Some(journal), Some(entry @ Entry::Touched { .. })) =
                (&touched.journal, &touched.entry)
            {
                journal.add(entry.clone())?;
            }
            let value = self.shared.original.next(touched.written.as_ref());
            touched.written = Some(value.clone());
            (value, touched.revision.clone())
        };
        self.write(&value, revision).await
    }

    /// The second half of [`Self::touch`]: waits until it is in force. May be cut short.
    ///
    /// # Errors
    /// [`LambdaError::ChangedByOthers`] if what is in force is not what was touched.
    pub async fn settled(&self) -> Result<(), LambdaError> {
        let clock = Instant::now();
        let first_look = self.settling().first_look();
        tokio::time::sleep(first_look).await;
        let (settled, early) = self.wait_since(clock).await?;
        self.settling().learn(early);
        let mut settled = match settled.failed() {
            None => settled,
            Some(failed) => return Err(failed),
        };
        // A read that still shows what was there before the update is old news, not somebody else's change.
        while settled.revision_id.is_some()
            && settled.revision_id == self.lock().revision
            && clock.elapsed() < OLD_NEWS_LIMIT
        {
            tokio::time::sleep(OLD_NEWS_PAUSE).await;
            settled = self.settle().await?;
        }
        self.is_as_touched(&settled)?;
        self.remember(&settled);
        Ok(())
    }

    /// Whether the function is still what the last touch left: a deploy since then may be what was measured.
    ///
    /// # Errors
    /// [`LambdaError::ChangedByOthers`] if it is not.
    pub async fn unchanged(&self) -> Result<(), LambdaError> {
        let now = self.wait().await?;
        self.is_as_touched(&now)?;
        if now.revision_id != self.lock().revision {
            return Err(self.changed("its revision is not the one that was last read"));
        }
        Ok(())
    }

    fn is_as_touched(&self, settled: &Description) -> Result<(), LambdaError> {
        let written = self.lock().written.clone();
        let Some(written) = written.filter(|written| written.is_in(settled)) else {
            return Err(self.changed(&format!(
                "{} is not what was just written",
                self.shared.original.value().what()
            )));
        };
        if settled.code_sha256 != self.shared.found.code_sha256 {
            return Err(self.changed("its code is another"));
        }
        if !settled.runs_like(&written.applied_to(&self.shared.found)) {
            return Err(self.changed("its configuration is another"));
        }
        Ok(())
    }
}
