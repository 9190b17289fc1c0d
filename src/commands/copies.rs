//! Copies: functions of our own beside one that is deployed. All is read and checked before anything is created.

use std::path::Path;
use std::sync::Arc;

use crate::config::{CopyLayer, CopySpec, Settings, Subject};
use crate::exit::Exit;
use crate::lambda::{Bucket, Function, Lambda, Model, NewCopy, own_log_group};
use crate::results::{Layer, Touch};
use crate::sandbox::UNZIPPED_LIMIT;
use crate::subject::contents::Contents;
use crate::subject::{infer, wrapper};

use super::Failure;
use super::ours::{Kind, Ours};
use super::parcel::{self, Parcel, Way};
use super::stage::arm_suffix;

/// The description of layers that are published for a copy.
const OF_LAYERS: &str = "Temporary, made and deleted by lambench";

/// What a copy is going to be: everything is read, nothing is created.
pub struct Prepared {
    model: Model,
    new: NewCopy,
    /// What it runs, wrapper and all; none: the model's image.
    package: Option<Parcel>,
    /// Layers to publish, at their places among the ARNs.
    layers: Vec<(usize, String, Parcel)>,
    /// For what is too large for a request.
    bucket: Option<Bucket>,
    /// Of the package itself, without a wrapper.
    zip_bytes: Option<u64>,
    handler: Option<String>,
    unzipped_bytes: Option<u64>,
    warnings: Vec<String>,
}

/// A copy that stands ready.
pub struct Copy {
    /// The function.
    pub function: Function,
    /// Zipped bytes of the package itself; none: an image.
    pub zip_bytes: Option<u64>,
    /// Its handler, behind a wrapper if there is one; none: an image.
    pub handler: Option<String>,
    /// Unzipped bytes, where known.
    pub unzipped_bytes: Option<u64>,
    /// Its layers, where they are not the ones that the endpoint names.
    pub layers: Option<Vec<Layer>>,
    /// The version that it is a copy of, if it is a published one.
    pub version: Option<String>,
    /// What it lacks, in sentences.
    pub warnings: Vec<String>,
}

/// Reads the function, fetches or packs the code, and checks layers, handler and bucket.
pub async fn prepare(
    lambda: &Lambda,
    settings: &Settings,
    subject: &Subject,
    spec: &CopySpec,
    run: &str,
    scratch: &Path,
) -> Result<Prepared, Failure> {
    let model = lambda.model(&spec.model).await?;
    if model.image().is_some() {
        no_package_for_an_image(spec, settings.no_handler)?;
    }
    let runtime = spec.runtime.as_deref().unwrap_or(model.runtime());
    let handler = spec.handler.as_deref().unwrap_or(model.handler());
    let (arns, layers) = layers(lambda, &model, runtime, spec, scratch).await?;
    let mut warnings = Vec::new();
    let own = match (&spec.package, model.image()) {
        (_, Some(_)) => None,
        (Some(path), None) => {
            check_handler(path, runtime, handler, spec, &mut warnings)?;
            Some(Parcel::pack(path, scratch).await?)
        }
        (None, None) => Some(fetch(lambda, settings, subject, &model, scratch).await?),
    };
    let together = layers.iter().map(|(_, _, layer)| layer).chain(&own);
    let unzipped = together.filter_map(|parcel| parcel.unzipped_bytes).sum();
    if unzipped > UNZIPPED_LIMIT {
        return Err(parcel::unzipped(&subject.name, unzipped));
    }
    warnings.extend(
        model
            .not_copied
            .iter()
            .map(|what| format!("the copy of {} is without {what}", spec.model)),
    );
    if model.image().is_some() {
        warnings.push(format!(
            "the copy of {} is of the same container image; its size is not known here (see `aws ecr describe-images`)",
            spec.model
        ));
    }
    let zip_bytes = own.as_ref().map(|own| own.bytes);
    let unzipped_bytes = own.as_ref().and_then(|own| own.unzipped_bytes);
    let own_handler = own.as_ref().map(|_| handler.to_owned());
    let mut new_handler = spec.handler.clone();
    let package = match own {
        Some(own) if settings.no_handler => {
            let wrapped = wrapper::wrap(own.read().await?, runtime, handler)
                .map_err(|error| Failure::new(Exit::Usage, error.to_string()).hint(error.hint()))?;
            new_handler = Some(wrapped.handler);
            let file = scratch.join(format!("no-handler-{}.zip", arm_suffix(subject.arm)));
            tokio::fs::write(&file, wrapped.zip)
                .await
                .map_err(|error| unwritable(&file, &error))?;
            Some(Parcel::of(file).await?)
        }
        own => own,
    };
    let large = package
        .iter()
        .map(|package| (subject.name.as_str(), package))
        .chain(layers.iter().map(|(_, name, layer)| (name.as_str(), layer)))
        .find(|(_, parcel)| parcel.is_large())
        .map(|(name, parcel)| (name, parcel.bytes));
    let bucket = parcel::bucket_for(lambda, settings, large).await?;
    let id = uuid::Uuid::new_v4().simple().to_string();
    let new = NewCopy {
        name: format!("lambench-{}-{}", &id[..8], arm_suffix(subject.arm)),
        run: run.to_owned(),
        code: None,
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
        package,
        layers,
        bucket,
        zip_bytes,
        handler: own_handler,
        unzipped_bytes,
        warnings,
    })
}

