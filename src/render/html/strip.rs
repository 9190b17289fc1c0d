//! Plots of figures on one axis, a row for each set: every figure as a mark, or how many lie where; with the median and
//! its interval.

use super::super::figure;
use super::super::text::Text;
use super::axis::Axis;
use super::page::Series;
use super::svg::{Anchor, Svg};

/// Marks nearer than this, in per cent of the axis, are put above each other.
const NEAR: f64 = 1.2;
/// From one mark to the one above.
const APART: f64 = 8.0;
/// How far a heap of marks reaches from its middle at most.
const FARTHEST: f64 = 56.0;
/// Parts of a histogram.
const PARTS: usize = 48;
const HISTOGRAM: f64 = 64.0;

/// One row.
pub(super) struct Row<'a> {
    pub(super) series: Series,
    pub(super) name: String,
    pub(super) median: Option<f64>,
    pub(super) interval: Option<(f64, f64)>,
    /// Figures in ms, each with what its mark says when it is pointed at.
    pub(super) figures: Vec<(f64, String)>,
    pub(super) text: Text,
    pub(super) axis: &'a Axis,
}

impl Row<'_> {
    /// Every figure as a mark.
    pub(super) fn draw_marks(&self, svg: &mut Svg) {
        let heaps = self.heaps();
        let most = heaps.iter().map(|(_, nth)| nth + 1).max().unwrap_or(1);
        let reach = (APART * (most / 2) as f64).min(FARTHEST);
        let apart = reach / (most / 2).max(1) as f64;
        let half = reach + 9.0;
        let top = svg.height() + 22.0;
        self.draw_band(svg, top, half * 2.0);
        for ((_, says), (x, nth)) in self.figures.iter().zip(&heaps) {
            // 0, 1 up, 1 down, 2 up, and so on.
            let steps = nth.div_ceil(2) as f64 * if nth % 2 == 1 { -1.0 } else { 1.0 };
            let y = top + half + steps * apart;
            svg.mark(self.series.shape(), self.series.class(), (*x, y), says);
        }
        self.draw_median(svg, top, half * 2.0);
        svg.grow(22.0 + half * 2.0 + 8.0);
    }

    /// Where each mark stands, and how many of its heap came before it.
    fn heaps(&self) -> Vec<(f64, usize)> {
        let mut heights = std::collections::BTreeMap::<i64, usize>::new();
        self.figures
            .iter()
            .map(|(figure, _)| {
                let x = self.axis.at(*figure);
                let height = heights.entry((x / NEAR).floor() as i64).or_default();
                *height += 1;
                (x, *height - 1)
            })
            .collect()
    }

    /// How many lie where; `most` is the largest share that a part of any row has.
    pub(super) fn draw_histogram(&self, svg: &mut Svg, most: f64) {
        let top = svg.height() + 22.0;
        self.draw_band(svg, top, HISTOGRAM);
        let n = self.figures.len().max(1) as f64;
        for (count, (low, high)) in self.counts().zip(self.axis.parts(PARTS)) {
            if count == 0 {
                continue;
            }
            // What is there is seen.
            let height = (count as f64 / n / most * (HISTOGRAM - 6.0)).max(1.5);
            let ends = figure::times(&[low, high], self.text);
            let says = self.text.so_many_between(count, &ends[0], &ends[1]);
            let x = (self.axis.at(low), self.axis.at(high));
            let class = format!("bin {}", self.series.class());
            svg.rect(&class, x, top + HISTOGRAM - height, height, &says);
        }
        svg.line("base", (0.0, top + HISTOGRAM), (100.0, top + HISTOGRAM));
        self.draw_median(svg, top, HISTOGRAM);
        svg.grow(22.0 + HISTOGRAM + 8.0);
    }

    /// The largest share of the row's figures in one part.
    pub(super) fn largest_share(&self) -> f64 {
        let most = self.counts().max().unwrap_or(0);
        most as f64 / self.figures.len().max(1) as f64
    }

    fn counts(&self) -> impl Iterator<Item = usize> {
        let mut counts = [0; PARTS];
        for (figure, _) in &self.figures {
            let part = self.axis.at(*figure) / 100.0 * PARTS as f64;
            counts[(part as usize).min(PARTS - 1)] += 1;
        }
        counts.into_iter()
    }

    /// The interval as a band, behind what is drawn later.
    fn draw_band(&self, svg: &mut Svg, top: f64, height: f64) {
        if let Some((low, high)) = self.interval {
            let x = (self.axis.at(low), self.axis.at(high));
            svg.rect(&format!("band {}", self.series.class()), x, top, height, "");
        }
    }

    /// The median as a line over what was drawn, with the row's name and the figure above.
    fn draw_median(&self, svg: &mut Svg, top: f64, height: f64) {
        let Some(median) = self.median else {
            svg.text("name", (0.0, top - 7.0), Anchor::Start, 0.0, &self.name);
            return;
        };
        let (class, x) = (self.series.class(), self.axis.at(median));
        let ends = ((x, top - 2.0), (x, top + height));
        svg.line("halo", ends.0, ends.1);
        svg.line(&format!("median {class}"), ends.0, ends.1);
        let words = format!("{} {}", self.name, figure::time(median, self.text));
        let at = (x, top - 7.0);
        svg.text(
            &format!("value {class}"),
            at,
            Anchor::of_long(x),
            0.0,
            &words,
        );
    }
}
