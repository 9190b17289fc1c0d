//! What was found, in words. Each room of `inspect` that finds something has its words in a file beside this one, or in
//! `text/`; here they are only looked up.

use unicode_width::UnicodeWidthStr as _;

use super::super::figure;
use super::super::layout::{clean, fit, paragraph};
use super::super::style::{Paint, Style};
use super::super::text::Text;
use crate::inspect::limits::Limit;
use crate::inspect::reach::Reachability;
use crate::inspect::{Anatomy, Evidence, Finding, Inspection, Place, Severity};

/// What belongs to a finding stands below it.
const INDENT: &str = "      ";
/// Less of a path says nothing.
const LEAST_EXAMPLE: usize = 16;

/// A finding in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::render) struct Said {
    /// What it is, as a sentence without its full stop; the subject and the place may be left to it.
    pub(in crate::render) what: String,
    /// What helps; empty where nothing does.
    pub(in crate::render) fix: String,
    /// Commands that do it, each for a line of its own.
    pub(in crate::render) commands: Vec<String>,
}

impl Said {
    /// Both parts.
    pub(in crate::render) fn new(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            fix: fix.into(),
            commands: Vec::new(),
        }
    }
}

/// The words of a finding.
pub(in crate::render) fn said(finding: &Finding, text: Text) -> Said {
    match &finding.evidence {
        Evidence::Bytecode(found) => Said {
            commands: found.commands().to_vec(),
            ..Said::new(text.bytecode(found), text.fix_bytecode(found))
        },
        Evidence::Duplicate(found) => Said::new(text.duplicate(found), text.fix_duplicate(found)),
        Evidence::Limit(limit) => of_limit(limit, text),
        Evidence::Models(found) => Said::new(text.models(found), ""),
        Evidence::Native(found) => {
            Said::new(text.native(found), text.fix_native(found, finding.severity))
        }
        Evidence::Provided(found) => Said::new(text.provided(found), ""),
        Evidence::Reachability(found) => super::reachability::said(found, text),
        Evidence::Unused(found) => Said::new(text.unused(found), text.fix_unused()),
    }
}

fn of_limit(limit: &Limit, text: Text) -> Said {
    match limit {
        Limit::UnzippedTooLarge { is, limit } => Said::new(
            text.unzipped_too_large(
                &figure::bytes(is.saturating_sub(*limit)),
                &figure::bytes(*limit),
            ),
            text.fix_unzipped(),
        ),
        Limit::ZippedTooLarge { is, limit } => Said::new(
            text.zipped_too_large(&figure::bytes(*is), &figure::bytes(*limit)),
            "",
        ),
        Limit::TooManyLayers { is, limit } => {
            Said::new(text.too_many_layers(*is, *limit), text.fix_layers())
        }
        Limit::LeftOut { why, count } => Said::new(text.no_files(*why, *count), ""),
    }
}

/// What it is about; none if that is all that is looked into.
fn subject(finding: &Finding, anatomy: &Anatomy, text: Text) -> Option<String> {
    let (several, of) = (anatomy.parts.len() > 1, clean(&finding.subject));
    match &finding.place {
        Some(Place::Layer { name, .. }) if *name == finding.subject => {
            several.then(|| text.layer_named(&of))
        }
        Some(Place::Layer { name, .. }) if several => {
            Some(format!("{of} ({})", text.layer_named(&clean(name))))
        }
        Some(Place::Task) if finding.subject == anatomy.target => {
            several.then(|| text.the_package().to_owned())
        }
        None if finding.subject == anatomy.target => None,
        _ => Some(of),
    }
}

/// `waste, 4.8 MB`.
fn label(finding: &Finding, text: Text) -> String {
    let severity = text.severity(finding.severity);
    match finding.bytes {
        Some(bytes) => format!("{severity}, {}", figure::bytes(bytes)),
        None => severity.to_owned(),
    }
}

/// What it is about, and what it is.
fn sentence(finding: &Finding, anatomy: &Anatomy, text: Text) -> String {
    let what = said(finding, text).what;
    match subject(finding, anatomy, text) {
        Some(subject) => format!("{subject}: {what}"),
        None => what,
    }
}

/// Some of its files.
pub(in crate::render) fn examples(finding: &Finding) -> String {
    let examples = finding.examples.iter().map(|path| clean(path));
    examples.collect::<Vec<_>>().join(", ")
}

/// What is no longer there: what it was, and no advice.
pub(super) fn gone(inspection: &Inspection, text: Text, style: &Style) -> String {
    let lines = gone_lines(inspection, text);
    let lines = lines
        .iter()
        .map(|line| paragraph("  - ", line, style.width));
    lines.collect()
}

