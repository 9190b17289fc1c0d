//! lambench.toml: where it is found, and what it may say.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::Lang;
use super::error::ConfigError;
use super::gate::GateTable;
use super::machine::{CPU_IN_WORDS, DISK_IN_WORDS};
use super::origin::Sourced;
use super::pace::{CONCURRENCY, CONTROL_RATE};
use super::payload;
use super::safety::{self, SafetyTable};
use super::toml_reader::{Reader, Source};
use crate::results::Touch;
use crate::sandbox::{Cpu, Disk};

/// The file's name.
pub const NAME: &str = "lambench.toml";

/// Lambda's limits on memory, MB.
pub const MEMORY_MB: (i128, i128) = (128, 10_240);
/// Lambda's limits on the timeout, seconds.
pub const TIMEOUT_S: (i128, i128) = (1, 900);
/// Cold starts per subject: the whole plan is made before the first.
pub const RUNS: (i128, i128) = (1, 1_000_000);
/// Warm invokes after each.
pub const WARM_INVOKES: (i128, i128) = (0, 1_000_000);
/// TOML's integers are signed.
pub const SEED: (i128, i128) = (0, i64::MAX as i128);

/// What a package is and how it runs, as far as one place says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Build {
    /// Folder or zip, as written.
    pub package: Option<Sourced<String>>,
    /// Runtime.
    pub runtime: Option<Sourced<String>>,
    /// Handler.
    pub handler: Option<Sourced<String>>,
    /// Folders or zips, as written.
    pub layers: Option<Sourced<Vec<String>>>,
    /// MB.
    pub memory: Option<Sourced<u32>>,
    /// Seconds.
    pub timeout: Option<Sourced<u32>>,
    /// Variables; those of several places are merged.
    pub environment: BTreeMap<String, String>,
    /// For the version row.
    pub label: Option<Sourced<String>>,
}

impl Build {
    /// This one, and `other` where this one says nothing.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        fn fill<T: Clone>(mine: &mut Option<T>, others: Option<&T>) {
            if mine.is_none() {
                *mine = others.cloned();
            }
        }
        fill(&mut self.package, other.package.as_ref());
        fill(&mut self.runtime, other.runtime.as_ref());
        fill(&mut self.handler, other.handler.as_ref());
        fill(&mut self.layers, other.layers.as_ref());
        fill(&mut self.memory, other.memory.as_ref());
        fill(&mut self.timeout, other.timeout.as_ref());
        fill(&mut self.label, other.label.as_ref());
        for (name, value) in &other.environment {
            self.environment
                .entry(name.clone())
                .or_insert_with(|| value.clone());
        }
        self
    }
}

/// `[functions.NAME]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FunctionDef {
    /// Its name on AWS, if it is another one.
    pub name: Option<Sourced<String>>,
    /// What both builds have.
    pub build: Build,
    /// `before`.
    pub before: Option<Build>,
    /// `after`.
    pub after: Option<Build>,
    /// Payload, as it would stand after `--payload`.
    pub payload: Option<Sourced<String>>,
    /// The limit of the change that its verdict is given at, 0.10 for 10 %.
    pub limit: Option<Sourced<f64>>,
    /// `fail_if` and `strict`.
    pub gate: GateTable,
}

impl FunctionDef {
    /// Whether there is a package anywhere in it.
    pub fn has_package(&self) -> bool {
        [Some(&self.build), self.before.as_ref(), self.after.as_ref()]
            .into_iter()
            .flatten()
            .any(|build| build.package.is_some())
    }

    /// The two builds, if it is defined with two. The variant that is not written is the function itself.
    pub fn pair(&self) -> Option<(Build, Build)> {
        let variant = |build: &Option<Build>| {
            let build = build.clone().unwrap_or_default().or(&self.build);
            build.package.is_some().then_some(build)
        };
        if self.before.is_none() && self.after.is_none() {
            return None;
        }
        Some((variant(&self.before)?, variant(&self.after)?))
    }

