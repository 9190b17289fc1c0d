//! What a word on the command line names: a stored baseline, a path, a function of lambench.toml, or one on AWS.

use std::path::Path;

use super::file::{ConfigFile, FunctionDef};

/// What a word names.
#[derive(Debug, Clone, PartialEq)]
pub enum Named<'a> {
    /// `baseline:NAME`.
    Baseline(&'a str),
    /// A folder or a zip on this machine.
    Path,
    /// A function that lambench.toml defines.
    Defined(&'a FunctionDef),
    /// A name or ARN that only AWS can know.
    Elsewhere,
}

/// Tells what `word` names. A word that looks like a path is one whether it exists or not; a function that
/// lambench.toml defines wins over a file that happens to have its name.
pub fn named<'a>(word: &'a str, file: &'a ConfigFile, folder: &Path) -> Named<'a> {
    if let Some(name) = word.strip_prefix("baseline:") {
        Named::Baseline(name)
    } else if word.starts_with("arn:") {
        Named::Elsewhere
    } else if looks_like_a_path(word) {
        Named::Path
    } else if let Some(function) = file.functions.get(word) {
        Named::Defined(function)
    } else if folder.join(word).exists() {
        Named::Path
    } else {
        Named::Elsewhere
    }
}

/// Whether a word can't be a function's name.
pub fn looks_like_a_path(word: &str) -> bool {
    let ends_in_zip = Path::new(word)
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("zip"));
    !word.starts_with("arn:")
        && (word.contains(['/', '\\']) || ends_in_zip || word == "." || word == "..")
}

/// A function's own name out of an ARN or a partial ARN; a plain name stays as it is.
pub fn plain_name(name: &str) -> &str {
    name.split_once("function:").map_or(name, |(before, rest)| {
        if before.is_empty() || before.ends_with(':') {
            rest.split(':').next().unwrap_or(rest)
        } else {
            name
        }
    })
}

/// Name and qualifier of `NAME:QUALIFIER` or of an ARN, partial or not, that ends in a version or an alias.
pub fn qualified(word: &str) -> Option<(&str, &str)> {
    let is_name = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let named = match word.split_once("function:") {
        Some((before, rest)) if before.is_empty() || before.ends_with(':') => rest,
        _ => word,
    };
    let (name, qualifier) = named.split_once(':')?;
    (is_name(name) && (is_name(qualifier) || qualifier == "$LATEST")).then_some((name, qualifier))
}

/// Names of folders that say which build it is, or that it is one, but not of what.
const SAYS_NOTHING: [&str; 16] = [
    "after", "before", "build", "built", "code", "dist", "lambda", "new", "old", "out", "package",
    "packages", "release", "src", "target", "zip",
];

/// The function that a package is a build of, by its path: the last part that says something.
pub fn function_of(path: &Path) -> String {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut names = whole
        .ancestors()
        .filter_map(|path| path.file_stem())
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name != "..");
    let last = names.clone().next();
    names
        .find(|name| !SAYS_NOTHING.contains(&name.to_ascii_lowercase().as_str()))
        .or(last)
        .unwrap_or_else(|| "function".into())
}
