//! The services beside Lambda that copies need, buckets and logs: where they are, and how they are reached.

use aws_sdk_lambda::config::SharedHttpClient;
use aws_types::service_config::ServiceConfigKey;

use super::Lambda;
use super::connect::{https_client, is_plain_loopback, loopback_client};

impl Lambda {
    /// The endpoint of a service that variables or the profile name: for it, or for all services.
    pub(super) fn configured_endpoint(&self, service: &str) -> Option<String> {
        let key = ServiceConfigKey::builder()
            .service_id(service)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build()
            .ok()?;
        let url = self.config.service_config()?.load_config(key)?;
        (!url.is_empty()).then_some(url)
    }

    /// The endpoint that is named for this service alone.
    pub(super) fn endpoint_of_its_own(&self, service: &str) -> Option<String> {
        let for_all = self.configured_endpoint("lambench");
        self.configured_endpoint(service)
            .filter(|url| Some(url) != for_all.as_ref())
    }

    /// Whether the functions are on AWS itself.
    pub(super) fn is_at_aws(&self) -> bool {
        self.endpoint_url.as_deref().is_none_or(is_aws)
    }
}

/// Without proxies where it is on this machine.
pub(super) fn client_for(url: Option<&str>) -> SharedHttpClient {
    if url.is_some_and(is_plain_loopback) {
        loopback_client()
    } else {
        https_client()
    }
}

/// A VPC endpoint, FIPS, dual stack: also AWS.
pub(super) fn is_aws(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', ':']).next().unwrap_or(rest);
    [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"]
        .iter()
        .any(|domain| host.ends_with(domain))
}

#[cfg(test)]
mod tests {
    use super::is_aws;

    #[test]
    fn an_endpoint_of_aws_is_told_from_others() {
        for (url, aws) in [
            ("https://lambda.eu-west-1.amazonaws.com", true),
            (
                "https://vpce-1-x.lambda.us-east-1.vpce.amazonaws.com/",
                true,
            ),
            ("https://lambda.cn-north-1.amazonaws.com.cn:443", true),
            ("https://lambda.us-east-1.api.aws", true),
            ("http://127.0.0.1:3000", false),
            ("https://amazonaws.com.example.org", false),
            ("http://localstack:4566", false),
        ] {
            assert_eq!(is_aws(url), aws, "{url}");
        }
    }
}
