//! The bucket that packages go through which no request can hold: looked at first, one object each, deleted afterwards.

use std::path::Path;

use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::error::SdkError;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::connect::CONNECT_TIMEOUT;
use super::neighbours::client_for;
use super::{Code, Lambda, LambdaError};

const SERVICE: &str = "S3";
/// A put that was tried again may have left more than one version.
const MOST_VERSIONS: u32 = 10;

/// A bucket that exists in the functions' region.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    /// Its name.
    pub name: String,
    /// What every key begins with: nothing, or ending in `/`.
    prefix: String,
    /// The endpoint, where it is not AWS's own.
    pub endpoint_url: Option<String>,
}

impl Lambda {
    /// The bucket of `--staging-bucket`, which has to exist in the region of the functions: Lambda takes code from no
    /// other. Whether it may be written to shows only when it is.
    pub async fn bucket(&self, name: &str, prefix: Option<&str>) -> Result<Bucket, LambdaError> {
        let endpoint_url = self.configured_endpoint(SERVICE);
        let client = self.s3(endpoint_url.as_deref());
        let unsuitable = |why: String, hint: String| LambdaError::Unsuitable {
            function: format!("--staging-bucket {name}"),
            why,
            hint,
        };
        let head = client.head_bucket().bucket(name).send().await;
        let (status, region) = match &head {
            Ok(found) => (200, found.bucket_region().map(str::to_owned)),
            Err(error) => seen(error),
        };
        if let Some(region) = region.filter(|region| *region != self.region) {
            return Err(unsuitable(
                format!(
                    "the bucket is in {region}, and Lambda in {} takes code only from buckets there",
                    self.region
                ),
                format!("name a bucket in {}", self.region),
            ));
        }
        match (status, head) {
            (404, _) => Err(unsuitable(
                "there is no such bucket".into(),
                "name one that exists; lambench puts an object into it and deletes that again"
                    .into(),
            )),
            // Who may put objects there need not be allowed to look at the bucket.
            (403, _) | (_, Ok(_)) => Ok(Bucket {
                client,
                name: name.to_owned(),
                prefix: prefix.map_or_else(String::new, |prefix| format!("{prefix}/")),
                endpoint_url,
            }),
            (_, Err(error)) => {
                let doing = format!("looking for the bucket {name}");
                Err(LambdaError::from_sdk(
                    doing,
                    endpoint_url.as_deref(),
                    &error,
                ))
            }
        }
    }

    /// Deletes an object of ours with all its versions. One that is not there is as good as deleted.
    pub async fn delete_object(
        &self,
        endpoint_url: Option<&str>,
        bucket: &str,
        key: &str,
    ) -> Result<(), LambdaError> {
        let client = self.s3(endpoint_url);
        let failed = |error| {
            let doing = format!("deleting s3://{bucket}/{key}");
            LambdaError::from_sdk(doing, endpoint_url, &error)
        };
        for n in 0..MOST_VERSIONS {
            let head = client.head_object().bucket(bucket).key(key).send().await;
            let version = match head {
                Ok(found) => found.version_id,
                Err(error) => match seen(&error).0 {
                    // What can't be seen may be there, unless we have just deleted it.
                    403 if n == 0 => None,
                    403 | 404 => return Ok(()),
                    _ => {
                        let doing = format!("looking for s3://{bucket}/{key}");
                        return Err(LambdaError::from_sdk(doing, endpoint_url, &error));
                    }
                },
            };
            let all = version.is_none();
            client
                .delete_object()
                .bucket(bucket)
                .key(key)
                .set_version_id(version)
                .send()
                .await
                .map_err(failed)?;
            if all {
                return Ok(());
            }
        }
        Ok(())
    }

    fn s3(&self, endpoint_url: Option<&str>) -> Client {
        let mut config = aws_sdk_s3::config::Builder::from(&self.config)
            .http_client(client_for(endpoint_url))
            .force_path_style(endpoint_url.is_some())
            .retry_config(RetryConfig::standard())
            // An upload takes as long as it takes; the SDK notices when it stands still.
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_TIMEOUT)
                    .build(),
            );
        config.set_endpoint_url(endpoint_url.map(str::to_owned));
        Client::from_conf(config.build())
    }
}

impl Bucket {
    /// The key of a package of a run.
    pub fn key(&self, run: &str, sha256: &str) -> String {
        format!("{}lambench/{run}/{sha256}.zip", self.prefix)
    }

    /// Puts a file there, as a stream; `sha256` is in Base64, and S3 refuses anything else.
    pub async fn put(&self, key: &str, file: &Path, sha256: &str) -> Result<Code, LambdaError> {
        let doing = format!("uploading s3://{}/{key}", self.name);
        let body = ByteStream::from_path(file)
            .await
            .map_err(|error| LambdaError::Unreachable {
                doing: doing.clone(),
                why: error.to_string(),
            })?;
        let put = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .body(body)
            .checksum_sha256(sha256)
            .content_type("application/zip")
            .send()
            .await
            .map_err(|error| LambdaError::from_sdk(doing, self.endpoint_url.as_deref(), &error))?;
        Ok(Code {
            bucket: self.name.clone(),
            key: key.to_owned(),
            version: put.version_id,
        })
    }
}

/// The status of an answer that is an error, 0 if there was none, and the region that it names.
fn seen<E>(error: &SdkError<E, HttpResponse>) -> (u16, Option<String>) {
    error.raw_response().map_or((0, None), |response| {
        let region = response.headers().get("x-amz-bucket-region");
        (response.status().as_u16(), region.map(str::to_owned))
    })
}
