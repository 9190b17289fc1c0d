//! What a function that nobody has invoked yet has ready: one environment, set up, its runtime process not started.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use support::{Server, Test, wait_for};

const FUNCTION: &str = "/2015-03-31/functions/my-fn";

fn serve(test: &Test) -> Server {
    Server::of(test, "10", "hello-python")
}

fn touch(server: &Server, description: &str) {
    server.configure("my-fn", &json!({ "Description": description }));
}

fn invoke(server: &Server) -> Value {
    server.call("POST", &format!("{FUNCTION}/invocations"), Some(&json!({})))
}

fn children(pid: u32) -> Vec<u32> {
    let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    tasks
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|list| {
            let pids = list.split_whitespace().map(|pid| pid.parse().unwrap());
            pids.collect::<Vec<u32>>()
        })
        .collect()
}

/// All that descend from the server: guards, and what they guard.
fn processes(server: &Server) -> (Vec<u32>, Vec<u32>) {
    let mut all = children(server.child.id());
    let mut seen = 0;
    while seen < all.len() {
        all.extend(children(all[seen]));
        seen += 1;
    }
    all.into_iter().partition(|pid| {
        let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&command).contains("--lambench-guard--")
    })
}

/// Environments, and runtime processes.
fn count(server: &Server) -> (usize, usize) {
    (children(server.child.id()).len(), processes(server).1.len())
}

#[test]
fn a_settled_function_has_one_environment_ready_and_none_of_those_before() {
    let test = Test::new();
    let server = serve(&test);
    assert_eq!(count(&server), (1, 0));
    for round in 0..3 {
        touch(&server, &format!("touch {round}"));
        assert_eq!(count(&server), (1, 0), "round {round}");
        invoke(&server);
        invoke(&server);
        assert_eq!(count(&server), (1, 1), "round {round}");
    }
    touch(&server, "touch 2");
    assert_eq!(count(&server), (1, 1), "nothing was changed");
}

#[test]
fn an_environment_that_was_killed_while_it_was_ready_serves_nobody() {
    let test = Test::new();
    let server = serve(&test);
    let (guards, _) = processes(&server);
    assert!(!guards.is_empty());
    for guard in guards.iter().rev() {
        let killed = Command::new("kill")
            .args(["-9", &guard.to_string()])
            .status();
        assert!(killed.unwrap().success());
    }
    wait_for("their end", || {
        processes(&server).0.is_empty().then_some(())
    });
    // The end of its guard is heard a little later than it happens.
    std::thread::sleep(Duration::from_millis(200));
    let answer = invoke(&server);
    assert!(answer.get("errorType").is_none(), "{answer}");
    assert_eq!(count(&server), (1, 1));
}
