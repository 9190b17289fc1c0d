//! A tiny S3 and tiny logs (of `CloudWatch`'s kind) of our own: they hold what they are given, and refuse what a test says.

use std::collections::BTreeMap;
use std::io::{BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use super::proxy::message;

/// A bucket named `staging`, in a region of its own choice.
#[derive(Clone)]
pub struct S3 {
    pub url: String,
    shared: Arc<Mutex<Held>>,
}

#[derive(Default)]
struct Held {
    objects: BTreeMap<String, Vec<u8>>,
    /// Every call: `PUT /staging/key`, with the version if one is named.
    calls: Vec<String>,
    /// Methods that are refused.
    denied: Vec<&'static str>,
    region: &'static str,
    versioned: bool,
    /// How long a PUT takes.
    slow: std::time::Duration,
}

impl S3 {
    pub fn start() -> Self {
        let shared = Arc::new(Mutex::new(Held {
            region: "us-east-1",
            ..Held::default()
        }));
        let held = Arc::clone(&shared);
        let url = listen(move |head, body| s3(&held, head, body));
        Self { url, shared }
    }

    pub fn deny(self, method: &'static str) -> Self {
        self.shared.lock().unwrap().denied.push(method);
        self
    }

    pub fn allow_all(&self) {
        self.shared.lock().unwrap().denied.clear();
    }

    pub fn in_region(self, region: &'static str) -> Self {
        self.shared.lock().unwrap().region = region;
        self
    }

    pub fn versioned(self) -> Self {
        self.shared.lock().unwrap().versioned = true;
        self
    }

    pub fn slow(self, slow: std::time::Duration) -> Self {
        self.shared.lock().unwrap().slow = slow;
        self
    }

    pub fn keys(&self) -> Vec<String> {
        let held = self.shared.lock().unwrap();
        held.objects.keys().cloned().collect()
    }

    pub fn calls(&self, method: &str) -> Vec<String> {
        let held = self.shared.lock().unwrap();
        let calls = held.calls.iter().filter(|call| call.starts_with(method));
        calls.cloned().collect()
    }

    pub fn object(&self, key: &str) -> Option<Vec<u8>> {
        self.shared.lock().unwrap().objects.get(key).cloned()
    }

    /// Something that is there already; a URL for it.
    pub fn hold(&self, key: &str, bytes: Vec<u8>) -> String {
        let mut held = self.shared.lock().unwrap();
        held.objects.insert(key.to_owned(), bytes);
        format!("{}/staging/{key}", self.url)
    }
}

fn s3(held: &Mutex<Held>, head: &[String], body: Vec<u8>) -> Vec<u8> {
    let mut words = head[0].split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let version = query.split('&').find_map(|q| q.strip_prefix("versionId="));
    let (bucket, key) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
    let (key, slow) = {
        let mut held = held.lock().unwrap();
        let version = version.map(|v| format!("?{v}")).unwrap_or_default();
        held.calls.push(format!("{method} {path}{version}"));
        (key.to_owned(), held.slow)
    };
    if method == "PUT" {
        std::thread::sleep(slow);
    }
    let mut held = held.lock().unwrap();
    let mut more = format!("x-amz-bucket-region: {}\r\n", held.region);
    if held.versioned {
        more.push_str("x-amz-version-id: v-1\r\n");
    }
    if bucket != "staging" {
        return answer(404, "", b"");
    }
    if key.is_empty() {
        let status = if held.region == "us-east-1" { 200 } else { 301 };
        return answer(status, &more, b"");
    }
    if held.denied.contains(&method.as_str()) {
        let body = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
        let body = if method == "HEAD" { "" } else { body };
        return answer(403, "", body.as_bytes());
    }
    match method.as_str() {
        "PUT" => {
            let sha256 = BASE64_STANDARD.encode(Sha256::digest(&body));
            let said = format!("x-amz-checksum-sha256: {sha256}");
            assert!(
                head.iter().any(|line| line.eq_ignore_ascii_case(&said)),
                "{head:?}"
            );
            held.objects.insert(key, body);
            answer(200, &more, b"")
        }
        "DELETE" => {
            held.objects.remove(&key);
            answer(204, &more, b"")
        }
        _ => match held.objects.get(&key) {
            Some(bytes) if method == "GET" => answer(200, &more, bytes),
            Some(_) => answer(200, &more, b""),
            None => answer(404, "", b""),
        },
    }
}

/// `CloudWatch` Logs as far as `DeleteLogGroup`.
pub struct Logs {
    pub url: String,
    deleted: Arc<Mutex<Vec<String>>>,
}

impl Logs {
    /// Answers everything with this status and error type (none: success).
    pub fn start(status: u16, error: &'static str) -> Self {
        let deleted = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&deleted);
        let url = listen(move |head, body| {
            let target = "x-amz-target: logs_20140328.deleteloggroup";
            assert!(
                head.iter().any(|line| line.to_ascii_lowercase() == target),
                "{head:?}"
            );
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let name = body["logGroupName"].as_str().unwrap().to_owned();
            seen.lock().unwrap().push(name);
            let json = "Content-Type: application/x-amz-json-1.1\r\n";
            let text = format!(r#"{{"__type":"{error}","message":"said by the test"}}"#);
            answer(
                status,
                json,
                if error.is_empty() {
                    b""
                } else {
                    text.as_bytes()
                },
            )
        });
        Self { url, deleted }
    }

    /// Names of the groups that were to be deleted, in order.
    pub fn deleted(&self) -> Vec<String> {
        self.deleted.lock().unwrap().clone()
    }
}

pub(super) fn answer(status: u16, more: &str, body: &[u8]) -> Vec<u8> {
    let mut all = format!(
        "HTTP/1.1 {status} Tiny\r\n{more}Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    all.extend_from_slice(body);
    all
}

/// Listens until the test process ends. An empty answer ends the connection.
pub(super) fn listen(
    handle: impl Fn(&[String], Vec<u8>) -> Vec<u8> + Send + Sync + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().unwrap());
    let handle = Arc::new(handle);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let handle = Arc::clone(&handle);
            // A client that is killed in the middle is what this is for.
            std::thread::spawn(move || converse(stream, &*handle).is_ok());
        }
    });
    url
}

fn converse(
    stream: TcpStream,
    handle: impl Fn(&[String], Vec<u8>) -> Vec<u8>,
) -> std::io::Result<()> {
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    while let Some((head, body)) = message(&mut reader)? {
        let answer = handle(&head, body);
        if answer.is_empty() {
            return Ok(());
        }
        writer.write_all(&answer)?;
    }
    Ok(())
}
