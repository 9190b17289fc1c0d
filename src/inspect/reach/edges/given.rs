//! Which constants of modules get another value from other files, as tests and settings do it: `config.PLUGIN = other()`.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use super::super::tree::Kind;
use super::Reading;

/// By distribution, and of the function's own: names to which something is assigned. Looked for where somebody asks.
#[derive(Debug, Default)]
pub struct Given(Mutex<HashMap<Option<usize>, HashSet<String>>>);

impl Reading<'_> {
    /// Whether one of these constants of a module may be given a value by a source of the same distribution, or of the
    /// function's own.
    pub(super) fn are_given(&self, names: &[String], module: Option<usize>) -> bool {
        let of = module.and_then(|id| self.tree.modules()[id].distribution);
        let given = &mut *self.given.0.lock().unwrap_or_else(PoisonError::into_inner);
        [None, of].into_iter().any(|of| {
            let given = given.entry(of).or_insert_with(|| self.given_by(of));
            names.iter().any(|name| given.contains(name))
        })
    }

    fn given_by(&self, of: Option<usize>) -> HashSet<String> {
        let mut given = HashSet::new();
        let modules = self.tree.modules().iter();
        for module in modules.filter(|one| one.distribution == of && one.kind == Kind::Source) {
            if let Ok(source) = self.bytes(module.file) {
                given_in(&source, &mut given);
            }
        }
        given
    }
}

/// `x.NAME = ...`, and texts beside a `setattr`.
fn given_in(source: &[u8], given: &mut HashSet<String>) {
    let sets = memchr::memmem::find(source, b"setattr").is_some();
    for at in memchr::memchr3_iter(b'.', b'"', b'\'', source) {
        let rest = &source[at + 1..];
        let length = rest.iter().take_while(|byte| in_capitals(**byte)).count();
        let (name, after) = rest.split_at(length);
        let after = after.trim_ascii_start();
        let assigned = [&b"="[..], b"+="]
            .iter()
            .any(|sign| after.starts_with(sign))
            && !after.starts_with(b"==");
        let named = sets && source[at] != b'.' && after.first() == Some(&source[at]);
        if length > 0 && (named || source[at] == b'.' && assigned) {
            given.insert(String::from_utf8_lossy(name).into_owned());
        }
    }
}

fn in_capitals(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_uppercase() || byte.is_ascii_digit()
}
