//! Figures in the order in which they were measured: a drift is seen, and so is what was left out.

use super::super::text::Text;
use super::axis::{Axis, Unit};
use super::page::Series;
use super::svg::{Anchor, Svg};
use crate::stats::median;

const HEIGHT: f64 = 220.0;
/// What has no figure stands below the axis.
const LANE: f64 = 18.0;

/// Of so many figures in a row the line is the median: of more where there are many, so that it stays a line.
pub(super) fn in_a_row(points: &[Point]) -> usize {
    let counted = |series| {
        points
            .iter()
            .filter(|p| p.counts && p.series == series)
            .count()
    };
    let most = counted(Series::Before).max(counted(Series::After));
    (most / 16).max(5) | 1
}

/// One figure.
pub(super) struct Point {
    /// Its place in the order, from 1.
    pub(super) nth: usize,
    pub(super) ms: Option<f64>,
    pub(super) counts: bool,
    pub(super) series: Series,
    pub(super) says: String,
}

/// Draws the points of all series.
pub(super) fn draw(svg: &mut Svg, points: &[Point], axis: &Axis, text: Text) {
    let top = 10.0;
    let unknown = points.iter().any(|point| point.ms.is_none());
    let foot = top + HEIGHT + if unknown { LANE } else { 0.0 };
    let in_a_row = in_a_row(points);
    svg.grow(foot);
    let y = |ms: f64| top + HEIGHT * (1.0 - axis.at(ms) / 100.0);
    for (tick, label) in axis.ticks(text) {
        svg.grid((0.0, y(tick)), (100.0, y(tick)));
        svg.text("tick", (0.0, y(tick) + 4.0), Anchor::End, -8.0, &label);
    }
    let last = points.iter().map(|point| point.nth).max().unwrap_or(1);
    let order = Axis::from_zero((last + 1) as f64, Unit::Nth);
    let x = |nth: usize| nth as f64 / (last + 1) as f64 * 100.0;
    for (tick, label) in order.ticks(text) {
        let nth = tick as usize;
        if (1..=last).contains(&nth) {
            svg.text("tick", (x(nth), foot + 18.0), Anchor::Middle, 0.0, &label);
        }
    }
    for point in points {
        let at = (x(point.nth), point.ms.map_or(foot - 4.0, y));
        let (shape, class) = if point.counts {
            (point.series.shape(), point.series.class().to_owned())
        } else {
            ("x", format!("out {}", point.series.class()))
        };
        svg.mark(shape, &class, at, &point.says);
    }
    for series in [Series::Before, Series::After] {
        let own: Vec<(usize, f64)> = points
            .iter()
            .filter(|point| point.counts && point.series == series)
            .filter_map(|point| Some((point.nth, point.ms?)))
            .collect();
        let line: Vec<(f64, f64)> = own
            .windows(in_a_row)
            .filter_map(|some| {
                let figures: Vec<f64> = some.iter().map(|(_, ms)| *ms).collect();
                Some((x(some[in_a_row / 2].0), y(median(&figures)?)))
            })
            .collect();
        for pair in line.windows(2) {
            svg.line(&format!("run {}", series.class()), pair[0], pair[1]);
        }
    }
    svg.grow(26.0);
}
