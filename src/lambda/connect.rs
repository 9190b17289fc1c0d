//! A connection to one endpoint: AWS, another that speaks its API, or the sandbox.

use std::time::Duration;

use aws_config::meta::region::ProvideRegion as _;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::config::{
    Credentials, ProvideCredentials, RuntimeComponents, SharedCredentialsProvider,
    SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Builder as HttpBuilder, Connector, tls};

use super::LambdaError;
use super::neighbours::client_for;
use super::notes::Notes;
use super::rate::{Budget, Paced, Patience};

/// How to reach an endpoint.
#[derive(Debug, Clone, Default)]
pub struct Connect {
    /// `--endpoint-url`, or the sandbox's own.
    pub endpoint_url: Option<String>,
    /// `--region`.
    pub region: Option<String>,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--control-rate`: control-plane calls per second; none, for the embedded sandbox, is no limit.
    pub control_rate: Option<u32>,
}

/// A connection to one Lambda endpoint. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Lambda {
    /// Control plane: retried by the SDK.
    pub(super) control: Client,
    pub(super) config: SdkConfig,
    /// What measured invokes go through: no call of the control plane ever holds a connection that one could have used.
    invokes: SharedHttpClient,
    pub(super) notes: Notes,
    /// Region in use.
    pub region: String,
    /// The endpoint, where it is not AWS's own.
    pub endpoint_url: Option<String>,
    /// The profile in use, where one is named.
    pub profile: Option<String>,
}

pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const CONTROL_ATTEMPTS: u32 = 8;
const LONGEST_BACK_OFF: Duration = Duration::from_secs(20);
const CONTROL_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
/// A sandbox unpacks while its caller waits: a large package on a busy disk takes its time, and nothing is lost on a way.
const UNPACKING_TIMEOUT: Duration = Duration::from_mins(5);
/// What AWS may need around the function's own timeout: a failed init of 10 s, placement, the network.
const AROUND_FUNCTION_TIMEOUT: Duration = Duration::from_secs(30);

impl Lambda {
    /// Resolves region and credentials the way the aws CLI does, and fails early where one is missing.
    ///
    /// A plain-HTTP endpoint on loopback is reached without proxies and needs neither region nor credentials.
    pub async fn connect(to: Connect) -> Result<Self, LambdaError> {
        let endpoint_url = to.endpoint_url.or_else(endpoint_from_environment);
        let loopback = endpoint_url.as_deref().is_some_and(is_plain_loopback);

        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(url) = &endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let region_given = to.region.is_some();
        if let Some(region) = to.region {
            loader = loader.region(Region::new(region));
        }
        if loopback {
            // Those endpoints of AWS's own have nothing to do with this one, and the SDK refuses both at once.
            loader = loader.use_fips(false).use_dual_stack(false);
            loader = loader.http_client(loopback_client());
        }
        let named = to.profile.is_some();
        // For a later `lambench restore`, which may run where the variable is another.
        let profile = match &to.profile {
            None if !loopback => variable("AWS_PROFILE"),
            given => given.clone(),
        };
        if let Some(profile) = to.profile {
            loader = loader.profile_name(profile);
        }
        if loopback && !named && !keys_in_environment() {
            loader = loader.credentials_provider(Credentials::new(
                "lambench", "lambench", None, None, "loopback",
            ));
            if !region_given {
                loader = loader.region(region_or_default());
            }
        }
        let config = loader.load().await;
        let region = config
            .region()
            .map(ToString::to_string)
            .ok_or(LambdaError::NoRegion)?;
        let provider = config
            .credentials_provider()
            .ok_or_else(|| LambdaError::NoCredentials("no provider is configured".into()))?;
        check_credentials(&provider).await?;

        // An embedded sandbox fails for a reason that stays, such as a full disk, which should be said at once.
        let (attempts, patience) = match to.control_rate {
            Some(_) => (CONTROL_ATTEMPTS, CONTROL_ATTEMPT_TIMEOUT),
            None => (1, UNPACKING_TIMEOUT),
        };
        let notes = Notes::default();
        let mut control = aws_sdk_lambda::config::Builder::from(&config)
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(attempts)
                    .with_max_backoff(LONGEST_BACK_OFF),
            )
            .retry_classifier(Patience {
                notes: notes.clone(),
            })
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_TIMEOUT)
                    .operation_attempt_timeout(patience)
                    .build(),
            );
        if let Some(per_second) = to.control_rate {
            control = control.http_client(Paced {
                inner: config.http_client().unwrap_or_else(https_client),
                budget: Budget::new(per_second),
            });
        }
        Ok(Self {
            control: Client::from_conf(control.build()),
            config,
            invokes: client_for(endpoint_url.as_deref()),
            notes,
            region,
            endpoint_url,
            profile,
        })
    }

    /// Whom to tell why a call has to wait.
    pub fn on_note(&self, listener: impl FnMut(String) + Send + 'static) {
        self.notes.listen(Box::new(listener));
    }

    pub(super) fn endpoint_url(&self) -> Option<&str> {
        self.endpoint_url.as_deref()
    }

    /// A client for measured invokes: never retried (a retried cold invoke comes back warm), and patient beyond the
    /// function's own timeout.
    pub(super) fn measuring(&self, function_timeout: Duration) -> Client {
        let patience = function_timeout + AROUND_FUNCTION_TIMEOUT;
        Client::from_conf(
            aws_sdk_lambda::config::Builder::from(&self.config)
                .http_client(self.invokes.clone())
                .retry_config(RetryConfig::disabled())
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
                .timeout_config(
                    TimeoutConfig::builder()
                        .connect_timeout(CONNECT_TIMEOUT)
                        .read_timeout(patience)
                        .operation_attempt_timeout(patience)
                        .build(),
                )
                .build(),
        )
    }
}

/// Without proxies, and with no delay for small packets.
pub(super) fn loopback_client() -> SharedHttpClient {
    HttpBuilder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder()
            .proxy_config(ProxyConfig::disabled())
            .enable_tcp_nodelay(true);
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.build_http()
    })
}

/// The SDK's own default, which it doesn't hand out.
pub(super) fn https_client() -> SharedHttpClient {
    HttpBuilder::new().build_with_connector_fn(|settings, components| {
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
        let mut connector = Connector::builder()
            .tls_provider(provider)
            .proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.build()
    })
}

/// The region that flags, variables or the profile name, without a call and without credentials.
pub async fn region_of(given: Option<&str>, profile: Option<&str>) -> Option<String> {
    if let Some(region) = given {
        return Some(region.to_owned());
    }
    if let Some(region) = ["AWS_REGION", "AWS_DEFAULT_REGION"]
        .into_iter()
        .find_map(variable)
    {
        return Some(region);
    }
    let mut provider = aws_config::profile::region::Builder::default();
    if let Some(profile) = profile {
        provider = provider.profile_name(profile);
    }
    let region = provider.build().region().await?;
    Some(region.to_string())
}

fn endpoint_from_environment() -> Option<String> {
    ["AWS_ENDPOINT_URL_LAMBDA", "AWS_ENDPOINT_URL"]
        .into_iter()
        .find_map(variable)
}

/// A variable that is set, and not to nothing.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// Both halves of a key: one alone is no credential, and would send the SDK on to look elsewhere.
fn keys_in_environment() -> bool {
    variable("AWS_ACCESS_KEY_ID").is_some() && variable("AWS_SECRET_ACCESS_KEY").is_some()
}

fn region_or_default() -> Region {
    let named = ["AWS_REGION", "AWS_DEFAULT_REGION"]
        .into_iter()
        .find_map(variable);
    Region::new(named.unwrap_or_else(|| "us-east-1".into()))
}

pub(super) fn is_plain_loopback(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else {
        return false;
    };
    let authority = rest.split('/').next().unwrap_or(rest);
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(v6),
        None => authority.split(':').next().unwrap_or(authority),
    };
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

async fn check_credentials(provider: &SharedCredentialsProvider) -> Result<(), LambdaError> {
    provider
        .provide_credentials()
        .await
        .map(drop)
        .map_err(|error| {
            let mut text = error.to_string();
            let mut next = std::error::Error::source(&error);
            while let Some(cause) = next {
                text = cause.to_string();
                next = cause.source();
            }
            LambdaError::NoCredentials(text)
        })
}

#[cfg(test)]
mod tests {
    use super::is_plain_loopback;

    #[test]
    fn only_plain_http_on_loopback_goes_around_the_proxy() {
        for (url, loopback) in [
            ("http://127.0.0.1:3000", true),
            ("http://localhost:4566/", true),
            ("http://[::1]:9001", true),
            ("https://localhost:4566", false),
            ("http://127.0.0.1.example.com", false),
            ("http://lambda.us-east-1.amazonaws.com", false),
        ] {
            assert_eq!(is_plain_loopback(url), loopback, "{url}");
        }
    }
}
