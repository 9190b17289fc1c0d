//! From settings to functions that can be measured: packages are packed and staged on the endpoint.

use std::path::Path;

use crate::config::{PackageSpec, Settings, Subject, Target};
use crate::exit::Exit;
use crate::lambda::journal::{JournalError, Journals};
use crate::lambda::{Code, Function, LambdaError, NewFunction, Sent};
use crate::results::{Arm, Layer, SubjectResult};
use crate::sandbox::Sandbox;
use crate::scratch::Scratch;
use crate::subject::{pack, wrapper};

use super::endpoint::Endpoint;
use super::facts::record;
use super::ours::Ours;
use super::{Failure, copies};

/// A temporary folder for packed zips; it goes when it is dropped.
pub fn scratch() -> Result<Scratch, Failure> {
    let parent = std::env::temp_dir();
    Scratch::new(&parent, &[]).map_err(|error| {
        Failure::new(
            Exit::CouldNotMeasure,
            format!("making a temporary folder in {}: {error}", parent.display()),
        )
        .hint(Some("set TMPDIR to a folder that can be written".into()))
    })
}

const SANDBOX_ROLE: &str = "arn:aws:iam::000000000000:role/lambench";

/// A subject whose function stands ready on the endpoint.
pub struct Staged {
    /// Which arm.
    pub arm: Arm,
    /// The function.
    pub function: Function,
    /// All that is known about it before the first invoke; the version is filled in afterwards.
    pub record: SubjectResult,
    /// What is to be known about it.
    pub warnings: Vec<String>,
}

/// Finds or stages one subject.
pub async fn subject(
    endpoint: &Endpoint,
    settings: &Settings,
    subject: &Subject,
    scratch: &Path,
) -> Result<Staged, Failure> {
    let mut own = None;
    let (function, unzipped, layers) = match &subject.target {
        Target::Copy(_) => unreachable!("copies are prepared, and made by `copied`"),
        Target::InPlace(name) => (in_place(endpoint, settings, name).await?, None, None),
        Target::Package(package) => {
            let wrapped = if settings.no_handler {
                Some(wrapped(package, arm_suffix(subject.arm), scratch).await?)
            } else {
                None
            };
            let name = format!(
                "{}-{}",
                function_name(&subject.function),
                arm_suffix(subject.arm)
            );
            let to_stage = wrapped.as_ref().map_or(package, |wrapped| &wrapped.package);
            let (unzipped, layers) = create(endpoint, &name, to_stage, scratch).await?;
            own = wrapped.map(|wrapped| (wrapped.own_bytes, package.handler.clone()));
            (
                Function::staged_with(&endpoint.lambda, &name, settings.touch, None).await?,
                Some(unzipped),
                Some(layers),
            )
        }
    };
    let mut record = record(endpoint, settings, subject, &function, unzipped, layers);
    if let Some((bytes, handler)) = own {
        // What the user has, not the wrapper.
        record.package_bytes = Some(bytes);
        record.handler = Some(handler);
    }
    Ok(Staged {
        arm: subject.arm,
        function,
        record,
        warnings: endpoint.cpu_not_limited().into_iter().collect(),
    })
}

/// A package with a wrapper for `--no-handler`.
struct Wrapped {
    package: PackageSpec,
    /// Zipped bytes without the wrapper.
    own_bytes: u64,
}

async fn wrapped(package: &PackageSpec, arm: &str, scratch: &Path) -> Result<Wrapped, Failure> {
    let (mut package, scratch) = (package.clone(), scratch.to_owned());
    let path = scratch.join(format!("no-handler-{arm}.zip"));
    let usage = |text: String, hint| Failure::new(Exit::Usage, text).hint(hint);
    tokio::task::spawn_blocking(move || {
        let packed = pack::pack(&package.path, &scratch)
            .map_err(|error| usage(error.to_string(), error.hint()))?;
        let failed =
            |error: std::io::Error| usage(format!("wrapping {}: {error}", path.display()), None);
        let zip = std::fs::read(&packed.path).map_err(failed)?;
        let wrapped = wrapper::wrap(zip, &package.runtime, &package.handler)
            .map_err(|error| usage(error.to_string(), error.hint()))?;
        std::fs::write(&path, wrapped.zip).map_err(failed)?;
        package.path.clone_from(&path);
        package.handler = wrapped.handler;
        Ok(Wrapped {
            package,
            own_bytes: packed.zip_bytes,
        })
    })
    .await
    .map_err(|error| Failure::new(Exit::CouldNotMeasure, format!("packing: {error}")))?
}

