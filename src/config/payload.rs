//! The event of every invoke: where it is read from, and that it is JSON once its placeholders are filled in.

use std::path::Path;

use serde_json::{Map, Number, Value};
use toml::de::DeValue;

use super::error::ConfigError;
use super::origin::{Origin, Sourced};
use super::surroundings::Surroundings;

/// Lambda's limit on the event of a synchronous invoke, bytes.
pub const LIMIT_BYTES: usize = 6 * 1024 * 1024;

const UUID: &str = "{{uuid}}";
const UUID_BYTES: usize = 36;
const NOW: &str = "{{now}}";
const NOW_BYTES: usize = 30;

/// The template that `given` names: JSON itself, `@FILE`, or `-` for standard input (not from a file).
pub fn resolve(
    given: Sourced<String>,
    file_folder: &Path,
    around: &Surroundings,
) -> Result<String, ConfigError> {
    let in_file = matches!(given.origin, Origin::File { .. });
    let mut by = match &given.origin {
        Origin::File { file, line, key } => format!("{key}, {file}:{line}"),
        origin => origin.to_string(),
    };
    let text = if let Some(name) = given.value.strip_prefix('@') {
        let folder = if in_file { file_folder } else { &around.folder };
        let path = folder.join(name);
        by = format!("{by}, {name}");
        std::fs::read_to_string(&path).map_err(|why| ConfigError::Unreadable { path, why })?
    } else if given.value == "-" && !in_file {
        by = format!("{by}, standard input");
        (around.stdin)().map_err(|why| ConfigError::Payload {
            by: by.clone(),
            why: format!("standard input can't be read: {why}"),
        })?
    } else {
        given.value
    };
    let text = text.trim().to_owned();
    match check(&text) {
        Ok(()) => Ok(text),
        Err(_) if is_a_file(&text, file_folder, around, in_file) => Err(ConfigError::Usage {
            what: format!("payload ({by}): {text} is the name of a file, not JSON"),
            hint: Some(format!("write @{text} for what the file holds")),
        }),
        Err(why) => Err(ConfigError::Payload { by, why }),
    }
}

/// Whether what should be JSON names a file: an `@` was forgotten.
fn is_a_file(text: &str, file_folder: &Path, around: &Surroundings, in_file: bool) -> bool {
    let folder = if in_file { file_folder } else { &around.folder };
    !text.is_empty() && !text.contains('\n') && folder.join(text).is_file()
}

/// Whether a template is JSON with its placeholders filled in, and small enough for Lambda.
fn check(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("it is empty".into());
    }
    let ids = text.matches(UUID).count();
    let times = text.matches(NOW).count();
    let bytes = text.len() + ids * (UUID_BYTES - UUID.len()) + times * (NOW_BYTES - NOW.len());
    if bytes > LIMIT_BYTES {
        return Err(format!(
            "it has {bytes} bytes, more than Lambda's 6 MB ({LIMIT_BYTES} bytes)"
        ));
    }
    // Samples as long as the placeholders, so that a position is one in what the user wrote; and no value by
    // themselves, so that they only fit inside strings, as an id and a time do.
    let sample = text
        .replace(UUID, &"x".repeat(UUID.len()))
        .replace(NOW, &"x".repeat(NOW.len()));
    serde_json::from_str::<Value>(&sample)
        .map(drop)
        .map_err(|error| format!("not valid JSON: {error}"))
}

/// A payload of lambench.toml as it would stand after `--payload`: a string as it is, anything else as JSON.
pub fn of_toml(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.clone().into_owned(),
        other => json(other).to_string(),
    }
}

fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => {
            i64::from_str_radix(&number.as_str().replace('_', ""), number.radix())
                .map_or_else(|_| Value::from(number.as_str()), Value::from)
        }
        DeValue::Float(number) => number
            .as_str()
            .replace('_', "")
            .parse()
            .ok()
            .and_then(Number::from_f64)
            // Infinities have no form in JSON.
            .map_or_else(|| Value::from(number.as_str()), Value::from),
        DeValue::Boolean(yes) => Value::from(*yes),
        DeValue::Datetime(time) => Value::from(time.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            // The parser sorts keys; their places in the text tell the order that a person wrote.
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by_key(|(key, _)| key.span().start);
            entries
                .into_iter()
                .map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref())))
                .collect::<Map<_, _>>()
                .into()
        }
    }
}
