//! Progress on standard error: one calm bar on a terminal, a few plain lines elsewhere, nothing if asked to be quiet.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::bench::events::Event;
use crate::config::Lang;
use crate::results::{Arm, Exclusion};
use crate::stats::{self, Looks, median};

use super::ascii::ascii;
use super::figure;
use super::layout::clean;
use super::style::Style;
use super::text::Text;

/// Off a terminal a run of any length says about this many lines.
const LINES: usize = 10;
/// One measurement of several says about so many.
const LINES_OF_PART: usize = 3;
/// Past so many ratios the interval takes longer than a start may wait: it is found at every tenth alone.
const RATIOS: usize = 2_500;
const WORTH_SAYING: Duration = Duration::from_millis(100);

/// Shows the events of one run.
pub struct Progress {
    text: Text,
    out: Output,
    ascii: bool,
    /// Which measurement of several it is: what it is like is the same for all, and not said.
    part: Option<String>,
    begun: Option<Instant>,
    settled: bool,
    cold_ms: BTreeMap<Arm, Vec<f64>>,
    excluded: usize,
    look_at: Option<usize>,
    /// The level of intervals: that of several looks, as soon as one is known of.
    alpha: f64,
    change: Option<String>,
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
        let style = Style::for_stderr();
        let out = if quiet {
            Output::Quiet
        } else if style.animation {
            Output::Bar(bar(ProgressDrawTarget::stderr()), stderr)
        } else {
            Output::Lines(stderr)
        };
        Self::with(out, lang, style.ascii)
    }

    fn with(out: Output, lang: Lang, ascii: bool) -> Self {
        Self {
            text: Text(lang),
            out,
            ascii,
            part: None,
            begun: None,
            settled: false,
            cold_ms: BTreeMap::new(),
            excluded: 0,
            look_at: None,
            alpha: Looks::one(0).alpha,
            change: None,
            said: BTreeSet::new(),
        }
    }

    /// Shows what happened.
    pub fn on(&mut self, event: Event) {
        match event {
            Event::Warmup { .. } if self.part.is_some() => {}
            Event::Warmup { arm } => {
                let message = self.text.first_start(arm);
                match &self.out {
                    Output::Bar(bar, _) => {
                        bar.set_message(self.signs(&message));
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
                if look_at.is_some() {
                    self.alpha = Looks::standard().alpha;
                }
                self.start(done, total, arm, cold_ms);
            }
            Event::Looked {
                look,
                of,
                starts,
                decided,
            } => {
                let mut line = self.text.looked(look, of, starts, decided);
                if let Some(change) = &self.change {
                    line = format!("{line}; {change}");
                }
                self.line(&line);
            }
            Event::Excluded { arm, reason } => self.exclude(arm, reason),
            Event::Part {
                without,
                number,
                of,
            } => self.part(without.as_deref(), number, of),
            Event::PartsDone => {
                self.part = None;
                if let Output::Bar(bar, _) = &self.out {
                    bar.finish_and_clear();
                }
            }
            Event::Announced(_) if self.part.is_some() => {}
            Event::Announced(note) | Event::Note(note) => {
                let note = self.text.told(&note);
                self.line(&note);
            }
            Event::Restored { function, touch } => {
                let line = self.text.put_back(&function, touch);
                self.line(&line);
            }
            Event::Finished => {
                match (&self.out, &self.part) {
                    (Output::Bar(bar, _), Some(part)) => self.waiting(bar, part),
                    (Output::Bar(bar, _), None) => {
                        bar.finish_and_clear();
                        // The report follows on the same terminal.
                        self.line("");
                    }
                    _ => {}
                }
                self.forget();
            }
        }
    }

    /// On a terminal the line with the bar says it, else a line before those that count.
    fn part(&mut self, without: Option<&str>, number: usize, of: usize) {
        let part = self.text.part(without, number, of);
        if let Output::Bar(bar, _) = &self.out {
            // It may have been cleared before.
            bar.reset();
            self.waiting(bar, &part);
        } else {
            self.line(&self.text.measuring_part(&part));
        }
        self.part = Some(part);
    }

    /// Which measurement it is, until there is something to count.
    fn waiting(&self, bar: &ProgressBar, part: &str) {
        bar.set_style(style(WAITING, self.ascii));
        bar.set_message(self.signs(&clean(&self.text.measuring_part(part))));
        bar.tick();
    }

    /// What follows is another measurement, with medians, a change and a clock of its own.
    fn forget(&mut self) {
        self.begun = None;
        self.cold_ms.clear();
        self.excluded = 0;
        self.look_at = None;
        self.change = None;
    }

    /// Once, as soon as it is known that there is something to wait for.
    fn settled(&mut self, took: Duration, left: usize) {
        let said = std::mem::replace(&mut self.settled, true) || self.part.is_some();
        if said || took < WORTH_SAYING {
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
            bar.set_style(style(COUNTING, self.ascii));
        }
        // The clock runs from the first start that is done: what came before it (staging, first starts) is no measure.
        let elapsed = self.begun.get_or_insert_with(Instant::now).elapsed();
        self.change = self.change(done);
        let mut measured = self.measured().join(", ");
        let ahead = self.ahead(time_left(elapsed, done, total)).join(", ");
        match &self.out {
            Output::Quiet => {}
            Output::Bar(bar, _) => {
                if let Some(part) = &self.part {
                    measured = format!("{}: {measured}", clean(part));
                }
                bar.set_length(total as u64);
                bar.set_prefix(self.signs(&ahead));
                bar.set_message(self.signs(&measured));
                bar.set_position(done as u64);
                bar.tick();
            }
            Output::Lines(_) => {
                let lines = if self.part.is_some() {
                    LINES_OF_PART
                } else {
                    LINES
                };
                if done == total || done.is_multiple_of(total.div_ceil(lines).max(1)) {
                    let what = self.text.cold_starts();
                    let mut line = format!("{what} {done}/{total}: {measured}");
                    if !ahead.is_empty() {
                        line = format!("{line}, {ahead}");
                    }
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

    /// `before 1.80 s`, `after 940 ms`, `change -48% (-52% to -41%)`, `2 not counted`
    fn measured(&self) -> Vec<String> {
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
        parts.extend(self.change.clone());
        if self.excluded > 0 {
            parts.push(self.text.not_counted_count(self.excluded));
        }
        parts
    }

    /// `look at 20`, `up to 40 s left`
    fn ahead(&self, left: Option<u64>) -> Vec<String> {
        let may_end = self.look_at.is_some();
        let look = self.look_at.map(|starts| self.text.next_look(starts));
        let left = left.map(|seconds| self.text.time_left(seconds, may_end));
        look.into_iter().chain(left).collect()
    }

    /// The change so far with its interval, once there is one. It shows what to expect; only looks decide.
    fn change(&self, done: usize) -> Option<String> {
        let (before, after) = (
            self.cold_ms.get(&Arm::Before)?,
            self.cold_ms.get(&Arm::After)?,
        );
        if before.len() * after.len() > RATIOS && !done.is_multiple_of(10) {
            return self.change.clone();
        }
        let change = stats::change(before, after, self.alpha)?;
        let signed = |ratio: f64| figure::signed(ratio - 1.0);
        let (low, high) = change.interval?;
        Some(
            self.text
                .change_so_far(&signed(change.ratio?), &signed(low), &signed(high)),
        )
    }

    fn signs(&self, text: &str) -> String {
        if self.ascii {
            ascii(text)
        } else {
            text.to_owned()
        }
    }

    /// Prints above the bar, if there is one.
    fn line(&mut self, line: &str) {
        // A function's own words must not be able to move the cursor.
        let line: String = line
            .chars()
            .map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
            .collect();
        let line = self.signs(&line);
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

/// What lies ahead beside the bar, what was measured below it: both fit in 80 columns, in Korean too.
const COUNTING: &str = "{bar:24} {pos}/{len}  {prefix}\n{wide_msg}";

/// Words alone until there is something to count.
const WAITING: &str = "{wide_msg}";

fn bar(target: ProgressDrawTarget) -> ProgressBar {
    ProgressBar::with_draw_target(Some(0), target).with_style(style(WAITING, false))
}

fn style(template: &str, ascii: bool) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("both templates are right")
        .progress_chars(if ascii { "=>-" } else { "━╸─" })
}

/// Seconds to go, from the second start on.
fn time_left(elapsed: Duration, done: usize, total: usize) -> Option<u64> {
    let timed = done.checked_sub(1).filter(|timed| *timed > 0)?;
    let left = total.checked_sub(done).filter(|left| *left > 0)?;
    Some((elapsed.as_secs_f64() / timed as f64 * left as f64).ceil() as u64)
}

#[cfg(test)]
mod tests;
