//! A sandbox in this process and the SDK's client of it.
#![allow(clippy::missing_panics_doc, reason = "a test's helper")]

use std::io::{Cursor, Write as _};
use std::time::Duration;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_lambda::operation::create_function::builders::CreateFunctionFluentBuilder;
use aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationOutput;
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::types::{FunctionCode, LogType, Runtime};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::Blob;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lambench::sandbox::{Cpu, Sandbox, SandboxOptions};

pub const ROLE: &str = "arn:aws:iam::000000000000:role/test";
pub const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:f";

/// Answers its event and says in which environment: process ids are the same in all.
pub const ECHO: &str = r#"
import os
me = os.urandom(8).hex()
served = 0
def handler(event, context):
    global served
    served += 1
    print("serving", context.aws_request_id)
    return {"event": event, "me": me, "served": served, "version": context.function_version,
            "arn": context.invoked_function_arn, "variables": {k: v for k, v in os.environ.items() if k.startswith("T_")}}
"#;

/// Takes its time, and says in which environment.
pub const SLOW: &str = "import os, time\nme = os.urandom(8).hex()\ndef handler(event, context):\n    time.sleep(1)\n    return me\n";

pub struct Lab {
    pub sandbox: Sandbox,
    pub client: Client,
}

impl Lab {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut SandboxOptions)) -> Self {
        let mut options = SandboxOptions::new(env!("CARGO_BIN_EXE_lambench").into());
        // Most of these functions have 128 MB, and would be slow with the CPU that goes with it.
        options.machine.cpu = Cpu::Unlimited;
        change(&mut options);
        let sandbox = Sandbox::start(options).await.unwrap();
        let client = Client::from_conf(
            aws_sdk_lambda::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .endpoint_url(sandbox.endpoint_url())
                .region(Region::new("us-east-1"))
                .credentials_provider(Credentials::new("test", "test", None, None, "test"))
                .retry_config(RetryConfig::disabled())
                .build(),
        );
        Self { sandbox, client }
    }

    /// A request for a function that only has to exist.
    pub fn creating(&self, name: &str) -> CreateFunctionFluentBuilder {
        self.client
            .create_function()
            .function_name(name)
            .role(ROLE)
            .runtime(Runtime::from("provided.al2023"))
            .handler("none")
            .code(code(bootstrap("exit 1")))
    }

    /// A function that only has to exist.
    pub async fn create(&self, name: &str) -> GetFunctionConfigurationOutput {
        self.creating(name).send().await.unwrap();
        self.settled(name).await
    }

    /// A Python function.
    pub async fn python(&self, name: &str, source: &str) -> GetFunctionConfigurationOutput {
        self.creating(name)
            .runtime(Runtime::from("python3"))
            .handler("lambda_function.handler")
            .code(code(zip(&[("lambda_function.py", source, 0o644)])))
            .send()
            .await
            .unwrap();
        self.settled(name).await
    }

    pub async fn configuration(&self, name: &str) -> GetFunctionConfigurationOutput {
        self.client
            .get_function_configuration()
            .function_name(name)
            .send()
            .await
            .unwrap()
    }

    pub async fn settled(&self, name: &str) -> GetFunctionConfigurationOutput {
        for _ in 0..3000 {
            let now = self.configuration(name).await;
            let update = now
                .last_update_status()
                .map(aws_sdk_lambda::types::LastUpdateStatus::as_str);
            if update == Some("Successful") {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{name} does not settle");
    }

    pub async fn invoke(&self, name: &str, payload: &str) -> InvokeOutput {
        self.client
            .invoke()
            .function_name(name)
            .log_type(LogType::Tail)
            .payload(Blob::new(payload))
            .send()
            .await
            .unwrap()
    }

    /// Invokes and expects success; gives the answer.
    #[track_caller]
    pub fn answer(output: &InvokeOutput) -> serde_json::Value {
        let body = output.payload().unwrap().as_ref();
        let text = String::from_utf8_lossy(body);
        assert_eq!(output.function_error(), None, "{text}\n{}", tail(output));
        serde_json::from_slice(body).unwrap()
    }

    pub async fn call(&self, name: &str) -> serde_json::Value {
        Self::answer(&self.invoke(name, "{}").await)
    }

    pub fn port(&self) -> u16 {
        let url = self.sandbox.endpoint_url();
        url.rsplit(':').next().unwrap().parse().unwrap()
    }
}

pub fn tail(output: &InvokeOutput) -> String {
    let text = output.log_result().unwrap_or_default();
    String::from_utf8_lossy(&BASE64_STANDARD.decode(text).unwrap()).into_owned()
}

/// Files with their permissions.
pub fn zip(files: &[(&str, &str, u32)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text, mode) in files {
        let options = zip::write::SimpleFileOptions::default().unix_permissions(*mode);
        writer.start_file(*name, options).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A `provided` function.
pub fn bootstrap(script: &str) -> Vec<u8> {
    zip(&[("bootstrap", &format!("#!/bin/sh\n{script}\n"), 0o755)])
}

pub fn code(zip: Vec<u8>) -> FunctionCode {
    FunctionCode::builder().zip_file(Blob::new(zip)).build()
}

/// What went wrong: HTTP status, code, message.
#[track_caller]
pub fn failure<T, E>(result: Result<T, SdkError<E, HttpResponse>>) -> (u16, String, String)
where
    T: std::fmt::Debug,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let error = result.unwrap_err();
    let Some(response) = error.raw_response() else {
        panic!("no answer: {error:?}");
    };
    let status = response.status().as_u16();
    let code = error.code().unwrap_or_default().to_owned();
    (status, code, error.message().unwrap_or_default().to_owned())
}

/// Expects an error of that status and code whose message contains `text`.
#[track_caller]
pub fn refused<T, E>(
    result: Result<T, SdkError<E, HttpResponse>>,
    status: u16,
    code: &str,
    text: &str,
) where
    T: std::fmt::Debug,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (got_status, got_code, message) = failure(result);
    assert_eq!((got_status, got_code.as_str()), (status, code), "{message}");
    assert!(message.contains(text), "no {text:?} in {message:?}");
}
