//! Logs of our own that speak `FilterLogEvents` and Logs Insights, and as much of Lambda as tells a function's log group.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::cloud::{answer, listen};

/// The first event's time: 2024-03-04T17:22:38.000Z.
pub const BEGIN_MS: i64 = 1_709_572_958_000;

/// What is done to a call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// Nothing.
    None,
    /// An empty page that is not the last one.
    Empty,
    /// `ThrottlingException`.
    Throttled,
    /// The token is not known any more.
    Cut,
    /// The page begins with the last two events of the page before.
    Overlap,
    /// The connection ends without an answer.
    Gone,
    /// It takes long.
    Slow(Duration),
    /// Another error of the service.
    Error(&'static str),
}

#[derive(Clone)]
pub struct CloudWatch {
    pub url: String,
    shared: Arc<Mutex<Held>>,
}

type Faults = Box<dyn Fn(usize, &Value) -> Fault + Send>;

struct Held {
    groups: BTreeMap<String, Vec<Logged>>,
    /// Functions and the groups that their configurations name.
    functions: BTreeMap<String, Option<String>>,
    page: usize,
    stream_by_stream: bool,
    faults: Faults,
    /// Every call to the logs: its name and its input.
    calls: Vec<(String, Value)>,
    queries: Vec<Value>,
    looks: BTreeMap<String, usize>,
    /// The most rows that a query gives, whatever it asks for.
    most_rows: usize,
    bytes_a_second: f64,
    /// Calls to the logs that wait for their answer, and the most at one time.
    under_way: usize,
    most_under_way: usize,
}

#[derive(Clone)]
struct Logged {
    id: String,
    time_ms: i64,
    stream: String,
    message: String,
}

impl CloudWatch {
    pub fn start() -> Self {
        let shared = Arc::new(Mutex::new(Held {
            groups: BTreeMap::new(),
            functions: BTreeMap::new(),
            page: 7,
            stream_by_stream: false,
            faults: Box::new(|_, _| Fault::None),
            calls: Vec::new(),
            queries: Vec::new(),
            looks: BTreeMap::new(),
            most_rows: usize::MAX,
            bytes_a_second: 1e6,
            under_way: 0,
            most_under_way: 0,
        }));
        let held = Arc::clone(&shared);
        let url = listen(move |head, body| respond(&held, head, &body));
        Self { url, shared }
    }

    /// A function, and the group that it names.
    pub fn function(self, name: &str, group: Option<&str>) -> Self {
        let mut held = self.shared.lock().unwrap();
        held.functions
            .insert(name.to_owned(), group.map(str::to_owned));
        drop(held);
        self
    }

    /// Events by milliseconds after the beginning.
    pub fn events(
        self,
        group: &str,
        stream: &str,
        events: impl IntoIterator<Item = (i64, String)>,
    ) -> Self {
        let mut held = self.shared.lock().unwrap();
        let all = held.groups.entry(group.to_owned()).or_default();
        for (ms, message) in events {
            all.push(Logged {
                id: format!("{group}-{stream}-{}", all.len()),
                time_ms: BEGIN_MS + ms,
                stream: stream.to_owned(),
                message,
            });
        }
        all.sort_by_key(|event| event.time_ms);
        drop(held);
        self
    }

    /// As of endpoints that are not AWS: pages go by stream, whatever is asked for.
    pub fn stream_by_stream(self) -> Self {
        self.shared.lock().unwrap().stream_by_stream = true;
        self
    }

    /// What happens to the n-th call of the logs, by its input.
    pub fn faults(self, faults: impl Fn(usize, &Value) -> Fault + Send + 'static) -> Self {
        self.shared.lock().unwrap().faults = Box::new(faults);
        self
    }

    pub fn most_rows(self, most: usize) -> Self {
        self.shared.lock().unwrap().most_rows = most;
        self
    }

    pub fn bytes_a_second(self, bytes: f64) -> Self {
        self.shared.lock().unwrap().bytes_a_second = bytes;
        self
    }

    /// Calls that wait for their answers.
    pub fn under_way(&self) -> usize {
        self.shared.lock().unwrap().under_way
    }

    /// The most calls that waited for their answers at one time.
    pub fn most_under_way(&self) -> usize {
        self.shared.lock().unwrap().most_under_way
    }

