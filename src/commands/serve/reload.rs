//! One function, handed over to the sandbox and later compared with what its package has become.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::commands::Failure;
use crate::commands::endpoint::Endpoint;
use crate::commands::stage;
use crate::config::PackageSpec;
use crate::exit::Exit;
use crate::lambda::{Code, Function, LambdaError, Sent};
use crate::sandbox::Sandbox;

/// A client's own update may be under way.
const TRIES: u32 = 30;
const PAUSE: Duration = Duration::from_millis(100);

/// A function as it was handed over last.
pub struct Offered {
    /// Its settings.
    pub package: PackageSpec,
    code: String,
    layers: Vec<Layer>,
}

struct Layer {
    path: PathBuf,
    sha256: String,
    arn: String,
}

/// What is new about a function.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changed {
    code: bool,
    settings: Vec<String>,
}

impl Changed {
    /// Nothing is.
    pub fn is_nothing(&self) -> bool {
        !self.code && self.settings.is_empty()
    }

    /// `new code (a.py), memory 512 -> 1024 MB`.
    pub fn in_words(&self, files: &[String]) -> String {
        let code = self.code.then(|| match files {
            [] => "new code".to_owned(),
            [a] => format!("new code ({a})"),
            [a, b] => format!("new code ({a}, {b})"),
            [a, rest @ ..] => format!("new code ({a} and {} more)", rest.len()),
        });
        let words: Vec<String> = code.into_iter().chain(self.settings.clone()).collect();
        words.join(", ")
    }
}

/// A zip on the sandbox's private route; it goes with this value, and so does the packed file.
struct Handed<'a> {
    sandbox: &'a Sandbox,
    code: Code,
    sha256: String,
    packed: Option<PathBuf>,
}

impl Drop for Handed<'_> {
    fn drop(&mut self) {
        self.sandbox.withdraw(&self.code.key);
        if let Some(path) = &self.packed {
            // What stays goes with the scratch folder.
            let _ = std::fs::remove_file(path);
        }
    }
}

async fn hand<'a>(
    sandbox: &'a Sandbox,
    path: &Path,
    scratch: &Path,
) -> Result<Handed<'a>, Failure> {
    let (code, packed) = stage::offer(sandbox, path, scratch).await?;
    let own = packed.path.starts_with(scratch);
    let mut handed = Handed {
        sandbox,
        code,
        sha256: String::new(),
        packed: own.then(|| packed.path.clone()),
    };
    let read = tokio::task::spawn_blocking(move || sha256(&packed.path)).await;
    handed.sha256 = read
        .map_err(std::io::Error::other)
        .flatten()
        .map_err(|error| {
            let text = format!("reading {}: {error}", path.display());
            Failure::new(Exit::CouldNotMeasure, text)
        })?;
    Ok(handed)
}

fn sha256(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match std::io::Read::read(&mut file, &mut buffer)? {
            0 => return Ok(BASE64_STANDARD.encode(hash.finalize())),
            count => hash.update(&buffer[..count]),
        }
    }
}

fn sandbox(endpoint: &Endpoint) -> &Sandbox {
    let sandbox = endpoint.sandbox.as_ref();
    sandbox.expect("a server has a sandbox of its own")
}

/// Creates the function of a package.
pub async fn create(
    endpoint: &Endpoint,
    name: &str,
    package: &PackageSpec,
    scratch: &Path,
) -> Result<Offered, Failure> {
    let code = hand(sandbox(endpoint), &package.path, scratch).await?;
    let layers = layers(endpoint, package, &[], scratch).await?;
    let arns = layers.iter().map(|layer| layer.arn.clone()).collect();
    let new = stage::new_function(name, package, code.code.clone(), arns);
    endpoint.lambda.create(new).await?;
    Ok(Offered {
        package: package.clone(),
        code: code.sha256.clone(),
        layers,
    })
}

/// The layers of a package, those of `before` where they are the same.
async fn layers(
    endpoint: &Endpoint,
    package: &PackageSpec,
    before: &[Layer],
    scratch: &Path,
) -> Result<Vec<Layer>, Failure> {
    let mut all = Vec::new();
    for (i, path) in package.layers.iter().enumerate() {
        let handed = hand(sandbox(endpoint), path, scratch).await?;
        let same = |layer: &&Layer| layer.path == *path && layer.sha256 == handed.sha256;
        let arn = if let Some(layer) = before.iter().find(same) {
            layer.arn.clone()
        } else {
            let name = stage::published_layer_name(path, i);
            let code = handed.code.clone();
            endpoint
                .lambda
                .publish_layer(&name, Sent::Stored(code), None)
                .await?
        };
        all.push(Layer {
            path: path.clone(),
            sha256: handed.sha256.clone(),
            arn,
        });
    }
    Ok(all)
}

