//! Why an init or an invoke came to nothing, in AWS's words.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use super::protocol::Exit;
use super::records::Status;
use super::runtime_messages::Raised;

/// Why an init or an invoke came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// The runtime said so.
    Raised(Raised),
    /// The runtime process ended.
    Exited(Exit),
    /// The runtime process couldn't be started.
    NotStarted(String),
    /// It was killed for its memory.
    OutOfMemory,
    /// It ran out of time.
    TimedOut,
    /// It responded with more than these bytes, which are all that AWS takes.
    ResponseTooLarge(usize),
    /// An extension ended, or said that it can't go on, or could not be started.
    Extension {
        /// `Extension.Crash`.
        kind: &'static str,
        /// `exit status 1`.
        reason: String,
    },
    /// Somebody killed the guard.
    GuardGone,
}

impl Failure {
    fn kind(&self) -> &str {
        match self {
            Self::Raised(raised) => &raised.kind,
            Self::Extension { kind, .. } => kind,
            Self::Exited(_) | Self::GuardGone => "Runtime.ExitError",
            Self::NotStarted(_) => "Runtime.InvalidEntrypoint",
            Self::OutOfMemory => "Runtime.OutOfMemory",
            Self::TimedOut => "Sandbox.Timedout",
            Self::ResponseTooLarge(_) => "Function.ResponseSizeTooLarge",
        }
    }

    /// For REPORT and `INIT_REPORT`.
    pub fn status(&self) -> Status {
        match self {
            Self::TimedOut => Status::Timeout,
            other => Status::Error(other.kind().to_owned()),
        }
    }

    /// What the caller gets.
    pub fn body(self, request_id: &str, limit: Duration) -> Bytes {
        let message = match &self {
            Self::Raised(raised) => return raised.body.clone(),
            Self::ResponseTooLarge(limit) => {
                format!(
                    "Response payload size exceeded maximum allowed payload size ({limit} bytes)."
                )
            }
            Self::Exited(how) => format!(
                "RequestId: {request_id} Error: Runtime exited {}",
                how.words()
            ),
            Self::OutOfMemory | Self::GuardGone => {
                format!(
                    "RequestId: {request_id} Error: Runtime exited {}",
                    Exit::Signal(9).words()
                )
            }
            Self::NotStarted(reason) | Self::Extension { reason, .. } => {
                format!("RequestId: {request_id} Error: {reason}")
            }
            Self::TimedOut => {
                format!(
                    "RequestId: {request_id} Error: Task timed out after {:.2} seconds",
                    limit.as_secs_f64()
                )
            }
        };
        json!({"errorType": self.kind(), "errorMessage": message})
            .to_string()
            .into()
    }
}

impl Failure {
    /// An extension ended by itself.
    pub fn crash(how: Exit) -> Self {
        let reason = match how {
            Exit::Status(0) => "exit code 0".to_owned(),
            Exit::Status(code) => format!("exit status {code}"),
            Exit::Signal(number) => format!("signal: {}", signal_name(number)),
        };
        Self::Extension {
            kind: "Extension.Crash",
            reason,
        }
    }
}

impl Exit {
    /// AWS's words.
    fn words(self) -> String {
        match self {
            Self::Status(0) => "without providing a reason".into(),
            Self::Status(code) => format!("with error: exit status {code}"),
            Self::Signal(number) => format!("with error: signal: {}", signal_name(number)),
        }
    }
}

/// As the Go runtime names them, which AWS's supervisor is written in.
fn signal_name(number: i32) -> String {
    match number {
        0 => "real-time signal".into(),
        1 => "hangup".into(),
        2 => "interrupt".into(),
        3 => "quit".into(),
        4 => "illegal instruction".into(),
        6 => "aborted".into(),
        7 => "bus error".into(),
        8 => "floating point exception".into(),
        9 => "killed".into(),
        11 => "segmentation fault".into(),
        13 => "broken pipe".into(),
        15 => "terminated".into(),
        other => format!("signal {other}"),
    }
}
