//! The grammar: METRIC `>` LIMIT, with a finger on what is wrong.

use super::measure::{PERCENTILES, percentiles_of};
use super::{Budget, BudgetError, Limit, Measure};

const FORM: &str = "write METRIC > LIMIT, as in 'cold.p50 > +10%' or 'package.zip > 5MiB'";

/// Units of values, what each is in the figures' own unit, and which that is. KB and MB are Lambda's: 1024.
const UNITS: [(&str, &str, f64); 12] = [
    ("ms", "ms", 1.0),
    ("s", "ms", 1000.0),
    ("us", "ms", 0.001),
    ("µs", "ms", 0.001),
    ("B", "B", 1.0),
    ("KB", "B", 1024.0),
    ("KiB", "B", 1024.0),
    ("MB", "B", 1_048_576.0),
    ("MiB", "B", 1_048_576.0),
    ("MB", "MB", 1.0),
    ("MiB", "MB", 1.0),
    ("$", "$", 1.0),
];

pub(super) fn budget(text: &str) -> Result<Budget, BudgetError> {
    let mut cursor = Cursor { text, at: 0 };
    let measure = cursor.measure()?;
    let inclusive = cursor.operator()?;
    let limit = cursor.limit(measure)?;
    cursor.skip_space();
    if cursor.at < text.len() {
        return Err(cursor.wrong(text.len() - cursor.at, "nothing may follow the limit", FORM));
    }
    Ok(Budget {
        text: Some(text.trim().to_owned()),
        measure,
        limit,
        inclusive,
    })
}