/// Brings the function up to what its package is now; says what was new about it.
pub async fn reload(
    endpoint: &Endpoint,
    name: &str,
    package: &PackageSpec,
    offered: &mut Offered,
    scratch: &Path,
) -> Result<Changed, Failure> {
    let lambda = &endpoint.lambda;
    let code = hand(sandbox(endpoint), &package.path, scratch).await?;
    let layers = layers(endpoint, package, &offered.layers, scratch).await?;
    let mut changed = Changed {
        code: code.sha256 != offered.code,
        settings: differences(&offered.package, package),
    };
    let arns = |layers: &[Layer]| -> Vec<String> { layers.iter().map(|l| l.arn.clone()).collect() };
    let (old, new) = (arns(&offered.layers), arns(&layers));
    if old != new {
        changed.settings.push("layers".into());
    }
    if changed.code {
        patiently(|| lambda.replace_code(name, code.code.clone())).await?;
        Function::staged(lambda, name).await?;
        offered.code.clone_from(&code.sha256);
    }
    if !changed.settings.is_empty() {
        let function = stage::new_function(name, package, code.code.clone(), new.clone());
        patiently(|| lambda.replace_settings(function.clone())).await?;
        Function::staged(lambda, name).await?;
        offered.layers = layers;
    }
    // Its path may be another, which is no news to the function.
    offered.package = package.clone();
    for arn in old.iter().filter(|arn| !new.contains(arn)) {
        // It only takes room.
        let _ = lambda.delete_layer_version(arn).await;
    }
    Ok(changed)
}

/// Again, as long as another update is in the way.
async fn patiently<F: Future<Output = Result<(), LambdaError>>>(
    mut call: impl FnMut() -> F,
) -> Result<(), LambdaError> {
    for _ in 1..TRIES {
        match call().await {
            Err(error) if error.is_passing() => tokio::time::sleep(PAUSE).await,
            done => return done,
        }
    }
    call().await
}

/// What settings differ, in words; of variables no more than that they do.
fn differences(before: &PackageSpec, after: &PackageSpec) -> Vec<String> {
    let mut all = Vec::new();
    let mut note = |what: &str, before: String, after: String, unit: &str| {
        if before != after {
            all.push(format!("{what} {before} -> {after}{unit}"));
        }
    };
    let (b, a) = (before, after);
    note("runtime", b.runtime.clone(), a.runtime.clone(), "");
    note("handler", b.handler.clone(), a.handler.clone(), "");
    note(
        "memory",
        b.memory_mb.to_string(),
        a.memory_mb.to_string(),
        " MB",
    );
    note(
        "timeout",
        b.timeout_s.to_string(),
        a.timeout_s.to_string(),
        " s",
    );
    if b.environment != a.environment {
        all.push("environment".into());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package() -> PackageSpec {
        PackageSpec {
            path: "build".into(),
            runtime: "python3".into(),
            handler: "app.handler".into(),
            layers: Vec::new(),
            memory_mb: 512,
            timeout_s: 30,
            environment: [("TOKEN".to_owned(), "hush".to_owned())].into(),
        }
    }

    #[test]
    fn what_is_new_is_said_in_a_few_words_and_without_secrets() {
        let mut after = package();
        assert_eq!(differences(&package(), &after), Vec::<String>::new());
        after.memory_mb = 1024;
        after.environment.insert("TOKEN".into(), "other".into());
        let settings = differences(&package(), &after);
        assert_eq!(settings, ["memory 512 -> 1024 MB", "environment"]);
        let changed = Changed {
            code: true,
            settings,
        };
        let files = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            changed.in_words(&files(&["a.py", "b.py", "c.py"])),
            "new code (a.py and 2 more), memory 512 -> 1024 MB, environment"
        );
        let code = Changed {
            code: true,
            settings: Vec::new(),
        };
        assert_eq!(code.in_words(&files(&["a.py"])), "new code (a.py)");
        assert!(Changed::default().is_nothing() && !code.is_nothing());
    }
}
