//! A command that failed: its exit code, what to say, and what to do next.

use crate::exit::Exit;

/// An error on its way to the user.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// A failure without advice.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            hint: None,
        }
    }

    /// The same, begun with what it is about.
    #[must_use]
    pub fn about(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// The same with another exit code.
    #[must_use]
    pub fn exiting(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// Its exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// The same with advice.
    #[must_use]
    pub fn hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    /// What went wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do next.
    pub fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Prints it to standard error and gives its exit code.
    pub fn report(&self) -> Exit {
        use std::io::Write as _;
        let mut text = format!("error: {}\n", self.message);
        if let Some(hint) = &self.hint {
            text.push_str("hint: ");
            text.push_str(hint);
            text.push('\n');
        }
        // Standard error may be closed; there is nobody else to tell.
        let text = crate::render::Style::for_stderr().written(&text);
        let _ = std::io::stderr().write_all(text.as_bytes());
        self.exit
    }
}

impl From<crate::lambda::LambdaError> for Failure {
    fn from(error: crate::lambda::LambdaError) -> Self {
        Self::new(Exit::CouldNotMeasure, error.to_string()).hint(error.hint())
    }
}

impl From<crate::config::ConfigError> for Failure {
    fn from(error: crate::config::ConfigError) -> Self {
        Self::new(Exit::Usage, error.to_string()).hint(error.hint())
    }
}
