//! What logs tell as a page: the groups, the figures of the whole, cold starts over time and how long they take.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::figure;
use super::super::json::pretty;
use super::super::logs as said;
use super::super::text::Text;
use super::axis::{Axis, Unit};
use super::page::{self, esc};
use super::svg::{Anchor, Svg};
use crate::config::Lang;
use crate::logs::{Figures, Summary, TimeSlots};

const HEIGHT: f64 = 160.0;
/// What is there is seen.
const LEAST: f64 = 1.5;

/// The page of `lambench logs --html`.
pub fn logs_html(summary: &Summary, lang: Lang) -> String {
    let text = Text(lang);
    let whole = &summary.whole;
    let title = said::title(summary, text);
    let mut inside = page::heading(1, &title);
    inside.push_str(&page::paragraph(
        "when",
        &said::span(whole, text).unwrap_or_default(),
    ));
    let warnings = page::list("", &said::warnings(summary, text));
    inside.push_str(&page::section("warnings", 2, text.warnings(), &warnings));
    inside.push_str(&tiles(whole, text));
    if summary.groups.len() > 1 {
        let mut tables = said::group_tables(&summary.groups, summary.by, text);
        let table = page::table(&tables.swap_remove(0), text.groups_title(), &[]);
        inside.push_str(&page::section("table", 2, text.groups_title(), &table));
    }
    let spread = said::spread_table(whole, text);
    let spread = spread.map(|table| page::table(&table, text.table_title(), &[]));
    inside.push_str(&page::section(
        "table",
        2,
        text.table_title(),
        &spread.unwrap_or_default(),
    ));
    inside.extend(
        whole
            .timeline
            .as_ref()
            .and_then(|over| over_time(over, text)),
    );
    inside.extend(distribution(summary, text));
    if !summary.buckets.is_empty() {
        let mut tables = said::bucket_table(&summary.buckets, text);
        let table = page::table(&tables.swap_remove(0), text.over_time(), &[]);
        inside.push_str(&page::section("table", 2, text.over_time(), &table));
    }
    let about = page::fields(&said::about(summary, text));
    inside.push_str(&page::section("how", 2, text.in_all(), &about));
    let slowest = said::slow_starts(summary, text);
    if !slowest.is_empty() {
        let slowest = page::fields(&slowest);
        inside.push_str(&page::section("how", 2, text.slowest(), &slowest));
    }
    let notes = page::list("", &said::notes(summary, text));
    inside.push_str(&page::section("notes", 2, text.to_know(), &notes));
    inside.push_str(&page::section(
        "data",
        2,
        text.data_title(),
        &download(summary, text),
    ));
    let foot = page::paragraph("", &text.counted_by(&summary.lambench_version));
    let body = format!("<article id=\"logs\">\n{inside}</article>\n<footer>\n{foot}</footer>\n");
    page::page(&title, &body, lang)
}

fn tiles(whole: &Figures, text: Text) -> String {
    let tiles = [
        (text.cold_start_share(), whole.cold_share.map(said::share)),
        (
            text.median_cold(),
            whole.cold_total.map(|s| figure::time(s.p50, text)),
        ),
        (
            text.cost_title(),
            whole.cost.map(|cost| said::dollars(cost.usd)),
        ),
    ];
    let tiles: Vec<String> = tiles
        .into_iter()
        .filter_map(|(of, is)| {
            Some(format!(
                "<div class=\"tile alone\"><span class=\"of\">{}</span>\
                 <span class=\"is\"><b>{}</b></span></div>\n",
                esc(of),
                esc(&is?)
            ))
        })
        .collect();
    format!("<div class=\"tiles\">\n{}</div>\n", tiles.concat())
}

