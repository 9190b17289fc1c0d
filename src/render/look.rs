//! What a quick look has seen, in one line: `cold · init 35.1 ms · handler 1.2 ms · 15 MB`.

use super::text::Text;
use crate::config::Lang;
use crate::report::Report;

/// One line; what REPORT did not say is left out.
pub fn look(cold: bool, report: &Report, lang: Lang) -> String {
    let text = Text(lang);
    let ms = |word: &str, value: Option<f64>| value.map(|ms| format!("{word} {ms:.1} ms"));
    let parts = [
        report.duration_ms.map(|_| text.start_kind(cold).to_owned()),
        ms(text.look_init(), report.init_ms),
        ms(text.look_restore(), report.restore_ms),
        ms(text.handler(), report.duration_ms),
        report.max_memory_mb.map(|mb| format!("{mb} MB")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        text.no_report().to_owned()
    } else {
        parts.join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_one_line_of_what_is_known() {
        let cold = Report {
            init_ms: Some(35.14),
            duration_ms: Some(1.2),
            max_memory_mb: Some(15),
            ..Report::default()
        };
        let warm = Report {
            init_ms: None,
            ..cold.clone()
        };
        for (is_cold, report, lang, line) in [
            (
                true,
                &cold,
                Lang::En,
                "cold · init 35.1 ms · handler 1.2 ms · 15 MB",
            ),
            (false, &warm, Lang::En, "warm · handler 1.2 ms · 15 MB"),
            (
                true,
                &cold,
                Lang::Ko,
                "콜드 · 초기화 35.1 ms · 핸들러 1.2 ms · 15 MB",
            ),
            (
                false,
                &Report::default(),
                Lang::En,
                "no REPORT line came back",
            ),
        ] {
            assert_eq!(look(is_cold, report, lang), line);
        }
    }
}
