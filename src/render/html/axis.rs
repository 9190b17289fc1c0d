//! An axis: from where to where, with ticks at numbers that people count in.

use super::super::figure;
use super::super::text::Text;
use super::svg::{Anchor, Svg};

/// More ticks than this crowd a telephone's screen, where every other label is left out.
const MOST_STEPS: f64 = 7.0;

/// What the numbers of an axis are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Ms,
    Bytes,
    /// The first, the second, and so on.
    Nth,
}

/// A range that begins and ends at a tick.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    unit: Unit,
    low: f64,
    high: f64,
    step: f64,
}

impl Axis {
    /// Holds all the figures. It begins at 0 unless that would squeeze them into less than half of it.
    pub(super) fn holding(figures: impl IntoIterator<Item = f64>, unit: Unit) -> Option<Self> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for figure in figures.into_iter().filter(|x| x.is_finite()) {
            (low, high) = (low.min(figure), high.max(figure));
        }
        if low > high {
            return None;
        }
        if low < high / 2.0 && low >= 0.0 {
            low = 0.0;
        }
        Some(Self::over(low, high, unit))
    }

    /// From 0 to at least `high`.
    pub(super) fn from_zero(high: f64, unit: Unit) -> Self {
        Self::over(0.0, high, unit)
    }

    fn over(low: f64, high: f64, unit: Unit) -> Self {
        let (low, high) = match high - low {
            // All the same: some room around it.
            range if range <= high.abs() * 1e-9 => {
                (low * 0.95, high * 1.05 + f64::from(high == 0.0))
            }
            _ => (low, high),
        };
        let step = step((high - low) / (MOST_STEPS - 1.0), unit);
        Self {
            unit,
            low: (low / step).floor() * step,
            high: (high / step).ceil() * step,
            step,
        }
    }

    /// Where on the axis a figure is, in per cent of its length.
    pub(super) fn at(&self, figure: f64) -> f64 {
        ((figure - self.low) / (self.high - self.low) * 100.0).clamp(0.0, 100.0)
    }

    /// The range in `n` equal parts.
    pub(super) fn parts(&self, n: usize) -> impl Iterator<Item = (f64, f64)> {
        let (low, width) = (self.low, (self.high - self.low) / n as f64);
        (0..n).map(move |i| (low + width * i as f64, low + width * (i + 1) as f64))
    }

    /// Every tick and its label, all in one unit.
    pub(super) fn ticks(&self, text: Text) -> Vec<(f64, String)> {
        let n = ((self.high - self.low) / self.step).round() as usize;
        (0..=n)
            .map(|i| self.low + self.step * i as f64)
            .map(|tick| (tick, self.label(tick, text)))
            .collect()
    }

    fn label(&self, tick: f64, text: Text) -> String {
        let number = |divisor: f64| {
            let step = self.step / divisor;
            let decimals = (0..6).find(|d| (step * 10_f64.powi(*d)).fract().abs() < 1e-6);
            format!("{:.*}", decimals.unwrap_or(6) as usize, tick / divisor)
        };
        match self.unit {
            Unit::Ms if self.high > 1000.0 => text.seconds(&number(1000.0)),
            Unit::Ms => format!("{} ms", number(1.0)),
            Unit::Bytes if tick == 0.0 => "0".into(),
            Unit::Bytes => figure::bytes(tick as u64),
            Unit::Nth => number(1.0),
        }
    }

    /// Ticks, a line for each through all of the drawing, and labels below it.
    pub(super) fn draw_below(&self, svg: &mut Svg, text: Text) {
        let foot = svg.height() + 4.0;
        for (i, (tick, label)) in self.ticks(text).into_iter().enumerate() {
            let x = self.at(tick);
            svg.grid((x, 0.0), (x, foot));
            let class = if i % 2 == 0 { "tick" } else { "tick odd" };
            svg.text(class, (x, foot + 14.0), Anchor::at(x), 0.0, &label);
        }
        svg.grow(24.0);
    }
}

