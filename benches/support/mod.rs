//! What the benches share: the Rust hello, a client that adds as little as can be, and percentiles.
#![allow(dead_code, reason = "each bench uses a part of it")]

pub mod bare;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Milliseconds since `clock`.
pub fn ms(clock: Instant) -> f64 {
    clock.elapsed().as_secs_f64() * 1e3
}

pub fn percentile(figures: &[f64], q: f64) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * q) as usize]
}

/// Where the Rust hello is built, by us and by whoever else builds it.
pub fn rust_target(repository: &Path) -> PathBuf {
    repository.join("target/provided-hello")
}

/// Builds the Rust hello; the folder with its `bootstrap` alone.
pub fn build_rust_hello(repository: &Path, scratch: &Path) -> PathBuf {
    let target = rust_target(repository);
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--release",
            "--locked",
            "--quiet",
            "--manifest-path",
        ])
        .arg(repository.join("fixtures/provided-hello/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .status()
        .expect("cargo runs");
    assert!(built.success(), "provided-hello builds");
    let package = scratch.join("provided-hello");
    std::fs::create_dir_all(&package).expect("a folder");
    std::fs::copy(target.join("release/bootstrap"), package.join("bootstrap")).expect("a copy");
    package
}

/// One connection to an emulator, kept alive.
pub struct Client {
    host: String,
    stream: BufReader<TcpStream>,
}

impl Client {
    /// To `127.0.0.1:PORT`; an error while nobody listens there.
    pub fn connect(port: u16) -> std::io::Result<Self> {
        let host = format!("127.0.0.1:{port}");
        let stream = TcpStream::connect(&host)?;
        stream.set_nodelay(true)?;
        let stream = BufReader::new(stream);
        Ok(Self { host, stream })
    }

    /// Invokes with `{}`; milliseconds from the first byte sent to the last byte of the answer.
    pub fn invoke(&mut self, function: &str, headers: &str) -> f64 {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let clock = Instant::now();
        let answer = self.request("POST", &path, headers, "{}");
        let elapsed = ms(clock);
        assert!(
            answer.contains("hello, world"),
            "{function} answered {answer}"
        );
        elapsed
    }

    /// Whether an invoke succeeds.
    pub fn try_invoke(&mut self, function: &str) -> bool {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let answer = self.exchange("POST", &path, "", "{}");
        answer.is_some_and(|(_, body)| body.contains("hello, world"))
    }

    /// The body of the answer, which must be a good one.
    pub fn request(&mut self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let answer = self.exchange(method, path, headers, body);
        let (first, body) = answer.expect("it answers");
        assert!(first.contains(" 20"), "{path}: {first}{body}");
        body
    }

    fn exchange(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Option<(String, String)> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            self.host,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).ok()?;
        read_message(&mut self.stream)
    }
}

/// One HTTP message: its first line and its body; none at the end of the connection.
pub fn read_message(stream: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let mut first = String::new();
    if stream.read_line(&mut first).ok()? == 0 {
        return None;
    }
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).ok()?;
        if header == "\r\n" {
            break;
        }
        let header = header.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        chunked |= header.starts_with("transfer-encoding:") && header.contains("chunked");
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    while chunked {
        let mut size = String::new();
        stream.read_line(&mut size).ok()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        let mut chunk = vec![0; size + 2];
        stream.read_exact(&mut chunk).ok()?;
        chunked = size > 0;
        body.extend_from_slice(&chunk[..size]);
    }
    Some((first, String::from_utf8_lossy(&body).into_owned()))
}
