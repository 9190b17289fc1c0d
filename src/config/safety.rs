//! What may be measured without asking, what never, and what a run may cost: `[safety]` of lambench.toml, variables and
//! flags.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::cli::SafetyArgs;
use crate::cost::Prices;

use super::error::ConfigError;
use super::file::ConfigFile;
use super::surroundings::Surroundings;
use super::toml_reader::Reader;

/// What may be done and spent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Safety {
    /// `--yes`, `LAMBENCH_YES`: nobody has to be asked.
    pub yes: bool,
    /// `safety.allow`: nobody has to be asked about these.
    pub allow: Vec<Rule>,
    /// `safety.deny`: these are never measured.
    pub deny: Vec<Rule>,
    /// `--dry-run`.
    pub dry_run: bool,
    /// `--iam-policy`.
    pub iam_policy: bool,
    /// `--max-cost`, dollars.
    pub max_cost_usd: Option<f64>,
    prices: Option<Prices>,
}

impl Safety {
    /// `--prices`, or those in this program.
    pub fn prices(&self) -> Prices {
        self.prices.clone().unwrap_or_else(Prices::builtin)
    }

    /// Where and when the prices of `--prices` are from, as the list says.
    pub fn own_prices(&self) -> Option<String> {
        let prices = self.prices.as_ref()?;
        Some(format!("{}, {}", prices.source, prices.as_of))
    }

    /// Whether a rule looks at tags.
    pub fn asks_for_tags(&self) -> bool {
        let mut all = self.allow.iter().chain(&self.deny);
        all.any(|rule| matches!(rule, Rule::Tag { .. }))
    }
}

/// What `[safety]` says in the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SafetyTable {
    allow: Vec<Rule>,
    deny: Vec<Rule>,
    max_cost: Option<f64>,
    prices: Option<PathBuf>,
}

/// Functions by name or by tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// `my-fn`, `prod-*`: `*` stands for any characters, `?` for one.
    Name(String),
    /// `tag:stage=prod`, `tag:stage` (whatever its value); both may be globs.
    Tag {
        /// The tag's key.
        key: String,
        /// Its value.
        value: String,
    },
}

/// Whether a rule names a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It asks for tags, and they may not be read.
    Unknown,
}

impl Rule {
    /// A rule as it is written.
    pub fn parse(text: &str) -> Self {
        match text.strip_prefix("tag:") {
            Some(tag) => {
                let (key, value) = tag.split_once('=').unwrap_or((tag, "*"));
                Self::Tag {
                    key: key.to_owned(),
                    value: value.to_owned(),
                }
            }
            None => Self::Name(text.to_owned()),
        }
    }

    /// Whether it names the function with this name, ARN and tags (`None` if they can't be read).
    pub fn names(&self, name: &str, arn: &str, tags: Option<&BTreeMap<String, String>>) -> Match {
        let yes = match (self, tags) {
            (Self::Name(pattern), _) => glob(pattern, name) || glob(pattern, arn),
            (Self::Tag { .. }, None) => return Match::Unknown,
            (Self::Tag { key, value }, Some(tags)) => {
                tags.iter().any(|(k, v)| glob(key, k) && glob(value, v))
            }
        };
        if yes { Match::Yes } else { Match::No }
    }
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Tag { key, value } => write!(f, "tag:{key}={value}"),
        }
    }
}

/// `*` stands for any characters, `?` for one.
pub fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    // matches[i]: the pattern so far fits the first i characters.
    let mut matches = vec![false; text.len() + 1];
    matches[0] = true;
    for p in pattern {
        if p == '*' {
            let first = matches.iter().position(|m| *m).unwrap_or(matches.len());
            matches[first..].fill(true);
            continue;
        }
        for i in (0..text.len()).rev() {
            matches[i + 1] = matches[i] && (p == '?' || p == text[i]);
        }
        matches[0] = false;
    }
    matches[text.len()]
}