/// The same as sentences; several in the same words are one.
pub(in crate::render) fn gone_lines(inspection: &Inspection, text: Text) -> Vec<String> {
    let (Some(before), Some(diff)) = (&inspection.before, &inspection.diff) else {
        return Vec::new();
    };
    let mut lines: Vec<(Vec<String>, String)> = Vec::new();
    for finding in &diff.gone {
        let (what, about) = (said(finding, text).what, subject(finding, before, text));
        match lines.iter_mut().find(|(_, known)| *known == what) {
            Some((all, _)) => all.extend(about),
            None => lines.push((about.into_iter().collect(), what)),
        }
    }
    let line = |(all, what): (Vec<String>, String)| match all.as_slice() {
        [] => what,
        all => format!("{}: {what}", all.join(", ")),
    };
    lines.into_iter().map(line).collect()
}

/// Findings that are told in the same words, told once: distributions, as a rule, that are all reached in the same way or
/// not at all.
pub(in crate::render) struct Block<'a> {
    /// The largest first.
    pub(in crate::render) findings: Vec<&'a Finding>,
    /// The words.
    pub(in crate::render) said: Said,
}

/// The findings as blocks, each where its first one is.
pub(in crate::render) fn blocks(anatomy: &Anatomy, text: Text) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for finding in &anatomy.findings {
        let said = said(finding, text);
        let is_of_one = matches!(
            &finding.evidence,
            Evidence::Reachability(found) if !matches!(found, Reachability::Unseen { .. })
        );
        let same = |block: &&mut Block<'_>| {
            let first = block.findings[0];
            is_of_one && first.severity == finding.severity && block.said == said
        };
        match blocks.iter_mut().find(same) {
            Some(block) => block.findings.push(finding),
            None => blocks.push(Block {
                findings: vec![finding],
                said,
            }),
        }
    }
    blocks
}

impl Block<'_> {
    /// `waste, 4.8 MB`, of all of them.
    pub(in crate::render) fn label(&self, text: Text) -> String {
        let mut whole = self.findings[0].clone();
        whole.bytes = self.findings.iter().map(|finding| finding.bytes).sum();
        label(&whole, text)
    }

    /// What they are about, and what it is.
    pub(in crate::render) fn sentence(&self, anatomy: &Anatomy, text: Text) -> String {
        match self.findings.as_slice() {
            [only] => sentence(only, anatomy, text),
            all => text.of_each(all.len(), &self.said.what),
        }
    }

    /// `pandas, 4.8 MB`, where there are several, each with some of its files.
    pub(in crate::render) fn items(&self, anatomy: &Anatomy, text: Text) -> Vec<(String, String)> {
        if self.findings.len() == 1 {
            return Vec::new();
        }
        let items = self.findings.iter().map(|finding| {
            let mut line = subject(finding, anatomy, text).unwrap_or_default();
            if let Some(bytes) = finding.bytes {
                line = format!("{line}, {}", figure::bytes(bytes));
            }
            (line, examples(finding))
        });
        items.collect()
    }
}

pub(super) fn findings(anatomy: &Anatomy, text: Text, style: &Style) -> String {
    if anatomy.findings.is_empty() {
        return paragraph("  ", text.nothing_found(), style.width);
    }
    let mut out = String::new();
    let room = style.width.saturating_sub(INDENT.len());
    for block in blocks(anatomy, text) {
        let label = block.label(text);
        let paint = match block.findings[0].severity {
            Severity::Problem => Some(Paint::Red),
            Severity::Waste => Some(Paint::Yellow),
            Severity::Note => None,
        };
        let sentence = block.sentence(anatomy, text);
        let lines = paragraph(INDENT, &format!("{label}: {sentence}"), style.width);
        // The first line stands out.
        let lines = lines.replacen(INDENT, "  ", 1);
        out.push_str(&match paint {
            // It stands at the beginning of the first line.
            Some(paint) => lines.replacen(&label, &style.paint(paint, &label), 1),
            None => lines,
        });
        let items = block.items(anatomy, text);
        for (item, examples) in &items {
            let item = fit(item, room);
            let left = room.saturating_sub(item.width() + 2);
            out.extend([INDENT, &item]);
            if !examples.is_empty() && left >= LEAST_EXAMPLE {
                out.extend(["  ", &style.dim(&fit(examples, left))]);
            }
            out.push('\n');
        }
        let examples = examples(block.findings[0]);
        if items.is_empty() && !examples.is_empty() {
            out.extend([INDENT, &style.dim(&fit(&examples, room)), "\n"]);
        }
        if !block.said.fix.is_empty() {
            let fix = format!("{} {}", text.how_to_fix(), block.said.fix);
            out.push_str(&paragraph(INDENT, &fix, style.width));
        }
        for command in &block.said.commands {
            // Not broken into lines: it is there to be copied.
            out.extend(["        ", &clean(command), "\n"]);
        }
    }
    out
}