    /// The only build, if it is not defined with two. A second one that lacks its package makes none of it.
    pub fn single(&self) -> Option<Build> {
        if self.pair().is_some() || (self.before.is_some() && self.after.is_some()) {
            return None;
        }
        [&self.after, &self.before]
            .into_iter()
            .find_map(|variant| variant.clone().map(|build| build.or(&self.build)))
            .or_else(|| Some(self.build.clone()))
            .filter(|build| build.package.is_some())
    }
}

/// All that a lambench.toml says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConfigFile {
    /// The folder that its paths are relative to.
    pub folder: PathBuf,
    /// As it is named to the user; none if there is no file.
    pub shown: Option<String>,
    /// `defaults.runs`.
    pub runs: Option<Sourced<u32>>,
    /// `defaults.limit`, 0.10 for 10 %.
    pub limit: Option<Sourced<f64>>,
    /// `defaults.warm_invokes`.
    pub warm_invokes: Option<Sourced<u32>>,
    /// `defaults.seed`.
    pub seed: Option<Sourced<u64>>,
    /// `defaults.control_rate`.
    pub control_rate: Option<Sourced<u32>>,
    /// `defaults.staging_bucket`.
    pub staging_bucket: Option<Sourced<String>>,
    /// `defaults.concurrency`.
    pub concurrency: Option<Sourced<u32>>,
    /// `defaults.cpu`.
    pub cpu: Option<Sourced<Cpu>>,
    /// `defaults.disk`.
    pub disk: Option<Sourced<Disk>>,
    /// `defaults.touch`.
    pub touch: Option<Sourced<Touch>>,
    /// `defaults.lang`.
    pub lang: Option<Sourced<Lang>>,
    /// `defaults.payload`.
    pub payload: Option<Sourced<String>>,
    /// `defaults.memory`, `timeout`, `runtime`, `handler`, `environment`, `layers`.
    pub build: Build,
    /// `[gate]`.
    pub gate: GateTable,
    /// `[safety]`.
    pub safety: SafetyTable,
    /// `[functions.*]`.
    pub functions: BTreeMap<String, FunctionDef>,
    /// Unknown keys.
    pub warnings: Vec<String>,
}

impl ConfigFile {
    /// In words, for reasons: `lambench.toml`, or that there is none.
    pub fn in_words(&self, name: &str) -> String {
        match &self.shown {
            Some(shown) => format!("{name} is not defined in {shown}"),
            None => format!("there is no {NAME} here or above that defines {name}"),
        }
    }
}

/// The nearest lambench.toml in `folder` or above.
pub fn find(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .map(|folder| folder.join(NAME))
        .find(|path| path.is_file())
}

/// Reads a file; `shown` is its name in messages.
pub fn read(path: &Path, shown: &str) -> Result<ConfigFile, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|why| ConfigError::Unreadable {
        path: path.to_owned(),
        why,
    })?;
    let mut file = parse(&text, shown)?;
    path.parent()
        .unwrap_or(Path::new(""))
        .clone_into(&mut file.folder);
    Ok(file)
}

/// Reads a file's text. Paths in it stay as written.
pub fn parse(text: &str, shown: &str) -> Result<ConfigFile, ConfigError> {
    let source = Source { file: shown, text };
    let document = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        ConfigError::Syntax {
            file: shown.to_owned(),
            line: source.line(at),
            column: source.column(at),
            why: error.message().to_owned(),
        }
    })?;
    let mut file = ConfigFile {
        shown: Some(shown.to_owned()),
        ..ConfigFile::default()
    };
    let mut warnings = Vec::new();
    let mut top = Reader::new(source, "", document.get_ref());
    if let Some(defaults) = top.table("defaults")? {
        read_defaults(&mut file, defaults, &mut warnings)?;
    }
    if let Some(table) = top.table("safety")? {
        file.safety = safety::read(table)?;
    }
    if let Some(mut table) = top.table("gate")? {
        file.gate = GateTable::read(&mut table)?;
        table.finish(&mut warnings);
    }
    if let Some(functions) = top.table("functions")? {
        for (name, reader) in functions.tables()? {
            let function = read_function(reader, &mut warnings)?;
            file.functions.insert(name, function);
        }
    }
    top.finish(&mut warnings);
    warnings.sort();
    file.warnings = warnings.into_iter().map(|(_, text)| text).collect();
    Ok(file)
}

