//! Extensions: they start before the runtime, count into its times and memory, and hear of the end.

use serde_json::json;

use crate::failures::error;
use crate::support::{Function, Notes, figure, invoke, json, log, said};

const HELLO: &str = "serve(lambda event: 'hello')";
const LISTENS: &str = "run('INVOKE', 'SHUTDOWN')";

/// On what this system allows, and without mounts.
async fn both(code: &str) -> [Function; 2] {
    [
        Function::python(code).await,
        Function::python(code).await.without_mounts(),
    ]
}

#[tokio::test]
async fn an_extension_counts_into_the_init_and_is_named_in_the_log() {
    for function in both(HELLO).await {
        let function = function.extension("slow", &format!("time.sleep(0.3)\n{LISTENS}"));
        let mut environment = function.start().await;
        let cold = invoke(&mut environment, "{}").await;
        assert_eq!(json(&cold), json!("hello"), "{}", said(&cold));
        let init = figure(&cold, "Init Duration").unwrap();
        assert!((300.0..10_000.0).contains(&init), "{}", said(&cold));
        assert!(
            log(&cold).starts_with(
                "EXTENSION\tName: slow\tState: Ready\tEvents: [INVOKE, SHUTDOWN]\nSTART "
            ),
            "{}",
            said(&cold)
        );
        let warm = invoke(&mut environment, "{}").await;
        assert!(log(&warm).starts_with("START "), "{}", said(&warm));
        assert_eq!(figure(&warm, "Init Duration"), None);
        environment.shutdown().await;
    }
}

#[tokio::test]
async fn all_external_extensions_register_before_the_runtime_starts() {
    let notes = Notes::new();
    let code = "
import socket
with socket.create_connection(('127.0.0.1', int(os.environ['NOTES']))) as out:
    out.sendall(b'\"runtime\"\\n')
serve(lambda event: 'hello')";
    let function = Function::python(code)
        .await
        .variable("NOTES", &notes.port.to_string())
        .extension("a", "time.sleep(0.2); note('a'); run()")
        .extension("b", "note('b'); run('INVOKE')");
    function.cold().await;
    assert_eq!(notes.all(), [json!("b"), json!("a"), json!("runtime")]);
}

#[tokio::test]
async fn an_extension_is_told_of_its_function_and_of_every_invoke() {
    let notes = Notes::new();
    let code = "
note(dict(os.environ))
me, told = register('INVOKE', Lambda_Extension_Accept_Feature='accountId')
note(told)
on = note
serve_events(me)";
    let function = Function::python(HELLO)
        .await
        .variable("NOTES", &notes.port.to_string())
        .variable("PYTHONPATH", "/the/users/own")
        .extension("curious", code);
    let outcome = function.cold().await;
    let noted = notes.all();
    let variables = noted[0].as_object().unwrap();
    for own in [
        "_HANDLER",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "_X_AMZN_TRACE_ID",
    ] {
        assert!(!variables.contains_key(own), "{own}");
    }
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "probe"),
        ("PYTHONPATH", "/the/users/own"),
        ("TZ", ":UTC"),
    ] {
        assert_eq!(variables[name], value);
    }
    assert_eq!(
        noted[1],
        json!({
            "functionName": "probe", "functionVersion": "$LATEST", "handler": "app.handler",
            "accountId": "000000000000",
        })
    );
    let event = &noted[2];
    assert_eq!(event["eventType"], "INVOKE");
    assert_eq!(event["requestId"], crate::support::REQUEST);
    assert_eq!(
        event["invokedFunctionArn"],
        "arn:aws:lambda:us-east-1:000000000000:function:probe"
    );
    assert_eq!(event["tracing"]["type"], "X-Amzn-Trace-Id");
    let now_ms = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis() as u64;
    let left = event["deadlineMs"].as_u64().unwrap().saturating_sub(now_ms);
    assert!((10_000..=30_000).contains(&left), "{event}");
    assert!(!outcome.ended);
}

#[tokio::test]
async fn an_invoke_lasts_until_the_extensions_are_done_too() {
    for function in both(HELLO).await {
        let function =
            function.extension("thorough", "def on(event): time.sleep(0.25)\nrun('INVOKE')");
        let mut environment = function.start().await;
        for _ in 0..2 {
            let outcome = invoke(&mut environment, "{}").await;
            let duration = figure(&outcome, "Duration").unwrap();
            assert!((250.0..2500.0).contains(&duration), "{}", said(&outcome));
        }
        environment.shutdown().await;
    }
}

