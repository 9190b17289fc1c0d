//! What was found, in words. Each room of `inspect` that finds something has its words in a file beside this one, or in
//! `text/`; here they are only looked up.

use super::super::figure;
use super::super::layout::{clean, fit, paragraph};
use super::super::style::{Paint, Style};
use super::super::text::Text;
use crate::inspect::limits::Limit;
use crate::inspect::{Anatomy, Evidence, Finding, Inspection, Place, Severity};

/// What belongs to a finding stands below it.
const INDENT: &str = "      ";

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
pub(in crate::render) fn label(finding: &Finding, text: Text) -> String {
    let severity = text.severity(finding.severity);
    match finding.bytes {
        Some(bytes) => format!("{severity}, {}", figure::bytes(bytes)),
        None => severity.to_owned(),
    }
}

/// What it is about, and what it is.
pub(in crate::render) fn sentence(finding: &Finding, anatomy: &Anatomy, text: Text) -> String {
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
    let (Some(before), Some(diff)) = (&inspection.before, &inspection.diff) else {
        return String::new();
    };
    let gone = diff.gone.iter();
    gone.map(|finding| paragraph("  - ", &sentence(finding, before, text), style.width))
        .collect()
}

pub(super) fn findings(anatomy: &Anatomy, text: Text, style: &Style) -> String {
    if anatomy.findings.is_empty() {
        return paragraph("  ", text.nothing_found(), style.width);
    }
    let mut out = String::new();
    for finding in &anatomy.findings {
        let said = said(finding, text);
        let label = label(finding, text);
        let paint = match finding.severity {
            Severity::Problem => Some(Paint::Red),
            Severity::Waste => Some(Paint::Yellow),
            Severity::Note => None,
        };
        let sentence = sentence(finding, anatomy, text);
        let lines = paragraph(INDENT, &format!("{label}: {sentence}"), style.width);
        // The first line stands out.
        let lines = lines.replacen(INDENT, "  ", 1);
        out.push_str(&match paint {
            // It stands at the beginning of the first line.
            Some(paint) => lines.replacen(&label, &style.paint(paint, &label), 1),
            None => lines,
        });
        let examples = examples(finding);
        if !examples.is_empty() {
            let examples = fit(&examples, style.width.saturating_sub(INDENT.len()));
            out.extend([INDENT, &style.dim(&examples), "\n"]);
        }
        if !said.fix.is_empty() {
            let fix = format!("{} {}", text.how_to_fix(), said.fix);
            out.push_str(&paragraph(INDENT, &fix, style.width));
        }
        for command in &said.commands {
            // Not broken into lines: it is there to be copied.
            out.extend(["        ", &clean(command), "\n"]);
        }
    }
    out
}
