//! What logs tell, for a terminal: the groups in a table, the figures of the whole, and what there is to know of them.

mod csv;
mod figures;
mod progress;
mod words;

use unicode_width::UnicodeWidthStr as _;

use super::layout::{clean, fields, fit, paragraph};
use super::report::list;
use super::strip::mark;
use super::style::{Paint, Style};
use super::table::render_first;
use super::text::Text;
use crate::config::Lang;
use crate::logs::{Summary, TimeSlots};

pub use csv::logs_csv;
pub use progress::{LogsProgress, logs_amount};

pub(super) use figures::{bucket_table, group_tables, spread_table};
pub(super) use words::{
    about, count, dollars, length, minute, notes, share, slow_starts, span, title, warnings,
};

/// More groups than this are in the JSON and the CSV alone.
const SHOWN: usize = 50;

/// The report.
pub fn logs(summary: &Summary, lang: Lang, style: &Style) -> String {
    let text = Text(lang);
    let whole = &summary.whole;
    let heading = paragraph("", &title(summary, text), style.width);
    let mut out = style.paint(Paint::Bold, heading.trim_end());
    out.push('\n');
    if let Some(span) = span(whole, text) {
        out.push_str(&span);
        out.push('\n');
    }
    let warnings = warnings(summary, text);
    if !warnings.is_empty() {
        out.push('\n');
        out.push_str(&list(text.warnings(), &warnings, style, Paint::Yellow));
    }
    if summary.groups.len() > 1 {
        let shown = &summary.groups[..summary.groups.len().min(SHOWN)];
        let (_, table) = render_first(&group_tables(shown, summary.by, text), style);
        out.extend(["\n", &table]);
        if summary.groups.len() > SHOWN {
            let more = text.more_groups(summary.groups.len() - SHOWN);
            out.push_str(&paragraph("", &more, style.width));
        }
        out.extend(["\n", &style.paint(Paint::Bold, text.all_together()), "\n"]);
    }
    if let Some(table) = spread_table(whole, text) {
        out.extend(["\n", &table.render(style)]);
    }
    if !summary.buckets.is_empty() {
        let (_, table) = render_first(&bucket_table(&summary.buckets, text), style);
        out.extend([
            "\n",
            &style.paint(Paint::Bold, text.over_time()),
            "\n\n",
            &table,
        ]);
    } else if let Some(line) = whole
        .timeline
        .as_ref()
        .and_then(|t| sparkline(t, text, style))
    {
        out.extend(["\n", &line]);
    }
    let about = about(summary, text);
    if !about.is_empty() {
        out.extend(["\n", &fields(&about, style.width)]);
    }
    out.push_str(&slowest(summary, text, style));
    let notes = notes(summary, text);
    if !notes.is_empty() {
        out.push('\n');
        out.push_str(&list(text.to_know(), &notes, style, Paint::Bold));
    }
    out
}

/// The share of cold starts over time in one line, with what it reaches from where to where.
fn sparkline(over: &TimeSlots, text: Text, style: &Style) -> Option<String> {
    let shares: Vec<Option<f64>> = over
        .slots
        .iter()
        .map(|slot| (slot.invokes > 0).then(|| slot.cold as f64 / slot.invokes as f64))
        .collect();
    let most = shares.iter().flatten().copied().fold(0.0, f64::max);
    if !style.strip || shares.len() < 3 || most <= 0.0 || style.width < shares.len() + 4 {
        return None;
    }
    let marks: String = shares
        .iter()
        .map(|share| match share {
            None => ' ',
            // A slot of warm starts alone has a line at its foot: something ran.
            Some(share) if *share <= 0.0 => {
                if style.ascii {
                    '_'
                } else {
                    '▁'
                }
            }
            Some(share) => mark((share / most * 1000.0).ceil() as usize, 1000, style.ascii),
        })
        .collect();
    let heading = text.cold_over_time(&share(most), &length(over.slot_s, text));
    let heading = paragraph("", &heading, style.width);
    Some(format!(
        "{}  {}\n  {}\n",
        style.paint(Paint::Bold, heading.trim_end()) + "\n",
        style.paint(Paint::Yellow, marks.trim_end()),
        ends(over, shares.len()),
    ))
}

/// When the first sign begins, and when the last one ends if there is room for it.
fn ends(over: &TimeSlots, width: usize) -> String {
    let start = minute(&over.start);
    let end = over.end().map(|end| minute(&end)).unwrap_or_default();
    if end.is_empty() || start.width() + 2 + end.width() > width {
        return start;
    }
    let gap = width - start.width() - end.width();
    format!("{start}{}{end}", " ".repeat(gap))
}

fn slowest(summary: &Summary, text: Text, style: &Style) -> String {
    let starts = slow_starts(summary, text);
    if starts.is_empty() {
        return String::new();
    }
    let heading = style.paint(Paint::Bold, text.slowest());
    format!("\n{heading}\n{}", fields(&starts, style.width))
}

/// A name from outside, as it is shown.
fn name_of(name: &str, text: Text) -> String {
    match name {
        "" => text.no_name().to_owned(),
        "-" => text.standard_input().to_owned(),
        name => clean(name),
    }
}

/// `text` in at most `width` columns, cut in its middle: what tells functions and streams apart stands at either end.
fn middle(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let half = width / 2;
    let end: String = text.chars().rev().take(half.saturating_sub(1)).collect();
    let end: String = end.chars().rev().collect();
    fit(text, width.saturating_sub(end.width())) + &end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_both_ends() {
        let stream = "2026/11/01/[$LATEST]0123456789abcdef0123456789abcdef";
        assert_eq!(middle(stream, 52), stream);
        assert_eq!(middle(stream, 24), "2026/11/01/[…56789abcdef");
    }
}
