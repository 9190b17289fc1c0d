//! Where init spends its time, and what loading less of it would save: tables, notes and a tree for a terminal, and JSON.

mod notes;
mod site;
mod tables;
mod tree;

use crate::config::Lang;
use crate::profile::{Language, NOTICEABLE_MS, Phase, Profile, Suggestion};
use crate::results::EndpointKind;

use super::figure;
use super::html::ProfilePage;
use super::layout::{clean, paragraph};
use super::report::list;
use super::style::{Paint, Style};
use super::table::render_first;
use super::text::Text;
use notes::notes;
use tables::{plan_table, savings_table, together_table, verified_table};

/// Savings below this share of init, and what is not noticeable, are in the JSON alone.
const NOTICEABLE: f64 = 0.005;
/// More rows than this nobody reads.
const MOST_ROWS: usize = 15;

/// The report.
pub fn profile(profile: &Profile, lang: Lang, style: &Style) -> String {
    let text = Text(lang);
    let mut out = style.paint(Paint::Bold, &title(profile, text));
    out.push('\n');
    out.push_str(&paragraph("", &lead(profile, text), style.width));
    let shown = noticeable(profile);
    out.push('\n');
    if shown.is_empty() {
        out.push_str(&paragraph("", text.nothing_to_load_later(), style.width));
    } else {
        out.extend([&style.paint(Paint::Bold, text.savings_heading()), "\n\n"]);
        let tables = [true, false].map(|memory| savings_table(&shown, memory, text));
        out.push_str(&render_first(&tables, style).1);
        if has_star(&shown) {
            out.push_str(&paragraph("", text.star_note(), style.width));
        }
        let more = profile.suggestions.len() - shown.len();
        if more > 0 {
            out.push_str(&paragraph("", &text.and_smaller(more), style.width));
        }
    }
    if !profile.plan.is_empty() {
        let heading = style.paint(Paint::Bold, text.plan_heading());
        out.extend([
            "\n",
            &heading,
            "\n\n",
            &plan_table(profile, text).render(style),
        ]);
        out.push_str(&paragraph("", text.plan_note(), style.width));
    }
    if !profile.together.is_empty() {
        let heading = style.paint(Paint::Bold, text.together_heading());
        let table = together_table(profile, text);
        out.extend(["\n", &heading, "\n\n", &table.render(style)]);
    }
    if profile.verified.iter().any(|one| one.saved_ms.is_some()) {
        let heading = style.paint(Paint::Bold, text.verified_heading());
        let table = verified_table(profile, text);
        out.extend(["\n", &heading, "\n\n", &table.render(style)]);
        out.push_str(&paragraph("", text.verified_note(), style.width));
    }
    out.extend([
        "\n",
        &style.paint(Paint::Bold, text.init_tree_heading()),
        "\n\n",
    ]);
    out.push_str(&tree::tree(&profile.recording, text, style));
    let notes = notes(profile, text);
    if !notes.is_empty() {
        out.push('\n');
        out.push_str(&list(text.profile_notes(), &notes, style, Paint::Bold));
    }
    out.push('\n');
    out.push_str(&paragraph(
        "",
        &text.profile_note(profile.overhead),
        style.width,
    ));
    if profile.endpoint == EndpointKind::Sandbox {
        out.push_str(&paragraph("", text.sandbox_note(), style.width));
    }
    out
}

/// The page of `--html`.
pub fn profile_html(profile: &Profile, lang: Lang) -> String {
    let text = Text(lang);
    let shown = noticeable(profile);
    let mut note = text.profile_note(profile.overhead);
    if has_star(&shown) {
        note = format!("{} {note}", text.star_note());
    }
    let mut tables = Vec::new();
    if !shown.is_empty() {
        let table = savings_table(&shown, true, text);
        tables.push((text.savings_heading(), table, &*note));
    }
    if !profile.plan.is_empty() {
        let table = plan_table(profile, text);
        tables.push((text.plan_heading(), table, text.plan_note()));
    }
    if profile.verified.iter().any(|one| one.saved_ms.is_some()) {
        let table = verified_table(profile, text);
        tables.push((text.verified_heading(), table, text.verified_note()));
    }
    let mut lead = vec![lead(profile, text)];
    if shown.is_empty() {
        lead.push(text.nothing_to_load_later().to_owned());
    }
    let mut notes = notes(profile, text);
    if profile.endpoint == EndpointKind::Sandbox {
        notes.push(text.sandbox_note().to_owned());
    }
    let page = ProfilePage {
        title: &title(profile, text),
        lead: &lead,
        tables: &tables,
        notes: &notes,
        recording: &profile.recording,
    };
    page.html(lang)
}

fn title(profile: &Profile, text: Text) -> String {
    text.profile_title(
        &clean(&profile.target),
        &clean(&profile.recording.handler),
        profile.endpoint == EndpointKind::Sandbox,
    )
}

fn lead(profile: &Profile, text: Text) -> String {
    let recording = &profile.recording;
    let modules = recording.modules.iter();
    let language = match recording.language {
        Language::Python => "Python",
        Language::Node => "Node.js",
    };
    text.loaded(
        modules.filter(|module| module.phase == Phase::Init).count(),
        &figure::time(recording.total_ms, text),
        profile.starts,
        &format!("{language} {}", recording.version),
        profile.memory_mb,
    )
}

/// What saves something.
fn noticeable(profile: &Profile) -> Vec<&Suggestion> {
    let enough = (profile.recording.total_ms * NOTICEABLE).max(NOTICEABLE_MS);
    let suggestions = profile.suggestions.iter();
    suggestions
        .filter(|suggestion| suggestion.saved_ms >= enough)
        .take(MOST_ROWS)
        .collect()
}

/// Whether something in the table is marked.
fn has_star(shown: &[&Suggestion]) -> bool {
    shown.iter().any(|one| one.used_at_init.is_some())
}

#[cfg(test)]
mod tests;