    pub fn calls(&self, name: &str) -> Vec<Value> {
        let held = self.shared.lock().unwrap();
        let calls = held.calls.iter().filter(|(called, _)| called == name);
        calls.map(|(_, input)| input.clone()).collect()
    }
}

/// The n-th invoke's REPORT; every fourth is a cold start.
pub fn report(n: usize) -> String {
    let init = if n.is_multiple_of(4) {
        "Init Duration: 150.00 ms\t"
    } else {
        ""
    };
    format!(
        "REPORT RequestId: {n:08x}-1111-4222-8333-444455556666\tDuration: {n}.50 ms\tBilled Duration: {} ms\tMemory Size: \
         128 MB\tMax Memory Used: 40 MB\t{init}\n",
        n + 1
    )
}

fn respond(held: &Mutex<Held>, head: &[String], body: &[u8]) -> Vec<u8> {
    let target = head.iter().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("x-amz-target").then_some(value)
    });
    let Some(target) = target else {
        return lambda(&held.lock().unwrap(), &head[0]);
    };
    let name = target.split('.').next_back().unwrap_or_default();
    let input: Value = serde_json::from_slice(body).unwrap();
    let fault = {
        let mut held = held.lock().unwrap();
        held.calls.push((name.to_owned(), input.clone()));
        held.under_way += 1;
        held.most_under_way = held.most_under_way.max(held.under_way);
        (held.faults)(held.calls.len(), &input)
    };
    if let Fault::Slow(time) = fault {
        std::thread::sleep(time);
    }
    let mut held = held.lock().unwrap();
    held.under_way -= 1;
    match fault {
        Fault::Gone => return Vec::new(),
        Fault::Throttled => return error("ThrottlingException", "Rate exceeded"),
        Fault::Cut => {
            return error(
                "InvalidParameterException",
                "The specified nextToken is invalid.",
            );
        }
        Fault::Error(code) => return error(code, "said by the test"),
        Fault::Slow(_) | Fault::None | Fault::Empty | Fault::Overlap => {}
    }
    let result = match name {
        "FilterLogEvents" => filter(&held, &input, fault),
        "StartQuery" => {
            held.queries.push(input);
            Ok(json!({ "queryId": format!("query-{}", held.queries.len() - 1) }))
        }
        "GetQueryResults" => Ok(results(&mut held, &input)),
        "StopQuery" => Ok(json!({ "success": true })),
        other => panic!("{other} is not expected"),
    };
    match result {
        Ok(value) => answer(200, JSON, value.to_string().as_bytes()),
        Err(code) => error(code, "said by the test"),
    }
}

const JSON: &str = "Content-Type: application/x-amz-json-1.1\r\n";

fn error(code: &str, message: &str) -> Vec<u8> {
    let body = json!({ "__type": code, "message": message }).to_string();
    answer(400, JSON, body.as_bytes())
}

/// `GetFunctionConfiguration` and `ListFunctions`.
fn lambda(held: &Held, request: &str) -> Vec<u8> {
    let path = request.split(' ').nth(1).unwrap_or_default();
    let rest = path.split("/functions/").nth(1).unwrap_or_default();
    let described = |name: &str, group: &Option<String>| {
        let arn = format!("arn:aws:lambda:us-east-1:000000000000:function:{name}");
        let mut told = json!({ "FunctionName": name, "FunctionArn": arn });
        if let Some(group) = group {
            told["LoggingConfig"] = json!({ "LogGroup": group });
        }
        told
    };
    let json = "Content-Type: application/json\r\n";
    if rest.is_empty() {
        let all: Vec<_> = held
            .functions
            .iter()
            .map(|(n, g)| described(n, g))
            .collect();
        return answer(
            200,
            json,
            json!({ "Functions": all }).to_string().as_bytes(),
        );
    }
    let name = rest.split('/').next().unwrap_or_default();
    let Some(group) = held.functions.get(name) else {
        let more = format!("{json}x-amzn-ErrorType: ResourceNotFoundException\r\n");
        return answer(
            404,
            &more,
            br#"{"Type":"User","Message":"Function not found"}"#,
        );
    };
    answer(200, json, described(name, group).to_string().as_bytes())
}

