//! The machine form.

use serde::Serialize;

use crate::results::{RunResult, store};

/// Anything that is printed for machines, over several lines.
#[expect(clippy::missing_panics_doc, reason = "it cannot panic")]
pub fn pretty<T: Serialize + ?Sized>(value: &T) -> String {
    let mut json = serde_json::to_string_pretty(value).expect("keys are text");
    json.push('\n');
    json
}

/// The result as JSON, the same bytes as in its stored file.
pub fn json(result: &RunResult) -> String {
    store::to_json(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::samples::pair;

    #[test]
    fn json_is_the_whole_result_and_ends_its_last_line() {
        let printed = json(&pair());
        assert!(printed.starts_with("{\n  \"schema_version\": 1,\n"));
        assert!(printed.ends_with("}\n"));
        assert_eq!(serde_json::from_str::<RunResult>(&printed).unwrap(), pair());
    }
}
