//! Lambda's operations: which request means which, and what a request may ask of those that the sandbox knows.

use hyper::Method;
use serde_json::Value;

use super::constraints::not_here;
use super::errors::ApiError;
use super::shapes::asks_for_nothing;

/// One operation of Lambda's model.
#[derive(Debug)]
pub(super) struct Operation {
    pub name: &'static str,
    method: &'static str,
    /// `{}` stands for one segment; what follows a `?` must be in the query.
    path: &'static str,
    /// The members of a request that are heeded; `None` of an operation that the sandbox does not know. A dot leads into
    /// a structure.
    takes: Option<&'static [&'static str]>,
}

/// The request's headers that are members, and their names.
const HEADERS: [(&str, &str); 5] = [
    ("x-amz-invocation-type", "InvocationType"),
    ("x-amz-log-type", "LogType"),
    ("x-amz-client-context", "ClientContext"),
    ("x-amz-tenant-id", "TenantId"),
    ("x-amz-durable-execution-name", "DurableExecutionName"),
];

impl Operation {
    /// What a request means, if Lambda has such an operation.
    pub fn of(
        method: &Method,
        segments: &[String],
        query: &[(String, String)],
    ) -> Option<&'static Self> {
        OPERATIONS.iter().find(|operation| {
            let (path, mark) = operation
                .path
                .split_once('?')
                .unwrap_or((operation.path, ""));
            let mut wanted = path.split('/');
            operation.method == method.as_str()
                && segments
                    .iter()
                    .all(|segment| wanted.next().is_some_and(|w| w == "{}" || w == segment))
                && wanted.next().is_none()
                && (mark.is_empty() || query.iter().any(|(k, v)| is_mark(mark, k, v)))
        })
    }

    pub fn is_known(&self) -> bool {
        self.takes.is_some()
    }

    /// Refuses what the query and the headers ask for and nobody would heed.
    pub fn check_head<'a>(
        &self,
        query: &[(String, String)],
        header: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<(), ApiError> {
        let mark = self.path.split_once('?').map_or("", |(_, mark)| mark);
        for (name, value) in query {
            if !self.heeds(name) && !value.is_empty() && !is_mark(mark, name, value) {
                return Err(not_here(name));
            }
        }
        for (header_name, name) in HEADERS {
            if !self.heeds(name) && header(header_name).is_some() {
                return Err(not_here(name));
            }
        }
        Ok(())
    }

    /// Refuses what the body asks for and nobody would heed.
    pub fn check_body(&self, body: &Value) -> Result<(), ApiError> {
        self.check_members(body, "")
    }

    fn check_members(&self, value: &Value, above: &str) -> Result<(), ApiError> {
        for (name, value) in value.as_object().into_iter().flatten() {
            let name = format!("{above}{name}");
            let inside = format!("{name}.");
            let takes = self.takes.unwrap_or_default();
            if self.heeds(&name) || asks_for_nothing(value) {
                continue;
            }
            if !takes.iter().any(|taken| taken.starts_with(&inside)) {
                return Err(not_here(&name));
            }
            self.check_members(value, &inside)?;
        }
        Ok(())
    }

    fn heeds(&self, name: &str) -> bool {
        self.takes.is_some_and(|takes| takes.contains(&name))
    }
}

fn is_mark(mark: &str, name: &str, value: &str) -> bool {
    mark.split_once('=') == Some((name, value))
}

const fn known(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    takes: &'static [&'static str],
) -> Operation {
    Operation {
        name,
        method,
        path,
        takes: Some(takes),
    }
}

const fn unknown(name: &'static str, method: &'static str, path: &'static str) -> Operation {
    Operation {
        name,
        method,
        path,
        takes: None,
    }
}

const QUALIFIER: &[&str] = &["Qualifier"];
const PAGES: &[&str] = &["Marker", "MaxItems"];
const LAYER_PAGES: &[&str] = &[
    "Marker",
    "MaxItems",
    "CompatibleRuntime",
    "CompatibleArchitecture",
];
const ALIAS: &[&str] = &["Name", "FunctionVersion", "Description"];