/// A bar for each slot of time.
fn over_time(over: &TimeSlots, text: Text) -> Option<String> {
    let share = |cold: u64, invokes: u64| cold as f64 / invokes.max(1) as f64;
    let most = over
        .slots
        .iter()
        .map(|slot| share(slot.cold, slot.invokes))
        .fold(0.0, f64::max);
    if over.slots.len() < 2 || most <= 0.0 {
        return None;
    }
    let begins = |slot: usize| over.begins(slot).map(|at| said::minute(&at));
    let note = text.over_time_note(&said::length(over.slot_s, text));
    let title = text.cold_over_time_title();
    let mut svg = Svg::new("logs-time".into(), "course", title, &note);
    let top = 10.0;
    svg.grow(top + HEIGHT);
    let y = |share: f64| top + HEIGHT * (1.0 - share / most);
    for part in [0.0, 0.5, 1.0] {
        let at = y(most * part);
        svg.grid((0.0, at), (100.0, at));
        let label = said::share(most * part);
        svg.text("tick", (0.0, at + 4.0), Anchor::End, -8.0, &label);
    }
    let width = 100.0 / over.slots.len() as f64;
    for (i, slot) in over
        .slots
        .iter()
        .enumerate()
        .filter(|(_, slot)| slot.invokes > 0)
    {
        let of_slot = share(slot.cold, slot.invokes);
        let height = (HEIGHT * of_slot / most).max(LEAST);
        let says = text.slot_says(
            &begins(i).unwrap_or_default(),
            &said::count(slot.cold),
            &said::count(slot.invokes),
            &said::share(of_slot),
        );
        let x = (width * i as f64, width * (i + 1) as f64);
        svg.rect("bin after", x, top + HEIGHT - height, height, &says);
    }
    let foot = top + HEIGHT + 18.0;
    for (at, slot) in [(0.0, 0), (100.0, over.slots.len())] {
        let label = begins(slot).unwrap_or_default();
        svg.text("tick", (at, foot), Anchor::at(at), 0.0, &label);
    }
    svg.grow(26.0);
    let below = page::paragraph("note", &note);
    Some(page::figure(2, title, &svg.finish(), &below))
}

/// How many cold starts took how long.
fn distribution(summary: &Summary, text: Text) -> Option<String> {
    let bins = summary.cold_bins.as_ref()?;
    let spread = summary.whole.cold_total?;
    let most = bins.counts.iter().copied().max().filter(|most| *most > 0)?;
    let to = bins.from_ms + bins.width_ms * bins.counts.len() as f64;
    let axis = Axis::holding([bins.from_ms, to], Unit::Ms)?;
    let note = text.distribution_note(&said::count(bins.beyond));
    let title = text.cold_distribution_title();
    let mut svg = Svg::new("logs-spread".into(), "histogram", title, &note);
    let top = 22.0;
    for (i, &n) in bins.counts.iter().enumerate().filter(|(_, n)| **n > 0) {
        let low = bins.from_ms + bins.width_ms * i as f64;
        let high = low + bins.width_ms;
        let height = (HEIGHT * n as f64 / most as f64).max(LEAST);
        let ends = figure::times(&[low, high], text);
        let says =
            text.so_many_between(usize::try_from(n).unwrap_or(usize::MAX), &ends[0], &ends[1]);
        let x = (axis.at(low), axis.at(high));
        svg.rect("bin after", x, top + HEIGHT - height, height, &says);
    }
    svg.line("base", (0.0, top + HEIGHT), (100.0, top + HEIGHT));
    let x = axis.at(spread.p50);
    svg.line("halo", (x, top - 2.0), (x, top + HEIGHT));
    svg.line("median after", (x, top - 2.0), (x, top + HEIGHT));
    let words = format!("p50 {}", figure::time(spread.p50, text));
    svg.text(
        "value after",
        (x, top - 7.0),
        Anchor::of_long(x),
        0.0,
        &words,
    );
    svg.grow(top + HEIGHT + 8.0);
    axis.draw_below(&mut svg, text);
    Some(page::figure(
        2,
        title,
        &svg.finish(),
        &page::paragraph("note", &note),
    ))
}

fn download(summary: &Summary, text: Text) -> String {
    let json = pretty(summary);
    format!(
        "<p><a download=\"lambench-logs.json\" href=\"data:application/json;base64,{}\">{}</a></p>\n{}",
        STANDARD.encode(&json),
        esc(&text.download(&figure::bytes(json.len() as u64))),
        page::paragraph("note", text.logs_data_note())
    )
}
