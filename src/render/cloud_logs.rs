//! The reading of `CloudWatch` Logs as it goes on, and what it was in the end: on standard error.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::style::Style;
use super::text::Text;
use crate::config::Lang;

/// Off a terminal there is a line so often.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// What was read so far.
#[derive(Debug, Clone, Default)]
pub struct CloudRead {
    /// By Logs Insights.
    pub insights: bool,
    /// Groups that were begun.
    pub groups: Vec<String>,
    /// Events that were counted, application lines that speak of records too.
    pub events: u64,
    /// Pages, or queries.
    pub pages: u64,
    /// Of messages.
    pub bytes: u64,
    /// How often the pages broke off and were asked for again.
    pub breaks: u64,
    /// Events that came twice and count once.
    pub twice: u64,
    /// Events of other functions in the same group.
    pub of_others: u64,
    /// Rows that Insights doesn't give.
    pub cut: u64,
    /// Bytes that Insights has scanned.
    pub scanned: f64,
    /// What that costs, dollars.
    pub usd: f64,
    /// Since when that is known.
    pub prices_as_of: String,
}

impl CloudRead {
    /// Nothing yet.
    pub fn new(insights: bool) -> Self {
        Self {
            insights,
            ..Self::default()
        }
    }
}

/// Shows it.
pub struct CloudProgress {
    text: Text,
    bar: Option<Arc<Mutex<ProgressBar>>>,
    quiet: bool,
    said: Instant,
}

impl CloudProgress {
    /// As standard error can show it.
    #[expect(clippy::missing_panics_doc, reason = "it cannot panic")]
    pub fn new(quiet: bool, lang: Lang) -> Self {
        let bar = (!quiet && Style::for_stderr().animation).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{spinner} {wide_msg}");
            bar.set_style(style.expect("the template is sound"));
            Arc::new(Mutex::new(bar))
        });
        Self {
            text: Text(lang),
            bar,
            quiet,
            said: Instant::now(),
        }
    }

    /// Somewhere to say why there is a wait.
    pub fn notes(&self) -> impl FnMut(&str) + Send + 'static {
        let (bar, quiet) = (self.bar.clone(), self.quiet);
        move |note| {
            if !quiet {
                line(bar.as_deref(), note);
            }
        }
    }

    /// Says something.
    pub fn say(&self, note: &str) {
        line(self.bar.as_deref(), note);
    }

    /// So much was read of a group; `covered` is from when, up to when, and to when it will be, milliseconds.
    pub fn at(&mut self, group: &str, read: &CloudRead, (from, at, to): (i64, i64, i64)) {
        let share = (at - from).max(0) as f64 / (to - from).max(1) as f64;
        let message = self.text.cloud_so_far(group, read, &minute(at), share);
        match &self.bar {
            Some(bar) => {
                let bar = lock(bar);
                bar.set_message(Style::for_stderr().written(&message));
                bar.tick();
            }
            None if !self.quiet && self.said.elapsed() >= LINE_EVERY => {
                self.said = Instant::now();
                line(None, &message);
            }
            None => {}
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            lock(bar).finish_and_clear();
        }
    }

    /// What was read, what it costs, and the commands that read the rest.
    pub fn conclude(&self, read: &CloudRead, span: (i64, i64), rest: &[String]) {
        if !self.quiet {
            let (from, to) = (minute(span.0), minute(span.1));
            line(None, &self.text.cloud_read(read, &from, &to));
        }
        if !rest.is_empty() {
            line(None, self.text.cloud_go_on());
            for command in rest {
                line(None, &format!("  {command}"));
            }
        }
    }
}

fn lock(bar: &Mutex<ProgressBar>) -> std::sync::MutexGuard<'_, ProgressBar> {
    bar.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn line(bar: Option<&Mutex<ProgressBar>>, text: &str) {
    let text = Style::for_stderr().written(text);
    let write = || drop(writeln!(std::io::stderr(), "{text}"));
    match bar {
        Some(bar) => lock(bar).suspend(write),
        None => write(),
    }
}

/// `2026-11-01 12:00` (UTC).
fn minute(ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    at.strftime("%Y-%m-%d %H:%M").to_string()
}