/// Lambda's model, those first whose query tells them from another.
const OPERATIONS: [Operation; 91] = [
    known(
        "GetLayerVersionByArn",
        "GET",
        "2018-10-31/layers?find=LayerVersion",
        &["Arn"],
    ),
    known(
        "ListProvisionedConcurrencyConfigs",
        "GET",
        "2019-09-30/functions/{}/provisioned-concurrency?List=ALL",
        PAGES,
    ),
    unknown(
        "AddLayerVersionPermission",
        "POST",
        "2018-10-31/layers/{}/versions/{}/policy",
    ),
    unknown("AddPermission", "POST", "2015-03-31/functions/{}/policy"),
    unknown(
        "CheckpointDurableExecution",
        "POST",
        "2025-12-01/durable-executions/{}/checkpoint",
    ),
    known(
        "CreateAlias",
        "POST",
        "2015-03-31/functions/{}/aliases",
        ALIAS,
    ),
    unknown(
        "CreateCapacityProvider",
        "POST",
        "2025-11-30/capacity-providers",
    ),
    unknown(
        "CreateCodeSigningConfig",
        "POST",
        "2020-04-22/code-signing-configs",
    ),
    unknown(
        "CreateEventSourceMapping",
        "POST",
        "2015-03-31/event-source-mappings",
    ),
    known(
        "CreateFunction",
        "POST",
        "2015-03-31/functions",
        &[
            "FunctionName",
            "Runtime",
            "Role",
            "Handler",
            "Code.ZipFile",
            "Code.S3Bucket",
            "Code.S3Key",
            "Description",
            "Timeout",
            "MemorySize",
            "Publish",
            "PackageType",
            "Environment.Variables",
            "TracingConfig.Mode",
            "Tags",
            "Layers",
            "Architectures",
            "EphemeralStorage.Size",
            "SnapStart.ApplyOn",
            "LoggingConfig.LogFormat",
            "LoggingConfig.ApplicationLogLevel",
            "LoggingConfig.SystemLogLevel",
            "LoggingConfig.LogGroup",
        ],
    ),
    unknown(
        "CreateFunctionUrlConfig",
        "POST",
        "2021-10-31/functions/{}/url",
    ),
    known(
        "DeleteAlias",
        "DELETE",
        "2015-03-31/functions/{}/aliases/{}",
        &[],
    ),
    unknown(
        "DeleteCapacityProvider",
        "DELETE",
        "2025-11-30/capacity-providers/{}",
    ),
    unknown(
        "DeleteCodeSigningConfig",
        "DELETE",
        "2020-04-22/code-signing-configs/{}",
    ),
    unknown(
        "DeleteDurableExecution",
        "DELETE",
        "2025-12-01/durable-executions/{}",
    ),
    unknown(
        "DeleteEventSourceMapping",
        "DELETE",
        "2015-03-31/event-source-mappings/{}",
    ),
    known(
        "DeleteFunction",
        "DELETE",
        "2015-03-31/functions/{}",
        QUALIFIER,
    ),
    unknown(
        "DeleteFunctionCodeSigningConfig",
        "DELETE",
        "2020-06-30/functions/{}/code-signing-config",
    ),
    unknown(
        "DeleteFunctionConcurrency",
        "DELETE",
        "2017-10-31/functions/{}/concurrency",
    ),
    unknown(
        "DeleteFunctionEventInvokeConfig",
        "DELETE",
        "2019-09-25/functions/{}/event-invoke-config",
    ),
    unknown(
        "DeleteFunctionUrlConfig",
        "DELETE",
        "2021-10-31/functions/{}/url",
    ),
    known(
        "DeleteLayerVersion",
        "DELETE",
        "2018-10-31/layers/{}/versions/{}",
        &[],
    ),
    unknown(
        "DeleteProvisionedConcurrencyConfig",
        "DELETE",
        "2019-09-30/functions/{}/provisioned-concurrency",
    ),
    unknown(
        "DeleteResourcePolicy",
        "DELETE",
        "2026-07-09/resource-policy/{}",
    ),
    known(
        "GetAccountSettings",
        "GET",
        "2016-08-19/account-settings",
        &[],
    ),
    known("GetAlias", "GET", "2015-03-31/functions/{}/aliases/{}", &[]),
    unknown(
        "GetCapacityProvider",
        "GET",
        "2025-11-30/capacity-providers/{}",
    ),
    unknown(
        "GetCodeSigningConfig",
        "GET",
        "2020-04-22/code-signing-configs/{}",
    ),
    unknown(
        "GetDurableExecution",
        "GET",
        "2025-12-01/durable-executions/{}",
    ),
    unknown(
        "GetDurableExecutionHistory",
        "GET",
        "2025-12-01/durable-executions/{}/history",
    ),
    unknown(
        "GetDurableExecutionState",
        "GET",
        "2025-12-01/durable-executions/{}/state",
    ),
    unknown(
        "GetEventSourceMapping",
        "GET",
        "2015-03-31/event-source-mappings/{}",
    ),
    known("GetFunction", "GET", "2015-03-31/functions/{}", QUALIFIER),
    known(
        "GetFunctionCodeSigningConfig",
        "GET",
        "2020-06-30/functions/{}/code-signing-config",
        &[],
    ),
    known(
        "GetFunctionConcurrency",
        "GET",
        "2019-09-30/functions/{}/concurrency",
        &[],
    ),
    known(
        "GetFunctionConfiguration",
        "GET",
        "2015-03-31/functions/{}/configuration",
        QUALIFIER,
    ),
    known(
        "GetFunctionEventInvokeConfig",
        "GET",
        "2019-09-25/functions/{}/event-invoke-config",
        QUALIFIER,
    ),
    unknown(
        "GetFunctionRecursionConfig",
        "GET",
        "2024-08-31/functions/{}/recursion-config",
    ),
    unknown(
        "GetFunctionScalingConfig",
        "GET",
        "2025-11-30/functions/{}/function-scaling-config",
    ),
    known(
        "GetFunctionUrlConfig",
        "GET",
        "2021-10-31/functions/{}/url",
        QUALIFIER,
    ),
    known(
        "GetLayerVersion",
        "GET",
        "2018-10-31/layers/{}/versions/{}",
        &[],
    ),
    unknown(
        "GetLayerVersionPolicy",
        "GET",
        "2018-10-31/layers/{}/versions/{}/policy",
    ),
    known(
        "GetPolicy",
        "GET",
        "2015-03-31/functions/{}/policy",
        QUALIFIER,
    ),
    known(
        "GetProvisionedConcurrencyConfig",
        "GET",
        "2019-09-30/functions/{}/provisioned-concurrency",
        QUALIFIER,
    ),
    unknown("GetResourcePolicy", "GET", "2026-07-09/resource-policy/{}"),
    known(
        "GetRuntimeManagementConfig",
        "GET",
        "2021-07-20/functions/{}/runtime-management-config",
        QUALIFIER,
    ),
    known(
        "Invoke",
        "POST",
        "2015-03-31/functions/{}/invocations",
        &["InvocationType", "LogType", "ClientContext", "Qualifier"],
    ),
    unknown(
        "InvokeAsync",
        "POST",
        "2014-11-13/functions/{}/invoke-async",
    ),
    known(
        "InvokeWithResponseStream",
        "POST",
        "2021-11-15/functions/{}/response-streaming-invocations",
        &["InvocationType", "LogType", "ClientContext", "Qualifier"],
    ),
    known(
        "ListAliases",
        "GET",
        "2015-03-31/functions/{}/aliases",
        &["FunctionVersion", "Marker", "MaxItems"],
    ),
    unknown(
        "ListCapacityProviders",
        "GET",
        "2025-11-30/capacity-providers",
    ),
    unknown(
        "ListCodeSigningConfigs",
        "GET",
        "2020-04-22/code-signing-configs",
    ),
    unknown(
        "ListDurableExecutionsByFunction",
        "GET",
        "2025-12-01/functions/{}/durable-executions",
    ),
    known(
        "ListEventSourceMappings",
        "GET",
        "2015-03-31/event-source-mappings",
        &["EventSourceArn", "FunctionName", "Marker", "MaxItems"],
    ),
    known(
        "ListFunctionEventInvokeConfigs",
        "GET",
        "2019-09-25/functions/{}/event-invoke-config/list",
        PAGES,
    ),
    known(
        "ListFunctionUrlConfigs",
        "GET",
        "2021-10-31/functions/{}/urls",
        PAGES,
    ),
    unknown(
        "ListFunctionVersionsByCapacityProvider",
        "GET",
        "2025-11-30/capacity-providers/{}/function-versions",
    ),
    known(
        "ListFunctions",
        "GET",
        "2015-03-31/functions",
        &["FunctionVersion", "Marker", "MaxItems"],
    ),
    unknown(
        "ListFunctionsByCodeSigningConfig",
        "GET",
        "2020-04-22/code-signing-configs/{}/functions",
    ),
    known(
        "ListLayerVersions",
        "GET",
        "2018-10-31/layers/{}/versions",
        LAYER_PAGES,
    ),
    known("ListLayers", "GET", "2018-10-31/layers", LAYER_PAGES),
    known("ListTags", "GET", "2017-03-31/tags/{}", &[]),
    known(
        "ListVersionsByFunction",
        "GET",
        "2015-03-31/functions/{}/versions",
        PAGES,
    ),
    unknown(
        "PauseDurableExecution",
        "POST",
        "2025-12-01/durable-executions/{}/pause",
    ),
    known(
        "PublishLayerVersion",
        "POST",
        "2018-10-31/layers/{}/versions",
        &[
            "Description",
            "Content.ZipFile",
            "Content.S3Bucket",
            "Content.S3Key",
            "CompatibleRuntimes",
            "CompatibleArchitectures",
            "LicenseInfo",
        ],
    ),
    known(
        "PublishVersion",
        "POST",
        "2015-03-31/functions/{}/versions",
        &["CodeSha256", "Description", "RevisionId"],
    ),
    unknown(
        "PutFunctionCodeSigningConfig",
        "PUT",
        "2020-06-30/functions/{}/code-signing-config",
    ),
    unknown(
        "PutFunctionConcurrency",
        "PUT",
        "2017-10-31/functions/{}/concurrency",
    ),
    unknown(
        "PutFunctionEventInvokeConfig",
        "PUT",
        "2019-09-25/functions/{}/event-invoke-config",
    ),
    unknown(
        "PutFunctionRecursionConfig",
        "PUT",
        "2024-08-31/functions/{}/recursion-config",
    ),
    unknown(
        "PutFunctionScalingConfig",
        "PUT",
        "2025-11-30/functions/{}/function-scaling-config",
    ),
    unknown(
        "PutProvisionedConcurrencyConfig",
        "PUT",
        "2019-09-30/functions/{}/provisioned-concurrency",
    ),
    unknown("PutResourcePolicy", "PUT", "2026-07-09/resource-policy/{}"),
    unknown(
        "PutRuntimeManagementConfig",
        "PUT",
        "2021-07-20/functions/{}/runtime-management-config",
    ),
    unknown(
        "RemoveLayerVersionPermission",
        "DELETE",
        "2018-10-31/layers/{}/versions/{}/policy/{}",
    ),
    unknown(
        "RemovePermission",
        "DELETE",
        "2015-03-31/functions/{}/policy/{}",
    ),
    unknown(
        "ResumeDurableExecution",
        "POST",
        "2025-12-01/durable-executions/{}/resume",
    ),
    unknown(
        "SendDurableExecutionCallbackFailure",
        "POST",
        "2025-12-01/durable-execution-callbacks/{}/fail",
    ),
    unknown(
        "SendDurableExecutionCallbackHeartbeat",
        "POST",
        "2025-12-01/durable-execution-callbacks/{}/heartbeat",
    ),
    unknown(
        "SendDurableExecutionCallbackSuccess",
        "POST",
        "2025-12-01/durable-execution-callbacks/{}/succeed",
    ),
    unknown(
        "StopDurableExecution",
        "POST",
        "2025-12-01/durable-executions/{}/stop",
    ),
    known("TagResource", "POST", "2017-03-31/tags/{}", &["Tags"]),
    known(
        "UntagResource",
        "DELETE",
        "2017-03-31/tags/{}",
        &["tagKeys"],
    ),
    known(
        "UpdateAlias",
        "PUT",
        "2015-03-31/functions/{}/aliases/{}",
        &["FunctionVersion", "Description", "RevisionId"],
    ),
    unknown(
        "UpdateCapacityProvider",
        "PUT",
        "2025-11-30/capacity-providers/{}",
    ),
    unknown(
        "UpdateCodeSigningConfig",
        "PUT",
        "2020-04-22/code-signing-configs/{}",
    ),
    unknown(
        "UpdateEventSourceMapping",
        "PUT",
        "2015-03-31/event-source-mappings/{}",
    ),
    known(
        "UpdateFunctionCode",
        "PUT",
        "2015-03-31/functions/{}/code",
        &[
            "ZipFile",
            "S3Bucket",
            "S3Key",
            "Architectures",
            "Publish",
            "DryRun",
            "RevisionId",
        ],
    ),
    known(
        "UpdateFunctionConfiguration",
        "PUT",
        "2015-03-31/functions/{}/configuration",
        &[
            "Role",
            "Handler",
            "Description",
            "Timeout",
            "MemorySize",
            "Environment.Variables",
            "Runtime",
            "TracingConfig.Mode",
            "RevisionId",
            "Layers",
            "EphemeralStorage.Size",
            "SnapStart.ApplyOn",
            "LoggingConfig.LogFormat",
            "LoggingConfig.ApplicationLogLevel",
            "LoggingConfig.SystemLogLevel",
            "LoggingConfig.LogGroup",
        ],
    ),
    unknown(
        "UpdateFunctionEventInvokeConfig",
        "POST",
        "2019-09-25/functions/{}/event-invoke-config",
    ),
    unknown(
        "UpdateFunctionUrlConfig",
        "PUT",
        "2021-10-31/functions/{}/url",
    ),
];
