//! Who loaded whom, with times: every module that is worth a line, below the one whose initialising loaded it first.

use unicode_width::UnicodeWidthStr as _;

use super::super::figure;
use super::super::layout::{clean, fit};
use super::super::style::{Paint, Style};
use super::super::text::Text;
use crate::profile::tree::Tree;
use crate::profile::{Phase, Recording};

/// Less than this share of the whole has no line of its own.
const LEAST: f64 = 0.02;
/// Deeper than this nobody looks.
const DEEPEST: usize = 5;

struct Shown<'r> {
    recording: &'r Recording,
    tree: Tree,
}

/// The lines, each with the time of the module and of all that it has loaded.
pub(super) fn tree(recording: &Recording, text: Text, style: &Style) -> String {
    let shown = Shown {
        recording,
        tree: Tree::of(recording, Phase::Init),
    };
    let mut lines = Vec::new();
    shown.add(&shown.tree.roots, "", 0, &mut lines, text);
    let widest = lines
        .iter()
        .map(|(name, _)| name.width())
        .max()
        .unwrap_or(0);
    let most = style.width.saturating_sub(14).max(20);
    let widest = widest.min(most);
    let mut out = String::new();
    for (name, took) in lines {
        let name = fit(&name, most);
        let gap = " ".repeat(widest.saturating_sub(name.width()));
        let took = style.paint(Paint::Bold, &format!("{took:>10}"));
        let line = format!("  {name}{gap}  {took}");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

impl Shown<'_> {
    fn add(
        &self,
        children: &[usize],
        indent: &str,
        depth: usize,
        lines: &mut Vec<(String, String)>,
        text: Text,
    ) {
        let least = self.recording.total_ms * LEAST;
        let mut shown: Vec<usize> = children.to_vec();
        shown.sort_by(|&a, &b| self.tree.total_ms[b].total_cmp(&self.tree.total_ms[a]));
        let small = shown.iter().filter(|&&n| self.tree.total_ms[n] < least);
        let (small, rest) = small.fold((0, 0.0), |(n, ms), &at| {
            (n + 1, ms + self.tree.total_ms[at])
        });
        shown.retain(|&n| self.tree.total_ms[n] >= least);
        let has_rest = small > 0 && rest >= least;
        for (i, &n) in shown.iter().enumerate() {
            let last = i + 1 == shown.len() && !has_rest;
            let (branch, next) = match (depth, last) {
                (0, _) => ("", ""),
                (_, true) => ("└─ ", "   "),
                (_, false) => ("├─ ", "│  "),
            };
            let name = format!("{indent}{branch}{}", clean(&self.recording.modules[n].name));
            lines.push((name, figure::time(self.tree.total_ms[n], text)));
            if depth < DEEPEST {
                let indent = format!("{indent}{next}");
                self.add(&self.tree.children[n], &indent, depth + 1, lines, text);
            }
        }
        if has_rest && !(depth == 0 && shown.is_empty()) {
            let branch = if depth == 0 { "" } else { "└─ " };
            let said = text.below_it(small, &figure::time(rest, text));
            lines.push((format!("{indent}{branch}{said}"), String::new()));
        }
    }
}
