//! The page of `lambench inspect --html`: what the terminal says, a map of the package, and its folders to open.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::figure::{self, Tone};
use super::super::inspect as said;
use super::super::json::pretty;
use super::super::layout::clean;
use super::super::table::{Table, TableRow};
use super::super::text::Text;
use super::page::{self, esc};
use super::treemap::{self, Box};
use crate::config::Lang;
use crate::inspect::kinds::Kind;
use crate::inspect::tree::{Is, Node};
use crate::inspect::{Anatomy, Inspection, Severity};

/// The colours of kinds come after those of bars.
const FIRST_COLOUR: usize = 11;

/// The page.
pub fn inspect_html(inspection: &Inspection, lang: Lang) -> String {
    let text = Text(lang);
    let anatomy = &inspection.anatomy;
    let title = said::title(inspection, text);
    let mut inside = page::heading(1, &title);
    inside.push_str(&page::paragraph(
        "when",
        &said::about(anatomy).unwrap_or_default(),
    ));
    let unread = page::list("", &said::unread(anatomy, text));
    inside.push_str(&page::section("warnings", 2, text.warnings(), &unread));
    if let Some(diff) = &inspection.diff {
        let title = text.changed_heading();
        let mut tables = page::table(&said::changed_sizes(diff, text), title, &[]);
        match said::changed_distributions(diff, text) {
            Some(table) => tables.push_str(&page::table(&table, title, &[])),
            None => tables.push_str(&page::paragraph("", text.nothing_changed())),
        }
        inside.push_str(&page::section("table", 2, title, &tables));
        let kinds = said::changed_kinds(diff, text);
        let title = text.changed_kinds_heading();
        let kinds = kinds.map(|table| page::table(&table, title, &[]));
        inside.push_str(&page::section(
            "table",
            2,
            title,
            &kinds.unwrap_or_default(),
        ));
        let gone = page::list("", &said::gone_lines(inspection, text));
        inside.push_str(&page::section("gone", 2, text.gone_heading(), &gone));
    }
    let limits = page::table(&limits(anatomy, text), text.limits_heading(), &[]);
    inside.push_str(&page::section("table", 2, text.limits_heading(), &limits));
    inside.push_str(&page::section(
        "findings",
        2,
        text.findings_heading(),
        &findings(anatomy, text),
    ));
    if let Some(before) = &inspection.before {
        inside.push_str(&map(before, "before", Some(text.before_title()), text));
        inside.push_str(&map(anatomy, "after", Some(text.after_title()), text));
    } else {
        inside.push_str(&map(anatomy, "of", None, text));
        let kinds = page::table(&said::kinds(anatomy, text), text.kinds_heading(), &[]);
        inside.push_str(&page::section("table", 2, text.kinds_heading(), &kinds));
    }
    inside.push_str(&page::section(
        "data",
        2,
        text.data_title(),
        &download(inspection, text),
    ));
    let foot = page::paragraph("", &text.inspected_by(&inspection.lambench_version));
    let body = format!("<article id=\"inspect\">\n{inside}</article>\n<footer>\n{foot}</footer>\n");
    page::page(&title, &body, lang)
}

fn limits(anatomy: &Anatomy, text: Text) -> Table {
    let rows = said::used(anatomy, text).into_iter().map(|used| TableRow {
        cells: vec![
            used.what.to_owned(),
            used.of.clone(),
            used.percent(),
            used.note.to_owned(),
        ],
        part: false,
        tone: if used.strict && used.share > 1.0 {
            Tone::Worse
        } else {
            Tone::Neutral
        },
    });
    Table {
        rows: rows.collect(),
        titles: [
            text.limit_title(),
            text.used_title(),
            text.share_title(),
            "",
        ]
        .map(str::to_owned)
        .to_vec(),
    }
}

fn findings(anatomy: &Anatomy, text: Text) -> String {
    if anatomy.findings.is_empty() {
        return page::paragraph("", text.nothing_found());
    }
    let mut items = String::new();
    for block in said::blocks(anatomy, text) {
        let class = match block.findings[0].severity {
            Severity::Problem => "bad",
            Severity::Waste => "open",
            Severity::Note => "told",
        };
        let _ = write!(
            items,
            "<li class=\"{class}\"><b>{}</b>: {}",
            esc(&block.label(text)),
            esc(&block.sentence(anatomy, text))
        );
        let each = block.items(anatomy, text);
        let next_line = if each.is_empty() { "<br/>" } else { "" };
        if each.is_empty() {
            let examples = said::examples(block.findings[0]);
            if !examples.is_empty() {
                let _ = write!(items, "<br/><span class=\"note\">{}</span>", esc(&examples));
            }
        } else {
            items.push_str("<ul>");
            for (item, examples) in each {
                let _ = write!(
                    items,
                    "<li>{} <span class=\"note\">{}</span></li>",
                    esc(&item),
                    esc(&examples)
                );
            }
            items.push_str("</ul>");
        }
        let fix = &block.said.fix;
        if !fix.is_empty() {
            let _ = write!(items, "{next_line}{} {}", esc(text.how_to_fix()), esc(fix));
        }
        for command in &block.said.commands {
            let _ = write!(items, "<br/><code>{}</code>", esc(command));
        }
        items.push_str("</li>\n");
    }
    format!("<ul class=\"found\">\n{items}</ul>\n")
}

