//! Lists by the page.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper::StatusCode;
use serde_json::{Value, json};

use super::api::{Answer, Call};
use super::errors::ApiError;

/// Entries of one page, at most, as on AWS.
const PAGE: usize = 50;

/// What a list holds, and its place there: lists come in the order of their places.
pub(super) struct Entry {
    place: (String, u64),
    pub value: Value,
}

impl Entry {
    pub fn new(name: &str, number: u64, value: Value) -> Self {
        Self {
            place: (name.to_owned(), number),
            value,
        }
    }
}

/// One page of a list; the marker is the place after which the next one begins, so that deletions in between lose
/// nothing.
pub(super) fn page(member: &str, entries: Vec<Entry>, call: &Call) -> Result<Answer, ApiError> {
    let most = match call.query("MaxItems") {
        None => PAGE,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|n| (1..=10_000).contains(n))
            .ok_or_else(|| {
                ApiError::validation(
                    text,
                    "maxItems",
                    "Member must have value between 1 and 10000",
                )
            })?
            .min(PAGE),
    };
    let after = call
        .query("Marker")
        .map(|marker| read_marker(marker).ok_or_else(|| ApiError::invalid("Invalid marker.")))
        .transpose()?;
    let mut rest = entries
        .into_iter()
        .filter(|entry| after.as_ref().is_none_or(|after| entry.place > *after))
        .peekable();
    let page: Vec<Entry> = rest.by_ref().take(most).collect();
    let mut value = json!({});
    if let (Some(last), true) = (page.last(), rest.peek().is_some()) {
        let (name, number) = &last.place;
        value["NextMarker"] = BASE64_STANDARD.encode(format!("{name}:{number}")).into();
    }
    value[member] = page.into_iter().map(|entry| entry.value).collect();
    Ok(Answer::json(StatusCode::OK, &value))
}

fn read_marker(marker: &str) -> Option<(String, u64)> {
    let text = String::from_utf8(BASE64_STANDARD.decode(marker).ok()?).ok()?;
    let (name, number) = text.rsplit_once(':')?;
    Some((name.to_owned(), number.parse().ok()?))
}