/// The next step that people count in: 1, 2 or 5, and a power of ten (of bytes: of 1024).
fn step(least: f64, unit: Unit) -> f64 {
    let (thousand, least) = match unit {
        Unit::Bytes => {
            let power = (least.max(1.0).ln() / 1024_f64.ln()).floor();
            let thousand = 1024_f64.powi(power as i32);
            (thousand, least / thousand)
        }
        Unit::Ms | Unit::Nth => (1.0, least),
    };
    let ten = 10_f64.powf(least.log10().floor());
    let nice = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|n| n * ten >= least * (1.0 - 1e-9))
        .unwrap_or(10.0);
    let step = nice * ten * thousand;
    match unit {
        // 1000 KB would be followed by 2000 KB.
        Unit::Bytes if nice * ten >= 1000.0 => thousand * 1024.0,
        Unit::Bytes | Unit::Nth => step.max(1.0),
        Unit::Ms => step,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Lang;

    fn labels(low: f64, high: f64, unit: Unit, lang: Lang) -> Vec<String> {
        let ticks = Axis::holding([low, high], unit).unwrap().ticks(Text(lang));
        ticks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_numbers_that_people_count_in_and_in_one_unit() {
        for (low, high, unit, written) in [
            (
                57.9,
                306.0,
                Unit::Ms,
                "0 ms, 100 ms, 200 ms, 300 ms, 400 ms",
            ),
            (
                283.0,
                306.0,
                Unit::Ms,
                "280 ms, 285 ms, 290 ms, 295 ms, 300 ms, 305 ms, 310 ms",
            ),
            (
                940.0,
                2016.0,
                Unit::Ms,
                "0.0 s, 0.5 s, 1.0 s, 1.5 s, 2.0 s, 2.5 s",
            ),
            (
                0.31,
                0.42,
                Unit::Ms,
                "0.30 ms, 0.32 ms, 0.34 ms, 0.36 ms, 0.38 ms, 0.40 ms, 0.42 ms",
            ),
            (
                1300.0,
                666_624.0,
                Unit::Bytes,
                "0, 200 KB, 400 KB, 600 KB, 800 KB",
            ),
            (
                0.0,
                1_000_000.0,
                Unit::Bytes,
                "0, 200 KB, 400 KB, 600 KB, 800 KB, 1000 KB",
            ),
            (
                0.0,
                5_900_000.0,
                Unit::Bytes,
                "0, 1.0 MB, 2.0 MB, 3.0 MB, 4.0 MB, 5.0 MB, 6.0 MB",
            ),
            (1.0, 3.0, Unit::Nth, "0, 1, 2, 3"),
        ] {
            assert_eq!(
                labels(low, high, unit, Lang::En).join(", "),
                written,
                "{low} {high}"
            );
        }
        assert_eq!(labels(940.0, 2016.0, Unit::Ms, Lang::Ko)[1], "0.5초");
    }

    #[test]
    fn an_axis_of_one_figure_or_of_nothing_has_room_or_is_none() {
        for same in [0.0, 1.0, 288.0, 1e7] {
            let axis = Axis::holding([same, same], Unit::Ms).unwrap();
            assert!((0.0..=100.0).contains(&axis.at(same)), "{same}: {axis:?}");
            assert!(
                (2..=9).contains(&axis.ticks(Text(Lang::En)).len()),
                "{axis:?}"
            );
        }
        assert_eq!(Axis::holding([], Unit::Ms), None);
        assert_eq!(Axis::holding([f64::NAN], Unit::Ms), None);
    }

    proptest::proptest! {
        #[test]
        fn every_axis_holds_its_figures_with_few_ticks_of_different_labels(
            low in 0.01_f64..1e6, more in 0.0_f64..1e6, unit in 0..3_usize
        ) {
            let unit = [Unit::Ms, Unit::Bytes, Unit::Nth][unit];
            let axis = Axis::holding([low, low + more], unit).unwrap();
            let ticks = axis.ticks(Text(Lang::En));
            proptest::prop_assert!((2..=9).contains(&ticks.len()), "{axis:?}");
            proptest::prop_assert!(axis.low <= low && axis.high >= low + more, "{axis:?}");
            let mut written: Vec<_> = ticks.iter().map(|(_, label)| label).collect();
            written.dedup();
            proptest::prop_assert!(unit == Unit::Bytes || written.len() == ticks.len(), "{ticks:?}");
        }
    }
}