/// The map of a package, its legend, and its folders to open.
fn map(anatomy: &Anatomy, id: &str, of: Option<&str>, text: Text) -> String {
    let whole = anatomy.tree.sum.bytes;
    let mut links = Links {
        id,
        next: 0,
        text,
        whole,
    };
    let boxes: Vec<Box> = anatomy
        .tree
        .children
        .iter()
        .map(|node| links.boxed(node, ""))
        .collect();
    let title = match of {
        Some(of) => format!("{}: {of}, {}", text.map_title(), clean(&anatomy.target)),
        None => text.map_title().to_owned(),
    };
    let drawing = treemap::draw(&format!("map-{id}"), &title, text.map_note(), &boxes);
    let legend: Vec<(usize, String)> = anatomy
        .kinds
        .iter()
        .map(|of| {
            let line = format!("{} {}", text.kind(of.kind), figure::bytes(of.sum.bytes));
            (colour(of.kind), line)
        })
        .collect();
    let mut below = page::legend(&legend);
    below.push_str(&page::paragraph("note", text.map_note()));
    let mut out = page::figure(2, &title, &drawing, &below);
    links.next = 0;
    let folders: String = anatomy
        .tree
        .children
        .iter()
        .map(|node| links.listed(node))
        .collect();
    out.push_str(&page::section("folders", 2, text.folders_title(), &folders));
    out
}

fn colour(kind: Kind) -> usize {
    FIRST_COLOUR + kind as usize
}

/// Distributions of the map and of the list, numbered in the same order.
struct Links<'a> {
    id: &'a str,
    next: usize,
    text: Text,
    whole: u64,
}

impl Links<'_> {
    fn link(&mut self, node: &Node) -> String {
        if !matches!(node.is, Is::Distribution | Is::Own | Is::Rest) {
            return String::new();
        }
        self.next += 1;
        format!("{}-{}", self.id, self.next)
    }

    fn says(&self, name: &str, node: &Node) -> String {
        let bytes = node.sum.bytes;
        format!(
            "{name}: {}, {}",
            figure::bytes(bytes),
            said::part_of(bytes, self.whole)
        )
    }

    /// `around` is the path of what it lies in.
    fn boxed(&mut self, node: &Node, around: &str) -> Box {
        let name = said::name(node, self.text);
        let path = match node.is {
            Is::Folder | Is::File => format!("{around}{name}"),
            Is::Distribution | Is::Own | Is::Part => format!("{name} / "),
            Is::Rest | Is::Whole => name.clone(),
        };
        let is_top = !matches!(node.is, Is::Folder | Is::File) && around.is_empty()
            || matches!(node.is, Is::Distribution | Is::Own);
        let link = if is_top {
            self.link(node)
        } else {
            String::new()
        };
        let says = match node.is {
            Is::Folder | Is::File => self.says(&path, node),
            _ => self.says(&name, node),
        };
        // What the parts of a function hold is at the top as well.
        let around = if node.is == Is::Part {
            ""
        } else {
            path.as_str()
        };
        let inside = node
            .children
            .iter()
            .map(|child| self.boxed(child, around))
            .collect();
        let class = node
            .kind
            .map_or_else(|| "p1".to_owned(), |kind| format!("p{}", colour(kind)));
        Box {
            name,
            says,
            class,
            size: node.sum.bytes as f64,
            link,
            inside,
        }
    }

    fn listed(&mut self, node: &Node) -> String {
        if node.is == Is::Part {
            let name = said::name(node, self.text);
            let heading = page::heading(3, &self.says(&name, node));
            let inside: String = node
                .children
                .iter()
                .map(|child| self.listed(child))
                .collect();
            return format!("{heading}{inside}");
        }
        let link = self.link(node);
        let line = esc(&self.says(&said::name(node, self.text), node));
        if node.children.is_empty() {
            return format!("<p class=\"alone\" id=\"{link}\">{line}</p>\n");
        }
        let inside = self.items(&node.children);
        format!("<details id=\"{link}\"><summary>{line}</summary>\n{inside}</details>\n")
    }

    fn items(&self, nodes: &[Node]) -> String {
        let mut items = String::new();
        for node in nodes {
            let line = esc(&self.says(&said::name(node, self.text), node));
            let inside = if node.children.is_empty() {
                String::new()
            } else {
                self.items(&node.children)
            };
            let _ = writeln!(items, "<li>{line}{inside}</li>");
        }
        format!("<ul>\n{items}</ul>\n")
    }
}

fn download(inspection: &Inspection, text: Text) -> String {
    let json = pretty(inspection);
    format!(
        "<p><a download=\"lambench-inspect.json\" href=\"data:application/json;base64,{}\">{}</a></p>\n{}",
        STANDARD.encode(&json),
        esc(&text.download(&figure::bytes(json.len() as u64))),
        page::paragraph("note", text.inspect_data_note())
    )
}
