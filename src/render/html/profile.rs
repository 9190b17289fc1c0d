//! The page of `lambench profile --html`: the figures, what a terminal shows as tables, and the icicle charts.

use super::super::figure;
use super::super::table::Table;
use super::super::text::Text;
use super::icicle::{self, Colours};
use super::page::{self, esc};
use crate::config::Lang;
use crate::profile::{Phase, Recording};

/// What stands on the page besides the charts.
pub(in crate::render) struct ProfilePage<'a> {
    /// Its heading.
    pub(in crate::render) title: &'a str,
    /// What is to be said first.
    pub(in crate::render) lead: &'a [String],
    /// Tables with their headings and what is said below each: suggestions, the plan, what was verified.
    pub(in crate::render) tables: &'a [(&'static str, Table, &'a str)],
    /// What the figures mean, and what could not be seen.
    pub(in crate::render) notes: &'a [String],
    /// The recording.
    pub(in crate::render) recording: &'a Recording,
}

impl ProfilePage<'_> {
    /// The page.
    pub(in crate::render) fn html(&self, lang: Lang) -> String {
        page::page_with(
            self.title,
            &body(self, Text(lang)),
            lang,
            icicle::STYLE,
            icicle::SCRIPT,
        )
    }
}

fn body(said: &ProfilePage, text: Text) -> String {
    let recording = said.recording;
    let mut inside = page::heading(1, said.title);
    for line in said.lead {
        inside.push_str(&page::paragraph("", line));
    }
    inside.push_str(&tiles(recording, text));
    for (title, table, below) in said.tables {
        let shown = page::stacked(table, title) + &page::paragraph("note", below);
        inside.push_str(&page::section("table", 2, title, &shown));
    }
    let colours = Colours::of_all(recording);
    for phase in [Phase::Init, Phase::First] {
        inside.push_str(&icicle::icicle(recording, phase, &colours, text));
    }
    let notes = page::list("", said.notes);
    inside.push_str(&page::section("notes", 2, text.profile_notes(), &notes));
    let foot = page::paragraph("", &text.charted_by(env!("CARGO_PKG_VERSION")));
    format!("<article id=\"profile\">\n{inside}</article>\n<footer>\n{foot}</footer>\n")
}

fn tiles(recording: &Recording, text: Text) -> String {
    let modules = recording
        .modules
        .iter()
        .filter(|module| module.phase == Phase::Init);
    let tiles = [
        Some((text.profile_init(), figure::time(recording.total_ms, text))),
        Some((text.profile_modules(), modules.count().to_string())),
        recording
            .first_ms
            .map(|ms| (text.profile_first(), figure::time(ms, text))),
    ];
    let tiles: Vec<String> = tiles
        .into_iter()
        .flatten()
        .map(|(of, is)| {
            format!(
                "<div class=\"tile alone\"><span class=\"of\">{}</span>\
                 <span class=\"is\"><b>{}</b></span></div>\n",
                esc(of),
                esc(&is)
            )
        })
        .collect();
    format!("<div class=\"tiles\">\n{}</div>\n", tiles.concat())
}
