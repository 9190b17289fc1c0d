//! A map of a tree: boxes as large as what they stand for, as square as can be (the squarified layout of Bruls, Huizing
//! and van Wijk, 2000). Positions along it are per cent, heights pixels, as in all drawings of the page.

use std::fmt::Write as _;

use super::page::esc;
use super::svg::n;

/// The layout is made for this width; where the page is narrower, boxes are narrower too.
const WIDTH: f64 = 880.0;
const HEIGHT: f64 = 520.0;
/// Room for the name of a box that holds others.
const HEAD: f64 = 17.0;
/// A box that holds others has this much of itself to be seen around them.
const EDGE: f64 = 2.0;
/// Smaller ones are drawn without what lies in them.
const LEAST_INSIDE: f64 = 26.0;
/// A letter takes about this much.
const LETTER: f64 = 6.6;

/// Something with a size, and what lies in it.
pub(super) struct Box {
    pub(super) name: String,
    /// Told to those who point at it, or hear it.
    pub(super) says: String,
    /// The class of its colour.
    pub(super) class: String,
    pub(super) size: f64,
    /// Where it leads; empty where nowhere.
    pub(super) link: String,
    pub(super) inside: Vec<Box>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Area {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Area {
    fn shorter(self) -> f64 {
        self.width.min(self.height)
    }

    /// What is inside a box, below its name.
    fn inner(self) -> Self {
        Self {
            x: self.x + EDGE,
            y: self.y + HEAD,
            width: (self.width - 2.0 * EDGE).max(0.0),
            height: (self.height - HEAD - EDGE).max(0.0),
        }
    }
}

/// Draws the map; `title` names it, `about` tells who can't see it what it shows.
pub(super) fn draw(id: &str, title: &str, about: &str, boxes: &[Box]) -> String {
    let whole = Area {
        x: 0.0,
        y: 0.0,
        width: WIDTH,
        height: HEIGHT,
    };
    let mut inside = String::new();
    boxes_in(boxes, whole, &mut inside);
    format!(
        "<svg class=\"map\" role=\"group\" aria-labelledby=\"{id}-t\" aria-describedby=\"{id}-d\" width=\"100%\" \
         height=\"{}\">\n<title id=\"{id}-t\">{}</title>\n<desc id=\"{id}-d\">{}</desc>\n{inside}</svg>\n",
        n(HEIGHT),
        esc(title),
        esc(about)
    )
}

fn boxes_in(boxes: &[Box], area: Area, out: &mut String) {
    let sizes: Vec<f64> = boxes.iter().map(|one| one.size).collect();
    for (one, area) in boxes.iter().zip(squarified(&sizes, area)) {
        // Less than a pixel is no box.
        if area.shorter() < 0.75 {
            continue;
        }
        if !one.link.is_empty() {
            let _ = writeln!(
                out,
                "<a href=\"#{}\" aria-label=\"{}\">",
                esc(&one.link),
                esc(&one.says)
            );
        }
        draw_box(one, area, out);
        if !one.link.is_empty() {
            out.push_str("</a>\n");
        }
    }
}

fn draw_box(one: &Box, area: Area, out: &mut String) {
    let inner = area.inner();
    let holds = !one.inside.is_empty() && inner.shorter() >= LEAST_INSIDE;
    let class = if holds { "holder" } else { one.class.as_str() };
    let (x, width) = (area.x / WIDTH * 100.0, area.width / WIDTH * 100.0);
    // A drawing of its own: it cuts a name that is longer than its box.
    let _ = write!(
        out,
        "<svg class=\"cell {class}\" x=\"{}%\" y=\"{}\" width=\"{}%\" height=\"{}\"><title>{}</title>\
         <rect width=\"100%\" height=\"100%\"/>",
        n(x),
        n(area.y),
        n(width),
        n(area.height),
        esc(&one.says)
    );
    let letters = one.name.chars().count().min(5) as f64 * LETTER + 8.0;
    if area.height >= HEAD - 1.0 && area.width >= letters {
        let _ = write!(out, "<text x=\"4\" y=\"12.5\">{}</text>", esc(&one.name));
    }
    out.push_str("</svg>\n");
    if holds {
        boxes_in(&one.inside, inner, out);
    }
}

/// An area for each size, in the order of the sizes, which are largest first. Together they fill `area`.
fn squarified(sizes: &[f64], area: Area) -> Vec<Area> {
    let whole: f64 = sizes.iter().sum();
    if whole <= 0.0 || area.width <= 0.0 || area.height <= 0.0 {
        return vec![
            Area {
                width: 0.0,
                height: 0.0,
                ..area
            };
            sizes.len()
        ];
    }
    let scale = area.width * area.height / whole;
    let sizes: Vec<f64> = sizes.iter().map(|size| size * scale).collect();
    let (mut left, mut areas, mut from) = (area, Vec::with_capacity(sizes.len()), 0);
    while from < sizes.len() {
        let side = left.shorter();
        let mut to = from + 1;
        while to < sizes.len() && worst(&sizes[from..=to], side) <= worst(&sizes[from..to], side) {
            to += 1;
        }
        left = row(&sizes[from..to], left, &mut areas);
        from = to;
    }
    areas
}

/// How far from square the worst box of a row along `side` is; 1 is a square.
fn worst(row: &[f64], side: f64) -> f64 {
    let sum: f64 = row.iter().sum();
    let largest = row.iter().copied().fold(0.0, f64::max);
    let smallest = row.iter().copied().fold(f64::INFINITY, f64::min);
    let (side, sum) = (side * side, sum * sum);
    (side * largest / sum).max(sum / (side * smallest))
}

/// Lays a row along the shorter side; gives what is left.
fn row(sizes: &[f64], area: Area, areas: &mut Vec<Area>) -> Area {
    let sum: f64 = sizes.iter().sum();
    let upright = area.width >= area.height;
    let side = area.shorter();
    let thick = if side > 0.0 { sum / side } else { 0.0 };
    let mut at = 0.0;
    for size in sizes {
        let long = if thick > 0.0 { size / thick } else { 0.0 };
        areas.push(if upright {
            Area {
                x: area.x,
                y: area.y + at,
                width: thick,
                height: long,
            }
        } else {
            Area {
                x: area.x + at,
                y: area.y,
                width: long,
                height: thick,
            }
        });
        at += long;
    }
    if upright {
        Area {
            x: area.x + thick,
            width: (area.width - thick).max(0.0),
            ..area
        }
    } else {
        Area {
            y: area.y + thick,
            height: (area.height - thick).max(0.0),
            ..area
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WHOLE: Area = Area {
        x: 0.0,
        y: 0.0,
        width: 600.0,
        height: 400.0,
    };

    #[test]
    fn the_example_of_the_paper_comes_out_as_in_the_paper() {
        let area = Area {
            x: 0.0,
            y: 0.0,
            width: 6.0,
            height: 4.0,
        };
        let areas = squarified(&[6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0], area);
        let hundredths: Vec<[i64; 4]> = areas
            .iter()
            .map(|a| [a.x, a.y, a.width, a.height].map(|v| (v * 100.0).round() as i64))
            .collect();
        assert_eq!(hundredths[0], [0, 0, 300, 200]);
        assert_eq!(hundredths[1], [0, 200, 300, 200]);
        assert_eq!(hundredths[2], [300, 0, 171, 233]);
        assert_eq!(hundredths[3], [471, 0, 129, 233]);
    }

    #[test]
    fn nothing_takes_no_room_and_breaks_nothing() {
        assert!(squarified(&[], WHOLE).is_empty());
        for areas in [
            squarified(&[0.0, 0.0], WHOLE),
            squarified(
                &[1.0],
                Area {
                    width: 0.0,
                    ..WHOLE
                },
            ),
        ] {
            assert!(areas.iter().all(|area| area.width * area.height <= 0.0));
        }
    }

    proptest! {
        #[test]
        fn areas_are_as_large_as_their_sizes_and_stay_inside(
            mut sizes in prop::collection::vec(0.0..1e9_f64, 1..60),
        ) {
            sizes.sort_by(|a, b| b.total_cmp(a));
            let whole: f64 = sizes.iter().sum();
            prop_assume!(whole > 0.0);
            let areas = squarified(&sizes, WHOLE);
            prop_assert_eq!(areas.len(), sizes.len());
            for (size, area) in sizes.iter().zip(&areas) {
                let expected = size / whole * WHOLE.width * WHOLE.height;
                prop_assert!((area.width * area.height - expected).abs() < 0.01, "{area:?} {expected}");
                prop_assert!(area.x >= -1e-6 && area.x + area.width <= WHOLE.width + 1e-6);
                prop_assert!(area.y >= -1e-6 && area.y + area.height <= WHOLE.height + 1e-6);
            }
        }
    }
}
