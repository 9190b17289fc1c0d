//! What has to be known beside the figures.

use super::super::figure;
use super::super::layout::clean;
use super::super::text::Text;
use super::noticeable;
use super::site::site;
use super::tables::verified_name;
use crate::profile::Profile;

pub(super) fn notes(profile: &Profile, text: Text) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for suggestion in noticeable(profile) {
        if let Some(used) = &suggestion.used_at_init {
            let target = format!("{}*", clean(&suggestion.target));
            notes.push(if suggestion.imported_at.contains(used) {
                text.kept_at_init(&target, &site(used))
            } else {
                text.used_at_init(&target, &site(used))
            });
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
mod tests {
    use super::*;
    use crate::config::Lang;

    #[test]
    fn where_nothing_could_be_verified_it_says_why() {
        let text = Text(Lang::En);
        let used = note("nothing-to-verify: boto3*, requests*", text);
        assert!(used.contains("(boto3*, requests*) is used while"), "{used}");
        assert!(note("nothing-to-verify", text).contains("no import"));
        assert!(note("nothing-to-verify: boto3*", Text(Lang::Ko)).contains("(boto3*)"));
    }
}
