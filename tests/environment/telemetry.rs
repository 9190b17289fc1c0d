//! Telemetry: what extensions are told of their environment, in AWS's schema.

use lambench::sandbox::environment::Mounts;
use serde_json::{Value, json};

use crate::support::{Function, Notes, invoke, json, log, mounts, said};

/// Listens on a port of its environment, and notes every event that comes.
const SUBSCRIBES: &str = r#"
import http.server
from http.server import BaseHTTPRequestHandler

class Listener(BaseHTTPRequestHandler):
    def do_POST(self):
        for event in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
            note([name, event])
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass

def subscribe(me, port, host, types=("platform", "function", "extension"), timeout=25, tcp=False):
    if tcp:
        server = socket.create_server((host, port))
        def read():
            for line in server.accept()[0].makefile():
                note([name, json.loads(line)])
        threading.Thread(target=read, daemon=True).start()
        destination = {"protocol": "TCP", "port": port}
    else:
        server = http.server.HTTPServer((host, port), Listener)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        destination = {"protocol": "HTTP", "URI": "http://sandbox.localdomain:%d/events" % port}
    body = {"schemaVersion": "2022-12-13", "types": types, "destination": destination,
            "buffering": {"maxItems": 1000, "maxBytes": 262144, "timeoutMs": timeout}}
    reply, answer = call("PUT", "/2022-07-01/telemetry", json.dumps(body), {"Lambda-Extension-Identifier": me})
    return reply.status, answer.decode()
"#;

/// An extension that subscribes in this way.
fn subscriber(arguments: &str) -> String {
    format!(
        "{SUBSCRIBES}
me, _ = register('INVOKE', 'SHUTDOWN')
answer = subscribe(me, {arguments})
assert answer == (200, '\"OK\"'), answer
print('subscribed')
def on(event):
    # Time for what is on its way.
    time.sleep(0.2)
serve_events(me)"
    )
}

fn host(function: &Function) -> &'static str {
    if function.host.mounts == Mounts::Namespaces {
        "'sandbox.localdomain'"
    } else {
        "'127.0.0.1'"
    }
}

/// A port that was free a moment ago.
fn port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// What one subscriber was told.
fn of(noted: &[Value], name: &str) -> Vec<Value> {
    let own = noted.iter().filter(|note| note[0] == name);
    own.map(|note| note[1].clone()).collect()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect()
}

