//! The figures of logs in words: counts, shares, money, times, and the sentences around them.

use super::super::figure;
use super::super::text::Text;
use super::name_of;
use crate::logs::{Bucket, Figures, Fit, Start, Summary};

/// `1,234,567`.
pub(in crate::render) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `2.0%`; never a false 0 or 100.
pub(in crate::render) fn share(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        p if p <= 0.0 => "0%".into(),
        p if p < 0.01 => "<0.01%".into(),
        p if p < 0.995 => format!("{p:.2}%"),
        p if p < 9.95 => format!("{p:.1}%"),
        p if p >= 100.0 => "100%".into(),
        p if p >= 99.5 => ">99%".into(),
        p => format!("{p:.0}%"),
    }
}

/// `$12.34`, and as many decimals of a small sum as it has two digits.
pub(in crate::render) fn dollars(usd: f64) -> String {
    if usd <= 0.0 {
        return "$0".into();
    }
    if usd >= 9_999.5 {
        return format!("${}", count(usd.round() as u64));
    }
    if usd >= 0.0995 {
        return format!("${usd:.2}");
    }
    let decimals = (-usd.log10().floor()) as usize + 1;
    if decimals > 9 {
        return "<$0.00000001".into();
    }
    format!("${usd:.decimals$}")
}

/// `2026-11-01 12:00` of RFC 3339.
pub(in crate::render) fn minute(at: &str) -> String {
    at.get(..16).unwrap_or(at).replace('T', " ")
}

/// `2026-11-01 12:00:30` of RFC 3339.
pub(super) fn second(at: &str) -> String {
    at.get(..19).unwrap_or(at).replace('T', " ")
}

/// `2 min`, in the unit that has no fraction.
pub(in crate::render) fn length(seconds: u64, text: Text) -> String {
    match seconds {
        s if s >= 86_400 && s.is_multiple_of(86_400) => text.days(s / 86_400),
        s if s >= 3600 => text.hours(s as f64 / 3600.0),
        s if s >= 60 => text.minutes(s as f64 / 60.0),
        s => text.seconds(&s.to_string()),
    }
}

/// From the first to the last record.
pub(in crate::render) fn span(figures: &Figures, text: Text) -> Option<String> {
    let (first, last) = (figures.first_at.as_deref()?, figures.last_at.as_deref()?);
    Some(text.first_to_last(&minute(first), &minute(last)))
}

/// Whose logs, and how many starts.
pub(in crate::render) fn title(summary: &Summary, text: Text) -> String {
    let whole = &summary.whole;
    let share = whole.cold_share.map_or_else(String::new, share);
    let of = match summary.groups.as_slice() {
        [only] => name_of(&only.name, text),
        all => text.groups(all.len(), summary.by),
    };
    text.logs_title(
        &of,
        &count(whole.invokes),
        whole.invokes,
        &count(whole.cold),
        &share,
    )
}

/// Labels and what they say of the whole.
pub(in crate::render) fn about(summary: &Summary, text: Text) -> Vec<(String, String)> {
    let whole = &summary.whole;
    let mut rows = Vec::new();
    let mut say = |label: &str, words: String| rows.push((label.to_owned(), words));
    if summary.groups.len() == 1 {
        let memory: Vec<String> = whole
            .memory
            .iter()
            .map(|m| text.memory_use(m.max_used_mb, m.memory_mb, m.fit, whole.memory.len() > 1))
            .collect();
        if !memory.is_empty() {
            say(text.memory_label(), memory.join("; "));
        }
    } else {
        for (fit, label) in [
            (Fit::NearLimit, text.near_limit_label()),
            (Fit::OverProvisioned, text.over_provisioned_label()),
        ] {
            let names: Vec<String> = summary
                .groups
                .iter()
                .filter(|group| group.figures.memory.iter().any(|m| m.fit == fit))
                .map(|group| name_of(&group.name, text))
                .collect();
            if !names.is_empty() {
                say(label, text.some_of(&names));
            }
        }
    }
    let ended: Vec<String> = [
        (whole.errors, (text.error(), text.error_words())),
        (whole.timeouts, (text.timed_out(), text.timeout_words())),
        (
            whole.out_of_memory,
            (text.out_of_memory_words(), text.out_of_memory_words()),
        ),
        (
            whole.init_failures,
            (text.init_failure(), text.init_failure_words()),
        ),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, words)| text.so_many(&count(n), if n == 1 { words.0 } else { words.1 }))
    .collect();
    if !ended.is_empty() {
        say(text.ended_label(), ended.join(", "));
    }
    if let Some(cost) = &whole.cost {
        let per =
            [cost.usd_per_million_cold, cost.usd_per_million_warm].map(|usd| usd.map(dollars));
        let init = (cost.init_usd > 0.0).then(|| (dollars(cost.init_usd), share(cost.init_share)));
        say(
            text.cost_title(),
            text.logs_cost(&dollars(cost.usd), init, per),
        );
        let prices = &summary.prices;
        say(
            text.prices_label(),
            text.price_basis(
                &prices.region,
                &prices.architecture,
                &prices.as_of,
                prices.assumed,
            ),
        );
    }
    let records = &summary.records;
    let mut out = Vec::new();
    if records.broken > 0 {
        out.push(text.so_many(&count(records.broken), text.broken_words()));
    }
    if records.filtered > 0 {
        out.push(text.so_many(&count(records.filtered), text.filtered_words()));
    }
    if records.without_time > 0 {
        out.push(text.so_many(&count(records.without_time), text.without_time_words()));
    }
    if !out.is_empty() {
        say(text.not_counted(), out.join(", "));
    }
    say(
        text.read_label(),
        text.read(
            summary.read.sources,
            &super::progress::amount(summary.read.bytes),
        ),
    );
    rows
}