/// A copy as a subject.
pub async fn copied(
    endpoint: &Endpoint,
    settings: &Settings,
    subject: &Subject,
    prepared: copies::Prepared,
    ours: &Ours,
) -> Result<Staged, Failure> {
    let copy = copies::create(&endpoint.lambda, prepared, settings.touch, ours).await?;
    let mut record = record(
        endpoint,
        settings,
        subject,
        &copy.function,
        copy.unzipped_bytes,
        copy.layers,
    );
    record.package_bytes = copy.zip_bytes;
    record.handler = copy.handler;
    if let (None, Some(version)) = (&record.label, copy.version) {
        record.version = version;
        record.version_source = "published".into();
    }
    Ok(Staged {
        arm: subject.arm,
        function: copy.function,
        record,
        warnings: copy.warnings,
    })
}

/// A function that exists, locked; it is written down before it is touched.
async fn in_place(
    endpoint: &Endpoint,
    settings: &Settings,
    name: &str,
) -> Result<Function, Failure> {
    let journals = Journals::of_user().map_err(LambdaError::from)?;
    match Function::in_place(&endpoint.lambda, name, settings.touch, &journals).await {
        // Two names of one function: this very run holds the lock.
        Err(LambdaError::Journal(JournalError::InUse {
            owner: Some(owner), ..
        })) if owner.is_this_process() => {
            let names: Vec<&str> = settings.subjects.iter().map(|s| s.name.as_str()).collect();
            Err(Failure::new(
                Exit::Usage,
                format!("{} are the same function", names.join(" and ")),
            )
            .hint(Some(
                "compare it with itself at another time: --save-baseline NAME, then --baseline NAME"
                    .into(),
            )))
        }
        function => Ok(function?),
    }
}

/// Packs a package and its layers, hands them over by the sandbox's private route, and creates the function. Gives the
/// unzipped bytes of the package and the layers.
pub async fn create(
    endpoint: &Endpoint,
    name: &str,
    package: &PackageSpec,
    scratch: &Path,
) -> Result<(u64, Vec<Layer>), Failure> {
    let lambda = &endpoint.lambda;
    let sandbox = endpoint.sandbox.as_ref().ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            format!(
                "{}: a package is measured on the sandbox",
                package.path.display()
            ),
        )
        .hint(Some("leave --aws and --endpoint-url out".into()))
    })?;
    let (code, packed) = offer(sandbox, &package.path, scratch).await?;
    let mut layers = Vec::new();
    let mut arns = Vec::new();
    for (i, path) in package.layers.iter().enumerate() {
        let (code, packed) = offer(sandbox, path, scratch).await?;
        let file = layer_name(path, i);
        arns.push(
            lambda
                .publish_layer(&function_name(&file), Sent::Stored(code), None)
                .await?,
        );
        layers.push(Layer {
            name: file,
            bytes: Some(packed.zip_bytes),
        });
    }
    lambda
        .create(new_function(name, package, code, arns))
        .await?;
    Ok((packed.unzipped_bytes, layers))
}

/// What is asked for to create a package's function on the sandbox.
pub fn new_function(
    name: &str,
    package: &PackageSpec,
    code: Code,
    layers: Vec<String>,
) -> NewFunction {
    NewFunction {
        name: name.to_owned(),
        runtime: package.runtime.clone(),
        handler: package.handler.clone(),
        role: SANDBOX_ROLE.into(),
        code,
        layers,
        memory_mb: package.memory_mb,
        timeout_s: package.timeout_s,
        environment: package.environment.clone(),
        architecture: architecture().into(),
    }
}

fn layer_name(path: &Path, i: usize) -> String {
    path.file_stem().map_or_else(
        || format!("layer-{i}"),
        |s| s.to_string_lossy().into_owned(),
    )
}

/// The name under which the `i`th layer of a package is published.
pub fn published_layer_name(path: &Path, i: usize) -> String {
    function_name(&layer_name(path, i))
}

/// Packs a package or a layer and hands it over by the sandbox's private route.
pub async fn offer(
    sandbox: &Sandbox,
    path: &Path,
    scratch: &Path,
) -> Result<(Code, pack::Packed), Failure> {
    let (path, scratch) = (path.to_owned(), scratch.to_owned());
    let packed = tokio::task::spawn_blocking(move || pack::pack(&path, &scratch))
        .await
        .map_err(|error| Failure::new(Exit::CouldNotMeasure, format!("packing: {error}")))?
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()).hint(error.hint()))?;
    let location = sandbox
        .offer(&packed.path)
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let code = Code {
        bucket: location.bucket,
        key: location.key,
        version: None,
    };
    Ok((code, packed))
}

/// This machine's architecture as Lambda calls it.
pub fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        _ => "x86_64",
    }
}

pub fn arm_suffix(arm: Arm) -> &'static str {
    match arm {
        Arm::Before => "before",
        Arm::After => "after",
        Arm::Only => "only",
    }
}

/// Any name as Lambda takes it: letters, digits, hyphens and underscores, with room for a suffix.
fn function_name(name: &str) -> String {
    let clean: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '_' {
                c
            } else {
                '-'
            }
        })
        .take(50)
        .collect();
    let clean = clean.trim_matches('-');
    if clean.is_empty() {
        "function".into()
    } else {
        clean.into()
    }
}
