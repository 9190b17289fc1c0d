//! Every cold start as a small histogram under the table: a line for each arm, on one axis.

use unicode_width::UnicodeWidthStr as _;

use crate::compare::Metric;
use crate::cost::Prices;
use crate::results::{Arm, RunResult};

use super::figure;
use super::style::{Paint, Style};
use super::text::Text;

/// From few to many.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const SIGNS: [char; 5] = ['.', ':', '+', '*', '#'];
/// Narrower than this nothing can be told apart; wider, a bin holds hardly one start.
const NARROWEST: usize = 24;
const WIDEST: usize = 72;
/// Fewer are better read in the table.
const FEWEST: usize = 3;

/// The picture with its scale; nothing where it isn't wanted, doesn't fit, or has nothing to show.
pub(super) fn strip(result: &RunResult, text: Text, style: &Style) -> String {
    let rows = rows(result, text);
    let all = || rows.iter().flat_map(|(_, _, cold_ms)| cold_ms);
    let low = all().copied().fold(f64::INFINITY, f64::min);
    let high = all().copied().fold(0.0, f64::max);
    let widest = rows.iter().map(|(_, name, _)| name.width()).max();
    let margin = widest.unwrap_or(0) + 4;
    let columns = style.width.saturating_sub(margin + 1).min(WIDEST);
    let few = all().count() < FEWEST || low >= high;
    if !style.strip || few || columns < NARROWEST {
        return String::new();
    }
    let bins: Vec<Vec<usize>> = rows
        .iter()
        .map(|(_, _, cold_ms)| histogram(cold_ms, (low, high), columns))
        .collect();
    let most = bins.iter().flatten().copied().max().unwrap_or(1);
    let mut out = style.paint(Paint::Bold, text.strip_heading());
    out.push('\n');
    for ((arm, name, _), bins) in rows.iter().zip(&bins) {
        let gap = " ".repeat(margin - 2 - name.width());
        let marks: String = bins.iter().map(|&n| mark(n, most, style.ascii)).collect();
        let marks = match arm {
            Arm::Before => style.paint(Paint::Yellow, marks.trim_end()),
            Arm::After | Arm::Only => style.paint(Paint::Green, marks.trim_end()),
        };
        out.extend(["  ", name.as_str(), &gap, &marks, "\n"]);
    }
    out.push_str(&" ".repeat(margin));
    out.push_str(&scale((low, high), columns, text));
    out.push('\n');
    out
}

/// Arms with their accepted cold starts, in ms.
fn rows(result: &RunResult, text: Text) -> Vec<(Arm, String, Vec<f64>)> {
    let prices = Prices::builtin();
    [Arm::Before, Arm::After, Arm::Only]
        .into_iter()
        .filter_map(|arm| {
            let subject = result.subject(arm)?;
            let cold_ms = Metric::ColdStart.figures(&result.samples, subject, &prices);
            let name = text.arm(arm).unwrap_or_default().to_owned();
            (!cold_ms.is_empty()).then_some((arm, name, cold_ms))
        })
        .collect()
}

fn histogram(cold_ms: &[f64], (low, high): (f64, f64), columns: usize) -> Vec<usize> {
    let mut bins = vec![0; columns];
    for ms in cold_ms {
        let at = (ms - low) / (high - low) * columns as f64;
        bins[(at as usize).min(columns - 1)] += 1;
    }
    bins
}

/// One start is always seen; the fullest bin of both arms is the highest.
pub(super) fn mark(n: usize, most: usize, ascii: bool) -> char {
    let marks: &[char] = if ascii { &SIGNS } else { &BLOCKS };
    match n {
        0 => ' ',
        n => marks[(n * marks.len()).div_ceil(most.max(1)) - 1],
    }
}

/// Both ends and the middle, each below its place.
fn scale((low, high): (f64, f64), columns: usize, text: Text) -> String {
    let written = figure::times(&[low, f64::midpoint(low, high), high], text);
    let [left, middle, right] = written.as_slice() else {
        return String::new();
    };
    let pad = |used: usize, until: usize| " ".repeat(until.saturating_sub(used));
    let mut line = left.clone();
    let starts = (columns / 2).saturating_sub(middle.width() / 2);
    if line.width() + 2 <= starts {
        line.push_str(&pad(line.width(), starts));
        line.push_str(middle);
    }
    line.push_str(&pad(line.width(), columns.saturating_sub(right.width())));
    if !line.ends_with(' ') {
        line.push(' ');
    }
    line + right
}

#[cfg(test)]
mod tests;
