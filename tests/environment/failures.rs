//! Failures, as AWS reports them.

use std::time::Duration;

use crate::support::{
    Function, REQUEST, comes_true, figure, invoke, json, log, processes_with, said,
};
use lambench::sandbox::environment::Outcome;
use serde_json::{Value, json};

pub fn error(outcome: &Outcome) -> Value {
    assert_eq!(
        outcome.function_error.as_deref(),
        Some("Unhandled"),
        "{}",
        said(outcome)
    );
    serde_json::from_slice(&outcome.body).unwrap()
}

fn report(outcome: &Outcome) -> String {
    log(outcome)
        .lines()
        .find(|line| line.starts_with("REPORT "))
        .unwrap()
        .to_owned()
}

const IMPORT_ERROR: &str = r#"
print("about to fail")
body = json.dumps({"errorMessage": "no module named x", "errorType": "Runtime.ImportModuleError"})
call("POST", "init/error", body)
sys.exit(1)"#;

#[tokio::test]
async fn an_init_error_is_tried_again_inside_the_invoke_and_told_in_the_runtimes_words() {
    for function in [
        Function::python(IMPORT_ERROR).await,
        Function::python(IMPORT_ERROR).await.without_mounts(),
    ] {
        let outcome = function.cold().await;
        assert!(outcome.ended);
        assert_eq!(
            error(&outcome),
            json!({"errorMessage": "no module named x", "errorType": "Runtime.ImportModuleError"})
        );
        let log = log(&outcome);
        let lines: Vec<&str> = log
            .lines()
            .map(|line| line.split(&[':', '\t'][..]).next().unwrap())
            .collect();
        assert_eq!(
            lines,
            [
                "about to fail",
                "INIT_REPORT Init Duration",
                "about to fail",
                "INIT_REPORT Init Duration",
                "START RequestId",
                "END RequestId",
                "REPORT RequestId"
            ]
        );
        assert!(
            log.contains("\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError\n"),
            "{log}"
        );
        assert!(
            log.contains("\tPhase: invoke\tStatus: error\tError Type: Runtime.ImportModuleError\n"),
            "{log}"
        );
        assert!(
            report(&outcome).ends_with("\tStatus: error\tError Type: Runtime.ImportModuleError\t"),
            "{log}"
        );
        assert_eq!(figure(&outcome, "Init Duration"), None);
    }
}

#[tokio::test]
async fn an_exit_during_init_is_an_exit_error() {
    let outcome = Function::python("sys.exit(3)").await.cold().await;
    assert!(outcome.ended);
    assert_eq!(
        error(&outcome),
        json!({
            "errorType": "Runtime.ExitError",
            "errorMessage": format!("RequestId: {REQUEST} Error: Runtime exited with error: exit status 3"),
        })
    );
    assert!(
        log(&outcome).contains("\tPhase: init\tStatus: error\tError Type: Runtime.ExitError\n")
    );
    assert_eq!(figure(&outcome, "Init Duration"), None);
}

/// The first init of a package takes long, the second doesn't.
const SLOW_ONCE: &str = "
if not os.path.exists('/tmp/slow'):
    open('/tmp/slow', 'w').close()
    time.sleep(60)
serve(lambda event: 'at last')";

#[tokio::test]
async fn an_init_over_the_limit_starts_again_inside_the_invoke() {
    // Long enough for an interpreter to begin on a busy machine: without its mark the second init would sleep too.
    let function = Function::python(SLOW_ONCE)
        .await
        .init_limit(Duration::from_secs(2));
    let mut environment = function.start().await;
    let outcome = invoke(&mut environment, "{}").await;
    assert_eq!(json(&outcome), json!("at last"), "{}", said(&outcome));
    assert!(!outcome.ended);
    assert!(
        log(&outcome)
            .contains("INIT_REPORT Init Duration: 2000.00 ms\tPhase: init\tStatus: timeout\n")
    );
    assert_eq!(figure(&outcome, "Init Duration"), None);
    assert!(
        figure(&outcome, "Duration").unwrap() > 5.0,
        "the second init is in it: {}",
        said(&outcome)
    );
    let warm = invoke(&mut environment, "{}").await;
    assert_eq!(json(&warm), json!("at last"));
}

#[tokio::test]
async fn an_init_that_never_ends_takes_the_functions_timeout() {
    let function = Function::python("time.sleep(60)")
        .await
        .init_limit(Duration::from_millis(300))
        .timeout(Duration::from_secs(1));
    let outcome = function.cold().await;
    assert!(outcome.ended);
    assert_eq!(error(&outcome)["errorType"], "Sandbox.Timedout");
    assert!(
        log(&outcome)
            .contains("INIT_REPORT Init Duration: 1000.00 ms\tPhase: invoke\tStatus: timeout\n")
    );
    assert!(report(&outcome).ends_with("\tStatus: timeout\t"));
}

