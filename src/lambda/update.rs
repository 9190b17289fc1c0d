//! One configuration update that changes one thing. The only place that ever holds a function's environment variables.

use std::collections::HashMap;

use aws_sdk_lambda::types::Environment;

use super::touch::Value;
use super::{Lambda, LambdaError};

impl Lambda {
    /// `UpdateFunctionConfiguration` with one value, if the function still has `revision`. Tried once.
    ///
    /// `function` is its ARN, `shown` its name for errors.
    pub(super) async fn update(
        &self,
        function: &str,
        shown: &str,
        value: &Value,
        revision: Option<String>,
    ) -> Result<(), LambdaError> {
        let call = self
            .control
            .update_function_configuration()
            .function_name(function)
            .set_revision_id(revision);
        let mut secrets = Vec::new();
        let call = match value {
            Value::Description(text) => call.description(text),
            Value::Memory(mb) => call.memory_size(i32::try_from(*mb).unwrap_or(i32::MAX)),
            Value::Timeout(s) => call.timeout(i32::try_from(*s).unwrap_or(i32::MAX)),
            Value::Variable { key, value } => {
                // An update replaces them all. What was read a moment ago is written under the revision that the
                // caller knows, so that nothing that somebody else writes in between is lost.
                let mut all = self.variables(function, shown).await?;
                secrets.extend(all.values().cloned());
                match value {
                    Some(value) => all.insert(key.clone(), value.clone()),
                    None => all.remove(key),
                };
                call.environment(Environment::builder().set_variables(Some(all)).build())
            }
        };
        call.send().await.map(drop).map_err(|error| {
            let doing = format!("changing {} of {shown}", value.what());
            LambdaError::from_sdk(doing, self.endpoint_url(), &error).without(&secrets)
        })
    }

    async fn variables(
        &self,
        function: &str,
        shown: &str,
    ) -> Result<HashMap<String, String>, LambdaError> {
        let doing = format!("reading the environment variables of {shown}");
        let (configuration, _) = self.configuration(function, doing).await?;
        match configuration.environment {
            None => Ok(HashMap::new()),
            Some(environment) => match environment.error {
                None => Ok(environment.variables.unwrap_or_default()),
                Some(error) => Err(LambdaError::Unsuitable {
                    function: shown.to_owned(),
                    why: format!(
                        "its environment variables can't be read ({}), so they can't be written without losing them",
                        error.error_code().unwrap_or("no code")
                    ),
                    hint: "see to the KMS key of the function and to kms:Decrypt, then try again"
                        .into(),
                }),
            },
        }
    }
}

impl LambdaError {
    /// The same without any of these texts: an endpoint's message may repeat what it was sent.
    fn without(mut self, secrets: &[String]) -> Self {
        if let Self::Service { message, .. } = &mut self {
            // An error that quotes a value as JSON or in another form would get past a search for it.
            let quotes = secrets
                .iter()
                .map(|secret| secret.trim())
                .any(|secret| !secret.is_empty() && message.contains(secret))
                || ["environment", "variables", "Environment", "Variables"]
                    .iter()
                    .any(|word| message.contains(word));
            if quotes {
                "(the endpoint's message is left out: it may hold environment variables)"
                    .clone_into(message);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_never_repeats_a_variable() {
        let error = |message: &str| LambdaError::Service {
            doing: "changing".into(),
            code: "ValidationException".into(),
            message: message.into(),
        };
        let secrets = ["hunter2".to_owned()];
        for told in [
            "Value 'hunter2' is wrong",
            "Value at 'environment.variables' failed: {K=hun\\u0074er2}",
        ] {
            let error = error(told).without(&secrets);
            assert!(!error.to_string().contains("hun"), "{error}");
            assert_eq!(error.code(), Some("ValidationException"));
        }
        let harmless = error("Rate exceeded").without(&secrets);
        assert!(harmless.to_string().contains("Rate exceeded"));
    }
}
