//! What a gate came to: each function with its budgets, and one array for machines.

use serde_json::{Value, json};

use crate::config::Lang;
use crate::gate::worst;
use crate::results::SCHEMA_VERSION;

use super::budgets::{note, row, titles, tone, written};
use super::fleet::FleetLine;
use super::layout::{clean, paragraph};
use super::style::{Paint, Style};
use super::table::{Table, TableRow};
use super::text::Text;

/// A function at the gate.
#[derive(Debug)]
pub struct GateLine {
    /// What was measured or read, with its verdicts.
    pub line: FleetLine,
    /// The smallest p of its budgets after the correction for the number of functions; none where none has a p.
    pub p: Option<f64>,
}

/// The table of verdicts, and below it what is not decided and what went wrong.
pub fn gate(lines: &[GateLine], lang: Lang, style: &Style) -> String {
    let text = Text(lang);
    let mut rows = Vec::new();
    let mut notes = Vec::new();
    let mut failed = Vec::new();
    for GateLine { line, .. } in lines {
        let name = clean(&line.function);
        let whole = |verdict: &str, tone| {
            let mut cells = vec![name.clone()];
            cells.extend(["", "", "", verdict].map(str::to_owned));
            TableRow {
                cells,
                part: false,
                tone,
            }
        };
        if let Some(error) = &line.error {
            rows.push(whole(text.failed(), super::figure::Tone::Neutral));
            failed.push(format!("{name}: {}", clean(error)));
            continue;
        }
        let Some(result) = &line.result else { continue };
        let Some(verdict) = worst(&result.judgements) else {
            continue;
        };
        rows.push(whole(text.verdict(verdict), tone(verdict)));
        for judgement in written(result) {
            rows.push(row(judgement, true, text));
            notes.extend(note(judgement, text).map(|note| format!("{name}: {note}")));
        }
    }
    let table = Table {
        titles: titles(text.function_title(), text),
        rows,
    };
    let mut out = format!(
        "{}\n\n{}",
        style.paint(Paint::Bold, text.gate_heading()),
        table.render(style)
    );
    for (heading, list) in [(text.notes(), notes), (text.not_measured(), failed)] {
        if list.is_empty() {
            continue;
        }
        out.extend(["\n", &style.paint(Paint::Yellow, heading), "\n"]);
        for line in list {
            out.push_str(&paragraph("  - ", &line, style.width));
        }
    }
    out.push('\n');
    out.push_str(&paragraph("", text.gate_note(), style.width));
    out
}

/// An array: each function with its verdict, or with what went wrong.
#[expect(clippy::missing_panics_doc, reason = "it cannot panic")]
pub fn gate_json(lines: &[GateLine]) -> String {
    let all: Vec<Value> = lines
        .iter()
        .map(|GateLine { line, p }| {
            let mut value = json!({
                "schema_version": SCHEMA_VERSION,
                "function": line.function,
            });
            if let Some(result) = &line.result {
                value["result"] = result.id.as_str().into();
                if line.error.is_none() {
                    value["verdict"] = json!(worst(&result.judgements));
                    value["judgements"] = json!(result.judgements);
                    value["indicative"] = result.stored_before.is_some().into();
                }
            }
            if let Some(p) = p {
                value["p_among_functions"] = (*p).into();
            }
            if let Some(error) = &line.error {
                value["error"] = error.as_str().into();
            }
            value
        })
        .collect();
    let mut json = serde_json::to_string_pretty(&all).expect("keys are text");
    json.push('\n');
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Lang;
    use crate::cost::Prices;
    use crate::gate::{Budget, Side, judge};
    use crate::results::samples::pair;
    use crate::results::{Arm, RunResult};

    fn judged(budgets: &[&str]) -> RunResult {
        let mut result = pair();
        for sample in &mut result.samples {
            let ms = if sample.arm == Arm::Before {
                300.0
            } else {
                340.0
            };
            sample.init_ms = sample.init_ms.map(|_| ms + sample.index as f64 / 10.0);
        }
        let budgets: Vec<Budget> = budgets.iter().map(|b| b.parse().unwrap()).collect();
        let side = |arm| Side {
            samples: &result.samples,
            subject: result.subject(arm).unwrap(),
        };
        let prices = Prices::builtin();
        result.judgements = judge(
            &budgets,
            Some(side(Arm::Before)),
            side(Arm::After),
            0.05,
            &prices,
        );
        result
    }

    fn lines() -> Vec<GateLine> {
        let line = |function: &str, result: Option<RunResult>, error: Option<&str>, p| GateLine {
            line: FleetLine {
                function: function.into(),
                result: result.map(Box::new),
                error: error.map(str::to_owned),
                strict: false,
            },
            p,
        };
        vec![
            line(
                "data-collector",
                Some(judged(&[
                    "cold.init.p50 > +10%",
                    "package.zip > 5MiB",
                    "memory.max > 200MB",
                ])),
                None,
                Some(0.001),
            ),
            line(
                "data-reader",
                Some(judged(&[
                    "cold.restore.p50 > 800ms",
                    "package.total > +0%",
                    "cost.cold > $9",
                ])),
                None,
                None,
            ),
            line("data-broken", None, Some("its State is Failed"), None),
        ]
    }

    #[test]
    fn each_function_has_its_verdict_and_each_budget_a_row() {
        insta::assert_snapshot!(gate(&lines(), Lang::En, &Style::plain()));
    }

    #[test]
    fn the_same_in_korean() {
        insta::assert_snapshot!(gate(&lines(), Lang::Ko, &Style::plain()));
    }

    #[test]
    fn the_machine_form_has_a_verdict_or_an_error_for_each_function() {
        let json: Value = serde_json::from_str(&gate_json(&lines())).unwrap();
        assert_eq!(json[0]["verdict"], "regressed");
        assert_eq!(json[0]["judgements"].as_array().unwrap().len(), 3);
        assert_eq!(json[0]["p_among_functions"], 0.001);
        assert_eq!(json[2]["error"], "its State is Failed");
        assert!(json[2].get("verdict").is_none());
    }
}
