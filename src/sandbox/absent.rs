//! Operations that ask after what nothing in a sandbox has, since nothing here can set it; tools ask all the same. And
//! the account.

use hyper::StatusCode;
use serde_json::json;

use super::api::{Answer, Call};
use super::errors::ApiError;
use super::packages::UNZIPPED_LIMIT;
use super::pages::page;
use super::plane::{Plane, ZIP_FILE_LIMIT};

/// AWS's limit on all packages of an account, bytes.
const STORAGE: u64 = 75 * 1024 * 1024 * 1024;

impl Plane {
    /// What AWS answers for a function that has none of it; `identifier` is the function's.
    pub fn absent(
        &self,
        operation: &str,
        identifier: &str,
        call: &Call,
    ) -> Result<Answer, ApiError> {
        match operation {
            "GetAccountSettings" => return Ok(self.account_settings()),
            "ListEventSourceMappings" => return page("EventSourceMappings", Vec::new(), call),
            _ => {}
        }
        let named = self.named(identifier, call.query("Qualifier"))?;
        let function = self.function(&named)?;
        let version = function.version(named.version());
        if function.record(Some(&version)).is_none() {
            return Err(ApiError::function_not_found(&named.arn(&self.region)));
        }
        let value = match operation {
            "ListFunctionUrlConfigs" => return page("FunctionUrlConfigs", Vec::new(), call),
            "ListFunctionEventInvokeConfigs" => {
                return page("FunctionEventInvokeConfigs", Vec::new(), call);
            }
            "ListProvisionedConcurrencyConfigs" => {
                return page("ProvisionedConcurrencyConfigs", Vec::new(), call);
            }
            // The interpreter is the one that this machine has.
            "GetRuntimeManagementConfig" => {
                json!({"UpdateRuntimeOn": "Auto", "FunctionArn": function.arn})
            }
            "GetFunctionConcurrency" => json!({}),
            "GetFunctionCodeSigningConfig" => json!({"FunctionName": function.name}),
            "GetFunctionEventInvokeConfig" => {
                let arn = format!("{}:{}", function.arn, named.version().unwrap_or("$LATEST"));
                return Err(ApiError::not_found(format!(
                    "The function {arn} doesn't have an EventInvokeConfig"
                )));
            }
            "GetPolicy" | "GetFunctionUrlConfig" => {
                return Err(ApiError::not_found(
                    "The resource you requested does not exist.",
                ));
            }
            "GetProvisionedConcurrencyConfig" => {
                return Err(ApiError::new(
                    StatusCode::NOT_FOUND,
                    "ProvisionedConcurrencyConfigNotFoundException",
                    "No Provisioned Concurrency Config found for this function",
                ));
            }
            _ => {
                return Err(ApiError::not_implemented(format!(
                    "lambench's sandbox does not know {operation}"
                )));
            }
        };
        Ok(Answer::json(StatusCode::OK, &value))
    }

    /// `GetAccountSettings`.
    fn account_settings(&self) -> Answer {
        let functions = self.functions();
        let records = functions.iter().flat_map(|function| {
            let versions = function.versions().into_iter().map(|(_, record)| record);
            std::iter::once(function.latest()).chain(versions)
        });
        let code: u64 = records.map(|r| r.configuration.package.zip_bytes).sum();
        let layers = self.layers();
        let layers = layers.values().flatten().flatten();
        let layers: u64 = layers.map(|layer| layer.package.zip_bytes).sum();
        let value = json!({
            "AccountLimit": {
                "TotalCodeSize": STORAGE,
                "CodeSizeUnzipped": UNZIPPED_LIMIT,
                "CodeSizeZipped": ZIP_FILE_LIMIT,
                "ConcurrentExecutions": self.stage.most,
                "UnreservedConcurrentExecutions": self.stage.most,
            },
            "AccountUsage": {
                "TotalCodeSize": code + layers,
                "FunctionCount": functions.len(),
            },
        });
        Answer::json(StatusCode::OK, &value)
    }
}
