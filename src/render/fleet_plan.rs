//! The plans of many functions: a line for each, and what all of them would call, cost and take.

use crate::bench::estimate::Estimate;
use crate::config::Lang;

use super::figure::{self, Tone};
use super::fleet::not_measured;
use super::layout::{clean, fields, paragraph};
use super::plan::dollars;
use super::style::{Paint, Style};
use super::table::{Table, TableRow};
use super::text::Text;

/// What is planned for one function.
#[derive(Debug)]
pub struct PlanLine {
    /// Its name.
    pub function: String,
    /// False where nothing is paid: on a sandbox.
    pub paid: bool,
    /// The plan, or why there is none.
    pub plan: Result<Estimate, String>,
    /// What is to be known.
    pub warnings: Vec<String>,
}

/// The table with the sum at its foot, what is allowed for it, and what goes wrong.
pub fn fleet_plan(lines: &[PlanLine], actions: &[&str], lang: Lang, style: &Style) -> String {
    let text = Text(lang);
    let plain = |cells: Vec<String>| TableRow {
        cells,
        part: false,
        tone: Tone::Neutral,
    };
    let mut rows = Vec::new();
    let mut sum = Sum::default();
    for line in lines {
        let name = clean(&line.function);
        rows.push(plain(if let Ok(estimate) = &line.plan {
            let one = Sum::of(estimate, line.paid);
            sum.add(&one);
            one.cells(name, text)
        } else {
            let mut cells = vec![name];
            cells.extend([figure::UNKNOWN; 3].map(str::to_owned));
            cells.push(text.failed().to_owned());
            cells
        }));
    }
    let planned = lines.iter().filter(|line| line.plan.is_ok()).count();
    if planned > 1 {
        rows.push(plain(sum.cells(text.sum_of(planned), text)));
    }
    let titles = [
        text.function_title(),
        text.invokes_title(),
        text.other_calls_title(),
        text.cost(),
        text.time(),
    ];
    let table = Table {
        titles: titles.map(str::to_owned).to_vec(),
        rows,
    };
    let heading = text.fleet_plan_heading(lines.len());
    let mut out = format!(
        "{}\n\n{}\n",
        style.paint(Paint::Bold, &heading),
        table.render(style)
    );
    let permissions = if actions.is_empty() {
        text.no_permissions().to_owned()
    } else {
        text.all_need(&actions.join(", "))
    };
    out.push_str(&fields(
        &[(text.permissions().to_owned(), permissions)],
        style.width,
    ));
    let failed = lines
        .iter()
        .filter_map(|line| Some((line.function.as_str(), line.plan.as_ref().err()?.as_str())));
    out.push_str(&not_measured(failed, text, style));
    let warnings: Vec<&String> = lines.iter().flat_map(|line| &line.warnings).collect();
    if !warnings.is_empty() {
        out.extend(["\n", &style.paint(Paint::Yellow, text.warnings()), "\n"]);
        for warning in warnings {
            out.push_str(&paragraph("  - ", &text.told(&clean(warning)), style.width));
        }
    }
    out.push('\n');
    out.push_str(&paragraph("", text.fleet_plan_note(), style.width));
    out
}

#[derive(Default)]
struct Sum {
    invokes: u64,
    other: u64,
    /// Dollars; none as soon as one price is not known.
    usd: Option<f64>,
    paid: bool,
    seconds: f64,
}

impl Sum {
    fn of(estimate: &Estimate, paid: bool) -> Self {
        let calls = |invokes: bool| {
            let some = estimate.calls.iter();
            some.filter(|c| (c.operation == "Invoke") == invokes)
                .map(|c| c.least)
                .sum()
        };
        Self {
            invokes: calls(true),
            other: calls(false),
            usd: estimate.cost_usd,
            paid,
            seconds: estimate.seconds,
        }
    }

    fn add(&mut self, one: &Self) {
        self.invokes += one.invokes;
        self.other += one.other;
        self.seconds += one.seconds;
        // What runs on a sandbox costs nothing.
        if one.paid {
            self.usd = match (self.paid, self.usd) {
                (true, usd) => usd.zip(one.usd).map(|(a, b)| a + b),
                (false, _) => one.usd,
            };
            self.paid = true;
        }
    }

    fn cells(&self, name: String, text: Text) -> Vec<String> {
        let cost = match (self.paid, self.usd) {
            (false, _) => text.nothing_paid().to_owned(),
            (true, Some(usd)) => dollars(usd),
            (true, None) => text.unknown().to_owned(),
        };
        vec![
            name,
            format!("≥ {}", self.invokes),
            format!("≥ {}", self.other),
            cost,
            text.takes(self.seconds),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::estimate::Calls;

    fn lines() -> Vec<PlanLine> {
        let plan = |function: &str, paid, usd| PlanLine {
            function: function.into(),
            paid,
            plan: Ok(Estimate {
                calls: vec![
                    Calls {
                        operation: "GetFunction",
                        least: 26,
                        most: None,
                    },
                    Calls {
                        operation: "Invoke",
                        least: 124,
                        most: Some(220),
                    },
                ],
                cost_usd: usd,
                most_usd: None,
                seconds: 84.0,
            }),
            warnings: Vec::new(),
        };
        vec![
            plan("data-collector", true, Some(0.5)),
            plan("data-reader", true, Some(0.25)),
            plan("data-local", false, Some(4.0)),
            PlanLine {
                function: "data-broken".into(),
                paid: false,
                plan: Err("its State is Failed".into()),
                warnings: Vec::new(),
            },
        ]
    }

    #[test]
    fn the_sum_at_the_foot_is_of_what_is_paid_and_called() {
        let printed = fleet_plan(
            &lines(),
            &["lambda:GetFunction", "lambda:InvokeFunction"],
            Lang::En,
            &Style::plain(),
        );
        insta::assert_snapshot!(printed);
    }

    #[test]
    fn the_same_in_korean() {
        insta::assert_snapshot!(fleet_plan(&lines(), &[], Lang::Ko, &Style::plain()));
    }

    #[test]
    fn a_price_that_is_not_known_makes_the_sum_unknown() {
        let mut lines = lines();
        if let Ok(estimate) = &mut lines[1].plan {
            estimate.cost_usd = None;
        }
        let printed = fleet_plan(&lines, &[], Lang::En, &Style::plain());
        let foot = printed
            .lines()
            .find(|line| line.contains("Sum of"))
            .unwrap();
        assert!(foot.contains("unknown"), "{foot}");
    }
}
