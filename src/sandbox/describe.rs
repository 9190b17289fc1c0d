//! The answers of the API: a function or version as AWS describes it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper::header::HeaderValue;
use hyper::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::api::{Answer, Call};
use super::environment::{LogFormat, Mounts};
use super::errors::ApiError;
use super::functions::{Configuration, Function, Record, Status};
use super::plane::Plane;

/// Entries of one page, at most, as on AWS.
const PAGE: usize = 50;

/// What `ListFunctions` leaves out.
const NOT_LISTED: [&str; 7] = [
    "State",
    "StateReason",
    "StateReasonCode",
    "LastUpdateStatus",
    "LastUpdateStatusReason",
    "LastUpdateStatusReasonCode",
    "RuntimeVersionConfig",
];

/// `2026-11-25T12:55:11.000+0000`
pub(super) fn aws_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string()
}

impl Plane {
    /// `FunctionConfiguration`. `qualifier` goes into the ARN, `version` is what it stands for.
    pub fn describe(
        &self,
        function: &Function,
        record: &Record,
        version: &str,
        qualifier: Option<&str>,
    ) -> Value {
        let settings = &record.configuration.settings;
        let package = &record.configuration.package;
        let arn = match qualifier {
            Some(qualifier) => format!("{}:{qualifier}", function.arn),
            None => function.arn.clone(),
        };
        let mut value = json!({
            "FunctionName": function.name,
            "FunctionArn": arn,
            "Runtime": settings.runtime_id,
            "Role": settings.role,
            "Handler": settings.handler,
            "CodeSize": package.zip_bytes,
            "Description": record.description,
            "Timeout": settings.timeout_s,
            "MemorySize": settings.memory_mb,
            "LastModified": aws_time(record.modified),
            "CodeSha256": package.sha256,
            "Version": version,
            "TracingConfig": {"Mode": settings.tracing},
            "RevisionId": record.revision,
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "PackageType": "Zip",
            "Architectures": [settings.architecture],
            "EphemeralStorage": {"Size": settings.ephemeral_mb},
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "RuntimeVersionConfig": {"RuntimeVersionArn": self.runtime_arn(&record.configuration)},
            "LoggingConfig": logging(&record.configuration),
        });
        if let Some(variables) = &settings.variables {
            value["Environment"] = json!({"Variables": variables});
        }
        if !settings.layers.is_empty() {
            let layers = settings.layers.iter();
            value["Layers"] = layers
                .map(|l| json!({"Arn": l.arn, "CodeSize": l.package.zip_bytes}))
                .collect();
        }
        match record.status {
            Status::Settled => {}
            Status::Creating => {
                value["State"] = "Pending".into();
                value["StateReason"] = "The function is being created.".into();
                value["StateReasonCode"] = "Creating".into();
                if let Some(members) = value.as_object_mut() {
                    members.shift_remove("LastUpdateStatus");
                }
            }
            Status::Updating => {
                value["LastUpdateStatus"] = "InProgress".into();
                value["LastUpdateStatusReason"] = "The function is being created.".into();
                value["LastUpdateStatusReasonCode"] = "Creating".into();
            }
        }
        value
    }

    /// Of the interpreter that this machine has, so that two machines' differ where it does.
    fn runtime_arn(&self, configuration: &Configuration) -> String {
        use std::fmt::Write as _;
        let hash = Sha256::digest(&configuration.runtime.version);
        let hex = hash.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        format!("arn:aws:lambda:{}::runtime:{hex}", self.region)
    }

    /// What only the sandbox knows, for response headers.
    pub fn facts(&self, configuration: &Configuration) -> HeaderMap {
        let client = &configuration.runtime.client;
        let mounts = match self.stage.host.mounts {
            Mounts::Namespaces => "read-only bind mounts",
            Mounts::SearchPaths => "search paths",
        };
        let mut facts = HeaderMap::new();
        for (name, value) in [
            ("x-lambench-sandbox", "1".to_owned()),
            (
                "x-lambench-runtime-version",
                configuration.runtime.version.clone(),
            ),
            (
                "x-lambench-runtime-client",
                format!("{} ({})", client.name, client.origin),
            ),
            (
                "x-lambench-cpu",
                self.stage.host.cpu_fact(configuration.settings.memory_mb),
            ),
            ("x-lambench-mounts", mounts.to_owned()),
            ("x-lambench-disk", self.stage.disk.state().to_owned()),
            (
                "x-lambench-unzipped-bytes",
                configuration.package.unzipped_bytes.to_string(),
            ),
        ] {
            // A name that a header can't carry is left out, not invented.
            if let Ok(value) = HeaderValue::from_str(&value) {
                facts.insert(name, value);
            }
        }
        facts
    }

