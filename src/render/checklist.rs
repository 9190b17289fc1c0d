//! A checklist: the table in Markdown, then what shows it.

use std::fmt::Write as _;

use crate::checklist::{Check, Checklist, Fact, Item, Kept, Phase, State};
use crate::config::Lang;
use crate::results::EndpointKind;

use super::figure::{self, Tone};
use super::inspect::said;
use super::layout::{clean, paragraph};
use super::style::{Paint, Style};
use super::table::{Table, TableRow};
use super::text::Text;

const PHASES: [Phase; 3] = [Phase::PackageSize, Phase::ColdStart, Phase::Verification];

/// The checklist as people read it.
pub fn checklist(list: &Checklist, lang: Lang, style: &Style) -> String {
    let text = Text(lang);
    let done = done_of(list.items.iter(), text);
    let title = text.checklist_title(&clean(&list.target), &done);
    let mut out = style.paint(Paint::Bold, &title);
    out.push_str("\n\n");
    out.push_str(&table(list, text).render(style));
    let _ = writeln!(
        out,
        "\n{}",
        style.paint(Paint::Bold, text.evidence_heading())
    );
    for item in &list.items {
        out.push_str(&evidence(item, &list.target, text, style));
    }
    out.push('\n');
    out.push_str(&paragraph("", text.per_request_note(), style.width));
    out
}

/// Of those that apply.
fn done_of<'a>(items: impl Iterator<Item = &'a Item>, text: Text) -> String {
    let states: Vec<State> = items
        .map(|item| item.state)
        .filter(|state| *state != State::NotApplicable)
        .collect();
    let done = states.iter().filter(|state| **state == State::Done).count();
    text.done_of(done, states.len())
}

fn table(list: &Checklist, text: Text) -> Table {
    let mut rows = Vec::new();
    for phase in PHASES {
        let items = || list.items.iter().filter(|item| item.phase == phase);
        let row = |cells: [String; 3], part| TableRow {
            cells: cells.into(),
            part,
            tone: Tone::Neutral,
        };
        rows.push(row(
            [
                text.phase(phase).to_owned(),
                done_of(items(), text),
                String::new(),
            ],
            false,
        ));
        rows.extend(items().map(|item| {
            let name = text.check(item.check).to_owned();
            row(
                [name, text.state(item.state).to_owned(), short(item, text)],
                true,
            )
        }));
    }
    let titles = [text.item_title(), text.state_title(), text.figure_title()];
    Table {
        titles: titles.map(ToOwned::to_owned).into(),
        rows,
    }
}

/// The figure that says most; of what is done and has nothing to lose, none.
fn short(item: &Item, text: Text) -> String {
    let facts = || item.evidence.iter();
    let is_wrong = item.state == State::NotDone;
    let first = |figure: &dyn Fn(&Fact) -> Option<String>| facts().find_map(figure);
    let figure = match item.check {
        Check::WithinLimits => first(&|fact| size(fact).map(figure::bytes)),
        Check::NothingUnused
        | Check::NothingNeedless
        | Check::ProvidedOnce
        | Check::NativeStripped
        | Check::BytecodeValid
        | Check::SharedInLayers
        | Check::Bundled => {
            let all = facts().filter_map(size).reduce(u64::saturating_add);
            all.filter(|all| is_wrong && *all > 0).map(figure::bytes)
        }
        Check::LoadedLazily => first(&|fact| match fact {
            Fact::Later(later) if is_wrong => {
                Some(format!("-{}", figure::time(later.saved_ms, text)))
            }
            _ => None,
        }),
        Check::ClientsKept => {
            let in_calls =
                |fact: &&Fact| matches!(fact, Fact::Client(client) if client.kept == Kept::Call);
            let rebuilt = facts().filter(in_calls).count();
            (rebuilt > 0).then(|| text.times_a_request(rebuilt))
        }
        Check::MeasuredBothSides | Check::GateInCi => None,
        Check::VerdictGiven => first(&|fact| match fact {
            Fact::Verdict { change, .. } => change.map(figure::signed),
            _ => None,
        }),
        Check::BaselineKept => first(&|fact| match fact {
            Fact::Baseline { name, .. } => Some(clean(name)),
            _ => None,
        }),
        Check::WarmMeasured => first(&|fact| match fact {
            Fact::Warm { median_ms, .. } => Some(figure::time(*median_ms, text)),
            _ => None,
        }),
        Check::MemoryHasRoom => first(&|fact| match fact {
            Fact::Memory { max_mb, size_mb } => Some(format!("{max_mb}/{size_mb} MB")),
            _ => None,
        }),
    };
    figure.unwrap_or_default()
}

fn size(fact: &Fact) -> Option<u64> {
    match fact {
        Fact::Size { unzipped_bytes, .. } => Some(*unzipped_bytes),
        Fact::Finding(finding) => finding.bytes,
        Fact::Shared { bytes, .. } | Fact::NodeModules { bytes, .. } => Some(*bytes),
        _ => None,
    }
}

