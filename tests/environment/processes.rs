//! No process outlives its environment, and none is counted that isn't its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{Function, comes_true, figure, invoke, json, processes_with, said};

/// Leaves behind: a child, one that left the session, and one that is stopped besides.
fn leaver(mark: &str) -> String {
    format!(
        "
def handler(event):
    quiet = dict(stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    nap = [sys.executable, '-c', 'import time; time.sleep(86399)', '{mark}']
    subprocess.Popen(nap, **quiet)
    subprocess.Popen(nap, start_new_session=True, **quiet)
    if os.fork() == 0:
        os.setsid()
        stopped = subprocess.Popen(nap, start_new_session=True, **quiet)
        os.kill(stopped.pid, signal.SIGSTOP)
        os._exit(0)
    time.sleep(0.2)
    return 'left'
serve(handler)"
    )
}

fn mark() -> String {
    format!("lambench-left-{}", uuid::Uuid::new_v4().simple())
}

#[tokio::test]
async fn shutdown_ends_children_that_left_the_session_too() {
    for mounted in [true, false] {
        let mark = mark();
        let function = Function::python(&leaver(&mark)).await;
        let function = if mounted {
            function
        } else {
            function.without_mounts()
        };
        let mut environment = function.start().await;
        assert_eq!(json(&invoke(&mut environment, "{}").await), "left");
        assert_eq!(processes_with(&mark).len(), 3);
        environment.shutdown().await;
        assert_eq!(
            processes_with(&mark),
            Vec::<i32>::new(),
            "mounted: {mounted}"
        );
    }
}

#[tokio::test]
async fn a_dropped_environment_ends_too() {
    for mounted in [true, false] {
        let mark = mark();
        let function = Function::python(&leaver(&mark)).await;
        let function = if mounted {
            function
        } else {
            function.without_mounts()
        };
        let mut environment = function.start().await;
        invoke(&mut environment, "{}").await;
        drop(environment);
        assert!(
            comes_true(|| processes_with(&mark).is_empty()).await,
            "mounted: {mounted}"
        );
    }
}

#[tokio::test]
async fn a_crash_takes_the_children_along() {
    let mark = mark();
    let code = leaver(&mark).replace("return 'left'", "os._exit(1)");
    let function = Function::python(&code).await;
    let mut environment = function.start().await;
    let outcome = invoke(&mut environment, "{}").await;
    assert!(outcome.ended, "{}", said(&outcome));
    assert_eq!(processes_with(&mark), Vec::<i32>::new());
}

const STAND_IN: &str = "LAMBENCH_TEST_STAND_IN";

/// Stands in for a lambench that is killed: this test's own program, run again by the test below with a variable that
/// says which mark to leave.
#[tokio::test]
async fn the_stand_in_for_a_killed_lambench_holds_an_environment() {
    let Ok(mark) = std::env::var(STAND_IN) else {
        return;
    };
    let function = Function::python(&leaver(&mark)).await;
    let function = if mark.ends_with("-mounted") {
        function
    } else {
        function.without_mounts()
    };
    let mut environment = function.start().await;
    let outcome = invoke(&mut environment, "{}").await;
    println!("\nready: {}", outcome.function_error.is_none());
    tokio::time::sleep(Duration::from_mins(10)).await;
    drop(environment);
}

#[tokio::test]
async fn no_process_survives_the_killing_of_lambench() {
    for kind in ["mounted", "search-paths"] {
        let mark = format!("{}-{kind}", mark());
        let mut lambench = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "processes::the_stand_in_for_a_killed_lambench_holds_an_environment",
                "--nocapture",
            ])
            .env(STAND_IN, &mark)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(lambench.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.is_ok_and(|line| line == "ready: true")));
        assert!(processes_with(&mark).len() >= 3);
        let guards: Vec<i32> = processes_with("--lambench-guard--")
            .into_iter()
            .filter(|pid| parent(*pid) == lambench.id())
            .collect();
        assert!(!guards.is_empty());
        lambench.kill().unwrap();
        lambench.wait().unwrap();
        assert!(
            comes_true(|| processes_with(&mark).is_empty()).await,
            "{kind}: {:?}",
            processes_with(&mark)
        );
        let gone = || {
            guards.iter().all(|pid| {
                std::fs::read(format!("/proc/{pid}/cmdline"))
                    .unwrap_or_default()
                    .is_empty()
            })
        };
        assert!(comes_true(gone).await, "{kind}: {guards:?}");
    }
}

fn parent(pid: i32) -> u32 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("PPid:")?.trim().parse().ok())
        .unwrap_or(0)
}

#[tokio::test]
async fn memory_is_the_processs_own_and_shared_pages_count_once() {
    let alone = "hoard = b'x' * 60_000_000\nserve(lambda event: 1)";
    let forked = "
hoard = b'x' * 60_000_000
if os.fork() == 0:
    time.sleep(86399)
time.sleep(0.1)
serve(lambda event: 1)";
    for mounted in [true, false] {
        let mut used = Vec::new();
        for code in [alone, forked] {
            let function = Function::python(code).await.memory(512);
            let function = if mounted {
                function
            } else {
                function.without_mounts()
            };
            used.push(figure(&function.cold().await, "Max Memory Used").unwrap());
        }
        assert!((60.0..110.0).contains(&used[0]), "{used:?}");
        assert!(
            (used[0] - 5.0..used[0] + 30.0).contains(&used[1]),
            "{used:?}"
        );
    }
}

#[tokio::test]
async fn a_peak_that_is_over_before_anyone_looked_is_reported() {
    let code = "
def handler(event):
    hoard = b'x' * 80_000_000
    del hoard
    return 1
serve(handler)";
    let used = figure(
        &Function::python(code).await.cold().await,
        "Max Memory Used",
    )
    .unwrap();
    assert!(used >= 80.0, "{used}");
}
