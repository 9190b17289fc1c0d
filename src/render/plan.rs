//! What a run is going to do: said before the first invoke of a deployed function, and printed by `--dry-run`.

use serde_json::Value;

use crate::bench::estimate::{Calls, Estimate, Facts, Known};
use crate::bench::plan::{mode, restores_mode};
use crate::config::{Place, Settings};
use crate::results::Arm;

use super::announce::changes;
use super::conditions::Field;
use super::layout::{clean, fields, fit, paragraph};
use super::style::{Paint, Style};
use super::text::Text;

/// Columns of a payload that is shown; the rest is cut.
const PAYLOAD_COLUMNS: usize = 200;

/// What happens to the real world, without a final line end.
pub fn real_world(subjects: &[(Facts, Known)], estimate: &Estimate, settings: &Settings) -> String {
    let text = Text(settings.lang);
    let width = Style::for_stderr().width;
    let mut list: Vec<Field> = Vec::new();
    for (facts, _) in subjects {
        let invokes = invokes(estimate, subjects.len());
        let handler = facts.handler.as_deref().map(clean);
        list.push((
            text.will_run().to_owned(),
            text.really_runs(&clean(&facts.name), handler.as_deref(), invokes),
        ));
        if let Some(role) = &facts.role {
            list.push((String::new(), text.with_role(&clean(role))));
        }
    }
    list.push((String::new(), text.real_world().to_owned()));
    list.push((
        text.payload_title().to_owned(),
        fit(&clean(&settings.payload), PAYLOAD_COLUMNS),
    ));
    if subjects.iter().any(|(facts, _)| facts.in_place) {
        list.push((text.callers().to_owned(), text.callers_wait().to_owned()));
    }
    let stays = if subjects.iter().any(|(facts, _)| facts.in_place) {
        text.stays()
    } else {
        text.stays_of_copies()
    };
    list.push((text.not_undone().to_owned(), stays.to_owned()));
    list.push((text.cost().to_owned(), cost(subjects, estimate, settings)));
    fields(&list, width).trim_end().to_owned()
}

/// The question that `y` answers.
pub fn question(names: &str, lang: crate::config::Lang) -> String {
    Text(lang).question(&clean(names))
}

/// The question before one.
pub fn question_of_invoke(name: &str, lang: crate::config::Lang) -> String {
    Text(lang).question_of_invoke(&clean(name))
}

/// What is said before one invoke of a deployed function.
pub fn one_invoke(name: &str, role: &str, lang: crate::config::Lang) -> String {
    Text(lang).may_invoke(&clean(name), &clean(role))
}

/// The plan of a dry run. `permissions`: statements of the policy.
pub fn dry_run(
    subjects: &[(Facts, Known)],
    estimate: &Estimate,
    permissions: &[Value],
    warnings: &[String],
    settings: &Settings,
    style: &Style,
) -> String {
    let text = Text(settings.lang);
    let mut list: Vec<Field> = vec![(text.place().to_owned(), place(subjects, settings, text))];
    for (facts, _) in subjects {
        let title = match facts.arm {
            Arm::Before => text.before_title(),
            Arm::After => text.after_title(),
            Arm::Only => text.subject(),
        };
        let mut what = vec![clean(&facts.name), clean(&facts.runtime)];
        what.extend(facts.handler.as_deref().map(clean));
        what.push(format!("{} MB", facts.memory_mb));
        list.push((title.to_owned(), what.join(", ")));
        if let (Some(role), false) = (&facts.role, facts.sandbox) {
            list.push((String::new(), text.with_role(&clean(role))));
        }
    }
    let restores = subjects.iter().any(|(facts, _)| facts.snap_start);
    list.push((
        text.plan().to_owned(),
        format!(
            "{}; {}",
            text.planned(
                subjects.len(),
                &settings.looks,
                settings.warm_invokes,
                settings.pace.concurrency,
                restores,
            ),
            text.ordered(
                subjects.len() == 2,
                settings.seed,
                &if restores {
                    restores_mode(settings.pace.concurrency)
                } else {
                    mode(settings.pace.concurrency)
                }
            ),
        ),
    ));
    list.push((
        text.payload_title().to_owned(),
        fit(&clean(&settings.payload), PAYLOAD_COLUMNS),
    ));
    list.push((text.changes().to_owned(), changes(settings, text)));
    if settings.no_handler {
        list.push((String::new(), text.will_not_handle().to_owned()));
    }
    for (i, calls) in estimate.calls.iter().enumerate() {
        let label = if i == 0 { text.calls() } else { "" };
        list.push((
            label.to_owned(),
            format!("{} {}", calls.operation, times(calls)),
        ));
    }
    list.push((text.cost().to_owned(), cost(subjects, estimate, settings)));
    if let Some(most) = estimate.most_usd {
        list.push((String::new(), text.at_most(&dollars(most))));
    }
    for (facts, known) in subjects {
        let name = (subjects.len() > 1).then(|| clean(&facts.name));
        list.push((String::new(), text.reckoned(name.as_deref(), known)));
    }
    let taken = text.takes(estimate.seconds);
    list.push((text.time().to_owned(), taken));
    if permissions.is_empty() {
        list.push((
            text.permissions().to_owned(),
            text.no_permissions().to_owned(),
        ));
    }
    for (n, statement) in permissions.iter().enumerate() {
        let title = if n == 0 { text.permissions() } else { "" };
        let last = n + 1 == permissions.len();
        let needed = needed(statement, last, text);
        list.push((title.to_owned(), needed));
    }
    let mut names: Vec<String> = subjects.iter().map(|(f, _)| clean(&f.function)).collect();
    names.dedup();
    let mut out = format!(
        "{}\n\n{}",
        style.paint(Paint::Bold, &text.dry_run(&names.join(", "))),
        fields(&list, style.width)
    );
    if !warnings.is_empty() {
        out.extend(["\n", &style.paint(Paint::Yellow, text.warnings()), "\n"]);
        for warning in warnings {
            out.push_str(&paragraph("  - ", &text.told(&clean(warning)), style.width));
        }
    }
    out
}

