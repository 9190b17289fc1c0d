//! Functions that can't be measured in place, and the better way; what only reads, changes and invokes nothing.

use aws_sdk_lambda::types::{InvokeMode, LastUpdateStatus, State};

use super::{Description, Lambda, LambdaError};

/// What is known about provisioned concurrency of a function's versions and aliases.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Provisioned {
    /// There is none.
    None,
    /// These versions and aliases have some.
    On(Vec<String>),
    /// The endpoint did not say, for this reason.
    Unknown(String),
}

impl Lambda {
    /// Finds out whether `found`, named `name` by the user, may be measured in place; what could not be found out is
    /// noted in it.
    ///
    /// # Errors
    /// [`LambdaError::Unsuitable`] with the better way.
    pub async fn check_suitable(
        &self,
        name: &str,
        found: &mut Description,
    ) -> Result<(), LambdaError> {
        let refuse = |why: String, hint: String| {
            Err(LambdaError::Unsuitable {
                function: name.to_owned(),
                why,
                hint,
            })
        };
        if let Some(why) = found.unsuitable {
            return refuse(
                why.to_owned(),
                "measure a copy of it on ordinary Lambda: give its package by --before or --after"
                    .into(),
            );
        }
        let plain = found.function_name.clone();
        if let Some(qualifier) = qualifier(found) {
            return refuse(
                format!(
                    "{qualifier} is a version or an alias: it cannot be changed, so no cold start of it can be forced"
                ),
                format!(
                    "--after {plain}:{qualifier} measures a copy of it; name {plain} without it to measure its $LATEST"
                ),
            );
        }
        if let Some(failed) = found.failed() {
            return Err(failed);
        }
        if found.reserved_concurrency == Some(0) {
            return refuse(
                "its reserved concurrency is 0, so that every invoke is throttled".into(),
                format!(
                    "somebody has switched it off; `aws lambda delete-function-concurrency --function-name {plain}` \
                     switches it on again; or give its package by --before or --after"
                ),
            );
        }
        found.streams_by_url = self.streams_by_url(found).await;
        // Whoever writes the qualifier means $LATEST and nothing else.
        if name.ends_with(":$LATEST") {
            return Ok(());
        }
        match self.provisioned(found).await {
            Provisioned::None => Ok(()),
            Provisioned::Unknown(why) => {
                found.provisioned_unknown = Some(why);
                Ok(())
            }
            Provisioned::On(qualifiers) => refuse(
                format!(
                    "{} of it has provisioned concurrency: those environments are started ahead of time, and the cold \
                     starts of $LATEST are not what their callers meet",
                    qualifiers.join(", ")
                ),
                format!(
                    "to measure $LATEST all the same, say so: --function '{plain}:$LATEST'; or give the package by \
                     --before or --after"
                ),
            ),
        }
    }

    /// `GetFunctionUrlConfig`; where it is denied or not known, nothing is said about it.
    async fn streams_by_url(&self, found: &Description) -> bool {
        // The sandbox has no function URLs.
        if found.sandbox.is_some() {
            return false;
        }
        let url = self
            .control
            .get_function_url_config()
            .function_name(&found.function_name)
            .send()
            .await;
        url.is_ok_and(|url| url.invoke_mode() == Some(&InvokeMode::ResponseStream))
    }

    /// `ListProvisionedConcurrencyConfigs`; an endpoint that denies it or doesn't know it is no error.
    async fn provisioned(&self, found: &Description) -> Provisioned {
        // The sandbox has none.
        if found.sandbox.is_some() {
            return Provisioned::None;
        }
        let function = if found.arn.is_empty() {
            &found.function_name
        } else {
            &found.arn
        };
        let listed = self
            .control
            .list_provisioned_concurrency_configs()
            .function_name(function)
            .send()
            .await;
        match listed {
            Ok(page) => {
                let on: Vec<String> = page
                    .provisioned_concurrency_configs()
                    .iter()
                    .filter_map(|config| config.function_arn())
                    .map(|arn| arn.rsplit(':').next().unwrap_or(arn).to_owned())
                    .collect();
                if on.is_empty() {
                    Provisioned::None
                } else {
                    Provisioned::On(on)
                }
            }
            Err(error) => {
                let doing = format!("listing provisioned concurrency of {}", found.function_name);
                Provisioned::Unknown(
                    LambdaError::from_sdk(doing, self.endpoint_url(), &error).to_string(),
                )
            }
        }
    }
}

impl Description {
    /// Nothing can be measured on a function whose creation or last update failed.
    pub(super) fn failed(&self) -> Option<LambdaError> {
        let field = if self.state == State::Failed {
            "State"
        } else if self.last_update == LastUpdateStatus::Failed {
            "LastUpdateStatus"
        } else {
            return None;
        };
        Some(LambdaError::Unsuitable {
            function: self.function_name.clone(),
            why: format!(
                "its {field} is Failed ({})",
                self.reason.as_deref().unwrap_or("no reason given")
            ),
            hint: "mend the function first: `aws lambda get-function` shows its state".into(),
        })
    }
}

/// The version or alias that an ARN names, unless it is `$LATEST`.
fn qualifier(found: &Description) -> Option<&str> {
    let named = found.arn.split(':').nth(7);
    named
        .or(Some(found.version.as_str()))
        .filter(|qualifier| *qualifier != "$LATEST")
}
