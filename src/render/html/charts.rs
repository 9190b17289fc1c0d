//! What is drawn of a result: every cold start, their course, the warm starts, the parts of a cold start, the packages.

use super::super::figure;
use super::super::text::Text;
use super::axis::{Axis, Unit};
use super::bars::{self, Bar};
use super::course::{self, Point};
use super::page::{self, Series};
use super::strip::Row;
use super::svg::Svg;
use crate::compare::{Comparison, Metric, compare_arms};
use crate::results::{Arm, ArmSummary, Kind, RunResult, Sample, SubjectResult};

/// Of more starts than these, as logs have them, each mark would be lost among the others and still make the page heavy.
const MOST_MARKS: usize = 1000;

/// The drawings of one result.
pub(super) struct Charts<'a> {
    result: &'a RunResult,
    comparison: Comparison,
    text: Text,
    /// What tells the ids of this result's drawings from those of others.
    prefix: &'a str,
    level: u8,
}

impl<'a> Charts<'a> {
    /// None where nothing was measured.
    pub(super) fn of(
        result: &'a RunResult,
        text: Text,
        prefix: &'a str,
        level: u8,
    ) -> Option<Self> {
        Some(Self {
            result,
            comparison: compare_arms(result)?,
            text,
            prefix,
            level,
        })
    }

