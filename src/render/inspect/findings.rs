//! What was found, in words. Each room of `inspect` that finds something has its words in a file beside this one, or in
//! `text/`; here they are only looked up.

use super::super::figure;
use super::super::layout::{clean, paragraph};
use super::super::style::{Paint, Style};
use super::super::text::Text;
use crate::inspect::limits::Limit;
use crate::inspect::{Anatomy, Evidence, Finding, Place, Severity};

/// A finding in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::render) struct Said {
    /// What it is, as a sentence without its full stop; the subject and the place may be left to it.
    pub(in crate::render) what: String,
    /// What helps; empty where nothing does.
    pub(in crate::render) fix: String,
}

impl Said {
    /// Both parts.
    pub(in crate::render) fn new(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            fix: fix.into(),
        }
    }
}

/// The words of a finding.
pub(in crate::render) fn said(finding: &Finding, text: Text) -> Said {
    match &finding.evidence {
        Evidence::Limit(limit) => of_limit(limit, text),
        Evidence::Reachability(found) => super::reachability::said(found, text),
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

/// What it is about, where more than one part of the function is looked into.
pub(in crate::render) fn subject(finding: &Finding, parts: usize, text: Text) -> String {
    let subject = clean(&finding.subject);
    match &finding.place {
        Some(Place::Layer { name, .. }) if parts > 1 && *name != finding.subject => {
            format!("{subject} ({})", text.layer_named(&clean(name)))
        }
        _ => subject,
    }
}

/// Some of its files.
pub(in crate::render) fn examples(finding: &Finding) -> String {
    let examples = finding.examples.iter().map(|path| clean(path));
    examples.collect::<Vec<_>>().join(", ")
}

pub(super) fn findings(anatomy: &Anatomy, text: Text, style: &Style) -> String {
    if anatomy.findings.is_empty() {
        return paragraph("  ", text.nothing_found(), style.width);
    }
    let mut out = String::new();
    for finding in &anatomy.findings {
        let said = said(finding, text);
        let (sign, paint) = match finding.severity {
            Severity::Problem => (text.severity(finding.severity), Some(Paint::Red)),
            Severity::Waste => (text.severity(finding.severity), Some(Paint::Yellow)),
            Severity::Note => (text.severity(finding.severity), None),
        };
        let subject = subject(finding, anatomy.parts.len(), text);
        let size = finding
            .bytes
            .map_or_else(String::new, |bytes| format!(" ({})", figure::bytes(bytes)));
        let first = format!("  {sign}: ");
        let lines = paragraph(
            &first,
            &format!("{subject}{size}: {}", said.what),
            style.width,
        );
        out.push_str(&match paint {
            // Only the first line has the sign, and it stands at its beginning.
            Some(paint) => lines.replacen(sign, &style.paint(paint, sign), 1),
            None => lines,
        });
        let examples = examples(finding);
        if !examples.is_empty() {
            out.push_str(&style.dim(&paragraph("      ", &examples, style.width)));
        }
        if !said.fix.is_empty() {
            let first = format!("      {} ", text.how_to_fix());
            out.push_str(&paragraph(&first, &said.fix, style.width));
        }
    }
    out
}
