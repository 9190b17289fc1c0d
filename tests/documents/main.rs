//! What the documents promise about themselves: their links lead somewhere, every page can be found, and the Korean front
//! page says the same as the English one.
#![allow(missing_docs)]

mod korean;
mod links;
mod markdown;

use std::path::PathBuf;

use markdown::Markdown;

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> Markdown {
    let text = std::fs::read_to_string(repository().join(file));
    Markdown::new(&text.unwrap_or_else(|error| panic!("{file}: {error}")))
}
