//! How far the reading is, on a terminal: bytes, speed, time left.

use std::io::Write as _;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::style::Style;
use super::super::text::{Text, s_of};
use crate::config::Lang;
use crate::logs::Amount;

/// A line that is redrawn; nothing off a terminal, or if asked to be quiet.
pub struct LogsProgress {
    bar: Option<ProgressBar>,
    total: Option<u64>,
    begun: Instant,
    text: Text,
    style: Style,
}

impl LogsProgress {
    /// `total` is the bytes that there are, where that is known.
    #[expect(clippy::missing_panics_doc, reason = "it cannot panic")]
    pub fn new(total: Option<u64>, quiet: bool, lang: Lang) -> Self {
        let style = Style::for_stderr();
        let shown = style.animation && !quiet;
        let template = if total.is_some() {
            "{bar:24} {wide_msg}"
        } else {
            "{wide_msg}"
        };
        let bar = shown.then(|| {
            ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr()).with_style(
                ProgressStyle::with_template(template)
                    .expect("both templates are right")
                    .progress_chars(if style.ascii { "=>-" } else { "━╸─" }),
            )
        });
        Self {
            bar,
            total,
            begun: Instant::now(),
            text: Text(lang),
            style,
        }
    }

    /// So many bytes are read.
    pub fn at(&mut self, bytes: u64) {
        let Some(bar) = self.bar.as_ref().filter(|_| bytes > 0) else {
            return;
        };
        let seconds = self.begun.elapsed().as_secs_f64();
        let speed = bytes as f64 / seconds.max(1e-3);
        let left = self.total.map(|total| {
            let left = total.saturating_sub(bytes) as f64 / speed;
            (amount(total), left.ceil() as u64)
        });
        let message = self
            .text
            .reading(&amount(bytes), &amount(speed as u64), left);
        bar.set_message(self.style.written(&message));
        bar.set_position(bytes);
    }

    /// It is over: the line goes, and what was read in which time stays.
    pub fn finish(&mut self, bytes: u64) {
        let Some(bar) = self.bar.take() else { return };
        bar.finish_and_clear();
        let seconds = self.begun.elapsed().as_secs_f64();
        let speed = bytes as f64 / seconds.max(1e-3);
        let message = self
            .text
            .read_in(&amount(bytes), seconds, &amount(speed as u64));
        // Standard error may be closed.
        let _ = writeln!(std::io::stderr(), "{}", self.style.written(&message));
    }
}

/// What was read, for an error: `3 files (1.20 GB)`.
pub fn logs_amount(read: &Amount) -> String {
    let s = s_of(read.sources);
    format!("{} source{s} ({})", read.sources, amount(read.bytes))
}

/// Bytes as disks and networks count them.
pub(super) fn amount(bytes: u64) -> String {
    let n = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} KB", n / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n / 1e6),
        _ => format!("{:.2} GB", n / 1e9),
    }
}
