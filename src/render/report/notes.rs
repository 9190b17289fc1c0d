//! The footnotes of a report: how far to trust the figures, and what they cost.

use crate::compare::Metric;
use crate::cost::Prices;
use crate::results::{Arm, ArmSummary, EndpointKind, SubjectResult};
use crate::stats::{far_out, two_groups};

use super::super::figure;
use super::super::layout::clean;
use super::super::plan::dollars;
use super::super::text::Text;
use super::tables::{Detail, n_of_all};
use super::{View, apart};

impl View<'_> {
    /// A paragraph each for what the figures are, how they were come by, and what they cost.
    pub(super) fn notes(&self, shown: Detail, text: Text) -> Vec<String> {
        let Some(after) = self.after else {
            return Vec::new();
        };
        [
            self.figures(after.1, shown, text),
            self.circumstances(after.0.no_handler, text),
            self.costs(after, text),
        ]
        .into_iter()
        .filter(|sentences| !sentences.is_empty())
        .map(|sentences| sentences.join(" "))
        .collect()
    }

    fn figures(&self, after: &ArmSummary, shown: Detail, text: Text) -> Vec<String> {
        let mut notes = Vec::new();
        if self.before.is_some() {
            notes.push(text.medians_note().to_owned());
            notes.extend(self.intervals(shown, text));
        } else {
            notes.push(text.spread_note().to_owned());
            notes.push(text.single_interval_note().to_owned());
        }
        if self.before.is_none() || self.stored().is_some() {
            let spreads = [after.cold_ms, after.warm_ms];
            let told = |p95: bool| spreads.iter().flatten().any(|s| s.p95.is_some() == p95);
            if told(true) && told(false) {
                notes.push(text.p95_note().to_owned());
            }
        }
        notes
    }

    fn circumstances(&self, no_handler: bool, text: Text) -> Vec<String> {
        let mut notes = Vec::new();
        if self.stored().is_some() && self.result.observational().is_some() {
            notes.push(text.observational_note().to_owned());
        } else if let Some(stored) = self.stored() {
            notes.push(text.indicative_note(&apart(stored, self.result, text)));
        } else if self.result.plan.around {
            notes.push(text.around_note().to_owned());
        } else if self.before.is_some() {
            notes.push(text.interleaved_note().to_owned());
        }
        let ranges = self.ranges(text);
        if self.before.is_some() && !ranges.is_empty() {
            notes.push(text.range(&ranges));
        }
        notes.extend(self.shapes(text));
        if no_handler {
            notes.push(text.no_handler_note().to_owned());
        }
        notes
    }

    fn costs(&self, (subject, summary): (&SubjectResult, &ArmSummary), text: Text) -> Vec<String> {
        let mut notes = Vec::new();
        if self.result.cost.requests > 0 {
            let usd = self.result.cost.cost_usd.map(dollars);
            let paid = subject.endpoint == EndpointKind::Aws;
            notes.push(text.has_cost(&self.result.cost, usd.as_deref(), paid));
        }
        if summary.cost_cold_usd_per_million.is_some() {
            notes.push(match &self.result.cost.own_prices {
                Some(list) => text.own_prices_note(&clean(list)),
                None => text.costs_note(subject.region.as_deref().unwrap_or("us-east-1")),
            });
        }
        if subject.endpoint == EndpointKind::Sandbox {
            notes.push(text.sandbox_note().to_owned());
        }
        notes
    }

    /// Smallest and largest cold start of both arms measured here.
    fn ranges(&self, text: Text) -> Vec<(Arm, String, String)> {
        if self.stored().is_some() {
            return Vec::new();
        }
        [self.before, self.after]
            .into_iter()
            .flatten()
            .filter_map(|(subject, summary)| {
                let spread = summary.cold_ms?;
                let written = figure::times(&[spread.min, spread.max], text);
                let [low, high] = written.as_slice() else {
                    return None;
                };
                Some((subject.arm, low.clone(), high.clone()))
            })
            // From one start, or from equal ones, there is no range.
            .filter(|(_, low, high)| low != high)
            .collect()
    }

    /// What intervals and p are, and when the data were looked at.
    fn intervals(&self, shown: Detail, text: Text) -> Vec<String> {
        let Some(comparison) = self.comparison() else {
            return Vec::new();
        };
        if comparison.rows.iter().all(|row| row.test.is_none()) {
            return Vec::new();
        }
        let mut notes = Vec::new();
        if shown >= Detail::Intervals {
            notes.push(text.intervals_note(comparison.alpha));
        }
        notes.push(text.test_note(shown >= Detail::P, n_of_all(&comparison)));
        let looks = self.result.plan.looks.as_ref();
        notes.extend(looks.filter(|l| l.at.len() > 1).map(|l| text.looks_note(l)));
        notes
    }

    /// Arms whose cold starts are not one heap.
    fn shapes(&self, text: Text) -> Vec<String> {
        let mut notes = Vec::new();
        for (subject, _) in [self.before, self.after].into_iter().flatten() {
            let prices = Prices::builtin();
            let cold_ms = Metric::ColdStart.figures(&self.result.samples, subject, &prices);
            if let Some(groups) = two_groups(&cold_ms) {
                let written = figure::times(&[groups.low, groups.high], text);
                notes.push(text.two_groups_note(subject.arm, &groups, (&written[0], &written[1])));
            }
            match far_out(&cold_ms) {
                0 => {}
                n => notes.push(text.far_out_note(subject.arm, n)),
            }
        }
        notes
    }
}
