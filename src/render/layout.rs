//! Paragraphs and label-value lists by display width: a Korean letter takes two columns.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Text that came from outside (a function's answer, a path, an error) on one line, without control characters: it must
/// not be able to move the cursor or end the table.
pub(super) fn clean(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `text` in at most `width` columns, cut with an ellipsis.
pub(super) fn fit(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        cut.push(c);
    }
    cut.push('…');
    cut
}

/// `text` broken between words into lines of at most `width` columns: the first begins with `first`, the others with
/// spaces as wide. A word that is wider than a line is not broken.
pub(super) fn paragraph(first: &str, text: &str, width: usize) -> String {
    let indent = " ".repeat(first.width());
    let mut out = String::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.width() + 1 + word.width() > width {
            out.push_str(line.trim_end());
            out.push('\n');
            line.clone_from(&indent);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
    out
}

/// Labels in one column, values in the next.
pub(super) fn fields(rows: &[(String, String)], width: usize) -> String {
    let widest = rows
        .iter()
        .map(|(label, _)| label.width())
        .max()
        .unwrap_or(0);
    rows.iter()
        .map(|(label, value)| {
            let gap = " ".repeat(widest - label.width() + 2);
            paragraph(&format!("  {label}{gap}"), value, width)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_text_cannot_move_the_cursor_or_break_the_line() {
        assert_eq!(clean("v1\x1b[2J\r\nv2\t\u{9b}x "), "v1 [2J v2 x");
    }

    #[test]
    fn what_is_cut_is_cut_by_columns_and_says_so() {
        assert_eq!(fit("OPTIMIZED_v2.0", 14), "OPTIMIZED_v2.0");
        assert_eq!(fit("OPTIMIZED_v2.0", 8), "OPTIMIZ…");
        assert_eq!(fit("최적화된빌드", 8), "최적화…");
        assert!(fit("최적화된빌드", 8).width() <= 8);
    }

    #[test]
    fn no_line_is_wider_than_asked_and_values_stand_in_one_column() {
        let rows = [
            ("Where".to_owned(), "one two three four five six".to_owned()),
            (
                "측정 환경".to_owned(),
                "가나다 라마바 사아자 차카타".to_owned(),
            ),
        ];
        let text = fields(&rows, 24);
        assert_eq!(
            text,
            "  Where      one two\n             three four\n             five six\n  측정 환경  가나다\n             라마바\n             \
             사아자\n             차카타\n"
        );
        assert!(text.lines().all(|line| line.width() <= 24));
    }

    #[test]
    fn a_long_path_stays_in_one_piece() {
        assert_eq!(
            paragraph("* ", "a/very/long/path b", 8),
            "* a/very/long/path\n  b\n"
        );
    }
}