/// The slowest cold starts, and what each consists of.
pub(in crate::render) fn slow_starts(summary: &Summary, text: Text) -> Vec<(String, String)> {
    let several = summary.groups.len() > 1;
    let starts = summary.whole.slowest.iter();
    starts
        .map(|start| {
            (
                figure::time(start.total_ms, text),
                slow_start(start, several, text),
            )
        })
        .collect()
}

/// Its parts, when, of which group where there are several, and which.
fn slow_start(start: &Start, several: bool, text: Text) -> String {
    let first = match (start.init_ms, start.restore_ms) {
        (Some(ms), _) => Some((text.init(), ms)),
        (None, Some(ms)) => Some((text.restore(), ms)),
        _ => None,
    };
    let mut parts: Vec<String> = first
        .into_iter()
        .chain([(text.handler(), start.handler_ms)])
        .map(|(name, ms)| format!("{name} {}", figure::time(ms, text)))
        .collect();
    parts.extend(start.at.as_deref().map(second));
    let several = start.group.as_ref().filter(|_| several);
    parts.extend(several.map(|group| name_of(group, text)));
    parts.extend(start.request_id.clone());
    parts.join(", ")
}

/// What makes the figures those of a part alone.
pub(in crate::render) fn warnings(summary: &Summary, text: Text) -> Vec<String> {
    let mut notes = Vec::new();
    if !summary.read.complete {
        notes.push(text.incomplete_note().to_owned());
    }
    if !summary.read.failed.is_empty() {
        notes.push(text.unread_note(summary.read.failed.len()));
    }
    notes
}

/// What must be known to read the figures right.
pub(in crate::render) fn notes(summary: &Summary, text: Text) -> Vec<String> {
    let whole = &summary.whole;
    let mut notes = Vec::new();
    let missing = [whole.cold_total, whole.warm_handler]
        .iter()
        .flatten()
        .any(|spread| spread.p99.is_none());
    if missing {
        notes.push(text.percentiles_note().to_owned());
    }
    if !summary.is_exact() {
        notes.push(text.histogram_note().to_owned());
    }
    if whole.without_time > 0 {
        notes.push(text.untimed_note(&count(whole.without_time)));
    }
    if whole.cost.is_some_and(|cost| !cost.init_is_billed) {
        notes.push(text.init_not_billed_note().to_owned());
    }
    if whole.cost.is_none() && whole.billed.is_some() {
        notes.push(text.no_cost_note().to_owned());
    }
    if whole.restores > 0 {
        notes.push(text.restores_note().to_owned());
    }
    if summary.filter.cold {
        notes.push(text.cold_alone_note().to_owned());
    } else if whole.invokes > 0 && whole.errors == 0 {
        notes.push(text.errors_note().to_owned());
    }
    let has_others = summary.groups.iter().any(|g| g.name == crate::logs::OTHERS);
    if has_others || summary.buckets.iter().any(Bucket::is_rest) {
        notes.push(text.others_note(crate::logs::GROUPS));
    }
    notes
}
