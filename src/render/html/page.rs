//! The page around what it shows: head, style, headings, tables, lists. Well-formed as XML too; everything that comes
//! from outside goes through [`esc`].

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::super::figure::Tone;
use super::super::layout::clean;
use super::super::table::Table;
use crate::config::Lang;
use crate::results::Arm;

/// What tells two sets of figures apart: colour, and shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Series {
    Before,
    After,
}

impl Series {
    pub(super) fn of(arm: Arm) -> Self {
        match arm {
            Arm::Before => Self::Before,
            Arm::After | Arm::Only => Self::After,
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }

    pub(super) fn shape(self) -> &'static str {
        match self {
            Self::Before => "diamond",
            Self::After => "dot",
        }
    }
}

/// Drawn once, used by every mark.
const SHAPES: &str = "<svg class=\"shapes\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>\
<circle id=\"dot\" r=\"3.6\"/><path id=\"diamond\" d=\"M0-4.6L4.6 0L0 4.6L-4.6 0Z\"/>\
<path id=\"x\" d=\"M-3.6-3.6L3.6 3.6M-3.6 3.6L3.6-3.6\"/></defs></svg>\n";

/// Nothing is loaded from anywhere, and nothing runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// A whole page.
pub(super) fn page(title: &str, body: &str, lang: Lang) -> String {
    page_with(title, body, lang, "", "")
}

/// A whole page with more style, and a script of ours: that one runs, and no other.
pub(super) fn page_with(title: &str, body: &str, lang: Lang, style: &str, script: &str) -> String {
    let (policy, script) = if script.is_empty() {
        (POLICY.to_owned(), String::new())
    } else {
        let hash = STANDARD.encode(Sha256::digest(script));
        (
            format!("{POLICY}; script-src 'sha256-{hash}'"),
            format!("<script>{script}</script>\n"),
        )
    };
    let lang = match lang {
        Lang::En => "en",
        Lang::Ko => "ko",
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <title>{}</title>\n<style>\n{}{style}</style>\n</head>\n<body>\n{SHAPES}<main>\n{body}</main>\n{script}</body>\n</html>\n",
        esc(title),
        include_str!("style.css"),
    )
}

/// Text that can be nothing but text, between tags and in quotes.
pub(super) fn esc(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // These would turn around or hide what stands beside them, or are no characters.
            '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{fffe}'
            | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// A heading of a level.
pub(super) fn heading(level: u8, words: &str) -> String {
    format!("<h{level}>{}</h{level}>\n", esc(words))
}

/// A paragraph.
pub(super) fn paragraph(class: &str, words: &str) -> String {
    format!("<p class=\"{class}\">{}</p>\n", esc(words))
}

/// A list; nothing where there is nothing to list.
pub(super) fn list(class: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let items: Vec<String> = lines
        .iter()
        .map(|line| format!("<li>{}</li>\n", esc(line)))
        .collect();
    format!("<ul class=\"{class}\">\n{}</ul>\n", items.concat())
}

/// Labels and what they say.
pub(super) fn fields(rows: &[(String, String)]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|(label, value)| {
            format!(
                "<div><dt>{}</dt><dd>{}</dd></div>\n",
                esc(label),
                esc(value)
            )
        })
        .collect();
    format!("<dl>\n{}</dl>\n", rows.concat())
}

/// A part of the page with its heading; nothing where it is empty.
pub(super) fn section(class: &str, level: u8, title: &str, inside: &str) -> String {
    if inside.is_empty() {
        return String::new();
    }
    format!(
        "<section class=\"{class}\">\n{}{inside}</section>\n",
        heading(level, title)
    )
}

/// A drawing with its heading and what there is to say below it.
pub(super) fn figure(level: u8, title: &str, drawing: &str, below: &str) -> String {
    let inside = format!(
        "<figure>\n<div class=\"plot\">\n{drawing}</div>\n<figcaption>\n{below}</figcaption>\n</figure>\n"
    );
    section("figure", level, title, &inside)
}

/// The parts of bars: the box of each, by its number, and what it is.
pub(super) fn legend(lines: &[(usize, String)]) -> String {
    let items: Vec<String> = lines
        .iter()
        .map(|(part, line)| {
            let line = esc(line);
            format!("<li><span class=\"box p{part}\" aria-hidden=\"true\"></span>{line}</li>\n")
        })
        .collect();
    format!("<ul class=\"legend\">\n{}</ul>\n", items.concat())
}

/// A mark and what it stands for.
pub(super) fn key(shape: &str, class: &str, words: &str) -> String {
    format!(
        "<span><svg class=\"sample\" width=\"12\" height=\"12\" aria-hidden=\"true\">\
         <use class=\"{class}\" href=\"#{shape}\" x=\"6\" y=\"6\"/></svg> {}</span>\n",
        esc(words)
    )
}

/// How far a figure may be off stays in one piece where the cell is broken into lines.
fn cell_words(cell: &str) -> String {
    let at = [" ± ", " ("]
        .iter()
        .filter_map(|mark| cell.find(mark))
        .min();
    match at {
        Some(at) if cell.ends_with(['%', ')']) && cell.contains('%') => {
            let (figure, off) = cell.split_at(at);
            format!("{} <span class=\"off\">{}</span>", esc(figure), esc(off))
        }
        _ => esc(cell),
    }
}

/// A table that scrolls by itself where it is too wide; `links` are where the names of its rows lead, if anywhere.
pub(super) fn table(table: &Table, caption: &str, links: &[String]) -> String {
    table_with(table, caption, links, false)
}

/// A table of too many columns for a telephone: there each row is a list of its cells.
pub(super) fn stacked(table: &Table, caption: &str) -> String {
    table_with(table, caption, &[], true)
}

fn table_with(table: &Table, caption: &str, links: &[String], stacked: bool) -> String {
    let mut out = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">\n<table class=\"{1}\">\n\
         <caption>{0}</caption>\n<thead><tr>",
        esc(caption),
        // Its last column says less than the others.
        if table.titles.last().is_some_and(|title| title == "n") {
            "tested"
        } else if stacked {
            "stacked"
        } else {
            "plain"
        }
    );
    for title in &table.titles {
        let _ = write!(out, "<th scope=\"col\">{}</th>", esc(title));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for (i, row) in table.rows.iter().enumerate() {
        let class = match (row.part, row.tone) {
            (true, Tone::Better) => "part better",
            (true, Tone::Worse) => "part worse",
            (true, Tone::Neutral) => "part",
            (false, Tone::Better) => "better",
            (false, Tone::Worse) => "worse",
            (false, Tone::Neutral) => "whole",
        };
        let _ = write!(out, "<tr class=\"{class}\">");
        for (column, cell) in row.cells.iter().enumerate() {
            let cell = cell_words(cell);
            let _ = match (column, links.get(i)) {
                (0, Some(link)) => {
                    write!(
                        out,
                        "<th scope=\"row\"><a href=\"#{}\">{cell}</a></th>",
                        esc(link)
                    )
                }
                (0, None) => write!(out, "<th scope=\"row\">{cell}</th>"),
                _ if stacked => {
                    let of = esc(&table.titles[column]);
                    write!(out, "<td data-of=\"{of}\">{cell}</td>")
                }
                _ => write!(out, "<td>{cell}</td>"),
            };
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
    out
}
