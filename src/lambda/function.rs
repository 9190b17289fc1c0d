//! One function that may be touched, invoked and, at the end, put back as it was (or deleted, if it is ours).

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_sdk_lambda::types::{LastUpdateStatus, State};

use super::rate::Settling;
use super::{Description, Invoked, Lambda, LambdaError, invoke};

/// AWS's limit on `Description`, in characters.
const DESCRIPTION_LIMIT: usize = 256;
const SETTLE_LIMIT: Duration = Duration::from_mins(5);
const CONFLICT_LIMIT: Duration = Duration::from_mins(1);
const FIRST_CONFLICT_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_CONFLICT_PAUSE: Duration = Duration::from_secs(5);
/// How often a restore is tried anew because somebody else's change came in between.
const RESTORE_ATTEMPTS: u32 = 5;
const OLD_NEWS_LIMIT: Duration = Duration::from_secs(10);
const OLD_NEWS_PAUSE: Duration = Duration::from_millis(100);

/// A function under measurement. Clones are the same function: one may measure while another waits to restore.
#[derive(Debug, Clone)]
pub struct Function {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    lambda: Lambda,
    measuring: aws_sdk_lambda::Client,
    /// As found, before anything was touched.
    found: Description,
    /// The description to put back: as found, less a suffix that an earlier, killed run left.
    original: String,
    /// True if lambench created it: deleted at the end instead of restored.
    staged: bool,
    touched: Mutex<Touched>,
    settling: Mutex<Settling>,
}

#[derive(Debug, Default)]
struct Touched {
    /// The last description that we sent, whether or not the answer arrived.
    written: Option<String>,
    /// The revision after our last settle.
    revision: Option<String>,
    finished: bool,
}

/// What the end of a run did to the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    /// Nothing had been changed.
    Untouched,
    /// The description is as it was.
    Restored,
    /// The staged function is deleted.
    Deleted,
    /// Somebody else has changed the description since; it was left alone.
    LeftAlone,
}

impl Function {
    /// An existing function, to be measured in place and put back.
    pub async fn in_place(lambda: &Lambda, name: &str) -> Result<Self, LambdaError> {
        let mut found = lambda.describe(name).await?;
        if let Some(why) = found.unsuitable {
            return Err(LambdaError::Unsuitable {
                function: name.to_owned(),
                why: why.to_owned(),
                hint: "measure a copy of it on ordinary Lambda: give its package by --before or --after".into(),
            });
        }
        if let Some(qualifier) = qualifier(&found) {
            return Err(LambdaError::Unsuitable {
                function: name.to_owned(),
                why: format!(
                    "{qualifier} is a version or an alias: it cannot be changed, so no cold start of it can be forced"
                ),
                hint: format!(
                    "name {} without it to measure its $LATEST, or give the package by --before or --after",
                    found.function_name
                ),
            });
        }
        // `my-fn:$LATEST` is the function itself.
        found.arn.truncate(unqualified(&found.arn).len());
        Self::new(lambda, found, false).await
    }

    /// A function that lambench created, to be deleted at the end.
    pub async fn staged(lambda: &Lambda, name: &str) -> Result<Self, LambdaError> {
        let found = lambda.describe(name).await?;
        Self::new(lambda, found, true).await
    }

    async fn new(lambda: &Lambda, found: Description, staged: bool) -> Result<Self, LambdaError> {
        let of = |found: Description| {
            let original = without_suffix(&found.description).to_owned();
            let measuring = lambda.measuring(Duration::from_secs(found.timeout_s));
            Self {
                shared: Arc::new(Shared {
                    lambda: lambda.clone(),
                    measuring,
                    found,
                    original,
                    staged,
                    touched: Mutex::default(),
                    settling: Mutex::default(),
                }),
            }
        };
        // What counts as found is what stands once no update is under way: a deploy may be running right now.
        let settled = of(found).settle().await?;
        let revision = settled.revision_id.clone();
        let function = of(settled);
        function.lock().revision = revision;
        Ok(function)
    }

    /// The function as it was before the first touch.
    pub fn found(&self) -> &Description {
        &self.shared.found
    }

    /// True if the description carried a suffix of an earlier run that never restored it.
    pub fn had_leftover(&self) -> bool {
        self.shared.original != self.shared.found.description
    }

