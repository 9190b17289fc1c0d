//! From what several places say about a build to one package with nothing left to infer.

use std::path::{Path, PathBuf};

use crate::cli::TypedBuild;
use crate::sandbox::runtimes;
use crate::subject::contents::Contents;
use crate::subject::infer::{self, Family, Unknown};

use super::PackageSpec;
use super::error::ConfigError;
use super::file::{Build, ConfigFile};
use super::origin::{Origin, Sourced};
use super::surroundings::Surroundings;

/// Memory of a package when nobody says how much, MB: room for real libraries, unlike Lambda's own 128.
pub const DEFAULT_MEMORY_MB: u32 = 512;
/// Timeout of a package when nobody says how long, seconds: room for a slow handler, unlike Lambda's own 3.
pub const DEFAULT_TIMEOUT_S: u32 = 30;

/// A package with nothing left to infer, and where its values came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The package.
    pub package: PackageSpec,
    /// Its label.
    pub label: Option<String>,
    /// Values that were not typed as flags: what, value, where from.
    pub provenance: Vec<(String, String, String)>,
}

/// Which flags of a build were given, as they are typed. A label is not among them: it fits any subject.
pub fn given(typed: &TypedBuild<'_>) -> Vec<String> {
    [
        ("handler", typed.handler.is_some()),
        ("runtime", typed.runtime.is_some()),
        ("layers", !typed.layers.is_empty()),
        ("memory", typed.memory.is_some()),
        ("timeout", typed.timeout.is_some()),
        ("env", !typed.env.is_empty()),
    ]
    .into_iter()
    .filter(|(_, given)| *given)
    .map(|(name, _)| format!("--{}{name}", typed.prefix))
    .collect()
}

/// The flags of a build as a build.
pub fn of_flags(typed: &TypedBuild<'_>) -> Build {
    let flag = |name: &str| format!("--{}{name}", typed.prefix);
    let text =
        |name: &str, value: Option<&str>| Sourced::flag(flag(name), value.map(str::to_owned));
    let layers: Vec<String> = typed
        .layers
        .iter()
        .map(|path| path.to_string_lossy().into_owned())
        .collect();
    Build {
        package: None,
        runtime: text("runtime", typed.runtime),
        handler: text("handler", typed.handler),
        layers: (!layers.is_empty()).then(|| Sourced::new(layers, Origin::Flag(flag("layers")))),
        memory: Sourced::flag(flag("memory"), typed.memory),
        timeout: Sourced::flag(flag("timeout"), typed.timeout),
        environment: typed.env.iter().cloned().collect(),
        label: text("label", typed.label),
    }
}

/// What variables say about any build.
pub fn of_variables(around: &Surroundings) -> Result<Build, ConfigError> {
    Ok(Build {
        memory: around.memory()?,
        timeout: around.timeout()?,
        ..Build::default()
    })
}

/// Builds packages out of what is said about them.
pub struct Builder<'a> {
    /// The working folder and variables.
    pub around: &'a Surroundings,
    /// lambench.toml.
    pub file: &'a ConfigFile,
    /// Whether the command has `--runtime` and `--handler` (`serve` has not).
    pub has_flags: bool,
}

