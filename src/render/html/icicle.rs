//! The icicle chart: a box for each module, as wide as its time with all that it loads, which stands below it. What is
//! too small to be seen is one box with its neighbours. Without its script it can be looked at and pointed at; with it,
//! enlarged and walked through by keys.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::super::figure;
use super::super::text::Text;
use super::page::{self, esc};
use super::svg::n;
use crate::profile::tree::Tree;
use crate::profile::{Module, Phase, Recording};

/// Runs in the page; nothing else may.
pub(super) const SCRIPT: &str = include_str!("icicle.js");
pub(super) const STYLE: &str = include_str!("icicle.css");

/// Height of a box, px.
const ROW: f64 = 20.0;
/// Narrower boxes, in per cent of the chart, are folded into one.
const SLIVER: f64 = 0.12;
/// Narrower boxes have no room for words.
const SLIM: f64 = 4.0;
/// So many distributions have a colour of their own.
const COLOURED: usize = 7;
const OWN: usize = 0;
const OTHERS: usize = 9;
const LANGUAGE: usize = 10;

/// A box.
#[derive(Debug, Clone, PartialEq)]
struct Cell {
    /// The module; none: several small ones.
    module: Option<usize>,
    modules: usize,
    level: usize,
    x: f64,
    width: f64,
    ms: f64,
}

/// The chart of a phase with its heading; nothing where nothing was loaded.
pub(super) fn icicle(recording: &Recording, phase: Phase, colours: &Colours, text: Text) -> String {
    let tree = Tree::of(recording, phase);
    let cells = layout(&tree);
    if cells.is_empty() {
        return String::new();
    }
    let title = match phase {
        Phase::Init => text.icicle_init(),
        Phase::First => text.icicle_first(),
    };
    let levels = cells
        .iter()
        .map(|cell| cell.level)
        .max()
        .unwrap_or_default()
        + 1;
    let mut drawing = format!(
        "<button class=\"again\" type=\"button\" hidden=\"hidden\">{}</button>\n\
         <svg class=\"icicle\" role=\"tree\" aria-label=\"{}\" width=\"100%\" height=\"{}\">\n",
        esc(text.icicle_everything()),
        esc(title),
        n(levels as f64 * ROW + 1.0)
    );
    for cell in &cells {
        draw(&mut drawing, cell, recording, &tree, colours, text);
    }
    // What only the script makes true is hidden until it runs.
    let _ = writeln!(
        drawing,
        "</svg>\n<p class=\"said-of\" aria-live=\"polite\" hidden=\"hidden\">{}</p>",
        esc(text.icicle_keys())
    );
    let mut below = colours.legend(recording, phase, text);
    if phase == Phase::Init {
        below.push_str(&page::paragraph("note", text.icicle_about()));
    }
    page::figure(2, title, &drawing, &below)
}

/// Boxes from left to right as loading went, each before what stands below it.
fn layout(tree: &Tree) -> Vec<Cell> {
    let whole = tree.whole_ms();
    let mut cells = Vec::new();
    if whole > 0.0 {
        row(tree, &tree.roots, 0, 0.0, 100.0 / whole, &mut cells);
    }
    cells
}

fn row(
    tree: &Tree,
    modules: &[usize],
    level: usize,
    mut x: f64,
    scale: f64,
    cells: &mut Vec<Cell>,
) {
    let (mut small, mut small_ms) = (0, 0.0);
    for &module in modules {
        let ms = tree.total_ms[module];
        let width = ms * scale;
        if width < SLIVER {
            small += counted(tree, module);
            small_ms += ms;
            continue;
        }
        cells.push(Cell {
            module: Some(module),
            modules: 1,
            level,
            x,
            width,
            ms,
        });
        row(tree, &tree.children[module], level + 1, x, scale, cells);
        x += width;
    }
    let width = small_ms * scale;
    if width >= SLIVER {
        cells.push(Cell {
            module: None,
            modules: small,
            level,
            x,
            width,
            ms: small_ms,
        });
    }
}

fn counted(tree: &Tree, module: usize) -> usize {
    1 + tree.children[module]
        .iter()
        .map(|&child| counted(tree, child))
        .sum::<usize>()
}

fn draw(
    out: &mut String,
    cell: &Cell,
    recording: &Recording,
    tree: &Tree,
    colours: &Colours,
    text: Text,
) {
    let time = figure::time(cell.ms, text);
    let (name, says, colour, leaf) = if let Some(at) = cell.module {
        let module = &recording.modules[at];
        (
            module.name.clone(),
            about(module, &time, recording, text),
            colours.of(module),
            tree.children[at].is_empty(),
        )
    } else {
        let few = text.icicle_few(cell.modules);
        (few.clone(), format!("{few}: {time}"), OTHERS, true)
    };
    let says = esc(&says);
    let slim = if cell.width < SLIM { " slim" } else { "" };
    // The tree's own words for what has something below it.
    let expanded = if leaf { "" } else { " aria-expanded=\"true\"" };
    let _ = writeln!(
        out,
        "<svg class=\"cell d{colour}{slim}\" role=\"treeitem\" aria-level=\"{}\"{expanded} aria-label=\"{says}\" \
         data-x=\"{x}\" data-w=\"{w}\" data-l=\"{}\" x=\"{x}%\" y=\"{}\" width=\"{w}%\" height=\"{}\">\
         <title>{says}</title><rect width=\"100%\" height=\"100%\"/><text x=\"4\" y=\"14\">{}</text></svg>",
        cell.level + 1,
        cell.level,
        n(cell.level as f64 * ROW),
        n(ROW),
        esc(&name),
        x = precise(cell.x),
        w = precise(cell.width),
    );
}

