//! A faulty endpoint: an HTTP proxy before a `lambench serve` that loses, delays or replaces chosen answers.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// What happens to one request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The endpoint's own error; nothing reaches the sandbox.
    Answer(u16, &'static str, &'static str),
    /// 429 with this reason and `Retry-After` in seconds.
    Throttle(&'static str, u32),
    /// It is carried out, but the answer never comes back.
    LoseAnswer,
    /// It is carried out so much later, and the answer never comes back.
    Late(std::time::Duration),
    /// The connection is closed before anything is carried out.
    Reset,
    /// It is carried out; half of the answer's body comes back, then the connection ends.
    HalfSent,
    /// The log tail of an invoke is another.
    Tail(fn(&str) -> String),
    /// The answer lacks this header.
    WithoutHeader(&'static str),
    /// The answer is the one that the same request got before.
    OldNews,
    /// Text in the answer's body is another.
    Rewrite(&'static str, &'static str),
    /// As AWS would answer, without a word of a sandbox; text in the answer's body is another.
    AsAws(&'static str, &'static str),
    /// The request has another body; the answer is the endpoint's own.
    Instead(String),
    /// Texts in the answer's body are others.
    RewriteAll(Vec<(String, String)>),
    /// Text in the request's body is another before it is carried out.
    Ask(&'static str, &'static str),
    /// The log's tail tells of a restore where an environment has started.
    Restored,
    /// The log's tail does not say that an environment has started.
    Warm,
    /// Another answer altogether: status, error type (none if empty), body; nothing reaches the sandbox.
    Whole(u16, &'static str, &'static str),
}

/// A request as far as rules look at it.
#[derive(Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub body: String,
    /// An invoke that only opens a connection.
    pub dry_run: bool,
    /// Which connection it came on, in the order in which they were made.
    pub connection: usize,
}

impl Request {
    pub fn is_invoke(&self) -> bool {
        self.path.ends_with("/invocations") && !self.dry_run
    }

    pub fn is_update(&self) -> bool {
        self.method == "PUT" && self.path.ends_with("/configuration")
    }

    pub fn is_get(&self) -> bool {
        self.method == "GET"
    }
}

/// Listens until the test process ends.
pub struct Proxy {
    pub url: String,
}

pub(super) type Message = (Vec<String>, Vec<u8>);
/// The last answer to each request line.
type Answers = Mutex<HashMap<String, Message>>;
type Rule = dyn Fn(&Request) -> Option<Fault> + Send + Sync;

impl Proxy {
    pub fn start(
        upstream: &str,
        rule: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().unwrap());
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let rule: Arc<Rule> = Arc::new(rule);
        let answers = Arc::new(Answers::default());
        std::thread::spawn(move || {
            for (connection, stream) in listener.incoming().flatten().enumerate() {
                let (upstream, rule) = (upstream.clone(), Arc::clone(&rule));
                let answers = Arc::clone(&answers);
                std::thread::spawn(move || {
                    // A connection that ends in the middle is what this is for.
                    let _ = serve(stream, connection, &upstream, &*rule, &answers);
                });
            }
        });
        Self { url }
    }
}

