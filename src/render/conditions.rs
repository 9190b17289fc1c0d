//! The head of a report: what was measured, where, and under which conditions. What two subjects share is said once.

use crate::results::conditions::{self, Condition};
use crate::results::{Arm, EndpointKind, Kind, RunResult, StoredBefore, SubjectResult};

use super::layout::clean;
use super::text::Text;

/// A label and what it says.
pub(super) type Field = (String, String);

/// `data-collector`: a result goes by the name of what it was made for, the later build's, in every table and export.
pub(super) fn function_name(subjects: &[SubjectResult]) -> String {
    subjects
        .last()
        .map(|s| clean(&s.function))
        .unwrap_or_default()
}

/// Sandbox or AWS, region, machine.
pub(super) fn place(result: &RunResult, text: Text) -> Field {
    let machine = |subject: &SubjectResult| match &result.stored_before {
        Some(stored) if subject.arm == Arm::Before => stored.machine.clone(),
        _ => result.machine.clone(),
    };
    let value = over_subjects(result, text, |subject| match subject.endpoint {
        EndpointKind::Sandbox => text.on_sandbox(&machine(subject), subject.region.as_deref()),
        EndpointKind::Logs => text.of_logs().to_owned(),
        EndpointKind::Aws => {
            let region = subject.region.as_deref().unwrap_or("?");
            match &subject.endpoint_url {
                Some(url) => text.on_endpoint(url, region),
                None => text.on_aws(region),
            }
        }
    });
    (text.place().to_owned(), value)
}

/// The subjects as the user named them.
pub(super) fn subjects(result: &RunResult, text: Text) -> Vec<Field> {
    result
        .subjects
        .iter()
        .map(|subject| (arm_title(subject, text).to_owned(), clean(&subject.name)))
        .collect()
}

pub(super) fn arm_title(subject: &SubjectResult, text: Text) -> &'static str {
    match subject.arm {
        Arm::Before => text.before_title(),
        Arm::After => text.after_title(),
        Arm::Only => text.subject(),
    }
}

/// Runtime, memory and all else that moves the figures.
pub(super) fn conditions(result: &RunResult, text: Text) -> Vec<Field> {
    let field = |label: &str, value: &dyn Fn(&SubjectResult) -> String| {
        (label.to_owned(), over_subjects(result, text, value))
    };
    let mut fields = vec![
        field(text.runtime(), &|subject| runtime(subject, text)),
        field(text.function(), &|subject| {
            let cpu = subject
                .cpu_limit
                .as_deref()
                .map(|limit| text.cpu_limit(limit));
            let parts = [
                (subject.memory_mb > 0).then(|| format!("{} MB", subject.memory_mb)),
                Some(subject.architecture.clone()).filter(|known| !known.is_empty()),
                cpu,
            ];
            join(parts)
        }),
        field(text.mounts(), &|subject| {
            let mounts = subject.mounts.as_deref().map(|mounts| text.mounted(mounts));
            let cache = subject
                .disk_state
                .as_deref()
                .map(|state| text.page_cache(state));
            join([mounts, cache])
        }),
    ];
    fields.retain(|(_, value)| !value.is_empty());
    if let [before, after] = result.subjects.as_slice()
        && let Some(what) = differences(before, after, text)
    {
        fields.push((text.differs().to_owned(), text.two_subjects_differ(&what)));
    }
    fields
}

/// How many starts count, and in which order they were measured.
pub(super) fn sampling(result: &RunResult, text: Text) -> Vec<Field> {
    let pair = result.subjects.len() == 2;
    let looks = result.plan.looks.as_ref();
    let may_end = looks.is_some_and(|looks| looks.at.len() > 1);
    let mut counts: Vec<_> = result
        .subjects
        .iter()
        .map(|subject| {
            let cold = result.accepted(subject.arm, Kind::Cold);
            let warm = result.accepted(subject.arm, Kind::Warm);
            let planned = match &result.stored_before {
                Some(stored) if subject.arm == Arm::Before => stored.runs,
                _ => result.plan.runs,
            };
            // A stored run may have had looks that the comparison, with its one, does not know of.
            let of_run = subject.endpoint != EndpointKind::Logs;
            let fewer = result.stored_before.is_some() && of_run && cold < planned as usize;
            (
                subject.arm,
                text.counted(cold, planned, may_end || fewer, warm),
            )
        })
        .collect();
    let counted = match counts.as_slice() {
        [(_, a), (_, b)] if a == b => text.each_of_two(&counts.remove(0).1),
        _ => text.each(&counts),
    };
    let mode = modes(result);
    vec![
        (text.starts().to_owned(), counted),
        (
            text.order().to_owned(),
            if pair && result.observational().is_some() {
                let is_of_logs = |s: &SubjectResult| s.endpoint == EndpointKind::Logs;
                if result.subjects.iter().all(is_of_logs) {
                    text.in_logs_order().to_owned()
                } else {
                    text.half_in_logs_order().to_owned()
                }
            } else if pair && result.stored_before.is_some() {
                text.each_in_its_run(&mode)
            } else if result.plan.around {
                text.ordered_around(result.plan.seed)
            } else {
                text.ordered(pair, result.plan.seed, &mode)
            },
        ),
    ]
}

