//! Progress on standard error: one calm bar on a terminal, a few plain lines elsewhere, nothing if asked to be quiet.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::bench::events::Event;
use crate::config::Lang;
use crate::results::{Arm, Exclusion};
use crate::stats::median;

use super::figure;
use super::style::Style;
use super::text::Text;

/// Off a terminal a run of any length says about this many lines.
const LINES: usize = 10;
const WORTH_SAYING: Duration = Duration::from_millis(100);

/// Shows the events of one run.
pub struct Progress {
    text: Text,
    out: Output,
    begun: Option<Instant>,
    settled: bool,
    cold_ms: BTreeMap<Arm, Vec<f64>>,
    excluded: usize,
    look_at: Option<usize>,
    said: BTreeSet<(Arm, Exclusion)>,
}

enum Output {
    Quiet,
    Lines(Box<dyn Write + Send>),
    Bar(ProgressBar, Box<dyn Write + Send>),
}

impl Progress {
    /// Progress as standard error can show it.
    pub fn new(quiet: bool, lang: Lang) -> Self {
        let stderr = Box::new(std::io::stderr());
        let out = if quiet {
            Output::Quiet
        } else if Style::for_stderr().animation {
            Output::Bar(bar(ProgressDrawTarget::stderr()), stderr)
        } else {
            Output::Lines(stderr)
        };
        Self::with(out, lang)
    }

    fn with(out: Output, lang: Lang) -> Self {
        Self {
            text: Text(lang),
            out,
            begun: None,
            settled: false,
            cold_ms: BTreeMap::new(),
            excluded: 0,
            look_at: None,
            said: BTreeSet::new(),
        }
    }

    /// Shows what happened.
    pub fn on(&mut self, event: Event) {
        match event {
            Event::Warmup { arm } => {
                let message = self.text.first_start(arm);
                match &self.out {
                    Output::Bar(bar, _) => {
                        bar.set_message(message);
                        bar.tick();
                    }
                    _ => self.line(&message),
                }
            }
            Event::Settled { took, left } => self.settled(took, left),
            Event::Start {
                done,
                total,
                look_at,
                arm,
                cold_ms,
            } => {
                self.look_at = look_at;
                self.start(done, total, arm, cold_ms);
            }
            Event::Looked {
                look,
                of,
                starts,
                decided,
            } => {
                let line = self.text.looked(look, of, starts, decided);
                self.line(&line);
            }
            Event::Excluded { arm, reason } => self.exclude(arm, reason),
            Event::Note(note) => self.line(&note),
            Event::Restored { function, touch } => {
                let line = self.text.put_back(&function, touch);
                self.line(&line);
            }
            Event::Finished => {
                if let Output::Bar(bar, _) = &self.out {
                    bar.finish_and_clear();
                    // The report follows on the same terminal.
                    self.line("");
                }
            }
        }
    }

    /// Once, as soon as it is known that there is something to wait for.
    fn settled(&mut self, took: Duration, left: usize) {
        if std::mem::replace(&mut self.settled, true) || took < WORTH_SAYING {
            return;
        }
        let each = figure::time(took.as_secs_f64() * 1e3, self.text);
        let all = (took.as_secs_f64() * left as f64).ceil() as u64;
        let line = self.text.settling_takes(&each, all);
        self.line(&line);
    }

    fn start(&mut self, done: usize, total: usize, arm: Arm, cold_ms: f64) {
        self.cold_ms.entry(arm).or_default().push(cold_ms);
        if let (None, Output::Bar(bar, _)) = (self.begun, &self.out) {
            bar.set_style(style("{bar:24} {pos}/{len}  {wide_msg}"));
        }
        // The clock runs from the first start that is done: what came before it (staging, first starts) is no measure.
        let elapsed = self.begun.get_or_insert_with(Instant::now).elapsed();
        let message = self.message(time_left(elapsed, done, total));
        match &self.out {
            Output::Quiet => {}
            Output::Bar(bar, _) => {
                bar.set_length(total as u64);
                bar.set_message(message);
                bar.set_position(done as u64);
                bar.tick();
            }
            Output::Lines(_) => {
                if done == total || done.is_multiple_of(total.div_ceil(LINES).max(1)) {
                    let line = format!("{} {done}/{total}: {message}", self.text.cold_starts());
                    self.line(&line);
                }
            }
        }
    }

    /// A reason is explained once; after that it is counted.
    fn exclude(&mut self, arm: Arm, reason: Exclusion) {
        self.excluded += 1;
        if self.said.insert((arm, reason)) {
            let arm = self
                .text
                .arm(arm)
                .map_or_else(String::new, |arm| format!(" ({arm})"));
            let line = format!(
                "{}{arm}: {}",
                self.text.not_counted(),
                self.text.exclusion(reason)
            );
            self.line(&line);
        }
    }

    /// `before 1.80 s, after 0.94 s, 2 not counted, look at 20, up to 40 s left`
    fn message(&self, left: Option<u64>) -> String {
        let mut parts: Vec<String> = self
            .cold_ms
            .iter()
            .map(|(arm, cold_ms)| {
                let median = figure::time(median(cold_ms).unwrap_or_default(), self.text);
                match self.text.arm(*arm) {
                    Some(arm) => format!("{arm} {median}"),
                    None => median,
                }
            })
            .collect();
        if self.excluded > 0 {
            parts.push(self.text.not_counted_count(self.excluded));
        }
        parts.extend(self.look_at.map(|starts| self.text.next_look(starts)));
        let may_end = self.look_at.is_some();
        parts.extend(left.map(|seconds| self.text.time_left(seconds, may_end)));
        parts.join(", ")
    }

    /// Prints above the bar, if there is one.
    fn line(&mut self, line: &str) {
        // A function's own words must not be able to move the cursor.
        let line: String = line
            .chars()
            .map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
            .collect();
        // Standard error may be closed; the run goes on.
        match &mut self.out {
            Output::Quiet => {}
            Output::Lines(out) => {
                let _ = writeln!(out, "{line}");
            }
            Output::Bar(bar, out) => {
                let _ = bar.suspend(|| writeln!(out, "{line}"));
            }
        }
    }
}

/// Words alone until there is something to count.
fn bar(target: ProgressDrawTarget) -> ProgressBar {
    ProgressBar::with_draw_target(Some(0), target).with_style(style("{wide_msg}"))
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("both templates are right")
        .progress_chars("━╸─")
}

/// Seconds to go, from the second start on.
fn time_left(elapsed: Duration, done: usize, total: usize) -> Option<u64> {
    let timed = done.checked_sub(1).filter(|timed| *timed > 0)?;
    let left = total.checked_sub(done).filter(|left| *left > 0)?;
    Some((elapsed.as_secs_f64() / timed as f64 * left as f64).ceil() as u64)
}

#[cfg(test)]
mod tests;
