//! Copies: functions of our own beside one that is deployed. All is read and checked before anything is created.

use std::path::Path;
use std::sync::Arc;

use crate::config::{CopyLayer, CopySpec, Subject};
use crate::exit::Exit;
use crate::lambda::{Function, Lambda, Model, NewCopy, fits};
use crate::results::{Layer, Touch};
use crate::subject::contents::Contents;
use crate::subject::{infer, pack, wrapper};

use super::Failure;
use super::ours::{Kind, Ours};

/// What a copy is going to be: everything is read, nothing is created.
pub struct Prepared {
    model: Model,
    new: NewCopy,
    /// Zipped layers to publish, at their places among the ARNs.
    layers: Vec<(usize, String, Vec<u8>)>,
    /// Of the package itself, without a wrapper.
    zip_bytes: u64,
    handler: String,
    unzipped_bytes: Option<u64>,
    warnings: Vec<String>,
}

/// A copy that stands ready.
pub struct Copy {
    /// The function.
    pub function: Function,
    /// Zipped bytes of the package itself.
    pub zip_bytes: u64,
    /// Its handler, behind a wrapper if there is one.
    pub handler: String,
    /// Unzipped bytes, where known.
    pub unzipped_bytes: Option<u64>,
    /// Its layers, where they are not the ones that the endpoint names.
    pub layers: Option<Vec<Layer>>,
    /// The version that it is a copy of, if it is a published one.
    pub version: Option<String>,
    /// What it lacks, in sentences.
    pub warnings: Vec<String>,
}

/// Reads the function, fetches or packs the code, and checks layers and handler.
pub async fn prepare(
    lambda: &Lambda,
    subject: &Subject,
    spec: &CopySpec,
    run: &str,
    no_handler: bool,
    scratch: &Path,
) -> Result<Prepared, Failure> {
    let model = lambda.model(&spec.model).await?;
    let runtime = spec.runtime.as_deref().unwrap_or(model.runtime());
    let handler = spec.handler.as_deref().unwrap_or(model.handler());
    let mut arns = Vec::new();
    let mut layers = Vec::new();
    for layer in spec.layers.iter().flatten() {
        match layer {
            CopyLayer::Arn(arn) => {
                lambda
                    .check_layer(arn, runtime, model.architecture())
                    .await?;
                arns.push(arn.clone());
            }
            CopyLayer::Path(path) => {
                let (zip, _) = zip(path, scratch).await?;
                let file = path.file_stem().unwrap_or_default().to_string_lossy();
                layers.push((arns.len(), file.into_owned(), zip));
                arns.push(String::new());
            }
        }
    }
    let mut warnings = Vec::new();
    let (mut code, unzipped_bytes) = match &spec.package {
        Some(path) => {
            check_handler(path, runtime, handler, spec, &mut warnings)?;
            let (zip, unzipped) = zip(path, scratch).await?;
            (zip, Some(unzipped))
        }
        None => (lambda.fetch(&model).await?, None),
    };
    warnings.extend(
        model
            .not_copied
            .iter()
            .map(|what| format!("the copy of {} is without {what}", spec.model)),
    );
    let zip_bytes = code.len() as u64;
    let own_handler = handler.to_owned();
    let mut new_handler = spec.handler.clone();
    if no_handler {
        let wrapped = wrapper::wrap(code, runtime, handler)
            .map_err(|error| Failure::new(Exit::Usage, error.to_string()).hint(error.hint()))?;
        code = wrapped.zip;
        new_handler = Some(wrapped.handler);
    }
    let id = uuid::Uuid::new_v4().simple().to_string();
    let new = NewCopy {
        name: format!(
            "lambench-{}-{}",
            &id[..8],
            super::stage::arm_suffix(subject.arm)
        ),
        run: run.to_owned(),
        zip: code,
        runtime: spec.runtime.clone(),
        handler: new_handler,
        memory_mb: spec.memory_mb,
        timeout_s: spec.timeout_s,
        layers: spec.layers.is_some().then_some(arns),
        environment: spec.environment.clone(),
    };
    Ok(Prepared {
        model,
        new,
        layers,
        zip_bytes,
        handler: own_handler,
        unzipped_bytes,
        warnings,
    })
}