    /// All of them, in the order in which they are shown.
    pub(super) fn all(&self) -> String {
        [
            self.cold_starts(),
            self.course(),
            self.parts(),
            self.warm_starts(),
            self.packages(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Every cold start that counts, on one axis.
    fn cold_starts(&self) -> Option<String> {
        let figures = |arm| {
            self.samples(arm, Kind::Cold)
                .filter_map(|sample| {
                    let ms = sample.cold_start_ms()?;
                    Some((ms, self.says(sample)))
                })
                .collect()
        };
        let axis = self.axis(Metric::ColdStart, Kind::Cold, Sample::cold_start_ms)?;
        let rows = self.rows(Metric::ColdStart, &axis, &figures);
        let (title, told) = (self.text.every_cold_start(), self.told(&rows));
        let mut svg = self.svg("cold", "strip", title, &told);
        let most = rows.iter().map(Row::largest_share).fold(0.0, f64::max);
        for row in &rows {
            if rows.iter().any(|row| row.figures.len() > MOST_MARKS) {
                row.draw_histogram(&mut svg, most);
            } else {
                row.draw_marks(&mut svg);
            }
        }
        axis.draw_below(&mut svg, self.text);
        let notes = page::list("told", &told) + &page::paragraph("note", self.text.strip_note());
        Some(page::figure(self.level, title, &svg.finish(), &notes))
    }

    /// All cold starts in their order, and those that do not count.
    fn course(&self) -> Option<String> {
        let cold = || self.result.samples.iter().filter(|s| s.kind == Kind::Cold);
        if cold().count() > 2 * MOST_MARKS {
            return None;
        }
        let axis = Axis::holding(cold().filter_map(Sample::cold_start_ms), Unit::Ms)?;
        let own_runs = self.comparison.indicative;
        let mut of_arm = [0, 0];
        let points: Vec<Point> = cold()
            .zip(1..)
            .map(|(sample, nth)| {
                let series = Series::of(sample.arm);
                let own = &mut of_arm[usize::from(series == Series::After)];
                *own += 1;
                Point {
                    // Of two runs each begins at 1.
                    nth: if own_runs { *own } else { nth },
                    ms: sample.cold_start_ms(),
                    counts: sample.accepted,
                    series,
                    says: self.says(sample),
                }
            })
            .collect();
        let excluded = points.iter().filter(|point| !point.counts).count();
        let title = self.text.course_title();
        let note = self.text.course_note(course::in_a_row(&points), own_runs);
        let mut svg = self.svg("course", "course", title, std::slice::from_ref(&note));
        course::draw(&mut svg, &points, &axis, self.text);
        let mut key: Vec<String> = Vec::new();
        for subject in &self.result.subjects {
            let series = Series::of(subject.arm);
            if self.result.measured(subject.arm).is_some() {
                key.push(page::key(
                    series.shape(),
                    series.class(),
                    self.name(subject.arm),
                ));
            }
        }
        if excluded > 0 {
            key.push(page::key("x", "out", &self.text.not_counted_key(excluded)));
        }
        let below = format!(
            "<p class=\"key\">{}</p>\n{}",
            key.concat(),
            page::paragraph("note", &note)
        );
        Some(page::figure(self.level, title, &svg.finish(), &below))
    }

    /// How the warm starts are spread.
    fn warm_starts(&self) -> Option<String> {
        let figures = |arm| {
            self.samples(arm, Kind::Warm)
                .filter_map(|sample| Some((sample.handler_ms?, String::new())))
                .collect()
        };
        let axis = self.axis(Metric::WarmStart, Kind::Warm, |s| s.handler_ms)?;
        let rows = self.rows(Metric::WarmStart, &axis, &figures);
        let (title, told) = (self.text.warm_distribution(), self.told(&rows));
        let mut svg = self.svg("warm", "histogram", title, &told);
        let most = rows.iter().map(Row::largest_share).fold(0.0, f64::max);
        for row in &rows {
            row.draw_histogram(&mut svg, most);
        }
        axis.draw_below(&mut svg, self.text);
        let notes = page::list("told", &told) + &page::paragraph("note", self.text.warm_note());
        Some(page::figure(self.level, title, &svg.finish(), &notes))
    }

    /// What a cold start is made of.
    fn parts(&self) -> Option<String> {
        let parts = |summary: &ArmSummary| {
            [
                summary.platform_ms,
                summary.restore_ms.or(summary.init_ms),
                summary.cold_handler_ms,
            ]
            .map(|spread| spread.map_or(0.0, |spread| spread.median))
        };
        let restores = self
            .measured()
            .any(|(_, summary)| summary.restore_ms.is_some());
        let inits = self
            .measured()
            .any(|(_, summary)| summary.init_ms.is_some());
        let second = match (inits, restores) {
            (true, true) => self.text.init_or_restore(),
            (false, true) => self.text.metric(Metric::Restore),
            _ => self.text.metric(Metric::Init),
        };
        let third = self.text.metric(Metric::ColdHandler);
        let legend = [self.text.platform(), second, third];
        let write = |figures: &[f64]| figure::times(figures, self.text);
        let (title, note) = (self.text.parts_title(), self.text.parts_note());
        let figures = |summary: &ArmSummary| parts(summary).to_vec();
        self.bars(
            "parts",
            title,
            note,
            &legend,
            Unit::Ms,
            &|_, summary| figures(summary),
            &write,
        )
    }

    /// What has to be downloaded.
    fn packages(&self) -> Option<String> {
        let figures = |subject: &SubjectResult, _: &ArmSummary| {
            let layers: Option<u64> = subject.layers.iter().map(|layer| layer.bytes).sum();
            let sizes = [subject.package_bytes, layers];
            sizes.map(|bytes| bytes.unwrap_or(0) as f64).to_vec()
        };
        let legend = [
            self.text.metric(Metric::PackageZipped),
            self.text.metric(Metric::Layers),
        ];
        let write = |figures: &[f64]| figures.iter().map(|x| figure::bytes(*x as u64)).collect();
        let (title, note) = (self.text.sizes_title(), self.text.sizes_note());
        self.bars("size", title, note, &legend, Unit::Bytes, &figures, &write)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "two callers, and no thing that these are"
    )]
    fn bars(
        &self,
        id: &str,
        title: &str,
        note: &str,
        legend: &[&str],
        unit: Unit,
        figures: &dyn Fn(&SubjectResult, &ArmSummary) -> Vec<f64>,
        write: &dyn Fn(&[f64]) -> Vec<String>,
    ) -> Option<String> {
        let bars: Vec<Bar> = self
            .measured()
            .map(|(subject, summary)| {
                let figures = figures(subject, summary);
                // Medians don't add up: only what is exact has a sum.
                let whole = match unit {
                    Unit::Bytes => write(&[figures.iter().sum()]).concat(),
                    Unit::Ms | Unit::Nth => String::new(),
                };
                let written = write(&figures);
                Bar {
                    name: self.name(subject.arm).to_owned(),
                    whole,
                    parts: figures.into_iter().zip(written).collect(),
                }
            })
            .collect();
        let there = |bar: &Bar| bar.parts.iter().any(|(x, _)| *x > 0.0);
        if !bars.iter().any(there) {
            return None;
        }
        let used = |i: usize| bars.iter().any(|bar| bar.parts[i].0 > 0.0);
        let lines: Vec<(usize, String)> = legend
            .iter()
            .enumerate()
            .filter(|(i, _)| used(*i))
            .map(|(i, name)| {
                let all: Vec<&str> = bars.iter().map(|bar| bar.parts[i].1.as_str()).collect();
                (i + 1, format!("{name}: {}", all.join(" → ")))
            })
            .collect();
        let told: Vec<String> = lines.iter().map(|(_, line)| line.clone()).collect();
        let mut svg = self.svg(id, "bars", title, &told);
        bars::draw(&mut svg, &bars, legend, unit, self.text);
        let below = page::legend(&lines) + &page::paragraph("note", note);
        Some(page::figure(self.level, title, &svg.finish(), &below))
    }

    fn svg(&self, id: &str, class: &'static str, title: &str, about: &[String]) -> Svg {
        Svg::new(
            format!("{}-{id}", self.prefix),
            class,
            title,
            &about.join(". "),
        )
    }

    /// Arms with figures, in order.
    fn measured(&self) -> impl Iterator<Item = (&SubjectResult, &ArmSummary)> {
        let arms = [Arm::Before, Arm::After, Arm::Only];
        arms.into_iter().filter_map(|arm| self.result.measured(arm))
    }

    fn samples(&self, arm: Arm, kind: Kind) -> impl Iterator<Item = &Sample> {
        let samples = self.result.samples.iter();
        samples.filter(move |s| s.accepted && s.arm == arm && s.kind == kind)
    }

    fn axis(&self, metric: Metric, kind: Kind, of: fn(&Sample) -> Option<f64>) -> Option<Axis> {
        let of_samples = self
            .measured()
            .flat_map(|(subject, _)| self.samples(subject.arm, kind).filter_map(of));
        let ends = self
            .comparison
            .rows
            .iter()
            .filter(|row| row.metric == metric);
        let ends = ends.flat_map(|row| [row.before_interval, row.after_interval]);
        let ends = ends.flatten().flat_map(|(low, high)| [low, high]);
        Axis::holding(of_samples.chain(ends), Unit::Ms)
    }

    fn rows<'b>(
        &self,
        metric: Metric,
        axis: &'b Axis,
        figures: &dyn Fn(Arm) -> Vec<(f64, String)>,
    ) -> Vec<Row<'b>> {
        let found = self.comparison.rows.iter().find(|row| row.metric == metric);
        self.measured()
            .filter_map(|(subject, summary)| {
                let spread = match metric {
                    Metric::WarmStart => summary.warm_ms,
                    _ => summary.cold_ms,
                };
                let interval = found.and_then(|row| match subject.arm {
                    Arm::Before => row.before_interval,
                    Arm::After | Arm::Only => row.after_interval,
                });
                let figures = figures(subject.arm);
                (!figures.is_empty()).then(|| Row {
                    series: Series::of(subject.arm),
                    name: self.name(subject.arm).to_owned(),
                    median: spread.map(|spread| spread.median),
                    interval,
                    figures,
                    text: self.text,
                    axis,
                })
            })
            .collect()
    }

