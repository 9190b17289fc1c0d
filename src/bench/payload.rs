//! What goes into an invoke and what is read from its answer: templates, errors, versions, shapes, expectations. Pure.

use std::collections::BTreeMap;

use serde_json::Value;

/// Whether it is what a handler made for response streaming answers to a buffered invoke: a JSON object with status and
/// headers, eight zero bytes, the body. JSON itself never holds a zero byte.
pub fn is_response_stream(body: &[u8]) -> bool {
    let head = body.windows(8).position(|eight| eight == [0; 8]);
    head.is_some_and(|end| {
        serde_json::from_slice::<serde_json::Map<String, Value>>(&body[..end]).is_ok()
    })
}

/// Fills in `{{uuid}}` (a new one each time) and `{{now}}` (RFC 3339, UTC).
pub fn expand(template: &str) -> String {
    let mut text = template.replace("{{now}}", &jiff::Timestamp::now().to_string());
    while let Some(at) = text.find("{{uuid}}") {
        let end = at + "{{uuid}}".len();
        text.replace_range(at..end, &uuid::Uuid::new_v4().to_string());
    }
    text
}

/// A function's own error in one line, `ValueError: no such symbol`, from the body that Lambda gives for it.
pub fn decode_function_error(body: &[u8]) -> String {
    let Ok(Value::Object(error)) = serde_json::from_slice(body) else {
        return excerpt(body);
    };
    let field = |name| {
        error
            .get(name)
            .and_then(Value::as_str)
            .filter(|t| !t.is_empty())
    };
    let text = match (field("errorType"), field("errorMessage")) {
        (Some(kind), Some(message)) => format!("{kind}: {message}"),
        (Some(text), None) | (None, Some(text)) => text.to_owned(),
        (None, None) => return excerpt(body),
    };
    one_line(&text, 600)
}

/// `statusCode` of an answer in the form that API Gateway expects.
pub fn status_code_of(body: &[u8]) -> Option<u64> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    match answer.get("statusCode")? {
        Value::String(text) => text.trim().parse().ok(),
        // Some languages have no other numbers than 500.0.
        number => number.as_u64().or_else(|| Some(number.as_f64()? as u64)),
    }
}

/// The beginning of an answer in one line.
pub fn excerpt(body: &[u8]) -> String {
    if body.is_empty() {
        return "an empty answer".into();
    }
    one_line(&String::from_utf8_lossy(&body[..body.len().min(1000)]), 200)
}

fn one_line(text: &str, limit: usize) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        // Control characters of a function's answer must not reach the terminal.
        line.extend(word.chars().filter(|c| !c.is_control()));
    }
    if line.chars().count() > limit {
        line = line.chars().take(limit - 1).collect();
        line.push('…');
    }
    line
}

/// `body.version` or `version` of an answer; `body` may be an object or JSON in a string.
pub fn version_of(body: &[u8]) -> Option<String> {
    let answer = opened(serde_json::from_slice(body).ok()?);
    let version = answer
        .pointer("/body/version")
        .filter(|version| !version.is_null())
        .or_else(|| answer.get("version"))?;
    match version {
        Value::String(text) if !text.trim().is_empty() => Some(one_line(text, 40)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The answer with a `body` that is JSON in a string opened.
fn opened(mut answer: Value) -> Value {
    if let Some(body) = answer.get_mut("body")
        && let Value::String(text) = body
        && let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text)
    {
        *body = inner;
    }
    answer
}

/// The shape of an answer: every path in it with the type that stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape(BTreeMap<String, &'static str>);

impl Shape {
    /// The shape of `body`; the elements of an array stand under one path, `[]`.
    pub fn of(body: &[u8]) -> Self {
        let mut paths = BTreeMap::new();
        match serde_json::from_slice(body) {
            Ok(answer) => collect("", &opened(answer), &mut paths),
            Err(_) => {
                paths.insert(String::new(), "not JSON");
            }
        }
        Self(paths)
    }

    /// The first paths in which two shapes differ, in words; `null` fits everything. `None` if they agree.
    pub fn difference(&self, after: &Self) -> Option<String> {
        let name = |path: &str| {
            if path.is_empty() {
                "the answer".to_owned()
            } else {
                path.to_owned()
            }
        };
        let paths: std::collections::BTreeSet<&String> =
            self.0.keys().chain(after.0.keys()).collect();
        let differing: Vec<String> = paths
            .into_iter()
            .filter_map(|path| match (self.0.get(path), after.0.get(path)) {
                (Some(b), Some(a)) if b == a || *b == "null" || *a == "null" => None,
                (Some(b), Some(a)) => Some(format!("{} is {b} before, {a} after", name(path))),
                (Some(_), None) => Some(format!("{} is only in before", name(path))),
                (None, _) => Some(format!("{} is only in after", name(path))),
            })
            .collect();
        match differing.len() {
            0 => None,
            1..=3 => Some(differing.join("; ")),
            n => Some(format!("{}; and {} more", differing[..3].join("; "), n - 3)),
        }
    }
}

fn collect(path: &str, value: &Value, paths: &mut BTreeMap<String, &'static str>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(items) => {
            for item in items {
                collect(&format!("{path}[]"), item, paths);
            }
            "an array"
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                collect(&path, field, paths);
            }
            "an object"
        }
    };
    paths.insert(path.to_owned(), kind);
}

