//! CSV (RFC 4180): a row for each invoke, counted or not. Numbers are as they were measured.

use serde_json::Value;

use super::{Measured, printable};
use crate::results::Sample;

/// The columns before the sample's own.
const RUN_COLUMNS: [&str; 5] = ["run_id", "function", "subject", "label", "version"];

/// The sample's fields, by their names in the result file.
const SAMPLE_COLUMNS: [&str; 18] = [
    "index",
    "block",
    "look",
    "arm",
    "kind",
    "accepted",
    "excluded_reason",
    "environment",
    "started_at",
    "client_ms",
    "init_ms",
    "restore_ms",
    "handler_ms",
    "billed_ms",
    "memory_mb",
    "max_memory_mb",
    "request_id",
    "error",
];

/// The header, and a row for each invoke of each result. What is not known is an empty field.
///
/// A spreadsheet takes a text that begins with `=`, `+`, `-` or `@` for a formula, and runs it: such a text gets a `'` in
/// front.
#[expect(
    clippy::missing_panics_doc,
    reason = "writing to memory cannot fail, and all is text"
)]
pub fn csv(all: &[Measured]) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let header = RUN_COLUMNS.iter().chain(&SAMPLE_COLUMNS);
    out.write_record(header).expect("memory");
    for result in all.iter().filter_map(|measured| measured.result) {
        for sample in &result.samples {
            let subject = result.subject(sample.arm);
            let of_subject = |field: fn(&crate::results::SubjectResult) -> Option<&str>| {
                subject.and_then(field).map_or_else(String::new, text)
            };
            let run = [
                text(&result.id),
                of_subject(|s| Some(&s.function)),
                of_subject(|s| Some(&s.name)),
                of_subject(|s| s.label.as_deref()),
                of_subject(|s| Some(&s.version)),
            ];
            out.write_record(run.iter().chain(&fields(sample)))
                .expect("memory");
        }
    }
    String::from_utf8(out.into_inner().expect("memory")).expect("text")
}

fn fields(sample: &Sample) -> Vec<String> {
    let value = serde_json::to_value(sample).expect("keys are text");
    SAMPLE_COLUMNS
        .iter()
        .map(|column| match &value[*column] {
            Value::Null => String::new(),
            Value::String(words) => text(words),
            other => other.to_string(),
        })
        .collect()
}

fn text(words: &str) -> String {
    let words = printable(words);
    if words.starts_with(['=', '+', '-', '@']) {
        return format!("'{words}");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::samples::{pair, single};

    fn read(text: &str) -> Vec<Vec<String>> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes())
            .into_records()
            .map(|row| row.unwrap().iter().map(ToOwned::to_owned).collect())
            .collect()
    }

    #[test]
    fn every_field_of_a_sample_has_its_column_and_no_column_is_of_nothing() {
        let mut sample = pair().samples[0].clone();
        sample.error = Some("x".into());
        let value = serde_json::to_value(&sample).unwrap();
        let fields: Vec<_> = value.as_object().unwrap().keys().collect();
        assert_eq!(fields, SAMPLE_COLUMNS);
    }

    #[test]
    fn there_is_a_row_for_each_invoke_and_the_header_even_without_one() {
        let (pair, single) = (pair(), single());
        let rows = read(&csv(&[
            Measured::of(&pair, false),
            Measured::of(&single, false),
        ]));
        assert_eq!(rows.len(), 1 + pair.samples.len() + single.samples.len());
        assert!(rows.iter().all(|row| row.len() == 23));
        assert_eq!(rows[1][1], "data-collector");
        assert_eq!(rows[1][8], "before");
        assert_eq!(read(&csv(&[])), [rows[0].clone()]);
    }

    #[test]
    fn figures_are_not_rounded_and_the_unknown_is_empty() {
        let mut result = single();
        result.samples.truncate(1);
        result.samples[0].client_ms = 0.1 + 0.2;
        let rows = read(&csv(&[Measured::of(&result, false)]));
        let at = |name: &str| {
            let column = rows[0].iter().position(|title| title == name).unwrap();
            rows[1][column].clone()
        };
        assert_eq!(at("client_ms"), "0.30000000000000004");
        assert_eq!(at("restore_ms"), "");
        assert_eq!(at("started_at"), "2026-11-25T12:55:12Z");
    }

    #[test]
    fn no_text_can_begin_a_formula_or_break_its_row() {
        let mut result = single();
        result.samples.truncate(2);
        result.subjects[0].version = "=HYPERLINK(\"http://x\")".into();
        result.subjects[0].function = "a,b\r\n\"c\"".into();
        result.subjects[0].label = Some("@SUM(1)".into());
        result.samples[0].error = Some("\t-2+3\u{1b}[2J".into());
        let rows = read(&csv(&[Measured::of(&result, false)]));
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[1][1], "a,b \"c\"");
        assert_eq!(rows[1][3], "'@SUM(1)");
        assert_eq!(rows[1][4], "'=HYPERLINK(\"http://x\")");
        assert_eq!(rows[1][22], "'-2+3 [2J");
    }
}
