//! `CloudWatch` Logs: where it is and how it is reached, and the log groups of copies, deleted with them. Nobody else's is
//! ever touched.

use super::{Lambda, LambdaError};

const SERVICE: &str = "CloudWatch Logs";
/// What only groups of ours begin with.
const OURS: &str = "/aws/lambda/lambench-";

/// The group that Lambda gives a function that names none.
pub fn own_log_group(function: &str) -> String {
    format!("/aws/lambda/{function}")
}

#[cfg(feature = "cloudwatch")]
mod client {
    use std::time::Duration;

    use aws_sdk_cloudwatchlogs::config::Builder;
    use aws_sdk_lambda::config::timeout::TimeoutConfig;

    use super::super::Lambda;
    use super::super::connect::CONNECT_TIMEOUT;
    use super::super::neighbours::client_for;

    impl Lambda {
        /// How the logs at an endpoint are reached.
        pub(in super::super) fn logs_config(
            &self,
            endpoint_url: Option<&str>,
            attempt_timeout: Duration,
        ) -> Builder {
            let mut config = Builder::from(&self.config)
                .http_client(client_for(endpoint_url))
                .timeout_config(
                    TimeoutConfig::builder()
                        .connect_timeout(CONNECT_TIMEOUT)
                        .operation_attempt_timeout(attempt_timeout)
                        .build(),
                );
            config.set_endpoint_url(endpoint_url.map(str::to_owned));
            config
        }
    }
}

impl Lambda {
    /// Where log groups are: none where the functions are not on AWS and nobody says where their logs are. The inner
    /// one: AWS's own.
    pub fn logs_endpoint(&self) -> Option<Option<String>> {
        match self.endpoint_of_its_own(SERVICE) {
            Some(url) => Some(Some(url)),
            None => self.is_at_aws().then(|| self.configured_endpoint(SERVICE)),
        }
    }

    /// `DeleteLogGroup`; false if there is none.
    pub async fn delete_log_group(
        &self,
        endpoint_url: Option<&str>,
        name: &str,
    ) -> Result<bool, LambdaError> {
        if !name.starts_with(OURS) {
            return Err(LambdaError::Unsuitable {
                function: name.to_owned(),
                why: "that log group is none of lambench's".into(),
                hint: "it is left as it is".into(),
            });
        }
        self.delete_own_log_group(endpoint_url, name).await
    }

    #[cfg(not(feature = "cloudwatch"))]
    #[expect(clippy::unused_async, reason = "as its other form")]
    async fn delete_own_log_group(&self, _: Option<&str>, name: &str) -> Result<bool, LambdaError> {
        let doing = format!("deleting the log group {name}");
        Err(LambdaError::NoCloudWatch(doing))
    }

    #[cfg(feature = "cloudwatch")]
    async fn delete_own_log_group(
        &self,
        endpoint_url: Option<&str>,
        name: &str,
    ) -> Result<bool, LambdaError> {
        const ATTEMPT_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);
        let config = self
            .logs_config(endpoint_url, ATTEMPT_TIMEOUT)
            .retry_config(aws_sdk_lambda::config::retry::RetryConfig::standard());
        let deleted = aws_sdk_cloudwatchlogs::Client::from_conf(config.build())
            .delete_log_group()
            .log_group_name(name)
            .send()
            .await;
        let Err(error) = deleted else {
            return Ok(true);
        };
        let doing = format!("deleting the log group {name}");
        match LambdaError::from_sdk(doing, endpoint_url, &error) {
            gone if gone.code() == Some("ResourceNotFoundException") => Ok(false),
            error => Err(error),
        }
    }

    /// The command that deletes it.
    pub fn log_group_by_hand(&self, name: &str) -> String {
        format!(
            "aws logs delete-log-group --log-group-name {name} --region {}",
            self.region
        )
    }
}
