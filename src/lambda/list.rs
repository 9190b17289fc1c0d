//! The functions that there are.

use super::{Lambda, LambdaError};

impl Lambda {
    /// `ListFunctions`, all pages: the names, sorted.
    pub async fn functions(&self) -> Result<Vec<String>, LambdaError> {
        let mut pages = self
            .control
            .list_functions()
            .into_paginator()
            .items()
            .send();
        let mut names = Vec::new();
        while let Some(function) = pages.next().await {
            let function = function.map_err(|error| {
                LambdaError::from_sdk("listing the functions", self.endpoint_url(), &error)
            })?;
            names.extend(function.function_name);
        }
        names.sort();
        Ok(names)
    }
}
