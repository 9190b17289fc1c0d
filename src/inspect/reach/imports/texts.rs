//! Texts that name what something else may load.

use super::super::facts::What;
use super::aliases::IMPORTERS;
use super::{Reader, names};

/// Longer texts without a space are data.
const LONGEST_NAME: usize = 300;
/// Shorter ones are no names' beginnings.
const LEAST_PREFIX: usize = 4;

impl Reader<'_> {
    /// Of a text without spaces each part that looks like a name, and where it ends in a dot, the start of one. Of another
    /// what would load something if it were run.
    pub(super) fn text(&mut self, at: usize, text: &str) {
        if text.contains(char::is_whitespace) {
            self.longer_text(at, text);
            return;
        }
        if text.is_empty() || text.len() > LONGEST_NAME {
            return;
        }
        // Up to where something is filled in.
        let filled = text.find(['%', '{']);
        if let Some(start) = filled.map_or(Some(text), |at| Some(&text[..at]))
            && start.ends_with('.')
            && let Some(name) = names::last(start.trim_end_matches('.'))
            && (self.named)(name)
        {
            self.tell(at, What::Start(format!("{name}.")));
        }
        // `flask_`, with which plug-ins' names begin.
        if text.len() >= LEAST_PREFIX && text.ends_with('_') && !text.starts_with('_') {
            self.tell(at, What::Start(text.to_owned()));
        }
        for name in names::all(text) {
            self.named(at, name);
        }
        // Whoever asks a module for that function by its name can give it any other name.
        let last = text.rsplit(['.', ':']).next();
        if last.is_some_and(|last| IMPORTERS.contains(&last)) {
            self.tell(at, What::Unknown);
        }
    }

    fn named(&mut self, at: usize, name: &str) {
        if (self.named)(name) {
            self.tell(at, What::Text(name.to_owned()));
        }
    }

    /// Import statements, which may be run as code, and commands for Python.
    fn longer_text(&mut self, at: usize, text: &str) {
        if text.contains("import") {
            // Also after `if x:`, and in the quotes of a command.
            let starts = ['\n', ';', ':', '\'', '"'];
            for line in text.split(starts).map(str::trim) {
                let names = if let Some(names) = line.strip_prefix("import ") {
                    names
                } else if let Some((module, _)) = line
                    .strip_prefix("from ")
                    .and_then(|rest| rest.split_once(" import"))
                {
                    module
                } else {
                    continue;
                };
                for name in names.split(',') {
                    let name = name.split_whitespace().next();
                    for name in name.into_iter().flat_map(names::all) {
                        self.named(at, name);
                    }
                }
            }
        }
        let for_python =
            text.contains("python") && [" -c", " -m", ".py"].iter().any(|part| text.contains(part));
        if text.contains(" -m ") || for_python {
            for name in names::all(text) {
                self.named(at, name);
            }
        }
    }
}
