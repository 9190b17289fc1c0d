//! A project with functions, the server of it, and a client that keeps its connection.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};

use serde_json::Value;

use crate::support::{Test, signal, wait_for};

/// Says in which environment it runs; with a gate it stands there until it is let through.
pub const GATED: &str = r#"
import os, socket
me = os.urandom(8).hex()
served = 0
def lambda_handler(event, context):
    global served
    served += 1
    print("serving", served)
    if "gate" in event:
        gate = socket.create_connection(("127.0.0.1", event["gate"]))
        gate.sendall(me.encode())
        gate.recv(1)
    return {"me": me, "served": served}
"#;

/// A project whose functions carry a mark by which their processes are found.
pub struct House {
    pub test: Test,
    pub mark: String,
}

impl House {
    pub fn new() -> Self {
        let house = Self {
            test: Test::new(),
            mark: uuid::Uuid::new_v4().simple().to_string(),
        };
        std::fs::create_dir(house.tmp()).unwrap();
        house.test.write("lambench.toml", "");
        house
    }

    /// With one function `f` of this source.
    pub fn with(source: &str) -> Self {
        let house = Self::new();
        house.function("f", source);
        house
    }

    pub fn function(&self, name: &str, source: &str) {
        self.test
            .write(&format!("{name}/lambda_function.py"), source);
        self.define(name, "");
    }

    pub fn define(&self, name: &str, more: &str) {
        let path = self.test.path().join("lambench.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let mark = &self.mark;
        let own = format!(
            "[functions.{name}]\npackage = \"{name}\"\nenvironment = {{ T_MARK = \"{mark}\" }}\n{more}\n"
        );
        std::fs::write(path, text + &own).unwrap();
    }

    /// The server's folder for temporary files.
    pub fn tmp(&self) -> PathBuf {
        self.test.path().join("tmp")
    }

    pub fn serve(&self, args: &[&str]) -> Serve {
        self.serve_in(args, &[])
    }

    /// The same as the child of other programs, each of which becomes the next.
    pub fn serve_in(&self, args: &[&str], before: &[String]) -> Serve {
        let (port_file, errors) = (
            self.test.path().join("port"),
            self.test.path().join("stderr"),
        );
        let mut all = vec!["serve", "--port-file", port_file.to_str().unwrap()];
        all.extend(args);
        let mut command = self.test.command(&all);
        if let [first, rest @ ..] = before {
            let mut outer = std::process::Command::new(first);
            outer
                .args(rest)
                .arg(command.get_program())
                .args(command.get_args())
                .current_dir(command.get_current_dir().unwrap());
            for (name, value) in command.get_envs() {
                match value {
                    Some(value) => outer.env(name, value),
                    None => outer.env_remove(name),
                };
            }
            outer.stdin(Stdio::null());
            command = outer;
        }
        let mut child = command
            .env("TMPDIR", self.tmp())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&errors).unwrap())
            .spawn()
            .unwrap();
        let port = wait_for("the port file", || {
            if let Some(ended) = child.try_wait().unwrap() {
                panic!("{ended}: {}", std::fs::read_to_string(&errors).unwrap());
            }
            std::fs::read_to_string(&port_file).ok()
        });
        Serve {
            child,
            port: port.trim().parse().unwrap(),
            errors,
        }
    }

    /// Processes of this house's functions.
    pub fn processes(&self) -> usize {
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        let environments = entries.filter_map(|e| std::fs::read(e.path().join("environ")).ok());
        let mark = format!("T_MARK={}", self.mark);
        environments
            .filter(|bytes| bytes.windows(mark.len()).any(|w| w == mark.as_bytes()))
            .count()
    }

    /// Nothing of a server is left.
    #[track_caller]
    pub fn is_empty(&self) {
        assert_eq!(self.processes(), 0, "processes");
        assert_eq!(names(&self.tmp()), Vec::<String>::new());
        assert!(!self.test.path().join("port").exists());
        assert_eq!(names(&self.test.path().join(".lambench/runs")), [""; 0]);
    }
}

pub fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

/// A running server; killed with the test.
pub struct Serve {
    pub child: Child,
    pub port: u16,
    errors: PathBuf,
}

impl Serve {
    /// What it has said so far.
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.errors).unwrap()
    }

    #[track_caller]
    pub fn wait_until_it_says(&self, text: &str) -> String {
        let begun = std::time::Instant::now();
        loop {
            let said = self.said();
            if said.contains(text) {
                return said;
            }
            assert!(begun.elapsed().as_secs() < 30, "no {text:?} in {said}");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn client(&self) -> Client {
        Client::new(self.port)
    }

    /// Signals it and waits for its end.
    pub fn end(&mut self, name: &str) -> ExitStatus {
        signal(&self.child, name);
        wait_for("the end of the server", || self.child.try_wait().unwrap())
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One connection, kept as long as the server keeps it.
pub struct Client {
    stream: BufReader<TcpStream>,
    port: u16,
}

impl Client {
    pub fn new(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream: BufReader::new(stream),
            port,
        }
    }

    pub fn send(&mut self, method: &str, path: &str, body: &[u8]) {
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Length: {}\r\n\r\n",
            self.port,
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        self.stream.get_mut().write_all(&request).unwrap();
    }

    pub fn receive(&mut self) -> std::io::Result<(u16, Value)> {
        let (mut status, mut length, mut line) = (0, 0, String::new());
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let lower = line.trim().to_ascii_lowercase();
            if let Some(rest) = lower.strip_prefix("http/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some(rest) = lower.strip_prefix("content-length:") {
                length = rest.trim().parse().unwrap();
            } else if lower.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    pub fn call(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.send(method, path, body.to_string().as_bytes());
        self.receive().unwrap()
    }

    pub fn begin(&mut self, name: &str, event: &Value) {
        let path = format!("/2015-03-31/functions/{name}/invocations");
        self.send("POST", &path, event.to_string().as_bytes());
    }

    #[track_caller]
    pub fn invoke(&mut self, name: &str, event: &Value) -> Value {
        self.begin(name, event);
        let (status, answer) = self.receive().unwrap();
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// Changes a function so that its next invoke is a cold start, and waits until that holds.
    pub fn touch(&mut self, name: &str, description: &str) {
        let path = format!("/2015-03-31/functions/{name}/configuration");
        let body = serde_json::json!({ "Description": description });
        assert_eq!(self.call("PUT", &path, &body).0, 200);
        wait_for("the update", || {
            let (_, now) = self.call("GET", &path, &Value::Null);
            (now["LastUpdateStatus"] == "Successful").then_some(())
        });
    }
}

/// Where functions wait in the middle of an invoke.
pub struct Gate {
    listener: TcpListener,
    waiting: Vec<TcpStream>,
}

impl Gate {
    pub fn new() -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").unwrap(),
            waiting: Vec::new(),
        }
    }

    /// The event that sends a function here.
    pub fn event(&self) -> Value {
        serde_json::json!({ "gate": self.listener.local_addr().unwrap().port() })
    }

    /// Waits for the next one; says who it is.
    pub fn arrival(&mut self) -> String {
        self.listener.set_nonblocking(true).unwrap();
        let mut stream = wait_for("a function at the gate", || {
            self.listener.accept().ok().map(|(stream, _)| stream)
        });
        stream.set_nonblocking(false).unwrap();
        let mut name = [0; 16];
        stream.read_exact(&mut name).unwrap();
        self.waiting.push(stream);
        String::from_utf8(name.to_vec()).unwrap()
    }

    pub fn open(&mut self) {
        self.waiting.clear();
    }
}
