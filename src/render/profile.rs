//! Where init spends its time, and what loading less of it would save: tables, notes and a tree for a terminal, and JSON.

mod tree;

use crate::config::Lang;
use crate::profile::{Language, Phase, Profile, Site, Suggestion, Verified};
use crate::results::EndpointKind;

use super::figure::{self, Tone};
use super::html::ProfilePage;
use super::layout::{clean, paragraph};
use super::report::list;
use super::style::{Paint, Style};
use super::table::{Table, TableRow, render_first};
use super::text::Text;

/// Savings below this share of init, and below half a millisecond, are in the JSON alone.
const NOTICEABLE: f64 = 0.005;
const NOTICEABLE_MS: f64 = 0.5;
/// More rows than this nobody reads.
const MOST_ROWS: usize = 15;
const NOT_KNOWN: &str = "?";

/// The JSON of `--json`.
#[expect(clippy::missing_panics_doc, reason = "it cannot panic")]
pub fn profile_json(profile: &Profile) -> String {
    let mut json = serde_json::to_string_pretty(profile).expect("keys are text");
    json.push('\n');
    json
}

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
    let note = text.profile_note(profile.overhead);
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

pub(super) fn title(profile: &Profile, text: Text) -> String {
    text.profile_title(
        &clean(&profile.target),
        &clean(&profile.recording.handler),
        profile.endpoint == EndpointKind::Sandbox,
    )
}

pub(super) fn lead(profile: &Profile, text: Text) -> String {
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
pub(super) fn noticeable(profile: &Profile) -> Vec<&Suggestion> {
    let enough = (profile.recording.total_ms * NOTICEABLE).max(NOTICEABLE_MS);
    let suggestions = profile.suggestions.iter();
    suggestions
        .filter(|suggestion| suggestion.saved_ms >= enough)
        .take(MOST_ROWS)
        .collect()
}

fn row(cells: Vec<String>, tone: Tone) -> TableRow {
    TableRow {
        cells,
        part: false,
        tone,
    }
}

fn titles(titles: &[&str]) -> Vec<String> {
    titles.iter().map(|title| (*title).to_owned()).collect()
}

/// The ranked table.
pub(super) fn savings_table(shown: &[&Suggestion], memory: bool, text: Text) -> Table {
    let mut names = titles(&[text.load_later(), text.at_init(), text.first_request()]);
    if memory {
        names.push(text.less_memory().into());
    }
    names.push(text.imported_at().into());
    let rows = shown.iter().map(|suggestion| {
        let mut name = clean(&suggestion.target);
        if suggestion.used_at_init.is_some() {
            name.push('*');
        }
        let mut cells = vec![
            name,
            less(suggestion.saved_ms, text),
            more(suggestion.moved_ms, text),
        ];
        if memory {
            cells.push(less_kb(suggestion.memory_kb, text));
        }
        cells.push(sites(&suggestion.imported_at, text));
        row(cells, Tone::Neutral)
    });
    Table {
        titles: names,
        rows: rows.collect(),
    }
}

/// The plan with its running total.
pub(super) fn plan_table(profile: &Profile, text: Text) -> Table {
    let rows = profile.plan.iter().enumerate().map(|(n, step)| {
        let plus = if n == 0 { "" } else { "+ " };
        let cells = vec![
            format!("{plus}{}", clean(&step.target)),
            less(step.adds_ms, text),
            less(step.saved_ms, text),
            more(step.moved_ms, text),
            less_kb(step.memory_kb, text),
        ];
        row(cells, Tone::Neutral)
    });
    Table {
        titles: titles(&[
            text.load_later(),
            text.step_adds(),
            text.at_init(),
            text.first_request(),
            text.less_memory(),
        ]),
        rows: rows.collect(),
    }
}

/// What `--together` asked for.
pub(super) fn together_table(profile: &Profile, text: Text) -> Table {
    let rows = profile.together.iter().map(|one| {
        let cells = vec![
            clean(&one.targets.join(" + ")),
            less(one.saved_ms, text),
            more(one.moved_ms, text),
            less_kb(one.memory_kb, text),
        ];
        row(cells, Tone::Neutral)
    });
    Table {
        titles: titles(&[
            text.load_later(),
            text.at_init(),
            text.first_request(),
            text.less_memory(),
        ]),
        rows: rows.collect(),
    }
}

/// Predictions beside what was measured: of each, what init saves, and by how much the first request is longer.
pub(super) fn verified_table(profile: &Profile, text: Text) -> Table {
    let rows = profile.verified.iter().flat_map(|one| {
        let saved = one.saved_ms.map(|saved| {
            let cells = vec![
                text.init_of(&verified_name(one, text)),
                less(one.predicted_ms, text),
                saved_within(saved, one.interval_ms, text),
            ];
            row(cells, Tone::Neutral)
        });
        let moved = one.moved_ms.filter(|_| saved.is_some()).map(|moved| {
            let interval = one.moved_interval_ms.map(|(low, high)| (-high, -low));
            let cells = vec![
                text.first_request().to_owned(),
                more(one.predicted_moved_ms, text),
                saved_within(-moved, interval, text),
            ];
            TableRow {
                part: true,
                ..row(cells, Tone::Neutral)
            }
        });
        [saved, moved].into_iter().flatten()
    });
    Table {
        titles: titles(&[text.load_later(), text.foreseen(), text.measured()]),
        rows: rows.collect(),
    }
}

/// `-168 ms (-176 .. -160)`, in one unit.
fn saved_within(saved: f64, interval: Option<(f64, f64)>, text: Text) -> String {
    let Some((low, high)) = interval else {
        return less(saved, text);
    };
    let all = [saved, high, low];
    let figures = figure::times(&all.map(f64::abs), text);
    let signed: Vec<String> = all
        .iter()
        .zip(&figures)
        .map(|(ms, figure)| format!("{}{figure}", sign(*ms)))
        .collect();
    let unit = |figure: &str| {
        figure
            .trim_start_matches(|c: char| !c.is_alphabetic())
            .to_owned()
    };
    let one = figures
        .iter()
        .all(|figure| unit(figure) == unit(&figures[0]));
    let end = |n: usize| {
        let unit = if one {
            unit(&figures[n])
        } else {
            String::new()
        };
        signed[n]
            .trim_end_matches(unit.as_str())
            .trim_end()
            .to_owned()
    };
    format!("{} ({} .. {})", signed[0], end(1), end(2))
}

fn verified_name(one: &Verified, text: Text) -> String {
    if one.plan {
        text.whole_plan().to_owned()
    } else {
        clean(&one.targets.join(" + "))
    }
}

/// A saving, as the change that it is.
fn less(ms: f64, text: Text) -> String {
    format!("{}{}", sign(ms), figure::time(ms.abs(), text))
}

fn sign(saved: f64) -> &'static str {
    match saved {
        ms if ms >= 0.005 => "-",
        ms if ms <= -0.005 => "+",
        _ => "",
    }
}

