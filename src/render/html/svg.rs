//! A drawing: as wide as its place, its letters always as large as the page's. Positions along it are per cent, heights
//! pixels, so nothing has to be scaled or measured by a script.

use std::fmt::Write as _;

use super::page::esc;

/// A drawing that grows from its top to its foot.
pub(super) struct Svg {
    id: String,
    class: &'static str,
    title: String,
    about: String,
    behind: String,
    inside: String,
    height: f64,
}

/// How a text stands on its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    /// A text at the edge must not leave the drawing.
    pub(super) fn at(x: f64) -> Self {
        match x {
            ..8.0 => Self::Start,
            92.0.. => Self::End,
            _ => Self::Middle,
        }
    }

    /// The same of several words.
    pub(super) fn of_long(x: f64) -> Self {
        match x {
            ..24.0 => Self::Start,
            76.0.. => Self::End,
            _ => Self::Middle,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

impl Svg {
    /// `title` names it, `about` tells who can't see it what it shows.
    pub(super) fn new(id: String, class: &'static str, title: &str, about: &str) -> Self {
        Self {
            id,
            class,
            title: title.to_owned(),
            about: about.to_owned(),
            behind: String::new(),
            inside: String::new(),
            height: 0.0,
        }
    }

    /// How high it is so far.
    pub(super) fn height(&self) -> f64 {
        self.height
    }

    /// More room at the foot.
    pub(super) fn grow(&mut self, by: f64) {
        self.height += by;
    }

    /// A line in the class's colour.
    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.inside.push_str(&line(class, from, to));
    }

    /// A line of the grid, behind everything whenever it is drawn.
    pub(super) fn grid(&mut self, from: (f64, f64), to: (f64, f64)) {
        self.behind.push_str(&line("grid", from, to));
    }

    /// A box from one position to another; what it says when it is pointed at may be empty.
    pub(super) fn rect(&mut self, class: &str, x: (f64, f64), y: f64, height: f64, says: &str) {
        let (at, width, y, height) = (n(x.0), n(x.1 - x.0), n(y), n(height));
        let _ = writeln!(
            self.inside,
            "<rect class=\"{class}\" x=\"{at}%\" y=\"{y}\" width=\"{width}%\" height=\"{height}\"{}",
            closed("rect", says)
        );
    }

    /// A mark of one of the page's [shapes](super::page), for one thing that was measured.
    pub(super) fn mark(&mut self, shape: &str, class: &str, (x, y): (f64, f64), says: &str) {
        let (x, y) = (n(x), n(y));
        let _ = writeln!(
            self.inside,
            "<use class=\"mark {class}\" href=\"#{shape}\" x=\"{x}%\" y=\"{y}\"{}",
            closed("use", says)
        );
    }

    /// A text; `dx` moves it by pixels.
    pub(super) fn text(
        &mut self,
        class: &str,
        (x, y): (f64, f64),
        anchor: Anchor,
        dx: f64,
        words: &str,
    ) {
        let (x, y, dx) = (n(x), n(y), n(dx));
        let _ = writeln!(
            self.inside,
            "<text class=\"{class}\" x=\"{x}%\" y=\"{y}\" dx=\"{dx}\" text-anchor=\"{}\">{}</text>",
            anchor.name(),
            esc(words)
        );
    }

    /// The drawing as it stands in the page.
    pub(super) fn finish(self) -> String {
        let Self {
            id,
            class,
            behind,
            inside,
            ..
        } = self;
        format!(
            "<svg class=\"{class}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" width=\"100%\" height=\"{}\">\n\
             <title id=\"{id}-t\">{}</title>\n<desc id=\"{id}-d\">{}</desc>\n{behind}{inside}</svg>\n",
            n(self.height),
            esc(&self.title),
            esc(&self.about)
        )
    }
}

fn line(class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> String {
    let (x1, y1, x2, y2) = (n(x1), n(y1), n(x2), n(y2));
    format!("<line class=\"{class}\" x1=\"{x1}%\" y1=\"{y1}\" x2=\"{x2}%\" y2=\"{y2}\"/>\n")
}

fn closed(name: &str, says: &str) -> String {
    if says.is_empty() {
        "/>".to_owned()
    } else {
        format!("><title>{}</title></{name}>", esc(says))
    }
}

/// A number with two decimals at most, and none that tell nothing.
pub(super) fn n(x: f64) -> String {
    let written = format!("{x:.2}");
    let short = written.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0" } else { short }.to_owned()
}
