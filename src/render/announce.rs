//! What is said before the first invoke: what will be measured, where and why there, and what will be changed.

use crate::config::{Place, Settings, Target};
use crate::results::RunResult;

use super::conditions::{self, Field};
use super::layout::{clean, fields};
use super::text::Text;

/// The announcement, without a final line end. Values that were not given say where they come from.
pub fn before_first_invoke(result: &RunResult, settings: &Settings) -> String {
    let text = Text(settings.lang);
    let style = super::Style::for_stderr();
    announce(result, settings, text, style.width)
}

fn announce(result: &RunResult, settings: &Settings, text: Text, width: usize) -> String {
    let (label, mut place) = conditions::place(result, text);
    if let Place::Aws {
        endpoint_url: Some(url),
        ..
    } = &settings.place
        && !place.contains(url.as_str())
    {
        place.extend([" (", &clean(url), ")"]);
    }
    let mut list: Vec<Field> = vec![(label, place)];
    if !settings.place_reason.is_empty() {
        list.push((
            String::new(),
            text.because(&text.told(&clean(&settings.place_reason))),
        ));
    }
    for measured in &result.subjects {
        let mut what = vec![clean(&measured.name), conditions::runtime(measured, text)];
        what.extend(measured.handler.as_deref().map(clean));
        what.push(format!("{} MB", measured.memory_mb));
        list.push((
            conditions::arm_title(measured, text).to_owned(),
            what.join(", "),
        ));
        let subject = settings
            .subjects
            .iter()
            .find(|subject| subject.arm == measured.arm);
        for line in origins(subject.map_or(&[][..], |subject| &subject.provenance), text) {
            list.push((String::new(), line));
        }
    }
    let arms = result.subjects.len();
    let modes = conditions::modes(result);
    list.push((
        text.plan().to_owned(),
        format!(
            "{}; {}; {}",
            text.planned(
                arms,
                &settings.looks,
                result.plan.warm_invokes,
                settings.pace.concurrency,
                modes.contains("restores "),
            ),
            text.payload(settings.payload.len()),
            text.ordered(arms == 2, result.plan.seed, &modes),
        ),
    ));
    list.push((text.changes().to_owned(), changes(settings, text)));
    if settings.no_handler {
        list.push((String::new(), text.will_not_handle().to_owned()));
    }
    let title = conditions::function_name(&result.subjects);
    format!("{title}\n{}", fields(&list, width).trim_end())
}

/// A line for each origin: what comes from there. Values that stand in the subject's own line are not repeated.
fn origins(provenance: &[(String, String, String)], text: Text) -> Vec<String> {
    let mut lines: Vec<(&str, Vec<String>)> = Vec::new();
    for (name, value, origin) in provenance {
        let shown = matches!(name.as_str(), "runtime" | "handler" | "memory");
        let value = if shown {
            String::new()
        } else {
            format!(" {value}")
        };
        let what = text.told(&clean(&format!("{name}{value}")));
        match lines.iter_mut().find(|(known, _)| known == origin) {
            Some((_, all)) => all.push(what),
            None => lines.push((origin, vec![what])),
        }
    }
    lines
        .into_iter()
        .map(|(origin, all)| format!("{} ({})", all.join(", "), text.told(&clean(origin))))
        .collect()
}

/// What will be touched, copied or created.
pub(super) fn changes(settings: &Settings, text: Text) -> String {
    let in_place: Vec<String> = settings
        .subjects
        .iter()
        .filter_map(|subject| match &subject.target {
            Target::InPlace(name) => Some(clean(name)),
            Target::Package(_) | Target::Copy(_) => None,
        })
        .collect();
    let mut copied: Vec<String> = settings
        .subjects
        .iter()
        .filter_map(|subject| match &subject.target {
            Target::Copy(copy) => Some(clean(&copy.model)),
            Target::InPlace(_) | Target::Package(_) => None,
        })
        .collect();
    copied.dedup();
    let mut said = Vec::new();
    if !in_place.is_empty() {
        said.push(text.will_touch(&in_place.join(", "), settings.touch));
    }
    if !copied.is_empty() {
        said.push(text.will_copy(&copied.join(", ")));
    } else if in_place.len() < settings.subjects.len() {
        said.push(
            match settings.place {
                Place::Sandbox => text.deleted_at_end(),
                Place::Aws { .. } => text.staged_on_aws(),
            }
            .to_owned(),
        );
    }
    said.join("; ")
}

#[cfg(test)]
mod tests;
