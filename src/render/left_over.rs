//! What interrupted runs have left, and what became of it.

use crate::config::Lang;
use crate::lambda::Finished;
use crate::lambda::journal::{Entry, LeftOver, Original, Owner, Record};

use super::layout::clean;
use super::text::Text;

/// The names of what is left over, with what finishes it: for every command that meets it.
pub fn notice(left_over: &[LeftOver], lang: Lang) -> Option<String> {
    let names: Vec<String> = left_over
        .iter()
        .filter(|left| left.owner.is_none())
        .map(name)
        .collect();
    (!names.is_empty()).then(|| Text(lang).left_over_notice(&names.join(", ")))
}

/// A line for each thing that is left over, or a line that says that there is nothing.
pub fn list(left_over: &[&LeftOver], lang: Lang) -> String {
    let text = Text(lang);
    if left_over.is_empty() {
        return format!("{}\n", text.nothing_left_over());
    }
    let mut lines = String::new();
    for left in left_over {
        match (&left.record, &left.owner) {
            (Err(why), _) => lines
                .push_str(&text.journal_unreadable(&left.path.display().to_string(), &clean(why))),
            (Ok(_), Some(owner)) => {
                lines.push_str(&text.being_measured(&name(left), &process(owner, text)));
            }
            (Ok(record), None) => {
                let what: Vec<String> = record
                    .entries
                    .iter()
                    .map(|entry| to_do(entry, text))
                    .collect();
                lines.push_str(&text.left_over(
                    &name(left),
                    &what.join(", "),
                    &process(&record.owner, text),
                    &format!("{:.0}", record.owner.since),
                ));
            }
        }
        lines.push('\n');
    }
    lines
}

/// What became of one entry.
pub fn finished(record: &Record, entry: &Entry, finished: &Finished, lang: Lang) -> String {
    let text = Text(lang);
    let name = match entry {
        Entry::Touched { .. } => clean(&record.key.function),
        Entry::CreatedFunction { name }
        | Entry::CreatedLayer { name }
        | Entry::LogGroup { name, .. } => clean(name),
        Entry::S3Object { bucket, key, .. } => clean(&format!("s3://{bucket}/{key}")),
    };
    match finished {
        Finished::Restored | Finished::Untouched => text.was_put_back(&name),
        Finished::Deleted => text.was_deleted(&name),
        Finished::LeftAlone => text.was_left_alone(&name),
        Finished::Gone => text.was_gone(&name),
    }
}

fn process(owner: &Owner, text: Text) -> String {
    text.process(owner.pid, &clean(&owner.host))
}

fn name(left: &LeftOver) -> String {
    match &left.record {
        Ok(Record { key, .. }) => {
            let place = key.endpoint_url.as_ref().unwrap_or(&key.region);
            clean(&format!("{} ({place})", key.function))
        }
        Err(_) => left.path.display().to_string(),
    }
}

fn to_do(entry: &Entry, text: Text) -> String {
    match entry {
        Entry::Touched { original, .. } => match original {
            Original::Env { key } => text.variable_to_remove(&clean(key)),
            other => text.to_put_back(other.touch()),
        },
        Entry::CreatedFunction { name }
        | Entry::CreatedLayer { name }
        | Entry::LogGroup { name, .. } => text.to_delete(&clean(name)),
        Entry::S3Object { bucket, key, .. } => {
            text.to_delete(&clean(&format!("s3://{bucket}/{key}")))
        }
    }
}