#[tokio::test]
async fn a_handlers_error_leaves_the_environment_alive_and_no_status() {
    let code = r#"
while True:
    headers, event = take()
    print("Traceback")
    call("POST", "invocation/%s/error" % headers["Lambda-Runtime-Aws-Request-Id"],
         '{"errorType":"ValueError","errorMessage":"no"}')"#;
    let function = Function::python(code).await;
    let mut environment = function.start().await;
    for _ in 0..2 {
        let outcome = invoke(&mut environment, "{}").await;
        assert!(!outcome.ended);
        assert_eq!(
            error(&outcome),
            json!({"errorType": "ValueError", "errorMessage": "no"})
        );
        assert!(!report(&outcome).contains("Status"), "{}", said(&outcome));
        assert!(
            log(&outcome).contains("\nTraceback\nEND "),
            "{}",
            said(&outcome)
        );
    }
}

#[tokio::test]
async fn a_timeout_ends_the_environment() {
    let code = "
def handler(event):
    print('working')
    time.sleep(60)
serve(handler)";
    let function = Function::python(code).await.timeout(Duration::from_secs(1));
    let outcome = function.cold().await;
    assert!(outcome.ended);
    assert_eq!(
        error(&outcome),
        json!({
            "errorType": "Sandbox.Timedout",
            "errorMessage": format!("RequestId: {REQUEST} Error: Task timed out after 1.00 seconds"),
        })
    );
    assert!(
        report(&outcome).contains("\tDuration: 1000.00 ms\t"),
        "{}",
        said(&outcome)
    );
    assert!(
        report(&outcome).ends_with("\tStatus: timeout\t"),
        "{}",
        said(&outcome)
    );
    assert!(figure(&outcome, "Init Duration").is_some());
    assert!(figure(&outcome, "Max Memory Used").unwrap() > 1.0);
    assert!(
        log(&outcome).contains("working\nEND "),
        "{}",
        said(&outcome)
    );
}

#[tokio::test]
async fn a_crash_is_told_by_how_the_process_ended() {
    let cases = [
        ("os._exit(7)", "with error: exit status 7"),
        ("os._exit(0)", "without providing a reason"),
        (
            "os.kill(os.getpid(), signal.SIGKILL)",
            "with error: signal: killed",
        ),
        (
            "os.kill(os.getpid(), signal.SIGSEGV)",
            "with error: signal: segmentation fault",
        ),
        (
            "os.kill(os.getpid(), signal.SIGRTMIN + 3)",
            "with error: signal: real-time signal",
        ),
    ];
    for (death, words) in cases {
        let code = format!("serve(lambda event: {death})");
        for function in [
            Function::python(&code).await,
            Function::python(&code).await.without_mounts(),
        ] {
            let outcome = function.cold().await;
            assert!(outcome.ended);
            assert_eq!(
                error(&outcome),
                json!({
                    "errorType": "Runtime.ExitError",
                    "errorMessage": format!("RequestId: {REQUEST} Error: Runtime exited {words}"),
                })
            );
            assert!(report(&outcome).ends_with("\tStatus: error\tError Type: Runtime.ExitError\t"));
            assert!(figure(&outcome, "Init Duration").is_some());
        }
    }
}

#[tokio::test]
async fn a_runtime_that_exits_after_its_response_has_succeeded() {
    let code = "
headers, event = take()
respond(headers, '\"done\"')";
    let outcome = Function::python(code).await.cold().await;
    assert_eq!(json(&outcome), json!("done"));
    assert!(outcome.ended);
    assert!(!report(&outcome).contains("Status"));
}

