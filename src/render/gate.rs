//! What a gate came to: each function with its budgets, and one array for machines.

use serde_json::{Value, json};

use crate::config::Lang;
use crate::gate::worst;
use crate::results::{EndpointKind, RunResult, SCHEMA_VERSION};

use super::budgets::{full_note, row, titles, tone, written};
use super::fleet::{FleetLine, not_measured};
use super::json::pretty;
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
    let mut tested = false;
    let mut observed = false;
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
            // Below the table is enough for one that has no figures at all.
            if line.result.is_some() {
                let outcome = FleetLine::outcome(error, text);
                rows.push(whole(outcome, super::figure::Tone::Neutral));
            }
            failed.push((line.function.as_str(), error.as_str()));
            continue;
        }
        let Some(result) = &line.result else { continue };
        let Some(verdict) = worst(&result.judgements) else {
            continue;
        };
        observed |= is_observed(result);
        rows.push(whole(text.verdict(verdict), tone(verdict)));
        for judgement in written(result) {
            rows.push(row(judgement, true, text));
            tested |= judgement.p_adjusted.is_some();
            notes.extend(full_note(judgement, text).map(|note| format!("{name}: {note}")));
        }
    }
    let judged = !rows.is_empty();
    let table = Table {
        titles: titles(text.function_title(), text),
        rows,
    };
    let mut out = format!("{}\n", style.paint(Paint::Bold, text.gate_heading()));
    if judged {
        out.extend(["\n", &table.render(style)]);
    }
    if !notes.is_empty() {
        out.extend(["\n", &style.paint(Paint::Yellow, text.notes()), "\n"]);
    }
    for note in notes {
        out.push_str(&paragraph("  - ", &note, style.width));
    }
    out.push_str(&not_measured(failed.into_iter(), text, style));
    if observed {
        out.extend(["\n", &paragraph("", text.observational_note(), style.width)]);
    }
    if judged {
        let tests = if tested { text.gate_tests_note() } else { "" };
        // Of logs there is no package's size and no result to keep.
        let kept = if observed { "" } else { text.gate_note() };
        let note = format!("{tests} {kept}");
        if !note.trim().is_empty() {
            out.push('\n');
            out.push_str(&paragraph("", note.trim(), style.width));
        }
    }
    out
}

/// Its starts, or some of them, are those that logs tell of.
fn is_observed(result: &RunResult) -> bool {
    let mut subjects = result.subjects.iter();
    result.observational().is_some()
        || subjects.any(|subject| subject.endpoint == EndpointKind::Logs)
}

/// An array: each function with its verdict, or with what went wrong.
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
                    value["indicative"] = result.is_indicative().into();
                    if is_observed(result) {
                        value["observational"] = true.into();
                    }
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
    pretty(&all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Lang;
    use crate::cost::Prices;
    use crate::gate::{Budget, Side, judge};
    use crate::results::Arm;
    use crate::results::samples::pair;

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
