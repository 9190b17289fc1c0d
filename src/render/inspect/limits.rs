//! How much of Lambda's limits a package uses.

use unicode_width::UnicodeWidthStr as _;

use super::super::figure;
use super::super::style::{Paint, Style};
use super::super::text::Text;
use super::tree::bar;
use crate::inspect::Anatomy;

const BAR: usize = 20;

/// A limit.
pub(in crate::render) struct Used {
    /// What is limited.
    pub(in crate::render) what: &'static str,
    /// `204.3 MB of 250.0 MB`.
    pub(in crate::render) of: String,
    /// 1 is all of it.
    pub(in crate::render) share: f64,
    /// What else there is to say.
    pub(in crate::render) note: &'static str,
    /// Whether more than all of it is refused.
    pub(in crate::render) strict: bool,
}

impl Used {
    /// `82%`.
    pub(in crate::render) fn percent(&self) -> String {
        let percent = self.share * 100.0;
        // Neither nothing of what is there nor all of what is not reached.
        if percent > 0.0 && percent < 1.0 {
            "<1%".into()
        } else if percent > 99.0 && percent < 100.0 {
            ">99%".into()
        } else {
            format!("{percent:.0}%")
        }
    }
}

/// Each limit, as far as its use is known.
pub(in crate::render) fn used(anatomy: &Anatomy, text: Text) -> Vec<Used> {
    let limits = &anatomy.limits;
    let of = |is, limit| text.used_of(&figure::bytes(is), &figure::bytes(limit));
    let share = |is: u64, limit: u64| is as f64 / limit as f64;
    let zipped = limits.zipped_bytes.map(|is| Used {
        what: text.zipped_title(),
        of: of(is, limits.direct_limit_bytes),
        share: share(is, limits.direct_limit_bytes),
        note: text.through_s3(),
        strict: false,
    });
    let unzipped = Used {
        what: text.unzipped_title(),
        of: of(limits.unzipped_bytes, limits.unzipped_limit_bytes),
        share: share(limits.unzipped_bytes, limits.unzipped_limit_bytes),
        note: text.with_layers(),
        strict: true,
    };
    let layers = Used {
        what: text.layers_title(),
        of: text.layers_of(limits.layers, limits.layers_limit),
        share: share(limits.layers as u64, limits.layers_limit as u64),
        note: "",
        strict: true,
    };
    std::iter::once(unzipped)
        .chain(zipped)
        .chain([layers])
        .collect()
}

pub(super) fn limits(anatomy: &Anatomy, text: Text, style: &Style) -> String {
    let all = used(anatomy, text);
    let widest = |words: fn(&Used) -> usize| all.iter().map(words).max().unwrap_or(0);
    let (what, of) = (widest(|u| u.what.width()), widest(|u| u.of.width()));
    let mut out = String::new();
    for used in &all {
        let gap = |width: usize, words: &str| " ".repeat(width.saturating_sub(words.width()));
        let mut line = format!(
            "  {}{}  {}{}  {:>5}",
            used.what,
            gap(what, used.what),
            used.of,
            gap(of, &used.of),
            used.percent()
        );
        let mut width = line.width();
        if style.strip && width + 2 + BAR <= style.width {
            let bar = bar(used.share.min(1.0), BAR, style);
            let gap = gap(BAR, &bar);
            let paint = match used.share {
                share if share > 1.0 && used.strict => Paint::Red,
                share if share > 0.8 => Paint::Yellow,
                _ => Paint::Green,
            };
            line.extend(["  ", &style.paint(paint, &bar), &gap]);
            width += 2 + BAR;
        }
        if !used.note.is_empty() && width + 2 + used.note.width() <= style.width {
            line.extend(["  ", &style.dim(used.note)]);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
