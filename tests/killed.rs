//! The proof: a run that is killed at any moment leaves nothing that `lambench restore` does not put back exactly.

mod support;

use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use support::{Server, Test};

const SIGKILL: i32 = 9;

/// Any generator will do: the seed is printed, and a run that a failure names can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// One function behind its own `lambench serve`, and the user's own state folder.
struct Place {
    test: Test,
    server: Server,
    original: Value,
}

impl Place {
    fn new(settle_ms: &str) -> Self {
        let test = Test::new();
        let server = Server::of(&test, settle_ms, "hello-python");
        let body = json!({
            "Description": "collects market data",
            "Environment": {"Variables": {"PASSWORD": "hunter2"}},
        });
        server.configure("my-fn", &body);
        let original = server.record("my-fn");
        Self {
            test,
            server,
            original,
        }
    }

    /// All of the configuration but what any update changes.
    fn record(&self) -> Value {
        self.server.record("my-fn")
    }

    fn journals(&self) -> Vec<PathBuf> {
        std::fs::read_dir(self.test.path().join("state/lambench/journal"))
            .map(|files| files.map(|file| file.unwrap().path()).collect())
            .unwrap_or_default()
    }

    /// Kills one run. Whether it was still running, and whether the function was left changed.
    fn kill_one(&self, dice: &mut Dice, longest: Duration) -> Killed {
        let touch = ["description", "description", "env", "memory", "timeout"]
            [usize::try_from(dice.below(5)).unwrap()];
        let runs = ["1", "1", "50"][usize::try_from(dice.below(3)).unwrap()];
        let mut child = self
            .test
            .command(&[
                "run",
                "--function",
                "my-fn",
                "--warm-invokes",
                "0",
                "--endpoint-url",
                &self.server.url,
                "--quiet",
                "--runs",
                runs,
                "--touch",
                touch,
            ])
            .spawn()
            .unwrap();
        // From before the first call to after the restore of a short run.
        let wait = dice.below(u64::try_from(longest.as_micros()).unwrap());
        std::thread::sleep(Duration::from_micros(wait));
        child.kill().unwrap();
        let ended = child.wait_with_output().unwrap();
        if ended.status.signal() != Some(SIGKILL) {
            let told = String::from_utf8_lossy(&ended.stderr);
            assert_eq!(ended.status.code(), Some(0), "{told}");
        }
        // Half of the time nobody waits for what the killed run had sent: the restore meets it on its way.
        let looks = dice.below(2) == 0;
        Killed {
            was_running: ended.status.signal() == Some(SIGKILL),
            left_changed: looks && self.record() != self.original,
        }
    }

    fn restore(&self, what: &str) {
        let ran = self.test.run(&["restore"]).success();
        assert_eq!(self.record(), self.original, "{what}: {}", ran.stdout);
        assert_eq!(self.journals(), Vec::<PathBuf>::new(), "{what}");
    }
}

#[derive(Default)]
struct Killed {
    was_running: bool,
    left_changed: bool,
}

/// Kills until `enough` runs were still running. How many of those left the function changed.
fn kill_many(settle_ms: &'static str, longest: Duration, enough: usize, seed: u64) -> usize {
    let place = Place::new(settle_ms);
    let mut dice = Dice(seed);
    let (mut killed, mut changed) = (0, 0);
    while killed < enough {
        let one = place.kill_one(&mut dice, longest);
        killed += usize::from(one.was_running);
        changed += usize::from(one.left_changed);
        place.restore(&format!(
            "kill {killed} of seed {seed}, settling in {settle_ms} ms"
        ));
    }
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(place.record(), place.original, "nothing came too late");
    changed
}

#[test]
fn two_hundred_killed_runs_are_all_put_back_exactly() {
    let seed = u64::from(std::process::id()) * 2 + 1;
    let quick = Duration::from_millis(900);
    let slow = Duration::from_secs(4);
    let workers: Vec<_> = [
        ("5", quick, 64),
        ("15", quick, 64),
        ("30", quick, 64),
        ("1000", slow, 8),
    ]
    .into_iter()
    .map(|(settle_ms, longest, enough)| {
        std::thread::spawn(move || kill_many(settle_ms, longest, enough, seed))
    })
    .collect();
    let changed: Vec<usize> = workers
        .into_iter()
        .map(|worker| worker.join().expect("every kill was put back"))
        .collect();
    println!(
        "seed {seed}: of 64, 64, 64 and 8 kills, seen to have left the function changed: {changed:?}"
    );
    // The proof is worth nothing if the runs were killed before they touched anything.
    assert!(changed.iter().sum::<usize>() > 25, "{changed:?}");
}
