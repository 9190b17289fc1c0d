//! A function behind a Lambda and a bucket, and packages that are too large for a request.

use std::io::{Cursor, Read as _, Write as _};
use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::support::cloud::{Logs, S3};
use crate::support::proxy::{Fault, Proxy, Request};
use crate::support::{Ran, Server, Test};

pub const LARGE: usize = 51 * 1024 * 1024;

pub const HANDLER: &str =
    "def lambda_handler(event, context):\n    return {'version': 'LARGE_v2'}\n";

/// A stored zip of `name` and of so many bytes that nothing can make smaller.
pub fn large_zip(name: &str, text: &str, bytes: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    })
    .take(bytes / 8)
    .flatten()
    .collect();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in [(name, text.as_bytes()), ("noise.bin", &noise)] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The same without the noise: the sandbox takes no more inside a request than Lambda does.
pub fn without_noise(zip: &[u8]) -> Vec<u8> {
    let mut all = ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut small = ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..all.len() {
        let mut file = all.by_index(i).unwrap();
        let name = file.name().unwrap().into_owned();
        if name == "noise.bin" {
            continue;
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        small
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        small.write_all(&bytes).unwrap();
    }
    small.finish().unwrap().into_inner()
}

pub fn creates(request: &Request) -> bool {
    request.method == "POST" && request.path.trim_end_matches('/').ends_with("/functions")
}

pub fn publishes(request: &Request) -> bool {
    request.method == "POST" && request.path.contains("/layers/")
}

/// Lambda reads the code from the bucket: the sandbox gets what lies there, less the noise.
pub fn from_bucket(s3: &S3, request: &Request) -> Option<Fault> {
    if !creates(request) && !publishes(request) {
        return None;
    }
    let mut body: Value = serde_json::from_str(&request.body).unwrap();
    let part = if creates(request) { "Code" } else { "Content" };
    let code = body[part].as_object_mut().unwrap();
    let key = code.remove("S3Key")?;
    assert_eq!(code.remove("S3Bucket").unwrap(), "staging");
    code.remove("S3ObjectVersion");
    let Some(zip) = s3.object(key.as_str().unwrap()) else {
        return Some(Fault::Answer(
            400,
            "InvalidParameterValueException",
            "Error occurred while GetObject. S3 Error Code: NoSuchKey",
        ));
    };
    let zip = BASE64_STANDARD.encode(without_noise(&zip));
    code.insert("ZipFile".into(), zip.into());
    Some(Fault::Instead(body.to_string()))
}

pub struct Place {
    pub test: Test,
    pub server: Server,
    pub s3: S3,
    pub logs: Option<Logs>,
    pub proxy: Proxy,
}

impl Place {
    pub fn new(s3: S3) -> Self {
        Self::with(s3, |_, _| None)
    }

    /// `rule` goes before the one that reads from the bucket.
    pub fn with(
        s3: S3,
        rule: impl Fn(&S3, &Request) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        let test = Test::new();
        let server = Server::of(&test, "10", "hello-python");
        let reads = s3.clone();
        let proxy = Proxy::start(&server.url, move |request: &Request| {
            rule(&reads, request).or_else(|| from_bucket(&reads, request))
        });
        Self {
            test,
            server,
            s3,
            logs: None,
            proxy,
        }
    }

    pub fn logging(mut self, logs: Logs) -> Self {
        self.logs = Some(logs);
        self
    }

    pub fn large_package(&self) -> PathBuf {
        let path = self.test.path().join("large.zip");
        let zip = large_zip("lambda_function.py", HANDLER, LARGE);
        std::fs::write(&path, zip).unwrap();
        path
    }

    pub fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = self.test.command(args);
        command.env("AWS_ENDPOINT_URL_S3", &self.s3.url);
        if let Some(logs) = &self.logs {
            command.env("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", &logs.url);
        }
        command
    }

    pub fn run(&self, more: &[&str]) -> Ran {
        let mut args = vec!["run", "--endpoint-url", &self.proxy.url, "--runs", "2"];
        args.extend(["--warm-invokes", "1", "--function", "my-fn"]);
        args.extend(more);
        Ran::from(self.command(&args).output().unwrap())
    }

    pub fn functions(&self) -> Vec<String> {
        self.server.functions()
    }

    pub fn entries(&self) -> Vec<Value> {
        self.test.journal_entries()
    }

    #[track_caller]
    pub fn nothing_is_left(&self) {
        assert_eq!(self.functions(), ["my-fn"]);
        assert!(self.s3.keys().is_empty(), "{:?}", self.s3.keys());
        assert!(self.entries().is_empty(), "{:?}", self.entries());
    }
}

pub const BUCKET: [&str; 2] = ["--staging-bucket", "staging/ci"];
