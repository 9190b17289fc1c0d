//! `CloudWatch` Logs as a source: pages of `FilterLogEvents`, and queries of Logs Insights, asked within a rate and with
//! patience. Without the feature `cloudwatch` there is none.

use super::Lambda;
#[cfg(not(feature = "cloudwatch"))]
use super::LambdaError;
use crate::logs::LogEvent;

/// The logs of one account and region. Cheap to clone.
#[derive(Debug, Clone)]
#[cfg_attr(
    not(feature = "cloudwatch"),
    expect(dead_code, reason = "there is none then")
)]
pub struct LogEvents {
    #[cfg(feature = "cloudwatch")]
    client: aws_sdk_cloudwatchlogs::Client,
    lambda: Lambda,
    endpoint_url: Option<String>,
}

/// One answer of `FilterLogEvents`; it may be empty and still not the last one.
#[derive(Debug)]
pub struct Page {
    /// By time.
    pub events: Vec<LogEvent>,
    /// There may be more.
    pub next: Option<String>,
}

/// A row of Logs Insights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `@timestamp`, milliseconds since 1970.
    pub time_ms: i64,
    /// `@logStream`.
    pub stream: String,
    /// `@message`.
    pub message: String,
}

/// A query as it stands.
#[derive(Debug, Default)]
pub struct Query {
    /// Why it has ended without a result, or `None`.
    pub failed: Option<String>,
    /// It runs no more.
    pub done: bool,
    /// Bytes scanned so far.
    pub bytes: f64,
    /// Rows that there are, whether or not they are all handed out.
    pub matched: u64,
    /// The first of them by time, once it is done.
    pub rows: Vec<Row>,
}

#[cfg(not(feature = "cloudwatch"))]
impl Lambda {
    /// There is none.
    pub fn log_events(&self, _: Option<&str>, _: u32) -> Result<LogEvents, LambdaError> {
        Err(LambdaError::NoCloudWatch("reading logs".into()))
    }
}

#[cfg(not(feature = "cloudwatch"))]
#[expect(clippy::unused_async, reason = "as their other forms")]
impl LogEvents {
    /// Never called.
    pub fn is_at_aws(&self) -> bool {
        false
    }

    /// Never called.
    pub async fn page(&self, _: &str, _: (i64, i64), _: Option<&str>) -> Result<Page, LambdaError> {
        Err(LambdaError::NoCloudWatch("reading logs".into()))
    }

    /// Never called.
    pub async fn start_query(&self, _: &str, _: (i64, i64), _: u32) -> Result<String, LambdaError> {
        Err(LambdaError::NoCloudWatch("asking Logs Insights".into()))
    }

    /// Never called.
    pub async fn query(&self, _: &str) -> Result<Query, LambdaError> {
        Err(LambdaError::NoCloudWatch("asking Logs Insights".into()))
    }

    /// Never called.
    pub async fn stop_query(&self, _: &str) {}
}

#[cfg(feature = "cloudwatch")]
mod asked {
    use std::time::Duration;

