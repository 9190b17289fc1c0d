//! What was found in a package, in words: what each room of `inspect` finds, and what helps.

mod bytecode;
mod duplicates;
mod models;
mod native;

use super::super::figure;
use super::super::layout::clean;
use super::super::logs::count;
use super::Text;

/// A part of a sentence in both languages, left out where there is none of it.
struct Part {
    count: usize,
    en: &'static str,
    ko: &'static str,
}

const fn part(count: usize, en: &'static str, ko: &'static str) -> Part {
    Part { count, en, ko }
}

impl Text {
    /// `3 for macOS, 1 for Windows`: the parts that there are.
    fn parts(self, parts: impl IntoIterator<Item = Part>) -> String {
        let parts = parts.into_iter().filter(|part| part.count > 0);
        let said = parts.map(|Part { count, en, ko }| {
            let count = number(count);
            self.say(format!("{count} {en}"), format!("{ko} {count}개"))
        });
        said.collect::<Vec<_>>().join(", ")
    }

    /// `pandas 2.1 MB, numpy 900 KB`.
    fn sizes<'a>(names: impl IntoIterator<Item = (&'a str, u64)>) -> String {
        let sized = names.into_iter();
        let sized = sized.map(|(name, bytes)| format!("{} {}", clean(name), figure::bytes(bytes)));
        sized.collect::<Vec<_>>().join(", ")
    }
}

/// `1,234`
fn number(n: usize) -> String {
    count(n as u64)
}