#[tokio::test]
async fn an_extensions_memory_counts() {
    for function in both(HELLO).await {
        let bare = figure(&function.cold().await, "Max Memory Used").unwrap();
        let function = function.extension(
            "heavy",
            "kept = bytearray(os.urandom(1)) * (60 << 20)\nrun('INVOKE')",
        );
        let outcome = function.cold().await;
        let used = figure(&outcome, "Max Memory Used").unwrap();
        assert!(used >= bare + 60.0, "{bare}\n{}", said(&outcome));
        assert!(used < bare + 90.0, "{bare}\n{}", said(&outcome));
    }
}

#[tokio::test]
async fn an_extension_over_the_memory_limit_ends_the_environment() {
    let function = Function::python(HELLO).await.memory(128).extension(
        "huge",
        "kept = bytearray(os.urandom(1)) * (300 << 20)\ntime.sleep(1)\nrun('INVOKE')",
    );
    let outcome = function.cold().await;
    assert_eq!(error(&outcome)["errorType"], "Runtime.OutOfMemory");
    assert!(outcome.ended);
}

#[tokio::test]
async fn what_extensions_print_is_in_the_log() {
    for function in both("print('of the function')\nserve(lambda event: print('in it'))").await {
        let function =
            function.extension("talks", &format!("print('of the extension')\n{LISTENS}"));
        let outcome = function.cold().await;
        let text = log(&outcome);
        for line in ["of the function\n", "of the extension\n", "in it\n"] {
            assert!(text.contains(line), "{}", said(&outcome));
        }
    }
}

#[tokio::test]
async fn an_extension_that_ends_in_the_init_is_a_crash() {
    for function in both(HELLO).await {
        let function = function.extension("brittle", "register()\nsys.exit(3)");
        let outcome = function.cold().await;
        assert_eq!(error(&outcome)["errorType"], "Extension.Crash");
        let message = error(&outcome)["errorMessage"].to_string();
        assert!(message.contains("Error: exit status 3"), "{message}");
        let text = log(&outcome);
        assert!(
            text.contains("\tPhase: init\tStatus: error\tError Type: Extension.Crash\n"),
            "{text}"
        );
        assert!(
            text.contains("EXTENSION\tName: brittle\tState: Registered\tEvents: []\n"),
            "{text}"
        );
        assert!(outcome.ended);
    }
}

#[tokio::test]
async fn an_extension_that_ends_in_an_invoke_fails_it_or_what_is_left_of_it() {
    let ends = "def on(event): os._exit(0)\nrun('INVOKE')";
    let waits = Function::python("serve(lambda event: time.sleep(20))").await;
    let outcome = waits.extension("brittle", ends).cold().await;
    assert_eq!(error(&outcome)["errorType"], "Extension.Crash");
    assert_eq!(outcome.function_error.as_deref(), Some("Unhandled"));
    assert!(outcome.ended);

    let late = "def on(event):\n    time.sleep(0.5)\n    os._exit(1)\nrun('INVOKE')";
    let answers = Function::python(HELLO).await.extension("brittle", late);
    let outcome = answers.cold().await;
    assert_eq!(json(&outcome), json!("hello"));
    assert_eq!(outcome.function_error, None);
    assert!(
        log(&outcome).contains("Status: error\tError Type: Extension.Crash"),
        "{}",
        said(&outcome)
    );
    assert!(outcome.ended);
}

#[tokio::test]
async fn the_end_of_a_runtime_beside_an_extension_is_not_waited_for_on_its_clock() {
    // To hear all that it said takes 200 ms where an extension keeps a connection open.
    let exits = Function::python("serve(lambda event: os._exit(3))").await;
    let function = exits.extension("listens", LISTENS);
    let mut shortest = f64::MAX;
    for _ in 0..3 {
        let outcome = function.cold().await;
        assert_eq!(error(&outcome)["errorType"], "Runtime.ExitError");
        shortest = shortest.min(figure(&outcome, "Duration").unwrap());
    }
    assert!(shortest < 200.0, "{shortest}");
}

