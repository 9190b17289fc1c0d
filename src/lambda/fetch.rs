//! The package of a deployed function, fetched from the address that `GetFunction` gives, and its layers likewise.

use std::path::Path;
use std::time::Duration;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::byte_stream::ByteStream;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use super::connect::is_plain_loopback;
use super::copy::Model;
use super::error::innermost;
use super::{Lambda, LambdaError};

/// Lambda takes 250 MB unzipped, and a zip is hardly larger than that.
const MOST_BYTES: u64 = 300 * 1024 * 1024;
/// Until the answer begins, and between two pieces of it.
const PATIENCE: Duration = Duration::from_mins(1);

impl Lambda {
    /// The zip of a model as a file: whole, and the one that it says it has.
    pub async fn fetch(&self, model: &Model, file: &Path) -> Result<(), LambdaError> {
        let doing = format!("fetching the code of {}", model.function_name());
        let failed = |why: String| LambdaError::Unreachable {
            doing: doing.clone(),
            why,
        };
        let location = model
            .location()
            .ok_or_else(|| failed("the endpoint does not say where it lies".into()))?;
        let sha256 = get(location, file, &failed).await?;
        match model.code_sha256() {
            Some(expected) if expected != sha256 => Err(failed(
                "what came is not the code that the function says it has".into(),
            )),
            _ => Ok(()),
        }
    }
}

impl Lambda {
    /// The zip of a layer version as a file: whole, and the one that it says it has.
    pub async fn fetch_layer(&self, arn: &str, file: &Path) -> Result<(), LambdaError> {
        let doing = format!("fetching layer {arn}");
        let failed = |why: String| LambdaError::Unreachable {
            doing: doing.clone(),
            why,
        };
        let call = self.control.get_layer_version_by_arn().arn(arn);
        let output = call
            .send()
            .await
            .map_err(|error| LambdaError::from_sdk(&doing, self.endpoint_url(), &error))?;
        let content = output.content();
        let location = content
            .and_then(|content| content.location())
            .ok_or_else(|| failed("the endpoint does not say where it lies".into()))?;
        let sha256 = get(location, file, &failed).await?;
        match content.and_then(|content| content.code_sha256()) {
            Some(expected) if expected != sha256 => Err(failed(
                "what came is not the content that the layer says it has".into(),
            )),
            _ => Ok(()),
        }
    }
}

/// Gives its SHA-256 in Base64. The address holds a signature: it stands in no error.
async fn get(
    location: &str,
    file: &Path,
    failed: &impl Fn(String) -> LambdaError,
) -> Result<String, LambdaError> {
    let connector = connector(location);
    let request = HttpRequest::get(location).map_err(|_| failed("its address is no URL".into()))?;
    let late = |_| failed(format!("nothing came for {} s", PATIENCE.as_secs()));
    let response = tokio::time::timeout(PATIENCE, connector.call(request))
        .await
        .map_err(late)?
        .map_err(|error| failed(innermost(&error)))?;
    let status = response.status().as_u16();
    if status != 200 {
        return Err(failed(format!("HTTP {status}")));
    }
    let mut body = ByteStream::new(response.into_body());
    let unwritable = |error: std::io::Error| failed(format!("writing it: {error}"));
    let mut zip = tokio::fs::File::create(file).await.map_err(unwritable)?;
    let mut hash = Sha256::new();
    let mut bytes = 0;
    while let Some(piece) = tokio::time::timeout(PATIENCE, body.next())
        .await
        .map_err(late)?
    {
        let piece = piece.map_err(|error| failed(innermost(&error)))?;
        bytes += piece.len() as u64;
        if bytes > MOST_BYTES {
            return Err(failed("it is larger than Lambda's own limit".into()));
        }
        hash.update(&piece);
        zip.write_all(&piece).await.map_err(unwritable)?;
    }
    zip.flush().await.map_err(unwritable)?;
    Ok(BASE64_STANDARD.encode(hash.finalize()))
}

fn connector(location: &str) -> Connector {
    let builder: ConnectorBuilder = Connector::builder();
    if is_plain_loopback(location) {
        builder.proxy_config(ProxyConfig::disabled()).build_http()
    } else if location.starts_with("http://") {
        builder.proxy_config(ProxyConfig::from_env()).build_http()
    } else {
        builder
            .proxy_config(ProxyConfig::from_env())
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .build()
    }
}
