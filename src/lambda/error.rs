//! What can go wrong between this program and a Lambda endpoint, in words that a user can act on.

use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::journal::JournalError;
use super::throttle;

/// A failed conversation with the Lambda API.
#[derive(Debug, thiserror::Error)]
pub enum LambdaError {
    /// Neither flag, variable nor profile names a region.
    #[error("no AWS region is set")]
    NoRegion,
    /// The credential chain found nothing, or what it found is unusable.
    #[error("no usable AWS credentials: {0}")]
    NoCredentials(String),
    /// The endpoint answered with an error of its own.
    #[error("{doing}: {code}: {message}")]
    Service {
        /// What was being done, to what.
        doing: String,
        /// AWS's error code, `ResourceNotFoundException`.
        code: String,
        /// AWS's message.
        message: String,
    },
    /// No usable answer: refused, reset, not HTTP.
    #[error("{doing}: {why}")]
    Unreachable {
        /// What was being done, to what.
        doing: String,
        /// The innermost cause.
        why: String,
    },
    /// The answer took too long.
    #[error("{doing}: no answer in time ({why})")]
    TimedOut {
        /// What was being done, to what.
        doing: String,
        /// Which limit.
        why: String,
    },
    /// The function is in a state in which nothing can be measured.
    #[error("{function}: {why}")]
    Unsuitable {
        /// The function.
        function: String,
        /// Why it can't be measured.
        why: String,
        /// The better way.
        hint: String,
    },
    /// The feature `cloudwatch` is off.
    #[error("{0}: this build has no CloudWatch Logs")]
    NoCloudWatch(String),
    /// A journal or a lock can't be had; nothing is touched without.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Somebody else changed the function during the run.
    #[error("{function} was changed by somebody else during the run ({what})")]
    ChangedByOthers {
        /// The function.
        function: String,
        /// What was seen.
        what: String,
    },
}

impl LambdaError {
    /// Translates an SDK error; `doing` says what was attempted, to what; the endpoint is named where it gave no answer.
    pub(super) fn from_sdk<E>(
        doing: impl Into<String>,
        endpoint_url: Option<&str>,
        error: &SdkError<E, HttpResponse>,
    ) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let mut doing = doing.into();
        if let (Some(url), false) = (endpoint_url, matches!(error, SdkError::ServiceError(_))) {
            doing.push_str(" at ");
            doing.push_str(url);
        }
        match error {
            SdkError::ServiceError(context) => {
                let status = context.raw().status().as_u16();
                let meta = context.err().meta();
                Self::Service {
                    doing,
                    code: meta
                        .code()
                        .map_or_else(|| format!("HTTP {status}"), str::to_owned),
                    message: throttle::explained(
                        meta.message().unwrap_or("no message"),
                        context.raw().body().bytes(),
                    ),
                }
            }
            SdkError::TimeoutError(_) => Self::TimedOut {
                doing,
                why: innermost(error),
            },
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Self::TimedOut {
                doing,
                why: innermost(error),
            },
            SdkError::DispatchFailure(_) if chain(error).contains("credentials") => {
                Self::NoCredentials(innermost(error))
            }
            _ => Self::Unreachable {
                doing,
                why: innermost(error),
            },
        }
    }

    /// AWS's error code, if the endpoint answered with one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Service { code, .. } => Some(code),
            _ => None,
        }
    }

    /// True if the call failed only because of load or an update under way, so that a later one may succeed.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Service { code, .. } => matches!(
                code.as_str(),
                "TooManyRequestsException"
                    | "ThrottlingException"
                    | "Throttling"
                    | "ResourceConflictException"
                    | "ResourceNotReadyException"
                    | "SnapStartNotReadyException"
                    | "ENINotReadyException"
                    | "EC2ThrottledException"
                    | "ServiceException"
                    | "InternalServerError"
                    | "ServiceUnavailableException"
                    | "HTTP 500"
                    | "HTTP 502"
                    | "HTTP 503"
                    | "HTTP 504"
            ),
            Self::Unreachable { .. } | Self::TimedOut { .. } => true,
            _ => false,
        }
    }

    /// True if these credentials may not do it.
    pub fn is_denied(&self) -> bool {
        matches!(self.code(), Some("AccessDeniedException" | "AccessDenied"))
    }

    /// True if a new session is all that is needed.
    pub fn is_expired(&self) -> bool {
        matches!(self.code(), Some("ExpiredTokenException" | "ExpiredToken"))
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::NoRegion => {
                "give --region, or set AWS_REGION, or `aws configure set region …`; a package needs no account (`run --local`), \
                 and if one was meant: no file or folder here has that name"
            }
            Self::NoCredentials(_) => {
                "sign in (`aws sso login`, `aws configure`) or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; \
                 --local measures a package with no account at all"
            }
            Self::Service { code, .. } => match code.as_str() {
                "ExpiredTokenException" | "ExpiredToken" => {
                    "the session has expired: sign in again (`aws sso login`) and repeat the command; --local needs no \
                     account"
                }
                "UnrecognizedClientException"
                | "InvalidSignatureException"
                | "InvalidClientTokenId" => {
                    "the credentials are not valid for this account: check AWS_PROFILE, `aws sts get-caller-identity`; \
                     --local needs no account"
                }
                "AccessDeniedException" | "AccessDenied" => {
                    "the role needs lambda:GetFunction, lambda:UpdateFunctionConfiguration and lambda:InvokeFunction \
                     on this function; --iam-policy prints the least policy for the command"
                }
                "ResourceNotFoundException" => {
                    "check the name, --region and --profile; a function with a package on this machine is defined in \
                     lambench.toml or given by --before and --after"
                }
                "ResourceConflictException" => {
                    "another update of the function is under way: try again when it is done"
                }
                _ => return None,
            },
            Self::Unreachable { .. } => "check --endpoint-url, the network and the proxy settings",
            Self::TimedOut { .. } => return None,
            Self::Unsuitable { hint, .. } => hint,
            Self::NoCloudWatch(_) => "build lambench with its default features",
            Self::Journal(error) => return error.hint(),
            Self::ChangedByOthers { .. } => "see who deployed, then run again",
        };
        Some(text.to_owned())
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// The reason at the root of an error: the layers above it only name themselves.
pub(super) fn innermost(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = cause.to_string();
        next = cause.source();
    }
    text
}
