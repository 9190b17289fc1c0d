//! The functions that there are, and their tags.

use std::collections::BTreeMap;

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
        let mut pages = self
            .control
            .list_functions()
            .into_paginator()
            .items()
            .send();
        let mut all = Vec::new();
        while let Some(function) = pages.next().await {
            let function = function.map_err(|error| {
                LambdaError::from_sdk("listing the functions", self.endpoint_url(), &error)
            })?;
            if let (Some(name), Some(arn)) = (function.function_name, function.function_arn) {
                all.push(Listed { name, arn });
            }
        }
        all.sort();
        Ok(all)
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
