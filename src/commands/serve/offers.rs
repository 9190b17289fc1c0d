//! What is offered: each function as it was handed over last, and what keeps another from being so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::commands::Failure;
use crate::commands::endpoint::Endpoint;
use crate::commands::stage;
use crate::config::{Broken, ConfigError, PackageSpec, Served, ServedFunction};
use crate::lambda::{Function, LambdaError};
use crate::scratch::Scratch;

use super::logs::Logs;
use super::reload::{self, Offered};

/// Stands for lambench.toml among the names of functions.
const FILE: &str = "";

/// The functions of a server.
pub struct Offers<'a> {
    endpoint: &'a Endpoint,
    logs: &'a Logs,
    scratch: Scratch,
    quiet: bool,
    watching: bool,
    offered: BTreeMap<String, Offered>,
    troubles: BTreeMap<String, Trouble>,
    warned: BTreeSet<String>,
}

/// Why something is not as it should be.
struct Trouble {
    text: String,
    told: bool,
}

impl<'a> Offers<'a> {
    /// None as yet.
    pub fn new(endpoint: &'a Endpoint, logs: &'a Logs, quiet: bool) -> Result<Self, Failure> {
        Ok(Self {
            endpoint,
            logs,
            scratch: stage::scratch()?,
            quiet,
            watching: false,
            offered: BTreeMap::new(),
            troubles: BTreeMap::new(),
            warned: BTreeSet::new(),
        })
    }

    /// The endpoint's address.
    pub fn url(&self) -> String {
        self.endpoint
            .lambda
            .endpoint_url
            .clone()
            .unwrap_or_default()
    }

    /// Whether every function that was asked for is offered.
    pub fn is_complete(&self) -> bool {
        let mut lacking = self.troubles.keys();
        lacking.all(|name| name == FILE || self.offered.contains_key(name))
    }

    /// Whether there is a trouble that nobody was told of: it may be over as soon as whoever writes has finished.
    pub fn has_news(&self) -> bool {
        self.troubles.values().any(|trouble| !trouble.told)
    }

    /// Tells what has not been told.
    pub fn tell(&mut self) {
        for trouble in self.troubles.values_mut().filter(|trouble| !trouble.told) {
            self.logs.say(trouble.text.clone());
            trouble.told = true;
        }
    }

    /// Offers all for the first time. What fails is told, and fails the whole only where nothing is left to serve.
    pub async fn begin(&mut self, served: &Served, watching: bool) -> Result<(), Failure> {
        self.watching = watching;
        self.warned.extend(served.warnings.iter().cloned());
        for broken in &served.broken {
            self.cannot_offer(broken);
        }
        let mut first = None;
        for function in &served.functions {
            match self.create(function).await {
                Ok(()) => self.inform(&format!(
                    "function {} from {}",
                    function.name,
                    function.package.path.display()
                )),
                Err(failure) => {
                    self.cannot_offer(&as_broken(function, &failure));
                    first.get_or_insert(failure);
                }
            }
        }
        if let (true, false, Some(failure)) = (self.offered.is_empty(), watching, first) {
            return Err(failure);
        }
        self.tell();
        Ok(())
    }

    /// Follows a change of these paths, with what lambench.toml and the flags say now.
    pub async fn follow(&mut self, served: Result<Served, ConfigError>, paths: &BTreeSet<PathBuf>) {
        let served = match served {
            Ok(served) => served,
            Err(error) => {
                let hint = hint(error.hint().as_deref());
                let text = format!("nothing is reloaded, all stays as it was: {error}{hint}");
                self.trouble(FILE, text);
                return;
            }
        };
        self.troubles.remove(FILE);
        for warning in &served.warnings {
            if self.warned.insert(warning.clone()) {
                self.logs.say(format!("warning: {warning}"));
            }
        }
        self.forget_others(&served).await;
        for broken in &served.broken {
            self.cannot_offer(broken);
        }
        for function in &served.functions {
            if self.is_concerned(function, paths)
                && let Err(failure) = self.renew(function, paths).await
            {
                self.cannot_offer(&as_broken(function, &failure));
            }
        }
    }

    /// Takes away what is no longer defined.
    async fn forget_others(&mut self, served: &Served) {
        let sound = served.functions.iter().map(|function| &function.name);
        let names: BTreeSet<&String> = sound
            .chain(served.broken.iter().map(|broken| &broken.name))
            .collect();
        self.troubles.retain(|name, _| names.contains(name));
        let gone: Vec<String> = self
            .offered
            .keys()
            .filter(|name| !names.contains(name))
            .cloned()
            .collect();
        for name in gone {
            match self.endpoint.lambda.delete(&name).await {
                Ok(()) => {
                    self.offered.remove(&name);
                    self.inform(&format!("function {name} is no longer defined: taken away"));
                }
                Err(error) => self.trouble(&name, error.to_string()),
            }
        }
    }

