//! The table: Markdown pipes, as in the guide. They read well on a terminal, and what is copied from there is a table
//! in a pull request without another flag. Where even a cut version does not fit, one line a metric.

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, ContentArrangement};
use unicode_width::UnicodeWidthStr as _;

use super::figure::Tone;
use super::layout::{fit, paragraph};
use super::style::{Paint, Style};

/// How wide words (versions) may be, from wishes to need.
const WORD_WIDTHS: [usize; 4] = [40, 24, 16, 12];

/// The cell that is coloured.
const CHANGE: usize = 3;

/// A table as text.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) titles: Vec<String>,
    pub(super) rows: Vec<TableRow>,
}

/// One row; the first cell names it.
#[derive(Debug)]
pub(super) struct TableRow {
    pub(super) cells: Vec<String>,
    pub(super) part: bool,
    pub(super) tone: Tone,
}

/// The first of several tables, from the fullest on, that fits without cutting short words; the last one with its words
/// cut, if it must be.
pub(super) fn render_first(tables: &[Table], style: &Style) -> String {
    let whole_words = &WORD_WIDTHS[..3];
    let fitting = tables
        .iter()
        .find_map(|table| Some((table, table.fitting(whole_words, style)?)));
    if let Some((table, lines)) = fitting {
        return table.colored(&lines, style);
    }
    let (Some(fullest), Some(last)) = (tables.first(), tables.last()) else {
        return String::new();
    };
    // A line takes whatever there is to say.
    last.fitting(&WORD_WIDTHS, style).map_or_else(
        || fullest.one_line_a_row(style),
        |lines| last.colored(&lines, style),
    )
}

impl Table {
    /// The lines of the table, each ended.
    pub(super) fn render(&self, style: &Style) -> String {
        self.fitting(&WORD_WIDTHS, style).map_or_else(
            || self.one_line_a_row(style),
            |lines| self.colored(&lines, style),
        )
    }

    fn fitting(&self, word_widths: &[usize], style: &Style) -> Option<Vec<String>> {
        word_widths
            .iter()
            .map(|&word_width| self.lines(word_width, style))
            .find(|lines| lines.iter().all(|line| line.width() <= style.width))
    }