/// A folder or a zip as bytes that fit into a request, and its unzipped bytes.
async fn zip(path: &Path, scratch: &Path) -> Result<(Vec<u8>, u64), Failure> {
    let (owned, scratch) = (path.to_owned(), scratch.to_owned());
    let packed = tokio::task::spawn_blocking(move || pack::pack(&owned, &scratch))
        .await
        .map_err(|error| Failure::new(Exit::CouldNotMeasure, format!("packing: {error}")))?
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()).hint(error.hint()))?;
    fits(&path.display().to_string(), packed.zip_bytes)?;
    let zip = tokio::fs::read(&packed.path).await.map_err(|error| {
        Failure::new(
            Exit::CouldNotMeasure,
            format!("reading {}: {error}", packed.path.display()),
        )
    })?;
    Ok((zip, packed.unzipped_bytes))
}

/// The handler is the deployed function's, the package somebody's new one: better known now than after its creation.
fn check_handler(
    path: &Path,
    runtime: &str,
    handler: &str,
    spec: &CopySpec,
    warnings: &mut Vec<String>,
) -> Result<(), Failure> {
    let contents =
        Contents::open(path).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let Some(file) = infer::missing_module(&contents, runtime, handler) else {
        return Ok(());
    };
    let what = format!(
        "{}: no {file} in it, for handler {handler} of {}",
        path.display(),
        spec.model
    );
    if spec.layers.as_ref().is_some_and(Vec::is_empty) || spec.layers.is_none() {
        return Err(Failure::new(Exit::Usage, what).hint(Some(
            "name the package's own handler by --after-handler (or --handler, for both)".into(),
        )));
    }
    warnings.push(format!("{what}; it has to come from a layer"));
    Ok(())
}

/// Creates what was prepared, and waits until it is active.
pub async fn create(
    lambda: &Lambda,
    mut prepared: Prepared,
    touch: Touch,
    ours: &Ours,
) -> Result<Copy, Failure> {
    let name = prepared.new.name.clone();
    let mut warnings = prepared.warnings;
    let account = prepared.model.account().to_owned();
    for (n, (place, _, zip)) in prepared.layers.iter_mut().enumerate() {
        let layer = format!("{name}-layer-{n}");
        let publish = {
            let (lambda, layer, zip) = (lambda.clone(), layer.clone(), std::mem::take(zip));
            Box::pin(async move { lambda.publish_layer_zip(&layer, zip).await })
        };
        let arn = ours
            .make(lambda, &account, Kind::Layer, &layer, publish)
            .await?;
        if let Some(arns) = &mut prepared.new.layers {
            arns[*place] = arn;
        }
    }
    let model = Arc::new(prepared.model);
    let make = {
        let (lambda, model, new) = (lambda.clone(), Arc::clone(&model), prepared.new);
        Box::pin(async move { lambda.create_copy(&model, new).await })
    };
    let lacking = ours
        .make(lambda, &account, Kind::Function, &name, make)
        .await?;
    warnings.extend(lacking.iter().map(|what| {
        format!(
            "{name}, a copy of {}, is without {what}",
            model.function_name()
        )
    }));
    let function = Function::staged_with(lambda, &name, touch, None).await?;
    let found = function.found();
    if found.snap_start {
        // Only a published version is restored from a snapshot; one is enough for all its starts.
        function.measure_version(&lambda.publish(&name).await?);
    }
    if let (Some(models), Some(copys)) = (model.runtime_version(), &found.runtime_version_arn)
        && found.runtime.as_deref() == Some(model.runtime())
        && models != copys
    {
        warnings.push(format!(
            "{} runs on the runtime version {models}, its copy on {copys}",
            model.function_name()
        ));
    }
    if found.sandbox.is_none() {
        warnings.push(format!(
            "the log group /aws/lambda/{name} stays: aws logs delete-log-group --log-group-name /aws/lambda/{name} \
             --region {}",
            lambda.region
        ));
    }
    let layers = (!prepared.layers.is_empty()).then(|| {
        let named = |place| prepared.layers.iter().find(|(at, ..)| *at == place);
        let layers = found.layers.iter().enumerate();
        layers
            .map(|(place, layer)| Layer {
                name: named(place).map_or_else(|| layer.arn.clone(), |(_, file, _)| file.clone()),
                bytes: layer.bytes,
            })
            .collect()
    });
    Ok(Copy {
        zip_bytes: prepared.zip_bytes,
        handler: prepared.handler,
        unzipped_bytes: prepared.unzipped_bytes,
        layers,
        version: Some(model.version().to_owned()).filter(|version| version != "$LATEST"),
        warnings,
        function,
    })
}
