//! Which functions are meant where one command names many: `--all`, or a pattern with `*` and `?`.

use crate::cli::{Globals, RunArgs};

use super::error::{ConfigError, usage};
use super::pace;
use super::resolve::config_file;
use super::safety::{Rule, glob};
use super::surroundings::Surroundings;

/// The functions, or where they have to be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// Of lambench.toml, in order.
    Names(Vec<String>),
    /// The endpoint's.
    OnAws {
        /// Their names.
        pattern: String,
        /// The tags that each has, all of them.
        tags: Vec<Rule>,
        /// Control-plane calls per second while they are looked for.
        control_rate: u32,
    },
}

impl Chosen {
    /// The flags that say so, for messages.
    pub fn by_flags(pattern: &str, tags: &[Rule]) -> String {
        let name = (tags.is_empty() || pattern != "*").then(|| format!("--function {pattern}"));
        let tags = tags
            .iter()
            .map(|tag| format!("--{}", tag.to_string().replacen(':', " ", 1)));
        name.into_iter().chain(tags).collect::<Vec<_>>().join(" ")
    }
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
    names.retain(|name| glob(pattern, name));
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
    // What lambench.toml defines has no tags.
    let tags: Vec<Rule> = args
        .tag
        .iter()
        .map(|tag| Rule::parse(&format!("tag:{tag}")))
        .collect();
    let elsewhere = args.place.aws || args.place.endpoint_url.is_some() || !tags.is_empty();
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
    Ok(Chosen::OnAws {
        pattern: pattern.to_owned(),
        tags,
        control_rate: pace::resolve(&args.pace, &args.order, around, &file)?.control_rate,
    })
}