fn more(ms: Option<f64>, text: Text) -> String {
    match ms {
        None => NOT_KNOWN.to_owned(),
        Some(ms) if ms.abs() < 0.005 => text.nothing_moved().to_owned(),
        Some(ms) => less(-ms, text),
    }
}

fn less_kb(kb: Option<f64>, text: Text) -> String {
    let Some(kb) = kb else {
        return NOT_KNOWN.to_owned();
    };
    if kb.abs() < 1.0 {
        return text.nothing_moved().to_owned();
    }
    let sign = if kb > 0.0 { "-" } else { "+" };
    format!("{sign}{}", figure::bytes((kb.abs() * 1024.0) as u64))
}

fn sites(sites: &[Site], text: Text) -> String {
    match sites {
        [] => String::new(),
        [only] => site(only),
        [first, others @ ..] => format!("{} {}", site(first), text.and_others(others.len())),
    }
}

/// `app.py:3`, from the package's own folder on.
pub(super) fn site(site: &Site) -> String {
    let name = match &site.file {
        Some(file) => inside(file, &site.module),
        None => clean(&site.module),
    };
    site.line
        .map_or_else(|| name.clone(), |line| format!("{name}:{line}"))
}

/// Where no package is mounted, a file lies deep in a folder that is nobody's business.
fn inside(file: &str, module: &str) -> String {
    if let Some(inside) = file.strip_prefix("/var/task/") {
        return clean(inside);
    }
    // Node's names are paths.
    if file.ends_with(&format!("/{module}")) {
        return clean(module);
    }
    let parts: Vec<&str> = file.split('/').collect();
    let is_package = parts
        .last()
        .is_some_and(|name| name.starts_with("__init__."));
    let depth = if module.contains('/') {
        module.split('/').count()
    } else {
        module.split('.').count() + usize::from(is_package)
    };
    clean(&parts[parts.len().saturating_sub(depth)..].join("/"))
}

/// What has to be known beside the figures.
pub(super) fn notes(profile: &Profile, text: Text) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for suggestion in noticeable(profile) {
        if let Some(used) = &suggestion.used_at_init {
            notes.push(text.used_at_init(&format!("{}*", clean(&suggestion.target)), &site(used)));
        }
    }
    let enough = (profile.recording.total_ms * 0.02).max(1.0);
    for suggestion in &profile.suggestions {
        let kept = suggestion.kept_by.as_ref();
        if let Some(by) = kept.filter(|_| suggestion.cumulative_ms >= enough) {
            let cumulative = figure::time(suggestion.cumulative_ms, text);
            notes.push(text.kept_by(&clean(&suggestion.target), &clean(by), &cumulative));
        }
    }
    for one in &profile.verified {
        let name = verified_name(one, text);
        if let Some(why) = &one.failed {
            notes.push(text.not_verified(&name, &note(why, text)));
        }
        for used in &one.used_at_init {
            notes.push(text.was_used_at_init(&name, &site(used)));
        }
        for other in &one.loaded_otherwise {
            let by = match other.line {
                Some(line) => format!("{}:{line}", clean(&other.by)),
                None => clean(&other.by),
            };
            notes.push(text.loaded_by_other(&clean(&other.module), &by));
        }
    }
    if let Some(error) = &profile.recording.first_error {
        let said = format!("{}: {}", clean(&error.kind), clean(&error.message));
        notes.push(text.first_request_failed(&said));
    }
    notes.extend(profile.notes.iter().map(|note| self::note(note, text)));
    notes.dedup();
    notes
}

/// What a hook or the command notes, in the reader's language; the words after the colon are what it is about.
fn note(note: &str, text: Text) -> String {
    match note.split_once(": ") {
        Some(("other-threads", modules)) => text.other_threads(&clean(modules)),
        Some(("not-put-off", why)) => text.could_not_put_off(&clean(why)),
        Some(("bundle", file)) => text.is_bundle(&clean(file)),
        Some(("waits", module)) => text.waits_at_module_level(&clean(module)),
        Some(("static-imports", handler)) => text.static_imports_stay(&clean(handler)),
        Some(("nothing-to-verify", used)) => text.only_what_is_used_at_once(&clean(used)),
        _ if note == "nothing-to-verify" => text.nothing_to_verify().to_owned(),
        _ if note == "es-modules" => text.es_modules_seen().to_owned(),
        _ if note == "no-distributions" => text.no_file_list().to_owned(),
        _ => clean(note),
    }
}

#[cfg(test)]
mod tests;
