//! `--around CMD`: what is deployed is measured, put back, changed by the command, and measured again.

use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};

use crate::bench::events::Event;
use crate::bench::stopped::Stopped;
use crate::bench::summary;
use crate::config::Settings;
use crate::lambda::Function;
use crate::render;
use crate::results::store::Store;
use crate::results::{Arm, Ending, RunResult};
use crate::stats::Looks;

use super::Failure;
use super::endpoint::Endpoint;
use super::measure::{follow, stage_all, tell};
use super::ours::Ours;
use super::restore::restore;
use super::signals::Signals;
use super::verdict;

/// All that both halves need.
pub struct Around<'a> {
    /// The command.
    pub command: &'a str,
    /// Where.
    pub endpoint: &'a Endpoint,
    /// One function in place.
    pub settings: &'a Settings,
    /// Run logs.
    pub store: &'a Store,
    /// Temporary files.
    pub scratch: &'a Path,
    /// For the user.
    pub progress: &'a Mutex<render::Progress>,
}

impl Around<'_> {
    /// Both halves as one result; the first alone where anything comes between them.
    pub async fn measure(
        &self,
        functions: &mut Vec<Function>,
        signals: &mut Signals,
    ) -> Result<Option<(RunResult, Option<Stopped>)>, Failure> {
        self.note(&format!(
            "--around: measured as it is, then `{}` is run, then measured again",
            self.command
        ));
        let Some((before, stopped)) = self.half(Arm::Before, functions, signals).await? else {
            return Ok(None);
        };
        let changed = match stopped {
            Some(stopped) => Err(stopped),
            None => self.change(functions, signals).await,
        };
        if let Err(stopped) = changed {
            return Ok(Some(cut_short(before, stopped)));
        }
        // The bar of the first half is full.
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) =
            render::Progress::new(self.settings.quiet, self.settings.lang);
        // What was measured before is not lost with what comes after.
        Ok(Some(
            match self.half(Arm::After, functions, signals).await {
                Ok(Some((after, stopped))) => {
                    let mut both = joined(before, after);
                    verdict::judge_result(&mut both, self.settings);
                    (both, stopped)
                }
                Ok(None) => cut_short(before, Stopped::Interrupted),
                Err(failure) => {
                    failure.report();
                    let why = "what the command left could not be measured".into();
                    cut_short(before, Stopped::Around(why))
                }
            },
        ))
    }

    async fn half(
        &self,
        arm: Arm,
        functions: &mut Vec<Function>,
        signals: &mut Signals,
    ) -> Result<Option<(RunResult, Option<Stopped>)>, Failure> {
        let mut settings = self.settings.clone();
        for subject in &mut settings.subjects {
            subject.arm = arm;
        }
        let now = Timestamp::now();
        let ours = Ours::default();
        let staging = stage_all(
            self.endpoint,
            &settings,
            self.scratch,
            functions,
            &ours,
            now,
        );
        let staged = tokio::select! {
            staged = Box::pin(staging) => staged?,
            () = signals.stop.requested() => return Ok(None),
        };
        let say = |event| tell(self.progress, event);
        Box::pin(follow(
            &settings, self.store, staged, now, None, signals, say,
        ))
        .await
    }

    /// The function is put back first: a deploy must meet it as it was, and may look at its description.
    async fn change(
        &self,
        functions: &mut Vec<Function>,
        signals: &mut Signals,
    ) -> Result<(), Stopped> {
        if let Err(failure) = restore(functions, signals, self.progress).await {
            failure.report();
            return Err(Stopped::Around(
                "the function could not be put back, so the command was not run".into(),
            ));
        }
        functions.clear();
        self.note(&format!("running {}", self.command));
        self.run(signals).await
    }

    /// Runs the command; its output goes to standard error, where it can't be taken for a result.
    async fn run(&self, signals: &mut Signals) -> Result<(), Stopped> {
        if signals.stop.is_requested() {
            return Err(Stopped::Interrupted);
        }
        let failed = |why: String| Stopped::Around(format!("`{}` {why}", self.command));
        let stderr = std::io::stderr()
            .as_fd()
            .try_clone_to_owned()
            .map_or_else(|_| Stdio::null(), Stdio::from);
        let mut child = Command::new("sh")
            .args(["-c", self.command])
            .stdout(stderr)
            .spawn()
            .map_err(|error| failed(format!("could not be started: {error}")))?;
        let ended = tokio::select! {
            ended = child.wait() => ended,
            () = signals.stop.requested() => {
                end(&mut child, signals).await;
                return Err(Stopped::Interrupted);
            }
        };
        match ended {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(failed(format!("failed ({status})"))),
            Err(error) => Err(failed(format!("could not be waited for: {error}"))),
        }
    }

    fn note(&self, text: &str) {
        tell(self.progress, Event::Note(text.to_owned()));
    }
}

/// A deploy is asked to end, and waited for: half of one is worse than a whole one. A second signal waits no longer.
async fn end(child: &mut Child, signals: &mut Signals) {
    let id = child.id().and_then(|id| i32::try_from(id).ok());
    if let Some(id) = id {
        let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
    }
    tokio::select! {
        _ = child.wait() => {}
        () = signals.give_up.requested() => {}
    }
}

/// The first half alone.
fn cut_short(mut before: RunResult, stopped: Stopped) -> (RunResult, Option<Stopped>) {
    before.ending = Ending::Stopped {
        why: stopped.to_string(),
    };
    relabel(&mut before, Arm::Only);
    (before, Some(stopped))
}

fn relabel(result: &mut RunResult, arm: Arm) {
    let arms = result.subjects.iter_mut().map(|s| &mut s.arm);
    let arms = arms.chain(result.samples.iter_mut().map(|s| &mut s.arm));
    let arms = arms.chain(result.exclusions.iter_mut().map(|e| &mut e.arm));
    let arms = arms.chain(result.summary.iter_mut().map(|s| &mut s.arm));
    for one in arms.chain(result.plan.order.iter_mut()) {
        *one = arm;
    }
}

/// One result of both halves.
fn joined(mut before: RunResult, after: RunResult) -> RunResult {
    let (samples, blocks) = (before.samples.len() as u64, before.plan.runs);
    before.plan.around = true;
    // One can't be stopped before the other has begun.
    before.plan.looks = Some(Looks::one(before.plan.runs));
    before.judgements.clear();
    before.plan.order.extend(after.plan.order);
    before.subjects.extend(after.subjects);
    before.summary.extend(after.summary);
    before
        .samples
        .extend(after.samples.into_iter().map(|mut sample| {
            sample.index += samples;
            sample.block += blocks;
            sample
        }));
    before.exclusions = summary::exclusion_counts(&before.samples);
    for warning in after.warnings {
        if !before.warnings.contains(&warning) {
            before.warnings.push(warning);
        }
    }
    before.ending = after.ending;
    before
}
