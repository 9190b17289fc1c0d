//! The answers of the API: a function or version as AWS describes it.

use hyper::header::HeaderValue;
use hyper::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::api::{Answer, Call};
use super::configuration::Configuration;
use super::environment::{LogFormat, Mounts};
use super::errors::ApiError;
use super::functions::{Function, Record, Status};
use super::pages::{Entry, page};
use super::plane::Plane;

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
            let tags = function.tags.all();
            if !tags.is_empty() {
                value["Tags"] = json!(tags);
            }
            value
        } else {
            configuration
        };
        let mut answer = Answer::json(StatusCode::OK, &value);
        answer.headers = self.facts(&record.configuration);
        Ok(answer)
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
            entries.push(self.describe_latest(&function, all));
            if all {
                entries.extend(self.describe_versions(&function));
            }
        }
        // As on AWS, a list doesn't say how its functions stand.
        for entry in &mut entries {
            if let Some(members) = entry.value.as_object_mut() {
                members.retain(|name, _| !NOT_LISTED.contains(&name.as_str()));
            }
        }
        page("Functions", entries, call)
    }

    /// `ListVersionsByFunction`.
    pub fn list_versions(&self, identifier: &str, call: &Call) -> Result<Answer, ApiError> {
        let function = self.unqualified(identifier)?;
        let mut entries = vec![self.describe_latest(&function, true)];
        entries.extend(self.describe_versions(&function));
        page("Versions", entries, call)
    }

    fn describe_latest(&self, function: &Function, qualified: bool) -> Entry {
        let qualifier = qualified.then_some("$LATEST");
        let value = self.describe(function, &function.latest(), "$LATEST", qualifier);
        Entry::new(&function.name, 0, value)
    }

    fn describe_versions(&self, function: &Function) -> Vec<Entry> {
        function
            .versions()
            .into_iter()
            .map(|(number, record)| {
                let version = number.to_string();
                let value = self.describe(function, &record, &version, Some(&version));
                Entry::new(&function.name, number, value)
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