    /// Each row in words.
    fn told(&self, rows: &[Row]) -> Vec<String> {
        let tell = |row: &Row| {
            let median = row.median?;
            let all = || row.figures.iter().map(|(ms, _)| *ms);
            let (low, high) = (
                all().fold(f64::INFINITY, f64::min),
                all().fold(0.0, f64::max),
            );
            let (from, to) = row.interval.unwrap_or((median, median));
            let written = figure::times(&[median, from, to, low, high], self.text);
            let interval = row
                .interval
                .map(|_| (written[1].as_str(), written[2].as_str()));
            Some(self.text.row_told(
                &row.name,
                &written[0],
                interval,
                (&written[3], &written[4]),
                row.figures.len(),
            ))
        };
        rows.iter().filter_map(tell).collect()
    }

    /// What a mark says when it is pointed at.
    fn says(&self, sample: &Sample) -> String {
        let arm = self.text.arm(sample.arm).map(str::to_owned);
        let ms = sample.cold_start_ms();
        let figure = ms.map_or_else(|| "-".to_owned(), |ms| figure::time(ms, self.text));
        let reason = sample.excluded_reason.map(|reason| {
            format!(
                "{}: {}",
                self.text.not_counted(),
                self.text.exclusion(reason)
            )
        });
        let at = sample
            .known_start()
            .map(|at| at.strftime("%H:%M:%S UTC").to_string());
        let parts = [arm, Some(figure), at, reason];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn name(&self, arm: Arm) -> &'static str {
        match arm {
            Arm::Before => self.text.before_title(),
            Arm::After => self.text.after_title(),
            Arm::Only => self.text.subject(),
        }
    }
}