    fn lines(&self, word_width: usize, style: &Style) -> Vec<String> {
        let mut table = comfy_table::Table::new();
        table
            .load_style(ASCII_MARKDOWN)
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(&self.titles);
        for row in &self.rows {
            let figures = row.cells[1..]
                .iter()
                .map(|cell| style.written(&fit(cell, word_width)).replace('|', "\\|"));
            table.add_row(
                std::iter::once(name(row))
                    .chain(figures)
                    .collect::<Vec<_>>(),
            );
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let mut lines: Vec<String> = table.lines().collect();
        if let Some(rule) = lines.get_mut(1) {
            *rule = align_right(rule);
        }
        lines
    }

    fn colored(&self, lines: &[String], style: &Style) -> String {
        let mut out = String::new();
        for (i, line) in lines.iter().enumerate() {
            let row = i.checked_sub(2).and_then(|i| self.rows.get(i));
            let line = match row {
                None if i == 0 => style.paint(Paint::Bold, line),
                None => line.clone(),
                Some(row) => row.color_change(line, style),
            };
            out.push_str(&line);
            out.push('\n');
        }
        out
    }

    fn one_line_a_row(&self, style: &Style) -> String {
        let mut out = String::new();
        for row in &self.rows {
            let figures: Vec<String> = self
                .titles
                .iter()
                .zip(&row.cells)
                .skip(1)
                .filter(|(_, cell)| !cell.is_empty())
                .map(|(title, cell)| format!("{title} {cell}"))
                .collect();
            let line = format!("{}: {}", name(row).trim_start(), figures.join(", "));
            let first = if row.part { "  " } else { "" };
            let lines = paragraph(first, &line, style.width);
            out.push_str(&row.color_change(&lines, style));
        }
        out
    }
}

impl TableRow {
    fn color_change(&self, line: &str, style: &Style) -> String {
        let paint = match self.tone {
            Tone::Better => Paint::Green,
            Tone::Worse => Paint::Red,
            Tone::Neutral => return line.to_owned(),
        };
        let change = style.written(self.cells.get(CHANGE).map_or("", String::as_str));
        match line.rfind(&change) {
            Some(at) => {
                let (head, tail) = line.split_at(at);
                let rest = &tail[change.len()..];
                format!("{head}{}{rest}", style.paint(paint, &change))
            }
            None => line.to_owned(),
        }
    }
}

fn name(row: &TableRow) -> String {
    if row.part {
        // Markdown drops leading spaces: the dot still says that it is a part.
        format!("  · {}", row.cells[0])
    } else {
        row.cells[0].clone()
    }
}

/// Markdown's mark for a right-aligned column, in every column but the first.
fn align_right(rule: &str) -> String {
    let mut columns: Vec<String> = rule.split('|').map(ToOwned::to_owned).collect();
    let last = columns.len() - 1;
    for column in &mut columns[2..last] {
        column.pop();
        column.push(':');
    }
    columns.join("|")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(before: &str, after: &str) -> Table {
        let cells = |cells: [&str; 4]| cells.map(ToOwned::to_owned).to_vec();
        Table {
            titles: cells(["Metric", "Before", "After", "Change"]),
            rows: vec![
                TableRow {
                    cells: cells(["Cold start", "1.80 s", "0.94 s", "48% ↓"]),
                    part: false,
                    tone: Tone::Better,
                },
                TableRow {
                    cells: cells(["Version", before, after, "new"]),
                    part: false,
                    tone: Tone::Neutral,
                },
            ],
        }
    }

    fn style(width: usize) -> Style {
        Style {
            width,
            ..Style::plain()
        }
    }

    #[test]
    fn it_is_markdown_with_figures_to_the_right() {
        insta::assert_snapshot!(table("v1", "v2").render(&style(80)), @r"
        | Metric     | Before |  After | Change |
        |------------|-------:|-------:|-------:|
        | Cold start | 1.80 s | 0.94 s |  48% ↓ |
        | Version    |     v1 |     v2 |    new |
        ");
    }

    #[test]
    fn wide_letters_take_two_columns() {
        let printed = table("최적화 전 빌드", "v2").render(&style(80));
        let widths: Vec<_> = printed
            .lines()
            .map(unicode_width::UnicodeWidthStr::width)
            .collect();
        assert!(
            widths.windows(2).all(|pair| pair[0] == pair[1]),
            "{printed}"
        );
    }

    #[test]
    fn a_version_is_cut_before_a_line_is_broken() {
        let long = "release-2026-11-25-with-a-name-that-goes-on-and-on";
        let printed = table(long, "v2").render(&style(60));
        assert!(printed.contains("release-2026-11-25-with…"), "{printed}");
        assert!(printed.lines().all(|line| line.width() <= 60), "{printed}");
        assert_eq!(printed.lines().count(), 4);
    }

    #[test]
    fn a_pipe_in_a_version_does_not_make_a_column() {
        assert!(table("a|b", "v2").render(&style(80)).contains("a\\|b"));
    }

    #[test]
    fn where_no_table_fits_every_metric_has_its_line() {
        insta::assert_snapshot!(table("v1", "v2").render(&style(36)), @r"
        Cold start: Before 1.80 s, After
        0.94 s, Change 48% ↓
        Version: Before v1, After v2, Change
        new
        ");
    }

    #[test]
    fn only_the_change_is_coloured_and_the_width_stays() {
        let style = Style {
            color: true,
            ..style(80)
        };
        let printed = table("v1", "v2").render(&style);
        assert!(
            printed.contains("| 1.80 s | 0.94 s |  \x1b[32m48% ↓\x1b[0m |"),
            "{printed:?}"
        );
    }
}
