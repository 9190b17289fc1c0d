//! The control plane's state: what all operations share.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper::StatusCode;

use super::background::Background;
use super::configuration::Configuration;
use super::environment::EnvironmentSpec;
use super::errors::ApiError;
use super::functions::Function;
use super::layers::Layers;
use super::names::{Named, function_arn};
use super::packages::{Merged, Package, Source, UNZIPPED_LIMIT};
use super::pool::{Pool, Stage};
use super::runtimes::{self, RuntimeOptions};
use super::settings::Settings;
use super::shapes::CodeRequest;
use crate::scratch::Scratch;

/// What lies in the sandbox's temporary folder.
pub(super) const FOLDERS: [&str; 5] = ["packages", "layers", "zips", "environments", "clients"];

/// A zip that comes inside a request, bytes.
pub(super) const ZIP_FILE_LIMIT: usize = 50 * 1024 * 1024;
/// AWS's limit on a whole request: 50 MB in base64 and what stands around it.
pub(super) const REQUEST_LIMIT: usize = 70_167_211;

/// Everything behind the API.
#[derive(Debug)]
pub(super) struct Plane {
    pub region: String,
    pub port: u16,
    pub settle: Duration,
    pub runtimes: RuntimeOptions,
    pub stage: Arc<Stage>,
    /// Event invokes, updates that settle, invokes whose caller hung up.
    pub background: Arc<Background>,
    /// Unguessable: the bucket of the private route.
    pub bucket: String,
    offers: Mutex<HashMap<String, PathBuf>>,
    functions: Mutex<BTreeMap<String, Arc<Function>>>,
    layers: Mutex<Layers>,
    /// Last: it goes when everything in it is gone.
    pub folder: Scratch,
}

/// Where a request says that a package is.
enum Given {
    /// In it, in base64.
    ZipFile(String),
    /// On the private route.
    Offered(PathBuf),
}

/// What [`Plane::new`] needs.
pub(super) struct Parts {
    pub region: String,
    pub port: u16,
    pub settle: Duration,
    pub runtimes: RuntimeOptions,
    pub stage: Stage,
    pub folder: Scratch,
}

impl Plane {
    pub fn new(parts: Parts) -> Self {
        Self {
            region: parts.region,
            port: parts.port,
            settle: parts.settle,
            runtimes: parts.runtimes,
            stage: Arc::new(parts.stage),
            background: Arc::new(Background::new()),
            bucket: format!("lambench-{}", uuid::Uuid::new_v4().simple()),
            offers: Mutex::default(),
            functions: Mutex::default(),
            layers: Mutex::default(),
            folder: parts.folder,
        }
    }

    /// Remembers a zip for the private route; gives its key.
    pub fn offer(&self, zip: PathBuf) -> String {
        let key = format!("{}.zip", uuid::Uuid::new_v4().simple());
        lock(&self.offers).insert(key.clone(), zip);
        key
    }

    /// Forgets an offered zip.
    pub fn withdraw(&self, key: &str) {
        lock(&self.offers).remove(key);
    }

    /// All functions by name.
    pub fn functions(&self) -> Vec<Arc<Function>> {
        lock(&self.functions).values().cloned().collect()
    }

    pub fn has_function(&self, name: &str) -> bool {
        lock(&self.functions).contains_key(name)
    }

    /// False if there is one of that name.
    pub fn insert(&self, function: Arc<Function>) -> bool {
        let mut functions = lock(&self.functions);
        if functions.contains_key(&function.name) {
            return false;
        }
        functions.insert(function.name.clone(), function);
        true
    }

    /// Not another that was made under its name meanwhile.
    pub fn remove(&self, function: &Arc<Function>) {
        let mut functions = lock(&self.functions);
        if functions
            .get(&function.name)
            .is_some_and(|there| Arc::ptr_eq(there, function))
        {
            functions.remove(&function.name);
        }
    }