    use aws_sdk_cloudwatchlogs::Client;
    use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};
    use aws_sdk_cloudwatchlogs::types::QueryStatus;
    use aws_sdk_lambda::config::retry::RetryConfig;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

    use super::super::neighbours::{client_for, is_aws};
    use super::super::rate::{Budget, Paced, jittered};
    use super::super::{Lambda, LambdaError};
    use super::{LogEvents, Page, Query, Row};
    use crate::logs::LogEvent;
    use crate::report::scan::parse_time;

    const ATTEMPT_TIMEOUT: Duration = Duration::from_mins(1);
    /// Others use the quota, too: it comes back.
    const TRIES_OF_THE_THROTTLED: u32 = 12;
    const TRIES: u32 = 5;
    const FIRST_PAUSE: Duration = Duration::from_millis(200);
    const LONGEST_PAUSE: Duration = Duration::from_secs(20);

    /// What only the platform's records hold, the application's own lines apart that speak of them: those are dropped here
    /// afterwards. Terms behind `?` are alternatives, and need quotes where they hold more than letters, digits and `_`
    /// (Filter pattern syntax, `CloudWatch` Logs user guide).
    pub(super) const PATTERN: &str = "?\"REPORT RequestId\" ?INIT_REPORT ?RESTORE_REPORT ?\"Task timed out\" \
         ?\"Runtime exited\" ?\"platform.report\" ?\"platform.initReport\" ?\"platform.restoreReport\"";

    /// The same for Logs Insights.
    const QUERY: &str = "fields @timestamp, @logStream, @message | filter @message like \
         /REPORT RequestId|INIT_REPORT|RESTORE_REPORT|Task timed out|Runtime exited|platform\\.(report|initReport|restoreReport)/ \
         | sort @timestamp asc";

    impl Lambda {
        /// The logs: at the endpoint that is named for them alone, at `beside` (where functions and logs are one
        /// endpoint), or at AWS's own; at most so many calls per second.
        pub fn log_events(
            &self,
            beside: Option<&str>,
            per_second: u32,
        ) -> Result<LogEvents, LambdaError> {
            let of_its_own = self.logs_endpoint();
            let endpoint_url = match (of_its_own, beside) {
                (Some(Some(url)), _) => Some(url),
                (_, Some(url)) => Some(url.to_owned()),
                (Some(None), None) => None,
                (None, None) => self.endpoint_url.clone(),
            };
            let url = endpoint_url.as_deref();
            let config = self
                .logs_config(url, ATTEMPT_TIMEOUT)
                .retry_config(RetryConfig::disabled())
                .http_client(Paced {
                    inner: client_for(url),
                    budget: Budget::new(per_second),
                });
            Ok(LogEvents {
                client: Client::from_conf(config.build()),
                lambda: self.clone(),
                endpoint_url,
            })
        }
    }

    impl LogEvents {
        /// Pages of AWS go by time; those of other endpoints may go stream by stream.
        pub fn is_at_aws(&self) -> bool {
            self.endpoint_url.as_deref().is_none_or(is_aws)
        }

        /// One page of the platform's records from the first time up to before the second, milliseconds since 1970.
        pub async fn page(
            &self,
            group: &str,
            (from_ms, to_ms): (i64, i64),
            token: Option<&str>,
        ) -> Result<Page, LambdaError> {
            let doing = format!("reading the log group {group}");
            #[expect(
                deprecated,
                reason = "AWS always interleaves streams; other endpoints do if they are told to"
            )]
            let call = self
                .client
                .filter_log_events()
                .interleaved(true)
                .log_group_name(group)
                .start_time(from_ms)
                // The end is part of it.
                .end_time(to_ms - 1)
                .filter_pattern(PATTERN)
                .set_next_token(token.map(str::to_owned));
            let page = self.patiently(&doing, || call.clone().send()).await?;
            let events = page.events.unwrap_or_default().into_iter();
            Ok(Page {
                events: events
                    .filter_map(|event| {
                        Some(LogEvent {
                            id: event.event_id.unwrap_or_default(),
                            time_ms: event.timestamp?,
                            stream: event.log_stream_name.unwrap_or_default(),
                            message: event.message?,
                        })
                    })
                    .collect(),
                next: page.next_token,
            })
        }

        /// Starts a query over whole seconds from the first up to before the second, for the earliest `limit` rows.
        pub async fn start_query(
            &self,
            group: &str,
            (from_s, to_s): (i64, i64),
            limit: u32,
        ) -> Result<String, LambdaError> {
            let doing = format!("asking Logs Insights about {group}");
            let limit = i32::try_from(limit).unwrap_or(i32::MAX);
            let call = self
                .client
                .start_query()
                .log_group_name(group)
                .start_time(from_s)
                .end_time(to_s - 1)
                .query_string(format!("{QUERY} | limit {limit}"))
                .limit(limit);
            let started = self.patiently(&doing, || call.clone().send()).await?;
            started
                .query_id
                .ok_or_else(|| no_answer(&doing, "query id"))
        }

        /// How it stands with a query, and its rows once it is done.
        pub async fn query(&self, id: &str) -> Result<Query, LambdaError> {
            let doing = "reading the result of Logs Insights";
            let mut query = Query::default();
            let mut token = None;
            loop {
                let call = self
                    .client
                    .get_query_results()
                    .query_id(id)
                    .set_next_token(token.take());
                let page = self.patiently(doing, || call.clone().send()).await?;
                if let Some(found) = &page.statistics {
                    query.bytes = found.bytes_scanned;
                    query.matched = found.records_matched as u64;
                }
                match page.status {
                    Some(QueryStatus::Complete) => query.done = true,
                    Some(QueryStatus::Running | QueryStatus::Scheduled) => return Ok(query),
                    other => {
                        let status = other.map_or("no status".into(), |s| s.as_str().to_owned());
                        query.failed = Some(status);
                        query.done = true;
                        return Ok(query);
                    }
                }
                query
                    .rows
                    .extend(page.results.unwrap_or_default().into_iter().filter_map(row));
                token = page.next_token;
                if token.is_none() {
                    return Ok(query);
                }
            }
        }

        /// Ends a query, so that it scans no further. It costs nothing to have tried.
        pub async fn stop_query(&self, id: &str) {
            let _ = self.client.stop_query().query_id(id).send().await;
        }

        /// Calls until there is an answer, longer where it is only for the rate.
        async fn patiently<T, E, F>(
            &self,
            doing: &str,
            mut call: impl FnMut() -> F,
        ) -> Result<T, LambdaError>
        where
            F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
            E: ProvideErrorMetadata + std::error::Error + 'static,
        {
            let mut tries = 0;
            loop {
                let error = match call().await {
                    Ok(answer) => return Ok(answer),
                    Err(error) => {
                        LambdaError::from_sdk(doing, self.endpoint_url.as_deref(), &error)
                    }
                };
                let most = match error.code() {
                    // Of Insights: too many queries at a time.
                    Some("ThrottlingException" | "Throttling" | "LimitExceededException") => {
                        TRIES_OF_THE_THROTTLED
                    }
                    _ if error.is_passing() => TRIES,
                    _ => return Err(error),
                };
                tries += 1;
                if tries >= most {
                    return Err(error);
                }
                self.lambda
                    .notes
                    .once(format!("{error}: waiting and trying again"));
                tokio::time::sleep(pause(tries)).await;
            }
        }
    }

    fn pause(tries: u32) -> Duration {
        jittered((FIRST_PAUSE * 2_u32.pow(tries.min(10))).min(LONGEST_PAUSE))
    }

    fn row(fields: Vec<aws_sdk_cloudwatchlogs::types::ResultField>) -> Option<Row> {
        let mut row = (None, String::new(), None);
        for field in fields {
            let value = field.value.unwrap_or_default();
            match field.field.as_deref() {
                Some("@timestamp") => row.0 = parse_time(value.as_bytes()),
                Some("@logStream") => row.1 = value,
                Some("@message") => row.2 = Some(value),
                _ => {}
            }
        }
        Some(Row {
            time_ms: row.0?,
            stream: row.1,
            message: row.2?,
        })
    }

    fn no_answer(doing: &str, what: &str) -> LambdaError {
        LambdaError::Unreachable {
            doing: doing.to_owned(),
            why: format!("the answer has no {what}"),
        }
    }
}
