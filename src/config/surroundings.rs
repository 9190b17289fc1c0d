//! What the program finds around it: the working folder, `LAMBENCH_*`, standard input. Handed in, so that tests have
//! their own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::ConfigError;
use super::file::{MEMORY_MB, RUNS, TIMEOUT_S, WARM_INVOKES};
use super::origin::{Origin, Sourced};
use super::toml_reader::in_words;

/// `LAMBENCH_*` that are read.
const KNOWN: [&str; 23] = [
    "LAMBENCH_CONFIG",
    "LAMBENCH_CONCURRENCY",
    "LAMBENCH_CONTROL_RATE",
    "LAMBENCH_CPU",
    "LAMBENCH_DISK",
    "LAMBENCH_FAIL_IF",
    "LAMBENCH_LANG",
    "LAMBENCH_LIMIT",
    "LAMBENCH_MAX_COST",
    "LAMBENCH_MAX_TIME",
    "LAMBENCH_MEMORY",
    "LAMBENCH_PAYLOAD",
    "LAMBENCH_PRICES",
    "LAMBENCH_RIC",
    "LAMBENCH_RUNS",
    "LAMBENCH_SEED",
    "LAMBENCH_STAGING_BUCKET",
    "LAMBENCH_STRICT",
    "LAMBENCH_STYLE",
    "LAMBENCH_TIMEOUT",
    "LAMBENCH_TOUCH",
    "LAMBENCH_WARM_INVOKES",
    "LAMBENCH_YES",
];

/// What the program finds around it.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The working folder.
    pub folder: PathBuf,
    /// Variables whose names start with `LAMBENCH_`.
    pub variables: BTreeMap<String, String>,
    /// Reads all of standard input.
    pub stdin: fn() -> std::io::Result<String>,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_process() -> Result<Self, ConfigError> {
        Ok(Self {
            folder: std::env::current_dir().map_err(ConfigError::NoWorkingFolder)?,
            variables: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
                .filter(|(name, _)| name.starts_with("LAMBENCH_"))
                .map(|(name, value)| (name, value.to_string_lossy().into_owned()))
                .collect(),
            stdin: || std::io::read_to_string(std::io::stdin()),
        })
    }

    /// The project's folder: that of the nearest lambench.toml, or the working folder. `--config` does not move it.
    pub fn project(&self) -> PathBuf {
        super::file::find(&self.folder)
            .as_deref()
            .and_then(Path::parent)
            .map_or_else(|| self.folder.clone(), Path::to_owned)
    }

    /// A variable's text; an empty one is as good as none.
    pub fn text(&self, name: &'static str) -> Option<Sourced<String>> {
        debug_assert!(KNOWN.contains(&name), "{name} is not in the list");
        self.variables
            .get(name)
            .filter(|value| !value.is_empty())
            .map(|value| Sourced::new(value.clone(), Origin::Variable(name)))
    }

    /// A variable's text as something that `choose` knows.
    pub fn choice<T>(
        &self,
        name: &'static str,
        expected: &str,
        choose: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<Sourced<T>>, ConfigError> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        match choose(text.value.trim()) {
            Some(value) => Ok(Some(Sourced::new(value, text.origin))),
            None => Err(ConfigError::WrongVariable {
                name,
                expected: expected.to_owned(),
                found: text.value,
            }),
        }
    }

    /// A variable that is on or off.
    pub fn switch(&self, name: &'static str) -> Result<Option<Sourced<bool>>, ConfigError> {
        self.choice(name, "1 or 0", |text| match text {
            "1" | "true" | "yes" => Some(true),
            "0" | "false" | "no" => Some(false),
            _ => None,
        })
    }

    /// A variable's number within limits.
    pub fn number(
        &self,
        name: &'static str,
        (low, high): (i128, i128),
    ) -> Result<Option<Sourced<u32>>, ConfigError> {
        self.choice(name, &in_words(low, high), |text| {
            let number: i128 = text.parse().ok()?;
            (low..=high).contains(&number).then_some(())?;
            u32::try_from(number).ok()
        })
    }

    /// `LAMBENCH_RUNS`.
    pub fn runs(&self) -> Result<Option<Sourced<u32>>, ConfigError> {
        self.number("LAMBENCH_RUNS", RUNS)
    }

    /// `LAMBENCH_WARM_INVOKES`.
    pub fn warm_invokes(&self) -> Result<Option<Sourced<u32>>, ConfigError> {
        self.number("LAMBENCH_WARM_INVOKES", WARM_INVOKES)
    }

    /// `LAMBENCH_MEMORY`.
    pub fn memory(&self) -> Result<Option<Sourced<u32>>, ConfigError> {
        self.number("LAMBENCH_MEMORY", MEMORY_MB)
    }

    /// `LAMBENCH_TIMEOUT`.
    pub fn timeout(&self) -> Result<Option<Sourced<u32>>, ConfigError> {
        self.number("LAMBENCH_TIMEOUT", TIMEOUT_S)
    }

    /// `LAMBENCH_SEED`.
    pub fn seed(&self) -> Result<Option<Sourced<u64>>, ConfigError> {
        self.choice("LAMBENCH_SEED", "a whole number, 0 or more", |text| {
            text.parse().ok()
        })
    }

    /// Variables that are nearly named as one that is read: others may belong to tools around lambench.
    pub fn warnings(&self) -> Vec<String> {
        self.variables
            .keys()
            .filter(|name| !KNOWN.contains(&name.as_str()))
            .filter_map(|name| {
                let (distance, near) = KNOWN
                    .into_iter()
                    .map(|known| (strsim::osa_distance(name, known), known))
                    .min()?;
                if distance > 2 {
                    return None;
                }
                Some(format!(
                    "the variable {name} is ignored; did you mean {near}?"
                ))
            })
            .collect()
    }
}
