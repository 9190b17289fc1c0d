//! Cold and warm invokes, the clock, freezing, and what the runtime process is given.

use std::time::Duration;

use crate::support::{Function, REQUEST, figure, invoke, json, log, said};
use serde_json::json;

const HELLO: &str = "serve(lambda event: {'hello': event})";

#[tokio::test]
async fn the_first_invoke_is_cold_and_the_second_warm() {
    for function in [
        Function::python(HELLO).await,
        Function::python(HELLO).await.without_mounts(),
    ] {
        let mut environment = function.start().await;
        let cold = invoke(&mut environment, r#"{"n": 1}"#).await;
        assert_eq!(json(&cold), json!({"hello": {"n": 1}}));
        assert!(!cold.ended);
        let (init, duration) = (
            figure(&cold, "Init Duration").unwrap(),
            figure(&cold, "Duration").unwrap(),
        );
        assert!(init > 5.0, "{}", said(&cold));
        let billed = figure(&cold, "Billed Duration").unwrap();
        assert!(
            (billed - (init + duration).ceil()).abs() < 0.5,
            "{}",
            said(&cold)
        );
        let memory = figure(&cold, "Max Memory Used").unwrap();
        assert!((5.0..100.0).contains(&memory), "{}", said(&cold));

        let warm = invoke(&mut environment, r#"{"n": 2}"#).await;
        assert_eq!(json(&warm), json!({"hello": {"n": 2}}));
        assert_eq!(figure(&warm, "Init Duration"), None);
        assert!(
            log(&warm).starts_with(&format!("START RequestId: {REQUEST} Version: $LATEST\n")),
            "{}",
            said(&warm)
        );
        environment.shutdown().await;
    }
}

#[tokio::test]
async fn an_init_that_sleeps_a_second_reports_that_second_and_the_bare_start() {
    let bare = figure(&Function::python(HELLO).await.cold().await, "Init Duration").unwrap();
    let slow = Function::python(&format!("time.sleep(1)\n{HELLO}"))
        .await
        .cold()
        .await;
    let init = figure(&slow, "Init Duration").unwrap();
    assert!(init >= 1000.0, "{init}");
    assert!(
        init - 1000.0 < bare * 5.0 + 200.0,
        "{init} against a bare {bare}"
    );
}

#[tokio::test]
async fn the_clock_agrees_with_the_one_of_the_function() {
    // What the process itself sees of its life is a part of the init that we report.
    let code = "
started = float(open('/proc/self/stat').read().rsplit(')', 1)[1].split()[19]) / os.sysconf('SC_CLK_TCK')
time.sleep(0.3)
age = (time.clock_gettime(time.CLOCK_BOOTTIME) - started) * 1000
serve(lambda event: age)";
    let outcome = Function::python(code).await.cold().await;
    let age = json(&outcome).as_f64().unwrap();
    let init = figure(&outcome, "Init Duration").unwrap();
    // The kernel tells starts in hundredths of a second.
    assert!(
        init > age - 15.0 && init < age + 100.0,
        "{init} against {age}"
    );
}

#[tokio::test]
async fn duration_is_the_handlers_time() {
    let code = "
def handler(event):
    time.sleep(0.25)
    return 1
serve(handler)";
    let duration = figure(&Function::python(code).await.cold().await, "Duration").unwrap();
    assert!((250.0..1000.0).contains(&duration), "{duration}");
}

#[tokio::test]
async fn between_invokes_nothing_runs() {
    let code = "
count = 0
def tick():
    global count
    while True:
        count += 1
        time.sleep(0.001)
threading.Thread(target=tick, daemon=True).start()
child = subprocess.Popen([sys.executable, '-c', '''
import time
with open(\"/tmp/ticks\", \"w\") as out:
    while True:
        out.write(\".\")
        out.flush()
        time.sleep(0.001)
'''.replace('/tmp', os.environ.get('TMPDIR', '/tmp'))], start_new_session=True)
ticks = os.environ.get('TMPDIR', '/tmp') + '/ticks'
def handler(event):
    while not os.path.exists(ticks):
        time.sleep(0.01)
    before = [count, os.path.getsize(ticks)]
    time.sleep(0.2)
    return [before, [count, os.path.getsize(ticks)]]
serve(handler)";
    for function in [
        Function::python(code).await,
        Function::python(code).await.without_mounts(),
    ] {
        let mut environment = function.start().await;
        let first = json(&invoke(&mut environment, "{}").await);
        tokio::time::sleep(Duration::from_secs(2)).await;
        let second = json(&invoke(&mut environment, "{}").await);
        for who in [0, 1] {
            let end = first[1][who].as_u64().unwrap();
            let later = second[0][who].as_u64().unwrap();
            // Two seconds awake would be some 1,800 ticks.
            assert!(later - end < 300, "frozen at {end}, woke at {later}");
            assert!(
                second[1][who].as_u64() > second[0][who].as_u64(),
                "it runs again: {second}"
            );
        }
        environment.shutdown().await;
    }
}

#[tokio::test]
async fn the_event_comes_with_its_headers() {
    let code = "
headers, event = take()
respond(headers, json.dumps({k.lower(): v for k, v in headers.items() if k.startswith('Lambda')} | {'event': event}))
take()";
    let function = Function::python(code).await;
    let mut environment = function.start().await;
    let invocation = lambench::sandbox::environment::Invocation {
        request_id: REQUEST.into(),
        payload: bytes::Bytes::from_static(br#"{"a":[1]}"#),
        client_context: Some(r#"{"custom":{"k":"v"}}"#.into()),
        stream: None,
    };
    let now_ms = jiff::Timestamp::now().as_millisecond();
    let seen = json(&environment.invoke(invocation).await);
    assert_eq!(seen["event"], json!({"a": [1]}));
    assert_eq!(seen["lambda-runtime-aws-request-id"], REQUEST);
    assert_eq!(
        seen["lambda-runtime-invoked-function-arn"],
        function.spec.arn
    );
    assert_eq!(
        seen["lambda-runtime-client-context"],
        r#"{"custom":{"k":"v"}}"#
    );
    assert!(
        seen["lambda-runtime-trace-id"]
            .as_str()
            .unwrap()
            .starts_with("Root=1-"),
        "{seen}"
    );
    let deadline_ms: i64 = seen["lambda-runtime-deadline-ms"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let limit_ms = deadline_ms - now_ms;
    assert!((30_000..60_000).contains(&limit_ms), "{limit_ms}");
}

#[tokio::test]
async fn the_runtime_api_refuses_what_is_out_of_turn() {
    let code = "
headers, event = take()
good = 'invocation/%s/' % headers['Lambda-Runtime-Aws-Request-Id']
seen = []
def note(method, path, body=None):
    reply, answer = call(method, path, body)
    seen.append([reply.status, json.loads(answer).get('errorType')])
note('POST', 'invocation/8c0e1f0a-0000-4000-8000-0000000000ff/response', '1')
note('GET', 'invocation/next')
note('POST', 'init/error', '{}')
note('GET', 'nothing')
respond(headers, json.dumps(seen))
seen = []
note('POST', good + 'response', '2')
headers, event = take()
respond(headers, json.dumps(seen))
take()";
    let function = Function::python(code).await;
    let mut environment = function.start().await;
    let first = json(&invoke(&mut environment, "{}").await);
    assert_eq!(
        first,
        json!([
            [400, "InvalidRequestID"],
            [403, "InvalidStateTransition"],
            [403, "InvalidStateTransition"],
            [404, "NotFound"]
        ])
    );
    let second = json(&invoke(&mut environment, "{}").await);
    assert_eq!(second, json!([[403, "InvalidStateTransition"]]));
}

#[tokio::test]
async fn no_web_page_takes_an_event_or_answers_one() {
    let code = "
port = os.environ['AWS_LAMBDA_RUNTIME_API'].rpartition(':')[2]
seen = []
headers, event = take()
path = 'invocation/%s/response' % headers['Lambda-Runtime-Aws-Request-Id']
for page in [{'Origin': 'http://evil.example'}, {'Origin': 'null'}, {'Sec-Fetch-Site': 'cross-site'},
             {'Host': 'evil.example:' + port}, {'Host': '127.0.0.1.evil.example:' + port}]:
    for method, target, body in [('GET', 'invocation/next', None), ('POST', path, '1')]:
        reply, answer = call(method, target, body, page)
        seen.append([reply.status, json.loads(answer)['errorType']])
for ours in ['127.0.0.1', 'localhost']:
    reply, answer = call('GET', 'nothing', None, {'Host': ours + ':' + port})
    seen.append([reply.status, json.loads(answer)['errorType']])
respond(headers, json.dumps(seen))
take()";
    let function = Function::python(code).await;
    let mut environment = function.start().await;
    let seen = json(&invoke(&mut environment, "{}").await);
    let mut expected = vec![json!([403, "Forbidden"]); 10];
    expected.extend(vec![json!([404, "NotFound"]); 2]);
    assert_eq!(seen, json!(expected));
}

#[tokio::test]
async fn a_streamed_response_is_collected_and_its_late_error_heard() {
    let code = r#"
import socket
def stream(headers, trailers):
    host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')
    s = socket.create_connection((host, int(port)))
    head = 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: x\r\n' % headers['Lambda-Runtime-Aws-Request-Id']
    head += 'Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n'
    head += 'Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n'
    s.sendall(head.encode())
    for part in (b'[1,', b'2,', b'3]'):
        s.sendall(b'%x\r\n%s\r\n' % (len(part), part))
        time.sleep(0.01)
    s.sendall(b'0\r\n' + trailers + b'\r\n')
    s.recv(1000)
headers, event = take()
stream(headers, b'')
headers, event = take()
import base64
body = base64.b64encode(b'{"errorType":"Late","errorMessage":"broke"}')
stream(headers, b'Lambda-Runtime-Function-Error-Type: Late\r\nLambda-Runtime-Function-Error-Body: ' + body + b'\r\n')
take()"#;
    let function = Function::python(code).await;
    let mut environment = function.start().await;
    assert_eq!(
        json(&invoke(&mut environment, "{}").await),
        json!([1, 2, 3])
    );
    let late = invoke(&mut environment, "{}").await;
    assert_eq!(late.function_error.as_deref(), Some("Unhandled"));
    assert_eq!(late.body, r#"{"errorType":"Late","errorMessage":"broke"}"#);
}

#[tokio::test]
async fn a_shell_script_with_curl_is_a_runtime_too() {
    let script = "#!/bin/sh
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
while :; do
    event=$(curl -sS -D /tmp/headers $api/next)
    id=$(tr -d '\\r' </tmp/headers | sed -n 's/^Lambda-Runtime-Aws-Request-Id: //p')
    curl -sS -X POST -d \"[$event]\" $api/$id/response >/dev/null
done
";
    let outcome = Function::script(script).await.cold().await;
    assert_eq!(json(&outcome), json!([{}]));
}
