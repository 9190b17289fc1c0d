use super::*;
use crate::config::Lang;
use crate::results::samples::{pair, single};

fn shown(width: usize, ascii: bool) -> Style {
    Style {
        width,
        ascii,
        strip: true,
        ..Style::plain()
    }
}

fn strip_of(result: &RunResult, lang: Lang, style: Style) -> String {
    strip(result, Text(lang), &style)
}

#[test]
fn both_arms_stand_on_one_axis_and_every_start_is_seen() {
    let printed = strip_of(&pair(), Lang::En, shown(80, false));
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), 4, "{printed}");
    assert!(lines[1].starts_with("  before"), "{printed}");
    assert!(lines[2].starts_with("  after"), "{printed}");
    let first = |line: &str| line.chars().position(|c| BLOCKS.contains(&c)).unwrap();
    assert!(
        first(lines[2]) < first(lines[1]),
        "after is faster: {printed}"
    );
    assert_eq!(first(lines[2]), 10, "the fastest stands at the left end");
    assert!(
        lines[3].trim_end().ends_with(" ms") || lines[3].ends_with(" s"),
        "{printed}"
    );
}

#[test]
fn no_line_is_wider_than_the_terminal_in_either_language() {
    for result in [pair(), single()] {
        for lang in [Lang::En, Lang::Ko] {
            for width in [40, 60, 80, 120, 200] {
                for line in strip_of(&result, lang, shown(width, false)).lines().skip(1) {
                    assert!(line.width() <= width, "{width}: {line}");
                }
            }
        }
    }
    assert_eq!(
        strip_of(&pair(), Lang::En, shown(30, false)),
        "",
        "it does not fit"
    );
}

#[test]
fn it_is_drawn_in_ascii_if_wanted_and_not_at_all_in_a_pipe() {
    let printed = strip_of(&pair(), Lang::En, shown(80, true));
    assert!(
        printed.is_ascii() && printed.lines().count() == 4,
        "{printed}"
    );
    assert_eq!(strip_of(&pair(), Lang::En, Style::plain()), "");
}

#[test]
fn where_all_is_the_same_there_is_nothing_to_draw() {
    let mut result = single();
    for sample in &mut result.samples {
        (sample.init_ms, sample.handler_ms) = (Some(100.0), Some(1.0));
    }
    assert_eq!(strip_of(&result, Lang::En, shown(80, false)), "");
}

#[test]
fn the_fullest_bin_is_the_highest_and_one_start_the_lowest() {
    assert_eq!(
        histogram(&[1.0, 1.0, 2.0, 3.0], (1.0, 3.0), 4),
        [2, 0, 1, 1]
    );
    assert_eq!(
        [0, 1, 4, 8].map(|n| mark(n, 8, false)),
        [' ', '▁', '▄', '█']
    );
    assert_eq!(mark(1, 1, false), '█');
    assert_eq!([0, 1, 10].map(|n| mark(n, 10, true)), [' ', '.', '#']);
}

#[test]
fn the_scale_names_both_ends_and_the_middle() {
    let text = Text(Lang::En);
    assert_eq!(
        scale((100.0, 300.0), 40, text),
        "100 ms           200 ms           300 ms"
    );
    assert_eq!(scale((100.0, 300.0), 40, text).width(), 40);
}