    /// How a person puts the function back without this program.
    pub fn by_hand(&self) -> String {
        let found = self.found();
        if self.shared.staged {
            return format!(
                "aws lambda delete-function --function-name {}",
                found.function_name
            );
        }
        let mut command = format!(
            "aws lambda update-function-configuration --function-name {} --description {}",
            self.name(),
            shell_quoted(&self.shared.original)
        );
        command.push_str(" --region ");
        command.push_str(&self.shared.lambda.region);
        if let Some(url) = &self.shared.lambda.endpoint_url {
            command.push_str(" --endpoint-url ");
            command.push_str(url);
        }
        command
    }

    fn name(&self) -> &str {
        // The ARN, not the name: it pins account and region whatever the profile says later.
        if self.shared.found.arn.is_empty() {
            &self.shared.found.function_name
        } else {
            &self.shared.found.arn
        }
    }

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
        let text = touched_description(&self.shared.original, &unique());
        let revision = {
            let mut touched = self.lock();
            touched.written = Some(text.clone());
            touched.revision.clone()
        };
        self.update_description(&text, revision).await
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
        let mut settled = usable(settled)?;
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
        if self.lock().written.as_ref() != Some(&settled.description) {
            return Err(self.changed("the description is not the one that was just written"));
        }
        if settled.code_sha256 != self.shared.found.code_sha256 {
            return Err(self.changed("its code is another"));
        }
        if !settled.runs_like(&self.shared.found) {
            return Err(self.changed("its configuration is another"));
        }
        Ok(())
    }

    /// One measured invoke of `$LATEST`.
    pub async fn invoke(&self, payload: Vec<u8>) -> Result<Invoked, LambdaError> {
        let shared = &self.shared;
        invoke::invoke(&shared.measuring, self.name(), payload)
            .await
            .map_err(|error| {
                let doing = format!("invoking {}", shared.found.function_name);
                LambdaError::from_sdk(doing, shared.lambda.endpoint_url(), &error)
            })
    }

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
            self.restore(&written).await?
        } else {
            Finished::Untouched
        };
        self.lock().finished = true;
        Ok(finished)
    }

    async fn restore(&self, written: &str) -> Result<Finished, LambdaError> {
        for _ in 0..RESTORE_ATTEMPTS {
            let now = self.wait().await?;
            if now.description == self.shared.original {
                let never_changed = now.revision_id == self.shared.found.revision_id;
                return Ok(if never_changed {
                    Finished::Untouched
                } else {
                    Finished::Restored
                });
            }
            // An earlier touch of ours may stand if the last one never arrived: any suffix of ours on our text is ours.
            let ours =
                now.description == written || is_touched(&now.description, &self.shared.original);
            if !ours {
                return Ok(Finished::LeftAlone);
            }
            match self
                .update_description(&self.shared.original, now.revision_id)
                .await
            {
                // Somebody deployed between the reading and the writing: what they wrote is read, and only then
                // decided about.
                Ok(()) | Err(LambdaError::ChangedByOthers { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let settled = self.wait().await?;
        if settled.description == self.shared.original {
            Ok(Finished::Restored)
        } else {
            Err(self.changed("it changes faster than it can be put back"))
        }
    }

    async fn update_description(
        &self,
        text: &str,
        revision: Option<String>,
    ) -> Result<(), LambdaError> {
        let clock = Instant::now();
        let mut pause = FIRST_CONFLICT_PAUSE;
        loop {
            let sent = self
                .shared
                .lambda
                .control
                .update_function_configuration()
                .function_name(self.name())
                .description(text)
                .set_revision_id(revision.clone())
                .send()
                .await;
            let Err(error) = sent else { return Ok(()) };
            let doing = format!("changing the description of {}", self.found().function_name);
            let error = LambdaError::from_sdk(doing, self.shared.lambda.endpoint_url(), &error);
            match error.code() {
                // A retry of ours may have met our own first attempt, whose answer was lost.
                Some("PreconditionFailedException") => {
                    let now = self.wait().await?;
                    if now.description == text {
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

    /// Waits until no update is under way.
    async fn settle(&self) -> Result<Description, LambdaError> {
        usable(self.wait().await?)
    }

    /// As [`Self::settle`], but a failed update doesn't keep us from putting back what is ours.
    async fn wait(&self) -> Result<Description, LambdaError> {
        let (now, _) = self.wait_since(Instant::now()).await?;
        Ok(now)
    }

    /// As [`Self::wait`], for an update sent at `clock`; says too when the last look was that came too early.
    async fn wait_since(
        &self,
        clock: Instant,
    ) -> Result<(Description, Option<Duration>), LambdaError> {
        let (mut looks, mut early) = (0, None);
        let mut woken = false;
        loop {
            let looked = clock.elapsed();
            let now = self.shared.lambda.describe(self.name()).await?;
            let pending = now.state == State::Pending
                || now.state == State::Inactive
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

    fn remember(&self, settled: &Description) {
        self.lock().revision.clone_from(&settled.revision_id);
    }

    fn changed(&self, what: &str) -> LambdaError {
        LambdaError::ChangedByOthers {
            function: self.found().function_name.clone(),
            what: what.to_owned(),
        }
    }

    fn settling(&self) -> std::sync::MutexGuard<'_, Settling> {
        self.shared
            .settling
            .lock()
            .expect("no panic while it is held")
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Touched> {
        self.shared
            .touched
            .lock()
            .expect("no panic while it is held")
    }
}

/// The function, unless its state or its last update is Failed.
fn usable(now: Description) -> Result<Description, LambdaError> {
    let failed = if now.state == State::Failed {
        "State"
    } else if now.last_update == LastUpdateStatus::Failed {
        "LastUpdateStatus"
    } else {
        return Ok(now);
    };
    Err(LambdaError::Unsuitable {
        function: now.function_name,
        why: format!(
            "its {failed} is Failed ({})",
            now.reason.as_deref().unwrap_or("no reason given")
        ),
        hint: "mend the function first: `aws lambda get-function` shows its state".into(),
    })
}

/// The version or alias that an ARN names, unless it is `$LATEST`.
fn qualifier(found: &Description) -> Option<&str> {
    let named = found.arn.split(':').nth(7);
    named
        .or(Some(found.version.as_str()))
        .filter(|qualifier| *qualifier != "$LATEST")
}

/// `arn:aws:lambda:REGION:ACCOUNT:function:NAME`, without what may follow.
fn unqualified(arn: &str) -> &str {
    arn.match_indices(':')
        .nth(6)
        .map_or(arn, |(at, _)| &arn[..at])
}

fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Twelve hex digits that no other touch has: Lambda retires nothing for an update that changes nothing.
fn unique() -> String {
    uuid::Uuid::new_v4().simple().to_string()[..12].to_owned()
}

fn suffix(id: &str) -> String {
    format!("[lambench {id}]")
}

/// The original description, cut to fit, with our suffix.
fn touched_description(original: &str, id: &str) -> String {
    let suffix = suffix(id);
    if original.is_empty() {
        return suffix;
    }
    let room = DESCRIPTION_LIMIT - suffix.chars().count() - 1;
    let kept: String = original.chars().take(room).collect();
    format!("{kept} {suffix}")
}

/// The description less a suffix of ours.
fn without_suffix(description: &str) -> &str {
    let Some(body) = description.strip_suffix(']') else {
        return description;
    };
    let Some((rest, id)) = body.rsplit_once("[lambench ") else {
        return description;
    };
    if id.len() == 12 && id.chars().all(|c| c.is_ascii_hexdigit()) {
        rest.strip_suffix(' ').unwrap_or(rest)
    } else {
        description
    }
}

fn is_touched(description: &str, original: &str) -> bool {
    let kept = without_suffix(description);
    kept != description && original.starts_with(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_touch_never_repeats_itself() {
        assert_ne!(
            touched_description("d", &unique()),
            touched_description("d", &unique())
        );
    }

    #[test]
    fn a_touched_description_fits_and_gives_the_original_back() {
        for original in ["", "collects market data", "ends in ]", "시장 데이터 수집"] {
            let touched = touched_description(original, "0123456789ab");
            assert_eq!(without_suffix(&touched), original);
            assert!(is_touched(&touched, original));
        }
        let long = "é".repeat(DESCRIPTION_LIMIT);
        let touched = touched_description(&long, "0123456789ab");
        assert_eq!(touched.chars().count(), DESCRIPTION_LIMIT);
        assert!(is_touched(&touched, &long));
    }

    #[test]
    fn only_our_own_suffix_is_taken_off() {
        for text in [
            "[lambench]",
            "x [lambench zz]",
            "x [lambench 0123456789a]",
            "x [other 0123456789ab]",
        ] {
            assert_eq!(without_suffix(text), text);
        }
    }

    #[test]
    fn a_description_of_somebody_else_is_not_ours() {
        assert!(!is_touched("new text", "old text"));
        assert!(!is_touched("new text [lambench 0123456789ab]", "old text"));
    }
}
