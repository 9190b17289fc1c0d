//! The tree of a package, with a bar for each entry.

use unicode_width::UnicodeWidthStr as _;

use super::super::figure;
use super::super::layout::fit;
use super::super::style::{Paint, Style};
use super::super::text::Text;
use super::{name, part_of};
use crate::inspect::tree::{Is, Node};

/// Eighths of a column.
const BLOCKS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
/// A bar in a terminal of so many columns has so many.
const BARS: [(usize, usize); 3] = [(100, 24), (72, 16), (56, 8)];
const LEAST_NAME: usize = 12;

/// A share of `columns`, at least something if it is not nothing.
pub(super) fn bar(share: f64, columns: usize, style: &Style) -> String {
    let eighths = (share * columns as f64 * 8.0).round() as usize;
    let eighths = eighths.clamp(usize::from(share > 0.0), columns * 8);
    if style.ascii {
        return "#".repeat(eighths.div_ceil(8));
    }
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(BLOCKS[eighths % 8 - 1]);
    }
    bar
}

pub(super) fn tree(root: &Node, text: Text, style: &Style) -> String {
    let drawn = Drawn {
        whole: root.sum.bytes,
        // Every entry is drawn as a share of the largest, or the small ones could not be told apart.
        largest: root.children.first().map_or(1, |first| first.sum.bytes),
        has_zipped: root.sum.packed_bytes.is_some(),
        bar: BARS
            .into_iter()
            .find(|(width, _)| style.strip && style.width >= *width)
            .map_or(0, |(_, columns)| columns),
        text,
        style,
    };
    let mut out = style.dim(&drawn.titles());
    out.push('\n');
    for child in &root.children {
        drawn.draw(child, "", None, &mut out);
    }
    out
}

struct Drawn<'a> {
    whole: u64,
    largest: u64,
    has_zipped: bool,
    bar: usize,
    text: Text,
    style: &'a Style,
}

impl Drawn<'_> {
    fn titles(&self) -> String {
        let text = self.text;
        let mut line = right(text.unzipped_title(), 9);
        line.push_str(&right(text.share_title(), 8));
        if self.has_zipped {
            line.push_str(&right(text.zipped_title(), 10));
        }
        line
    }

    /// `branch` is what stands before what lies in the same folder; none at the top.
    fn draw(&self, node: &Node, before: &str, branch: Option<bool>, out: &mut String) {
        let bytes = node.sum.bytes;
        let mut line = right(&figure::bytes(bytes), 9);
        line.push_str(&right(&part_of(bytes, self.whole), 8));
        if self.has_zipped {
            let zipped = node
                .sum
                .packed_bytes
                .map_or_else(String::new, figure::bytes);
            line.push_str(&right(&zipped, 10));
        }
        let mut used = line.width();
        if self.bar > 0 {
            let bar = bar(
                bytes as f64 / self.largest.max(1) as f64,
                self.bar,
                self.style,
            );
            let gap = " ".repeat(self.bar - bar.width());
            let bar = match node.is {
                Is::Distribution | Is::Part => self.style.paint(Paint::Green, &bar),
                Is::Own => self.style.paint(Paint::Yellow, &bar),
                _ => self.style.dim(&bar),
            };
            line.extend(["  ", &bar, &gap]);
            used += 2 + self.bar;
        }
        let (fork, below) = match branch {
            None => (String::new(), String::new()),
            Some(last) => {
                let (fork, rest) = self.signs(last);
                (format!("{before}{fork}"), format!("{before}{rest}"))
            }
        };
        let room = self.style.width.saturating_sub(used + 2 + fork.width());
        let name = fit(&name(node, self.text), room.max(LEAST_NAME));
        let name = match node.is {
            Is::Distribution | Is::Part | Is::Own => self.style.paint(Paint::Bold, &name),
            Is::Rest => self.style.dim(&name),
            _ => name,
        };
        out.extend([&line, "  ", &fork, &name, "\n"]);
        for (i, child) in node.children.iter().enumerate() {
            let last = i + 1 == node.children.len();
            self.draw(child, &below, Some(last), out);
        }
    }

    fn signs(&self, last: bool) -> (&'static str, &'static str) {
        match (self.style.ascii, last) {
            (false, false) => ("├ ", "│ "),
            (false, true) => ("└ ", "  "),
            (true, false) => ("|- ", "|  "),
            (true, true) => ("`- ", "   "),
        }
    }
}

fn right(words: &str, width: usize) -> String {
    format!("{}{words}", " ".repeat(width.saturating_sub(words.width())))
}