/// Reads `[safety]`. A key that is not known is an error here: a mistyped `deny` would protect nothing.
pub fn read(mut reader: Reader<'_, '_>) -> Result<SafetyTable, ConfigError> {
    let mut rules = |key| -> Result<Vec<Rule>, ConfigError> {
        let written = reader.strings(key)?.map(|list| list.value);
        Ok(written
            .unwrap_or_default()
            .iter()
            .map(|text| Rule::parse(text))
            .collect())
    };
    let table = SafetyTable {
        allow: rules("allow")?,
        deny: rules("deny")?,
        max_cost: reader.amount("max_cost")?.map(|amount| amount.value),
        prices: reader
            .string("prices")?
            .map(|path| PathBuf::from(path.value)),
    };
    let mut unknown = Vec::new();
    reader.finish(&mut unknown);
    match unknown.into_iter().min() {
        None => Ok(table),
        Some((_, text)) => Err(ConfigError::Usage {
            what: text.replace(" is ignored", ""),
            hint: Some("[safety] has allow, deny, max_cost and prices".into()),
        }),
    }
}

/// Flags over variables over the file; `yes` is no key of the file, which has `allow`.
pub fn resolve(
    args: &SafetyArgs,
    around: &Surroundings,
    file: &ConfigFile,
) -> Result<Safety, ConfigError> {
    let yes = around.switch("LAMBENCH_YES")?;
    let max_cost = around.choice("LAMBENCH_MAX_COST", "a number of US dollars", dollars)?;
    let own_prices = args
        .prices
        .as_ref()
        .map(|path| around.folder.join(path))
        .or_else(|| {
            around
                .text("LAMBENCH_PRICES")
                .map(|t| around.folder.join(t.value))
        })
        .or_else(|| {
            file.safety
                .prices
                .as_ref()
                .map(|path| file.folder.join(path))
        });
    let prices = own_prices.map(|path| -> Result<Prices, ConfigError> {
        let text = std::fs::read_to_string(&path).map_err(|why| ConfigError::Unreadable {
            path: path.clone(),
            why,
        })?;
        Prices::from_toml(&text).map_err(|error| ConfigError::Usage {
            what: format!("{}: {error}", path.display()),
            hint: error.hint(),
        })
    });
    Ok(Safety {
        yes: args.yes || yes.is_some_and(|yes| yes.value),
        allow: file.safety.allow.clone(),
        deny: file.safety.deny.clone(),
        dry_run: args.dry_run,
        iam_policy: args.iam_policy,
        max_cost_usd: args
            .max_cost
            .or(max_cost.map(|amount| amount.value))
            .or(file.safety.max_cost),
        prices: prices.transpose()?,
    })
}

/// An amount of money, not negative; a dollar sign before it is no mistake.
pub fn dollars(text: &str) -> Option<f64> {
    let text = text.trim();
    let amount: f64 = text.strip_prefix('$').unwrap_or(text).parse().ok()?;
    (amount.is_finite() && amount >= 0.0).then_some(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_names_what_it_should() {
        for (pattern, text, fits) in [
            ("prod-*", "prod-orders", true),
            ("prod-*", "prod-", true),
            ("prod-*", "my-prod-x", false),
            ("*prod*", "my-prod-x", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c", false),
            ("데이터-*", "데이터-수집", true),
            ("my-fn", "my-fn", true),
            ("my-fn", "my-fn2", false),
            ("", "x", false),
        ] {
            assert_eq!(glob(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn a_tag_rule_needs_the_tags_and_says_when_it_cannot_tell() {
        let tags: BTreeMap<String, String> = [("stage".into(), "prod-eu".into())].into();
        let names = |rule: &str, tags| Rule::parse(rule).names("my-fn", "arn:my-fn", tags);
        assert_eq!(names("tag:stage=prod-*", Some(&tags)), Match::Yes);
        assert_eq!(names("tag:stage", Some(&tags)), Match::Yes);
        assert_eq!(names("tag:stage=test", Some(&tags)), Match::No);
        assert_eq!(names("tag:team=prod-eu", Some(&tags)), Match::No);
        assert_eq!(names("tag:stage=prod-*", None), Match::Unknown);
        assert_eq!(names("my-*", None), Match::Yes);
    }

    #[test]
    fn money_is_a_number_that_is_not_negative() {
        assert_eq!(dollars("$0.50"), Some(0.5));
        assert_eq!(dollars("0"), Some(0.0));
        for wrong in ["-1", "nan", "inf", "a lot", ""] {
            assert_eq!(dollars(wrong), None, "{wrong}");
        }
    }
}