/// One statement of the policy in words; with the last one comes how to have it all.
fn needed(statement: &Value, last: bool, text: Text) -> String {
    let all = |key: &str| -> String {
        let texts = statement[key].as_array().into_iter().flatten();
        let texts: Vec<&str> = texts.filter_map(Value::as_str).collect();
        texts.join(", ")
    };
    let (actions, on) = (all("Action"), all("Resource"));
    if last {
        text.needed(&actions, &on)
    } else {
        text.needed_too(&actions, &on)
    }
}

fn invokes(estimate: &Estimate, subjects: usize) -> u64 {
    let all = estimate.calls.iter().find(|c| c.operation == "Invoke");
    all.map_or(0, |calls| calls.least / subjects.max(1) as u64)
}

fn place(subjects: &[(Facts, Known)], settings: &Settings, text: Text) -> String {
    let region = subjects
        .first()
        .and_then(|(facts, _)| facts.region.as_deref())
        .unwrap_or("?");
    let mut place = match &settings.place {
        Place::Sandbox => text.on_this_machine().to_owned(),
        Place::Aws {
            endpoint_url: Some(url),
            ..
        } => text.on_endpoint(&clean(url), region),
        Place::Aws { .. } => text.on_aws(region),
    };
    if !settings.place_reason.is_empty() {
        place.extend([
            " (",
            &text.because(&text.told(&clean(&settings.place_reason))),
            ")",
        ]);
    }
    place
}

fn cost(subjects: &[(Facts, Known)], estimate: &Estimate, settings: &Settings) -> String {
    let text = Text(settings.lang);
    let Some(usd) = estimate.cost_usd else {
        return text.no_price().to_owned();
    };
    let region = subjects
        .first()
        .and_then(|(facts, _)| facts.region.as_deref())
        .unwrap_or("us-east-1");
    let paid = subjects.iter().any(|(facts, _)| !facts.sandbox);
    let snap_start = subjects.iter().any(|(facts, _)| facts.snap_start);
    let prices = match settings.safety.own_prices() {
        Some(list) => text.prices_of(&clean(&list)),
        None => text.list_prices(region, &settings.safety.prices().as_of),
    };
    let mut cost = text.will_cost(paid, &dollars(usd), &prices);
    if snap_start {
        cost.extend(["; ", text.snap_start_costs()]);
    }
    cost
}

/// Small sums with two figures that say something, larger ones with cents.
pub(super) fn dollars(usd: f64) -> String {
    if usd >= 1.0 || usd == 0.0 {
        return format!("${usd:.2}");
    }
    let digits = (1.0 - usd.log10().floor()).clamp(2.0, 9.0) as usize;
    format!("${usd:.digits$}")
}

/// `GetFunction` at least 25 times, `Invoke` 34 to 59 times.
fn times(calls: &Calls) -> String {
    match calls.most {
        Some(most) if most == calls.least => most.to_string(),
        Some(most) => format!("{} – {most}", calls.least),
        None => format!("≥ {}", calls.least),
    }
}

#[cfg(test)]
mod tests {
    use super::dollars;

    #[test]
    fn sums_are_written_with_as_many_digits_as_say_something() {
        for (usd, written) in [
            (0.0, "$0.00"),
            (12.345, "$12.35"),
            (1.0, "$1.00"),
            (0.25, "$0.25"),
            (0.0123, "$0.012"),
            (0.000_208_9, "$0.00021"),
            (0.000_000_000_1, "$0.000000000"),
        ] {
            assert_eq!(dollars(usd), written);
        }
    }
}
