//! Bars that are made of parts, one above the other on one axis that begins at 0.

use super::super::text::Text;
use super::axis::{Axis, Unit};
use super::svg::{Anchor, Svg};

const BAR: f64 = 26.0;
/// A figure is written into its part if that has so much of the axis, in per cent.
const WRITTEN_FROM: f64 = 17.0;

/// A whole and its parts.
pub(super) struct Bar {
    pub(super) name: String,
    /// The whole as it is written, if it is.
    pub(super) whole: String,
    /// Each part and how it is written, in the order of the legend; 0 where it has none.
    pub(super) parts: Vec<(f64, String)>,
}

/// Draws the bars and their axis; the parts' names, in the legend, are what their boxes say.
pub(super) fn draw(svg: &mut Svg, bars: &[Bar], legend: &[&str], unit: Unit, text: Text) {
    let whole = |bar: &Bar| bar.parts.iter().map(|(x, _)| x).sum::<f64>();
    let longest = bars.iter().map(whole).fold(0.0, f64::max);
    let axis = Axis::from_zero(longest, unit);
    for bar in bars {
        let top = svg.height() + 22.0;
        svg.text("name", (0.0, top - 7.0), Anchor::Start, 0.0, &bar.name);
        if !bar.whole.is_empty() {
            svg.text("value", (100.0, top - 7.0), Anchor::End, 0.0, &bar.whole);
        }
        let mut from = 0.0;
        for (i, (figure, written)) in bar.parts.iter().enumerate() {
            if *figure <= 0.0 {
                continue;
            }
            let x = (axis.at(from), axis.at(from + figure));
            let says = format!("{}: {written}", legend[i]);
            svg.rect(&format!("part p{}", i + 1), x, top, BAR, &says);
            if x.1 - x.0 >= WRITTEN_FROM {
                let at = (f64::midpoint(x.0, x.1), top + BAR / 2.0 + 4.0);
                svg.text("inside", at, Anchor::Middle, 0.0, written);
            }
            from += figure;
        }
        svg.grow(22.0 + BAR + 8.0);
    }
    axis.draw_below(svg, text);
}
