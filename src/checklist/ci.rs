//! Whether a pipeline gates on cold starts, by the files that pipelines are written in.

use schemars::JsonSchema;
use serde::Serialize;

/// A file of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CiFile {
    /// Its path from the repository's top.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// A line that runs lambench so that it can fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CiLine {
    /// The file.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// What it says.
    pub text: String,
}

/// `lambench gate`, a run with a budget, or the action.
pub(super) fn lines(files: &[CiFile]) -> Vec<CiLine> {
    let mut found = Vec::new();
    for file in files {
        for (n, line) in file.text.lines().enumerate() {
            let text = line.trim();
            if !text.starts_with('#') && gates(text) {
                found.push(CiLine {
                    file: file.path.clone(),
                    line: n as u32 + 1,
                    text: text.to_owned(),
                });
            }
        }
    }
    found
}

fn gates(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let runs = |command: &str| {
        words
            .windows(2)
            .any(|pair| is_program(pair[0]) && pair[1] == command)
    };
    let is_action = line
        .trim_start_matches("- ")
        .strip_prefix("uses:")
        .is_some_and(|action| {
            let name = action.trim().split('@').next().unwrap_or_default();
            name.rsplit('/').next() == Some("lambench")
        });
    runs("gate") || (runs("run") && line.contains("--fail-if")) || is_action
}

fn is_program(word: &str) -> bool {
    word.rsplit('/').next() == Some("lambench")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipeline_gates_where_it_runs_something_that_can_fail() {
        let cases = [
            ("- run: lambench gate --baseline main", true),
            ("  ./target/release/lambench gate", true),
            (
                "lambench run --before a --after b --fail-if 'cold.p50 > +10%'",
                true,
            ),
            ("- uses: someone/lambench@v1", true),
            ("- uses: ./lambench", true),
            ("# lambench gate", false),
            ("lambench run --before a --after b", false),
            ("cargo install lambench", false),
            ("- uses: actions/checkout@v4", false),
            ("echo gate lambench", false),
            ("lambench logs --fail-if x", false),
        ];
        for (line, gates) in cases {
            let file = CiFile {
                path: ".gitlab-ci.yml".into(),
                text: format!("a:\n{line}\n"),
            };
            let found = lines(&[file]);
            assert_eq!(!found.is_empty(), gates, "{line}");
            assert!(found.iter().all(|line| line.line == 2));
        }
    }
}
