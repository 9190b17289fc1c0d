//! What a package is made of, for a terminal: how much of Lambda's limits it uses, the tree, kinds, and what was found.

mod change;
mod findings;
mod limits;
mod reachability;
mod tree;

use super::figure::{self, Tone};
use super::layout::{clean, paragraph};
use super::logs::{count, share};
use super::report::list;
use super::style::{Paint, Style};
use super::table::{Table, TableRow};
use super::text::Text;
use crate::config::Lang;
use crate::inspect::tree::{Is, Node};
use crate::inspect::{Anatomy, Inspection};

pub(super) use change::{changed_distributions, changed_kinds, changed_sizes};
pub(super) use findings::{blocks, examples, gone_lines, said};
pub(super) use limits::used;

/// The report.
pub fn inspect(inspection: &Inspection, lang: Lang, style: &Style) -> String {
    let text = Text(lang);
    let anatomy = &inspection.anatomy;
    let heading = paragraph("", &title(inspection, text), style.width);
    let mut out = style.paint(Paint::Bold, heading.trim_end());
    out.push('\n');
    if let Some(about) = about(anatomy) {
        out.push_str(&style.dim(&about));
        out.push('\n');
    }
    let unread = unread(anatomy, text);
    if !unread.is_empty() {
        out.push('\n');
        out.push_str(&list(text.warnings(), &unread, style, Paint::Yellow));
    }
    if let Some(diff) = &inspection.diff {
        out.extend(["\n", &changed_sizes(diff, text).render(style)]);
        out.push_str(&headed(text.changed_heading(), style));
        match changed_distributions(diff, text) {
            None => out.push_str(&paragraph("", text.nothing_changed(), style.width)),
            Some(table) => out.push_str(&table.render(style)),
        }
        if let Some(table) = changed_kinds(diff, text) {
            out.push_str(&headed(text.changed_kinds_heading(), style));
            out.push_str(&table.render(style));
        }
    }
    out.push_str(&headed(text.limits_heading(), style));
    out.push_str(&limits::limits(anatomy, text, style));
    if inspection.diff.is_none() {
        out.push_str(&headed(text.tree_heading(), style));
        out.push_str(&tree::tree(&anatomy.tree, text, style));
        out.push_str(&headed(text.kinds_heading(), style));
        out.push_str(&kinds(anatomy, text).render(style));
    }
    let gone = findings::gone(inspection, text, style);
    if !gone.is_empty() {
        out.push_str(&headed(text.gone_heading(), style));
        out.push_str(&gone);
    }
    out.push_str(&headed(text.findings_heading(), style));
    out.push_str(&findings::findings(anatomy, text, style));
    out
}

fn headed(heading: &str, style: &Style) -> String {
    format!("\n{}\n\n", style.paint(Paint::Bold, heading))
}

/// What stands at the top.
pub(super) fn title(inspection: &Inspection, text: Text) -> String {
    let anatomy = &inspection.anatomy;
    let unzipped = |of: &Anatomy| figure::bytes(of.limits.unzipped_bytes);
    if let Some(before) = &inspection.before {
        return text.diff_title(
            (&clean(&before.target), &clean(&anatomy.target)),
            (&unzipped(before), &unzipped(anatomy)),
        );
    }
    let files: usize = anatomy.parts.iter().map(|part| part.files).sum();
    let zipped: Option<u64> = anatomy.parts.iter().map(|part| part.zipped_bytes).sum();
    text.inspect_title(
        &clean(&anatomy.target),
        &unzipped(anatomy),
        files,
        zipped.map(figure::bytes).as_deref(),
    )
}

/// What is known of the function, in a line.
pub(super) fn about(anatomy: &Anatomy) -> Option<String> {
    let known = [&anatomy.runtime, &anatomy.handler, &anatomy.architecture];
    let known: Vec<String> = known
        .into_iter()
        .flatten()
        .map(|word| clean(word))
        .collect();
    (!known.is_empty()).then(|| known.join(" · "))
}

/// Layers that are in no figure.
pub(super) fn unread(anatomy: &Anatomy, text: Text) -> Vec<String> {
    let unread = anatomy.unread.iter();
    unread
        .map(|unread| text.unread(&clean(&unread.name), &clean(&unread.why)))
        .collect()
}

/// What a node is called.
pub(super) fn name(node: &Node, text: Text) -> String {
    match node.is {
        Is::Own => text.own_code().to_owned(),
        Is::Rest => text.others(&node.name),
        Is::Part if node.name.is_empty() => text.the_package().to_owned(),
        Is::Part => text.layer_named(&clean(&node.name)),
        Is::Whole | Is::Folder | Is::File => clean(&node.name),
        Is::Distribution => match &node.version {
            Some(version) => format!("{} {}", clean(&node.name), clean(version)),
            None => clean(&node.name),
        },
    }
}

/// By what files are for.
pub(super) fn kinds(anatomy: &Anatomy, text: Text) -> Table {
    let whole = anatomy.limits.unzipped_bytes;
    let has_zipped = anatomy.kinds.iter().all(|of| of.sum.packed_bytes.is_some());
    let rows = anatomy.kinds.iter().map(|of| {
        let mut cells = vec![
            text.kind(of.kind).to_owned(),
            figure::bytes(of.sum.bytes),
            part_of(of.sum.bytes, whole),
        ];
        cells.extend(
            of.sum
                .packed_bytes
                .filter(|_| has_zipped)
                .map(figure::bytes),
        );
        cells.push(count(of.sum.files as u64));
        plain(cells)
    });
    let mut titles = vec![text.kind_title(), text.unzipped_title(), text.share_title()];
    titles.extend(has_zipped.then(|| text.zipped_title()));
    titles.push(text.files_title());
    Table {
        titles: titles.into_iter().map(str::to_owned).collect(),
        rows: rows.collect(),
    }
}

fn plain(cells: Vec<String>) -> TableRow {
    TableRow {
        cells,
        part: false,
        tone: Tone::Neutral,
    }
}

/// A share of the whole.
pub(super) fn part_of(part: u64, whole: u64) -> String {
    share(part as f64 / whole.max(1) as f64)
}

#[cfg(test)]
mod tests;