/// A change in per cent with its sign: the decimal point is moved in the text, as a product would be rounded.
pub(super) fn percent(change: f64) -> String {
    let scientific = format!("{:e}", change.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let point = 1 + 2 + exponent.parse::<i32>().unwrap_or(0);
    let written = if point <= 0 {
        format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize))
    } else if digits.len() <= point as usize {
        format!("{digits:0<width$}", width = point as usize)
    } else {
        let (whole, rest) = digits.split_at(point as usize);
        format!("{whole}.{rest}")
    };
    format!("{}{written}", if change < 0.0 { '-' } else { '+' })
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// As long as `wanted` says so.
    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let len = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    /// An error about the next `len` bytes.
    fn wrong(
        &self,
        len: usize,
        problem: impl Into<String>,
        hint: impl Into<String>,
    ) -> BudgetError {
        BudgetError {
            text: self.text.to_owned(),
            at: self.at,
            len,
            problem: problem.into(),
            hint: hint.into(),
        }
    }

    /// The length of the next word, or of one character.
    fn next_len(&self) -> usize {
        let rest = self.rest();
        let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
        word.max(rest.chars().next().map_or(0, char::len_utf8))
    }

    fn measure(&mut self) -> Result<Measure, BudgetError> {
        self.skip_space();
        let start = self.at;
        let name = self.take(|c| !c.is_whitespace() && !"><=≥≤".contains(c));
        if let Some(measure) = Measure::of_name(name) {
            return Ok(measure);
        }
        self.at = start;
        if name.is_empty() {
            return Err(self.wrong(self.next_len(), "a budget begins with a metric", FORM));
        }
        if let Some(percentiles) = percentiles_of(name) {
            let offered: Vec<String> = percentiles.iter().map(|p| format!("{name}.p{p}")).collect();
            return Err(self.wrong(
                name.len(),
                format!("{name}: which percentile?"),
                format!("write {}", offered.join(", ")),
            ));
        }
        if let Some((metric, percent)) = name.rsplit_once(".p")
            && !percent.is_empty()
            && percent.bytes().all(|b| b.is_ascii_digit())
            && let Some(percentiles) = percentiles_of(metric)
        {
            self.at += metric.len() + 1;
            let len = percent.len() + 1;
            return Err(if percentiles == PERCENTILES {
                self.wrong(len, "no such percentile", "there are p50, p90, p95 and p99")
            } else {
                self.wrong(
                    len,
                    "warm starts have only a p50: many warm invokes of one environment are one environment",
                    format!("write {metric}.p50"),
                )
            });
        }
        let names: Vec<String> = Measure::all().map(Measure::name).collect();
        let hint = match nearest(name, &names) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there are {}", listed()),
        };
        Err(self.wrong(name.len(), format!("no metric is called {name}"), hint))
    }

    /// Whether the limit itself is too far.
    fn operator(&mut self) -> Result<bool, BudgetError> {
        self.skip_space();
        for (sign, inclusive) in [(">=", true), ("≥", true), (">", false)] {
            if self.rest().starts_with(sign) {
                self.at += sign.len();
                return Ok(inclusive);
            }
        }
        let why = "a budget says what fails: only > and >= can stand here";
        Err(if self.rest().is_empty() {
            self.wrong(0, "the limit is missing", FORM)
        } else {
            self.wrong(self.next_len(), why, FORM)
        })
    }

    fn limit(&mut self, measure: Measure) -> Result<Limit, BudgetError> {
        self.skip_space();
        let start = self.at;
        let sign = self.take(|c| c == '+' || c == '-' || c == '−');
        let dollars = self.take(|c| c == '$');
        let digits_at = self.at;
        let digits = self.take(|c| c.is_ascii_digit() || c == '.');
        let number = (digits.parse::<f64>().ok()).filter(|number| {
            number.is_finite() && !digits.ends_with('.') && !digits.starts_with('.')
        });
        let Some(number) = number else {
            if digits.is_empty() && !self.rest().is_empty() && sign.is_empty() {
                return Err(self.wrong(
                    self.next_len(),
                    "the limit is a number",
                    limit_form(measure),
                ));
            }
            self.at = digits_at;
            let problem = if digits.is_empty() {
                "a number is missing"
            } else {
                "that is no number"
            };
            return Err(self.wrong(digits.len(), problem, limit_form(measure)));
        };
        self.skip_space();
        let unit_at = self.at;
        let unit = self.take(|c| !c.is_whitespace());
        let end = self.at;
        self.at = start;
        if unit == "%" && dollars.is_empty() {
            return self.change(sign, digits, end - start);
        }
        if !sign.is_empty() {
            return Err(self.wrong(
                sign.len(),
                "only a change has a sign, and it is in per cent",
                limit_form(measure),
            ));
        }
        let written = match (dollars, unit) {
            ("$", "") | ("", "USD") => "$",
            ("", unit) => unit,
            _ => "",
        };
        let own = measure.unit();
        let found = UNITS
            .iter()
            .find(|(name, of, _)| *name == written && *of == own);
        let Some((.., factor)) = found else {
            let wrong_dollars = !dollars.is_empty() && (own != "$" || unit.is_empty());
            self.at = if wrong_dollars {
                digits_at - dollars.len()
            } else {
                unit_at
            };
            let problem = if wrong_dollars || !unit.is_empty() {
                format!(
                    "{} is not measured in {}",
                    measure.name(),
                    if wrong_dollars { dollars } else { unit }
                )
            } else {
                "the unit is missing".to_owned()
            };
            let len = if wrong_dollars {
                dollars.len()
            } else {
                unit.len()
            };
            return Err(self.wrong(len, problem, limit_form(measure)));
        };
        self.at = end;
        Ok(Limit::Value(number * factor))
    }

    fn change(&mut self, sign: &str, digits: &str, len: usize) -> Result<Limit, BudgetError> {
        if !matches!(sign, "+" | "-" | "−") {
            let more = format!("+{digits}%");
            return Err(self.wrong(
                len,
                "a change needs its sign",
                format!("write {more} for that much more than before, or -{digits}% to demand that much less"),
            ));
        }
        // So that 10 is a tenth as exactly as can be.
        let change: f64 = format!("{digits}e-2").parse().unwrap_or(f64::INFINITY);
        let less = sign != "+";
        if !change.is_finite() || (less && change >= 1.0) {
            return Err(self.wrong(
                len,
                "nothing can change by that much",
                "a change is more than -100%",
            ));
        }
        self.at += len;
        Ok(Limit::Change(if less { -change } else { change }))
    }
}

fn limit_form(measure: Measure) -> String {
    let value = match measure.unit() {
        "ms" => "a time (800ms, 1.5s, 300us)",
        "MB" => "memory (200MB)",
        "$" => "dollars per million starts ($2.50)",
        _ => "a size (700B, 40KB, 5MiB)",
    };
    format!("a limit is a change (+10%, -10%) or {value}")
}

fn listed() -> String {
    "cold.p50, cold.init.p50, warm.p50, memory.max, package.zip, package.total, cost.cold and their like".to_owned()
}

/// One that is nearly written so.
fn nearest<'n>(name: &str, names: &'n [String]) -> Option<&'n str> {
    let name = name.to_lowercase();
    names
        .iter()
        .map(|known| (strsim::jaro_winkler(&name, known), known.as_str()))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}
