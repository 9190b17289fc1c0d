//! The package of a deployed function, fetched from the address that `GetFunction` gives.

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

use super::connect::is_plain_loopback;
use super::copy::{Model, UPLOAD_LIMIT};
use super::{Lambda, LambdaError};

/// Until the answer begins, and between two pieces of it.
const PATIENCE: Duration = Duration::from_mins(1);

impl Lambda {
    /// The zip of a model: whole, and the one that it says it has.
    pub async fn fetch(&self, model: &Model) -> Result<Vec<u8>, LambdaError> {
        let doing = format!("fetching the code of {}", model.function_name());
        fits(&doing, model.code_bytes())?;
        let failed = |why: String| LambdaError::Unreachable {
            doing: doing.clone(),
            why,
        };
        let location = model
            .location()
            .ok_or_else(|| failed("the endpoint does not say where it lies".into()))?;
        let zip = get(location, &failed).await?;
        let sha256 = BASE64_STANDARD.encode(Sha256::digest(&zip));
        match model.code_sha256() {
            Some(expected) if expected != sha256 => Err(failed(
                "what came is not the code that the function says it has".into(),
            )),
            _ => Ok(zip),
        }
    }
}

/// Whether a package can be sent inside a request.
pub fn fits(doing: &str, bytes: u64) -> Result<(), LambdaError> {
    if bytes <= UPLOAD_LIMIT {
        return Ok(());
    }
    Err(LambdaError::Unsuitable {
        function: doing.to_owned(),
        why: format!(
            "{} MB zipped; only up to {} MB can be sent to AWS without a bucket",
            bytes.div_ceil(1024 * 1024),
            UPLOAD_LIMIT / (1024 * 1024)
        ),
        hint: "--staging-bucket is not supported yet: move libraries into a layer that exists (--layers ARN), or measure \
               the package on this machine with --local"
            .into(),
    })
}

/// The address holds a signature: it stands in no error.
async fn get(
    location: &str,
    failed: &impl Fn(String) -> LambdaError,
) -> Result<Vec<u8>, LambdaError> {
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
    let mut zip = Vec::new();
    while let Some(piece) = tokio::time::timeout(PATIENCE, body.next())
        .await
        .map_err(late)?
    {
        let piece = piece.map_err(|error| failed(innermost(&error)))?;
        if (zip.len() + piece.len()) as u64 > UPLOAD_LIMIT {
            return Err(failed("it is larger than the function says".into()));
        }
        zip.extend_from_slice(&piece);
    }
    Ok(zip)
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

fn innermost(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = cause.to_string();
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_no_request_can_hold_is_refused_by_its_size() {
        assert!(fits("x", UPLOAD_LIMIT).is_ok());
        let error = fits("x", UPLOAD_LIMIT + 1).unwrap_err();
        assert!(error.to_string().contains("51 MB"), "{error}");
        assert!(error.hint().unwrap().contains("--staging-bucket"));
    }
}