impl Builder<'_> {
    /// Where a written path leads: those of lambench.toml are relative to it.
    pub fn path(&self, written: &str, origin: &Origin) -> PathBuf {
        let folder: &Path = match origin {
            Origin::File { .. } => &self.file.folder,
            _ => &self.around.folder,
        };
        // A trailing slash says nothing, and looks odd in messages.
        folder.join(written).components().collect()
    }

    /// Infers what is missing and checks what can be known before anything is started.
    pub fn resolve(
        &self,
        build: Build,
        warnings: &mut Vec<String>,
    ) -> Result<Resolved, ConfigError> {
        let Some(written) = build.package.clone() else {
            return Err(ConfigError::NoSubject);
        };
        let path = self.existing(&written)?;
        let contents = Contents::open(&path)?;
        if let Some(given) = &build.runtime {
            check_runtime(given)?;
        }
        let inferred = infer::infer(
            &contents,
            build.runtime.as_ref().map(|r| r.value.as_str()),
            build.handler.as_ref().map(|h| h.value.as_str()),
        )
        .map_err(|unknown| self.not_inferred(&written.value, &contents, unknown))?;
        let runtime = sourced(build.runtime, inferred.runtime, inferred.runtime_from);
        let handler = sourced(build.handler, inferred.handler, inferred.handler_from);

        let (layers, layers_origin) = match build.layers {
            Some(Sourced { value, origin }) => (value, origin),
            None => (Vec::new(), Origin::Default),
        };
        let layer_paths = layers
            .iter()
            .map(|layer| self.layer(layer, &layers_origin, &runtime.value, warnings))
            .collect::<Result<Vec<_>, _>>()?;
        check_module(
            &contents,
            &written.value,
            &runtime,
            &handler,
            !layers.is_empty(),
            warnings,
        )?;

        let memory = build.memory.unwrap_or(Sourced::default(DEFAULT_MEMORY_MB));
        let timeout = build.timeout.unwrap_or(Sourced::default(DEFAULT_TIMEOUT_S));
        let mut provenance = Vec::new();
        let mut say = |what: &str, value: String, origin: &Origin| {
            if !matches!(origin, Origin::Flag(_)) {
                provenance.push((what.to_owned(), value, origin.to_string()));
            }
        };
        say("runtime", runtime.value.clone(), &runtime.origin);
        say("handler", handler.value.clone(), &handler.origin);
        if !layers.is_empty() {
            say("layers", layers.join(", "), &layers_origin);
        }
        say("memory", format!("{} MB", memory.value), &memory.origin);
        say("timeout", format!("{} s", timeout.value), &timeout.origin);
        Ok(Resolved {
            package: PackageSpec {
                path,
                runtime: runtime.value,
                handler: handler.value,
                layers: layer_paths,
                memory_mb: memory.value,
                timeout_s: timeout.value,
                environment: build.environment,
            },
            label: build.label.map(|label| label.value),
            provenance,
        })
    }

    fn existing(&self, written: &Sourced<String>) -> Result<PathBuf, ConfigError> {
        let path = self.path(&written.value, &written.origin);
        if path.exists() {
            return Ok(path);
        }
        let hint = if matches!(written.origin, Origin::File { .. }) {
            format!(
                "looked for {}; paths in the file are relative to it",
                path.display()
            )
        } else if by(&written.origin).ends_with("layers") {
            format!(
                "looked for {}; a layer is a folder or a zip",
                path.display()
            )
        } else {
            "a word with a / in it or one that ends in .zip is taken for a path; a function on AWS is named by NAME \
             or ARN"
                .into()
        };
        Err(ConfigError::NoSuchPath {
            path: written.value.clone(),
            by: by(&written.origin),
            hint,
        })
    }

    fn layer(
        &self,
        written: &str,
        origin: &Origin,
        runtime: &str,
        warnings: &mut Vec<String>,
    ) -> Result<PathBuf, ConfigError> {
        if written.starts_with("arn:") {
            return Err(ConfigError::Usage {
                what: format!(
                    "{}: a layer is a folder or a zip here, not an ARN: {written}",
                    by(origin)
                ),
                hint: Some(
                    "download the layer (aws lambda get-layer-version) and give its zip".into(),
                ),
            });
        }
        let path = self.existing(&Sourced::new(written.to_owned(), origin.clone()))?;
        let contents = Contents::open(&path)?;
        let wanted = match Family::of(runtime) {
            Family::Python => "python",
            Family::Node => "nodejs",
            Family::Provided | Family::Other => return Ok(path),
        };
        // Layers may also bring libraries, programs or extensions alone.
        if ![wanted, "lib", "bin", "extensions"]
            .iter()
            .any(|name| contents.has_folder(name))
        {
            warnings.push(format!(
                "layer {written}: no {wanted}/ folder at its top, so {runtime} finds no modules in it"
            ));
        }
        Ok(path)
    }

    fn not_inferred(&self, package: &str, contents: &Contents, unknown: Unknown) -> ConfigError {
        let wanted = unknown.wanted();
        let mut hint = if self.has_flags {
            let flags: Vec<String> = wanted.iter().map(|name| format!("--{name}")).collect();
            format!("name {} by {}", its(wanted), flags.join(" and "))
        } else {
            format!(
                "define the function with its {} in lambench.toml",
                wanted.join(" and ")
            )
        };
        let may_be = infer::candidates(contents);
        if let ([file, ..], Unknown::Both { .. }, true) =
            (may_be.as_slice(), &unknown, self.has_flags)
        {
            let module = file
                .rsplit_once('.')
                .map_or(file.as_str(), |(name, _)| name);
            hint = format!(
                "{file} is at its top: if that is the function, name it by --handler {module}.FUNCTION"
            );
        }
        if let (Unknown::Runtime { .. }, true) = (&unknown, self.has_flags) {
            hint = "a handler is MODULE.FUNCTION, MODULE a file of the package; a runtime that is neither Python nor \
                    Node.js is named by --runtime"
                .into();
        }
        if let Some(inside) = unknown.inside() {
            hint = format!(
                "the package seems to lie in {inside}/ inside it: give that folder, or zip its contents"
            );
        }
        ConfigError::NotInferred {
            package: package.to_owned(),
            unknown: Box::new(unknown),
            hint,
        }
    }
}

fn its(wanted: &[&str]) -> &'static str {
    if wanted.len() == 1 { "it" } else { "them" }
}

/// The origin with its line, for errors.
pub fn by(origin: &Origin) -> String {
    match origin {
        Origin::File { file, line, key } => format!("{key}, {file}:{line}"),
        origin => origin.to_string(),
    }
}

fn sourced(given: Option<Sourced<String>>, value: String, from: Option<String>) -> Sourced<String> {
    given.unwrap_or_else(|| {
        let origin = from.map_or(Origin::Default, Origin::Inferred);
        Sourced::new(value, origin)
    })
}

/// A package runs on the sandbox, so a runtime that it does not know is a mistake that can be told before it starts.
fn check_runtime(runtime: &Sourced<String>) -> Result<(), ConfigError> {
    if runtimes::supports(&runtime.value) {
        return Ok(());
    }
    Err(ConfigError::Usage {
        what: format!(
            "{}: the sandbox does not run {}",
            by(&runtime.origin),
            runtime.value
        ),
        hint: Some(format!("it runs {}", runtimes::SUPPORTED)),
    })
}

fn check_module(
    contents: &Contents,
    package: &str,
    runtime: &Sourced<String>,
    handler: &Sourced<String>,
    has_layers: bool,
    warnings: &mut Vec<String>,
) -> Result<(), ConfigError> {
    if infer::bootstrap_is_not_executable(contents, &runtime.value) {
        return Err(ConfigError::NotExecutable {
            package: package.to_owned(),
        });
    }
    let Some(file) = infer::missing_module(contents, &runtime.value, &handler.value) else {
        return Ok(());
    };
    if has_layers {
        warnings.push(format!(
            "{package}: no {file} in it for handler {}; it has to come from a layer",
            handler.value
        ));
        return Ok(());
    }
    Err(ConfigError::NoModule {
        package: package.to_owned(),
        file,
        handler: handler.value.clone(),
        origin: handler.origin.to_string(),
    })
}