#[tokio::test]
async fn an_extension_that_died_between_invokes_means_a_new_start() {
    let function = Function::python(HELLO)
        .await
        .extension("killed-in-its-sleep", LISTENS);
    let mut environment = function.start().await;
    let first = invoke(&mut environment, "{}").await;
    assert!(!first.ended, "{}", said(&first));
    let victim = process_of("/extensions/killed-in-its-sleep");
    let dead = std::process::Command::new("kill")
        .args(["-9", &victim])
        .status()
        .unwrap();
    assert!(dead.success());
    let gone =
        || std::fs::read(format!("/proc/{victim}/cmdline")).is_ok_and(|line| line.is_empty());
    while !gone() && std::path::Path::new("/proc").join(&victim).exists() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    // The guard hears of it at once, and tells lambench.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let second = invoke(&mut environment, "{}").await;
    assert_eq!(json(&second), json!("hello"));
    assert!(
        figure(&second, "Init Duration").is_some(),
        "{}",
        said(&second)
    );
    environment.shutdown().await;
}

/// The process whose command line names this file.
fn process_of(file: &str) -> String {
    let numbers = std::fs::read_dir("/proc").unwrap().flatten();
    numbers
        .filter(|entry| {
            let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(file)
        })
        .map(|entry| entry.file_name().into_string().unwrap())
        .next()
        .expect("the extension runs")
}

#[tokio::test]
async fn an_extension_may_say_that_it_cannot_go_on() {
    let code = "
me, told = register('INVOKE')
assert fail(me, 'init', 'Extension.NoLicence') == 202
time.sleep(20)";
    let outcome = Function::python(HELLO)
        .await
        .extension("picky", code)
        .cold()
        .await;
    assert_eq!(error(&outcome)["errorType"], "Extension.InitError");
    let text = log(&outcome);
    assert!(
        text.contains(
            "EXTENSION\tName: picky\tState: InitError\tEvents: [INVOKE]\tError Type: Extension.NoLicence\n"
        ),
        "{text}"
    );

    let code = "
def on(event):
    fail(me, 'exit', 'Extension.Lost')
    time.sleep(20)
me, told = register('INVOKE')
serve_events(me)";
    let outcome = Function::python("serve(lambda event: time.sleep(20))")
        .await
        .extension("picky", code)
        .cold()
        .await;
    assert_eq!(error(&outcome)["errorType"], "Extension.ExitError");
    let message = error(&outcome)["errorMessage"].to_string();
    assert!(message.contains("Error: Extension.Lost"), "{message}");
}

#[tokio::test]
async fn a_file_that_can_not_be_executed_is_a_launch_error() {
    for function in both(HELLO).await {
        let function = function.extension_file("README", "not a program", 0o644);
        let outcome = function.cold().await;
        assert_eq!(error(&outcome)["errorType"], "Extension.LaunchError");
        let message = error(&outcome)["errorMessage"].to_string();
        assert!(
            message.contains("fork/exec ") && message.contains("README: permission denied"),
            "{message}"
        );
        let line = "EXTENSION\tName: README\tState: LaunchError\tEvents: []\tError Type: PermissionDenied\n";
        assert!(log(&outcome).contains(line), "{}", said(&outcome));
    }
}

#[tokio::test]
async fn an_extension_that_never_registers_runs_into_the_limit_of_the_init() {
    let function = Function::python(HELLO)
        .await
        .init_limit(std::time::Duration::from_millis(300))
        .timeout(std::time::Duration::from_millis(300))
        .extension("silent", "time.sleep(20)");
    let outcome = function.cold().await;
    assert_eq!(error(&outcome)["errorType"], "Sandbox.Timedout");
}