fn serve(
    stream: TcpStream,
    connection: usize,
    upstream: &str,
    rule: &Rule,
    answers: &Answers,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    loop {
        let Some((mut head, body)) = message(&mut reader)? else {
            return Ok(());
        };
        let mut words = head[0].split(' ');
        let request = Request {
            method: words.next().unwrap_or_default().into(),
            path: words.next().unwrap_or_default().into(),
            body: String::from_utf8_lossy(&body).into_owned(),
            dry_run: head
                .iter()
                .any(|line| line.eq_ignore_ascii_case("x-amz-invocation-type: DryRun")),
            connection,
        };
        let fault = rule(&request);
        match fault {
            Some(Fault::Reset) => return Ok(()),
            Some(Fault::Throttle(reason, after)) => {
                let body = format!(r#"{{"Reason":"{reason}","message":"Rate Exceeded."}}"#);
                write!(
                    writer,
                    "HTTP/1.1 429 Fault\r\nContent-Type: application/json\r\nx-amzn-ErrorType: TooManyRequestsException\r\n\
                     Retry-After: {after}\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                )?;
                continue;
            }
            Some(Fault::Late(delay)) => {
                std::thread::sleep(delay);
                forward(upstream, &head, &body)?;
                return Ok(());
            }
            Some(Fault::Answer(status, kind, message)) => {
                let body = format!(r#"{{"Type":"User","message":"{message}"}}"#);
                write!(
                    writer,
                    "HTTP/1.1 {status} Fault\r\nContent-Type: application/json\r\nx-amzn-ErrorType: {kind}\r\n\
                     Content-Length: {}\r\n\r\n{body}",
                    body.len()
                )?;
                continue;
            }
            Some(Fault::Whole(status, kind, body)) => {
                let kind = if kind.is_empty() {
                    String::new()
                } else {
                    format!("x-amzn-ErrorType: {kind}\r\n")
                };
                write!(
                    writer,
                    "HTTP/1.1 {status} Whole\r\nContent-Type: application/json\r\n{kind}Content-Length: {}\r\n\r\n{body}",
                    body.len()
                )?;
                continue;
            }
            _ => {}
        }
        let line = head[0].clone();
        let old = answers.lock().unwrap().get(&line).cloned();
        let (mut head, mut answer) = match (&fault, old) {
            (Some(Fault::OldNews), Some(old)) => old,
            (Some(Fault::Instead(other)), _) => {
                let mut head = head.clone();
                head.retain(|line| !line.to_ascii_lowercase().starts_with("content-length:"));
                head.push(format!("Content-Length: {}", other.len()));
                forward(upstream, &head, other.as_bytes())?
            }
            (Some(Fault::Ask(from, to)), _) => {
                let body = String::from_utf8_lossy(&body).replace(from, to);
                head.retain(|line| !line.to_ascii_lowercase().starts_with("content-length:"));
                head.push(format!("content-length: {}", body.len()));
                forward(upstream, &head, body.as_bytes())?
            }
            _ => forward(upstream, &head, &body)?,
        };
        answers
            .lock()
            .unwrap()
            .insert(line, (head.clone(), answer.clone()));
        match &fault {
            Some(Fault::LoseAnswer) => return Ok(()),
            Some(Fault::Restored | Fault::Warm) => {
                let instead =
                    matches!(fault, Some(Fault::Restored)).then_some("Restore Duration: ");
                for line in &mut head {
                    *line = retold(line, instead);
                }
            }
            Some(Fault::WithoutHeader(name)) => {
                head.retain(|line| !line.to_ascii_lowercase().starts_with(name));
            }
            Some(Fault::Tail(change)) => {
                for line in &mut head {
                    if let Some((name, tail)) = line.split_once(": ")
                        && name.eq_ignore_ascii_case("x-amz-log-result")
                    {
                        let tail = BASE64_STANDARD.decode(tail.trim()).expect("base64");
                        let changed = change(&String::from_utf8_lossy(&tail));
                        *line = format!("{name}: {}", BASE64_STANDARD.encode(changed));
                    }
                }
            }
            Some(Fault::AsAws(from, to)) => {
                head.retain(|line| !line.to_ascii_lowercase().starts_with("x-lambench-"));
                if !from.is_empty() {
                    answer = String::from_utf8_lossy(&answer)
                        .replace(from, to)
                        .into_bytes();
                }
            }
            Some(Fault::RewriteAll(texts)) => {
                let text = String::from_utf8_lossy(&answer).into_owned();
                let text = texts
                    .iter()
                    .fold(text, |text, (from, to)| text.replace(from, to));
                answer = text.into_bytes();
            }
            Some(Fault::Rewrite(from, to)) => {
                answer = String::from_utf8_lossy(&answer)
                    .replace(from, to)
                    .into_bytes();
            }
            _ => {}
        }
        head.retain(|line| !line.to_ascii_lowercase().starts_with("content-length:"));
        head.push(format!("content-length: {}", answer.len()));
        let half_sent = matches!(fault, Some(Fault::HalfSent));
        if half_sent {
            answer.truncate(answer.len() / 2);
        }
        writer.write_all(format!("{}\r\n\r\n", head.join("\r\n")).as_bytes())?;
        writer.write_all(&answer)?;
        if half_sent {
            return Ok(());
        }
    }
}

/// A header line; the one that holds the log's tail with other words for `Init Duration`, or without it.
fn retold(line: &str, instead: Option<&str>) -> String {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    let Some((name, tail)) = line
        .split_once(": ")
        .filter(|(name, _)| name.eq_ignore_ascii_case("x-amz-log-result"))
    else {
        return line.to_owned();
    };
    let tail = BASE64_STANDARD.decode(tail.trim()).expect("base64");
    let tail = String::from_utf8_lossy(&tail).into_owned();
    let tail = match tail.split_once("Init Duration: ") {
        Some((before, rest)) => {
            let (ms, rest) = rest.split_once(" ms").expect("a duration");
            match instead {
                Some(words) => {
                    format!("{before}{words}{ms} ms\tBilled Restore Duration: 1 ms{rest}")
                }
                None => format!("{before}{rest}"),
            }
        }
        None => tail,
    };
    format!("{name}: {}", BASE64_STANDARD.encode(tail))
}

fn forward(upstream: &str, head: &[String], body: &[u8]) -> std::io::Result<Message> {
    let mut stream = TcpStream::connect(upstream)?;
    let mut text = String::new();
    for line in head {
        let lower = line.to_ascii_lowercase();
        if lower.starts_with("host:") {
            text += "Connection: close\r\nHost: ";
            text += upstream;
            text += "\r\n";
        } else if !lower.starts_with("connection:") {
            text.push_str(line);
            text.push_str("\r\n");
        }
    }
    stream.write_all(format!("{text}\r\n").as_bytes())?;
    stream.write_all(body)?;
    let mut reader = BufReader::new(stream);
    let (mut head, body) = message(&mut reader)?.ok_or(std::io::ErrorKind::UnexpectedEof)?;
    head.retain(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    Ok((head, body))
}

/// One HTTP message with a Content-Length, or none: start line and headers, body.
pub(super) fn message(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<Message>> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        head.push(line.to_owned());
    }
    let length = head
        .iter()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length:")?
                .trim()
                .parse()
                .ok()
        })
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some((head, body)))
}
