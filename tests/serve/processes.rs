//! How a server ends, and what ends with it; and callers that end before it.

use std::os::unix::process::ExitStatusExt as _;

use serde_json::json;

use crate::house::{GATED, Gate, House};
use crate::support::wait_for;

#[test]
fn a_caller_that_hangs_up_leaves_an_environment_that_is_neither_lost_nor_shared() {
    let house = House::with(GATED);
    let server = house.serve(&[]);
    let mut gate = Gate::new();
    let mut caller = server.client();
    caller.begin("f", &gate.event());
    let busy = gate.arrival();
    drop(caller);
    // While it works on, others serve.
    let mut client = server.client();
    let other = client.invoke("f", &json!({}));
    assert_ne!(other["me"], busy);
    gate.open();
    wait_for("the end of the invoke that nobody waits for", || {
        (server.said().matches("f | REPORT").count() == 2).then_some(())
    });
    // Both serve again, and no third one had to be started.
    let mut clients = [server.client(), server.client()];
    for client in &mut clients {
        client.begin("f", &gate.event());
    }
    let mut again = [gate.arrival(), gate.arrival()];
    again.sort();
    let mut both = [busy, other["me"].as_str().unwrap().to_owned()];
    both.sort();
    assert_eq!(again, both);
    gate.open();
    for client in &mut clients {
        assert_eq!(client.receive().unwrap().1["served"], 2);
    }
}

/// Deaf to every polite request, and so is a child that has left the session.
const DEAF: &str = r#"
import os, signal, time
for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(name, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    while True:
        time.sleep(60)
def lambda_handler(event, context):
    return "deaf"
"#;

#[test]
fn a_runtime_that_ignores_every_polite_signal_ends_with_the_server() {
    let house = House::with(DEAF);
    let mut server = house.serve(&[]);
    assert_eq!(server.client().invoke("f", &json!({})), "deaf");
    assert_eq!(house.processes(), 2);
    assert_eq!(server.end("TERM").code(), Some(0));
    house.is_empty();
}

#[test]
fn ctrl_c_in_the_middle_of_invokes_ends_them_and_leaves_nothing() {
    let house = House::with(GATED);
    let mut server = house.serve(&[]);
    let mut gate = Gate::new();
    let mut clients: Vec<_> = (0..5).map(|_| server.client()).collect();
    for client in &mut clients {
        client.begin("f", &gate.event());
        gate.arrival();
    }
    assert_eq!(server.end("INT").code(), Some(0));
    wait_for("the end of the processes", || {
        (house.processes() == 0).then_some(())
    });
    house.is_empty();
    for mut client in clients {
        assert!(client.receive().is_err());
    }
}

#[test]
fn a_stop_in_the_middle_of_unpacking_leaves_nothing() {
    let house = House::with(GATED);
    for file in 0..4000 {
        house
            .test
            .write(&format!("f/lib/{}/{file}.py", file % 40), "");
    }
    let mut command = house.test.command(&["serve", "--quiet"]);
    command.env("TMPDIR", house.tmp());
    let mut server = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    wait_for("the first files of the package", || {
        let sandbox = |kind: &str| house.tmp().join(kind).join("packages");
        let kinds = crate::house::names(&house.tmp());
        let packages = kinds.iter().map(|kind| sandbox(kind));
        packages
            .flat_map(|packages| std::fs::read_dir(packages).into_iter().flatten().flatten())
            .any(|package| package.path().join("lib").exists())
            .then_some(())
    });
    crate::support::signal(&server, "TERM");
    assert_eq!(server.wait().unwrap().code(), Some(0));
    house.is_empty();
    let own = format!("lambench-{}-", server.id());
    let groups = crate::house::names("/sys/fs/cgroup/cpu".as_ref());
    assert!(groups.iter().all(|group| !group.starts_with(&own)));
}

#[test]
fn a_killed_server_takes_its_processes_along_and_the_next_one_sweeps_up() {
    let house = House::with(GATED);
    let mut server = house.serve(&[]);
    let mut gate = Gate::new();
    let mut busy = server.client();
    busy.begin("f", &gate.event());
    gate.arrival();
    server.client().invoke("f", &json!({}));
    assert_eq!(house.processes(), 2);
    assert_eq!(server.end("KILL").signal(), Some(9));
    wait_for("the end of the processes", || {
        (house.processes() == 0).then_some(())
    });
    // It could not take its folders and its address along; they deceive nobody, and go with the next server.
    assert_ne!(crate::house::names(&house.tmp()), [""; 0]);
    let looked = house.test.run(&["invoke", "f"]).success();
    assert!(
        looked.stdout.contains(r#""served": 1"#),
        "{}",
        looked.stdout
    );
    std::fs::remove_file(house.test.path().join("port")).unwrap();
    let mut next = house.serve(&[]);
    assert_eq!(next.end("TERM").code(), Some(0));
    house.is_empty();
}

#[test]
fn a_port_in_use_is_said_with_a_way_out() {
    let house = House::with(GATED);
    let server = house.serve(&[]);
    let port = server.port.to_string();
    let ran = house.test.run(&["serve", "--port", &port]).fails_with(1);
    ran.says(&format!("listening on 127.0.0.1:{port}"))
        .says("hint: another program listens there, perhaps another `lambench serve`");
}

#[test]
fn a_port_file_lives_as_long_as_the_server_that_wrote_it() {
    let house = House::with(GATED);
    let file = house.test.write("port", "1\n");
    // A start that fails must not leave the port of an older server there.
    let path = file.to_str().unwrap();
    house
        .test
        .run(&["serve", "--port-file", path, "--log", "no/such/log"])
        .fails_with(1);
    assert!(!file.exists());
    let mut first = house.serve(&[]);
    let mut command = house
        .test
        .command(&["serve", "--quiet", "--port-file", path]);
    let mut second = command.stderr(std::process::Stdio::null()).spawn().unwrap();
    // It is the second one's now, and stays so when the first one ends.
    let port = wait_for("the second port", || {
        let text = std::fs::read_to_string(&file).ok()?;
        (text.trim() != first.port.to_string()).then_some(text)
    });
    assert_eq!(first.end("TERM").code(), Some(0));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), port);
    crate::support::signal(&second, "TERM");
    assert_eq!(second.wait().unwrap().code(), Some(0));
    assert!(!file.exists());
}
