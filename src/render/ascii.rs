//! The few signs of a report that are not ASCII, written with signs that are, for terminals and fonts without them.

/// `text` for `--style ascii`. Letters stay, whatever their script: they are names, paths, or Korean. `99% ↓` is `-99%`.
pub(super) fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '↓' => signed(&mut out, '-'),
            '↑' => signed(&mut out, '+'),
            '±' => out.push_str("+/-"),
            '·' | '–' | '—' | '−' | '─' => out.push('-'),
            '→' => out.push_str("->"),
            '←' => out.push_str("<-"),
            '…' => out.push_str("..."),
            '≥' => out.push_str(">="),
            '≤' => out.push_str("<="),
            '×' => out.push('x'),
            'µ' | 'μ' => out.push('u'),
            '‘' | '’' => out.push('\''),
            '“' | '”' => out.push('"'),
            '•' => out.push('*'),
            c if c.is_ascii() || c.is_alphanumeric() => out.push(c),
            _ => out.push('?'),
        }
    }
    out
}

/// Puts the sign before the figure that an arrow stands behind.
fn signed(out: &mut String, sign: char) {
    let Some(figure) = out.strip_suffix("% ") else {
        out.push(sign);
        return;
    };
    let digits = figure.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let at = digits.len();
    out.insert(at, sign);
    out.pop();
}

#[cfg(test)]
mod tests {
    use super::ascii;

    #[test]
    fn signs_become_ascii_and_letters_stay() {
        for (text, written) in [
            (
                "| 288 ms ± 2% | 79% ↓ (78–80%) |",
                "| 288 ms +/- 2% | -79% (78-80%) |",
            ),
            ("99.6% ↓, 12% ↑", "-99.6%, +12%"),
            ("  · init", "  - init"),
            ("a → b…", "a -> b..."),
            ("≥ 20", ">= 20"),
            ("최적화 전 1.2초 → 0.9초", "최적화 전 1.2초 -> 0.9초"),
            ("전·후, ‘악화’", "전-후, '악화'"),
            ("build/é.zip ✓", "build/é.zip ?"),
            ("↓", "-"),
        ] {
            assert_eq!(ascii(text), written);
        }
    }
}