/// Its layers' ARNs, with holes for those that are to be published, and these.
async fn layers(
    lambda: &Lambda,
    model: &Model,
    runtime: &str,
    spec: &CopySpec,
    scratch: &Path,
) -> Result<(Vec<String>, Vec<(usize, String, Parcel)>), Failure> {
    let (mut arns, mut layers) = (Vec::new(), Vec::new());
    for layer in spec.layers.iter().flatten() {
        match layer {
            CopyLayer::Arn(arn) => {
                lambda
                    .check_layer(arn, runtime, model.architecture())
                    .await?;
                arns.push(arn.clone());
            }
            CopyLayer::Path(path) => {
                let parcel = Parcel::pack(path, scratch).await?;
                let file = path.file_stem().unwrap_or_default().to_string_lossy();
                layers.push((arns.len(), file.into_owned(), parcel));
                arns.push(String::new());
            }
        }
    }
    Ok((arns, layers))
}

/// The code that is deployed.
async fn fetch(
    lambda: &Lambda,
    settings: &Settings,
    subject: &Subject,
    model: &Model,
    scratch: &Path,
) -> Result<Parcel, Failure> {
    let what = format!("the code of {}", model.function_name());
    parcel::may_be_sent(settings, &what, model.code_bytes())?;
    let file = scratch.join(format!("deployed-{}.zip", arm_suffix(subject.arm)));
    lambda.fetch(model, &file).await?;
    Parcel::of(file).await
}

/// An image says itself what it runs, and with what.
fn no_package_for_an_image(spec: &CopySpec, no_handler: bool) -> Result<(), Failure> {
    let given = [
        ("a package", spec.package.is_some()),
        ("--runtime", spec.runtime.is_some()),
        ("--handler", spec.handler.is_some()),
        ("--layers", spec.layers.is_some()),
        ("--no-handler", no_handler),
    ];
    let Some((what, _)) = given.into_iter().find(|(_, given)| *given) else {
        return Ok(());
    };
    Err(Failure::new(
        Exit::Usage,
        format!(
            "{}: it is a container image, and {what} can't take the image's place in a copy of it",
            spec.model
        ),
    )
    .hint(Some(
        "push the new image, publish a version of the function with it, and compare the two: --before NAME:1 --after          NAME:2; or measure the package on this machine with --local"
            .into(),
    )))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::CouldNotMeasure,
        format!("writing {}: {error}", path.display()),
    )
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
    let run = prepared.new.run.clone();
    let way = Way {
        lambda,
        ours,
        account: &account,
        bucket: prepared.bucket.as_ref(),
        run: &run,
    };
    for (n, (place, _, parcel)) in prepared.layers.iter().enumerate() {
        let layer = format!("{name}-layer-{n}");
        let sent = parcel.send(&way).await?;
        let publish = {
            let (lambda, layer) = (lambda.clone(), layer.clone());
            Box::pin(async move { lambda.publish_layer(&layer, sent, Some(OF_LAYERS)).await })
        };
        let arn = ours
            .make(lambda, &account, Kind::Layer, &layer, publish)
            .await?;
        if let Some(arns) = &mut prepared.new.layers {
            arns[*place] = arn;
        }
    }
    if let Some(package) = &prepared.package {
        prepared.new.code = Some(package.send(&way).await?);
    }
    let model = Arc::new(prepared.model);
    let make = {
        let (lambda, model, new) = (lambda.clone(), Arc::clone(&model), prepared.new);
        Box::pin(async move { lambda.create_copy(&model, new).await })
    };
    let created = ours
        .make(lambda, &account, Kind::Function, &name, make)
        .await?;
    if let Some(group) = &created.log_group
        && *group != own_log_group(&name)
    {
        // It logs to somebody else's group.
        ours.keep_log_group(&name);
    }
    warnings.extend(created.lacking.iter().map(|what| {
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