fn evidence(item: &Item, target: &str, text: Text, style: &Style) -> String {
    let state = text.state(item.state);
    let painted = match item.state {
        State::Done => style.paint(Paint::Green, state),
        State::NotDone => style.paint(Paint::Red, state),
        State::NotKnown => style.paint(Paint::Yellow, state),
        State::NotApplicable => style.dim(state),
    };
    let head = format!("{}: {state}", text.check(item.check));
    let mut out = paragraph("- ", &head, style.width);
    if let Some(at) = out.rfind(state) {
        out.replace_range(at..at + state.len(), &painted);
    }
    for fact in &item.evidence {
        let said = words(fact, target, text);
        out.push_str(&paragraph("  - ", &said, style.width));
    }
    out
}

fn words(fact: &Fact, target: &str, text: Text) -> String {
    let place = |file: &str, line: u32| format!("{}:{line}", clean(file));
    match fact {
        Fact::Size {
            zipped_bytes,
            unzipped_bytes,
            limit_bytes,
            layers,
        } => text.package_sizes(
            zipped_bytes.map(figure::bytes).as_deref(),
            &figure::bytes(*unzipped_bytes),
            &figure::bytes(*limit_bytes),
            *layers,
        ),
        Fact::Finding(finding) => {
            // The title names the package itself.
            let about = (finding.subject != target).then(|| clean(&finding.subject));
            let what = said(finding, text).what;
            match (about, finding.bytes.map(figure::bytes)) {
                (Some(about), Some(size)) => format!("{about} ({size}): {what}"),
                (Some(head), None) | (None, Some(head)) => format!("{head}: {what}"),
                (None, None) => what,
            }
        }
        Fact::Tests { files, bytes } => text.tests_counted(*files, &figure::bytes(*bytes)),
        Fact::Shared {
            name,
            version,
            bytes,
            functions,
        } => text.shared(
            &clean(&format!("{name} {version}")),
            &figure::bytes(*bytes),
            &clean(&functions.join(", ")),
        ),
        Fact::Init { init_ms } => text.init_takes(&figure::time(*init_ms, text)),
        Fact::Later(later) => {
            let at = |site: &crate::profile::Site| {
                let file = clean(site.file.as_deref().unwrap_or(&site.module));
                let file = file.strip_prefix("/var/task/").unwrap_or(&file);
                site.line
                    .map_or_else(|| file.to_owned(), |line| place(file, line))
            };
            let moved = later.moved_ms.map(|ms| figure::time(ms, text));
            let places: Vec<String> = later.imported_at.iter().map(at).collect();
            let mut said = text.later(
                &clean(&later.target),
                &figure::time(later.saved_ms, text),
                moved.as_deref(),
                &places.join(", "),
            );
            if let Some(used) = &later.used_at_init {
                said.push_str(&text.used_at_once(&at(used)));
            }
            said
        }
        Fact::Client(client) => text.client_made(
            &clean(&client.made_by),
            &place(&client.file, client.line),
            client.function.as_deref().map(clean).as_deref(),
        ),
        Fact::Unread { files } => text.not_looked_into(&clean(&files.join(", "))),
        Fact::NodeModules {
            packages,
            files,
            bytes,
        } => text.node_modules(*packages, *files, &figure::bytes(*bytes)),
        Fact::Result {
            id,
            age_s,
            endpoint,
            cold_starts,
        } => {
            let age = text.short_age(*age_s);
            match endpoint {
                EndpointKind::Logs => text.result_of_logs(id, &age),
                kind => text.measured_result(id, &age, *cold_starts, *kind == EndpointKind::Aws),
            }
        }
        Fact::Changed {
            measured_bytes,
            bytes,
        } => text.changed_since(
            &exact(*measured_bytes, *bytes),
            &exact(*bytes, *measured_bytes),
        ),
        Fact::Verdict {
            verdict,
            change,
            interval,
            indicative,
            more_pairs,
        } => {
            let change = change.map(|change| {
                let interval = interval.map(|(low, high)| {
                    let ends = [low, high].map(|end| figure::signed(end - 1.0));
                    format!(" ({} … {})", ends[0], ends[1])
                });
                format!("{}{}", figure::signed(change), interval.unwrap_or_default())
            });
            text.cold_verdict(
                text.verdict(*verdict),
                change.as_deref(),
                *indicative,
                *more_pairs,
            )
        }
        Fact::Baseline { name, age_s } => text.kept_baseline(&clean(name), &text.short_age(*age_s)),
        Fact::Ci(line) => format!("{}: {}", place(&line.file, line.line), clean(&line.text)),
        Fact::Budgets { count } => text.budgets_set(*count),
        Fact::Warm { median_ms, n } => text.warm_median(&figure::time(*median_ms, text), *n),
        Fact::Memory { max_mb, size_mb } => text.memory_used(*max_mb, *size_mb),
        Fact::Why { why } => text.why(why),
    }
}

/// Bytes, or to the byte where rounding would hide the difference.
fn exact(n: u64, other: u64) -> String {
    let rounded = figure::bytes(n);
    if rounded == figure::bytes(other) {
        format!("{n} B")
    } else {
        rounded
    }
}