/// How starts come: in one mode, or in each subject's own.
pub(super) fn modes(result: &RunResult) -> String {
    let mut modes: Vec<&str> = result
        .subjects
        .iter()
        .map(|s| s.concurrency_mode.as_str())
        .collect();
    modes.dedup();
    modes.join(", ")
}

/// `python3.12 (Python 3.12.1), client awslambdaric`.
pub(super) fn runtime(subject: &SubjectResult, text: Text) -> String {
    let runtime = match &subject.runtime_version {
        Some(version) => format!("{} ({version})", subject.runtime),
        None => subject.runtime.clone(),
    };
    let client = subject
        .runtime_client
        .as_deref()
        .filter(|client| *client != "AWS");
    join([
        Some(runtime).filter(|runtime| !runtime.is_empty()),
        client.map(|client| text.runtime_client(client)),
    ])
}

/// What differs between two subjects apart from their packages, in words; `None` if nothing.
pub(super) fn differences(a: &SubjectResult, b: &SubjectResult, text: Text) -> Option<String> {
    let mut what: Vec<String> = conditions::differences(a, b)
        .iter()
        .map(|difference| {
            let name = text.condition(difference.condition);
            match difference.condition {
                // Nobody knows a payload by its hash.
                Condition::Payload => name.to_owned(),
                _ => text.differing_values(
                    name,
                    &clean(&difference.before),
                    &clean(&difference.after),
                ),
            }
        })
        .collect();
    if [a, b].iter().any(|s| s.endpoint == EndpointKind::Logs) {
        return (!what.is_empty()).then(|| what.join(", "));
    }
    if a.handler != b.handler {
        let name = |handler: &Option<String>| handler.as_deref().map_or("-".into(), clean);
        what.push(text.differing_values(text.handler(), &name(&a.handler), &name(&b.handler)));
    }
    if a.timeout_s != b.timeout_s {
        let seconds = |s: u64| text.seconds(&s.to_string());
        what.push(text.differing_values(
            text.timeout(),
            &seconds(a.timeout_s),
            &seconds(b.timeout_s),
        ));
    }
    (!what.is_empty()).then(|| what.join(", "))
}

/// What is not the same of a stored *before* apart from the conditions, which are told with their values.
pub(super) fn other_conditions(
    stored: &StoredBefore,
    result: &RunResult,
    text: Text,
) -> Option<String> {
    not_the_same(stored, result, text).map(|what| text.other_conditions(&what))
}

/// The same by itself: another function, another machine.
pub(super) fn not_the_same(
    stored: &StoredBefore,
    result: &RunResult,
    text: Text,
) -> Option<String> {
    let (before, after) = (result.subject(Arm::Before)?, result.subject(Arm::After)?);
    let mut what = Vec::new();
    if before.function != after.function {
        let [then, now] = [before, after].map(|subject| clean(&subject.function));
        what.push(text.differing_values(text.function_name(), &then, &now));
    }
    let on_sandbox = [before, after].map(|s| s.endpoint) == [EndpointKind::Sandbox; 2];
    if on_sandbox && stored.machine != result.machine {
        what.push(text.machine().to_owned());
    }
    (!what.is_empty()).then(|| what.join(", "))
}

fn over_subjects(
    result: &RunResult,
    text: Text,
    value: impl Fn(&SubjectResult) -> String,
) -> String {
    let values: Vec<_> = result
        .subjects
        .iter()
        .map(|s| (s.arm, clean(&value(s))))
        .collect();
    text.each(&values)
}

fn join<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