/// Enlarged, two decimals would be seen.
fn precise(x: f64) -> String {
    let written = format!("{x:.4}");
    written
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

fn about(module: &Module, time: &str, recording: &Recording, text: Text) -> String {
    let memory = module
        .memory_kb
        .filter(|kb| *kb >= 1.0)
        .map(|kb| figure::bytes((kb * 1024.0) as u64));
    let by = module
        .loaded_by
        .and_then(|by| recording.modules.get(by))
        .map(|by| (by.name.as_str(), module.line));
    let own = figure::time(module.self_ms.max(0.0), text);
    text.icicle_box(&module.name, time, &own, memory.as_deref(), by)
}

/// Which distribution has which colour: those that take longest, over both phases.
pub(super) struct Colours {
    ranked: HashMap<String, usize>,
}

impl Colours {
    pub(super) fn of_all(recording: &Recording) -> Self {
        let mut times: HashMap<&str, f64> = HashMap::new();
        for module in &recording.modules {
            if let Some(distribution) = &module.distribution {
                *times.entry(distribution).or_default() += module.self_ms;
            }
        }
        let mut times: Vec<_> = times.into_iter().collect();
        times.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        let ranked = times
            .into_iter()
            .take(COLOURED)
            .enumerate()
            .map(|(rank, (name, _))| (name.to_owned(), rank + 1))
            .collect();
        Self { ranked }
    }

    fn of(&self, module: &Module) -> usize {
        match &module.distribution {
            Some(distribution) => self.ranked.get(distribution).copied().unwrap_or(OTHERS),
            None if module.own => OWN,
            None => LANGUAGE,
        }
    }

    fn legend(&self, recording: &Recording, phase: Phase, text: Text) -> String {
        let mut groups: HashMap<usize, (f64, usize)> = HashMap::new();
        for module in recording
            .modules
            .iter()
            .filter(|module| module.phase == phase)
        {
            let group = groups.entry(self.of(module)).or_default();
            group.0 += module.self_ms;
            group.1 += 1;
        }
        let names: HashMap<usize, &str> = self
            .ranked
            .iter()
            .map(|(name, rank)| (*rank, name.as_str()))
            .collect();
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(colour, _)| *colour);
        let lines: Vec<String> = groups
            .into_iter()
            .map(|(colour, (ms, modules))| {
                let name = match colour {
                    OWN => text.icicle_own(),
                    OTHERS => text.icicle_others(),
                    LANGUAGE => text.icicle_language(),
                    rank => names.get(&rank).copied().unwrap_or_default(),
                };
                let line = text.icicle_counted(name, &figure::time(ms, text), modules);
                format!(
                    "<li><span class=\"box d{colour}\" aria-hidden=\"true\"></span>{}</li>\n",
                    esc(&line)
                )
            })
            .collect();
        format!("<ul class=\"legend\">\n{}</ul>\n", lines.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(children: &[&[usize]], own: &[f64], roots: &[usize]) -> Tree {
        let mut total_ms = own.to_vec();
        for at in (0..own.len()).rev() {
            let below: f64 = children[at].iter().map(|&child| total_ms[child]).sum();
            total_ms[at] += below;
        }
        Tree {
            roots: roots.to_vec(),
            children: children.iter().map(|children| children.to_vec()).collect(),
            total_ms,
        }
    }

    #[test]
    fn a_box_is_as_wide_as_its_share_and_stands_below_who_loaded_it() {
        let tree = tree(&[&[1, 2], &[], &[]], &[50.0, 30.0, 20.0], &[0]);
        let cells: Vec<_> = layout(&tree)
            .iter()
            .map(|c| (c.module, c.level, c.x, c.width))
            .collect();
        assert_eq!(
            cells,
            [
                (Some(0), 0, 0.0, 100.0),
                (Some(1), 1, 0.0, 30.0),
                (Some(2), 1, 30.0, 20.0)
            ]
        );
    }

    #[test]
    fn what_cannot_be_seen_is_folded_and_nothing_leaves_its_parent() {
        let many: Vec<usize> = (1..=3000).collect();
        let mut children = vec![&many[..]];
        children.extend(std::iter::repeat_n(&[][..], 3000));
        let own = vec![1.0; 3001];
        let tree = tree(&children, &own, &[0]);
        let cells = layout(&tree);
        assert_eq!(cells.len(), 2);
        assert_eq!((cells[1].module, cells[1].modules), (None, 3000));
        assert!(cells[1].x + cells[1].width <= 100.0 + 1e-9);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert_eq!(layout(&tree(&[], &[], &[])), []);
        assert_eq!(layout(&tree(&[&[]], &[0.0], &[0])), []);
    }
}