fn read_defaults(
    file: &mut ConfigFile,
    mut reader: Reader<'_, '_>,
    warnings: &mut Vec<(usize, String)>,
) -> Result<(), ConfigError> {
    file.runs = reader.number("runs", RUNS.0, RUNS.1)?;
    file.limit = reader.per_cent("limit")?;
    file.warm_invokes = reader.number("warm_invokes", WARM_INVOKES.0, WARM_INVOKES.1)?;
    file.seed = reader.number("seed", SEED.0, SEED.1)?;
    file.control_rate = reader.number("control_rate", CONTROL_RATE.0, CONTROL_RATE.1)?;
    file.staging_bucket = reader.string("staging_bucket")?;
    file.concurrency = reader.number("concurrency", CONCURRENCY.0, CONCURRENCY.1)?;
    file.cpu = reader.choice("cpu", CPU_IN_WORDS, Cpu::of_name)?;
    file.disk = reader.choice("disk", DISK_IN_WORDS, Disk::of_name)?;
    file.touch = reader.choice(
        "touch",
        "\"description\", \"env\", \"memory\" or \"timeout\"",
        Touch::of_name,
    )?;
    file.lang = reader.choice("lang", "\"en\" or \"ko\"", Lang::of_code)?;
    file.payload = read_payload(&mut reader);
    file.build = Build {
        runtime: reader.string("runtime")?,
        handler: reader.string("handler")?,
        layers: reader.strings("layers")?,
        memory: reader.number("memory", MEMORY_MB.0, MEMORY_MB.1)?,
        timeout: reader.number("timeout", TIMEOUT_S.0, TIMEOUT_S.1)?,
        environment: read_environment(&mut reader)?,
        ..Build::default()
    };
    reader.finish(warnings);
    Ok(())
}

fn read_function(
    mut reader: Reader<'_, '_>,
    warnings: &mut Vec<(usize, String)>,
) -> Result<FunctionDef, ConfigError> {
    let mut variant = |reader: &mut Reader<'_, '_>, key| -> Result<Option<Build>, ConfigError> {
        let Some(mut table) = reader.table(key)? else {
            return Ok(None);
        };
        let build = read_build(&mut table)?;
        table.finish(warnings);
        Ok(Some(build))
    };
    let before = variant(&mut reader, "before")?;
    let after = variant(&mut reader, "after")?;
    let function = FunctionDef {
        name: reader.string("name")?,
        build: read_build(&mut reader)?,
        before,
        after,
        payload: read_payload(&mut reader),
        limit: reader.per_cent("limit")?,
        gate: GateTable::read(&mut reader)?,
    };
    reader.finish(warnings);
    Ok(function)
}

fn read_build(reader: &mut Reader<'_, '_>) -> Result<Build, ConfigError> {
    Ok(Build {
        package: reader.string("package")?,
        runtime: reader.string("runtime")?,
        handler: reader.string("handler")?,
        layers: reader.strings("layers")?,
        memory: reader.number("memory", MEMORY_MB.0, MEMORY_MB.1)?,
        timeout: reader.number("timeout", TIMEOUT_S.0, TIMEOUT_S.1)?,
        environment: read_environment(reader)?,
        label: reader.string("label")?,
    })
}

fn read_environment(reader: &mut Reader<'_, '_>) -> Result<BTreeMap<String, String>, ConfigError> {
    match reader.table("environment")? {
        Some(table) => Ok(table.texts()?.into_iter().collect()),
        None => Ok(BTreeMap::new()),
    }
}

fn read_payload(reader: &mut Reader<'_, '_>) -> Option<Sourced<String>> {
    let found = reader.value("payload")?;
    Some(Sourced::new(payload::of_toml(found.value), found.origin))
}
