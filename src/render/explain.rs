//! What `lambench explain` says: a paragraph for each metric, reason, verdict and word, and how it is found.

mod exclusions;
mod metrics;
mod verdicts;
mod words;

use serde::Serialize;

use crate::compare::Metric;
use crate::config::Lang;
use crate::gate::Measure;
use crate::results::{Exclusion, Verdict};

use super::layout::{fields, paragraph};
use super::style::{Paint, Style};
use super::text::Text;

/// A paragraph is no easier to read when it is wider.
const WIDEST: usize = 88;

/// Something that can be explained.
#[derive(Clone, Copy)]
enum Topic {
    Metric(Metric),
    Exclusion(Exclusion),
    Verdict(Verdict),
    Word(&'static words::Word),
}

/// The explanation of `name`; where there is none, the names that are nearly so, the nearest first.
pub fn explain(name: &str, lang: Lang, style: &Style) -> Result<String, Vec<String>> {
    let wanted = plain(name);
    let found = topics().find(|topic| topic.names().iter().any(|name| plain(name) == wanted));
    found
        .map(|topic| topic.explained(Text(lang), style))
        .ok_or_else(|| nearest(&wanted))
}

/// Every topic with what it is called in reports.
pub fn explained(lang: Lang, style: &Style) -> String {
    let text = Text(lang);
    let width = style.width.min(WIDEST);
    let mut out = paragraph("", text.explain_lead(), width);
    let mut heading = "";
    let mut rows = Vec::new();
    for topic in topics() {
        if topic.heading(text) != heading {
            out.push_str(&fields(&std::mem::take(&mut rows), width));
            heading = topic.heading(text);
            out.extend(["\n", &style.paint(Paint::Bold, heading), "\n"]);
        }
        rows.push((topic.name(), topic.line(text)));
    }
    out + &fields(&rows, width)
}

fn topics() -> impl Iterator<Item = Topic> {
    let mut metrics: Vec<Metric> = Measure::all().map(|measure| measure.metric).collect();
    metrics.dedup();
    metrics.push(Metric::Version);
    (metrics.into_iter().map(Topic::Metric))
        .chain(exclusions::ALL.into_iter().map(Topic::Exclusion))
        .chain(verdicts::ALL.into_iter().map(Topic::Verdict))
        .chain(words::WORDS.iter().map(Topic::Word))
}

impl Topic {
    /// The name that is shown: a metric's without its percentile.
    fn name(self) -> String {
        match self {
            Self::Metric(metric) => {
                let percentile = None;
                Measure { metric, percentile }.name()
            }
            Self::Exclusion(reason) => as_stored(reason),
            Self::Verdict(verdict) => as_stored(verdict),
            Self::Word(word) => word.name.to_owned(),
        }
    }

    /// All names that find it, those that reports print in either language among them.
    fn names(self) -> Vec<String> {
        let titles = |of: &dyn Fn(Text) -> &'static str| {
            [Lang::En, Lang::Ko].map(|lang| of(Text(lang)).to_owned())
        };
        let mut names = vec![self.name()];
        match self {
            Self::Metric(metric) => {
                names.extend(titles(&|text| text.metric(metric)));
                let with_percentile = Measure::all().filter(|measure| measure.metric == metric);
                names.extend(with_percentile.map(Measure::name));
            }
            Self::Exclusion(_) => {}
            Self::Verdict(verdict) => names.extend(titles(&|text| text.verdict(verdict))),
            Self::Word(word) => names.extend(word.also.iter().map(|&name| name.to_owned())),
        }
        names
    }

    fn heading(self, text: Text) -> &'static str {
        match self {
            Self::Metric(_) => text.explained_metrics(),
            Self::Exclusion(_) => text.explained_exclusions(),
            Self::Verdict(_) => text.explained_verdicts(),
            Self::Word(_) => text.explained_words(),
        }
    }

    /// What reports call it.
    fn title(self, text: Text) -> Option<&'static str> {
        match self {
            Self::Metric(metric) => Some(text.metric(metric)),
            Self::Exclusion(reason) => Some(text.exclusion(reason)),
            Self::Verdict(verdict) => Some(text.verdict(verdict)),
            Self::Word(_) => None,
        }
    }

    /// What stands beside its name in the list: its title, or the first sentence where that tells more.
    fn line(self, text: Text) -> String {
        match self {
            Self::Metric(_) | Self::Exclusion(_) => self.title(text).unwrap_or_default().to_owned(),
            Self::Verdict(_) | Self::Word(_) => {
                let said = self.text(text);
                let end = said.find(". ").map_or(said.len(), |at| at + 1);
                said[..end].to_owned()
            }
        }
    }

    fn text(self, text: Text) -> &'static str {
        match self {
            Self::Metric(metric) => text.explained_metric(metric),
            Self::Exclusion(reason) => text.explained_exclusion(reason),
            Self::Verdict(verdict) => text.explained_verdict(verdict),
            Self::Word(word) => text.pick(word.en, word.ko),
        }
    }

    fn see(self) -> &'static [&'static str] {
        match self {
            Self::Metric(metric) => metrics::see(metric),
            Self::Exclusion(reason) => exclusions::see(reason),
            Self::Verdict(_) => verdicts::SEE,
            Self::Word(word) => word.see,
        }
    }

    /// Which command says why the figure is what it is.
    fn ask(self, text: Text) -> Option<&'static str> {
        match self {
            Self::Metric(metric) => metrics::ask(metric, text),
            _ => None,
        }
    }

    fn explained(self, text: Text, style: &Style) -> String {
        let width = style.width.min(WIDEST);
        let name = self.name();
        let title = self.title(text).filter(|title| *title != name);
        let title = title.map_or_else(String::new, |title| format!(": {title}"));
        let head = paragraph("", &format!("{name}{title}"), width);
        let mut out = head.replacen(&name, &style.paint(Paint::Bold, &name), 1);
        out.push('\n');
        out.push_str(&paragraph("", self.text(text), width));
        if let Self::Metric(metric) = self {
            let written: Vec<String> = Measure::all()
                .filter(|measure| measure.metric == metric)
                .map(Measure::name)
                .collect();
            if !written.is_empty() {
                out.push('\n');
                out.push_str(&paragraph("", &text.in_budgets(&written.join(", ")), width));
            }
        }
        if let Some(ask) = self.ask(text) {
            out.push('\n');
            out.push_str(&paragraph("", ask, width));
        }
        out.push('\n');
        out + &paragraph("", &text.see_also(&self.see().join(", ")), width)
    }
}

/// The name in result files.
fn as_stored(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// `Cold start`, `cold-start` and `cold_start` are one.
fn plain(name: &str) -> String {
    let lower = name.trim().to_lowercase();
    lower
        .split(|c: char| c.is_whitespace() || c == '_' || c == '-')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

fn nearest(wanted: &str) -> Vec<String> {
    let mut near: Vec<(f64, String)> = topics()
        .map(|topic| {
            let likeness = topic
                .names()
                .iter()
                .map(|name| strsim::jaro_winkler(wanted, &plain(name)))
                .fold(0.0, f64::max);
            (likeness, topic.name())
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests;