    pub fn layers(&self) -> MutexGuard<'_, Layers> {
        lock(&self.layers)
    }

    pub fn named(&self, identifier: &str, qualifier: Option<&str>) -> Result<Named, ApiError> {
        Named::parse(identifier, qualifier, &self.region)
    }

    pub fn function(&self, named: &Named) -> Result<Arc<Function>, ApiError> {
        if named.foreign.is_none()
            && let Some(function) = lock(&self.functions).get(&named.name)
        {
            return Ok(Arc::clone(function));
        }
        Err(ApiError::function_not_found(&named.arn(&self.region)))
    }

    /// For operations that change a function: a version can't be changed.
    pub fn unqualified(&self, identifier: &str) -> Result<Arc<Function>, ApiError> {
        let named = self.named(identifier, None)?;
        if named.version().is_some() {
            return Err(ApiError::invalid(
                "This operation is permitted on Lambda functions only. Aliases and versions do not support this \
                 operation. Please specify either a function name or an unqualified function ARN.",
            ));
        }
        self.function(&named)
    }

    /// Where a package can be fetched from, as AWS gives a presigned address. Its name can't be guessed.
    pub fn location(&self, package: &Package) -> String {
        let name = package.zip.file_name().unwrap_or_default().display();
        format!("http://127.0.0.1:{}/lambench/packages/{name}", self.port)
    }

    /// Takes and unpacks a package.
    pub async fn package(
        self: &Arc<Self>,
        kind: &'static str,
        code: CodeRequest,
        operation: &str,
    ) -> Result<Package, ApiError> {
        let given = self.given(code, operation)?;
        let plane = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let source = match given {
                Given::ZipFile(text) => Source::Bytes(
                    BASE64_STANDARD
                        .decode(text)
                        .map_err(|error| ApiError::serialization(&error))?,
                ),
                Given::Offered(path) => Source::File(path),
            };
            Ok(Package::unpack(
                &plane.folder,
                kind,
                source,
                plane.is_watched(),
            )?)
        })
        .await?
    }

    fn given(&self, code: CodeRequest, operation: &str) -> Result<Given, ApiError> {
        let named = code.s3_bucket.is_some() || code.s3_key.is_some();
        match code.zip_file {
            Some(_) if named => Err(ApiError::invalid(
                "Please do not provide other FunctionCode parameters when providing a ZipFile.",
            )),
            // What the text decodes to, less what only pads it.
            Some(text) if text.trim_end_matches('=').len() * 3 / 4 > ZIP_FILE_LIMIT => {
                Err(too_large(operation))
            }
            Some(text) => Ok(Given::ZipFile(text)),
            None if named => {
                let bucket = code.s3_bucket.unwrap_or_default();
                let key = code.s3_key.unwrap_or_default();
                Ok(Given::Offered(self.offered(&bucket, &key)?))
            }
            None => Err(ApiError::invalid(
                "Please provide a source for function code.",
            )),
        }
    }

    fn offered(&self, bucket: &str, key: &str) -> Result<PathBuf, ApiError> {
        if bucket == self.bucket
            && let Some(path) = lock(&self.offers).get(key)
        {
            return Ok(path.clone());
        }
        Err(ApiError::invalid(format!(
            "Error occurred while GetObject. S3Bucket and S3Key have no counterpart in the lambench sandbox, it can't \
             read s3://{bucket}/{key}: send the package as ZipFile"
        )))
    }

    /// Why the CPU is not limited, where it was to be.
    pub fn cpu_refusal(&self) -> Option<&str> {
        self.stage.host.cpu_refusal.as_deref()
    }

    /// Where mounts don't make packages read-only, they are watched.
    fn is_watched(&self) -> bool {
        self.stage.host.mounts == super::environment::Mounts::SearchPaths
    }

    /// Merges layers and resolves the runtime, or takes over from `before` what does not change.
    pub async fn configure(
        self: &Arc<Self>,
        settings: Settings,
        package: Arc<Package>,
        before: Option<Arc<Configuration>>,
    ) -> Result<Arc<Configuration>, ApiError> {
        check_unzipped(&settings, &package)?;
        let plane = Arc::clone(self);
        let configure = move || plane.configure_now(settings, package, before.as_deref());
        tokio::task::spawn_blocking(configure).await?.map(Arc::new)
    }

    fn configure_now(
        &self,
        settings: Settings,
        package: Arc<Package>,
        before: Option<&Configuration>,
    ) -> Result<Configuration, ApiError> {
        let same_layers = before.filter(|b| b.settings.layers == settings.layers);
        let merged = match (same_layers, settings.layers.as_slice()) {
            (Some(before), _) => before.merged.clone(),
            (None, [] | [_]) => None,
            (None, layers) => {
                let roots: Vec<_> = layers.iter().map(|l| l.package.root.as_path()).collect();
                Some(Arc::new(Merged::new(
                    &self.folder,
                    &roots,
                    self.is_watched(),
                )?))
            }
        };
        let same_runtime = same_layers.filter(|b| {
            b.settings.runtime_id == settings.runtime_id && Arc::ptr_eq(&b.package, &package)
        });
        if let Some(before) = same_runtime {
            return Ok(Configuration {
                settings,
                package,
                merged,
                runtime: before.runtime.clone(),
            });
        }
        let opt_root = match (&merged, settings.layers.first()) {
            (Some(merged), _) => Some(merged.root.as_path()),
            (None, layer) => layer.map(|l| l.package.root.as_path()),
        };
        let runtime = runtimes::resolve(
            &settings.runtime_id,
            &package.root,
            opt_root,
            &self.runtimes,
        )?;
        Ok(Configuration {
            settings,
            package,
            merged,
            runtime,
        })
    }

    /// The pool of a configuration; `version` is `$LATEST` or a number.
    pub fn new_pool(
        &self,
        name: &str,
        configuration: &Arc<Configuration>,
        version: &str,
    ) -> Arc<Pool> {
        let settings = &configuration.settings;
        let arn = function_arn(&self.region, name);
        let mut variables = settings.variables.clone().unwrap_or_default();
        if let Some(level) = &settings.application_log_level {
            variables.insert("AWS_LAMBDA_LOG_LEVEL".to_owned(), level.clone());
        }
        let spec = EnvironmentSpec {
            function_name: name.to_owned(),
            version: version.to_owned(),
            arn: if version == "$LATEST" {
                arn
            } else {
                format!("{arn}:{version}")
            },
            region: self.region.clone(),
            handler: settings.handler.clone(),
            runtime_id: settings.runtime_id.clone(),
            runtime: configuration.runtime.clone(),
            memory_mb: settings.memory_mb,
            ephemeral_mb: settings.ephemeral_mb,
            timeout: Duration::from_secs(settings.timeout_s),
            variables,
            task_root: configuration.package.root.clone(),
            opt_root: configuration.opt_root().map(ToOwned::to_owned),
            log_group: settings.log_group.clone(),
            log_format: settings.log_format,
        };
        Pool::new(
            spec,
            self.facts(configuration),
            Arc::clone(configuration),
            Arc::clone(&self.stage),
        )
    }
}

fn check_unzipped(settings: &Settings, package: &Package) -> Result<(), ApiError> {
    let layers = settings.layers.iter().map(|l| l.package.unzipped_bytes);
    let total = package.unzipped_bytes + layers.sum::<u64>();
    if total > UNZIPPED_LIMIT {
        return Err(ApiError::invalid(format!(
            "Function code combined with layers exceeds the maximum allowed size of {UNZIPPED_LIMIT} bytes. The actual \
             size is {total} bytes."
        )));
    }
    Ok(())
}

/// A package over 50 MB in a request.
pub(super) fn too_large(operation: &str) -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "RequestEntityTooLargeException",
        format!("Request must be smaller than {REQUEST_LIMIT} bytes for the {operation} operation"),
    )
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic while it is held")
}