#[tokio::test]
async fn an_oversized_response_is_refused_and_the_environment_lives() {
    let code = "
def handler(event):
    return event
while True:
    headers, event = take()
    status, answer = respond(headers, json.dumps('x' * event))
    print(status, answer.decode())";
    let function = Function::python(code).await;
    let mut environment = function.start().await;
    let outcome = invoke(&mut environment, "6291600").await;
    assert_eq!(
        error(&outcome),
        json!({
            "errorType": "Function.ResponseSizeTooLarge",
            "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        })
    );
    assert!(log(&outcome).contains("413 "), "{}", said(&outcome));
    assert!(!outcome.ended);
    let fits = invoke(&mut environment, "6291554").await;
    assert_eq!(fits.function_error, None);
    assert_eq!(fits.body.len(), 6_291_556);
}

#[tokio::test]
async fn memory_over_the_limit_is_killed() {
    let code = "
def handler(event):
    hoard = []
    while True:
        hoard.append(bytearray(b'x' * 4_000_000))
        time.sleep(0.005)
serve(handler)";
    for function in [
        Function::python(code).await,
        Function::python(code).await.without_mounts(),
    ] {
        let outcome = function.memory(128).cold().await;
        assert!(outcome.ended);
        assert_eq!(
            error(&outcome),
            json!({
                "errorType": "Runtime.OutOfMemory",
                "errorMessage": format!("RequestId: {REQUEST} Error: Runtime exited with error: signal: killed"),
            })
        );
        assert!(report(&outcome).ends_with("\tStatus: error\tError Type: Runtime.OutOfMemory\t"));
        assert_eq!(figure(&outcome, "Max Memory Used"), Some(128.0));
    }
}

#[tokio::test]
async fn what_cannot_be_executed_is_an_invalid_entrypoint() {
    let outcome = Function::script("#!/no/such/interpreter\n")
        .await
        .cold()
        .await;
    assert!(outcome.ended);
    let error = error(&outcome);
    assert_eq!(error["errorType"], "Runtime.InvalidEntrypoint");
    let message = error["errorMessage"].as_str().unwrap();
    assert!(
        message.ends_with("bootstrap: no such file or directory"),
        "{message}"
    );
}

/// Runs again under a name of its own, so that a test can find its process.
fn named(mark: &str, code: &str) -> String {
    format!(
        "if sys.argv[-1] != '{mark}':\n    os.execv(sys.executable, [sys.executable, '-u', __file__, '{mark}'])\n{code}"
    )
}

#[tokio::test]
async fn a_runtime_that_died_while_idle_is_started_again_as_a_cold_start() {
    let mark = format!("lambench-idle-{}", uuid::Uuid::new_v4().simple());
    let function = Function::python(&named(&mark, "serve(lambda event: event)")).await;
    let mut environment = function.start().await;
    assert_eq!(json(&invoke(&mut environment, "1").await), json!(1));
    let [runtime] = processes_with(&mark)[..] else {
        panic!("one runtime process");
    };
    nix::sys::signal::kill(
        nix::unistd::Pid::from_raw(runtime),
        nix::sys::signal::SIGKILL,
    )
    .unwrap();
    let reaped = || !std::path::Path::new(&format!("/proc/{runtime}")).exists();
    assert!(comes_true(reaped).await);
    let again = invoke(&mut environment, "2").await;
    assert_eq!(json(&again), json!(2));
    assert!(
        figure(&again, "Init Duration").is_some(),
        "{}",
        said(&again)
    );
}

/// Answers, asks for its next event, and exits that many seconds later if it was asked to.
const LEAVER: &str = "
while True:
    headers, event = take()
    respond(headers, json.dumps(event))
    if event:
        api.request('GET', '/2018-06-01/runtime/invocation/next')
        time.sleep(event - 1)
        os._exit(1)";

/// Nothing that lambench would hear is read between the death and the next event; and of a death that comes at once its
/// guard may be heard first, or its last question.
#[tokio::test]
async fn a_runtime_that_died_before_it_was_stopped_has_served_and_took_no_event_with_it() {
    let mark = format!("lambench-leaver-{}", uuid::Uuid::new_v4().simple());
    for function in [
        Function::python(&named(&mark, LEAVER)).await,
        Function::python(&named(&mark, LEAVER))
            .await
            .without_mounts(),
    ] {
        let mut environment = function.start().await;
        for event in ["1.02", "1", "1"] {
            let last = invoke(&mut environment, event).await;
            assert_eq!(json(&last).to_string(), event);
            assert!(!last.ended, "{}", said(&last));
            assert!(figure(&last, "Init Duration").is_some(), "{}", said(&last));
            // On this one thread the order to stop it waits as well.
            while !processes_with(&mark).is_empty() {
                std::thread::sleep(Duration::from_millis(5));
            }
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

#[tokio::test]
async fn an_environment_whose_guard_was_killed_fails_and_never_hangs() {
    let function = Function::python("serve(lambda event: time.sleep(event) or event)")
        .await
        .without_mounts();
    let before = processes_with("--lambench-guard--");
    let mut environment = function.start().await;
    assert_eq!(json(&invoke(&mut environment, "0").await), json!(0));
    // Until it is stopped, it could still answer after its guard's death.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let guard = processes_with("--lambench-guard--")
        .into_iter()
        .filter(|pid| !before.contains(pid))
        .find(|pid| {
            std::fs::read_link(format!("/proc/{pid}/cwd"))
                .is_ok_and(|cwd| cwd == function.spec.task_root)
        })
        .unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(guard), nix::sys::signal::SIGKILL).unwrap();
    for _ in 0..2 {
        let outcome = invoke(&mut environment, "0").await;
        assert!(outcome.ended);
        assert_eq!(error(&outcome)["errorType"], "Runtime.ExitError");
    }
}

#[tokio::test]
async fn after_an_invoke_that_its_caller_gave_up_the_next_one_starts_cold() {
    let function = Function::python("serve(lambda event: time.sleep(event) or event)").await;
    let mut environment = function.start().await;
    assert_eq!(json(&invoke(&mut environment, "0").await), json!(0));
    let gave_up =
        tokio::time::timeout(Duration::from_millis(300), invoke(&mut environment, "20")).await;
    assert!(gave_up.is_err());
    let next = invoke(&mut environment, "0.1").await;
    assert_eq!(json(&next), json!(0.1));
    assert!(figure(&next, "Init Duration").is_some(), "{}", said(&next));
}
