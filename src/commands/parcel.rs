//! Zips on their way to Lambda: inside a request or, past its limit, through the staging bucket.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::config::{Settings, StagingBucket};
use crate::exit::Exit;
use crate::lambda::{Bucket, Lambda, LambdaError, Sent, UPLOAD_LIMIT};
use crate::sandbox::UNZIPPED_LIMIT;
use crate::subject::pack;

use super::Failure;
use super::ours::{Kind, Ours};

/// A zip that is ready to go.
pub struct Parcel {
    path: PathBuf,
    /// Zipped bytes.
    pub bytes: u64,
    /// Unzipped bytes, where known.
    pub unzipped_bytes: Option<u64>,
}

/// How the parcels of one copy travel.
pub struct Way<'a> {
    /// The connection.
    pub lambda: &'a Lambda,
    /// What is to be deleted again.
    pub ours: &'a Ours,
    /// The account that the functions are in.
    pub account: &'a str,
    /// For large ones.
    pub bucket: Option<&'a Bucket>,
    /// The run's id.
    pub run: &'a str,
}

impl Parcel {
    /// A folder or a zip of the user's.
    pub async fn pack(path: &Path, scratch: &Path) -> Result<Self, Failure> {
        let (owned, scratch) = (path.to_owned(), scratch.to_owned());
        let packed = tokio::task::spawn_blocking(move || pack::pack(&owned, &scratch))
            .await
            .map_err(|error| Failure::new(Exit::CouldNotMeasure, format!("packing: {error}")))?
            .map_err(|error| Failure::new(Exit::Usage, error.to_string()).hint(error.hint()))?;
        if packed.unzipped_bytes > UNZIPPED_LIMIT {
            return Err(unzipped(&path.display().to_string(), packed.unzipped_bytes));
        }
        Ok(Self {
            path: packed.path,
            bytes: packed.zip_bytes,
            unzipped_bytes: Some(packed.unzipped_bytes),
        })
    }

    /// A zip of our own.
    pub async fn of(path: PathBuf) -> Result<Self, Failure> {
        let found = tokio::fs::metadata(&path).await;
        let bytes = found.map_err(|error| unreadable(&path, &error))?.len();
        Ok(Self {
            path,
            bytes,
            unzipped_bytes: None,
        })
    }

    /// Whether no request can hold it.
    pub fn is_large(&self) -> bool {
        self.bytes > UPLOAD_LIMIT
    }

    /// All of it.
    pub async fn read(&self) -> Result<Vec<u8>, Failure> {
        let read = tokio::fs::read(&self.path).await;
        read.map_err(|error| unreadable(&self.path, &error))
    }

    /// Uploads it if it is large.
    pub async fn send(&self, way: &Way<'_>) -> Result<Sent, Failure> {
        if !self.is_large() {
            return Ok(Sent::Inline(self.read().await?));
        }
        let bucket = way.bucket.expect("looked for where a parcel is large");
        let sha256 = self.sha256().await?;
        let hex = hex(&sha256);
        let key = bucket.key(way.run, &hex);
        let name = format!("s3://{}/{key}", bucket.name);
        // Both copies may be of the same code.
        if let Some(code) = way.ours.stored(&name) {
            return Ok(Sent::Stored(code));
        }
        let kind = Kind::Object {
            bucket: bucket.name.clone(),
            key: key.clone(),
            endpoint_url: bucket.endpoint_url.clone(),
        };
        let put = {
            let (bucket, path) = (bucket.clone(), self.path.clone());
            let sha256 = BASE64_STANDARD.encode(sha256);
            Box::pin(async move { bucket.put(&key, &path, &sha256).await })
        };
        let code = way
            .ours
            .make(way.lambda, way.account, kind, &name, put)
            .await?;
        way.ours.remember(name, code.clone());
        Ok(Sent::Stored(code))
    }

    async fn sha256(&self) -> Result<[u8; 32], Failure> {
        let path = self.path.clone();
        tokio::task::spawn_blocking(move || -> std::io::Result<[u8; 32]> {
            let mut hash = Sha256::new();
            std::io::copy(&mut std::fs::File::open(path)?, &mut Writes(&mut hash))?;
            Ok(hash.finalize().into())
        })
        .await
        .map_err(|error| Failure::new(Exit::CouldNotMeasure, format!("hashing: {error}")))?
        .map_err(|error| unreadable(&self.path, &error))
    }
}

struct Writes<'a>(&'a mut Sha256);

impl std::io::Write for Writes<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The bucket, if one of these needs it: `what` is large, in bytes.
pub async fn bucket_for(
    lambda: &Lambda,
    settings: &Settings,
    large: Option<(&str, u64)>,
) -> Result<Option<Bucket>, Failure> {
    let Some((what, bytes)) = large else {
        return Ok(None);
    };
    let StagingBucket { name, prefix } = settings
        .staging_bucket
        .as_ref()
        .ok_or_else(|| no_bucket(what, bytes))?;
    Ok(Some(lambda.bucket(name, prefix.as_deref()).await?))
}

/// The code of a function that is too large is not even fetched without a bucket.
pub fn may_be_sent(settings: &Settings, what: &str, bytes: u64) -> Result<(), Failure> {
    if bytes <= UPLOAD_LIMIT || settings.staging_bucket.is_some() {
        return Ok(());
    }
    Err(no_bucket(what, bytes))
}

fn no_bucket(what: &str, bytes: u64) -> Failure {
    LambdaError::Unsuitable {
        function: what.to_owned(),
        why: format!(
            "{} MB zipped; only up to {} MB can be sent to Lambda without a bucket",
            bytes.div_ceil(1024 * 1024),
            UPLOAD_LIMIT / (1024 * 1024)
        ),
        hint: "give --staging-bucket NAME, a bucket in the function's region: the package lies there until the run ends. \
               Or move libraries into a layer that exists (--layers ARN)"
            .into(),
    }
    .into()
}

/// Of one zip, or of those that come together.
pub fn unzipped(what: &str, bytes: u64) -> Failure {
    Failure::new(
        Exit::Usage,
        format!(
            "{what}: {} MB unzipped; Lambda takes up to {} MB, code and layers together",
            bytes.div_ceil(1024 * 1024),
            UNZIPPED_LIMIT / (1024 * 1024)
        ),
    )
    .hint(Some("leave out what the function does not need".into()))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::CouldNotMeasure,
        format!("reading {}: {error}", path.display()),
    )
}
