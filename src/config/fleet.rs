//! Which functions are meant where one command names many: `--all`, or a pattern with `*` and `?`.

use crate::cli::{Globals, RunArgs};

use super::error::ConfigError;
use super::resolve::config_file;
use super::subjects::usage;
use super::surroundings::Surroundings;

/// The functions, or where they have to be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// Of lambench.toml, in order.
    Names(Vec<String>),
    /// The endpoint's, by a pattern.
    OnAws(String),
}

/// Whether a function's name is a pattern: no name has these letters.
pub fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?'])
}

/// What `--all` or a pattern names: functions of lambench.toml, or where that has none of them, of AWS.
pub fn chosen(
    args: &RunArgs,
    globals: &Globals,
    around: &Surroundings,
) -> Result<Chosen, ConfigError> {
    let single = [
        ("--before", args.before.is_some()),
        ("--after", args.after.is_some()),
        ("--baseline", args.baseline.is_some()),
        ("--save-baseline", args.save_baseline.is_some()),
        ("--around", args.around.is_some()),
        ("--save", args.output.save.is_some()),
        ("--resume", args.pace.resume.is_some()),
        ("--dry-run", args.safety.dry_run),
        ("--iam-policy", args.safety.iam_policy),
    ];
    if let Some((flag, _)) = single.iter().find(|(_, given)| *given) {
        return Err(usage(
            format!("{flag} with many functions: it is for one"),
            "name one function; results of all are kept under .lambench/results/",
        ));
    }
    let file = config_file(globals, around)?;
    let pattern = args.function.as_deref().unwrap_or("*");
    let mut names: Vec<String> = file.functions.keys().cloned().collect();
    names.retain(|name| matches(pattern, name));
    if args.all {
        return if names.is_empty() {
            Err(usage(
                "--all: no lambench.toml defines a function".to_owned(),
                "define [functions.NAME] in lambench.toml, or name functions on AWS by --function 'PATTERN'",
            ))
        } else {
            Ok(Chosen::Names(names))
        };
    }
    let elsewhere = args.place.aws || args.place.endpoint_url.is_some();
    if !elsewhere && !names.is_empty() {
        return Ok(Chosen::Names(names));
    }
    if args.place.local {
        return Err(usage(
            format!(
                "--function {pattern}: {}",
                file.in_words("a function of that name")
            ),
            "--local measures packages that lambench.toml defines",
        ));
    }
    Ok(Chosen::OnAws(pattern.to_owned()))
}

/// Whether a name matches a pattern: `*` is any text, `?` any letter.
pub fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // Where to take up again if a `*` has to hold one letter more.
    let mut back: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                back = Some((p + 1, n));
                p += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match back {
                Some((after_star, held)) => {
                    back = Some((after_star, held + 1));
                    p = after_star;
                    n = held + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_is_any_text_and_a_question_mark_any_letter() {
        for (pattern, name, same) in [
            ("data-*", "data-collector", true),
            ("data-*", "my-data-collector", false),
            ("*-prod", "api-prod-prod", true),
            ("*a*b", "xaxbxb", true),
            ("*a*b", "xaxbx", false),
            ("fn-?", "fn-1", true),
            ("fn-?", "fn-12", false),
            ("*", "", true),
            ("?", "", false),
            ("Data-*", "data-x", false),
        ] {
            assert_eq!(matches(pattern, name), same, "{pattern} {name}");
        }
    }
}
