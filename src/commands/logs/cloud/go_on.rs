//! The commands that read what was not read.

use super::Wanted;

/// One for each piece of the time that is left of the group that was being read, and one for each group that was not begun.
pub(super) fn commands(groups: &[Wanted], left: &[(i64, i64)], whole: (i64, i64)) -> Vec<String> {
    let typed: Vec<String> = std::env::args().skip(1).collect();
    let mut all = Vec::new();
    for (number, wanted) in groups.iter().enumerate() {
        let spans = if number == 0 { left } else { &[whole] };
        let spans = spans.iter().filter(|(from_ms, to_ms)| from_ms < to_ms);
        all.extend(spans.map(|span| command(&typed, wanted, *span)));
    }
    all
}

fn command(typed: &[String], wanted: &Wanted, (from_ms, to_ms): (i64, i64)) -> String {
    let mut words = vec!["lambench".to_owned()];
    words.extend(without(typed, &["--since", "--until", "--log-group"]));
    if let [function] = wanted.functions.as_slice() {
        words = without(&words, &["--function"]);
        words.extend(["--function".into(), function.clone()]);
    }
    // It costs nothing to name it, and no other permission.
    words.extend(["--log-group".into(), wanted.group.clone()]);
    words.extend([
        "--since".into(),
        time(from_ms),
        "--until".into(),
        time(to_ms),
    ]);
    words
        .iter()
        .map(|word| quoted(word))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The words without flags of these names and their values.
fn without(typed: &[String], flags: &[&str]) -> Vec<String> {
    let mut left = Vec::new();
    let mut words = typed.iter();
    while let Some(word) = words.next() {
        let flag = word.split('=').next().unwrap_or(word);
        if !flags.contains(&flag) {
            left.push(word.clone());
        } else if flag == word {
            words.next();
        }
    }
    left
}

fn time(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |at| at.to_string())
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_to_go_on_is_the_same_but_for_where_and_when() {
        let typed = "logs --function my-* --since=7d --by version --until 2026-01-01 --json";
        let typed: Vec<String> = typed.split(' ').map(str::to_owned).collect();
        let wanted = Wanted {
            group: "/my/own group".into(),
            functions: vec!["my-fn".into()],
            pattern: None,
        };
        assert_eq!(
            command(&typed, &wanted, (1_709_572_958_033, 1_709_572_960_000)),
            "lambench logs --by version --json --function my-fn --log-group '/my/own group' \
             --since 2024-03-04T17:22:38.033Z --until 2024-03-04T17:22:40Z"
        );
    }
}
