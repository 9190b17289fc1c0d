//! The functions that there are, and their tags.

use std::collections::BTreeMap;

use aws_sdk_lambda::types::FunctionConfiguration;

use super::{Lambda, LambdaError};

/// A function by the names that it has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Name.
    pub name: String,
    /// ARN, unqualified.
    pub arn: String,
}

impl Lambda {
    /// `ListFunctions`, all pages, sorted by name.
    pub async fn functions(&self) -> Result<Vec<Listed>, LambdaError> {
        let mut all = Vec::new();
        self.each_function(|function| {
            if let (Some(name), Some(arn)) = (function.function_name, function.function_arn) {
                all.push(Listed { name, arn });
            }
        })
        .await?;
        all.sort();
        Ok(all)
    }

    /// Hands on every function of all pages, in no order that anybody promises.
    pub(super) async fn each_function(
        &self,
        mut found: impl FnMut(FunctionConfiguration),
    ) -> Result<(), LambdaError> {
        let mut pages = self
            .control
            .list_functions()
            .into_paginator()
            .items()
            .send();
        while let Some(function) = pages.next().await {
            found(function.map_err(|error| {
                LambdaError::from_sdk("listing the functions", self.endpoint_url(), &error)
            })?);
        }
        Ok(())
    }

    /// `ListTags`; none for a function that is gone by now.
    pub async fn tags(
        &self,
        function: &Listed,
    ) -> Result<Option<BTreeMap<String, String>>, LambdaError> {
        let tags = self
            .control
            .list_tags()
            .resource(&function.arn)
            .send()
            .await;
        match tags {
            Ok(output) => Ok(Some(output.tags.unwrap_or_default().into_iter().collect())),
            Err(error) => {
                let doing = format!("reading the tags of {}", function.name);
                match LambdaError::from_sdk(doing, self.endpoint_url(), &error) {
                    error if error.code() == Some("ResourceNotFoundException") => Ok(None),
                    error => Err(error),
                }
            }
        }
    }
}