/// AWS's schema of 2022-12-13, as documented.
fn schema() -> Value {
    let status = json!({"enum": ["success", "error", "failure", "timeout"]});
    let phase = json!({"enum": ["init", "invoke"]});
    let ty = json!({"const": "on-demand"});
    let record = |kind: &str, required: &[&str], properties: Value| {
        json!({
            "properties": {
                "type": {"const": kind},
                "record": {"type": "object", "required": required, "properties": properties},
            },
        })
    };
    let strings = json!({"type": "array", "items": {"type": "string"}});
    let line =
        |kind: &str| json!({"properties": {"type": {"const": kind}, "record": {"type": "string"}}});
    json!({
        "type": "object",
        "required": ["time", "type", "record"],
        "additionalProperties": false,
        "properties": {
            "type": {}, "record": {},
            "time": {"type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$"},
        },
        "oneOf": [
            record("platform.initStart", &["initializationType", "phase", "functionName", "functionVersion"],
                json!({"initializationType": ty, "phase": phase, "runtimeVersion": {"type": "string"}})),
            record("platform.initRuntimeDone", &["initializationType", "phase", "status"],
                json!({"initializationType": ty, "phase": phase, "status": status})),
            record("platform.initReport", &["initializationType", "phase", "metrics"], json!({
                "initializationType": ty, "phase": phase, "status": status,
                "metrics": {"type": "object", "required": ["durationMs"]},
            })),
            record("platform.start", &["requestId", "version"], json!({"requestId": {"type": "string"}})),
            record("platform.runtimeDone", &["requestId", "status", "metrics"], json!({
                "status": status,
                "metrics": {"type": "object", "required": ["durationMs", "producedBytes"]},
            })),
            record("platform.report", &["requestId", "status", "metrics"], json!({
                "status": status,
                "metrics": {
                    "type": "object",
                    "required": ["durationMs", "billedDurationMs", "memorySizeMB", "maxMemoryUsedMB"],
                    "properties": {
                        "billedDurationMs": {"type": "integer"}, "memorySizeMB": {"type": "integer"},
                        "maxMemoryUsedMB": {"type": "integer"}, "durationMs": {"type": "number"},
                        "initDurationMs": {"type": "number"},
                    },
                },
            })),
            record("platform.extension", &["name", "state", "events"],
                json!({"name": {"type": "string"}, "state": {"type": "string"}, "events": strings})),
            record("platform.telemetrySubscription", &["name", "state", "types"],
                json!({"state": {"const": "Subscribed"}, "types": strings})),
            line("function"),
            line("extension"),
        ],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn two_subscribers_are_told_what_each_asked_for_over_http_and_tcp() {
    let code = "print('starting')\nserve(lambda event: print('serving'))";
    for function in [
        Function::python(code).await,
        Function::python(code).await.without_mounts(),
    ] {
        let notes = Notes::new();
        let host = host(&function);
        let platform = format!("{}, {host}, ['platform']", port());
        let rest = format!("{}, {host}, ['function', 'extension'], tcp=True", port());
        let function = function
            .variable("NOTES", &notes.port.to_string())
            .extension("platform", &subscriber(&platform))
            .extension("rest", &subscriber(&rest));
        let mut environment = function.start().await;
        let cold = invoke(&mut environment, "{}").await;
        assert_eq!(json(&cold), json!(null), "{}", said(&cold));
        let line = "TELEMETRY\tName: rest\tState: Subscribed\tTypes: [Function, Extension]\n";
        assert!(log(&cold).contains(line), "{}", said(&cold));
        environment.shutdown().await;

        let noted = notes.all();
        let told = of(&noted, "platform");
        assert_eq!(
            kinds(&told),
            [
                "platform.initStart",
                "platform.initRuntimeDone",
                "platform.telemetrySubscription",
                "platform.telemetrySubscription",
                "platform.extension",
                "platform.extension",
                "platform.initReport",
                "platform.start",
                "platform.runtimeDone",
                "platform.report",
            ]
        );
        let validator = jsonschema::validator_for(&schema()).unwrap();
        for event in noted.iter().map(|note| &note[1]) {
            let problem = validator
                .validate(event)
                .err()
                .map(|error| error.to_string());
            assert_eq!(problem, None, "{event}");
        }
        let metrics = |index: usize| {
            told[index]["record"]["metrics"]["durationMs"]
                .as_f64()
                .unwrap()
        };
        let (runtime, whole) = (metrics(8), metrics(9));
        assert!(runtime < 150.0 && whole >= 200.0, "{runtime} of {whole}");
        let rest = of(&noted, "rest");
        let said: Vec<&Value> = rest.iter().map(|event| &event["record"]).collect();
        for (kind, line) in [
            ("function", "starting"),
            ("function", "serving"),
            ("extension", "subscribed"),
        ] {
            // Two extensions that write at once may share a line.
            let begins = |event: &&Value| event["record"].as_str().unwrap().starts_with(line);
            let event = rest.iter().find(begins);
            assert_eq!(event.unwrap_or_else(|| panic!("{said:?}"))["type"], kind);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_buffered_is_delivered_at_the_end_and_nothing_while_frozen() {
    let notes = Notes::new();
    let function = Function::python("serve(lambda event: print('serving', event))").await;
    let arguments = format!(
        "{}, {}, ['function', 'platform'], timeout=30000",
        port(),
        host(&function)
    );
    let function = function
        .variable("NOTES", &notes.port.to_string())
        .extension("patient", &subscriber(&arguments));
    let mut environment = function.start().await;
    for event in 1..=3 {
        invoke(&mut environment, &event.to_string()).await;
    }
    environment.shutdown().await;
    let told = of(&notes.all(), "patient");
    let lines: Vec<&Value> = told
        .iter()
        .filter(|event| event["type"] == "function")
        .map(|event| &event["record"])
        .collect();
    assert_eq!(lines, ["serving 1\n", "serving 2\n", "serving 3\n"]);
    let reports = told
        .iter()
        .filter(|event| event["type"] == "platform.report");
    assert_eq!(reports.count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_environments_may_listen_on_the_same_port_of_their_own_address() {
    let notes = Notes::new();
    let function = Function::python("serve(lambda event: 'hello')").await;
    if !mounts(&function) {
        return;
    }
    let arguments = format!("{}, 'sandbox.localdomain', ['platform']", port());
    let function = function
        .variable("NOTES", &notes.port.to_string())
        .extension("same", &subscriber(&arguments));
    let (mut one, mut other) = (function.start().await, function.start().await);
    for environment in [&mut one, &mut other] {
        let outcome = invoke(environment, "{}").await;
        assert_eq!(json(&outcome), json!("hello"), "{}", said(&outcome));
    }
    one.shutdown().await;
    other.shutdown().await;
    let told = of(&notes.all(), "same");
    let starts = told
        .iter()
        .filter(|event| event["type"] == "platform.initStart");
    assert_eq!(starts.count(), 2);
}

#[tokio::test]
async fn an_extension_in_json_logging_is_told_objects() {
    let notes = Notes::new();
    let function =
        Function::python("serve(lambda event: print(json.dumps({'level': 'INFO'})))").await;
    let arguments = format!("{}, {}, ['function']", port(), host(&function));
    let function = function
        .json()
        .variable("NOTES", &notes.port.to_string())
        .extension("reads", &subscriber(&arguments));
    let outcome = function.cold().await;
    assert!(
        log(&outcome).contains("\"type\":\"platform.extension\""),
        "{}",
        said(&outcome)
    );
    let told = of(&notes.all(), "reads");
    assert_eq!(told[0]["record"], json!({"level": "INFO"}));
}

#[tokio::test]
async fn subscriptions_that_aws_refuses_and_the_logs_api_are_answered_clearly() {
    let notes = Notes::new();
    let code = format!(
        "{SUBSCRIBES}
reply, body = call('PUT', '/2022-07-01/telemetry', '{{}}')
note([reply.status, json.loads(body)['errorType']])
me, _ = register('INVOKE')
note(list(subscribe(me, 9001, '127.0.0.1')))
reply, body = call('PUT', '/2020-08-15/logs', '{{}}', {{'Lambda-Extension-Identifier': me}})
note([reply.status, json.loads(body)['errorType']])
def on(event):
    note(list(subscribe(me, {}, '127.0.0.1')))
serve_events(me)",
        port()
    );
    let function = Function::python("serve(lambda event: 'hello')")
        .await
        .variable("NOTES", &notes.port.to_string())
        .extension("tries", &code);
    let outcome = function.cold().await;
    assert_eq!(json(&outcome), json!("hello"), "{}", said(&outcome));
    let noted = notes.all();
    assert_eq!(
        noted[0],
        json!([403, "Extension.MissingExtensionIdentifier"])
    );
    assert_eq!(noted[1][0], 400);
    assert!(noted[1][1].as_str().unwrap().contains("ValidationError"));
    assert_eq!(noted[2], json!([202, "Logs.NotSupported"]));
    assert_eq!(noted[3][0], 403);
    assert!(
        noted[3][1]
            .as_str()
            .unwrap()
            .contains("Telemetry.SubscriptionClosed")
    );
}