/// One `--expect /pointer=VALUE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    pointer: String,
    value: Value,
}

impl Expectation {
    /// `pointer` is a JSON pointer (RFC 6901) into the answer; a `body` that is JSON in a string is looked into.
    pub fn new(pointer: impl Into<String>, value: Value) -> Self {
        Self {
            pointer: pointer.into(),
            value,
        }
    }

    /// # Errors
    /// What stands there instead, in words.
    pub fn check(&self, body: &[u8]) -> Result<(), String> {
        let answer: Value = serde_json::from_slice(body).map_err(|_| {
            format!(
                "{} is expected, but it is not JSON: {}",
                self.pointer,
                excerpt(body)
            )
        })?;
        let plain = answer.pointer(&self.pointer).cloned();
        let found = plain.or_else(|| opened(answer).pointer(&self.pointer).cloned());
        match found {
            Some(found) if equal(&found, &self.value) => Ok(()),
            Some(found) => Err(format!(
                "{} is {}, not {}",
                self.pointer,
                one_line(&found.to_string(), 200),
                self.value
            )),
            None => Err(format!(
                "{} is not in the answer {}",
                self.pointer,
                excerpt(body)
            )),
        }
    }
}

/// 200 and 200.0 are the same number.
fn equal(a: &Value, b: &Value) -> bool {
    a == b || matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if a.total_cmp(&b).is_eq())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_uuid_is_a_new_one() {
        let text = expand(r#"{"a":"{{uuid}}","b":"{{uuid}}","t":"{{now}}"}"#);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_ne!(value["a"], value["b"]);
        let now: jiff::Timestamp = value["t"].as_str().unwrap().parse().unwrap();
        assert!(jiff::Timestamp::now().duration_since(now).as_secs() < 60);
    }

    #[test]
    fn a_function_error_is_shown_in_its_own_words() {
        for (body, text) in [
            (
                r#"{"errorType":"ValueError","errorMessage":"no such\n symbol"}"#,
                "ValueError: no such symbol",
            ),
            (
                r#"{"errorMessage":"2026 Task timed out after 1.00 seconds"}"#,
                "2026 Task timed out after 1.00 seconds",
            ),
            (
                r#"{"errorType":"Runtime.ExitError","errorMessage":""}"#,
                "Runtime.ExitError",
            ),
            ("not json \u{1b}[31m", "not json [31m"),
            ("", "an empty answer"),
        ] {
            assert_eq!(decode_function_error(body.as_bytes()), text);
        }
    }

    #[test]
    fn the_version_is_found_in_each_form_of_answer() {
        for (body, version) in [
            (
                r#"{"statusCode":200,"body":"{\"version\":\"v1\"}"}"#,
                Some("v1"),
            ),
            (r#"{"body":{"version":2}}"#, Some("2")),
            (r#"{"version":"v3","body":"text"}"#, Some("v3")),
            (r#"{"version":"v4","body":{"version":null}}"#, Some("v4")),
            (r#"{"version":null}"#, None),
            (r#""version""#, None),
            ("<html>", None),
        ] {
            assert_eq!(version_of(body.as_bytes()).as_deref(), version, "{body}");
        }
    }

    #[test]
    fn a_status_code_is_read_as_number_or_text() {
        assert_eq!(status_code_of(br#"{"statusCode":503}"#), Some(503));
        assert_eq!(status_code_of(br#"{"statusCode":"404"}"#), Some(404));
        assert_eq!(status_code_of(br#"{"statusCode":500.0}"#), Some(500));
        assert_eq!(status_code_of(br#"{"statusCode":null}"#), None);
        assert_eq!(status_code_of(br"[400]"), None);
    }

    #[test]
    fn shapes_differ_by_path_and_type_not_by_value() {
        let shape = |v: Value| Shape::of(v.to_string().as_bytes());
        let before = shape(json!({"statusCode": 200, "body": "{\"n\":1,\"rows\":[1,2]}"}));
        let same = shape(json!({"statusCode": 500, "body": {"n": 7, "rows": [3]}}));
        assert_eq!(before.difference(&same), None);
        let other = shape(json!({"statusCode": 200, "body": {"n": "7", "rows": [3]}}));
        assert_eq!(
            before.difference(&other).unwrap(),
            "body.n is a number before, a string after"
        );
        let less = shape(json!({"statusCode": 200}));
        assert!(before.difference(&less).unwrap().ends_with("and 1 more"));
        assert!(before.difference(&Shape::of(b"oops")).is_some());
    }

    #[test]
    fn an_expectation_says_what_it_found_instead() {
        let body = br#"{"statusCode":200,"body":"{\"ok\":true,\"n\":3}"}"#;
        assert_eq!(
            Expectation::new("/statusCode", json!(200.0)).check(body),
            Ok(())
        );
        assert_eq!(
            Expectation::new("/body/ok", json!(true)).check(body),
            Ok(())
        );
        assert_eq!(
            Expectation::new("/body/n", json!(4))
                .check(body)
                .unwrap_err(),
            "/body/n is 3, not 4"
        );
        let missing = Expectation::new("/body/x", json!(4))
            .check(body)
            .unwrap_err();
        assert!(missing.starts_with("/body/x is not in the answer"));
        assert!(
            Expectation::new("/x", json!(1))
                .check(b"no")
                .unwrap_err()
                .contains("not JSON")
        );
    }
}