/// Terms behind `?` are alternatives, with or without quotes.
fn terms(pattern: &str) -> Vec<String> {
    let mut terms = Vec::new();
    for term in pattern.split('?').skip(1) {
        let term = term.trim();
        let bare = term.trim_matches('"');
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        assert!(
            bare.chars().all(plain) || (term.starts_with('"') && term.ends_with('"')),
            "{term} needs quotes"
        );
        terms.push(bare.to_owned());
    }
    assert!(!terms.is_empty() && pattern.starts_with('?'), "{pattern}");
    terms
}

fn filter(held: &Held, input: &Value, fault: Fault) -> Result<Value, &'static str> {
    let group = input["logGroupName"].as_str().unwrap();
    let events = held.groups.get(group).ok_or("ResourceNotFoundException")?;
    let (start, end) = (
        input["startTime"].as_i64().unwrap(),
        input["endTime"].as_i64().unwrap(),
    );
    let terms = terms(input["filterPattern"].as_str().unwrap());
    let mut found: Vec<&Logged> = events
        .iter()
        .filter(|event| (start..=end).contains(&event.time_ms))
        .filter(|event| terms.iter().any(|term| event.message.contains(term)))
        .collect();
    if held.stream_by_stream {
        found.sort_by_key(|event| &event.stream);
    }
    let at: usize = match input["nextToken"].as_str() {
        Some(token) => token.split('-').nth(1).unwrap().parse().unwrap(),
        None => 0,
    };
    if fault == Fault::Empty {
        let token = format!("at-{at}-{}", held.calls.len());
        return Ok(json!({ "events": [], "nextToken": token }));
    }
    let from = if fault == Fault::Overlap {
        at.saturating_sub(2)
    } else {
        at
    };
    let to = (at + held.page).min(found.len());
    let page: Vec<_> = found[from..to]
        .iter()
        .map(|event| {
            json!({
                "eventId": event.id, "timestamp": event.time_ms, "logStreamName": event.stream,
                "message": event.message, "ingestionTime": event.time_ms + 5,
            })
        })
        .collect();
    let mut answer = json!({ "events": page, "searchedLogStreams": [] });
    if to < found.len() {
        answer["nextToken"] = json!(format!("at-{to}"));
    }
    Ok(answer)
}

/// The first look finds it running, half of it scanned. Three rows a page.
fn results(held: &mut Held, input: &Value) -> Value {
    let id = input["queryId"].as_str().unwrap().to_owned();
    let number: usize = id.strip_prefix("query-").unwrap().parse().unwrap();
    let query = held.queries[number].clone();
    let (start, end) = (
        query["startTime"].as_i64().unwrap(),
        query["endTime"].as_i64().unwrap(),
    );
    let bytes = (end + 1 - start) as f64 * held.bytes_a_second;
    let looks = held.looks.entry(id).or_default();
    *looks += 1;
    if *looks == 1 {
        let half =
            json!({ "bytesScanned": bytes / 2.0, "recordsMatched": 0.0, "recordsScanned": 0.0 });
        return json!({ "status": "Running", "results": [], "statistics": half });
    }
    let text = query["queryString"].as_str().unwrap();
    assert!(
        text.contains("REPORT RequestId") && text.contains("sort @timestamp asc"),
        "{text}"
    );
    let limit = usize::try_from(query["limit"].as_i64().unwrap()).unwrap();
    let group = query["logGroupName"].as_str().unwrap();
    let found: Vec<&Logged> = held.groups[group]
        .iter()
        .filter(|event| (start * 1000..(end + 1) * 1000).contains(&event.time_ms))
        .filter(|event| event.message.contains("REPORT RequestId"))
        .collect();
    let given = found.len().min(limit).min(held.most_rows);
    let at: usize = match input["nextToken"].as_str() {
        Some(token) => token.parse().unwrap(),
        None => 0,
    };
    let to = (at + 3).min(given);
    let rows: Vec<_> = found[at..to]
        .iter()
        .map(|event| {
            let time = jiff::Timestamp::from_millisecond(event.time_ms).unwrap();
            let time = time.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string();
            json!([
                { "field": "@timestamp", "value": time },
                { "field": "@logStream", "value": event.stream },
                { "field": "@message", "value": event.message },
                { "field": "@ptr", "value": event.id },
            ])
        })
        .collect();
    let statistics = json!({ "bytesScanned": bytes, "recordsMatched": found.len() as f64, "recordsScanned": 1.0 });
    let mut answer = json!({ "status": "Complete", "results": rows, "statistics": statistics });
    if to < given {
        answer["nextToken"] = json!(to.to_string());
    }
    answer
}