#[tokio::test]
async fn at_the_end_the_runtime_goes_first_and_the_extensions_hear_why() {
    let notes = Notes::new();
    let runtime = "
import socket
def leave(*_):
    with socket.create_connection(('127.0.0.1', int(os.environ['NOTES']))) as out:
        out.sendall(b'\"terminated\"\\n')
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
serve(lambda event: time.sleep(event.get('for', 0)))";
    let function = Function::python(runtime)
        .await
        .timeout(std::time::Duration::from_secs(1))
        .variable("NOTES", &notes.port.to_string())
        .extension(
            "listens",
            "def on(event):\n    if event['eventType'] != 'INVOKE': note(event)\nrun('INVOKE', 'SHUTDOWN')",
        );
    function.cold().await;
    let noted = notes.all();
    assert_eq!(noted[0], "terminated");
    assert_eq!(noted[1]["eventType"], "SHUTDOWN");
    assert_eq!(noted[1]["shutdownReason"], "spindown");
    let now_ms = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis() as u64;
    let deadline = noted[1]["deadlineMs"].as_u64().unwrap();
    assert!(deadline > now_ms - 5000 && deadline < now_ms + 2000);

    let mut environment = function.start().await;
    let outcome = invoke(&mut environment, r#"{"for": 20}"#).await;
    assert_eq!(error(&outcome)["errorType"], "Sandbox.Timedout");
    environment.shutdown().await;
    let noted = notes.all();
    assert_eq!(noted[0]["shutdownReason"], "timeout", "{noted:?}");

    let failing = Function::python("sys.exit(1)")
        .await
        .variable("NOTES", &notes.port.to_string())
        .extension("listens", "on = note\nrun('SHUTDOWN')");
    failing.cold().await;
    let noted = notes.all();
    assert_eq!(noted[0]["shutdownReason"], "failure", "{noted:?}");
}

#[tokio::test]
async fn an_extension_that_does_not_leave_is_killed_after_two_seconds() {
    let function = Function::python(HELLO).await.extension(
        "stays",
        "def on(event): pass\nrun('SHUTDOWN')\ntime.sleep(60)",
    );
    let mut environment = function.start().await;
    invoke(&mut environment, "{}").await;
    let began = std::time::Instant::now();
    environment.shutdown().await;
    let took = began.elapsed().as_secs_f64();
    assert!((1.9..20.0).contains(&took), "{took}");
}

#[tokio::test]
async fn an_internal_extension_is_waited_for_and_may_not_hear_of_the_end() {
    let code = "
extension = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
def ask(method, path, body=None, headers={}):
    extension.request(method, '/2020-01-01/extension/' + path, body, headers)
    reply = extension.getresponse()
    return reply, json.loads(reply.read())
_, refused = ask('POST', 'register', '{\"events\": [\"SHUTDOWN\"]}', {'Lambda-Extension-Name': 'inside'})
reply, _ = ask('POST', 'register', '{\"events\": [\"INVOKE\"]}', {'Lambda-Extension-Name': 'inside'})
me = {'Lambda-Extension-Identifier': reply.headers['Lambda-Extension-Identifier']}
def listen():
    while True:
        ask('GET', 'event/next', headers=me)
        time.sleep(0.3)
threading.Thread(target=listen, daemon=True).start()
serve(lambda event: refused)";
    let outcome = Function::python(code).await.cold().await;
    assert_eq!(json(&outcome)["errorType"], "Extension.InvalidEventType");
    assert!(
        figure(&outcome, "Duration").unwrap() >= 300.0,
        "{}",
        said(&outcome)
    );
    assert!(log(&outcome).contains("EXTENSION\tName: inside\tState: Ready\tEvents: [INVOKE]\n"));
}

#[tokio::test]
async fn a_wrapper_runs_in_place_of_a_managed_runtime_and_is_given_its_command() {
    let wrapper = "#!/bin/sh\nexport WRAPPED=\"$#\"\nexec \"$@\"\n";
    for function in both("serve(lambda event: os.environ.get('WRAPPED'))").await {
        let mut function = function
            .extension_file("../wrapper", wrapper, 0o755)
            .variable("AWS_LAMBDA_EXEC_WRAPPER", "/opt/wrapper");
        let own = function.cold().await;
        assert_eq!(
            json(&own),
            json!(null),
            "a package's own runtime decides itself"
        );
        "python3.11".clone_into(&mut function.spec.runtime_id);
        assert_eq!(json(&function.cold().await), json!("1"));

        let missing = function.variable("AWS_LAMBDA_EXEC_WRAPPER", "/opt/none");
        let outcome = missing.cold().await;
        assert_eq!(error(&outcome)["errorType"], "Runtime.ExitError");
        let message = error(&outcome)["errorMessage"].to_string();
        assert!(message.contains("exit status 127"), "{message}");
        assert!(
            log(&outcome).contains("/none: does not exist\n"),
            "{}",
            said(&outcome)
        );

        let plain = missing
            .extension_file("../plain", wrapper, 0o644)
            .variable("AWS_LAMBDA_EXEC_WRAPPER", "/opt/plain");
        let outcome = plain.cold().await;
        let message = error(&outcome)["errorMessage"].to_string();
        assert!(message.contains("exit status 126"), "{message}");
        assert!(
            log(&outcome).contains("/plain: is not an executable\n"),
            "{}",
            said(&outcome)
        );
    }
}
