//! Which log groups functions write to.

use super::{Lambda, LambdaError, own_log_group};

/// The log group of a function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogGroup {
    /// The function.
    pub function: String,
    /// Its group.
    pub group: String,
    /// Why that is a guess, if it is one.
    pub guessed: Option<String>,
}

impl Lambda {
    /// The group that a function's `LoggingConfig` names, else the one that Lambda gives it. Of a function that is gone or
    /// may not be looked at there may still be logs: it is then a guess.
    pub async fn log_group_of(&self, function: &str) -> Result<LogGroup, LambdaError> {
        let configuration = self
            .control
            .get_function_configuration()
            .function_name(function)
            .send()
            .await;
        let (named, guessed) = match configuration {
            Ok(found) => (
                found.logging_config.and_then(|config| config.log_group),
                None,
            ),
            Err(error) => {
                let doing = format!("reading the configuration of {function}");
                let error = LambdaError::from_sdk(doing, self.endpoint_url(), &error);
                let gone = error.code() == Some("ResourceNotFoundException");
                if !gone && !error.is_denied() {
                    return Err(error);
                }
                (None, Some(error.to_string()))
            }
        };
        Ok(LogGroup {
            group: named.unwrap_or_else(|| own_log_group(function)),
            function: function.to_owned(),
            guessed,
        })
    }

    /// The groups of all functions whose name fits, by name.
    pub async fn log_groups(
        &self,
        fits: impl Fn(&str) -> bool,
    ) -> Result<Vec<LogGroup>, LambdaError> {
        let mut all = Vec::new();
        self.each_function(|found| {
            if let Some(function) = found.function_name.filter(|name| fits(name)) {
                let named = found.logging_config.and_then(|config| config.log_group);
                all.push(LogGroup {
                    group: named.unwrap_or_else(|| own_log_group(&function)),
                    function,
                    guessed: None,
                });
            }
        })
        .await?;
        all.sort();
        Ok(all)
    }
}