    fn is_concerned(&self, function: &ServedFunction, paths: &BTreeSet<PathBuf>) -> bool {
        let Some(offered) = self.offered.get(&function.name) else {
            return true;
        };
        let touched = function.paths().any(|own| {
            let touches = |path: &PathBuf| path.starts_with(own) || own.starts_with(path);
            paths.iter().any(touches)
        });
        touched || offered.package != function.package || self.troubles.contains_key(&function.name)
    }

    /// Reloads one, or offers it at last.
    async fn renew(
        &mut self,
        function: &ServedFunction,
        paths: &BTreeSet<PathBuf>,
    ) -> Result<(), Failure> {
        let clock = Instant::now();
        let name = &function.name;
        let changed = match self.offered.get_mut(name) {
            None => None,
            Some(offered) => {
                let package = &function.package;
                let scratch = self.scratch.path();
                match reload::reload(self.endpoint, name, package, offered, scratch).await {
                    Err(failure) if !self.is_there(name).await => {
                        drop(failure);
                        None
                    }
                    changed => Some(changed?),
                }
            }
        };
        let was_told = self.troubles.remove(name).is_some_and(|t| t.told);
        let what = match changed {
            None => {
                self.create(function).await?;
                format!("function {name} from {}", function.package.path.display())
            }
            Some(changed) if changed.is_nothing() => {
                if was_told {
                    self.inform(&format!("{name} is again what it was"));
                }
                return Ok(());
            }
            Some(changed) => format!(
                "reloaded {name}: {}",
                changed.in_words(&files(&function.package, paths))
            ),
        };
        self.inform(&format!("{what}, {} ms", clock.elapsed().as_millis()));
        Ok(())
    }

    /// A client may have deleted it.
    async fn is_there(&mut self, name: &str) -> bool {
        let found = self.endpoint.lambda.describe(name).await;
        let gone = matches!(found, Err(e) if e.code() == Some("ResourceNotFoundException"));
        if gone {
            self.offered.remove(name);
        }
        !gone
    }

    async fn create(&mut self, function: &ServedFunction) -> Result<(), Failure> {
        let offered = reload::create(
            self.endpoint,
            &function.name,
            &function.package,
            self.scratch.path(),
        )
        .await?;
        // Waits until it is active.
        Function::staged(&self.endpoint.lambda, &function.name)
            .await
            .map_err(|error: LambdaError| Failure::from(error))?;
        self.offered.insert(function.name.clone(), offered);
        Ok(())
    }

    fn cannot_offer(&mut self, broken: &Broken) {
        let (name, why) = (&broken.name, &broken.why);
        let hint = hint(broken.hint.as_deref());
        let text = if self.offered.contains_key(name) {
            format!("{name} is not reloaded, what was before stays: {why}{hint}")
        } else if self.watching {
            format!("function {name} is not offered yet: {why}{hint}")
        } else {
            format!("error: function {name} is not offered: {why}{hint}")
        };
        self.trouble(name, text);
    }

    fn trouble(&mut self, name: &str, text: String) {
        let told = self
            .troubles
            .get(name)
            .is_some_and(|t| t.told && t.text == text);
        self.troubles
            .insert(name.to_owned(), Trouble { text, told });
    }

    /// Says what only somebody who watches wants to know.
    pub fn inform(&self, text: &str) {
        if !self.quiet {
            self.logs.say(text.to_owned());
        }
    }
}

fn as_broken(function: &ServedFunction, failure: &Failure) -> Broken {
    Broken {
        name: function.name.clone(),
        why: failure.message().to_owned(),
        hint: failure.advice().map(str::to_owned),
        paths: Vec::new(),
    }
}

fn hint(text: Option<&str>) -> String {
    text.map(|hint| format!("\nhint: {hint}"))
        .unwrap_or_default()
}

/// The changed files of a package, by their names in it.
fn files(package: &PackageSpec, paths: &BTreeSet<PathBuf>) -> Vec<String> {
    paths
        .iter()
        .filter_map(|path| path.strip_prefix(&package.path).ok())
        .filter(|file| *file != Path::new(""))
        .map(|file| file.display().to_string())
        .collect()
}
