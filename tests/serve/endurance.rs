//! Many environments at once, and many invokes one after the other: nothing is lost, and nothing is left.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::json;

use crate::house::{Client, GATED, Gate, House, names};
use crate::support::wait_for;

#[test]
fn a_hundred_environments_serve_at_once_each_its_own_invoke() {
    let house = House::with(GATED);
    // A busy machine takes its time to start so many.
    let toml = house.test.path().join("lambench.toml");
    let text = std::fs::read_to_string(&toml).unwrap();
    std::fs::write(&toml, text + "timeout = 600\n").unwrap();
    let server = house.serve(&["--quiet"]);
    let mut gate = Gate::new();
    let event = gate.event();
    let mut clients: Vec<Client> = (0..100).map(|_| server.client()).collect();
    for client in &mut clients {
        client.begin("f", &event);
    }
    let arrived: BTreeSet<String> = (0..100).map(|_| gate.arrival()).collect();
    assert_eq!(arrived.len(), 100);
    assert_eq!(house.processes(), 100);
    gate.open();
    let answered: BTreeSet<String> = clients
        .iter_mut()
        .map(|client| client.receive().unwrap())
        .map(|(status, answer)| {
            assert_eq!((status, &answer["served"]), (200, &json!(1)), "{answer}");
            answer["me"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(answered, arrived);
}

/// What a process holds.
#[derive(Debug)]
struct Held {
    rss_kb: u64,
    files: usize,
    threads: u64,
    /// Processes of its functions, and of the guards.
    processes: (usize, usize),
    /// Below its folder for temporary files.
    entries: usize,
}

fn held(house: &House, pid: u32) -> Held {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let figure = |name: &str| -> u64 {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let tasks = format!("/proc/{pid}/task");
    let children: usize = names(tasks.as_ref())
        .iter()
        .map(|task| std::fs::read_to_string(format!("{tasks}/{task}/children")).unwrap_or_default())
        .map(|children| children.split_whitespace().count())
        .sum();
    Held {
        rss_kb: figure("VmRSS:"),
        threads: figure("Threads:"),
        files: names(format!("/proc/{pid}/fd").as_ref()).len(),
        processes: (house.processes(), children),
        entries: walkdir::WalkDir::new(house.tmp()).into_iter().count(),
    }
}

#[test]
fn ten_thousand_invokes_and_fifty_cold_starts_leave_nothing_behind() {
    let house = House::with(GATED);
    let log = house.test.path().join("log");
    let server = house.serve(&["--log", log.to_str().unwrap()]);
    let pid = server.child.id();
    let round = |invokes: usize, starts: usize| {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut client = server.client();
                    for _ in 0..invokes / 4 {
                        client.invoke("f", &json!({}));
                    }
                });
            }
        });
        let mut client = server.client();
        for start in 0..starts {
            client.touch("f", &format!("{invokes} {start}"));
            assert_eq!(client.invoke("f", &json!({}))["served"], 1);
        }
    };
    round(400, 5);
    let before = held(&house, pid);
    assert_eq!(before.processes.0, 1, "{before:?}");
    let clock = Instant::now();
    round(10_000, 50);
    println!("10000 invokes and 50 starts in {:?}", clock.elapsed());
    let mut after = held(&house, pid);
    // What was killed is gone a moment later.
    wait_for("processes and files as before", || {
        after = held(&house, pid);
        let same = after.processes == before.processes && after.files <= before.files;
        (same && after.entries <= before.entries).then_some(())
    });
    println!("before: {before:?}\nafter: {after:?}");
    // Worker threads may come and go; one for each start would be fifty.
    assert!(after.threads < before.threads + 20, "{before:?} {after:?}");
    // A kilobyte for each invoke would be ten megabytes.
    assert!(
        after.rss_kb < before.rss_kb + 8 * 1024,
        "{before:?} {after:?}"
    );
    let text = std::fs::read_to_string(&log).unwrap();
    let lines = |part: &str| text.lines().filter(|line| line.starts_with(part)).count();
    wait_for("the whole log", || {
        let text = std::fs::read_to_string(&log).unwrap();
        (text.matches("f | REPORT ").count() == 10_455).then_some(())
    });
    assert!(lines("f | ") > 0 && lines("f | ") == text.lines().count());
}