    /// `GetFunction` and `GetFunctionConfiguration`.
    pub fn get_function(
        &self,
        identifier: &str,
        call: &Call,
        with_code: bool,
    ) -> Result<Answer, ApiError> {
        let named = self.named(identifier, call.query("Qualifier"))?;
        let function = self.function(&named)?;
        let version = function.version(named.version());
        let record = function
            .record(Some(&version))
            .ok_or_else(|| ApiError::function_not_found(&named.arn(&self.region)))?;
        let configuration = self.describe(&function, &record, &version, named.qualifier.as_deref());
        let value = if with_code {
            let mut value = json!({
                "Configuration": configuration,
                "Code": {
                    "RepositoryType": "S3",
                    "Location": self.location(&record.configuration.package),
                },
            });
            if !function.tags.is_empty() {
                value["Tags"] = json!(function.tags);
            }
            value
        } else {
            configuration
        };
        let mut answer = Answer::json(StatusCode::OK, &value);
        answer.headers = self.facts(&record.configuration);
        Ok(answer)
    }

    /// `ListTags`, of a function by its ARN.
    pub fn list_tags(&self, arn: &str) -> Result<Answer, ApiError> {
        let named = self.named(arn, None)?;
        let function = self.function(&named)?;
        Ok(Answer::json(
            StatusCode::OK,
            &json!({"Tags": function.tags}),
        ))
    }

    /// `GetRuntimeManagementConfig`: nothing is pinned here, the interpreter is the one that this machine has.
    pub fn runtime_management(&self, identifier: &str, call: &Call) -> Result<Answer, ApiError> {
        let named = self.named(identifier, call.query("Qualifier"))?;
        let function = self.function(&named)?;
        let value = json!({"UpdateRuntimeOn": "Auto", "FunctionArn": function.arn});
        Ok(Answer::json(StatusCode::OK, &value))
    }

    /// `ListFunctions`.
    pub fn list_functions(&self, call: &Call) -> Result<Answer, ApiError> {
        let all = match call.query("FunctionVersion") {
            None => false,
            Some("ALL") => true,
            Some(other) => {
                return Err(ApiError::validation(
                    other,
                    "functionVersion",
                    "Member must satisfy enum value set: [ALL]",
                ));
            }
        };
        let mut entries = Vec::new();
        for function in self.functions() {
            let qualifier = all.then_some("$LATEST");
            entries.push(self.describe(&function, &function.latest(), "$LATEST", qualifier));
            if all {
                entries.extend(self.describe_versions(&function));
            }
        }
        // As on AWS, a list doesn't say how its functions stand.
        for entry in &mut entries {
            if let Some(members) = entry.as_object_mut() {
                members.retain(|name, _| !NOT_LISTED.contains(&name.as_str()));
            }
        }
        page("Functions", entries, call)
    }

    /// `ListVersionsByFunction`.
    pub fn list_versions(&self, identifier: &str, call: &Call) -> Result<Answer, ApiError> {
        let function = self.unqualified(identifier)?;
        let mut entries =
            vec![self.describe(&function, &function.latest(), "$LATEST", Some("$LATEST"))];
        entries.extend(self.describe_versions(&function));
        page("Versions", entries, call)
    }

    fn describe_versions(&self, function: &Function) -> Vec<Value> {
        function
            .versions()
            .into_iter()
            .map(|(number, record)| {
                let version = number.to_string();
                self.describe(function, &record, &version, Some(&version))
            })
            .collect()
    }
}

fn logging(configuration: &Configuration) -> Value {
    let settings = &configuration.settings;
    let mut value = json!({
        "LogFormat": match settings.log_format {
            LogFormat::Text => "Text",
            LogFormat::Json => "JSON",
        },
    });
    if let Some(level) = &settings.application_log_level {
        value["ApplicationLogLevel"] = json!(level);
    }
    if let Some(level) = &settings.system_log_level {
        value["SystemLogLevel"] = json!(level);
    }
    value["LogGroup"] = json!(settings.log_group);
    value
}

/// One page of a list; the marker is the ARN after which the next one begins, so that deletions in between lose nothing.
fn page(member: &str, entries: Vec<Value>, call: &Call) -> Result<Answer, ApiError> {
    let most = match call.query("MaxItems") {
        None => PAGE,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|n| (1..=10_000).contains(n))
            .ok_or_else(|| {
                ApiError::validation(
                    text,
                    "maxItems",
                    "Member must have value between 1 and 10000",
                )
            })?
            .min(PAGE),
    };
    let position = |entry: &Value| {
        let number = entry["Version"].as_str().and_then(|v| v.parse().ok());
        (
            entry["FunctionName"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            number.unwrap_or(0_u64),
        )
    };
    let after = call
        .query("Marker")
        .map(|marker| read_marker(marker).ok_or_else(|| ApiError::invalid("Invalid marker.")))
        .transpose()?;
    let mut rest = entries
        .into_iter()
        .filter(|entry| after.as_ref().is_none_or(|after| position(entry) > *after))
        .peekable();
    let page: Vec<Value> = rest.by_ref().take(most).collect();
    let mut value = json!({});
    if let (Some(last), true) = (page.last(), rest.peek().is_some()) {
        let (name, version) = position(last);
        value["NextMarker"] = BASE64_STANDARD.encode(format!("{name}:{version}")).into();
    }
    value[member] = page.into();
    Ok(Answer::json(StatusCode::OK, &value))
}

fn read_marker(marker: &str) -> Option<(String, u64)> {
    let text = String::from_utf8(BASE64_STANDARD.decode(marker).ok()?).ok()?;
    let (name, version) = text.rsplit_once(':')?;
    Some((name.to_owned(), version.parse().ok()?))
}
