//! What every answer must be, and what the answers tell about a subject.

use crate::bench::payload::{self, Expectation};
use crate::bench::stopped::Stopped;
use crate::lambda::Invoked;
use crate::results::Arm;

/// What every response must be.
#[derive(Debug, Clone, Default)]
pub struct Checks {
    /// `--expect`.
    pub expect: Vec<Expectation>,
    /// `--allow-function-errors`.
    pub allow_function_errors: bool,
}

impl Checks {
    /// A function that fails fast must never look improved. An expectation holds also where errors are allowed.
    pub(super) fn failure(&self, arm: Arm, invoked: &Invoked) -> Option<Stopped> {
        let unexpected = || {
            self.expect
                .iter()
                .find_map(|expectation| expectation.check(&invoked.body).err())
                .map(|message| Stopped::Unexpected { arm, message })
        };
        if self.allow_function_errors
            && let Some(unexpected) = unexpected()
        {
            return Some(unexpected);
        }
        if invoked.function_error.is_some() {
            let message = payload::decode_function_error(&invoked.body);
            return Some(Stopped::FunctionFailed { arm, message });
        }
        if payload::is_response_stream(&invoked.body) {
            return Some(Stopped::Streams { arm });
        }
        if let Some(code) = payload::status_code_of(&invoked.body).filter(|code| *code >= 400) {
            let message = format!("statusCode {code}: {}", payload::excerpt(&invoked.body));
            return Some(Stopped::FunctionFailed { arm, message });
        }
        unexpected()
    }
}

/// What the responses of one subject told.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// `body.version` or `version` of the first answer.
    pub version: Option<String>,
    /// The shape of the first answer.
    pub shape: Option<payload::Shape>,
}

impl Answers {
    /// Keeps what the first good answer tells.
    pub(super) fn note(&mut self, invoked: &Invoked) {
        if invoked.function_error.is_none() && self.shape.is_none() {
            self.shape = Some(payload::Shape::of(&invoked.body));
            self.version = payload::version_of(&invoked.body);
        }
    }
}
